"""The tables of tombstones: what is left of an erased record, and by what its re-entry is noticed.

Nothing here reads back: a record's id, and each key that identified its subject, is kept as HMAC-SHA256 under the node's own
secret (`keys/tombstone.key`), cut to 128 bits. Whoever has the store without that file cannot try names against it, and two
nodes' digests of one person differ. Source: docs/rules/records.md R11 and R12; RFC 2104; NIST SP 800-107, 5.3.4 (cut digests).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from entente.handling.model import ErasureGround
from entente.kernel.errors import Misconfigured
from entente.kernel.ids import ERASED_LOCAL, BodyId, RecordId, StatementId
from entente.records.model import (
    Holder,
    HolderState,
    KeptTombstone,
    OnwardHolder,
    Reentry,
    ReentryHow,
    Tombstone,
)
from entente.records.statements import ERASURE
from entente.storage.rows import parts, read_one, replace_row
from entente.storage.schema import reentry, tombstone, tombstone_holder, tombstone_key, tombstone_onward

DIGEST_BYTES: Final = 16
"""128 bits: no two of any number of records a node can hold meet by chance."""
STAND_IN: Final = ERASED_LOCAL
"""Begins the local id of a stand-in; a local id may hold a colon (R1), and digests do the rest."""
_STAND_IN: Final = re.compile(rf"(.+)/{STAND_IN}([0-9a-f]{{{2 * DIGEST_BYTES}}})")

_ANY = sa.select(tombstone.c.key_id).limit(1)
_ANY_KEY = sa.select(tombstone_key.c.digest).limit(1)
_ONE = sa.select(tombstone).where(tombstone.c.digest == sa.bindparam("digest"))
_SOME = sa.select(tombstone.c.digest).where(tombstone.c.digest.in_(sa.bindparam("digests", expanding=True)))
_AFTER = (
    sa.select(tombstone)
    .where(tombstone.c.sequence > sa.bindparam("after"))
    .order_by(tombstone.c.sequence)
    .limit(sa.bindparam("most"))
)
_LAST = sa.select(sa.func.max(tombstone.c.sequence).label("last"))
_TOLD_BY = sa.select(tombstone).where(tombstone.c.statement == sa.bindparam("statement"))
_MATCHING = (
    sa.select(tombstone_key.c.key, tombstone.c.digest, tombstone.c.source)
    .join(tombstone, tombstone.c.digest == tombstone_key.c.digest)
    .where(tombstone_key.c.key.in_(sa.bindparam("keys", expanding=True)))
)


class TombstoneTables:
    """The tombstones of one transaction."""

    def __init__(self, connection: sa.Connection, secret: bytes) -> None:
        self._connection = connection
        self._secret = secret
        self._has_any: bool | None = None
        self._has_keys: bool | None = None
        self._known: dict[RecordId, bool] = {}
        self._source_keys: dict[str, bytes] = {}

    def check_secret(self) -> None:
        """Raise Misconfigured when the tombstones here were made under another secret: they would recognise nothing."""
        made_under = self._connection.execute(_ANY).scalar()
        if made_under not in {None, self.key_id()}:
            raise Misconfigured(
                "The file tombstone.key is not the one that this node's tombstones were made with.",
                why="Under another secret nothing that was erased would be recognised when it comes again.",
                do="Restore keys/tombstone.key from the folder's backup.",
            )

    def key_id(self) -> str:
        """Return what names the secret without telling it."""
        return self.keyed(b"key id", b"").hex()

    def keyed(self, what: bytes, value: bytes) -> bytes:
        """Return the keyed digest of a value, apart for each sort of value."""
        return hmac.digest(self._secret, what + b"\0" + value, "sha256")[:DIGEST_BYTES]

    def digest_of(self, record: RecordId) -> bytes:
        """Return the digest of a record's id; of a stand-in, the one that stands in it."""
        kept = _STAND_IN.fullmatch(record)
        return bytes.fromhex(kept[2]) if kept else digest_under(self.source_key(_source(record)), record)

    def source_key(self, source: str) -> bytes:
        """Return under what the ids of a source's records are digested: a key of their own, which tells nothing of others'.

        A body that was restored is given the key of its own records, or of ours, to find what was erased (R34).
        """
        if source not in self._source_keys:
            self._source_keys[source] = hmac.digest(self._secret, b"source\0" + source.encode("utf-8"), "sha256")
        return self._source_keys[source]

    def stand_in(self, record: RecordId) -> RecordId:
        """Return what stands for a record once it is erased."""
        return _stand_in(_source(record), self.digest_of(record))

    def tombstone(self, record: RecordId) -> Tombstone | None:
        """Return the tombstone of a record; None when it was not erased here."""
        if not self.has_any() or self._known.get(record) is False:
            return None
        row = read_one(self._connection, _ONE, {"digest": self.digest_of(record)})
        self._known[record] = row is not None
        return None if row is None else _tombstone(row)

    def erased(self, records: Collection[RecordId]) -> frozenset[RecordId]:
        """Return those of the records that were erased here; remembered within the transaction."""
        if not self.has_any():
            return frozenset()
        digests = {self.digest_of(record): record for record in records if record not in self._known}
        found: set[bytes] = set()
        for part in parts(list(digests)):
            found.update(self._connection.execute(_SOME, {"digests": list(part)}).scalars())
        self._known.update({record: digest in found for digest, record in digests.items()})
        return frozenset(record for record in records if self._known[record])

    def put_tombstone(
        self,
        made: Tombstone,
        keys: Collection[str],
        holders: Sequence[Holder],
        onward: Sequence[OnwardHolder] = (),
    ) -> None:
        """Keep a tombstone with digests of the keys, whom it was told, and onward holders."""
        digests = frozenset(self.keyed(b"identifying", key.encode()) for key in keys)
        self.put_kept(KeptTombstone(made, digests, tuple(holders), tuple(onward)))

    def put_kept(self, kept: KeptTombstone) -> None:
        """Keep a tombstone whose keys are digests already, as an export has it."""
        made, digest = kept.tombstone, self.digest_of(kept.tombstone.stand_in)
        values = {
            "key_id": self.key_id(),
            "source": made.source,
            "erased_at": made.erased_at,
            "ground": made.ground.value,
            "reason": made.reason,
            "record_number": made.record_number,
            "sequence": made.sequence,
            "statement": made.statement,
        }
        self._connection.execute(sa.insert(tombstone), {"digest": digest, **values})
        if rows := [{"key": key, "digest": digest} for key in sorted(kept.keys)]:
            self._connection.execute(sa.insert(tombstone_key), rows)
        self._put_holders(digest, kept.holders)
        for onward in kept.onward:
            self.put_onward(made.stand_in, onward)
        self._has_any, self._has_keys = True, None
        self._known.clear()

    def _put_holders(self, digest: bytes, holders: Sequence[Holder]) -> None:
        if told := [
            {"digest": digest, "body": one.body, "version": one.version, "state": one.state.value, "at": one.at}
            for one in holders
        ]:
            self._connection.execute(sa.insert(tombstone_holder), told)

    def set_told(self, record: RecordId, statement: StatementId, holders: Sequence[Holder]) -> None:
        """Keep by which statement its source erased a record that was erased here before, and whom it was passed on to."""
        digest = self.digest_of(record)
        here = sa.update(tombstone).where(tombstone.c.digest == digest)
        self._connection.execute(here.values(statement=statement))
        self._connection.execute(sa.delete(tombstone_holder).where(tombstone_holder.c.digest == digest))
        self._put_holders(digest, holders)

    def told_by(self, statement: StatementId) -> Tombstone | None:
        """Return the tombstone of the record that a statement erased."""
        if not statement:
            return None
        row = self._connection.execute(_TOLD_BY, {"statement": statement}).one_or_none()
        return None if row is None else _tombstone(row)

    def put_onward(self, record: RecordId, onward: OnwardHolder) -> None:
        """Keep or replace what is known of an onward holder of an erased record."""
        key = {"digest": self.digest_of(record), "forwarder": onward.forwarder, "body": onward.body}
        values = {"version": onward.version, "at": onward.at, "confirmed_at": onward.ended_at}
        replace_row(self._connection, tombstone_onward, key, values)

    def onward(self, record: RecordId) -> tuple[OnwardHolder, ...]:
        """Return the onward holders of an erased record, by forwarder and body."""
        query = sa.select(tombstone_onward).where(tombstone_onward.c.digest == self.digest_of(record))
        rows = self._connection.execute(query.order_by(tombstone_onward.c.forwarder, tombstone_onward.c.body))
        return tuple(
            OnwardHolder(
                BodyId(row.forwarder),
                BodyId(row.body),
                row.version,
                row.at,
                "" if row.confirmed_at is None else ERASURE,
                row.confirmed_at,
            )
            for row in rows
        )

    def tombstones(self, after: int, limit: int) -> tuple[Tombstone, ...]:
        """Return tombstones with a sequence above `after`, in order."""
        return tuple(_tombstone(row) for row in self._connection.execute(_AFTER, {"after": after, "most": limit}))

    def last_tombstone(self) -> int:
        """Return the highest sequence of any tombstone; 0 where there is none."""
        return read_one(self._connection, _LAST).last or 0

    def kept(self, made: Tombstone) -> KeptTombstone:
        """Return a tombstone with the digests kept with it, and whom it was told."""
        query = sa.select(tombstone_key.c.key).where(tombstone_key.c.digest == self.digest_of(made.stand_in))
        keys = frozenset(self._connection.execute(query).scalars())
        return KeptTombstone(made, keys, self.holders(made.stand_in), self.onward(made.stand_in))

    def holders(self, record: RecordId) -> tuple[Holder, ...]:
        """Return whom the erasure of a record was told, ordered by body."""
        query = sa.select(tombstone_holder).where(tombstone_holder.c.digest == self.digest_of(record))
        return tuple(
            Holder(BodyId(row.body), row.version, HolderState(row.state), row.at)
            for row in self._connection.execute(query.order_by(tombstone_holder.c.body))
        )

    def matching(self, keys: Collection[str]) -> tuple[tuple[str, RecordId], ...]:
        """Return those of the keys that identified an erased record, each with its stand-in."""
        if not keys or not self.has_any():
            return ()
        asked = {self.keyed(b"identifying", key.encode()): key for key in keys}
        return tuple(
            (asked[row.key], _stand_in(row.source, row.digest))
            for part in parts(sorted(asked))
            for row in self._connection.execute(_MATCHING, {"keys": list(part)})
        )

    def has_keys(self) -> bool:
        """Say whether any tombstone has keys."""
        if self._has_keys is None:
            self._has_keys = self._connection.execute(_ANY_KEY).first() is not None
        return self._has_keys

    def put_reentry(self, record: RecordId, how: ReentryHow, sequence: int, at: datetime) -> None:
        """Keep that an erased record came again; of one refused before, how often."""
        digest = self.digest_of(record)
        if how is ReentryHow.SAME_ID:
            again = sa.update(reentry).where(reentry.c.digest == digest, reentry.c.how == how.value)
            if self._connection.execute(again.values(last_at=at, times=reentry.c.times + 1)).rowcount:
                return
        row = {"digest": digest, "how": how.value, "sequence": sequence, "first_at": at, "last_at": at, "times": 1}
        self._connection.execute(sa.insert(reentry), row)

    def reentries(self, limit: int) -> tuple[Reentry, ...]:
        """Return what was noticed, newest first."""
        query = (
            sa.select(reentry, tombstone.c.source)
            .join(tombstone, tombstone.c.digest == reentry.c.digest)
            .order_by(reentry.c.last_at.desc(), reentry.c.number.desc())
            .limit(limit)
        )
        return tuple(
            Reentry(
                _stand_in(row.source, row.digest),
                ReentryHow(row.how),
                row.sequence,
                row.first_at,
                row.last_at,
                row.times,
            )
            for row in self._connection.execute(query)
        )

    def has_any(self) -> bool:
        """Say whether anything was ever erased here: where nothing was, an import asks nothing more."""
        if self._has_any is None:
            self._has_any = read_one(self._connection, _ANY) is not None
        return self._has_any


def digest_under(key: bytes, record: RecordId) -> bytes:
    """Return the digest of a record's id under the key of its source."""
    return hmac.digest(key, b"record\0" + record.encode("utf-8"), "sha256")[:DIGEST_BYTES]


def _source(record: RecordId) -> str:
    return record.partition("/")[0]


def _stand_in(source: str, digest: bytes) -> RecordId:
    return RecordId(f"{source}/{STAND_IN}{digest.hex()}")


def _tombstone(row: sa.Row[Any]) -> Tombstone:
    return Tombstone(
        _stand_in(row.source, row.digest),
        BodyId(row.source),
        row.erased_at,
        ErasureGround(row.ground),
        row.reason,
        row.record_number,
        row.sequence,
        row.statement,
    )
