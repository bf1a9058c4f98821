"""Two names side by side: which word stands for which, how alike each pair is, and how it agreed.

Greedy over the pairs, best first. A word may also stand for two written together («Abdul Rahman», «Abdulrahman»), and an initial
for a word it begins.

Source: docs/rules/identity.md I7.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import NamedTuple

from rapidfuzz.distance import Indel

from entente.identity.alike import EQUAL, Agreement, compare_words, short_form_said
from entente.identity.names import Name
from entente.identity.organisations import LegalKind, are_plain, is_number, legal_forms, number_at
from entente.identity.transliteration import is_learned, is_long_enough, likelihood
from entente.identity.words import WEIGHT_COMMON, WEIGHT_LESSER, WEIGHT_SHORT, WEIGHT_WORD, Part, Word, word_of

TOGETHER = 940
"""Likeness of a word and of those it is written as."""
TOGETHER_LIKELY = 0.5
"""Likelihood from which a word in another script stands for two or three Latin ones written together, or they for it."""

ARTICLES = frozenset(
    first + last for first in "aeiou" for last in ("l", "d", "n", "r", "s", "t", "z", "dh", "sh", "th")
)
"""The Arabic article as Latin letters write it between two words, alike with what follows it or not: Abd al-, ur-, ed-."""
_HEARD_BEFORE = ("", "a", "e", "i", "o", "u", "ou")
"""What is heard before the article of a name that is written as one word."""
_VOWELS = frozenset("aeiou")
_ALIKE = str.maketrans("gcqv", "jkkw")
"""Letters that stand for one sound of Arabic, as one hears it."""
_HEADS = frozenset({"عبد", "بن", "ابن", "ابو", "بو", "ام"})
"""Arabic words that a name begins with and that are written together with the next as often as not."""

WEIGHT_INITIAL_EXTRA = 10
"""An initial nobody asked for takes next to nothing: it says that there is a name, not which."""


class Pairing(NamedTuple):
    """Words that stand for each other."""

    part: Part
    agreement: Agreement
    likeness: int
    weight: int
    """How much the pair counts, of the total of the comparison."""
    words: str = ""
    """How they agreed, where the agreement is said best with the words themselves."""


class Crossed(Enum):
    """What stands crosswise in two names of the same words, as far as both show which word is what."""

    NOT = 0
    FAMILY = 1
    FATHERS = 2


class NameComparison(NamedTuple):
    """One name against one other."""

    pairings: tuple[Pairing, ...]
    missing: int
    """Weight of the query's words that found nothing."""
    extra: int
    """Weight of the record's words that found nothing."""
    contrary: int = 0
    """Of both, the weight of whole words that stand against each other: each name has its own, and they are not alike."""
    is_other_kind: bool = False
    """Whether both name a legal form, of two kinds."""
    crossed: Crossed = Crossed.NOT
    is_number_alone: bool = False
    """Whether one has a number that the other lacks."""


class _Weighed(NamedTuple):
    """A name as it is compared: its words without the legal form, by place, and the kind of legal form."""

    words: dict[int, Word]
    texts: frozenset[str]
    is_latin: bool
    kind: LegalKind | None
    has_office: bool


@functools.lru_cache(maxsize=8192)
def _weighed(name: Name) -> _Weighed:
    is_latin = False not in [word.is_latin for word in name.words]
    has_office = _OFFICE in [word.part for word in name.words]
    texts = [word.text for word in name.words]
    different = frozenset(texts)
    if are_plain(different):
        return _Weighed(dict(enumerate(name.words)), different, is_latin, None, has_office)
    forms = legal_forms(texts)
    words: list[Word] = []
    place = 0
    while place < len(texts):
        digits, count = number_at(texts, place)
        if count:
            spelt = name.words[place]
            words.append(replace(word_of(digits, spelt.script, spelt.part, spelt.written, ()), folded=digits))
        elif place not in forms:
            words.append(name.words[place])
        place += count or 1
    kinds: list[LegalKind] = [kind for kind in forms.values() if kind is not LegalKind.ANY] or list(forms.values())
    different = frozenset(word.text for word in words)
    return _Weighed(dict(enumerate(words)), different, is_latin, kinds[0] if kinds else None, has_office)


