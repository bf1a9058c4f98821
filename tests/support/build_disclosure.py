"""Builders of what the gate reads, with defaults under which everything is allowed: a test changes the one thing it is about.

Three invented bodies: XA shares a wanted person with XB under a programme that XC is a party to as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from entente.agreements.model import (
    Direction,
    ForceRule,
    HitRule,
    Instrument,
    InstrumentKind,
    InstrumentState,
    Measure,
    MeasurePolicy,
    OnwardRule,
    PaperAct,
    Participation,
    ParticipationState,
    Right,
    Suspension,
)
from entente.bodies.model import Role
from entente.disclosure.model import (
    DisclosureClass,
    DisclosureRequest,
    InForce,
    Leave,
    Reader,
    Situation,
    Standing,
    Verdict,
)
from entente.disclosure.rules import judge
from entente.handling.model import (
    CodeEntry,
    CodeLists,
    DisclosureAct,
    HandlingCode,
    InformationEvaluation,
    KindFamily,
    Permission,
    RecordKind,
    ReviewState,
    SourceEvaluation,
)
from entente.kernel.ids import BodyId, InstrumentId, OfficerId, RecordId, StatementId

XA, XB, XC, XD = (BodyId(f"body:{name}") for name in ("xa", "xb", "xc", "xd"))
PROGRAMME = InstrumentId("instrument:programme")
CHARTER = InstrumentId("instrument:charter")
RECORD = RecordId("body:xa/1")
NOW = datetime(2031, 5, 4, 12, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ALL_RIGHTS = frozenset(Right)

T = TypeVar("T")


def a_code_list(codes: Iterable[str]) -> dict[str, CodeEntry]:
    return {code: CodeEntry(code=code, label=code, meaning="", source="") for code in codes}


def a_handling_code(code: str, permissions: Mapping[str, str]) -> HandlingCode:
    return HandlingCode(
        code=code,
        scheme="test",
        label=code,
        permissions={DisclosureAct(act): Permission(word) for act, word in permissions.items()},
    )


def ladder(know: str, see: str, forward: str, use_as_evidence: str, act_on: str) -> dict[str, str]:
    """Name the permission for each act, from the lowest to the highest."""
    return dict(zip(DisclosureAct, (know, see, forward, use_as_evidence, act_on), strict=True))


def a_role(code: str, acts_up_to: str, confidentiality: str, marks: Iterable[str]) -> Role:
    return Role(
        code=code,
        label=code,
        verbs=frozenset(),
        acts_up_to=acts_up_to,
        confidentiality=confidentiality,
        marks=frozenset(marks),
    )


def a_kind(code: str, *, is_data_set: bool) -> RecordKind:
    family = KindFamily.PERSONAL if is_data_set else KindFamily.COMMUNICATION
    return RecordKind(code=code, label=code, family=family, is_data_set=is_data_set, schemata=frozenset())


def code_lists(**changes: Any) -> CodeLists:  # noqa: ANN401 - the fields of the dataclass
    every = "alone", "alone", "alone", "alone", "alone"
    plain = CodeLists(
        purposes=a_code_list(("arrest", "locate", "analysis")),
        crime_areas=a_code_list(("drugs", "terrorism")),
        record_kinds={
            "wanted_person": a_kind("wanted_person", is_data_set=True),
            "drug_seizure": a_kind("drug_seizure", is_data_set=True),
            "message": a_kind("message", is_data_set=False),
        },
        handling_codes={
            "H0": a_handling_code("H0", ladder(*every)),
            "H1": a_handling_code("H1", ladder("alone", "alone", "alone", "ask", "alone")),
            "H2": a_handling_code("H2", ladder("alone", "alone", "ask", "alone", "alone")),
            "H3": a_handling_code("H3", ladder("alone", "alone", "ask", "ask", "ask")),
            "RED": a_handling_code("RED", ladder("alone", "alone", "no", "no", "ask")),
            "DARK": a_handling_code("DARK", ladder("alone", "ask", "no", "no", "no")),
        },
        confidentiality_levels=("official_use", "restricted", "confidential"),
        subject_statuses=a_code_list(("wanted", "victim", "none")),
        tightening_statuses=frozenset({"victim"}),
        marks=a_code_list(("minor", "sensitive", "victim_data")),
        measures={},
        roles={
            "duty_officer": a_role("duty_officer", "act_on", "confidential", ("minor", "sensitive", "victim_data")),
            "analyst": a_role("analyst", "forward", "restricted", ()),
            "integrator": a_role("integrator", "see", "official_use", ()),
        },
        verbs=frozenset(),
        suspension_reasons={},
        refusal_reasons={},
        hit_outcomes={},
        urgencies={},
        erasure_reasons=a_code_list(("unlawful",)),
        correction_reasons=a_code_list(("out_of_date",)),
        extension_reasons=a_code_list(("still_sought",)),
        countries={},
        countries_alpha3={},
    )
    return replace(plain, **changes)


def a_participation(
    body: BodyId,
    *suspensions: Suspension,
    state: ParticipationState = ParticipationState.ACTIVE,
    kinds: Iterable[str] = (),
    instrument: InstrumentId = PROGRAMME,
) -> Participation:
    return Participation(
        body=body,
        instrument=instrument,
        epoch=1 + len(suspensions),
        state=state,
        at=NOW - 30 * DAY,
        suspensions=suspensions,
        kinds=frozenset(kinds),
    )


def a_suspension(**changes: Any) -> Suspension:  # noqa: ANN401 - the fields of the dataclass
    plain = Suspension(
        id="suspension-1",
        counterparts=frozenset(),
        kinds=frozenset(),
        rights=frozenset(),
        direction=Direction.BOTH,
        decided_by="the council",
        document="C/2031/17",
        reason="decision",
        since=NOW - DAY,
        review_on=date(2031, 8, 1),
    )
    return replace(plain, **changes)


def an_instrument(**changes: Any) -> Instrument:  # noqa: ANN401 - the fields of the dataclass
    plain = Instrument(
        id=PROGRAMME,
        kind=InstrumentKind.PROGRAMME,
        name="wanted-persons-programme",
        title="Programme on wanted persons",
        text="The parties share.",
        paper=PaperAct(depositary="XA", signatories=(), signed_on=date(2030, 1, 1), notice_of_withdrawal_days=30),
        clauses=(),
        parties=frozenset({XA, XB, XC}),
        party_groups=frozenset(),
        force_rule=ForceRule.ALL,
        force_count=0,
        starts_on=date(2030, 2, 1),
        ends_on=None,
        kinds=frozenset({"wanted_person", "message"}),
        purposes=frozenset({"arrest", "locate"}),
        crime_areas=frozenset({"drugs", "terrorism"}),
        rights=ALL_RIGHTS,
        knowable_kinds=frozenset({"wanted_person"}),
        handling_ceiling="confidential",
        onward=OnwardRule.AMONG_PARTIES,
        retention_days_max=1825,
        lease_minutes=24 * 60,
        deadlines={},
        hit_rule=HitRule.AT_ONCE,
    )
    return replace(plain, **changes)


def in_force(
    instrument: Instrument | None = None,
    *participations: Participation,
    holds: bool = True,
    parties: Iterable[BodyId] | None = None,
    missing: Iterable[BodyId] = (),
) -> InForce:
    """Make an instrument as it stands: every party takes part actively but those given here or missing."""
    terms = an_instrument() if instrument is None else instrument
    stands = {body: a_participation(body, instrument=terms.id) for body in terms.parties}
    stands.update({item.body: item for item in participations})
    return InForce(
        state=InstrumentState(
            instrument=terms,
            proposed_by=XA,
            proposed_at=NOW - 365 * DAY,
            signatures=dict.fromkeys(terms.parties, NOW - 365 * DAY),
            participations={body: item for body, item in stands.items() if body not in missing},
        ),
        is_in_force=holds,
        why="In force since 2030-02-01." if holds else "1 of 3 signatures are here.",
        parties=terms.parties if parties is None else frozenset(parties),
    )


def a_class(**changes: Any) -> DisclosureClass:  # noqa: ANN401 - the fields of the dataclass
    plain = DisclosureClass(
        source=XA,
        kind="wanted_person",
        instrument=PROGRAMME,
        purposes=frozenset({"arrest", "locate"}),
        crime_areas=frozenset({"drugs"}),
        handling=frozenset({"H0"}),
        confidentiality="restricted",
        source_evaluation=SourceEvaluation.A,
        information_evaluation=InformationEvaluation.KNOWN_TRUE,
        status="wanted",
        marks=frozenset(),
        restrictions=frozenset(),
        review=ReviewState.CLEARED,
    )
    return replace(plain, **changes)


def a_reader(body: BodyId = XB, *roles: str) -> Reader:
    return Reader(body, OfficerId("xb-duty-1"), frozenset(roles or ("duty_officer",)))


def a_situation(**changes: Any) -> Situation:  # noqa: ANN401 - the fields of the dataclass
    plain = Situation(
        own_body=XB,
        bodies={body: Standing(has_valid_keys=True) for body in (XA, XB, XC, XD)},
        instruments={PROGRAMME: in_force()},
        measures=(),
        heard=dict.fromkeys((XA, XB, XC, XD), NOW - timedelta(minutes=1)),
        groups={},
        leaves=(),
        lists=code_lists(),
        valid_until=NOW + timedelta(hours=1),
    )
    return replace(plain, **changes)


def a_request(**changes: Any) -> DisclosureRequest:  # noqa: ANN401 - the fields of the dataclass
    plain = DisclosureRequest(
        reader=a_reader(),
        act=DisclosureAct.SEE,
        right=Right.COPY,
        purpose="arrest",
        crime_area="drugs",
        cls=a_class(),
        instrument=PROGRAMME,
    )
    return replace(plain, **changes)


def a_measure(**changes: Any) -> Measure:  # noqa: ANN401 - the fields of the dataclass
    plain = Measure(
        id="measure-1",
        charter=CHARTER,
        target=XA,
        policy=MeasurePolicy.PAUSED,
        decided_by="the general assembly",
        endorsed_by="the executive committee",
        since=NOW - DAY,
        until=NOW + DAY,
        lifted_by="a report on corrections made",
        appeal="to the supervisory commission",
    )
    return replace(plain, **changes)


def a_leave(**changes: Any) -> Leave:  # noqa: ANN401 - the fields of the dataclass
    plain = Leave(
        id="leave-1",
        source=XA,
        grantee=XB,
        records=frozenset({RECORD}),
        acts=frozenset(DisclosureAct),
        recipient=XC,
        purpose="arrest",
        since=NOW - DAY,
        until=NOW + DAY,
        statement=StatementId("statement:1"),
    )
    return replace(plain, **changes)


def refusing(verdict: Verdict) -> list[str]:
    """Return the numbers of the grounds that refuse, each once, in order."""
    return sorted({ground.number for ground in verdict.decision.refusals})


def ceiling(request: DisclosureRequest, situation: Situation, now: datetime = NOW) -> DisclosureAct | None:
    """Return the highest act allowed."""
    return judge(request, situation, now).ceiling
