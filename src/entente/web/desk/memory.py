"""What is kept for a session between requests, in this process alone: why the officer works, and what was asked.

Purpose and case are asked once and kept for the task (DESIGN 5); queries hold personal data, so they stand neither in an address
nor in the store, and end with the session, the process, or after an hour. A query is asked anew each time its page is shown, so
that a page never shows what may not be seen any more; only the question is kept here, never an answer.

Source: docs/rules/desk.md W30; docs/decisions/0085-a-query-is-kept-and-its-answer-is-not.md.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Final

from entente.kernel.canonical import Json, JsonObject, canonical_bytes
from entente.kernel.errors import Conflict

SESSIONS_MAX: Final = 2_000
"""Ten times the desks of a large bureau; the one that was longest without a request is forgotten first."""
QUERIES_MAX: Final = 50
"""Queries of one session that can be gone back to."""
DRAFTS_MAX: Final = 20
"""Drafts of one session that can be gone back to; what was taken to the heads is a file, and outlives this."""
IMPORTS_MAX: Final = 8
"""As many as files of one officer may wait."""
JUST_NOW: Final = timedelta(seconds=10)
"""Within which a browser asks for the page that an act led to, on the slowest line that is used for a desk."""
GROUPS_MAX: Final = 8
"""Groups of one session that are being changed; each holds at most what a form or a file of 512 kB says."""
ENTRIES_MAX: Final = 8
"""Records that one officer enters at the same time; as many as files may wait."""
ORDERS_MAX: Final = 4
"""Orders of one session that are being entered."""
_SEAL_CHARACTERS: Final = 16
KEPT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Task:
    """Why an officer works with personal data now: it is stated with every act until it is changed."""

    purpose: str
    crime_area: str
    case: str = ""
    occasion: str = ""
    """Where there is no case: what brought the matter up."""

    def about(self) -> JsonObject:
        """Return it as the fields of a verb that takes a case."""
        return {"purpose": self.purpose, "crime_area": self.crime_area, "case": self.case}

    def occasion_fields(self) -> JsonObject:
        """Return it as the fields of a search, which takes a case or an occasion."""
        return {**self.about(), "occasion": self.occasion}


@dataclass(frozen=True, slots=True)
class KeptQuery:
    """A query as it was asked, with the task it was asked for."""

    fields: Mapping[str, str]
    task: Task
    at: datetime
    is_standing: bool = False
    """Whether it was left to stand: then its candidates are its matches."""


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """What was drafted for the heads to sign, with what it would stop."""

    kind: str
    """What is done by it: the last part of a text's key, `drafts.of_…`."""
    about: str
    """The short name of the instrument; empty where it is about several."""
    statements: Sequence[JsonObject]
    preview: JsonObject | None
    at: datetime
    once: str = ""
    """The key of the form that asked for it; sent twice it is drafted once."""


@dataclass(frozen=True, slots=True)
class KeptGroup:
    """A group's list as it was changed so far: what differs from the version that it was begun from, and no copy of it."""

    name: str
    title: str
    """Empty where it stays."""
    seen: int
    """The version that it was begun from; 0 for a new group."""
    changed: Mapping[str, str]
    """An entry as it stood → as it is to stand, empty for one that is taken out; each a line of text."""
    added: Sequence[str]

    def to_json(self) -> JsonObject:
        """Return it as what it holds."""
        changed: list[Json] = [[was, then] for was, then in sorted(self.changed.items())]
        return {"title": self.title, "seen": self.seen, "changed": changed, "added": [*self.added]}


def seal_of(kept: JsonObject) -> str:
    """Return a digest of what is kept, by which the form that sends it says what its page showed."""
    return hashlib.sha256(canonical_bytes(kept)).hexdigest()[:_SEAL_CHARACTERS]


def check_shown(kept: JsonObject, shown: str) -> None:
    """Raise Conflict where what is kept is not what the form's page showed: another window of its officer changed it since."""
    if seal_of(kept) != shown:
        raise Conflict(
            "What is sent is not what was shown.",
            why="It was changed in another window of yours after this page was shown (docs/rules/desk.md W136 and W137).",
            do="Look at it as it is shown now, and send it again if that is what you want.",
        )


