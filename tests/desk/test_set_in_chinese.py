"""How Chinese is set: its stops and colons have their own room, and nothing is put between them and what follows (W169)."""

from __future__ import annotations

import re

import pytest

from entente.web.desk.memory import Task
from entente.web.desk.page import PREFIX, ShowPage
from entente.web.desk.table import PAGES
from tests.support.desk_pages import path_of, role_for, with_query
from tests.support.desk_world import DeskWorld

WITHIN_A_LINE = re.compile(r"</?(?:b|bdi|code|em|span|strong|time)\b[^>]*>")
BETWEEN_LINES = re.compile(r"<[^>]+>")
PARTED = re.compile(r"[\u3400-\u9fff]*[。；：，、！？][ \t\n]+[^\s·↑-⇿]|[\u3400-\u9fff）][:;] ")
"""A full-width stop with a blank behind it, or a stop of Latin letters behind Chinese ones."""


def parted(text: str) -> list[str]:
    """Return where a page has a blank or a narrow stop that Chinese has not, with what stands around it."""
    body = re.sub(r"(?s)<(script|style|select|textarea)\b.*?</\1>", "\n\0", text.partition("<main")[2])
    lines = BETWEEN_LINES.sub("\0", WITHIN_A_LINE.sub("", body)).split("\0")
    return [line.strip() for line in lines if PARTED.search(line)]


@pytest.mark.parametrize("page", [one for one in PAGES if isinstance(one, ShowPage)], ids=lambda page: page.name)
def test_w169_no_blank_stands_behind_a_chinese_stop(world: DeskWorld, page: ShowPage) -> None:
    task = Task("identify", "fugitives", case=world.bureau.case, occasion="")
    browser = with_query(world, world.browser(role_for(world, page), "zh"), "Muhammadov, 1979", task)
    answer = browser.get(path_of(world, page))
    if "html" in answer.headers.get("content-type", ""):
        assert parted(answer.text) == []


def test_w169_a_form_that_comes_back_says_what_is_wrong_without_blanks(world: DeskWorld) -> None:
    browser = world.browser(language="zh")
    answer = browser.send(f"{PREFIX}/cases", f"{PREFIX}/cases", {"title": "", "crime_area": ""})
    assert "此项必填。请填写。" in BETWEEN_LINES.sub("", answer.text)
    assert parted(answer.text) == []
