"""What of an object of STIX is never carried: politics, religion, race and secrets, and actors that are a state's.

It is cut out before anything of the object is read, kept or shown. Custom properties have names of their makers', so that each
word of a name is asked. Source: docs/rules/records.md R3 and R54; DESIGN section 1, promise 6; STIX 2.1, section 10.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from typing import Final

from entente.formats.list_facts import words_of
from entente.formats.never_carried import dropped_code

NAMES_REMEMBERED: Final = 10_000
"""Of properties and labels whether they are carried: more than all bundles that are read have."""
STATE_ACTOR: Final = "state_actor"
"""The code under which actors of a state are counted: who acts for a state against others is no matter of the charter."""
_SECRETS: Final[Mapping[str, str]] = {"credential": "password"}
"""Properties of the standard that open a door, and the code that they are counted under."""
_POLITICAL: Final[Mapping[str, frozenset[str]]] = {
    "primary_motivation": frozenset({"ideology"}), "secondary_motivations": frozenset({"ideology"}),
    "personal_motivations": frozenset({"ideology"}), "threat_actor_types": frozenset({"activist", "spy"}),
}  # fmt: skip
"""Words of the standard's vocabularies that say what somebody believes in, or for which state they look and listen."""


def is_state_actor(found: Mapping[str, object]) -> bool:
    """Say whether an actor is a state's."""
    types = found.get("threat_actor_types")
    return found.get("resource_level") == "government" or (isinstance(types, list) and "nation-state" in types)


def carried(found: Mapping[str, object], dropped: Counter[str]) -> dict[str, object]:
    """Return an object, or a part of one, without what is never carried, which is counted by its code."""
    kept: dict[str, object] = {}
    for name, value in found.items():
        code = code_of(name)
        if code is not None:
            dropped[code] += 1
        elif name in _POLITICAL:
            if (words := _without(value, _POLITICAL[name], dropped)) is not None:
                kept[name] = words
        else:
            kept[name] = _carried_in(name, value, dropped)
    return kept


def code_of(name: str) -> str | None:
    """Return under which code a property of this name is never carried; None where it is."""
    return _SECRETS.get(name) or _code_of(name)


def _carried_in(name: str, value: object, dropped: Counter[str]) -> object:
    if isinstance(value, dict):
        return carried(value, dropped)
    if not isinstance(value, list):
        return value
    if name != "labels":
        return [_carried_in("", one, dropped) for one in value]
    codes = [dropped_code(label) if isinstance(label, str) else None for label in value]
    dropped.update(code for code in codes if code is not None)
    return [label for label, code in zip(value, codes, strict=True) if code is None]


def _without(value: object, words: frozenset[str], dropped: Counter[str]) -> object:
    """Return a word or a list of some without those; nothing where none is left."""
    several = value if isinstance(value, list) else [value]
    left = [one for one in several if not (isinstance(one, str) and one in words)]
    dropped["political"] += len(several) - len(left)
    if len(left) == len(several):
        return value
    return left if isinstance(value, list) and left else None


@functools.lru_cache(NAMES_REMEMBERED)
def _code_of(name: str) -> str | None:
    words = words_of(name.replace("-", "_")).split()
    return next((code for place in range(len(words)) if (code := dropped_code(" ".join(words[place:])))), None)
