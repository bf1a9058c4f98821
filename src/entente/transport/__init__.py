"""HTTP between nodes: one route in, one client out, and the courier that keeps posting until it is acknowledged.

`server` the route and the listening socket · `client` one post · `courier` who is posted to, and when · `errors` the one
table from the tree of errors to HTTP answers.

Nothing here decides whether a message is believed: bytes go to the exchange and come back from it. TLS, where lines leave a
protected network, stands in front of the node.

Source: DESIGN section 4 (wire); docs/rules/exchange.md X22 and X23.
"""
