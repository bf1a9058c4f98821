"""Every page of the table × every role × what is there, hidden or absent (docs/rules/desk.md W28 and W31)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from entente.bodies.model import Officer
from entente.bodies.tokens import may
from entente.kernel.canonical import JsonObject
from entente.kernel.ids import OfficerId
from entente.node import Node
from entente.verbs import VERBS, perform
from entente.web.desk.forms import FRAME
from entente.web.desk.page import PREFIX, ActPage, Page, ShowPage
from entente.web.desk.table import PAGES
from tests.support.api_world import ROLES
from tests.support.desk_pages import absent, files_of, filled, left_empty, path_of, role_for, with_query
from tests.support.desk_world import DeskWorld
from tests.support.nodes import HEAD

SHOWN = tuple(page for page in PAGES if isinstance(page, ShowPage))
ACTS = tuple(page for page in PAGES if isinstance(page, ActPage))
ONE_TIME = re.compile(r"form-[0-9a-f]{26}")


def role_may(world: DeskWorld, role: str, page: Page) -> bool:
    account = Officer(OfficerId("x"), frozenset({role}))
    return may(account, page.needs, world.node.clock.now(), world.node.lists)


def test_each_row_names_verbs_roles_and_templates_that_there_are(world: DeskWorld) -> None:
    known = world.node.lists.verbs
    assert {verb for page in PAGES for verb in page.verbs} <= set(VERBS)
    assert {verb for page in PAGES for verb in page.needs} <= set(known)
    names = [page.name for page in PAGES]
    assert len(names) == len(set(names))
    assert {act.form_on for act in ACTS} <= {page.name for page in SHOWN}
    # What every form carries is no field of an act.
    assert {one.name for act in ACTS for one in act.fields} & FRAME == set()
    keys = [page.key for page in SHOWN if page.in_navigation]
    assert len(keys) == len(set(keys))
    assert all(len(key) == 1 for key in keys)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("page", SHOWN, ids=lambda page: page.name)
def test_page_opens_to_the_roles_of_its_row_and_to_no_other(world: DeskWorld, page: ShowPage, role: str) -> None:
    answer = with_query(world, world.browser(role)).get(path_of(world, page))
    if role_may(world, role, page):
        # What the gate hides from a role's level of confidentiality, or another officer left, is not there for it.
        is_own = any(one in page.path for one in ("{job}", "{upload}"))
        hidden = (
            {404}
            if is_own
            or page.name
            in {
                "record",
                "judge",
                "matches",
                "ask_source",
                "consult",
                "namesakes",
                "versions",
                "holders",
                "correct",
                "record_file",
                "original",
                "original_file",
                "hit",
                "request",
            }
            else set()
        )
        assert answer.status_code in {200, *hidden}, answer.text
    else:
        assert answer.status_code == 403
        assert "B9.2" in answer.text


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_form_is_taken_from_the_roles_of_its_row_and_from_no_other(world: DeskWorld, act: ActPage, role: str) -> None:
    browser = with_query(world, world.browser(role))
    session = world.signed_in.sessions[browser.http.cookies["test_session"]]
    fields = {"csrf": session.csrf, "once": f"{role}-{act.name}", **left_empty(act)}
    answer = browser.post(path_of(world, act), fields)
    if role_may(world, role, act):
        assert answer.status_code in {303, 400, 403, 404, 409}
        assert "B9.2" not in answer.text
    else:
        assert answer.status_code == 403
        assert "B9.2" in answer.text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_performs_the_verbs_of_its_row_and_no_other(
    world: DeskWorld, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: set[str] = set()

    def noted(node: Node, verb: str, given: JsonObject) -> JsonObject:
        done.add(verb)
        return perform(node, verb, given)

    browser = with_query(world, world.browser(role_for(world, page)))
    session = world.signed_in.sessions[browser.http.cookies["test_session"]]
    monkeypatch.setattr("entente.web.desk.page.perform", noted)
    if isinstance(page, ShowPage):
        browser.get(path_of(world, page))
        assert done <= set(page.verbs)
        return
    shown = next(one for one in SHOWN if one.name == page.form_on)
    fields = {"csrf": session.csrf, "once": f"verbs-{page.name}", **filled(page)}
    browser.post(path_of(world, page), fields, files=files_of(page))
    assert set(page.verbs) & done == set(page.verbs), "the form was taken"
    assert done <= {*page.verbs, *shown.verbs}


# What is English whatever the reader's language: the name of the language itself, and the file that heads sign.
ALWAYS_ENGLISH = re.compile(r'<button[^>]*lang="en"[^>]*>English</button>|<pre[^>]*lang="en".*?</pre>', re.DOTALL)


@pytest.mark.parametrize("page", SHOWN, ids=lambda page: page.name)
def test_page_in_another_language_has_nothing_left_in_english(world: DeskWorld, page: ShowPage) -> None:
    text = with_query(world, world.browser(role_for(world, page), "ru")).get(path_of(world, page)).text
    assert 'lang="ru"' in text or "<html" not in text
    assert re.findall(r'<[^>]*\blang="en"[^>]*>[^<]*', ALWAYS_ENGLISH.sub("", text)) == []


@pytest.mark.parametrize("page", [one for one in SHOWN if "{" in one.path], ids=lambda page: page.name)
def test_foreign_object_on_every_page_is_one_page_with_what_is_absent_or_hidden_to_the_byte(
    world: DeskWorld, page: ShowPage
) -> None:
    browser = with_query(world, world.browser(role_for(world, page)))
    seen = set()
    for path in absent(world, page):
        answer = browser.get(path)
        assert answer.status_code == 404, path
        seen.add(ONE_TIME.sub("", answer.text))
    assert len(seen) == 1


def test_navigation_offers_what_the_role_may_open(world: DeskWorld) -> None:
    text = world.browser("border_officer").get("/desk/nothing").text
    offered = set(re.findall(r'<a href="([^"]*)"[^>]*data-go', text))
    wanted = {f"{PREFIX}{one.path}" for one in SHOWN if one.in_navigation and role_may(world, "border_officer", one)}
    assert offered == wanted


def test_role_that_was_taken_away_opens_nothing_though_the_session_still_names_it(world: DeskWorld) -> None:
    given: Any = {"officer": HEAD, "id": "o-leaving", "roles": ["analyst"]}
    perform(world.node, "officer_add", given)
    world.officers["leaving"] = OfficerId("o-leaving")
    browser = world.browser("leaving")
    assert browser.get("/desk/cases").status_code == 200
    perform(world.node, "officer_add", {**given, "roles": ["council_secretary"]})
    assert browser.get("/desk/cases").status_code == 403


def test_refusal_by_role_is_a_row_of_the_trail(world: DeskWorld) -> None:
    before = world.node.trail.latest(1)[0].sequence
    world.browser("border_officer").get("/desk/cases")
    row = world.node.trail.latest(1)[0]
    assert row.sequence > before
    assert row.act.officer == world.officer("border_officer")
    assert row.act.detail["outcome"] == "refused"
