"""The earlier versions of our own records: what `record` held before a newer version took its row.

A copy's earlier versions are not kept: its source replaced them (docs/rules/records.md R4 and R57). A row is the newest version's
row of its time, signed bytes and all, and is read by the same code.

Source: docs/rules/records.md R57; docs/decisions/0100-earlier-versions-of-our-own-records-are-kept.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from entente.kernel.ids import RecordId
from entente.records.model import VERSIONS_KEPT_MAX
from entente.storage.rows import parts
from entente.storage.schema import record, record_version
from entente.storage.tombstones import TombstoneTables

_one = record_version.c
_KEPT: Final = (
    "version", "schema", "kind", "at", "erase_on", "received_at", "class_numbers", "content", "signed", "signatures",
    "statement_hash",
)  # fmt: skip
_NUMBERS: Final[sa.BindParameter[int]] = sa.bindparam("numbers", expanding=True)
_KEEP: Final = sa.insert(record_version).from_select(
    ["record_number", *_KEPT],
    sa.select(record.c.number, *(record.c[name] for name in _KEPT)).where(
        record.c.number.in_(_NUMBERS), record.c.received_from.is_(None)
    ),
)
_CONTENTS: Final = sa.select(record.c.number, record.c.content).where(
    record.c.number.in_(_NUMBERS), record.c.received_from.is_(None)
)
_FORGET: Final = sa.delete(record_version).where(
    _one.record_number == sa.bindparam("number_"), _one.version <= sa.bindparam("upto")
)
_OF: Final = (
    sa.select(
        *(record.c[name] for name in ("number", "record_id", "source", "local_id", "received_from", "withdrawn_at")),
        *(record.c[name] for name in ("change_sequence", "doubted_at", "ended_at")),
        *(_one[name] for name in _KEPT),
    )
    .join(record, record.c.number == _one.record_number)
    .where(record.c.record_id == sa.bindparam("record"))
    .order_by(_one.version)
)


class RecordVersions:
    """Keeps what a row said before it is written over, within the transaction that does."""

    def __init__(self, connection: sa.Connection, tombstones: Callable[[], TombstoneTables]) -> None:
        self._connection = connection
        self._tombstones = tombstones

    def keep(self, versions: Mapping[int, int]) -> None:
        """Keep the versions that records hold now, by record number; of each record the newest VERSIONS_KEPT_MAX stay.

        One that links to a record that was erased here is not kept: the id was forgotten, and signed bytes cannot be cut.
        """
        for part in parts(sorted(versions.keys() - self._linking_to_erased(sorted(versions)))):
            self._connection.execute(_KEEP, {"numbers": list(part)})
        spent = [
            {"number_": number, "upto": version - VERSIONS_KEPT_MAX}
            for number, version in versions.items()
            if version > VERSIONS_KEPT_MAX
        ]
        if spent:
            self._connection.execute(_FORGET, spent)

    def _linking_to_erased(self, numbers: Sequence[int]) -> frozenset[int]:
        """Return those of the records that link now to one that was erased here."""
        tombstones = self._tombstones()
        if not tombstones.has_any():
            return frozenset()
        ends: dict[int, set[RecordId]] = {}
        for part in parts(numbers):
            for row in self._connection.execute(_CONTENTS, {"numbers": list(part)}):
                ends[row.number] = {RecordId(to) for _, to, *_ in json.loads(row.content)["links"]}
        erased = tombstones.erased(frozenset().union(*ends.values()))
        return frozenset(number for number, linked in ends.items() if linked & erased)

    def of(self, wanted: RecordId) -> Sequence[sa.Row[Any]]:
        """Return the rows of a record's earlier versions, oldest first."""
        return self._connection.execute(_OF, {"record": wanted}).all()
