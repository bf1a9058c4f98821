"""Our own list of units at the desk: changed unit by unit, by file, or back to an earlier one (desk.md W133 to W135)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from entente.bodies.unit_rules import UNITS_MAX
from entente.kernel.canonical import Json, JsonObject
from entente.verbs import perform
from entente.web.desk.page import PREFIX
from tests.support.api_world import UNIT
from tests.support.desk_world import Browser, DeskWorld
from tests.support.limited_units import (
    BRANCH,
    GATE,
    HEAD_TWO,
    OCCASION,
    UNITS,
    leave_open,
    limit,
    open_units,
    propose,
    publish,
    signed_in,
)
from tests.support.nodes import DUTY, HEAD

LIST = f"{PREFIX}/units/own"
NEW, FILE, FORESEEN, EARLIER = (f"{LIST}/{one}" for one in ("new", "file", "foreseen", "earlier"))
VERSION = re.compile(r'name="units_version" value="([^"]*)"')
PORT = {"unit_id": "port", "unit_kind": "unit", "unit_name": "Port <1>", "unit_territory": "", "unit_under": "south"}


OPENS = open_units


@pytest.fixture(autouse=True)
def _as_it_was(world: DeskWorld) -> Iterator[None]:
    """Leave the list, and what binds its units, as they were found."""
    yield
    leave_open(world)
    if ids(world) != BEGUN_IDS or stands(world)["version"] != BEGUN[world.node.settings.folder]:
        publish(world)


BEGUN: dict[object, str] = {}
BEGUN_IDS = [UNIT, "gate", "south"]


@pytest.fixture
def head(world: DeskWorld) -> Browser:
    BEGUN.setdefault(world.node.settings.folder, stands(world)["version"])
    world.bureau.network.clock.move(minutes=1)
    return signed_in(world, HEAD, "head_of_body")


def stands(world: DeskWorld) -> Any:  # noqa: ANN401 - an answer
    return perform(world.node, "unit_own", {})


def ids(world: DeskWorld) -> list[str]:
    found: Any = perform(world.node, "unit_find", {"body": "XB-NCB", "limit": 50})
    return [one["id"] for one in found["units"]]


def version_on(page: str) -> str:
    found = VERSION.search(page)
    assert found is not None
    return unescape(found[1])


def change(unit: str) -> str:
    return f"{LIST}/change/{unit}"


def choose(browser: Browser, form: str, fields: dict[str, str], to: str = "") -> str:
    """Choose a change in a form; return the page of what it would do."""
    sent = browser.send(form, to or form, {"units_version": version_on(browser.get(form).text), **fields})
    assert sent.status_code == 303, sent.text
    assert sent.headers["location"] == FORESEEN
    return browser.get(FORESEEN).text


def say(browser: Browser) -> Any:  # noqa: ANN401 - an answer
    """Say the list as it is shown."""
    return browser.send(FORESEEN, FORESEEN, {"units_version": version_on(browser.get(FORESEEN).text)})


def test_unit_is_added_moved_renamed_and_ended_from_pages_and_other_nodes_hear_it(
    world: DeskWorld, head: Browser
) -> None:
    page = choose(head, NEW, PORT)
    for said in ("Port &lt;1&gt;", "Southern branch", "Units now: 3. After the change: 4.", "Nothing is changed yet"):
        assert said in page
    assert "port" not in ids(world)
    done = say(head)
    assert done.status_code == 303, done.text
    assert done.headers["location"] == f"{LIST}?done=units_said"
    assert ids(world) == [UNIT, "gate", "south", "port"]
    assert "Port &lt;1&gt;" in head.get(LIST).text
    world.bureau.network.clock.move(minutes=1)
    # Put under another unit that stands before it, and called otherwise, by one form.
    moved = {"unit_kind": "unit_abroad", "unit_name": "Port office", "unit_territory": "Coast", "unit_under": "gate"}
    assert 'value="Port &lt;1&gt;"' in head.get(change("port")).text
    page = choose(head, change("port"), moved)
    for said in ("Port office", "Unit abroad", "Coast", "Gate &lt;4&gt;", "Changed"):
        assert said in page
    assert say(head).status_code == 303
    world.bureau.network.deliver()
    heard: Any = perform(world.bureau.network["XA-NCB"], "unit_find", {"body": "XB-NCB", "text": "port office"})
    assert [(one["id"], one["kind"], one["under"]) for one in heard["units"]] == [("port", "unit_abroad", "Gate <4>")]
    world.bureau.network.clock.move(minutes=1)
    choose(head, change("port"), {}, f"{LIST}/end/port")
    assert say(head).status_code == 303
    assert ids(world) == [UNIT, "gate", "south"]
    trail = head.get(f"{PREFIX}/trail?by={HEAD}").text
    assert "units" in trail.lower()
    # What was said is not said again by going back.
    assert head.get(FORESEEN).headers["location"] == LIST


def test_unit_goes_under_one_that_stands_behind_it(world: DeskWorld, head: Browser) -> None:
    fields = {"unit_kind": "regional_branch", "unit_name": "Northern branch", "unit_under": "south"}
    choose(head, change(UNIT), fields)
    assert say(head).status_code == 303
    assert ids(world) == ["south", UNIT, "gate"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("unit_id", {"unit_id": ""}), ("unit_id", {"unit_id": "gate"}), ("unit_id", {"unit_id": "x" * 65}),
        ("unit_name", {"unit_name": " "}), ("unit_name", {"unit_name": "x" * 301}), ("unit_name", {"unit_name": "a\u202eb"}),
        ("unit_kind", {"unit_kind": "platoon"}), ("unit_territory", {"unit_territory": "x" * 301}),
        ("unit_under", {"unit_under": "nowhere"}),
    ],
)  # fmt: skip
def test_form_in_error_is_given_back_at_the_field_and_keeps_nothing(
    world: DeskWorld, head: Browser, field: str, wrong: dict[str, str]
) -> None:
    fields = {"units_version": stands(world)["version"], **PORT, "unit_territory": "Harbour", **wrong}
    sent = head.send(NEW, NEW, fields)
    assert sent.status_code == 400, sent.text
    assert f'id="choose_new_unit-{field}-fault"' in sent.text
    assert 'value="Harbour"' in sent.text or field == "unit_territory"
    assert head.get(FORESEEN).headers["location"] == LIST


def test_unit_that_others_are_below_does_not_end_and_says_which(world: DeskWorld, head: Browser) -> None:
    sent = head.send(change(UNIT), f"{LIST}/end/{UNIT}", {"units_version": stands(world)["version"]})
    assert sent.status_code == 409
    assert "Others are part of it: Gate &lt;4&gt;" in sent.text
    assert 'value="Northern branch"' in sent.text
    circle = {
        "unit_kind": "unit",
        "unit_name": "North",
        "unit_under": "gate",
        "units_version": stands(world)["version"],
    }
    sent = head.send(change(UNIT), change(UNIT), circle)
    assert sent.status_code == 400
    assert "not part of itself" in sent.text
    offered = head.get(change(UNIT)).text
    assert 'value="south"' in offered
    assert 'value="gate"' not in offered


def test_two_who_change_the_list_at_once_are_told_and_nothing_is_lost(world: DeskWorld, head: Browser) -> None:
    other = signed_in(world, HEAD_TWO, "head_of_body")
    first = choose(head, NEW, PORT)
    choose(other, NEW, {**PORT, "unit_id": "air", "unit_name": "Airport"})
    assert say(other).status_code == 303
    world.bureau.network.clock.move(minutes=1)
    late = head.send(FORESEEN, FORESEEN, {"units_version": version_on(first)})
    assert late.status_code == 409
    for said in ("was changed meanwhile", "Somebody else changed the list since you began", "Port &lt;1&gt;"):
        assert said in late.text
    assert "port" not in ids(world)
    # What comes with the page that was given back has seen it: both units stand.
    sent = head.send(FORESEEN, FORESEEN, {"units_version": version_on(late.text)})
    assert sent.status_code == 303, sent.text
    assert {"air", "port"} <= set(ids(world))
    world.bureau.network.clock.move(minutes=1)
    # A whole list that was made from the one before shows that the other's unit would go, before it does.
    version = stands(world)["version"]
    publish(world, [*UNITS, {"id": "air", "kind": "unit", "name": "Airport"}])
    sent = head.send(FILE, FILE, {"units_text": json.dumps({"units": UNITS}), "units_version": version})
    assert sent.status_code == 303
    text = head.get(FORESEEN).text
    assert "Somebody else changed the list since you began" in text
    assert "Airport" in text


def test_second_click_says_the_list_once(world: DeskWorld, head: Browser) -> None:
    fields = {"units_version": version_on(choose(head, NEW, PORT)), **head.frame(FORESEEN)}
    first, second = (head.post(FORESEEN, fields) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    lists: Any = perform(world.node, "unit_lists", {"body": "XB-NCB"})
    assert [one["id"] for one in lists["lists"][0]["added"]] == ["port"]


def test_whole_list_is_pasted_or_sent_as_the_file_that_was_taken_and_shows_what_it_changes(
    world: DeskWorld, head: Browser
) -> None:
    taken = head.get(f"{LIST}/list")
    assert taken.headers["content-disposition"].startswith("attachment")
    listed = taken.json()["units"]
    assert [one["id"] for one in listed] == ids(world)
    listed[1]["name"] = "Gate 5"
    listed = [*listed[:2], {"id": "lab", "kind": "organ", "name": "Laboratory"}]
    version = {"units_version": version_on(head.get(FILE).text)}
    sent = head.send(
        FILE, f"{FILE}/sent", version, files={"units_list_file": ("u.json", json.dumps({"units": listed}).encode())}
    )
    assert sent.status_code == 303, sent.text
    page = head.get(FORESEEN).text
    for said in ("Southern branch", "Laboratory", "Gate &lt;4&gt;", "Gate 5", "Units now: 3. After the change: 3."):
        assert said in page
    # Chosen again, the list stands in the form as it was sent.
    assert "Laboratory" in head.get(f"{FILE}?again=yes").text
    assert say(head).status_code == 303
    assert ids(world) == [UNIT, "gate", "lab"]
    world.bureau.network.clock.move(minutes=1)
    written = f"units:\n- {{id: {UNIT}, kind: regional_branch, name: Northern branch, territory: The north}}\n"
    choose(head, FILE, {"units_text": written})
    assert say(head).status_code == 303
    assert ids(world) == [UNIT]


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        (
            '{"units": [{"id": "a", "kind": "unit", "name": "A"}, {"id": "b", "kind": "platoon", "name": "B"}]}',
            "unit 2 (kind)",
        ),
        ('{"units": [{"id": "a", "kind": "unit", "name": "A", "parent": "b"}]}', "unit 1 (parent)"),
        ('{"units": [{"id": "a", "kind": "unit", "name": ""}]}', "unit 1 (name)"),
        ('{"units": [{"id": "a", "kind": "unit"}]}', "unit 1"),
        ("units: [", "not YAML"),
        ("{}", "units"),
    ],
)
def test_list_that_does_not_hold_together_is_given_back_and_says_at_which_unit(
    head: Browser, listed: str, says: str
) -> None:
    sent = head.send(FILE, FILE, {"units_text": listed})
    assert sent.status_code == 400
    assert says in unescape(re.sub(r"<[^>]*>", "", sent.text))
    assert listed in unescape(sent.text)
    sent = head.send(FILE, f"{FILE}/sent", {}, files={"units_list_file": ("u.json", listed.encode())})
    assert sent.status_code == 400
    several = [("units_list_file", (f"{place}.json", b"{}")) for place in range(2)]
    assert "More than one file" in head.send(FILE, f"{FILE}/sent", {}, files=several).text


def test_preview_says_what_hangs_on_a_unit_that_goes(world: DeskWorld, head: Browser) -> None:
    opened: Any = perform(world.node, "case_open", {"officer": DUTY, "title": "Boats <1>", "crime_area": "fugitives"})
    hidden: Any = perform(world.node, "case_open", {"officer": DUTY, "title": "Quiet", "crime_area": "fugitives"})
    numbers = [str(one["case"]["number"]) for one in (opened, hidden)]
    for number in numbers:
        handed: JsonObject = {
            "officer": DUTY,
            "number": number,
            "to": GATE,
            "unit": "Gate <4>",
            "reason": "Theirs.",
            "version": 1,
        }
        perform(world.node, "case_hand_over", handed)
    perform(world.node, "case_team", {"officer": DUTY, "number": numbers[1], "team": [DUTY], "version": 2})
    point: JsonObject = {"kind": "duty_desk", "function": "Desk of gate <4>", "phone": "+999 1", "languages": ["en"]}
    perform(world.node, "contact_keep", {"officer": DUTY, **point, "days": "always"})
    propose(world, "gate", acts_up_to="see")
    page = choose(head, change("gate"), {}, f"{LIST}/end/gate")
    for said in (
        GATE,
        numbers[0],
        "Boats &lt;1&gt;",
        "Desk of gate &lt;4&gt;",
        "Open cases in its charge",
        "What was set for it is kept",
    ):
        assert said in page
    knows: Any = perform(world.node, "case_list", {"officer": HEAD})
    assert ("Quiet" in page) is ("Quiet" in json.dumps(knows["cases"]))
    assert BRANCH not in page
    assert say(head).status_code == 303
    assert ids(world) == [UNIT, "south"]
    page = choose(head, NEW, {**PORT, "unit_id": "gate", "unit_under": ""})
    assert "They are entered with it already" in page


def test_list_that_would_lift_limits_shows_the_ground_and_offers_no_button(world: DeskWorld, head: Browser) -> None:
    limit(world, acts_up_to="see")
    free = {"unit_kind": "unit", "unit_name": "Gate <4>"}
    page = choose(head, change("gate"), free)
    assert "B26" in page
    assert "bind the officers of these units no more: Gate &lt;4&gt;" in page
    assert "two officers" in page
    assert f'action="{FORESEEN}"' not in page
    refused = head.send(NEW, FORESEEN, {"units_version": stands(world)["version"]})
    assert refused.status_code == 403
    assert "B26" in refused.text
    page = choose(head, change("gate"), {}, f"{LIST}/end/gate")
    assert "officers are entered with them: Gate &lt;4&gt;" in page
    # What binds one more than before is told, and may be said.
    page = choose(
        head, change("south"), {"unit_kind": "regional_branch", "unit_name": "Southern branch", "unit_under": UNIT}
    )
    assert "Limits bind these units anew" in page
    assert say(head).status_code == 303


def test_unit_that_is_put_under_a_limited_one_sees_less_at_once(world: DeskWorld, head: Browser) -> None:
    def sees(officer: str) -> int:
        found: Any = perform(world.node, "search", {"officer": officer, "names": ["Muhammadov"], **OCCASION})
        return len(found["candidates"])

    perform(
        world.node, "officer_add", {"officer": HEAD, "id": "xb-south-1", "roles": ["duty_officer"], "unit": "south"}
    )
    limit(world, kinds=["vehicle"])
    before = sees("xb-south-1")
    assert before == sees(DUTY) > sees(BRANCH) == 0
    fields = {"unit_kind": "regional_branch", "unit_name": "Southern branch", "unit_under": UNIT}
    choose(head, change("south"), fields)
    assert sees("xb-south-1") == before
    assert say(head).status_code == 303
    assert sees("xb-south-1") == 0
    # Nor does it come out from under it by one officer's act.
    page = choose(head, change("south"), {**fields, "unit_under": ""})
    assert "bind the officers of these units no more: Southern branch" in page


def test_earlier_list_is_said_again_from_its_day(world: DeskWorld, head: Browser) -> None:
    publish(world, UNITS[:1])
    world.bureau.network.clock.move(minutes=1)
    page = head.get(f"{PREFIX}/units?of_body=XB-NCB").text
    since = re.search(r'name="units_since" value="([^"]*)"', page)
    assert since is not None
    fields = {"units_since": since[1], "units_version": version_on(page)}
    sent = head.send(f"{PREFIX}/units?of_body=XB-NCB", EARLIER, fields)
    assert sent.status_code == 303, sent.text
    page = head.get(FORESEEN).text
    assert "Southern branch" in page
    assert say(head).status_code == 303
    assert ids(world) == BEGUN_IDS
    again = head.send(f"{PREFIX}/units?of_body=XB-NCB", EARLIER, {**fields, "units_since": "2001-01-01T00:00:00Z"})
    assert again.status_code == 404
    assert "Say this list again" not in head.get(f"{PREFIX}/units?of_body=XA-NCB").text


def test_way_stands_where_people_look_for_who_may_and_for_nobody_else(world: DeskWorld, head: Browser) -> None:
    pages = [f"{PREFIX}/directory/XB-NCB", f"{PREFIX}/units", f"{PREFIX}/own-units", f"{PREFIX}/first-steps"]
    for page in pages:
        assert f'href="{LIST}"' in head.get(page).text, page
    assert f'href="{change("gate")}"' in head.get(f"{PREFIX}/own-units/unit/gate").text
    assert f'href="{LIST}"' not in head.get(f"{PREFIX}/directory/XA-NCB").text
    duty = world.browser()
    for page in (pages[0], pages[1], pages[3]):
        assert LIST not in duty.get(page).text
    version = {"units_version": stands(world)["version"]}
    frame = duty.frame(f"{PREFIX}/task")
    for path, fields in ((NEW, PORT), (FILE, {"units_text": "{}"}), (FORESEEN, {}), (f"{LIST}/end/gate", {})):
        assert duty.post(path, {**frame, **version, **fields}).status_code == 403
    for path in (LIST, NEW, FILE, FORESEEN, change("gate"), f"{LIST}/list"):
        assert duty.get(path).status_code == 403
    assert ids(world) == BEGUN_IDS


def test_saying_it_needs_a_proof_of_who_is_there(world: DeskWorld) -> None:
    browser = world.browser(None)
    name = world.signed_in.begin(HEAD, frozenset({"head_of_body"}), is_recent=False)
    browser.http.cookies.set("test_session", name)
    choose(browser, NEW, PORT)
    sent = say(browser)
    assert sent.status_code == 400
    assert "Port &lt;1&gt;" in sent.text
    assert "port" not in ids(world)


def test_longest_list_is_paged_and_one_form_at_a_time_changes_it(world: DeskWorld, head: Browser) -> None:
    many: list[Json] = [
        {
            "id": f"b{place:04}",
            "kind": "unit",
            "name": f"Branch {place}",
            "parent": None if place < 40 else f"b{place % 40:04}",
        }
        for place in range(UNITS_MAX)
    ]
    sent = head.send(FILE, f"{FILE}/sent", {"units_version": stands(world)["version"]},
                     files={"units_list_file": ("u.json", json.dumps({"units": many}).encode())})  # fmt: skip
    assert sent.status_code == 303, sent.text
    page = head.get(FORESEEN).text
    assert f"Further ones: {UNITS_MAX - 100}" in page.replace("\u202f", "").replace(",", "")
    assert len(page) < 200_000
    assert say(head).status_code == 303
    world.bureau.network.clock.move(minutes=1)
    listed = head.get(LIST).text
    assert listed.count("data-row") == 50
    assert "Branch 1234" in head.get(f"{LIST}?find=b1234").text
    choose(head, change("b1234"), {"unit_kind": "unit", "unit_name": "Branch of the hills", "unit_under": "b0007"})
    assert say(head).status_code == 303
    found: Any = perform(world.node, "unit_find", {"body": "XB-NCB", "text": "hills"})
    assert [one["under"] for one in found["units"]] == ["Branch 7"]
    world.bureau.network.clock.move(minutes=1)
    assert head.send(NEW, NEW, {**PORT, "unit_under": ""}).status_code == 400
