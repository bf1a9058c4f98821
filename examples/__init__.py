"""Small programs that ask a node by `entente.client`; the tests run them against a real node."""
