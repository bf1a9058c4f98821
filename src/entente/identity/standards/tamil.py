"""Tamil.

ISO 15919:2001 and the Tamil Lexicon without marks, with the voicing that spelling does not show: k, ch, t, t, p at
the beginning, doubled or after another stop; g, s, d, th or dh, b between vowels and after a nasal (Murugan, Ganesan,
Sundaram). zh for ழ, and the Grantha letters ஜ ஷ ஸ ஹ for foreign sounds.
"""

from entente.identity.standards.table import Table, Unwritten

TABLE = Table(
    "Taml",
    consonants="""
க   g:5 k:4 h:2
^[க] k:6 g:5
ங[க] g:8 k:2
க்க  kk:5 k:4
ங   ng
ங்க  ng:8 nk:2
ச   s:8 ch:2
^[ச] s:6 ch:4
ச்ச  cch:3 ch:5 chch:1
ஞ   gn:4 n:3 ny:2 j:1
ஞ்ச  nj:7 nch:3
ட   d:7 t:3
ட்ட  tt:5 t:5
ண   n
ண்ட  nd:8 nt:2
த   th:5 d:3 dh:2 t:3
^[த] th:5 t:3 d:3 dh:1
த்த  tth:2 th:5 tt:2 t:2
ந   n
ந்த  nd:4 nth:4 ndh:2 nt:1
ப   b:5 p:5
^[ப] p:6 b:5
ப்ப  pp:6 p:4
ம   m
ம்ப  mb:8 mp:2
ய   y:8 i:1
ர   r
ல   l
வ   v:8 w:1
ழ   zh:6 l:3 z:1
ள   l
ற   r:8 tr:1
ற்ற  tr:6 tt:2 rr:2
ன   n
ன்ற  ndr:6 nr:4
ஜ   j
ஶ   sh:7 s:3
ஷ   sh
க்ஷ  ksh
ஸ   s
ஹ   h
ஃப  f
""",
    signs="""
ா   a:8 aa:2
ி   i:9 y:1
ீ   i:6 ee:4
ு   u
ூ   u:6 oo:4
ெ   e
ே   e:9 ay:1
ை   ai:8 a:1 ay:1
ொ   o
ோ   o:9 oo:1
ௌ   au:6 ou:2 ow:2
்   -
""",
    letters="""
அ   a
ஆ   a:7 aa:3
இ   i:9 e:1
ஈ   i:5 ee:5
உ   u
ஊ   u:5 oo:5
எ   e
ஏ   e:8 ae:1
ஐ   ai:7 i:3
ஒ   o
ஓ   o
ஔ   au:6 av:3 ou:1
ஃ   -:5 k:2 h:2
""",
    unwritten=Unwritten(inside="a", last="a"),
)
