"""Entering one record by hand: what an officer has before them and no file brings.

It is an import of one draft: the same checks, signing, trail, copies and matches follow from it. What differs is said here: its
id is new, its officer would see it, and what it links to is looked at (R64, R65).

Source: docs/rules/records.md R64 and R65; docs/decisions/0141.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from entente.agreements.model import Right
from entente.disclosure.model import DisclosureRequest, Reader, Situation
from entente.handling.model import DisclosureAct, Retention
from entente.kernel.errors import Invalid, NotFound, Refused
from entente.kernel.ids import BodyId, OfficerId, RecordId
from entente.records.blobs import Looking
from entente.records.ill_formed import AGAIN, by_hand
from entente.records.importing import Import, ImportPlan
from entente.records.judging import SCHEMA as JUDGEMENT
from entente.records.model import Link, Record, RecordDraft, Rejected, Schema, Schemata, Sight
from entente.records.ports import RecordsUnit
from entente.records.rules import FAULTS_MAX, check_end, check_local_id, check_why, faults_in, latest_end, record_id
from entente.records.service import Records
from entente.records.sharing import Copies, instruments_of, sight

VERB: Final = "enter_record"
PERSON: Final = "Person"
NO_PERSON: Final = "none"
"""The status of a record that is not about a person (data/subject_statuses.yaml)."""
_MADE: Final = "entry"
"""How a local id begins that the node makes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as an officer enters it, and why."""

    draft: RecordDraft
    """On terms of one class; its local id is empty where the source has no number for it, and the node makes one."""
    recipients: frozenset[BodyId]
    """Bodies that get a copy at once, as far as they may hold one."""
    why: Looking


@dataclass(frozen=True, slots=True)
class Entered:
    """A record that was entered, and who was sent a copy."""

    record: RecordId
    copies: tuple[BodyId, ...]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a record would be, who could see it were it shared with them, and who would get a copy at once."""

    record: Record
    sights: tuple[Sight, ...]
    copies: tuple[BodyId, ...]


def enter_record(records: Records, officer: OfficerId, entry: Entry) -> Entered:
    """Keep a record that an officer enters; return its id, and who was sent a copy.

    Raises Refused for who may not enter records, or may not share one where copies are to be sent, and for one that its officer
    would not see; Invalid, with the property, for what is not well formed and a link to what the officer may not see, all of it
    at once; and for an id that is taken. Nothing is kept then.
    Source: docs/rules/records.md R64, R65 and R67.
    """
    draft = _checked(records, officer, entry)
    rejected: list[Rejected] = []
    plan = ImportPlan(
        officer,
        entry.recipients,
        on_progress=_nobody_waits,
        on_reject=rejected.append,
        verb=VERB,
        about={"purpose": entry.why.purpose, "crime_area": entry.why.crime_area, "case": entry.why.case},
        is_all_new=True,
    )
    Import(records, plan).run([draft], rejects_file=draft.local_id)
    if rejected:
        raise _not_entered(rejected[0].field, rejected[0].why)
    record = _id_of(draft)
    with records.open_view() as view:
        holders = view.records.holders(record)
    return Entered(record, tuple(one.body for one in holders))


def check_entry(records: Records, officer: OfficerId, entry: Entry) -> None:
    """Raise what entering a record raises, but for an id that is taken; nothing of it is kept (R67)."""
    _checked(records, officer, entry)


def foresee_entry(records: Records, officer: OfficerId, entry: Entry) -> Foreseen:
    """Say what would come of entering a record, and keep nothing of it; raise what entering it raises.

    But for an id that is taken: that is told as it is entered. Looks at what it links to are in the trail, as ever.
    Source: docs/rules/records.md R64.
    """
    draft, now = _checked(records, officer, entry), records.clock.now()
    record = Record(
        _id_of(draft), _source_of(draft), draft.local_id, 1, draft.schema, draft.kind, now, draft.terms, draft.facts,
        draft.links, draft.retention,
    )  # fmt: skip
    with records.open_view() as view:
        situation = records.disclosure.situation_in(view)
        others = [body.id for body in view.bodies.bodies() if body.id != record.source]
        copies = Copies(view, situation, now)
        given = tuple(one for one in sorted(entry.recipients) if copies.extract_for(record, one) is not None)
    return Foreseen(record, tuple(sight(record, body, situation, now) for body in others), given)


