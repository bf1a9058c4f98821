"""Malayalam.

ISO 15919:2001 without marks, with what Keralite names are written with: th for ത, zh for ഴ, tt for റ്റ, nj for ഞ്ച,
oo and ee, and the final consonants of the chillu letters. The inherent a is heard, also at the end.
"""

from entente.identity.standards.table import Table, Unwritten

TABLE = Table(
    "Mlym",
    consonants="""
ക   k:9 c:1
ക്ക  kk:6 k:3 ck:1
ക്ഷ  ksh
ഖ   kh
ഗ   g
ഘ   gh
ങ   ng
ങ്ക  nk:6 ng:3
ച   ch
ച്ച  ch:6 cch:3
ഛ   ch:6 chh:4
ജ   j
ഝ   jh
ഞ   nj:5 n:3 ny:2
ഞ്ച  nj:5 nch:5
ട   t:5 d:5
^[ട] t
ട്ട  tt:6 t:4
ഠ   th:6 t:3
ഡ   d
ഢ   dh
ണ   n
ണ്ട  nd:7 nt:3
ത   th:7 t:2 d:1
ത്ത  th:6 tth:2 tt:1
ഥ   th
ദ   d:7 dh:3
ധ   dh
ന   n
ന്ത  nth:5 nd:3 nt:2
ന്റ  nt:7 ntr:2 nd:1
ന്ദ  nd:7 ndh:3
പ   p
ഫ   f:6 ph:4
ബ   b
ഭ   bh
മ   m
യ   y
ര   r
റ   r
റ്റ  tt:6 t:4
ല   l
ള   l
ഴ   zh:7 l:2 z:1
വ   v:8 w:2
ശ   s:5 sh:5
ശ്ര  sr:5 shr:4
ഷ   sh
സ   s
ഹ   h
""",
    signs="""
ാ   a:8 aa:1
ി   i:8 y:1
ീ   i:4 ee:6
ു   u
[ു]$ u
ൂ   u:4 oo:6
ൃ   ri:8 ru:2
െ   e
േ   e:8 a:1
ൈ   ai:8 y:1
ൊ   o
ോ   o
ൌ   au:6 ow:2 ou:2
ൗ   au:6 ow:2 ou:2
്   -
[്]$ -:7 u:3
""",
    letters="""
അ   a
ആ   a:6 aa:4
ഇ   i
ഈ   i:4 ee:5 ea:1
ഉ   u:9 oo:1
ഊ   u:4 oo:6
ഋ   ri
എ   e:8 a:1
ഏ   e:7 a:3
ഐ   ai:7 i:3
ഒ   o
ഓ   o
ഔ   au:6 ou:4
ൺ   n
ൻ   n
ർ   r
ൽ   l
ൾ   l
ൿ   k
ം   m
[ം]ഗ ng:5 n:4 m:1
[ം]ക ng:4 n:4 m:1
[ം]സ m:5 n:4
ഃ   h:5 -:5
""",
    unwritten=Unwritten(inside="a", last="a"),
)
