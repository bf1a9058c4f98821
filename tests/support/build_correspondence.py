"""Four invented bodies at their desks, the instruments between them, and one wanted person, for tests.

XA is the source, XB finds, XC is another party of the agreement, XD is outside it. All four are under the charter. The
exchange is played by `Network.deliver`: it hands each statement to the recipient's room inside one unit of work, and undoes
that unit when the room refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from entente.agreements.model import (
    Clause,
    ClauseEffect,
    Direction,
    ForceRule,
    HitRule,
    Instrument,
    InstrumentKind,
    InstrumentState,
    OnwardRule,
    PaperAct,
    Participation,
    ParticipationState,
    Right,
    Suspension,
)
from entente.agreements.rules import instrument_id
from entente.bodies.model import Body, Officer
from entente.cases.model import CaseReference
from entente.correspondence.desk import About
from entente.correspondence.hits import Finding
from entente.correspondence.service import Correspondence
from entente.correspondence.statements import Kind
from entente.disclosure.model import DisclosureClass
from entente.disclosure.service import Disclosure
from entente.handling.model import InformationEvaluation, Retention, ReviewState, SourceEvaluation
from entente.identity.erased import identifying_keys
from entente.kernel.errors import EntenteError
from entente.kernel.ids import BodyId, InstrumentId, OfficerId, RecordId
from entente.kernel.ports import Act, Outgoing, TrailRow, UnitOfWork
from entente.kernel.statement import Statement
from entente.records.intake import Intake
from entente.records.model import Fact, Holder, HolderState, Property, PropertyType, Record, Schema
from entente.records.onward import Onward
from entente.records.ports import RecordWrite
from entente.records.reentry import Reentries
from entente.records.service import Records
from entente.records.statements import record_statement
from entente.trail.service import record as record_act
from tests.support.build_bodies import LISTS, CountingIds, FixedClock, Keyring, new_body
from tests.support.cases_as_they_stand import CasesAsTheyStand
from tests.support.memory_desk import DeskStore, DeskUnit

NOW = datetime(2031, 5, 4, 8, 0, tzinfo=UTC)
SIGNED = NOW - timedelta(days=100)
DUTY = OfficerId("duty-1")
ANALYST = OfficerId("analyst-1")
CLERK = OfficerId("secretary-1")
ALL = frozenset(LISTS.purposes)
SCHEMATA = {
    "Person": Schema(
        "Person",
        "Person",
        is_abstract=False,
        ancestors=frozenset({"Person"}),
        caption=("name",),
        featured=("name",),
        properties={
            "name": Property("name", "Name", PropertyType.NAME),
            "notes": Property("notes", "Notes", PropertyType.TEXT),
        },
    ),
    "Family": Schema(
        "Family",
        "Family relation",
        is_abstract=False,
        ancestors=frozenset({"Family", "Interval"}),
        caption=(),
        featured=(),
        properties={name: Property(name, name, PropertyType.ENTITY, range="Person") for name in ("person", "relative")},
    ),
}


def an_instrument(name: str, parties: frozenset[BodyId], **changes: object) -> Instrument:
    """Return an instrument with sensible terms; a test changes what it is about."""
    terms = Instrument(
        id=InstrumentId(""),
        kind=InstrumentKind.AGREEMENT,
        name=name,
        title=name,
        text="The parties exchange what this text covers.",
        paper=PaperAct("the general secretariat", (), date(2030, 1, 1), 90),
        clauses=(),
        parties=parties,
        party_groups=frozenset(),
        force_rule=ForceRule.ALL,
        force_count=0,
        starts_on=date(2030, 1, 1),
        ends_on=None,
        kinds=frozenset({"wanted_person", "message"}),
        purposes=ALL,
        crime_areas=frozenset(LISTS.crime_areas),
        rights=frozenset({Right.RECORD, Right.CONSULT, Right.COPY, Right.CONTACT}),
        knowable_kinds=frozenset(),
        handling_ceiling="confidential",
        onward=OnwardRule.AMONG_PARTIES,
        retention_days_max=1_825,
        lease_minutes=24 * 60,
        deadlines={"urgent": 6},
        hit_rule=HitRule.AT_ONCE,
    )
    changed = replace(terms, **changes)  # type: ignore[arg-type]  # the fields of the dataclass
    return replace(changed, id=instrument_id(changed))


@dataclass
class Desk:
    """One body's node: its store and the services of these rooms."""

    body: Body
    ring: Keyring
    clock: FixedClock
    ids: CountingIds
    store: DeskStore = field(default_factory=DeskStore)

    def __post_init__(self) -> None:
        open_unit: Callable[[], DeskUnit] = self.store.open_unit
        self.disclosure = Disclosure(open_unit, self.clock, LISTS)
        self.cases = CasesAsTheyStand(open_unit, open_unit, self.clock, self.ids, LISTS, self._record)
        self.desk = Correspondence(
            open_unit, open_unit, self.clock, self.ids, LISTS, self.disclosure, self.ring.node, self._record
        )
        reentries = Reentries(lambda record: identifying_keys(record, SCHEMATA), self._record)
        self.records = Records(
            open_unit,
            open_unit,
            open_unit,
            self.clock,
            self.ids,
            LISTS,
            SCHEMATA,
            self.disclosure,
            self.ring.node,
            self._record,
            reentries,
        )
        self.intake = Intake(self.clock, LISTS, SCHEMATA, self.disclosure, self._record, reentries)

        self.onward = Onward(self.clock, self.ring.node, self._record)

    @property
    def id(self) -> BodyId:
        return self.body.id

    def _record(self, unit: UnitOfWork, act: Act) -> TrailRow:
        return record_act(unit, self.clock, self.ids, act)

    def acts(self, verb: str) -> list[Act]:
        return [act for act in self.store.state.trail.acts if act.verb == verb]

    def take_in(self, statement: Statement, sender: BodyId) -> None:
        """Hand a statement to its room inside one unit of work, as the exchange does."""
        accept = {
            Kind.MESSAGE: self.desk.accept_message,
            Kind.HIT: self.desk.accept_hit,
            Kind.HIT_ANSWER: self.desk.accept_hit_answer,
            Kind.PERMISSION_REQUEST: self.desk.accept_permission_request,
            Kind.PERMISSION_ANSWER: self.desk.accept_permission_answer,
            Kind.RECORD_REQUEST: self.desk.accept_record_request,
            Kind.RECORD_ANSWER: self.desk.accept_record_answer,
            Kind.EVIDENCE: self.desk.accept_evidence,
            Kind.RECALL: self.desk.accept_recall,
            Kind.RECALL_ANSWER: self.desk.accept_recall_answer,
            "record": self.intake.accept_record,
            "withdrawal": self.intake.accept_withdrawal,
            "copy_ended": self.intake.accept_end,
            "copy_passed_on": self.onward.accept_passed_on,
            "copy_end_confirmed": self.onward.accept_end_confirmed,
        }[statement.kind]
        with self.store.open_unit() as unit:
            accept(unit, statement, sender)
            unit.commit()

    def open_case(self) -> str:
        reference = CaseReference(self.id, "inquiry 7")
        return self.cases.open_case(DUTY, "Robbery at the harbour", "robbery_and_theft", (reference,)).number

    def suspend(self, instrument: Instrument, toward: BodyId, everywhere: tuple[Desk, ...], **changes: object) -> None:
        """Suspend this body's participation toward one other, known at once at every desk given."""
        suspension = Suspension(
            "suspension-1",
            frozenset({toward}),
            frozenset(),
            frozenset(),
            Direction.BOTH,
            "the council",
            "decision 7/2031",
            "data_protection",
            self.clock.now(),
            date(2031, 11, 1),
        )
        suspension = replace(suspension, **changes)  # type: ignore[arg-type]  # the fields of the dataclass
        for node in everywhere:
            state = node.store.state.agreements.states[instrument.id]
            stand = replace(
                state.participations[self.id],
                epoch=2,
                state=ParticipationState.SUSPENDED,
                suspensions=(suspension,),
            )
            changed = replace(state, participations={**state.participations, self.id: stand})
            node.store.state.agreements.states[instrument.id] = changed


