"""Patterns of STIX 2.1, parsed as the standard's grammar says: what must be seen for an indicator to be met.

Observations stand in brackets, joined by OR, AND or FOLLOWEDBY, with qualifiers behind them; in each, comparisons of a path of
an object with a value, joined by OR and AND. The whole grammar is read, so that what cannot be parsed is broken and not merely
beyond us; what of it means something to a record is asked elsewhere (stix_indicators). Nothing is matched here.

Source: OASIS, STIX Version 2.1, section 9; its grammar, STIXPattern.g4. Bounds ours, beside the numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypeVar

PATTERN_CHARACTERS_MAX: Final = 100_000
"""Of one pattern: a list of a thousand addresses, twice."""
DEPTH_MAX: Final = 30
"""Of brackets within brackets; programs that write patterns nest two or three."""


class PatternError(ValueError):
    """Why a text is no pattern, and where."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A property of an object, compared with values."""

    kind: str
    """The type of the object."""
    steps: tuple[str, ...]
    """Names from the object to the property; a place in a list is `[*]` or `[3]`."""
    operator: str
    """As it is written: =, IN, LIKE …; with NOT before it where it is turned around."""
    values: tuple[str | None, ...] = ()
    """Texts, numbers and truths as they are written, without their quotes; None for bytes and times, which say no name."""


@dataclass(frozen=True, slots=True)
class Every:
    """What must hold together."""

    parts: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Of what one is enough."""

    parts: tuple[Comparison, ...]


Comparison: TypeAlias = "Compared | Every | Either"


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation: what is compared in it."""

    comparison: Comparison
    repeats: int = 1
    """How often it must be seen."""
    is_timed: bool = False
    """Whether a qualifier says when, or within which time."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Observations that are joined."""

    parts: tuple[Observation, ...]
    one_is_enough: bool
    """By OR; else all must be seen, by AND or one behind the other."""
    repeats: int = 1
    is_timed: bool = False


Observation: TypeAlias = "Seen | Joined"
_T = TypeVar("_T")

_SPACE: Final = re.compile(r"(?:\s|//[^\r\n]*|/\*.*?\*/)+", re.DOTALL)
_TOKEN: Final = re.compile(
    r"(?P<bytes>[hb]'[0-9A-Za-z+/=]*')"
    r"|(?P<time>t'\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z')"
    r"|'(?P<text>(?:[^'\\]|\\['\\])*)'"
    r"|(?P<number>[+-]?(?:\d+\.\d*|\.\d+|0|[1-9]\d*)(?![\w.]))"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_-]*)"
    r"|(?P<mark>!=|<>|==|<=|>=|[=<>\[\](),:.*])"
)
_ESCAPED: Final = re.compile(r"\\(.)")
_EQUAL: Final = {"=": "=", "==": "=", "!=": "!=", "<>": "!="}
_ORDERED: Final = frozenset({"<", ">", "<=", ">="})
_WITH_TEXT: Final = frozenset({"LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"})
_TRUTHS: Final = frozenset({"true", "false"})
_RESERVED: Final = _WITH_TEXT | _TRUTHS | {
    "AND", "OR", "NOT", "FOLLOWEDBY", "EXISTS", "IN", "START", "STOP", "SECONDS", "WITHIN", "REPEATS", "TIMES",
}  # fmt: skip
_END: Final = ("end", "")
_FORMS: Final = {"time": "a time", "number": "a number", "text": "a text", "end": "the end"}
"""Forms of tokens that are required whatever they say, in words."""


def parse_pattern(text: str) -> Observation:
    """Return what a pattern says; raise PatternError for what the grammar does not allow, or what is beyond the bounds."""
    if len(text) > PATTERN_CHARACTERS_MAX:
        raise PatternError(f"it has {len(text):,} characters where at most {PATTERN_CHARACTERS_MAX:,} are read")
    reader = _Reader(_tokens(text))
    found = reader.observations()
    reader.require("end", "")
    return found


@dataclass(frozen=True, slots=True)
class _Token:
    form: str
    text: str
    at: int


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while True:
        if (space := _SPACE.match(text, at)) is not None:
            at = space.end()
        if at == len(text):
            return [*found, _Token(*_END, at)]
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise PatternError(f"at character {at + 1} stands what is no part of a pattern")
        found.append(_Token(match.lastgroup, match[match.lastgroup], at))
        at = match.end()


