"""The steps that every use case of correspondence shares: who asks, what is held, what the gate says, what is kept.

`Desk` holds what a service is handed; the verbs stand in one class for each noun, and `service.Correspondence` is all of them.

Source: docs/rules/correspondence.md M1 and M15.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from entente.agreements.model import Instrument, Right
from entente.bodies.authority import authorise
from entente.bodies.model import Officer
from entente.cases.model import CaseEvent, Knowing
from entente.cases.service import add_event, case_to_work_on, knowing_of
from entente.correspondence.channels import carrier, may_tell
from entente.correspondence.model import Header, Way
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.rules import bad
from entente.correspondence.statements import Kind
from entente.correspondence.unit_reach import Reach, beyond_reach, reach_of, roles_within, units_within
from entente.disclosure.model import DisclosureRequest, Reader, Situation, Verdict
from entente.disclosure.service import ASK_FOR_LEAVE, Disclosure
from entente.handling.model import CodeLists, DisclosureAct
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.codec import to_json, to_object
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import EntenteError, Invalid, NotFound, Refused
from entente.kernel.ids import BodyId, Ids, InstrumentId, OfficerId, RecordId
from entente.kernel.ports import Act, Outgoing, UnitOfWork
from entente.kernel.signing import Signer
from entente.kernel.statement import Statement, draft
from entente.records.model import StoredRecord

Recorder = Callable[[UnitOfWork, Act], object]
"""Records an act in the trail, inside the transaction of the act (trail.service.record, bound by app)."""


RESUME_OR_WRITE = "Write under the charter, whose channel stays open, or have the participation resumed by its author."


@dataclass(frozen=True, slots=True)
class About:
    """Why an officer works with a record, and on which case."""

    purpose: str
    crime_area: str
    case: str
    instrument: InstrumentId | None = None
    """Needed only where the record was shared under several."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Another body's record as an officer may see it, with the one instrument the act is under."""

    stored: StoredRecord
    reader: Reader
    terms: Instrument
    decision: Decision
    """Why it may be seen."""
    places: frozenset[int]
    """The places, in the record's list of terms, of the classes that may be seen."""

    @property
    def is_whole(self) -> bool:
        """Whether every fact of it may be seen."""
        return len(self.places) == len(self.stored.record.terms)

    def of_seen(self, verdicts: list[Verdict]) -> list[Verdict]:
        """Return those of the verdicts, in the record's order, that are about what may be seen."""
        return [verdict for place, verdict in enumerate(verdicts) if place in self.places]


