"""Tifinagh, as the Berber languages of Morocco write it.

IRCAM (2003) and ISO 15924 practice in plain letters with the French and Spanish habits of the region (ou, ch, dj,
gh).
"""

from entente.identity.standards.table import Table

TABLE = Table(
    "Tfng",
    letters="""
ⴰ   a
ⴱ   b
ⵛ   ch:6 c:2 sh:2
ⴷ   d
ⴹ   d
ⵄ   a:5 -:3 e:2
ⴼ   f
ⴳ   g
ⵖ   gh:7 r:2 g:1
ⵀ   h
ⵃ   h
ⵊ   j:7 dj:2
ⴽ   k
ⵍ   l
ⵎ   m
ⵏ   n
ⵇ   q:5 k:5
ⵔ   r
ⵕ   r
ⵙ   s:9 ss:1
ⵚ   s
ⵜ   t
ⵟ   t
ⵓ   ou:6 u:4
ⵡ   ou:5 w:4 u:1
ⵅ   kh:7 x:3
ⵢ   y:6 i:4
ⵉ   i
ⵣ   z
ⵥ   z
ⴻ   e
ⵯ   w:5 -:5
ⵞ   tch:5 ch:5
ⴵ   dj:5 j:5
ⵒ   p
ⵠ   v
""",
)
