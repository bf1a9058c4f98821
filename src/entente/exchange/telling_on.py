"""Words of ours that came back from some bodies and are for others too go on to those (X34).

A stand, a withdrawal or a change of keys may have reached one body alone before this node was lost. From that one it comes
back; the others would never hear of it, and our next renewal would tell them that they had (X31). Whether they had got it is not
known here: what they have counts once (X14).

Source: docs/rules/exchange.md X34.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from entente.exchange.ports import ExchangeUnit
from entente.kernel.ids import BodyId
from entente.kernel.ports import Outgoing
from entente.kernel.statement import Statement

TAKEN_BACK = "taken back"
"""Why a statement counts as stored at a body, of whose sending a restored node knows nothing."""

ToWhom: TypeAlias = Callable[[Any, Statement, datetime], Iterable[Outgoing]]
"""A room's word on whom a statement of ours is for: the unit of work, the statement, now. Returns it as it goes out to each."""


@dataclass(frozen=True, slots=True)
class TellingOn:
    """Puts for others what was taken back, within the transaction of whoever calls it."""

    to_whom: Mapping[str, ToWhom]
    """Statement kind → the room that says whom it is for. What is not in it was for whoever gave it back alone."""

    def tell_all(self, unit: ExchangeUnit, now: datetime) -> int:
        """Put all that was taken back for those of whom it is not known that they have it, oldest first; return how much."""
        words = sorted(unit.outbox.known_for(TAKEN_BACK, self.to_whom), key=lambda one: one.at)
        return sum(self.tell(unit, word, now) for word in words)

    def tell(self, unit: ExchangeUnit, word: Statement, now: datetime, *, but: BodyId | None = None) -> int:
        """Put one word for those it is for and was not put for, one of them left out; return for how many."""
        fresh = [
            outgoing
            for outgoing in self.to_whom[word.kind](unit, word, now)
            if outgoing.recipient != but and not unit.outbox.has_sent(word.id, outgoing.recipient)
        ]
        for outgoing in fresh:
            unit.outbox.put(outgoing)
        return len(fresh)
