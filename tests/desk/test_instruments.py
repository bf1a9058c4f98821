"""Instruments at the desk: the matrix, text beside terms, what a suspension would stop, signed, handed in (W47, W48)."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from entente.agreements.drafts import file_of, read_files
from entente.cli.statement_files import sign_file
from entente.formats.instruments import read_instrument
from entente.kernel.statement import Statement
from entente.verbs import perform
from entente.verbs.references import names_of
from entente.web.wording import LANGUAGES, texts_of
from tests.support.desk_world import Browser, DeskWorld
from tests.support.nodes import AGREEMENT_NAME, PASSPHRASE

SUSPENSION = {
    "toward": "XA-NCB", "direction": "sending", "decided_by": "Minister", "decision": "Order 7", "stop_reason": "reciprocity",
    "review_on": "2099-01-01",
}  # fmt: skip


def head(world: DeskWorld) -> Browser:
    return world.browser("head_of_body")


def drafted(world: DeskWorld, browser: Browser, to: str, page: str, **fields: Any) -> str:  # noqa: ANN401 - a form's
    """Send a form that drafts; return the draft's page."""
    answer = browser.send(page, to, fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def file_on(browser: Browser, page: str) -> tuple[Statement, ...]:
    """Return the statements of the file on a draft's page."""
    text = browser.get(page).text
    found = re.findall(r'<pre class="file"[^>]*>(.*?)</pre>', text, re.DOTALL)
    return read_files(unescape(found[-1]))


def signed(world: DeskWorld, statements: tuple[Statement, ...]) -> str:
    network = world.bureau.network
    return json.dumps(file_of(network.sign_by_heads("XB-NCB", one).to_json() for one in statements))


def state_of(world: DeskWorld, code: str) -> list[Any]:
    shown: Any = perform(world.node, "instrument_show", {"instrument": AGREEMENT_NAME})
    return [one for one in shown["participations"] if one["body"]["code"] == code]


def test_instrument_shows_text_beside_terms_and_how_each_party_stands(world: DeskWorld) -> None:
    text = world.browser().get("/desk/instruments/charter").text
    assert "No body can be expelled from the network." in text
    assert "No expulsion" in text
    assert "after 3 signatures" in text
    assert "Terrorism" in text
    assert "/suspend" not in text, "who may not suspend is not offered it"


def test_suspension_is_previewed_drafted_signed_by_heads_and_shown_in_the_matrix(world: DeskWorld) -> None:
    browser, at = head(world), f"/desk/instruments/{AGREEMENT_NAME}"
    assert "gives: stopped" not in browser.get("/desk/sharing").text
    page = drafted(world, browser, f"{at}/suspend", f"{at}/suspend", **SUSPENSION)
    text = browser.get(page).text
    assert "What will stop under" in text
    assert "charter" in text, "it says what stays open"
    assert state_of(world, "XB-NCB")[0]["state"] == "active", "nothing is in effect before it is signed"
    unsigned = browser.send(page, "/desk/to-sign", {"signed": json.dumps(file_of([]))})
    assert unsigned.status_code == 400
    statements = file_on(browser, page)
    alone = json.dumps(file_of(one.to_json() for one in statements))
    refused = browser.send(page, "/desk/to-sign", {"signed": alone})
    assert refused.status_code == 403
    assert "its heads" in refused.text
    assert alone in unescape(refused.text), "what was entered is given back"
    taken = browser.send(page, "/desk/to-sign", {"signed": signed(world, statements)})
    assert taken.status_code == 303, taken.text
    shown = browser.get(taken.headers["location"]).text
    assert "Order 7" in shown
    matrix = browser.get("/desk/sharing?in_state=stopped").text
    assert "gives: stopped" in matrix
    assert "gets: open" in matrix
    assert "suspended it" in matrix
    from_there = browser.get("/desk/sharing?of_body=XA-NCB&find=XB-NCB").text
    assert "gets: stopped" in from_there
    _resume(world, browser, at)


def _resume(world: DeskWorld, browser: Browser, at: str) -> None:
    suspension = state_of(world, "XB-NCB")[0]["suspensions"][0]["id"]
    page = drafted(world, browser, f"{at}/resume", at, suspension=suspension)
    taken = browser.send(page, "/desk/to-sign", {"signed": signed(world, file_on(browser, page))})
    assert taken.status_code == 303
    assert state_of(world, "XB-NCB")[0]["state"] == "active"
    assert "gives: stopped" not in browser.get("/desk/sharing").text


def test_cut_off_shows_all_that_stops_and_narrowing_takes_several_kinds(world: DeskWorld) -> None:
    browser = head(world)
    decision = {key: SUSPENSION[key] for key in ("decided_by", "decision", "stop_reason", "review_on")}
    page = drafted(world, browser, "/desk/cut-off", "/desk/cut-off", **decision)
    text = browser.get(page).text
    assert AGREEMENT_NAME in text
    assert "Stays open: " in re.sub(r"<[^>]*>", "", text)
    at = f"/desk/instruments/{AGREEMENT_NAME}"
    kinds = ["message", "wanted_person"]
    answer = browser.http.post(
        f"{at}/narrow", data={**browser.frame(at), "stay_kinds": kinds}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == 303, answer.text
    (statement,) = file_on(browser, answer.headers["location"])
    assert statement.content["kinds"] == kinds
    wrong = browser.send(at, f"{at}/narrow", {"stay_kinds": "invented"})
    assert wrong.status_code == 400


def test_charter_cannot_be_suspended_and_the_form_says_by_which_ground(world: DeskWorld) -> None:
    browser, at = head(world), "/desk/instruments/charter"
    answer = browser.send(f"{at}/suspend", f"{at}/suspend", SUSPENSION)
    assert answer.status_code == 403
    assert "A5.1" in answer.text
    assert 'value="Order 7"' in answer.text


def test_unknown_counterpart_is_a_fault_at_its_field(world: DeskWorld) -> None:
    browser, at = head(world), f"/desk/instruments/{AGREEMENT_NAME}"
    answer = browser.send(f"{at}/suspend", f"{at}/suspend", {**SUSPENSION, "toward": "ZZ-NCB"})
    assert answer.status_code == 400
    assert 'id="draft_suspension-toward-fault"' in answer.text


def test_draft_of_another_session_is_not_there(world: DeskWorld) -> None:
    browser, at = head(world), f"/desk/instruments/{AGREEMENT_NAME}"
    page = drafted(world, browser, f"{at}/suspend", f"{at}/suspend", **SUSPENSION)
    assert head(world).get(page).status_code == 404


def test_instrument_that_does_not_hold_together_is_given_back(world: DeskWorld) -> None:
    browser = head(world)
    answer = browser.send("/desk/propose", "/desk/propose", {"instrument_file": "kind: charter\nname: <b>"})
    assert answer.status_code == 400
    assert "name: &lt;b&gt;" in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_w127_instrument_is_begun_with_a_sample_that_can_be_put_forward(world: DeskWorld, language: str) -> None:
    browser = world.browser("head_of_body", language)
    assert 'href="/desk/propose?begin=sample"' in browser.get("/desk/propose").text
    shown = re.search(r"<textarea[^>]*>(.*?)</textarea>", browser.get("/desk/propose?begin=sample").text, re.DOTALL)
    assert shown is not None
    file = unescape(shown[1]).lstrip("\n")
    names = names_of(world.node)
    read = read_instrument(file.encode(), world.node.lists, {one.code: one.id for one in names.bodies.values()})
    assert {names.code(one) for one in read.parties} == {"GS", "XB-NCB"}
    assert read.title == texts_of(language)["sample.title"]
    for code in world.node.lists.record_kinds:
        assert f"- {code}  # " in file
    answer = browser.send("/desk/propose", "/desk/propose", {"instrument_file": file})
    assert answer.status_code == 303, answer.text


def test_head_signs_the_file_of_the_desk_on_a_machine_of_their_own(world: DeskWorld, tmp_path: Path) -> None:
    browser, at = head(world), f"/desk/instruments/{AGREEMENT_NAME}"
    page = drafted(world, browser, f"{at}/suspend", f"{at}/suspend", **SUSPENSION)
    file = tmp_path / "suspension.json"
    file.write_text(json.dumps(file_of(one.to_json() for one in file_on(browser, page))), "utf-8")
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE, "utf-8")
    keys = world.bureau.network.folders["XB-NCB"] / "keys"
    for name in ("1", "2"):
        answer = sign_file(file, [keys / f"head-{name}.pem"], secret)
    assert answer["statements"] == 1
    assert len(read_files(file.read_text("utf-8"))[0].signatures) == 2


def test_nonsense_in_the_address_of_the_matrix_is_no_fault(world: DeskWorld) -> None:
    text = world.browser().get("/desk/sharing?of_body=ZZ&in_state=x&by_instrument=y&in_group=z&page=-3").text
    assert "No body has this code" in text