def compare_names(asked: Name, held: Name) -> NameComparison:
    """Align two names greedily, best pair first.

    Source: docs/rules/identity.md I7 and I35.
    """
    ours, theirs = _weighed(asked), _weighed(held)
    free_asked, free_held = ours.words.copy(), theirs.words.copy()
    texts = ours.texts & theirs.texts
    agreeing = _equal_words(free_asked, free_held, texts) if texts else []
    if ours.has_office or theirs.has_office:
        # A rank or an office that only one of them has is not missed (I50), and resembles no name.
        free_asked, free_held = _without_offices(free_asked), _without_offices(free_held)
    pairings = [_paired(one) for one in agreeing]
    if free_asked and free_held:
        pairings += _together(ours, theirs, free_asked, free_held, _SPELT)
        alike = _alike_words(free_asked, free_held)
        agreeing += alike
        pairings += [_paired(one) for one in alike]
        if not (ours.is_latin and theirs.is_latin):
            pairings += _together(ours, theirs, free_asked, free_held, _SOUNDING)
            pairings += _together(ours, theirs, free_asked, free_held, _SIGNS)
    missing, extra = list(free_asked.values()), list(free_held.values())
    return NameComparison(
        tuple(pairings),
        sum([word.weight for word in missing]) + _fathers_differ(missing, extra),
        sum([WEIGHT_INITIAL_EXTRA if word.is_initial else word.weight for word in extra]),
        _contrary(missing, extra),
        _is_other_kind(ours.kind, theirs.kind),
        _crossed({(a.part, h.part) for _, _, a, h in agreeing}),
        _has_number(missing) != _has_number(extra),
    )


_Agreeing = tuple[Agreement, int, Word, Word]
"""How two words agree, how alike they are, and the words: of what is asked and of what is held."""

# What is asked of every pair of names. A member of an enum is found fifteen times as slowly through its class (Python 3.11).
_UNKNOWN, _FATHERS, _OFFICE = Part.UNKNOWN, Part.FATHERS, Part.OFFICE
_SAME, _TRANSLITERATED, _SHORT_FORM = Agreement.EQUAL, Agreement.TRANSLITERATION, Agreement.SHORT_FORM
_NOT_CROSSED = Crossed.NOT


def _equal_words(asked: dict[int, Word], held: dict[int, Word], texts: frozenset[str]) -> list[_Agreeing]:
    """Return the words that are equal, of which `texts` are all; takes them out of both."""
    found: list[_Agreeing] = []
    for i, a in list(asked.items()):
        if a.text in texts:
            same = [j for j, h in held.items() if h.text == a.text]
            if same:
                j = same[0] if len(same) == 1 else max(same, key=lambda place: (held[place].weight, -place))
                h = held.pop(j)
                del asked[i]
                found.append((_SAME if a.script is h.script else _TRANSLITERATED, EQUAL, a, h))
    return found


def _without_offices(words: dict[int, Word]) -> dict[int, Word]:
    return {place: word for place, word in words.items() if word.part is not _OFFICE}


def _alike_words(asked: dict[int, Word], held: dict[int, Word]) -> list[_Agreeing]:
    """Return the words that are alike, best pair first; takes them out of both."""
    scored = [
        (pair[0], min(a.weight, h.weight), -i, -j, pair[1])
        for i, a in asked.items()
        for j, h in held.items()
        if (pair := compare_words(a, h))
    ]
    scored.sort(reverse=True)
    return [
        (agreement, likeness, asked.pop(-i), held.pop(-j))
        for likeness, _, i, j, agreement in scored
        if -i in asked and -j in held
    ]


def _paired(agreeing: _Agreeing) -> Pairing:
    agreement, likeness, a, h = agreeing
    weight = WEIGHT_SHORT if a.is_initial or h.is_initial else max(a.weight, h.weight)
    if agreement is _SHORT_FORM:
        return Pairing(Part.GIVEN, agreement, likeness, weight, short_form_said(a, h))
    return Pairing(_part(a, h), agreement, likeness, weight)


