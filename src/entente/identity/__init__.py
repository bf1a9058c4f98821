"""Who might this be: a name in any script, a date, a number, against everything the reader may see.

`names`, `words`, `scripts` a name in Latin letters and what survives transliteration (I2 to I4) · `transliteration`, `units`
what was learned of five scripts (I22) · `channel`, `readings`, `standards` how a script is written in Latin letters (I22, I23)
· `name_parts`, `short_forms` titles, fathers' names, forms of one name (I24) · `identifiers` numbers as keys, and what can be
checked of them (I5, I18, I19, I21) · `dates` birth dates of any precision (I8) · `alike` two words, `align` which word
stands for which, `score` how alike, with evidence in words (I7 to I11, I36) · `pairs` two descriptions side by side ·
`organisations` legal forms and common words (I35) · `rules` what a query may be and what a reader sees of a record (I1, I12) ·
`indexed` what of it the index holds (I6) · `scanned` a zone given to a search (I20) · `service` search, of one query or many,
and the index that follows the store (I13 to I15, I31, I44) · `looking` one look, `found`, `candidates` what one request found,
and who might be it (I12, I32, I48) · `standing`, `watching` queries that stand, and what came in for them (I25 to I27) ·
`namesakes`, `not_identical` who was found not to be the one (I28, I29) · `ports` the index.

Source: DESIGN section 7; docs/rules/identity.md. Leaves to others: which classes are allowed (disclosure), what a record is
(records), the index files (the edge `search`), confirming a hit (correspondence).
"""

from entente.identity.pairs import MATCH_MIN, Description, Score, compare

__all__ = ["MATCH_MIN", "Description", "Score", "compare"]
