"""The inside of `files`: tables of prices and inputs as people give them."""
