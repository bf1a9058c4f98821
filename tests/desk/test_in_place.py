"""W79: which pages are brought up to date where they stand, of what they are told, and that such asking is no act."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest

from entente.api.event_table import EventKind
from entente.kernel.ids import BodyId, OfficerId
from entente.kernel.jobs import JobKind
from entente.kernel.ports import Act, TrailRow
from entente.verbs import perform
from entente.web.desk import told
from entente.web.desk.page import ShowPage
from entente.web.desk.table import PAGES
from entente.web.desk.told import told_here
from tests.support.api_world import ROLES, TERMS
from tests.support.desk_pages import path_of, role_for, with_query
from tests.support.desk_stream import streaming
from tests.support.desk_world import COOKIE, Browser, DeskWorld, open_desk
from tests.support.nodes import DUTY, HEAD

SHOWN = tuple(page for page in PAGES if isinstance(page, ShowPage))
LIVE = tuple(page for page in SHOWN if page.live)
BY_ITSELF = {"HX-Request": "true"}
CHANGING = frozenset({
    "desk", "messages", "message", "hits", "hit", "cases", "case", "shift", "shifts", "one_shift", "roster", "calls", "held",
    "standing", "matches", "instruments", "instrument", "sharing", "directory", "body", "groups", "group", "units", "kept_units",
    "contacts", "requests", "request", "permission", "permissions", "powers", "node", "successor", "holders",
})  # fmt: skip
"""Pages that can change beneath an officer by somebody's act."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network with a second duty officer."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        perform(opened.node, "officer_add", {"officer": HEAD, "id": "duty-2", "roles": ["duty_officer"]})
        yield opened


def row(verb: str, subject: str = "thing-1", officer: str = DUTY) -> TrailRow:
    act = Act(verb, BodyId("body:xb"), officer, subject, {"outcome": "done"})
    return TrailRow(1, datetime(2031, 5, 4, tzinfo=UTC), act, b"", b"", b"")


def part_of(text: str) -> str:
    """Return what a page says of the part that is put in place."""
    found = re.search(r'<div id="page"([^>]*)>', text)
    assert found is not None
    return unescape(found[1])


def test_pages_that_change_beneath_an_officer_name_kinds_that_are_told(world: DeskWorld) -> None:
    assert {page.name for page in LIVE} == CHANGING
    kinds = {*EventKind, *(kind for kind, _ in told.KINDS.values())}
    assert {kind for page in LIVE for kind in page.live} <= kinds


@pytest.mark.parametrize("page", LIVE, ids=lambda page: page.name)
def test_page_asks_for_itself_and_leaves_no_row_where_it_does(world: DeskWorld, page: ShowPage) -> None:
    browser, path = with_query(world, world.browser(role_for(world, page))), path_of(world, page)
    first = browser.get(path).text
    part = part_of(first)
    assert f'data-live="{" ".join(page.live)}"' in part
    assert f'data-hx-get="{path}"' in part
    before = world.node.trail.latest(1)[0].sequence
    again = browser.get(path, headers=BY_ITSELF)
    assert again.status_code == 200
    is_act = world.node.trail.latest(1)[0].sequence > before
    assert is_act == ("data-still" in again.text) == (page.name == "matches")


def test_case_of_a_team_is_asked_for_by_who_oversees_it_and_not_by_their_page(world: DeskWorld) -> None:
    opened: Any = perform(world.node, "case_open", {"officer": DUTY, "title": "Quiet", "crime_area": "fugitives"})
    number = str(opened["case"]["number"])
    perform(world.node, "case_team", {"officer": DUTY, "number": number, "team": [str(DUTY)], "version": 1})
    of_team = world.browser().get(f"/desk/cases/{number}").text
    assert "data-still" not in of_team
    overseer = next(
        role for role in ROLES if "oversee_cases" in world.node.lists.roles[role].verbs and role != "duty_officer"
    )
    before = world.node.trail.latest(1)[0].sequence
    seen = world.browser(overseer).get(f"/desk/cases/{number}")
    assert seen.status_code == 200
    assert world.node.trail.latest(1)[0].sequence > before
    assert "data-still" in seen.text


