"""A posted form: read within bounds, checked field by field, given back with what was entered and what is wrong with it.

A fault says where (the field), what is wrong, and what to do. Form-encoded bodies alone are read; a field that the form does not
have is refused, as the API refuses it (docs/rules/api.md P6). Nothing is trimmed silently but the ends of one-line fields.

Source: docs/rules/desk.md W23; WCAG 2.2, 3.3.1 to 3.3.3; HTML, application/x-www-form-urlencoded.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as made
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl

from markupsafe import Markup
from starlette.requests import Request

from entente.kernel.canonical import canonical_bytes
from entente.kernel.decision import Decision
from entente.kernel.errors import EntenteError, Invalid, Refused
from entente.kernel.sizes import size_said
from entente.kernel.text import unseen_in
from entente.web.desk.paths import own_path
from entente.web.sentences import said
from entente.web.wording import Wording

FORM_BYTES_MAX: Final = 512 * 1024
"""A message of 20,000 characters, each at most 12 bytes when encoded, twice over."""
FORM_FIELDS_MAX: Final = 400
"""A table of 100 columns, a kind for each of 38 schemata, and the codes of the longest lists."""
FORM_SECONDS_MAX: Final = 30.0
"""As long as the API waits for a body (docs/rules/api.md P6)."""
LINE_CHARACTERS_MAX: Final = 300
CSRF, ONCE, BACK, STAMP, HERE = "csrf", "once", "back", "stamp", "of_page"
_ONCE_CHARACTERS_MAX: Final = 50
"""A form's own key has 31."""
_DIGEST_CHARACTERS: Final = 32
"""Fields that every form has: the session's token, the form's own one-time key, where it has one, where to go back to, the stamp
of the page it stands on (changes.Changes), and the path of that page."""
_OF_SEVERAL: Final = "."
"""Between the name of a field that a form has several of and the key of one."""
FRAME: Final = frozenset({CSRF, ONCE, BACK, STAMP, HERE})


class Kind(StrEnum):
    """What a field takes."""

    LINE = "line"
    TEXT = "text"
    DAY = "day"
    HOUR = "hour"
    """A time of day, as 14:30."""
    CODE = "code"
    FLAG = "flag"
    CODES = "codes"
    """Any number of codes of a list, each sent as a field of the same name; kept one a line."""
    FILE = "file"
    """A file, the last field of its form; held as the id under which it waits (desk.md W55)."""
    FILES = "files"
    """Some small files, read with the form and held with it (desk.md W77); their digests stand in the field's place."""


_HOUR: Final = re.compile(
    r"([01]?[0-9]|2[0-3]) ?(?:[:.] ?([0-5][0-9])(?: ?h)?|h(?: ?([0-5][0-9]))?)|([01][0-9]|2[0-3])([0-5][0-9])"
)
"""14:30, and as officers write it by hand: 14.30, 14h30, 14 h 30, 9 h, 1430."""
_SAYS_NOTHING: Final = ("does not hold what it should.", "The record was not entered.")
"""What rooms say of a field whose reason stands behind it."""
_FILES: Final = frozenset({Kind.FILE, Kind.FILES})
"""What is no text: what stands in their place came from nobody's file."""


def hour_of(entered: str) -> str:
    """Return a time of day as a clock shows it, in whatever way it was written; nothing where it is none."""
    read = _HOUR.fullmatch(" ".join(entered.lower().split()))
    if read is None:
        return ""
    hour, *minutes = (part for part in read.groups() if part is not None)
    return f"{hour:0>2}:{minutes[0] if minutes else '00'}"


