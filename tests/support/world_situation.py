"""Reads a world in the neutral form of world_format.md into the dataclasses the gate takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from entente.agreements.model import (
    Clause,
    ClauseEffect,
    Direction,
    Measure,
    MeasurePolicy,
    OnwardRule,
    Participation,
    ParticipationState,
    Right,
    Suspension,
)
from entente.bodies.model import Group, GroupEntry, GroupReference, MembershipStatus, Unit, UnitKind
from entente.bodies.rules import resolve_group
from entente.bodies.unit_limits import LimitsSet, UnitBounds, UnitLimits, unit_bounds
from entente.disclosure.model import (
    DisclosureClass,
    DisclosureRequest,
    InForce,
    Reader,
    Situation,
    Standing,
)
from entente.handling.model import (
    CodeLists,
    DisclosureAct,
    FactDates,
    InformationEvaluation,
    Restriction,
    RestrictionMode,
    ReviewState,
    SourceEvaluation,
)
from entente.kernel.ids import BodyId, GroupId, InstrumentId, OfficerId, RecordId
from tests.support.build_disclosure import (
    a_code_list,
    a_handling_code,
    a_kind,
    a_leave,
    a_measure,
    a_participation,
    a_role,
    a_suspension,
    an_instrument,
    code_lists,
    in_force,
)
from tests.support.worlds import Plain


def to_situation(world: Plain, now: datetime) -> Situation:
    """Read a world as it stands at a moment."""
    return Situation(
        own_body=BodyId(world["own_body"]),
        bodies={BodyId(body): Standing(plain["has_valid_keys"]) for body, plain in world["bodies"].items()},
        instruments={InstrumentId(name): _in_force(name, terms) for name, terms in world["instruments"].items()},
        heard={BodyId(body): _time(at) for body, at in world["heard"].items()},
        measures=tuple(_measure(plain, number) for number, plain in enumerate(world["measures"])),
        groups=_groups(world["groups"], now.date()),
        leaves=tuple(
            a_leave(
                id=f"leave-{number}",
                source=plain["source"],
                grantee=plain["grantee"],
                records=frozenset(plain["records"]),
                acts=_acts(plain["acts"]),
                recipient=plain["recipient"],
                purpose=plain["purpose"],
                since=_time(plain["since"]),
                until=_time(plain["until"]),
            )
            for number, plain in enumerate(world["leaves"])
        ),
        lists=_lists(world["lists"]),
        valid_until=now + timedelta(hours=1),
        units=_units(world, now),
    )


def to_classes(world: Plain) -> dict[int, DisclosureClass]:
    """Read the classes of a world, by number."""
    return {plain["number"]: _class(plain) for plain in world["classes"]}


def to_request(plain: Plain, classes: Mapping[int, DisclosureClass]) -> DisclosureRequest:
    """Read one request, to classes that `to_classes` gave."""
    dates, record, instrument = plain["dates"], plain["record"], plain["instrument"]
    return DisclosureRequest(
        reader=to_reader(plain["reader"]),
        act=DisclosureAct(plain["act"]),
        right=Right(plain["right"]),
        purpose=plain["purpose"],
        crime_area=plain["crime_area"],
        cls=classes[plain["class"]],
        instrument=None if instrument is None else InstrumentId(instrument),
        recipient=None if plain["recipient"] is None else BodyId(plain["recipient"]),
        record=None if record is None else RecordId(record),
        dates=None
        if dates is None
        else FactDates(
            erase_on=None if dates["erase_on"] is None else date.fromisoformat(dates["erase_on"]),
            withdrawn_at=None if dates["withdrawn_at"] is None else _time(dates["withdrawn_at"]),
        ),
    )


def to_reader(plain: Plain) -> Reader:
    """Read who asks."""
    roles = None if plain["roles"] is None else frozenset(plain["roles"])
    return Reader(BodyId(plain["body"]), None, roles, plain["unit"])


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _acts(names: list[str]) -> frozenset[DisclosureAct]:
    return frozenset(DisclosureAct(name) for name in names)


def _lists(plain: Plain) -> CodeLists:
    return code_lists(
        purposes=a_code_list(plain["purposes"]),
        crime_areas=a_code_list(plain["crime_areas"]),
        record_kinds={code: a_kind(code, is_data_set=it["is_data_set"]) for code, it in plain["record_kinds"].items()},
        handling_codes={code: a_handling_code(code, words) for code, words in plain["handling_codes"].items()},
        confidentiality_levels=tuple(plain["confidentiality_levels"]),
        subject_statuses=a_code_list(plain["subject_statuses"]),
        tightening_statuses=frozenset(plain["tightening_statuses"]),
        marks=a_code_list(plain["marks"]),
        roles={
            code: a_role(code, role["acts_up_to"], role["confidentiality"], role["marks"])
            for code, role in plain["roles"].items()
        },
    )


def _groups(plain: Plain, today: date) -> dict[GroupReference, frozenset[BodyId]]:
    """Resolve every group for every status, with the rule the node itself uses."""
    groups = [
        Group(
            id=GroupId(name),
            keeper=BodyId("body-00"),
            name=name,
            title=name,
            version=1,
            entries=tuple(
                GroupEntry(
                    body=BodyId(entry["body"]),
                    status=MembershipStatus(entry["status"]),
                    since=date.fromisoformat(entry["since"]),
                    document="",
                    until=None if entry["until"] is None else date.fromisoformat(entry["until"]),
                )
                for entry in entries
            ),
        )
        for name, entries in plain.items()
    ]
    return {
        GroupReference(group.id, status): resolve_group(group, status, today)
        for group in groups
        for status in MembershipStatus
    }


def _units(world: Plain, now: datetime) -> UnitBounds | None:
    """Resolve what binds each unit, with the rule the node itself uses."""
    units = [Unit(one["id"], UnitKind.UNIT, one["id"], parent=one["parent"]) for one in world["units"]]
    head, since = OfficerId("head-1"), now - timedelta(days=30)
    known = [
        LimitsSet(f"limits-{unit}", unit, _limits(plain), "", since, head, since, head, since, is_confirmed=True)
        for unit, plain in world["limits"].items()
    ]
    return unit_bounds(units, known, now)


def _limits(plain: Plain) -> UnitLimits:
    said: Plain = {name: frozenset(one) if isinstance(one, list) else one for name, one in plain.items()}
    return UnitLimits(**said)


def _in_force(name: str, plain: Plain) -> InForce:
    terms = an_instrument(
        id=InstrumentId(name),
        name=name,
        parties=frozenset(plain["parties"]),
        kinds=frozenset(plain["kinds"]),
        purposes=frozenset(plain["purposes"]),
        crime_areas=frozenset(plain["crime_areas"]),
        rights=frozenset(Right(right) for right in plain["rights"]),
        knowable_kinds=frozenset(plain["knowable_kinds"]),
        handling_ceiling=plain["handling_ceiling"],
        onward=OnwardRule(plain["onward"]),
        lease_minutes=plain["lease"],
        kind_lease_minutes=plain["kind_leases"],
        clauses=tuple(Clause(str(n), effect, ClauseEffect(effect)) for n, effect in enumerate(plain["clauses"])),
    )
    stands = [_participation(name, body, stand) for body, stand in plain["participations"].items()]
    absent = [body for body in terms.parties if body not in plain["participations"]]
    return in_force(terms, *stands, holds=plain["in_force"], missing=absent)


def _participation(instrument: str, body: str, plain: Plain) -> Participation:
    return a_participation(
        BodyId(body),
        *(_suspension(item) for item in plain["suspensions"]),
        state=ParticipationState(plain["state"]),
        kinds=plain["kinds"],
        instrument=InstrumentId(instrument),
    )


def _suspension(plain: Plain) -> Suspension:
    return a_suspension(
        counterparts=frozenset(plain["counterparts"]),
        kinds=frozenset(plain["kinds"]),
        rights=frozenset(Right(right) for right in plain["rights"]),
        direction=Direction(plain["direction"]),
        since=_time(plain["since"]),
    )


def _measure(plain: Plain, number: int) -> Measure:
    return a_measure(
        id=f"measure-{number}",
        charter=plain["charter"],
        target=plain["target"],
        policy=MeasurePolicy(plain["policy"]),
        since=_time(plain["since"]),
        until=_time(plain["until"]),
    )


def _class(plain: Plain) -> DisclosureClass:
    return DisclosureClass(
        source=BodyId(plain["source"]),
        kind=plain["kind"],
        instrument=None if plain["instrument"] is None else InstrumentId(plain["instrument"]),
        purposes=frozenset(plain["purposes"]),
        crime_areas=frozenset(plain["crime_areas"]),
        handling=frozenset(plain["handling"]),
        confidentiality=plain["confidentiality"],
        source_evaluation=SourceEvaluation(plain["source_evaluation"]),
        information_evaluation=InformationEvaluation(plain["information_evaluation"]),
        status=plain["status"],
        marks=frozenset(plain["marks"]),
        restrictions=frozenset(
            Restriction(
                RestrictionMode(item["mode"]),
                frozenset(item["bodies"]),
                frozenset(
                    GroupReference(GroupId(it["group"]), MembershipStatus(it["status"])) for it in item["groups"]
                ),
            )
            for item in plain["restrictions"]
        ),
        review=ReviewState(plain["review"]),
    )