def _crossed(parts: set[tuple[Part, Part]]) -> Crossed:
    if len(parts) < 2:  # noqa: PLR2004 - two words that stand crosswise
        return _NOT_CROSSED
    if parts == {(Part.FAMILY, Part.GIVEN), (Part.GIVEN, Part.FAMILY)}:
        return Crossed.FAMILY
    of_one = [one is _FATHERS is not other for one, other in parts]
    of_other = [other is _FATHERS is not one for one, other in parts]
    return Crossed.FATHERS if True in of_one and True in of_other else _NOT_CROSSED


def _is_other_kind(one: LegalKind | None, other: LegalKind | None) -> bool:
    return one is not None and other is not None and one is not other and LegalKind.ANY not in {one, other}


def _has_number(words: Iterable[Word]) -> bool:
    # A lone v or x is an initial; a lone i is the first of a row (a ship, a fund) as often.
    return True in [is_number(word.text) and word.text not in {"v", "x"} for word in words]


def _contrary(asked: Sequence[Word], held: Sequence[Word]) -> int:
    """Weigh the words that each name has for itself against each other; particles and initials stand against nothing."""
    if not asked or not held:
        return 0
    return min([sum([word.weight for word in words if word.weight >= WEIGHT_COMMON]) for words in (asked, held)])


def _fathers_differ(asked: Sequence[Word], held: Sequence[Word]) -> int:
    """Weigh two fathers' names that found nothing in each other like any two names."""
    if not asked or _FATHERS not in [word.part for word in held]:
        return 0
    return [word.part for word in asked].count(_FATHERS) * (WEIGHT_WORD - WEIGHT_LESSER[_FATHERS])


def _part(a: Word, h: Word) -> Part:
    # What the record's writing shows is believed before what the query's shows.
    return h.part if h.part is not _UNKNOWN else a.part


class _Joined(NamedTuple):
    """What neighbours make up, written as one word."""

    text: str
    between: tuple[str, ...] = ()
    """Of spellings, the words on either side of an article; empty where there is none."""
    sound: str = ""
    """Of signs, their first consonant."""


class _Together(NamedTuple):
    """How a word is found to be neighbours of the other name written together."""

    may_be: Callable[[Mapping[int, Word]], list[int]]
    """The places of the words that may be several: asked once of a name, not once for each run of neighbours."""
    joined: Callable[[Sequence[Word]], _Joined | None]
    """What neighbours make up; nothing where they may not make up one word."""
    is_one: Callable[[Word, _Joined], bool]


def _together(
    ours: _Weighed, theirs: _Weighed, asked: dict[int, Word], held: dict[int, Word], how: _Together
) -> list[Pairing]:
    """Pair words of either name with neighbours of the other that make them up; takes them out of those that are free."""
    return [*_written_together(asked, held, theirs.words, how), *_written_together(held, asked, ours.words, how)]


def _written_together(
    ones: dict[int, Word], many: dict[int, Word], every: Mapping[int, Word], how: _Together
) -> list[Pairing]:
    """Pair a word with two or three neighbours that make it up; takes them out of both.

    `every`: the words of the other name, those that are not free among them: the article between two neighbours may stand for one
    of the name beside it already.
    """
    found: list[Pairing] = []
    if len(many) < 2 or not (places := how.may_be(ones)):  # noqa: PLR2004 - two neighbours
        return found
    runs = [(run, joined) for run in _runs(many, every) if (joined := how.joined([every[place] for place in run]))]
    for place in places if runs else ():
        word = ones[place]
        for run, joined in runs:
            # Of two neighbours the second is both between and the last.
            if run[0] in many and run[-1] in many and how.is_one(word, joined) and _may_go(run[1], many, every):
                del ones[place]
                neighbours = [many.pop(taken) for taken in run if taken in many]
                weight = sum(one.weight for one in neighbours)
                found.append(Pairing(_part(word, neighbours[0]), Agreement.TOGETHER, TOGETHER, weight))
                break
    return found