@dataclass
class Network:
    """Four desks, the instruments between them, and what was undeliverable."""

    xa: Desk
    xb: Desk
    xc: Desk
    xd: Desk
    clock: FixedClock
    charter: Instrument
    agreement: Instrument
    refused: list[tuple[Outgoing, EntenteError]] = field(default_factory=list)
    _sent: dict[BodyId, int] = field(default_factory=dict)

    @property
    def desks(self) -> tuple[Desk, ...]:
        return (self.xa, self.xb, self.xc, self.xd)

    def go_to(self, moment: datetime) -> None:
        """Set every clock, and have everybody heard everywhere at that moment, so that no lease ends on the way."""
        self.clock.moment = moment
        for desk in self.desks:
            desk.store.state.bodies.last_heard = {one.id: moment for one in self.desks if one is not desk}

    def deliver(self) -> list[Outgoing]:
        """Bring everything that waits, answers to it included, and return it in order."""
        brought: list[Outgoing] = []
        while waiting := [(desk, outgoing) for desk in self.desks for outgoing in self._waiting(desk)]:
            for desk, outgoing in waiting:
                brought.append(outgoing)
                recipient = next(other for other in self.desks if other.id == outgoing.recipient)
                try:
                    recipient.take_in(outgoing.statement, desk.id)
                except EntenteError as error:
                    self.refused.append((outgoing, error))
        return brought

    def _waiting(self, desk: Desk) -> list[Outgoing]:
        put_out = desk.store.state.outbox.put_out
        fresh = put_out[self._sent.get(desk.id, 0) :]
        self._sent[desk.id] = desk.store.state.outbox.posted = len(put_out)
        return fresh

    def add(self, instrument: Instrument, *desks: Desk) -> Instrument:
        """Have an instrument signed by its parties and known at some desks, at every one where none is named."""
        for desk in desks or self.desks:
            desk.store.state.agreements.states[instrument.id] = _signed(instrument)
        return instrument

    def share(self, record: Record, *holders: Desk) -> RecordId:
        """Put a record of XA in its store and as a copy at some desks, as sharing does."""
        statement = record_statement(record, DUTY, self.clock.now(), self.xa.ring.node)
        self._hold(self.xa, record, statement, None)
        for holder in holders:
            self._hold(holder, record, statement, self.xa.id)
            sent = Holder(holder.id, record.version, HolderState.SENT, self.clock.now())
            self.xa.store.state.records.put_holder(record.id, sent)
        return record.id

    def _hold(self, desk: Desk, record: Record, statement: Statement, received_from: BodyId | None) -> None:
        with desk.store.open_unit() as unit:
            numbers = tuple(unit.classes.number_of(cls) for cls in record.terms)
            now = self.clock.now()
            write = RecordWrite(record, statement, numbers, received_from, now, 1, b"", None)
            unit.records.put_many([write])
            unit.commit()


