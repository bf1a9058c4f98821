"""Nodes killed while officers act: what was acknowledged is at both ends, once, and what an officer was told was kept is kept.

Two bureaus as processes; at each an officer who never pauses: messages both ways, copies of records, and at one of them heads
who suspend the agreement and end it again. Meanwhile a seeded choice of processes is killed with SIGKILL, now one, now both at
once, now one whose peer was stopped where it stood. Afterwards both stores are read and every statement is accounted for.

Source: DESIGN section 1, promises 3 and 5; docs/rules/exchange.md X7, X14, X20 and X21.
"""

from __future__ import annotations

import json
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from entente.app import operator_token, running_node
from entente.cli.gateway import Loopback
from entente.kernel.errors import EntenteError, Unavailable
from tests.support.processes import AGREEMENT, TERMS, Bureau, conclude, settle, suspension, two_nodes

pytestmark = pytest.mark.e2e

RECORDS = 600
SETTLE_SECONDS_MAX = 300.0
"""A body that was away is left alone for up to a minute, and its lane a little longer."""


@dataclass(slots=True)
class Officer:
    """Somebody who acts at one node all the time, and remembers what the node said was kept."""

    bureau: Bureau
    peer: Bureau
    acts: tuple[Callable[[Officer], None], ...]
    chance: random.Random
    told: list[str] = field(default_factory=list)
    """Subjects of messages that the node said were kept."""
    shared: list[str] = field(default_factory=list)
    """Records of which the node said that a copy was sent."""
    refused: Counter[str] = field(default_factory=Counter)
    number: int = 0
    node: Loopback | None = None
    """The running node. None while it is down: nobody opens the folder instead."""
    failure: BaseException | None = None
    _ends: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def ask(self, verb: str, **given: object) -> Any:  # noqa: ANN401 - a verb's JSON
        """Ask the node that ran last; Unavailable where it died."""
        node = self.node
        if node is None:
            raise Unavailable("The node is down.", why="It was killed.", do="Wait.", retry_is_safe=True)
        arguments: Any = given
        return node.ask(verb, arguments)

    def begin(self) -> None:
        self.reach()
        self._thread = threading.Thread(target=self._act)
        self._thread.start()

    def reach(self) -> None:
        """Speak to the node that was just started."""
        holder = running_node(self.bureau.folder)
        assert holder is not None, "the node runs"
        self.node = Loopback(holder.address, operator_token(self.bureau.folder))

    def end(self) -> None:
        self._ends.set()
        assert self._thread is not None, "it began"
        self._thread.join()
        if self.failure is not None:
            raise self.failure

    def _act(self) -> None:
        try:
            while not self._ends.is_set():
                self.number += 1
                try:
                    self.chance.choice(self.acts)(self)
                except Unavailable:
                    self._ends.wait(0.05)
                except EntenteError as error:
                    self.refused[error.code] += 1
        except BaseException as error:  # noqa: BLE001 - told by the test, at its end
            self.failure = error


def write(officer: Officer) -> None:
    """Send a message under the charter, whose channel no suspension stops."""
    text = f"{officer.bureau.code}-{officer.number}"
    officer.ask(
        "message_send", officer="duty-1", to=officer.peer.code, instrument="charter", subject=text, text=text * 50
    )
    officer.told.append(text)


def share(officer: Officer) -> None:
    """Send a copy of one record; while the agreement is suspended the gate refuses."""
    record = f"{officer.bureau.code}/p-{officer.number % RECORDS}"
    if officer.ask("record_share", officer="duty-1", records=[record], recipients=[officer.peer.code])["sent"]:
        officer.shared.append(record)


def suspend_or_resume(officer: Officer) -> None:
    """Have the heads suspend the agreement, or end the suspension that stands."""
    stands = officer.ask("instrument_show", instrument=AGREEMENT)["participations"]
    own = next((one for one in stands if one["body"]["code"] == officer.bureau.code), None)
    found = own["suspensions"] if own is not None else []
    drafted = (
        officer.ask("resume_draft", officer="head-1", instrument=AGREEMENT, suspension=found[0]["id"])
        if found
        else officer.ask("suspend_draft", **suspension(officer.peer))
    )
    officer.ask("instrument_submit", officer="head-1", statement=officer.bureau.sign(drafted))


@contextmanager
def at_work(folder: Path, seed: int) -> Iterator[tuple[Officer, Officer]]:
    """Run two bureaus under charter and agreement, with records to share, and officers who act."""
    with two_nodes(folder) as (a, b):
        conclude(a, b, "agreement.yaml", AGREEMENT)
        person = '{{"id": "p-{0}", "schema": "Person", "properties": {{"name": ["Ardan Velk {0}"]}}}}\n'
        listed = folder / "list.jsonl"
        listed.write_text("".join(person.format(number) for number in range(RECORDS)), encoding="utf-8")
        for one in (a, b):
            one.ask(
                "record_import", officer="duty-1", file=str(listed), terms=f"instrument: {AGREEMENT}\n{TERMS}", share_with=[],
                rejects=str(folder / "rejects.jsonl"),
            )  # fmt: skip
        officers = (
            Officer(a, b, (write, write, write, share, share, share, suspend_or_resume), random.Random(seed)),
            Officer(b, a, (write, write, share), random.Random(seed + 1)),
        )
        for officer in officers:
            officer.begin()
        yield officers


