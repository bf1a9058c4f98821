"""Measures and proposals under a charter, each with what would come of it; W78 of docs/rules/desk.md."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import format_time
from entente.kernel.statement import from_json
from entente.node import Node
from entente.verbs import perform
from tests.support.desk_world import DeskWorld, one_desk
from tests.support.nodes import HEAD

MEASURE = {
    "measure_target": "XA-NCB", "measure_policy": "receive_only", "decided_by": "Assembly", "lifted_by": "Its answers.",
    "appeal": "The commission.",
}  # fmt: skip
PROPOSAL = {"proposal_kind": "expulsion", "proposal_target": "XA-NCB", "proposal_text": "It should go."}


def until(world: DeskWorld, days: int) -> str:
    return (world.node.clock.now() + timedelta(days=days)).date().isoformat()


def take_measure(world: DeskWorld, **more: str) -> str:
    """Have the secretariat take a measure toward XA, and hand it over; return its id."""
    secretariat: Node = world.bureau.network["GS"]
    given: JsonObject = {
        "officer": HEAD, "target": "XA-NCB", "policy": "receive_only", "decided_by": "Assembly", "lifted_by": "Its answers.",
        "appeal": "The commission.", "until": format_time(world.node.clock.now() + timedelta(days=9)), **more,
    }  # fmt: skip
    drafted: Any = perform(secretariat, "measure_draft", given)
    signed = world.bureau.network.sign_by_heads("GS", from_json(drafted["statement"]))
    perform(secretariat, "instrument_submit", {"officer": HEAD, "statement": signed.to_json()})
    world.bureau.network.deliver()
    return str(drafted["content"]["id"])


def test_w78_measures_are_shown_with_who_took_them_by_which_clause_and_what_they_ask(world: DeskWorld) -> None:
    measure = take_measure(world)
    text = world.browser().get("/desk/measures").text
    assert "Receiving only" in text
    assert "clause " in text
    assert "Its answers." in text
    assert "it goes on receiving" in text
    assert "Receiving only" in world.browser().get("/desk/matrix").text, "it stands at the body in the matrix"
    assert "Receiving only" in world.browser().get("/desk/pair/XA-NCB/XB-NCB").text
    take_measure(world, replaces=measure, policy="direct")
    assert "Receiving only" not in world.browser().get("/desk/pair/XA-NCB/XB-NCB").text


def test_w78_who_takes_measures_drafts_one_and_sees_who_could_do_what_no_longer(world: DeskWorld) -> None:
    secretariat = one_desk(world.bureau.network["GS"])
    browser = secretariat.browser("head_of_body")
    fields = {**MEASURE, "measure_policy": "paused", "measure_until": until(world, 30)}
    drafted = browser.send("/desk/measures", "/desk/measures", fields)
    assert drafted.status_code == 303, drafted.text
    text = browser.get(drafted.headers["location"]).text
    assert "What would change for XA-NCB" in text
    assert "both ways: would stop" in text
    assert "Nothing goes to the body" in text
    late = browser.send("/desk/measures", "/desk/measures", {**fields, "measure_until": until(world, 400)})
    assert late.status_code == 403
    assert "A6.3" in late.text
    assert "Its answers." in late.text, "what was entered stands in the form again"


def test_w78_who_the_charter_does_not_name_has_no_form_and_is_refused_with_the_ground(world: DeskWorld) -> None:
    browser = world.browser("head_of_body")
    page = browser.get("/desk/measures").text
    assert "measure_policy" not in page, "the charter names the secretariat"
    answer = browser.send("/desk/to-sign", "/desk/measures", {**MEASURE, "measure_until": until(world, 30)})
    assert answer.status_code == 403
    assert "A6.1" in answer.text
    wrong = browser.send("/desk/to-sign", "/desk/measures", {**MEASURE, "measure_until": "tomorrow"})
    assert wrong.status_code == 400


def test_w78_an_expulsion_is_shown_as_inadmissible_before_it_is_made_and_recorded_so(world: DeskWorld) -> None:
    browser = world.browser("head_of_body")
    before = proposals(world)
    looked = browser.send("/desk/proposals", "/desk/proposals/look", PROPOSAL)
    assert looked.status_code == 303
    text = browser.get("/desk/proposals").text
    assert "It would be: inadmissible" in re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", text))
    assert "No body can be expelled from the network." in unescape(text)
    assert "It should go." in text, "what was written stands in the form"
    assert proposals(world) == before, "nothing was proposed by looking"
    made = browser.send("/desk/proposals", "/desk/proposals", PROPOSAL)
    assert made.status_code == 303
    assert len(proposals(world)) == len(before) + 1
    after = browser.get(made.headers["location"]).text
    assert "It is recorded here" in after
    assert "inadmissible" in after
    assert (
        'name="proposal_text" data-act="make_proposal" rows="8" dir="auto" autocomplete="off" required></textarea>'
        in after
    )


def proposals(world: DeskWorld) -> list[Any]:
    shown: Any = perform(world.node, "proposal_list", {})
    return [one for one in shown["proposals"] if one["proposer"]["code"] == "XB-NCB"]


def test_w78_a_proposal_about_nobody_gives_the_form_back(world: DeskWorld) -> None:
    browser = world.browser("head_of_body")
    for fields in ({"proposal_target": "ZZ-NCB"}, {"proposal_kind": "merger"}, {"proposal_text": ""}):
        answer = browser.send("/desk/proposals", "/desk/proposals/look", {**PROPOSAL, **fields})
        assert answer.status_code == 400
        assert ("It should go.</textarea>" in answer.text) == ("proposal_text" not in fields)
    assert "proposal_kind" not in world.browser("analyst").get("/desk/proposals").text
