"""Files that are sent to the desk, and imports made of them (docs/rules/desk.md W55 and W56)."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

from entente.api import job_work
from entente.handling.model import Restriction, RestrictionMode
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import format_time
from entente.kernel.ids import OfficerId
from entente.kernel.jobs import JobState
from entente.verbs import perform
from entente.verbs.references import names_of
from entente.web.desk import multipart
from entente.web.wording import Wording
from tests.support.desk_world import SAME_ORIGIN, Browser, DeskWorld
from tests.support.nodes import DUTY, HEAD

CSV = "Номер,Name,Born\nr-1,Мухаммедов Абдулло,04.05.1979\nr-2,Sorn Mira,31.02.1980\n"
MAPPING = """
entities:
  person:
    schema: Person
    keys: ["Номер"]
    prefix: t-
    properties:
      name: {column: Name}
      birthDate: {column: Born, dates: [DD.MM.YYYY]}
"""
TERMS = {
    "title": "Wanted of the region", "kind": "wanted_person", "purposes": ["arrest", "identify"], "crime_areas": "fugitives",
    "handling": "H2", "confidentiality": "restricted", "source_evaluation": "A", "information_evaluation": "1",
    "status": "wanted", "review_years": "1", "erase_years": "4", "instrument": "", "mapping": MAPPING,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_waits(world: DeskWorld) -> Iterator[None]:
    yield
    world.work()
    for one in world.api.desk_jobs.uploads(DUTY):
        world.api.desk_jobs.drop(DUTY, one.id)


def send(browser: Browser, name: str, data: bytes, to: str = "/desk/imports", **frame: str) -> Any:  # noqa: ANN401 - an answer
    """Send a file as a browser does: its form's fields before it."""
    fields = {**browser.frame("/desk/imports"), **frame}
    files = {"file": (name, data, "text/html")}
    return browser.http.post(to, data=fields, files=files, headers=dict(SAME_ORIGIN))


def sent(browser: Browser, name: str, data: bytes) -> str:
    answer = send(browser, name, data)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def begin(browser: Browser, page: str, step: str, **more: Any) -> Any:  # noqa: ANN401 - fields, an answer
    fields = {**browser.frame(page), **TERMS, "step": step, **more}
    return browser.http.post(page, data=fields, headers=dict(SAME_ORIGIN))


def folder(world: DeskWorld, name: str) -> list[Path]:
    place = world.node.settings.folder / name
    return sorted(place.iterdir()) if place.is_dir() else []


def test_w91_a_file_waits_under_its_own_name_with_its_digest(world: DeskWorld) -> None:
    browser = world.browser()
    page = browser.get(sent(browser, "Список 2031.csv", CSV.encode()))
    assert page.status_code == 200
    assert re.search(r"[0-9a-f]{64}", page.text)
    (waits,) = world.api.desk_jobs.uploads(DUTY)
    assert (waits.name, waits.size) == ("Список 2031.csv", len(CSV.encode()))
    # Nobody else's desk has it.
    assert world.browser("head_of_body").get(f"/desk/imports/{waits.id}").status_code == 403
    perform(world.node, "officer_add", {"officer": HEAD, "id": "o-second", "roles": ["duty_officer"]})
    world.officers["second"] = OfficerId("o-second")
    assert world.browser("second").get(f"/desk/imports/{waits.id}").status_code == 404


def test_w55_a_path_in_a_name_writes_nowhere_else(world: DeskWorld) -> None:
    before = sorted(path.name for path in world.node.settings.folder.iterdir())
    browser = world.browser()
    sent(browser, "../../../owned.csv", CSV.encode())
    (place,) = folder(world, "uploads")
    assert [path.name for path in (place / "file").iterdir()] == ["owned.csv"]
    assert sorted(path.name for path in world.node.settings.folder.iterdir()) == sorted({*before, "uploads"})


