"""The directory: who takes part, by which keys, under which names; who acts for us and what national law lets them do.

A body's id derives from its own first statement, its keys change only by its own heads, and it enters a directory by an
introduction or by hand. No function here, and no port, removes a body or changes its keys for it (B5).

`model` the nouns · `rules` identity, keys, verification, groups, powers (B1 to B9) · `statements` how an entry grows by its
body's own statements · `service` the verbs · `contacts`, `contact_rules` whom to call (B16) · `unit_rules`, `unit_list`,
`own_units` our own list of units (B26) · `finding` bodies and units in a large directory · `ports` what is needed from outside.

Source: DESIGN sections 2, 4 and 5; docs/rules/bodies.md. Leaves to others: what bodies agree on (agreements), whether data
may be seen (disclosure), how statements travel (exchange).
"""
