"""Stored and reflected script: whatever officers, other bodies and addresses say is text on every page that shows it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from entente.verbs import perform
from entente.web.desk.memory import Task
from entente.web.desk.page import PREFIX, ActPage, ShowPage
from entente.web.desk.table import PAGES
from entente.web.wording import LANGUAGES
from tests.support.desk_pages import KEY, path_of, role_for, with_query
from tests.support.desk_world import DeskWorld
from tests.support.nodes import DUTY

HOSTILE = """"><script>alert(1)</script><img src=x onerror=alert(1)>{{7777*7777}}{% raw %}' onload='x"""
RUNS = re.compile(r"<script>|<img|onerror=alert\(1\)>|60481729")
ABOUT = {"purpose": "identify", "crime_area": "fugitives"}


@pytest.fixture(scope="module")
def hostile(world: DeskWorld) -> DeskWorld:
    """Have somebody say hostile things wherever something may be said."""
    bureau, node = world.bureau, world.node
    case: Any = perform(node, "case_open", {"officer": DUTY, "title": HOSTILE, "crime_area": "drugs"})
    bureau.case = case["case"]["number"]
    perform(node, "case_note", {"officer": DUTY, "number": bureau.case, "text": HOSTILE})
    reference: Any = {"officer": DUTY, "number": bureau.case, "body": "XA-NCB", "reference": HOSTILE[:90]}
    perform(node, "case_refer", reference)
    letter = {"officer": DUTY, "instrument": "charter", "subject": HOSTILE, "text": HOSTILE, "your_reference": HOSTILE}
    came: Any = perform(bureau.network["XA-NCB"], "message_send", {**letter, "to": "XB-NCB", "for_action": True})
    sent: Any = perform(node, "message_send", {**letter, "to": "XA-NCB", "case": bureau.case})
    bureau.came, bureau.sent = came["message"]["id"], sent["message"]["id"]
    bureau.network.deliver()
    perform(node, "message_open", {"officer": DUTY, "id": bureau.came})
    given: Any = {"officer": DUTY, "record": "XA-NCB/w-1", "version": 1, "circumstances": HOSTILE, **ABOUT}
    hit: Any = perform(node, "hit_confirm", given)
    bureau.hit = hit["hit"]["id"]
    perform(bureau.network["XA-NCB"], "hit_confirm", {**given, "record": "XB-NCB/o-1"})
    bureau.network.deliver()
    return world


NOT_THERE = {"judge", "job_file"}
"""Of these what the address names is not there in this network; what they say then is a page too."""
AT_ONCE = ("en", "ar")
"""The other languages are part of the long run."""


@pytest.mark.parametrize(
    "language", [one if one in AT_ONCE else pytest.param(one, marks=pytest.mark.long) for one in LANGUAGES]
)
@pytest.mark.parametrize("page", [one for one in PAGES if isinstance(one, ShowPage)], ids=lambda page: page.name)
def test_stored_script_is_text_on_every_page(hostile: DeskWorld, page: ShowPage, language: str) -> None:
    task = Task("identify", "fugitives", case=hostile.bureau.case, occasion=HOSTILE)
    browser = with_query(hostile, hostile.browser(role_for(hostile, page), language), f"Muhammadov, {HOSTILE}", task)
    answer = browser.get(path_of(hostile, page))
    assert answer.status_code == 200 or page.name in NOT_THERE
    if "content-disposition" in answer.headers:
        # A file is never shown as a page, whatever is in it.
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "html" not in answer.headers.get("content-type", "")
        return
    assert RUNS.search(answer.text) is None
    assert f'lang="{language}"' in answer.text


@pytest.mark.parametrize("act", [one for one in PAGES if isinstance(one, ActPage)], ids=lambda act: act.name)
def test_reflected_script_is_text_where_a_form_is_given_back(hostile: DeskWorld, act: ActPage) -> None:
    browser = with_query(hostile, hostile.browser(role_for(hostile, act)))
    session = hostile.signed_in.sessions[browser.http.cookies["test_session"]]
    # Without the session's token every form is given back with all that was entered.
    entered = {field.name: HOSTILE for field in act.fields}
    answer = browser.post(path_of(hostile, act), {**entered, "csrf": "x", "once": HOSTILE, "back": HOSTILE})
    assert answer.status_code == 400
    assert RUNS.search(answer.text) is None
    assert session.csrf in answer.text or 'name="csrf"' not in answer.text
    assert HOSTILE not in answer.text


@pytest.mark.parametrize(
    "address",
    [
        f"{PREFIX}/<script>alert(1)</script>",
        f"{PREFIX}/cases?before=<script>alert(1)</script>",
        f"{PREFIX}/cases?done=<script>alert(1)</script>",
        f"{PREFIX}/search?again=<script>alert(1)</script>",
        f"{PREFIX}/messages?case=<script>alert(1)</script>&before=<img src=x>",
        f"{PREFIX}/messages/new?answers=<script>alert(1)</script>",
        f'{PREFIX}/messages/new?case="><script>alert(1)</script>',
        f"{PREFIX}/task?back=javascript:alert(1)",
        f"{PREFIX}/search/{KEY}/<script>/<img src=x>",
    ],
)
def test_reflected_script_in_an_address_is_text(hostile: DeskWorld, address: str) -> None:
    text = with_query(hostile, hostile.browser()).get(address).text
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "javascript:" not in text


def test_address_that_is_too_long_is_refused(world: DeskWorld) -> None:
    assert world.browser().get(f"{PREFIX}/cases?before={'x' * 400}").status_code == 400