@dataclass(frozen=True, slots=True)
class SentFile:
    """A small file as it was sent with a form."""

    name: str
    """What it is called here, whatever its sender called it: no path."""
    data: bytes

    @property
    def sha256(self) -> str:
        """Return the digest of its bytes."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. Its label is the text `field.<name>`, its help `help.<name>` where there is one."""

    name: str
    kind: Kind = Kind.LINE
    is_needed: bool = True
    most: int = LINE_CHARACTERS_MAX
    """Characters; the room has the last word."""
    codes: str = ""
    """For a code: the closed list in `texts/codes` that it is of."""
    asks: str = ""
    """The verb's name for it, where it has another one; faults of that name are shown here."""
    is_many: bool = False
    """Whether the form has several of it, each as `<name>.<its key>`; none of them is needed then."""
    is_carried: bool = False
    """Whether its page fills it in by itself and nobody writes in it, though it is a text."""
    or_else: str = ""
    """For a field that the form has several of: the other one, of which a line does as well; where set, one line is needed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a form."""

    field: str
    """A field of the form; empty for the form as a whole."""
    what: str
    do: str = ""
    why: str = ""
    grounds: tuple[tuple[str, str, str], ...] = ()
    """Of a refusal: number, sentence, remedy of each ground that does not allow."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What was entered, and what is wrong with it."""

    values: Mapping[str, str] = made(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    of: str = ""
    """The name of the act that was posted; a page with several forms gives back the one."""
    back: str = ""
    """Where to go back to, as a plain path of the desk; empty for nowhere."""
    here: str = ""
    """The page that the form stands on, likewise."""
    beside: Mapping[str, Mapping[str, str]] = made(default_factory=dict)
    """What was begun in other forms of the page, by the name of their acts."""
    files: tuple[SentFile, ...] = ()
    """What was sent in a field for small files; a form has one such field at most."""

    def value(self, name: str) -> str:
        """Return what was entered into a field; empty for nothing."""
        return self.values.get(name, "")

    def about(self, act: str, name: str) -> str:
        """Return which of several things on a page the form of an act is about, posted or begun; empty for none."""
        return self.value(name) if self.of == act else self.begun(act, name, "")

    def begun(self, of: str, name: str, else_this: str) -> str:
        """Return what was begun in a field of another form of the page; where nothing was, what stands there anyway."""
        return self.beside[of].get(name, "") if of in self.beside else else_this

    def flag(self, name: str) -> bool:
        """Say whether a box was ticked."""
        return bool(self.values.get(name))

    def each(self, name: str) -> Mapping[str, str]:
        """Return what was entered into the fields that a form has several of, by their keys."""
        start = f"{name}{_OF_SEVERAL}"
        return {one.removeprefix(start): text for one, text in self.values.items() if one.startswith(start)}

    def lines(self, name: str) -> tuple[str, ...]:
        """Return the lines of a text that hold something."""
        return tuple(line.strip() for line in self.value(name).splitlines() if line.strip())

    def with_files(self, name: str, files: tuple[SentFile, ...]) -> Entered:
        """Return it with small files, and in their field what tells them from others: so other files are another act."""
        if not files:
            return self
        digests = "\n".join(f"{one.sha256} {one.name}" for one in files)
        return replace(self, files=files, values={**self.values, name: digests})

    def fault(self, name: str) -> Fault | None:
        """Return what is wrong with a field, the first of it."""
        return next((one for one in self.faults if one.field == name), None)


async def posted(request: Request, many: Collection[str] = ()) -> dict[str, str]:
    """Return the fields of a posted form; raise Invalid for another type of body, one too large or too slow, or a field twice.

    Of those named in `many`, which may come any number of times, all come back, one a line.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise no_form("it is not sent as a form of this site is")
    try:
        async with asyncio.timeout(FORM_SECONDS_MAX):
            body = await _read(request)
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            encoding="utf-8",
            errors="strict",
            max_num_fields=FORM_FIELDS_MAX,
        )
    except TimeoutError as error:
        raise no_form(f"it did not arrive within {FORM_SECONDS_MAX:.0f} seconds") from error
    except ValueError as error:
        raise no_form("it cannot be read as a form") from error
    return gathered(pairs, many)


def gathered(pairs: Sequence[tuple[str, str]], many: Collection[str]) -> dict[str, str]:
    """Return the fields of a form by name; raise Invalid for one that stands there twice and is not one of `many`."""
    fields: dict[str, str] = {}
    for name, text in pairs:
        if name in fields and name not in many:
            raise no_form("a field stands in it twice")
        fields[name] = f"{fields[name]}\n{text}" if name in fields else text
    return fields


async def _read(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > FORM_BYTES_MAX:
            raise no_form(f"it has more than {size_said(FORM_BYTES_MAX)}")
        parts.append(part)
    return b"".join(parts)


def entered(of: str, fields: Sequence[Field], given: Mapping[str, str], say: Wording) -> Entered:
    """Hold what was posted against a form's fields; raise Invalid for a field that the form does not have."""
    by_name = {one.name: one for one in fields}
    known = {name: found for name in given if (found := field_of(name, by_name)) is not None}
    if unknown := sorted(set(given) - set(known) - FRAME):
        raise no_form(f"nobody reads its field {unknown[0][:40]!a}")
    values = {
        name: text if known[name].kind in {Kind.TEXT, Kind.CODES} else text.strip()
        for name, text in given.items()
        if name in known and known[name].kind not in _FILES
    }
    said = [(known[name], text) for name, text in values.items()]
    said += [(one, "") for one in fields if one.name not in values and not one.is_many and one.kind not in _FILES]
    faults = tuple(fault for one, text in _in_order(fields, said) if (fault := _fault_of(one, text, say)) is not None)
    faults = (*_unnamed(fields, values, say), *faults)
    back, here = (own_path(given[name]) if given.get(name) else "" for name in (BACK, HERE))
    return Entered(values, faults, of, back, here)


def _unnamed(fields: Sequence[Field], values: Mapping[str, str], say: Wording) -> tuple[Fault, ...]:
    """Return a fault for each field of which, or of the other one, a line is needed and none holds anything."""
    said = {name.partition(_OF_SEVERAL)[0] for name, text in values.items() if text}
    lacking = (one for one in fields if one.or_else and not said & {one.name, one.or_else})
    return tuple(Fault(one.name, say.text("fault.missing"), say.text("fault.missing_do")) for one in lacking)


def field_of(name: str, by_name: Mapping[str, Field]) -> Field | None:
    """Return the field that a posted name is of: its own, or one that the form has several of; None for no field of the form."""
    if name in by_name:
        return by_name[name]
    found = by_name.get(name.partition(_OF_SEVERAL)[0])
    return found if found is not None and found.is_many else None


def _in_order(fields: Sequence[Field], said: Sequence[tuple[Field, str]]) -> list[tuple[Field, str]]:
    """Return what was said field by field, in the order of the form."""
    order = {one.name: place for place, one in enumerate(fields)}
    return sorted(said, key=lambda pair: order[pair[0].name])


def _fault_of(one: Field, text: str, say: Wording) -> Fault | None:
    if not text.strip():
        is_missing = one.is_needed and not one.is_many
        return Fault(one.name, say.text("fault.missing"), say.text("fault.missing_do")) if is_missing else None
    if len(text) > one.most:
        return Fault(one.name, say.text("fault.long", count=one.most), say.text("fault.long_do"))
    chosen = {Kind.CODE: [text], Kind.CODES: text.splitlines()}.get(one.kind, [])
    if one.codes and any(code not in say.codes(one.codes) for code in chosen):
        return Fault(one.name, say.text("fault.choice"), say.text("fault.choice_do"))
    if one.kind is Kind.HOUR and not hour_of(text):
        return Fault(one.name, say.text("details.no_hour"), say.text("details.no_hour_do"))
    if "\x00" in text:
        return Fault(one.name, say.text("fault.character"), say.text("fault.character_do"))
    return None


def fault_of(
    error: EntenteError, fields: Sequence[Field], say: Wording, values: Mapping[str, str] | None = None
) -> Fault:
    """Return what a room said of an act as the fault of a field, where it names one of the form, or of the form as a whole.

    Where what was entered is given, and holds a character that nobody sees, that one is named: a rule says what a text may hold,
    and whoever pasted one cannot see what is wrong with it.
    """
    found = _fault_as_said(error, fields, say)
    entered_there = [
        text for name, text in (values or {}).items() if found.field in {name, name.partition(_OF_SEVERAL)[0]}
    ]
    unseen = next(filter(None, map(unseen_in, entered_there)), None)
    if unseen is None or not isinstance(error, Invalid):
        return found
    holds = say.text("plain.holds_hidden", character=unseen.called, place=unseen.place)
    return replace(found, what=Markup("{} {}").format(found.what, holds), do=say.text("plain.holds_hidden_do"))


def faults_of(
    error: EntenteError, fields: Sequence[Field], say: Wording, values: Mapping[str, str] | None = None
) -> tuple[Fault, ...]:
    """Return all that a room said of an act, each as the fault of its field; what it said twice of one, once."""
    said_of = (error, *error.also) if isinstance(error, Invalid) else (error,)
    return tuple(dict.fromkeys(fault_of(one, fields, say, values) for one in said_of))


def _fault_as_said(error: EntenteError, fields: Sequence[Field], say: Wording) -> Fault:
    """Return it as the room said it."""
    name = ""
    if isinstance(error, Invalid):
        name = next((one.name for one in fields if error.field in {one.name, one.asks}), "")
        if not name and field_of(error.field, {one.name: one for one in fields}) is not None:
            # One of several of a name.
            name = error.field
    grounds: tuple[tuple[str, str, str], ...] = ()
    if isinstance(error, Refused):
        grounds = told_grounds(error.decision, say)
    what, why = said(say, error.what), said(say, error.why) if not grounds else ""
    if name and why and error.what.endswith(_SAYS_NOTHING):
        # Its label stands before it: what is wrong with it is all there is to say.
        return Fault(name, why, said(say, error.do))
    return Fault(name, what, said(say, error.do), why, grounds)


def told_grounds(decision: Decision, say: Wording) -> tuple[tuple[str, str, str], ...]:
    """Return of each ground that refuses its number, its sentence and its remedy, in the reader's language."""
    return tuple((one.number, said(say, one.text), said(say, one.remedy)) for one in decision.refusals)


def no_form(why: str) -> Invalid:
    """Return what is said of a form that cannot be read."""
    return Invalid(
        "The form could not be read.",
        field="form",
        why=f"A form is read strictly, and nothing in it is guessed: {why}.",
        do="Go back to the page, load it anew, and send the form from there.",
    )


def once_of(fields: Mapping[str, str]) -> str:
    """Return the key that a form's page was given as it was made; empty for none."""
    return fields.get(ONCE, "")[:_ONCE_CHARACTERS_MAX]


def once_key(path: str, fields: Mapping[str, str], values: Mapping[str, str]) -> str:
    """Return the key under which a form is done once: its own, with a digest of where it goes and what was entered.

    So a second click does nothing more, and a form that was gone back to and changed is another act.
    """
    digest = hashlib.sha256(canonical_bytes({"path": path, "form": dict(values)})).hexdigest()[:_DIGEST_CHARACTERS]
    return f"{once_of(fields)}.{digest}"
