"""Arabic script of other languages than Arabic: Persian and Dari, Urdu, Pashto, Sindhi; Kurdish (Sorani) and Uyghur.

Persian: BGN/PCGN 1958 and UN X/3 (2012); Urdu: the national practice and BGN/PCGN 2007; Pashto: BGN/PCGN 1968;
Sorani: the Kurdish Academy's Latin (2008) and BGN/PCGN 2007; Uyghur: Uyghur Latin (2001, BGN/PCGN). In plain letters.
They read words that hold a letter Arabic does not have; Arabic itself is learned. Hamza is gone (I2): ئ is ي, ؤ is و,
آ and أ are ا, ۀ is ە. Sorani and Uyghur write every vowel, so that they have a table of their own.
"""

from entente.identity.standards.table import Table, Unwritten

VOWELLED_LETTERS = frozenset("ەێۆۇۈېڵڕ")
"""Letters that only the languages which write their vowels have."""

_CONSONANTS = """
ب   b
پ   p
ت   t
ټ   t
ٹ   t
ٿ   th
ث   s:7 th:3
ج   j
چ   ch:8 c:1 tch:1
ځ   dz:7 z:3
څ   ts:8 s:2
ح   h
خ   kh:8 x:1
د   d
ډ   d
ڈ   d
ڌ   dh
ذ   z:7 dh:2
ر   r
ړ   r
ڑ   r:6 d:3
ز   z
ژ   zh:8 j:2
ږ   zh:4 g:4 j:1
س   s
ش   sh
ښ   sh:5 kh:4 x:1
ص   s
ض   z:7 d:2
ط   t
ظ   z
غ   gh
ف   f
ق   q:6 gh:2 k:2
ک   k
ك   k
ڪ   k
ګ   g
گ   g
ڳ   g
ڱ   ng
ل   l
م   m
ن   n
ڼ   n
ڻ   n
ں   n
ه   h
ھ   h
"""

TABLE = Table(
    "Arab",
    consonants=_CONSONANTS
    + """
بھ  bh
پھ  ph
تھ  th
ٹھ  th
جھ  jh
چھ  chh
دھ  dh
ڈھ  dh
کھ  kh
گھ  gh
""",
    signs="""
ا   a:9 aa:1
^[ا] a:7 e:2 i:1
اى  a
و   u:4 o:3 v:2 w:2
^[و] v:5 w:5
وا  va:4 wa:4 ua:1
ی   i:6 y:2 ai:1 e:1
^[ی] y
[ی]$ i:7 y:2 ai:1
یا  ia:4 ya:6
ي   i:6 y:3
^[ي] y
[ي]$ i
ې   e:8 ai:1
ۍ   ai:6 ay:3
ے   e:6 ai:4 ay:1
ہ   h
[ہ]$ a:7 ah:3
[ە]$ a
[ه]$ a:5 eh:4 ah:2 h:1
ع   a:6 -:3 e:2
ء   -
""",
    unwritten=Unwritten(
        inside="a:5 -:3 e:2 i:2 o:1 u:1", last="-", beside_sign="-:8 a:2", first="a:5 e:2 i:2 -:1 u:1 o:1"
    ),
)

VOWELLED = Table(
    "Arab",
    letters=_CONSONANTS
    + """
ا   a
ە   a:6 e:4
[ە]$ a:6 e:3 eh:1
ه   h
و   w:4 u:4 o:2
^[و] w
وو  u:8 oo:2
ۆ   o
ۇ   u
ۈ   u
ۋ   w:6 v:4
ی   i:6 y:4
^[ی] y
ى   i
ي   y:7 i:3
# A vowel that begins a syllable sits on ئ, which is ي in the normal form (I2).
^[ي] -:8 y:2
ې   e
ێ   e
ڕ   r
ڵ   l
ڤ   v
ڭ   ng
ع   a:6 -:4
""",
)

LETTERS = frozenset("پچژگکیہھےںٹڈڑټځڅډړږښګڼېۍێۆەڕڵڤۇۈۋڭٿڌڪڳڱڻ")
"""Letters that Arabic does not have. Persian yeh and kaf are among them: a Persian keyboard writes them in every name."""
