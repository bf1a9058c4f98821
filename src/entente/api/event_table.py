"""Which rows of the trail are told as events, as what, and to whom: one table.

An event is a reference and nothing else: of what kind, what became of it, its id and when. Whoever gets it asks for the thing
itself, and is judged then. A row that stands in no line of the table is told to nobody.

Source: docs/rules/api.md P14.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from entente.api.case_routes import KEEPING
from entente.api.correspondence_routes import JUDGING
from entente.api.correspondence_routes import READING as READING_MESSAGES
from entente.api.exchange_routes import DECIDING
from entente.api.request_routes import ASKING, SEARCHING
from entente.api.route import PREFIX
from entente.bodies.tokens import Scope
from entente.kernel.ports import TrailRow


class EventKind(StrEnum):
    """What events are about."""

    HIT = "hit"
    MATCH = "match"
    MESSAGE = "message"
    PERMISSION = "permission"
    REQUEST = "request"
    CASE = "case"
    RECORD = "record"
    INSTRUMENT = "instrument"
    GROUP = "group"
    BODY = "body"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is told of a kind: with which scope beside that of events, and one of which verbs of a role."""

    scope: Scope
    needs: tuple[str, ...]
    place: str
    """Where the thing is read, with its id in braces."""
    form: re.Pattern[str]
    """What its id looks like. A refused act may stand in the trail about something else, or about nothing that is there."""


AUDIENCES: Final[Mapping[EventKind, Audience]] = {
    EventKind.HIT: Audience(Scope.READ_HITS, JUDGING, "/hits/{}", re.compile(r"hit-[0-9a-f]+")),
    EventKind.MATCH: Audience(Scope.READ_STANDING, ("search",), "/matches?query={}", re.compile(r"standing-[0-9a-f]+")),
    EventKind.MESSAGE: Audience(
        Scope.READ_MESSAGES, READING_MESSAGES, "/messages/{}", re.compile(r"message-[0-9a-f]+")
    ),
    EventKind.PERMISSION: Audience(
        Scope.READ_REQUESTS, ASKING, "/permissions/{}", re.compile(r"permission-request-[0-9a-f]+")
    ),
    EventKind.REQUEST: Audience(
        Scope.READ_REQUESTS, SEARCHING, "/record-requests/{}", re.compile(r"record-request-[0-9a-f]+")
    ),
    EventKind.CASE: Audience(Scope.READ_CASES, KEEPING, "/cases/{}", re.compile(r"[0-9]{4}/[0-9]+")),
    EventKind.RECORD: Audience(Scope.READ_RECORDS, ("show_record",), "/records/{}", re.compile(r"body:[a-z0-9]+/.+")),
    EventKind.INSTRUMENT: Audience(Scope.READ_DIRECTORY, (), "/instruments/{}", re.compile(r"instrument:[0-9a-f]+")),
    EventKind.GROUP: Audience(Scope.READ_DIRECTORY, (), "/groups/{}", re.compile(r"body:[a-z0-9]+/.+")),
    EventKind.BODY: Audience(Scope.READ_DIRECTORY, (), "/bodies/{}", re.compile(r"body:[a-z0-9]+")),
    EventKind.DELIVERY: Audience(Scope.READ_EXCHANGE, DECIDING, "/exchange/lines", re.compile(r".+")),
}

