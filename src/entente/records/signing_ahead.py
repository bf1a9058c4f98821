"""Statements of an import that are signed before its turn to write has come, so that others write meanwhile.

What is new is read beside whoever writes; then its records are made and signed one by one, while the engine is waited for with
the slice before. In the transaction that keeps it everything is judged as if nothing had been prepared: a statement counts there
only if it says that very draft in that very version, signed with the key in use; else another one is made.

Source: docs/rules/records.md R51; docs/decisions/0106.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from entente.kernel.errors import EntenteError
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
        self._waiting: deque[tuple[RecordId, int, Prepared]] = deque()
        """What is to be signed: as which record, in which version."""
        self._said: dict[RecordId, _Said] = {}
        self._source = BodyId("")
        self._now: datetime | None = None
        self._key = b""

    def look(self, open_view: Callable[[], RecordsUnit], given: Sequence[Prepared], now: datetime) -> None:
        """See which of some drafts seem to be new, as of the last durable state; they are made and signed as of `now`."""
        with open_view() as view:
            source = view.bodies.own().id
            wanted = {record_id(source, one.draft.local_id): one for one in given}
            held = view.records.digests(list(wanted))
        self._source, self._now, self._key = source, now, self._signer.public_key
        self._said.clear()
        self._waiting.clear()
        for record, one in wanted.items():
            version, digest = held.get(record, (0, b""))
            if digest != one.digest:
                self._waiting.append((record, version + 1, one))

    def step(self) -> bool:
        """Make and sign one; say whether there was one. Touches no store, and never raises.

        What cannot be signed is left: whoever asks for it signs it then, and is told why it cannot be.
        """
        if not self._waiting:
            return False
        assert self._now is not None, "it was looked before"
        record, version, one = self._waiting.popleft()
        try:
            made = record_of(one.draft, record, self._source, version, self._now)
            statement = record_statement(made, self._officer, self._now, self._signer, one.texts)
        except EntenteError:
            self._waiting.clear()
            return False
        self._said[record] = _Said(one.draft, made, statement)
        return True

    def finish(self) -> None:
        """Make and sign what is left."""
        while self.step():
            continue

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
