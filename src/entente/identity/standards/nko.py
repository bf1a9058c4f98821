"""N'Ko.

ALA-LC 2015 and Unicode 16, chapter 19, in plain letters with the French habits of Guinea and Mali (ou, dj, gn, ch).
Tone marks are dropped; nasalisation is an n after the vowel.
"""

from entente.identity.standards.table import Table

TABLE = Table(
    "Nkoo",
    letters="""
ߊ   a
ߋ   e
ߌ   i
ߍ   e
ߎ   u:5 ou:5
ߏ   o
ߐ   o
ߑ   -
ߒ   n
ߓ   b
ߔ   p
ߕ   t
ߖ   j:5 dj:3 di:2
ߗ   c:4 ch:3 tch:3
ߘ   d
ߙ   r
ߚ   r
ߛ   s:9 ss:1
ߜ   gb
ߝ   f
ߞ   k
ߟ   l
ߠ   n
ߡ   m
ߢ   ny:5 gn:5
ߣ   n
ߤ   h
ߥ   w:5 ou:5
ߦ   y
ߧ   ny:5 n:5
߫   -
߬   -
߭   -
߮   -
߯   -
߰   -
߱   -
߲   n
߳   -
ߴ   -
ߵ   -
""",
)
