"""The lists of a node that imports none: nothing stands on any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from entente.kernel.ids import RecordId
from entente.records.listed import Listed


class NoNamedLists:
    """A NamedListStore on which nothing ever stands; to enter something is a mistake of the test."""

    def of_entries(self, name: str, entries: Sequence[str]) -> tuple[Listed, ...]:
        return ()

    def of_records(self, records: Sequence[RecordId]) -> tuple[Listed, ...]:
        return ()

    def enter(self, name: str, entries: Mapping[RecordId, str]) -> None:
        raise AssertionError(f"the list {name} is not kept here: {len(entries)}")

    def count(self, name: str, today: date) -> int:
        return 0

    def page(self, name: str, *, today: date, after: int, limit: int) -> tuple[tuple[int, RecordId, str], ...]:
        return ()

    def set_delisted(self, wanted: RecordId, at: datetime) -> None:
        raise AssertionError(f"{wanted} stands on no list: {at}")
