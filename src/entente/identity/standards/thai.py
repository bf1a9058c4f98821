"""Thai.

The Royal Thai General System of Transcription (1999, UN resolution VIII/13) and how names are really written, which
follows the letters more than the sound: j for จ, v for ว, p for พ, bh and th of Pali and Sanskrit words (Wichai,
Vichai; Phumiphon, Bhumibol). A vowel written before its consonant is moved behind it; tone marks are dropped; a
letter under thanthakhat is silent; the short vowels a and o between two consonants are not written.
"""

from entente.identity.standards.table import Table, Unwritten

SILENCED = "กขคงจชซญฎฏฐฑฒณดตถทธนบพภมยรลวศษสหฬ"

TABLE = Table(
    "Thai",
    consonants="""
ก   k:9 g:1
[ก]$ k
ข   kh:8 k:2
[ข]$ k
ฃ   kh
ค   kh:7 k:3
[ค]$ k
ฅ   kh
ฆ   kh:7 k:2 gh:1
ง   ng
จ   ch:5 j:5
[จ]$ t:6 j:2 ch:1
ฉ   ch
ช   ch
[ช]$ t:5 ch:3 j:2
ซ   s
[ซ]$ t:5 s:5
ฌ   ch
ญ   n:5 y:5
^[ญ] y:8 ny:1
[ญ]$ n
ฎ   d
[ฎ]$ t:6 d:4
ฏ   t
ฐ   th:6 t:4
[ฐ]$ t:6 th:4
ฑ   th:5 d:4 t:1
ฒ   th:6 t:2
[ฒ]$ t
ณ   n
ด   d:9 t:1
[ด]$ t:7 d:3
ต   t
ถ   th:8 t:2
[ถ]$ t
ท   th:7 t:3
[ท]$ t:8 th:1 d:1
ธ   th:7 t:2 dh:1
[ธ]$ t:8 th:2
น   n
บ   b:9 p:1
[บ]$ p:6 b:4
ป   p
ผ   ph:7 p:3
ฝ   f
พ   ph:6 p:4
[พ]$ p:6 ph:2 b:1
ฟ   f
[ฟ]$ p:3 f:7
ภ   ph:6 p:3 bh:1
[ภ]$ p:6 ph:2 bh:1
ม   m
ย   y:9 i:1
ร   r:9 n:1
[ร]$ n:6 r:3 -:1
ล   l:9 n:1
[ล]$ n:6 l:4
ว   w:6 v:4
[ว]$ w:6 o:3 v:1
ศ   s
[ศ]$ t:6 s:3
ษ   s
[ษ]$ t:6 s:3
ส   s
[ส]$ t:6 s:3
[ส]ด t:6 s:4
ห   h
ฬ   l
[ฬ]$ n:5 l:5
ฮ   h
ทร  s:5 thr:3 tr:1
หม  m:7 hm:1
หน  n:7 hn:1
หล  l
หว  w
หย  y
หญ  y
หร  r:6 hr:2
หง  ng
""",
    signs="""
ะ   a
ั   a:9 u:1
ัว  ua:6 uo:1 au:1
ัย  ai:7 ay:2 aiy:1 aya:1
า   a:9 ar:1
ำ   am:9 um:1
ํา  am:9 um:1
ิ   i
ี   i:7 ee:3
ึ   ue:5 u:4 eu:1
ื   ue:5 eu:2 u:2
ือ  ue:6 eu:2 uea:1
ุ   u:8 oo:1
ู   u:6 oo:4
เ   e:8 ay:1 ae:1
แ   ae:7 a:1 e:1
โ   o
ไ   ai:7 i:1 ay:1
ใ   ai:8 i:1
ไย  ai:6 aiy:1 aiya:1
เา  ao:8 au:1 aw:1
เี  oei
เีย ia:7 ea:1 ie:1
เือ uea:5 ua:3 eua:1
เอ  oe:5 er:4 e:1
เิ  oe:6 er:3 ir:1 e:1
เย  oei:6 oey:2 ei:1
เ็  e
แ็  ae
เาะ o:7 aw:1 or:1
แะ  ae
เะ  e
โะ  o
รร  an:6 a:3 ar:1 un:1
[รร]ม am:1 a:5 ar:2 an:1 ham:1
[รร]ค a
อ   o:6 or:3 aw:1
^[อ] -:5 a:3 o:2
อา  a
็   o:5 -:5
ฤ   rue:4 ri:4 ru:1 ro:1
ฤๅ  rue
์   -
""",
    letters="""
^[อ]ะ -
^[อ]ั -
^[อ]า -
^[อ]ิ -
^[อ]ี -
^[อ]ึ -
^[อ]ื -
^[อ]ุ -
^[อ]ู -
^[อ]เ -
^[อ]แ -
^[อ]โ -
^[อ]ไ -
^[อ]ใ -
^[อ]ํ -
ๆ   -
[ชร]$ t:7 ch:2
[ตร]$ t:6 tr:3 thorn:1
[ทร]$ t:5 thon:3 s:1
[คร]$ k:5 khon:3
ทร์ -:9 thr:1
ตร์ -:6 t:4
ดร์ -
ฯ   -
"""
    + "\n".join(f"{letter}{mark}์ -" for letter in SILENCED for mark in ("", "ิ", "ุ")),
    unwritten=Unwritten(inside="-:4 o:3 a:4", first="o:4 a:4 -:3", last="-:9 a:1", beside_sign="-"),
    moved="เแโใไ",
    open_vowels="ไใ",
    moved_over=("กขคตปผพทจฉ", "รลว"),
    tones="่้๊๋",
)
