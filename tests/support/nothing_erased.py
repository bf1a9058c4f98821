"""The ErasureStore of a world in which nothing was ever erased; erasing itself is tested on the real store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NoReturn

from entente.handling.model import ErasureGround
from entente.kernel.canonical import JsonObject
from entente.kernel.ids import BodyId, RecordId, StatementId
from entente.records.model import Holder, KeptTombstone, OnwardHolder, Reentry, ReentryHow, Tombstone
from entente.records.ports import Mentions


class NothingErased:
    def stand_in(self, record: RecordId) -> RecordId:
        return record

    def tombstone(self, record: RecordId) -> Tombstone | None:
        return None

    def erased(self, records: Collection[RecordId]) -> frozenset[RecordId]:
        return frozenset()

    def tombstones(self, after: int, limit: int) -> tuple[Tombstone, ...]:
        return ()

    def last_tombstone(self) -> int:
        return 0

    def holders(self, record: RecordId) -> tuple[Holder, ...]:
        return ()

    def due(self, today: date, limit: int) -> tuple[tuple[RecordId, ErasureGround], ...]:
        return ()

    def to_forget(self, limit: int) -> tuple[RecordId, ...]:
        return ()

    def source_key(self, source: str) -> bytes:
        raise AssertionError("a world in which nothing was erased has no key of an erasure to name")

    def held_under(self, source: BodyId, key: bytes, stand_ins: Collection[RecordId]) -> dict[RecordId, RecordId]:
        return {}

    def keep_words(self, peer: BodyId) -> None:
        return None

    def words_since(self, peer: BodyId, since: datetime, after: int, limit: int) -> tuple[tuple[int, JsonObject], ...]:
        return ()

    def matching(self, keys: Collection[str]) -> tuple[tuple[str, RecordId], ...]:
        return ()

    def reentries(self, limit: int) -> tuple[Reentry, ...]:
        return ()

    def has_keys(self) -> bool:
        return False

    def linking_to(self, record: RecordId, classes: frozenset[int]) -> tuple[RecordId, ...]:
        return ()

    def not_compacted(self) -> int:
        return 0

    def settled(self) -> tuple[int, ...]:
        return ()

    def sweep(self, statements: Sequence[int]) -> None:
        _nothing_to_do()

    def remove(self, record: RecordId) -> int:
        _nothing_to_do()

    def put_tombstone(
        self,
        tombstone: Tombstone,
        keys: Collection[str],
        holders: Sequence[Holder],
        onward: Sequence[OnwardHolder] = (),
    ) -> None:
        _nothing_to_do()

    def set_told(self, record: RecordId, statement: StatementId, holders: Sequence[Holder]) -> None:
        _nothing_to_do()

    def told_by(self, statement: StatementId) -> Tombstone | None:
        return None

    def put_onward(self, record: RecordId, onward: OnwardHolder) -> None:
        _nothing_to_do()

    def onward(self, record: RecordId) -> tuple[OnwardHolder, ...]:
        return ()

    def forget_again(self, record: RecordId) -> None:
        _nothing_to_do()

    def kept(self, made: Tombstone) -> KeptTombstone:
        _nothing_to_do()

    def put_kept(self, kept: KeptTombstone) -> None:
        _nothing_to_do()

    def held_as(self, stand_ins: Collection[RecordId]) -> dict[RecordId, RecordId]:
        _nothing_to_do()

    def mentions(self, records: Sequence[RecordId]) -> Mentions:
        _nothing_to_do()

    def forget(self, records: Sequence[RecordId], found: Mentions) -> tuple[tuple[int, str], ...]:
        _nothing_to_do()

    def put_reentry(self, record: RecordId, how: ReentryHow, sequence: int, at: datetime) -> None:
        _nothing_to_do()


def _nothing_to_do() -> NoReturn:
    raise AssertionError("nothing is erased in this world: a test of erasing takes the real store (tests/storage)")
