"""Gujarati.

Hunterian and ISO 15919:2001 without marks; the inherent a is silent at the end and often inside (Patel, Kiran). ph
and f, sh and s, z and j stand for each other as passports write them.
"""

from entente.identity.standards.table import Table, Unwritten

TABLE = Table(
    "Gujr",
    consonants="""
ક   k
ક્ષ  ksh:8 x:2
ખ   kh
ગ   g
ઘ   gh
ઙ   ng
ચ   ch
છ   chh:6 ch:3
જ   j
જ઼   z
જ્ઞ  gn:5 gy:3 jn:2
ઝ   z:5 jh:5
ઞ   n
ટ   t
ઠ   th
ડ   d
ઢ   dh
ણ   n
ત   t
થ   th
દ   d
ધ   dh
ન   n
પ   p
ફ   f:6 ph:4
બ   b
ભ   bh
મ   m
ય   y
ર   r
લ   l
ળ   l
વ   v:7 w:2
શ   sh:8 s:2
શ્ર  shr:8 sr:1
ષ   sh
સ   s
હ   h
""",
    signs="""
ા   a
િ   i
ી   i:8 ee:2
ુ   u
ૂ   u:7 oo:3
ૃ   ru:5 ri:5
ૅ   e
ે   e
ૈ   ai
ૉ   o
ો   o
ૌ   au
્   -
""",
    letters="""
અ   a
આ   a
ઇ   i
ઈ   i:7 ee:3
ઉ   u
ઊ   u
ઋ   ru:5 ri:5
ઍ   e
એ   e
ઐ   ai
ઑ   o
ઓ   o
ઔ   au
ં   n:7 m:3
[ં]બ m:8 n:2
[ં]પ m:8 n:2
[ં]ભ m:8 n:2
ઁ   n
ઃ   -:6 h:4
""",
    unwritten=Unwritten(inside="a:7 -:3", first="a", last="-:9 a:1", last_of_cluster="a:7 -:3"),
    silencers="્",
)
