"""What several pages say of an officer: entry, roles with what each may do, account, what is open; and what a form gives of one.

Source: docs/rules/desk.md W110.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from urllib.parse import quote

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import format_time, parse_date, parse_time
from entente.kernel.errors import Invalid
from entente.verbs.references import names_of
from entente.web.desk.directory_pages import own_unit_path
from entente.web.desk.forms import Entered
from entente.web.desk.page import PREFIX, Asked
from entente.web.desk.reading import member, members, text, whole
from entente.web.wording import Moment, Wording

OFFICERS_PATH: Final = f"{PREFIX}/officers"
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RoleShown:
    """A role in the reader's language."""

    code: str
    name: str
    meaning: str
    may: Sequence[str]
    """What it may do."""


@dataclass(frozen=True, slots=True)
class OfficerHead:
    """An officer's entry."""

    id: str
    unit: str
    unit_name: str
    """As the body calls it now; empty for a unit that is in its list no more."""
    unit_to: str
    is_machine: bool
    state: str
    """The last part of a text's key, `staff.state_…`."""
    since: Moment | None
    until: Moment | None


@dataclass(frozen=True, slots=True)
class AccountShown:
    """How an officer signs in."""

    state: str
    """Its key: set_up, invited, none."""
    passkeys: int
    sessions: int
    invited_until: Moment | None
    recovery_asked_by: str


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task that an officer has to do."""

    to: str
    case: str
    what: str
    due: Moment | None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in an officer's charge."""

    to: str
    number: str
    title: str
    is_alone: bool


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A time for which an officer is on the roster."""

    function: str
    begins: Moment
    ends: Moment


@dataclass(frozen=True, slots=True)
class OpenShown:
    """What an officer has open, as far as the reader may know."""

    shift_to: str
    shift_since: Moment | None
    tasks: Sequence[TaskLine]
    cases: Sequence[CaseLine]
    more_cases: int
    """How many there are beside those that are shown."""
    duties: Sequence[DutyLine]
    roster: str
    """Where the roster is."""

    @property
    def is_nothing(self) -> bool:
        """Whether nothing waits for them."""
        return not (self.shift_to or self.tasks or self.cases or self.duties)


def officer_path(officer: str, place: str = f"{OFFICERS_PATH}/one") -> str:
    """Return where an officer is shown, or changed."""
    return f"{place}/{quote(officer, safe='')}"


def roles_offered(asked: Asked) -> Sequence[RoleShown]:
    """Return every role, in the order of the list."""
    say = asked.say
    return [
        RoleShown(
            code,
            say.code("roles", code),
            say.text(f"staff.role_{code}"),
            [say.code("verbs", verb) for verb in sorted(role.verbs)],
        )
        for code, role in asked.node.lists.roles.items()
    ]


def roles_said(roles: Iterable[str], say: Wording) -> str:
    """Return roles in one line."""
    return say.text("joined.comma").join(say.code("roles", role) for role in roles)


def units_offered(asked: Asked) -> Mapping[str, str]:
    """Return the units of the body, by name: id → what a list of choice calls it."""
    units = names_of(asked.node).own.units
    return {unit.id: unit.name for unit in sorted(units, key=lambda unit: unit.name)}


def officer_head(one: JsonObject, say: Wording) -> OfficerHead:
    """Return an officer's entry as an answer has it."""
    unit, name = text(one, "unit"), text(one, "unit_name")
    return OfficerHead(
        id=text(one, "id"),
        unit=unit,
        unit_name=name,
        unit_to=own_unit_path(unit) if name else "",
        is_machine=one["is_machine"] is True,
        state=text(one, "state"),
        since=_moment(one, "active_from", say),
        until=_moment(one, "active_until", say),
    )


def account_shown(one: JsonObject, say: Wording) -> AccountShown | None:
    """Return how an officer signs in; None for a machine account."""
    if one["account"] is None:
        return None
    account = member(one, "account")
    is_invited = account["invited_until"] is not None
    return AccountShown(
        state="set_up" if account["is_set_up"] is True else "invited" if is_invited else "none",
        passkeys=whole(account, "passkeys"),
        sessions=whole(account, "sessions"),
        invited_until=_moment(account, "invited_until", say),
        recovery_asked_by=text(account, "recovery_asked_by"),
    )


def open_shown(work: JsonObject, say: Wording) -> OpenShown:
    """Return what an officer has open."""
    shift = None if work["shift"] is None else member(work, "shift")
    return OpenShown(
        shift_to="" if shift is None else f"{PREFIX}/shifts/{quote(text(shift, 'id'), safe='')}",
        shift_since=None if shift is None else _moment(shift, "began_at", say),
        tasks=[
            TaskLine(_case_path(text(one, "case")), text(one, "case"), text(one, "what"), _moment(one, "due_at", say))
            for one in members(work, "tasks")
        ],
        cases=[
            CaseLine(_case_path(text(one, "number")), text(one, "number"), text(one, "title"), one["is_alone"] is True)
            for one in members(work, "cases")
        ],
        more_cases=whole(work, "cases_of") - len(members(work, "cases")),
        duties=[
            DutyLine(
                say.code("duty_functions", text(one, "function")),
                say.moment(parse_time(text(one, "begins_at"), "begins_at")),
                say.moment(parse_time(text(one, "ends_at"), "ends_at")),
            )
            for one in members(work, "roster")
        ],
        roster=f"{PREFIX}/roster",
    )


def entry_given(
    asked: Asked, form: Entered, officer: str, *, is_machine: bool, unit: str = "", until: str = ""
) -> JsonObject:
    """Return what a form says of an officer as the fields of a verb; `unit` and `until` stand there before.

    Raises Invalid for a unit that the body does not have, and for a last day that is over.
    """
    wanted = form.value("staff_unit")
    if wanted and wanted != unit and wanted not in units_offered(asked):
        raise _bad("unit", "the body has no unit of this name", "Choose one of the list.")
    return {
        "id": officer,
        "roles": [*form.lines("staff_roles")],
        "unit": wanted,
        "machine": is_machine,
        "until": _end_of(asked, form.value("staff_until"), until),
    }


def last_day(until: str, say: Wording) -> str:
    """Return the last day of an entry that ends at a moment, as a form has it; empty for one that does not end."""
    if not until:
        return ""
    return (parse_time(until, "until") - timedelta(microseconds=1)).astimezone(say.zone).date().isoformat()


def _end_of(asked: Asked, day: str, until: str) -> str:
    """Return the moment after the last day in the body's zone; the one that stands there where the day was left as it is."""
    say = asked.say
    if not day or day == last_day(until, say):
        return until if day else ""
    ends = datetime.combine(parse_date(day, "until") + _A_DAY, time.min, say.zone).astimezone(UTC)
    if ends <= asked.node.clock.now():
        raise _bad("until", "this day is over", "Name a later last day, or end the entry at once.")
    return format_time(ends)


def _case_path(number: str) -> str:
    return f"{PREFIX}/cases/{number}"


def _moment(one: JsonObject, name: str, say: Wording) -> Moment | None:
    return say.moment(parse_time(text(one, name), name)) if one[name] else None


def _bad(field: str, why: str, do: str) -> Invalid:
    return Invalid(
        f"The field {field} does not hold what it should.", field=field, why=f"Nothing was changed: {why}.", do=do
    )
