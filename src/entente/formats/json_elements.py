"""One JSON object whose array of many elements is read one by one, so that a file of gigabytes is never held in memory.

The syntax of the whole file is judged as it goes; an element that is deeper or longer than any honest one, or has a name
twice, has its fault and costs no other, because its end is found by its brackets. What elements mean is the caller's to say.
Source: RFC 8259; docs/rules/records.md R54; bounds ours, beside the numbers.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from entente.formats.ftm_jsonlines import each_once

PIECE_BYTES: Final = 256 * 1024
ELEMENT_CHARACTERS_MAX: Final = 1024 * 1024
"""Of one element: a record has at most 1 MiB, as an envelope's body has (DESIGN section 4)."""
MEMBER_CHARACTERS_MAX: Final = 64 * 1024
"""Of a member beside the array: a type, an id, a version."""
HEAD_CHARACTERS: Final = 64 * 1024
"""Of an element with a fault that are kept, so that its id may still be read."""
DEPTH_MAX: Final = 40
"""Lists and objects in each other in one element; the deepest of those that are read have eight."""
_BLANK: Final = " \t\n\r"
_OUTSIDE: Final = re.compile(r'["{}\[\]]')
_INSIDE: Final = re.compile(r'["\\]')
_PLAIN_END: Final = re.compile(r"[,\]}\s]")


class NotJsonError(Exception):
    """The file is no JSON object in UTF-8 with that array."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the object, other than the array."""

    name: str
    value: object


@dataclass(frozen=True, slots=True)
class Element:
    """One element of the array: what it says, or why it cannot be read."""

    number: int
    """Counted from 1."""
    value: dict[str, object]
    fault: str = ""
    head: str = ""
    """How an element with a fault begins, and what may stand behind it."""


class _FaultError(ValueError):
    """An element whose syntax may be right, and which is not read."""


def json_elements(stream: BinaryIO, array: str) -> Iterator[Member | Element]:
    """Yield the members of the one object of a file and, where the array stands, its elements, in order.

    Raises NotJsonError, with the reason in words, for a file that is not JSON from its first byte to its last.
    """
    text = _Text(stream)
    if text.peek() not in {"{", ""}:
        raise NotJsonError("it is no JSON object")
    text.expect("{")
    if text.peek() == "}":
        raise NotJsonError("it is an object that says nothing")
    seen: set[str] = set()
    while True:
        name = text.key()
        if name in seen:
            raise NotJsonError(f"«{name[:40]}» stands twice in it")
        seen.add(name)
        text.expect(":")
        if name == array:
            yield from _elements(text)
        else:
            yield Member(name, text.member())
        if text.one_of(",}") == "}":
            break
    text.expect_end()


def _elements(text: _Text) -> Iterator[Element]:
    text.expect("[")
    if text.peek() == "]":
        text.expect("]")
        return
    number = 0
    while True:
        number += 1
        yield text.element(number)
        if text.one_of(",]") == "]":
            return


