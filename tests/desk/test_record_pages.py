"""The pages of one record: its versions, its links, who has it, what is corrected; W68 and W69 of docs/rules/desk.md."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

import pytest

from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from tests.support.api_world import TERMS
from tests.support.desk_pages import with_query
from tests.support.desk_world import Browser, DeskWorld, open_desk
from tests.support.nodes import DUTY

VERSIONS, RECORD = "/desk/versions/XB-NCB/p-1", "/desk/records/XB-NCB/p-1"
TAG = re.compile(r"<[^>]*>")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network; the bureau keeps a person of its own in two versions, and XA holds a copy."""
    folder = tmp_path_factory.mktemp("network")
    with open_desk(folder) as opened:
        first = {"name": ["Мухаммедов Абдулло"], "birthDate": ["1979"], "alias": ["Abu"]}
        second = {"name": ["Мухаммедов Абдулло"], "birthDate": ["1979-03-14"], "weight": ["82"]}
        for place, properties in enumerate((first, second)):
            file = folder / f"issue-{place}.jsonl"
            file.write_text(json.dumps({"id": "p-1", "schema": "Person", "properties": properties}), encoding="utf-8")
            given: JsonObject = {"officer": DUTY, "file": str(file), "terms": TERMS.read_text("utf-8")}
            perform(opened.node, "record_import", {**given, "share_with": ["XA-NCB"]})
        file = folder / "linked.jsonl"
        family = {"person": ["p-1"], "relative": ["o-1"], "relationship": ["brother"]}
        file.write_text(json.dumps({"id": "f-1", "schema": "Family", "properties": family}), encoding="utf-8")
        perform(opened.node, "record_import", {"officer": DUTY, "file": str(file), "terms": TERMS.read_text("utf-8")})
        opened.bureau.network.deliver()
        yield opened


def officer(world: DeskWorld, role: str = "duty_officer", language: str = "en") -> Browser:
    return with_query(world, world.browser(role, language))


