"""All bodies at a glance, and all that two of them share; W76 of docs/rules/desk.md."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.signing import encode_bytes
from entente.verbs import perform
from entente.verbs.references import names_of
from tests.desk.test_instruments import SUSPENSION, drafted, file_on, head, signed, state_of
from tests.support.desk_world import DeskWorld
from tests.support.nodes import AGREEMENT_NAME, HEAD

CELL = re.compile(
    r'<td><a(?: class="([^"]*)")? href="([^"]*)"><i aria-hidden="true">([^<]*)</i><b class="unseen">([^<]*)</b></a></td>'
)


def cells(text: str) -> dict[str, tuple[str, str, str]]:
    """Return the cells of a page by where each leads: its look, its words, its signs."""
    return {unescape(to): (look, unescape(label), sign) for look, to, sign, label in CELL.findall(text)}


def keep_group(world: DeskWorld, name: str, *bodies: str) -> None:
    entries: list[Json] = [
        {"body": one, "status": "member", "since": "2020-01-01", "document": "Letter"} for one in bodies
    ]
    group: JsonObject = {"name": name, "title": name.title(), "entries": entries}
    perform(world.node, "group_keep", {"officer": HEAD, "data": encode_bytes(json.dumps(group).encode())})


def test_w76_each_two_bodies_have_a_cell_that_leads_to_what_they_share(world: DeskWorld) -> None:
    browser = world.browser()
    text = browser.get("/desk/matrix").text
    found = cells(text)
    codes = sorted(one.code for one in names_of(world.node).bodies.values())
    assert set(found) == {f"/desk/pair/{one}/{other}" for one in codes for other in codes if one != other}
    look, label, sign = found["/desk/pair/XA-NCB/XB-NCB"]
    assert (look, sign) == ("is-on", "4⇅")
    assert "Hold a copy" in label
    pair = browser.get("/desk/pair/XA-NCB/XB-NCB").text
    assert AGREEMENT_NAME in pair
    assert "XA-NCB to XB-NCB" in pair
    assert browser.get("/desk/pair/XB-NCB/XA-NCB").text.index("XB-NCB to XA-NCB") > 0


def test_w76_what_is_suspended_is_marked_by_sign_and_word_both_ways_round(world: DeskWorld) -> None:
    browser, at = head(world), f"/desk/instruments/{AGREEMENT_NAME}"
    page = drafted(world, browser, f"{at}/suspend", f"{at}/suspend", **SUSPENSION)
    browser.send(page, "/desk/to-sign", {"signed": signed(world, file_on(browser, page))})
    here = f"/desk/matrix?by_instrument={instrument_id(world)}"
    found = cells(browser.get(here).text)
    assert found["/desk/pair/XB-NCB/XA-NCB"][2] == "4↓‖"
    assert found["/desk/pair/XA-NCB/XB-NCB"][2] == "4↑‖"
    assert "something is suspended" in found["/desk/pair/XB-NCB/XA-NCB"][1]
    whole = cells(browser.get("/desk/matrix").text)["/desk/pair/XB-NCB/XA-NCB"]
    assert (whole[0], whole[2]) == ("is-warn", "4⇅‖"), "under the charter it goes on"
    assert "suspended it" in browser.get("/desk/pair/XB-NCB/XA-NCB").text
    suspension = state_of(world, "XB-NCB")[0]["suspensions"][0]["id"]
    page = drafted(world, browser, f"{at}/resume", at, suspension=suspension)
    assert browser.send(page, "/desk/to-sign", {"signed": signed(world, file_on(browser, page))}).status_code == 303
    assert cells(browser.get(here).text)["/desk/pair/XB-NCB/XA-NCB"][2] == "4⇅"


def instrument_id(world: DeskWorld) -> str:
    listed: Any = perform(world.node, "instrument_list", {})
    return str(next(one["id"] for one in listed["instruments"] if one["name"] == AGREEMENT_NAME))


def test_w76_groups_are_folded_and_count_their_pairs_and_unfold_to_their_bodies(world: DeskWorld) -> None:
    keep_group(world, "harbour", "XA-NCB", "RC")
    browser = world.browser()
    folded = browser.get("/desk/matrix?rows=.&columns=.").text
    assert 'aria-expanded="false"' in folded
    counted = cells(folded)["/desk/matrix?rows=XB-NCB%2Fharbour&columns=XB-NCB%2Fharbour"]
    assert counted[2] == "1/1"
    assert counted[1] == "Sharing: 1 of 1"
    opened = browser.get("/desk/matrix?rows=XB-NCB%2Fharbour&columns=.").text
    heads = re.findall(r'<th scope="row" class="is-within"><a[^>]*title="[^"]*"><bdi>([^<]*)</bdi>', opened)
    assert sorted(heads) == ["RC", "XA-NCB"]
    assert 'aria-expanded="true"' in opened


def test_w76_kind_and_right_narrow_it_and_what_there_is_not_is_not_asked_for(world: DeskWorld) -> None:
    browser = world.browser()
    consult = cells(browser.get("/desk/matrix?by_right=consult&by_kind=wanted_person").text)
    assert consult["/desk/pair/XA-NCB/XB-NCB"][2] == "1⇅"
    assert consult["/desk/pair/RC/XB-NCB"][2] == "·", "no instrument between them carries it"
    plain = cells(browser.get("/desk/matrix").text)
    for odd in ("rows=nobody", "columns=<b>", "by_right=all", "row_page=-3", "row_page=999999999", "by_kind=x"):
        answer = browser.get(f"/desk/matrix?{odd}")
        assert answer.status_code == 200, odd
        assert cells(answer.text) == plain, odd


def test_w76_a_phone_has_a_list_and_each_line_its_count(world: DeskWorld) -> None:
    text = world.browser().get("/desk/matrix").text
    listed = text[text.index('class="links glance-list"') :]
    assert listed.count("<li>") == len(names_of(world.node).bodies)
    assert "Sharing: " in listed
