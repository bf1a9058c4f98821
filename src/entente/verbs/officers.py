"""The verbs about the body's officers: entered, changed, ended, found, and what a change of one would do."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from entente.bodies.appointing import (
    EndReason,
    Foreseen,
    OfficerState,
    ended_at,
    find_officers,
    state_of,
    version_of,
)
from entente.bodies.enrolling import AccountLine
from entente.bodies.finding import PAGE_MAX, page_of
from entente.bodies.model import Officer
from entente.duty.leaving import OpenWork, open_work
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json, to_object
from entente.kernel.errors import NotFound
from entente.kernel.ids import OfficerId
from entente.node import Node
from entente.trail.ports import Wanted
from entente.verbs.arguments import Arguments
from entente.verbs.references import names_of
from entente.verbs.verb import Verb, verb

CHANGES_SHOWN: Final = 20
"""Of what was done to an officer's entry, the newest."""
CASES_TOLD_MAX: Final = 100
"""Of the cases in an officer's charge those that are told one by one; how many there are is said."""
_CHANGED_BY: Final = ("manage_officers", "invite_officer", "enrol", "recover_account")
"""The acts about an officer's entry and account."""
OFFSET_MAX: Final = 1_000_000


def _add(node: Node, arguments: Arguments) -> JsonObject:
    officer = node.directory.officers.put(arguments.officer(), _wanted(node, arguments), _seen(arguments))
    return {"officer": to_object(officer), "version": version_of(officer)}


def _end(node: Node, arguments: Arguments) -> JsonObject:
    officer, reason = OfficerId(arguments.text("id")), arguments.choice("reason", EndReason)
    ended = node.directory.officers.end(arguments.officer(), officer, reason, _seen(arguments))
    return {"id": officer, "reason": reason.value, "sessions_ended": ended}


def _list(node: Node, _: Arguments) -> JsonObject:
    with node.disclosure.open_unit() as unit:
        return {"officers": [to_object(officer) for officer in unit.bodies.officers()]}


def _find(node: Node, arguments: Arguments) -> JsonObject:
    now, by = node.clock.now(), arguments.officer()
    called = _units(node)
    unit = arguments.given.get("unit")
    found = find_officers(
        node.directory.officers.shown(by),
        arguments.optional_text("text"),
        now,
        role=arguments.optional_text("role"),
        unit=None if unit is None else arguments.optional_text("unit"),
        state=arguments.choice("state", OfficerState) if arguments.optional_text("state") else None,
        called=lambda one: called.get(one, ""),
    )
    page = page_of(
        found,
        arguments.integer("offset", default=0, least=0, most=OFFSET_MAX),
        arguments.integer("limit", default=50, least=1, most=PAGE_MAX),
    )
    accounts = {line.officer: line for line in node.accounts.enrolling.listed(by, {one.id for one in page.shown})}
    lines: list[Json] = [_line(one, accounts.get(one.id), called, now) for one in page.shown]
    return {"officers": lines, "of": page.of, "offset": page.offset}


def _show(node: Node, arguments: Arguments) -> JsonObject:
    now, by, wanted = node.clock.now(), arguments.officer(), arguments.text("id")
    officer = next((one for one in node.directory.officers.shown(by) if one.id == wanted), None)
    if officer is None:
        raise NotFound
    account = next(iter(node.accounts.enrolling.listed(by, {officer.id})), None)
    shown: JsonObject = {"officer": _line(officer, account, _units(node), now), "version": version_of(officer)}
    if arguments.flag("brief"):
        return shown
    work = open_work(node.duty.roster.open_view, officer.id, by, now, node.lists)
    return {**shown, "open": _open(work), "changes": _changes(node, wanted)}


def _preview(node: Node, arguments: Arguments) -> JsonObject:
    by, officer = arguments.officer(), OfficerId(arguments.text("id"))
    ends = arguments.flag("ends")

    def change(known: Officer | None) -> Officer:
        if not ends:
            return _wanted(node, arguments)
        if known is None:
            raise NotFound
        return ended_at(known, node.clock.now())

    foreseen = node.directory.officers.foresee(by, officer, change)
    return {
        **_foreseen(node, foreseen),
        "sessions_ended": node.accounts.sessions.would_end(foreseen.wanted),
        "tokens_ended": [{"id": one.id, "label": one.label} for one in node.tokens.would_end(foreseen.wanted)],
        "open": _open(open_work(node.duty.roster.open_view, officer, by, node.clock.now(), node.lists)),
    }


def _wanted(node: Node, arguments: Arguments) -> Officer:
    """Return the officer that was given; what was not given is none."""
    now, ends = node.clock.now(), arguments.optional_text("until")
    return Officer(
        id=OfficerId(arguments.text("id")),
        roles=frozenset(arguments.texts("roles")),
        unit=arguments.optional_text("unit"),
        is_machine=arguments.flag("machine"),
        active_from=now,
        active_until=arguments.moment("until", now) if ends else None,
    )


