"""A peer that floods: introductions without end, envelopes that prove nothing. Others are served, and every bound holds.

Time is counted as the processor's, so that other programs on the machine cannot make these fail. Peers that stall stand in
tests/unit/transport/test_connections.py.

Source: docs/rules/bodies.md B4; docs/rules/exchange.md X5 and X18.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from entente.bodies import service
from entente.bodies.model import BodyKind, Genesis
from entente.bodies.rules import body_id
from entente.exchange.envelopes import Postmark, batch_to_bytes, make_envelope, sealing_key_of
from entente.exchange.intake import ROWS_OF_REFUSED_MAX
from entente.exchange.model import BATCH_ENVELOPES_MAX, Envelope, EnvelopeBody, Lane
from entente.exchange.ports import ExchangeUnit
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_object
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId, InstrumentId
from entente.kernel.signing import Ed25519Signer, Signature
from entente.kernel.statement import Statement, draft
from tests.support.hostile import Watched
from tests.support.nodes import Network, open_network

pytestmark = pytest.mark.storage

IN_ONE_ENVELOPE = 150
"""Introductions of 5 KB within 1 MiB."""
DIFFERENT_REFUSED = 10
"""Envelopes of different introductions beyond the bound, before they come again."""
MEMORY_MB_MAX = 100
"""By which a flood of a million may make this process grow: caches of fixed size, and what the allocator keeps."""
SLOWER_MAX = 4.0
"""What is measured over milliseconds varies by as much as two; growing with what was introduced, it would be tens."""


def introductions(network: Network, heads: tuple[Ed25519Signer, ...]) -> Iterator[Statement]:
    """Yield introductions of bodies that exist nowhere, each well formed and signed, without end."""
    own, exchange = network.own("XA-NCB"), network["XA-NCB"].exchange
    keys, now = own.current_keys, exchange.clock.now()
    for number in count():
        genesis = Genesis(
            BodyKind.INTERNATIONAL_ENTITY, f"Z{number:09}", f"Body {number}", "", "UTC",
            tuple(head.public_key for head in heads), 2, keys.node_key, keys.sealing_key, number.to_bytes(16, "big"),
        )  # fmt: skip
        first = draft("genesis", BodyId(""), now, to_object(genesis))
        for head in heads[:2]:
            first = first.with_signature(head)
        content: JsonObject = {"about": body_id(first.signed), "statements": [first.to_json()]}
        yield draft("introduction", own.id, now, content).with_signature(exchange.signer)


def envelope(network: Network, sequence: int, previous: str, statements: tuple[Statement, ...]) -> Envelope:
    exchange = network["XA-NCB"].exchange
    now = exchange.clock.now()
    postmark = Postmark(
        network.id("XA-NCB"), network.id("XB-NCB"), Lane.DATA, InstrumentId(""), 0, "20310101T000000000000Z.flood",
        sequence, previous, now, now + timedelta(days=1),
    )  # fmt: skip
    key = sealing_key_of(network.own("XB-NCB"), now)
    body = EnvelopeBody(bytes(16), statements)
    return make_envelope(postmark, body, key, signer=exchange.signer, sealer=exchange.sealer)


def another_is_served(network: Network, text: str) -> None:
    """Have GS tell XB-NCB something, and see it acknowledged."""
    network["GS"].directory.publish_addresses((f"http://gs.test/{text}",))
    assert network.deliver() > 0
    with network["XB-NCB"].directory.open_unit() as unit:
        told = unit.bodies.body(network.id("GS"))
    assert told is not None
    assert told.addresses == (f"http://gs.test/{text}",)


def flood_with_introductions(network: Network, total: int) -> list[float]:
    """Send so many introductions; return the processor's seconds for each envelope of them.

    Of a million, those of the first envelopes are of different bodies; then the last of these come again and again. Nothing of
    one that was refused is kept, so that its hearer does the same for them as for new ones.
    """
    heads = tuple(Ed25519Signer(Ed25519PrivateKey.generate()) for _ in range(3))
    flood, times, previous = introductions(network, heads), [], ""
    exchange, again = network["XB-NCB"].exchange, service.BODIES_MAX // IN_ONE_ENVELOPE + 2
    said: list[tuple[Statement, ...]] = []
    for sequence in range(1, total // IN_ONE_ENVELOPE + 1):
        if sequence <= again + DIFFERENT_REFUSED:
            said = [*said[-DIFFERENT_REFUSED + 1 :], tuple(islice(flood, IN_ONE_ENVELOPE))]
            carried = said[-1]
        else:
            carried = said[sequence % DIFFERENT_REFUSED]
        sent = envelope(network, sequence, previous, carried)
        batch = batch_to_bytes([sent])
        began = time.thread_time()
        exchange.receive(batch)
        times.append(time.thread_time() - began)
        with exchange.open_view() as view:
            stream = view.inbox.stream(network.id("XA-NCB"), Lane.DATA)
        assert stream is not None
        assert stream.sequence == sequence
        previous = stream.head
    return times


def assert_bounded(network: Network, times: list[float], total: int, bodies_max: int) -> None:
    with network["XB-NCB"].directory.open_unit() as unit:
        assert unit.bodies.count() == min(total + len(network.nodes), bodies_max)
    quarter = max(len(times) // 4, 1)
    assert statistics.median(times[-quarter:]) < SLOWER_MAX * statistics.median(times[:quarter]), times


@pytest.mark.long
def test_introductions_up_to_the_bound_take_the_same_time_each_and_others_are_served(tmp_path: Path) -> None:
    with open_network(tmp_path) as network:
        times = flood_with_introductions(network, 1_200)
        assert_bounded(network, times, 1_200, service.BODIES_MAX)
        another_is_served(network, "after")


def test_introductions_beyond_the_bound_are_refused_and_others_are_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BODIES_MAX", 300)
    with open_network(tmp_path) as network:
        times = flood_with_introductions(network, 900)
        assert_bounded(network, times[len(times) // 2 :], 900, 300)
        another_is_served(network, "after")


@pytest.mark.long
def test_million_introductions_fill_the_directory_to_its_bound_and_nothing_else(tmp_path: Path) -> None:
    with open_network(tmp_path) as network:
        flood_with_introductions(network, 10_000)
        another_is_served(network, "meanwhile")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with open_network(tmp_path / "million") as network:
        times = flood_with_introductions(network, 1_000_000)
        assert_bounded(network, times[len(times) // 4 :], 1_000_000, service.BODIES_MAX)
        another_is_served(network, "after")
        grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        assert grown_mb < MEMORY_MB_MAX
        sys.stdout.write(f"{sum(times):.0f} s of the processor, {grown_mb:.0f} MiB\n")


def test_x18_refusals_that_wrote_nothing_cost_one_transaction_and_few_rows_of_the_trail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_network(tmp_path) as network:
        exchange, units = network["XB-NCB"].exchange, []

        def open_unit() -> ExchangeUnit:
            units.append(1)
            return exchange.open_unit()

        with network["XB-NCB"].directory.open_unit() as unit:
            monkeypatch.setattr(service, "BODIES_MAX", unit.bodies.count())
        heads = tuple(Ed25519Signer(Ed25519PrivateKey.generate()) for _ in range(3))
        refused = tuple(islice(introductions(network, heads), IN_ONE_ENVELOPE))
        before = network["XB-NCB"].trail.latest(1)[0].sequence
        replace(exchange, open_unit=open_unit).receive(batch_to_bytes([envelope(network, 1, "", refused)]))
        assert len(units) == 1
        rows = network["XB-NCB"].trail.latest(200)
        (last, *_) = rows
        assert last.sequence - before == 1 + ROWS_OF_REFUSED_MAX + 1
        taken = rows[last.sequence - before - 1]
        assert (taken.act.verb, taken.act.detail["set_aside"]) == ("envelope_taken_in", IN_ONE_ENVELOPE)
        assert last.act.subject == taken.act.subject
        rest = IN_ONE_ENVELOPE - ROWS_OF_REFUSED_MAX
        assert last.act.detail["reasons"] == {"not_judged": rest}


def test_x18_what_a_room_wrote_before_it_refused_is_undone_and_the_others_count(tmp_path: Path) -> None:
    with open_network(tmp_path) as network:
        exchange, speaker = network["XB-NCB"].exchange, network["XA-NCB"].exchange

        def half_written(unit: Any, statement: Statement, _: BodyId) -> None:  # noqa: ANN401 - each room's own
            unit.bodies.put_heard(network.id("GS"), statement.at, now=statement.at)
            unit.bodies.count_unknown("body:nobody")
            raise Invalid("It was refused.", field="x", why="A test says so.", do="Nothing.")

        lying = replace(exchange, accept={**exchange.accept, "renewal": half_written})
        with network["XB-NCB"].directory.open_unit() as unit:
            counted = unit.bodies.unknown_count()
        now = speaker.clock.now()
        own = network.own("XA-NCB").id
        addresses = draft("addresses", own, now, {"addresses": ["http://new.test"], "relays": []})
        poison = draft("renewal", own, now, {"to": network.id("XB-NCB")})
        said = tuple(one.with_signature(speaker.signer) for one in (poison, addresses))
        lying.receive(batch_to_bytes([envelope(network, 1, "", said)]))
        with network["XB-NCB"].directory.open_unit() as unit:
            assert unit.bodies.unknown_count() == counted
            told = unit.bodies.body(own)
        assert told is not None
        assert told.addresses == ("http://new.test",)


@pytest.mark.parametrize("total", [1_280, pytest.param(10_000, marks=pytest.mark.long)])
def test_envelopes_that_prove_nothing_leave_no_row_and_others_are_served(tmp_path: Path, total: int) -> None:
    with open_network(tmp_path) as network:
        exchange = network["XB-NCB"].exchange
        forged = replace(
            envelope(network, 1, "", ()), signature=Signature(envelope(network, 1, "", ()).signature.key_id, bytes(64))
        )
        batch = batch_to_bytes([forged] * BATCH_ENVELOPES_MAX)
        before = Watched.look(network.folders["XB-NCB"])
        times = []
        for _ in range(total // BATCH_ENVELOPES_MAX):
            began = time.thread_time()
            exchange.receive(batch)
            times.append(time.thread_time() - began)
        assert before.changed(Watched.look(network.folders["XB-NCB"])) == set()
        quarter = len(times) // 4
        assert statistics.median(times[-quarter:]) < SLOWER_MAX * statistics.median(times[:quarter])
        another_is_served(network, "after")
