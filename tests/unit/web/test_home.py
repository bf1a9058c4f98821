"""The node's page: complete without script, safe against hostile names, and without personal data."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from entente.app import NewBody, create_folder, open_node
from entente.bodies.model import BodyKind
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import Refused
from entente.kernel.ids import BodyId
from entente.kernel.ports import Act
from entente.node import Node
from entente.settings import Settings
from entente.verbs import perform
from entente.web.errors import exception_handlers
from entente.web.home import HomePage, InstrumentLine, Moment, SuspensionLine, home_page, home_routes
from entente.web.pages import render

PASSPHRASE = "correct horse battery staple"
HOSTILE = "<script>alert(1)</script>\" onload='x' &amp; {{ 7*7 }}"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """Return the node of a bureau with an Arabic name and a case about a person."""
    kind = BodyKind.NATIONAL_CENTRAL_BUREAU
    name = "المكتب المركزي"
    create_folder(
        tmp_path / "xa", NewBody(kind, "XA-NCB", name, "XA", "Asia/Dubai", (), (PASSPHRASE,) * 3, 2, PASSPHRASE)
    )
    with open_node(Settings.at(tmp_path / "xa")) as opened:
        perform(opened, "officer_add", {"officer": "head-1", "id": "duty-7", "roles": ["duty_officer"]})
        perform(opened, "case_open", {"officer": "duty-7", "title": "Ivan Testov", "crime_area": "fugitives"})
        yield opened


def http(node: Node) -> TestClient:
    async def refuse(_: object) -> None:
        decision = Decision.of([Ground("D3", allows=False, text="It is suspended.")])
        raise Refused("Not shown.", decision=decision, do="Ask.")

    async def fail(_: object) -> None:
        raise RuntimeError("inner words")

    routes = [*home_routes(node), Route("/refuse", refuse), Route("/fail", fail)]
    app = Starlette(routes=routes, exception_handlers=exception_handlers())
    return TestClient(app, raise_server_exceptions=False)


def test_page_says_who_the_body_is_and_how_the_node_stands(node: Node) -> None:
    response = http(node).get("/")
    assert response.status_code == 200
    for text in ("المكتب المركزي", "XA-NCB", "national central bureau", "No instrument", "began its node"):
        assert text in response.text


def test_page_names_no_person_case_record_or_officer(node: Node) -> None:
    text = http(node).get("/").text
    for hidden in ("Testov", "duty-7", "head-1", "2026/", "/000001", "open case", "manage officers"):
        assert hidden not in text


def test_page_tells_acts_of_governance_alone_since_everybody_reads_it(node: Node) -> None:
    before = home_page(node).acts
    assert [one.verb for one in before] == ["began its node"]
    own = BodyId(home_page(node).body_id)
    with node.directory.open_unit() as unit:
        for verb in (
            "hit",
            "confirm_hit",
            "answer_hit",
            "search",
            "share_record",
            "erase_record",
            "give_file",
            "message",
        ):
            node.directory.record(unit, Act(verb, own, "duty-7", "hit-1", {"outcome": "done"}))
        node.directory.record(unit, Act("suspend", own, "head-1", "nothing", {"outcome": "refused"}))
        unit.commit()
    assert home_page(node).acts == before


def test_page_is_complete_without_script_and_asks_nobody_else(node: Node) -> None:
    text = http(node).get("/").text
    assert "<script" not in text
    assert re.findall(r"(?:src|href|action)=\"(?!#|/)", text) == []
    assert re.findall(r"url\(|@import|//[a-z]", text) == []


def test_policy_allows_the_one_style_by_its_hash_and_nothing_else(node: Node) -> None:
    response = http(node).get("/")
    policy = response.headers["content-security-policy"]
    style = re.search(r"<style>(.*?)</style>", response.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode("utf-8")).digest()).decode("ascii")
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "style=" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"


def test_page_has_language_headings_and_labelled_parts(node: Node) -> None:
    text = http(node).get("/").text
    assert '<html lang="en" dir="ltr">' in text
    assert text.count("<h1>") == 1
    assert re.findall(r'aria-labelledby="(\w+)"', text) == re.findall(r'<h2 id="(\w+)"', text)
    assert 'href="#content"' in text
    assert 'id="content"' in text
    assert re.findall(r"<th(?![^>]*scope=)[ >]", text) == []


def test_style_names_no_side_so_that_it_works_right_to_left(node: Node) -> None:
    style = http(node).get("/").text.partition("<style>")[2].partition("</style>")[0]
    assert re.findall(r"[\w-]*(?:left|right)[\w-]*\s*:", style) == []
    assert "text-align: start" in style
    assert "prefers-color-scheme: dark" in style


def test_hostile_names_are_shown_and_never_run(node: Node) -> None:
    page: HomePage = home_page(node)
    stop = SuspensionLine(
        HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, Moment("2031", "2031"), date(2031, 1, 1)
    )
    instrument = with_hostile_text(page, stop)
    text = bytes(render("home.html", instrument).body).decode("utf-8")
    assert "<script" not in text
    assert "onload='x'" not in text
    assert text.count("&lt;script&gt;alert(1)") >= 10
    assert "{{ 7*7 }}" in text


def with_hostile_text(page: HomePage, stop: SuspensionLine) -> HomePage:
    line = InstrumentLine(
        HOSTILE, HOSTILE, HOSTILE, is_in_force=True, why=HOSTILE, parties=(HOSTILE,), suspensions=(stop,)
    )
    return replace(page, title=HOSTILE, name=HOSTILE, code=HOSTILE, country=HOSTILE, instruments=(line,))


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [("/nowhere", 404, "Nothing found."), ("/refuse", 403, "It is suspended."), ("/fail", 500, "could not make")],
)
def test_error_is_a_calm_page_under_the_same_policy(node: Node, path: str, status: int, words: str) -> None:
    response = http(node).get(path)
    assert response.status_code == status
    assert words in response.text
    assert "inner words" not in response.text
    assert "Traceback" not in response.text
    assert response.headers["content-security-policy"].startswith("default-src 'none'")


def test_page_is_only_read(node: Node) -> None:
    assert http(node).post("/").status_code == 405


def test_b15_an_exercise_is_unmistakable_on_the_page(tmp_path: Path, node: Node) -> None:
    assert "EXERCISE" not in http(node).get("/").text
    kind = BodyKind.NATIONAL_CENTRAL_BUREAU
    created = NewBody(kind, "EX-1", "Bureau", "XA", "UTC", (), (PASSPHRASE,) * 3, 2, PASSPHRASE, is_exercise=True)
    create_folder(tmp_path / "ex", created)
    with open_node(Settings.at(tmp_path / "ex")) as opened:
        text = http(opened).get("/").text
    absent = Starlette(routes=[], exception_handlers=exception_handlers(is_exercise=True))
    assert 'role="note">EXERCISE' in TestClient(absent).get("/nothing").text
    assert "<title>EXERCISE · EX-1" in text
    assert text.index('role="note">EXERCISE') < text.index("<h1>")
