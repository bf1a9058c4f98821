"""Cyrillic letters of other languages than Russian, and what they make of the common ones.

Ukrainian: resolution 55 of 27 January 2010 (UN X/9), passports; Belarusian: instruction of 2000/2007 (UN X/4);
Bulgarian: Transliteration Act 2009 (UN X/7); Macedonian: UN III/11 and passports; Serbian: the Latin alphabet of
Serbian (UN III/11); Kazakh, Kyrgyz, Tajik, Uzbek, Tatar, Bashkir, Turkmen, Mongolian: their national systems
(Mongolian MNS 5217:2012, Tajik 2002, Uzbek alphabet of 1995) beside BGN/PCGN. ISO 9:1995 and ICAO 9303-3 section 6
for the rest. It reads words that hold a letter Russian does not have; Russian itself is learned.

Accents are gone (I2): ї is і, ў is у, ѓ is г and ќ is к here.
"""

from entente.identity.standards.table import Table

RUSSIAN_LETTERS = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюя")

TABLE = Table(
    "Cyrl",
    letters="""
а   a
б   b
в   v:9 w:1
г   g:6 h:4
д   d
дж  j:6 dzh:3
е   e:8 ye:2
^[е] e:5 ye:5
ж   zh:6 j:3 z:2
з   z
и   i:6 y:4
й   y:7 i:2 j:1
к   k
л   l
м   m
н   n
о   o
п   p
р   r
с   s
т   t
у   u
ф   f
х   kh:5 h:5
ц   ts:7 c:2 tz:1
ч   ch:8 c:1
ш   sh:8 s:1
щ   shch:7 sht:3
ъ   -:6 a:4
ы   y:8 i:2
ь   -:9 i:1
э   e
ю   yu:6 iu:4 ju:1
^[ю] yu:9 ju:1
я   ya:5 ia:4 ja:1
^[я] ya:9 ja:1
ий  yi:3 yy:3 y:3 ij:1 iy:2
[ий]$ yi:1 yy:4 y:4 iy:2 ii:1
і   i:9 y:1
є   ie:5 ye:4 e:1
^[є] ye:7 e:2 je:1
ґ   g
зг  zgh:6 zg:4
ђ   dj:6 d:1 j:1 dz:1
ј   j:6 y:3 i:3
љ   lj:6 l:3 ly:1
њ   nj:6 n:3 ny:1
ћ   c:6 ch:3 tj:1
џ   dz:4 dzh:4 j:2
ѕ   dz:7 z:2
ѣ   e
ѫ   a
ә   a:5 e:4
ғ   g:5 gh:5
қ   k:5 q:5
ң   n:5 ng:5
ө   o:7 u:2 oe:1
ұ   u
ү   u
һ   h
ҳ   h
ҷ   j:9 ch:1
ҡ   k:6 q:4
ҙ   z:6 d:3
ҫ   s:6 th:3
җ   j:7 zh:3
ӊ   n
ӈ   n
ҥ   n:6 ng:4
ҕ   g:6 gh:4
ӡ   dz
ҵ   ts
ҽ   ch
ҿ   ch
ҩ   o
ҟ   k
ӏ   -
кӏ  k
пӏ  p
тӏ  t
цӏ  ts
чӏ  ch
гӏ  g:6 -:4
хӏ  h
""",
)
