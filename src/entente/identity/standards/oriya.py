"""Odia.

Hunterian and ISO 15919:2001 without marks; the inherent vowel is heard as o and written a, also at the end of many
names (Jagannatha and Jagannath); b and v are one letter in most names.
"""

from entente.identity.standards.table import Table, Unwritten

TABLE = Table(
    "Orya",
    consonants="""
କ   k
କ୍ଷ  ksh:7 kh:2
ଖ   kh
ଗ   g
ଘ   gh
ଙ   ng
ଚ   ch
ଛ   chh:6 ch:3
ଜ   j
ଜ୍ଞ  gy:4 gn:3 jn:3
ଝ   jh
ଞ   n
ଟ   t
ଠ   th
ଡ   d
ଡ଼   d:5 r:5
ଢ   dh
ଢ଼   dh:5 rh:5
ଣ   n
ତ   t
ଥ   th
ଦ   d
ଧ   dh
ନ   n
ପ   p
ଫ   ph:6 f:4
ବ   b:8 v:2
ଵ   v
ୱ   w:7 v:3
ଭ   bh
ମ   m
ଯ   j:6 y:4
ୟ   y
ର   r
ଲ   l
ଳ   l
ଶ   sh:7 s:3
ଶ୍ର  shr:5 sr:4
ଷ   sh:7 s:2
ସ   s
ହ   h
""",
    signs="""
ା   a
ି   i
ୀ   i:8 ee:1
ୁ   u
ୂ   u:8 oo:1
ୃ   ru:6 ri:4
େ   e
ୈ   ai
ୋ   o
ୌ   au:7 ou:3
୍   -
""",
    letters="""
ଅ   a
ଆ   a
ଇ   i
ଈ   i
ଉ   u
ଊ   u
ଋ   ru:5 ri:5
ଏ   e
ଐ   ai
ଓ   o
ଔ   au
ଂ   n:5 m:3 ng:2
ଁ   n
ଃ   -:6 h:4
""",
    unwritten=Unwritten(inside="a:8 -:2", first="a", last="-:6 a:4", last_of_cluster="a:8 -:2"),
    silencers="୍",
)
