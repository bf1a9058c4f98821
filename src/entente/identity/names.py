"""A name as a list of words: normalised, without titles, in Latin letters, and knowing which word is the family name.

The words keep where they came from, so that evidence can say how they agreed. How alike two names are is `score`'s matter.

Source: docs/rules/identity.md I2 and I3; DESIGN section 7.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import chain, islice, product
from math import prod
from typing import NamedTuple

from entente.identity.name_parts import ATTACHED_REST_MIN, ATTACHED_TITLES, TITLES, fathers_names, honorifics
from entente.identity.offices import may_hold_titles, places
from entente.identity.scripts import CACHED_WORDS, Script, is_read_by_table, romanise, script_of
from entente.identity.words import Part, Word, word_of

WORDS_MAX = 16
"""Words of one name that are looked at; the longest name in our development data has 14."""
READ_CHARACTERS_MAX = 1_000
"""Of one name; sixteen of the longest words have 650. Ten thousand ligatures of eighteen letters took 160 ms."""
FORMS_MAX = 4
"""Readings of one name that are kept; two ambiguous words give four."""

_JOINERS = re.compile(r"[’'`´ʼʹʻ‘ʿʾ\u0640\u200c\u200d]+")
_SEPARATORS = re.compile(r"[\W_]+")
# Latin, Greek and Cyrillic accents, Hebrew and Arabic points. Vowel signs of Indic scripts and kana marks are letters and stay.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u06d6-\u06ed]")
_JOINED_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_FAMILY_FIRST = frozenset({Script.HAN, Script.HANGUL})
# What every name asks for; a member of an enum is found slowly through its class.
_LATIN, _FAMILY, _GIVEN, _UNKNOWN = Script.LATIN, Part.FAMILY, Part.GIVEN, Part.UNKNOWN
_TWO_SYLLABLES = re.compile("[ཀ-ཬ]{2}[ྐ-ྫྷྮ-ྰྴ-ྐྵ]")
TSHEG = "་"
"""The mark between the syllables of Tibetan, kept inside a name of two."""
_COMMAS = re.compile(r"[,،、]")


class Name(NamedTuple):
    """One reading of a name."""

    words: tuple[Word, ...]

    @property
    def form(self) -> str:
        """The words in one line, as the index takes them."""
        return " ".join(word.text for word in self.words)


@functools.lru_cache(maxsize=CACHED_WORDS)
def normalise(text: str) -> str:
    """Return a text with compatibility forms resolved, marks joined, case gone and only words left.

    Source: docs/rules/identity.md I2.
    """
    if text.isascii() and text.isalpha():
        return text.lower()
    plain = _JOINERS.sub("", _without_marks(unicodedata.normalize("NFKC", text).casefold()))
    if plain.isascii():
        return _SEPARATORS.sub(" ", plain).strip()
    return " ".join(plain.translate(_LETTERS).split())


class _Letters(dict[int, int]):
    """Which characters are of words: letters, marks and digits as they are, all others a space. Filled as they are met."""

    def __missing__(self, code: int) -> int:
        self[code] = code if unicodedata.category(chr(code))[0] in "LMN" else ord(" ")
        return self[code]


_LETTERS = _Letters()


def _without_marks(text: str) -> str:
    if text.isascii():
        return text
    # The Cyrillic short i is a letter of its own, not an i with a mark.
    parts = text.split("й")
    return "й".join(unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", part))) for part in parts)


@functools.lru_cache(maxsize=8192)
def read_name(text: str) -> tuple[Name, ...]:
    """Return the readings of a name, the usual one first, at most FORMS_MAX; empty when it holds no letter.

    Source: docs/rules/identity.md I2 and I3.
    """
    source = _source_words(text)
    if False not in [word.isascii() for word, _ in source]:
        # Such a word has one reading, which is itself.
        plain = tuple([word_of(word, _LATIN, part, "", ()) for word, part in source[:WORDS_MAX]])
        return (Name(_with_lesser_parts(plain, is_latin=True)),) if plain else ()
    wholes = _whole_names(source)
    readings = [
        found
        for place, (word, part) in enumerate(source)
        if (found := _word_readings(word, part, is_whole_name=place < wholes))
    ]
    choices = (tuple(chain.from_iterable(choice)) for choice in islice(product(*readings), FORMS_MAX))
    return tuple(dict.fromkeys(Name(_with_lesser_parts(words[:WORDS_MAX])) for words in choices if words))


@functools.lru_cache(maxsize=CACHED_WORDS)
def _word_readings(source: str, part: Part, *, is_whole_name: bool) -> tuple[tuple[Word, ...], ...]:
    """Return the readings of one word as written, each as the words it becomes, of which the first may be the family name."""
    forms, script = romanise(source, is_whole_name=is_whole_name), script_of(source)
    if forms and is_read_by_table(source):
        # The spellings of one word are compared together (align), so they do not multiply the readings of the name.
        usual, *others = forms
        spellings = tuple(word_of(text, script, part, source, ()) for (text,) in others)
        return ((word_of(usual[0], script, part, source, spellings),),)
    is_family_first = is_whole_name and script in _FAMILY_FIRST
    return tuple(
        tuple(
            word_of(text, script, own, written, ())
            for text, own, written in zip(
                texts,
                (Part.FAMILY, Part.GIVEN) if is_family_first and len(texts) > 1 else (part,) * len(texts),
                _written(source, script, len(texts)),
                strict=True,
            )
        )
        for texts in forms
    )


def name_forms(text: str) -> tuple[str, ...]:
    """Return the Latin forms of a name for the index: `form` of each of its readings, without taking them apart.

    Source: docs/rules/identity.md I3 and I6.
    """
    source = _source_words(text)
    wholes = _whole_names(source)
    readings = [
        forms for place, (word, _) in enumerate(source) if (forms := romanise(word, is_whole_name=place < wholes))
    ]
    spelt = (" ".join(list(chain.from_iterable(choice))[:WORDS_MAX]) for choice in _choices(readings))
    return tuple(dict.fromkeys(form for form in spelt if form))


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a name in normal form, each in its own script, without titles: those that `read_name` reads.

    Source: docs/rules/identity.md I2.
    """
    return tuple(word for word, _ in _source_words(text))


