"""M19 between real nodes on real stores: a call over the line, answered by the source's gate, kept nowhere at the asker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from entente.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from entente.records.model import Fact
from entente.verbs import perform
from tests.storage.test_records_between_nodes import XA, XB, World, open_world, person

pytestmark = pytest.mark.storage

NAME = "Мирзоев Далер"


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(tmp_path_factory.mktemp("consult")) as held:
        held.run([person(held, "w-1", NAME), person(held, "w-2", NAME, terms=(held.kept_from(XB),))])
        yield held


def consult(world: World, local_id: str, at: str = XB) -> Any:  # noqa: ANN401 - a verb's JSON
    given = {
        "officer": "duty-1", "record": f"{XA}/{local_id}", "kind": "wanted_person", "instrument": "police-data-agreement",
        "purpose": "identify", "crime_area": "fugitives",
    }  # fmt: skip
    return perform(world.network[at], "record_consult", {**given})


def test_m19_record_is_shown_from_its_source_and_kept_nowhere_here(world: World) -> None:
    shown = consult(world, "w-1")
    assert [fact["value"] for fact in shown["record"]["facts"] if fact["property"] == "name"] == [NAME]
    assert shown["source"]["code"] == XA
    assert world.held(XB, "w-1") is None
    assert world.find(XB, "Mirzoev Daler") == {}
    assert world.holders(XA, "w-1") == {}
    assert NAME.encode() not in b"".join(
        file.read_bytes() for file in world.network.folders[XB].rglob("*") if file.is_file()
    )
    (row,) = [row for row in world.network[XA].trail.latest(20) if row.act.verb == "consult"]
    assert (row.act.body, row.act.officer) == (world.network.id(XB), "duty-1")


def test_m19_record_is_named_by_a_hit_or_by_a_number_that_a_copy_here_has(world: World) -> None:
    network = world.network
    passport = Fact("passportNumber", "QZ7731904")
    world.share([person(world, "w-3", NAME, passport)], XB)
    about = {"officer": "duty-1", "purpose": "identify", "crime_area": "fugitives"}

    def consulted(**given: str) -> str:
        shown: Any = perform(network[XB], "record_consult", {**about, **given})
        return str(shown["record"]["name"])

    assert consulted(identifier="qz 773-1904", occasion="Gate 4") == f"{XA}/w-3"
    hit: Any = perform(
        network[XB], "hit_confirm", {**about, "record": f"{XA}/w-3", "score": 900, "circumstances": "At gate 4."}
    )
    assert consulted(record=hit["hit"]["id"]) == f"{XA}/w-3"
    # The source is asked for a record and not for a number, and only what is here is searched.
    asked = [row.act for row in network[XA].trail.latest(50) if row.act.verb == "consult"]
    assert {act.detail["record"] for act in asked} == {world.record("w-3")}
    world.run([person(world, "w-4", NAME, Fact("passportNumber", "KD1002003"))])
    posted = len(network.posted)
    for given in ({"identifier": "KD1002003"}, {"record": "hit-of-nobody"}):
        with pytest.raises(NotFound):
            consulted(**given, occasion="Gate 4")
    with pytest.raises(Invalid, match="which record"):
        consulted(identifier="QZ7731904", record=f"{XA}/w-3")
    with pytest.raises(Invalid):
        consulted(identifier="QZ7731904")
    world.share([person(world, "w-5", "Another Person", passport)], XB)
    with pytest.raises(Conflict, match="2 records"):
        consulted(identifier="QZ7731904", occasion="Gate 4")
    assert len(network.posted) == posted


def test_m19_hidden_and_absent_are_one_answer_and_a_cut_line_says_so(world: World) -> None:
    answers = []
    for local_id in ("w-2", "w-9"):
        with pytest.raises(NotFound) as caught:
            consult(world, local_id)
        answers.append(str(caught.value))
    assert answers[0] == answers[1]
    world.network.close(XA)
    with pytest.raises(Unavailable):
        consult(world, "w-1")


def test_m19_call_is_answered_once(world: World) -> None:
    consult(world, "w-1")
    call = world.network.posted[-1]
    world.network[XA].exchange.receive(call)
    assert [row.act.verb for row in world.network[XA].trail.latest(1_000)].count("consult") == 1
