"""Georgian.

The national system of 2002 (BGN/PCGN 2009 agrees) first: aspirates and ejectives share a letter; then ISO 9984:1996
and the older spellings that write an aspirate with h (Thamar, Khote). Capitals of the Mtavruli block fold to these
letters (I2).
"""

from entente.identity.standards.table import Table

TABLE = Table(
    "Geor",
    letters="""
ა   a
ბ   b
გ   g
დ   d
ე   e
ვ   v:9 w:1
ზ   z
თ   t:8 th:2
ი   i
კ   k
ლ   l
მ   m
ნ   n
ო   o
პ   p
ჟ   zh:8 j:2
რ   r
ს   s
ტ   t
უ   u:8 ou:1
ფ   p:7 ph:2 f:2
ქ   k:8 q:1 kh:1
ღ   gh:8 g:2
ყ   q:7 k:2 kh:1
შ   sh
ჩ   ch
ც   ts:8 c:1 tz:1
ძ   dz
წ   ts:8 tz:1 c:1
ჭ   ch:8 tch:2
ხ   kh:8 h:1 x:1
ჯ   j:8 dj:1 dzh:1
ჰ   h
ჱ   ey
ჲ   y
ჳ   vi
ჴ   q
ჵ   o
ჶ   f
""",
)
