"""Burmese.

MLCTS (1980) and BGN/PCGN 1970 side by side, with the common spellings of Burmese names: aung for အောင်, kyaw for
ကျော်, hl and hm before or without their h, tin and thin, g or k, w for medials. Burmese writes each syllable out: a
consonant under asat closes it.
"""

from entente.identity.standards.table import Table, Unwritten

TABLE = Table(
    "Mymr",
    consonants="""
က   k:8 g:2
[က]ျ k:8 g:2
[က]ြ k:8 g:2
ခ   kh:9 k:1
[ခ]ျ ch:6 kh:2 k:2
[ခ]ြ ch:6 kh:2 k:2
ဂ   g
ဃ   g:6 gh:4
င   ng
[င]ှ hng:7 ng:3
စ   s
ဆ   s:7 hs:3
ဇ   z
ဈ   z
ည   ny
ဉ   ny
ဋ   t
ဌ   ht
ဍ   d
ဎ   d
ဏ   n
တ   t
ထ   ht:6 t:4
ဒ   d
ဓ   d:7 dh:3
န   n
[န]ှ hn:6 n:4
ပ   p
ဖ   ph:5 p:3 hp:2
ဗ   b
ဘ   b:8 bh:2
မ   m
[မ]ှ hm:6 m:4
ယ   y
ရ   y:7 r:3
[ရ]ှ sh:9 y:1
လ   l
[လ]ှ hl:8 l:2
ဝ   w
သ   th:9 t:1
ဟ   h
ဠ   l
အ   -
ျ   y
ခ[ျ] -:8 y:2
ြ   y:9 r:1
ခ[ြ] -:8 y:2
ွ   w
ှ   -
ရွှ shw:9 yw:1
""",
    signs="""
ါ   a:9 ar:1
ာ   a:8 ar:2
ိ   i
ီ   i:7 ee:3
ု   u
ူ   u:7 oo:3 ou:1
ေ   e:6 ay:4 ei:1
ဲ   e:5 ai:3 eh:1
ေါ  aw:7 au:1
[ေါ]င au
ော  aw:7 au:1 or:1
[ော]င au
ော် aw:9 or:1
[ော်]င aw
ေါ် aw:9 or:1
ို  o:8 oe:2
[ို]င ai:5 a:2 o:2
[ို]က ai:8 ik:1 o:1
ံ   an:7 am:3 un:1
ုံ  on:6 oun:3 one:2
်   -
္   -
""",
    closings="""
က်  et:5 ak:3 ek:1
င်  in:8 int:1 ing:1
စ်  it:7 is:3
ည်  i:4 yi:2 e:2 ay:2 inn:1
ဉ်  in:6 inn:2
တ်  at:7 ut:2 it:1
ဒ်  ad:5 at:3 a:2
ဓ်  at:5 ad:5
န်  an:7 un:2 ant:1
ပ်  at:5 ap:4 ut:2
မ်  an:5 am:5 un:2
ယ်  e:5 ai:2 ei:2 ay:1 eh:1
ဘ်  at:5 ab:5
ဇ်  az:5 a:5
သ်  at:5 a:5 as:5
""",
    letters="""
ွတ် ut:6 wut:2 wat:1
ွန် un:6 unt:2 wan:2 on:1
ွမ် un:6 wan:2 um:2
[ိ]န ei:7 i:3
[ိ]မ ei:6 i:4
[ိ]တ ei:7 i:3
[ိ]ပ ei:7 i:3
[ိ]ံ ei:6 i:4
[ု]န o:4 ou:4 u:2
[ု]မ o:4 ou:4 u:2
[ု]တ o:5 ou:4 u:1
[ု]ပ o:5 ou:4 u:1
ာ[င်] ng
ါ[င်] ng
ု[င်] ng:5 ing:4 ne:1
ု[က်] k:8 ke:1 t:1
ိ[တ်] t:5 k:1
ု[တ်] t:5 k:1 tt:1
ိ[န်] n:6 en:1 ne:1
ု[န်] n:5 on:2 one:1
ိ[ပ်] p:5 t:4 k:1
ု[ပ်] p:5 t:3 k:2
ိ[မ်] m:4 n:5
ု[မ်] m:4 n:5
ိ[ံ] n:6 m:2
[သ်]$ -:6 t:2 s:2 th:1
[လ်]$ l:7 -:3
[ရ်]$ -:6 r:4
[ဇ်]$ -:6 z:4
ဣ   i
ဤ   i
ဥ   u
ဦ   u
ဧ   e
ဩ   aw
ဪ   aw
""",
    tones="့း",
    unwritten=Unwritten(inside="a", last="a"),
)
