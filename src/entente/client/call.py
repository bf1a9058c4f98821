"""One request to a node as a value: which route, with what, and the shape of its answer. Nothing here sends anything.

A function of entente.client.requests makes one for its route; entente.client.exchange says how it is sent and its answer read; a
client (entente.client.blocking, entente.client.asynchronous) carries that out. Source: docs/rules/api.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Generic, TypeVar, cast
from urllib.parse import quote

from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid

T_co = TypeVar("T_co", covariant=True)
P_co = TypeVar("P_co", covariant=True)
I_co = TypeVar("I_co", covariant=True)
KEY_CHARACTERS_MAX: Final = 100
"""Of an Idempotency-Key (docs/rules/api.md P8)."""


@dataclass(frozen=True, slots=True)
class Call(Generic[T_co]):
    """A request to one route."""

    route: str
    """Its name in the OpenAPI document."""
    method: str
    path: str
    """Below /api/v1, with its parameters filled in."""
    shape: type[T_co]
    """A TypedDict of entente.client.shapes; of a file that is the answer, Path."""
    query: Mapping[str, str | int] = field(default_factory=dict)
    body: JsonObject | None = None
    is_done_once: bool = False
    """Whether it changes something, and so carries an Idempotency-Key (P8)."""
    key: str | None = None
    """That key; None has one made for this act."""
    version: int | None = None
    """The version that was seen: If-Match (P9)."""
    unless_version: int | None = None
    """The version that is known already: If-None-Match; where it still stands there is no answer to read."""
    upload: Path | None = None
    """A file that is the body, read as it is sent."""
    into: Path | None = None
    """Where a file that is the answer is written as it comes: a new one, for this account alone."""

    @property
    def moves_file(self) -> bool:
        """Whether a file goes either way, which may take long."""
        return self.upload is not None or self.into is not None


@dataclass(frozen=True, slots=True)
class PagedCall(Call[P_co], Generic[P_co, I_co]):
    """A request for a page of a list."""

    items: str = ""
    """The field of the answer that holds them."""

    def after(self, cursor: str) -> PagedCall[P_co, I_co]:
        """Return the request for the page that begins where `cursor` says."""
        return replace(self, query={**self.query, "cursor": cursor})


def filled(path: str, **names: str) -> str:
    """Return a path with its parameters, each quoted; raise Invalid for one that would be another path."""
    for name, value in names.items():
        if value in {"", ".", ".."} or not value.isprintable():
            raise Invalid(
                f"The {name} cannot be part of a path.",
                field=name,
                why="It is empty, dots alone, or holds what is not seen: the request would go to another path.",
                do="Give the reference as the node writes it.",
            )
    return path.format(**{name: quote(value, safe="") for name, value in names.items()})


def two_parts(name: str, value: str, example: str) -> tuple[str, str]:
    """Return both parts of a reference that is written with a slash; raise Invalid for one without."""
    first, slash, second = value.partition("/")
    if not slash:
        raise Invalid(
            f"The {name} is not written whole.",
            field=name,
            why="The node is asked by the reference that everybody uses, whose parts a slash divides.",
            do=f"Write it like {example}.",
        )
    return first, second


def given(**fields: object) -> JsonObject:
    """Return the fields that were given, by their types all JSON: what is None stays out of the request."""
    return cast("JsonObject", {name: value for name, value in fields.items() if value is not None})


def parameters(**fields: str | int | None) -> dict[str, str | int]:
    """Return the parameters behind the question mark that were given."""
    return {name: value for name, value in fields.items() if value is not None}


def checked_key(key: str) -> str:
    """Return an Idempotency-Key; raise Invalid for one that the node would not take."""
    if not 1 <= len(key) <= KEY_CHARACTERS_MAX or not all("!" <= one <= "~" for one in key):
        raise Invalid(
            "The Idempotency-Key cannot be sent.",
            field="idempotency_key",
            why=f"It has 1 to {KEY_CHARACTERS_MAX} characters of ASCII that are seen (docs/rules/api.md P8).",
            do="Leave it out, and one is made; or give a UUID that follows from your own reference.",
        )
    return key
