"""Several real nodes in one process: real rooms, real stores in temporary folders, and a post that carries batches by hand.

What the demonstration does over sockets, tests do here in milliseconds: nothing is faked but the wire.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from entente.app import NewBody, create_folder, open_parts, parts_of
from entente.bodies.ceremony import read_draft
from entente.bodies.model import Body, BodyKind, Officer
from entente.formats.instruments import read_instrument
from entente.kernel.clock import Clock, SystemClock
from entente.kernel.errors import Unavailable
from entente.kernel.ids import BodyId, InstrumentId, OfficerId
from entente.kernel.statement import Statement, from_json
from entente.node import Node
from entente.settings import Settings
from entente.storage.keys import KeyFiles
from tests.support.databases import move_into
from tests.support.postgres_server import Server

HEAD = OfficerId("head-1")
DUTY = OfficerId("duty-1")
DPO = OfficerId("dpo-1")
OFFICERS = {
    HEAD: frozenset({"head_of_body"}),
    DUTY: frozenset({"duty_officer"}),
    DPO: frozenset({"data_protection_officer"}),
}
PASSPHRASE = "correct horse battery staple"
INSTRUMENTS = Path(__file__).parents[2] / "demo" / "instruments"

KINDS = {
    "GS": (BodyKind.GENERAL_SECRETARIAT, "General Secretariat", ""),
    "XA-NCB": (BodyKind.NATIONAL_CENTRAL_BUREAU, "National Central Bureau of XA", "XA"),
    "XB-NCB": (BodyKind.NATIONAL_CENTRAL_BUREAU, "National Central Bureau of XB", "XB"),
    "RC": (BodyKind.INTERNATIONAL_ENTITY, "Regional Drug Information Centre", ""),
}


Conclusion: TypeAlias = tuple[str, str, tuple[str, ...]]
"""An instrument that is concluded: who proposes it, its file of the demonstration, who signs it, in their order."""
CHARTER: Conclusion = ("GS", "charter.yaml", ("GS", "XA-NCB", "XB-NCB", "RC"))
AGREEMENT: Conclusion = ("XA-NCB", "agreement.yaml", ("XA-NCB", "XB-NCB", "GS"))
AGREEMENT_NAME = "police-data-agreement"


@dataclass(frozen=True, slots=True)
class StoppedClock:
    """A clock that stands."""

    at: datetime

    def now(self) -> datetime:
        """Return the moment at which it stands."""
        return self.at


class AheadClock:
    """The machine's clock, ahead by as much as a test moved it; all nodes of a network share it."""

    def __init__(self) -> None:
        self._machine: Clock = SystemClock()
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """Return the moved time."""
        return self._machine.now() + self._ahead

    def move(self, **span: float) -> None:
        """Let time pass, in the units of a timedelta."""
        self._ahead += timedelta(**span)

    def stop(self, at: datetime | None = None) -> datetime:
        """Let no time pass from here on, or from a moment on, but what a test moves; return that moment."""
        stopped = self._machine = StoppedClock(self._machine.now() if at is None else at)
        return stopped.at