def plain_words(piece: str) -> tuple[str, ...] | None:
    """Return the Latin words that a piece of a name without spaces has in every name; None where they depend on the name.

    They depend on nothing where every word is a Latin one: such a word has one reading, and is one word of the name (I3).

    Source: docs/rules/identity.md I2 and I3.
    """
    if piece.isascii() and piece.isalpha() and (piece.istitle() or piece.isupper() or piece.islower()):
        return (piece.lower(),)
    words = normalise(_JOINED_CAPITALS.sub(" ", unicodedata.normalize("NFKC", piece))).split()
    if piece.isascii():
        return tuple(words)
    if any(script_of(word) is not Script.LATIN or _detitled(word) != word for word in words):
        return None
    return tuple(latin for word in words for reading in romanise(word) for latin in reading)


def _choices(readings: list[tuple[tuple[str, ...], ...]]) -> Iterable[tuple[tuple[str, ...], ...]]:
    """Choose a reading of each word: every choice where there are few, else so that each reading of each word is in one."""
    if prod(map(len, readings)) <= FORMS_MAX:
        return product(*readings)
    turns = min(FORMS_MAX, max(map(len, readings)))
    return (tuple(forms[turn % len(forms)] for forms in readings) for turn in range(turns))


def _source_words(text: str) -> list[tuple[str, Part]]:
    """Split a name as written into words with their parts; of a longer text READ_CHARACTERS_MAX are read."""
    text = text[:READ_CHARACTERS_MAX]
    spread = _JOINED_CAPITALS.sub(" ", unicodedata.normalize("NFKC", text))
    before, comma, after = _first_comma(spread)
    if comma:
        words = [(word, _FAMILY) for word in normalise(before).split()]
        words += [(word, _GIVEN) for word in normalise(after).split()]
    else:
        words = _parts_by_writing(spread)
    if not spread.isascii():
        words = _syllables_paired(words)
    words = words[:WORDS_MAX]
    untitled = [(_detitled(word), part) for word, part in words if word not in TITLES]
    return untitled or words


def _whole_names(source: list[tuple[str, Part]]) -> int:
    """Return 1 where the first word is a whole name, be there a title behind it in Han or Hangul («习近平 主席»), else 0."""
    if len(source) == 2 and script_of(source[1][0]) in _FAMILY_FIRST:  # noqa: PLR2004 - a name and a title
        return int(places([word for word, _ in source]) == {1})
    return int(len(source) == 1)


