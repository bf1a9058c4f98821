"""Which rows of the trail open pages are told of beside those that other systems are told of too: one table.

A page is told a kind and nothing of what (docs/rules/desk.md W60). What stands here is shown by pages alone: the duty and its
calls, what is held, an officer's own standing queries, the powers and what limits them.

Source: docs/rules/desk.md W60, W79; api.event_table, which comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from entente.duty.roster import KEEPS
from entente.duty.shifts import WORKS
from entente.kernel.ports import TrailRow
from entente.web.desk.ports import Told

_DUTY: Final = (WORKS, KEEPS)
_HELD: Final = ("decide_held", "run_node")
KINDS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    **dict.fromkeys(("begin_shift", "note_shift", "hand_over_shift", "take_over_shift"), ("duty", _DUTY)),
    **dict.fromkeys(("keep_roster", "page_officer", "acknowledge_page"), ("duty", _DUTY)),
    **dict.fromkeys(("sign_in", "end_session"), ("duty", _DUTY)),
    **dict.fromkeys(("decide_held", "statement_held"), ("held", _HELD)),
    "delivery_ended": ("delivery", (*_HELD, "send_message")),
    **dict.fromkeys(("envelope_set_aside", "statement_set_aside"), ("held", _HELD)),
    **dict.fromkeys(("leave_query", "settle_match"), ("match", ("search",))),
    "accept_successor": ("body", ()),
    **dict.fromkeys(("manage_officers", "task_measure", "recover_account", "limit_unit"), ("power", ())),
}
"""Verb of a row: what it is told as, and verbs of which a role of whoever is told must have one; none for everybody."""
_SHIFT: Final = "shift-"
"""How the id of a shift begins: of what is told here the one thing that has a page of its own."""


@dataclass(frozen=True, slots=True)
class ToldHere:
    """What a row is told as to open pages alone (ports.Told)."""

    kind: str
    id: str
    account: str
    needs: tuple[str, ...]


def told_here(by_api: Callable[[TrailRow], Told | None], row: TrailRow) -> Told | None:
    """Return what a row is told as to open pages; None for one that no page is told of."""
    if (told := by_api(row)) is not None:
        return told
    if (known := KINDS.get(row.act.verb)) is None:
        return None
    kind, needs = known
    # Of a call the trail names the thing that it is about, which is another matter than the call.
    thing = row.act.subject if row.act.subject.startswith(_SHIFT) else ""
    return ToldHere(kind, thing, row.act.officer if kind == "match" else "", needs)
