"""How much may wait for one body: a bound on each queue that costs an act no question of the store (X32).

What is put is added to what was counted last; what leaves is not taken off. Only where that seems to reach the bound is the store
asked, and what it says is where counting begins again. What is sent again because its recipient lost it is counted from then on.

Source: docs/rules/exchange.md X32.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from entente.exchange.model import WAITING_MAX, Lane
from entente.exchange.packing import lane_of
from entente.exchange.ports import ExchangeUnit
from entente.exchange.rules import ALWAYS_OPEN_KINDS
from entente.kernel.errors import Unavailable
from entente.kernel.ids import BodyId
from entente.kernel.ports import Outgoing


class Queues:
    """Knows for each body how many data statements wait for it at most. Written under the right to write alone."""

    def __init__(self, waiting_max: int = WAITING_MAX) -> None:
        """Bound each queue; nothing is known yet, so that each is counted once after a start."""
        self.waiting_max = waiting_max
        self._at_most: dict[BodyId, int] = {}

    def require_room(self, unit: ExchangeUnit, pending: Iterable[Outgoing]) -> None:
        """Raise Unavailable where a body's queue has no room for what a transaction puts for it.

        Source: docs/rules/exchange.md X32.
        """
        for recipient, count in _bounded(pending).items():
            if self._at_most.get(recipient, self.waiting_max) + count <= self.waiting_max:
                continue
            waiting = self._at_most[recipient] = unit.outbox.count_open(recipient)
            if waiting + count > self.waiting_max:
                raise self._full(unit, recipient, waiting)

    def take_room(self, unit: ExchangeUnit, pending: Sequence[Outgoing]) -> None:
        """Count what gets its place in a queue, or raise as `require_room` does.

        Should it not become durable after all, the store is asked that much earlier.
        """
        self.require_room(unit, pending)
        for recipient, count in Counter(one.recipient for one in pending if lane_of(one) is Lane.DATA).items():
            if recipient in self._at_most:
                self._at_most[recipient] += count

    def is_nearly_full(self, recipient: BodyId, wanted: int) -> bool:
        """Say whether so much more may find no room; cheap, and mistaken to the safe side alone."""
        return self._at_most.get(recipient, 0) + wanted > self.waiting_max

    def _full(self, unit: ExchangeUnit, recipient: BodyId, waiting: int) -> Unavailable:
        body = unit.bodies.body(recipient)
        code = recipient if body is None else body.code
        return Unavailable(
            f"The queue to {code} is full.",
            why=f"{waiting} statements wait for it, and {self.waiting_max} may (setting outbox_waiting_max): a body that takes"
            " nothing must not fill this node's disk (docs/rules/exchange.md X32). Nothing of this was kept.",
            do=f"Do it again once {code} takes what waits; «entente exchange lines» shows it. Without a line, carry it there with"
            " «entente exchange export»; what is held, release or drop. An import goes on where it stopped when it is run again.",
            retry_is_safe=True,
        )


def _bounded(pending: Iterable[Outgoing]) -> Counter[BodyId]:
    """Count what the bound is for. What only takes away, or tells what was done, always has room; so has what the node owes."""
    return Counter(
        one.recipient
        for one in pending
        if not one.is_control and not one.is_owed and one.statement.kind not in ALWAYS_OPEN_KINDS
    )
