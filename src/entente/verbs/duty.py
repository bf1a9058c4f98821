"""The verbs of duty: shifts with journal and hand-over sheet, and the roster."""

from __future__ import annotations

from collections.abc import Mapping

from entente.duty.model import DutyFunction, JournalLine, RosterEntry, Shift, Turns
from entente.duty.roster import EVERY_DAYS_MAX, TIMES_MAX
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json, to_object
from entente.kernel.ids import OfficerId
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb

LIST_MAX = 200
"""Shifts in one list; a screen holds about 50."""
DAYS_MAX = 400


def _show(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    journal = node.duty.shifts.journal(arguments.officer(), arguments.optional_text("id"))
    watch = node.duty.roster.watch()
    return {
        "shift": None if journal is None else _shift(journal.shift),
        "lines": [] if journal is None else [_line(one, names) for one in journal.lines],
        "done": {} if journal is None else _counts(journal.done),
        "on": [_shift(one) for one in watch.on],
        "unsigned": [_shift(one) for one in watch.unsigned],
        "calls": node.duty.calling.count_open(arguments.officer()),
    }


def _list(node: Node, arguments: Arguments) -> JsonObject:
    limit = arguments.integer("limit", default=50, least=1, most=LIST_MAX)
    found = node.duty.shifts.latest(arguments.officer(), limit, arguments.optional_text("before"))
    return {"shifts": [_shift(one) for one in found], "next_before": found[-1].id if len(found) == limit else None}


def _waiting(node: Node, arguments: Arguments) -> JsonObject:
    return {"shifts": [_shift(one) for one in node.duty.roster.to_sign(arguments.officer())]}


def _begin(node: Node, arguments: Arguments) -> JsonObject:
    return {"shift": _shift(node.duty.shifts.begin(arguments.officer()))}


def _note(node: Node, arguments: Arguments) -> JsonObject:
    return {"note": to_object(node.duty.shifts.note(arguments.officer(), arguments.text("text")))}


def _hand_over(node: Node, arguments: Arguments) -> JsonObject:
    return {"shift": _shift(node.duty.shifts.hand_over(arguments.officer(), arguments.optional_text("for_next")))}


def _sheet(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    shift, content, is_whole = node.duty.shifts.sheet(arguments.officer(), arguments.text("id"))
    shown = to_object(content)
    shown["open"] = [{**to_object(one), "body": names.ref(one.body)} for one in content.open]
    shown["done"] = _counts(content.done)
    return {"shift": _shift(shift), "sheet": shown, "is_whole": is_whole}


def _take_over(node: Node, arguments: Arguments) -> JsonObject:
    shift = node.duty.shifts.take_over(arguments.officer(), arguments.text("id"), arguments.text("digest"))
    return {"shift": _shift(shift)}


def _roster(node: Node, arguments: Arguments) -> JsonObject:
    days = arguments.integer("days", default=14, least=1, most=DAYS_MAX)
    watch = node.duty.roster.watch()
    return {
        "entries": [entry_shown(one) for one in node.duty.roster.upcoming(days)],
        "now": [entry_shown(one) for one in watch.now],
        "next": None if watch.next is None else entry_shown(watch.next),
        "on": [_shift(one) for one in watch.on],
        "officers": [*node.duty.roster.who_works()],
        "zone": names_of(node).own.zone,
    }


def _enter(node: Node, arguments: Arguments) -> JsonObject:
    turns = Turns(
        arguments.integer("every_days", default=1, least=1, most=EVERY_DAYS_MAX),
        arguments.integer("times", default=1, least=1, most=TIMES_MAX),
    )
    entered = node.duty.roster.enter(
        arguments.officer(),
        OfficerId(arguments.text("who")),
        arguments.choice("function", DutyFunction),
        (arguments.text("begins"), arguments.text("ends")),
        arguments.optional_text("zone"),
        arguments.optional_text("reach"),
        turns,
    )
    return {"entry": entry_shown(entered[0]), "entries": [entry_shown(one) for one in entered]}


def _take_off(node: Node, arguments: Arguments) -> JsonObject:
    entry = arguments.text("id")
    gone = node.duty.roster.take_off(arguments.officer(), entry, following=arguments.flag("following"))
    return {"id": entry, "taken_off": [*gone]}


def entry_shown(entry: RosterEntry) -> JsonObject:
    """Return an entry of the roster. Where its officer is reached is not shown: whether they are is."""
    shown = to_object(entry)
    del shown["reach"]
    return {**shown, "is_reached": bool(entry.reach)}


def _shift(shift: Shift) -> JsonObject:
    sheet = shift.sheet
    return {
        "id": shift.id,
        "officer": shift.officer,
        "began_at": to_json(shift.began_at),
        "state": shift.state.value,
        "digest": "" if sheet is None else sheet.digest,
        "signed_by": "" if sheet is None else sheet.signed_by or "",
        "signed_at": None if sheet is None else to_json(sheet.signed_at),
    }


def _line(line: JournalLine, names: Names) -> JsonObject:
    return {
        **to_object(line),
        "body": names.ref(line.body),
        "is_ours": line.body == names.own.id,
        "subject_name": names.readable(line.subject),
    }


def _counts(done: Mapping[str, int]) -> dict[str, Json]:
    return dict(sorted(done.items()))


VERBS: tuple[Verb, ...] = (
    verb("shift_show", _show, "Show a shift with its journal: one's own, or the one named.", "officer", "id"),
    verb("shift_list", _list, "List the newest shifts.", "officer", "limit", "before"),
    verb("shift_waiting", _waiting, "List the hand-over sheets that wait for an officer's signature.", "officer"),
    verb("shift_begin", _begin, "Begin a shift.", "officer"),
    verb("shift_note", _note, "Write a note into the journal.", "officer", "text"),
    verb("shift_hand_over", _hand_over, "End the shift with its hand-over sheet.", "officer", "for_next"),
    verb("shift_sheet", _sheet, "Show the hand-over sheet of a shift.", "officer", "id"),
    verb("shift_take_over", _take_over, "Sign a hand-over sheet as it was seen.", "officer", "id", "digest"),
    verb("roster_list", _roster, "List who is on duty now and in the days to come.", "days"),
    verb(
        "roster_enter",
        _enter,
        "Enter that an officer is on duty.",
        "officer",
        "who",
        "function",
        "begins",
        "ends",
        "zone",
        "reach",
        "every_days",
        "times",
    ),
    verb("roster_take_off", _take_off, "Take an entry off the roster.", "officer", "id", "following"),
)
