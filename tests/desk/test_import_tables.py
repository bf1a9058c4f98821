"""Tables that are imported at the desk: what their columns mean is chosen, rejected rows are mended (desk.md W56 and W119)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

import pytest

from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from tests.desk.test_imports import CSV, MAPPING, begin, sent
from tests.support.desk_world import SAME_ORIGIN, Browser, DeskWorld
from tests.support.nodes import DUTY


@pytest.fixture(autouse=True)
def _nothing_waits(world: DeskWorld) -> Iterator[None]:
    yield
    world.work()
    for one in world.api.desk_jobs.uploads(DUTY):
        world.api.desk_jobs.drop(DUTY, one.id)


def mended(browser: Browser, job: str, **cells: str) -> Any:  # noqa: ANN401 - an answer
    """Send the form of the rejected rows, its cells by their places."""
    return browser.send(job, f"{job}/mend", {f"cell.1.{place[1:]}": text for place, text in cells.items()})


def test_w56_a_rejected_row_is_mended_on_the_page_and_imported_again(world: DeskWorld) -> None:
    browser = world.browser()
    table = "Номер;Name;Born\nm-1;Sorn; Mira\nm-2;Щербаков Юрий;31.02.1980\n".replace("Sorn; Mira", "Sorn;01.02.1980")
    mapping = MAPPING + "table: {encoding: windows-1251, delimiter: semicolon, lines_before: 1, ignore: [Photo]}\n"
    table = "A list\n" + table.replace("Born\n", "Born;Photo\n").replace("1980\n", "1980;x\n")
    begun = begin(browser, sent(browser, "m.csv", table.encode("windows-1251")), "begin", mapping=mapping)
    assert begun.status_code == 303, begun.text
    world.work()
    job = begun.headers["location"].partition("?")[0]
    text = browser.get(job).text
    assert "Below the list they are mended here and imported again" in text
    assert "Mend them in your own file" not in text
    assert 'name="cell.1.2" type="text" value="Щербаков Юрий"' in text
    assert 'value="31.02.1980" dir="auto" autocomplete="off" spellcheck="false" aria-invalid="true"' in text
    no_table = mended(browser, job, c3="漢 1980")
    assert no_table.status_code == 400
    assert 'value="漢 1980"' in no_table.text, "it is given back with what was entered"
    long = mended(browser, job, c2="x" * 1_001)
    assert long.status_code == 400
    wrong = mended(browser, job, c3="30.02.1980")
    assert wrong.status_code == 400
    assert "30.02.1980» is no possible date" in wrong.text
    frame = browser.frame(job)
    once = [browser.post(f"{job}/mend", {**frame, "cell.1.3": "29.02.1980"}).headers["location"] for _ in range(2)]
    assert once[0] == once[1]
    world.work()
    assert "Rejected" in (done := browser.get(once[0]).text)
    assert f"{once[0].partition('?')[0]}/mend" not in done
    about: JsonObject = {"officer": DUTY, "purpose": "arrest", "crime_area": "fugitives", "record": "XB-NCB/t-m-2"}
    record: Any = perform(world.node, "record_show", about)
    assert {"1980-02-29", "Щербаков Юрий"} <= {fact["value"] for fact in record["record"]["facts"]}
    assert world.api.desk_jobs.uploads(DUTY) == ()
    nothing_left = {**browser.frame("/desk/imports"), "cell.1.3": "1"}
    assert browser.post(f"{once[0].partition('?')[0]}/mend", nothing_left).status_code == 404


def test_w56_rows_of_a_named_list_are_mended_in_their_file(world: DeskWorld) -> None:
    browser = world.browser()
    begun = begin(browser, sent(browser, "l.csv", CSV.encode()), "begin", list="sought")
    world.work()
    job = begun.headers["location"].partition("?")[0]
    text = browser.get(job).text
    assert "Rows to mend" in text
    assert "Mend them in your own file" in text
    assert f'{job}/mend"' not in text
    assert browser.post(f"{job}/mend", {**browser.frame("/desk/imports"), "cell.1.3": "1980"}).status_code == 404


NO_KEY = "Book,Page,Surname,Born,Remark\nA,1,Velk,1979,tall\nA,2,Sorn,1980,\nB,1,Tal,1981,\nB,1,Una,1981,\n"
HIDDEN = re.compile(r'name="chosen_from" value="([0-9a-f]{32})"')


def mapping_in(page: str) -> str:
    found = re.search(r'<textarea id="begin_import-mapping".*?>(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return unescape(found[1])


def chosen(page: str) -> dict[str, str]:
    """Return what stands in the selects of a table's columns, and what tells whether something else is chosen."""
    found = re.findall(r'<select[^>]*name="(meant\.[^"]*|row_schema)".*?value="(\w+)" selected', page, re.DOTALL)
    (names,) = re.findall(r'<textarea name="table_columns" hidden>(.*?)</textarea>', page, re.DOTALL)
    return {**dict(found), "table_columns": unescape(names), "chosen_from": HIDDEN.findall(page)[0]}


