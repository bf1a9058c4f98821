"""What is put in an envelope comes out of it, whatever it is, and through whatever form it went."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from entente.exchange.envelopes import (
    Postmark,
    batch_from_bytes,
    batch_to_bytes,
    body_bytes,
    envelope_from_json,
    envelope_to_json,
    make_envelope,
    open_envelope,
    read_body,
)
from entente.exchange.model import (
    EXPIRY_DAYS,
    STATEMENTS_PACKED_MAX,
    STREAM_LANES,
    Envelope,
    EnvelopeBody,
    Lane,
    Queued,
)
from entente.exchange.packing import pack
from entente.kernel.ids import InstrumentId
from entente.kernel.ports import Outgoing
from entente.kernel.sealing import HpkeOpener, HpkeSealer, new_sealing_secret
from entente.kernel.signing import Context, is_signed_by
from entente.kernel.statement import Statement, draft
from tests.support.memory_exchange import NOW, XA, XB, PlainOpener, PlainSealer, sealing_key_named, signer_named

SIGNER = signer_named("XA node 1")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the bounds are naive by Hypothesis' rule
INSTRUMENTS = st.sampled_from([InstrumentId(""), InstrumentId("instrument:one"), InstrumentId("instrument:two")])


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    content = draw(st.dictionaries(st.text("abc", min_size=1, max_size=3), TEXTS | st.integers(-9, 9) | st.booleans()))
    made = draft(draw(st.sampled_from(["message", "record"])), XA, draw(MOMENTS), {**content})
    return made.with_signature(SIGNER) if draw(st.booleans()) else made


@st.composite
def postmarks(draw: st.DrawFn) -> Postmark:
    lane, sent_at = draw(st.sampled_from(list(Lane))), draw(MOMENTS)
    sequence = draw(st.integers(1, 2**53 - 1)) if lane in STREAM_LANES else 0
    previous = draw(st.sampled_from(["", "0" * 64, "f" * 64]))
    expires_at = sent_at + timedelta(seconds=draw(st.integers(1, EXPIRY_DAYS * 86_400)))
    instrument, epoch = draw(INSTRUMENTS), draw(st.integers(0, 2**53 - 1))
    return Postmark(XA, XB, lane, instrument, epoch, "20310504.stream", sequence, previous, sent_at, expires_at)


BODIES = st.builds(EnvelopeBody, st.binary(min_size=16, max_size=16), st.lists(statements(), max_size=5).map(tuple))


def made(postmark: Postmark, body: EnvelopeBody) -> Envelope:
    return make_envelope(postmark, body, sealing_key_named("XB 1"), signer=SIGNER, sealer=PlainSealer())


@given(postmarks(), BODIES)
def test_envelope_survives_the_wire_byte_for_byte(postmark: Postmark, body: EnvelopeBody) -> None:
    envelope = made(postmark, body)
    (item,) = batch_from_bytes(batch_to_bytes([envelope]))
    arrived = envelope_from_json(item)
    assert arrived == envelope == envelope_from_json(envelope_to_json(envelope))
    assert is_signed_by(SIGNER.public_key, arrived.signature, Context.ENVELOPE, arrived.header_bytes)
    assert open_envelope(arrived, PlainOpener(sealing_key_named("XB 1"))) == body


@given(BODIES)
def test_body_is_read_as_it_was_written(body: EnvelopeBody) -> None:
    assert read_body(body_bytes(body)) == body
    assert body_bytes(body).startswith(b'{"salt":')


@settings(max_examples=20)
@given(postmarks(), BODIES)
def test_envelope_opens_under_the_real_hybrid_seal_too(postmark: Postmark, body: EnvelopeBody) -> None:
    opener = HpkeOpener(new_sealing_secret())
    envelope = make_envelope(postmark, body, opener.public_key, signer=SIGNER, sealer=HpkeSealer())
    assert open_envelope(envelope, opener) == body


@given(st.lists(INSTRUMENTS, max_size=200))
def test_packing_loses_nothing_and_keeps_the_order(puts: list[InstrumentId]) -> None:
    queue = [
        Queued(number, Outgoing(XB, instrument, draft("message", XA, NOW, {"n": number})), NOW, NOW)
        for number, instrument in enumerate(puts)
    ]
    loads = list(pack(queue))
    assert [one for load in loads for one in load] == queue
    assert all(len({one.outgoing.instrument for one in load}) == 1 for load in loads)
    assert all(len(load) <= STATEMENTS_PACKED_MAX for load in loads)
