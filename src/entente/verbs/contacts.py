"""The verbs of the contact book: whom to call at which body; our own points kept, and confirmed when they were checked."""

from __future__ import annotations

from datetime import datetime

from entente.bodies.contacts import CHECK_AFTER, ContactBook, is_due
from entente.bodies.finding import has_all, page_of, words_of
from entente.bodies.model import Body, ContactDays, ContactKind, ContactPoint
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.codec import to_json, to_object
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.directory import offset_and_limit, where
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb

_POINT = (
    "kind",
    "function",
    "person",
    "phone",
    "mail",
    "languages",
    "zone",
    "days",
    "opens",
    "closes",
    "deputies",
    "note",
)


def _list(node: Node, arguments: Arguments) -> JsonObject:
    names, wanted = names_of(node), arguments.optional_text("body")
    only = names.body(wanted, "body").id if wanted else None
    kind = arguments.choice("kind", ContactKind) if arguments.optional_text("kind") else None
    language, words = arguments.optional_text("language"), words_of(arguments.optional_text("text"))
    countries = node.lists.countries
    found = [
        (body, point)
        for body in names.bodies.values()
        if body.succeeded_by is None and only in {None, body.id}
        for point in body.contacts
        if kind in {None, point.kind}
        and (not language or language in point.languages)
        and has_all(
            words, body.code, body.name, countries.get(body.country, ""), point.function, point.person, point.note
        )
    ]
    page = page_of(found, *offset_and_limit(arguments))
    now = node.clock.now()
    points: list[Json] = [
        {
            **to_object(point),
            "body": names.ref(body.id),
            "said_at": to_json(body.contacts_at),
            "is_old": is_due(body, now),
        }
        for body, point in page.shown
    ]
    return {"points": points, **where(page)}


def _own(node: Node, _: Arguments) -> JsonObject:
    return _shown(names_of(node), node)


def _shown(names: Names, node: Node) -> JsonObject:
    own = names.own
    due = own.contacts_at + CHECK_AFTER if own.contacts_at is not None else None
    return {
        "points": [to_object(point) for point in own.contacts],
        "said_at": to_json(own.contacts_at),
        "due_at": to_json(due),
        "is_due": is_due(own, node.clock.now()),
    }


def _keep(node: Node, arguments: Arguments) -> JsonObject:
    days = arguments.choice("days", ContactDays)
    point = ContactPoint(
        id=arguments.optional_text("id") or node.ids.new_id("contact"),
        kind=arguments.choice("kind", ContactKind),
        function=arguments.text("function"),
        phone=arguments.optional_text("phone"),
        mail=arguments.optional_text("mail"),
        languages=arguments.texts("languages"),
        zone=arguments.optional_text("zone") or names_of(node).own.zone,
        days=days,
        opens=arguments.optional_text("opens"),
        closes=arguments.optional_text("closes"),
        person=arguments.optional_text("person"),
        deputies=arguments.texts("deputies"),
        note=arguments.optional_text("note"),
    )
    said = ContactBook(node.directory).keep(arguments.officer(), _seen(arguments), point)
    return {**_said(said), "id": point.id}


def _remove(node: Node, arguments: Arguments) -> JsonObject:
    said = ContactBook(node.directory).remove(arguments.officer(), _seen(arguments), arguments.text("id"))
    return _said(said)


def _confirm(node: Node, arguments: Arguments) -> JsonObject:
    return _said(ContactBook(node.directory).confirm(arguments.officer(), _seen(arguments)))


def _said(own: Body) -> JsonObject:
    return {"said_at": to_json(own.contacts_at), "points": len(own.contacts)}


def _seen(arguments: Arguments) -> datetime | None:
    seen = arguments.optional_text("seen")
    return parse_time(seen, "seen") if seen else None


VERBS: tuple[Verb, ...] = (
    verb(
        "contact_list", _list, "List whom to call at which body, a page at a time.",
        "text", "kind", "body", "language", "offset", "limit",
    ),
    verb("contact_own", _own, "Show our own contact points, and when they are to be checked."),
    verb(
        "contact_keep", _keep, "Add a contact point of ours, or change one, and tell every body.",
        "officer", "seen", "id", *_POINT,
    ),
    verb("contact_remove", _remove, "Take a contact point of ours away.", "officer", "seen", "id"),
    verb("contact_confirm", _confirm, "Say that our contact points were checked and hold.", "officer", "seen"),
)  # fmt: skip
