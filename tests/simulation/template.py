"""The bodies before a seed begins: made once a process, copied for every seed.

GS, XA-NCB, XB-NCB and RC run nodes. SB is a fifth body whose node answers nobody; the hostile peer speaks with its keys. All have
signed the charter; XA-NCB, XB-NCB and GS the police data agreement; RC, XA-NCB and XB-NCB the drug data programme.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from entente.bodies.model import BodyKind, Genesis, Officer
from entente.bodies.rules import body_id
from entente.bodies.statements import DirectoryKind
from entente.formats.instruments import read_instrument
from entente.kernel.codec import to_object
from entente.kernel.ids import SALT_BYTES, BodyId, InstrumentId, OfficerId
from entente.kernel.statement import Statement, draft, from_json
from entente.node import Node
from tests.simulation.node import SimNode, head_signed
from tests.simulation.parts import (
    BEGIN,
    SeededIds,
    SimClock,
    Timeline,
    code_lists,
    head_signers,
    node_signer,
    sealing_key,
)
from tests.support.nodes import DPO, DUTY, HEAD, INSTRUMENTS

NODES = ("GS", "XA-NCB", "XB-NCB", "RC")
SILENT = "SB"
SUCCESSOR = "SB-2"
"""The body that begins anew for SB, whose heads lost their keys; it runs no node, and no store begins with it."""
SECOND_HEAD = OfficerId("head-2")
ALL = (*NODES, SILENT)
_KINDS = {
    "GS": (BodyKind.GENERAL_SECRETARIAT, ""),
    "XA-NCB": (BodyKind.NATIONAL_CENTRAL_BUREAU, "XA"),
    "XB-NCB": (BodyKind.NATIONAL_CENTRAL_BUREAU, "XB"),
    "RC": (BodyKind.INTERNATIONAL_ENTITY, ""),
    SILENT: (BodyKind.INTERNATIONAL_ENTITY, ""),
}
_INSTRUMENTS = {
    "charter": ("GS", ALL),
    "agreement": ("XA-NCB", ("XA-NCB", "XB-NCB", "GS")),
    "programme": ("RC", ("RC", "XA-NCB", "XB-NCB")),
}
_BEFORE = timedelta(hours=1)
"""Within every lease, so that a seed begins with all its sources heard."""


@dataclass(frozen=True, slots=True)
class Template:
    """The stores as every seed begins with them."""

    folder: Path
    bodies: Mapping[str, BodyId]
    instruments: Mapping[str, InstrumentId]
    codes: Mapping[str, str]
    """The other way round."""

    def parties(self, instrument: str) -> tuple[str, ...]:
        return _INSTRUMENTS[instrument][1]

    def code(self, body: str) -> str:
        """Return the code of a body, or the id itself for a body of no template."""
        return self.codes.get(body, body)

    def name(self, instrument: str) -> str:
        return next((name for name, known in self.instruments.items() if known == instrument), instrument)


def scratch_folder() -> Path:
    """Return a folder of this process, in memory where the machine has such a place, removed at its end."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    made = Path(tempfile.mkdtemp(prefix="entente-simulation-", dir=memory if memory.is_dir() else None))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@functools.cache
def template() -> Template:
    """Make the five stores, once a process."""
    folder = scratch_folder()
    # Milliseconds before the seeds' time, so that what the template signed is old news by then.
    timeline = Timeline(-int(_BEFORE.total_seconds() * 1000))
    with ExitStack() as stack:
        nodes = {}
        for code in ALL:
            sim = SimNode(code, folder / code, SimClock(timeline), SeededIds(f"template {code}"))
            stack.callback(sim.close)
            sim.open()
            _begin(sim.running)
            nodes[code] = sim.running
        bodies = {code: _own(node) for code, node in nodes.items()}
        for code, node in nodes.items():
            for other in ALL:
                if other != code:
                    node.directory.introduce_by_hand(_entry(nodes[other]))
        for code in NODES[1:]:
            timeline.milliseconds += 1
            # Where no line holds, what is for it goes by the secretariat.
            nodes[code].directory.publish_addresses((f"http://{code.lower()}.test",), (bodies["GS"],))
        _deliver(nodes, bodies, timeline)
        instruments = {name: _conclude(nodes, bodies, name, timeline) for name in _INSTRUMENTS}
        for code, node in nodes.items():
            found = node.trail.verify((node_signer(code).public_key,))
            assert found.is_sound, f"the template's trail of {code} does not verify: {found.finding}"
    bodies[SUCCESSOR] = body_id(successor_genesis(bodies[SILENT]).signed)
    return Template(folder, bodies, instruments, {str(body): code for code, body in bodies.items()})


