"""Devanagari for Hindi, Marathi and Nepali (and Konkani, Maithili, Bhojpuri, Sanskrit names).

Hunterian transliteration (Survey of India; UN resolution II/11 of 1972) without its marks first, then ISO 15919:2001
and what Indian and Nepali passports write beside it (ee, oo, w for v, gy for ज्ञ). The inherent a is mostly silent at
the end of a word and often between two syllables (Ramesh, Kamla).
"""

from entente.identity.standards.table import Table, Unwritten

TABLE = Table(
    "Deva",
    consonants="""
क   k
क़   q:7 k:3
क्ष  ksh:7 x:1 ks:1
ख   kh
ख़   kh
ग   g
ग़   gh:6 g:4
घ   gh
ङ   n:6 ng:4
च   ch
छ   chh:5 ch:4
ज   j
ज़   z:8 j:2
ज्ञ  gy:4 jn:2 dny:2 gn:1 ny:1
झ   jh:8 z:1
ञ   n:7 ny:3
ट   t
ठ   th:8 t:1
ड   d
ड़   d:5 r:5
ढ   dh
ढ़   dh:5 rh:4
ण   n
त   t:7 th:2
थ   th
द   d:9 dh:1
ध   dh
न   n
प   p
फ   ph:6 f:4
फ़   f
ब   b
भ   bh
म   m
य   y:9 i:1
र   r
ऱ   r
ल   l
ळ   l
व   v:7 w:3
श   sh:8 s:2
श्र  shr:9 sr:1
ष   sh
स   s
ह   h
""",
    signs="""
ा   a:8 aa:1
ि   i
ी   i:6 ee:4 y:1
ु   u
ू   u:6 oo:3
ृ   ri:7 ru:2
ॄ   ri
े   e
ॅ   e:6 a:4
ै   ai:8 ei:1
ो   o
ॉ   o:7 aw:1
ौ   au:7 ou:1 av:1
्   -
""",
    letters="""
अ   a
आ   a:8 aa:2
इ   i
[इ]$ i
ई   i:6 ee:3
उ   u
ऊ   u:6 oo:3
ऋ   ri:7 ru:2
ए   e
ऐ   ai:9 ae:1
ओ   o
ऑ   o
ऍ   e
औ   au:8 ou:1
ा[य]ा y
ं   n:7 m:3
[ं]ह ng:7 n:3
[ं]ब m:8 n:2
[ं]भ m:8 n:2
[ं]प m:8 n:2
[ं]म m:8 n:2
ँ   n:7 -:3
ः   h:6 -:4
ऽ   -
ॐ   om
""",
    unwritten=Unwritten(inside="a:7 -:3", first="a:9 -:1", last="-:9 a:1", last_of_cluster="a:7 -:3"),
    silencers="्",
)
