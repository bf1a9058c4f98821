"""An address for each page of the desk that the test network has something at, and addresses at which nothing may be known."""

from __future__ import annotations

from entente.web.desk.page import PREFIX, ActPage, Page, ShowPage
from tests.support.desk_world import DeskWorld


def path_of(world: DeskWorld, page: Page) -> str:
    """Return the address of a page with its parameters filled."""
    year, _, serial = world.bureau.case.partition("/")
    return PREFIX + page.path.format(year=year, serial=serial)


def left_empty(world: DeskWorld, act: ActPage) -> dict[str, str]:
    """Return what a form sends that was left as it is."""
    return {}


def absent(world: DeskWorld, page: ShowPage) -> list[str]:
    """Return addresses of a page at which nothing is, something of another kind, or something hidden."""
    wrong = [("2026", "999999"), ("1999", "000001"), ("x", "y"), ("2026", "<b>")]
    return [PREFIX + page.path.format(year=year, serial=serial) for year, serial in wrong]
