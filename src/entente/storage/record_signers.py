"""Which copies a key signed: asked where a key of another body is found to have been compromised.

Source: records.ports.RecordStore.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from entente.disclosure.model import DisclosureClass
from entente.kernel.ids import BodyId, KeyId, RecordId
from entente.storage.rows import parts
from entente.storage.schema import record, record_class


def copies_signed_by(
    connection: sa.Connection, classes: Mapping[int, DisclosureClass], source: BodyId, key: KeyId, since: datetime
) -> tuple[RecordId, ...]:
    """Return the listed copies of a source that a key signed and that came here since then, by number.

    Found by the source's classes, so that nothing of other sources is read.
    """
    found: dict[int, RecordId] = {}
    for part in parts([number for number, cls in classes.items() if cls.source == source]):
        query = (
            sa.select(record.c.number, record.c.record_id, record.c.signatures)
            .join(record_class, record_class.c.record_number == record.c.number)
            .where(record_class.c.class_number.in_(part), record.c.received_at >= since)
            .where(record.c.received_from.is_not(None), record.c.source == source)
        )
        for row in connection.execute(query):
            if key in {signed_by for signed_by, _ in json.loads(row.signatures)}:
                found[row.number] = RecordId(row.record_id)
    return tuple(found[number] for number in sorted(found))
