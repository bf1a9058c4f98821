"""The body's officers: the list, one of them with what they may do and have open, and the form by which one is entered.

What changes or ends an entry: officer_changes. How they sign in: officer_accounts.

Source: docs/rules/desk.md W110; docs/rules/bodies.md B24.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entente.bodies.appointing import NEW, OFFICER_CHARACTERS_MAX, VERB, OfficerState
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.web.desk.forms import Entered, Field, Kind
from entente.web.desk.officer_shown import (
    OFFICERS_PATH,
    AccountShown,
    OfficerHead,
    OpenShown,
    RoleShown,
    account_shown,
    entry_given,
    officer_head,
    officer_path,
    open_shown,
    roles_offered,
    roles_said,
    units_offered,
)
from entente.web.desk.page import ActPage, Asked, Done, Page, ShowPage
from entente.web.desk.paging import ON_A_PAGE, Pager, chosen, offset_asked, pager_of
from entente.web.desk.reading import member, members, text, texts
from entente.web.wording import Moment, Wording

NEEDS = (VERB,)
NEW_PATH = f"{OFFICERS_PATH}/new"
CHANGE_PATH = f"{OFFICERS_PATH}/change"
END_PATH = f"{OFFICERS_PATH}/end"
ROLES_CHARACTERS_MAX = 2_000
"""Every role of the list several times over."""
NO_UNIT = "-"
"""Chosen for those who belong to no unit; no unit is called so alone."""
ENTRY_FIELDS = (
    Field("staff_roles", Kind.CODES, most=ROLES_CHARACTERS_MAX, codes="roles", asks="officer.roles"),
    Field("staff_unit", is_needed=False, asks="unit"),
    Field("staff_until", Kind.DAY, is_needed=False, asks="until"),
)
"""What the forms by which an entry is made and changed have in common."""


@dataclass(frozen=True, slots=True)
class OfficerLine:
    """An officer in the list."""

    to: str
    id: str
    roles: str
    unit: str
    is_machine: bool
    state: str
    """Key `staff.state_…`."""
    until: Moment | None
    account: AccountShown | None


@dataclass(frozen=True, slots=True)
class OfficersPage:
    """What `officers.html` shows."""

    title: str
    here: str
    new: str
    find: str
    in_role: str
    roles: Mapping[str, str]
    in_unit: str
    units: Mapping[str, str]
    in_state: str
    states: Mapping[str, str]
    officers: Sequence[OfficerLine]
    pager: Pager


@dataclass(frozen=True, slots=True)
class NewOfficerPage:
    """What `new_officer.html` shows."""

    title: str
    here: str
    enter: str
    version: str
    roles: Sequence[RoleShown]
    units: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """Something that was done to an officer's entry or account."""

    at: Moment
    by: str
    act: str
    roles: str
    unit: str
    until: Moment | None
    reason: str
    outcome: str


@dataclass(frozen=True, slots=True)
class OfficerPage:
    """What `officer.html` shows."""

    title: str
    here: str
    officer: OfficerHead
    roles: Sequence[RoleShown]
    account: AccountShown | None
    is_own: bool
    open: OpenShown
    changes: Sequence[ChangeLine]
    change: str
    end: str


def _officers(asked: Asked) -> OfficersPage:
    say = asked.say
    roles, units = say.codes("roles"), units_offered(asked)
    states = {one.value: say.text(f"staff.state_{one.value}") for one in OfficerState}
    kept = {
        "find": asked.query.get("find", "").strip(),
        "in_role": chosen(asked, "in_role", roles),
        "in_unit": chosen(asked, "in_unit", {**units, NO_UNIT: ""}),
        "in_state": chosen(asked, "in_state", states),
    }
    given: JsonObject = {
        "text": kept["find"], "role": kept["in_role"], "state": kept["in_state"], "offset": offset_asked(asked),
        "limit": ON_A_PAGE,
    }  # fmt: skip
    if kept["in_unit"]:
        given["unit"] = kept["in_unit"] if kept["in_unit"] != NO_UNIT else ""
    answer = asked.perform("officer_find", given)
    lines = [_line(one, say) for one in members(answer, "officers")]
    return OfficersPage(
        title=say.text("staff.title"),
        here=OFFICERS_PATH,
        new=NEW_PATH,
        find=kept["find"],
        in_role=kept["in_role"],
        roles=roles,
        in_unit=kept["in_unit"],
        units={NO_UNIT: say.text("staff.no_unit"), **units},
        in_state=kept["in_state"],
        states=states,
        officers=lines,
        pager=pager_of(OFFICERS_PATH, kept, answer, len(lines)),
    )


