"""An instrument that is not signed by all: on the desk, taken back by who proposed it, refused with a reason (W142, A15, A16)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest

from entente.agreements.drafts import file_of, read_files
from entente.agreements.model import InstrumentState
from entente.kernel.canonical import JsonObject
from entente.kernel.ids import BodyId, InstrumentId
from entente.kernel.statement import from_json
from entente.node import Node
from entente.verbs import perform
from tests.support.desk_world import Browser, DeskWorld, open_desk
from tests.support.nodes import AGREEMENT_NAME, HEAD

WHY = "The ministry wants another text."
OURS, OTHER = "XB-NCB", "XA-NCB"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network once: each test has instruments of its own names."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        yield opened


def head(world: DeskWorld) -> Browser:
    return world.browser("head_of_body")


def proposed(world: DeskWorld, by: str, name: str, *parties: str, starts_on: date | None = None) -> InstrumentId:
    """Have a body propose an instrument to others; every party gets it."""
    network = world.bureau.network
    known = _state(network[by], network.instrument(AGREEMENT_NAME)).instrument
    named: frozenset[BodyId] = frozenset(network.id(code) for code in parties)
    text = replace(
        known,
        name=name,
        title=f"Agreement {name}",
        parties=named,
        hit_told=frozenset(),
        starts_on=starts_on or known.starts_on,
    )
    kept = network[by].agreements.propose(HEAD, text).instrument.id
    network.deliver()
    return kept


def _state(node: Node, instrument: InstrumentId) -> InstrumentState:
    with node.agreements.open_unit() as unit:
        state = unit.agreements.instrument(instrument)
    assert state is not None
    return state


def sign(world: DeskWorld, code: str, instrument: InstrumentId) -> None:
    network = world.bureau.network
    network.submit(code, network[code].agreements.draft_signature(HEAD, instrument))
    network.deliver()


def shown(node: Node, instrument: str) -> Any:  # noqa: ANN401 - a verb's answer
    return perform(node, "instrument_show", {"instrument": instrument})


def bare(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def at(instrument: InstrumentId) -> str:
    return f"/desk/instruments/{instrument}"


def waits(browser: Browser, instrument: InstrumentId) -> bool:
    return at(instrument) in browser.get("/desk/?kind=instrument").text


def test_w142_an_instrument_that_waits_for_us_is_on_the_desk_until_we_refuse_it_and_the_proposer_hears_why(
    world: DeskWorld,
) -> None:
    kept, browser = proposed(world, OTHER, "to-refuse", OTHER, OURS), head(world)
    assert waits(browser, kept)
    assert not waits(world.browser("duty_officer"), kept), "who may not sign is not asked"
    page = bare(browser.get(at(kept)).text)
    assert "Not signed yet by XA-NCB XB-NCB" in page
    assert "The 1 other party is told at once" in page
    empty = browser.send(at(kept), f"{at(kept)}/refuse", {"unsigned_reason": ""})
    assert empty.status_code == 400
    assert 'id="refuse_instrument-unsigned_reason-fault"' in empty.text
    answer = browser.send(at(kept), f"{at(kept)}/refuse", {"unsigned_reason": WHY})
    assert answer.status_code == 303, answer.text
    assert not waits(browser, kept)
    again = browser.send(at(kept), f"{at(kept)}/refuse", {"unsigned_reason": "Another reason."})
    assert again.status_code == 409
    assert "that our body does not sign" in again.text
    world.bureau.network.deliver()
    for node in (world.node, world.bureau.network[OTHER]):
        (word,) = shown(node, kept)["refusals"]
        assert (word["body"]["code"], word["reason"]) == (OURS, WHY)
        assert shown(node, kept)["is_blocked"]
    assert "Draft our signature" in browser.get(at(kept)).text, "it may be signed after all"
    trail = bare(world.browser("data_protection_officer").get(f"/desk/trail?about={kept}").text)
    assert "Refuse to sign an instrument" in trail


def test_w142_a_proposal_of_ours_that_was_refused_is_on_the_desk_and_taken_back_everywhere(world: DeskWorld) -> None:
    kept, browser, network = proposed(world, OURS, "to-take-back", OURS, OTHER), head(world), world.bureau.network
    network[OTHER].agreements.refuse_to_sign(HEAD, kept, "Our law knows no such right.")
    sign(world, OURS, kept)
    assert waits(browser, kept)
    assert "was refused and cannot come into force" in bare(browser.get("/desk/?kind=instrument").text)
    page = bare(browser.get(at(kept)).text)
    assert "Our law knows no such right." in page
    assert "These signatures stay: XB-NCB" in page
    taken = browser.send(at(kept), f"{at(kept)}/take-back", {"back_reason": WHY, "seen_signed": OURS})
    assert taken.status_code == 303, taken.text
    assert not waits(browser, kept)
    network.deliver()
    for node in (world.node, network[OTHER]):
        found = shown(node, kept)
        assert (found["taken_back"]["body"]["code"], found["taken_back"]["reason"]) == (OURS, WHY)
        assert (found["is_open"], found["in_force"], found["signed_by"]) == (False, False, [OURS])
    assert "Draft our signature" not in browser.get(at(kept)).text
    assert "taken back" in browser.get("/desk/instruments?find=to-take-back").text


def test_w142_who_takes_back_what_was_signed_meanwhile_is_told_and_the_form_comes_back(world: DeskWorld) -> None:
    kept, browser = proposed(world, OURS, "crossed", OURS, OTHER, "GS"), head(world)
    frame = browser.frame(at(kept))
    sign(world, OTHER, kept)
    late = browser.post(f"{at(kept)}/take-back", {**frame, "back_reason": WHY, "seen_signed": ""})
    assert late.status_code == 409
    assert "was signed meanwhile by XA-NCB" in bare(late.text)
    assert f'value="{WHY}"' in late.text, "what was entered is given back"
    assert 'name="seen_signed" value="XA-NCB"' in late.text
    sign(world, OURS, kept)
    sign(world, "GS", kept)
    concluded = browser.send(at(kept), f"{at(kept)}/take-back", {"back_reason": WHY, "seen_signed": "GS XA-NCB XB-NCB"})
    assert concluded.status_code == 409
    assert "is taken back no more" in concluded.text
    assert shown(world.node, kept)["in_force"]


def test_w142_what_is_said_once_we_signed_is_true(world: DeskWorld) -> None:
    browser, network = head(world), world.bureau.network
    later = world.node.clock.now().date() + timedelta(days=40)

    def hand_in(instrument: InstrumentId) -> str:
        page = browser.send(at(instrument), f"{at(instrument)}/sign", {}).headers["location"]
        file = re.findall(r'<pre class="file"[^>]*>(.*?)</pre>', browser.get(page).text, re.DOTALL)[-1]
        signed: list[JsonObject] = [network.sign_by_heads(OURS, one).to_json() for one in read_files(unescape(file))]
        taken = browser.send(page, "/desk/to-sign", {"signed": json.dumps(file_of(signed))})
        assert taken.status_code == 303, taken.text
        return bare(browser.get(taken.headers["location"]).text)

    first = hand_in(proposed(world, OTHER, "first-of-two", OTHER, OURS))
    assert "The instrument is not in effect yet" in first
    assert "signed by us" in first
    assert "Not signed yet by XA-NCB" in first
    assert "in effect here" not in first
    to_come = proposed(world, OTHER, "begins-later", OTHER, OURS, starts_on=later)
    sign(world, OTHER, to_come)
    shown_later = hand_in(to_come)
    assert "nobody else’s is needed" in shown_later
    assert "In effect from" in shown_later
    last = proposed(world, OTHER, "last-of-two", OTHER, OURS)
    sign(world, OTHER, last)
    assert "the instrument is in force" in hand_in(last)


def test_w142_a_draft_that_a_refusal_overtook_is_told_to_who_hands_it_in(world: DeskWorld) -> None:
    kept, browser, network = proposed(world, OTHER, "overtaken", OTHER, OURS), head(world), world.bureau.network
    page = browser.send(at(kept), f"{at(kept)}/sign", {}).headers["location"]
    file = re.findall(r'<pre class="file"[^>]*>(.*?)</pre>', browser.get(page).text, re.DOTALL)[-1]
    signed: list[JsonObject] = [network.sign_by_heads(OURS, one).to_json() for one in read_files(unescape(file))]
    perform(world.node, "instrument_refuse", {"officer": HEAD, "instrument": kept, "reason": WHY})
    late = browser.send(page, "/desk/to-sign", {"signed": json.dumps(file_of(signed))})
    assert late.status_code == 409
    assert "that our body does not sign" in late.text
    assert OURS not in shown(world.node, kept)["signed_by"]


def test_w142_a_resumption_in_part_is_told_as_one(world: DeskWorld) -> None:
    network, browser = world.bureau.network, world.browser()
    other: Any = network[OTHER]
    terms: JsonObject = {
        "officer": HEAD, "instrument": AGREEMENT_NAME, "toward": [OURS], "direction": "both", "decided_by": "Minister",
        "document": "Order 8", "reason": "reciprocity", "review_on": "2099-01-01", "rights": [],
    }  # fmt: skip
    for kind in ("message", "wanted_person"):
        draft: Any = perform(other, "suspend_draft", {**terms, "kinds": [kind]})
        _submit(world, OTHER, draft)
    network.deliver()
    page = browser.get("/desk/search").text
    stamp = re.search(r'data-from="([^"]+)"', page) or re.search(r'data-stamp="([^"]+)"', page)
    assert stamp is not None, page[:2000]
    (stand,) = [one for one in shown(other, AGREEMENT_NAME)["participations"] if one["body"]["code"] == OTHER]
    ended = stand["suspensions"][0]["id"]
    draft = perform(other, "resume_draft", {"officer": HEAD, "instrument": AGREEMENT_NAME, "suspension": ended})
    _submit(world, OTHER, draft)
    network.deliver()
    while world.desk.changes.step():
        pass
    news = browser.get("/desk/live/news", params={"from": unescape(stamp[1]), "concerned": "yes"}).text
    assert "has resumed part of" in news, news
    assert "has suspended part" not in news


def _submit(world: DeskWorld, code: str, draft: Any) -> None:  # noqa: ANN401 - a verb's answer
    world.bureau.network.submit(code, from_json(draft["statement"]))
