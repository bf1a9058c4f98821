"""Ethiopic, for Amharic, Tigrinya and Ge'ez.

EAE (Encyclopaedia Aethiopica) and BGN/PCGN 2007 for the consonants and the seven orders, in the plain letters of
passports: first order e or a, fourth a, fifth e, sixth i, e or silent, seventh o. Gemination is not written. Each row
is one consonant; the seven or eight characters of its orders follow each other in Unicode.
"""

from entente.identity.standards.table import Table

# The first character of each series and what its consonant is written as.
CONSONANTS = {
    "ሀ": "h", "ለ": "l", "ሐ": "h", "መ": "m", "ሠ": "s", "ረ": "r", "ሰ": "s", "ሸ": "sh", "ቀ": "k:6 q:4", "ቈ": "kw:5 qw:3 ko:2",
    "ቐ": "k:5 q:5", "በ": "b", "ቨ": "v", "ተ": "t", "ቸ": "ch", "ኀ": "h", "ኈ": "hw", "ነ": "n", "ኘ": "gn:6 ny:4", "አ": "-",
    "ከ": "k", "ኰ": "kw:6 ko:4", "ኸ": "h:7 kh:3", "ወ": "w", "ዐ": "-", "ዘ": "z", "ዠ": "zh:8 j:2", "የ": "y", "ደ": "d",
    "ጀ": "j", "ገ": "g", "ጐ": "gw:6 go:4", "ጠ": "t:8 th:1", "ጨ": "ch", "ጰ": "p", "ጸ": "ts:8 tz:1 s:1", "ፀ": "ts:8 tz:1 s:1",
    "ፈ": "f", "ፐ": "p",
}  # fmt: skip
ORDERS = ("e:7 a:3", "u", "i:8 ee:1", "a", "e:7 ie:2 ye:1", "i:3 -:6 e:2", "o", "wa:6 ua:4")
SIXTH = 5
SIXTH_FIRST = "i:6 e:3 -:1"
SIXTH_LAST = "-:8 i:1 e:1"
"""The sixth order is heard at the beginning of a word and mostly silent at its end."""
GUTTURALS = "ሀሐኀአዐ"
"""Their first order is read a."""
GLIDES = {"የ": "i:5 y:4 yi:1", "ወ": "w:6 u:4"}
"""In the sixth order they are vowels."""


def _spelt(first: str, consonant: str, order: int, vowel: str) -> str:
    if first in GUTTURALS and order == 0:
        vowel = "a:9 e:1"
    if first in "አዐ" and order == SIXTH:
        vowel = "i:6 e:3 -:1"
    if first in GLIDES and order == SIXTH:
        return GLIDES[first]
    weighted = consonant if ":" in consonant else f"{consonant}:1"
    joined = []
    for cell in weighted.split():
        for tail in (vowel if ":" in vowel else f"{vowel}:1").split():
            latin, share = cell.split(":")
            sound, part = tail.split(":")
            joined.append(f"{(latin + sound).replace('-', '') or '-'}:{int(share) * int(part)}")
    return " ".join(joined)


def _rows() -> str:
    rows = []
    for first, consonant in CONSONANTS.items():
        for order, vowel in enumerate(ORDERS):
            letter = chr(ord(first) + order)
            if not letter.isalpha():
                continue  # a labialised series has no second and seventh order
            rows.append(f"{letter} {_spelt(first, consonant, order, vowel)}")
            if order == SIXTH and first not in GLIDES:
                rows.append(f"^[{letter}] {_spelt(first, consonant, order, SIXTH_FIRST)}")
                rows.append(f"[{letter}]$ {_spelt(first, consonant, order, SIXTH_LAST)}")
    return "\n".join(rows)


TABLE = Table("Ethi", letters=_rows())
