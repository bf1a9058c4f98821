"""What somebody on the line may try with a real batch between real nodes: refused by its rule, and no row of the store changes.

The same attacks on the rules alone stand in tests/unit/exchange/test_attacks.py; here a real store is looked at, table by table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from entente.api.operator import operator_route
from entente.bodies.model import KeyVersion
from entente.exchange.envelopes import (
    Postmark,
    batch_from_bytes,
    batch_to_bytes,
    envelope_from_json,
    make_envelope,
    open_envelope,
    sealing_key_of,
)
from entente.exchange.model import BATCH_BYTES_MAX, Envelope, EnvelopeBody, EnvelopeHeader, Receipt
from entente.exchange.parcels import Parcel
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import EntenteError, Invalid, Untrusted
from entente.kernel.ids import InstrumentId
from entente.kernel.sealing import HpkeSealer
from entente.kernel.signing import Signature
from entente.kernel.statement import draft
from entente.kernel.statement import from_json as statement_from_json
from entente.verbs import VERBS
from tests.support.hostile import Watched, assert_says
from tests.support.nodes import Network, open_network

pytestmark = pytest.mark.storage


class Line:
    """A batch from GS to XB that somebody holds in his hands.

    No dataclass: Hypothesis shows each field of one in a failure, and a node shows all its code lists.
    """

    def __init__(self, network: Network, parcel: Parcel) -> None:
        self.network = network
        self.parcel = parcel

    @property
    def envelope(self) -> Envelope:
        return self.parcel.envelopes[-1].envelope

    def post(self, batch: bytes, to: str = "XB-NCB") -> Receipt:
        """Post a batch; return what the receipt says of its last envelope."""
        response = self.network[to].exchange.receive(batch)
        answer = batch_from_bytes(response)[-1]
        opener = self.network["GS"].exchange.opener
        (statement,) = open_envelope(envelope_from_json(answer), opener).statements
        return from_json(Receipt, statement.content)

    def remade(self, **changes: object) -> Envelope:
        """Make the envelope anew with other header fields, signed by its sender's own node."""
        header = self.envelope.header
        postmark = Postmark(
            header.sender, header.recipient, header.lane, header.instrument, header.epoch,
            header.incarnation, header.sequence, header.previous, header.sent_at, header.expires_at,
        )  # fmt: skip
        exchange, now = self.network["GS"].exchange, datetime.now(UTC)
        name = draft("name", self.network.id("GS"), now, {}).with_signature(exchange.signer)
        key = sealing_key_of(self.network.own("XB-NCB"), now)
        body = EnvelopeBody(bytes(16), (name,))
        return make_envelope(replace(postmark, **changes), body, key, signer=exchange.signer, sealer=HpkeSealer())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """Return a line on which one envelope waits that nobody has delivered."""
    with open_network(tmp_path_factory.mktemp("line")) as network:
        network["GS"].directory.publish_addresses(("http://gs.test/new",))
        parcel = network["GS"].exchange.collect(network.id("XB-NCB"))
        assert parcel is not None
        yield Line(network, parcel)


def unchanged(line: Line, code: str, act: Callable[[], object], but: str = "") -> None:
    """Do something, and assert that no row of a node's store changed, but in one table at most."""
    before = Watched.look(line.network.folders[code])
    act()
    assert before.changed(Watched.look(line.network.folders[code])) <= {but}


