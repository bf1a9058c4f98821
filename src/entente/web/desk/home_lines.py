"""A line of the desk: one thing that waits for an officer, and how pressing it is.

Source: docs/rules/desk.md W32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from entente.web.desk.reading import BodyName
from entente.web.wording import Moment

KINDS: Final = (
    "permission", "hit", "sheet", "match", "action", "task", "failed", "held", "recovery", "successor", "instrument", "limits",
    "contacts",
    "information",
)  # fmt: skip
"""In the order in which equally pressing things stand."""
NEXT_ACTS: Final = (
    "decide",
    "answer",
    "release",
    "read",
    "conclude",
    "look",
    "finish",
    "check",
    "confirm",
    "settle",
    "sign",
    "use",
    "why",
)
"""What is done next with one of them: keys `desk.do_…`."""
URGENT: Final[Mapping[str, int]] = {"immediate_danger_to_life": 0, "urgent": 1, "urgent_indirect": 2}
USUAL: Final = 3
LAST: Final = 4
"""What is for information alone."""


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One thing that waits for this officer."""

    kind: str
    to: str
    what: str
    """A text of ours, or what another body wrote."""
    body: BodyName | None
    at: Moment | None
    due: Moment | None
    is_overdue: bool
    urgency: str
    """In words; empty for the usual one."""
    case: str
    act: str
    """The last part of the key of what is done next: `desk.do_…`."""
    order: tuple[int, int, str]
    """How pressing it is, its kind, and since when."""