@dataclass(slots=True)
class Memory:
    """What is kept for one session. Used by one thread at a time, or harmlessly by two: whole values are replaced."""

    task: Task | None = None
    queries: OrderedDict[str, KeptQuery] = field(default_factory=OrderedDict)
    drafts: OrderedDict[str, KeptDraft] = field(default_factory=OrderedDict)
    circular: Mapping[str, str] = field(default_factory=dict)
    """A message to several as it was written so far, while it is looked at who would get it: the fields of its form."""
    written: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """A message to one body and a proposal, as they were written so far, while it is looked at what would become of them: by the
    name of the act that sends them, the fields of its form."""
    unit_limits: Mapping[str, str] = field(default_factory=dict)
    """Limits of a unit as they were chosen so far, while it is looked at what they would change: the fields of their form."""
    officer_entry: Mapping[str, str] = field(default_factory=dict)
    """An officer's entry as it was chosen so far, while it is looked at what it would change, likewise."""
    units_change: Mapping[str, str] = field(default_factory=dict)
    """A change of our list of units as it was chosen so far, likewise: the fields of the verb, and the version that was seen."""
    groups: OrderedDict[str, KeptGroup] = field(default_factory=OrderedDict)
    """Groups of ours as they were changed so far, while it is looked at what that would change, by name."""
    orders: OrderedDict[str, tuple[JsonObject, str]] = field(default_factory=OrderedDict)
    """National orders as they were entered so far, likewise: by reference, the order and the version that it was made from."""
    imports: OrderedDict[str, Mapping[str, str]] = field(default_factory=OrderedDict)
    """Of files that wait: what was entered for them, terms and mapping."""
    opened: tuple[datetime, JsonObject] | None = None
    """A message that this officer opened a moment ago, as that showed it, and when: for the page that comes next."""
    entries: OrderedDict[str, Mapping[str, str]] = field(default_factory=OrderedDict)
    """Records that are being entered, as they were looked at last: by the page, the fields of
    its form."""
    used_at: float = 0.0
    """When its session asked last, by the seconds of Memories."""

    def keep(self, key: str, query: KeptQuery) -> None:
        """Keep a query under a key; the oldest goes where there are too many."""
        self.queries[key] = query
        while len(self.queries) > QUERIES_MAX:
            self.queries.popitem(last=False)

    def keep_draft(self, key: str, draft: KeptDraft) -> None:
        """Keep a draft under a key; the oldest goes where there are too many."""
        self.drafts[key] = draft
        while len(self.drafts) > DRAFTS_MAX:
            self.drafts.popitem(last=False)

    def keep_import(self, upload: str, entered: Mapping[str, str]) -> None:
        """Keep what was entered for a file that waits; the oldest goes where there are too many."""
        self.imports[upload] = entered
        while len(self.imports) > IMPORTS_MAX:
            self.imports.popitem(last=False)

    def take_opened(self, message: str, now: datetime) -> JsonObject | None:
        """Return a message as it was shown when it was opened just now, once; None for any other."""
        kept, self.opened = self.opened, None
        if kept is None or kept[1]["id"] != message or now - kept[0] >= JUST_NOW:
            return None
        return kept[1]

    def keep_group(self, group: KeptGroup) -> None:
        """Keep a group as it was changed so far; the oldest goes where there are too many."""
        self.groups[group.name] = group
        while len(self.groups) > GROUPS_MAX:
            self.groups.popitem(last=False)

    def keep_entry(self, place: str, entered: Mapping[str, str]) -> None:
        """Keep what was entered of a record so far; the oldest goes where there are too many."""
        self.entries[place] = entered
        self.entries.move_to_end(place)
        while len(self.entries) > ENTRIES_MAX:
            self.entries.popitem(last=False)

    def keep_order(self, reference: str, order: JsonObject, seen: str) -> None:
        """Keep an order as it was entered so far; the oldest goes where there are too many."""
        self.orders[reference] = (order, seen)
        while len(self.orders) > ORDERS_MAX:
            self.orders.popitem(last=False)

    def query(self, key: str, now: datetime) -> KeptQuery | None:
        """Return a query that is still kept."""
        found = self.queries.get(key)
        return found if found is not None and now - found.at < KEPT else None

    def forget_old(self, now: datetime) -> None:
        """Forget the queries that are not shown again any more."""
        # At once, so that a query that is kept meanwhile in another thread disturbs nothing.
        for key, query in tuple(self.queries.items()):
            if now - query.at >= KEPT:
                self.queries.pop(key, None)


@dataclass(slots=True)
class Memories:
    """The memories of all sessions, by their CSRF token. Safe from several threads."""

    seconds: Callable[[], float] = monotonic
    kept: OrderedDict[str, Memory] = field(default_factory=OrderedDict)
    """The one that was longest without a request first."""
    lock: Lock = field(default_factory=Lock)

    def of(self, session: str) -> Memory:
        """Return what is kept for a session, nothing at first."""
        with self.lock:
            memory = self.kept.setdefault(session, Memory())
            memory.used_at = self.seconds()
            self.kept.move_to_end(session)
            while len(self.kept) > SESSIONS_MAX:
                self.kept.popitem(last=False)
        return memory

    def forget(self, session: str) -> None:
        """Forget a session that ended."""
        with self.lock:
            self.kept.pop(session, None)

    def forget_old(self, now: datetime, idle: timedelta) -> None:
        """Forget sessions that made no request for so long that they ended by it, and what is kept for an hour of the others."""
        with self.lock:
            ends_at = self.seconds() - idle.total_seconds()
            for session in [session for session, memory in self.kept.items() if memory.used_at < ends_at]:
                del self.kept[session]
            left = [*self.kept.values()]
        for memory in left:
            memory.forget_old(now)
