"""Readings of Han characters in Latin letters, for the characters and languages that few pairs hold.

The pairs are mostly names of foreigners written by sound in Mandarin; a bearer of a Han name is read in Mandarin (pinyin, or
Wade-Giles or Tongyong pinyin in older and Taiwanese papers), Cantonese, Korean, Hokkien, Vietnamese or Japanese. So each
character gets, beside what the pairs say:
- what its Mandarin syllable becomes in all pairs together, also put together from initial and final (SYLLABLE of pairs'
  weight, and SYLLABLE_PART of what its own pairs weigh: however many it has, another spelling of the sound may come next);
- its readings (READINGS and READINGS_PART likewise), shared among the languages as in SHARES.

Source: Unihan 15.0.0 (data/README.md); Wade-Giles; Tongyong pinyin (Taiwan, 2002); Korean syllables as `hangul` spells them,
Cantonese and Hokkien as `southern` does. The weights were chosen on one half of the development names, by hash.
"""

from __future__ import annotations

import lzma
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from anyascii import anyascii

from training import hangul, southern
from training.pairs import CHARACTERS_MAX, DATA, LATIN_MAX, Counts, Pair

SYLLABLE = 15.0
SYLLABLE_PART = 0.2
READINGS = 15.0
READINGS_PART = 0.1
SHARES = {
    "mandarin": 0.43,
    "wade": 0.07,
    "tongyong": 0.02,
    "cantonese": 0.17,
    "macau": 0.03,
    "korean": 0.25,
    "on": 0.05,
    "kun": 0.03,
    "vietnamese": 0.05,
}
FIRST = 0.6
"""Share of a language's first reading where it has several."""
STRAITS = 0.3
"""Share of the spellings in Singapore and Malaysia, for the characters that `southern` lists."""
SYLLABLE_SPELLINGS_MAX = 200

_INITIALS = re.compile("zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]|")
_UNREAD = "0"


def smoothed(pairs: list[Pair], counts: Counts, by_parts: Counts) -> Counts:
    """Add readings to the counts that the pairs gave, for every character of the list and of the pairs."""
    read = _readings()
    found, own = defaultdict(float, counts), defaultdict[str, float](float)
    for (native, _), count in counts.items():
        own[native] += count
    spelt = _syllables(by_parts)
    for character in sorted(set(read) | {sign for pair in pairs for sign in pair.signs}):
        for latin, share in spelt.get(_syllable(character), {}).items():
            found[character, latin] += (SYLLABLE + SYLLABLE_PART * own[character]) * share
        for latin, share in read.get(character, {_syllable(character): 1.0}).items():
            found[character, latin] += (READINGS + READINGS_PART * own[character]) * share
    return dict(sorted(found.items()))


def in_parts(pairs: Iterable[Pair]) -> list[Pair]:
    """Return the pairs with each character replaced by its Mandarin initial and final, a private sign each."""
    return [
        Pair(pair.native, "".join(map(_parts, pair.signs)), pair.latin, pair.weight)
        for pair in pairs
        if len(pair.signs) * 2 < CHARACTERS_MAX and all(map(_syllable, pair.signs))
    ]


def _syllable(character: str) -> str:
    return re.sub("[^a-z]", "", anyascii(character).lower())


def _parts(character: str) -> str:
    syllable = _syllable(character)
    initial = _INITIALS.match(syllable)
    assert initial is not None
    return _sign(f"{initial.group()}-") + _sign(syllable[initial.end() :])


_SIGNS: dict[str, str] = {}


def _sign(part: str) -> str:
    return _SIGNS.setdefault(part, chr(0xE000 + len(_SIGNS)))


def _syllables(by_parts: Counts) -> dict[str, dict[str, float]]:
    """Spell every syllable: as it was spelt whole, and as its initial and final were."""
    rows: dict[str, dict[str, float]] = defaultdict(dict)
    whole = sum(by_parts.values())
    for (native, latin), count in by_parts.items():
        rows[native][latin] = count / whole
    found: dict[str, dict[str, float]] = {}
    for part, initial in list(_SIGNS.items()):
        if part.endswith("-"):
            for other, final in list(_SIGNS.items()):
                if not other.endswith("-") and (spelt := _spelt(rows, initial, final)):
                    found[part[:-1] + other] = spelt
    return found


