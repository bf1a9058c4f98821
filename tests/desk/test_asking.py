"""The source is asked, and queries are left standing, from the pages where that is wanted (W57)."""

from __future__ import annotations

import re
from typing import Any

from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from tests.support.api_world import SEEN
from tests.support.desk_pages import KEY, with_query
from tests.support.desk_world import DeskWorld
from tests.support.nodes import AGREEMENT_NAME, DUTY

NEWER = "XA-NCB/w-3"
"""Of the first one leave was granted already."""
LISTED = 'href="/desk/permissions"'


def test_w57_a_query_is_left_standing_from_its_answer_and_ended_from_the_list(world: DeskWorld) -> None:
    browser = with_query(world, world.browser(), "Warm Name, 1980")
    page = f"/desk/search/{KEY}"
    assert browser.send(page, f"/desk/standing/leave/{KEY}", {"days": "400"}).status_code == 400
    left = browser.send(page, f"/desk/standing/leave/{KEY}", {"days": "7"})
    assert left.status_code == 303, left.text
    to = left.headers["location"].partition("?")[0]
    listed: Any = perform(world.node, "standing_list", {"officer": DUTY})
    (one,) = [query for query in listed["queries"] if to.endswith(query["id"])]
    assert (one["purpose"], one["occasion"]) == ("identify", "Gate 4")
    assert "Warm Name" in browser.get("/desk/standing").text
    # W163: looked at, it is no query of this session: what it finds is judged as its matches, and found from its own list.
    assert 'href="/desk/standing"' in browser.get(to).text
    assert f'href="/desk/search/{KEY}"' in browser.get("/desk/search").text
    assert f"/desk/search/{one['id']}" not in browser.get("/desk/search").text
    assert browser.send("/desk/standing", f"{to}/end", {}).status_code == 303
    assert "Warm Name" not in browser.get("/desk/standing").text
    assert browser.get(to).status_code == 404


def test_w57_leave_is_asked_of_the_source_from_the_record(world: DeskWorld) -> None:
    browser = with_query(world, world.browser())
    record = browser.get(f"/desk/records/{NEWER}").text
    ask = f"/desk/ask/{NEWER}"
    assert f'href="{ask}"' in record
    fields = {
        "acts": "forward",
        "forward_to": "GS",
        "urgency": "normal",
        "instrument": "",
        "justification": "For the court.",
    }
    empty = browser.send(ask, ask, {**fields, "justification": ""})
    assert (empty.status_code, "checked" in empty.text) == (400, True)
    asked = browser.send(ask, ask, fields)
    assert asked.status_code == 303, asked.text
    page = asked.headers["location"].partition("?")[0]
    shown = browser.get(page).text
    assert "For the court." in shown
    assert "Leave holds until" not in shown
    assert LISTED in shown
    assert state_of(browser.get("/desk/permissions").text, page) == "Waits for the answer"
    assert browser.send(ask, f"{page}/forward", {}).status_code == 404
    source = world.bureau.network["XA-NCB"]
    world.bureau.network.deliver()
    answer: JsonObject = {"officer": DUTY, "id": page.rpartition("/")[2], "grant": True, "days": 7, "text": ""}
    perform(source, "permission_answer", answer)
    world.bureau.network.deliver()
    # Until when it holds is said, and it is used where it stands (W122).
    shown = browser.get(page).text
    assert "Leave holds until" in shown
    assert "Forward it to GS" in shown
    assert state_of(browser.get("/desk/permissions").text, page) == "Granted"
    sent = browser.send(page, f"{page}/forward", {})
    assert sent.headers["location"] == f"{page}?done=record_forwarded"
    row = world.node.trail.latest(1)[0].act
    assert (row.verb, row.detail["outcome"]) == ("forward_record", "sent")


def test_w122_requests_for_leave_are_listed_for_whoever_may_ask_or_grant(world: DeskWorld) -> None:
    ask = f"/desk/ask/{NEWER}"
    assert LISTED in with_query(world, world.browser()).get(ask).text
    for role in ("duty_officer", "head_of_body", "analyst"):
        may_read = bool(world.node.lists.roles[role].verbs & {"ask_permission", "grant_permission"})
        other = world.browser(role)
        assert (other.get("/desk/permissions").status_code == 200) is may_read
        search = other.get("/desk/search")
        assert (LISTED in search.text) is (may_read and search.status_code == 200)


def state_of(text: str, page: str) -> str:
    """Return how a list says that a request stands."""
    (row,) = [one for one in text.split("<tr>") if f'href="{page}"' in one]
    found = re.search(r'<span class="tag [a-z-]+">([^<]*)</span>', row)
    assert found is not None
    return found[1]


def test_w57_a_record_is_shown_as_it_stands_at_the_source_and_asked_for_by_its_name(world: DeskWorld) -> None:
    browser = with_query(world, world.browser())
    shown = browser.get(f"/desk/consult/{SEEN}")
    assert shown.status_code == 200, shown.text
    assert "not kept here" in shown.text
    assert browser.get("/desk/consult/XB-NCB/o-2").status_code in {400, 404}
    fields = {"record": "XA-NCB/w-2", "kind": "wanted_person", "instrument": AGREEMENT_NAME}
    asked = browser.send("/desk/requests", "/desk/requests", fields)
    assert asked.status_code == 303, asked.text
    page = browser.get(asked.headers["location"]).text
    assert "XA-NCB/w-2" in page
    assert "Waits for the answer" in page
    assert "XA-NCB/w-2" in browser.get("/desk/requests").text


def test_w57_nothing_is_asked_before_it_is_said_why(world: DeskWorld) -> None:
    browser = world.browser()
    for page in (f"/desk/ask/{SEEN}", f"/desk/consult/{SEEN}"):
        answer = browser.get(page)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/desk/task?")
