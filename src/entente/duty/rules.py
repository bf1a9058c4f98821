"""What the journal shows, and what of roster, notes and sheets is well formed (W40 to W42).

Pure functions. Source: docs/rules/desk.md W40 to W42.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from entente.correspondence.model import Way
from entente.correspondence.rules import pressing
from entente.correspondence.waiting import Waiting
from entente.duty.model import (
    DutyFunction,
    JournalLine,
    Note,
    OpenKind,
    OpenThing,
    RosterEntry,
    Sheet,
    SheetContent,
    Shift,
    ShiftState,
    Turns,
)
from entente.kernel.canonical import canonical_bytes
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Conflict, Invalid
from entente.kernel.ids import OfficerId
from entente.kernel.ports import TrailRow
from entente.kernel.text import is_line, is_seen, shows_as_stored

NOTE_CHARACTERS_MAX: Final = 4_000
"""Two pages: what is longer belongs into a case."""
_KINDS: Final = (
    OpenKind.PERMISSION,
    OpenKind.HIT_TO_ANSWER,
    OpenKind.HIT_TO_RELEASE,
    OpenKind.ACTION,
    OpenKind.INFORMATION,
)
"""In the order in which equally pressing things stand."""
REACH_CHARACTERS_MAX: Final = 254
"""The longest mail address (RFC 5321, 4.5.3.1.3 less its brackets)."""
DUTY_DAYS_MAX: Final = 31
"""Ours: on call for a month at most; who is meant for longer is entered again, and somebody looked at it."""
AHEAD_DAYS_MAX: Final = 400
"""Ours: a year's plan with room."""
LINES_MAX: Final = 500
"""Lines of a journal that are shown: a shift of twelve hours with one line in ninety seconds."""
COUNTED_MAX: Final = 20_000
"""Acts of a shift that are counted, the newest: forty times as many."""
NOTES_MAX: Final = 500
"""Notes of one shift: one in ninety seconds."""
OPEN_MAX: Final = 200
"""Of each kind, on a sheet; with more the desk itself is the list, and the sheet says so."""

JOURNAL: Final = frozenset({
    "sign_in", "end_session", "begin_shift", "note_shift", "hand_over_shift", "take_over_shift", "keep_roster",
    "message", "read_message", "conclude_message", "send_message", "recall_message", "recall",
    "hit", "confirm_hit", "answer_hit", "hit_answer",
    "permission_request", "permission_answer", "ask_permission", "grant_permission",
    "suspend", "resume", "participation", "decide_held", "take_measure", "task_measure",
    "open_case", "withdraw_record", "accept_withdrawal", "erase_record", "forward_record",
    "delivery_refused", "delivery_ended", "envelope_set_aside", "statement_set_aside", "statement_held",
    "recover_account", "accept_successor", "finish_recovery", "restore",
    "page_officer", "acknowledge_page",
})  # fmt: skip
"""The acts of the trail that the journal tells: what a colleague asks of the night. Searches, imports, and what the node does by
the thousand stay in the trail alone."""
NOTED: Final = "note_shift"
_ORDER: Final = tuple(DutyFunction)


def line_of(row: TrailRow, notes: Mapping[str, Note]) -> JournalLine:
    """Return a row of the trail as the journal shows it, with the text of the note that it is about.

    Source: docs/rules/desk.md W40.
    """
    said, called = row.act.detail.get("outcome"), row.act.detail.get("called")
    note = notes.get(str(row.act.detail.get("note"))) if row.act.verb == NOTED else None
    return JournalLine(
        row=row.sequence,
        at=row.at,
        act=row.act.verb,
        body=row.act.body,
        officer=row.act.officer,
        subject=row.act.subject,
        outcome=said if isinstance(said, str) else "",
        text=note.text if note is not None else "",
        called=called if isinstance(called, str) else "",
    )


def counted(acts: Mapping[tuple[str, str], int], hidden: Collection[str]) -> dict[str, int]:
    """Return how often each act was done, of acts by verb and what they are about, without those about what is hidden.

    Source: docs/rules/desk.md W40 and W42; docs/rules/disclosure.md D11.
    """
    done: Counter[str] = Counter()
    for (verb, subject), times in acts.items():
        if subject not in hidden:
            done[verb] += times
    return dict(done)


