"""What a person decides about the exchange: held statements, those this node failed at, and by which way a body is reached.

Source: docs/rules/exchange.md X15, X18, X20, X24 and X28.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from entente.bodies.authority import Record, authorise
from entente.bodies.model import Body
from entente.bodies.ports import BodyLists
from entente.bodies.rules import as_it_was
from entente.exchange.intake import Accept, OnRefused
from entente.exchange.model import EXPIRY_DAYS, Queued, SetAside
from entente.exchange.ports import ExchangeUnit
from entente.exchange.rules import GOVERNANCE_KINDS
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.errors import Conflict, EntenteError, Invalid, NotFound
from entente.kernel.ids import BodyId, OfficerId
from entente.kernel.ports import Act
from entente.kernel.text import is_line

DECIDE = "decide_held"
REASON_CHARACTERS_MAX = 300
"""As long as a message's subject."""
RELEASED_AT_ONCE = 200
"""In one transaction: other acts wait a tenth of a second for it at most."""
HELD_SHOWN_MAX = 1_000
"""Held statements that one list shows; the next follow by the number of its last."""
NOTES_AT_ONCE = 5_000
"""Counted at a time: a suspension of a large partner holds tens of thousands."""


Hides = Callable[[Collection[str]], frozenset[str]]
"""Returns those of some things, by their ids, that whoever decides may not know of."""


def hides_nothing(_: Collection[str]) -> frozenset[str]:
    """Let everything be known: for whoever runs the node itself."""
    return frozenset()


@dataclass(frozen=True, slots=True)
class Held:
    """A statement that was held, as of a moment."""

    queued: Queued
    term: datetime
    """When it would have ended as undelivered, had nothing come between (X28)."""
    at: datetime

    @property
    def is_late(self) -> bool:
        """Whether that has passed: whoever takes it in now reads something old."""
        return self.term <= self.at


@dataclass(frozen=True, slots=True)
class HeldCount:
    """How many statements wait for a person's decision, and how many of them are past their term."""

    count: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class HeldList:
    """Held statements of one list, and the number after which the next follow; None at the end."""

    shown: tuple[Held, ...]
    next_after: int | None


def term_of(queued: Queued) -> datetime:
    """Return when a statement would end as undelivered if it waited in its line since it was put."""
    return queued.put_at + timedelta(days=EXPIRY_DAYS)


def _known(found: Sequence[Queued], hides: Hides) -> list[Queued]:
    """Return those of some held statements that the officer may know of."""
    hidden = hides({one.outgoing.ref for one in found} - {""})
    return [one for one in found if one.outgoing.ref not in hidden]


