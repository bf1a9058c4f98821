"""The desk: what needs this officer now, the most pressing first, each with one next act; what is wrong with lines and sources.

Everything on it is asked of verbs that show no text of a message and are no act; so it is asked anew
whenever something of the kind changed (live).

Source: docs/rules/desk.md W32; DESIGN 1 (the duty officer's day), 5 (what waits for a person), 6 (urgency).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from entente.bodies.accounts import RECOVERY_HOURS
from entente.disclosure.limiting import SETS
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import format_time, parse_time
from entente.web.desk.case_pages import case_path
from entente.web.desk.case_parts import task_line
from entente.web.desk.contact_pages import OWN_PATH as OWN_CONTACTS_PATH
from entente.web.desk.directory_pages import own_unit_path
from entente.web.desk.held_pages import HELD_PATH
from entente.web.desk.hit_pages import hit_path
from entente.web.desk.home_lines import KINDS, LAST, URGENT, USUAL, DeskLine
from entente.web.desk.message_lines import message_path
from entente.web.desk.more_lines import instrument_lines, sheet_lines, unsettled_lines
from entente.web.desk.page import Asked, Page, ShowPage, may_do
from entente.web.desk.paths import HOME, PREFIX
from entente.web.desk.permission_pages import permission_path
from entente.web.desk.reading import BodyName, body_name, member, members, text, whole
from entente.web.desk.standing_pages import query_label, query_path
from entente.web.desk.succession_pages import ACCEPTS, claims_that_wait, successor_path
from entente.web.sentences import answer
from entente.web.wording import Moment

OF_EACH_MAX: Final = 50
"""Of each kind, the oldest or most pressing; of more, the next ones follow as these are done."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One kind of things by which the desk is narrowed."""

    kind: str
    """Empty for all."""
    to: str
    count: int
    has_more: bool
    """Whether more of it waits than is shown."""
    is_here: bool


@dataclass(frozen=True, slots=True)
class LineTrouble:
    """A line to another body that does not work now."""

    body: BodyName
    why: str
    waiting: int


@dataclass(frozen=True, slots=True)
class SilentSource:
    """A source whose copies are hidden, or will be within a shift."""

    body: BodyName
    since: Moment | None
    hidden: int
    soon: int


@dataclass(frozen=True, slots=True)
class DeskPage:
    """What `desk.html` shows."""

    title: str
    here: str
    tabs: Sequence[Tab]
    lines: Sequence[DeskLine]
    has_more: bool
    """Whether of some kind more waits than is shown."""
    at: Moment
    troubles: Sequence[LineTrouble]
    silent: Sequence[SilentSource]


def _desk(asked: Asked) -> DeskPage:
    now, say = asked.node.clock.now(), asked.say
    answer = asked.perform("waiting_list", {"limit": OF_EACH_MAX})
    lines = sorted(
        [
            *_permissions(asked, answer, now),
            *_hits(asked, answer),
            *_messages(asked, answer),
            *_tasks(asked, answer, now),
            *_failed(asked, answer),
            *_matches(asked),
            *_held(asked),
            *_recoveries(asked),
            *_successors(asked),
            *instrument_lines(asked),
            *unsettled_lines(asked, OF_EACH_MAX),
            *sheet_lines(asked),
            *_limits(asked),
            *_contacts(asked),
        ],
        key=lambda line: line.order,
    )
    wanted = asked.query.get("kind", "")
    wanted = wanted if wanted in KINDS else ""
    works_lines, cut = may_do(asked, "decide_held", "send_message"), _cut(answer)
    return DeskPage(
        title=say.text("nav.desk"),
        here=f"{HOME}?kind={wanted}" if wanted else HOME,
        tabs=_tabs(lines, wanted, cut),
        lines=[line for line in lines if wanted in {"", line.kind}],
        has_more=bool(cut) if not wanted else wanted in cut,
        at=say.moment(now),
        troubles=_troubles(asked) if works_lines else (),
        silent=_silent(asked) if works_lines else (),
    )


def _tabs(lines: Sequence[DeskLine], wanted: str, cut: Collection[str]) -> list[Tab]:
    counts = {kind: sum(line.kind == kind for line in lines) for kind in KINDS}
    every = Tab("", HOME, len(lines), bool(cut), not wanted)
    return [
        every,
        *(
            Tab(kind, f"{HOME}?kind={kind}", count, kind in cut, kind == wanted)
            for kind, count in counts.items()
            if count or kind == wanted
        ),
    ]


def _cut(answer: JsonObject) -> frozenset[str]:
    """Return the kinds of which as many wait as were asked for, and perhaps more."""
    of_action = [one["for_action"] is True for one in members(answer, "messages")]
    counts = {
        "hit": len(members(answer, "hits")),
        "permission": len(members(answer, "permissions")),
        "action": of_action.count(True),
        "information": of_action.count(False),
        "task": len(members(answer, "tasks")),
        "failed": len(members(answer, "failed")),
    }
    return frozenset(kind for kind, count in counts.items() if count == OF_EACH_MAX)


