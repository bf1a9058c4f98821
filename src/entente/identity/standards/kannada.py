"""Kannada.

ISO 15919:2001 and Hunterian without marks; th beside t, v beside w; the inherent a is heard, also at the end
(Basava), and dropped there in many English spellings (Ramesh).
"""

from entente.identity.standards.table import Table, Unwritten

TABLE = Table(
    "Knda",
    consonants="""
ಕ   k
ಕ್ಷ  ksh:8 x:2
ಖ   kh
ಗ   g
ಘ   gh
ಙ   ng
ಚ   ch
ಛ   chh:5 ch:5
ಜ   j
ಜ್ಞ  gn:5 jn:4 gy:1
ಝ   jh
ಞ   n
ಟ   t
ಠ   th:6 t:3
ಡ   d
ಢ   dh
ಣ   n
ತ   t:5 th:5
ಥ   th
ದ   d:8 dh:1
ಧ   dh
ನ   n
ಪ   p
ಫ   ph:6 f:4
ಫ಼   f
ಬ   b
ಭ   bh
ಮ   m
ಯ   y
ರ   r
ಱ   r
ಲ   l
ಳ   l
ವ   v:8 w:2
ಶ   sh:7 s:3
ಶ್ರ  shr:5 sr:5
ಷ   sh
ಸ   s
ಹ   h
ೞ   l
ಜ಼   z
""",
    signs="""
ಾ   a:9 aa:1
ಿ   i
ೀ   i:6 ee:4
ು   u
ೂ   u:7 oo:3
ೃ   ri:5 ru:5
ೆ   e
ೇ   e
ೈ   ai
ೊ   o
ೋ   o
ೌ   au:6 ou:3 ow:2
್   -
""",
    letters="""
ಅ   a
ಆ   a:8 aa:2
ಇ   i
ಈ   i:5 ee:5
ಉ   u
ಊ   u
ಋ   ru:5 ri:5
ಎ   e:8 y:1
ಏ   e
ಐ   ai
ಒ   o
ಓ   o
ಔ   au
ಂ   n:8 m:2
[ಂ]$ m
[ಂ]ಬ m:9 n:1
[ಂ]ಪ m:9 n:1
[ಂ]ಭ m:9 n:1
ಃ   h:6 -:4
""",
    unwritten=Unwritten(inside="a:9 -:1", first="a", last="a:5 -:5", last_of_cluster="a:8 -:2"),
    silencers="್",
)
