"""How the fuzzer's bytes choose, and how they change fields: types, bounds, ends of calendars, others' ids, deceptive letters.

The bytes of an input choose everything, so that it replays what it did.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any

from entente.kernel.canonical import Json
from entente.kernel.signing import encode_bytes

CHANGES_MAX = 3
NESTED = 200
MANY = 3_000

_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Chance:
    """Chooses by the bytes of an input, the first choice when they are used up."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def number(self, below: int) -> int:
        """Return a number from 0 to below `below`."""
        size = 1 if below <= 256 else 4
        piece = self._data[self._place : self._place + size]
        self._place += size
        return int.from_bytes(piece, "big") % below

    def one_of(self, choices: Sequence[Any]) -> Any:  # noqa: ANN401 - whatever it is given
        """Return one of the choices."""
        return choices[self.number(len(choices))]

    def piece(self, most: int) -> bytes:
        """Return a run of the input's own bytes."""
        size = self.number(most + 1)
        found = self._data[self._place : self._place + size]
        self._place += size
        return found


def written(document: Json) -> bytes:
    """Write any document as text, canonical or not."""
    return _encoder.encode(document).encode("utf-8", "surrogatepass")


def change(document: Any, chance: Chance, others: Sequence[str]) -> bool:  # noqa: ANN401 - any JSON
    """Change up to CHANGES_MAX fields of a document, wherever they stand; return whether any was.

    `others` are ids that stand elsewhere: of bodies, records, messages, instruments.
    """
    count = chance.number(CHANGES_MAX + 1)
    for _ in range(count):
        places = list(_places(document))
        if not places:
            return False
        holder, name = chance.one_of(places)
        match chance.number(5):
            case 0:
                del holder[name]
            case 1 if isinstance(holder, dict):
                holder[chance.one_of(_NAMES)] = _value(chance, others, holder[name])
            case 1:
                holder.append(copy.deepcopy(holder[name]))
            case 2:
                other, key = chance.one_of(places)
                holder[name] = copy.deepcopy(other[key]) if key in _names(other) else None
            case _:
                holder[name] = _value(chance, others, holder[name])
    return count > 0


def _names(holder: Any) -> Any:  # noqa: ANN401 - any JSON
    return holder if isinstance(holder, dict) else range(len(holder))


def _places(document: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - any JSON
    """Yield every holder and name under which a value stands in a document."""
    if isinstance(document, dict | list):
        for name in list(document) if isinstance(document, dict) else range(len(document)):
            yield document, name
            yield from _places(document[name])


def _value(chance: Chance, others: Sequence[str], old: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a value to stand where another stood."""
    match chance.number(4):
        case 0:
            return chance.one_of(others)
        case 1:
            return chance.one_of(_near(old, chance))
        case _:
            return copy.deepcopy(chance.one_of(_HOSTILE))


def _near(old: Any, chance: Chance) -> Sequence[Any]:  # noqa: ANN401 - any JSON
    """Return what is nearly the old value."""
    if isinstance(old, bool) or old is None:
        return (not old, [old], {"": old})
    if isinstance(old, int):
        return (old + 1, old - 1, -old, old * 1_000_000_007, str(old), [old])
    if isinstance(old, str):
        letter, place = chance.one_of(_LETTERS), len(old) // 2
        return (
            old + "x", old[:-1], old.upper(), old[::-1], old * 40, f" {old}", old[:place] + letter + old[place:], [old],
            {old: old}, encode_bytes(chance.piece(32)),
        )  # fmt: skip
    return ([old], [old, old], {"x": old}, str(old))


_LETTERS = (
    "\u202e",
    "\u2066",
    "\u200b",
    "\x00",
    "\x1b[2J",
    "\x9b2J",
    "а",
    "ﬁ",
    "\u0301",
    "\r\n",
    "\ufeff",
    "🄰",
    "\u2028",
    "０",
)
"""What turns the writing, hides, moves a terminal, or looks like another letter."""
_NAMES = ("x", "v", "kind", "body", "at", "ключ", "statement", "header", "officer", "")
_NESTED: Any = []
for _ in range(NESTED):
    _NESTED = [_NESTED]
_HOSTILE: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**53 - 1, 2**53, -(2**63), 10**400, 1.5, "", " ", "\x00", "\ud800", "\u202e",
    "é" * 5_000, "0000-00-00T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z", "9000-12-31T23:59:59.999999Z",
    "1900-01-01T00:00:00.000000Z", "2031-05-04T08:00:00.000000+14:00", "2031-05-04T08:00:00", "2031-12-31T23:59:60.000000Z",
    "0001-01-01", "9999-12-31", "2031-02-30", "body:", "instrument:x", "statement:" + "0" * 64, "0" * 64, "../../x", "A" * 44,
    "x" * 300, _NESTED, [], {}, [None], {"": ""}, [""] * MANY, [0] * 70, {str(number): number for number in range(70)},
)  # fmt: skip
"""Types, ends of ranges, texts and moments that a reader may stumble over."""


def change_bytes(data: bytes, chance: Chance) -> bytes:
    """Change a few bytes of a text: one, a run, its end; often none."""
    changed = bytearray(data)
    for _ in range(max(chance.number(6) - 3, 0)):
        place = chance.number(max(len(changed), 1))
        match chance.number(4):
            case 0:
                changed[place : place + 1] = chance.piece(4)
            case 1:
                del changed[place:]
            case 2:
                changed[place:place] = changed[: chance.number(64)]
            case _:
                changed[place : place + chance.number(16)] = b""
    return bytes(changed)
