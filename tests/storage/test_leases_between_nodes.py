"""D4 and R30 between real nodes on real stores: a source falls silent, its copies are hidden as a gap, it is heard again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from entente.agreements.model import Direction, SuspensionTerms
from entente.kernel.clock import format_time
from entente.kernel.errors import NotFound
from entente.verbs import perform
from entente.web.home import home_page, home_routes
from tests.storage.test_records_between_nodes import GS, RC, XA, XB, World, person
from tests.support.nodes import AGREEMENT, AGREEMENT_NAME, CHARTER, HEAD, open_network

pytestmark = pytest.mark.storage

WHY = {"officer": "duty-1", "purpose": "identify", "crime_area": "fugitives"}


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_network(tmp_path_factory.mktemp("leases"), concluded=(CHARTER, AGREEMENT)) as network:
        agreement = network.instrument(AGREEMENT_NAME)
        programme = network.conclude(RC, "programme.yaml", (XA,))
        held = World(network, agreement, programme)
        held.share([person(held, "w-1", "Мирзоев Далер"), person(held, "w-2", "Talvo Mirenko")], XB, GS)
        yield held


def ask(world: World, verb: str, **given: Any) -> Any:  # noqa: ANN401 - a verb's JSON
    return perform(world.network[XB], verb, given)


def test_d4_copies_of_a_silent_source_are_a_gap_until_it_is_heard_again(world: World) -> None:
    network = world.network
    assert ask(world, "record_list", **WHY)["of"] == 2
    network.clock.move(hours=71)
    network.speak(GS)
    assert set(world.find(XB, "Mirzoev Daler")) == {"w-1"}
    network.clock.move(hours=1)
    listed = ask(world, "record_list", **WHY)
    assert (listed["records"], listed["of"]) == ([], 0)
    ((gap,), since) = listed["silent_sources"], listed["silent_sources"][0]["since"]
    assert (gap["body"]["code"], gap["records"]) == (XA, 2)
    found = ask(world, "search", names=["Mirzoev"], occasion="control", **WHY)
    assert (found["candidates"], found["searched"]) == ([], 0)
    assert found["silent_sources"] == listed["silent_sources"]
    with pytest.raises(NotFound):
        ask(world, "record_show", record=f"{XA}/w-1", **WHY)
    (source,) = ask(world, "body_silent")["sources"]
    assert (source["body"]["code"], source["since"], source["hidden"], source["soon"]) == (XA, since, 2, 0)
    network.speak(XA)
    assert ask(world, "record_list", **WHY)["of"] == 2
    assert ask(world, "record_list", **WHY)["silent_sources"] == []
    assert set(world.find(XB, "Mirzoev Daler")) == {"w-1"}
    assert ask(world, "record_show", record=f"{XA}/w-1", **WHY)["record"]["id"] == world.record("w-1")


def test_d4_source_itself_shows_its_records_however_long_nobody_spoke(world: World) -> None:
    world.network.clock.move(days=30)
    assert perform(world.network[XA], "record_list", {**WHY})["of"] == 2


def test_d4_suspension_that_cannot_reach_a_peer_takes_effect_there_when_the_lease_ends(world: World) -> None:
    network = world.network
    agreements = network[XA].agreements
    toward = frozenset({network.id(XB)})
    terms = SuspensionTerms(
        world.agreement, Direction.BOTH, "the council", "decision 7", "data_protection", date(2090, 1, 1), toward
    )
    # Its statement waits in the outbox: the line is cut.
    network.submit(XA, agreements.draft_suspension(HEAD, terms))
    assert set(world.find(XB, "Mirzoev Daler")) == {"w-1"}
    network.clock.move(hours=72)
    assert world.find(XB, "Mirzoev Daler") == {}
    assert [one["body"]["code"] for one in ask(world, "record_list", **WHY)["silent_sources"]] == [XA]
    # Heard again, the suspension is what hides them; that is no silence.
    network.deliver()
    assert world.find(XB, "Mirzoev Daler") == {}
    assert ask(world, "record_list", **WHY)["silent_sources"] == []


def test_r30_doctor_status_and_page_name_the_silent_source_and_no_record(world: World) -> None:
    network = world.network
    assert ask(world, "status")["silent_sources"] == []
    network.clock.move(hours=64)
    text = {one["name"]: one["text"] for one in ask(world, "doctor")["checks"]}["sources"]
    assert text.startswith(f"{XA} is silent since ")
    assert text.endswith("copies hidden: 0, soon more: 2.")
    network.clock.move(hours=8)
    assert ask(world, "doctor")["is_well"] is True
    assert ask(world, "status")["silent_sources"] == [XA]
    (line,) = home_page(network[XB]).state.silent
    assert line.code == XA
    page = TestClient(Starlette(routes=home_routes(network[XB]))).get("/").text
    assert "their copies are not shown" in page
    assert "w-1" not in page


def test_x40_receipts_move_when_a_body_was_last_heard_and_no_lease(world: World) -> None:
    network = world.network
    at = format_time(network.clock.now())

    def heard(of: str, by: str) -> Any:  # noqa: ANN401 - a moment in JSON
        found: Any = perform(network[by], "directory_find", {"text": of})
        lines: Any = perform(network[by], "exchange_lines", {"bodies": [of]})
        (body,), (line,) = (one for one in found["bodies"] if one["code"] == of), lines["lines"]
        assert body["heard"] == line["heard"]
        return line["heard"]

    before = heard(XB, XA)
    network.clock.move(hours=5)
    with network[XA].exchange.open_view() as view:
        control = view.bodies.heard()[network.id(XB)]
    assert heard(XB, XA) == before <= at
    shared_at = format_time(network.clock.now())
    world.share([person(world, "w-3", "Sorn Mira")], XB)
    # XB said nothing but that it has it.
    assert shared_at <= heard(XB, XA) <= format_time(network.clock.now())
    with network[XA].exchange.open_view() as view:
        assert view.bodies.heard()[network.id(XB)] == control
    # And at XB the data that came says the same of XA.
    assert heard(XA, XB) >= shared_at
