"""The contact book: whom to call at which body, and whether somebody answers now; our own points kept and confirmed.

Source: docs/rules/desk.md W49; docs/rules/bodies.md B16.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final
from urllib.parse import quote

from entente.bodies.contact_rules import DEPUTIES_MAX, LINE_CHARACTERS_MAX, NOTE_CHARACTERS_MAX
from entente.bodies.contacts import answers
from entente.bodies.finding import PAGE_MAX
from entente.bodies.model import ContactDays, ContactPoint
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.codec import from_json
from entente.web.desk.directory_pages import body_path
from entente.web.desk.forms import Field, Kind, hour_of
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage, may_do
from entente.web.desk.paging import ON_A_PAGE, Pager, address, chosen, offset_asked, pager_of
from entente.web.desk.reading import BodyName, body_name, member, members, text
from entente.web.home import zone_known
from entente.web.wording import LANGUAGES, Moment, Wording

CONTACTS_PATH = f"{PREFIX}/contacts"
OWN_PATH = f"{CONTACTS_PATH}/own"
POINT_PATH = f"{CONTACTS_PATH}/point"
_KEEPERS = ("keep_contacts",)
_POINT_FIELDS: Final = tuple(ContactPoint.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A contact point."""

    id: str
    body: BodyName
    to: str
    kind: str
    function: str
    person: str
    phone: str
    mail: str
    languages: Sequence[str]
    hours: str
    is_always: bool
    zone: str
    there_now: str
    """The time of day there; empty where the zone is not known here."""
    answers_now: bool
    """Always where somebody answers day and night; else what is known only with `there_now`."""
    deputies: Sequence[str]
    note: str
    said_at: Moment | None
    is_old: bool
    change: str


@dataclass(frozen=True, slots=True)
class ContactsPage:
    """What `contacts.html` shows."""

    title: str
    here: str
    find: str
    of_kind: str
    in_language: str
    kinds: Mapping[str, str]
    languages: Mapping[str, str]
    points: Sequence[ContactLine]
    pager: Pager
    everything: str
    is_whole: bool
    own: str
    """Where our own points are kept; empty for who may not."""
    is_due: bool
    at: Moment


@dataclass(frozen=True, slots=True)
class OwnContactsPage:
    """What `own_contacts.html` shows."""

    title: str
    here: str
    points: Sequence[ContactLine]
    said_at: Moment | None
    due_at: Moment | None
    is_due: bool
    seen: str
    add: str


@dataclass(frozen=True, slots=True)
class ContactPage:
    """What `contact.html` shows: the form of one point of ours."""

    title: str
    here: str
    is_new: bool
    begun: Mapping[str, str]
    """What the form begins with."""
    seen: str
    kinds: Mapping[str, str]
    days: Mapping[str, str]


def _contacts(asked: Asked) -> ContactsPage:
    say, is_whole = asked.say, "whole" in asked.query
    kinds, languages = say.codes("contact_kinds"), languages_shown(say)
    kept = {
        "find": asked.query.get("find", "").strip(),
        "of_kind": chosen(asked, "of_kind", kinds),
        "in_language": chosen(asked, "in_language", languages),
    }
    answer = asked.perform(
        "contact_list",
        {
            "text": kept["find"],
            "kind": kept["of_kind"],
            "language": kept["in_language"],
            "offset": 0 if is_whole else offset_asked(asked),
            "limit": PAGE_MAX if is_whole else ON_A_PAGE,
        },
    )
    now = asked.node.clock.now()
    points = [contact_line(one, now, say) for one in members(answer, "points")]
    own = asked.perform("contact_own")
    may_keep = may_do(asked, *_KEEPERS)
    return ContactsPage(
        title=say.text("contacts.title"),
        here=CONTACTS_PATH,
        find=kept["find"],
        of_kind=kept["of_kind"],
        in_language=kept["in_language"],
        kinds=kinds,
        languages=languages,
        points=points,
        pager=pager_of(CONTACTS_PATH, kept, answer, len(points), PAGE_MAX if is_whole else ON_A_PAGE),
        everything=address(CONTACTS_PATH, {**kept, "whole": "yes"}),
        is_whole=is_whole,
        own=OWN_PATH if may_keep else "",
        is_due=may_keep and own["is_due"] is True,
        at=say.moment(now),
    )


