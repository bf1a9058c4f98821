"""A row of the desk's table whose act is heavy waits for a proof of who is there, and loses nothing meanwhile (W4)."""

from __future__ import annotations

from dataclasses import replace

from starlette.applications import Starlette
from starlette.testclient import TestClient

from entente.web.desk.cookies import CookieSessions
from entente.web.desk.desk import Desk as DeskOfPages
from entente.web.desk.entrance import Entrance
from entente.web.desk.page import ActPage
from entente.web.desk.table import PAGES
from tests.support.accounts import DUTY, Desk
from tests.support.desk_parts import api_of, desk_parts
from tests.support.sign_in_pages import ORIGIN, Browser


def browser_of_heavy_cases(desk: Desk) -> Browser:
    """Open a browser at a desk on which opening a case is a heavy act."""
    pages = [
        replace(page, is_heavy=True) if isinstance(page, ActPage) and page.name == "open_case" else page
        for page in PAGES
    ]
    node = desk.node
    served = DeskOfPages(node, desk_parts(CookieSessions(node), api_of(node)), pages)
    app = Starlette(routes=[served.mount(Entrance(served).routes())])
    http = TestClient(app, base_url=ORIGIN, client=("127.0.0.1", 50_000), follow_redirects=False)
    return Browser(http, desk)


def test_heavy_act_waits_for_a_proof_and_its_form_is_given_back_whole_and_then_done_once(desk: Desk) -> None:
    desk.enrol(DUTY)
    there = browser_of_heavy_cases(desk)
    there.sign_in(DUTY)
    desk.clock.move(minutes=11)
    form = {"csrf": there.csrf("/desk/cases"), "once": "form-1", "title": "Watch «B»", "crime_area": "fugitives"}
    waiting = there.post("/desk/cases", form)
    assert waiting.status_code == 400
    assert "Watch «B»" in waiting.text
    assert '<a href="/desk/sign-in/again" target="_blank">' in waiting.text
    assert "/desk/cases/20" not in there.get("/desk/cases").text
    there.prove_again(DUTY)
    # The very form that waited, with what it carried then.
    done = [there.post("/desk/cases", form) for _ in range(2)]
    assert [one.status_code for one in done] == [303, 303]
    assert done[0].headers["location"] == done[1].headers["location"]
    assert there.get("/desk/cases").text.count("Watch «B»") == 1


def test_recent_proof_is_not_asked_for_again(desk: Desk) -> None:
    desk.enrol(DUTY)
    there = browser_of_heavy_cases(desk)
    there.sign_in(DUTY)
    form = {"csrf": there.csrf("/desk/cases"), "once": "form-1", "title": "Watch", "crime_area": "fugitives"}
    assert there.post("/desk/cases", form).status_code == 303
