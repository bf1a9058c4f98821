"""Small programs that speak to a node's API with Python's standard library alone; the tests run them against a real node."""
