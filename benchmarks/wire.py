"""One message end to end, durable at both: two real stores, real HTTP on loopback, the courier.

Each node is a process of its own, as in life. The clock runs from the act at the sender to the moment the recipient's commit
returned, one message at a time. Beside it, in the same run and on the same disk, the time of a bare commit: one row in the
trail, signed head included, and nothing sent.

Run as `python -m benchmarks.wire`.
"""

from __future__ import annotations

import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.line import Line, most
from entente import app
from entente.agreements.model import (
    ForceRule,
    HitRule,
    Instrument,
    InstrumentKind,
    OnwardRule,
    PaperAct,
    Right,
)
from entente.bodies.model import Body, BodyKind, Genesis
from entente.bodies.rules import verify_by_node
from entente.bodies.statements import begin, extend
from entente.exchange.ports import ExchangeUnit
from entente.exchange.service import Exchange
from entente.kernel.clock import SystemClock
from entente.kernel.codec import to_object
from entente.kernel.ids import BodyId, InstrumentId, KeyId, SystemIds
from entente.kernel.ports import Act, Outgoing, UnitOfWork
from entente.kernel.sealing import HpkeOpener, HpkeSealer, new_sealing_secret
from entente.kernel.signing import Ed25519Signer, key_id
from entente.kernel.statement import Statement, draft
from entente.storage.address import StoreAddress, write_address
from entente.storage.folder import Folder
from entente.storage.store import Store
from entente.storage.unit_of_work import OncePerCommit, SqlUnitOfWork
from entente.trail.service import record, sign_head
from entente.transport.caller import Caller
from entente.transport.client import ExchangeClient
from entente.transport.courier import Courier
from entente.transport.server import NodeServer, exchange_app, listen

MESSAGES = 200
BARE_COMMITS = 200
WARM_UP = 10
MESSAGE_CHARACTERS = 2_000
"""A page of text, as a police message has."""
BEYOND_COMMITS_MS_MAX = 10
WAIT_SECONDS_MAX = 10.0
SETTLE_SECONDS = 0.005
INSTRUMENT = InstrumentId("instrument:programme")

_CLOCK = SystemClock()
_IDS = SystemIds()


@dataclass(frozen=True, slots=True)
class OneKey:
    """The keys of a node that never changes them."""

    signer: Ed25519Signer
    opener: HpkeOpener

    def signer_of(self, key: KeyId) -> Ed25519Signer | None:
        return self.signer if key_id(self.signer.public_key) == key else None

    def opener_of(self, key: KeyId) -> HpkeOpener | None:
        return self.opener if key_id(self.opener.public_key) == key else None


def _raise(_: Statement, error: Exception) -> None:
    raise error


