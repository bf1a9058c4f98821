"""The next version of one of our records, made by hand: kept, and sent to the bodies whose copy it changes (R31).

What an import makes stands in `importing`, where thousands are kept together.
"""

from __future__ import annotations

from dataclasses import replace

from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid
from entente.kernel.ids import OfficerId
from entente.kernel.ports import Act
from entente.records.freshening import Fresh
from entente.records.ill_formed import by_hand
from entente.records.model import Record, StoredRecord
from entente.records.never_said import said_though_never
from entente.records.ports import RecordsUnit, RecordWrite
from entente.records.rules import (
    FAULTS_MAX,
    check_end,
    content_digest,
    draft_of,
    faults_of_form,
    latest_end,
    texts_read_back,
)
from entente.records.service import Records
from entente.records.sharing import Copies, instruments_of
from entente.records.statements import record_statement


def put_next_version(
    service: Records,
    unit: RecordsUnit,
    officer: OfficerId,
    stored: StoredRecord,
    changed: Record,
    act: tuple[str, JsonObject],
) -> Record:
    """Keep what a record says from now on as its next version, within the caller's transaction; return it as it was kept.

    The caller has asked whether the officer may. The fragment that it was made from stays. Raises Invalid for one that is not
    well formed, would be held for too long (R1 to R3, H5), or says what its kind never says and the version before did not (R66);
    all of the first and the last at once (R67).
    """
    now = service.clock.now()
    record = replace(changed, version=stored.record.version + 1, at=now)
    situation = service.disclosure.situation_in(unit)
    faults = [*faults_of_form(draft_of(record), service.schemata, service.lists)]
    faults += said_though_never(record, service.lists.record_kinds[record.kind], stored.record)
    if faults:
        raise Invalid.of_all([by_hand(one) for one in faults[:FAULTS_MAX]])
    latest = latest_end(record.kind, instruments_of(situation, record.terms), now.date(), service.lists)
    check_end(record.retention, latest)
    texts = texts_read_back(record)
    statement = record_statement(record, officer, now, service.signer, texts)
    verb, detail = act
    detail = {**detail, "version": record.version, "statement": statement.id}
    sequence = service.record(unit, Act(verb, record.source, officer, record.id, detail)).sequence
    numbers = tuple(unit.classes.number_of(cls) for cls in record.terms)
    write = RecordWrite(record, statement, numbers, None, now, sequence, content_digest(texts), fragment=None)
    unit.records.put_many([write])
    fresh = Fresh(unit, Copies(unit, situation, now), officer, now, service.signer, service.record)
    fresh.update(stored.record, record, unit.records.holders(record.id), statement)
    return record