CHANGES: Final[Mapping[str, tuple[EventKind, str]]] = {
    "confirm_hit": (EventKind.HIT, "judged"),
    "answer_hit": (EventKind.HIT, "answered"),
    "hit": (EventKind.HIT, "received"),
    "hit_answer": (EventKind.HIT, "answered"),
    "query_matched": (EventKind.MATCH, "raised"),
    "send_message": (EventKind.MESSAGE, "sent"),
    "message": (EventKind.MESSAGE, "received"),
    "read_message": (EventKind.MESSAGE, "opened"),
    "conclude_message": (EventKind.MESSAGE, "concluded"),
    "recall_message": (EventKind.MESSAGE, "recalled"),
    "recall": (EventKind.MESSAGE, "recalled"),
    "recall_answer": (EventKind.MESSAGE, "recalled"),
    "ask_permission": (EventKind.PERMISSION, "asked"),
    "permission_request": (EventKind.PERMISSION, "received"),
    "grant_permission": (EventKind.PERMISSION, "answered"),
    "permission_answer": (EventKind.PERMISSION, "answered"),
    "request_record": (EventKind.REQUEST, "asked"),
    "record_request": (EventKind.REQUEST, "received"),
    "record_answer": (EventKind.REQUEST, "answered"),
    "open_case": (EventKind.CASE, "opened"),
    "keep_case": (EventKind.CASE, "changed"),
    "import_records": (EventKind.RECORD, "changed"),
    "enter_record": (EventKind.RECORD, "changed"),
    "accept_record": (EventKind.RECORD, "changed"),
    "attach_file": (EventKind.RECORD, "changed"),
    "correct_record": (EventKind.RECORD, "changed"),
    "extend_record": (EventKind.RECORD, "changed"),
    "withdraw_record": (EventKind.RECORD, "ended"),
    "accept_withdrawal": (EventKind.RECORD, "ended"),
    "accept_end": (EventKind.RECORD, "ended"),
    "propose_instrument": (EventKind.INSTRUMENT, "proposed"),
    "instrument": (EventKind.INSTRUMENT, "proposed"),
    "take_back_instrument": (EventKind.INSTRUMENT, "taken_back"),
    "instrument_taken_back": (EventKind.INSTRUMENT, "taken_back"),
    "refuse_instrument": (EventKind.INSTRUMENT, "refused"),
    "instrument_refused": (EventKind.INSTRUMENT, "refused"),
    "sign_instrument": (EventKind.INSTRUMENT, "signed"),
    "instrument_signature": (EventKind.INSTRUMENT, "signed"),
    "suspend": (EventKind.INSTRUMENT, "participation"),
    "resume": (EventKind.INSTRUMENT, "participation"),
    "participation": (EventKind.INSTRUMENT, "participation"),
    "take_measure": (EventKind.INSTRUMENT, "measure"),
    "measure": (EventKind.INSTRUMENT, "measure"),
    "manage_groups": (EventKind.GROUP, "changed"),
    "group": (EventKind.GROUP, "changed"),
    "introduction": (EventKind.BODY, "entered"),
    "introduce_by_hand": (EventKind.BODY, "entered"),
    "keys": (EventKind.BODY, "changed"),
    "name": (EventKind.BODY, "changed"),
    "addresses": (EventKind.BODY, "changed"),
    "units": (EventKind.BODY, "changed"),
    "contacts": (EventKind.BODY, "changed"),
    "delivery_refused": (EventKind.DELIVERY, "refused"),
}
"""Verb of a row, and what it is told as. Whether a participation is suspended, narrowed, resumed or left, the instrument says."""

ENDS_STREAMS: Final = frozenset({"revoke_token", "manage_officers"})
"""Rows about an account after which its tokens are looked at again; their subject is the account."""


@dataclass(frozen=True, slots=True)
class Event:
    """What a row is told as."""

    position: int
    """Its sequence in the trail."""
    kind: EventKind
    change: str
    id: str
    at: str
    account: str = ""
    """Whom alone it concerns; empty where it is for everybody of its audience."""
    classes: frozenset[int] | None = None
    """Of a record: the classes of its facts, of which at least one must be allowed; None for anything else."""
    team: frozenset[str] | None = None
    """Of a case with a team, and of what was sent about it: who may know of it beside who oversees the cases; None for all."""

    @property
    def href(self) -> str:
        """Where it is read."""
        return PREFIX + AUDIENCES[self.kind].place.format(self.id)

    @property
    def needs(self) -> tuple[str, ...]:
        """Verbs of which a role of whoever is told must have one; none for everybody."""
        return AUDIENCES[self.kind].needs


def told_as(row: TrailRow, at: str = "") -> Event | None:
    """Return what a row is told as; None for one that nobody is told of. Classes of records are found by who asks."""
    if (known := CHANGES.get(row.act.verb)) is None:
        return None
    kind, change = known
    thing, account = row.act.subject, ""
    if kind is EventKind.MATCH:
        # About the case, where there is one: the query's own id stands beside it.
        thing, account = str(row.act.detail.get("search", "")), str(row.act.detail.get("officer", ""))
    if not AUDIENCES[kind].form.fullmatch(thing) or (kind is EventKind.MATCH and not account):
        return None
    return Event(row.sequence, kind, change, thing, at, account)
