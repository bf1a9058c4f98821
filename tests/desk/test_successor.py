"""A body that begins anew for another: on the desk of who may accept it, beside the one it names; two accept, one refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Refused
from entente.kernel.ids import OfficerId
from entente.verbs import perform
from entente.verbs.references import names_of
from tests.support.desk_world import COOKIE, Browser, DeskWorld, open_desk
from tests.support.direct_http import client_at
from tests.support.nodes import DUTY, HEAD
from tests.support.successor import enter_successor

NEW, OLD, SECOND = "RC-NEW", "RC", OfficerId("head-of-two")
AT = f"/desk/successors/{NEW}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network; the bureau has a second head, and a body that begins anew for the centre came into its directory."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        perform(opened.node, "officer_add", {"officer": HEAD, "id": SECOND, "roles": ["head_of_body"]})
        enter_successor(opened.node, OLD, NEW)
        yield opened


def browser_of(world: DeskWorld, officer: str, *, is_recent: bool = True) -> Browser:
    http = client_at(world.app, follow_redirects=False)
    http.cookies.set(COOKIE, world.signed_in.begin(officer, frozenset({"head_of_body"}), is_recent=is_recent))
    return Browser(http)


def on_desk(world: DeskWorld, officer: str) -> bool:
    return f'href="{AT}"' in browser_of(world, officer).get("/desk/").text


def named(world: DeskWorld, **more: str) -> dict[str, str]:
    return {"replaced": names_of(world.node).body(OLD, "body").id, **more}


def by(officer: str) -> dict[str, str]:
    return {"seen_proposer": officer}


def test_two_heads_see_it_on_their_desks_and_accept_it_or_one_refuses_it(world: DeskWorld) -> None:
    first, second = browser_of(world, HEAD), browser_of(world, SECOND)
    assert on_desk(world, HEAD)
    assert on_desk(world, SECOND)
    assert AT not in world.browser("duty_officer").get("/desk/").text
    shown = first.get(AT).text
    for words in (
        "names RC as the body that it replaces",
        "None of its heads holds a key",
        "entered here by hand",
        "charter",
    ):
        assert words in shown.replace("Charter", "charter"), words
    assert first.send(AT, f"{AT}/accept", named(world)).status_code == 303
    # Who proposed it has done their part; the other one is asked to confirm it.
    assert not on_desk(world, HEAD)
    assert on_desk(world, SECOND)
    assert "Another officer confirms it" in first.get(AT).text
    assert "You are the second officer" in second.get(AT).text
    again = first.send(AT, f"{AT}/accept", named(world, **by(HEAD)))
    assert again.status_code == 409
    # Who looked before it was proposed meant to propose, and confirms nothing.
    late = second.send(AT, f"{AT}/accept", named(world))
    assert late.status_code == 409
    assert "Another officer proposed or refused RC-NEW meanwhile." in late.text
    assert f'name="seen_proposer" value="{HEAD}"' in second.get(AT).text
    # One officer refuses it, with a reason, and nobody is asked any more.
    faulty = second.send(AT, f"{AT}/refuse", named(world, reason=""))
    assert faulty.status_code == 400
    assert (
        second.send(AT, f"{AT}/refuse", named(world, reason="Their ministry knows nothing of it.")).status_code == 303
    )
    assert not on_desk(world, HEAD)
    assert not on_desk(world, SECOND)
    assert "Their ministry knows nothing of it." in first.get(AT).text
    assert f'href="{AT}"' in first.get(f"/desk/directory/{NEW}").text, "it can be looked at again"
    # Proposed anew, it waits for the other officer, who accepts it.
    assert second.send(AT, f"{AT}/accept", named(world)).status_code == 303
    assert on_desk(world, HEAD)
    accepted = first.send(AT, f"{AT}/accept", named(world, **by(SECOND)))
    assert (accepted.status_code, accepted.headers["location"].partition("?")[0]) == (303, f"/desk/directory/{OLD}")
    assert names_of(world.node).body(OLD, "body").succeeded_by == names_of(world.node).body(NEW, "body").id
    assert first.get(AT).status_code == 404
    assert AT not in first.get(f"/desk/directory/{NEW}").text


def test_who_may_not_accept_one_is_told_of_none_and_the_refusal_stands_in_the_trail(world: DeskWorld) -> None:
    with pytest.raises(Refused):
        perform(world.node, "successor_list", {"officer": DUTY})
    assert world.node.trail.latest(1)[0].act.verb == "accept_successor"


def test_heavy_acts_ask_who_is_there(world: DeskWorld) -> None:
    enter_successor(world.node, "GS", "GS-NEW")
    page = "/desk/successors/GS-NEW"
    stale = browser_of(world, HEAD, is_recent=False)
    old: JsonObject = {"replaced": names_of(world.node).body("GS", "body").id}
    for act, more in (("accept", {}), ("refuse", {"reason": "Not known."})):
        answer = stale.send(page, f"{page}/{act}", {**{name: str(value) for name, value in old.items()}, **more})
        assert answer.status_code != 303
    listed = perform(world.node, "successor_list", {"officer": HEAD})["claims"]
    assert [(one["proposed_by"], one["refused_by"]) for one in listed] == [("", "")]  # type: ignore[index, union-attr, call-overload]


def test_what_came_under_a_compromised_key_has_a_page_for_who_reads_the_trail(world: DeskWorld) -> None:
    assert "declared no key compromised" in browser_of(world, HEAD).get("/desk/directory/XA-NCB/doubts").text


def test_two_bodies_in_one_place_are_decided_one_after_the_other(world: DeskWorld) -> None:
    for code in ("XA-FIRST", "XA-OTHER"):
        enter_successor(world.node, "XA-NCB", code)
    first, second = browser_of(world, HEAD), browser_of(world, SECOND)
    old = {"replaced": names_of(world.node).body("XA-NCB", "body").id}
    page, other = "/desk/successors/XA-FIRST", "/desk/successors/XA-OTHER"
    frame = second.frame(other)
    assert first.send(page, f"{page}/accept", old).status_code == 303
    late = second.post(f"{other}/accept", {**frame, **old})
    assert late.status_code == 409
    assert "XA-OTHER was not proposed: XA-FIRST waits to be accepted in the same place" in late.text
    shown = second.get(other).text
    assert f"XA-FIRST waits to be accepted in the same place; {HEAD} proposed it." in shown
    assert f'href="{page}"' in shown
    assert f'action="{other}/accept"' not in shown, "it is not offered meanwhile"
    assert second.send(page, f"{page}/refuse", {**old, "reason": "Not they."}).status_code == 303
    assert second.send(other, f"{other}/accept", old).status_code == 303
    claims = perform(world.node, "successor_list", {"officer": HEAD})["claims"]
    assert {one["successor"]["code"]: one["proposed_by"] for one in claims}["XA-OTHER"] == SECOND  # type: ignore[index, union-attr, call-overload]
