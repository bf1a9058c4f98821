"""A10 between real nodes on real stores: a bureau cuts itself off in one step, is reached under the charter alone, and returns.

Source: docs/rules/agreements.md A10; docs/rules/exchange.md X20 and X30; DESIGN section 11, day 14.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from entente.agreements.model import Direction, SuspensionTerms
from entente.exchange import deciding
from entente.handling.model import Retention
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Conflict, NotFound, Refused, Unavailable
from entente.kernel.ids import BodyId
from entente.kernel.statement import from_json
from entente.node import Node
from entente.transport.caller import Caller
from entente.verbs import perform
from entente.web.home import home_page, home_routes
from tests.storage.test_records_between_nodes import GS, RC, XA, XB, World, person
from tests.support.nodes import AGREEMENT, AGREEMENT_NAME, CHARTER, DUTY, HEAD, Network, open_network

pytestmark = pytest.mark.storage

WHY: JsonObject = {"officer": DUTY, "purpose": "identify", "crime_area": "fugitives"}
DECIDED: JsonObject = {
    "officer": HEAD, "decided_by": "Ministry", "document": "Decision 2031/40", "reason": "security_incident",
    "review_on": "2090-01-01",
}  # fmt: skip


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_network(tmp_path_factory.mktemp("cut"), concluded=(CHARTER, AGREEMENT)) as network:
        agreement = network.instrument(AGREEMENT_NAME)
        programme = network.conclude(RC, "programme.yaml", (RC, XA, XB))
        held = World(network, agreement, programme)
        held.share([person(held, "w-1", "Мирзоев Далер"), person(held, "w-2", "Talvo Mirenko")], XB, GS)
        yield held


def ask(network: Network, code: str, verb: str, **given: Any) -> Any:  # noqa: ANN401 - a verb's JSON
    return perform(network[code], verb, given)


def drafted(network: Network, verb: str, given: JsonObject) -> list[Any]:
    drafts: Any = perform(network[XA], verb, given)["drafts"]
    return [network.sign_by_heads(XA, from_json(one["statement"])).to_json() for one in drafts]


def submit(network: Network, statements: list[Any]) -> None:
    ask(network, XA, "instruments_submit", officer=HEAD, statements=statements)


def cut_off(network: Network) -> None:
    submit(network, drafted(network, "cut_off_draft", DECIDED))


def come_back(network: Network) -> None:
    submit(network, drafted(network, "return_draft", {"officer": HEAD}))


def write(network: Network, sender: str, to: str, instrument: str, subject: str) -> str:
    sent = ask(
        network, sender, "message_send", officer=DUTY, to=to, instrument=instrument, subject=subject, text="Text."
    )["message"]  # fmt: skip
    identity: str = sent["id"]
    return identity


def subjects(network: Network, code: str) -> list[str]:
    return sorted(one["subject"] for one in ask(network, code, "message_list")["messages"] if one["way"] == "received")


def post_once(network: Network, sender: str, to: str) -> None:
    """Carry what one body has for another now, and nothing else."""
    parcel = network[sender].exchange.collect(network.id(to))
    assert parcel is not None
    network[sender].exchange.settle(parcel, network[to].exchange.receive(parcel.batch))


def test_a10_one_step_takes_its_records_out_of_every_answer_and_the_charter_passes_both_ways(world: World) -> None:
    network = world.network
    assert ask(network, XB, "record_list", **WHY)["of"] == 2
    cut_off(network)
    # At itself at once: what others recorded is not shown, and nothing is passed on.
    with pytest.raises(Refused, match="D3"):
        ask(network, XA, "record_share", officer=DUTY, records=["w-1"], recipients=[XB])
    network.deliver()
    for code in (XB, GS):
        assert ask(network, code, "record_list", **WHY)["of"] == 0
        assert world.find(code, "Mirzoev Daler") == {}
        with pytest.raises(NotFound):
            ask(network, code, "record_show", record=f"{XA}/w-1", **WHY)
    write(network, XA, XB, "charter", "From the bureau that is cut off")
    write(network, XB, XA, "charter", "To it")
    network.deliver()
    assert subjects(network, XB) == ["From the bureau that is cut off"]
    assert subjects(network, XA) == ["To it"]
    with pytest.raises(Refused, match=r"M2\.5"):
        write(network, XB, XA, "police-data-agreement", "Not under this one")
    assert [one["state"] for one in ask(network, XB, "exchange_held")["held"]] == []
    # Nobody but itself ends it.
    with pytest.raises(Conflict, match="not cut off"):
        perform(network[XB], "return_draft", {"officer": HEAD})


def test_a10_what_waited_for_it_is_held_with_the_reason_and_passes_once_after_the_return(world: World) -> None:
    network = world.network
    write(network, XB, XA, "police-data-agreement", "Waits at XB")
    write(network, XA, XB, "police-data-agreement", "Waits at XA")
    cut_off(network)
    # The suspension reaches XB before XB posts.
    post_once(network, XA, XB)
    network.deliver()
    for code, other in ((XB, XA), (XA, XB)):
        (held,) = ask(network, code, "exchange_held")["held"]
        assert (held["to"]["code"], held["kind"]) == (other, "message")
        assert "suspended" in held["why"]
    assert subjects(network, XA) == subjects(network, XB) == []

    # Released too early it is only held again; after the return a person lets it go, and it arrives once.
    release(network, XB)
    network.deliver()
    assert len(ask(network, XB, "exchange_held")["held"]) == 1
    come_back(network)
    network.deliver()
    assert subjects(network, XA) == []
    for code in (XA, XB):
        release(network, code)
    network.deliver()
    write(network, XB, XA, "police-data-agreement", "After the return")
    network.deliver()
    assert subjects(network, XA) == ["After the return", "Waits at XB"]
    assert subjects(network, XB) == ["Waits at XA"]
    assert ask(network, XB, "record_list", **WHY)["of"] == 2
    assert set(world.find(GS, "Mirzoev Daler")) == {"w-1"}
    for code in (XA, XB, GS):
        assert ask(network, code, "trail_verify")["proof"]["is_sound"] is True


def release(network: Network, code: str) -> None:
    (held,) = ask(network, code, "exchange_held")["held"]
    ask(network, code, "exchange_release", officer=DUTY, number=held["number"])


def test_x21_message_already_on_its_way_is_held_at_its_sender_and_passes_once_after_the_return(world: World) -> None:
    network = world.network
    sent = write(network, XB, XA, "police-data-agreement", "On its way")
    parcel = network[XB].exchange.collect(network.id(XA))
    assert parcel is not None
    cut_off(network)
    # XB does not know of the cut-off yet: the receipt says why, and the suspension comes later.
    network[XB].exchange.settle(parcel, network[XA].exchange.receive(parcel.batch))
    assert subjects(network, XA) == []
    (held,) = ask(network, XB, "exchange_held")["held"]
    assert (held["to"]["code"], held["about"]) == (XA, sent)
    assert held["why"].startswith("The other side did not take it in: The recipient suspended receiving")
    (delivery,) = ask(network, XB, "message_show", id=sent)["message"]["deliveries"]
    assert delivery["state"] == "held"
    assert [(one["step"], one["by"], one["reason"]) for one in delivery["steps"]] == [("not_taken_in", XA, "suspended")]
    network.deliver()
    assert held_check(network, XB)[0], "it is held, and not late yet"
    network.clock.move(days=40)
    come_back(network)
    network.deliver()
    assert subjects(network, XA) == [], "only a person releases what is held"
    listed = ask(network, XB, "exchange_held")
    (one,) = listed["held"]
    assert (listed["of"], listed["late"], one["days_held"], one["is_late"]) == (1, 1, 40, True)
    is_good, text = held_check(network, XB)
    assert (is_good, "Past the 30 days" in text) == (False, True)
    assert ask(network, XB, "exchange_release", officer=DUTY, number=one["number"])["released"]["is_late"] is True
    assert "No statement" in held_check(network, XB)[1]
    network.deliver()
    assert subjects(network, XA) == ["On its way"]
    (delivery,) = ask(network, XB, "message_show", id=sent)["message"]["deliveries"]
    assert delivery["state"] == "stored"
    assert [one["step"] for one in delivery["steps"]] == ["not_taken_in", "stored"]


def held_check(network: Network, code: str) -> tuple[bool, str]:
    (found,) = (one for one in ask(network, code, "doctor")["checks"] if one["name"] == "held")
    return found["is_good"], found["text"]


@pytest.mark.parametrize("is_final", [False, True], ids=["suspended", "left_for_good"])
def test_x21_record_and_message_that_their_recipient_stopped_by_kind_are_held_and_by_leaving_are_refused(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    is_final: bool,  # noqa: FBT001 - a table
) -> None:
    monkeypatch.setattr(deciding, "RELEASED_AT_ONCE", 2)
    network = world.network
    brief = Retention(date(2090, 1, 1), network.clock.now().date() + timedelta(days=35))
    world.run(
        [person(world, "w-3", "Beshi Karenko"), replace(person(world, "w-4", "Lunpego Rasha"), retention=brief)], XB
    )
    sent = write(network, XA, XB, "police-data-agreement", "On its way")
    parcel = network[XA].exchange.collect(network.id(XB))
    assert parcel is not None
    agreements = network[XB].agreements
    terms = SuspensionTerms(
        world.agreement, Direction.RECEIVING, "Ministry", "Decision 7", "data_protection", date(2090, 1, 1),
        frozenset({network.id(XA)}), frozenset({"message", "wanted_person"}),
    )  # fmt: skip
    if is_final:
        network.submit(XB, agreements.draft_withdrawal(HEAD, world.agreement))
    else:
        network.submit(XB, agreements.draft_suspension(HEAD, terms))
    network[XA].exchange.settle(parcel, network[XB].exchange.receive(parcel.batch))
    assert subjects(network, XB) == []
    assert world.held(XB, "w-3") is None
    held = ask(network, XA, "exchange_held")["held"]
    (delivery,) = ask(network, XA, "message_show", id=sent)["message"]["deliveries"]
    if is_final:
        assert (held, delivery["state"], delivery["reason"]) == ([], "refused", "instrument_not_in_force")
        return
    assert [one["kind"] for one in held] == ["record", "record", "message"]
    assert all("suspended" in one["why"] for one in held)
    author = network.id(XB)
    with agreements.open_unit() as unit:
        state = unit.agreements.instrument(world.agreement)
        assert state is not None
        (stop,) = state.participations[author].suspensions
    network.submit(XB, agreements.draft_resumption(HEAD, world.agreement, stop.id))
    network.deliver()
    network.clock.move(days=36)
    released = ask(network, XA, "exchange_release_all", officer=DUTY, to=XB)
    assert (released["released"], released["late"]) == (3, 3)
    assert ask(network, XA, "exchange_release_all", officer=DUTY, to=XB)["released"] == 0
    network.deliver()
    assert subjects(network, XB) == ["On its way"]
    assert world.version(XB, "w-3") == 1
    # What ran out while it was held does not leave: a person drops it.
    (over,) = ask(network, XA, "exchange_held")["held"]
    assert over["about"] == f"{XA}/w-4"
    assert "may not know of the record any more" in over["why"]
    assert world.held(XB, "w-4") is None


def test_a10_return_fetches_what_waits_at_every_body_that_can_be_reached(world: World) -> None:
    network = world.network
    cut_off(network)
    network.deliver()
    # XA's line is down: what is said under the charter waits at XB.
    write(network, XB, XA, "charter", "While you were away")
    come_back(network)
    fetching = replace(network[XA], fetch=Caller(network[XA].exchange, posted_among(network, away=RC)).fetch)
    told: list[int] = []
    fetched: Any = perform(fetching, "exchange_fetch", {}, told.append)
    by_code: Mapping[str, Any] = {one["body"]["code"]: one for one in fetched["fetched"]}
    assert (by_code[XB]["envelopes"], by_code[XB]["why"]) == (1, "")
    assert (by_code[GS]["envelopes"], by_code[GS]["why"]) == (0, "")
    assert "out of order" in by_code[RC]["why"]
    assert told == [1, 2, 3]
    assert subjects(network, XA) == ["While you were away"]
    assert perform(fetching, "exchange_fetch", {})["fetched"] != fetched["fetched"]
    network.deliver()
    assert subjects(network, XA) == ["While you were away"]


def posted_among(network: Network, away: str) -> Any:  # noqa: ANN401 - what posts a batch
    """Return what posts to the nodes by their addresses; one of them does not answer."""
    nodes: Mapping[str, Node] = {network.own(code).addresses[0]: network[code] for code in network.nodes}

    def post(address: str, batch: bytes) -> bytes:
        if nodes[address] is network[away]:
            raise Unavailable("The line is out of order.", why="A test cut it.", do="Wait.", retry_is_safe=True)
        return nodes[address].exchange.receive(batch)

    return post


def test_a10_copies_come_back_although_the_cut_off_lasted_longer_than_their_lease(world: World) -> None:
    network = world.network
    cut_off(network)
    network.deliver()
    network.clock.move(days=10)
    come_back(network)
    assert ask(network, XB, "record_list", **WHY)["of"] == 0
    network.deliver()
    assert ask(network, XB, "record_list", **WHY)["of"] == 2


def test_a10_drafts_that_were_not_handed_in_leave_nothing_and_one_that_was_overtaken_stops_all(world: World) -> None:
    network = world.network
    stale = drafted(network, "cut_off_draft", DECIDED)
    assert len(stale) == 2
    assert ask(network, XA, "status")["cut_off"] == []
    assert network.deliver() == 0
    network.submit(XA, network[XA].agreements.draft_narrowing(HEAD, world.agreement, frozenset({"wanted_person"})))
    network.deliver()
    with pytest.raises(Conflict):
        submit(network, stale)
    assert ask(network, XA, "status")["cut_off"] == []
    assert network.deliver() == 0
    cut_off(network)
    assert len(ask(network, XA, "status")["cut_off"]) == 1


def test_a10_doctor_status_and_page_say_since_when_and_by_which_document(world: World) -> None:
    network = world.network
    page = TestClient(Starlette(routes=home_routes(network[XA])))
    assert "has cut itself off" not in page.get("/").text
    cut_off(network)
    (line,) = ask(network, XA, "status")["cut_off"]
    assert "Decision 2031/40, decided by Ministry" in line
    assert "drug-data-programme, police-data-agreement" in line
    report = ask(network, XA, "doctor")
    assert line in [one["text"] for one in report["checks"] if one["name"] == "cut-off"]
    (shown,) = home_page(network[XA]).cut_offs
    assert (shown.document, shown.stopped, shown.goes_on) == (
        "Decision 2031/40", ("drug-data-programme", "police-data-agreement"), (),
    )  # fmt: skip
    assert "has cut itself off" in page.get("/").text
    assert home_page(network[XB]).cut_offs == ()
    come_back(network)
    assert "has cut itself off" not in page.get("/").text


def test_a10_every_party_reads_which_suspensions_are_one_cut_off(world: World) -> None:
    network = world.network
    cut_off(network)
    network.deliver()
    own: BodyId = network.id(XA)
    with network[XB].disclosure.open_unit() as unit:
        ids = {one.id for state in unit.agreements.instruments() for one in state.participations[own].suspensions}
    (identity,) = ids
    assert identity.startswith("cut-off-")
