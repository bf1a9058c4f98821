"""What a restored node asks another body, and what that one answers: the contents of the two statements of a call (X33).

Source: docs/rules/exchange.md X33.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from entente.kernel.ids import StatementId

CATCH_UP_KIND, CAUGHT_UP_KIND = "catch_up", "caught_up"


@dataclass(frozen=True, slots=True)
class Position:
    """How far a stream had come: the newest incarnation known, and its last sequence; empty and 0 for none."""

    incarnation: str = ""
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Content of a `catch_up` call."""

    from_you: Mapping[str, Position]
    """By lane: the last envelope of yours that we know we took in."""
    from_us: Mapping[str, Position]
    """By lane: the last envelope of ours that we know we sealed for you."""
    after: int = 0
    """Where the next page of our own words begins; 0 at first, then as the last answer said."""


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """Content of a `caught_up` answer; our own words follow it in the same envelope."""

    sent_again: int
    """Statements that the body sends again, in new streams."""
    after: int
    """To ask for the next page with."""
    has_more: bool
    set_aside: tuple[StatementId, ...] = ()
    """Those of the words that the body set aside and did not take in: it is sent them again."""
