"""R31 to R33 between real nodes on real stores: copies kept fresh, ended, passed on, and the list of who holds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from entente.agreements.model import Direction, SuspensionTerms
from entente.correspondence.desk import About
from entente.disclosure.model import DisclosureClass
from entente.exchange.model import Lane
from entente.kernel.ids import BodyId
from entente.records.model import Fact, HolderState
from entente.verbs import perform
from tests.storage.test_records_between_nodes import GS, XA, XB, World, open_world, person
from tests.support.nodes import DUTY, HEAD, Network

pytestmark = pytest.mark.storage

NAME = "Мирзоев Далер"


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(tmp_path_factory.mktemp("copies")) as opened:
        yield opened


def bring(
    world: World, local_id: str, *more: Fact, terms: tuple[DisclosureClass, ...] = (), to: tuple[str, ...] = ()
) -> None:
    """Import a version of a record at XA, naming no recipient but `to`, and carry what goes out."""
    world.run([person(world, local_id, NAME, *more, terms=terms)], *to)
    world.network.deliver()


def found(world: World, code: str) -> set[str]:
    return set(world.find(code, "Mirzoev Daler"))


def listed(world: World, local_id: str) -> dict[tuple[str, str], Any]:
    answer: Any = perform(world.network[XA], "record_holders", {"officer": "duty-1", "record": local_id})
    return {(one["body"]["code"], one["by"]["code"] if one["by"] else ""): one for one in answer["holders"]}


def pass_on(world: World, local_id: str) -> None:
    """Have XB pass a record of XA on to the secretariat."""
    network = world.network
    case = network[XB].cases.open_case(DUTY, "Traveller held", "fugitives").number
    about = About("identify", "fugitives", case)
    network[XB].correspondence.forward_record(DUTY, world.record(local_id), network.id(GS), about)
    network.deliver()


def suspend(network: Network, agreement: Any, toward: BodyId) -> str:  # noqa: ANN401 - an instrument's id
    terms = SuspensionTerms(
        agreement, Direction.BOTH, "the council", "decision 7", "data_protection", date(2090, 1, 1), frozenset({toward})
    )
    draft = network[XA].agreements.draft_suspension(HEAD, terms)
    network.submit(XA, draft)
    own = network.id(XA)
    with network[XA].agreements.open_unit() as unit:
        state = unit.agreements.instrument(agreement)
        assert state is not None
        return state.participations[own].suspensions[0].id


def test_r31_new_version_goes_by_itself_to_whoever_holds_an_earlier_one(world: World) -> None:
    bring(world, "w-1", to=(XB,))
    bring(world, "w-1", Fact("gender", "male"))
    assert {code: world.version(code, "w-1") for code in (XA, XB)} == {XA: 2, XB: 2}
    assert world.held(GS, "w-1") is None
    assert world.holders(XA, "w-1") == {world.network.id(XB): (2, HolderState.SENT)}


def test_r31_who_would_get_just_what_it_has_is_sent_nothing(world: World) -> None:
    terms = (world.cls(), world.kept_from(XB))
    bring(world, "w-1", Fact("gender", "male", 1), terms=terms, to=(XB, GS))
    bring(world, "w-1", Fact("gender", "female", 1), terms=terms)
    assert {code: world.version(code, "w-1") for code in (XA, XB, GS)} == {XA: 2, XB: 1, GS: 2}


def test_r31_narrower_version_ends_the_copy_of_a_holder_that_may_have_nothing_of_it(world: World) -> None:
    bring(world, "w-1", to=(XB, GS))
    assert found(world, XB) == {"w-1"}
    bring(world, "w-1", terms=(world.kept_from(XB),))
    assert found(world, XB) == set()
    assert found(world, GS) == {"w-1"}
    held = world.held(XB, "w-1")
    assert held is not None
    assert held.ended_at is not None
    own = listed(world, "w-1")
    assert (own[XB, ""]["state"], own[XB, ""]["is_missing"]) == ("end_confirmed", False)
    assert (own[GS, ""]["state"], own[GS, ""]["version"]) == ("sent", 2)
    # It is not final: a later version that is open to it comes again.
    bring(world, "w-1", Fact("gender", "male"))
    assert found(world, XB) == {"w-1"}
    assert world.version(XB, "w-1") == 3


def test_r31_end_overtakes_a_copy_that_is_still_on_its_way(world: World) -> None:
    network = world.network
    world.run([person(world, "w-1", NAME)], XB)
    carried = network[XA].exchange.collect(network.id(XB))
    assert carried is not None
    network[XA].exchange.postpone(carried, "The line broke.")
    world.run([person(world, "w-1", NAME, terms=(world.kept_from(XB),))])
    network.clock.move(seconds=5)
    network.deliver()
    held = world.held(XB, "w-1")
    assert held is None or held.gone_at is not None
    assert found(world, XB) == set()


@pytest.mark.parametrize("is_held", [False, True])
def test_r31_copy_that_arrived_before_its_envelope_was_given_up_is_ended_there(world: World, *, is_held: bool) -> None:
    network = world.network
    world.run([person(world, "w-1", NAME)], XB)
    exchange, to = network[XA].exchange, network.id(XB)
    posted = exchange.collect(to)
    assert posted is not None
    network[XB].exchange.receive(posted.batch)
    # Its receipt was lost, and the stream begins anew: the copy is in no envelope again, or held at the door.
    with exchange.open_unit() as unit:
        exchange.posting.begin_anew(unit, to, Lane.DATA, "a new key", network.clock.now())
        if is_held:
            for queued in unit.outbox.unsealed(to, Lane.DATA, 9):
                unit.outbox.hold(queued, "suspended", network.clock.now())
        unit.commit()
    assert world.held(XB, "w-1") is not None
    world.run([person(world, "w-1", NAME, terms=(world.kept_from(XB),))])
    network.deliver()
    held = world.held(XB, "w-1")
    assert held is not None
    assert held.ended_at is not None
    assert listed(world, "w-1")[XB, ""]["state"] == "end_confirmed"


def test_r31_body_that_nothing_reached_is_told_of_no_end(world: World) -> None:
    world.run([person(world, "w-1", NAME)], XB)
    world.run([person(world, "w-1", NAME, terms=(world.kept_from(XB),))])
    world.network.deliver()
    assert world.held(XB, "w-1") is None
    assert listed(world, "w-1") == {}
    rows = world.network[XB].trail.latest(100)
    assert "accept_end" not in {row.act.verb for row in rows}


def test_r31_suspended_holder_is_ended_with_the_next_version_and_has_it_after_resuming(world: World) -> None:
    network = world.network
    bring(world, "w-1", to=(XB,))
    suspension = suspend(network, world.agreement, network.id(XB))
    bring(world, "w-1", Fact("gender", "male"))
    held = world.held(XB, "w-1")
    assert held is not None
    assert (held.record.version, held.ended_at is not None) == (1, True)
    assert network[XA].freshening.step() == 1
    assert network[XA].freshening.step() == 0
    network.submit(XA, network[XA].agreements.draft_resumption(HEAD, world.agreement, suspension))
    network.deliver()
    # The old version does not come to light again; the new one does, by the node itself.
    assert found(world, XB) == set()
    while network[XA].freshening.step():
        continue
    network.deliver()
    assert world.version(XB, "w-1") == 2
    assert found(world, XB) == {"w-1"}


def test_r31_end_reaches_onward_holders_and_the_source_knows(world: World) -> None:
    bring(world, "w-1", to=(XB,))
    pass_on(world, "w-1")
    assert found(world, GS) == {"w-1"}
    onward = listed(world, "w-1")[GS, XB]
    assert (onward["state"], onward["version"], onward["is_missing"]) == ("sent", 1, False)
    only_home = replace(world.cls(), purposes=frozenset({"arrest"}), instrument=None)
    bring(world, "w-1", terms=(only_home,))
    assert found(world, XB) == found(world, GS) == set()
    after = listed(world, "w-1")
    # The forwarder passed the end on, and the source told the body itself as well: neither waits for the other.
    assert set(after) == {(XB, ""), (GS, ""), (GS, XB)}
    assert {one["state"] for one in after.values()} == {"end_confirmed"}


def test_r31_new_version_reaches_onward_holders_or_ends_their_copy(world: World) -> None:
    bring(world, "w-1", to=(XB,))
    pass_on(world, "w-1")
    assert (GS, "") not in listed(world, "w-1"), "XA itself sent it nothing yet"
    bring(world, "w-1", Fact("gender", "male"))
    assert {code: world.version(code, "w-1") for code in (XB, GS)} == {XB: 2, GS: 2}
    assert listed(world, "w-1")[GS, ""]["version"] == 2
    # Nor is an onward holder left with what is not for it any more.
    bring(world, "w-2", to=(XB,))
    pass_on(world, "w-2")
    assert found(world, GS) == {"w-1", "w-2"}
    bring(world, "w-2", terms=(world.kept_from(GS),))
    assert (found(world, GS), found(world, XB)) == ({"w-1"}, {"w-1", "w-2"})
    assert listed(world, "w-2")[GS, ""]["state"] == "end_confirmed"


def test_r32_withdrawal_is_confirmed_by_every_onward_holder_or_it_is_listed_as_missing(world: World) -> None:
    network = world.network
    bring(world, "w-1", to=(XB,))
    pass_on(world, "w-1")
    network[XA].records.withdraw(DUTY, world.record("w-1"), "arrested")
    # XB is reached; its line to the secretariat is cut.
    parcel = network[XA].exchange.collect(network.id(XB))
    assert parcel is not None
    network[XA].exchange.settle(parcel, network[XB].exchange.receive(parcel.batch))
    between = listed(world, "w-1")
    assert (between[XB, ""]["is_missing"], between[GS, XB]["is_missing"]) == (False, True)
    assert between[GS, XB]["state"] == "withdrawal_sent"
    assert between[GS, XB]["asked_at"] == between[XB, ""]["asked_at"]
    network.deliver()
    after = listed(world, "w-1")
    assert {who: one["is_missing"] for who, one in after.items()} == {(XB, ""): False, (GS, XB): False}
    assert after[GS, XB]["state"] == "withdrawal_confirmed"
    assert after[GS, XB]["confirmed_at"] >= after[GS, XB]["asked_at"]


def test_r33_list_says_what_was_stored_where_and_when_it_expires(world: World) -> None:
    network = world.network
    world.run([person(world, "w-1", NAME)], XB)
    before = listed(world, "w-1")[XB, ""]
    assert (before["stored_at"], before["sent_at"] is not None) == (None, True)
    network.deliver()
    assert listed(world, "w-1")[XB, ""]["stored_at"] is not None
    answer: Any = perform(network[XA], "record_holders", {"officer": "duty-1", "record": "w-1"})
    assert (answer["is_expired"], answer["erase_on"], answer["withdrawn_at"]) == (False, "2031-01-01", None)
    with pytest.raises(Exception, match="Nothing found"):
        perform(network[XB], "record_holders", {"officer": "duty-1", "record": f"{XA}/w-1"})
