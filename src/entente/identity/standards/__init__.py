"""How scripts without training pairs are written in Latin letters, from published standards: one small file for each.

`channels` which table reads which word, and the readings · `table` what the rows mean, and what scripts share · one
file a script, which names its standards and can be checked by whoever reads that script.

Source: docs/rules/identity.md I23. Leaves to others: a name's normal form (names), learned channels, the likeness of
two words (align).
"""
