"""Two names side by side: which word stands for which, how alike each pair is, and how it agreed.

Greedy over the pairs, best first. A word may also stand for two written together («Abdul Rahman», «Abdulrahman»), and an initial
for a word it begins.

Source: docs/rules/identity.md I7.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from operator import itemgetter
from typing import NamedTuple

from rapidfuzz.distance import OSA, Indel, JaroWinkler

from entente.identity.name_parts import GENDERED_STEM_MIN, are_forms_of_one_family
from entente.identity.names import Name
from entente.identity.organisations import LegalKind, is_number, legal_forms, number_at
from entente.identity.scripts import VOWELLESS, Script, is_read_by_table, skeleton
from entente.identity.short_forms import is_short_for
from entente.identity.transliteration import is_learned, likelihood
from entente.identity.words import WEIGHT_COMMON, WEIGHT_LESSER, WEIGHT_SHORT, WEIGHT_WORD, Part, Word, word_of

# Likeness of a pair of words in thousandths, by how they agree. Measured on the development pairs.
EQUAL = 1000
TRANSLITERATION = 970
SKELETON_VOWELLESS = 900
SKELETON = 880
INITIAL = 800
TOGETHER = 940
GENDERED = 940
"""A man's and a woman's form of one family name: as sure as two words written as one."""
SHORT_FORM = 900
"""A short form says which names it may stand for, not which one it does."""
CLOSE_MIN = 780
"""Jaro-Winkler × 1000 below which two words are different words: under it most pairs of the development data are."""
SLIPS = 0.22
"""Slips of the pen for each letter of the longer word above which two words are different ones; one slip is always one word."""
SLIPS_ONE_SKELETON = 0.24
"""The same where the consonants agree."""
ONE_SLIP = 2
"""In halves, as `_slips` counts."""
_ONE_VOWEL = str.maketrans("eiou", "aaaa")
CLOSE_LEAST = 2 * CLOSE_MIN - 1000
"""Jaro-Winkler × 1000 below which not even an equal edit distance makes two words of one script near."""
APART_MIN = 700
"""The same for words of two scripts that the learned transliteration does not read: letters and skeleton weighed together."""
LEARNED_MIN = 400
"""Likelihood × 1000 of the learned transliteration (I22) below which two words are different ones; by the development pairs."""
LEARNED_LEAST = (LEARNED_MIN - 1) / 1000
"""What is asked of it: less comes to nothing once rounded."""
TOGETHER_LIKELY = 0.5
"""Likelihood from which a word in another script stands for two or three Latin ones written together."""

WEIGHT_INITIAL_EXTRA = 10
"""An initial nobody asked for takes next to nothing: it says that there is a name, not which."""
SKELETON_CHARACTERS_MIN = 3
"""A shorter skeleton is shared by unrelated words: «Ali», «Lee» and «Raya» are all one liquid."""


class Agreement(StrEnum):
    """How a word of the query and a word of the record agree; the words stand in evidence."""

    EQUAL = "equal"
    TRANSLITERATION = "transliteration"
    CLOSE = "spelling close"
    INITIAL = "initial"
    TOGETHER = "written together or apart"
    GENDERED = "male and female form"
    SHORT_FORM = "short form"


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


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A name as it is compared: its words without the legal form, by place, and the kind of legal form."""

    words: dict[int, Word]
    texts: frozenset[str]
    is_latin: bool
    kind: LegalKind | None


@functools.lru_cache(maxsize=8192)
def _weighed(name: Name) -> _Weighed:
    texts = [word.text for word in name.words]
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
    is_latin = all(word.script is Script.LATIN for word in words)
    return _Weighed(
        dict(enumerate(words)), frozenset(word.text for word in words), is_latin, kinds[0] if kinds else None
    )


