"""Who can see one of our records, by the gate's own grounds, and who has copies of it, how far each end of one came.

Source: docs/rules/records.md R33; docs/rules/desk.md W69; DESIGN section 1, promise 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.web.desk.directory_pages import own_unit_path
from entente.web.desk.page import Asked
from entente.web.desk.reading import BodyName, body_name, member, members, text, whole
from entente.web.sentences import said
from entente.web.wording import Moment, Wording


@dataclass(frozen=True, slots=True)
class GroundLine:
    """One ground of the gate."""

    number: str
    text: str
    allows: bool


@dataclass(frozen=True, slots=True)
class SightLine:
    """How far a body may go with one of our records, and why not further."""

    body: BodyName
    up_to: str
    """Empty where it may not even know of it."""
    refused: Sequence[GroundLine]
    allowed: Sequence[GroundLine]


@dataclass(frozen=True, slots=True)
class UnitSightLine:
    """How far the officers of one of our own units may go with a record, by the limits that bind them."""

    name: str
    to: str
    up_to: str
    """Empty where the record is as absent for them."""
    number: str
    ground: str


@dataclass(frozen=True, slots=True)
class HolderLine:
    """A body that has, or had, a copy of one of our records."""

    body: BodyName
    by: BodyName | None
    """Who passed it on; None where we sent it."""
    version: int
    state: str
    is_missing: bool
    sent_at: Moment | None
    stored_at: Moment | None
    asked_at: Moment | None
    confirmed_at: Moment | None


def grounds_of(decision: JsonObject, say: Wording) -> list[GroundLine]:
    """Return the grounds of a decision, in the reader's language."""
    return [
        GroundLine(text(one, "number"), said(say, text(one, "text")), one["allows"] is True)
        for one in members(decision, "grounds")
    ]


def sights_of(asked: Asked, name: str) -> tuple[list[SightLine], list[UnitSightLine]]:
    """Return for each body, and for each of our own limited units, how far it may go with one of our records."""
    answer, say = asked.perform("record_who_can_see", {"record": name}), asked.say
    units = [
        UnitSightLine(
            name=text(one, "name"),
            to=own_unit_path(text(one, "unit")),
            up_to=say.code("acts", text(one, "may_go_up_to")) if one["may_go_up_to"] else "",
            number=text(member(one, "ground"), "number"),
            ground=said(say, text(member(one, "ground"), "text")),
        )
        for one in members(answer, "units")
    ]
    return [_sight(one, say) for one in members(answer, "who")], units


def _sight(one: JsonObject, say: Wording) -> SightLine:
    grounds, up_to = grounds_of(member(one, "decision"), say), text(one, "may_go_up_to")
    return SightLine(
        body=body_name(member(one, "body")),
        up_to=say.code("acts", up_to) if up_to else "",
        refused=[ground for ground in grounds if not ground.allows],
        allowed=[ground for ground in grounds if ground.allows],
    )


def holders_of(asked: Asked, name: str) -> list[HolderLine]:
    """Return who has a copy of one of our records, direct and onward."""
    return holder_lines(asked.perform("record_holders", {"record": name}), asked.say)


def holder_lines(answer: JsonObject, say: Wording) -> list[HolderLine]:
    """Return who has, or had, a copy, of an answer that says it."""
    return [_holder(one, say) for one in members(answer, "holders")]


def _holder(one: JsonObject, say: Wording) -> HolderLine:
    by = one["by"]
    return HolderLine(
        body=body_name(member(one, "body")),
        by=body_name(by) if isinstance(by, dict) else None,
        version=whole(one, "version"),
        state=say.code("holder_states", text(one, "state")),
        is_missing=one["is_missing"] is True,
        sent_at=moment_of(one, "sent_at", say),
        stored_at=moment_of(one, "stored_at", say),
        asked_at=moment_of(one, "asked_at", say),
        confirmed_at=moment_of(one, "confirmed_at", say),
    )


def moment_of(one: JsonObject, name: str, say: Wording) -> Moment | None:
    """Return a moment of an answer; None where it is not there."""
    at = one[name]
    return say.moment(parse_time(at, name)) if isinstance(at, str) and at else None
