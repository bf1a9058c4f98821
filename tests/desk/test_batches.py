"""Lists of queries at the desk: asked as a job, read as may be seen now, each the beginning of a search (W57)."""

from __future__ import annotations

import re
from typing import Any

from entente.kernel.ids import OfficerId
from entente.verbs import perform
from tests.support.desk_world import SAME_ORIGIN, Browser, DeskWorld
from tests.support.nodes import DUTY, HEAD

WHY = {"purpose": "identify", "crime_area": "fugitives", "case": "", "occasion": "Gate 4"}
LIST = "Muhammadov Abdullo, 1979\n\n   \nNobody of this name\nAB 123456\n"


def ask(browser: Browser, **more: str) -> Any:  # noqa: ANN401 - an answer
    return browser.send("/desk/batches", "/desk/batches", {"queries": LIST, **WHY, **more})


def found(world: DeskWorld, answer: Any) -> str:  # noqa: ANN401 - an answer
    assert answer.status_code == 303, answer.text
    world.work()
    return str(answer.headers["location"].partition("?")[0].replace("/jobs/", "/batches/"))


def test_w57_a_list_that_is_entered_is_asked_line_by_line_and_leads_on_to_candidates(world: DeskWorld) -> None:
    browser = world.browser()
    begun = ask(browser)
    job = begun.headers["location"].partition("?")[0]
    # No query stands in an address or on the page of the job.
    assert "Muhammadov" not in browser.get(job).text + job
    page = browser.get(found(world, begun))
    assert page.status_code == 200
    assert "Muhammadov Abdullo, 1979" in page.text
    assert "XA-NCB/w-1" in page.text
    assert "Nobody of this name" not in page.text
    everything = browser.get(f"{page.url.path}?all=yes").text
    assert "Nobody of this name" in everything
    assert (
        everything.index("Muhammadov Abdullo") < everything.index("Nobody of this name") < everything.index("AB 123456")
    )
    # A row is the beginning of a search of its own, with the purpose that the list was asked for.
    record = re.search(r'href="(/desk/records/XA-NCB/w-1)"', page.text)
    assert record is not None
    assert browser.get(record[1]).status_code == 200
    hidden = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text.partition('/desk/search"')[2])
    )
    alone = browser.http.post("/desk/search", data=hidden, headers=dict(SAME_ORIGIN))
    assert alone.status_code == 303, alone.text
    assert "XA-NCB/w-1" in browser.get(alone.headers["location"]).text


def test_w57_a_row_that_could_not_be_asked_is_mended_in_the_form_of_a_search(world: DeskWorld) -> None:
    browser = world.browser()
    page = browser.get(found(world, ask(browser, queries="Muhammadov, 1979\n1979"))).text
    hidden = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.rpartition('/desk/search"')[2])
    )
    assert "Mend it and search" in page
    wrong = browser.http.post("/desk/search", data=hidden, headers=dict(SAME_ORIGIN))
    assert wrong.status_code == 400
    assert re.search(r'<textarea id="ask-line"[^>]*>1979</textarea>', wrong.text)
    mended = browser.http.post("/desk/search", data={**hidden, "line": "Muhammadov, 1979"}, headers=dict(SAME_ORIGIN))
    assert mended.status_code == 303


def test_w57_each_slice_is_a_row_of_the_trail_with_its_purpose_and_without_its_queries(world: DeskWorld) -> None:
    before = world.node.trail.latest(1)[0].sequence
    found(world, ask(world.browser()))
    rows = [row for row in world.node.trail.latest(20) if row.sequence > before and row.act.verb == "search"]
    assert len(rows) == 1
    assert rows[0].act.officer == DUTY
    assert "Muhammadov" not in str(rows[0].act.detail)


def test_w57_a_list_without_a_reason_is_given_back_whole(world: DeskWorld) -> None:
    answer = ask(world.browser(), occasion="")
    assert answer.status_code == 400
    assert "Nobody of this name" in answer.text
    assert ask(world.browser(), queries="  \n ").status_code == 400


def test_w57_a_file_of_queries_is_asked_and_one_that_is_none_is_refused_in_its_form(world: DeskWorld) -> None:
    browser = world.browser("border_officer")
    frame = browser.frame("/desk/batches")

    def sent(data: bytes) -> str:
        answer = browser.http.post(
            "/desk/batches/files", data=frame, files={"file": ("list.csv", data)}, headers=dict(SAME_ORIGIN)
        )
        return str(answer.headers["location"])

    to = sent(b"name;reference;gate\nMuhammadov Abdullo;f-17;4\n")
    refused = browser.send(to, to, {"delimiter": ",", "ignored": "", **WHY})
    assert refused.status_code == 400
    assert "Gate 4" in refused.text
    asked = found(world, browser.send(to, to, {"delimiter": ";", "ignored": "gate", **WHY}))
    page = browser.get(f"{asked}?all=yes").text
    assert "f-17" in page
    assert "Muhammadov Abdullo" in page


def test_w57_what_was_found_is_its_officers_alone_and_is_judged_as_it_is_read(world: DeskWorld) -> None:
    to = found(world, ask(world.browser()))
    perform(world.node, "officer_add", {"officer": HEAD, "id": "o-other", "roles": ["duty_officer"]})
    world.officers["other"] = OfficerId("o-other")
    assert world.browser("other").get(to).status_code == 404
    own = world.browser()
    assert "XA-NCB/w-1" in own.get(to).text
    other: Any = world.bureau.network["XA-NCB"]
    perform(other, "record_withdraw", {"officer": DUTY, "record": "w-1", "reason": "Entered in error."})
    world.bureau.network.deliver()
    assert "XA-NCB/w-1" not in own.get(to).text


def test_w57_a_place_in_what_was_found_is_not_made_up(world: DeskWorld) -> None:
    browser = world.browser()
    to = found(world, ask(browser))
    for made_up in ("7", "x" * 40, "../..", "%00"):
        assert browser.get(f"{to}?from={made_up}").status_code == 400
