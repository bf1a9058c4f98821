"""Thaana (Maldivian).

Malé Latin (1976) and ALA-LC 1997 in plain letters: ee and oo for the long vowels, th for ތ, dh for ދ; alifu under
sukun and nunu without a sign close the syllable.
"""

from entente.identity.standards.table import Table

TABLE = Table(
    "Thaa",
    letters="""
ހ   h
ށ   sh:8 r:2
ނ   n
ރ   r
ބ   b
ޅ   lh:7 l:3
ކ   k
އ   -
އް  h:5 -:5
ވ   v:8 w:2
މ   m
ފ   f
ދ   dh:7 d:3
ތ   th:7 t:3
ތް  iy:5 th:3 y:2
ލ   l
ގ   g
ޏ   gn:6 ny:4
ސ   s
ޑ   d
ޒ   z
ޓ   t
ޔ   y
ޕ   p
ޖ   j
ޗ   ch
ޙ   h
ޚ   kh
ޛ   z:7 dh:3
ޜ   zh
ޝ   sh
ޝް  sh
ޞ   s
ޟ   l:5 z:3 d:2
ޠ   t:8 th:2
ޡ   z
ޢ   -
ޣ   gh
ޤ   q:7 g:3
ޥ   w
ަ   a
ާ   aa:5 a:5
ި   i
ީ   ee:6 i:4
ު   u
ޫ   oo:6 u:4
ެ   e
ޭ   ey:6 e:4
ޮ   o
ޯ   oa:6 o:4
ް   -
""",
)
