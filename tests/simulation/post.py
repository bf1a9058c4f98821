"""All that the world asks of one node's exchange, as transport.courier does: what is due, the next parcel, its answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entente.exchange.parcels import Parcel
from entente.kernel.errors import Unavailable
from tests.simulation import checks
from tests.simulation.truth import BrokenError
from tests.simulation.wire import ANSWER_TIMEOUT_MS, LATENCY_MS, OTHER_VERSION

if TYPE_CHECKING:
    from tests.simulation.world import World

VAIN_MAX = 20
"""Times in a row; what is due and is then held or given up instead is looked for once more, not twenty times."""


class DownError(Exception):
    """The node ended in the step; what came back of it is lost."""


@dataclass(slots=True)
class Post:
    """Everything the world asks of one node's exchange: the one place that knows its verbs."""

    world: World
    code: str

    def due(self) -> tuple[str, ...]:
        """Return the bodies something is due for, in the order of their codes."""
        found = self.world.node(self.code).exchange.recipients_due()
        return tuple(sorted(found, key=self.world.template.code))

    def seconds_to_next(self) -> float | None:
        return self.world.node(self.code).exchange.seconds_to_next()

    def next_to(self, recipient: str) -> None:
        """Collect the next parcel for a body and put it on the wire."""
        world, code = self.world, self.code
        exchange, parcels = world.node(code).exchange, list[Parcel]()

        def collect() -> str:
            parcel = exchange.collect(recipient)  # type: ignore[arg-type] # an id the exchange itself gave
            if parcel is not None:
                parcels.append(parcel)
            return ""

        said = world.call(code, collect)
        life = world.life(code)
        if said:
            world.served(code, recipient, life, is_reached=False)
        elif not parcels:
            _notice_vain(world, code, recipient)
        else:
            world.couriers[code].in_vain.pop(recipient, None)
            world.couriers[code].busy.add(recipient)
            checks.posted(world, code, recipient, parcels[0].batch)
            self._travel(parcels[0], life)

    def _travel(self, parcel: Parcel, life: int) -> None:
        world, code = self.world, self.code
        to = world.template.code(parcel.via)
        post = world.wire.post(code, to, parcel.batch, world.now_ms)
        world.faults.update(post.struck)
        what = hashlib.sha256(parcel.batch).hexdigest()[:12]
        world.faults["relayed"] += parcel.via != parcel.recipient
        world.say(f"{code} -> {to} {what} {' '.join(post.struck)}".rstrip())
        answered: list[bool] = []
        if OTHER_VERSION in post.struck and to in world.nodes:
            world.after(LATENCY_MS, lambda: self._not_understood(to, post.arrivals[0][1], parcel, life, answered))
            return
        for place, (delay_ms, batch) in enumerate(post.arrivals if to in world.nodes else []):
            answer_ms = post.answer_ms if place == 0 else None
            world.after(delay_ms, self._arriving(to, batch, answer_ms, parcel, life, answered))
        world.after(ANSWER_TIMEOUT_MS, lambda: self._unanswered(parcel, life, answered))

    def _arriving(
        self, to: str, batch: bytes, answer_ms: int | None, parcel: Parcel, life: int, answered: list[bool]
    ) -> Callable[[], None]:
        return lambda: self._arrive(to, batch, answer_ms, parcel, life, answered)

    def _arrive(
        self, to: str, batch: bytes, answer_ms: int | None, parcel: Parcel, life: int, answered: list[bool]
    ) -> None:
        world = self.world
        if not world.nodes[to].is_up:
            if answer_ms is not None:
                world.after(LATENCY_MS, lambda: self._unanswered(parcel, life, answered))
            return
        answers: list[bytes] = []

        def receive() -> str:
            answers.append(world.node(to).exchange.receive(batch))
            return ""

        try:
            said = world.call(to, receive)
        except DownError:
            return
        world.say(f"{to} took in {hashlib.sha256(batch).hexdigest()[:12]} {said}".rstrip())
        if answer_ms is None:
            return
        if said or not answers:
            world.after(answer_ms, lambda: self._unanswered(parcel, life, answered))
            return
        answer = world.wire.answer(to, self.code, answers[0])
        world.faults.update(answer.struck)
        if not answer.is_lost:
            world.after(answer_ms + answer.late_ms, lambda: self._settle(parcel, answer.batch, life, answered))

    def _not_understood(self, to: str, batch: bytes, parcel: Parcel, life: int, answered: list[bool]) -> None:
        """See that a batch of another version is refused, and nothing of it kept."""
        world = self.world
        if world.nodes[to].is_up:
            before = world.peek(to)

            def receive() -> str:
                world.node(to).exchange.receive(batch)
                return "taken in"

            with suppress(DownError):
                said = world.call(to, receive)
                if said == "taken in" or world.peek(to).size != before.size:
                    raise BrokenError(f"I5: {to} took in a batch of another version of {self.code}: {said}.")
                world.say(f"{to} does not understand {self.code}: {said}")
        self._unanswered(parcel, life, answered)

    def _settle(self, parcel: Parcel, answer: bytes, life: int, answered: list[bool]) -> None:
        world, code = self.world, self.code
        if answered or life != world.life(code) or not world.nodes[code].is_up:
            return
        answered.append(True)
        reached: list[bool] = []

        def settle() -> str:
            found = world.node(code).exchange.settle(parcel, answer)
            reached.append(bool(parcel.envelopes or parcel.relayed) and found.postponed < len(parcel.envelopes))
            return ""

        with suppress(DownError):
            said = world.call(code, settle)
            world.say(f"{code} settled {hashlib.sha256(answer).hexdigest()[:12]} {said}".rstrip())
            if said:
                self._postpone(parcel)
            world.served(code, parcel.recipient, life, is_reached=bool(reached and reached[0]))

    def _unanswered(self, parcel: Parcel, life: int, answered: list[bool]) -> None:
        world, code = self.world, self.code
        if answered or life != world.life(code) or not world.nodes[code].is_up:
            return
        answered.append(True)
        with suppress(DownError):
            self._postpone(parcel)
            world.served(code, parcel.recipient, life, is_reached=False)

    def _postpone(self, parcel: Parcel) -> None:
        exchange = self.world.node(self.code).exchange

        def postpone() -> str:
            exchange.postpone(parcel, "the body was not reached")
            return ""

        self.world.call(self.code, postpone)


def _notice_vain(world: World, code: str, recipient: str) -> None:
    """Break the world where a courier would turn for ever: something is always due, and nothing ever leaves."""
    vain = world.couriers[code].in_vain
    vain[recipient] += 1
    if vain[recipient] > VAIN_MAX:
        to = world.template.code(recipient)
        raise BrokenError(
            f"C: {code} found {VAIN_MAX} times that something is due for {to}, and there was nothing to post."
        )


def unreached(code: str) -> Unavailable:
    """Say that a node was not reached."""
    return Unavailable(
        f"{code} was not reached.", why="The simulated line is down.", do="Ask again later.", retry_is_safe=True
    )