def test_w55_a_file_without_the_token_of_the_session_is_not_written(world: DeskWorld) -> None:
    before = folder(world, "uploads")
    answer = send(world.browser(), "list.csv", CSV.encode(), csrf="of another")
    assert answer.status_code == 400
    assert folder(world, "uploads") == before
    elsewhere = world.browser().http.post(
        "/desk/imports", files={"file": ("a.csv", b"x")}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert elsewhere.status_code == 403


def test_w55_a_file_of_somebody_whose_role_sends_none_is_not_written(world: DeskWorld) -> None:
    before, browser = folder(world, "uploads"), world.browser("border_officer")
    frame = browser.frame("/desk/search")
    answer = browser.http.post("/desk/imports", data=frame, files={"file": ("a.csv", b"x")}, headers=dict(SAME_ORIGIN))
    assert (answer.status_code, "B9.2" in answer.text) == (403, True)
    assert folder(world, "uploads") == before


def raw(browser: Browser, body: bytes, kind: str = "multipart/form-data; boundary=b") -> Any:  # noqa: ANN401 - an answer
    return browser.http.post("/desk/imports", content=body, headers={**SAME_ORIGIN, "Content-Type": kind})


NOT_CHOSEN = '" "'
"""As the name of a file: a field of a file that nobody chose."""


def part(name: str, text: bytes, called: str = "") -> bytes:
    more = f'; filename="{called}"'.replace(NOT_CHOSEN, "") if called else ""
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + text + b"\r\n"


def test_w55_bodies_that_no_browser_writes_are_refused_and_leave_nothing(world: DeskWorld) -> None:
    browser = world.browser()
    frame = browser.frame("/desk/imports")
    good = part("csrf", frame["csrf"].encode()) + part("once", b"form-1")
    file = part("file", CSV.encode(), "a.csv")
    for body in (
        b"",
        b"--b",
        b"preamble\r\n" + good + file + b"--b--\r\n",
        good + part("file", CSV.encode(), "a.csv")[:-2],
        good + file,
        good + file + part("late", b"x") + b"--b--\r\n",
        good + file + file + b"--b--\r\n",
        good + good + file + b"--b--\r\n",
        good + part("other", b"x", "a.csv") + b"--b--\r\n",
        good + part("nobody", b"x") + file + b"--b--\r\n",
        good + b"--b\r\nX: " + b"y" * 10_000 + b"\r\n\r\nx\r\n--b--\r\n",
        good + b"--b\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n",
        good + part("file", b"x", "a\"; filename*=\"UTF-8''b") + b"--b--\r\n",
        b"".join(part(f"f{number}", b"x") for number in range(500)) + b"--b--\r\n",
        b"".join(part("file", b"", NOT_CHOSEN) for _ in range(500)) + good + file + b"--b--\r\n",
        good + part("title", b"x" * (600 * 1024)) + file + b"--b--\r\n",
        good + part("title", b"\xff\xfe") + file + b"--b--\r\n",
    ):
        assert raw(browser, body).status_code == 400, body[:300]
    for kind in ("multipart/form-data", "multipart/mixed; boundary=b", "multipart/form-data; boundary=" + "b" * 80):
        assert raw(browser, good + file + b"--b--\r\n", kind).status_code == 400
    assert folder(world, "uploads") == []
    assert raw(browser, good + file + b"--b--\r\n").status_code == 303


def test_without_a_session_nothing_of_a_form_is_read(world: DeskWorld) -> None:
    nobody = world.browser(None)
    answer = raw(nobody, b"no form at all")
    assert answer.status_code == 401
    assert nobody.post("/desk/cases", {"x": "y" * 10_000_000}).status_code == 401


@pytest.mark.parametrize("cut", range(1, 90, 7))
def test_w55_a_file_is_the_same_however_its_bytes_are_cut(world: DeskWorld, cut: int) -> None:
    browser = world.browser()
    data = b"\r\n--\r\n--b\r\n-" + b"\r\n--bound" * 3 + b"\r"
    frame = browser.frame("/desk/imports")
    body = (part("csrf", frame["csrf"].encode()) + part("once", b"form-1") + part("file", data, "a.csv")).replace(
        b"--b\r\nContent", b"--boundary\r\nContent"
    ) + b"--boundary--\r\n"
    pieces = (body[at : at + cut] for at in range(0, len(body), cut))
    answer = browser.http.post(
        "/desk/imports",
        content=pieces,
        headers={**SAME_ORIGIN, "Content-Type": "multipart/form-data; boundary=boundary"},
    )
    assert answer.status_code == 303, answer.text
    (waits,) = world.api.desk_jobs.uploads(DUTY)
    _, path = world.api.desk_jobs.upload(DUTY, waits.id)
    assert path.read_bytes() == data


def test_w55_no_file_chosen_gives_the_form_back(world: DeskWorld) -> None:
    browser = world.browser()
    answer = send(browser, "", b"")
    assert answer.status_code == 400
    assert "No file was chosen" in answer.text


def test_w55_a_declared_size_beyond_the_bound_is_refused_before_it_is_read(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entente.api.uploading.UPLOAD_BYTES_MAX", 1_000)
    monkeypatch.setattr(multipart, "PASSED_OVER_BYTES_MAX", 1)
    answer = send(world.browser(), "a.csv", b"x" * 5_000)
    assert answer.status_code == 400
    assert "too large" in answer.text
    assert folder(world, "uploads") == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("page.html", b"<html><script>alert(1)</script></html>"),
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("entities.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><CONSOLIDATED_LIST>&a;</CONSOLIDATED_LIST>'),
        ("paper.pdf", b"%PDF-1.7 ..."),
        ("program", b"\x7fELF\x00\x00\x00"),
        ("empty.csv", b""),
    ],
)
def test_w55_what_is_no_list_is_refused_clearly_and_never_served_back(world: DeskWorld, name: str, data: bytes) -> None:
    browser = world.browser()
    to = sent(browser, name, data)
    page = browser.get(to)
    assert page.status_code == 200
    assert "cannot be imported" in page.text
    assert "alert(1)" not in page.text
    upload = to.rpartition("/")[2]
    for path in (f"/desk/uploads/{upload}", f"{to}/{name}", f"{to}/file", f"/desk/jobs/{upload}/files/{name}"):
        assert browser.get(path).status_code == 404


def test_w55_a_bomb_is_refused_when_it_is_read_and_not_unpacked_to_the_disk(world: DeskWorld) -> None:
    browser = world.browser()
    bomb = gzip.compress(
        b'{"id": "x", "schema": "Person", "properties": {"name": ["' + b"a" * (64 * 1024**2) + b'"]}}\n'
    )
    page = sent(browser, "list.jsonl.gz", bomb)
    answer = begin(browser, page, "begin", mapping="")
    assert answer.status_code == 400
    assert "unfolds" in answer.text or "more than" in answer.text
    assert sum(path.stat().st_size for path in world.node.settings.folder.rglob("uploads/**/*")) < 1024**2


def test_w56_a_table_is_looked_at_imported_and_its_rejects_are_downloaded(world: DeskWorld) -> None:
    browser = world.browser()
    to = sent(browser, "register.csv", CSV.encode())
    page = browser.get(to)
    assert "Table (CSV)" in page.text
    # A mapping is proposed.
    assert "properties" in page.text
    looked = begin(browser, to, "preview")
    assert looked.status_code == 303
    shown = browser.get(looked.headers["location"].partition("#")[0]).text
    assert "Мухаммедов Абдулло" in shown
    assert "1979-05-04" in shown
    assert "31.02.1980" in shown
    # What was entered stands in the form again, several codes too.
    assert re.search(r'value="identify" checked', shown)
    assert not folder(world, "jobs") or all(job.has_ended for job in world.api.desk_jobs.of(DUTY))
    begun = begin(browser, to, "begin")
    assert begun.status_code == 303, begun.text
    job = begun.headers["location"].partition("?")[0]
    waits = browser.get(job).text
    assert "Look again" in waits
    assert 'data-every="2"' in waits
    world.work()
    ended = browser.get(job).text
    assert "Look again" not in ended
    assert "row 2" in ended
    file = browser.get(f"{job}/files/rejects.jsonl")
    assert file.headers["content-disposition"] == 'attachment; filename="rejects.jsonl"'
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["cache-control"] == "no-store"
    assert json.loads(file.text)["field"] == "Born"
    about: Mapping[str, Any] = {"officer": DUTY, "purpose": "arrest", "crime_area": "fugitives"}
    record: Any = perform(world.node, "record_show", {"record": "XB-NCB/t-r-1", **about})
    assert record["record"]["schema"] == "Person"
    # The file is gone with its job, and the import is among those of the day.
    assert browser.get(to).status_code == 404
    assert job in browser.get("/desk/imports").text


def test_w56_terms_say_kinds_of_single_objects_and_who_alone_may_know_and_the_preview_shows_it(
    world: DeskWorld,
) -> None:
    browser = world.browser()
    rows: list[JsonObject] = [
        {"id": "k-1", "schema": "Person", "properties": {"name": ["Sorn Mira"]}},
        {"id": "k-2", "schema": "Vehicle", "properties": {"registrationNumber": ["XB 123"]}},
    ]
    to = sent(browser, "mixed.jsonl", "".join(json.dumps(row) + "\n" for row in rows).encode())
    assert "As the rest" in browser.get(to).text
    terms = {"mapping": "", "kind_of.Vehicle": "vehicle", "kind_of.Person": "", "only": "XA-NCB"}
    looked = begin(browser, to, "preview", **terms)
    shown = browser.get(looked.headers["location"].partition("#")[0]).text
    rows_shown = re.sub(r"<[^>]+>|\s+", " ", shown[shown.index('id="rows"') : shown.index('<form class="card"')])
    assert re.search(r"Person +Wanted person", rows_shown), rows_shown
    assert re.search(r"Vehicle +Vehicle", rows_shown), rows_shown
    assert re.search(r"For these bodies alone: +XA-NCB", rows_shown), rows_shown
    # What was chosen stands in the form again.
    assert re.search(r'name="kind_of.Vehicle">.*?value="vehicle" selected', shown, re.DOTALL)
    assert re.search(r'name="only" value="XA-NCB" checked', shown)
    assert begin(browser, to, "begin", **terms).status_code == 303
    world.work()
    about: Mapping[str, Any] = {"officer": DUTY, "purpose": "arrest", "crime_area": "fugitives"}
    kinds = {}
    for one in ("k-1", "k-2"):
        record: Any = perform(world.node, "record_show", {"record": f"XB-NCB/{one}", **about})
        kinds[one] = record["record"]["kind"]
    assert kinds == {"k-1": "wanted_person", "k-2": "vehicle"}
    names = names_of(world.node)
    with world.node.records.open_unit() as unit:
        stored = unit.records.get(names.record("XB-NCB/k-1"))
        assert stored is not None
        (restriction,) = stored.record.terms[0].restrictions
    assert restriction == Restriction(RestrictionMode.ONLY, bodies=names.body_ids(["XA-NCB"], "only"))


def test_w56_the_same_form_sent_twice_is_one_job(world: DeskWorld) -> None:
    browser = world.browser()
    to = sent(browser, "register.csv", CSV.encode())
    fields = {**browser.frame(to), **TERMS, "step": "begin"}
    first = browser.http.post(to, data=fields, headers=dict(SAME_ORIGIN))
    again = browser.http.post(to, data=fields, headers=dict(SAME_ORIGIN))
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["location"] == again.headers["location"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": ""}, "This is needed"),
        ({"purposes": []}, "This is needed"),
        ({"review_years": "9", "erase_years": "1"}, "review would come after the erasure"),
        ({"review_years": "no"}, "whole number"),
        ({"withdraw_gone": "yes"}, "named list"),
        ({"mapping": "entities: {}"}, "mapping"),
        ({"instrument": "no-such"}, "no-such"),
    ],
)
def test_w56_terms_that_cannot_be_are_given_back_with_all_that_was_entered(
    world: DeskWorld, changed: dict[str, Any], said: str
) -> None:
    browser = world.browser()
    to = sent(browser, "register.csv", CSV.encode())
    answer = begin(browser, to, "begin", **changed)
    assert answer.status_code == 400, answer.text
    assert said in answer.text
    assert "Wanted of the region" in answer.text
    assert browser.get(to).status_code == 200, "the file still waits"