AHEAD = timedelta(minutes=10)
REFUSED: dict[str, tuple[Callable[[Line], Envelope], str]] = {
    "wrong_signature": (
        lambda line: replace(line.envelope, signature=Signature(line.envelope.signature.key_id, bytes(64))),
        "wrong_signature",
    ),
    "readdressed": (
        lambda line: replace(
            line.envelope,
            header_bytes=line.envelope.header_bytes.replace(
                line.network.id("XB-NCB").encode(), line.network.id("RC").encode()
            ),
        ),
        "wrong_signature",
    ),
    "from_the_future": (
        lambda line: line.remade(
            sent_at=datetime.now(UTC) + AHEAD, expires_at=datetime.now(UTC) + AHEAD + timedelta(days=1)
        ),
        "from_the_future",
    ),
    "chain_broken": (lambda line: line.remade(previous="0" * 64), "chain_broken"),
    "body_of_another": (lambda line: replace(line.envelope, sealed=line.remade().sealed), "not_sealed_for_us"),
    "truncated_body": (lambda line: replace(line.envelope, sealed=line.envelope.sealed[:-1]), "not_sealed_for_us"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_envelope_that_proves_nothing_changes_no_row(line: Line, name: str) -> None:
    change, reason = REFUSED[name]
    to = "RC" if name == "readdressed" else "XB-NCB"

    def attack() -> None:
        receipt = line.post(batch_to_bytes([change(line)]), to)
        assert (receipt.outcome, receipt.reason) == ("refused", reason)
        assert len(receipt.detail.split()) >= 4

    unchanged(line, to, attack)


def test_envelope_for_another_recipient_changes_no_row(line: Line) -> None:
    def attack() -> None:
        receipt = line.post(line.parcel.batch, "XA-NCB")
        assert (receipt.outcome, receipt.reason) == ("refused", "not_for_us")
        assert receipt.detail == "It is addressed to another body, and is not passed on here."

    unchanged(line, "XA-NCB", attack)


TURNED_AWAY: dict[str, Callable[[Line], bytes]] = {
    "too_large": lambda _: b'{"envelopes":[' + b" " * BATCH_BYTES_MAX + b'],"v":1}',
    "truncated": lambda line: line.parcel.batch[:-10],
    "not_utf_8": lambda line: line.parcel.batch.replace(b'"v":1', b'"v\xff":1', 1),
    "deeply_nested": lambda _: b'{"envelopes":' + b"[" * 200_000 + b"]" * 200_000 + b',"v":1}',
    "ten_thousand_envelopes": lambda _: b'{"envelopes":[' + b",".join([b"1"] * 10_000) + b'],"v":1}',
    "a_number_without_end": lambda _: b'{"envelopes":[],"v":' + b"9" * 1_000_000 + b"}",
    "another_version": lambda _: b'{"envelopes":[],"v":2}',
    "half_a_character": lambda _: b'{"envelopes":["\\ud800"],"v":1}',
    "empty": lambda _: b"",
}


@pytest.mark.parametrize("name", TURNED_AWAY)
def test_batch_that_is_none_is_refused_with_what_why_and_do_and_changes_no_row(line: Line, name: str) -> None:
    def attack() -> None:
        with pytest.raises((Invalid, Untrusted)) as raised:
            line.network["XB-NCB"].exchange.receive(TURNED_AWAY[name](line))
        assert_says(raised.value)

    unchanged(line, "XB-NCB", attack)


# Fuzz: whatever comes, an answer of receipts or an error of the tree; never a row but of what is authentic.

SLOW = settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
EDGES = (
    "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-14:00",
    "9000-12-31T23:59:59-14:00",
)  # fmt: skip
"""Times whose zone or term leads out of the calendar."""
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["XA-NCB", "duty-1", "head-1", "\ud800", "\x00", "x" * 2_000, "2031-13-45", *EDGES, "body:" + "a" * 32]),
)  # fmt: skip
ANY_JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)


def receive_any(line: Line, batch: bytes) -> None:
    """Hand a node any bytes; nothing but the error tree comes out, and no row changes."""

    def attack() -> None:
        try:
            response = line.network["XB-NCB"].exchange.receive(batch)
        except EntenteError as error:
            assert_says(error)
        else:
            for item in batch_from_bytes(response):
                envelope_from_json(item)

    # A changed sender is an unknown one: it is counted (X4), and nothing of it is stored.
    unchanged(line, "XB-NCB", attack, but="counter")


@SLOW
@given(data=st.data())
def test_any_changed_bytes_of_a_batch_change_no_row(line: Line, data: st.DataObject) -> None:
    batch = bytearray(line.parcel.batch)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(batch) - 1))
        how = data.draw(st.sampled_from(["flip", "cut", "add", "twice"]))
        if how == "flip":
            batch[place] ^= data.draw(st.integers(1, 255))
        elif how == "cut":
            del batch[place : place + data.draw(st.integers(1, 300))]
        elif how == "add":
            batch[place:place] = data.draw(st.binary(min_size=1, max_size=20))
        else:
            batch += batch[place : place + 200]
    if bytes(batch) != line.parcel.batch:
        receive_any(line, bytes(batch))


@pytest.mark.long
@SLOW
@given(document=ANY_JSON)
def test_any_json_in_place_of_a_batch_or_an_envelope_changes_no_row(line: Line, document: object) -> None:
    for whole in (document, {"envelopes": [document], "v": 1}, {"envelopes": document, "v": 1}):
        receive_any(line, as_text(whole).encode("utf-8", "surrogatepass"))


