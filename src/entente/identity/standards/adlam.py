"""Adlam (Fulani).

Unicode 16, chapter 19, and the Latin orthography of Bamako (1966) in plain letters with the French habits of Guinea
(ou, dj, gn, ngh).
"""

from entente.identity.standards.table import Table

TABLE = Table(
    "Adlm",
    letters="""
𞤢   a
𞤣   d
𞤤   l
𞤥   m
𞤦   b
𞤧   s:9 ss:1
𞤨   p
𞤩   b
𞤪   r
𞤫   e
𞤬   f
𞤭   i
𞤮   o
𞤯   d
𞤰   y
𞤱   w:8 ou:2
𞤲   n
𞤳   k
𞤴   y:8 i:2
𞤵   u:4 ou:6
𞤶   j:4 di:3 dj:3
𞤷   c:4 ch:3 tch:3
𞤸   h
𞤹   q
𞤺   g:9 gu:1
𞤻   ny:4 gn:4 nh:2
𞤼   t
𞤽   nd
𞤾   v
𞤿   kh
𞥀   gb
𞥁   z
𞥂   kp
𞥃   sh
𞥄   -:8 a:2
𞥅   -
𞥆   -
𞥇   -
𞥈   -
𞥉   -
𞥊   -
𞥋   -
""",
)