@pytest.mark.parametrize("language", ["fr", "es", "ar", "ru", "zh"])
def test_w75_what_is_wrong_with_a_row_a_mapping_or_a_file_is_told_in_the_language_of_the_page(
    world: DeskWorld, language: str
) -> None:
    browser, say = world.browser(language=language), Wording(language)
    to = sent(browser, "register.csv", CSV.encode())
    wrong = begin(browser, to, "begin", mapping="entities: {}")
    begin(browser, to, "preview")
    looked = browser.get(to).text
    begun = begin(browser, to, "begin")
    world.work()
    ended = browser.get(begun.headers["location"].partition("?")[0]).text
    refused = browser.get(sent(browser, "empty.csv", b"")).text
    row = say.text(
        "clause.value_no_date", text=Markup("<bdi>31.02.1980</bdi>"), text_form=Markup("<bdi>DD.MM.YYYY</bdi>")
    )
    assert row in looked
    assert row in ended
    for page in (wrong.text, looked, ended, refused):
        # The list of languages alone has a word that stays English.
        assert page.count('lang="en"') == 1


def test_w56_a_job_is_ended_and_one_of_somebody_who_left_ends_by_itself(world: DeskWorld) -> None:
    browser = world.browser()
    job = begin(browser, sent(browser, "r.csv", CSV.encode()), "begin").headers["location"].partition("?")[0]
    assert browser.send(job, f"{job}/cancel", {}).status_code == 303
    assert "Cancelled" in browser.get(job).text
    perform(world.node, "officer_add", {"officer": HEAD, "id": "o-leaves", "roles": ["duty_officer"]})
    world.officers["leaves"] = leaves = OfficerId("o-leaves")
    other = world.browser("leaves")
    begin(other, sent(other, "r.csv", CSV.encode()), "begin")
    until = format_time(world.node.clock.now())
    perform(world.node, "officer_add", {"officer": HEAD, "id": "o-leaves", "roles": ["duty_officer"], "until": until})
    world.work()
    (left,) = world.api.desk_jobs.of(leaves)
    assert left.state is JobState.FAILED
    assert "does not act for the body" in str(left.error)


