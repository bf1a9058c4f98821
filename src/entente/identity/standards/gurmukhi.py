"""Gurmukhi (Punjabi).

Hunterian and ISO 15919:2001 without marks; bh, dh, gh keep their h; addak doubles the consonant after it (Makkhan,
folded to one); the inherent a is silent at the end.
"""

from entente.identity.standards.table import Table, Unwritten

TABLE = Table(
    "Guru",
    consonants="""
ਸ   s
ਸ਼   sh:8 s:1
ਹ   h
ਕ   k
ਖ   kh
ਖ਼   kh
ਗ   g
ਗ਼   gh:6 g:4
ਘ   gh
ਙ   ng
ਚ   ch
ਛ   chh:6 ch:4
ਜ   j
ਜ਼   z:9 j:1
ਝ   jh
ਞ   n
ਟ   t
ਠ   th
ਡ   d
ਢ   dh
ਣ   n
ਤ   t
ਥ   th
ਦ   d
ਧ   dh
ਨ   n
ਪ   p
ਫ   ph:7 f:3
ਫ਼   f
ਬ   b
ਭ   bh
ਮ   m
ਯ   y
ਰ   r
ਲ   l
ਲ਼   l
ਵ   v:5 w:5
ੜ   r:6 d:3
""",
    signs="""
ਾ   a:9 aa:1
ਿ   i
ੀ   i:6 ee:4
ੁ   u
ੂ   u:6 oo:4
ੇ   e
ੈ   ai:7 e:2
ੋ   o
ੌ   au:7 o:1
੍   -
ਿੰ  in
""",
    letters="""
ਅ   a
ਆ   a
ਇ   i
ਈ   i:7 ee:3
ਉ   u
ਊ   u:7 oo:3
ਏ   e
ਐ   ai
ਓ   o
ਔ   au
ੲ   i
ੳ   u
ੰ   n:8 m:2
ਂ   n:8 -:2
ੱ   -
ਿ[ਆ] a:5 ya:4
ਃ   -
""",
    unwritten=Unwritten(inside="a:6 -:4", first="a:9 -:1", last="-:9 a:1", last_of_cluster="-:7 a:3"),
    silencers="੍",
)
