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
"""Likelihood from which a word in another script stands for two or three Latin ones written together."""

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
        pairings += _written_together(free_asked, free_held, _SPELT)
        pairings += _written_together(free_held, free_asked, _SPELT)
        alike = _alike_words(free_asked, free_held)
        agreeing += alike
        pairings += [_paired(one) for one in alike]
        if not (ours.is_latin and theirs.is_latin):
            pairings += _written_together(free_asked, free_held, _SOUNDING)
            pairings += _written_together(free_held, free_asked, _SOUNDING)
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


class _Together(NamedTuple):
    """How a word is found to be neighbours of the other name written together."""

    may_be: Callable[[Mapping[int, Word]], list[int]]
    """The places of the words that may be several: asked once of a name, not once for each run of neighbours."""
    joined: Callable[[Sequence[Word]], str]
    """What neighbours make up, nothing where they may not make up one word."""
    is_one: Callable[[Word, str], bool]


def _written_together(ones: dict[int, Word], many: dict[int, Word], how: _Together) -> list[Pairing]:
    """Pair a word with two or three neighbours that make it up; takes them out of both."""
    found: list[Pairing] = []
    if len(many) < 2 or not (places := how.may_be(ones)):  # noqa: PLR2004 - two neighbours
        return found
    runs = [(run, joined) for run in _runs(many) if (joined := how.joined([many[place] for place in run]))]
    for place in places if runs else ():
        word = ones[place]
        for run, joined in runs:
            if how.is_one(word, joined) and all(taken in many for taken in run):
                del ones[place]
                neighbours = [many.pop(taken) for taken in run]
                weight = sum(one.weight for one in neighbours)
                found.append(Pairing(_part(word, neighbours[0]), Agreement.TOGETHER, TOGETHER, weight))
                break
    return found


def _runs(words: Mapping[int, Word]) -> list[range]:
    """Return the places of two, then of three neighbours."""
    twos = [range(first, first + 2) for first in words if first + 1 in words]
    return [*twos, *[range(run.start, run.start + 3) for run in twos if run.start + 2 in words]]


def _joined_spelling(neighbours: Sequence[Word]) -> str:
    return "".join([one.folded for one in neighbours])


def _is_spelt_so(word: Word, joined: str) -> bool:
    return (
        joined[0] == word.folded[0]
        and Indel.normalized_similarity(joined, word.folded, score_cutoff=TOGETHER / 1000) > 0
    )


def _learned_places(words: Mapping[int, Word]) -> list[int]:
    return [place for place, word in words.items() if is_learned(word.written)]


def _joined_sound(neighbours: Sequence[Word]) -> str:
    return "" if False in [one.is_latin for one in neighbours] else "".join([one.text for one in neighbours])


def _sounds_so(word: Word, joined: str) -> bool:
    return is_long_enough(word.written, len(joined)) and likelihood(word.written, joined, TOGETHER_LIKELY) > 0


_SPELT = _Together(list, _joined_spelling, _is_spelt_so)
_SOUNDING = _Together(_learned_places, _joined_sound, _sounds_so)