def compare_names(asked: Name, held: Name) -> NameComparison:
    """Align two names greedily, best pair first.

    Source: docs/rules/identity.md I7 and I35.
    """
    ours, theirs = _weighed(asked), _weighed(held)
    free_asked, free_held = dict(ours.words), dict(theirs.words)
    pairings: list[Pairing] = []
    crossing: set[tuple[Part, Part]] = set()
    for agreement, likeness, a, h in _equal_words(free_asked, free_held, ours.texts & theirs.texts):
        crossing.add((a.part, h.part))
        pairings.append(Pairing(_part(a, h), agreement, likeness, _pair_weight(a, h)))
    if free_asked and free_held:
        pairings += _written_together(free_asked, free_held, _SPELT)
        pairings += _written_together(free_held, free_asked, _SPELT)
        for agreement, likeness, a, h in _alike_words(free_asked, free_held):
            crossing.add((a.part, h.part))
            words = _short_form_said(a, h) if agreement is Agreement.SHORT_FORM else ""
            part = Part.GIVEN if agreement is Agreement.SHORT_FORM else _part(a, h)
            pairings.append(Pairing(part, agreement, likeness, _pair_weight(a, h), words))
        if not (ours.is_latin and theirs.is_latin):
            pairings += _written_together(free_asked, free_held, _SOUNDING)
            pairings += _written_together(free_held, free_asked, _SOUNDING)
    missing, extra = tuple(free_asked.values()), tuple(free_held.values())
    return NameComparison(
        tuple(pairings),
        sum(word.weight for word in missing) + _fathers_differ(missing, extra),
        sum(_weight_extra(word) for word in extra),
        _contrary(missing, extra),
        _is_other_kind(ours.kind, theirs.kind),
        _crossed(crossing),
        _has_number(missing) != _has_number(extra),
    )


def _equal_words(asked: dict[int, Word], held: dict[int, Word], texts: frozenset[str]) -> Iterator[_Agreeing]:
    """Yield the words that are equal, of which `texts` are all; takes them out of both."""
    for i, a in list(asked.items()) if texts else ():
        if a.text in texts:
            same = [j for j, h in held.items() if h.text == a.text]
            if same:
                j = max(same, key=lambda place: (held[place].weight, -place))
                h = held.pop(j)
                del asked[i]
                yield _equal(a, h), EQUAL, a, h


def _alike_words(asked: dict[int, Word], held: dict[int, Word]) -> Iterator[_Agreeing]:
    """Yield the words that are alike, best pair first; takes them out of both."""
    scored = [
        (pair[0], min(a.weight, h.weight), -i, -j, pair[1])
        for i, a in asked.items()
        for j, h in held.items()
        if (pair := compare_words(a, h))
    ]
    scored.sort(reverse=True)
    for likeness, _, i, j, agreement in scored:
        if -i in asked and -j in held:
            yield agreement, likeness, asked.pop(-i), held.pop(-j)


_Agreeing = tuple[Agreement, int, Word, Word]
"""How two words agree, how alike they are, and the words: of what is asked and of what is held."""


def _equal(a: Word, h: Word) -> Agreement:
    return Agreement.EQUAL if a.script is h.script else Agreement.TRANSLITERATION


def _crossed(parts: set[tuple[Part, Part]]) -> Crossed:
    if len(parts) < 2:  # noqa: PLR2004 - two words that stand crosswise
        return Crossed.NOT
    if parts == {(Part.FAMILY, Part.GIVEN), (Part.GIVEN, Part.FAMILY)}:
        return Crossed.FAMILY
    of_one, of_other = (any(pair[side] is Part.FATHERS is not pair[1 - side] for pair in parts) for side in (0, 1))
    return Crossed.FATHERS if of_one and of_other else Crossed.NOT


def _is_other_kind(one: LegalKind | None, other: LegalKind | None) -> bool:
    return one is not None and other is not None and one is not other and LegalKind.ANY not in {one, other}


def _has_number(words: Iterable[Word]) -> bool:
    # A lone v or x is an initial; a lone i is the first of a row (a ship, a fund) as often.
    return any(is_number(word.text) and word.text not in {"v", "x"} for word in words)


def _contrary(asked: Sequence[Word], held: Sequence[Word]) -> int:
    """Weigh the words that each name has for itself against each other; particles and initials stand against nothing."""
    if not asked or not held:
        return 0
    return min(sum(word.weight for word in words if word.weight >= WEIGHT_COMMON) for words in (asked, held))


def _fathers_differ(asked: Sequence[Word], held: Sequence[Word]) -> int:
    """Weigh two fathers' names that found nothing in each other like any two names."""
    if not asked or all(word.part is not Part.FATHERS for word in held):
        return 0
    return sum(word.part is Part.FATHERS for word in asked) * (WEIGHT_WORD - WEIGHT_LESSER[Part.FATHERS])