def _spelt(rows: Mapping[str, Mapping[str, float]], initial: str, final: str) -> dict[str, float]:
    spelt = defaultdict(float, rows.get(initial + final, {}))
    for before, share in rows.get(initial, {}).items():
        for after, part in rows.get(final, {}).items():
            if len(before + after) <= LATIN_MAX:
                spelt[before + after] += share * part
    best = sorted(spelt.items(), key=lambda item: (-item[1], item[0]))[:SYLLABLE_SPELLINGS_MAX]
    whole = sum(share for _, share in best)
    return {latin: share / whole for latin, share in best}


def columns() -> dict[str, list[list[str]]]:
    """Return the readings of each character: Mandarin, Cantonese, Korean, Japanese on and kun, Vietnamese."""
    with lzma.open(DATA / "han_readings.tsv.xz", "rt", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    return {character: [column.split() for column in read] for character, *read in rows}


def _readings() -> dict[str, dict[str, float]]:
    straits = southern.straits()
    found = {}
    for character, (mandarin, cantonese, korean, on, kun, vietnamese) in columns().items():
        shares: dict[str, float] = defaultdict(float)
        for language, spellings in {
            "mandarin": mandarin,
            "wade": [_wade_giles(reading) for reading in mandarin[:1]],
            "tongyong": [_tongyong(reading) for reading in mandarin[:1]],
            "cantonese": [latin for reading in cantonese for latin in southern.hong_kong(reading)],
            "macau": [southern.macau(reading) for reading in cantonese],
            "on": on,
            "kun": kun,
            "vietnamese": vietnamese,
        }.items():
            _share(shares, spellings, SHARES[language])
        for syllable, share in _parted(korean, SHARES["korean"]).items():
            for latin, part in hangul.spelt(syllable).items():
                shares[latin] += share * part
        _share(shares, straits.get(character, []), STRAITS)
        found[character] = dict(shares)
    return found


def _share(shares: dict[str, float], spellings: Iterable[str], whole: float) -> None:
    for latin, share in _parted([latin for latin in spellings if 0 < len(latin) <= LATIN_MAX], whole).items():
        shares[latin] += share


def _parted(spellings: Iterable[str], whole: float) -> dict[str, float]:
    """Part a share among spellings, the first of several having FIRST of it."""
    first, *others = dict.fromkeys(spellings) or [""]
    if not others:
        return {first: whole} if first else {}
    return {first: whole * FIRST, **dict.fromkeys(others, whole * (1 - FIRST) / len(others))}


def _wade_giles(pinyin: str) -> str:
    match = _INITIALS.match(pinyin)
    assert match is not None
    initial, final = match.group(), pinyin[match.end() :]
    begun = {"b": "p", "d": "t", "g": "k", "j": "ch", "q": "ch", "x": "hs", "zh": "ch", "z": "ts", "c": "ts", "r": "j"}
    ends = {"ian": "ien", "ie": "ieh", "ong": "ung", "ue": "ueh", "iong": "iung"}
    if initial in {"g", "k"}:
        ends["ui"] = "uei"
    if initial in {"zh", "ch", "sh", "r"} and final == "i":
        return begun.get(initial, initial) + "ih"
    if initial in {"z", "c", "s"} and final == "i":
        return {"z": "tzu", "c": "tzu", "s": "szu"}[initial]
    if final == "e" and initial in {"g", "k", "h", ""}:
        return begun.get(initial, initial) + "o"
    if final == "uo" and initial not in {"g", "k", "h", "sh"}:
        return begun.get(initial, initial) + "o"
    if initial == "y":
        read = {"an": "yen", "e": "yeh", "i": "i", "in": "in", "ing": "ing", "ou": "yu", "ong": "yung", "ue": "yueh"}
        return read.get(final, pinyin)
    return begun.get(initial, initial) + ends.get(final, final)


def _tongyong(pinyin: str) -> str:
    match = _INITIALS.match(pinyin)
    assert match is not None
    initial, final = match.group(), pinyin[match.end() :]
    begun = {"zh": "jh", "q": "c", "x": "s"}.get(initial, initial)
    if initial in {"zh", "ch", "sh", "r", "z", "c", "s"} and final == "i":
        return begun + "ih"
    if initial in {"j", "q", "x"} and final.startswith("u"):
        return begun + "y" + final
    if initial in {"f", "w"}:
        return begun + {"eng": "ong", "en": "un" if initial == "w" else "en"}.get(final, final)
    return begun + {"iu": "iou", "ui": "uei"}.get(final, final)
