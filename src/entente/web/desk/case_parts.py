"""What lies in a case as its pages show it: tasks, exhibits with their chains of custody, decisions with what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.web.desk.naming import id_shown, path_if_any
from entente.web.desk.page import PREFIX
from entente.web.desk.reading import members, text, texts, whole
from entente.web.desk.search_pages import EvidenceLine
from entente.web.sentences import said
from entente.web.wording import Moment, Wording


@dataclass(frozen=True, slots=True)
class TaskLine:
    """Something to be done, or done."""

    id: str
    what: str
    officer: str
    due: Moment | None
    is_overdue: bool
    term_of: str
    set_by: str
    set_at: Moment
    done_at: Moment | None
    done_by: str
    outcome: str


@dataclass(frozen=True, slots=True)
class HandOverLine:
    """One link of a chain of custody."""

    at: Moment
    gave: str
    took: str
    where: str
    seal: str
    remark: str
    is_intact: bool | None
    """Whether a digital exhibit's digest was what it was taken with; None where nobody computed it."""
    entered_by: str
    entered_at: Moment


@dataclass(frozen=True, slots=True)
class ExhibitLine:
    """An exhibit with its chain of custody."""

    id: str
    label: str
    kind: str
    what: str
    found_at: Moment
    found_where: str
    found_by: str
    seal: str
    seal_now: str
    """The seal of the last hand-over that named one, else the first."""
    sha256: str
    holder: str
    is_digital: bool
    is_broken: bool
    """Whether at some hand-over its digest was another than it was taken with."""
    chain: Sequence[HandOverLine]
    entered_by: str
    entered_at: Moment


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """What was decided, and what its officer saw then."""

    at: Moment
    officer: str
    act: str
    outcome: str
    item_to: str
    record: str
    record_to: str
    version: int
    version_now: int
    """The newest one here; the same where there is no newer one, or where it may not be said."""
    purpose: str
    score: str
    """Empty where there was none."""
    due: Moment | None
    is_shown: bool
    """Whether evidence and grounds may be shown to this reader now."""
    statement: str
    grounds: Sequence[str]
    pieces: Sequence[EvidenceLine]


def task_line(one: JsonObject, say: Wording, now: datetime) -> TaskLine:
    """Return a task as pages show it."""
    due = _moment(one, "due_at", say)
    is_open = one["done_at"] is None
    return TaskLine(
        id=text(one, "id"),
        what=text(one, "what"),
        officer=text(one, "officer"),
        due=due,
        is_overdue=is_open and due is not None and parse_time(text(one, "due_at"), "due_at") < now,
        term_of=text(one, "term_of"),
        set_by=text(one, "set_by"),
        set_at=say.moment(parse_time(text(one, "set_at"), "set_at")),
        done_at=_moment(one, "done_at", say),
        done_by=str(one["done_by"] or ""),
        outcome=text(one, "outcome"),
    )


def exhibit_line(one: JsonObject, say: Wording) -> ExhibitLine:
    """Return an exhibit as pages show it."""
    chain = [_hand_over_line(link, say) for link in members(one, "hand_overs")]
    return ExhibitLine(
        id=text(one, "id"),
        label=text(one, "label"),
        kind=say.code("exhibit_kinds", text(one, "kind")),
        what=text(one, "what"),
        found_at=say.moment(parse_time(text(one, "found_at"), "found_at")),
        found_where=text(one, "found_where"),
        found_by=text(one, "found_by"),
        seal=text(one, "seal"),
        seal_now=next((link.seal for link in reversed(chain) if link.seal), text(one, "seal")),
        sha256=text(one, "sha256"),
        holder=text(one, "holder"),
        is_digital=one["kind"] == "digital",
        is_broken=any(link.is_intact is False for link in chain),
        chain=chain,
        entered_by=text(one, "entered_by"),
        entered_at=say.moment(parse_time(text(one, "entered_at"), "entered_at")),
    )


def _hand_over_line(one: JsonObject, say: Wording) -> HandOverLine:
    intact = one["is_intact"]
    return HandOverLine(
        at=say.moment(parse_time(text(one, "at"), "at")),
        gave=text(one, "gave"),
        took=text(one, "took"),
        where=text(one, "where"),
        seal=text(one, "seal"),
        remark=text(one, "remark"),
        is_intact=intact if isinstance(intact, bool) else None,
        entered_by=text(one, "entered_by"),
        entered_at=say.moment(parse_time(text(one, "entered_at"), "entered_at")),
    )


def decision_line(one: JsonObject, say: Wording) -> DecisionLine:
    """Return what was decided as pages show it."""
    act, outcome, seen = text(one, "act"), text(one, "outcome"), one["seen"]
    score = one["score"]
    shown = seen if isinstance(seen, dict) else None
    where = "permissions" if act.endswith("_permission") else "hits"
    listed = "refusal_reasons" if act == "refuse_permission" else "hit_outcomes"
    return DecisionLine(
        at=say.moment(parse_time(text(one, "at"), "at")),
        officer=text(one, "officer"),
        act=say.code("decision_acts", act),
        outcome=say.code(listed if act in _LISTED else "decision_outcomes", outcome),
        item_to=f"{PREFIX}/{where}/{text(one, 'item')}",
        record=id_shown(text(one, "name"), say),
        record_to=path_if_any(text(one, "name")),
        version=whole(one, "version"),
        version_now=whole(one, "version_now") if shown is not None and one["version_now"] else whole(one, "version"),
        purpose=say.code("purposes", text(one, "purpose")),
        score=say.percent(score) if isinstance(score, int) else "",
        due=_moment(one, "due_at", say),
        is_shown=shown is not None,
        statement=text(shown, "statement") if shown is not None else "",
        grounds=[_ground(one, say) for one in texts(shown, "grounds")] if shown is not None else (),
        pieces=[
            EvidenceLine(said(say, text(piece, "text")), text(piece, "kind")) for piece in members(shown, "evidence")
        ]
        if shown is not None
        else (),
    )


_LISTED = frozenset({"confirm_hit", "reject_hit", "refuse_permission"})
"""Acts whose outcome is a code of a list of the rooms; the others' are `decision_outcomes`."""


def decisions_of(answer: JsonObject, say: Wording) -> list[DecisionLine]:
    """Return what was decided, of an answer that shows it, in order."""
    return [decision_line(one, say) for one in members(answer, "decisions")]


def records_of(decisions: Sequence[DecisionLine]) -> list[tuple[str, str]]:
    """Return the records that something was decided about, each once, with where it is shown."""
    return list(dict.fromkeys((one.record, one.record_to) for one in decisions))


def _ground(kept: str, say: Wording) -> Markup:
    """Return a ground as it was kept, its number and its sentence, in the reader's language."""
    number, sign, sentence = kept.partition(" · ")
    return escape(f"{number}{sign}") + said(say, sentence)


def _moment(one: JsonObject, name: str, say: Wording) -> Moment | None:
    found = one[name]
    return say.moment(parse_time(str(found), name)) if found else None