@functools.lru_cache(maxsize=65_536)
def compare_words(a: Word, h: Word) -> tuple[int, Agreement] | None:
    """Say how alike two words are in thousandths and how they agree; None for different words.

    Of several spellings of one word (I23) the nearest counts.

    Source: docs/rules/identity.md I7.
    """
    if not a.other_readings and not h.other_readings:
        return _compare_spellings(a, h)
    spelt = [(one, other) for one in (a, *a.other_readings) for other in (h, *h.other_readings)]
    if a.script is h.script and a.other_readings and h.other_readings:
        # Two words of one script are compared as they are written: guessed vowels would make them alike.
        pairs = [_compare_spellings(_as_written(a), _as_written(h)), *(_kinship(one, other) for one, other in spelt)]
    else:
        pairs = [_compare_spellings(one, other) for one, other in spelt]
    # Among several readings one is near by chance more often, so that the lower bound for two scripts does not hold.
    return max((pair for pair in pairs if pair and pair[0] >= CLOSE_MIN), key=itemgetter(0), default=None)


def _as_written(word: Word) -> Word:
    return word_of(word.written, word.script, word.part, word.written, ())


def _compare_spellings(a: Word, h: Word) -> tuple[int, Agreement] | None:
    if a.text == h.text:
        return EQUAL, Agreement.EQUAL if a.script is h.script else Agreement.TRANSLITERATION
    if _is_initial(a) or _is_initial(h):
        return (INITIAL, Agreement.INITIAL) if _is_initial_of(a, h) or _is_initial_of(h, a) else None
    if a.folded == h.folded:
        return TRANSLITERATION, Agreement.TRANSLITERATION
    alike, kin = _compare_letters(a, h), _kinship(a, h)
    return kin if kin and (alike is None or kin[0] > alike[0]) else alike


def _kinship(a: Word, h: Word) -> tuple[int, Agreement] | None:
    """Say how two words that are not one spelt in two ways stand for one name all the same (I24)."""
    if is_short_for(a.folded, h.folded) or is_short_for(h.folded, a.folded):
        return SHORT_FORM, Agreement.SHORT_FORM
    # The cheap half of the question first: this is asked of every pair of words.
    is_one_stem = a.folded[:GENDERED_STEM_MIN] == h.folded[:GENDERED_STEM_MIN]
    return (GENDERED, Agreement.GENDERED) if is_one_stem and are_forms_of_one_family(a.folded, h.folded) else None


def _short_form_said(a: Word, h: Word) -> str:
    spelt = [(one, other) for one in (a, *a.other_readings) for other in (h, *h.other_readings)]
    pairs = [*spelt, *((other, one) for one, other in spelt)]
    short, full = next((short, full) for short, full in pairs if is_short_for(short.folded, full.folded))
    return f"{short.text.title()} is a short form of {full.text.title()}"


def _compare_letters(a: Word, h: Word) -> tuple[int, Agreement] | None:
    if a.script is h.script:
        return _one_script(a, h)
    if (learned := _learned(a, h)) is not None:
        likeness = min(TRANSLITERATION, round(1000 * learned))
        return (likeness, Agreement.TRANSLITERATION) if likeness >= LEARNED_MIN else None
    return _two_scripts(a, h)


def _similar(a: Word, h: Word) -> int:
    return round(1000 * max(JaroWinkler.similarity(a.text, h.text), JaroWinkler.similarity(a.folded, h.folded)))


def _one_script(a: Word, h: Word) -> tuple[int, Agreement] | None:
    similar = _similar(a, h)
    if similar < CLOSE_LEAST:
        return None
    halves = min(_slips(a.text, h.text), _slips(a.folded, h.folded))
    letters = 2 * max(len(a.text), len(h.text))
    if similar >= CLOSE_MIN and halves <= SLIPS_ONE_SKELETON * letters:
        bones = skeleton(a.text)
        if bones == skeleton(h.text) and len(bones) >= SKELETON_CHARACTERS_MIN:
            return max(similar, SKELETON), Agreement.TRANSLITERATION
    if halves > max(ONE_SLIP, SLIPS * letters):
        return None
    # Jaro-Winkler is generous to a shared beginning; the edit distance must agree.
    likeness = (similar + round(1000 * Indel.normalized_similarity(a.folded, h.folded))) // 2
    return (likeness, Agreement.CLOSE) if likeness >= CLOSE_MIN else None


def _slips(one: str, other: str) -> int:
    """Count the slips of the pen in halves: another vowel is half of one, because transliterations choose them freely."""
    return OSA.distance(one, other) + OSA.distance(one.translate(_ONE_VOWEL), other.translate(_ONE_VOWEL))