def check_note(text: str, field: str, *, may_be_empty: bool = False) -> None:
    """Check what an officer writes into the journal or onto a sheet; raise Invalid naming the field.

    Source: docs/rules/desk.md W40.
    """
    if may_be_empty and not text:
        return
    if not is_seen(text) or not shows_as_stored(text) or len(text) > NOTE_CHARACTERS_MAX:
        raise _bad(field, f"a note has 1 to {NOTE_CHARACTERS_MAX} characters, and shows as it is stored")


def moment_in(text: str, zone: str, field: str) -> datetime:
    """Return the moment of a wall time like `2026-11-27 19:00` in a zone; raise Invalid for one that is none there.

    Of an hour that comes twice as clocks go back the first is meant. Source: docs/rules/desk.md W41; RFC 9557.
    """
    try:
        wall = _wall_time(text)
    except ValueError:
        raise _bad(field, f"a time is written like 2026-11-27 19:00, and not «{text[:30]}»") from None
    at = wall.replace(tzinfo=_zone(zone)).astimezone(UTC)
    if at.astimezone(_zone(zone)).replace(tzinfo=None) != wall:
        raise _bad(field, f"clocks go forward over {text[:30]} in {zone}, and nobody's duty begins or ends there")
    return at


def _wall_time(text: str) -> datetime:
    return datetime.strptime(text.strip().replace("T", " "), "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the zone comes next


def moments_of(times: tuple[str, str], zone: str, turns: Turns) -> tuple[tuple[datetime, datetime], ...]:
    """Return when each turn of a duty begins and ends: so many days later each time, by the clocks of the zone.

    Raises as `moment_in` does. Source: docs/rules/desk.md W41.
    """
    begins, ends = times
    found = [(moment_in(begins, zone, "begins"), moment_in(ends, zone, "ends"))]
    for turn in range(1, turns.times):
        days = turn * turns.every_days
        one = moment_in(_later(begins, days), zone, "begins"), moment_in(_later(ends, days), zone, "ends")
        found.append(one)
    return tuple(found)


def _later(text: str, days: int) -> str:
    return f"{_wall_time(text) + timedelta(days=days):%Y-%m-%d %H:%M}"


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise _bad("zone", f"«{name[:40]}» is no zone of the time zone database, like Europe/Vienna") from None


def check_entry(entry: RosterEntry, others: Iterable[RosterEntry], now: datetime) -> None:
    """Check an entry of the roster; raise Invalid naming the field, Conflict where its officer is on already.

    Source: docs/rules/desk.md W41.
    """
    if entry.ends_at <= entry.begins_at or entry.ends_at - entry.begins_at > timedelta(days=DUTY_DAYS_MAX):
        raise _bad("ends", f"a duty ends after it begins, and within {DUTY_DAYS_MAX} days")
    if entry.ends_at <= now or entry.begins_at > now + timedelta(days=AHEAD_DAYS_MAX):
        raise _bad("begins", f"a duty is entered before it is over, and at most {AHEAD_DAYS_MAX} days ahead")
    if entry.reach and (not is_line(entry.reach) or " " in entry.reach or len(entry.reach) > REACH_CHARACTERS_MAX):
        raise _bad("reach", f"it is one address of at most {REACH_CHARACTERS_MAX} characters without a space")
    for other in others:
        is_same = other.officer == entry.officer and other.function is entry.function
        if is_same and other.begins_at < entry.ends_at and entry.begins_at < other.ends_at:
            raise Conflict(
                f"{entry.officer} was not entered.",
                why="This officer is on the roster for the same function in a part of the time that begins "
                f"{entry.begins_at.astimezone(_zone(entry.zone)):%Y-%m-%d %H:%M} (docs/rules/desk.md W41).",
                do="Take the other entry off first, or enter the time that is left.",
            )


def on_now(entries: Iterable[RosterEntry], now: datetime) -> tuple[RosterEntry, ...]:
    """Return who is on duty at a moment, in the order in which they are called: by function, then who came on first.

    Source: docs/rules/desk.md W41.
    """
    there = (one for one in entries if one.begins_at <= now < one.ends_at)
    return tuple(sorted(there, key=lambda one: (_ORDER.index(one.function), one.begins_at, one.id)))


def by_day(entries: Iterable[RosterEntry]) -> tuple[RosterEntry, ...]:
    """Return duties as they are read: by when they begin, those that begin together in the order in which they are called."""
    return tuple(sorted(entries, key=lambda one: (one.begins_at, _ORDER.index(one.function), one.id)))


def next_at_desk(entries: Iterable[RosterEntry], now: datetime) -> RosterEntry | None:
    """Return who comes to the desk next; None where the roster says nobody.

    Source: docs/rules/desk.md W41.
    """
    coming = (one for one in entries if one.function is DutyFunction.DUTY_OFFICER and one.begins_at > now)
    return min(coming, key=lambda one: (one.begins_at, one.id), default=None)


def open_things(waiting: Waiting, now: datetime) -> tuple[OpenThing, ...]:
    """Return what waits as a sheet lists it: by number and code alone, the most pressing first, as on the desk.

    Source: docs/rules/desk.md W42.
    """
    hits = (
        OpenThing(
            OpenKind.HIT_TO_RELEASE if way is Way.SENT else OpenKind.HIT_TO_ANSWER,
            hit.header.id,
            hit.header.recipient if way is Way.SENT else hit.header.sender,
            "",
            hit.header.our_reference if way is Way.SENT else hit.header.your_reference,
            hit.header.at,
            None,
        )
        for way, hit in waiting.hits
    )
    permissions = (
        OpenThing(
            OpenKind.PERMISSION,
            one.header.id,
            one.header.sender,
            "",
            one.header.your_reference,
            one.header.at,
            one.due_at,
        )
        for one in waiting.permissions
    )
    messages = (
        OpenThing(
            OpenKind.ACTION if one.is_for_action else OpenKind.INFORMATION,
            one.header.id,
            one.header.sender,
            one.urgency,
            one.header.your_reference,
            one.header.at,
            due,
        )
        for one, due in waiting.messages
    )
    return tuple(
        sorted(
            (*hits, *permissions, *messages),
            key=lambda one: (pressing(one.urgency, one.due_at, now), _KINDS.index(one.kind), one.at, one.id),
        )
    )


def written(content: SheetContent) -> tuple[str, str]:
    """Return a sheet's canonical text and the digest of its bytes.

    Source: docs/rules/desk.md W42.
    """
    data = canonical_bytes(to_object(content))
    return data.decode("utf-8"), hashlib.sha256(data).hexdigest()


def content_of(sheet: Sheet) -> SheetContent:
    """Return what a sheet says."""
    return from_json(SheetContent, json.loads(sheet.content), "sheet")


def check_may_hand_over(shift: Shift | None, officer: OfficerId) -> Shift:
    """Return the shift that an officer hands over; raise Conflict where they are on none.

    Source: docs/rules/desk.md W42.
    """
    if shift is None:
        raise Conflict(
            "There is no shift to do this in.",
            why=f"{officer} is on no shift: none was begun, or it was handed over already (docs/rules/desk.md W42).",
            do="Begin a shift, or sign the sheet of the one before.",
        )
    return shift


def check_may_take_over(shift: Shift, officer: OfficerId, digest: str) -> None:
    """Check that an officer may sign this sheet as it stands; raise Conflict otherwise.

    Source: docs/rules/desk.md W42.
    """
    why = ""
    if shift.sheet is None or shift.state is not ShiftState.HANDED_OVER:
        why = "it was signed already" if shift.sheet is not None else "the shift goes on, and has no sheet yet"
    elif shift.officer == officer:
        why = "nobody takes over from themselves: the officer who comes in signs"
    elif shift.sheet.digest != digest:
        why = "the sheet was written anew since you saw it"
    if why:
        raise Conflict(
            "The sheet was not signed.",
            why=f"A sheet is signed once, as it was seen, by another officer (docs/rules/desk.md W42): {why}.",
            do="Load the sheet anew, read it, and sign what it says now.",
        )


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        f"The field {field} does not hold what it should.",
        field=field,
        why=f"Duty is kept by its rules (docs/rules/desk.md W40 to W45): {why}.",
        do="Mend the field and do it again; nothing was kept.",
    )
