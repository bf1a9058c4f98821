"""A seed's world: one heap of moments, real nodes, a wire that loses, a step at a time and every invariant after each.

A step is one thing that happens: an officer's act, a batch that arrives, an answer that comes back, a node that starts again. The
courier here does what transport.courier does with threads: one post at a time to each body, at once after a commit, later after a
failure. Everything it asks of the exchange stands in `post`.
"""

from __future__ import annotations

import hashlib
import heapq
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from entente.app import tend
from entente.kernel.errors import EntenteError, Unavailable
from entente.kernel.state import NodeMode
from entente.node import Node
from tests.simulation import checks, erasing
from tests.simulation.asking import ASK, Questions
from tests.simulation.faults import FAULTS
from tests.simulation.hostile import ATTACKS, Peer
from tests.simulation.look import Looker, Seen
from tests.simulation.node import CrashError, SimNode
from tests.simulation.parts import SeededIds, SimClock, Timeline, remembered_signatures
from tests.simulation.plan import SPAN_MS, Event, Plan
from tests.simulation.post import DownError, Post, unreached
from tests.simulation.table import ACTS, AFTER_STEP, CONVERGED
from tests.simulation.template import NODES, SILENT, SUCCESSOR, Template
from tests.simulation.truth import BrokenError, Truth
from tests.simulation.wire import ANSWER_TIMEOUT_MS, Wire
from tests.support.nodes import HEAD

STEPS_MAX = 2_500
"""Several times what the busiest seed takes; more is a loop that never ends."""
HEALED_MS_MAX = 4 * 3_600_000
"""A retry waits an hour at most (docs/rules/exchange.md X21); four hours after the lines are healed all is delivered."""
PAUSE_MS_FIRST, PAUSE_MS_MAX = 1_000, 60_000
"""As transport.courier."""
FETCH_MS = 30_000
"""As settings.exchange_fetch_seconds."""
TEND_MS = 600_000
"""A node at its ordinary work is tended less often than a real one, every FETCH_MS: for hours it finds nothing to do."""


_APP_LOG = logging.getLogger("entente.app")


class _Faults(logging.Handler):
    """Hears what app tells the operator of statements that a node failed at: each is a defect here."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self.texts.append(f"{record.getMessage()}: {type(error).__name__}: {error}")


@dataclass(slots=True)
class Courier:
    """Who is being posted to, and who is left alone."""

    busy: set[str] = field(default_factory=set)
    pause_ms: dict[str, int] = field(default_factory=dict)
    until_ms: dict[str, int] = field(default_factory=dict)
    looks_at_ms: int | None = None
    in_vain: Counter[str] = field(default_factory=Counter)
    """How often in a row something was due for a body and nothing was collected."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended."""

    seed: int
    digest: str
    failure: str
    """What broke, in a sentence; empty when nothing did."""
    failed_at: int
    """The number of the event after which it broke."""
    steps: int
    planned: Counter[str]
    """How often each fault and attack was planned; one strikes only what is there to be struck."""
    faults: Counter[str]
    """How often each really struck, counted where it does."""
    log: tuple[str, ...]