def _learned(a: Word, h: Word) -> float | None:
    """Return the likelihood of the learned transliteration; None unless one word is Latin and the other one it reads.

    A word that has letters of another language than Russian or Arabic is read by that language's table (I23). Kana is one
    language's; its table only says what the index is given.
    """
    native, latin = (a, h) if h.script is Script.LATIN else (h, a)
    if latin.script is not Script.LATIN or not is_learned(native.written):
        return None
    if native.script is not Script.KANA and is_read_by_table(native.written):
        return None
    return likelihood(native.written, latin.text, LEARNED_LEAST)


def _two_scripts(a: Word, h: Word) -> tuple[int, Agreement] | None:
    is_vowelless = a.script in VOWELLESS or h.script in VOWELLESS
    ours, theirs = skeleton(a.text), skeleton(h.text)
    if ours == theirs and len(ours) >= SKELETON_CHARACTERS_MIN - is_vowelless:
        return max(_similar(a, h), SKELETON_VOWELLESS if is_vowelless else SKELETON), Agreement.TRANSLITERATION
    bones = round(1000 * Indel.normalized_similarity(ours, theirs))
    of_letters, of_bones = (1, 2) if is_vowelless else (2, 1)
    if 1000 * of_letters + bones * of_bones < 3 * APART_MIN:
        return None
    likeness = (_similar(a, h) * of_letters + bones * of_bones) // 3
    return (likeness, Agreement.TRANSLITERATION) if likeness >= APART_MIN else None


def _is_initial(word: Word) -> bool:
    """Tell an initial from a syllable: one sign of these scripts is a whole name: Korean «Yi»."""
    return word.is_initial and word.script not in _SYLLABLES


_SYLLABLES = frozenset({Script.HAN, Script.HANGUL, Script.KANA})


def _is_initial_of(short: Word, long: Word) -> bool:
    return (
        _is_initial(short)
        and not _is_initial(long)
        and (long.text[:1] == short.text or long.folded[:1] == short.folded)
    )


def _weight_extra(word: Word) -> int:
    return WEIGHT_INITIAL_EXTRA if word.is_initial else word.weight


def _pair_weight(a: Word, h: Word) -> int:
    return max(a.weight, h.weight) if not (a.is_initial or h.is_initial) else WEIGHT_SHORT


def _part(a: Word, h: Word) -> Part:
    # What the record's writing shows is believed before what the query's shows.
    return h.part if h.part is not Part.UNKNOWN else a.part


class _Together(NamedTuple):
    """How a word is found to be neighbours of the other name written together."""

    may_be: Callable[[Word], bool]
    """Whether a word may be several: asked once of each word, not once for each run of neighbours."""
    may_make: Callable[[Sequence[Word]], bool]
    """Whether neighbours may make up one word."""
    is_one: Callable[[Word, Sequence[Word]], bool]


def _written_together(ones: dict[int, Word], many: dict[int, Word], how: _Together) -> list[Pairing]:
    """Pair a word with two or three neighbours that make it up; takes them out of both."""
    found: list[Pairing] = []
    places = [place for place, word in ones.items() if how.may_be(word)] if len(many) > 1 else ()
    runs = [(run, neighbours) for run, neighbours in _runs(many) if how.may_make(neighbours)] if places else ()
    for place in places if runs else ():
        word = ones[place]
        for run, neighbours in runs:
            if how.is_one(word, neighbours) and all(taken in many for taken in run):
                del ones[place]
                for taken in run:
                    del many[taken]
                weight = sum(one.weight for one in neighbours)
                found.append(Pairing(_part(word, neighbours[0]), Agreement.TOGETHER, TOGETHER, weight))
                break
    return found


def _runs(words: Mapping[int, Word]) -> Iterator[tuple[range, list[Word]]]:
    """Yield the places of two, then of three neighbours, with the words there."""
    for count in (2, 3):
        for first in words:
            run = range(first, first + count)
            if run[-1] in words and first + 1 in words:
                yield run, [words[place] for place in run]


def _spelt_together(word: Word, neighbours: Sequence[Word]) -> bool:
    if neighbours[0].folded[0] != word.folded[0]:
        return False
    joined = "".join([one.folded for one in neighbours])
    return Indel.normalized_similarity(joined, word.folded, score_cutoff=TOGETHER / 1000) > 0


def _sound_together(word: Word, neighbours: Sequence[Word]) -> bool:
    return likelihood(word.written, "".join([one.text for one in neighbours]), TOGETHER_LIKELY) > 0


_SPELT = _Together(lambda _: True, lambda _: True, _spelt_together)
_SOUNDING = _Together(
    lambda word: is_learned(word.written),
    lambda neighbours: all(one.script is Script.LATIN for one in neighbours),
    _sound_together,
)