def rows_of(text: str) -> list[list[str]]:
    """Return what stands in the rows of a page's tables, cell by cell."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", text, re.DOTALL)
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows)
    return [[" ".join(TAG.sub(" ", cell).split()) for cell in row] for row in cells]


def latest(world: DeskWorld) -> Mapping[str, Any]:
    return world.node.trail.latest(1)[0].act.detail


def test_w68_the_newest_version_stands_beside_the_one_before(world: DeskWorld) -> None:
    answer = officer(world).get(VERSIONS)
    assert answer.status_code == 200
    assert [row for row in rows_of(answer.text) if row[-1] in {"added", "changed", "taken away"}] == [
        ["Birth date", "1 1979 observed", "2 1979-03-14 observed", "changed"],
        ["Weight", "", "2 82 observed", "added"],
        ["Alias", "1 Abu observed", "", "taken away"],
    ]
    assert "3 lines changed" in answer.text
    assert latest(world)["versions"] == [2, 1]


def test_w68_any_two_versions_are_chosen_and_one_that_is_none_is_not_there(world: DeskWorld) -> None:
    browser = officer(world)
    assert "3 lines changed" in browser.get(f"{VERSIONS}?older=2&newer=1").text
    assert "Nothing that you may see differs" in browser.get(f"{VERSIONS}?older=2&newer=2").text
    for wrong in ("older=7", "newer=0", "older=x", "older=%D9%A1", "newer=-1", f"older={'9' * 40}"):
        assert browser.get(f"{VERSIONS}?{wrong}").status_code == 404, wrong


def test_w68_of_a_copy_the_newest_is_here_and_what_is_not_is_said(world: DeskWorld) -> None:
    node = world.bureau.network["XA-NCB"]
    answer: Any = perform(
        node,
        "record_versions",
        {"officer": DUTY, "record": "XB-NCB/p-1", "purpose": "identify", "crime_area": "fugitives"},
    )
    assert [one["version"] for one in answer["versions"]] == [2]
    assert (answer["not_here"], answer["newer"], answer["lines"]) == ([{"from": 1, "to": 1}], 0, [])


def test_w68_the_record_leads_to_its_versions_and_back(world: DeskWorld) -> None:
    browser = officer(world)
    assert f'href="{VERSIONS}"' in browser.get(RECORD).text
    assert f'href="{RECORD}"' in browser.get(VERSIONS).text


def test_w68_why_is_asked_before_a_version_is_shown(world: DeskWorld) -> None:
    answer = world.browser().get(VERSIONS)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/desk/task?")


def test_w69_of_our_own_it_says_who_can_see_it_and_who_has_it(world: DeskWorld) -> None:
    text = officer(world).get(RECORD).text
    who = {row[0]: row[1] for row in rows_of(text) if len(row) == 3}
    assert who["XA-NCB"] == "See"
    assert who["RC"] == "nothing"
    holders = [row for row in rows_of(text) if len(row) == 5]
    assert [row[:2] for row in holders] == [["Body", "Its copy"], ["XA-NCB", "sent Version 2"]]
    assert holders[1][3].startswith("Stored there")
    assert "Who has copies" not in officer(world).get("/desk/records/XA-NCB/w-1").text


@pytest.mark.parametrize("path", ["/desk/original/XB-NCB/p-1", "/desk/original-file/XB-NCB/p-1"])
def test_w69_why_is_asked_before_an_original_is_shown(world: DeskWorld, path: str) -> None:
    answer = world.browser().get(path)
    assert (answer.status_code, answer.headers["location"]) == (
        303, "/desk/task?back=%2Fdesk%2Foriginal%2FXB-NCB%2Fp-1",
    )  # fmt: skip


def test_w69_the_original_of_our_own_is_shown_as_it_came(world: DeskWorld) -> None:
    browser = officer(world)
    assert 'href="/desk/original/XB-NCB/p-1"' in browser.get(RECORD).text
    answer = browser.get("/desk/original/XB-NCB/p-1")
    assert "issue-1.jsonl" in answer.text
    assert "1979-03-14" in answer.text
    assert world.node.trail.latest(1)[0].act.verb == "show_original"
    assert latest(world)["purpose"] == "identify"
    assert "/desk/original/" not in browser.get("/desk/records/XA-NCB/w-1").text


@pytest.mark.parametrize("language", ["en", "ar"])
def test_w69_what_a_record_links_to_is_drawn_and_stands_beside_it_in_words(world: DeskWorld, language: str) -> None:
    text = officer(world, language=language).get("/desk/records/XB-NCB/f-1").text
    chart = text[text.index("<svg") : text.index("</svg>")]
    assert 'aria-hidden="true"' in chart
    assert "<a" not in chart
    assert "<script" not in chart
    assert "style=" not in chart
    centre, *ends = (int(x) for x in re.findall(r'<rect x="(\d+)"', chart))
    assert len(ends) == 2
    # From right to left where the language is written so.
    assert (centre < min(ends)) is (language == "en")
    words = text[text.index("</svg>") :]
    for to in ("p-1", "o-1"):
        assert f'href="/desk/records/XB-NCB/{to}"' in words
    assert "Мухаммедов Абдулло" in chart
    assert "is-incoming" not in chart
    assert "<svg" not in officer(world, language=language).get("/desk/records/XA-NCB/w-1").text


@pytest.mark.parametrize("language", ["en", "ar"])
def test_w69_what_links_to_a_record_is_drawn_with_its_arrow_the_other_way(world: DeskWorld, language: str) -> None:
    text = officer(world, language=language).get(RECORD).text
    chart = text[text.index("<svg") : text.index("</svg>")]
    (line,) = re.findall(
        r'<line x1="(\d+)" y1="\d+" x2="(\d+)" y2="\d+" marker-end="url\(#goes-to\)" class="is-incoming"', chart
    )
    centre, end = (int(x) for x in re.findall(r'<rect x="(\d+)"', chart))
    # It comes from the side where reading begins, and its arrow is at the record.
    assert (int(line[0]) < int(line[1])) is (language == "en")
    assert (end < centre) is (language == "en")
    words = text[text.index("</svg>") :]
    assert 'href="/desk/records/XB-NCB/f-1"' in words
    # The relation is named by the other one whom it ties, in the box and in words.
    tied = officer(world, language=language).get("/desk/records/XB-NCB/o-1").text
    caption = re.search(r"<h1[^>]*>(?:<[^>]*>)*([^<]+)", tied)
    assert caption is not None
    assert caption[1] in chart
    assert re.search(rf'<a href="/desk/records/XB-NCB/o-1">(?:<[^>]*>)*{re.escape(caption[1])}', words)
    row = next(row for row in world.node.trail.latest(9) if row.act.verb == "show_links")
    assert (row.act.detail["links"], row.act.detail["linked_by"]) == (0, 1)


CORRECT, EXTEND = "/desk/correct/XB-NCB/p-1", "/desk/extend/XB-NCB/p-1"
HIDDEN_FIELD = re.compile(r'name="(version|was\.\d+)" value="([^"]*)"')
FACT_FIELD = re.compile(r'name="(fact\.\d+)" value="([^"]*)"')


def form_of(browser: Browser) -> dict[str, str]:
    """Return what the form of a correction sends when nothing is changed in it."""
    text = browser.get(CORRECT).text
    found = [*HIDDEN_FIELD.findall(text), *FACT_FIELD.findall(text)]
    return {name: unescape(value) for name, value in found}


def key_of(form: Mapping[str, str], value: str) -> str:
    return next(name for name, said in form.items() if name.startswith("fact.") and said == value)


def stands(world: DeskWorld) -> dict[str, list[str]]:
    about: JsonObject = {"purpose": "identify", "crime_area": "fugitives"}
    answer: Any = perform(world.node, "record_show", {"officer": DUTY, "record": "XB-NCB/p-1", **about})
    said: dict[str, list[str]] = {"version": [str(answer["record"]["version"])]}
    for fact in answer["record"]["facts"]:
        said.setdefault(fact["property"], []).append(fact["value"])
    return said


def test_w70_values_are_replaced_taken_away_and_added_in_one_version(world: DeskWorld) -> None:
    browser = officer(world)
    form = form_of(browser)
    name, weight = key_of(form, "Мухаммедов Абдулло"), key_of(form, "82")
    changes = {
        name: "Мухаммадов Абдулло", weight: "", "add_property.1": "alias", "add_value.1": "Salim", "reason": "more_is_known",
        f"assessed.{name.partition('.')[2]}": "yes",
    }  # fmt: skip
    answer = browser.send(CORRECT, CORRECT, {**form, **changes})
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"{VERSIONS}?done=record_corrected"
    assert stands(world) == {
        "version": ["3"], "name": ["Мухаммадов Абдулло"], "birthDate": ["1979-03-14"], "alias": ["Salim"],
    }  # fmt: skip
    rows = [row for row in rows_of(browser.get(VERSIONS).text) if row[-1] in {"added", "changed", "taken away"}]
    assert [row[-1] for row in rows] == ["changed", "added", "taken away"]
    assert "observed" in rows[0][1]
    assert "assessed" in rows[0][2]
    assert "observed" in rows[1][2]
    page = browser.get(RECORD).text
    assert page.count(">assessed</span>") == 1, "the name alone"
    assert ">observed</span>" in page


def test_w70_two_officers_who_edit_one_version_are_told_and_nothing_is_overwritten(world: DeskWorld) -> None:
    first, second = officer(world), officer(world)
    one, other = form_of(first), form_of(second)
    born, alias = key_of(one, "1979-03-14"), key_of(one, "Salim")
    assert first.send(CORRECT, CORRECT, {**one, born: "1979-03-15", "reason": "out_of_date"}).status_code == 303
    version = stands(world)["version"]
    late = second.send(CORRECT, CORRECT, {**other, born: "1980", alias: "Omar", "reason": "out_of_date"})
    assert late.status_code == 409
    assert stands(world)["version"] == version
    # What was entered stands where it still belongs; what it was about and is gone is said beside it.
    assert 'value="Omar"' in late.text
    assert re.search(r"1979-03-14.*→.*1980", late.text, re.DOTALL)
    given = {
        name: unescape(value) for name, value in [*HIDDEN_FIELD.findall(late.text), *FACT_FIELD.findall(late.text)]
    }
    assert given["version"] == version[0]
    assert second.send(CORRECT, CORRECT, {**given, "reason": "out_of_date"}).status_code == 303
    said = stands(world)
    assert (said["birthDate"], said["alias"]) == (["1979-03-15"], ["Omar"])


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"reason": "more_is_known"}, 400),
        ({"reason": "because", "add_property.1": "alias", "add_value.1": "X"}, 400),
        ({"reason": "more_is_known", "add_property.1": "birthDate", "add_value.1": "the spring"}, 400),
        ({"reason": "more_is_known", "add_property.1": "", "add_value.1": "X"}, 400),
        ({"reason": "more_is_known", "version": "x"}, 400),
        ({"reason": "more_is_known", "unheard.1": "X"}, 400),
    ],
)
def test_w70_a_form_that_is_wrong_is_given_back_and_changes_nothing(
    world: DeskWorld, changes: dict[str, str], status: int
) -> None:
    browser = officer(world)
    before = stands(world)
    answer = browser.send(CORRECT, CORRECT, {**form_of(browser), **changes})
    assert answer.status_code == status
    assert 'class="faults"' in answer.text or "unheard" in answer.text
    assert stands(world) == before


def test_w70_what_is_wrong_with_a_value_is_told_where_it_was_entered(world: DeskWorld) -> None:
    browser = officer(world)
    form = {**form_of(browser), "reason": "more_is_known"}
    added = browser.send(CORRECT, CORRECT, {**form, "add_property.1": "alias", "add_value.1": "\u202egnp.exe"})
    assert "U+202E RIGHT-TO-LEFT OVERRIDE" in added.text
    assert (added.status_code, 'href="#correct_record-add_value.1"' in added.text) == (400, True)
    place = key_of(form, next(iter(stands(world)["birthDate"])))
    changed = browser.send(CORRECT, CORRECT, {**form, place: "no day"})
    assert (changed.status_code, f'href="#correct_record-{place}"' in changed.text) == (400, True)
    assert 'value="no day"' in changed.text


@pytest.mark.parametrize("language", ["en", "ar"])
def test_w156_all_values_that_are_wrong_are_told_at_once_each_where_it_was_entered(
    world: DeskWorld, language: str
) -> None:
    browser = officer(world, language=language)
    form, before = {**form_of(browser), "reason": "more_is_known"}, stands(world)
    place = key_of(form, next(iter(before["birthDate"])))
    added = {
        "add_property.1": "nationality", "add_value.1": "QQ", "add_property.2": "deathDate", "add_value.2": "soon",
        "add_property.3": "nationality", "add_value.3": "QR",
    }  # fmt: skip
    answer = browser.send(CORRECT, CORRECT, {**form, place: "no day", **added})
    assert answer.status_code == 400
    fields = re.findall(r'href="#correct_record-([^"]+)"', answer.text)
    assert sorted(fields) == sorted([place, "add_value.1", "add_value.2", "add_value.3"])
    for field in fields:
        assert f'id="correct_record-{field}"' in answer.text
        assert f'aria-describedby="correct_record-{field}-fault"' in answer.text
        told = re.search(rf'id="correct_record-{re.escape(field)}-fault">(.*?)</p>', answer.text)
        assert told is not None
        assert {**form, place: "no day", **added}[field] in told[1]
        assert '<bdi lang="en">' not in told[1]
    assert answer.text.count(" autofocus") == 1
    assert stands(world) == before


def test_w70_sent_twice_it_is_done_once(world: DeskWorld) -> None:
    browser = officer(world)
    form = {**form_of(browser), **browser.frame(CORRECT), "reason": "more_is_known"}
    form |= {"add_property.1": "alias", "add_value.1": "Twice"}
    answers = [browser.post(CORRECT, form) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert stands(world)["alias"].count("Twice") == 1


def test_w70_a_record_is_kept_longer_from_its_page(world: DeskWorld) -> None:
    browser = officer(world)
    fields = {"version": stands(world)["version"][0], "review_on": "2030-06-01", "extension": "still_sought"}
    refused = browser.send(RECORD, EXTEND, {**fields, "erase_on": "2099-01-01"})
    assert refused.status_code == 400
    assert 'value="2099-01-01"' in refused.text
    assert 'id="extend_record-erase_on-fault"' in refused.text
    done = browser.send(RECORD, EXTEND, {**fields, "erase_on": "2031-06-01"})
    assert done.status_code == 303
    assert "1 Jun 2031" in browser.get(RECORD).text


def test_w70_another_bodys_record_is_not_corrected_here(world: DeskWorld) -> None:
    browser = officer(world)
    assert browser.get("/desk/correct/XA-NCB/w-1").status_code == 404
    assert "/desk/correct/" not in browser.get("/desk/records/XA-NCB/w-1").text
    assert "/desk/correct/" in browser.get(RECORD).text
    assert "/desk/correct/" not in officer(world, "analyst").get(RECORD).text


def test_w125_of_a_record_that_was_withdrawn_it_is_said_who_confirmed(world: DeskWorld) -> None:
    browser, holders = officer(world), "/desk/holders/XB-NCB/p-1"
    assert browser.get("/desk/holders/XA-NCB/w-1").status_code == 404, "of another body's record nothing is said"
    done = browser.send(
        RECORD, "/desk/withdraw/XB-NCB/p-1", {"version": stands(world)["version"][0], "reason": "Found."}
    )
    assert done.headers["location"] == f"{holders}?done=record_withdrawn"
    asked = browser.get(done.headers["location"]).text
    assert "0 of 1" in asked
    assert "not confirmed, asked" in asked
    assert "data-every" in asked
    world.bureau.network.deliver()
    away = browser.get(RECORD)
    assert (away.status_code, away.headers["location"]) == (303, holders)
    text = browser.get(holders).text
    assert "1 of 1" in text
    assert "withdrawal confirmed" in text
    assert "data-every" not in text
    assert "Мухаммедов" not in text, "what it said is shown to nobody any more"
    assert browser.get("/desk/records/XA-NCB/w-9").status_code == 404
    assert officer(world, "node_operator").get(holders).status_code == 403
