"""An officer's entry changed or ended: chosen, shown what it would do, then done, as a heavy act.

What was chosen is kept in the session while it is looked at what it would do, with the version that it was chosen from.

Source: docs/rules/desk.md W111; docs/rules/bodies.md B24 and B25.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_date
from entente.kernel.errors import NotFound
from entente.web.desk.bodies_of_record import GroundLine, grounds_of
from entente.web.desk.forms import Entered, Field, Kind
from entente.web.desk.officer_pages import CHANGE_PATH, END_PATH, ENTRY_FIELDS, NEEDS, begun
from entente.web.desk.officer_shown import (
    OFFICERS_PATH,
    OfficerHead,
    OpenShown,
    RoleShown,
    entry_given,
    last_day,
    officer_head,
    officer_path,
    open_shown,
    roles_offered,
    units_offered,
)
from entente.web.desk.page import ActPage, Asked, Done, Elsewhere, Page, ShowPage
from entente.web.desk.reading import member, members, text, texts, whole
from entente.web.wording import Wording

FORESEEN_PATH = f"{OFFICERS_PATH}/foreseen"
ALONE: Final = 1
"""Who may enter officers and is alone confirms no recovery: that takes two (W7)."""
_CHOOSE: Final = "choose_entry"
_PUT: Final = "put_entry"
_END: Final = "end_officer"
_WHO: Final = "account"
"""Of what is kept in the session: whose entry it is."""


@dataclass(frozen=True, slots=True)
class ChangeOfficerPage:
    """What `change_officer.html` shows."""

    title: str
    officer: OfficerHead
    to: str
    choose: str
    version: str
    roles: Sequence[RoleShown]
    units: Mapping[str, str]
    entered: Entered
    """What the form holds: what was chosen, or what stands."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of an officer would do."""

    roles_lost: Sequence[str]
    roles_gained: Sequence[str]
    verbs_lost: Sequence[str]
    verbs_gained: Sequence[str]
    sessions: int
    tokens: Sequence[str]
    """The access tokens that would speak for nobody, by their labels or else their ids."""
    left: int
    """How many could enter officers after it."""
    is_last_but_one: bool
    """Whether one alone would be left who could."""
    refusals: Sequence[GroundLine]
    """Why it may not be done."""
    open: OpenShown


@dataclass(frozen=True, slots=True)
class ForeseenPage:
    """What `foreseen_officer.html` shows, before a change and before an end."""

    title: str
    officer: OfficerHead
    to: str
    again: str
    """Where it is chosen anew; empty for an end."""
    act: str
    version: str
    effect: Effect
    unit_before: str = ""
    unit_after: str = ""
    until_before: str = ""
    until_after: str = ""
    reasons: Mapping[str, str] | None = None
    """Of an end."""
    is_over: bool = False
    """Of an end: whether the entry has ended already."""


def _shown(asked: Asked) -> tuple[JsonObject, JsonObject]:
    answer = asked.perform("officer_show", {"id": asked.path["account"], "brief": True})
    return answer, member(answer, "officer")


def _change(asked: Asked) -> ChangeOfficerPage:
    answer, officer = _shown(asked)
    head = officer_head(officer, asked.say)
    units = dict(units_offered(asked))
    if head.unit and head.unit not in units:
        units = {head.unit: head.unit, **units}
    kept = asked.memory.officer_entry
    # What was chosen from an entry that somebody changed since is chosen anew, from what stands now.
    is_again = "again" in asked.query and (kept.get(_WHO), kept.get("staff_version")) == (head.id, answer["version"])
    stands = {
        "staff_roles": "\n".join(texts(officer, "roles")),
        "staff_unit": head.unit,
        # Who is to act again has no end, unless one is named.
        "staff_until": "" if head.state == "ended" else last_day(_until(officer), asked.say),
    }
    form = begun(asked, _CHOOSE)
    entered = form if form.values else Entered(kept if is_again else stands, of=_CHOOSE)
    return ChangeOfficerPage(
        title=asked.say.text("staff.change_of", officer=head.id),
        officer=head,
        to=officer_path(head.id),
        choose=officer_path(head.id, CHANGE_PATH),
        version=form.value("staff_version") or text(answer, "version"),
        roles=roles_offered(asked),
        units=units,
        entered=entered,
    )


def _choose(asked: Asked) -> Done:
    _, officer = _shown(asked)
    values = {**asked.form.values, _WHO: text(officer, "id")}
    asked.perform("officer_preview", _given(asked, officer, values))
    asked.memory.officer_entry = values
    return Done(officer_path(text(officer, "id"), FORESEEN_PATH))


def _given(asked: Asked, officer: JsonObject, values: Mapping[str, str]) -> JsonObject:
    return entry_given(
        asked,
        Entered(values),
        text(officer, "id"),
        is_machine=officer["is_machine"] is True,
        unit=text(officer, "unit"),
        until=_until(officer),
    )


def _until(officer: JsonObject) -> str:
    return text(officer, "active_until") if officer["active_until"] else ""


