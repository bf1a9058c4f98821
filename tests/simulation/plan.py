"""A seed's story as data: what happens when, to whom. Drawn once; running draws nothing more.

So a run is a function of its list of events, and a failing list can be shortened by leaving events out. What an event needs
beyond its words (which byte is damaged, which text a message has) is taken from its own `salt`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.simulation.scenes import draw_scenes
from tests.simulation.template import NODES, SILENT

SPAN_MS = 40 * 60_000
"""The story's acts and faults fall within forty minutes; then the lines are healed."""
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
FURTHER = 2**40
"""Sets the chance of the rarer scenes apart from that of the story they stand in."""

PARTIES = {"agreement": ("XA-NCB", "XB-NCB", "GS"), "programme": ("RC", "XA-NCB", "XB-NCB"), "charter": NODES}
SOURCES = {"person": "agreement", "substance": "programme"}


ATTACK_KINDS = (
    "hostile_replay", "hostile_forge", "hostile_fork", "hostile_flood", "hostile_stranger", "hostile_impersonate",
    "hostile_chain", "hostile_ahead", "hostile_elsewhere", "hostile_record", "hostile_withdrawal", "hostile_keys",
    "hostile_stand", "hostile_receipt",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens in the world. `number` is its name for life, also in a shortened list."""

    number: int
    at_ms: int
    kind: str
    node: str = ""
    """The node it happens to, or the side of a line that posts."""
    args: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def salt(self) -> int:
        return self.number * 2_654_435_761 % 2**32

    def __str__(self) -> str:
        words = " ".join(f"{name}={value}" for name, value in self.args.items())
        return f"{self.number:>3}  {self.at_ms / 1000:>9.3f} s  {self.kind:<18} {self.node:<7} {words}".rstrip()


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    events: tuple[Event, ...]

    def only(self, numbers: frozenset[int]) -> Plan:
        return Plan(self.seed, tuple(event for event in self.events if event.number in numbers))

    def until(self, number: int) -> Plan:
        """Return the plan up to and with one event."""
        return Plan(self.seed, tuple(event for event in self.events if event.number <= number))


class Drawing:
    """Draws one seed's events."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.drawn: list[tuple[int, str, str, dict[str, str | int]]] = []

    def pick(self, *items: str) -> str:
        return self.random.choice(items)

    def put(self, kind: str, node: str = "", at_ms: int | None = None, **args: str | int) -> int:
        at = self.random.randrange(SPAN_MS) if at_ms is None else at_ms
        self.drawn.append((at, kind, node, args))
        return at

    def early(self) -> int:
        """Return a moment after which something can still follow."""
        return self.random.randrange(SPAN_MS // 2)

    def pair(self, codes: tuple[str, ...]) -> tuple[str, str]:
        one, two = self.random.sample(codes, 2)
        return one, two

    def acts(self) -> None:
        """Officers' days: records first, so that the rest has something to be about."""
        for _ in range(self.random.randint(2, 5)):
            what = self.random.choices(("person", "substance"), (3, 1))[0]
            source = self.pick(*PARTIES[SOURCES[what]])
            slot, at = self.random.randrange(3), self.random.randrange(SPAN_MS // 2)
            terms = self.random.choices(("open", "kept", "leave", "short"), (5, 2, 3, 1))[0]
            self.put("record", source, at, what=what, slot=slot, terms=terms, to=self._recipients(what, source))
            if self.random.random() < 0.6:
                later = at + self.random.randrange(SPAN_MS // 2)
                self.put("record", source, later, what=what, slot=slot, terms=terms, to=self._recipients(what, source))
            if self.random.random() < 0.55:
                self.put("withdraw", source, at + self.random.randrange(SPAN_MS // 2), what=what, slot=slot)
        for _ in range(self.random.randint(2, 4)):
            under = self.random.choices(("charter", "agreement", "programme"), (2, 3, 1))[0]
            one, two = self.pair(PARTIES[under])
            if under == "charter" and self.random.random() < 0.12:
                two = SILENT
            self.put("message", one, under=under, to=two)
        for _ in range(self.random.randint(1, 2)):
            self._suspend()
        for _ in range(self.random.randint(3, 6)):
            self._desk_work()

    def _recipients(self, what: str, source: str) -> str:
        others = [code for code in PARTIES[SOURCES[what]] if code != source]
        return "+".join(sorted(self.random.sample(others, self.random.randint(1, len(others)))))

    def _suspend(self) -> None:
        under = self.random.choices(("agreement", "programme"), (3, 1))[0]
        author, other = self.pair(PARTIES[under])
        at = self.put(
            "suspend",
            author,
            under=under,
            to=self.random.choices((other, ""), (4, 1))[0],
            direction=self.pick("both", "both", "sending", "receiving"),
            scope=self.random.choices(("all", "person", "copy"), (4, 1, 1))[0],
        )
        if self.random.random() < 0.6:
            self.put("resume", author, at + self.random.randrange(1, SPAN_MS // 2), under=under)

    def _desk_work(self) -> None:
        kind = self.random.choices(
            (
                "list",
                "hit",
                "ask_leave",
                "forward",
                "request_record",
                "probe",
                "expel",
                "introduce",
                "answer",
                "rotate",
                "decide",
                "bundle",
                "fetch",
            ),
            (4, 3, 3, 2, 2, 3, 1, 1, 4, 2, 2, 2, 2),
        )[0]
        node, other = self.pair(NODES)
        what = self.random.choices(("person", "substance"), (4, 1))[0]
        self.put(
            kind,
            node,
            self.random.randrange(SPAN_MS // 4, SPAN_MS),
            other=other,
            what=what,
            slot=self.random.randrange(3),
        )

    def scenes(self) -> None:
        """Happenings that only matter together: a race has two sides, a queue needs a line that is down."""
        for scene in (self._queue_then_stop, self._queue_then_withdraw, self._forward_race, self._burst):
            if self.random.random() < 0.3:
                scene(self.random.randrange(SPAN_MS // 2))

    def _queue_then_stop(self, at: int) -> None:
        """See that what waits for a line that is down does not leave any more when its author has suspended."""
        one, two = self.pair(PARTIES["agreement"])
        self.put("cut", one, at, to=two, how="requests", ms=10 * MINUTE)
        self.put("record", one, at + 10_000, what="person", slot=self.random.randrange(3), terms="open", to=two)
        self.put("message", one, at + 20_000, under="agreement", to=two)
        self.put("suspend", one, at + 60_000, under="agreement", to=two, direction="both", scope="all")
        if self.random.random() < 0.5:
            self.put("resume", one, at + 14 * MINUTE, under="agreement")

    def _queue_then_withdraw(self, at: int) -> None:
        """Have a withdrawal overtake the record it withdraws."""
        one, two = self.pair(PARTIES["agreement"])
        slot = self.random.randrange(3)
        self.put("cut", one, at, to=two, how="requests", ms=5 * MINUTE)
        self.put("record", one, at + 10_000, what="person", slot=slot, terms="open", to=two)
        self.put("withdraw", one, at + 40_000, what="person", slot=slot)

    def _forward_race(self, at: int) -> None:
        """Have an older version, passed on by a third body, come after the newer one."""
        source, holder, third = self.random.sample(PARTIES["agreement"], 3)
        slot = self.random.randrange(3)
        both = "+".join(sorted((holder, third)))
        self.put("record", source, at, what="person", slot=slot, terms="open", to=holder)
        self.put("cut", holder, at + 10_000, to=third, how="requests", ms=5 * MINUTE)
        self.put("forward", holder, at + 20_000, other=third, what="person", slot=slot, of=source)
        self.put("record", source, at + 40_000, what="person", slot=slot, terms="open", to=both)

    def _burst(self, at: int) -> None:
        """Many acts for one body at once, so that a batch holds several envelopes; one of them is lost or they change places."""
        under = self.pick("charter", "agreement")
        one, two = self.pair(PARTIES[under])
        # Strikes the second post: the first holds what was there at once, one envelope.
        self.put(self.pick("lose_one", "reorder", "lose_one"), one, at + 10, to=two, ms=50)
        for place in range(self.random.randint(3, 5)):
            self.put("message", one, at + place, under=under if place % 2 else "charter", to=two)

    def line_faults(self) -> None:
        posts = [
            (at, node, str(args["to"]).partition("+")[0])
            for at, kind, node, args in self.drawn
            if kind in {"record", "message"} and args["to"] != SILENT
        ]
        for _ in range(self.random.randint(3, 7)):
            kind = self.pick(
                "drop_request", "drop_answer", "late_request", "late_answer", "double_request", "damage_request",
                "damage_answer", "replay_later", "swap_answer", "cut_short",
            )  # fmt: skip
            # Mostly just before something is posted on its line: a fault that waits for a post in vain shows nothing.
            at, one, two = self.random.choice(posts) if self.random.random() < 0.7 else (None, *self.pair(NODES))
            self.put(kind, one, at, to=two, ms=self.random.choice((50, 900, 11_000, 70_000)))
        for _ in range(self.random.randint(0, 2)):
            one, two = self.pair(NODES)
            how = self.pick("requests", "answers", "both")
            self.put("cut", one, to=two, how=how, ms=self.random.randrange(MINUTE, 15 * MINUTE))
        if self.random.random() < 0.15:
            self.put("partition", self.pick(*NODES), ms=self.random.randrange(MINUTE, 15 * MINUTE))

    def machine_faults(self) -> None:
        for _ in range(self.random.randint(1, 3)):
            point = self.pick("crash_before_commit", "crash_after_commit", "crash_between")
            down = self.random.choice((500, 5_000, MINUTE, 10 * MINUTE))
            self.put(point, self.pick(*NODES), commit=self.random.randint(1, 4), ms=down)
        if self.random.random() < 0.35:
            self.put("disk_full", self.pick(*NODES), ms=self.random.randrange(MINUTE, 6 * MINUTE))
        for _ in range(self.random.randint(0, 2)):
            self.put("write_fails", self.pick(*NODES), place=self.random.randint(1, 12))
        if self.random.random() < 0.4:
            self.put("commit_fails", self.pick(*NODES), how=self.pick("lost", "kept"))
        if self.random.random() < 0.4:
            by = self.random.choice((-200_000, -30_000, 30_000, 200_000, 400_000))
            self.put("clock_steps", self.pick(*NODES), by=by, ms=self.random.randrange(MINUTE, 10 * MINUTE))

    def restores(self) -> None:
        """Keep a copy of a node; later its machine is lost, and it comes back from the copy."""
        if self.random.random() < 0.3:
            node = self.pick(*NODES)
            at = self.put("keep_copy", node, self.random.randrange(SPAN_MS // 2))
            later = at + self.random.randrange(MINUTE, SPAN_MS // 2)
            self.put("restore", node, later, ms=self.random.choice((5_000, MINUTE, 10 * MINUTE)))

    def versions(self) -> None:
        """Nodes of an earlier and of a later version than the others'."""
        said = [
            (at, kind, node, str(args["to"]).partition("+")[0])
            for at, kind, node, args in self.drawn
            if kind in {"record", "message"} and args["to"] != SILENT
        ]
        if self.random.random() < 0.25:
            # Just before something comes that it does not know yet, or a withdrawal, hit or stand that follows.
            at, kind, _, node = self.random.choice(said)
            lacks = self.pick(kind, kind, kind, "withdrawal", "hit", "participation")
            self.put("older_kinds", node, at, lacks=lacks, ms=self.random.randrange(5 * MINUTE, SPAN_MS // 2))
        if self.random.random() < 0.2:
            at, _, node, _ = self.random.choice(said)
            self.put("other_version", node, at, ms=self.random.randrange(MINUTE, 10 * MINUTE))

    def hostile(self) -> None:
        for _ in range(self.random.randint(1, 3)):
            kind = self.pick(*ATTACK_KINDS)  # fmt: skip
            self.put(kind, self.pick(*NODES), other=self.pick(*NODES))
        if self.random.random() < 0.5:
            at = self.random.randrange(SPAN_MS // 2, SPAN_MS)
            self.put("ask_hidden", self.pick(*NODES), at, other=self.pick(*NODES, SILENT, SILENT))

    def long_times(self) -> None:
        """Days that pass: retention ends, leases end, undelivered things are given up."""
        if self.random.random() < 0.16:
            # In the middle leases end while lines are down; at the end everything is behind, and the rest is given up.
            is_end = self.random.random() < 0.5
            at = SPAN_MS - 1 if is_end else self.random.randrange(SPAN_MS // 4, SPAN_MS)
            self.put("days_pass", "", at, days=self.random.choice((2, 35) if is_end else (1, 4)))
            for node in NODES:
                self.put("list", node, at + 1, other=node, what=self.pick("person", "substance"), slot=0)


def draw(seed: int) -> Plan:
    """Draw a seed's plan."""
    drawing = Drawing(seed)
    drawing.acts()
    drawing.scenes()
    drawing.line_faults()
    drawing.machine_faults()
    drawing.hostile()
    drawing.long_times()
    drawing.restores()
    drawing.versions()
    further = Drawing(seed + FURTHER)
    draw_scenes(further)
    in_order = sorted(drawing.drawn + further.drawn, key=lambda one: one[0])
    return Plan(seed, tuple(Event(number, *one) for number, one in enumerate(in_order, start=1)))
