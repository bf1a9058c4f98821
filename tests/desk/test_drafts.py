"""W63: what was begun stands there again, for who began it, and goes when it is done, dropped or too old."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx
import pytest

from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from entente.web.desk import drafts
from entente.web.desk.drafts import KEPT, Draft, Drafts
from entente.web.desk.page import ActPage, ShowPage
from entente.web.desk.table import PAGES
from tests.support.desk_pages import path_of, role_for, with_query
from tests.support.desk_world import SAME_ORIGIN, Browser, DeskWorld
from tests.support.nodes import DUTY

NOW = datetime(2026, 11, 27, 4, 0, tzinfo=UTC)
NEW = "/desk/messages/new"


def keep(browser: Browser, page: str, act: str, **fields: str) -> httpx.Response:
    return browser.post(f"/desk/begun?act={act}", {**browser.frame(page), "of_page": page, **fields})


@pytest.fixture(autouse=True)
def _none(world: DeskWorld) -> None:
    """Begin without drafts."""
    world.desk.drafts.kept.clear()


def test_what_was_begun_stands_on_its_page_again_and_on_no_other(world: DeskWorld) -> None:
    browser = world.browser()
    assert keep(browser, NEW, "send_message", subject="Gate <4>", text="He was seen", to="XA-NCB").status_code == 204
    # In another browser too: the session of before may have ended.
    text = world.browser().get(NEW).text
    assert 'value="Gate &lt;4&gt;"' in text
    assert "He was seen</textarea>" in text
    assert '<option value="XA-NCB" selected>' in text
    assert "You began this on" in text
    assert "He was seen" not in browser.get(f"{NEW}?answers=message-1").text
    assert "He was seen" not in browser.get(f"/desk/cases/{world.bureau.case}").text
    assert "He was seen" not in world.browser("head_of_body").get(NEW).text
    assert "He was seen" not in str(world.node.trail.latest(20))


def test_draft_goes_when_the_form_is_done_and_stays_when_it_is_not(world: DeskWorld) -> None:
    browser, page = world.browser(), f"/desk/cases/{world.bureau.case}"
    keep(browser, page, "note_case", text="He was seen")
    keep(browser, NEW, "send_message", text="Another thing")
    frame = {**browser.frame(page), "of_page": page}
    assert browser.post(f"{page}/note", {**frame, "text": ""}).status_code == 400
    assert "He was seen</textarea>" in browser.get(page).text
    assert browser.post(f"{page}/note", {**frame, "text": "He was seen"}).status_code == 303
    assert "He was seen</textarea>" not in browser.get(page).text
    assert "Another thing</textarea>" in browser.get(NEW).text


def test_forms_of_one_page_are_kept_each_for_itself(world: DeskWorld) -> None:
    browser, page = world.browser(), f"/desk/cases/{world.bureau.case}"
    keep(browser, page, "note_case", text="He was seen")
    keep(browser, page, "enter_exhibit", what="A coat, brown")
    text = browser.get(page).text
    assert "He was seen</textarea>" in text
    assert "A coat, brown</textarea>" in text
    # Another form of the page, that is given back or done, takes nothing of it away.
    frame = {**browser.frame(page), "of_page": page}
    given_back = browser.post(f"{page}/exhibits", {**frame, "what": "A coat"})
    assert given_back.status_code == 400
    assert "He was seen</textarea>" in given_back.text
    assert browser.post(f"{page}/note", {**frame, "text": "He was seen"}).status_code == 303
    text = browser.get(page).text
    assert "He was seen</textarea>" not in text
    assert "A coat, brown</textarea>" in text


def test_outcome_of_a_task_is_kept_for_that_task_beside_what_else_was_begun(world: DeskWorld) -> None:
    browser, page = world.browser(), f"/desk/cases/{world.bureau.case}"
    for what in ("Ask the consulate", "Ask the ferry"):
        given: JsonObject = {"officer": DUTY, "number": world.bureau.case, "what": what, "to": DUTY}
        perform(world.node, "task_set", given)
    first, second = re.findall(r'name="task" value="([^"]+)"', browser.get(page).text)[-2:]
    assert keep(browser, page, "finish_task", task=second, outcome="They saw nobody").status_code == 204
    assert keep(browser, page, "note_case", text="He was seen").status_code == 204
    text = browser.get(page).text
    fields = dict(re.findall(r'<textarea id="(?:finish_)?task-outcome-([^"]+)"[^>]*>(.*?)</textarea>', text))
    assert (fields[first], fields[second]) == ("", "They saw nobody")
    assert "He was seen</textarea>" in text


def test_what_is_kept_of_a_field_is_kept_under_an_act_that_there_is(world: DeskWorld) -> None:
    given: JsonObject = {"officer": DUTY, "number": world.bureau.case, "what": "Ask", "to": DUTY}
    perform(world.node, "task_set", given)
    acts = {act.name for act in PAGES if isinstance(act, ActPage)}
    for page in (one for one in PAGES if isinstance(one, ShowPage) and one.template):
        browser = with_query(world, world.browser(role_for(world, page)))
        named = set(re.findall(r'<textarea[^>]* data-act="([^"]*)"', browser.get(path_of(world, page)).text))
        assert named <= acts, page.name


@pytest.mark.parametrize("how", ["done", "dropped"])
def test_what_arrives_after_its_form_is_over_is_not_begun_again(world: DeskWorld, how: str) -> None:
    browser, page = world.browser(), f"/desk/cases/{world.bureau.case}"
    frame = {**browser.frame(page), "of_page": page, "text": "He was seen twice"}
    assert browser.post("/desk/begun?act=note_case", frame).status_code == 204
    done = browser.post(f"{page}/note" if how == "done" else "/desk/begun/drop", frame)
    assert done.status_code == 303
    # It was sent before, and overtaken on its way.
    assert browser.post("/desk/begun?act=note_case", frame).status_code == 204
    assert "You began this on" not in browser.get(page).text
    # The page as it is now is another one.
    assert keep(browser, page, "note_case", text="He was seen a third time").status_code == 204
    assert "He was seen a third time</textarea>" in browser.get(page).text


def test_draft_is_dropped_by_its_officer_and_by_an_empty_form(world: DeskWorld) -> None:
    browser = world.browser()
    keep(browser, NEW, "send_message", text="He was seen")
    forged = {"csrf": "x", "of_page": NEW}
    browser.post("/desk/begun/drop", forged)
    assert "He was seen" in browser.get(NEW).text
    answer = browser.post("/desk/begun/drop", {**browser.frame(NEW), "of_page": NEW})
    assert (answer.status_code, answer.headers["location"]) == (303, NEW)
    assert "He was seen" not in browser.get(NEW).text
    keep(browser, NEW, "send_message", text="He was seen")
    keep(browser, NEW, "send_message", text=" ")
    assert "You began this on" not in browser.get(NEW).text
    away = browser.post("/desk/begun/drop", {**browser.frame(NEW), "of_page": "//evil.example"})
    assert away.headers["location"] == "/desk/"


def test_draft_is_taken_from_our_own_page_in_a_session_for_an_act_of_the_table(world: DeskWorld) -> None:
    browser = world.browser()
    frame = {**browser.frame(NEW), "of_page": NEW, "text": "x"}
    to = "/desk/begun?act=send_message"
    assert browser.post(to, frame, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert browser.post(to, {**frame, "csrf": "x"}).status_code == 400
    assert browser.post("/desk/begun?act=no_such", frame).status_code == 400
    assert browser.post(to, {**frame, "text": "x" * (drafts.CHARACTERS_MAX + 1)}).status_code == 413
    assert world.browser(None).post(to, frame).status_code == 401
    assert world.browser(None).post(to, {**frame, "x": "y" * 10_000_000}).status_code == 401
    half = "x" * (drafts.CHARACTERS_MAX // 2)
    assert browser.post(to, {**frame, "text": half, "of_page": f"{NEW}?{half}"}).status_code == 413
    assert browser.http.get(to, headers=dict(SAME_ORIGIN)).status_code == 405
    assert world.desk.drafts.kept == {}


def test_w120_what_is_typed_to_be_searched_is_not_kept(world: DeskWorld) -> None:
    browser = world.browser()
    assert '<form class="card" method="post" action="/desk/search" data-draft="no"' in browser.get("/desk/search").text
    assert keep(browser, "/desk/search", "ask", line="Muhammadov").status_code == 400
    assert not world.desk.drafts.kept


def test_page_given_back_stays_the_page_that_the_form_stood_on(world: DeskWorld) -> None:
    browser = world.browser()
    page = f"{NEW}?case={world.bureau.case}"
    answer = browser.post("/desk/messages", {**browser.frame(page), "of_page": page, "subject": "", "text": "x"})
    assert answer.status_code == 400
    (here,) = set(re.findall(r'name="of_page" value="([^"]*)"', answer.text))
    assert here == page


def test_what_is_kept_is_bounded_and_ends_after_a_shift(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "ACCOUNTS_MAX", 3)
    kept = Drafts()
    for place in range(drafts.OF_ACCOUNT_MAX + 5):
        kept.keep("a", f"page-{place}", Draft("note_case", {"text": "x"}, NOW))
    assert kept.of("a", "page-4", NOW) == ()
    assert len(kept.of("a", "page-5", NOW)) == 1
    assert kept.of("a", "page-5", NOW + KEPT) == ()
    assert kept.of("b", "page-5", NOW) == ()
    for place in range(5):
        kept.keep(f"account-{place}", "page", Draft("note_case", {"text": "x"}, NOW))
    assert len(kept.kept) == 3
    kept.forget_old(NOW + KEPT)
    assert [dict(ours) for ours in kept.kept.values()] == [{}] * 3
    kept.keep("a", "page", Draft("note_case", {"text": "x"}, NOW))
    kept.forget("a")
    assert kept.of("a", "page", NOW) == ()
