"""Great Expectations suites: what an operator may expect of the data, as tables one can read, and the library that checks them."""
