"""Armenian, read the Eastern way and the Western way.

Eastern: BGN/PCGN 1981 and the passports of Armenia (h for հ, kh for խ, gh for ղ), ISO 9985:1996,
Hübschmann–Meillet–Benveniste. Western: the voiced and the voiceless stops change places, all at once (Պետրոս is
Petros and Bedros, Կարապետ Karapet and Garabed), so it is a table of its own. The ligature և is two letters after
NFKC.
"""

from entente.identity.standards.table import Table

_COMMON = """
ա   a
ե   e:9 ye:1
^[ե] ye:5 e:5
զ   z
է   e
ը   y:6 e:3 -:1
ժ   zh:8 j:2
ի   i:9 y:1
լ   l
խ   kh:8 x:1 h:1
հ   h
ղ   gh:8 g:1 l:1
մ   m
յ   y:8 i:1 j:1
^[յ] h:5 y:5
[յ]$ y:5 -:5
ն   n
շ   sh
ո   o
^[ո] vo:6 o:4
չ   ch
ռ   r:9 rr:1
ս   s
վ   v
ր   r
ց   ts:8 c:1 tz:1
ւ   v:7 w:2 u:1
ք   k:8 q:1 kh:1
օ   o
ֆ   f
ու  u:8 ou:2
իւ  yu:6 iu:4
եւ  ev:8 yev:2 ew:1
^[եւ] yev:5 ev:4
յա  ya:9 ia:1
եա  ia:6 ya:3 ea:1
յու yu
ոյ  uy:4 oy:4 oo:1
"""

TABLE = Table(
    "Armn",
    letters=_COMMON
    + """
բ   b
գ   g
դ   d
թ   t:8 th:2
ծ   ts:9 dz:1
կ   k
ձ   dz:9 tz:1
ճ   ch:7 tch:2 j:1
պ   p
ջ   j:8 dj:2
տ   t
փ   p:9 ph:1
""",
)

WESTERN = Table(
    "Armn",
    letters=_COMMON
    + """
բ   p
գ   k:9 c:1
դ   t
թ   t:8 th:2
ծ   dz:7 tz:2 z:1
կ   g
ձ   ts:8 tz:2
ճ   j:7 dj:3
պ   b
ջ   ch:8 tch:2
տ   d
փ   p:9 ph:1
""",
)
