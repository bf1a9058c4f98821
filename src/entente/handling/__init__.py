"""How data may be handled: the ladder of acts, codes and their permissions, evaluation, restrictions, retention, closed lists.

`model` the nouns and `CodeLists`, all the closed lists as one value · `rules` the pure functions (H1 to H9). The lists
are data files a police lawyer can read (entente/data); `formats.codelists` reads them.

Source: DESIGN sections 2 and 5; docs/rules/handling.md. Leaves to others: whether data may be disclosed at all (disclosure),
carrying an erasure out (storage).
"""
