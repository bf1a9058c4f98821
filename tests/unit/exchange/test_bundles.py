"""The same envelopes as a file: in any order, twice, cut, and for the right body alone (X29)."""

from __future__ import annotations

import pytest

from entente.exchange.bundles import Imported, export, take_in
from entente.exchange.envelopes import batch_to_bytes
from entente.exchange.model import Lane
from entente.kernel.errors import Invalid, Unavailable
from tests.support.memory_exchange import XA, XB, XC, MemoryNode, two_nodes


def bundle(node: MemoryNode, to: MemoryNode) -> list[bytes]:
    return list(export(node.exchange, to.id))


def imported(node: MemoryNode, lines: list[bytes]) -> tuple[Imported, list[bytes]]:
    answers: list[bytes] = []
    return take_in(node.exchange, lines, answers.append, lambda _done: None), answers


def test_bundle_is_taken_in_and_its_answer_settles_it() -> None:
    a, b, _ = two_nodes()
    a.send(XB, "one", "two")
    found, answers = imported(b, bundle(a, b))
    assert (found.envelopes, found.answered, found.unreadable) == (1, 1, ())
    assert (b.state.accepted, a.delivery("one")) == (["one", "two"], ("waiting", ""))
    imported(a, answers)
    assert [a.delivery(text) for text in ("one", "two")] == [("stored", "")] * 2


def test_bundles_imported_twice_and_in_any_order_count_once() -> None:
    a, b, _ = two_nodes()
    bundles = []
    for text in ("one", "two", "three"):
        a.send(XB, text)
        bundles.append(bundle(a, b))
    # Each later bundle holds what is not acknowledged yet: take only what is new in it, as if the first ones were other files.
    _, second, third = bundles
    only_third = [third[0], *bundle_after(a, 2)]
    only_second = [second[0], *bundle_after(a, 1, 2)]
    for lines in (only_third, only_second, only_third, bundles[0], only_second, bundles[0], third):
        _, answers = imported(b, lines)
        imported(a, answers)
    assert b.state.accepted == ["one", "two", "three"]
    assert {a.delivery(text) for text in b.state.accepted} == {("stored", "")}


def bundle_after(node: MemoryNode, after: int, until: int = 99) -> list[bytes]:
    """Return the batches of the envelopes numbered after one, up to another."""
    with node.unit() as unit:
        waiting = unit.outbox.envelopes(XB, Lane.DATA, 99, after)
    return [batch_to_bytes([one.envelope for one in waiting if one.number <= until]) + b"\n"]


@pytest.mark.long
def test_large_queue_is_exported_whole() -> None:
    a, b, _ = two_nodes()
    for number in range(70):
        a.put(XB, *(a.say(f"{number}-{place}") for place in range(64)))
    found, answers = imported(b, bundle(a, b))
    assert (found.envelopes, len(b.state.accepted)) == (70, 70 * 64)
    imported(a, answers)
    assert a.exchange.collect(XB) is None


def test_x29_bundle_leaves_no_gap_where_control_was_sealed_after_data() -> None:
    a, b, _ = two_nodes()
    for number in range(70):
        a.put(XB, *(a.say(f"{number}-{place}") for place in range(64)))
    for _ in range(17):
        # One look seals 256 statements, four envelopes.
        a.collect(XB)
    a.put(XB, a.say("stops", "participation"), is_control=True)
    found, _ = imported(b, bundle(a, b))
    assert (found.envelopes, len(b.state.accepted)) == (71, 70 * 64 + 1)


def test_bundle_beside_a_line_counts_once() -> None:
    a, b, _ = two_nodes()
    a.send(XB, "one")
    lines = bundle(a, b)
    parcel = a.collect(XB)
    a.exchange.settle(parcel, b.exchange.receive(parcel.batch))
    imported(b, lines)
    assert b.state.accepted == ["one"]


def test_bundle_that_was_cut_gives_what_it_holds() -> None:
    a, b, _ = two_nodes()
    a.send(XB, "one")
    lines = bundle(a, b)
    found, _ = imported(b, [*lines, lines[1][:200]])
    assert (found.envelopes, len(found.unreadable)) == (1, 1)
    assert b.state.accepted == ["one"]


@pytest.mark.parametrize("first", [b"", b"not json\n", b"{}\n"])
def test_what_is_no_bundle_is_refused_before_anything_is_taken(first: bytes) -> None:
    a, b, _ = two_nodes()
    a.send(XB, "one")
    with pytest.raises(Invalid, match="not a bundle"):
        imported(b, [first, *bundle(a, b)[1:]])
    assert b.state.accepted == []


def test_bundle_for_another_body_is_refused() -> None:
    a, b, clock = two_nodes()
    a.send(XB, "one")
    other = MemoryNode(XC, clock, known=(XA, XB, XC))
    with pytest.raises(Invalid, match="not a bundle for this body"):
        imported(other, bundle(a, b))


def test_file_that_says_it_is_for_us_is_believed_by_its_envelopes_alone() -> None:
    a, b, clock = two_nodes()
    a.send(XB, "one")
    other = MemoryNode(XC, clock, known=(XA, XB, XC))
    lines = bundle(a, b)
    lines[0] = lines[0].replace(XB.encode(), XC.encode())
    imported(other, lines)
    assert other.state.accepted == []


def test_x29_bundle_that_the_store_cannot_take_now_is_not_called_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, _ = two_nodes()
    a.send(XB, "one")
    lines = bundle(a, b)

    def busy() -> None:
        raise Unavailable("The store is busy.", why="A test says so.", do="Wait.", retry_is_safe=True)

    with monkeypatch.context() as patch:
        patch.setattr(type(b.exchange), "receive", lambda *_, **__: busy())
        with pytest.raises(Unavailable):
            imported(b, lines)
    imported(b, lines)
    assert b.state.accepted == ["one"]
