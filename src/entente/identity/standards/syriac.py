"""Syriac.

ALA-LC 2012 and the BGN/PCGN reading of Assyrian names: begadkefat letters are read in two ways, alaph, waw and yudh
are consonants or vowels, other vowels are marks that names leave out.
"""

from entente.identity.standards.table import Table, Unwritten

TABLE = Table(
    "Syrc",
    consonants="""
ܒ   b:7 v:2 w:1
ܓ   g:8 gh:2
ܔ   j:7 g:3
ܕ   d:8 dh:2
ܙ   z
ܚ   h:6 kh:3 ch:1
ܛ   t
ܟ   k:6 kh:4
ܠ   l
ܡ   m
ܢ   n
ܣ   s
ܤ   s
ܦ   p:7 f:3
ܨ   s:8 ts:2
ܩ   q:6 k:4
ܪ   r
ܫ   sh
ܬ   t:7 th:3
""",
    signs="""
ܐ   a:7 e:2 o:1
^[ܐ] a:6 e:2 i:2
ܘ   o:4 u:4 w:2
^[ܘ] w
ܝ   i:7 y:2 e:1
^[ܝ] y:8 i:2
ܗ   h:8 a:2
ܥ   a:5 e:3 -:2
ܲ   a
ܰ   a
ܵ   a:8 o:2
ܳ   a:6 o:4
ܸ   e:7 i:3
ܶ   e
ܹ   e
ܼ   i
ܺ   i
ܿ   o
ܽ   u
""",
    letters="""
ܑ   -
ܞ   yh
݂   -
݁   -
݀   -
""",
    unwritten=Unwritten(inside="a:5 -:3 e:2 i:1", last="-", beside_sign="-:8 a:2"),
)