class HttpNode:
    """A node with a real store, its server on a free port, and its courier."""

    def __init__(self, code: str, folder: Path, database: str = "") -> None:
        """Make the node in a folder; `database` is the address of an empty one for its store, none is a file."""
        app.tune_interpreter()
        heads = [Ed25519Signer(Ed25519PrivateKey.generate()) for _ in range(3)]
        self.signer = Ed25519Signer(Ed25519PrivateKey.generate())
        opener = HpkeOpener(new_sealing_secret())
        genesis = Genesis(
            BodyKind.NATIONAL_CENTRAL_BUREAU, code, f"Bureau {code}", "XA", "Europe/Lisbon",
            tuple(head.public_key for head in heads), 2, self.signer.public_key, opener.public_key, _IDS.new_salt(),
        )  # fmt: skip
        now = _CLOCK.now()
        first = draft("genesis", BodyId(""), now, to_object(genesis))
        for head in heads[:2]:
            first = first.with_signature(head)
        self._socket = listen("127.0.0.1", 0)
        body = begin(first, now, {"XA": "Invented"})
        address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        where = draft("addresses", body.id, now, {"addresses": [address]}).with_signature(self.signer)
        self.body: Body = extend(body, where, now)
        self.report: Callable[[str, float], None] = lambda _name, _moment: None
        place = Folder(folder)
        place.create()
        if database:
            write_address(place.address_file, StoreAddress(database, f"store:{code}", is_made=False))
        self.store = Store.open(place, hooks=(self._enter_outbox, OncePerCommit(partial(_sign_head, self.signer))))
        self.exchange = Exchange(
            open_unit=self.store.unit, open_view=self.store.view, clock=_CLOCK, ids=_IDS,
            keys=OneKey(self.signer, opener), sealer=HpkeSealer(), accept={"message": self._take}, record=_record,
            on_fault=_raise,
        )  # fmt: skip
        self._server = NodeServer(exchange_app(self.exchange.receive), self._socket)
        self._serving = threading.Thread(target=self._server.run)
        self._client = ExchangeClient(10.0)
        self._courier = Courier(self.exchange, self._client.post, workers=2)
        self._is_posting = False
        self.exchange.hasten.append(self._courier.seal_ahead)
        self.store.after_commit.extend((self._tell, self._courier.wake))
        self.taken = 0
        self._taken: list[str] = []
        self.log = place.database.with_name(place.database.name + "-wal")

    def start(self, *, is_posting: bool = True) -> None:
        self._serving.start()
        if is_posting:
            self.post()

    def post(self) -> None:
        """Begin to post what waits."""
        self._courier.start()
        self._is_posting = True

    def fetch(self, peer: BodyId) -> int:
        """Fetch what waits at a peer; return how many envelopes came."""
        return Caller(self.exchange, self._client.post).fetch(peer)

    def stop(self) -> None:
        if self._is_posting:
            self._courier.stop()
        self._server.stop()
        self._serving.join()
        self._client.close()
        self.store.close()

    def know(self, other: Body, instrument: Instrument) -> None:
        # The store asks for statements and verifies none: what they must hold is the rooms' matter, not measured here.
        with self.store.unit() as unit:
            unit.bodies.put_body(self.body, is_own=True)
            unit.bodies.put_body(other)
            unit.agreements.put_instrument(instrument, draft("instrument", self.body.id, _CLOCK.now(), {}))
            for party in (self.body, other):
                signature = draft("instrument_signature", party.id, _CLOCK.now(), {})
                unit.agreements.put_signature(instrument.id, signature)
            unit.commit()

    def send(self, to: BodyId, instrument: InstrumentId, text: str) -> None:
        """Put a text in a signed statement, as an officer's act does."""
        self._send(self.store.act(), to, instrument, [text])

    def send_together(self, to: BodyId, instrument: InstrumentId, texts: Sequence[str]) -> None:
        """Put each text in a signed statement of its own, all in one transaction."""
        self._send(self.store.unit(), to, instrument, texts)

    def _send(self, opened: SqlUnitOfWork, to: BodyId, instrument: InstrumentId, texts: Sequence[str]) -> None:
        made = [draft("message", self.body.id, _CLOCK.now(), {"text": text}) for text in texts]
        signed = [statement.with_signature(self.signer) for statement in made]
        with opened as unit:
            for text, statement in zip(texts, signed, strict=True):
                _record(unit, Act("send_message", self.body.id, "xa-duty-1", statement.id, {}))
                unit.outbox.put(Outgoing(to, instrument, statement, ref=text[:8]))
            unit.commit()

    def bare_commit(self) -> None:
        with self.store.unit() as unit:
            _record(unit, Act("search", self.body.id, "xa-duty-1", "nothing", {}))
            unit.commit()

    def _enter_outbox(self, unit: SqlUnitOfWork) -> None:
        self.exchange.enter_outbox(unit)

    def _take(self, unit: ExchangeUnit, statement: Statement, _sender: BodyId) -> None:
        verify_by_node(unit.bodies.body(statement.body), statement)
        _record(unit, Act("message", statement.body, "node", statement.id, {}))
        self.taken += 1
        self._taken.append(str(statement.content["text"])[:8])

    def _tell(self) -> None:
        """Note the moment when what came is durable: the commit that took it in has returned."""
        moment = time.monotonic()
        while self._taken:
            self.report(self._taken.pop(), moment)


