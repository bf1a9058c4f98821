"""Khmer.

UNGEGN 1972 (BGN/PCGN agrees) in plain letters, with the French habits of Khmer passports (ou, eu, ch, v). The two
series of consonants change the vowel's sound; both readings stand beside each other. A subscript (after coeng) takes
the vowel from the consonant above it. Final consonants have no vowel.
"""

from entente.identity.standards.table import Table, Unwritten

TABLE = Table(
    "Khmr",
    consonants="""
ក   k
ខ   kh
[ខ]$ k:7 kh:3
គ   k:8 kh:1
[គ]$ k
ឃ   kh
[ឃ]$ k:6 kh:4
ង   ng
ច   ch
ឆ   chh:6 ch:4
ជ   ch:9 j:1
ឈ   chh:6 ch:4
ញ   nh:6 ny:3 n:1
ដ   d
ឋ   th
ឌ   d
ឍ   th
ណ   n
ត   t
ថ   th
ទ   t
ធ   th
ន   n
ប   b:6 p:4
[ប]$ p:6 b:4
ផ   ph
ព   p
ភ   ph:8 p:2
ម   m
យ   y
រ   r
[រ]$ r:5 -:5
ល   l
វ   v:8 w:2
ស   s
[ស]$ s:6 h:3
ហ   h
ឡ   l
អ   -
្ក  k
្ខ  kh
្គ  k
្ង  ng
្ច  ch
្ឆ  chh
្ជ  ch
្ញ  nh
្ដ  d
្ត  t:6 d:4
្ថ  th
្ទ  t
្ធ  th
្ន  n
្ប  b:6 p:4
្ព  p
្ភ  ph
្ម  m
្យ  y:7 i:3
្រ  r
្ល  l
្វ  v:6 w:3
្ស  s
្ហ  h
្អ  -:7 a:3
""",
    signs="""
ា   a:7 ea:3
ិ   i:5 e:3 o:1 eu:1
ី   i:5 y:3 ei:2 ey:2
ឹ   oe:3 eu:3 e:2 u:1
ឺ   eu:5 oe:3 ue:2
ុ   o:4 u:3 ou:3
ូ   ou:5 o:3 u:2 oo:2
ួ   uo:6 ua:3 our:1
ើ   eu:4 ae:2 aeu:2 oe:2
ឿ   oea:4 oeu:3 eu:2
ៀ   ie:5 ea:5 ia:3
េ   e:8 ei:1
ែ   ae:5 e:4
ែវ  eo:5 aev:3 ev:2
ាវ  av:5 ao:4
េវ  ev:6 eo:4
ៃ   ai:5 ey:2 ei:2 ay:1
ោ   ao:4 o:4 or:1
ៅ   au:4 ov:4 ow:1
ុំ  om:5 um:3
ំ   am:6 om:3 um:2
[ា]ំ a:6 ea:2 o:1
ា[ំ] m:7 ng:2
ះ   ah:6 eah:2
ៈ   ak:3 a:5
់   -
៍   -
៏   -
័   -:4 o:3 oa:3
្   -
៌   -
""",
    letters="""
ឥ   e:5 i:5
ឦ   ei
ឧ   u:5 o:3 ou:3
ឩ   ou
ឪ   ov
ឫ   rue:5 roe:3 ry:3
ឬ   rue
ឯ   ae:5 e:5
ឱ   ao:5 o:4
ឲ   ao
ឳ   au
ៗ   -
""",
    unwritten=Unwritten(inside="a:5 -:3 o:3 or:1", last="-:9 a:1"),
)