@pytest.mark.parametrize(
    ("verb", "subject", "kind", "thing", "account"),
    [
        ("begin_shift", "shift-1", "duty", "shift-1", ""),
        ("note_shift", "shift-1", "duty", "shift-1", ""),
        # Of a call the trail names the thing: a page about that is not told that somebody changed it.
        ("page_officer", "message-1", "duty", "", ""),
        ("acknowledge_page", "message-1", "duty", "", ""),
        ("decide_held", "17", "held", "", ""),
        ("settle_match", "2031/000001", "match", "", DUTY),
        ("task_measure", "hit-1", "power", "", ""),
        # Who may confirm what was proposed for a unit has it on the desk at once.
        ("limit_unit", "xb-gate4", "power", "", ""),
    ],
)
def test_pages_are_told_what_other_systems_are_not(
    verb: str, subject: str, kind: str, thing: str, account: str
) -> None:
    found = told_here(lambda _: None, row(verb, subject))
    assert found is not None
    assert (found.kind, found.id, found.account) == (kind, thing, account)


def test_what_other_systems_are_told_pages_are_told_the_same(world: DeskWorld) -> None:
    by_api = world.desk.parts.told_as(row("open_case", "2031/000001"))
    assert by_api is not None
    assert told_here(lambda _: by_api, row("begin_shift")) is by_api
    assert told_here(world.desk.parts.told_as, row("search")) is None


def test_duty_is_told_to_who_works_shifts_alone(world: DeskWorld) -> None:
    duty, border = world.browser(), world.browser("border_officer")
    duty.get("/desk/shift")

    async def listen() -> None:
        sessions = [str(one.http.cookies[COOKIE]) for one in (duty, border)]
        async with (
            streaming(world.app, sessions[0], {"kinds": "duty"}) as ours,
            streaming(world.app, sessions[1], {"kinds": "duty"}) as theirs,
        ):
            await ours.wait(ours.told)
            already = len(theirs.told())
            await asyncio.to_thread(perform, world.node, "shift_begin", {"officer": "duty-2"})
            await asyncio.to_thread(step, world)
            await ours.wait(lambda: len(ours.told()) > 1)
            assert len(theirs.told()) == already

    asyncio.run(listen())


def step(world: DeskWorld) -> None:
    while world.desk.changes.step():
        pass


def test_job_is_asked_for_while_it_goes_on_and_not_after(world: DeskWorld) -> None:
    jobs, browser = world.api.desk_jobs, world.browser()
    for one in jobs.uploads(DUTY):
        jobs.drop(DUTY, one.id)
    upload = world.file("list.jsonl", b'{"id": "bad"}\n')
    asked = {"terms": TERMS.read_text(encoding="utf-8")}
    job = jobs.make(OfficerId(DUTY), JobKind.IMPORT, "in-place-1", dict(asked), upload=upload)
    for path, every in ((f"/desk/jobs/{job.id}", "2"), ("/desk/imports", "5")):
        assert f'data-every="{every}"' in browser.get(path).text
    world.work()
    for path in (f"/desk/jobs/{job.id}", "/desk/imports"):
        assert "data-every" not in browser.get(path).text


def test_way_to_load_it_anew_stands_on_a_page_that_does_not_do_so_itself(world: DeskWorld) -> None:
    def way(browser: Browser, path: str) -> str:
        found = re.search(r'id="news"[^>]*data-hx-get="[^"]*&amp;to=([^"]*)"', browser.get(path).text)
        assert found is not None, path
        return found[1]

    assert way(world.browser(), "/desk/messages") == ""
    assert way(world.browser(), "/desk/search") == "/desk/search"