def _permissions(asked: Asked, answer: JsonObject, now: datetime) -> Iterator[DeskLine]:
    say = asked.say
    for one in members(answer, "permissions"):
        due = parse_time(text(one, "due_at"), "due_at")
        yield DeskLine(
            kind="permission",
            to=permission_path(text(one, "id")),
            what=say.text("permission.title", record=text(one, "name")),
            body=body_name(member(one, "sender")),
            at=say.moment(parse_time(text(one, "at"), "at")),
            due=say.moment(due),
            is_overdue=now > due,
            urgency="",
            case=text(one, "your_reference"),
            act="decide",
            order=(0 if now > due else USUAL - 1, KINDS.index("permission"), text(one, "due_at")),
        )


def _hits(asked: Asked, answer: JsonObject) -> Iterator[DeskLine]:
    say = asked.say
    for one in members(answer, "hits"):
        is_ours = one["way"] == "sent"
        yield DeskLine(
            kind="hit",
            to=hit_path(text(one, "id")),
            what=say.text("hit.title", record=text(one, "name")),
            body=body_name(member(one, "recipient" if is_ours else "sender")),
            at=say.moment(parse_time(text(one, "at"), "at")),
            due=None,
            is_overdue=False,
            urgency="",
            case=text(one, "our_reference" if is_ours else "your_reference"),
            act="release" if is_ours else "answer",
            order=(USUAL - 1, KINDS.index("hit"), text(one, "at")),
        )


def _messages(asked: Asked, answer: JsonObject) -> Iterator[DeskLine]:
    say, now = asked.say, asked.node.clock.now()
    for one in members(answer, "messages"):
        due = parse_time(str(one["due_at"]), "due_at") if one["due_at"] else None
        is_overdue = due is not None and now > due
        kind = "action" if one["for_action"] is True else "information"
        urgency = text(one, "urgency")
        usual = USUAL if kind == "action" else LAST
        is_opened = bool(one["steps"])
        yield DeskLine(
            kind=kind,
            to=message_path(text(one, "id")),
            what=text(one, "subject"),
            body=body_name(member(one, "sender")),
            at=say.moment(parse_time(text(one, "at"), "at")),
            due=say.moment(due) if due is not None else None,
            is_overdue=is_overdue,
            urgency=say.code("urgencies", urgency) if urgency in URGENT else "",
            case=text(one, "your_reference"),
            act="conclude" if is_opened else "read",
            order=(0 if is_overdue else URGENT.get(urgency, usual), KINDS.index(kind), text(one, "at")),
        )


def _tasks(asked: Asked, answer: JsonObject, now: datetime) -> Iterator[DeskLine]:
    """Yield what this officer has to do on cases: what has a term stands by it, the rest by when it was set."""
    for one in members(answer, "tasks"):
        task = task_line(one, asked.say, now)
        order = 0 if task.is_overdue else USUAL - 1 if task.due is not None else USUAL
        yield DeskLine(
            kind="task",
            to=f"{case_path(text(one, 'case'))}#tasks",
            what=task.what,
            body=None,
            at=task.set_at,
            due=task.due,
            is_overdue=task.is_overdue,
            urgency="",
            case=text(one, "case"),
            act="finish",
            order=(order, KINDS.index("task"), str(one["due_at"] or one["set_at"])),
        )


def _failed(asked: Asked, answer: JsonObject) -> Iterator[DeskLine]:
    """Yield what we sent and was not delivered, until somebody settles it (W115)."""
    for one in members(answer, "failed"):
        at = text(member(one, "failure"), "at")
        yield DeskLine(
            kind="failed",
            to=message_path(text(one, "id")),
            what=text(one, "subject"),
            body=body_name(member(one, "recipient")),
            at=asked.say.moment(parse_time(at, "at")),
            due=None,
            is_overdue=False,
            urgency=asked.say.code("urgencies", text(one, "urgency")) if one["urgency"] in URGENT else "",
            case=text(one, "our_reference"),
            act="settle",
            order=(URGENT.get(text(one, "urgency"), USUAL - 1), KINDS.index("failed"), at),
        )


def _matches(asked: Asked) -> Iterator[DeskLine]:
    """Yield the officer's own standing queries with matches that were not put away; looking at them is an act of its own."""
    if not may_do(asked, "search"):
        return
    for one in members(asked.perform("standing_list"), "queries"):
        new, waiting, label = whole(one, "new"), whole(one, "open"), query_label(one)
        if waiting:
            yield DeskLine(
                kind="match",
                to=query_path(text(one, "id")),
                what=asked.say.text("desk.matches", count=new, asked=label)
                if new
                else asked.say.text("desk.matches_open", count=waiting, asked=label),
                body=None,
                at=None,
                due=None,
                is_overdue=False,
                urgency="",
                case=text(one, "case"),
                act="look" if new else "decide",
                order=(USUAL - 1, KINDS.index("match"), ""),
            )