class _Text:
    """The text of a file, as far as it is needed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._decode = json.JSONDecoder(
            object_pairs_hook=_each_once, parse_constant=_no_number, parse_int=_number
        ).raw_decode
        self._text = ""
        self._at = 0
        self._given = 0
        """Characters before the text that is held."""
        self._is_end = False

    def peek(self) -> str:
        """Return the next character that is no blank, or nothing at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _BLANK:
                    return self._text[self._at]
                self._at += 1
            if not self._fill():
                return ""

    def expect(self, sign: str) -> None:
        """Take one character; raise NotJsonError for another one."""
        self.one_of(sign)

    def one_of(self, signs: str) -> str:
        """Take one of these characters; raise NotJsonError for another one."""
        found = self.peek()
        if not found:
            raise NotJsonError("it ends in the middle")
        if found not in signs:
            raise self._malformed()
        self._at += 1
        return found

    def expect_end(self) -> None:
        """Raise NotJsonError for anything but blanks."""
        if self.peek():
            raise NotJsonError("something stands behind its end")

    def key(self) -> str:
        """Take the name of a member."""
        if self.peek() not in {'"', ""}:
            raise self._malformed()
        name = self._value(MEMBER_CHARACTERS_MAX)
        assert isinstance(name, str), "it begins with a quotation mark"
        return name

    def member(self) -> object:
        """Take the value of a member; a long one is passed over, since none that counts is long."""
        try:
            return self._value(MEMBER_CHARACTERS_MAX)
        except _FaultError:
            self._pass_over()
            return None

    def element(self, number: int) -> Element:
        """Take an element."""
        if self.peek() == "{":
            try:
                value = self._value(ELEMENT_CHARACTERS_MAX)
            except _FaultError as error:
                return Element(number, {}, str(error), self._pass_over())
            assert isinstance(value, dict), "it begins with a brace"
            return Element(number, value)
        return Element(number, {}, "it is no object", self._pass_over())

    def _value(self, characters_max: int) -> object:
        """Take a value; raise _FaultError, with nothing taken, for one that is not read, NotJsonError for none."""
        if not self.peek():
            raise NotJsonError("it ends in the middle")
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if len(self._text) - self._at > characters_max:
                    raise self._too_long_or_malformed(characters_max) from error
                if not self._fill():
                    raise self._malformed(error.pos) from error
                continue
            except RecursionError as error:
                raise _FaultError(_TOO_DEEP) from error
            # What is no text, list or object may go on behind the text that is held.
            if end == len(self._text) and self._fill():
                continue
            if end - self._at > characters_max:
                raise _FaultError(_TOO_LONG)
            self._check(value, self._text[self._at : end])
            self._at = end
            return value

    def _check(self, value: object, text: str) -> None:
        if not _is_within(value, DEPTH_MAX):
            raise _FaultError(_TOO_DEEP)
        if "\\u" in text:
            try:
                json.dumps(value, ensure_ascii=False).encode()
            except UnicodeEncodeError as error:
                raise _FaultError("it holds an escape that is half a character") from error

    def _too_long_or_malformed(self, characters_max: int) -> Exception:
        """Say which of both a value is that could not be read although so much of it is held: its brackets tell its end."""
        held, at = self._text, self._at
        depth, inside = 0, False
        while (match := (_INSIDE if inside else _OUTSIDE).search(held, at)) is not None:
            sign, at = match[0], match.end()
            if sign == "\\":
                at += 1
            elif sign == '"':
                inside = not inside
            else:
                depth += 1 if sign in "{[" else -1
            if depth <= 0 and not inside:
                return self._malformed() if at - self._at <= characters_max else _FaultError(_TOO_LONG)
        return _FaultError(_TOO_LONG)

    def _pass_over(self) -> str:
        """Take a value by its brackets alone, holding a piece of it at a time; return how it begins."""
        head, depth, inside = self._text[self._at : self._at + HEAD_CHARACTERS], 0, False
        if self.peek() not in {"{", "[", '"'}:
            self._pass_plain()
            return head
        while True:
            match = (_INSIDE if inside else _OUTSIDE).search(self._text, self._at)
            if match is None or (match[0] == "\\" and match.end() == len(self._text)):
                self._at = len(self._text) if match is None else match.start()
                if not self._fill():
                    raise NotJsonError("it ends in the middle")
                continue
            self._at = match.end()
            if match[0] == "\\":
                self._at += 1
            elif match[0] == '"':
                inside = not inside
            else:
                depth += 1 if match[0] in "{[" else -1
            if depth == 0 and not inside:
                return head

    def _pass_plain(self) -> None:
        begun = self._at + self._given
        while (match := _PLAIN_END.search(self._text, self._at)) is None:
            self._at = len(self._text)
            if not self._fill():
                raise NotJsonError("it ends in the middle")
        self._at = match.start()
        if self._at + self._given == begun:
            raise self._malformed()

    def _fill(self) -> bool:
        """Hold more of the text; False at its end."""
        if self._is_end:
            return False
        data = self._stream.read(PIECE_BYTES)
        self._is_end = not data
        self._given += self._at
        try:
            more = self._decoder.decode(data, final=self._is_end)
        except UnicodeDecodeError as error:
            raise NotJsonError("it is not UTF-8") from error
        self._text, self._at = self._text[self._at :] + more, 0
        return bool(more) or self._fill()

    def _malformed(self, at: int | None = None) -> NotJsonError:
        return NotJsonError(f"it is not JSON at character {self._given + (self._at if at is None else at) + 1:,}")


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    try:
        return each_once(pairs)
    except ValueError as error:
        raise _FaultError(str(error)) from error


def _no_number(text: str) -> object:
    raise _FaultError(f"{text} is no number")


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise _FaultError("a number in it has thousands of digits") from error


def _is_within(value: object, depth: int) -> bool:
    if isinstance(value, dict):
        return depth > 0 and all(_is_within(one, depth - 1) for one in value.values())
    if isinstance(value, list):
        return depth > 0 and all(_is_within(one, depth - 1) for one in value)
    return True


_TOO_LONG: Final = f"it has more than {ELEMENT_CHARACTERS_MAX:,} characters"
_TOO_DEEP: Final = "it is nested deeper than any object"