def run() -> list[Line]:
    """Measure; the floor is a bare commit of the same run, of which a message needs two."""
    with tempfile.TemporaryDirectory(prefix="entente-wire-") as folder:
        sender = HttpNode("XA-NCB", Path(folder) / "sender")
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_receiver, args=(theirs, str(Path(folder) / "receiver"), sender.body))
        process.start()
        receiver: Body = ours.recv()
        instrument = programme(frozenset({sender.body.id, receiver.id}))
        sender.know(receiver, instrument)
        sender.start()
        try:
            times = [_one_message(sender, receiver, number, ours) for number in range(WARM_UP + MESSAGES)][WARM_UP:]
            bare = [_timed(sender.bare_commit) for _ in range(WARM_UP + BARE_COMMITS)][WARM_UP:]
        finally:
            sender.stop()
            ours.send("stop")
            process.join()
    message, commit = statistics.median(times) * 1000, statistics.median(bare) * 1000
    slow = statistics.quantiles(times, n=20)[18] * 1000
    bound = most(2 * commit + BEYOND_COMMITS_MS_MAX)
    return [
        Line("one message end to end, durable at both, p50", message, "ms", bound, 2 * commit, "two bare commits"),
        Line("one message end to end, durable at both, p95", slow, "ms", None, 2 * commit, "two bare commits"),
        Line("bare commit, p50", commit, "ms"),
    ]


def _receiver(connection: Connection, folder: str, sender: Body) -> None:
    """Run the recipient's node in this process, and tell of each message the moment it became durable."""
    node = HttpNode("XB-NCB", Path(folder))
    node.know(sender, programme(frozenset({sender.id, node.body.id})))
    node.report = lambda name, moment: connection.send((name, moment))
    node.start()
    connection.send(node.body)
    assert connection.recv() == "stop"
    node.stop()


def _one_message(sender: HttpNode, receiver: Body, number: int, arrivals: Connection) -> float:
    name = f"{number:08}"
    started = time.monotonic()
    sender.send(receiver.id, INSTRUMENT, name + "x" * MESSAGE_CHARACTERS)
    assert arrivals.poll(WAIT_SECONDS_MAX), "the message did not arrive"
    arrived, moment = arrivals.recv()
    assert arrived == name
    # The next one begins when this one's receipt is settled, so that each is measured alone.
    while sender.exchange.seconds_to_next() is not None:
        time.sleep(SETTLE_SECONDS)
    return float(moment - started)


def _timed(act: Callable[[], None]) -> float:
    started = time.monotonic()
    act()
    return time.monotonic() - started


def programme(parties: frozenset[BodyId]) -> Instrument:
    return Instrument(
        id=INSTRUMENT, kind=InstrumentKind.PROGRAMME, name="programme", title="Programme",
        text="Text.", paper=PaperAct("XA", (), date(2020, 1, 1), 180), clauses=(), parties=parties,
        party_groups=frozenset(), force_rule=ForceRule.ALL, force_count=0, starts_on=date(2020, 1, 1), ends_on=None,
        kinds=frozenset({"message"}), purposes=frozenset({"inform"}), crime_areas=frozenset({"drugs"}),
        rights=frozenset({Right.CONTACT}), knowable_kinds=frozenset(), handling_ceiling="restricted",
        onward=OnwardRule.FORBIDDEN, retention_days_max=365, lease_minutes=24 * 60, deadlines={}, hit_rule=HitRule.AT_ONCE,
    )  # fmt: skip


def _record(unit: UnitOfWork, act: Act) -> object:
    return record(unit, _CLOCK, _IDS, act)


def _sign_head(signer: Ed25519Signer, unit: SqlUnitOfWork) -> None:
    sign_head(unit, signer)


if __name__ == "__main__":
    for line in run():
        print(*line.cells(), sep="  ")
