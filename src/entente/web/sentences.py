"""What rooms say of a single matter, in the reader's language.

A room says what it decides in whole English sentences, and knows no language. A page knows a sentence again by its English
pattern, takes out what stands at the placeholders, and says the same in the reader's language: codes in words, times as they are
written there. So a ground that another node sent, or that stands in the trail since last year, is told as one of today's is. What
is not known again stays English, and is marked as English. What names a command is told as what a page can do in its place, and
has no translation of its own (W148).

The patterns stand in `texts/rooms*/en.yaml`, word for word as the rooms' code has them; tests hold the two against each other
(tests/unit/web/test_room_texts.py). The first part of a placeholder's name says what stands there: `{day_since}` a day, `{why}`
a clause that is told likewise, `{body}` a word; names that VALUES does not have stand for anything.

Source: docs/rules/desk.md W65, W66 and W148; docs/decisions/0098-a-sentence-is-known-again-by-its-pattern.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

from markupsafe import Markup, escape

from entente.exchange.model import ReceiptOutcome, RefusalReason
from entente.identity.identifiers.mrz_layout import MrzField
from entente.identity.words import Part
from entente.kernel.exercise import EXERCISE_WORD
from entente.kernel.sizes import SAID
from entente.web.plain_values import (
    as_it_came,
    data_said,
    day_said,
    measure_said,
    number_said,
    schema_said,
    time_said,
    verb_said,
)  # fmt: skip
from entente.web.room_texts import english_forms, here_key, room_texts
from entente.web.wording import FIRST_LANGUAGE, PLACEHOLDER, Wording, code_texts_of, rule_words

CLAUSE: Final = "clause."
"""The group of what stands within sentences and never alone."""
SAID_CHARACTERS_MAX: Final = 4_000
"""A longer text is shown as it came: a ground names at most some twenty causes of some hundred characters."""
SENTENCES_MAX: Final = 40
"""Ends of sentences in one text: twice what a ground of ours has. Each sentence is looked for within the one before."""
DEPTH_MAX: Final = 4
"""Sentences within sentences: a ground quotes an instrument's state, and an error a ground; more is nobody's honest text."""
_EXERCISE: Final = f"{EXERCISE_WORD} · "
_STOPS: Final = ".?!"
_GROUND: Final = re.compile(r" \(ground ([A-Z]+[0-9]+(?:\.[0-9]+)*)\)(?: · |$)")
"""Behind each of several grounds that are said in one line (kernel.decision.Decision.why)."""
_ENDS_MAX: Final = 8
"""Places at which a sentence may end that are tried: a name within it seldom holds a full stop."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One sentence as a room says it, parted at its placeholders."""

    key: str
    literals: tuple[str, ...]
    """What stands before, between and behind the placeholders."""
    names: tuple[str, ...]
    longest: str
    """The longest of the literals: a text without it has the sentence nowhere."""

    @classmethod
    def of(cls, key: str, english: str) -> Pattern:
        """Read it."""
        parts = PLACEHOLDER.split(english)
        return cls(key, tuple(parts[::2]), tuple(parts[1::2]), max(parts[::2], key=len))

    @property
    def says(self) -> int:
        """How many characters it says by itself: of two that a text may be, the one that says more is meant."""
        return sum(map(len, self.literals))

    def read(self, text: str, at: int) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield where the sentence may end in a text that has it from a place on, each with what stands at the placeholders.

        Each literal but the last is taken where it stands first, so that reading takes time in proportion to the text.
        """
        if not text.startswith(self.literals[0], at):
            return
        begin, values = at + len(self.literals[0]), list[str]()
        if not self.names:
            if _is_end(text, begin):
                yield begin, ()
            return
        for literal in self.literals[1:-1]:
            found = text.find(literal, begin + 1)
            if found < 0:
                return
            values.append(text[begin:found])
            begin = found + len(literal)
        for end in _ends(text, begin + 1, self.literals[-1]):
            read = (*values, text[begin : end - len(self.literals[-1])])
            if all(_fits(name, value) for name, value in zip(self.names, read, strict=True)):
                yield end, read


Piece: TypeAlias = "tuple[Pattern, tuple[str, ...]] | str"
"""A sentence that was known again with its values, or one that was not."""


def said(say: Wording, text: str) -> Markup:
    """Return what a room said, in the reader's language as far as it is known again; the rest marked as English."""
    rest = text.removeprefix(_EXERCISE)
    told = _said(say, rest, DEPTH_MAX)
    # A node of an exercise marks what it says once; a mark behind that is somebody's text.
    return told if rest == text else say.text("shell.exercise_word") + " · " + told


