"""Telugu.

ISO 15919:2001 and Hunterian without marks; th for త and dh for ద beside t and d (Prasanth, Reddy); the inherent a is
heard, also at the end. Anusvara is m at the end and the nasal of the next consonant inside.
"""

from entente.identity.standards.table import Table, Unwritten

TABLE = Table(
    "Telu",
    consonants="""
క   k
క్ష  ksh:8 x:2
ఖ   kh
గ   g
ఘ   gh
ఙ   ng
చ   ch
ఛ   ch:6 chh:4
జ   j:9 z:1
జ్ఞ  gn:5 jn:3 gy:2
ఝ   jh
ఞ   n
ట   t
ఠ   th:6 t:3
డ   d
ఢ   dh
ణ   n
త   t:5 th:5
త్త  tt:5 th:3 tth:2
థ   th
ద   d:7 dh:3
ధ   dh:8 d:1
న   n
ప   p
ఫ   ph:6 f:4
బ   b
భ   bh
మ   m
య   y
ర   r
ఱ   r
ల   l
ళ   l
వ   v:8 w:1
శ   s:4 sh:6
శ్ర  sr:5 shr:5
ష   sh
స   s
హ   h
""",
    signs="""
ా   a:9 aa:1
ావు ao:5 avu:5
ాయు ayu:5 ai:5
ి   i
ీ   i:6 ee:4
ు   u
ూ   u:6 oo:4
ృ   ri:6 ru:4
ె   e
ే   e
ై   ai:8 y:1
ొ   o
ో   o
ౌ   ou:5 au:3 ow:2
్   -
""",
    letters="""
అ   a
ఆ   a:8 aa:2
ఇ   i
ఈ   i:5 ee:5
ఉ   u
ఊ   u:6 oo:4
ఋ   ru:6 ri:4
ఎ   e:8 y:1
ఏ   e
ఐ   ai
ఒ   o
ఓ   o
ఔ   au
ం   n:8 m:2
[ం]$ m:8 n:1
[ం]బ m:9 n:1
[ం]ప m:9 n:1
[ం]భ m:9 n:1
ః   h:6 -:4
""",
    unwritten=Unwritten(inside="a:9 -:1", first="a", last="a:7 -:3", last_of_cluster="a"),
    silencers="్",
)