class World:
    """One seed being run."""

    def __init__(self, plan: Plan, template: Template, scratch: Path) -> None:
        self.plan = plan
        self.template = template
        self.timeline = Timeline()
        self.log: list[str] = []
        self.faults: Counter[str] = Counter()
        self.event = 0
        self.steps = 0
        self.touched: set[str] = set()
        self.is_healed = False
        self.lacking: dict[str, str] = {}
        """Nodes of an earlier version, and the kind of statement that they do not know."""
        self.behind: set[str] = set()
        """Nodes that were brought up to date, and have not taken in yet what they had set aside."""
        self.lost: set[str] = set()
        """Nodes that are down, and begin again from the copy that was kept of them."""
        self.untended: set[str] = set()
        """Nodes that were not tended since days passed: what waited too long ends when they are (docs/rules/exchange.md X28)."""
        self.nodes = {
            code: SimNode(code, scratch / code, SimClock(self.timeline), SeededIds(f"{plan.seed} {code}"))
            for code in NODES
        }
        for code, sim in self.nodes.items():
            sim.post = partial(self.ask, code)
        self.couriers = {code: Courier() for code in NODES}
        self.wire = Wire(plan.seed)
        self.truth = Truth(template)
        self.peer = Peer(template, self.timeline, SeededIds(f"{plan.seed} {SILENT}"))
        self.questions = Questions(SeededIds(f"{plan.seed} asking"))
        self.seen: dict[str, Seen] = {}
        self._lookers: dict[str, Looker] = {}
        self._lives = dict.fromkeys(NODES, 0)
        self.told_faults = _Faults()
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self._planned = len(plan.events)
        """How many of the plan's events are still to come."""

    # Time

    @property
    def now_ms(self) -> int:
        return self.timeline.milliseconds

    def after(self, delay_ms: int, step: Callable[[], None]) -> None:
        """Have something happen later."""
        self._count += 1
        heapq.heappush(self._heap, (self.now_ms + delay_ms, self._count, step))

    def say(self, text: str) -> None:
        """Write a line of the log: the run's digest is over these."""
        self.log.append(f"{self.now_ms / 1000:>10.3f} {text}")

    # The run

    def run(self) -> Outcome:
        """Play the plan, heal, run until quiet, and check; never raises for what the product does wrong."""
        with remembered_signatures():
            failure = self._played()
        digest = hashlib.sha256("\n".join(self.log).encode()).hexdigest()
        planned = Counter(event.kind for event in self.plan.events if event.kind not in ACTS)
        return Outcome(self.plan.seed, digest, failure, self.event, self.steps, planned, self.faults, tuple(self.log))

    def _played(self) -> str:
        """Return what broke, in a sentence; empty when nothing did."""
        _APP_LOG.addHandler(self.told_faults)
        try:
            for code, sim in self.nodes.items():
                sim.begin_from(self.template.folder / code)
                sim.disk.heal()
                sim.disk.struck.clear()
                self.start(code, is_first=True)
                self.look(code)
                checks.begun(self, code)
            for event in self.plan.events:
                self.after(event.at_ms, self._happening(event))
            self._until(lambda: self.now_ms >= SPAN_MS)
            self.heal()
            self._come_to_rest()
            if erasing.tidy(self):
                # What it finds due tells others; what they confirmed, it forgets in its next turn.
                self._after_step()
                self._come_to_rest()
                erasing.tidy(self)
                self._after_step()
            checks.converged(self)
            for check in CONVERGED:
                check(self)
        except BrokenError as broken:
            return str(broken)
        except Exception as error:  # noqa: BLE001 - whatever the product raises past its tree of errors is a finding
            return f"unexpected {type(error).__name__}: {error}"
        finally:
            _APP_LOG.removeHandler(self.told_faults)
            for looker in self._lookers.values():
                looker.close()
            for sim in self.nodes.values():
                sim.close()
                self.faults.update(sim.disk.struck)
        return ""

    def _come_to_rest(self) -> None:
        limit = self.now_ms + HEALED_MS_MAX
        self._until(lambda: self.now_ms >= limit or self._is_quiet())

    def _until(self, is_over: Callable[[], bool]) -> None:
        while self._heap and not is_over():
            at_ms, _, step = heapq.heappop(self._heap)
            if at_ms > self.now_ms:
                self.timeline.milliseconds = at_ms
            else:
                self.timeline.milliseconds += 1
            self.steps += 1
            if self.steps > STEPS_MAX:
                raise BrokenError(f"C: the world did not come to rest in {STEPS_MAX} steps.")
            self.touched.clear()
            step()
            if self.told_faults.texts:
                raise BrokenError(f"F: a statement made a node fail: {self.told_faults.texts[0]}")
            self._after_step()

    def _after_step(self) -> None:
        for code in NODES:
            if code in self.touched:
                before = self.seen.get(code)
                self.look(code)
                if before is not None:
                    checks.after_step(self, code, before, self.seen[code])
                    for check in AFTER_STEP:
                        check(self, code, before, self.seen[code])
        if self.touched:
            checks.acknowledged(self, self.touched)

    def _is_quiet(self) -> bool:
        """Say whether nothing is left to do for anybody who answers."""
        silent = {self.template.bodies[SILENT], self.template.bodies[SUCCESSOR]}
        return (
            all(sim.is_up and not self.couriers[code].busy - silent for code, sim in self.nodes.items())
            and not any(self.seen[code].is_taking_back for code in NODES)
            and not self._planned
            # An event that days passing put behind the healing may still run an earlier version.
            and not self.lacking
            and not self.behind
            and not self.untended
            and all(
                sent.state != "waiting" or sent.recipient in silent for code in NODES for sent in self.seen[code].outbox
            )
        )

    def look(self, code: str) -> None:
        """Look into a node's store, whether it is up or not."""
        if code not in self._lookers:
            self._lookers[code] = Looker(self.nodes[code].folder.database)
        self.seen[code] = self.peek(code)

    def peek(self, code: str) -> Seen:
        """Look in the middle of a step; what it changed is checked at its end all the same."""
        before = self.seen.get(code)
        return self._lookers[code].look(before.size if before is not None else 0)

    def looker(self, code: str) -> Looker:
        """Return what looks into a node's store, for a question of a check."""
        return self._lookers[code]

    def root_at(self, code: str, sequence: int) -> bytes | None:
        return self._lookers[code].root_at(sequence)

    def _happening(self, event: Event) -> Callable[[], None]:
        def happen() -> None:
            self.event = event.number
            self._planned -= 1
            self._happen(event)

        return happen

    def _happen(self, event: Event) -> None:
        if event.kind in ACTS:
            sim = self.nodes[event.node]
            if not sim.is_up:
                self.say(f"{event.node} is down: {event.kind} is left out")
                return
            with suppress(DownError):
                said = self.call(event.node, lambda: ACTS[event.kind](self, sim.running, event))
                self.say(f"{event.node} {event.kind}: {said}")
        elif event.kind in ATTACKS:
            with suppress(DownError):
                self.peer.attack(self, event)
        elif event.kind == ASK:
            if self.nodes[event.node].is_up:
                with suppress(DownError):
                    self.say(f"{event.node} {ASK}: {self.questions.ask(self, event)}")
        else:
            FAULTS[event.kind](self, event)

    # Nodes

    def node(self, code: str) -> Node:
        return self.nodes[code].running

    def start(self, code: str, *, is_first: bool = False) -> None:
        """Start a node over its store, and check what a start finds; the template's was checked when it was made."""
        sim = self.nodes[code]
        struck = sim.disk.times_struck
        try:
            if code in self.lost:
                self._put_back(code)
            sim.open()
        except Unavailable as error:
            if not sim.disk.is_full and sim.disk.times_struck == struck and not sim.clock.skew_ms:
                raise BrokenError(f"{code} does not start, and nothing is wrong with its disk: {error}") from error
            self.say(f"{code} cannot start: {error.what}")
            self.after(5_000, lambda: self._start_again(code))
            return
        if code in self.lacking:
            sim.forget_kind(self.lacking[code])
        self._lives[code] += 1
        self.couriers[code] = Courier()
        sim.store.after_commit.append(lambda: self._committed(code))
        self.touched.add(code)
        if not is_first:
            checks.trail_verifies(self, code)
        self.wake(code)
        if is_first:
            self.after(TEND_MS, self._tending(code, self._lives[code]))
        else:
            self.tend_soon(code)

    def tend_soon(self, code: str) -> None:
        """Have a node tended, now and then again."""
        self.after(2, self._tending(code, self._lives[code]))

    def _put_back(self, code: str) -> None:
        """Put a lost node's store back to the copy that was kept; what others have of it must come back to it."""
        body, mine = self.template.bodies[code], self.nodes[code]
        if code in self._lookers:
            self._lookers.pop(code).close()
        mine.restore_copy()
        self.lost.discard(code)
        self.truth.restored.add(code)
        self.truth.known_elsewhere |= {
            (code, holder, item.family, item.id)
            for holder in NODES
            if holder != code
            for item in self.seen[holder].items.values()
            # What was asked in its name, beside its node, it never said itself. A question in a call nobody keeps as it was
            # signed, so that nobody can give it back: the log of whoever was asked has it (docs/rules/exchange.md X34).
            if item.way == "received"
            and item.counterpart == body
            and item.family != "consult"
            and item.id not in self.truth.asked_in_a_name
        }
        self.seen.pop(code)
        self.look(code)
        erasing.put_back(self, code)
        checks.begun(self, code)
        self.faults["restore"] += 1
        self.say(f"{code} is put back to {self.seen[code].size} rows of its trail")
        if code not in self.lacking:
            # A copy of an earlier version may hold what that one set aside; the operator has the newer one take it in.
            self.after(1_000, lambda: self._retry_aside(code))

    def _tending(self, code: str, life: int) -> Callable[[], None]:
        def step() -> None:
            if life != self._lives[code] or not self.nodes[code].is_up:
                return
            with suppress(DownError):
                self.call(code, partial(self._tend, code))
                self.after(FETCH_MS if self.peek(code).is_taking_back else TEND_MS, step)

        return step

    def _tend(self, code: str) -> str:
        """Do what the fetcher does; a restored node's head goes on without the silent body once all others have answered."""
        node = self.node(code)
        tend(node)
        self.untended.discard(code)
        if node.state().mode is not NodeMode.TAKING_BACK:
            return ""
        answered = {self.template.code(one.peer) for one in node.recovery.standing()[1] if one.is_done}
        if answered == set(NODES) - {code}:
            node.recovery.finish(HEAD)
            self.say(f"{code} has taken back")
        return ""

    def call(self, code: str, ask: Callable[[], str]) -> str:
        """Ask something of a node. What the rules refuse is an answer; what ends the node ends the step."""
        self.touched.add(code)
        struck = self._times_struck()
        try:
            return ask()
        except CrashError as crash:
            self.faults[crash.point] += 1
            self.stop(code, str(crash))
            raise DownError from crash
        except Unavailable as error:
            disk = self.nodes[code].disk
            if said := self._known_reason(code, error):
                return said
            # A node that was asked meanwhile may have said it of its own store.
            if not any(sim.disk.is_full for sim in self.nodes.values()) and self._times_struck() == struck:
                raise BrokenError(
                    f"{code} says its store is unavailable, and nothing is wrong with it: {error}"
                ) from error
            self.faults["disk_full"] += disk.is_full
            return f"unavailable: {error.what}"
        except EntenteError as error:
            return f"{error.code}: {error.what}"

    def _known_reason(self, code: str, error: Unavailable) -> str:
        """Return why a node may say that something is unavailable, its disk apart; empty where nothing known is the reason."""
        if "was not reached" in error.what or "through this relay now" in error.what:
            return "not reached"
        if self.peek(code).is_taking_back:
            return "unavailable: it takes back first"
        if self.node(code).clock_trouble():
            return "unavailable: its clock is behind"
        if "cannot answer now" in error.what and any(self.peek(other).is_taking_back for other in NODES):
            return "unavailable: who was asked takes back first"
        if "The file is not here now" in error.why and (self.truth.restored or self.lost):
            # Its record came back to a restored source; what was attached after the copy was made did not, or not yet.
            return "unavailable: the file was lost with its source's store"
        return ""

    def _times_struck(self) -> int:
        return sum(sim.disk.times_struck for sim in self.nodes.values())

    def stop(self, code: str, why: str, down_ms: int | None = None) -> None:
        """End a node now; it starts again later."""
        sim = self.nodes[code]
        sim.close()
        if why:
            self.say(f"{code} ends: {why}")
        self._lives[code] += 1
        self.couriers[code] = Courier()
        wait = self.truth.down_ms.get(code, 5_000) if down_ms is None else down_ms
        self.after(wait, lambda: self._start_again(code))

    def _start_again(self, code: str) -> None:
        if not self.nodes[code].is_up:
            self.say(f"{code} starts")
            self.start(code)

    def bring_up_to_date(self, code: str) -> None:
        """End a node of an earlier version; the one that starts in its place takes in what was set aside."""
        if self.lacking.pop(code, None) is None:
            return
        self.behind.add(code)
        self.touched.add(code)
        if self.nodes[code].is_up:
            self.stop(code, "is brought up to date", 500)
        self.after(1_000, lambda: self._retry_aside(code))

    def _retry_aside(self, code: str) -> None:
        sim = self.nodes[code]
        # As `doctor` says: while its clock is behind it signs nothing, and takes nothing in.
        if not sim.is_up or self.seen[code].is_taking_back or self.node(code).clock_trouble():
            self.after(5_000, lambda: self._retry_aside(code))
            return
        tried: list[str] = []

        def retry() -> str:
            tried.extend(why for _, why in sim.running.deciding.retry())
            return ""

        with suppress(DownError):
            said = self.call(code, retry) or f"took in {tried.count('')} of {len(tried)} set aside"
            self.behind.discard(code)
            self.faults["older_kinds"] += bool(tried)
            self.say(f"{code} is up to date: {said}")
            if sim.running.deciding.aside() and any(why.startswith("This node still") for why in tried):
                raise BrokenError(f"C: {code} is up to date and still takes in nothing of a kind: {tried}")

    # The courier

    def wake(self, code: str) -> None:
        """Have a node's courier look for what is due, soon."""
        self._look_for_due(code, 1)

    def _committed(self, code: str) -> None:
        self.touched.add(code)
        self.wake(code)

    def _look_for_due(self, code: str, delay_ms: int) -> None:
        courier, at = self.couriers[code], self.now_ms + delay_ms
        if courier.looks_at_ms is not None and courier.looks_at_ms <= at:
            return
        courier.looks_at_ms = at
        life = self._lives[code]
        self.after(delay_ms, lambda: self._dispatch(code, life))

    def _dispatch(self, code: str, life: int) -> None:
        courier = self.couriers[code]
        if life != self._lives[code] or not self.nodes[code].is_up or courier.looks_at_ms is None:
            return
        if courier.looks_at_ms > self.now_ms:
            return
        courier.looks_at_ms = None
        if self.seen[code].is_idle:
            # Nothing waits in its store: the exchange is asked again after the next commit.
            return
        with suppress(DownError):
            post = Post(self, code)
            due = post.due()
            for recipient in due:
                until = courier.until_ms.get(recipient, 0)
                if recipient in courier.busy:
                    continue
                if until > self.now_ms:
                    self._look_for_due(code, until - self.now_ms)
                    continue
                post.next_to(recipient)
            if not due and (seconds := post.seconds_to_next()) is not None:
                self._look_for_due(code, max(int(seconds * 1000) + 1, 1))

    def served(self, code: str, recipient: str, life: int, *, is_reached: bool) -> None:
        """Note how a post ended, and go on."""
        if life != self._lives[code]:
            return
        courier = self.couriers[code]
        courier.busy.discard(recipient)
        if is_reached:
            courier.pause_ms.pop(recipient, None)
            courier.until_ms.pop(recipient, None)
        else:
            pause = courier.pause_ms.get(recipient, 0)
            courier.pause_ms[recipient] = min(pause * 2, PAUSE_MS_MAX) if pause else PAUSE_MS_FIRST
            courier.until_ms[recipient] = self.now_ms + courier.pause_ms[recipient]
        self.wake(code)

    def life(self, code: str) -> int:
        return self._lives[code]

    def ask(self, code: str, address: str, batch: bytes) -> bytes:
        """Carry a question and its answer within one step: a call is posted once and never queued."""
        to = next((other for other in NODES if address == f"http://{other.lower()}.test"), "")
        if not to or not self.nodes[to].is_up or self.wire.is_cut(code, to, self.now_ms):
            raise unreached(to)
        post = self.wire.post(code, to, batch, self.now_ms)
        self.faults.update(post.struck)
        answers: list[bytes] = []

        def receive() -> str:
            # A call that comes twice is answered once; whoever asks hears the answer to the first.
            answers.extend(self.node(to).exchange.receive(arrived) for _, arrived in post.arrivals)
            return ""

        with suppress(DownError):
            self.call(to, receive)
        answer = self.wire.answer(to, code, answers[0]) if answers else None
        if answer is None or answer.is_lost or answer.late_ms > ANSWER_TIMEOUT_MS:
            self.faults["unreached"] += 1
            raise unreached(to)
        self.faults.update(answer.struck)
        return answer.batch

    # Healing

    def heal(self) -> None:
        """End every fault: lines, disks, clocks; start what is down."""
        self.is_healed = True
        self.say("healed")
        self.wire.heal()
        for code in NODES:
            self.bring_up_to_date(code)
        for code, sim in self.nodes.items():
            sim.disk.heal()
            sim.clock.skew_ms = 0
            sim.crash_before_commit = sim.crash_after_commit = 0
            if sim.is_up:
                self.wake(code)
            else:
                self._start_again(code)
                self._after_step()
