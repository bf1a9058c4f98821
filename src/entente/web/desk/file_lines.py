"""A file of a message or of a record as pages list it: what it is, whether it is here, and where it is downloaded.

Its address names it by the id of its sealed chunks, which says nothing of it; a file's name may name a person.

Source: docs/rules/desk.md W73.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from entente.kernel.canonical import JsonObject
from entente.web.desk.page import Asked
from entente.web.desk.reading import text, whole

BLOB: Final = "blob:"
"""How an id of a file's chunks begins; an address has the rest."""


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file of a message or record as pages show it."""

    name: str
    kind: str
    """What it is, in words."""
    size: str
    sha256: str
    to: str
    """Where it is downloaded, and asked for by posting there."""
    is_here: bool
    detach: str = ""
    """Of a record of ours: where it is taken off; empty where this reader may not."""


def file_line(asked: Asked, one: JsonObject, at: str) -> FileLine:
    """Return a file as pages show it; `at` is what stands before it in its address."""
    return FileLine(
        name=text(one, "name"),
        kind=asked.say.code("media_types", text(one, "media_type")),
        size=asked.say.size(whole(one, "bytes")),
        sha256=text(one, "sha256"),
        to=at + text(one, "blob").removeprefix(BLOB),
        is_here=False,
    )
