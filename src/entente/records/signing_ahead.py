"""Statements of an import that are signed before its turn to write has come, so that others write meanwhile.

What is new is read beside whoever writes, its record made and signed. In the transaction that keeps it everything is judged as if
nothing had been prepared: a statement counts there only if it says that very draft in that very version, signed with the key in
use; else another one is made. Source: docs/rules/records.md R51.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from entente.kernel.ids import BodyId, OfficerId, RecordId
from entente.kernel.signing import Signer
from entente.kernel.statement import Statement
from entente.records.checking import Prepared
from entente.records.model import Record, RecordDraft
from entente.records.ports import RecordsUnit
from entente.records.rules import record_id
from entente.records.statements import record_statement


@dataclass(frozen=True, slots=True)
class _Said:
    """A draft, the record that it would be, and the signed statement of that."""

    draft: RecordDraft
    record: Record
    statement: Statement


class SignedAhead:
    """The statements of one slice."""

    def __init__(self, signer: Signer, officer: OfficerId) -> None:
        self._signer = signer
        self._officer = officer
        self._said: Mapping[RecordId, _Said] = {}
        self._key = b""

    def sign(self, open_view: Callable[[], RecordsUnit], given: Sequence[Prepared], now: datetime) -> None:
        """Make and sign what seems to be new of some drafts, as of the last durable state."""
        with open_view() as view:
            source = view.bodies.own().id
            wanted = {record_id(source, one.draft.local_id): one for one in given}
            held = view.records.digests(list(wanted))
        self._key, said = self._signer.public_key, {}
        for record, one in wanted.items():
            version, digest = held.get(record, (0, b""))
            if digest != one.digest:
                made = record_of(one.draft, record, source, version + 1, now)
                statement = record_statement(made, self._officer, now, self._signer, one.texts)
                said[record] = _Said(one.draft, made, statement)
        self._said = said

    def of(
        self, ready: Prepared, wanted: RecordId, source: BodyId, version: int, now: datetime
    ) -> tuple[Record, Statement]:
        """Return a draft as a version of a record, with its signed statement: the one made before where it still says that."""
        said = self._said.get(wanted)
        if (
            said is not None
            and said.draft is ready.draft
            and (said.record.source, said.record.version) == (source, version)
            and self._key == self._signer.public_key
        ):
            return said.record, said.statement
        record = record_of(ready.draft, wanted, source, version, now)
        return record, record_statement(record, self._officer, now, self._signer, ready.texts)


def record_of(draft: RecordDraft, wanted: RecordId, source: BodyId, version: int, now: datetime) -> Record:
    """Return a draft as a version of a record."""
    return Record(
        wanted,
        source,
        draft.local_id,
        version,
        draft.schema,
        draft.kind,
        now,
        draft.terms,
        draft.facts,
        draft.links,
        draft.retention,
        draft.blobs,
    )
