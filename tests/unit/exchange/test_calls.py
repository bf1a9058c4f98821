"""One question and its answer in one post (X27): fresh, once, of a body we know, and never more than its room says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.bodies.rules import verify_by_node
from entente.exchange.calls import CALL_REFUSED_KIND, PULL_KIND, Call, error_of
from entente.exchange.envelopes import batch_from_bytes, batch_to_bytes, envelope_from_json, header_hash
from entente.exchange.model import BATCH_ENVELOPES_MAX, CALL_SECONDS_MAX
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Invalid, NotFound, Unavailable, Untrusted
from entente.kernel.ids import InstrumentId
from entente.kernel.statement import Statement, draft
from entente.transport.caller import Caller
from tests.support.memory_exchange import (
    CHARTER,
    NOW,
    XA,
    XB,
    XC,
    MemoryNode,
    a_body,
    key_version,
    sealing_key_named,
    signer_named,
    two_nodes,
)


def ask(a: MemoryNode, text: str, kind: str = "echo") -> Call:
    return a.exchange.call(XB, a.say(text, kind), CHARTER)


def answer(a: MemoryNode, b: MemoryNode, call: Call) -> tuple[Statement, ...]:
    return a.exchange.answered(call, b.exchange.receive(batch_to_bytes([call.envelope])))


def test_call_is_answered_in_the_same_post() -> None:
    a, b, _ = two_nodes()
    (said,) = answer(a, b, ask(a, "hello"))
    assert (said.kind, said.content["text"]) == ("echoed", f"hello to {XA}")
    assert b.state.accepted == ["asked hello"]


def test_call_counts_once() -> None:
    a, b, _ = two_nodes()
    call = ask(a, "hello")
    answer(a, b, call)
    with pytest.raises(Untrusted, match="not answered"):
        answer(a, b, call)
    assert b.state.accepted == ["asked hello"]


@pytest.mark.parametrize("seconds", [CALL_SECONDS_MAX + 1, -CALL_SECONDS_MAX - 1])
def test_call_that_is_not_fresh_is_refused_and_leaves_no_trace(seconds: int) -> None:
    a, b, clock = two_nodes()
    call = ask(a, "hello")
    clock.move(seconds=seconds)
    with pytest.raises(Untrusted):
        b.exchange.receive(batch_to_bytes([call.envelope]))
    assert (b.state.accepted, b.commits) == ([], 0)


def test_what_a_room_hides_is_answered_as_nothing_found() -> None:
    a, b, _ = two_nodes()
    with pytest.raises(NotFound):
        answer(a, b, ask(a, "hidden"))


def test_kind_that_nobody_answers_is_refused() -> None:
    a, b, _ = two_nodes()
    with pytest.raises(Invalid, match="not well formed"):
        answer(a, b, ask(a, "hello", "message"))
    assert b.state.accepted == []


def test_call_of_a_stranger_or_signed_by_another_proves_nothing() -> None:
    a, b, clock = two_nodes()
    stranger = MemoryNode(XC, clock, known=(XA, XB, XC))
    with pytest.raises(Untrusted):
        b.exchange.receive(
            batch_to_bytes([stranger.exchange.call(XB, stranger.say("hello", "echo"), CHARTER).envelope])
        )
    a.keys.signer = signer_named("impostor")
    with pytest.raises(Untrusted):
        b.exchange.receive(batch_to_bytes([ask(a, "hello").envelope]))
    assert (b.state.accepted, b.commits) == ([], 0)


def test_call_to_an_unknown_body_is_not_found() -> None:
    a, _, _ = two_nodes()
    with pytest.raises(NotFound):
        a.exchange.call(XC, a.say("hello", "echo"), InstrumentId(""))


def test_answer_to_another_call_or_of_another_body_is_not_believed() -> None:
    a, b, _ = two_nodes()
    first, second = ask(a, "one"), ask(a, "two")
    response = b.exchange.receive(batch_to_bytes([first.envelope]))
    with pytest.raises(Untrusted, match="did not answer"):
        a.exchange.answered(second, response)
    third = ask(a, "three")
    b.keys.signer = signer_named("impostor")
    with pytest.raises(Untrusted):
        answer(a, b, third)


def test_answer_posted_by_itself_is_refused() -> None:
    a, b, _ = two_nodes()
    (item,) = batch_from_bytes(b.exchange.receive(batch_to_bytes([ask(a, "one").envelope])))
    with pytest.raises(Invalid, match="posted as a message"):
        a.exchange.receive(batch_to_bytes([envelope_from_json(item)]))


def test_call_may_not_carry_another_bodys_statement() -> None:
    a, b, _ = two_nodes()
    with pytest.raises(Invalid):
        b.exchange.receive(batch_to_bytes([a.exchange.call(XB, b.say("hello", "echo"), CHARTER).envelope]))


@pytest.mark.parametrize("seconds", [CALL_SECONDS_MAX + 1, -CALL_SECONDS_MAX - 1])
def test_x27_statement_of_another_time_is_no_call(seconds: int) -> None:
    a, b, clock = two_nodes()
    said = a.say("hello", "echo")
    clock.move(seconds=seconds)
    with pytest.raises(Invalid, match="made for it"):
        b.exchange.receive(batch_to_bytes([a.exchange.call(XB, said, CHARTER).envelope]))
    assert b.state.accepted == []


def test_x27_question_and_answer_are_signed_with_the_key_that_the_other_side_knows() -> None:
    a, b, _ = two_nodes()
    newer = replace(key_version("XA", 2), sealing_key=sealing_key_named("XA 2"))
    a.state.bodies[XA] = replace(a_body(XA), keys=(key_version("XA"), newer))
    a.keys.rotate(2)
    a.signer = a.keys.signer
    changed = draft("keys", XA, a.clock.now(), {"text": "keys", "version": 2}).with_signature(a.signer)
    a.put(XB, changed, is_control=True)
    # XB has not heard of it. The rooms of XA sign with the new key; XB believes question and answer all the same.
    assert answer(a, b, ask(a, "hello"))[0].content["text"] == f"hello to {XA}"
    asked = b.exchange.call(XA, b.say("back", "echo"), CHARTER)
    (said,) = b.exchange.answered(asked, a.exchange.receive(batch_to_bytes([asked.envelope])))
    verify_by_node(b.state.bodies[XA], said)


def pull(a: MemoryNode, b: MemoryNode, taken: tuple[str, ...] = ()) -> int:
    call = a.exchange.pull(XB, taken)
    brought = a.exchange.take_in(a.exchange.brought_by(call, b.exchange.receive(batch_to_bytes([call.envelope]))))
    if brought.receipts:
        b.exchange.receive(brought.receipts)
    return brought.envelopes


def test_pull_brings_what_waits_and_its_receipts_settle_it() -> None:
    a, b, _ = two_nodes()
    b.put(XA, b.say("one"))
    b.exchange.postpone(b.collect(XA), "No line to that side.")
    assert b.exchange.recipients_due() == ()
    assert pull(a, b) == 1
    assert (a.state.accepted, b.delivery("one")) == (["one"], ("stored", ""))
    assert pull(a, b) == 0


def test_pull_lost_on_its_way_back_is_made_good_by_the_next() -> None:
    a, b, _ = two_nodes()
    b.put(XA, b.say("one"))
    b.exchange.receive(batch_to_bytes([a.exchange.pull(XB).envelope]))
    assert pull(a, b) == 1
    assert (a.state.accepted, b.delivery("one")) == (["one"], ("stored", ""))


def test_pull_after_a_long_absence_brings_everything_in_order() -> None:
    a, b, clock = two_nodes()
    for number in range(200):
        b.put(XA, b.say(f"{number}"))
        if number % 10 == 9:
            b.exchange.collect(XA)
    clock.move(days=20)
    while pull(a, b):
        pass
    assert a.state.accepted == [f"{number}" for number in range(200)]


def test_signature_of_a_call_covers_its_whole_header() -> None:
    a, b, _ = two_nodes()
    call = ask(a, "hello")
    header = replace(call.envelope.header, sent_at=call.envelope.header.sent_at + timedelta(seconds=1))
    changed = replace(
        call.envelope, header=header, header_bytes=call.envelope.header_bytes.replace(b"12:00:00", b"12:00:01")
    )
    with pytest.raises(Untrusted):
        b.exchange.receive(batch_to_bytes([changed]))


def test_x27_whoever_cannot_answer_now_is_named_and_does_not_speak_of_this_node() -> None:
    said = Unavailable("This node takes back.", why="It was restored.", do="Leave it running.", retry_is_safe=True)
    words: JsonObject = {"code": said.code, "what": said.what, "why": said.why, "do": said.do}
    error = error_of(draft(CALL_REFUSED_KIND, XB, NOW, words), "XB-NCB")
    assert isinstance(error, Unavailable)
    assert error.what == "XB-NCB cannot answer now."
    assert error.why == "It says: This node takes back. It was restored."
    assert error.do == "Ask again later; at XB-NCB: Leave it running."


def asked(asker: MemoryNode, keeper: MemoryNode, after: Json) -> list[int]:
    """Pull with these words of what is in hand; return the sequences that came."""
    with asker.exchange.open_view() as view:
        content: JsonObject = {"taken": [], "after": after}
        statement = draft(PULL_KIND, asker.id, asker.clock.now(), content).with_signature(asker.signer)
        now = asker.clock.now()
        call = asker.exchange.calls.make(view, keeper.id, statement, InstrumentId(""), now, by_relays=False)
    answer = keeper.exchange.receive(batch_to_bytes([call.envelope]))
    return [one.header.sequence for one in asker.exchange.brought_by(call, answer)]


def test_x30_what_waits_behind_what_is_in_hand_is_given_while_that_is_taken_in() -> None:
    a, b, _ = two_nodes()
    names = []
    for text in ("one", "two", "three"):
        b.put(XA, b.say(text))
        names.append(header_hash(b.collect(XA).envelopes[-1].envelope))
    assert asked(a, b, {"data": names[0]}) == [2, 3]
    assert asked(a, b, {"data": names[2]}) == []
    assert asked(a, b, {}) == [1, 2, 3]


@pytest.mark.parametrize(
    "after", [None, [], "data", {"data": None}, {"data": "0" * 64}, {"data": {"data": ""}}, {"receipt": "0" * 64}]
)
def test_x30_words_of_what_is_in_hand_that_name_nothing_keep_nothing_back(after: Json) -> None:
    a, b, _ = two_nodes()
    b.put(XA, b.say("one"))
    assert asked(a, b, after) == [1]


def test_x30_a_fetch_asks_for_more_while_it_takes_in_and_brings_everything_once_in_order() -> None:
    a, b, _ = two_nodes()
    texts = [f"{number}" for number in range(200)]
    for text in texts:
        b.put(XA, b.say(text))
        b.collect(XA)
    went: list[int] = []

    def post(address: str, batch: bytes) -> bytes:
        answer = b.exchange.receive(batch)
        went.append(len(batch_from_bytes(answer)))
        return answer

    came = Caller(a.exchange, post).fetch(XB)
    assert came > BATCH_ENVELOPES_MAX
    assert a.state.accepted == texts
    assert b.exchange.seconds_to_next() is None
    # Each post of receipts is answered with nothing; no envelope was given a second time.
    assert sum(given - 1 for given in went if given) == came