def teams_of(unit: CorrespondenceUnit, ids: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Return the teams of those things that belong to a case with one, by their ids: cases, and what was sent about them.

    Source: docs/rules/cases.md C8.
    """
    cases = {**{one: one for one in ids}, **unit.correspondence.cases_of(ids)}
    teams = unit.cases.teams(set(cases.values()))
    return {one: frozenset(teams[number]) for one, number in cases.items() if number in teams}


@dataclass(frozen=True)
class Desk:
    """What the verbs of correspondence are handed."""

    open_unit: Callable[[], CorrespondenceUnit]
    open_view: Callable[[], CorrespondenceUnit]
    """Opens a unit that only reads, and waits for nobody who writes."""
    clock: Clock
    ids: Ids
    lists: CodeLists
    disclosure: Disclosure
    signer: Signer
    record: Recorder

    def _officer(self, unit: CorrespondenceUnit, officer: OfficerId, verb: str, subject: str, now: datetime) -> Officer:
        return authorise(unit, officer, verb, subject=subject, now=now, lists=self.lists, record=self.record)

    def _header(
        self,
        kind: Kind,
        sender: BodyId,
        recipient: BodyId,
        instrument: InstrumentId,
        officer: str,
        now: datetime,
        *,
        our_reference: str = "",
        your_reference: str = "",
    ) -> Header:
        made = self.ids.new_id(kind.value.replace("_", "-"))
        return Header(made, sender, recipient, instrument, officer, our_reference, your_reference, now)

    def _post(
        self,
        unit: CorrespondenceUnit,
        kind: Kind,
        header: Header,
        content: object,
        envelope: InstrumentId,
        *,
        is_control: bool = False,
        ref: str = "",
    ) -> Statement:
        """Sign an item with the node's key and put it in the outbox, under the instrument that carries it.

        Its deliveries are found by its own id, or by the id of the item it is about.
        """
        statement = draft(kind, header.sender, header.at, to_object(content)).with_signature(self.signer)
        ref = ref or header.id
        unit.outbox.put(Outgoing(header.recipient, envelope, statement, is_control=is_control, ref=ref))
        return statement

    def _carrier(self, situation: Situation, header: Header) -> InstrumentId:
        """Return the instrument whose channel carries a request or answer; raise Refused when none is open."""
        found = carrier(situation, header.sender, header.recipient, header.instrument, header.at)
        if found is not None:
            return found
        ground = Ground(
            "M3", allows=False, text="No instrument in force between both carries requests and answers now."
        )
        raise Refused(
            "Nothing was sent.",
            decision=Decision.of((ground,)),
            do="Have the participation resumed by its author, or reach the body by its liaison officer.",
        )

    def _refuse(self, unit: CorrespondenceUnit, act: Act, error: EntenteError) -> NoReturn:
        """Record a refusal, commit it and raise it. Nothing may have been changed in the unit before.

        The trail keeps every ground; what the officer reads is the error's own words.
        """
        self.record(unit, act)
        unit.commit()
        raise error

    def _require_tellable(
        self,
        unit: CorrespondenceUnit,
        seen: Seen,
        verb: str,
        officer: OfficerId,
        record: RecordId,
        about: About,
        now: datetime,
    ) -> None:
        """Record and raise Refused where nothing may go to the record's source under its instrument now (M3)."""
        own, held = seen.reader.body, seen.stored.record
        decision = may_tell(self.disclosure.situation_in(unit), own, held.source, seen.terms.id, held.kind, now)
        if not decision.allowed:
            act = Act(
                verb, own, officer, record, detail_of("refused", decision, purpose=about.purpose, case=about.case)
            )
            self._refuse(unit, act, Refused("The source was not told.", decision=decision, do=RESUME_OR_WRITE))

    def _working_case(self, unit: CorrespondenceUnit, case: str, officer: Officer) -> None:
        """Raise NotFound for a case that the officer may not know of, as for none, and Conflict for a closed one."""
        if case:
            case_to_work_on(unit, case, self._knowing(unit, officer.id))

    def _case_of_letter(self, unit: CorrespondenceUnit, case: str, officer: Officer) -> None:
        """Raise Invalid for what is no case that the officer may know of: who mistypes it keeps what they wrote (C8, W166)."""
        try:
            self._working_case(unit, case, officer)
        except NotFound as error:
            raise Invalid(
                "Nothing was sent.",
                field="case",
                why="No case of this number is here that may be shown to you.",
                do="Enter the number of a case of yours, or leave it out; nothing was kept.",
            ) from error

    def _knowing(self, unit: CorrespondenceUnit, officer: OfficerId | None) -> Knowing:
        return knowing_of(unit, officer, self.clock.now(), self.lists)

    def hidden_among(self, unit: CorrespondenceUnit, ids: Collection[str], officer: OfficerId) -> frozenset[str]:
        """Return those of some ids, of cases and of what was sent about them, that the officer may not know of.

        Source: docs/rules/cases.md C8; docs/rules/disclosure.md D10.
        """
        knowing, beyond = self._knowing(unit, officer), self.beyond_unit(unit, ids, officer)
        if knowing.oversees:
            return beyond
        return beyond | {one for one, team in teams_of(unit, ids).items() if knowing.officer not in team}

    def _reach(self, unit: CorrespondenceUnit, officer: OfficerId | None) -> Reach | None:
        return reach_of(unit, officer, lambda: self.disclosure.situation_in(unit))

    def beyond_unit(self, unit: CorrespondenceUnit, ids: Collection[str], officer: OfficerId) -> frozenset[str]:
        """Return those of some items that rest on records which the limits of an officer's unit keep from them.

        Source: docs/rules/disclosure.md D10 and D11.
        """
        reaches = self._reach(unit, officer)
        return frozenset() if reaches is None else beyond_reach(unit, ids, reaches)

    def units_knowing(self, unit: CorrespondenceUnit, ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Return, for those of some items that rest on records, the units of ours whose officers may know of them.

        Nothing while no unit has limits. Source: docs/rules/disclosure.md D11.
        """
        return units_within(unit, ids, self.disclosure.situation_in(unit))

    def roles_knowing(self, unit: CorrespondenceUnit, ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Return, for those of some items that rest on records, the roles that let an officer know of them.

        Source: docs/rules/disclosure.md D9.
        """
        return roles_within(unit, ids, self.disclosure.situation_in(unit))

    def _require_known(self, unit: CorrespondenceUnit, officer: OfficerId | None, way: Way, header: Header) -> None:
        """Raise NotFound for an item of a case of ours, or about a record, that the officer may not know of.

        Source: docs/rules/cases.md C8; docs/rules/disclosure.md D10 to D12.
        """
        reaches = self._reach(unit, officer)
        if reaches is not None and beyond_reach(unit, [header.id], reaches):
            raise NotFound
        case = case_of(way, header)
        team = unit.cases.teams([case]).get(case) if case else None
        if team is not None:
            knowing = self._knowing(unit, officer)
            if not knowing.oversees and knowing.officer not in team:
                raise NotFound

    def _on_file(
        self, unit: CorrespondenceUnit, case: str, header: Header, kind: str, subject: str, text: str, now: datetime
    ) -> None:
        """Add a line to the case an item belongs to. A reference from outside that names no case of ours adds none."""
        if case and unit.cases.get(case) is not None:
            add_event(unit, case, CaseEvent(now, header.officer, kind, subject, text))

    def _seen(self, unit: CorrespondenceUnit, officer: Officer, verb: str, record: RecordId, about: About) -> Seen:
        """Return a record held as a copy that the officer may see; record and raise NotFound or Refused otherwise.

        Source: docs/rules/correspondence.md M4; docs/rules/disclosure.md.
        """
        own = unit.bodies.own().id
        reader = Reader.of(own, officer)
        stored = unit.records.get(record)
        verdicts = [] if stored is None else self._verdicts(unit, stored, reader, DisclosureAct.SEE, about)
        allowed = [verdict.decision.allowed for verdict in verdicts]
        if stored is None or not any(allowed):
            detail = detail_of("refused", together(verdicts), purpose=about.purpose, case=about.case)
            act = Act(verb, own, officer.id, record, detail)
            self._refuse(unit, act, refusal_of(verdicts, f"{record} is not shown to {officer.id}."))
        if stored.record.source == own:
            raise bad("record", "it is about another body's record, and this one is our own")
        seen = [cls.instrument for cls, is_allowed in zip(stored.record.terms, allowed, strict=True) if is_allowed]
        terms = _one_instrument(unit, seen, about.instrument)
        decision = together(verdict for verdict in verdicts if verdict.decision.allowed)
        places = frozenset(place for place, is_allowed in enumerate(allowed) if is_allowed)
        return Seen(stored, reader, terms, decision, places)

    def _verdicts(
        self,
        unit: CorrespondenceUnit,
        stored: StoredRecord,
        reader: Reader,
        act: DisclosureAct,
        about: About,
        recipient: BodyId | None = None,
        *,
        is_named: bool = True,
    ) -> list[Verdict]:
        """Ask the gate about each disclosure class of a held copy, in the record's order.

        Without naming the record no leave counts (docs/rules/disclosure.md D6).
        """
        dates = stored.dates
        return [
            self.disclosure.judge_in(
                unit,
                DisclosureRequest(
                    reader,
                    act,
                    Right.COPY,
                    about.purpose,
                    about.crime_area,
                    cls,
                    about.instrument or cls.instrument,
                    recipient,
                    stored.record.id if is_named else None,
                    dates,
                ),
            )
            for cls in stored.record.terms
        ]


def _one_instrument(
    unit: CorrespondenceUnit, seen: list[InstrumentId | None], named: InstrumentId | None
) -> Instrument:
    wanted = {instrument for instrument in seen if instrument is not None and named in (None, instrument)}
    if len(wanted) != 1:
        raise bad("instrument", "the record was shared under several instruments, and an act is under one: name it")
    state = unit.agreements.instrument(wanted.pop())
    assert state is not None, "the gate allows nothing under an instrument that is not here"
    return state.instrument


def case_of(way: Way, header: Header) -> str:
    """Return the number of the case of ours that an item belongs to, as its header has it; empty for none."""
    return header.our_reference if way is Way.SENT else header.your_reference


def detail_of(outcome: str, decision: Decision | None = None, **more: object) -> JsonObject:
    """Write what the trail keeps of an act: the outcome, the verdict with its grounds, codes and ids, never a text (M15)."""
    detail: JsonObject = {"outcome": outcome}
    if decision is not None:
        detail["decision"] = to_json(decision)
    detail.update({name: to_json(value) for name, value in more.items()})
    return detail


def together(verdicts: Iterable[Verdict]) -> Decision:
    """Return one decision over the verdicts of a record's classes: allowed if each is, every ground once."""
    return Decision.of(dict.fromkeys(ground for verdict in verdicts for ground in verdict.decision.grounds))


def refusal_of(verdicts: list[Verdict], what: str) -> EntenteError:
    """Return the answer to a refused act: NotFound where not even knowing is allowed, else Refused with its grounds.

    Classes that the reader may not know of add no ground.

    Source: docs/rules/disclosure.md, the ladder.
    """
    known = [verdict for verdict in verdicts if verdict.ceiling is not None]
    return refused(known, what) if known else NotFound()


def refused(verdicts: list[Verdict], what: str, more: tuple[Ground, ...] = ()) -> Refused:
    """Return the refusal of an act with what the reader sees; leave is offered only where it would lift every ground.

    `more` are refusing grounds of this room's own, which no leave lifts.
    """
    by_gate = [verdict for verdict in verdicts if not verdict.decision.allowed]
    grounds = [ground for verdict in by_gate for ground in verdict.decision.refusals]
    decision = Decision.of(dict.fromkeys((*grounds, *more)))
    if not more and all(verdict.may_ask for verdict in by_gate):
        return Refused(what, decision=decision, do=ASK_FOR_LEAVE)
    lasting = more or decision.refusals
    remedies = dict.fromkeys(ground.remedy for ground in lasting if ground.remedy)
    return Refused(what, decision=decision, do=" ".join(remedies) or "Ask the source what it would allow.")
