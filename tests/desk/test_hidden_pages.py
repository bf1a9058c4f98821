"""Each page and form of the desk answers what its officer may not know of as what is not there (promise 7)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest

from entente.verbs import perform
from entente.web.desk.page import PREFIX, ActPage, Page
from entente.web.desk.table import PAGES
from tests.support.api_requests import case_version
from tests.support.api_world import KEPT, SEEN, UNIT
from tests.support.desk_pages import KEY, filled, with_query
from tests.support.desk_world import COOKIE, Browser, DeskWorld
from tests.support.limited_units import limit, open_units, signed_in
from tests.support.nodes import DUTY, HEAD

OF_EACH_PAGE = re.compile(r'(name="(?:once|csrf)" value="|data-stamp="|data-about="|form-)[^"]*"')
"""What no two pages have alike."""
OVERSEERS = {"head_of_body", "data_protection_officer", "supervisor"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network with a branch that may see vehicles alone, and a case whose team has nobody of it."""
    with open_units(tmp_path_factory.mktemp("network")) as opened:
        case = opened.bureau.work_case
        version = case_version(opened.bureau, case)
        perform(opened.node, "case_team", {"officer": DUTY, "number": case, "team": [DUTY], "version": version})
        limit(opened, kinds=["vehicle"])
        yield opened


def hidden_in(world: DeskWorld, page: Page) -> Iterator[tuple[str, str]]:
    """Yield the addresses of a page with what is hidden in them, each with one of what is absent."""
    bureau = world.bureau
    year, _, serial = bureau.work_case.partition("/")
    rest = {"key": KEY, "file": "0" * 64}
    path = PREFIX + page.path.replace(":path", "")

    def both(*each: dict[str, str]) -> tuple[str, str]:
        one, none = (path.format(**rest, **fields) for fields in each)
        return one, none

    if "{local_id" in page.path:
        for record in (SEEN, KEPT):
            source, _, local_id = record.partition("/")
            yield both({"source": source, "local_id": local_id}, {"source": source, "local_id": "none"})
    elif "{serial}" in page.path:
        yield both({"year": year, "serial": serial}, {"year": year, "serial": "000999"})
    elif "{id}" in page.path and "/shifts" not in page.path:
        for item in (bureau.hit, bureau.hit_came, bureau.permission_came, bureau.request):
            yield both({"id": item}, {"id": f"{item.rpartition('-')[0]}-{'0' * 26}"})


def answered(browser: Browser, csrf: str, page: Page, path: str) -> tuple[int, str, str | None]:
    """Return what a page or a form that is filled says, without what no two pages have alike and without the address."""
    if isinstance(page, ActPage):
        answer = browser.post(path, {"csrf": csrf, "once": uuid4().hex, **filled(page)})
    else:
        answer = browser.get(path)
    text = OF_EACH_PAGE.sub("", answer.text).replace(path, "…").replace(path.rpartition("/")[2], "…")
    return answer.status_code, text, answer.headers.get("location")


def differing(world: DeskWorld, role: str) -> list[tuple[str, str]]:
    """Return name and address of every page that tells an officer of the branch what is hidden from what is absent."""
    verbs, account = world.node.lists.roles[role].verbs, f"n-{role}"
    perform(world.node, "officer_add", {"officer": HEAD, "id": account, "roles": [role], "unit": UNIT})
    browser = with_query(world, signed_in(world, account, role))
    csrf = world.signed_in.sessions[browser.http.cookies[COOKIE]].csrf
    found, asked = [], 0
    for page in PAGES:
        knows = "{serial}" in page.path and role in OVERSEERS
        if knows or (page.needs and not verbs & set(page.needs)):
            continue
        for hidden, absent in hidden_in(world, page):
            one, none = (answered(browser, csrf, page, path) for path in (hidden, absent))
            asked += 1
            if one != none:
                found.append((page.name, hidden))
    assert asked > 10
    return found


def test_page_about_what_is_hidden_is_answered_as_one_about_what_is_absent(world: DeskWorld) -> None:
    assert differing(world, "duty_officer") == []


@pytest.mark.parametrize(
    "role",
    [
        "analyst",
        *(
            pytest.param(role, marks=pytest.mark.long)
            for role in ("head_of_body", "compliance_reviewer", "data_protection_officer")
        ),
    ],
)
def test_page_about_what_is_hidden_is_answered_so_to_other_roles(world: DeskWorld, role: str) -> None:
    assert differing(world, role) == []