def _said(say: Wording, text: str, depth: int) -> Markup:
    """Return it; within a sentence at most `depth` others are told, each within the one before."""
    if _is_too_long(text) or not depth:
        return _as_english(say, text)
    *numbered, rest = _GROUND.split(text)
    told = [
        _sentences(say, ground, depth) + say.text("joined.space") + say.text("shell.ground_number", number=number)
        for ground, number in zip(numbered[::2], numbered[1::2], strict=True)
    ]
    return Markup(" · ").join([*told, *([_sentences(say, rest, depth)] if rest or not told else [])])


def _sentences(say: Wording, text: str, depth: int) -> Markup:
    pieces = _pieces(text)
    if pieces == [text] and (alone := _known_clause(text)) is not None:
        # A room said a clause where it might have said a sentence, as of a line that stands.
        return _told(say, alone, depth)
    return say.text("joined.space").join(_told(say, piece, depth) for piece in pieces)


def is_known(text: str) -> bool:
    """Say whether every sentence of a text is known again."""
    if _is_too_long(text):
        return False
    *numbered, rest = _GROUND.split(text)
    told = [*numbered[::2], *([rest] if rest else [])]
    return not any(isinstance(piece, str) for sentences in told for piece in _pieces(sentences))


def _is_too_long(text: str) -> bool:
    """Say whether a text has more than is looked for in it: another body may send anything."""
    return len(text) > SAID_CHARACTERS_MAX or sum(text.count(f"{end} ") for end in _STOPS) > SENTENCES_MAX


def _pieces(text: str) -> list[Piece]:
    """Part a text into sentences: those known again, and between them what is not."""
    pieces: list[Piece] = []
    at, failed = 0, set[int]()
    while at < len(text):
        known = _known(text, at, failed)
        if known is not None:
            return [*pieces, *known]
        one = next(((found, *read) for found in _patterns().at(text, at) for read in found.read(text, at)), None)
        if one is not None:
            pattern, end, values = one
            pieces.append((pattern, values))
        else:
            # The rest may be known behind the next full stop.
            stop = text.find(". ", at)
            end = len(text) if stop < 0 else stop + 1
            pieces.append(text[at:end])
        at = end + 1
    return pieces


def _known(text: str, at: int, failed: set[int]) -> list[Piece] | None:
    """Return the sentences that make up the rest of a text; None where one is not known. `failed` holds places tried before."""
    if at in failed:
        return None
    for pattern in _patterns().at(text, at):
        for end, values in pattern.read(text, at):
            if end == len(text):
                return [(pattern, values)]
            rest = _known(text, end + 1, failed)
            if rest is not None:
                return [(pattern, values), *rest]
    failed.add(at)
    return None


def _told(say: Wording, piece: Piece, depth: int) -> Markup:
    if isinstance(piece, str):
        return _as_english(say, piece)
    pattern, values = piece
    shown = {name: _value(say, name, value, depth - 1) for name, value in zip(pattern.names, values, strict=True)}
    here = here_key(pattern.key)
    return say.text(here if say.has(here) else pattern.key, **shown)


def _as_english(say: Wording, text: str) -> Markup:
    text = rule_words(FIRST_LANGUAGE).told(text)
    if say.language == FIRST_LANGUAGE:
        return escape(text)
    return Markup('<bdi lang="en">{}</bdi>').format(text)


def _is_end(text: str, at: int) -> bool:
    return at == len(text) or (text.startswith(" ", at) and text[at - 1] in _STOPS)


def _ends(text: str, begin: int, last: str) -> Iterator[int]:
    """Yield where the last literal of a sentence ends in a text, the first places first."""
    if not last:
        yield len(text)
        return
    tried = 0
    found = text.find(last, begin)
    while found >= 0 and tried < _ENDS_MAX:
        end = found + len(last)
        if _is_end(text, end):
            yield end
            tried += 1
        found = text.find(last, found + 1)


@dataclass(frozen=True, slots=True)
class Patterns:
    """All sentences, found by their first word where it is no placeholder."""

    by_first_word: Mapping[str, tuple[Pattern, ...]]
    others: tuple[Pattern, ...]
    """Those that begin with a placeholder, or whose first word runs into one."""

    def at(self, text: str, at: int) -> Iterator[Pattern]:
        """Yield those that a text may have from a place on: the ones that say more by themselves first."""
        stop = text.find(" ", at)
        for pattern in self.by_first_word.get(text[at:] if stop < 0 else text[at:stop], ()):
            if text.startswith(pattern.literals[0], at) and pattern.longest in text:
                yield pattern
        yield from (pattern for pattern in self.others if pattern.longest in text)


