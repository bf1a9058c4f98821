"""First steps: what an officer can do here with the roles they have, and with whom; W67 of docs/rules/desk.md."""

from __future__ import annotations

import re
from html import escape

import pytest

from entente.web.desk.first_steps_page import FIRST_STEPS_PATH, STEPS
from entente.web.wording import LANGUAGES, Wording
from tests.desk.test_roles import SHOWN
from tests.support.api_world import ROLES
from tests.support.desk_pages import with_query
from tests.support.desk_world import DeskWorld

LINK = re.compile(r'<h3><a href="([^"]*)" data-row>')


@pytest.mark.parametrize("role", ROLES)
def test_step_leads_only_where_the_role_may_go(world: DeskWorld, role: str) -> None:
    browser = with_query(world, world.browser(role))
    steps = LINK.findall(browser.get(FIRST_STEPS_PATH).text)
    assert "/desk/" in steps
    # The entrance and accounts are no rows of the table, and not in this world.
    tabled = {f"/desk{page.path}" for page in SHOWN}
    assert {browser.get(to).status_code for to in steps if to in tabled} == {200}


WAYS = {
    "duty_officer": {"/desk/batches", "/desk/imports", "/desk/directory", "/desk/matrix"},
    "head_of_body": {
        "/desk/instruments",
        "/desk/directory",
        "/desk/matrix",
        "/desk/trail",
        "/desk/node",
        "/desk/officers",
    },
    "data_protection_officer": {"/desk/trail"},
    "node_operator": {"/desk/node"},
    "supervisor": {"/desk/trail"},
}
"""Of each role what it is there for, beside the search, cases and messages."""


@pytest.mark.parametrize("role", WAYS)
def test_steps_lead_to_what_the_role_is_there_for(world: DeskWorld, role: str) -> None:
    steps = set(LINK.findall(world.browser(role).get(FIRST_STEPS_PATH).text))
    assert steps >= WAYS[role]
    assert ("/desk/imports" in steps) == (role == "duty_officer")


def test_steps_of_a_duty_officer_and_of_a_supervisor_differ(world: DeskWorld) -> None:
    duty, supervisor = (world.browser(role).get(FIRST_STEPS_PATH).text for role in ("duty_officer", "supervisor"))
    assert "/desk/messages/new" in LINK.findall(duty)
    assert "/desk/messages/new" not in LINK.findall(supervisor)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_for_whom_one_works_and_with_whom_in_every_language(world: DeskWorld, language: str) -> None:
    say, text = Wording(language), world.browser(language=language).get(FIRST_STEPS_PATH).text
    assert say.code("roles", "duty_officer") in text
    assert "XA-NCB" in text
    assert "police-data-agreement" in text
    others = {"officers", "units", "accounts", "governing", "trail", "node"}
    assert all(escape(say.text(f"first_steps.{name}")) in text for name, _, _ in STEPS if name not in others)


def test_every_page_of_a_session_leads_to_it(world: DeskWorld) -> None:
    assert f'<a href="{FIRST_STEPS_PATH}">' in world.browser().get("/desk/cases").text
    assert f'<a href="{FIRST_STEPS_PATH}">' not in world.browser(None).get("/desk/nowhere").text