@pytest.mark.parametrize(("language", "words"), [("en", "of the file was read"), ("ru", "прочитано"), ("ar", "قُرئ")])
def test_w149_how_much_of_the_file_was_read_stands_on_the_page_of_an_import_that_goes_on(
    world: DeskWorld, language: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = world.browser(language=language)
    rows = "".join(f"r-{language}-{place},Velk {place},04.05.1979\n" for place in range(1_500))
    data = (CSV.splitlines()[0] + "\n" + rows).encode()
    job = begin(browser, sent(browser, f"{language}.csv", data), "begin").headers["location"].partition("?")[0]
    assert "<progress" not in browser.get(job).text, "nothing was read yet"
    seen: list[str] = []
    step = job_work.Working.step

    def looked(working: job_work.Working, done: int) -> None:
        step(working, done)
        if not seen:
            seen.append(browser.get(job).text)
            seen.append(browser.get("/desk/imports").text)

    monkeypatch.setattr(job_work.Working, "step", looked)
    world.work()
    page, listed = seen
    found = re.search(r'<progress max="1000" value="([0-9]+)"', page)
    assert found is not None
    assert 0 < int(found[1]) <= 1_000
    assert words in page
    assert words in listed
    ended = browser.get(job).text
    assert words not in ended
    assert "<progress" not in ended