def _seen(arguments: Arguments) -> str | None:
    """Return the version that a change was made from; None where none was named, and what stands is replaced unseen."""
    return arguments.optional_text("version") or None


def _units(node: Node) -> dict[str, str]:
    """Return what our units are called, by id."""
    return {unit.id: unit.name for unit in names_of(node).own.units}


def _line(officer: Officer, account: AccountLine | None, called: dict[str, str], now: datetime) -> JsonObject:
    return {
        "id": officer.id,
        "roles": [*sorted(officer.roles)],
        "unit": officer.unit,
        "unit_name": called.get(officer.unit, ""),
        "is_machine": officer.is_machine,
        "active_from": to_json(officer.active_from),
        "active_until": to_json(officer.active_until),
        "state": state_of(officer, now).value,
        "account": _account(account),
    }


def _account(line: AccountLine | None) -> Json:
    """Return how an officer signs in; null for a machine account, which does not."""
    if line is None:
        return None
    return {
        "is_set_up": line.has_account or bool(line.passkeys),
        "passkeys": line.passkeys,
        "sessions": line.sessions,
        "invited_until": to_json(line.invited_until),
        "recovery_asked_by": line.recovery_asked_by or "",
    }


def _foreseen(node: Node, foreseen: Foreseen) -> JsonObject:
    before = frozenset[str]() if foreseen.known is None else foreseen.known.roles
    is_over = state_of(foreseen.wanted, node.clock.now()) is OfficerState.ENDED
    after = frozenset[str]() if is_over else foreseen.wanted.roles
    had, has = (_verbs(node, roles) for roles in (before, after))
    return {
        "version": version_of(foreseen.known),
        "officer": to_object(foreseen.wanted),
        "decision": to_object(foreseen.decision),
        "roles_lost": [*sorted(before - after)],
        "roles_gained": [*sorted(after - before)],
        "verbs_lost": [*sorted(had - has)],
        "verbs_gained": [*sorted(has - had)],
        "administrators_left": foreseen.administrators_left,
    }


def _verbs(node: Node, roles: frozenset[str]) -> frozenset[str]:
    return frozenset(verb for role in roles for verb in node.lists.roles[role].verbs)


def _open(work: OpenWork) -> JsonObject:
    return {
        "shift": None if work.shift is None else {"id": work.shift.id, "began_at": to_json(work.shift.began_at)},
        "tasks": [
            {"id": one.id, "case": one.case, "what": one.what, "due_at": to_json(one.due_at)} for one in work.tasks
        ],
        "cases": [
            {"number": one.number, "title": one.title, "is_alone": one.number in work.alone}
            for one in work.cases[:CASES_TOLD_MAX]
        ],
        "cases_of": len(work.cases),
        "roster": [
            {"function": one.function.value, "begins_at": to_json(one.begins_at), "ends_at": to_json(one.ends_at)}
            for one in work.roster
        ],
    }


def _changes(node: Node, officer: str) -> list[Json]:
    """Return what was last done to an officer's entry and account, the newest first, without what was tried and refused."""
    rows = [
        row
        for verb in _CHANGED_BY
        for row in node.trail.search(Wanted(subject=officer, verb=verb), None, CHANGES_SHOWN).rows
        if row.act.detail.get("decision") is None
    ]
    rows.sort(key=lambda row: row.sequence, reverse=True)
    return [
        {
            "sequence": row.sequence,
            "at": to_json(row.at),
            "by": row.act.officer,
            "verb": row.act.verb,
            **_said(row.act.detail),
        }
        for row in rows[:CHANGES_SHOWN]
    ]


def _said(detail: JsonObject) -> JsonObject:
    """Return what a row of the trail says of an officer's entry."""
    officer = detail.get("officer")
    entry = officer if isinstance(officer, dict) else {}
    return {
        "roles": entry.get("roles", []),
        "unit": entry.get("unit", ""),
        "until": entry.get("active_until"),
        "outcome": detail.get("outcome", ""),
        "reason": detail.get("reason", ""),
    }


_ENTRY: Final = ("id", "roles", "unit", "machine", "until")

VERBS: tuple[Verb, ...] = (
    verb("officer_add", _add, "Enter or change an officer.", "officer", *_ENTRY, "version"),
    verb("officer_end", _end, "End an officer's entry at once.", "officer", "id", "reason", "version"),
    verb("officer_preview", _preview, "Say what a change of an officer would do.", "officer", *_ENTRY, "ends"),
    verb("officer_list", _list, "List our officers."),
    verb(
        "officer_find", _find, "Find our officers by words, role, unit or state, a page at a time.",
        "officer", "text", "role", "unit", "state", "offset", "limit",
    ),
    verb(
        "officer_show", _show, "Show an officer: entry, account, and unless in brief what is open and who changed what.",
        "officer", "id", "brief",
    ),
)  # fmt: skip
