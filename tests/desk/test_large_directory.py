"""The pages of a directory of 260 bodies with 5,000 units under 20 programmes: each page's time in the node (W46, W47).

`pytest -m long -s tests/desk/test_large_directory.py` prints them. The time is the processor's, so that other
work on the machine does not count, for the whole request through the application without a socket, its client too: session, role,
verb, template.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from statistics import quantiles

import pytest

from entente.bodies.contacts import ContactBook
from entente.bodies.model import ContactDays, ContactKind, ContactPoint
from entente.bodies.statements import NewContacts
from entente.kernel.codec import to_object
from entente.kernel.statement import draft
from entente.node import Node
from tests.support.desk_world import Browser, OneDesk, one_desk
from tests.support.large_directory import Invented, fill_directory, stop
from tests.support.nodes import CHARTER, open_network

BODIES, UNITS, PROGRAMMES, ROUNDS = 260, 5_000, 20, 20
SECONDS_MAX = 0.5
"""Some times what is measured, so that a slower machine does not fail; what counts is what is printed."""
POINT = ContactPoint(
    "desk", ContactKind.ALL_HOURS_DESK, "Operations room", "+1 555 0100", "", ("en",), "UTC", ContactDays.ALWAYS
)
PAGES = (
    "/desk/",
    "/desk/directory",
    "/desk/directory?page=5",
    "/desk/directory?find=number+25&of_kind=national_entity&on_day=2030-01-01",
    "/desk/directory?in_group=XB-NCB/all-bodies",
    "/desk/directory?in_reach=trouble",
    "/desk/directory/B004-NCB",
    "/desk/units",
    "/desk/units?find=branch+7+region+3",
    "/desk/groups",
    "/desk/groups/XB-NCB/all-bodies",
    "/desk/contacts",
    "/desk/contacts?whole=yes",
    "/desk/instruments",
    "/desk/instruments/large-charter",
    "/desk/instruments/programme-0/suspend",
    "/desk/sharing",
    "/desk/sharing?in_state=stopped",
    "/desk/sharing?of_body=B000-NCB&page=4",
    "/desk/matrix",
    "/desk/matrix?rows=*&columns=*",
    "/desk/matrix?rows=XB-NCB/all-bodies&columns=XB-NCB/all-bodies&row_page=3&column_page=7",
    "/desk/matrix?rows=*&columns=*&by_right=copy&by_kind=wanted_person",
    "/desk/pair/B000-NCB/B020-NCB",
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneDesk]:
    """Open XB's desk with the directory."""
    with open_network(tmp_path_factory.mktemp("network"), concluded=(CHARTER,)) as network:
        node = network["XB-NCB"]
        made = fill_directory(node, partial(network.sign_by_heads, "XB-NCB"), BODIES, UNITS, PROGRAMMES)
        _stop_some(node, made)
        for one in made:
            _say_contacts(node, one)
        yield one_desk(node)


def _stop_some(node: Node, made: tuple[Invented, ...]) -> None:
    with node.agreements.open_unit() as unit:
        own = unit.bodies.own().id
        instruments = {state.instrument.name: state.instrument for state in unit.agreements.instruments()}
    for place in range(0, BODIES, PROGRAMMES):
        stop(node, made[place], instruments["programme-0"], frozenset({own}) if place % 40 else frozenset())


def _say_contacts(node: Node, one: Invented) -> None:
    points = tuple(replace(POINT, id=str(number)) for number in range(4))
    said = draft("contacts", one.body.id, node.clock.now(), to_object(NewContacts(points))).with_signature(one.node)
    with node.directory.open_unit() as unit:
        ContactBook(node.directory).accept(unit, said)
        unit.commit()


def timed(browser: Browser, page: str) -> tuple[list[float], int]:
    """Open a page many times, once before to have it warm; return the milliseconds of each, and the size of the page."""
    answer, times = browser.get(page), []
    assert answer.status_code == 200, page
    for _ in range(ROUNDS):
        began = time.process_time()
        browser.get(page)
        times.append((time.process_time() - began) * 1_000)
    return times, len(answer.content)


@pytest.mark.long
def test_pages_of_a_large_directory_are_quick(desk: OneDesk) -> None:
    browser, slow = desk.browser("head_of_body"), {}
    print(f"\n{BODIES} bodies, {UNITS} units, {PROGRAMMES + 2} instruments; {ROUNDS} times each")  # noqa: T201
    for page in PAGES:
        times, size = timed(browser, page)
        middle, late = quantiles(times, n=20)[9], quantiles(times, n=20)[18]
        print(f"  {page:<75} p50 {middle:6.1f} ms  p95 {late:6.1f} ms  {size / 1_000:6.0f} kB")  # noqa: T201
        if late > SECONDS_MAX * 1_000:
            slow[page] = late
    assert slow == {}