def kill(victims: tuple[Officer, ...]) -> None:
    """Kill the nodes of some officers at the same moment, and start them again."""
    processes = [officer.bureau.process for officer in victims]
    for process in processes:
        assert process is not None, "a running node is killed"
        process.send_signal(signal.SIGKILL)
    for officer in victims:
        officer.node = None
        officer.bureau.end(signal.SIGKILL)
    for officer in victims:
        officer.bureau.start()
        officer.reach()


def run_kills(folder: Path, kills: int, seed: int) -> Counter[str]:
    """Kill so many times under load, then account for everything; return what was counted."""
    chance, counted = random.Random(seed), Counter[str]()
    with at_work(folder, seed) as officers:
        done = 0
        while done < kills:
            time.sleep(chance.uniform(0.2, 1.2))
            (victim, other), how = chance.sample(officers, 2), chance.choice(("alone", "alone", "both", "paused peer"))
            if how == "paused peer":
                other.bureau.pause()
                time.sleep(chance.uniform(0.2, 1.5))
                kill((victim,))
                time.sleep(chance.uniform(0.0, 1.0))
                other.bureau.go_on()
            else:
                kill((victim,) if how == "alone" else tuple(officers))
            done += 2 if how == "both" else 1
            counted[f"kills, {how}"] += 2 if how == "both" else 1
            for officer in officers:
                assert_stored_is_there(officer.bureau, officer.peer)
        for officer in officers:
            officer.end()
        a, b = officers[0].bureau, officers[1].bureau
        release_all(officers)
        settle(a, b, seconds=SETTLE_SECONDS_MAX)
        for officer in officers:
            counted += account(officer)
        assert stands_of(a) == stands_of(b)
        for one in (a, b):
            # The log is held against the trail too.
            assert one.ask("trail_verify")["proof"]["is_sound"]
    return counted


def release_all(officers: tuple[Officer, ...]) -> None:
    """End what still stands suspended, then let what is held leave."""
    first = officers[0]
    stands = first.ask("instrument_show", instrument=AGREEMENT)["participations"]
    if any(one["suspensions"] for one in stands):
        suspend_or_resume(first)
    settle(first.bureau, first.peer, seconds=SETTLE_SECONDS_MAX)
    for officer in officers:
        for held in officer.ask("exchange_held")["held"]:
            with suppress(EntenteError):
                officer.ask("exchange_release", officer="head-1", number=held["number"])


def assert_stored_is_there(sender: Bureau, recipient: Bureau) -> None:
    """Assert that what the sender calls stored is at the recipient, once. The sender is read first: it never knows more."""
    stored = {row[0] for row in sender.rows("SELECT statement_id FROM outbox_statement WHERE state = 'stored'")}
    there = Counter(row[0] for row in recipient.rows("SELECT statement_id FROM inbox_statement"))
    assert stored <= set(there)
    assert max(there.values(), default=1) == 1


def account(officer: Officer) -> Counter[str]:
    """Account for all that one officer's node sent; return the counts by kind and end."""
    sender, recipient = officer.bureau, officer.peer
    assert_stored_is_there(sender, recipient)
    ends = sender.rows("SELECT kind, state, count(*) FROM outbox_statement GROUP BY kind, state")
    assert {state for _, state, _ in ends} <= {"stored", "held", "refused", "retracted"}
    query = "SELECT document FROM correspondence_item WHERE family = 'message' AND way = 'received'"
    arrived = Counter(json.loads(document)["subject"] for (document,) in recipient.rows(query))
    assert max(arrived.values(), default=1) == 1
    # More may have arrived than was told: a node that died after its commit said nothing.
    assert set(officer.told) <= set(arrived)
    held = {
        row[0] for row in sender.rows("SELECT ref FROM outbox_statement WHERE kind = 'record' AND state <> 'stored'")
    }
    query = "SELECT record_id FROM record WHERE source IN (SELECT sender FROM inbox_statement)"
    copies = Counter(row[0] for row in recipient.rows(query))
    assert max(copies.values(), default=1) == 1
    names = {name.rpartition("/")[2] for name in copies}
    assert {name.rpartition("/")[2] for name in officer.shared} <= names | {ref.rpartition("/")[2] for ref in held}
    return Counter({f"{kind} {state}": count for kind, state, count in ends}) + Counter(
        {"messages told to be kept": len(officer.told), "copies told to be sent": len(officer.shared)}
    )


def stands_of(bureau: Bureau) -> dict[str, Any]:
    """Return how each party stands to the agreement, as a node knows it."""
    stands = bureau.ask("instrument_show", instrument=AGREEMENT)["participations"]
    return {one["body"]["code"]: (one["epoch"], one["suspensions"]) for one in stands}


@pytest.mark.long
def test_every_statement_is_accounted_for_though_nodes_are_killed_under_load(tmp_path: Path) -> None:
    counted = run_kills(tmp_path, kills=3, seed=7)
    assert counted["message stored"] > 0
    assert counted["record stored"] > 0


@pytest.mark.long
def test_every_statement_is_accounted_for_after_fifty_kills_under_load(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    with capsys.disabled():
        sys.stderr.write(f"\nkills under load, seed {seed}\n")
        counted = run_kills(tmp_path, kills=50, seed=seed)
        for what, count in sorted(counted.items()):
            sys.stderr.write(f"  {count:>6}  {what}\n")
    assert counted["participation stored"] > 0
