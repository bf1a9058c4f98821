"""Lao.

BGN/PCGN 1966 with the French habits that Lao passports keep (ou, x for s, v): a vowel written before its consonant is
moved behind it, tone marks are dropped. ໜ, ໝ and ຳ are two letters after NFKC.
"""

from entente.identity.standards.table import Table, Unwritten

TABLE = Table(
    "Laoo",
    consonants="""
ກ   k
ຂ   kh
ຄ   kh:9 k:1
ງ   ng
ຈ   ch:7 j:2 c:1
ສ   s:8 x:2
[ສ]$ t:5 s:4
ຊ   x:6 s:3 ch:2
ຍ   gn:3 nh:3 ny:2 y:4
[ຍ]$ y:4 i:4
ດ   d
[ດ]$ t:7 d:2 th:1
ຕ   t
ຖ   th
ທ   th:8 t:2
ນ   n
ບ   b:9 p:1
[ບ]$ p:6 b:3
ປ   p
ຜ   ph:8 p:2
ຝ   f
ພ   ph:8 p:2
ຟ   f
ມ   m
ຢ   y
ຣ   r:7 l:3
[ຣ]$ n:4 r:5
ລ   l:8 r:2
ວ   v:6 w:4
[ວ]$ o:5 w:3 v:1
ຫ   h
ຮ   h
ຫມ  m
ຫນ  n
ຫຼ  l
ຫລ  l
ຫຍ  gn:4 ny:4
ຫວ  v:5 w:4
ຫງ  ng
""",
    signs="""
ະ   a
ັ   a
ັຽ  ia
ັວ  oua:5 ua:4
ັຍ  ay:6 ai:4 aya:1
າ   a
າຍ  ay:6 ai:4
ໍາ  am:9 um:1
ິ   i
ີ   i:7 y:1 ee:1
ຶ   u:6 eu:3
ື   u:6 eu:3 ue:1
ຸ   ou:5 u:5
ູ   ou:5 u:5 oo:1
ົ   o
ົວ  oua:5 ua:3 o:1
ໍ   o
ໍຍ  oy:5 oi:5
ຼ   l
ຽ   ia
ເ   e:7 ay:1
ແ   e:4 ae:5
ໂ   o
ໃ   ai:7 ay:2
ໄ   ai:7 ay:3 i:1
ເົາ ao
ເິ  eu:5 oe:5
ເີ  eu:5 oe:5
ເັ  e
ແັ  ae:5 e:5
ເຍ  ia:8 ey:1
ເຶອ eua:6 uea:3
ເືອ eua:6 uea:3 ua:1
ອ   o
^[ອ] -:7 o:2 a:1
ວ[ຍ] y:5 i:5
໌   -
""",
    letters="""
ໆ   -
""",
    unwritten=Unwritten(inside="-:5 a:3 o:2", last="-", beside_sign="-"),
    moved="ເແໂໃໄ",
    open_vowels="ໄໃ",
    moved_over=("ກຂຄຕປຜພທ", "ຣລວຼ"),
    tones="່້໊໋",
)