def _line(one: JsonObject, say: Wording) -> OfficerLine:
    head = officer_head(one, say)
    return OfficerLine(
        to=officer_path(head.id),
        id=head.id,
        roles=roles_said(texts(one, "roles"), say),
        unit=head.unit_name or head.unit,
        is_machine=head.is_machine,
        state=head.state,
        until=head.until,
        account=account_shown(one, say),
    )


def _new(asked: Asked) -> NewOfficerPage:
    return NewOfficerPage(
        title=asked.say.text("staff.new"),
        here=OFFICERS_PATH,
        enter=NEW_PATH,
        version=NEW,
        roles=roles_offered(asked),
        units=units_offered(asked),
    )


def _enter(asked: Asked) -> Done:
    officer = asked.form.value("staff_id")
    given = entry_given(asked, asked.form, officer, is_machine=asked.form.flag("staff_machine"))
    asked.perform("officer_add", {**given, "version": NEW})
    return Done(officer_path(officer), "officer_entered")


def _officer(asked: Asked) -> OfficerPage:
    say, answer = asked.say, asked.perform("officer_show", {"id": asked.path["account"]})
    officer = member(answer, "officer")
    head = officer_head(officer, say)
    has = set(texts(officer, "roles"))
    return OfficerPage(
        title=head.id,
        here=OFFICERS_PATH,
        officer=head,
        roles=[one for one in roles_offered(asked) if one.code in has],
        account=account_shown(officer, say),
        is_own=head.id == asked.officer,
        open=open_shown(member(answer, "open"), say),
        changes=[_change_line(one, asked) for one in members(answer, "changes")],
        change=officer_path(head.id, CHANGE_PATH),
        end=officer_path(head.id, END_PATH),
    )


def _change_line(one: JsonObject, asked: Asked) -> ChangeLine:
    say, outcome, reason = asked.say, text(one, "outcome"), text(one, "reason")
    unit = text(one, "unit")
    return ChangeLine(
        at=say.moment(parse_time(text(one, "at"), "at")),
        by=text(one, "by"),
        act=say.code("trail_acts", text(one, "verb")),
        roles=roles_said(texts(one, "roles"), say),
        unit=units_offered(asked).get(unit, unit),
        until=say.moment(parse_time(text(one, "until"), "until")) if one["until"] else None,
        reason=say.code("officer_end_reasons", reason) if reason else "",
        outcome=say.code("trail_outcomes", outcome) if outcome else "",
    )


def begun(asked: Asked, of: str) -> Entered:
    """Return a form's values where it was given back, else an empty one of that act."""
    return asked.form if asked.form.of == of else Entered(of=of)


PAGES: Sequence[Page] = (
    ShowPage(
        "officers", "/officers", ("officer_find",), NEEDS, "officers.html",
        "The body's officers and machine accounts, found by words, role, unit and state, with how each signs in.", _officers,
        in_navigation=True, key="o",
    ),
    ShowPage(
        "new_officer", "/officers/new", (), NEEDS, "new_officer.html",
        "The form by which an officer is entered, with every role and what it may do.", _new,
    ),
    ActPage(
        "enter_officer", "/officers/new", ("officer_add",), NEEDS, "new_officer",
        "Enters an officer or a machine account.", _enter,
        (
            Field("staff_id", most=OFFICER_CHARACTERS_MAX, asks="officer.id"),
            *ENTRY_FIELDS,
            Field("staff_machine", Kind.FLAG, is_needed=False),
        ),
        is_heavy=True,
    ),
    ShowPage(
        "officer", "/officers/one/{account:path}", ("officer_show",), NEEDS, "officer.html",
        "An officer: what they may do, how they sign in, what they have open, and who changed what.", _officer,
    ),
)  # fmt: skip
