"""How far something that was sent has come at each body, step by step, each signed: the evidence ladder (DESIGN 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.web.desk.reading import BodyName, body_name, member, members, text
from entente.web.sentences import said
from entente.web.wording import Moment, Wording

_RUNGS = ("relayed", "stored", "opened")
MESSAGE = "message"
FAILED = frozenset({"refused", "undelivered", "held"})


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step that somebody signed."""

    step: str
    by: str
    at: Moment
    reason: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far an item has come at one body."""

    to: BodyName
    kind: str
    """What was sent: the item itself, its recall."""
    state: str
    state_words: str
    is_failed: bool
    at: Moment
    reason: str
    steps: Sequence[StepLine]


def deliveries_of(item: JsonObject, say: Wording) -> list[Delivery]:
    """Return how far an item that we sent has come."""
    return [
        Delivery(
            to=body_name(member(one, "to")),
            kind=say.code("statement_kinds", text(one, "kind")),
            state=text(one, "state"),
            state_words=say.code("send_states", text(one, "state")),
            is_failed=one["state"] in FAILED,
            at=say.moment(parse_time(text(one, "at"), "at")),
            reason=reason_told(text(one, "reason"), say),
            steps=steps_of(one, say),
        )
        for one in members(item, "deliveries")
    ]


def reason_told(reason: str, say: Wording) -> str:
    """Return why a delivery stands as it does: a code of the exchange's in words, a sentence in the reader's language."""
    return say.code("receipt_reasons", reason) if reason in say.codes("receipt_reasons") else said(say, reason)


def steps_of(item: JsonObject, say: Wording) -> list[StepLine]:
    """Return the steps that were taken with an item, the lower rung first where both were taken at once."""
    taken = sorted(members(item, "steps"), key=lambda one: (text(one, "at"), _rung(text(one, "step"))))
    return [
        StepLine(
            say.code("steps", text(one, "step")),
            text(one, "by") if "by" in one else text(one, "officer"),
            say.moment(parse_time(text(one, "at"), "at")),
            _reason(text(one, "reason"), say),
        )
        for one in taken
    ]


def furthest(item: JsonObject, say: Wording) -> str:
    """Return how far an item has come, in a word: the highest rung that anybody signed, else how its delivery stands."""
    if "steps" in item:
        own = steps_of(item, say)
        return own[-1].step if own else ""
    sent = [one for one in members(item, "deliveries") if one["kind"] == MESSAGE]
    if not sent:
        return ""
    steps = steps_of(sent[-1], say)
    return steps[-1].step if steps else say.code("send_states", text(sent[-1], "state"))


def _rung(step: str) -> int:
    return _RUNGS.index(step) if step in _RUNGS else len(_RUNGS)


def _reason(code: str, say: Wording) -> str:
    return say.code("refusal_reasons", code) if code in say.codes("refusal_reasons") else said(say, code)