def _checked(records: Records, officer: OfficerId, entry: Entry) -> RecordDraft:
    """Return the draft under the id that it will have, once all that can be wrong with it was looked at."""
    check_why(entry.why.purpose, entry.why.crime_area, records.lists)
    draft = entry.draft if entry.draft.local_id else replace(entry.draft, local_id=records.ids.new_id(_MADE))
    now = records.clock.now()
    with records.open_unit() as unit:
        reader = records.reader(unit, officer, VERB, draft.local_id)
        if entry.recipients:
            records.authorise(unit, officer, "share_record", subject=draft.local_id)
        situation = records.disclosure.situation_in(unit)
        faults = [*_faults_in(records, draft, situation, now.date())]
        if not faults:
            _require_seen(records, unit, reader, entry)
    wrong = {one.field for one in faults}
    for link in draft.links if draft.schema in records.schemata else ():
        # Also of a draft that is wrong in other ways: who mends one thing is not told of the next only then (R67).
        if link.property not in wrong and len(faults) < FAULTS_MAX:
            faults += _faults(_check_far_end, records, officer, link, draft.schema, entry.why)
    if faults:
        raise Invalid.of_all(faults[:FAULTS_MAX])
    return draft


def _faults_in(records: Records, draft: RecordDraft, situation: Situation, today: date) -> Iterator[Invalid]:
    """Yield all that an import would reject the draft for, and what is judged of an entry alone, as said to who enters it."""
    yield from _faults(check_local_id, draft.local_id)
    of_form = [by_hand(one) for one in faults_in(draft, records.schemata, records.lists)]
    yield from of_form
    if not {one.field for one in of_form} & {"schema", "kind"}:
        latest = latest_end(draft.kind, instruments_of(situation, draft.terms), today, records.lists)
        yield from _faults(check_end, draft.retention, latest)
    if draft.schema == JUDGEMENT:
        yield _not_entered("schema", "Two records are judged where they are compared (R7).")
    yield from _faults(check_status, draft.schema, {cls.status for cls in draft.terms}, records.schemata)
    yield from _faults(check_days, draft.retention, today)


def _faults(check: Callable[..., None], *given: object) -> Iterator[Invalid]:
    """Yield what a check raises, if it does."""
    try:
        check(*given)
    except Invalid as fault:
        yield by_hand(fault)


def _require_seen(records: Records, unit: RecordsUnit, reader: Reader, entry: Entry) -> None:
    """Raise Refused for a record that its officer would not see: they could neither check nor correct what they entered.

    A machine brings what it may not read. Source: docs/rules/records.md R65; docs/rules/disclosure.md D9, D10.
    """
    found = unit.bodies.officer(reader.officer) if reader.officer is not None else None
    if found is None or found.is_machine:
        return
    for cls in entry.draft.terms:
        request = DisclosureRequest(
            reader, DisclosureAct.SEE, Right.COPY, entry.why.purpose, entry.why.crime_area, cls, cls.instrument
        )
        decision = records.disclosure.judge_in(unit, request).decision
        if not decision.allowed:
            raise Refused(
                "The record was not entered: you would not see it yourself.",
                decision=decision,
                do="Enter it on terms that you may read, for the purpose that you state, or have an officer enter it who may.",
            )


def check_status(schema: str, statuses: Collection[str], schemata: Schemata) -> None:
    """Raise Invalid for a person of whom it is not said as what they stand in the record (RPD Arts. 39 to 44)."""
    if PERSON in _ancestors(schemata, schema) and NO_PERSON in statuses:
        raise _not_entered("subject", "A record of a person says as what they stand in it: wanted, missing, witness …")


def check_days(retention: Retention, today: date) -> None:
    """Raise Invalid unless it is looked at again after today and at the latest on the day it ends (H5)."""
    if not today < retention.review_on <= retention.erase_on:
        raise _not_entered("retention", "It is looked at again after today, and at the latest on the day it ends.")


def _check_far_end(records: Records, officer: OfficerId, link: Link, schema: str, why: Looking) -> None:
    """Raise Invalid for a link to what the officer may not see, which is as if it were not there, or to what it cannot be of."""
    try:
        shown = records.show(officer, link.to, why.purpose, why.crime_area, why.case)
    except NotFound as error:
        raise _not_entered(
            link.property, "There is no record that you may see under the name that it links to."
        ) from error
    wanted = records.schemata[schema].properties[link.property].range
    if wanted not in _ancestors(records.schemata, shown.visible.schema):
        raise _not_entered(link.property, f"It links to a {wanted}, and what was named is a {shown.visible.schema}.")


def _ancestors(schemata: Schemata, name: str) -> Iterable[str]:
    known: Schema | None = schemata.get(name)
    return known.ancestors if known is not None else ()


def _source_of(draft: RecordDraft) -> BodyId:
    return draft.terms[0].source


def _id_of(draft: RecordDraft) -> RecordId:
    return record_id(_source_of(draft), draft.local_id)


def _nobody_waits(_: int) -> None:
    """Take the progress of one record."""


def _not_entered(field: str, why: str) -> Invalid:
    return Invalid(
        "The record was not entered.",
        field=field,
        why=why,
        do=AGAIN,
    )
