"""The file of a digital exhibit: its digest is computed as it comes, held against what was entered, and it does not stay."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from entente.cases.exhibits import CHECKED
from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from tests.support.desk_world import DeskWorld, open_desk
from tests.support.nodes import DUTY

IMAGE = bytes(range(256)) * 5_000
DIGEST = hashlib.sha256(IMAGE).hexdigest()
ENTERED = {
    "kind": "digital", "what": "Image of a telephone", "day": "2026-01-02", "time": "10:00", "found_where": "Gate 4",
    "found_by": "Officer 7", "seal": "A-1", "sha256": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network once: each test has a case of its own."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        yield opened


def opened(world: DeskWorld) -> tuple[str, str]:
    """Open a case; return its number and where it is shown."""
    given: JsonObject = {"officer": DUTY, "title": "Gate 4", "crime_area": "fugitives"}
    number: Any = perform(world.node, "case_open", given)["case"]
    return number["number"], f"/desk/cases/{number['number']}"


def shown(world: DeskWorld, number: str) -> Any:  # noqa: ANN401 - a verb's answer
    return perform(world.node, "case_show", {"officer": DUTY, "number": number})


def checks(world: DeskWorld, number: str) -> list[str]:
    return [one["text"] for one in shown(world, number)["events"] if one["kind"] in CHECKED]


def sent(data: bytes = IMAGE, name: str = "phone.dd") -> dict[str, tuple[str, bytes]]:
    return {"exhibit_file": (name, data)}


def bare(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def test_w143_digest_of_a_file_is_computed_here_and_the_file_does_not_stay(world: DeskWorld) -> None:
    (number, page), browser = opened(world), world.browser()
    answer = browser.send(page, f"{page}/exhibits", ENTERED, sent())
    assert answer.headers["location"] == f"{page}?done=exhibit_entered_from_file", answer.text
    assert "is not kept here" in browser.get(answer.headers["location"]).text
    (exhibit,) = shown(world, number)["exhibits"]
    assert exhibit["sha256"] == DIGEST
    assert checks(world, number) == [f"{number}-E1: the file «phone.dd», 1280000 bytes, is the same."]
    assert world.api.desk_jobs.uploads(DUTY) == (), "nothing of it waits anywhere"
    assert "up to" in bare(browser.get(page).text)


def test_w143_digest_that_was_typed_is_held_against_the_file(world: DeskWorld) -> None:
    (number, page), browser = opened(world), world.browser()
    other = browser.send(page, f"{page}/exhibits", {**ENTERED, "sha256": "AB" * 32}, sent())
    assert other.status_code == 400
    assert "The digest that was typed is not that of the file." in bare(other.text)
    assert DIGEST in other.text, "what it is, is said"
    assert 'value="A-1"' in other.text, "what was entered is given back"
    assert shown(world, number)["exhibits"] == []
    assert world.api.desk_jobs.uploads(DUTY) == ()
    same = browser.send(page, f"{page}/exhibits", {**ENTERED, "sha256": DIGEST.upper()}, sent())
    assert same.status_code == 303, same.text
    typed = browser.send(page, f"{page}/exhibits", {**ENTERED, "sha256": "cd" * 32})
    assert typed.headers["location"] == f"{page}?done=exhibit_entered", "a digest alone is still taken"
    assert [one["sha256"] for one in shown(world, number)["exhibits"]] == [DIGEST, "cd" * 32]
    neither = browser.send(page, f"{page}/exhibits", ENTERED)
    assert neither.status_code == 400


def test_w143_two_clicks_with_one_file_enter_one_exhibit(world: DeskWorld) -> None:
    (number, page), browser = opened(world), world.browser()
    frame = browser.frame(page)
    for _ in range(2):
        assert browser.post(f"{page}/exhibits", {**frame, **ENTERED}, files=sent()).status_code == 303
    assert len(shown(world, number)["exhibits"]) == 1
    assert world.api.desk_jobs.uploads(DUTY) == ()


def test_w143_file_is_checked_against_an_exhibit(world: DeskWorld) -> None:
    (number, page), browser = opened(world), world.browser()
    browser.send(page, f"{page}/exhibits", {**ENTERED, "sha256": DIGEST})
    (exhibit,) = shown(world, number)["exhibits"]
    which = {"exhibit": exhibit["id"]}
    same = browser.send(page, f"{page}/exhibits/check", which, sent(name="copy.dd"))
    assert same.headers["location"] == f"{page}?done=exhibit_same"
    assert "is the same as the exhibit" in browser.get(same.headers["location"]).text
    other = browser.send(page, f"{page}/exhibits/check", which, sent(IMAGE + b"!"))
    assert other.headers["location"] == f"{page}?done=exhibit_differs"
    text = bare(browser.get(other.headers["location"]).text)
    assert "it is another file" in text
    assert '<span class="tag is-halt">Exhibit checked: another file</span>' in browser.get(page).text
    assert f"is another one: its SHA-256 is {hashlib.sha256(IMAGE + b'!').hexdigest()}" in text
    assert len(checks(world, number)) == 2
    assert "est un autre" in bare(world.browser("duty_officer", "fr").get(page).text)
    none = browser.send(page, f"{page}/exhibits/check", which)
    assert none.status_code == 400
    assert f'id="check_exhibit-exhibit_file-{exhibit["id"]}-fault"' in none.text
    absent = browser.send(page, f"{page}/exhibits/check", {"exhibit": "exhibit-0"}, sent())
    assert absent.status_code == 404
    assert world.api.desk_jobs.uploads(DUTY) == ()
    row = next(one for one in world.node.trail.latest(9) if one.act.detail.get("change") == "exhibit_checked")
    assert row.act.detail["is_same"] is False
    assert "phone.dd" not in str(row.act.detail)


def test_w143_file_given_at_a_hand_over_says_whether_the_exhibit_is_what_it_was(world: DeskWorld) -> None:
    (number, page), browser = opened(world), world.browser()
    browser.send(page, f"{page}/exhibits", {**ENTERED, "sha256": DIGEST})
    (exhibit,) = shown(world, number)["exhibits"]
    over = {
        "exhibit": exhibit["id"], "day": "2026-01-03", "time": "10:00", "gave": "Officer 7", "took": "Laboratory",
        "where": "Gate 4", "seal": "A-2", "sha256": "", "remark": "",
    }  # fmt: skip
    answer = browser.send(page, f"{page}/exhibits/over", over, sent(IMAGE[:-1]))
    assert answer.headers["location"] == f"{page}?done=exhibit_handed_over", answer.text
    (exhibit,) = shown(world, number)["exhibits"]
    assert [link["is_intact"] for link in exhibit["hand_overs"]] == [False]
    assert "digest differs" in browser.get(page).text
