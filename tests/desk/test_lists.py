"""Lists: the cell that one reads leads on, and an empty one says so in a sentence with what to do next (W116)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.support.desk_world import DeskWorld, open_desk

ROW = re.compile(r"<tr[ >].*?</tr>", re.DOTALL)
LINK = re.compile(r'<a href="([^"]*)"')


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("page", "read"),
    [
        ("/desk/cases", "Gate 4"),
        ("/desk/directory", "General Secretariat"),
        ("/desk/groups/GS/members", "National Central Bureau of XA"),
        ("/desk/hits", "XA-NCB/w-1"),
        ("/desk/shifts", "duty-1"),
    ],
)
def test_what_one_reads_in_a_list_leads_on(world: DeskWorld, page: str, read: str) -> None:
    rows = ROW.findall(world.browser().get(page).text)
    found = [row for row in rows if f">{read}</bdi></a>" in row]
    assert found, f"{read} is a link"
    for row in found:
        first, *others = LINK.findall(row)
        assert first in others, "as the first cell does"


def test_empty_list_says_so_in_a_sentence_with_what_to_do_next(world: DeskWorld) -> None:
    browser = world.browser()
    whole = browser.get("/desk/contacts").text
    assert "No body has said yet whom to call." in whole
    assert ">nothing<" not in whole
    narrowed = browser.get("/desk/contacts?find=zzz").text
    assert "No contact point fits." in narrowed
    assert '<a href="/desk/contacts">Show all</a>' in narrowed
    assert '<a href="/desk/directory">Show all</a>' in browser.get("/desk/directory?find=zzz").text
    assert '<a href="/desk/instruments">Show all</a>' in browser.get("/desk/instruments?find=zzz").text
    assert '<a href="/desk/units">Show all</a>' in browser.get("/desk/units?find=zzz").text
    assert "None yet. What you begin here stands in this list" in browser.get("/desk/imports").text


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru"])
@pytest.mark.parametrize("page", ["/desk/search", "/desk/contacts"])
def test_w130_every_choice_of_a_list_begins_with_a_capital(world: DeskWorld, page: str, language: str) -> None:
    text = world.browser(language=language).get(page).text
    words = re.findall(r'<option value="[A-Za-z]{2}"[^>]*>([^<]+)</option>', text)
    assert len(words) > 100
    assert [one for one in words if one[0].islower()] == []
