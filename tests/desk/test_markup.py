"""The markup of every page: closed as it was opened, ids that are there once and are found, nothing where HTML lets it not be.

Browsers and screen readers then mend nothing by guessing. Source: HTML Living Standard, 3.2.5; WCAG 2.2, 1.3.1.
"""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

import pytest

from entente.web.desk.page import ShowPage
from entente.web.desk.table import PAGES
from tests.support.desk_pages import path_of, role_for, with_query
from tests.support.desk_world import DeskWorld

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
BLOCKS = {"details", "div", "dl", "fieldset", "form", "h1", "h2", "h3", "ol", "p", "pre", "section", "table", "ul"}
OF_WORDS = {
    "bdi", "button", "code", "em", "h1", "h2", "h3", "kbd", "label", "p", "small", "span", "strong", "summary",
}  # fmt: skip
"""Elements that hold words, and no blocks; a link may hold some."""
LISTS = {"ul": {"li"}, "ol": {"li"}, "dl": {"dt", "dd", "div"}}
NAMING = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list")


class Markup(HTMLParser):
    """Reads a page and remembers what is wrong with it."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.wrong: list[str] = []
        self.ids = Counter[str]()
        self.named: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Hold an element against those that it stands in."""
        given = {name: value or "" for name, value in attrs}
        if len(given) < len(attrs):
            self._say(f"<{tag}> has an attribute twice")
        if name := given.get("id"):
            self.ids[name] += 1
        self.named.update(name for one in NAMING for name in given.get(one, "").split())
        if given.get("href", "").startswith("#"):
            self.named.add(given["href"][1:])
        inside = self.opened[-1] if self.opened else ""
        if inside in LISTS and tag not in LISTS[inside]:
            self._say(f"<{tag}> in <{inside}>")
        if tag in BLOCKS and OF_WORDS & set(self.opened):
            self._say(f"<{tag}> in {OF_WORDS & set(self.opened)}")
        if tag in {"a", "button", "form"} and {"a", "button"} & set(self.opened) | (
            {"form"} & {tag} & set(self.opened)
        ):
            self._say(f"<{tag}> within what is pressed or sent itself")
        if tag not in VOID:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element of SVG that has nothing in it."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.opened.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last."""
        if not self.opened or self.opened[-1] != tag:
            self._say(f"</{tag}> where {self.opened[-2:]} are open")
        while tag in self.opened and self.opened.pop() != tag:
            continue

    def _say(self, what: str) -> None:
        self.wrong.append(f"{self.getpos()[0]}: {what}")


def wrong_in(page: str) -> list[str]:
    """Return what is wrong with the markup of a page, with the lines."""
    read = Markup()
    read.feed(page)
    read.close()
    twice = [f"id {name} {count} times" for name, count in read.ids.items() if count > 1]
    lost = [f"nothing has the id {name}" for name in sorted(read.named - set(read.ids))]
    return [*read.wrong, *(f"<{one}> is not closed" for one in read.opened), *twice, *lost]


@pytest.mark.parametrize(
    "page", [one for one in PAGES if isinstance(one, ShowPage) and one.template], ids=lambda one: one.name
)
def test_markup_of_page_is_whole(world: DeskWorld, page: ShowPage) -> None:
    answer = with_query(world, world.browser(role_for(world, page))).get(path_of(world, page))
    assert answer.status_code == 200
    assert wrong_in(answer.text) == []


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ('<p id="a">x</p><p id="a">y</p>', "id a 2 times"),
        ('<label for="b">x</label>', "nothing has the id b"),
        ("<ul><p>x</p></ul>", "1: <p> in <ul>"),
        ("<span><div>x</div></span>", "1: <div> in {'span'}"),
        ("<a href=x><button>x</button></a>", "1: <button> within what is pressed or sent itself"),
        ("<div><p>x</div>", "1: </div> where ['div', 'p'] are open"),
    ],
)
def test_wrong_markup_is_found(page: str, said: str) -> None:
    assert said in wrong_in(page)