def _foreseen(asked: Asked) -> ForeseenPage | Elsewhere:
    stands, officer = _shown(asked)
    head, kept, say = officer_head(officer, asked.say), asked.memory.officer_entry, asked.say
    if kept.get(_WHO) != head.id:
        return Elsewhere(officer_path(head.id, CHANGE_PATH))
    given = _given(asked, officer, kept)
    answer = asked.perform("officer_preview", given)
    units, unit = units_offered(asked), text(given, "unit")
    return ForeseenPage(
        title=say.text("staff.foreseen_of", officer=head.id),
        officer=head,
        to=officer_path(head.id),
        again=f"{officer_path(head.id, CHANGE_PATH)}?again=yes",
        act=officer_path(head.id, FORESEEN_PATH),
        # Given back with what somebody else changed, the page shows it: sent again, it has seen it.
        version=text(stands, "version") if asked.form.of == _PUT else kept["staff_version"],
        effect=_effect(answer, say),
        unit_before=head.unit_name or head.unit,
        unit_after=units.get(unit, unit),
        until_before=_day_said(_until(officer), say),
        until_after=_day_said(text(given, "until"), say),
    )


def _day_said(until: str, say: Wording) -> str:
    return say.day(parse_date(last_day(until, say), "until")) if until else ""


def _change_now(asked: Asked) -> Done:
    _, officer = _shown(asked)
    kept, name = asked.memory.officer_entry, text(officer, "id")
    if kept.get(_WHO) != name:
        raise NotFound
    asked.perform("officer_add", {**_given(asked, officer, kept), "version": asked.form.value("staff_version")})
    asked.memory.officer_entry = {}
    return Done(officer_path(name), "officer_changed")


def _end(asked: Asked) -> ForeseenPage:
    answer, officer = _shown(asked)
    head, say = officer_head(officer, asked.say), asked.say
    foreseen = asked.perform("officer_preview", {"id": head.id, "ends": True})
    return ForeseenPage(
        title=say.text("staff.end_of", officer=head.id),
        officer=head,
        to=officer_path(head.id),
        again="",
        act=officer_path(head.id, END_PATH),
        version=text(answer, "version"),
        effect=_effect(foreseen, say),
        reasons=say.codes("officer_end_reasons"),
        is_over=head.state == "ended",
    )


def _end_now(asked: Asked) -> Done:
    form, name = asked.form, asked.path["account"]
    given: JsonObject = {"id": name, "reason": form.value("staff_reason"), "version": form.value("staff_version")}
    asked.perform("officer_end", given)
    return Done(officer_path(name), "officer_ended")


def _effect(answer: JsonObject, say: Wording) -> Effect:
    left = whole(answer, "administrators_left")
    return Effect(
        roles_lost=[say.code("roles", one) for one in texts(answer, "roles_lost")],
        roles_gained=[say.code("roles", one) for one in texts(answer, "roles_gained")],
        verbs_lost=[say.code("verbs", one) for one in texts(answer, "verbs_lost")],
        verbs_gained=[say.code("verbs", one) for one in texts(answer, "verbs_gained")],
        sessions=whole(answer, "sessions_ended"),
        tokens=[text(one, "label") or text(one, "id") for one in members(answer, "tokens_ended")],
        left=left,
        is_last_but_one=left == ALONE and "manage_officers" in texts(answer, "verbs_lost"),
        refusals=[one for one in grounds_of(member(answer, "decision"), say) if not one.allows],
        open=open_shown(member(answer, "open"), say),
    )


_VERSION = Field("staff_version", asks="version")

PAGES: Sequence[Page] = (
    ShowPage(
        "change_officer", "/officers/change/{account:path}", ("officer_show",), NEEDS, "change_officer.html",
        "The form by which an officer's roles, unit and end are changed.", _change,
    ),
    ActPage(
        _CHOOSE, "/officers/change/{account:path}", ("officer_show", "officer_preview"), NEEDS, "change_officer",
        "Keeps what was chosen for an officer, and shows what it would do.", _choose, (*ENTRY_FIELDS, _VERSION),
        is_once=False,
    ),
    ShowPage(
        "foreseen_officer", "/officers/foreseen/{account:path}", ("officer_show", "officer_preview"), NEEDS,
        "foreseen_officer.html", "What a change of an officer would do, and the form by which it is made.", _foreseen,
    ),
    ActPage(
        _PUT, "/officers/foreseen/{account:path}", ("officer_show", "officer_add"), NEEDS, "foreseen_officer",
        "Changes an officer's entry as it was shown.", _change_now, (_VERSION,), is_heavy=True,
    ),
    ShowPage(
        "ending_officer", "/officers/end/{account:path}", ("officer_show", "officer_preview"), NEEDS,
        "foreseen_officer.html", "What ending an officer's entry would do, and the form by which it ends.", _end,
    ),
    ActPage(
        _END, "/officers/end/{account:path}", ("officer_end",), NEEDS, "ending_officer",
        "Ends an officer's entry at once, and every session of theirs.", _end_now,
        (Field("staff_reason", Kind.CODE, codes="officer_end_reasons", asks="reason"), _VERSION),
        is_heavy=True,
    ),
)  # fmt: skip