def languages_shown(say: Wording) -> Mapping[str, str]:
    """Return the languages that a book is narrowed to, in the reader's words: those that CLDR knows by two letters."""
    named = ((code, say.listed(name)) for code, name in _languages(say.language).items() if len(code) == len("en"))
    return dict(sorted(named, key=lambda one: say.place(one[1])))


@cache
def _languages(language: str) -> Mapping[str, str]:
    """Return what a language calls languages, read once: a whole book asks for thousands."""
    return {code: str(name) for code, name in Wording(language).locale.languages.items()}


def contact_line(one: JsonObject, now: datetime, say: Wording) -> ContactLine:
    """Return a contact point as lists show it; `one` is a line of `contact_list`, or of our own with its body."""
    point = from_json(ContactPoint, {name: one[name] for name in _POINT_FIELDS if name in one}, "point")
    body = body_name(member(one, "body"))
    zone = zone_known(point.zone)
    local = None if zone is None else now.astimezone(zone)
    said = text(one, "said_at") if one["said_at"] else ""
    return ContactLine(
        id=point.id,
        body=body,
        to=body_path(body.code),
        kind=say.code("contact_kinds", point.kind),
        function=point.function,
        person=point.person,
        phone=point.phone,
        mail=point.mail,
        languages=[language_name(code, say) for code in point.languages],
        hours=_hours(point, say),
        is_always=not point.opens,
        zone=point.zone,
        there_now="" if local is None else f"{local:%H:%M}",
        answers_now=point.days is ContactDays.ALWAYS or (local is not None and answers(point, local)),
        deputies=point.deputies,
        note=point.note,
        said_at=say.moment(parse_time(said, "said_at")) if said else None,
        is_old=one["is_old"] is True,
        change=f"{POINT_PATH}?id={quote(point.id)}",
    )


def language_name(code: str, say: Wording) -> str:
    """Return what a language is called in the reader's own."""
    return LANGUAGES[code] if code == say.language else _languages(say.language).get(code, code)


def _hours(point: ContactPoint, say: Wording) -> str:
    days = say.code("contact_days", point.days)
    return f"{days} {point.opens}–{point.closes}" if point.opens else days


def _own_contacts(asked: Asked) -> OwnContactsPage:
    say, answer, now = asked.say, asked.perform("contact_own"), asked.node.clock.now()
    body = member(asked.perform("body_show"), "body")
    around: JsonObject = {"body": body, "said_at": answer["said_at"], "is_old": answer["is_due"]}
    return OwnContactsPage(
        title=say.text("contacts.own"),
        here=CONTACTS_PATH,
        points=[contact_line({**one, **around}, now, say) for one in members(answer, "points")],
        said_at=_moment(answer, "said_at", say),
        due_at=_moment(answer, "due_at", say),
        is_due=answer["is_due"] is True,
        seen=_seen(answer),
        add=POINT_PATH,
    )


def _moment(answer: JsonObject, name: str, say: Wording) -> Moment | None:
    return say.moment(parse_time(text(answer, name), name)) if answer[name] else None


def _seen(answer: JsonObject) -> str:
    return text(answer, "said_at") if answer["said_at"] else ""


def _contact(asked: Asked) -> ContactPage:
    say, answer = asked.say, asked.perform("contact_own")
    wanted = asked.form.value("contact_id") or asked.query.get("id", "")
    found = next((one for one in members(answer, "points") if one["id"] == wanted), None)
    zone = text(member(asked.perform("body_show"), "body"), "zone")
    return ContactPage(
        title=say.text("contacts.add") if found is None else say.text("contacts.change"),
        here=OWN_PATH,
        is_new=found is None,
        begun={"zone": zone, "days": "monday_to_friday"} if found is None else _begun(found),
        # What was entered was entered beside the list of then, not of now.
        seen=asked.form.value("said_before") if asked.form.of else _seen(answer),
        kinds=say.codes("contact_kinds"),
        days=say.codes("contact_days"),
    )


