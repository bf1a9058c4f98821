"""Hebrew, and Yiddish in its letters.

The Academy of the Hebrew Language's simple transliteration (2006; UN resolution IX/9) and ISO 259-3 for the
consonants; kh, tz, ch and f beside them as names are usually written (Chaim, Yitzhak, Ephraim). Points are gone (I2),
so that בּ and ב, שׁ and שׂ are one letter each. Vav and yod are consonants or vowels; the other vowels are not
written. Yiddish writes its vowels: א ע יי ײ וו.
"""

from entente.identity.standards.table import Table, Unwritten

TABLE = Table(
    "Hebr",
    consonants="""
ב   v:5 b:5
^[ב] b
ג   g
ד   d
ז   z
ח   h:5 ch:4 kh:1
ט   t
כ   k:5 ch:3 kh:2
^[כ] k:6 c:3 ch:1
ל   l
מ   m
נ   n
ס   s
פ   f:4 p:4 ph:2
^[פ] p:8 f:2
צ   tz:6 ts:3 z:2
ק   k:9 q:1 c:1
ר   r
ש   sh:7 s:3
ת   t:8 th:2
""",
    signs="""
ו   o:4 v:3 u:3
^[ו] v:9 w:1
וו  v:8 w:2
יו  io:4 yu:2 iv:2 yo:2
[יו]$ iv:5 av:3 io:2
י   i:6 y:2 ay:1 ei:1
^[י] y:6 i:2 ye:2 ya:2 j:1
^[יו] yo:6 yu:1 jo:2
^[יי] yi:5 y:2
יי  ai:4 y:3 ei:2 ay:1
א   a:7 e:2 -:1
^[א] a:5 e:4 i:1 o:1
^[או] o:5 u:4 au:1
^[אי] i:7 e:2 ai:1
^[אל] el:6 al:4
[א]$ a:8 e:1 -:1
[אה]$ ah:5 a:5
ה   h:6 ha:2 he:1
^[ה] h:4 ha:4 he:1 ho:1
[ה]$ a:5 ah:4 e:1 eh:1
[יה]$ ya:4 iah:3 ia:2 yah:2
ע   a:5 e:3 -:2
^[ע] a:6 e:2 o:1 i:1
[ע]$ a:6 -:2 e:2
""",
    letters="""
ך   kh:4 ch:4 k:2
ם   m
ן   n
ף   f:8 ph:1 p:1
ץ   tz:7 ts:2 z:1
ײ   ai:5 ei:4 ay:1
װ   v:7 w:2
ױ   oi:6 oy:4
""",
    unwritten=Unwritten(inside="a:5 -:3 e:3 i:1", last="-:8 a:1", beside_sign="-:8 a:2 e:1"),
)
