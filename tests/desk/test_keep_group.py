"""W136: a group of ours is changed line by line or as a file, shown with what that would change, then said to every body."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import NotFound, Refused
from entente.kernel.signing import encode_bytes
from entente.verbs import perform
from entente.web.desk.group_pages import ADDED_MAX, ROWS_MAX
from entente.web.desk.memory import KeptGroup, seal_of
from tests.support.desk_world import COOKIE, Browser, DeskWorld, open_desk
from tests.support.nodes import DUTY, HEAD

SINCE = "2020-01-01"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        yield opened


def kept(world: DeskWorld, name: str, *entries: JsonObject, version: int = 0, title: str = "") -> None:
    """Keep a group as a program does."""
    file: JsonObject = {"name": name, "title": title or name.title(), "version": version, "entries": [*entries]}
    perform(world.node, "group_keep", {"officer": HEAD, "data": encode_bytes(json.dumps(file).encode())})


def entry(body: str, status: str = "member", until: str = "", document: str = "Letter 1") -> JsonObject:
    more: JsonObject = {"until": until} if until else {}
    return {"body": body, "status": status, "since": SINCE, "document": document, **more}


def stands(world: DeskWorld, name: str) -> Any:  # noqa: ANN401 - what the verb answers
    answer: Any = perform(world.node, "group_show", {"group": name})
    return answer["group"]


def said(world: DeskWorld, name: str) -> list[tuple[str, str, str]]:
    return [(one["body"]["code"], one["status"], one["until"] or "") for one in stands(world, name)["entries"]]


def form_of(text: str) -> dict[str, str]:
    """Return the fields of the form that changes a list, as its page holds them."""
    found = dict[str, str]()
    for tag in re.findall(r"<input\b[^>]*>", text):
        name, value = (re.search(rf'\b{part}="([^"]*)"', tag) for part in ("name", "value"))
        if name is None or not name[1].startswith(("row_", "group_")):
            continue
        if 'type="checkbox"' in tag and " checked" not in tag:
            continue
        found[name[1]] = unescape(value[1]) if value is not None else ""
    for name, options in re.findall(r'<select id="[^"]*" name="(row_[^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen is not None else ""
    return found


def key_of(form: dict[str, str], body: str) -> str:
    """Return the key of the line of a body."""
    return next(name.partition(".")[2] for name, text in form.items() if name.startswith("row_body.") and text == body)


def what_shown(browser: Browser, page: str) -> str:
    """Return what the form of a page says that was shown."""
    found = re.search(r'name="what_shown" value="([^"]*)"', browser.get(page).text)
    assert found is not None
    return found[1]


def sent(browser: Browser, page: str, **version: str) -> httpx.Response:
    """Send the form of a page that shows what would be changed."""
    return browser.send(page, page, {"what_shown": what_shown(browser, page), **version})


def looked(browser: Browser, page: str, fields: dict[str, str]) -> str:
    """Send the form of a list, and return where what it would change is shown."""
    answer = browser.send(page, page, fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_w136_list_is_changed_by_lines_shown_and_kept(world: DeskWorld) -> None:
    kept(world, "pilot", entry("XA-NCB"), entry("RC", "observer"), entry("GS"))
    browser = world.browser("head_of_body")
    assert 'href="/desk/keep-group/pilot"' in browser.get("/desk/groups/XB-NCB/pilot").text
    at = "/desk/keep-group/pilot"
    form = form_of(browser.get(at).text)
    assert {form[f"row_body.{key}"] for key in "012"} == {"XA-NCB", "RC", "GS"}
    ends, moves, goes = (key_of(form, code) for code in ("XA-NCB", "RC", "GS"))
    before = world.node.trail.latest(1)[0].sequence
    shown = looked(
        browser,
        at,
        {
            **form,
            f"row_until.{ends}": "2031-06-01",
            f"row_status.{moves}": "member",
            f"row_out.{goes}": "yes",
            "row_body.n0": "XB-NCB",
            "row_status.n0": "associate",
            "row_since.n0": "2021-02-01",
            "row_document.n0": "Decision 12",
        },
    )
    text = browser.get(shown).text
    for how, code in (("ended", "XA-NCB"), ("changed", "RC"), ("taken out", "GS"), ("added", "XB-NCB")):
        assert re.search(rf">{how}</span>.*?{code}", text, re.DOTALL), how
    assert "Decision 12" in text
    assert "Keep version 2" in text
    assert "No instrument that is known here names this group." in text
    assert stands(world, "pilot")["version"] == 1, "looking keeps nothing"
    assert world.node.trail.latest(1)[0].sequence == before, "and says nothing"
    answer = sent(browser, shown, group_version="1")
    assert answer.headers["location"] == "/desk/groups/XB-NCB/pilot?done=group_kept"
    assert said(world, "pilot") == [
        ("XA-NCB", "member", "2031-06-01"), ("RC", "member", ""), ("XB-NCB", "associate", ""),
    ]  # fmt: skip
    world.bureau.network.deliver()
    there: Any = perform(world.bureau.network["XA-NCB"], "group_show", {"group": "XB-NCB/pilot"})
    assert there["group"] == stands(world, "pilot"), "every body has the list"
    assert browser.get(shown).headers["location"] == at, "what was kept is not waiting any more"


def test_w136_list_that_changes_nothing_is_said_to_and_kept_by_no_way(world: DeskWorld) -> None:
    kept(world, "still", entry("XA-NCB"))
    browser, at = world.browser("head_of_body"), "/desk/keep-group/still"
    shown = looked(browser, at, form_of(browser.get(at).text))
    page = browser.get(shown).text
    assert "Nothing differs from the list that stands." in page
    assert 'name="group_version"' not in page
    # Nor by the form of a page that does not have it.
    seal = seal_of(KeptGroup("still", "", 1, {}, ()).to_json())
    answer = browser.send(shown, shown, {"what_shown": seal, "group_version": "1"})
    assert (answer.status_code, "was not kept anew" in answer.text) == (409, True)
    assert stands(world, "still")["version"] == 1


def test_w136_new_group_is_begun_at_the_list_of_groups(world: DeskWorld) -> None:
    browser = world.browser("council_secretary")
    assert 'href="/desk/new-group"' in browser.get("/desk/groups").text
    assert "/desk/new-group" not in world.browser().get("/desk/groups").text
    at = "/desk/new-group"
    fields = {**form_of(browser.get(at).text), "group_name": "harbours", "group_title": "Harbours"}
    line = {"row_body.n0": "XA-NCB", "row_status.n0": "member", "row_since.n0": SINCE, "row_document.n0": "Letter"}
    shown = looked(browser, at, {**fields, **line})
    assert shown == "/desk/foreseen-group/harbours"
    again = re.search(r'href="(/desk/new-group\?again=[^"]*)"', browser.get(shown).text)
    assert again is not None
    begun = form_of(browser.get(unescape(again[1])).text)
    assert (begun["group_name"], begun["group_title"], begun["row_body.n0"]) == ("harbours", "Harbours", "XA-NCB")
    assert sent(browser, shown, group_version="0").status_code == 303
    assert said(world, "harbours") == [("XA-NCB", "member", "")]


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"row_body.n0": "ZZ-NCB"}, "row_body.n0", "no body of the directory"),
        ({"row_since.n0": "31.2.2031"}, "row_since.n0", ""),
        ({"row_until.n0": "2019-01-01"}, "row_until.n0", "it lies before"),
        ({"row_document.n0": ""}, "row_document.n0", "document it rests on"),
        ({"row_document.n0": "x" * 400}, "row_document.n0", "at most 300"),
        ({"row_status.n0": "boss"}, "row_status.n0", ""),
        ({"group_name": "two words"}, "group_name", "letters, digits"),
        ({"group_title": "x" * 301}, "group_title", ""),
    ],
)
def test_w136_what_is_wrong_stands_at_its_own_line(
    world: DeskWorld, changed: dict[str, str], field: str, words: str
) -> None:
    browser, at = world.browser("head_of_body"), "/desk/new-group"
    line = {"row_body.n0": "XA-NCB", "row_status.n0": "member", "row_since.n0": SINCE, "row_document.n0": "Letter"}
    fields = {**form_of(browser.get(at).text), "group_name": "wrong-one", "group_title": "Title", **line, **changed}
    answer = browser.send(at, at, fields)
    assert answer.status_code == 400
    place = re.search(rf'id="look_at_new_group-{re.escape(field)}-fault">([^<]*)<', answer.text)
    assert place is not None, answer.text
    assert words in unescape(place[1])
    assert f'href="#look_at_new_group-{field}"' in answer.text
    back = form_of(answer.text)
    assert {name: back.get(name) for name in fields if name != "row_status.n0"} == {
        name: text for name, text in fields.items() if name != "row_status.n0"
    }
    with pytest.raises(NotFound):
        perform(world.node, "group_show", {"group": "wrong-one"})


def test_w136_of_two_who_change_a_list_the_second_is_told_and_nothing_is_lost(world: DeskWorld) -> None:
    kept(world, "shared", entry("XA-NCB"), entry("RC", "observer"), entry("GS"))
    browser, at = world.browser("head_of_body"), "/desk/keep-group/shared"
    form = form_of(browser.get(at).text)
    mine, gone = key_of(form, "RC"), key_of(form, "GS")
    fields = {**form, f"row_status.{mine}": "member", f"row_until.{gone}": "2031-09-01"}
    shown = looked(browser, at, fields)
    seen = browser.get(shown).text
    assert "somebody else" not in seen
    # Meanwhile another one adds a body, and takes out an entry that is being ended here.
    kept(world, "shared", entry("XA-NCB"), entry("RC", "observer"), entry("XB-NCB"), version=1)
    late = sent(browser, shown, group_version="1")
    assert late.status_code == 409
    for words in ("version 2 stands", "Yours was begun from version 1", "find their entry no more"):
        assert words in late.text, words
    others = re.search(r'id="overtaken".*?</section>', late.text, re.DOTALL)
    assert others is not None
    assert "XB-NCB" in others[0]
    assert "GS" in others[0]
    assert "RC" not in others[0]
    lost = re.search(r'id="lost".*?</section>', late.text, re.DOTALL)
    assert lost is not None
    assert "GS" in lost[0]
    assert "RC" not in lost[0]
    assert stands(world, "shared")["version"] == 2
    # What is shown now has been seen: sent again it is kept, beside what the other one entered.
    assert sent(browser, shown, group_version="2").status_code == 303
    assert said(world, "shared") == [("XA-NCB", "member", ""), ("RC", "member", ""), ("XB-NCB", "member", "")]


def test_w136_form_of_an_overtaken_page_keeps_the_others_title_and_entries(world: DeskWorld) -> None:
    kept(world, "titled", entry("XA-NCB"), title="First")
    browser, at = world.browser("head_of_body"), "/desk/keep-group/titled"
    form = form_of(browser.get(at).text)
    kept(world, "titled", entry("XA-NCB"), entry("GS"), version=1, title="Second")
    shown = looked(browser, at, {**form, f"row_until.{key_of(form, 'XA-NCB')}": "2031-12-01"})
    text = browser.get(shown).text
    assert "version 2 stands" in text
    again = browser.get(at).text
    assert "version 2 stands" in again
    assert form_of(again)["group_title"] == "Second"
    assert sent(browser, shown, group_version="2").status_code == 303
    assert stands(world, "titled")["title"] == "Second"
    assert said(world, "titled") == [("XA-NCB", "member", "2031-12-01"), ("GS", "member", "")]


def test_w136_list_as_a_file_is_read_as_what_it_changes_of_its_version(world: DeskWorld) -> None:
    kept(world, "filed", entry("XA-NCB"), entry("RC", "observer", document="Letter «2»: yes"))
    browser, at = world.browser("head_of_body"), "/desk/group-file/filed"
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", browser.get(at).text, re.DOTALL)
    assert found is not None
    file = unescape(found[1])
    nothing = looked(browser, at, {"group_file": file})
    assert "Nothing differs" in browser.get(nothing).text
    # Another one keeps the next version; the file says that it was made from the first.
    kept(world, "filed", entry("XA-NCB"), entry("RC", "observer", document="Letter «2»: yes"), entry("GS"), version=1)
    shown = looked(browser, at, {"group_file": file.replace("observer", "associate", 2).replace("associate (", "x (")})
    text = browser.get(shown).text
    assert "version 2 stands" in text
    assert "taken out" not in text.partition('id="changes"')[2], "what was entered meanwhile is not taken out"
    assert sent(browser, shown, group_version="2").status_code == 303
    assert said(world, "filed") == [("XA-NCB", "member", ""), ("RC", "associate", ""), ("GS", "member", "")]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("name: filed-2\ntitle: x\nversion: 1\nentries: []\n", "about another group"),
        ("{", "" ),
        ("name: filed-3\ntitle: x\nversion: 9\nentries: []\n", "made from version 9"),
        ("name: filed-3\ntitle: x\nversion: 1\n", "list of bodies"),
        (
            "name: filed-3\ntitle: x\nversion: 1\nentries:\n  - {body: ZZ, status: member, since: 2031-01-01, document: x}\n",
            "Entry 1 of the list, «ZZ»",
        ),
    ],
)  # fmt: skip
def test_w136_file_that_cannot_be_kept_is_given_back_with_what_is_wrong(
    world: DeskWorld, file: str, words: str
) -> None:
    if not any(one["name"] == "filed-3" for one in groups(world)):
        kept(world, "filed-3", entry("XA-NCB"))
    browser, at = world.browser("head_of_body"), "/desk/group-file/filed-3"
    answer = browser.send(at, at, {"group_file": file})
    assert answer.status_code in {400, 409}
    assert words in unescape(answer.text)
    back = re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)
    assert back is not None
    assert unescape(back[1]) == file


def groups(world: DeskWorld) -> list[JsonObject]:
    listed: Json = perform(world.node, "group_list", {})["groups"]
    assert isinstance(listed, list)
    return [one for one in listed if isinstance(one, dict)]


def test_w136_sample_of_a_new_group_can_be_kept_as_it_stands(world: DeskWorld) -> None:
    browser, at = world.browser("head_of_body", "ar"), "/desk/new-group/file"
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", browser.get(at).text, re.DOTALL)
    assert found is not None
    shown = looked(browser, at, {"group_file": unescape(found[1])})
    assert sent(browser, shown, group_version="0").status_code == 303
    assert said(world, "new-group") == [("XB-NCB", "member", "")]


def test_w136_only_who_may_finds_it_and_our_own_groups_alone(world: DeskWorld) -> None:
    kept(world, "guarded", entry("XA-NCB"))
    duty = world.browser()
    assert "/desk/keep-group" not in duty.get("/desk/groups/XB-NCB/guarded").text
    for page in (
        "/desk/keep-group/guarded",
        "/desk/group-file/guarded",
        "/desk/foreseen-group/guarded",
        "/desk/new-group",
    ):
        assert duty.get(page).status_code == 403, page
    head = world.browser("head_of_body")
    assert "/desk/keep-group" not in head.get("/desk/groups/GS/members").text, "another body's list"
    for page in ("/desk/keep-group/members", "/desk/keep-group/GS%2Fmembers", "/desk/group-file/none"):
        assert head.get(page).status_code == 404, page
    file = json.dumps({"name": "guarded", "title": "x", "version": 1, "entries": []}).encode()
    with pytest.raises(Refused):
        perform(world.node, "group_preview", {"officer": DUTY, "data": encode_bytes(file)})


def test_w136_keeping_is_a_heavy_act_and_a_double_click_keeps_once(world: DeskWorld) -> None:
    kept(world, "heavy", entry("XA-NCB"))
    browser, at = world.browser("head_of_body"), "/desk/keep-group/heavy"
    form = form_of(browser.get(at).text)
    shown = looked(browser, at, {**form, "group_title": "Heavy lists"})
    name = browser.http.cookies[COOKIE]
    session = world.signed_in.sessions[name]
    world.signed_in.sessions[name] = replace(session, is_recent=False)
    stale = sent(browser, shown, group_version="1")
    assert stale.status_code == 400
    assert stands(world, "heavy")["version"] == 1
    world.signed_in.sessions[name] = session
    frame = {**browser.frame(shown), "what_shown": what_shown(browser, shown)}
    first, second = (browser.post(shown, {**frame, "group_version": "1"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert stands(world, "heavy")["version"] == 2


def test_w136_what_was_changed_can_be_forgotten(world: DeskWorld) -> None:
    kept(world, "left", entry("XA-NCB"))
    browser, at = world.browser("head_of_body"), "/desk/keep-group/left"
    shown = looked(browser, at, {**form_of(browser.get(at).text), "group_title": "Other"})
    assert form_of(browser.get(at).text)["group_title"] == "Other"
    assert browser.send(shown, f"{shown}/leave", {}).status_code == 303
    assert form_of(browser.get(at).text)["group_title"] == "Left"


def test_w136_long_list_is_changed_a_page_at_a_time(world: DeskWorld) -> None:
    codes = ("XA-NCB", "RC", "GS", "XB-NCB")
    entries = [entry(codes[place % 4], document=f"Letter {place}") for place in range(ROWS_MAX + 4)]
    kept(world, "long", *entries)
    browser, at = world.browser("head_of_body"), "/desk/keep-group/long"
    first = form_of(browser.get(at).text)
    assert sum(name.startswith("row_was.") for name in first) == ROWS_MAX
    shown = looked(browser, at, {**first, "row_document.0": "Letter A"})
    second = form_of(browser.get(f"{at}?page=2").text)
    assert sum(name.startswith("row_was.") for name in second) == 4
    found = form_of(browser.get(f"{at}?find=letter+39").text)
    assert [text for name, text in found.items() if name.startswith("row_document.") and text] == ["Letter 39"]
    shown = looked(browser, at, {**second, f"row_document.{ROWS_MAX}": "Letter B"})
    text = browser.get(shown).text
    assert "Letter A" in text
    assert "Letter B" in text
    assert sent(browser, shown, group_version="1").status_code == 303
    documents = [one["document"] for one in stands(world, "long")["entries"]]
    assert (documents[0], documents[1], documents[ROWS_MAX]) == ("Letter A", "Letter 1", "Letter B")
    assert len(documents) == ROWS_MAX + 4


def test_w136_instruments_that_name_the_group_are_told_with_who_comes_and_goes(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with open_desk(tmp_path_factory.mktemp("named")) as world:
        kept(world, "pilot", entry("XB-NCB"), entry("XA-NCB"))
        file = Path(__file__).parents[2].joinpath("demo", "instruments", "agreement.yaml").read_text("utf-8")
        named = grouped(file)
        perform(world.node, "instrument_propose", {"officer": HEAD, "data": encode_bytes(named.encode())})
        browser, at = world.browser("head_of_body"), "/desk/keep-group/pilot"
        form = form_of(browser.get(at).text)
        line = {"row_body.n0": "RC", "row_status.n0": "member", "row_since.n0": SINCE, "row_document.n0": "Letter"}
        shown = looked(browser, at, {**form, **line})
        text = browser.get(shown).text
        assert "pilot-agreement" in text
        assert re.search(r"Named as parties anew.*?RC", text, re.DOTALL)
        assert "From now on" in text


def grouped(file: str) -> str:
    """Return an instrument's file with the members of our group as its parties."""
    lines = [line for line in file.splitlines() if not line.startswith(("parties:", "in_force:", "name:"))]
    more = [
        "name: pilot-agreement",
        "parties: []",
        "party_groups: [{group: XB-NCB/pilot, status: member}]",
        "in_force: {rule: n_of_m, count: 2}",
    ]
    return "\n".join([*lines, *more]) + "\n"


