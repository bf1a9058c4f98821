"""Requests for leave: what another body asks of us as the source, and the answer; what we asked and how it was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entente.correspondence.model import TEXT_CHARACTERS_MAX
from entente.handling.model import DisclosureAct
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import NotFound
from entente.verbs.correspondence import LEAVE_DAYS_MAX
from entente.web.desk.case_parts import DecisionLine, decisions_of
from entente.web.desk.forms import Field, Kind
from entente.web.desk.naming import id_shown, path_if_any
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage, may_do
from entente.web.desk.reading import BodyName, body_name, member, text, texts
from entente.web.desk.unsettled_pages import Became, became_of
from entente.web.wording import Moment, Wording

LEAVE_DAYS = 30
"""What the form begins with, as the verb does."""


@dataclass(frozen=True, slots=True)
class PermissionPage:
    """What `permission.html` shows."""

    title: str
    to: str
    is_ours: bool
    counterpart: BodyName
    officer: str
    at: Moment
    due_at: Moment
    is_overdue: bool
    record: str
    record_to: str
    acts: Sequence[str]
    forward_to: BodyName | None
    purpose: str
    crime_area: str
    instrument: str
    justification: str
    case: str
    your_reference: str
    state: str
    state_words: str
    answer_reason: str
    answer_text: str
    granted_until: Moment | None
    may_forward: bool
    """Whether leave to forward was granted to us, and this officer may use it."""
    may_answer: bool
    days: int
    reasons: Mapping[str, str]
    decisions: Sequence[DecisionLine]
    became: Sequence[Became]
    """What became of it that an officer is to know."""


def permission_path(request: str) -> str:
    """Return where a request for leave is shown."""
    return f"{PREFIX}/permissions/{request}"


def acts_in_order(request: JsonObject, say: Wording) -> list[str]:
    """Return the acts that are asked for, up the ladder."""
    asked = set(texts(request, "acts"))
    return [say.code("acts", act) for act in DisclosureAct if act in asked]


def _permission(asked: Asked) -> PermissionPage:
    answer, say = asked.perform("permission_show", {"id": asked.path["id"]}), asked.say
    request = member(answer, "permission")
    is_ours, state = request["way"] == "sent", text(request, "state")
    due = parse_time(text(request, "due_at"), "due_at")
    reason, forward_to = text(request, "answer_reason"), request["forward_to"]
    until = parse_time(text(request, "granted_until"), "granted_until") if request["granted_until"] else None
    return PermissionPage(
        title=say.text("permission.title", record=id_shown(text(request, "name"), say)),
        to=permission_path(text(request, "id")),
        is_ours=is_ours,
        counterpart=body_name(member(request, "recipient" if is_ours else "sender")),
        officer=text(request, "officer"),
        at=say.moment(parse_time(text(request, "at"), "at")),
        due_at=say.moment(due),
        is_overdue=state == "waiting" and asked.node.clock.now() > due,
        record=id_shown(text(request, "name"), say),
        record_to=path_if_any(text(request, "name")),
        acts=acts_in_order(request, say),
        forward_to=body_name(forward_to) if isinstance(forward_to, dict) else None,
        purpose=say.code("purposes", text(request, "purpose")),
        crime_area=say.code("crime_areas", text(request, "crime_area")),
        instrument=text(request, "instrument"),
        justification=text(request, "justification"),
        case=text(request, "our_reference" if is_ours else "your_reference"),
        your_reference=text(request, "your_reference" if is_ours else "our_reference"),
        state=state,
        state_words=say.code("permission_states", state),
        answer_reason=say.code("refusal_reasons", reason) if reason else "",
        answer_text=text(request, "answer_text"),
        granted_until=say.moment(until) if until is not None else None,
        may_forward=_lets_us_forward(request)
        and (until is None or asked.node.clock.now() < until)
        and may_do(asked, *_FORWARDERS),
        may_answer=not is_ours and state == "waiting" and may_do(asked, "grant_permission"),
        days=LEAVE_DAYS,
        reasons=say.codes("refusal_reasons"),
        decisions=decisions_of(answer, say),
        became=became_of(asked, text(request, "id")),
    )


def _lets_us_forward(request: JsonObject) -> bool:
    return (request["way"], request["state"]) == ("sent", "granted") and request["forward_to"] is not None


def _forward(asked: Asked) -> Done:
    """Pass the record on to whom leave was asked for, for the purpose and the case of the request."""
    request = member(asked.perform("permission_show", {"id": asked.path["id"]}), "permission")
    if not _lets_us_forward(request):
        raise NotFound
    asked.perform(
        "record_forward",
        {
            "record": text(request, "name"),
            "to": text(member(request, "forward_to"), "id"),
            "purpose": text(request, "purpose"),
            "crime_area": text(request, "crime_area"),
            "case": text(request, "our_reference"),
        },
    )
    return Done(permission_path(asked.path["id"]), "record_forwarded")


def _grant(asked: Asked) -> Done:
    days = asked.form.value("days")
    # What is no number is none of those that leave may last, and is refused as such.
    given: JsonObject = {"days": int(days) if days.isascii() and days.isdecimal() else 0}
    asked.perform("permission_answer", {**_answer(asked), "grant": True, **given})
    return Done(permission_path(asked.path["id"]), "permission_granted")


def _refuse(asked: Asked) -> Done:
    asked.perform("permission_answer", {**_answer(asked), "grant": False, "reason": asked.form.value("refusal")})
    return Done(permission_path(asked.path["id"]), "permission_refused")


def _answer(asked: Asked) -> JsonObject:
    return {"id": asked.path["id"], "text": asked.form.value("text")}


assert LEAVE_DAYS <= LEAVE_DAYS_MAX, "the form begins with what the verb takes"
_GRANTERS = ("grant_permission",)
_FORWARDERS = ("forward_record",)
_TEXT = Field("text", Kind.TEXT, is_needed=False, most=TEXT_CHARACTERS_MAX)

PAGES: Sequence[Page] = (
    ShowPage(
        "permission", "/permissions/{id}", ("permission_show", "unsettled_show"), ("grant_permission", "ask_permission"),
        "permission.html",
        "A request for leave, and its answer.", _permission,
        live=("permission", "case", "delivery"),
    ),
    ActPage(
        "grant_permission", "/permissions/{id}/grant", ("permission_answer",), _GRANTERS, "permission",
        "Grants, as the source, exactly what was asked until a day.", _grant, (Field("days", most=4), _TEXT),
        heeds_changes=True,
    ),
    ActPage(
        "refuse_permission", "/permissions/{id}/refuse", ("permission_answer",), _GRANTERS, "permission",
        "Refuses leave, as the source, with a reason.", _refuse,
        (Field("refusal", Kind.CODE, codes="refusal_reasons", asks="reason"), _TEXT), heeds_changes=True,
    ),
    ActPage(
        "forward_by_permission", "/permissions/{id}/forward",
        ("permission_show", "record_forward"), _FORWARDERS, "permission",
        "Passes the record on by the leave that was granted for it.", _forward,
    ),
)  # fmt: skip
