"""What officers began to write and have not sent, kept in this process alone.

A form with a text is kept as it is written, some seconds behind the hand, and once more before it is sent; so that neither a
line that goes, nor a browser that ends, nor a session that runs out loses it. Its page shows it again to the same account, each
form of it by itself. It goes when the form is done, when its officer drops it or signs out, after twelve hours, and with the
process; what arrives of it later, overtaken on its way, is not kept again. Nothing of it stands in the store, in a log or in the
browser.

Source: docs/rules/desk.md W63; docs/decisions/0097-drafts-are-kept-by-the-node-in-memory.md.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

KEPT: Final = timedelta(hours=12)
"""A shift, and what comes after it."""
OF_ACCOUNT_MAX: Final = 20
"""Drafts of one officer; the oldest gives way."""
ACCOUNTS_MAX: Final = 2_000
OVER_MAX: Final = 2_000
"""Forms that are over and remembered: what is on its way to the node as one is done arrives within seconds."""
CHARACTERS_MAX: Final = 60_000
"""Of one draft, with the names of its fields and the path of its page: three times the longest message."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A form that was begun."""

    act: str
    """The name of its act."""
    values: Mapping[str, str]
    at: datetime


@dataclass(slots=True)
class Drafts:
    """The drafts of all officers, by account, the page they stand on, and act. Safe from several threads."""

    kept: OrderedDict[str, OrderedDict[tuple[str, str], Draft]] = field(default_factory=OrderedDict)
    over: OrderedDict[tuple[str, str, str], None] = field(default_factory=OrderedDict)
    """Forms that were done or dropped: account, act, and the page's own key (`once`)."""
    lock: Lock = field(default_factory=Lock)

    def keep(self, account: str, page: str, draft: Draft, once: str = "") -> None:
        """Keep a form as it is now; one in which nothing is written is none, nor is one that is over.

        `page` is the path of its page, `once` the key that the page was given as it was made, empty for none.
        """
        with self.lock:
            if (account, draft.act, once) in self.over:
                return
            ours = self.kept.setdefault(account, OrderedDict())
            self.kept.move_to_end(account)
            ours.pop((page, draft.act), None)
            if any(text.strip() for text in draft.values.values()):
                ours[page, draft.act] = draft
            while len(ours) > OF_ACCOUNT_MAX:
                ours.popitem(last=False)
            while len(self.kept) > ACCOUNTS_MAX:
                self.kept.popitem(last=False)

    def of(self, account: str, page: str, now: datetime) -> tuple[Draft, ...]:
        """Return what an officer began on a page, the newest first."""
        with self.lock:
            ours = [one for (stands_on, _), one in self.kept.get(account, OrderedDict()).items() if stands_on == page]
        return tuple(one for one in reversed(ours) if now - one.at < KEPT)

    def drop(self, account: str, page: str, acts: Collection[str], once: str) -> None:
        """Forget what was begun on a page in the forms of these acts: they are over."""
        with self.lock:
            for act in acts:
                self.kept.get(account, OrderedDict()).pop((page, act), None)
                if once:
                    self.over[account, act, once] = None
            while len(self.over) > OVER_MAX:
                self.over.popitem(last=False)

    def forget(self, account: str) -> None:
        """Forget all that an officer began."""
        with self.lock:
            self.kept.pop(account, None)

    def forget_old(self, now: datetime) -> None:
        """Forget what nobody came back to."""
        with self.lock:
            for ours in self.kept.values():
                for place in [place for place, draft in ours.items() if now - draft.at >= KEPT]:
                    del ours[place]