@cache
def _patterns() -> Patterns:
    named: dict[str, list[Pattern]] = {}
    others = []
    for pattern in _read(are_clauses=False):
        word, space, _ = pattern.literals[0].partition(" ")
        if word and (space or not pattern.names):
            named.setdefault(word, []).append(pattern)
        else:
            others.append(pattern)
    return Patterns({word: _closest_first(found) for word, found in named.items()}, _closest_first(others))


def _closest_first(found: list[Pattern]) -> tuple[Pattern, ...]:
    return tuple(sorted(found, key=lambda one: -one.says))


@cache
def _clauses() -> tuple[Pattern, ...]:
    return _closest_first([*_read(are_clauses=True)])


def _read(*, are_clauses: bool) -> Iterator[Pattern]:
    for key, english in room_texts().items():
        if key.startswith(CLAUSE) is are_clauses:
            yield from (Pattern.of(key, form) for form in english_forms(english))


@cache
def _words() -> Mapping[str, Pattern]:
    """Return the clauses that hold nothing else, most of what stands in evidence, by their words."""
    return {one.literals[0]: one for one in _clauses() if not one.names}


Shows: TypeAlias = "Callable[[Wording, str, int], object]"
"""Shows what stands at a placeholder; the last argument is how many sentences may still be told within each other."""


def _value(say: Wording, name: str, value: str, depth: int) -> object:
    """Return what stands at a placeholder, as the reader's language has it."""
    kind = VALUES.get(name.partition("_")[0])
    return as_it_came(say, value, depth) if kind is None else kind[1](say, value, depth)


def _fits(name: str, value: str) -> bool:
    """Say whether what stands at a placeholder is of its kind."""
    kind = VALUES.get(name.partition("_")[0])
    return bool(value) and (kind is None or kind[0].fullmatch(value) is not None)


def clause(say: Wording, text: str) -> Markup:
    """Return what a room said of a row or a file without making a sentence of it, told as a clause within one is."""
    return Markup("") if not text else _clause(say, text, DEPTH_MAX)


def place(say: Wording, text: str) -> str:
    """Return where something stands in a file: told where it is a place that a reader of files names, else as it came, an id."""
    return text if _known_clause(text) is None else clause(say, text)


def _clause(say: Wording, text: str, depth: int) -> Markup:
    """Return a clause, or several parted by semicolons; one that is a sentence is told as one.

    Parts that are all known come first: a pattern may have a semicolon of its own, and a value in it anything.
    """
    if not depth and (words := _words().get(text)) is not None:
        return _told(say, (words, ()), 1)
    if _is_too_long(text) or not depth:
        return _as_english(say, text)
    parts = text.split("; ")
    if len(parts) > 1 and not all(_closest(part) or is_known(part) for part in parts):
        whole = _known_clause(text)
        if whole is not None:
            return _told(say, whole, depth)
        if is_known(text):
            return _said(say, text, depth)
    told = []
    while parts:
        part = parts.pop(0)
        found = _closest(part)
        if found is None and parts and not is_known(part):
            # A remark with a semicolon of its own, behind another: «it is called so; words that are …: 2; say under …».
            found = _known_clause(f"{part}; {parts[0]}")
            del parts[: found is not None]
        told.append(_said(say, part, depth) if found is None else _told(say, found, depth))
    return say.text("joined.semicolon").join(told)


def _closest(text: str) -> tuple[Pattern, tuple[str, ...]] | None:
    """Return the clause that a text is, or the one sentence where that says more by itself; None where it is neither."""
    clause_read = _known_clause(text)
    if clause_read is not None and not clause_read[1]:
        return clause_read
    match _known(text, 0, set()):
        case [(Pattern() as pattern, values)] if clause_read is None or pattern.says > clause_read[0].says:
            return pattern, values
    return clause_read


def _known_clause(text: str) -> tuple[Pattern, tuple[str, ...]] | None:
    """Return the clause that a text is, with its values; None where it is none."""
    whole = _words().get(text)
    if whole is not None:
        return whole, ()
    likely = (one for one in _clauses() if one.longest in text and text.startswith(one.literals[0]))
    return next(((one, values) for one in likely for end, values in one.read(text, 0) if end == len(text)), None)


