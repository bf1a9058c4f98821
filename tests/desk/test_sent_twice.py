"""Each form of the desk sent twice, as by a double click: done once, and the browser is sent where the first was."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from entente.web.desk.page import ActPage
from entente.web.desk.table import PAGES
from tests.support.desk_pages import files_of, filled, path_of, role_for, with_query
from tests.support.desk_world import COOKIE, DeskWorld, open_desk

ACTS = tuple(act for act in PAGES if isinstance(act, ActPage))
LOOKS = {"fetch_record_file"}
"""Acts that look at a record before they do what they are for: the trail tells each look."""
TAKEN_AT_LEAST = 55
SENT_ON = 303


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network of this file alone: what is taken changes it."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        yield opened


def sent_twice(world: DeskWorld, act: ActPage) -> tuple[bool, str]:
    """Send a form twice; return whether it was taken, and what was not as after the first time."""
    browser, path = with_query(world, world.browser(role_for(world, act))), path_of(world, act)
    session = world.signed_in.sessions[browser.http.cookies[COOKIE]]
    fields = {"csrf": session.csrf, "once": uuid4().hex, **filled(act)}
    first = browser.post(path, fields, files=files_of(act))
    rows = world.node.trail.latest(1)[0].sequence
    drafted = len(world.desk.memories.of(session.csrf).drafts)
    again = browser.post(path, fields, files=files_of(act))
    if first.status_code != SENT_ON:
        return False, "taken at last" if again.status_code == SENT_ON else ""
    if again.status_code != SENT_ON or again.headers["location"] != first.headers["location"]:
        return True, f"answered {again.status_code}"
    if len(world.desk.memories.of(session.csrf).drafts) != drafted:
        return True, "drafted twice"
    return True, "told twice" if world.node.trail.latest(1)[0].sequence != rows and act.name not in LOOKS else ""


def test_form_that_is_sent_twice_is_done_once(world: DeskWorld) -> None:
    came = {act.name: sent_twice(world, act) for act in ACTS}
    assert {name: wrong for name, (_, wrong) in came.items() if wrong} == {}
    # The others have nothing here to be about; they are tried beside their own pages.
    assert sum(is_taken for is_taken, _ in came.values()) >= TAKEN_AT_LEAST