def a_network() -> Network:
    """Return four desks under a charter, three of them parties of an agreement on wanted persons."""
    clock, ids = FixedClock(), CountingIds()
    made = [new_body(code, at=SIGNED) for code in ("XA", "XB", "XC", "XD")]
    desks = [Desk(body, ring, clock, ids) for body, ring in made]
    bodies = [body for body, _ in made]
    for desk in desks:
        for body in bodies:
            desk.store.state.bodies.put_body(body, is_own=body.id == desk.id)
        for officer, role in ((DUTY, "duty_officer"), (ANALYST, "analyst"), (CLERK, "council_secretary")):
            desk.store.state.bodies.put_officer(Officer(officer, frozenset({role})))
    everybody = frozenset(body.id for body in bodies)
    charter = an_instrument(
        "charter",
        everybody,
        kind=InstrumentKind.CHARTER,
        kinds=frozenset({"message", "request", "governance"}),
        rights=frozenset({Right.CONTACT, Right.CONSULT}),
        clauses=(Clause("4", "The channel stays open.", ClauseEffect.CHANNEL),),
    )
    agreement = an_instrument("agreement", everybody - {bodies[3].id})
    network = Network(desks[0], desks[1], desks[2], desks[3], clock, charter, agreement)
    network.add(charter)
    network.add(agreement, network.xa, network.xb, network.xc)
    network.go_to(clock.now())
    return network


def terms_of(source: Desk, instrument: Instrument | None, **changes: object) -> DisclosureClass:
    """Return terms on which a wanted person is shared; H2 lets nobody pass it on without leave."""
    cls = DisclosureClass(
        source=source.id,
        kind="wanted_person",
        instrument=instrument.id if instrument is not None else None,
        purposes=frozenset({"arrest", "locate", "inform_on_case"}),
        crime_areas=frozenset({"organised_crime"}),
        handling=frozenset({"H2"}),
        confidentiality="restricted",
        source_evaluation=SourceEvaluation.A,
        information_evaluation=InformationEvaluation.KNOWN_TRUE,
        status="wanted",
        marks=frozenset(),
        restrictions=frozenset(),
        review=ReviewState.CLEARED,
    )
    return replace(cls, **changes)  # type: ignore[arg-type]  # the fields of the dataclass


def a_record(source: Desk, *terms: DisclosureClass, local_id: str = "p-1", version: int = 1) -> Record:
    """Return a wanted person with one name fact under each of the terms."""
    names = ("Мухаммедов Азиз", "Muhammadov Aziz", "Мухаммедов А.")
    return Record(
        id=RecordId(f"{source.id}/{local_id}"),
        source=source.id,
        local_id=local_id,
        version=version,
        schema="Person",
        kind=terms[0].kind,
        at=NOW,
        terms=terms,
        facts=tuple(Fact("name", names[place], place) for place in range(len(terms))),
        links=(),
        retention=Retention(date(2034, 1, 1), date(2036, 1, 1)),
    )


def about(case: str = "", **changes: object) -> About:
    """Return why an officer works with a record: to locate somebody wanted for organised crime."""
    return replace(About("locate", "organised_crime", case), **changes)  # type: ignore[arg-type]  # its fields


def a_finding(record: RecordId, **changes: object) -> Finding:
    """Return a candidate as a search showed it."""
    finding = Finding(record, 1, 930, "Passport control at the harbour, pier 3.")
    return replace(finding, **changes)  # type: ignore[arg-type]  # the fields of the dataclass


def _signed(instrument: Instrument) -> InstrumentState:
    proposer = min(instrument.parties)
    stands = {
        body: Participation(body, instrument.id, 1, ParticipationState.ACTIVE, SIGNED) for body in instrument.parties
    }
    return InstrumentState(instrument, proposer, SIGNED, dict.fromkeys(instrument.parties, SIGNED), stands)
