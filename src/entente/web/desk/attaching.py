"""Files that go with a message: sent one after the other while it is written, listed in its form, handed in as it is sent.

A browser forgets the files of a form that comes back to it. So each is kept by the node as soon as it is sent, for its officer
alone, for an hour; the form names it, and sends it along while its box is ticked.

Source: docs/rules/desk.md W55 and W73; docs/rules/correspondence.md M24.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from entente.correspondence.attachments import ATTACHMENTS_BYTES_MAX, ATTACHMENTS_MAX, look_at_file
from entente.kernel.canonical import Json
from entente.kernel.errors import EntenteError, Invalid, NotFound
from entente.records.media import look_at_type
from entente.records.ports import PlainFile
from entente.web.desk.forms import Entered, Field, Kind
from entente.web.desk.page import Asked
from entente.web.wording import Moment

_ID_CHARACTERS_MAX: Final = 64
ATTACHED: Final = Field("attached", Kind.CODES, is_needed=False, most=ATTACHMENTS_MAX * _ID_CHARACTERS_MAX)
FILE: Final = Field("file", Kind.FILE, is_needed=False, asks="file_name")
FIELDS: Final[Sequence[Field]] = (ATTACHED, FILE)
"""Of every form that files go with; the file comes last (W55)."""


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file that goes with the message if its box is ticked."""

    id: str
    name: str
    size: str
    until: Moment
    """How long it waits."""


@dataclass(frozen=True, slots=True)
class Attaching:
    """What stands in a form for files."""

    files: Sequence[WaitingFile]
    has_room: bool
    """Whether one more may be sent."""
    count_max: int
    size_max: str


def attaching(asked: Asked, values: Mapping[str, str]) -> Attaching:
    """Return the files of a form, by what it holds; one that waits no more is left out."""
    files = []
    for one in _named(Entered(values)):
        with suppress(NotFound):
            upload, _ = asked.jobs.upload(asked.officer, one)
            until = asked.jobs.kept_until(upload)
            assert until is not None, "a file that waits does so for a time"
            files.append(WaitingFile(one, upload.name, asked.say.size(upload.size), asked.say.moment(until)))
    most = min(asked.node.settings.attachments_bytes_max, ATTACHMENTS_BYTES_MAX)
    return Attaching(files, len(files) < ATTACHMENTS_MAX, ATTACHMENTS_MAX, asked.say.size(most))


def taken_in(asked: Asked) -> dict[str, str]:
    """Return what a form holds, with the files that were sent with it among those that wait.

    Raises Invalid for a file that no message could have; nothing of that one is kept.
    """
    values = dict(asked.form.values)
    look = partial(look_at_file, bytes_max=asked.node.settings.attachments_bytes_max)
    for one in asked.form.lines(FILE.name):
        _look_at(asked, one, look)
    values.pop(FILE.name, None)
    return {**values, ATTACHED.name: "\n".join(_named(asked.form))}


def require_of_type(asked: Asked, file: str) -> None:
    """Raise Invalid, keeping nothing of it, for a file that waits and is not what it is called, or of no type (R20)."""
    _look_at(asked, file, look_at_type)


def _look_at(asked: Asked, file: str, look: Callable[[PlainFile], None]) -> None:
    upload, path = asked.jobs.upload(asked.officer, file)
    try:
        with asked.node.files.attachment(path, upload.name) as plain:
            look(plain)
    except EntenteError:
        asked.jobs.drop(asked.officer, file)
        raise


def handed_in(asked: Asked) -> list[Json]:
    """Return the files of a form as the verb of its message takes them; raise Invalid where one waits no more."""
    files: dict[str, Json] = {}
    for one in _named(asked.form):
        try:
            upload, path = asked.jobs.upload(asked.officer, one)
        except NotFound as error:
            raise _gone() from error
        name = _other_than(files, upload.name)
        files[name] = {"file": str(path), "name": name}
    return [*files.values()]


def _other_than(taken: Collection[str], name: str) -> str:
    """Return a name that no other file of the message has: of letters that are not kept, nothing is left to tell two apart."""
    stem, point, ending = name.rpartition(".")
    count = itertools.count(2)
    while name in taken:
        name = f"{stem}-{next(count)}{point}{ending}"
    return name


def let_go(asked: Asked) -> None:
    """Forget the files of a form whose message was sent: it has them now."""
    for one in _named(asked.form):
        with suppress(NotFound):
            asked.jobs.drop(asked.officer, one)


def _named(form: Entered) -> list[str]:
    return list(dict.fromkeys((*form.lines(ATTACHED.name), *form.lines(FILE.name))))


def _gone() -> Invalid:
    return Invalid(
        "A file that was to go with the message is not here any more.",
        field="file_name",
        why="What was sent for a message waits an hour for it (docs/rules/desk.md W55).",
        do="Send the file again, or send the message without it.",
    )