def test_w119_columns_make_the_key_without_a_line_of_yaml(world: DeskWorld) -> None:
    browser = world.browser()
    to = sent(browser, "register.csv", NO_KEY.encode())
    page = browser.get(to).text
    assert "No column tells these rows apart by itself" in page
    assert 'keys: ["?"]' in mapping_in(page)
    # Nothing else has to be entered by then, and what is entered stays.
    choice = {
        **chosen(page),
        "key_columns": ["Book", "Page"],
        "meant.5": "notes",
        "title": "A title",
        "mapping": mapping_in(page),
    }
    answer = browser.http.post(f"{to}/columns", data={**browser.frame(to), **choice}, headers=dict(SAME_ORIGIN))
    assert answer.headers["location"] == f"{to}#columns"
    page = browser.get(to).text
    assert "3 different keys among 4 rows." in page
    assert re.search(r"1 row has the key of a row before it, and would be rejected: <bdi[^>]*>B, 1</bdi>", page)
    assert 'value="A title"' in page
    assert 'value="Book" checked' in page
    assert 'id="summary"' not in page
    mapping = mapping_in(page)
    assert 'keys: ["Book", "Page"]' in mapping
    assert 'notes: {column: "Remark"}' in mapping
    # Another choice at the moment of the import is looked at first; the same one is imported.
    other = {**chosen(page), "key_columns": ["Book", "Page", "Surname"], "mapping": mapping}
    assert begin(browser, to, "begin", **other).headers["location"] == to
    page = browser.get(to).text
    assert "Every row has a key of its own." in page
    assert "The first rows as they would be read" in page
    same = {**chosen(page), "key_columns": ["Book", "Page", "Surname"], "mapping": mapping_in(page)}
    job = begin(browser, to, "begin", **same).headers["location"].partition("?")[0]
    world.work()
    ended = re.sub(r"<[^>]*>|\s+", " ", browser.get(job).text)
    assert re.search(r"New +4 ", ended)
    about: Mapping[str, Any] = {"officer": DUTY, "purpose": "arrest", "crime_area": "fugitives"}
    record: Any = perform(world.node, "record_show", {"record": "XB-NCB/row-B:1:Una", **about})
    assert record["record"]["schema"] == "Person"


def test_w119_what_is_written_in_the_mapping_stays_while_nothing_else_is_chosen(world: DeskWorld) -> None:
    browser = world.browser()
    to = sent(browser, "register.csv", CSV.encode())
    page = browser.get(to).text
    # The first column is proposed, since every row has another value there.
    same = {**chosen(page), "key_columns": ["Номер"]}
    begin(browser, to, "preview", **same)
    page = browser.get(to).text
    assert mapping_in(page).strip() == MAPPING.strip()
    # Of another schema, what its records cannot have is proposed anew.
    other = {**same, "row_schema": "Vehicle", "meant.2": "name"}
    assert begin(browser, to, "preview", **other).status_code == 303
    assert "schema: Vehicle" in mapping_in(browser.get(to).text)


def test_w119_a_column_that_is_not_there_gives_the_form_back(world: DeskWorld) -> None:
    browser = world.browser(language="ar")
    to = sent(browser, "register.csv", NO_KEY.encode())
    choice = {**chosen(browser.get(to).text), "key_columns": ["<b>"]}
    answer = browser.http.post(f"{to}/columns", data={**browser.frame(to), **choice}, headers=dict(SAME_ORIGIN))
    assert answer.status_code == 400
    assert 'href="#choose_columns-key_columns"' in answer.text
    assert re.search(r'<fieldset class="ticks has-fault" id="choose_columns-key_columns"', answer.text)
    assert "<b>" not in answer.text
    assert 'lang="en"' not in re.sub(r"<button[^>]*>English</button>", "", answer.text)


LOST = """
table: {ignore: [Surname]}
entities:
  passport: {schema: Passport, keys: [No], properties: {number: {column: No}, birthDate: {column: Born}}}
"""


@pytest.mark.parametrize("language", ["en", "ar"])
def test_w119_whose_a_lost_document_is_is_told_before_the_import(world: DeskWorld, language: str) -> None:
    browser = world.browser(language=language)
    to = sent(browser, "lost.csv", b"No,Surname,Born\nXA1,Velk,1979\n")
    lost = {"kind": "travel_document", "status": ""}
    begin(browser, to, "preview", mapping=LOST, **lost)
    page = browser.get(to).text
    assert "«birthDate»" in re.sub(r"<[^>]*>", "", page)
    assert "(R66)" in page
    assert "«ignore»" in page
    # So is whoever imports without looking, and the form comes back.
    refused = begin(browser, to, "begin", mapping=LOST, **lost)
    assert (refused.status_code, "(R66)" in refused.text) == (400, True)
    mended = LOST.replace("[Surname]", "[Surname, Born]").replace(", birthDate: {column: Born}", "")
    begin(browser, to, "preview", mapping=mended, **lost)
    page = browser.get(to).text
    assert "(R66)" not in page
    assert "XA1" in page
    assert "Velk" not in page
