"""What no import carries, not even among the unknown properties: politics, religion, race, and secrets that open things.

The list is data/neutrality.yaml; secrets are ours. A reader drops such a value, counts it, and cuts it out of the original
fragment too. Source: docs/rules/records.md R3; DESIGN section 1, promise 6; Constitution of INTERPOL, Art. 3.
"""

from __future__ import annotations

import functools
import re
from importlib.resources import files

from entente.formats.marked_yaml import read_marked
from entente.kernel.errors import Misconfigured

NEUTRALITY_BYTES_MAX = 64 * 1024
"""Fifty times the list."""

SECRETS = frozenset({"privateKey", "password"})
"""FollowTheMoney has both; a record others may copy is no place for what moves money or opens a door (ours)."""

_RELATED = {
    "ethnicity": r"ethnic\w*|rac(?:e|ial)",
    "religion": r"religio\w*|faith|denomination",
    "political": r"political|party membership",
    "privateKey": r"private key",
    "password": r"passwords?|passphrases?",
}
"""How lists of other makers name the same in words."""

_COLUMNS = {
    "ethnicity": ("ethnie", "etnia", "raza", "национальность", "этническая принадлежность", "раса", "العرق", "民族", "种族"),
    "religion": ("religión", "вероисповедание", "вера", "религия", "الدين", "الديانة", "宗教", "宗教信仰"),
    "political": (
        "parti politique", "appartenance politique", "partido político", "filiación política", "партийность",
        "политические взгляды", "الانتماء السياسي", "الحزب السياسي", "政治面貌", "政治派别",
    ),
    "password": ("mot de passe", "contraseña", "пароль", "كلمة المرور", "كلمة السر", "密码"),
    "privateKey": ("clé privée", "clave privada", "закрытый ключ", "приватный ключ", "المفتاح الخاص", "私钥"),
}  # fmt: skip
"""What a column of a table is called in the other languages of the desk."""
_COLUMN_CODES = {word: code for code, words in _COLUMNS.items() for word in words}


@functools.cache
def never_carried() -> frozenset[str]:
    """Return the property names that are dropped and counted."""
    name = "neutrality.yaml"
    document = read_marked((files("entente.data") / name).read_bytes(), name, bytes_max=NEUTRALITY_BYTES_MAX)
    entries = document.value.get("entries")
    codes = (
        {str(entry.get("code")) for entry in entries if isinstance(entry, dict)} if isinstance(entries, list) else set()
    )
    if not codes:
        raise Misconfigured(
            f"The list {name} names nothing.", why="It should have entries with codes.", do="Install the program again."
        )
    return frozenset(codes | SECRETS)


def dropped_code(label: str) -> str | None:
    """Return the code under which a feature with this label in words is dropped, or None when it may be carried."""
    words = re.sub(r"[^a-z]+", " ", label.lower()).strip()
    for code in sorted(never_carried()):
        if re.match(rf"(?:{_RELATED.get(code, re.escape(code.lower()))})\b", words):
            return code
    return None


def dropped_column(name: str) -> str | None:
    """Return the code under which a table's column of this name is dropped, or None when it may be carried."""
    return dropped_code(name) or _COLUMN_CODES.get(" ".join(name.split()).casefold())