def _runs(free: Mapping[int, Word], every: Mapping[int, Word]) -> list[range]:
    """Return the places of two, then of three neighbours that are free, an article between two of them set aside."""
    twos = [range(first, first + 2) for first in free if first + 1 in free]
    return [
        *twos,
        *[range(first, first + 3) for first in free if first + 2 in free and _may_go(first + 1, free, every)],
    ]


def _may_go(place: int, free: Mapping[int, Word], every: Mapping[int, Word]) -> bool:
    """Tell whether the word between two others goes with them: it is free, or an article, which goes with any."""
    return place in free or every[place].text in ARTICLES


def _joined_spelling(neighbours: Sequence[Word]) -> _Joined:
    as_they_are = "".join([one.folded for one in neighbours])
    between = (neighbours[0].folded, neighbours[-1].folded) if _has_article(neighbours) else ()
    return _Joined(as_they_are, between)


def _has_article(neighbours: Sequence[Word]) -> bool:
    return len(neighbours) > 2 and neighbours[1].text in ARTICLES  # noqa: PLR2004 - one on each side


def _is_spelt_so(word: Word, joined: _Joined) -> bool:
    text = word.folded
    if joined.text[0] != text[0]:
        return False
    if Indel.normalized_similarity(joined.text, text, score_cutoff=TOGETHER / 1000) > 0:
        return True
    if not joined.between or not (text.startswith(joined.between[0]) and text.endswith(joined.between[1])):
        return False
    # Abdulrahman, Abdurrahman and Abderahman are Abd al-Rahman: what stands between is written as it is heard.
    first, last = joined.between
    heard = text[len(first) : len(text) - len(last)]
    return len(text) >= len(first) + len(last) and heard in _heard(last[0])


@functools.lru_cache(maxsize=64)
def _heard(letter: str) -> frozenset[str]:
    """Return what may stand for the article before a word that begins with a letter: with l, alike with it, or lost in it."""
    return frozenset(f"{before}{of}" for before in _HEARD_BEFORE for of in ("l", letter, ""))


def _learned_places(words: Mapping[int, Word]) -> list[int]:
    return [place for place, word in words.items() if is_learned(word.written)]


def _latin_places(words: Mapping[int, Word]) -> list[int]:
    return [place for place, word in words.items() if word.is_latin and not word.is_initial]


def _joined_sound(neighbours: Sequence[Word]) -> _Joined | None:
    return None if False in [one.is_latin for one in neighbours] else _Joined("".join([one.text for one in neighbours]))


def _sounds_so(word: Word, joined: _Joined) -> bool:
    return is_long_enough(word.written, len(joined.text)) and likelihood(word.written, joined.text, TOGETHER_LIKELY) > 0


def _joined_signs(neighbours: Sequence[Word]) -> _Joined | None:
    """Return what neighbours of a learned script are as one word, where names are written so: round an article, behind a head."""
    is_pair = len(neighbours) == 2  # noqa: PLR2004 - a head and what it is of
    may_be_one = neighbours[0].written in _HEADS if is_pair else _has_article(neighbours)
    if not may_be_one or not all(is_learned(one.written) for one in neighbours):
        return None
    return _Joined("".join([one.written for one in neighbours]), sound=_first_sound(neighbours[0].text))


def _signs_say_so(word: Word, joined: _Joined) -> bool:
    # Vowels are not written, so that the Latin word is the longer one; and most pairs differ in their first consonant.
    return (
        len(word.text) >= len(joined.text) - 1
        and joined.sound == _first_sound(word.text)
        and is_long_enough(joined.text, len(word.text))
        and likelihood(joined.text, word.text, TOGETHER_LIKELY) > 0
    )


@functools.lru_cache(maxsize=2_048)
def _first_sound(text: str) -> str:
    """Return the first consonant of a Latin text, those that stand for one sound alike; its first letter where there is none."""
    return next((one for one in text if one not in _VOWELS), text[0]).translate(_ALIKE)


_SPELT = _Together(list, _joined_spelling, _is_spelt_so)
_SOUNDING = _Together(_learned_places, _joined_sound, _sounds_so)
_SIGNS = _Together(_latin_places, _joined_signs, _signs_say_so)