@dataclass(frozen=True, slots=True)
class Network:
    """The nodes by their bodies' codes. A node that is closed has its folder, and nobody reaches it."""

    nodes: dict[str, Node]
    folders: Mapping[str, Path]
    carried: dict[tuple[BodyId, BodyId], bytes] = field(default_factory=dict)
    """The last batch from one body to another, as somebody on the line would have recorded it."""
    clock: AheadClock = field(default_factory=AheadClock)
    posted: list[bytes] = field(default_factory=list)
    """What was posted by calls, as somebody on the line would have recorded it."""
    opened: dict[str, ExitStack] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)
    """Each body's own entry as it was when its node was closed."""

    def open(self, code: str) -> Node:
        """Open the node of a body's folder; its calls reach the other nodes that are open."""
        settings = Settings.at(self.folders[code])
        parts = replace(parts_of(settings), clock=self.clock, open_post=lambda: nullcontext(self.post))
        self.opened[code] = ExitStack()
        self.nodes[code], _ = self.opened[code].enter_context(open_parts(settings, parts))
        self.bodies.pop(code, None)
        return self.nodes[code]

    def close(self, code: str) -> None:
        """Close a body's node."""
        self.bodies[code] = self.own(code)
        self.opened.pop(code).close()
        del self.nodes[code]

    def close_all(self) -> None:
        """Close every node that is open."""
        for stack in self.opened.values():
            stack.close()

    def post(self, address: str, batch: bytes) -> bytes:
        """Post a batch to the node at an address, as a call does."""
        node = self.nodes.get(address.removeprefix("http://").partition(".test")[0].upper())
        if node is None:
            raise Unavailable("Nobody answers there.", why="Its node is closed.", do="Open it.", retry_is_safe=True)
        self.posted.append(batch)
        return node.exchange.receive(batch)

    def __getitem__(self, code: str) -> Node:
        """Return a body's node."""
        return self.nodes[code]

    def own(self, code: str) -> Body:
        """Return a body's own entry."""
        if code in self.bodies:
            return self.bodies[code]
        with self.nodes[code].directory.open_unit() as unit:
            return unit.bodies.own()

    def id(self, code: str) -> BodyId:
        """Return a body's id."""
        return self.own(code).id

    def speak(self, *codes: str) -> None:
        """Have bodies say something by control to everybody, so that they are heard; all of them where none is named."""
        for code in codes or self.nodes:
            self[code].directory.publish_addresses(self.own(code).addresses)
        self.deliver()

    def deliver(self, *away: str) -> int:
        """Carry every batch that is due until nothing is, but to and from bodies that are away; return how many arrived."""
        far = {self.id(code) for code in (*away, *self.bodies)}
        by_id = {self.id(code): node for code, node in self.nodes.items()}
        carried = 0
        for _ in range(50):
            parcels = [
                (self.id(code), node, parcel)
                for code, node in self.nodes.items()
                for recipient in node.exchange.recipients_due()
                if code not in away and recipient not in far
                if (parcel := node.exchange.collect(recipient)) is not None and parcel.via not in far
            ]
            if not parcels:
                break
            for sender, node, parcel in parcels:
                self.carried[sender, parcel.recipient] = parcel.batch
                response = by_id[parcel.via].exchange.receive(parcel.batch)
                carried += node.exchange.settle(parcel, response).acknowledged
        for node in self.nodes.values():
            while node.identity.index_step():
                continue
        return carried

    def sign_by_heads(self, code: str, draft: Statement) -> Statement:
        """Sign a draft with two of a body's three heads' keys."""
        keys = KeyFiles(self.folders[code] / "keys")
        for head in ("1", "2"):
            draft = draft.with_signature(keys.head_signer(head, PASSPHRASE))
        return draft

    def change_keys(self, code: str, compromised_since: datetime | None = None) -> Body:
        """Have a body draft, sign and take its next key version; nothing of it is carried yet."""
        node = self[code]
        draft = read_draft(node.directory.draft_keys(HEAD, compromised_since=compromised_since), node.lists.countries)
        return node.directory.change_keys(HEAD, self.sign_by_heads(code, draft.statement))

    def submit(self, code: str, draft: Statement) -> None:
        """Have a body's heads sign a draft and hand it in."""
        self[code].agreements.submit_signed(HEAD, self.sign_by_heads(code, draft))

    def instrument(self, name: str) -> InstrumentId:
        """Return the id of an instrument by its short name, as the secretariat knows it."""
        for node in self.nodes.values():
            with node.agreements.open_unit() as unit:
                for state in unit.agreements.instruments():
                    if state.instrument.name == name:
                        return state.instrument.id
        raise AssertionError(f"no node knows an instrument called {name}")

    def conclude(self, proposer: str, file: str, signers: tuple[str, ...]) -> InstrumentId:
        """Propose an instrument from the demonstration's files and have its parties sign it."""
        node = self[proposer]
        codes = {code: self.id(code) for code in self.nodes}
        instrument = read_instrument((INSTRUMENTS / file).read_bytes(), node.lists, codes)
        proposed = node.agreements.propose(HEAD, instrument).instrument.id
        self.deliver()
        for code in signers:
            self.submit(code, self[code].agreements.draft_signature(HEAD, proposed))
            self.deliver()
        return proposed


def begin_body(folder: Path, code: str, replaces: BodyId | None = None) -> Path:
    """Make the folder of one of KINDS under its code, with three heads of whom two sign; return it."""
    kind, name, country = KINDS[code]
    addresses = (f"http://{code.lower()}.test",)
    heads = (PASSPHRASE,) * 3
    create_folder(folder / code, NewBody(kind, code, name, country, "UTC", addresses, heads, 2, PASSPHRASE, replaces))
    return folder / code


@contextmanager
def open_network(
    folder: Path,
    *,
    concluded: tuple[Conclusion, ...] = (),
    is_introduced: bool = True,
    replaces: Mapping[str, BodyId] | None = None,
    server: Server | None = None,
    begun: Path | None = None,
) -> Iterator[Network]:
    """Open four bodies with a head, a duty officer and a data protection officer each; by default they know each other.

    `concluded`: the instruments in force between them. `replaces`: by code, the body in whose place one begins. `server`: where
    their stores are, each in a database of its own; none: in files. `begun`: folders of such a network, closed, of which this
    one is a copy, whatever was done in them.
    """
    made = _template(concluded, is_introduced, tuple((replaces or {}).items())) if begun is None else begun
    for code in KINDS:
        shutil.copytree(made / code, folder / code)
        if server is not None:
            move_into(server.url(server.new_database()), folder / code)
    network = Network({}, {code: folder / code for code in KINDS})
    try:
        for code in KINDS:
            network.open(code)
        yield network
    finally:
        network.close_all()


@functools.cache
def _template(
    concluded: tuple[Conclusion, ...],
    is_introduced: bool,  # noqa: FBT001 - a cache's key
    replaces: tuple[tuple[str, BodyId], ...],
) -> Path:
    """Make the folders of which each such network of this process begins as a copy: making them takes a second and more."""
    folder = folder_of_process("network")
    network = Network({}, {code: begin_body(folder, code, dict(replaces).get(code)) for code in KINDS})
    for code in KINDS:
        network.open(code)
        for officer, roles in OFFICERS.items():
            network[code].directory.officers.put(HEAD, Officer(officer, roles))
    for code, node in network.nodes.items():
        for other in network.nodes:
            if is_introduced and other != code:
                node.directory.introduce_by_hand(_entry(network.own(other)))
    network.deliver()
    for conclusion in concluded:
        network.conclude(*conclusion)
    network.close_all()
    return folder


def folder_of_process(name: str) -> Path:
    """Return a new folder that is taken away as the process ends."""
    folder = Path(tempfile.mkdtemp(prefix=f"entente-{name}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _entry(body: Body) -> tuple[Statement, ...]:
    return tuple(from_json(statement) for statement in body.statements)
