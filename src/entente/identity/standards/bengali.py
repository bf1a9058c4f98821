"""Bengali and Assamese.

Hunterian and ISO 15919:2001 without marks, with what Bengali passports write: the inherent vowel a or o, v or b for ব
in a conjunct, sh and s alike, y for য় and ya-phala, j for য. Assamese adds ৰ and ৱ and reads স, শ, ষ as x or s.
"""

from entente.identity.standards.table import Table, Unwritten

TABLE = Table(
    "Beng",
    consonants="""
ক   k:9 q:1
ক্ষ  ksh:6 kh:3 kkh:1
খ   kh
গ   g
ঘ   gh
ঙ   ng
চ   ch
ছ   chh:6 s:2 ch:2
জ   j:7 z:3
জ্ঞ  gy:4 jn:2 gn:2
ঝ   jh
ঞ   n
ট   t
ঠ   th
ড   d
ড়   r:7 d:2
ঢ   dh
ঢ়   rh:6 r:4
ণ   n
ত   t
থ   th
দ   d
ধ   dh
ন   n
প   p
ফ   f:6 ph:4
ব   b:8 v:2 w:1
ভ   bh:7 v:3
ম   m
য   y:4 j:5 z:1
য়   y:7 i:2 -:2
র   r
ৰ   r
ল   l
ৱ   w:7 v:3
শ   sh:7 s:3
শ্র  shr:6 sr:4
ষ   sh:7 s:2
স   s:7 sh:2 x:1
হ   h
""",
    signs="""
া   a
ি   i:8 e:1
ী   i:8 ee:1
ু   u
ূ   u:8 oo:1
ৃ   ri
ে   e
ৈ   oi:5 ai:5
ো   o
ৌ   ou:5 au:5
্   -
্য  y:5 ya:3 -:2
্ব  w:4 -:2 b:2 v:2
""",
    letters="""
অ   a:6 o:4
আ   a
ই   i
ঈ   i
উ   u
ঊ   u
ঋ   ri
এ   e
ঐ   oi:5 ai:5
ও   o:8 w:1
ঔ   ou:5 au:5
ৎ   t
ং   ng:6 n:3 m:1
[ং]হ n:6 ng:3
ঃ   h:5 -:5
ঁ   n:4 -:6
""",
    unwritten=Unwritten(inside="a:6 o:2 -:2", first="a:7 o:3", last="-:9 a:1", last_of_cluster="a:7 o:2 -:1"),
    silencers="্",
)
