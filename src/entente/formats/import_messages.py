"""What a process that reads a file sends of its rows, in plain values, and how the node makes rows of them again.

What rows share (terms, texts, files) is sent once. Both ends are one program: what is read here was checked and written by
`records.checking` a moment before, and is not judged again. Source: docs/rules/records.md R51.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from typing import Any, overload

from entente.disclosure.model import DisclosureClass
from entente.handling.model import Observation, Retention
from entente.kernel.codec import from_json, to_json
from entente.kernel.errors import EntenteError, Invalid, Misconfigured, Unavailable
from entente.kernel.ids import RecordId
from entente.records.checking import Prepared
from entente.records.model import Fact, Fragment, Link, RecordDraft, Rejected
from entente.records.written import WrittenAhead

Values = tuple[Any, ...]
"""A row as plain values: of a Prepared as `RowWriter` puts them, of a Rejected its fields in their order."""
_TEXTS = ("schema", "kind", "terms", "facts", "links", "retention")
_OBSERVATIONS = {observation.value: observation for observation in Observation}
_Shared = tuple[tuple[DisclosureClass, ...], Retention]


class LaterFacts(Sequence[Fact]):
    """The facts of a row, made of what was sent once somebody looks at one; equal to them as a tuple.

    The node keeps a row by the texts that were written of it, and few imports look at a fact again.
    """

    __slots__ = ("_made", "_sent")

    def __init__(self, sent: bytes) -> None:
        self._sent = sent
        self._made: tuple[Fact, ...] | None = None

    def _facts(self) -> tuple[Fact, ...]:
        if self._made is None:
            self._made = tuple(
                [
                    Fact(name, value, at, _OBSERVATIONS[observation], is_unknown)
                    for name, value, at, observation, is_unknown in marshal.loads(self._sent)  # noqa: S302 - of our own process
                ]
            )
        return self._made

    @overload
    def __getitem__(self, place: int) -> Fact: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Fact, ...]: ...

    def __getitem__(self, place: int | slice) -> Fact | tuple[Fact, ...]:
        """Return one, or some."""
        return self._facts()[place]

    def __len__(self) -> int:
        return len(self._facts())

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._facts())

    def __eq__(self, other: object) -> bool:
        return self._facts() == (other._facts() if isinstance(other, LaterFacts) else other)

    def __hash__(self) -> int:
        return hash(self._facts())

    def __repr__(self) -> str:
        return repr(self._facts())


class RowWriter:
    """Writes rows; `shared` grows with what later rows refer to by its place."""

    def __init__(self) -> None:
        self.shared: list[Any] = []
        """Pairs of terms and retention, as JSON."""
        self._places: dict[_Shared, int] = {}
        self._same: dict[str, str] = {}

    def values(self, row: Prepared | Rejected) -> Values:
        """Return a row as plain values."""
        if isinstance(row, Rejected):
            return astuple(row)
        draft, written = row.draft, row.written
        assert not draft.blobs, "a list brings no files"
        assert written is not None, "the store's form is written where the row is"
        fragment = draft.fragment
        return (
            draft.local_id,
            draft.schema,
            draft.kind,
            self._place(draft),
            marshal.dumps(
                [
                    (one.property, one.value, one.terms, one.observation.value, one.is_unknown_property)
                    for one in draft.facts
                ]
            ),
            [(one.property, one.to, one.terms, one.observation.value) for one in draft.links],
            None
            if fragment is None
            else (fragment.file_name, fragment.file_sha256, fragment.file_date, fragment.format, fragment.data),
            # One object for what is alike, so that a message holds it once.
            [self._once(row.texts[name]) if name not in {"facts", "links"} else row.texts[name] for name in _TEXTS],
            row.digest,
            written.content,
            written.fragment,
        )

    def _place(self, draft: RecordDraft) -> int:
        key = (draft.terms, draft.retention)
        if key not in self._places:
            self._places[key] = len(self.shared)
            self.shared.append([to_json(draft.terms), to_json(draft.retention)])
        return self._places[key]

    def _once(self, text: str) -> str:
        return self._same.setdefault(text, text)


class RowReader:
    """Makes rows of what a RowWriter wrote."""

    def __init__(self) -> None:
        self._shared: list[_Shared] = []

    def share(self, shared: Sequence[Any]) -> None:
        """Take in what rows from here on refer to."""
        for terms, retention in shared:
            made = from_json(tuple[DisclosureClass, ...], terms, "terms")
            self._shared.append((made, from_json(Retention, retention, "retention")))

    def row(self, values: Values) -> Prepared | Rejected:
        """Return a row."""
        if len(values) == len(Rejected.__slots__):
            return Rejected(*values)
        local_id, schema, kind, place, facts, links, fragment, texts, digest, content, packed = values
        terms, retention = self._shared[place]
        draft = RecordDraft(
            local_id,
            schema,
            kind,
            terms,
            LaterFacts(facts),
            tuple([Link(name, RecordId(to), at, _OBSERVATIONS[observation]) for name, to, at, observation in links]),
            retention,
            None if fragment is None else Fragment(*fragment),
        )
        return Prepared(draft, dict(zip(_TEXTS, texts, strict=True)), digest, WrittenAhead(content, packed))


def refusal_values(error: EntenteError) -> dict[str, str]:
    """Return what a reader says of a file it does not read, as plain values."""
    said = {"code": error.code, "what": error.what, "why": error.why, "do": error.do}
    return {**said, "field": error.field} if isinstance(error, Invalid) else said


def refusal_of(said: Mapping[str, str]) -> EntenteError:
    """Return the error that a reader raised."""
    what, why, do = said["what"], said["why"], said["do"]
    if said["code"] == Invalid.code:
        return Invalid(what, field=said["field"], why=why, do=do)
    if said["code"] == Misconfigured.code:
        return Misconfigured(what, why=why, do=do)
    return Unavailable(what, why=why, do=do, retry_is_safe=True)
