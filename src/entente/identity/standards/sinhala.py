"""Sinhala.

ISO 15919:2001 and the Sri Lankan practice of names: th for ත and ථ, d and dh, w and v, sh and s, ae or e for ඇ;
prenasalised letters nd, mb, ng; the inherent a is heard, also at the end. Zero-width joiners are gone (I2).
"""

from entente.identity.standards.table import Table, Unwritten

TABLE = Table(
    "Sinh",
    consonants="""
ක   k:9 c:1
ක්ෂ  ksh
ඛ   kh:7 k:3
ග   g
ඝ   gh:6 g:4
ඞ   n
ඟ   ng
ච   ch
ඡ   ch:7 chh:3
ජ   j
ඣ   jh
ඤ   n:5 gn:3 ny:2
ඥ   gn:6 gna:1 jn:3
ට   t
ඨ   t:6 th:4
ඩ   d
ඪ   d
ණ   n
ඬ   nd
ත   th:6 t:4
ථ   th
ද   d:7 dh:2
ධ   dh:6 d:4
න   n
ඳ   nd
ප   p
ඵ   p:5 ph:5
බ   b
භ   bh:7 b:2
ම   m
ඹ   mb
ය   y
ර   r
ල   l
ව   w:6 v:4
ශ   sh:7 s:3
ෂ   sh
ස   s
හ   h
ළ   l
ෆ   f
""",
    signs="""
ා   a:9 aa:1
ැ   e:5 a:3 ae:2
ෑ   e:4 ae:3 a:2
ි   i
ී   i:8 ee:1
ු   u
ූ   u:8 oo:2
ෘ   ru:6 ri:3
ෙ   e
ේ   e
ෛ   ai
ො   o
ෝ   o
ෞ   au:7 ou:2
්   -
""",
    letters="""
අ   a
ආ   a:9 aa:1
ඇ   e:4 a:4 ae:2
ඈ   ae:4 a:4 e:2
ඉ   i
ඊ   i:5 ee:3 e:1
උ   u
ඌ   u
ඍ   ru:6 ri:4
එ   e
ඒ   e
ඓ   ai
ඔ   o
ඕ   o
ඖ   au
ං   n:5 ng:3 m:2
ඃ   -
""",
    unwritten=Unwritten(inside="a", last="a"),
)