def _detitled(word: str) -> str:
    """Take away a title that is written together with the name."""
    if not word.startswith(ATTACHED_TITLES):
        return word
    for title in ATTACHED_TITLES:
        if word.startswith(title) and len(word) >= len(title) + ATTACHED_REST_MIN:
            return word.removeprefix(title)
    return word


def _syllables_paired(words: list[tuple[str, Part]]) -> list[tuple[str, Part]]:
    """Join Tibetan syllables two by two: each of a person's names has two of them, and no space shows where it ends."""
    found: list[tuple[str, Part]] = []
    for word, part in words:
        if found and _is_half(word) and _is_half(found[-1][0]):
            found[-1] = (f"{found[-1][0]}{TSHEG}{word}", found[-1][1])
        else:
            found.append((word, part))
    return found


def _is_half(word: str) -> bool:
    # Padma and Karma write their two syllables without a tsheg, the second one below the end of the first.
    return script_of(word) is Script.TIBETAN and TSHEG not in word and not _TWO_SYLLABLES.fullmatch(word)


def _first_comma(text: str) -> tuple[str, bool, str]:
    halves = _COMMAS.split(text, maxsplit=1)
    if len(halves) == 2 and all(normalise(half) for half in halves):  # noqa: PLR2004 - before and after the comma
        return halves[0], True, halves[1]
    return text, False, ""


def _parts_by_writing(text: str) -> list[tuple[str, Part]]:
    written = [(piece, normalise(piece)) for piece in text.split()]
    alone = [word for _, words in written for word in words.split()]
    if len(alone) == 1 and script_of(text) not in _FAMILY_FIRST:
        return [(alone[0], _FAMILY)]
    capitals = {words for piece, words in written if len(words) > 1 and piece.isupper()}
    mixed = bool(capitals) and any(not piece.isupper() for piece, words in written if len(words) > 1)
    initials = any(len(words.replace(" ", "")) == 1 for _, words in written)
    found: list[tuple[str, Part]] = []
    for _, words in written:
        part = _UNKNOWN
        if mixed:
            part = _FAMILY if words in capitals else _GIVEN
        elif initials:
            # «Мухаммедов А.», «A. B. Rahimov»: what stands beside initials is the family name.
            is_given = all(len(word) == 1 for word in words.split())
            part = _GIVEN if is_given or len(written) > 4 else _FAMILY  # noqa: PLR2004 - two initials and a double name
        found += [(word, part) for word in words.split()]
    return found


def _written(source: str, script: Script, count: int) -> tuple[str, ...]:
    """Cut a word where its reading was cut: a family name's one character, the two letters of the Arabic article."""
    if script is Script.LATIN:
        return ("",) * count
    if count == 1:
        return (source,)
    head = 2 if script is Script.ARABIC else 1
    return source[:head], source[head:]


def _with_lesser_parts(words: tuple[Word, ...], *, is_latin: bool = False) -> tuple[Word, ...]:
    """Mark fathers' names and titles; what a comma or capitals show to be the family name stays it (I24, I50)."""
    texts = [word.text for word in words]
    written = texts if is_latin else [word.written or word.text for word in words]
    offices = places(written, _starts(words), _families(words)) if may_hold_titles(written) else None
    fathers, titles = fathers_names(texts), honorifics([word.folded for word in words])
    if not fathers and not titles and not offices:
        return words
    parts = dict.fromkeys(fathers, Part.FATHERS) | dict.fromkeys(titles, Part.HONORIFIC)
    return tuple(
        word.as_part(Part.OFFICE)
        if offices and place in offices
        else word.as_part(parts[place])
        if place in parts and word.part is not Part.FAMILY
        else word
        for place, word in enumerate(words)
    )


def _starts(words: Sequence[Word]) -> tuple[int, ...]:
    """Return where a name begins, and where its given names do behind the family name."""
    parts = [word.part for word in words]
    return (0, *[place for place in range(1, len(parts)) if parts[place - 1 : place + 1] == [_FAMILY, _GIVEN]])


def _families(words: Sequence[Word]) -> frozenset[int]:
    return frozenset(place for place, word in enumerate(words) if word.part is _FAMILY)
