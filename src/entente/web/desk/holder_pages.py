"""Who has, or had, copies of one of our records that is no longer shown: withdrawn, erased or past its term.

Such a record is found by nobody any more, and whoever ended it must still learn which holder has confirmed and which has not.

Source: docs/rules/desk.md W125; docs/rules/records.md R15 and R33; DESIGN section 1, promise 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from entente.kernel.canonical import JsonObject
from entente.kernel.errors import NotFound
from entente.web.desk.bodies_of_record import HolderLine, holder_lines, moment_of
from entente.web.desk.naming import quote_record, record_asked_for
from entente.web.desk.page import PREFIX, Asked, Elsewhere, Page, ShowPage
from entente.web.desk.reading import text
from entente.web.wording import Moment


@dataclass(frozen=True, slots=True)
class HoldersPage:
    """What `holders.html` shows."""

    title: str
    name: str
    withdrawn_at: Moment | None
    erased_at: Moment | None
    expired_on: str
    """In words; empty where its term has not ended."""
    holders: Sequence[HolderLine]
    confirmed: int
    """Of the holders, how many said that theirs is gone."""


def holders_path(name: str) -> str:
    """Return where it is said who has copies of a record."""
    return f"{PREFIX}/holders/{quote_record(name)}"


def holders_instead(asked: Asked, name: str) -> Elsewhere:
    """Return where a record of ours that ended is told of; raise NotFound for any other that is not shown, as if it never was."""
    if not _has_ended(asked.perform("record_holders", {"record": name})):
        raise NotFound
    return Elsewhere(holders_path(name))


def _has_ended(answer: JsonObject) -> bool:
    return bool(answer["withdrawn_at"] or answer["erased_at"] or answer["is_expired"])


def _holders(asked: Asked) -> HoldersPage:
    say = asked.say
    answer = asked.perform("record_holders", {"record": record_asked_for(asked)})
    lines = holder_lines(answer, say)
    return HoldersPage(
        title=say.text("details.had") if _has_ended(answer) else say.text("record.holders"),
        name=text(answer, "name"),
        withdrawn_at=moment_of(answer, "withdrawn_at", say),
        erased_at=moment_of(answer, "erased_at", say),
        expired_on=say.day(date.fromisoformat(text(answer, "erase_on"))) if answer["is_expired"] else "",
        holders=lines,
        confirmed=sum(1 for one in lines if one.confirmed_at is not None),
    )


PAGES: Sequence[Page] = (
    ShowPage(
        "holders", "/holders/{source}/{local_id:path}", ("record_holders",), ("show_record",), "holders.html",
        "Who has, or had, copies of one of our records, and who confirmed that theirs is gone.", _holders,
        live=("delivery",),
    ),
)  # fmt: skip