@SLOW
@given(name=st.sampled_from([one.name for one in fields(EnvelopeHeader)]), value=LEAVES)
def test_any_header_field_changed_on_the_line_changes_no_row(line: Line, name: str, value: object) -> None:
    envelope = json.loads(line.parcel.batch)["envelopes"][-1]
    header = {**json.loads(envelope["header"]), name: value}
    envelope["header"] = as_text(header)
    if envelope["header"].encode("utf-8", "surrogatepass") != line.envelope.header_bytes:
        receive_any(line, as_text({"envelopes": [envelope], "v": 1}).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("moment", EDGES)
@pytest.mark.parametrize("name", ["sent_at", "expires_at"])
def test_time_at_the_edge_of_the_calendar_is_ill_formed(line: Line, name: str, moment: str) -> None:
    envelope = json.loads(line.parcel.batch)["envelopes"][-1]
    envelope["header"] = as_text({**json.loads(envelope["header"]), name: moment})
    batch = as_text({"envelopes": [envelope], "v": 1}).encode()

    def attack() -> None:
        with pytest.raises(Invalid):
            line.network["XB-NCB"].exchange.receive(batch)

    unchanged(line, "XB-NCB", attack)


def as_text(document: object) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


PLAUSIBLE: dict[str, list[object]] = {
    "officer": ["duty-1", "head-1", "dpo-1"],
    "purpose": ["identify", "arrest"],
    "crime_area": ["fugitives"],
    "occasion": ["gate 4"],
    "to": ["GS", "XA-NCB"],
    "body": ["GS"],
    "target": ["GS"],
    "instrument": ["charter"],
    "record": ["GS/x", "x"],
    "names": [["Velk"], ["\u202e"], ["*" * 99]],
    "identifiers": [["XA100"], ['" OR (']],
    "roles": [["duty_officer"]],
    "number": ["2031/000001"],
    "limit": [1, 2**53],
    "until": ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"],
    "on": ["9999-12-31", "0001-01-01"],
    "since": ["9999-12-31"],
    "file": ["\x00", "/", "a" * 5_000],
    "rejects": ["\x00", "/"],
    "data": ["", "AAAA", "a2luZDogY2hhcnRlcgo=", "\x00"],
    "terms": ["title: x", "\x00", "&a [*a]"],
}
"""What gets a verb past its first look at what it was given."""


@st.composite
def asked(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    """Return a verb and something for its fields, half of it plausible."""
    name = draw(st.sampled_from([*sorted(VERBS), "no_such_verb"]))
    takes = sorted(VERBS[name].takes) if name in VERBS else ["x"]
    given = {field: draw(st.sampled_from(PLAUSIBLE[field])) for field in takes if field in PLAUSIBLE}
    for field in draw(st.lists(st.sampled_from(takes), max_size=2)) if takes else ():
        given[field] = draw(ANY_JSON)
    return name, given


@settings(max_examples=250, suppress_health_check=list(HealthCheck), deadline=None)
@given(request=asked())
def test_operators_route_answers_any_json_with_an_answer_or_an_error_of_the_tree(
    line: Line, request: tuple[str, dict[str, object]]
) -> None:
    app = Starlette(routes=[operator_route(line.network["RC"], "t")])
    body = json.dumps({"verb": request[0], "arguments": request[1]}).encode("ascii")
    # Whatever is no error of the tree is raised by the client, and fails here.
    client = TestClient(app, client=("127.0.0.1", 5))
    response = client.post("/operator", content=body, headers={"Authorization": "Bearer t"})
    if response.status_code != 200:
        problem = response.json()
        assert all(problem[part] for part in ("code", "what", "why", "do")), problem


# Last, because they change what XB knows.


def test_replayed_batch_is_answered_as_a_duplicate_and_changes_no_row(line: Line) -> None:
    assert line.post(line.parcel.batch).outcome == "stored"

    def again() -> None:
        assert line.post(line.parcel.batch).outcome == "duplicate"

    unchanged(line, "XB-NCB", again)
    fork = batch_to_bytes([line.remade()])
    before = Watched.look(line.network.folders["XB-NCB"])
    assert line.post(fork).reason == "replayed"
    after = Watched.look(line.network.folders["XB-NCB"])
    assert before.changed(after) == {"trail", "trail_frontier", "trail_head"}
    (row,) = line.network["XB-NCB"].trail.latest(1)
    assert row.act.verb == "envelope_forked"


def test_envelope_signed_with_a_key_no_longer_valid_changes_no_row(tmp_path: Path) -> None:
    with open_network(tmp_path) as network:
        network["GS"].directory.publish_addresses(("http://gs.test/new",))
        parcel = network["GS"].exchange.collect(network.id("XB-NCB"))
        assert parcel is not None
        line, old = Line(network, parcel), network.own("GS").current_keys
        new = replace(
            old, version=2, node_key=network.own("RC").current_keys.root_keys[0], valid_from=datetime.now(UTC)
        )
        assert isinstance(new, KeyVersion)
        change = network.sign_by_heads("GS", draft("keys", network.id("GS"), new.valid_from, to_object(new)))
        receiver = network["XB-NCB"]
        with receiver.directory.open_unit() as unit:
            receiver.directory.accept_keys(unit, change)
            unit.commit()

        def attack() -> None:
            receipt = line.post(parcel.batch)
            assert (receipt.outcome, receipt.reason) == ("refused", "key_no_longer_valid")
            assert receipt.detail

        unchanged(line, "XB-NCB", attack)


def test_unknown_sender_is_counted_and_nothing_of_it_is_stored(tmp_path: Path) -> None:
    with open_network(tmp_path, is_introduced=False) as network:
        stranger, node = network["GS"], network["XB-NCB"]
        own = network.own("XB-NCB")
        stranger.directory.introduce_by_hand(tuple(statement_from_json(document) for document in own.statements))
        stranger.directory.publish_addresses(("http://gs.test/new",))
        parcel = stranger.exchange.collect(own.id)
        assert parcel is not None
        before = Watched.look(network.folders["XB-NCB"])
        with pytest.raises(Untrusted, match="not in this node's directory"):
            node.exchange.receive(parcel.batch)
        changed = before.changed(Watched.look(network.folders["XB-NCB"]))
        assert len(changed) <= 1
        assert "body" not in changed
        assert InstrumentId("") == parcel.envelopes[0].envelope.header.instrument
