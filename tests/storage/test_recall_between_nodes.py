"""M18 between real nodes on real stores: the text leaves the recipient, and the receipts say that the recall arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from entente.exchange.model import Lane
from entente.verbs import perform
from tests.support.byte_search import found_in
from tests.support.nodes import CHARTER, Network, open_network

pytestmark = pytest.mark.storage

XA, XB, GS, RC = "XA-NCB", "XB-NCB", "GS", "RC"
TEXT, WHY = "Zebunisodi Charkhinav was seen at pier 3.", "It names the wrong person."


@pytest.fixture
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with open_network(tmp_path_factory.mktemp("recall"), concluded=(CHARTER,)) as opened:
        yield opened


def ask(network: Network, code: str, verb: str, **given: Any) -> Any:  # noqa: ANN401 - a verb's JSON
    return perform(network[code], verb, given)


def send(network: Network) -> str:
    sent = ask(network, XB, "message_send", officer="duty-1", to=XA, instrument="charter", subject="Pier 3", text=TEXT)
    return str(sent["message"]["id"])


def states(network: Network, message: str) -> dict[str, str]:
    shown = ask(network, XB, "message_show", id=message)["message"]
    return {one["kind"]: one["state"] for one in shown["deliveries"]}


def recall(network: Network, message: str) -> Any:  # noqa: ANN401 - a verb's JSON
    return ask(network, XB, "message_recall", officer="duty-1", id=message, reason=WHY)["message"]["recall"]


def test_m18_message_in_no_envelope_yet_never_leaves(network: Network) -> None:
    message = send(network)
    assert recall(network, message)["has_left"] is False
    network.deliver()
    assert states(network, message) == {"message": "retracted"}
    assert ask(network, XA, "message_list")["messages"] == []


def test_m18_nobody_is_told_of_a_message_that_was_held_and_taken_back_before_it_is_recalled(network: Network) -> None:
    message, node = send(network), network[XB]
    with node.exchange.open_unit() as unit:
        (waiting,) = unit.outbox.unsealed(network.id(XA), Lane.DATA, 9)
        unit.outbox.hold(waiting, "suspended", node.clock.now())
        unit.outbox.drop(waiting.number, "not sent after all", node.clock.now())
        unit.commit()
    assert recall(network, message)["has_left"] is False
    network.deliver()
    assert states(network, message) == {"message": "retracted"}
    assert ask(network, XA, "message_list")["messages"] == []
    with network[XA].correspondence.open_unit() as unit:
        assert unit.correspondence.count_recalls_ahead(network.id(XB)) == 0


def test_m18_message_that_arrived_before_its_envelope_was_given_up_is_recalled_there(network: Network) -> None:
    message = send(network)
    node, to = network[XB], network.id(XA)
    posted = node.exchange.collect(to)
    assert posted is not None
    network[XA].exchange.receive(posted.batch)
    # Its receipt was lost, and the stream begins anew, as after a change of keys: the message is in no envelope again.
    with node.exchange.open_unit() as unit:
        node.exchange.posting.begin_anew(unit, to, Lane.DATA, "a new key", node.clock.now())
        unit.commit()
    assert recall(network, message)["has_left"] is True
    network.deliver()
    (shown,) = ask(network, XA, "message_list")["messages"]
    assert (shown["id"], shown["subject"]) == (message, "")


def test_m18_recalled_text_stands_in_no_item_of_the_recipient_and_the_receipts_are_listed(network: Network) -> None:
    message = send(network)
    network.deliver()
    assert ask(network, XA, "message_open", id=message, officer="duty-1")["message"]["text"] == TEXT
    assert recall(network, message)["has_left"] is True
    network.deliver()
    assert states(network, message) == {"message": "stored", "recall": "stored"}
    shown = ask(network, XA, "message_show", id=message)["message"]
    assert (shown["subject"], shown["text"], shown["recall"]["reason"]) == ("", "", WHY)
    told = ask(network, XB, "message_show", id=message)["message"]["recall"]
    assert (told["was_opened"], told["answered_at"] is not None) == (True, True)
    with network[XA].correspondence.open_unit() as unit:
        assert TEXT not in repr(unit.correspondence.messages(10))


def test_m18_recall_overtakes_a_message_that_is_still_on_its_way(network: Network) -> None:
    message = send(network)
    to = network.id(XA)
    # The message is in an envelope, but the line breaks before it is posted.
    carried = network[XB].exchange.collect(to)
    assert carried is not None
    network[XB].exchange.postpone(carried, "The line broke.")
    assert recall(network, message)["has_left"] is True
    network.clock.move(seconds=5)
    network.deliver()
    shown = ask(network, XA, "message_show", id=message)["message"]
    assert (shown["text"], shown["recall"]["was_opened"]) == ("", False)
    assert states(network, message) == {"message": "stored", "recall": "stored"}


def overtaken_by_its_recall(network: Network) -> str:
    """Have a message leave, be lost on the line, and arrive behind its recall; return its id."""
    message = send(network)
    carried = network[XB].exchange.collect(network.id(XA))
    assert carried is not None
    network[XB].exchange.postpone(carried, "The line broke.")
    recall(network, message)
    network.clock.move(seconds=5)
    network.deliver()
    return message


def test_m18_nothing_of_a_recalled_text_stays_in_the_recipients_store(network: Network) -> None:
    read, overtaken = send(network), send(network)
    network.deliver()
    recall(network, read)
    recall(network, overtaken)
    network.deliver()
    late = overtaken_by_its_recall(network)
    assert ask(network, XA, "message_show", id=late)["message"]["recall"] is not None
    network[XA].erasing.run()
    # Its words, and not the whole sentence: no form of it may hide one.
    assert found_in(network.folders[XA], ("Zebunisodi", "Charkhinav")) == set()
    assert found_in(network.folders[XB], ("Zebunisodi",)) != set(), "the sender keeps its own text"


@pytest.fixture
def earlier(network: Network) -> Iterator[Callable[[], None]]:
    """Have XA run a version that knows no messages; return what brings it up to date, which is done at the end too."""
    accept = network[XA].exchange.accept
    assert isinstance(accept, dict)
    room = accept.pop("message")

    def bring_up_to_date() -> None:
        accept["message"] = room

    yield bring_up_to_date
    bring_up_to_date()


def test_m18_text_that_is_set_aside_goes_when_it_is_recalled(network: Network, earlier: Callable[[], None]) -> None:
    message = send(network)
    network.deliver()
    assert found_in(network.folders[XA], ("Zebunisodi",)) != set()
    recall(network, message)
    network.deliver()
    earlier()
    assert network[XA].deciding.retry() == ()
    network[XA].erasing.run()
    assert found_in(network.folders[XA], ("Zebunisodi", "Charkhinav")) == set()


def test_m18_text_that_is_set_aside_after_its_recall_is_not_kept_when_it_is_taken_in_later(
    network: Network, earlier: Callable[[], None]
) -> None:
    message = overtaken_by_its_recall(network)
    earlier()
    assert [why for _, why in network[XA].deciding.retry()] == [""]
    assert ask(network, XA, "message_show", id=message)["message"]["recall"] is not None
    network[XA].erasing.run()
    assert found_in(network.folders[XA], ("Zebunisodi", "Charkhinav")) == set()
