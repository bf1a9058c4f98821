"""M27 and M28 between real nodes on real stores: one recall for all, told of each addressee as far as it is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from entente.verbs import perform
from tests.support.byte_search import found_in
from tests.support.nodes import CHARTER, Network, open_network

pytestmark = pytest.mark.storage

XA, XB, GS, RC = "XA-NCB", "XB-NCB", "GS", "RC"
TEXT, WHY = "Zebunisodi Charkhinav was seen at pier 3.", "It names the wrong person."


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with open_network(tmp_path_factory.mktemp("recall"), concluded=(CHARTER,)) as opened:
        yield opened


def ask(network: Network, code: str, verb: str, **given: Any) -> Any:  # noqa: ANN401 - a verb's JSON
    return perform(network[code], verb, given)


def send(network: Network, *, keeps_list: bool = False) -> dict[str, str]:
    """Send a message of XB to three; return the id of each body's own by its code."""
    sent = ask(
        network, XB, "message_circulate", officer="duty-1", to=[XA], information=[GS, RC], instrument="charter",
        subject="Pier 3", text=TEXT, keeps_list=keeps_list,
    )  # fmt: skip
    return {one["to"]["code"]: str(one["id"]) for one in sent["messages"]}


def standings(answer: Any) -> dict[str, str]:  # noqa: ANN401 - a verb's JSON
    return {one["body"]["code"]: one["standing"] for one in answer["addressees"]}


def at_each(network: Network, message: str) -> dict[str, str]:
    return standings(ask(network, XB, "message_addressees", id=message))


def test_m28_from_all_of_them_the_silent_one_and_the_one_that_never_got_it_among_them(network: Network) -> None:
    sent = send(network)
    assert at_each(network, sent[GS]) == {XA: "waiting", GS: "waiting", RC: "waiting"}
    # That to RC is in an envelope, and its line breaks before it is posted.
    carried = network[XB].exchange.collect(network.id(RC))
    assert carried is not None
    network[XB].exchange.postpone(carried, "The line broke.")
    network.deliver(RC)
    ask(network, XA, "message_open", id=sent[XA], officer="duty-1")
    network.deliver(RC)
    assert at_each(network, sent[GS]) == {XA: "opened", GS: "arrived", RC: "waiting"}
    recalled = ask(network, XB, "message_recall_several", officer="duty-1", id=sent[GS], reason=WHY)
    assert recalled["counts"] == {"recall_waiting": 3}
    network.deliver(RC)
    found = ask(network, XB, "message_addressees", id=sent[XA])
    assert standings(found) == {XA: "recalled_opened", GS: "recalled_unopened", RC: "recall_waiting"}
    opened = {one["body"]["code"]: one["opened_at"] is not None for one in found["addressees"]}
    assert opened == {XA: True, GS: False, RC: False}
    for code in (XA, GS):
        shown = ask(network, code, "message_show", id=sent[code])["message"]
        assert (shown["text"], shown["recall"]["reason"]) == ("", WHY)
        assert len(shown["addressees"]) == 3
    network.clock.move(seconds=5)
    network.deliver()
    assert at_each(network, sent[XA])[RC] == "recalled_unopened"


def test_m28_what_waits_never_leaves_and_the_others_keep_what_was_not_named(network: Network) -> None:
    sent = send(network)
    ask(network, XB, "message_recall_several", officer="duty-1", id=sent[XA], reason=WHY, bodies=[RC])
    network.deliver()
    assert at_each(network, sent[XA]) == {XA: "arrived", GS: "arrived", RC: "never_left"}
    assert sent[RC] not in {one["id"] for one in ask(network, RC, "message_list")["messages"]}
    ask(network, XB, "message_recall_several", officer="duty-1", id=sent[XA], reason=WHY)
    network.deliver()
    assert at_each(network, sent[XA]) == {XA: "recalled_unopened", GS: "recalled_unopened", RC: "never_left"}


def test_m27_no_byte_of_the_act_is_at_an_addressee(network: Network) -> None:
    sent = send(network, keeps_list=True)
    network.deliver()
    ask(network, XB, "message_recall_several", officer="duty-1", id=sent[XA], reason=WHY)
    network.deliver()
    with network[XB].correspondence.open_view() as unit:
        act = unit.correspondence.act_of(sent[XA])
    assert act
    for code in (XA, GS, RC):
        folder = network[code].settings.folder
        assert found_in(folder, [sent[code]], within_streams=False)
        assert found_in(folder, [act], within_streams=False) == set()