def test_w136_lines_for_new_entries_are_bounded_and_the_file_takes_more(world: DeskWorld) -> None:
    kept(world, "many")
    browser = world.browser("head_of_body")
    form = form_of(browser.get("/desk/keep-group/many").text)
    assert sum(name.startswith("row_body.") for name in form) == ADDED_MAX
    entries = [entry("XA-NCB", document=f"Letter {place}") for place in range(ADDED_MAX + 5)]
    file = json.dumps({"name": "many", "title": "Many", "version": 1, "entries": entries})
    looked(browser, "/desk/group-file/many", {"group_file": file})
    # Those beyond the lines of the form stay as the form is sent.
    form = form_of(browser.get("/desk/keep-group/many").text)
    shown = looked(browser, "/desk/keep-group/many", {**form, "group_title": "Very many"})
    assert sent(browser, shown, group_version="1").status_code == 303
    assert len(stands(world, "many")["entries"]) == ADDED_MAX + 5


def test_w136_what_another_window_changed_since_is_shown_before_it_is_kept(world: DeskWorld) -> None:
    kept(world, "windows", entry("XA-NCB"))
    browser, at = world.browser("head_of_body"), "/desk/keep-group/windows"
    shown = looked(browser, at, {**form_of(browser.get(at).text), "group_title": "First window"})
    seen = {"group_version": "1", "what_shown": what_shown(browser, shown)}
    looked(browser, at, {**form_of(browser.get(at).text), "group_title": "Second window"})
    answer = browser.send(shown, shown, seen)
    assert answer.status_code == 409
    assert "not what was shown" in answer.text
    assert "Second window" in answer.text
    assert stands(world, "windows")["version"] == 1
    assert sent(browser, shown, group_version="1").status_code == 303
    assert stands(world, "windows")["title"] == "Second window"
