"""Each field of each form, with what nobody would enter: answered with what is wrong, and never with a fault of ours."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from entente.web.desk.page import ActPage
from entente.web.desk.table import PAGES
from tests.support.desk_pages import filled, path_of, role_for, with_query
from tests.support.desk_world import COOKIE, DeskWorld, open_desk

ACTS = tuple(act for act in PAGES if isinstance(act, ActPage))
HOSTILE = (
    "\x00", "a" * 200_000, "\u202e\u0627\u0644abc", "-1", "1e999", "NaN", "0", "9" * 23, "9223372036854775808", "0000-00-00",
    "9999-12-31T23:59:59Z", "2026-02-30", "10000-01-01", "\u0663", "\uff11\uff12", "\u00b2", "../../etc/passwd",
    "<script>alert(1)</script>", "{{7*7}}", "{", "[]", "null", '{"a":' * 2000, "\r\n\r\nX: y", " ", "\u200b", "\u00e9" * 3000,
    "a,b;c\td", "true", "%00", "\U0001f600" * 50, "XA-NCB/" + "9" * 400, "2026/000001", "hit-0",
)  # fmt: skip
TAKEN_OR_TOLD = {303, 400, 403, 404, 409}
"""Done, or told what is wrong with it."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network of this file alone: what some of it is taken for changes it."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        yield opened


def wrongly_answered(world: DeskWorld, act: ActPage, values: dict[str, list[str]]) -> list[tuple[str, str, int]]:
    """Return each field and value upon which a form was answered otherwise than with what came of it or what is wrong."""
    browser, path = with_query(world, world.browser(role_for(world, act))), path_of(world, act)
    csrf = world.signed_in.sessions[browser.http.cookies[COOKIE]].csrf
    found = []
    for name, each in values.items():
        for value in each:
            fields = {"csrf": csrf, "once": uuid4().hex, **filled(act), name: value}
            answer = browser.post(path, fields)
            if answer.status_code not in TAKEN_OR_TOLD:
                found.append((name, value[:40], answer.status_code))
            # An account has at most eight jobs that wait.
            world.work()
    return found


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_field_that_holds_something_hostile_is_answered(world: DeskWorld, act: ActPage) -> None:
    # Each field with one of them, another one in each form.
    begin = ACTS.index(act)
    values = {one.name: [HOSTILE[(begin + place) % len(HOSTILE)]] for place, one in enumerate(act.fields)}
    assert wrongly_answered(world, act, values) == []


@pytest.mark.long
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_field_that_holds_anything_hostile_is_answered(world: DeskWorld, act: ActPage) -> None:
    assert wrongly_answered(world, act, {one.name: list(HOSTILE) for one in act.fields}) == []