@dataclass(slots=True)
class _Reader:
    """Reads from left to right; each method takes what it is named for."""

    tokens: list[_Token]
    at: int = 0
    depth: int = field(default=0)

    def observations(self) -> Observation:
        """FOLLOWEDBY binds weakest, AND strongest."""
        return self._joined("FOLLOWEDBY", lambda: self._joined("OR", lambda: self._joined("AND", self._observation)))

    def _joined(self, word: str, part: Callable[[], Observation]) -> Observation:
        parts = [part()]
        while self.takes("word", word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Joined(tuple(parts), one_is_enough=word == "OR")

    def _observation(self) -> Observation:
        if self.takes("mark", "["):
            found: Observation = Seen(self._either())
            self.require("mark", "]")
        else:
            self.require("mark", "(")
            found = self._within(self.observations)
        repeats, is_timed = 1, False
        while (qualifier := self._qualifier()) is not None:
            repeats, is_timed = repeats * qualifier[0], is_timed or qualifier[1]
        if (repeats, is_timed) == (1, False):
            return found
        if isinstance(found, Seen):
            return Seen(found.comparison, repeats, is_timed)
        return Joined((found,), one_is_enough=True, repeats=repeats, is_timed=is_timed)

    def _qualifier(self) -> tuple[int, bool] | None:
        """Return how often, and whether a time is said; None where no qualifier stands."""
        if self.takes("word", "START"):
            self.require("time")
            self.require("word", "STOP")
            self.require("time")
            return 1, True
        if self.takes("word", "WITHIN"):
            self.require("number")
            self.require("word", "SECONDS")
            return 1, True
        if self.takes("word", "REPEATS"):
            token = self.require("number")
            self.require("word", "TIMES")
            if not token.text.isdecimal() or not int(token.text[:9]) >= 1:
                raise _unexpected(token, "a whole number")
            return int(token.text[:9]), False
        return None

    def _either(self) -> Comparison:
        parts = [self._every()]
        while self.takes("word", "OR"):
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _every(self) -> Comparison:
        parts = [self._test()]
        while self.takes("word", "AND"):
            parts.append(self._test())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _test(self) -> Comparison:
        if self.takes("mark", "("):
            return self._within(self._either)
        if self.takes("word", "EXISTS"):
            return Compared(*self._path(), "EXISTS")
        kind, steps = self._path()
        turned = "NOT " if self.takes("word", "NOT") else ""
        token = self.next()
        if token.form == "mark" and token.text in _EQUAL:
            return Compared(kind, steps, turned + _EQUAL[token.text], (self._literal(),))
        if token.form == "mark" and token.text in _ORDERED:
            return Compared(kind, steps, turned + token.text, (self._literal(),))
        if token.form == "word" and token.text == "IN":
            return Compared(kind, steps, f"{turned}IN", self._set())
        if token.form == "word" and token.text in _WITH_TEXT:
            return Compared(kind, steps, turned + token.text, (self.require("text").text,))
        raise _unexpected(token, "a comparison")

    def _within(self, part: Callable[[], _T]) -> _T:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise PatternError(f"it has brackets within brackets, more than {DEPTH_MAX} deep")
        found = part()
        self.require("mark", ")")
        self.depth -= 1
        return found

    def _path(self) -> tuple[str, tuple[str, ...]]:
        kind = self._name(with_hyphen=True)
        self.require("mark", ":")
        steps = [self._step()]
        while True:
            if self.takes("mark", "."):
                steps.append(self._step())
            elif self.takes("mark", "["):
                token = self.next()
                if token.text != "*" and token.form != "number":
                    raise _unexpected(token, "a place in a list")
                self.require("mark", "]")
                steps.append(f"[{token.text}]")
            else:
                return kind, tuple(steps)

    def _step(self) -> str:
        if self.tokens[self.at].form == "text":
            return _plain(self.next().text)
        return self._name(with_hyphen=False)

    def _name(self, *, with_hyphen: bool) -> str:
        token = self.next()
        if token.form != "word" or token.text in _RESERVED or ("-" in token.text and not with_hyphen):
            raise _unexpected(token, "a name")
        return token.text

    def _set(self) -> tuple[str | None, ...]:
        self.require("mark", "(")
        if self.takes("mark", ")"):
            return ()
        values = [self._literal()]
        while self.takes("mark", ","):
            values.append(self._literal())
        self.require("mark", ")")
        return tuple(values)

    def _literal(self) -> str | None:
        token = self.next()
        match token.form:
            case "text":
                return _plain(token.text)
            case "number":
                return token.text
            case "bytes" | "time":
                return None
            case "word" if token.text in _TRUTHS:
                return token.text
        raise _unexpected(token, "a value")

    def takes(self, form: str, text: str) -> bool:
        """Take a token if it is next, and say whether it was."""
        token = self.tokens[self.at]
        if (token.form, token.text) != (form, text):
            return False
        self.at += 1
        return True

    def next(self) -> _Token:
        """Take the next token; behind the last the end stays."""
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def require(self, form: str, text: str = "") -> _Token:
        """Take a token of a form, and of a text where one is named; raise PatternError for any other."""
        token = self.next()
        if token.form != form or (text and token.text != text):
            raise _unexpected(token, f"«{text}»" if text else _FORMS[form])
        return token


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _unexpected(token: _Token, wanted: str) -> PatternError:
    stands = f"«{token.text[:40]}»" if token.text else _FORMS["end"] if token.form == "end" else "an empty text"
    return PatternError(f"at character {token.at + 1} stands {stands} where {wanted} should")
