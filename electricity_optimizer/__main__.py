"""`python -m electricity_optimizer` is the console script."""

from electricity_optimizer.cli import main

if __name__ == "__main__":
    main()