def _recoveries(asked: Asked) -> Iterator[DeskLine]:
    """Yield recoveries of accounts: the officer's own, to be refused if nobody ought to have asked; others', to be confirmed."""
    for one in asked.node.accounts.enrolling.recoveries_for(asked.officer):
        is_own = one.officer == asked.officer
        yield DeskLine(
            kind="recovery",
            to=f"{PREFIX}/account" if is_own else f"{PREFIX}/accounts",
            what=asked.say.text("desk.recovery_own", by=one.asked_by)
            if is_own
            else asked.say.text("desk.recovery", officer=one.officer, by=one.asked_by),
            body=None,
            at=asked.say.moment(one.asked_at),
            due=asked.say.moment(one.asked_at + timedelta(hours=RECOVERY_HOURS)),
            is_overdue=False,
            urgency="",
            case="",
            act="check" if is_own else "confirm",
            # Somebody may be about to take the officer's place: it stands with what is urgent.
            order=(URGENT["urgent"] if is_own else USUAL - 1, KINDS.index("recovery"), format_time(one.asked_at)),
        )


def _limits(asked: Asked) -> Iterator[DeskLine]:
    """Yield what another officer proposed for a unit, which this one may confirm (docs/rules/bodies.md B17)."""
    if not may_do(asked, SETS):
        return
    for one in members(asked.perform("unit_limits_list"), "units"):
        if one["waiting"] is None or member(one, "waiting")["proposed_by"] == asked.officer:
            continue
        unit, at = member(one, "unit"), text(member(one, "waiting"), "proposed_at")
        yield DeskLine(
            kind="limits",
            to=own_unit_path(text(unit, "id")),
            what=asked.say.text("desk.limits", unit=text(unit, "name")),
            body=None,
            at=asked.say.moment(parse_time(at, "proposed_at")),
            due=None,
            is_overdue=False,
            urgency="",
            case="",
            act="confirm",
            order=(USUAL, KINDS.index("limits"), at),
        )


def _successors(asked: Asked) -> Iterator[DeskLine]:
    """Yield the bodies that wait to be accepted in another's place (W114); once one was proposed, for a second officer."""
    if not may_do(asked, ACCEPTS):
        return
    for one in claims_that_wait(asked):
        new, old, is_proposed = member(one, "successor"), member(one, "for"), bool(one["proposed_by"])
        at = one["proposed_at"] or new["introduced_at"]
        yield DeskLine(
            kind="successor",
            to=successor_path(text(new, "code")),
            what=asked.say.text("desk.successor", new=text(new, "code"), old=text(old, "code")),
            body=body_name(new),
            at=asked.say.moment(parse_time(str(at), "at")) if at else None,
            due=None,
            is_overdue=False,
            urgency="",
            case="",
            act="confirm" if is_proposed else "decide",
            order=(USUAL, KINDS.index("successor"), str(at or "")),
        )


def _held(asked: Asked) -> Iterator[DeskLine]:
    if not may_do(asked, "decide_held"):
        return
    if held := whole(asked.perform("exchange_held", {"limit": 0}), "of"):
        yield DeskLine(
            kind="held",
            to=HELD_PATH,
            what=asked.say.text("desk.held", count=held),
            body=None,
            at=None,
            due=None,
            is_overdue=False,
            urgency="",
            case="",
            act="decide",
            order=(USUAL, KINDS.index("held"), ""),
        )


def _contacts(asked: Asked) -> Iterator[DeskLine]:
    """Yield that our own contact points are to be checked, once they are six months old or were never said (W49)."""
    if not may_do(asked, "keep_contacts"):
        return
    own = asked.perform("contact_own")
    if own["is_due"] is True:
        due = parse_time(text(own, "due_at"), "due_at") if own["due_at"] else None
        yield DeskLine(
            kind="contacts",
            to=OWN_CONTACTS_PATH,
            what=asked.say.text("desk.contacts_due") if due is not None else asked.say.text("desk.contacts_none"),
            body=None,
            at=None,
            due=asked.say.moment(due) if due is not None else None,
            is_overdue=False,
            urgency="",
            case="",
            act="check",
            order=(LAST, KINDS.index("contacts"), ""),
        )


def _troubles(asked: Asked) -> list[LineTrouble]:
    return [
        LineTrouble(body_name(member(one, "body")), answer(asked.say, text(one, "why")), whole(one, "waiting"))
        for one in members(asked.perform("exchange_lines", {"failing": True, "lines_alone": True}), "lines")
    ]


def _silent(asked: Asked) -> list[SilentSource]:
    return [
        SilentSource(
            body_name(member(one, "body")),
            asked.say.moment(parse_time(text(one, "since"), "since")) if one["since"] else None,
            whole(one, "hidden"),
            whole(one, "soon"),
        )
        for one in members(asked.perform("body_silent"), "sources")
    ]


PAGES: Sequence[Page] = (
    ShowPage(
        "desk", "/",
        (
            "waiting_list", "standing_list", "exchange_held", "exchange_lines", "body_silent", "contact_own", "unit_limits_list",
            "successor_list", "instrument_list", "body_show", "unsettled_list", "shift_waiting",
        ),
        (), "desk.html",
        "What needs the officer now, the most pressing first.", _desk, in_navigation=True, key="d",
        live=("hit", "match", "message", "permission", "request", "delivery", "held", "instrument", "case", "body", "power",
              "record", "duty"),
    ),
)  # fmt: skip