def _begun(point: JsonObject) -> Mapping[str, str]:
    begun = {name: value for name, value in point.items() if isinstance(value, str)}
    for name, between in (("languages", " "), ("deputies", "\n")):
        listed = point[name]
        assert isinstance(listed, list), "a point has lists of these"
        begun[name] = between.join(str(one) for one in listed)
    return begun


def _keep(asked: Asked) -> Done:
    form = asked.form
    given: dict[str, Json] = {name: form.value(f"contact_{name}") for name in _LINES}
    for name in ("opens", "closes"):
        # As a clock shows it where it is a time; what is none is for the verb to refuse.
        given[name] = hour_of(form.value(f"contact_{name}")) or form.value(f"contact_{name}")
    given["seen"] = form.value("said_before")
    given["languages"] = [*form.value("contact_languages").lower().replace(",", " ").split()]
    given["deputies"] = [*form.lines("contact_deputies")]
    asked.perform("contact_keep", given)
    return Done(OWN_PATH, "contact_kept")


def _remove(asked: Asked) -> Done:
    asked.perform("contact_remove", {"id": asked.form.value("contact_id"), "seen": asked.form.value("said_before")})
    return Done(OWN_PATH, "contact_removed")


def _confirm(asked: Asked) -> Done:
    asked.perform("contact_confirm", {"seen": asked.form.value("said_before")})
    return Done(OWN_PATH, "contacts_confirmed")


_LINES = ("id", "kind", "function", "person", "phone", "mail", "zone", "days", "opens", "closes", "note")
_SEEN = Field("said_before", is_needed=False, asks="seen")

PAGES: Sequence[Page] = (
    ShowPage(
        "contacts", "/contacts", ("contact_list", "contact_own"), (), "contacts.html",
        "The contact book: whom to call at which body, for what, in which languages, and who answers now.", _contacts,
        live=("body",),
    ),
    ShowPage(
        "own_contacts", "/contacts/own", ("contact_own", "body_show"), _KEEPERS, "own_contacts.html",
        "Our own contact points, to be changed or confirmed.", _own_contacts,
    ),
    ShowPage(
        "contact", "/contacts/point", ("contact_own", "body_show"), _KEEPERS, "contact.html",
        "The form of one contact point of ours.", _contact,
    ),
    ActPage(
        "keep_contact", "/contacts/point", ("contact_keep",), _KEEPERS, "contact",
        "Adds or changes a contact point of ours.", _keep,
        (
            Field("contact_id", is_needed=False, asks="id"),
            _SEEN,
            Field("contact_function", most=LINE_CHARACTERS_MAX, asks="function"),
            Field("contact_kind", Kind.CODE, codes="contact_kinds", asks="kind"),
            Field("contact_person", is_needed=False, most=LINE_CHARACTERS_MAX, asks="person"),
            Field("contact_phone", is_needed=False, asks="phone"),
            Field("contact_mail", is_needed=False, most=LINE_CHARACTERS_MAX, asks="mail"),
            Field("contact_languages", asks="languages"),
            Field("contact_zone", asks="zone"),
            Field("contact_days", Kind.CODE, codes="contact_days", asks="days"),
            Field("contact_opens", is_needed=False, asks="opens"),
            Field("contact_closes", is_needed=False, asks="closes"),
            Field("contact_deputies", Kind.TEXT, is_needed=False, most=DEPUTIES_MAX * LINE_CHARACTERS_MAX, asks="deputies"),
            Field("contact_note", is_needed=False, most=NOTE_CHARACTERS_MAX, asks="note"),
        ),
    ),
    ActPage(
        "remove_contact", "/contacts/own/remove", ("contact_remove",), _KEEPERS, "own_contacts",
        "Takes a contact point of ours away.", _remove, (Field("contact_id", asks="id"), _SEEN),
    ),
    ActPage(
        "confirm_contacts", "/contacts/own/confirm", ("contact_confirm",), _KEEPERS, "own_contacts",
        "Says that our contact points were checked and hold.", _confirm, (_SEEN,),
    ),
)  # fmt: skip
