"""The reference of the API for people: every route and shape, no script, nothing from elsewhere."""

from __future__ import annotations

import html
import re

from starlette.applications import Starlette
from starlette.testclient import TestClient

from entente.api.components import components
from entente.api.introduction import INTRODUCTION
from entente.api.openapi import document
from entente.api.table import ROUTES
from entente.formats.codelists import load_code_lists
from entente.web.api_page import PATH, api_page_route


def page() -> tuple[str, dict[str, str]]:
    made = document(components(load_code_lists()), load_code_lists().roles)
    answer = TestClient(Starlette(routes=[api_page_route(made)])).get(PATH)
    assert answer.status_code == 200
    return answer.text, dict(answer.headers)


def test_page_shows_every_route_and_every_shape() -> None:
    text, _ = page()
    for route in ROUTES:
        assert f'<h2 id="{route.name}"><code>{route.method} {route.full_path}</code></h2>' in text
        assert f"Scope: {route.scope}. " in text
    assert "Roles: duty_officer, border_officer." in text
    for name in components(load_code_lists()):
        assert f'<h2 id="{name}">{name}</h2>' in text


def test_page_says_first_what_a_program_has_to_know() -> None:
    text, _ = page()
    headings = re.findall(r"^## (.+)$", INTRODUCTION, re.MULTILINE)
    assert len(headings) > 4
    for number, heading in enumerate(headings, 1):
        assert f'<h2 id="first-{number}">{heading}</h2>' in text
    shown = html.unescape(re.sub(r"<[^>]+>", "", text))
    for paragraph in INTRODUCTION.split("\n\n"):
        assert paragraph.removeprefix("## ").replace("`", "") in shown
    assert text.index("first-1") < text.index("All routes")


def test_page_has_no_script_and_names_no_other_host() -> None:
    text, headers = page()
    assert "<script" not in text
    assert not re.findall(r"https?://", text)
    assert "default-src 'none'" in headers["content-security-policy"]


def test_links_of_the_page_lead_somewhere() -> None:
    text, _ = page()
    ids = re.findall(r'id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= {*ids, "content"}


def test_b15_the_page_of_an_exercises_node_says_so() -> None:
    made = document(components(load_code_lists()), load_code_lists().roles)
    marked = TestClient(Starlette(routes=[api_page_route(made, is_exercise=True)])).get(PATH)
    assert 'role="note">EXERCISE' in marked.text
    assert 'role="note">EXERCISE' not in page()[0]
