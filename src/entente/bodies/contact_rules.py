"""Whether contact points are well formed (B16): short lines that show as they are stored, hours that there are.

A point of ours names a zone of the time zone database; another body's may be of a newer one than this machine has.

Source: docs/rules/bodies.md B16.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from entente.bodies.model import ContactDays, ContactPoint
from entente.kernel.errors import Invalid
from entente.kernel.text import is_line

CONTACTS_MAX = 100
"""More than a bureau has desks."""
ID_CHARACTERS_MAX = 64
LINE_CHARACTERS_MAX = 200
NOTE_CHARACTERS_MAX = 500
LANGUAGES_MAX = 20
DEPUTIES_MAX = 5

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{2,38}( ?(ext|x)\.? ?[0-9]{1,8})?")
_MAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}\.[^\s@]{2,}")
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")


def checked_contacts(points: tuple[ContactPoint, ...]) -> tuple[ContactPoint, ...]:
    """Return contact points that are well formed; raise Invalid naming the field of the first that is not.

    Source: docs/rules/bodies.md B16.
    """
    if len(points) > CONTACTS_MAX or len({one.id for one in points}) != len(points):
        raise _bad("contacts", f"a body has at most {CONTACTS_MAX} contact points with different ids")
    for point in points:
        for field, why in _faults(point):
            raise _bad(field, why)
    return points


def check_zone(point: ContactPoint) -> None:
    """Raise Invalid where the hours of a point of ours are told in a zone that there is not.

    Source: docs/rules/bodies.md B16.
    """
    try:
        ZoneInfo(point.zone)
    except (KeyError, ValueError, OSError):
        raise _bad("zone", f"«{point.zone[:40]}» is no zone of the time zone database, like Europe/Vienna") from None


def _faults(point: ContactPoint) -> Iterator[tuple[str, str]]:
    if len(point.id) > ID_CHARACTERS_MAX or not is_line(point.id):
        yield "id", f"it is one line of 1 to {ID_CHARACTERS_MAX} characters"
    if len(point.function) > LINE_CHARACTERS_MAX or not is_line(point.function):
        yield "function", f"it is one line of 1 to {LINE_CHARACTERS_MAX} characters"
    for field, text, most in (
        ("person", point.person, LINE_CHARACTERS_MAX),
        ("note", point.note, NOTE_CHARACTERS_MAX),
        *(("deputies", one or " ", LINE_CHARACTERS_MAX) for one in point.deputies),
    ):
        if text and (len(text) > most or not is_line(text)):
            yield field, f"it is one line of at most {most} characters"
    if len(point.deputies) > DEPUTIES_MAX:
        yield "deputies", f"at most {DEPUTIES_MAX} stand in"
    yield from _reached(point)
    yield from _hours(point)


def _reached(point: ContactPoint) -> Iterator[tuple[str, str]]:
    if not point.phone and not point.mail:
        yield "phone", "a contact point has a telephone or a mail address"
    if point.phone and not _PHONE.fullmatch(point.phone):
        yield "phone", "a telephone number is written like +33 1 23 45 67 89"
    if point.mail and (
        len(point.mail) > LINE_CHARACTERS_MAX or not _MAIL.fullmatch(point.mail) or not is_line(point.mail)
    ):
        yield "mail", "a mail address is written like desk@police.example"
    wrong = not all(_LANGUAGE.fullmatch(one) for one in point.languages)
    if wrong or not 1 <= len(point.languages) <= LANGUAGES_MAX or len(set(point.languages)) != len(point.languages):
        yield "languages", f"1 to {LANGUAGES_MAX} different codes of ISO 639, like «en fr»"


def _hours(point: ContactPoint) -> Iterator[tuple[str, str]]:
    if len(point.zone) > ID_CHARACTERS_MAX or not _ZONE.fullmatch(point.zone):
        yield "zone", "a zone is written like Europe/Lisbon"
    if point.days is ContactDays.ALWAYS:
        if point.opens or point.closes:
            yield "opens", "who answers day and night has no hours"
        return
    if not _HOUR.fullmatch(point.opens) or point.opens == "24:00":
        yield "opens", "an hour is written like 08:00"
    if not _HOUR.fullmatch(point.closes) or point.closes == point.opens:
        yield "closes", "an hour is written like 17:30, and is another one than the first"


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        f"The contact point's {field} does not hold what it should.",
        field=field,
        why=f"A contact book is read at night by somebody in a hurry (docs/rules/bodies.md B16): {why}.",
        do="Mend the field and try again.",
    )
