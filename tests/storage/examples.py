"""Invented bodies, classes, records and items for the store's tests. The store judges none of them."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from entente.agreements.model import (
    Clause,
    ClauseEffect,
    ForceRule,
    HitRule,
    Instrument,
    InstrumentKind,
    OnwardRule,
    PaperAct,
    Participation,
    ParticipationState,
    Right,
    Signatory,
)
from entente.bodies.model import Body, BodyKind, GroupReference, KeyVersion, NameEntry, Unit
from entente.bodies.statements import NewUnits
from entente.correspondence.model import (
    AnswerOutcome,
    Header,
    Hit,
    HitOutcome,
    HitState,
    Message,
    PermissionRequest,
    PermissionState,
    RecordRequest,
)
from entente.disclosure.model import DisclosureClass, Leave
from entente.exchange.model import Envelope, EnvelopeHeader, Lane, Receipt, ReceiptOutcome
from entente.handling.model import (
    DisclosureAct,
    InformationEvaluation,
    Observation,
    Restriction,
    RestrictionMode,
    Retention,
    ReviewState,
    SourceEvaluation,
)
from entente.kernel.canonical import JsonObject, canonical_bytes
from entente.kernel.codec import to_object
from entente.kernel.ids import BodyId, GroupId, InstrumentId, KeyId, RecordId, StatementId
from entente.kernel.merkle import Frontier, leaf_hash
from entente.kernel.ports import Act, Outgoing, TrailRow
from entente.kernel.signing import Ed25519Signer, Signature
from entente.kernel.statement import Statement, draft
from entente.records.model import Fact, Fragment, Link, Record
from entente.records.ports import RecordWrite

NOW = datetime(2031, 5, 4, 8, 0, tzinfo=UTC)
TODAY = date(2031, 5, 4)
OWN = BodyId("body:xa")
OTHER = BodyId("body:xb")
THIRD = BodyId("body:xc")
SHARING = InstrumentId("instrument:sharing")
CHARTER = InstrumentId("instrument:charter")
SIGNER = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


def body(body_id: BodyId = OWN, code: str = "XA-NCB", **changes: object) -> Body:
    keys = KeyVersion(1, (SIGNER.public_key,), 1, SIGNER.public_key, b"s" * 32, NOW)
    values: dict[str, object] = {
        "id": body_id,
        "kind": BodyKind.NATIONAL_CENTRAL_BUREAU,
        "code": code,
        "country": code[:2],
        "zone": "Europe/Lisbon",
        "names": (NameEntry(f"Bureau of {code[:2]}", date(2030, 1, 1)),),
        "keys": (keys,),
    }
    return Body(**{**values, **changes})  # type: ignore[arg-type]


def units_said(body_id: BodyId, units: tuple[Unit, ...], at: datetime) -> JsonObject:
    """Return the signed statement by which a body says its units, as its entry keeps it."""
    return draft("units", body_id, at, to_object(NewUnits(units))).with_signature(SIGNER).to_json()


def instrument(instrument_id: InstrumentId = SHARING, name: str = "sharing") -> Instrument:
    return Instrument(
        id=instrument_id,
        kind=InstrumentKind.AGREEMENT,
        name=name,
        title="Agreement on sharing",
        text="Article 1. The parties share.",
        paper=PaperAct("XA", (Signatory("XA", "A. Invented, head", date(2031, 1, 2)),), date(2031, 1, 2), 90),
        clauses=(Clause("1", "Nobody is expelled.", ClauseEffect.NO_EXPULSION),),
        parties=frozenset({OWN, OTHER}),
        party_groups=frozenset({GroupReference(GroupId("body:xa/members"))}),
        force_rule=ForceRule.ALL,
        force_count=0,
        starts_on=date(2031, 1, 2),
        ends_on=None,
        kinds=frozenset({"wanted_person"}),
        purposes=frozenset({"arrest"}),
        crime_areas=frozenset({"fugitives"}),
        rights=frozenset({Right.COPY, Right.RECORD}),
        knowable_kinds=frozenset({"wanted_person"}),
        handling_ceiling="restricted",
        onward=OnwardRule.WITH_LEAVE,
        retention_days_max=1000,
        lease_minutes=24 * 60,
        deadlines={"urgent": 24},
        hit_rule=HitRule.AT_ONCE,
        hit_told=frozenset({THIRD}),
    )


def statement(kind: str = "instrument.propose", by: BodyId = OWN, at: datetime = NOW, **content: str) -> Statement:
    return draft(kind, by, at, {**content}).with_signature(SIGNER)


def participation(
    epoch: int, by: BodyId = OTHER, state: ParticipationState = ParticipationState.ACTIVE
) -> Participation:
    return Participation(by, SHARING, epoch, state, NOW)


def disclosure_class(
    kind: str = "wanted_person", source: BodyId = OWN, instrument_id: InstrumentId | None = SHARING, mark: str = ""
) -> DisclosureClass:
    return DisclosureClass(
        source=source,
        kind=kind,
        instrument=instrument_id,
        purposes=frozenset({"arrest", "locate"}),
        crime_areas=frozenset({"fugitives"}),
        handling=frozenset({"H1"}),
        confidentiality="restricted",
        source_evaluation=SourceEvaluation.A,
        information_evaluation=InformationEvaluation.KNOWN_TRUE,
        status="wanted",
        marks=frozenset({mark} if mark else ()),
        restrictions=frozenset({Restriction(RestrictionMode.EXCLUDE, frozenset({THIRD}))}),
        review=ReviewState.CLEARED,
    )


def leave(leave_id: str = "leave-1", source: BodyId = OWN) -> Leave:
    return Leave(
        id=leave_id,
        source=source,
        grantee=OTHER,
        records=frozenset({RecordId("body:xa/1")}),
        acts=frozenset({DisclosureAct.FORWARD}),
        recipient=THIRD,
        purpose="arrest",
        since=NOW,
        until=NOW + timedelta(days=30),
        statement=StatementId("statement:1"),
    )


def write(
    local_id: str,
    classes: tuple[tuple[int, DisclosureClass], ...],
    *,
    version: int = 1,
    sequence: int = 1,
    source: BodyId = OWN,
    erase_on: date = date(2033, 1, 1),
    kind: str = "wanted_person",
    fragment: Fragment | None = None,
) -> RecordWrite:
    """Make a version of a record with one name fact of each class given as (number, class)."""
    record_id = RecordId(f"{source}/{local_id}")
    facts = tuple(Fact("name", f"Имя {local_id}-{place}", place) for place in range(len(classes)))
    record = Record(
        id=record_id,
        source=source,
        local_id=local_id,
        version=version,
        schema="Person",
        kind=kind,
        at=NOW,
        terms=tuple(cls for _, cls in classes),
        facts=(*facts, Fact("nick", "«Q»", 0, Observation.ASSESSED, is_unknown_property=True)),
        links=(Link("associate", RecordId("body:xa/other"), 0),),
        retention=Retention(date(2032, 1, 1), erase_on),
    )
    signed = draft("record.version", source, NOW, {"local_id": local_id, "version": version}).with_signature(SIGNER)
    return RecordWrite(
        record=record,
        statement=signed,
        class_numbers=tuple(number for number, _ in classes),
        received_from=None if source == OWN else source,
        received_at=NOW,
        change_sequence=sequence,
        digest=hashlib.sha256(f"{local_id}{version}".encode()).digest(),
        fragment=fragment,
    )


def trail_row(frontier: Frontier, subject: str = "case 1", verb: str = "record.show") -> tuple[TrailRow, Frontier]:
    """Make the next row after a frontier, and the frontier after it."""
    leaf = leaf_hash(f"{frontier.size}{subject}".encode())
    after = frontier.append(leaf)
    act = Act(verb, OWN, "xa-duty-1", subject, {"purpose": "arrest", "grounds": ["D1", "D2"], "при": None})
    return TrailRow(after.size, NOW + timedelta(seconds=after.size), act, b"s" * 16, leaf, after.root), after


def header(item_id: str, sender: BodyId = OWN, recipient: BodyId = OTHER, ours: str = "2031/000001") -> Header:
    return Header(item_id, sender, recipient, SHARING, "xa-duty-1", ours, "2031/000777", NOW)


def message(item_id: str, *, is_for_action: bool = False, answers: str = "", head: Header | None = None) -> Message:
    return Message(head or header(item_id), "Subject", "Text", "urgent", is_for_action, answers)


def hit(item_id: str, state: HitState = HitState.TOLD) -> Hit:
    return Hit(
        header(item_id),
        RecordId("body:xb/7"),
        2,
        "arrest",
        "fugitives",
        HitOutcome.CONFIRMED,
        "same_person",
        930,
        "gate",
        state,
    )


def permission(item_id: str, state: PermissionState = PermissionState.WAITING) -> PermissionRequest:
    return PermissionRequest(
        header=header(item_id),
        record=RecordId("body:xb/7"),
        acts=frozenset({DisclosureAct.FORWARD, DisclosureAct.SEE}),
        forward_to=THIRD,
        purpose="arrest",
        crime_area="fugitives",
        justification="Seen there.",
        due_at=NOW + timedelta(hours=24),
        state=state,
    )


def record_request(item_id: str, outcome: AnswerOutcome = AnswerOutcome.WAITING) -> RecordRequest:
    return RecordRequest(header(item_id), RecordId("body:xb/7"), "wanted_person", "arrest", "fugitives", outcome)


def outgoing(ref: str = "message-1", recipient: BodyId = OTHER) -> Outgoing:
    return Outgoing(recipient, SHARING, statement("message.send", ref=ref), ref=ref)


def envelope(
    sequence: int, *, lane: Lane = Lane.DATA, recipient: BodyId = OTHER, sender: BodyId = OWN, at: datetime = NOW
) -> Envelope:
    head = EnvelopeHeader(
        v=1,
        sender=sender,
        recipient=recipient,
        lane=lane,
        instrument=SHARING,
        epoch=1,
        incarnation="stream-1",
        sequence=sequence,
        previous="",
        sent_at=at,
        expires_at=at + timedelta(days=30),
        key=KeyId("00" * 8),
        sealed_to=KeyId("11" * 8),
        digest="22" * 32,
    )
    return Envelope(head, canonical_bytes(to_object(head)), Signature(KeyId("00" * 8), b"g" * 64), b"sealed bytes")


def receipt(of: Envelope, outcome: ReceiptOutcome = ReceiptOutcome.STORED) -> Receipt:
    return Receipt(hashlib.sha256(of.header_bytes).hexdigest(), outcome, NOW)
