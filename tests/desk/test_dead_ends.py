"""W174: no page offers a way on which its reader is refused, whatever their role."""

from __future__ import annotations

import re
from html import unescape

import pytest

from entente.web.desk.page import PREFIX, ShowPage
from entente.web.desk.table import PAGES
from tests.support.api_world import ROLES
from tests.support.desk_pages import path_of, with_query
from tests.support.desk_world import DeskWorld

WAY = re.compile(r'href="(/desk/[^"#]*)')
BESIDE = tuple(f"{PREFIX}/{one}" for one in ("account", "accounts", "sign-in", "live"))
"""Not in the table, and not served here: signing in, accounts, what a page asks by itself."""
IN_EVERY_RUN = {"analyst", "duty_officer", "supervisor"}


@pytest.mark.parametrize(
    "role", [role if role in IN_EVERY_RUN else pytest.param(role, marks=pytest.mark.long) for role in ROLES]
)
def test_w174_every_way_on_a_page_can_be_gone_by_who_reads_it(world: DeskWorld, role: str) -> None:
    browser, verbs = with_query(world, world.browser(role)), world.node.lists.roles[role].verbs
    answered: dict[str, int] = {}
    refused = set()
    for page in (one for one in PAGES if isinstance(one, ShowPage) and one.template):
        shown = browser.get(path_of(world, page)) if not page.needs or verbs & set(page.needs) else None
        if shown is None or shown.status_code != 200:
            continue
        for way in (unescape(one) for one in WAY.findall(shown.text)):
            if not way.startswith(BESIDE):
                if way not in answered:
                    answered[way] = browser.get(way).status_code
                if answered[way] >= 400:
                    refused.add((page.name, way, answered[way]))
    assert refused == set()
    assert len(answered) > 10
