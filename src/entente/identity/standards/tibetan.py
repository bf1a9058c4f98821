"""Tibetan and Dzongkha, as their syllables are pronounced.

The simplified phonetic transcription of the Tibetan and Himalayan Library (Germano and Tournadre 2003) and BGN/PCGN
2010 for Dzongkha, with the spellings of passports (Tenzin, Dorji, Tshering, Wangchuk). Silent in a syllable are the
letters before and above its root letter, and d and s behind its vowel; -d, -n, -l and -s make an e of the a before
them. Each syllable is read apart.
"""

from entente.identity.standards.table import Table, Unwritten

_ROOTS = """
ཀ   k
ཁ   kh
ག   g:9 k:1
ང   ng
ཅ   ch
ཆ   ch:8 chh:2
ཇ   j
ཉ   ny
ཏ   t
ཐ   th:7 t:3
ད   d
ན   n
པ   p:9 b:1
ཕ   ph:7 p:3
བ   b:8 w:2
མ   m
ཙ   ts
ཚ   ts:6 tsh:4
ཛ   dz:5 z:5
ཝ   w
ཞ   zh:7 sh:3
ཟ   z:7 s:3
འ   -
ཡ   y
ར   r
ལ   l
ཤ   sh
ས   s
ཧ   h
ཨ   -
"""
_STACKS = """
ཀྱ  ky:8 ch:2
ཁྱ  khy
གྱ  gy
པྱ  ch
ཕྱ  ch:8 chh:2
བྱ  j:8 ch:2
མྱ  ny
ཀྲ  t:5 tr:5
ཁྲ  t:4 tr:3 thr:3
གྲ  d:6 dr:4
དྲ  d:6 dr:4
པྲ  tr
ཕྲ  tr:5 thr:5
བྲ  d:5 dr:4 t:1
སྲ  s:8 sr:2
ཧྲ  hr:5 shr:5
ཀླ  l
གླ  l
བླ  l
ཟླ  d
རླ  l
སླ  l
ལྷ  lh
"""
# Letters that stand under ར ལ ས, which are silent then.
_BELOW = """
ྐ   k
ྐྱ  ky:7 ch:3
ྐྲ  t:5 tr:5
ྒ   g
ྒྱ  gy
ྒྲ  d:6 dr:4
ྔ   ng
ྕ   ch
ྗ   j
ྙ   ny
ྟ   t
ྡ   d
ྣ   n
ྤ   p
ྤྱ  ch
ྤྲ  tr:6 t:4
ྦ   b:8 p:2
ྦྱ  j
ྦྲ  dr:5 d:5
ྨ   m
ྨྱ  ny
ྩ   ts
ྫ   dz:5 z:5
ྭ   -
"""
_PREFIXES = {"ག": "ཅཉཏདནཙཞཟཡཤས", "ད": "ཀགངཔབམ", "བ": "ཀགཅཏདཙཞཟཤསརལ", "མ": "ཁགངཆཇཉཐདནཚཛ", "འ": "ཁགཆཇཐདཕབཚཛ"}
"""Which root letters each silent letter stands before."""


_SUFFIXES = """
[ག]$ k:5 g:5
[ང]$ ng
[ད]$ -:9 t:1
[ན]$ n
[བ]$ b:6 p:4
[མ]$ m
[འ]$ -
[ར]$ r
[ལ]$ l:8 -:2
[ས]$ -
"""
"""What closes a syllable has no vowel of its own; all other letters have at its end."""


def _silent() -> str:
    below = sorted({line[0] for line in _BELOW.split("\n") if line} - {"ྭ"})
    rows = [f"^[{prefix}]{root} -" for prefix, roots in _PREFIXES.items() for root in roots]
    rows += [f"{before}[{above}]{letter} -" for before in ("", "^", "བ") for above in "རལས" for letter in below]
    return "\n".join(rows)


def _alone() -> str:
    """Give the root letters that are a whole syllable: they keep their vowel."""
    suffixes = {line[1] for line in _SUFFIXES.split("\n") if line}
    rows = [line.split() for line in _ROOTS.split("\n") if line and line[0] in suffixes]
    return "\n".join(f"^[{root}]$ {latin.split(':')[0].replace('-', '')}a" for root, latin, *_ in rows)


TABLE = Table(
    "Tibt",
    consonants=_ROOTS
    + _STACKS
    + _BELOW
    + """
ད[བ] w:7 -:2 b:1
ད[བྱ] y
""",
    signs="""
ི   i
ུ   u
ེ   e
ོ   o
ཱ   -
""",
    letters=_silent() + _SUFFIXES + _alone(),
    unwritten=Unwritten(inside="a:7 e:3", first="a:8 e:2", last="a"),
    parted="་",
)