def _begin(node: Node) -> None:
    code = node.settings.folder.name
    kind, country = _KINDS[code]
    genesis = Genesis(
        kind=kind,
        code=code,
        name=f"Simulated body {code}",
        country=country,
        zone="UTC",
        root_keys=tuple(signer.public_key for signer in head_signers(code)),
        threshold=2,
        node_key=node_signer(code).public_key,
        sealing_key=sealing_key(code),
        nonce=node.ids.new_salt()[:SALT_BYTES],
    )
    statement = draft(DirectoryKind.GENESIS, BodyId(""), node.clock.now(), to_object(genesis))
    for signer in head_signers(code):
        statement = statement.with_signature(signer)
    officers = [
        Officer(HEAD, frozenset({"head_of_body"})),
        Officer(SECOND_HEAD, frozenset({"head_of_body"})),
        Officer(DUTY, frozenset({"duty_officer"})),
        Officer(DPO, frozenset({"data_protection_officer"})),
    ]
    node.directory.init_own(statement, officers)
    node.directory.publish_addresses((f"http://{code.lower()}.test",))


@functools.cache
def successor_genesis(old: BodyId) -> Statement:
    """Return the genesis by which a new body names SB as the one it replaces."""
    genesis = Genesis(
        kind=BodyKind.INTERNATIONAL_ENTITY,
        code=SUCCESSOR,
        name="The body that begins anew for SB",
        country="",
        zone="UTC",
        root_keys=tuple(signer.public_key for signer in head_signers(SUCCESSOR)),
        threshold=2,
        node_key=node_signer(SUCCESSOR).public_key,
        sealing_key=sealing_key(SUCCESSOR),
        nonce=bytes(SALT_BYTES),
        replaces=old,
    )
    statement = draft(DirectoryKind.GENESIS, BodyId(""), BEGIN - _BEFORE, to_object(genesis))
    for signer in head_signers(SUCCESSOR):
        statement = statement.with_signature(signer)
    return statement


def _own(node: Node) -> BodyId:
    with node.directory.open_unit() as unit:
        return unit.bodies.own().id


def _entry(node: Node) -> tuple[Statement, ...]:
    with node.directory.open_unit() as unit:
        return tuple(from_json(statement) for statement in unit.bodies.own().statements)


def _conclude(nodes: Mapping[str, Node], bodies: Mapping[str, BodyId], name: str, timeline: Timeline) -> InstrumentId:
    proposer, signers = _INSTRUMENTS[name]
    node = nodes[proposer]
    text = (INSTRUMENTS / f"{name}.yaml").read_text(encoding="utf-8")
    text = text.replace("parties: [GS, XA-NCB, XB-NCB, RC]", f"parties: [GS, XA-NCB, XB-NCB, RC, {SILENT}]")
    proposed = node.agreements.propose(HEAD, read_instrument(text.encode(), node.lists, bodies)).instrument.id
    _deliver(nodes, bodies, timeline)
    for code in signers:
        signed = head_signed(code, nodes[code].agreements.draft_signature(HEAD, proposed))
        nodes[code].agreements.submit_signed(HEAD, signed)
        _deliver(nodes, bodies, timeline)
    return proposed


def _deliver(nodes: Mapping[str, Node], bodies: Mapping[str, BodyId], timeline: Timeline) -> None:
    """Carry everything, all lines up."""
    by_id = {body: code for code, body in bodies.items()}
    is_quiet = False
    while not is_quiet:
        is_quiet = True
        for node in nodes.values():
            for recipient in node.exchange.recipients_due():
                parcel = node.exchange.collect(recipient)
                if parcel is not None:
                    timeline.milliseconds += 1
                    node.exchange.settle(parcel, nodes[by_id[recipient]].exchange.receive(parcel.batch))
                    is_quiet = False


assert set(_KINDS) == set(ALL), "every body has its kind"
assert all(code in code_lists().countries for _, code in _KINDS.values() if code), "the lists know the countries"
