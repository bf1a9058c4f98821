"""W173: what was written in a form is on the page that answers it, though nothing of it was taken and its form is gone."""

from __future__ import annotations

import re
from html import unescape

import pytest

from entente.verbs import perform
from entente.web.desk.forms import Kind
from entente.web.desk.page import ActPage
from entente.web.desk.table import PAGES
from tests.support.desk_pages import filled, path_of, role_for, with_query
from tests.support.desk_world import COOKIE, DeskWorld
from tests.support.nodes import DUTY

WORDS = "Gate 4 was held, «for» two hours & more"


def writing(act: ActPage) -> list[str]:
    """Return the fields of a form in which texts are written, each once."""
    return [one.name for one in act.fields if one.kind is Kind.TEXT and not one.is_carried and not one.is_many]


WRITING = tuple(act for act in PAGES if isinstance(act, ActPage) and writing(act))


def held_in_fields(page: str) -> str:
    """Return everything that the fields of a page hold."""
    texts = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    lines = re.findall(r'<input[^>]* value="([^"]*)"', page)
    return unescape("\n".join((*texts, *lines)))


@pytest.mark.parametrize("act", WRITING, ids=lambda act: act.name)
def test_w173_what_was_written_stands_on_the_page_whatever_was_wrong(world: DeskWorld, act: ActPage) -> None:
    browser, path = with_query(world, world.browser(role_for(world, act))), path_of(world, act)
    # A session's token that is not its own: nothing of it is done, whatever the form is about.
    fields = dict.fromkeys(writing(act), WORDS)
    answer = browser.post(path, {**filled(act), **fields, "csrf": "another", "once": f"written-{act.name}"})
    assert answer.status_code == 400
    assert held_in_fields(answer.text).count(WORDS) >= len(fields)


def sent(world: DeskWorld, path: str, fields: dict[str, str]) -> tuple[int, str]:
    browser = world.browser()
    csrf = world.signed_in.sessions[browser.http.cookies[COOKIE]].csrf
    answer = browser.post(path, {"csrf": csrf, "once": f"once-{path}", **fields})
    return answer.status_code, answer.text


def test_w173_note_of_a_shift_that_is_over_can_be_copied(world: DeskWorld) -> None:
    status, page = sent(world, "/desk/shift/note", {"text": WORDS})
    assert status == 409
    assert 'id="written"' in page
    assert held_in_fields(page).count(WORDS) == 1


def test_w173_what_was_written_about_what_is_not_there_can_be_copied(world: DeskWorld) -> None:
    status, page = sent(world, "/desk/withdraw/XB-NCB/none", {"reason": WORDS})
    assert status == 404
    assert held_in_fields(page).count(WORDS) == 1


def test_w173_form_that_is_on_its_page_is_not_told_twice(world: DeskWorld) -> None:
    opened = perform(world.node, "case_open", {"officer": DUTY, "title": "Quiet", "crime_area": "fugitives"})
    assert isinstance(opened["case"], dict)
    status, page = sent(world, f"/desk/cases/{opened['case']['number']}/note", {"text": WORDS * 1000})
    assert status == 400
    assert 'id="written"' not in page
    assert held_in_fields(page).count(WORDS * 1000) == 1