@dataclass(frozen=True, slots=True)
class Deciding:
    """The verbs of whoever decides about what the exchange could not do by itself."""

    open_unit: Callable[[], ExchangeUnit]
    open_view: Callable[[], ExchangeUnit]
    clock: Clock
    lists: BodyLists
    accept: Mapping[str, Accept]
    on_refused: Mapping[str, OnRefused]
    record: Record

    def count_held(self, hides: Hides = hides_nothing) -> Mapping[BodyId, HeldCount]:
        """Count what is held for each body, as of now, by who put it first. What is hidden is not counted.

        Source: docs/rules/exchange.md X20 and X28; docs/rules/cases.md C8; docs/rules/disclosure.md D11.
        """
        overdue = self.clock.now() - timedelta(days=EXPIRY_DAYS)
        counts: dict[BodyId, HeldCount] = {}
        after = 0
        with self.open_view() as view:
            while notes := view.outbox.held_notes(NOTES_AT_ONCE, after):
                hidden = hides({one.ref for one in notes} - {""})
                for one in notes:
                    if one.ref not in hidden:
                        of = counts.get(one.recipient, HeldCount())
                        counts[one.recipient] = HeldCount(of.count + 1, of.late + (one.put_at <= overdue))
                after = notes[-1].number
        return counts

    def count_all_held(self) -> HeldCount:
        """Count what is held for all bodies together: for whoever runs the node."""
        counts = self.count_held().values()
        return HeldCount(sum(one.count for one in counts), sum(one.late for one in counts))

    def held(
        self, hides: Hides = hides_nothing, *, body: BodyId | None = None, after: int = 0, limit: int = HELD_SHOWN_MAX
    ) -> HeldList:
        """Return the first held statements after a number, of all or of one body, in the order they were put.

        What is hidden is not shown, and takes no place from what is.

        Source: docs/rules/exchange.md X20 and X28; docs/rules/cases.md C8; docs/rules/disclosure.md D11.
        """
        now, shown = self.clock.now(), list[Held]()
        with self.open_view() as view:
            while found := view.outbox.held(limit + 1, body, after):
                shown += [Held(one, term_of(one), now) for one in _known(found, hides)]
                if len(shown) > limit:
                    return HeldList(tuple(shown[:limit]), shown[limit - 1].queued.number)
                after = found[-1].number
        return HeldList(tuple(shown), None)

    def release(self, officer: OfficerId, number: int, hides: Hides = hides_nothing) -> Held:
        """Put a held statement back in its place in the queue; at the door it is judged again, and held again if need be.

        Its 30 days to be delivered begin anew; the answer says whether it is late. Raises NotFound when none is held under the
        number that the officer may know of.

        Source: docs/rules/exchange.md X20 and X28.
        """
        return self._decide(officer, number, "released", "", hides)

    def release_all(
        self, officer: OfficerId, body: BodyId, progress: Callable[[int], None], hides: Hides = hides_nothing
    ) -> tuple[int, int]:
        """Release everything that is held for a body, each as `release` does; return how many, and how many of them are late.

        What is hidden from the officer stays held. What is done stays done when it is cut short. Raises NotFound for an unknown
        body.

        Source: docs/rules/exchange.md X20 and X28.
        """
        with self.open_view() as view:
            if view.bodies.body(body) is None:
                raise NotFound
        count = late = after = 0
        while True:
            with self.open_unit() as unit:
                # By their numbers: what is held again meanwhile is not released twice.
                found = unit.outbox.held(RELEASED_AT_ONCE, body, after)
                if not found:
                    return count, late
                now = self.clock.now()
                authorise(unit, officer, DECIDE, subject=body, now=now, lists=self.lists, record=self.record)
                done = [self._decide_one(unit, officer, one, ("released", ""), now) for one in _known(found, hides)]
                unit.commit()
            count += len(done)
            late += sum(held.is_late for held in done)
            after = found[-1].number
            progress(count)

    def drop(self, officer: OfficerId, number: int, reason: str, hides: Hides = hides_nothing) -> Held:
        """Take back a held statement for good; it never leaves. Raises NotFound, and Invalid for a reason that is no line.

        Source: docs/rules/exchange.md X20.
        """
        if len(reason) > REASON_CHARACTERS_MAX or not is_line(reason):
            raise Invalid(
                "The reason does not hold what it should.",
                field="reason",
                why=f"It is one line of 1 to {REASON_CHARACTERS_MAX} characters; who reads the delivery later asks for it.",
                do="Say in one line why it is not to be sent.",
            )
        return self._decide(officer, number, "dropped", reason, hides)

    def _decide(self, officer: OfficerId, number: int, outcome: str, reason: str, hides: Hides) -> Held:
        now = self.clock.now()
        with self.open_unit() as unit:
            authorise(unit, officer, DECIDE, subject=str(number), now=now, lists=self.lists, record=self.record)
            first = unit.outbox.held(1, after=number - 1)
            known = _known([one for one in first if one.number == number], hides)
            if not known:
                raise NotFound
            held = self._decide_one(unit, officer, known[0], (outcome, reason), now)
            unit.commit()
        return held

    def _decide_one(
        self,
        unit: ExchangeUnit,
        officer: OfficerId,
        found: Queued,
        decision: tuple[str, str],
        now: datetime,
    ) -> Held:
        """Release a held statement, or drop it with a reason."""
        outcome, reason = decision
        if reason:
            unit.outbox.drop(found.number, reason, now)
        else:
            unit.outbox.release(found.number, now)
        outgoing, held = found.outgoing, Held(found, term_of(found), now)
        # The reason may name a person, and stays with the delivery (T5).
        detail: JsonObject = {
            "outcome": outcome,
            "statement": outgoing.statement.id,
            "to": outgoing.recipient,
            "is_late": held.is_late,
        }
        self.record(unit, Act(DECIDE, unit.bodies.own().id, officer, outgoing.ref or outgoing.statement.id, detail))
        return held

    def aside(self) -> tuple[SetAside, ...]:
        """Return what this node failed at, or does not know the kind of, oldest first."""
        with self.open_view() as view:
            return view.inbox.aside()

    def retry(self) -> tuple[tuple[SetAside, str], ...]:
        """Try to take in what was set aside; return each with what came of it, empty where it was taken in.

        What another envelope brought meanwhile counts once; a change of keys that came between is no reason against what came
        before it (docs/rules/bodies.md B2). Source: docs/rules/exchange.md X14, X15 and X18.
        """
        return tuple((one, self._retry_one(one)) for one in self.aside())

    def _retry_one(self, aside: SetAside) -> str:
        accept = self.accept.get(aside.statement.kind)
        if accept is None:
            return "This node still knows no statement of this kind."
        try:
            with self.open_unit() as unit:
                if not unit.inbox.accepted_before(aside.sender, [aside.statement.id]):
                    accept(_AsItCame(unit, aside), aside.statement, aside.sender)
                    unit.inbox.put_accepted_later(aside, self.clock.now())
                unit.inbox.forget_aside(aside.number)
                detail: JsonObject = {"envelope": aside.envelope, "kind": aside.statement.kind}
                self.record(unit, Act("statement_taken_in_later", aside.sender, "node", aside.statement.id, detail))
                unit.commit()
        except EntenteError as error:
            self._note_refusal(aside)
            return f"{error.what} {error.why}"
        except Exception as error:  # noqa: BLE001 - it made the node fail before, and may again; it stays aside
            return f"This node still fails at it: {type(error).__name__}."
        return ""

    def _note_refusal(self, aside: SetAside) -> None:
        """Have the room keep what its refusal says; what was refused for good does not stay here."""
        if (room := self.on_refused.get(aside.statement.kind)) is None:
            return
        with self.open_unit() as unit:
            if room(unit, aside.statement, aside.sender):
                unit.inbox.forget_aside(aside.number)
                unit.commit()

    def set_route(self, officer: OfficerId, body: BodyId, via: BodyId | None) -> None:
        """Set a relay through which a body is reached from here, or none. Raises NotFound, and Conflict for a relay that is none.

        Source: docs/rules/exchange.md X24.
        """
        now = self.clock.now()
        with self.open_unit() as unit:
            authorise(unit, officer, DECIDE, subject=body, now=now, lists=self.lists, record=self.record)
            peer, relay = unit.bodies.body(body), None if via is None else unit.bodies.body(via)
            if peer is None or (via is not None and relay is None):
                raise NotFound
            if relay is not None and relay.id not in peer.relays:
                raise Conflict(
                    f"{peer.code} did not name {relay.code} as a relay.",
                    why="A body is passed on to by those it named in its own directory entry (docs/rules/exchange.md X24).",
                    do=f"Ask {peer.code} to name it with «entente body address --relay», or choose one that it named.",
                )
            unit.outbox.put_route(body, via)
            self.record(unit, Act("set_route", unit.bodies.own().id, officer, body, {"via": via or ""}))
            unit.commit()


class _AsItCame:
    """The unit of work in which a room takes in later what was set aside: its speaker has the keys it had when it came."""

    def __init__(self, unit: ExchangeUnit, aside: SetAside) -> None:
        self._unit = unit
        self.bodies = _DirectoryThen(unit, aside)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else a room's unit has
        return getattr(self._unit, name)


class _DirectoryThen:
    """The directory of that unit; what governs, a change of keys among it, is judged by the body as it is now."""

    def __init__(self, unit: ExchangeUnit, aside: SetAside) -> None:
        self._bodies = unit.bodies
        self._aside = aside

    def body(self, name: BodyId) -> Body | None:
        """Return a body; whoever signed what was set aside with the keys of that time."""
        found, statement = self._bodies.body(name), self._aside.statement
        if found is None or name != statement.body or statement.kind in GOVERNANCE_KINDS:
            return found
        return as_it_was(found, self._aside.at)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else the directory has
        return getattr(self._bodies, name)
