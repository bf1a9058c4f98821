"""Reads what came back: the typed answer of a route, or the error of the tree that a problem document says.

Whatever answers at an address may be anything: each byte is judged, and what is no answer of a node is Misconfigured, and never
half read.
Source: docs/rules/api.md P7, P16; RFC 9457.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from entente.client.forms import differs
from entente.kernel.canonical import JsonObject, parse_document
from entente.kernel.errors import EntenteError, Invalid, Misconfigured
from entente.kernel.wire import error_from_json

T = TypeVar("T")
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
CODES: Final = frozenset({"refused", "invalid", "not_found", "conflict", "untrusted", "unavailable", "misconfigured"})
SENTENCES: Final = ("code", "what", "why", "do")
RETRY_SECONDS_MAX: Final = 86_400
"""A Retry-After beyond a day is read as a day; no act waits as long."""


@dataclass(frozen=True, slots=True)
class Came:
    """An answer as it came, whole."""

    status: int
    headers: Mapping[str, str]
    """Their names in small letters."""
    body: bytes = field(repr=False)
    kept: Path | None = None
    """The file that the body was written into."""

    @property
    def is_good(self) -> bool:
        """Whether the status says that it was done, or will be."""
        return self.status in {200, 201, 202}

    @property
    def media_type(self) -> str:
        """What the body says it is."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_problem(self) -> bool:
        """Whether it says to be a problem document."""
        return self.media_type == PROBLEM

    @property
    def retry_after(self) -> float:
        """The seconds of Retry-After; 0 where there are none. A date is not read: this machine's clock may be another."""
        text = self.headers.get("retry-after", "").strip()
        if not (text.isascii() and text.isdigit()):
            return 0.0
        return float(min(int(text[:10]), RETRY_SECONDS_MAX))


def read_answer(shape: type[T], came: Came) -> T:
    """Return the answer in its shape; raise Misconfigured for anything else. Fields that a newer node adds are let pass."""
    if came.media_type != JSON:
        raise not_a_node(f"it answered {came.status} with «{came.media_type[:60]}» in place of JSON")
    document = _document(came)
    wrong = differs(shape, document, "")
    if wrong:
        raise not_a_node(f"in its answer {wrong}")
    answer: T = document  # type: ignore[assignment] # it was just held against the shape
    return answer


def read_error(came: Came) -> EntenteError:
    """Return the error that an answer says; Misconfigured for an answer that says none as a node does."""
    if not came.is_problem:
        return not_a_node(f"it answered {came.status} with «{came.media_type[:60]}», which is no problem document")
    try:
        document = _document(came)
    except Misconfigured as error:
        return error
    if not all(isinstance(document.get(name), str) for name in SENTENCES) or document["code"] not in CODES:
        return not_a_node(f"it answered {came.status} with a problem that says no error of the tree")
    try:
        return error_from_json(document)
    except Invalid as error:
        return not_a_node(f"it answered {came.status} with a problem of another form: {error.field}")


def _document(came: Came) -> JsonObject:
    try:
        return parse_document(came.body)
    except Invalid as error:
        wrong = not_a_node(f"it answered {came.status} with what is no JSON object, or was cut off")
        raise wrong from error


def not_a_node(why: str) -> Misconfigured:
    """Return the error of an answer that no node of this version gives."""
    return Misconfigured(
        "What answers at the node's address is no node of this version.",
        why=f"Its answer is not in the form that both sides speak: {why}.",
        do="Mend the address, or use the client of the same version as the node.",
    )