def _coded(listed: str) -> Shows:
    """Return what shows codes of a closed list, parted by commas; what is none of them as a clause."""

    def shown(say: Wording, text: str, depth: int) -> Markup:
        codes = say.codes(listed)
        parts = text.split(", ")
        return say.text("joined.comma").join(
            escape(codes[one]) if one in codes else _clause(say, one, depth) for one in parts
        )

    return shown


def _labelled(say: Wording, text: str, depth: int) -> Markup:
    """Return a property by its English label in small letters, as evidence names it."""
    key = _properties().get(text)
    return _clause(say, text, depth) if key is None else escape(say.code("properties", key))


@cache
def _properties() -> Mapping[str, str]:
    return {label.lower(): key for key, label in code_texts_of(FIRST_LANGUAGE)["properties"].items()}


def _field(say: Wording, text: str, depth: int) -> Markup:
    """Return what a field of a form is called."""
    key = next((key for key in (f"field.{text}", f"field.contact_{text}") if say.has(key)), None)
    return as_it_came(say, text, depth) if key is None else say.text(key)


def answer(say: Wording, text: str) -> Markup:
    """Return why a line stands, or what another node answered: what came of it and why by their codes, the rest as a clause."""
    return Markup("") if not text else _answer(say, text, DEPTH_MAX)


def _answer(say: Wording, text: str, depth: int) -> Markup:
    found = _ANSWER.fullmatch(text)
    if found is None or say.language == FIRST_LANGUAGE or _known_clause(text) is not None or is_known(text):
        return _clause(say, text, depth)
    # A code of an error is in neither list: it says in a word what the sentences behind it say.
    codes = [say.code(listed, code) for listed, code in found.groupdict().items() if listed != "rest" and code]
    parts = (Markup(", ").join(codes), _clause(say, found["rest"], depth) if found["rest"] else Markup(""))
    return Markup(": ").join(filter(None, parts))


def _quoted(say: Wording, text: str, depth: int) -> Markup:
    """Return what is quoted as it came, and anything else as a clause."""
    is_quoted = text.startswith("«") and text.endswith("»")
    return as_it_came(say, text, depth) if is_quoted else _clause(say, text, depth)


_ANSWER: Final = re.compile(
    rf"(?s)(?:(?P<receipt_outcomes>{'|'.join(ReceiptOutcome)})(?: (?P<receipt_reasons>{'|'.join(RefusalReason)}))?(?: |$)"
    r"|[a-z_]+: )(?P<rest>.*)"
)
_ANY: Final = re.compile(r"(?s).+")
_WORD: Final = re.compile(r"\S+")
_UNPARTED: Final = re.compile(r"[^:;]+")
"""No number has a colon: «line 1: a fault» is a line with what is wrong in it, and no line of the number «1: a fault»."""
_LABEL: Final = re.compile(r"[^:]+")
"""No label has a colon: «family name: equal» is of a part of a name, and of no property «family name:»."""
VALUES: Final[Mapping[str, tuple[re.Pattern[str], Shows]]] = {
    "day": (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), day_said),
    "time": (
        re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|\+00:00)"),
        time_said,
    ),
    "bytes": (SAID, data_said),
    "number": (_UNPARTED, number_said),
    "digits": (_UNPARTED, as_it_came),
    "word": (_WORD, as_it_came),
    "body": (_WORD, as_it_came),
    "officer": (_WORD, as_it_came),
    "act": (_WORD, _coded("acts")),
    "purpose": (_ANY, _coded("purposes")),
    "area": (_ANY, _coded("crime_areas")),
    "kind": (_ANY, _coded("record_kinds")),
    "status": (_ANY, _coded("subject_statuses")),
    "marks": (_ANY, _coded("marks")),
    "level": (_ANY, _coded("confidentiality")),
    "roles": (_ANY, _coded("roles")),
    "property": (_LABEL, _labelled),
    "schema": (_WORD, schema_said),
    "verb": (_ANY, verb_said),
    "measure": (_ANY, measure_said),
    "basis": (_WORD, _coded("legal_bases")),
    "named": (_ANY, _field),
    "part": (re.compile("|".join(map(re.escape, Part))), _clause),
    "field": (re.compile("|".join(map(re.escape, MrzField))), _clause),
    "why": (_ANY, _clause),
    "quoted": (_ANY, _quoted),
    "answer": (_ANY, _answer),
}
"""First part of a placeholder's name → what may stand there, and how it is shown. What it does not have stands as it came."""
