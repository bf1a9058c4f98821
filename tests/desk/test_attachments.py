"""Files of messages and records at the desk: sent with a message, fetched, downloaded, attached and taken off (W73)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from entente.kernel.canonical import JsonObject
from entente.kernel.errors import NotFound
from entente.kernel.ids import OfficerId
from entente.kernel.jobs import JobKind
from entente.verbs import perform
from entente.web.desk.headers import NOTHING
from tests.support.api_world import KEPT, TERMS
from tests.support.desk_pages import with_query
from tests.support.desk_world import JPEG, SAME_ORIGIN, Browser, DeskWorld
from tests.support.nodes import DUTY, HEAD

WRITE, SEND, ADD = "/desk/messages/new", "/desk/messages", "/desk/messages/new/files"
LETTER = {
    "to": "XA-NCB", "instrument": "charter", "subject": "Gate 4", "text": "Seen at gate 4.", "urgency": "normal", "case": "",
    "your_reference": "", "answers": "",
}  # fmt: skip
PDF = b"%PDF-1.7\n" + bytes(500)
NAMED = re.compile(r'name="attached" value="([^"]*)"')


@pytest.fixture(autouse=True)
def _nothing_waits(world: DeskWorld) -> Iterator[None]:
    yield
    world.work()
    for one in world.api.desk_jobs.uploads(DUTY):
        world.api.desk_jobs.drop(DUTY, one.id)
    world.desk.drafts.forget(DUTY)


def post(
    browser: Browser,
    address: str,
    name: str = "",
    data: bytes = JPEG,
    page: str = WRITE,
    /,
    **fields: Any,  # noqa: ANN401 - a form's fields
) -> Any:  # noqa: ANN401 - an answer
    """Send a form as a browser does, with a file behind its fields where one is named."""
    given = {**browser.frame(page), **fields}
    files = {"file": (name, data, "text/html")} if name else None
    if files is None:
        return browser.http.post(address, data=given, headers=dict(SAME_ORIGIN))
    return browser.http.post(address, data=given, files=files, headers=dict(SAME_ORIGIN))


def waiting(world: DeskWorld) -> list[str]:
    return [one.id for one in world.api.desk_jobs.uploads(DUTY)]


def last_sent(world: DeskWorld) -> Any:  # noqa: ANN401 - a verb's JSON
    answer: Any = perform(world.node, "message_list", {"limit": 1})
    return perform(world.node, "message_open", {"officer": DUTY, "id": answer["messages"][0]["id"]})["message"]


def at_xa(world: DeskWorld, message: str, name: str, out: Path) -> bytes:
    """Take a file out at the other body, which fetches it."""
    world.bureau.network.deliver()
    given: JsonObject = {"officer": DUTY, "id": message, "file": name, "out": str(out)}
    perform(world.bureau.network["XA-NCB"], "message_attachment", given)
    return out.read_bytes()


def test_w73_file_goes_with_a_message_and_is_what_the_other_body_takes_out(world: DeskWorld, tmp_path: Path) -> None:
    answer = post(world.browser(), SEND, "gate.jpg", **LETTER)
    assert answer.status_code == 303, answer.text
    sent = last_sent(world)
    assert [one["name"] for one in sent["attachments"]] == ["gate.jpg"]
    assert waiting(world) == [], "the message has it"
    assert at_xa(world, sent["id"], "gate.jpg", tmp_path / "out.jpg") == JPEG


def test_w73_files_are_added_one_after_the_other_and_one_that_is_unticked_stays_behind(world: DeskWorld) -> None:
    browser = world.browser()
    for name, data in (("gate.jpg", JPEG), ("note.pdf", PDF), ("pier.jpg", JPEG)):
        added = post(browser, ADD, name, data, **{**LETTER, "text": ""}, attached=waiting(world))
        assert (added.status_code, added.headers["location"].partition("?")[0]) == (303, WRITE)
        # The page has what was written and the files, whatever the browser has forgotten.
        text = browser.get(added.headers["location"]).text
        assert 'value="Gate 4"' in text
        assert name in text
    named = NAMED.findall(text)
    assert len(named) == 3
    assert last_sent(world)["subject"] != "Nothing is sent by adding"
    names = {one.id: one.name for one in world.api.desk_jobs.uploads(DUTY)}
    ticked = [one for one in named if names[one] != "note.pdf"]
    assert post(browser, SEND, **LETTER, attached=ticked).status_code == 303
    assert sorted(one["name"] for one in last_sent(world)["attachments"]) == ["gate.jpg", "pier.jpg"]


def test_w73_several_files_of_one_form_are_each_taken_by_itself(world: DeskWorld) -> None:
    browser = world.browser()
    files = [("file", (name, JPEG, "image/jpeg")) for name in ("gate.jpg", "pier.jpg", "gate.jpg")]
    answer = browser.http.post(SEND, data={**browser.frame(WRITE), **LETTER}, files=files, headers=dict(SAME_ORIGIN))
    assert answer.status_code == 303, answer.text
    assert sorted(one["name"] for one in last_sent(world)["attachments"]) == ["gate-2.jpg", "gate.jpg", "pier.jpg"]
    before = last_sent(world)["id"]
    many = [("file", (f"{place}.jpg", JPEG, "image/jpeg")) for place in range(9)]
    refused = browser.http.post(SEND, data={**browser.frame(WRITE), **LETTER}, files=many, headers=dict(SAME_ORIGIN))
    assert refused.status_code == 400
    assert len(NAMED.findall(refused.text)) == len(waiting(world)) == 8, "the ninth found no room"
    assert last_sent(world)["id"] == before
    other = [files[0], ("other", ("x.jpg", JPEG, "image/jpeg"))]
    assert browser.http.post(
        SEND, data={**browser.frame(WRITE), **LETTER}, files=other, headers=dict(SAME_ORIGIN)
    ).status_code in {400, 503}
    assert last_sent(world)["id"] == before


def test_w73_form_in_error_keeps_the_file_and_sends_it_once_it_is_mended(world: DeskWorld) -> None:
    browser = world.browser()
    answer = post(browser, SEND, "gate.jpg", **{**LETTER, "text": ""})
    assert answer.status_code == 400
    assert 'value="Gate 4"' in answer.text
    (kept,) = NAMED.findall(answer.text)
    assert waiting(world) == [kept]
    assert post(browser, SEND, **LETTER, attached=[kept]).status_code == 303
    assert [one["name"] for one in last_sent(world)["attachments"]] == ["gate.jpg"]


def test_w73_refused_message_gives_the_form_back_with_its_file(world: DeskWorld) -> None:
    answer = post(world.browser(), SEND, "gate.jpg", **{**LETTER, "to": "RC", "instrument": "police-data-agreement"})
    assert answer.status_code == 403
    assert "M2.3" in answer.text
    assert NAMED.findall(answer.text) == waiting(world)
    assert len(waiting(world)) == 1


def test_w73_double_click_sends_one_message_and_another_file_is_another_message(world: DeskWorld) -> None:
    browser = world.browser()
    frame = browser.frame(WRITE)

    def click(data: bytes) -> str:
        files = {"file": ("gate.jpg", data, "image/jpeg")}
        answer = browser.http.post(SEND, data={**frame, **LETTER}, files=files, headers=dict(SAME_ORIGIN))
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    assert click(JPEG) == click(JPEG)
    assert waiting(world) == [], "the second one is nobody's"
    assert click(JPEG + b"x") != click(JPEG)


HOSTILE = {
    "a page": ("gate.html", b"<script>alert(1)</script>"),
    "a drawing": ("gate.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "a page called a picture": ("gate.jpg", b"<html><script>alert(1)</script>"),
    "a program": ("gate.exe", b"MZ\x90\x00"),
    "an archive": ("gate.zip", b"PK\x03\x04"),
    "nothing": ("gate.jpg", b""),
    "no ending": ("gate", JPEG),
}


@pytest.mark.parametrize("to", [SEND, ADD])
@pytest.mark.parametrize("what", HOSTILE)
def test_w73_hostile_upload_is_refused_where_it_was_chosen_and_nothing_is_lost(
    world: DeskWorld, what: str, to: str
) -> None:
    before = last_sent(world)["id"]
    answer = post(world.browser(), to, HOSTILE[what][0], HOSTILE[what][1], **LETTER)
    assert answer.status_code == 400
    assert 'id="send_message-file-fault"' in answer.text or 'id="attach_to_message-file-fault"' in answer.text
    assert "Seen at gate 4." in answer.text
    assert last_sent(world)["id"] == before


def test_w91_file_keeps_its_name_in_any_script_without_its_path_and_two_of_one_name_are_told_apart(
    world: DeskWorld, tmp_path: Path
) -> None:
    browser = world.browser()
    for name in ("../../../отчёт.jpg", "صورة البوابة.jpg", "..\\..\\四号口岸.jpg", "отчёт.jpg"):
        assert post(browser, ADD, name, **LETTER, attached=waiting(world)).status_code == 303
    page = browser.get("/desk/messages/new").text
    assert post(browser, SEND, **LETTER, attached=waiting(world)).status_code == 303
    sent = last_sent(world)
    names = ["отчёт.jpg", "صورة البوابة.jpg", "四号口岸.jpg", "отчёт-2.jpg"]
    assert {one["name"] for one in sent["attachments"]} == {*names}
    assert all(f"<bdi>{name}</bdi>" in page for name in names[:3])
    assert at_xa(world, sent["id"], names[1], tmp_path / "out.jpg") == JPEG


def test_w73_file_of_somebody_else_or_one_that_waits_no_more_is_not_sent(world: DeskWorld) -> None:
    perform(world.node, "officer_add", {"officer": HEAD, "id": "o-other", "roles": ["duty_officer"]})
    files = world.api.jobs.files
    with files.new_upload() as arriving:
        arriving.write(JPEG)
        world.api.jobs.add_upload(other := arriving.keep(OfficerId("o-other"), "theirs.jpg", world.node.clock.now()))
    before = last_sent(world)["id"]
    for one in (other.id, f"upload-{'0' * 32}", "../../etc/passwd"):
        answer = post(world.browser(), SEND, **LETTER, attached=[one])
        assert answer.status_code == 400
        assert "not here any more" in answer.text
        assert "theirs.jpg" not in answer.text
    assert last_sent(world)["id"] == before
    world.api.desk_jobs.drop(OfficerId("o-other"), other.id)


def test_w73_several_bodies_get_the_file_that_was_added_while_looking(world: DeskWorld, tmp_path: Path) -> None:
    browser, page = world.browser(), "/desk/circular"
    letter = {"subject": "Pier 3", "text": "Did it leave?", "urgency": "normal", "instrument": "charter", "shown": ""}
    looked = post(
        browser, f"{page}/look", "gate.jpg", JPEG, page, **letter, **{"to.1": "XA-NCB", "information.1": "GS"}
    )
    assert looked.status_code == 303, looked.text
    text = browser.get(page).text
    seen = re.search(r'name="shown" value="([^"]*)"', text)
    assert seen is not None
    (named,) = NAMED.findall(text)
    fields = {**letter, "shown": unescape(seen[1]), "to.1": "XA-NCB", "information.1": "GS", "attached": [named]}
    assert post(browser, page, "", b"", page, **fields).status_code == 303
    sent = last_sent(world)
    assert [one["name"] for one in sent["attachments"]] == ["gate.jpg"]
    answer: Any = perform(world.node, "message_list", {"limit": 2})
    to_xa = next(one for one in answer["messages"] if one["recipient"]["code"] == "XA-NCB")
    assert at_xa(world, to_xa["id"], "gate.jpg", tmp_path / "out.jpg") == JPEG


def came(world: DeskWorld, data: bytes = JPEG, name: str = "gate.jpg") -> str:
    """Have a message with a file come from the other body; return its id."""
    network = world.bureau.network
    place = network.folders["XA-NCB"].parent / name
    place.write_bytes(data)
    letter: JsonObject = {"to": "XB-NCB", "instrument": "charter", "subject": "Gate 7", "text": "Seen at gate 7."}
    files: JsonObject = {"attachments": [{"file": str(place), "name": name}]}
    sent: Any = perform(network["XA-NCB"], "message_send", {"officer": DUTY, **letter, **files})
    network.deliver()
    return str(sent["message"]["id"])


def test_w73_file_that_came_is_fetched_by_a_job_and_downloaded_as_it_was_signed(world: DeskWorld) -> None:
    message = came(world, name="Снимок ворот.jpg")
    browser, page = world.browser(), f"/desk/messages/{message}"
    closed = browser.get(page).text
    # What it is called is read by opening the message.
    assert "1 file" in closed
    assert "Снимок" not in closed
    assert browser.send(page, f"{page}/open", {}).status_code == 303
    text = browser.get(page).text
    assert "Снимок ворот.jpg" in text
    (to,) = re.findall(rf'action="({page}/files/[0-9a-f]{{64}})"', text)
    assert browser.get(to).status_code == 503, "it is not here yet"
    begun = browser.send(page, to, {})
    assert begun.status_code == 303
    job = begun.headers["location"]
    assert "goes on" in browser.get(job).text or browser.get(job).status_code == 200
    world.work()
    done = browser.get(job).text
    assert f'href="{page}"' in done
    assert f'href="{to}" download' in browser.get(page).text
    answer = browser.get(to)
    assert answer.content == JPEG
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename=\"file.jpg\"; filename*=UTF-8''")
    assert "%20" in disposition
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == NOTHING
    assert answer.headers["cache-control"] == "no-store"
    last = world.node.trail.latest(1)[0].act
    assert (last.verb, last.officer, last.subject) == ("open_attachment", DUTY, message)
    assert "Снимок" not in json.dumps(last.detail, ensure_ascii=False)


def test_w73_message_that_was_recalled_has_no_file_any_more(world: DeskWorld) -> None:
    message = came(world)
    browser, page = world.browser(), f"/desk/messages/{message}"
    browser.send(page, f"{page}/open", {})
    (to,) = re.findall(rf'action="({page}/files/[0-9a-f]{{64}})"', browser.get(page).text)
    frame = browser.frame(page)
    network = world.bureau.network
    perform(network["XA-NCB"], "message_recall", {"officer": DUTY, "id": message, "reason": "The wrong picture."})
    network.deliver()
    assert to not in browser.get(page).text
    assert browser.get(to).status_code == 404
    assert browser.post(to, frame).status_code == 404


def test_w73_file_of_a_teams_case_is_like_none_for_everybody_else(world: DeskWorld) -> None:
    perform(world.node, "officer_add", {"officer": HEAD, "id": "o-member", "roles": ["duty_officer"]})
    opened: Any = perform(
        world.node, "case_open", {"officer": "o-member", "title": "Pier 3", "crime_area": "fugitives"}
    )
    case = opened["case"]["number"]
    place = world.bureau.network.folders["XB-NCB"].parent / "team.jpg"
    place.write_bytes(JPEG)
    letter: JsonObject = {
        "officer": "o-member", "to": "XA-NCB", "instrument": "charter", "subject": "Gate", "text": "Seen.", "case": case,
    }  # fmt: skip
    sent: Any = perform(
        world.node, "message_send", {**letter, "attachments": [{"file": str(place), "name": place.name}]}
    )
    perform(world.node, "case_team", {"officer": "o-member", "number": case, "team": ["o-member"], "version": 1})
    message, blob = sent["message"]["id"], sent["message"]["attachments"][0]["blob"].removeprefix("blob:")
    world.officers["member"] = OfficerId("o-member")
    to = f"/desk/messages/{message}/files/{blob}"
    assert world.browser("member").get(to).content == JPEG
    browser = world.browser()
    frame = browser.frame(WRITE)
    nothing = f"/desk/messages/message-{'0' * 26}/files/{blob}"
    hidden, absent = (browser.get(path) for path in (to, nothing))
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert browser.post(to, frame).status_code == 404
    given: JsonObject = {"officer": DUTY, "id": message, "file": "team.jpg"}
    with pytest.raises(NotFound):
        perform(world.node, "message_attachment", given)


RECORD = f"/desk/records/{KEPT}"


def test_w73_file_is_attached_to_our_record_downloaded_and_taken_off(world: DeskWorld) -> None:
    browser = with_query(world, world.browser())
    answer = post(browser, f"/desk/attach/{KEPT}", "pier.jpg", JPEG, RECORD)
    assert answer.status_code == 303, answer.text
    world.work()
    text = browser.get(RECORD).text
    assert "pier.jpg" in text
    (to,) = re.findall(rf'href="(/desk/files/[0-9a-f]{{64}}/{KEPT})" download', text)
    got = browser.get(to)
    assert (got.content, got.headers["content-security-policy"]) == (JPEG, NOTHING)
    assert world.node.trail.latest(1)[0].act.verb == "open_file"
    # An analyst sees the record and attaches and takes off nothing.
    seen = with_query(world, world.browser("analyst")).get(RECORD).text
    assert "/desk/detach/" not in seen
    assert "/upload." not in seen
    # How much of a file has arrived is asked while it is sent.
    assert re.search(r'<script src="[^"]*/upload\.[^"]*js[^"]*" defer>', text)
    assert 'data-arriving="/desk/arriving"' in text
    assert browser.send(RECORD, to.replace("/files/", "/detach/"), {}).status_code == 303
    assert "pier.jpg" not in browser.get(RECORD).text
    assert browser.get(to).status_code == 404


@pytest.mark.parametrize("what", ["a page called a picture", "a program", "an archive"])
def test_w73_hostile_upload_is_not_attached_to_a_record(world: DeskWorld, what: str) -> None:
    browser = with_query(world, world.browser())
    jobs = len(world.api.desk_jobs.of(DUTY))
    answer = post(browser, f"/desk/attach/{KEPT}", HOSTILE[what][0], HOSTILE[what][1], RECORD)
    assert answer.status_code == 400
    assert 'id="attach_record_file-file-fault"' in answer.text
    assert (waiting(world), len(world.api.desk_jobs.of(DUTY))) == ([], jobs)


def test_w73_file_of_a_copy_is_fetched_from_its_source_and_original_is_downloaded(
    world: DeskWorld, tmp_path: Path
) -> None:
    other = world.bureau.network["XA-NCB"]
    file = tmp_path / "w-7.jsonl"
    file.write_text(
        json.dumps({"schema": "Person", "id": "w-7", "properties": {"name": ["Sorn Mira"]}}), encoding="utf-8"
    )
    given: JsonObject = {
        "officer": DUTY,
        "file": str(file),
        "terms": TERMS.read_text("utf-8"),
        "share_with": ["XB-NCB"],
    }
    perform(other, "record_import", given)
    (tmp_path / "face.jpg").write_bytes(JPEG)
    perform(other, "record_attach", {"officer": DUTY, "record": "w-7", "file": str(tmp_path / "face.jpg")})
    world.bureau.network.deliver()
    browser, page = with_query(world, world.browser()), "/desk/records/XA-NCB/w-7"
    (to,) = re.findall(r'action="(/desk/files/[0-9a-f]{64}/XA-NCB/w-7)"', browser.get(page).text)
    assert browser.get(to).status_code == 503
    job = browser.send(page, to, {}).headers["location"]
    world.work()
    assert f'href="{page}"' in browser.get(job).text
    assert (made := world.api.desk_jobs.of(DUTY)[0]).kind is JobKind.FETCH
    assert world.api.desk_jobs.files(made) == {}, "nothing of it lies plain on the disk"
    assert browser.get(to).content == JPEG
    original = browser.get(f"/desk/original-file/{KEPT}")
    assert original.headers["content-disposition"].startswith("attachment")
    assert json.loads(original.content)["id"] == KEPT.partition("/")[2]


@pytest.mark.parametrize(("language", "says"), [("fr", "Choisir des fichiers"), ("zh", "选择文件（可多选）")])
def test_w107_what_chooses_files_says_so_in_the_language_of_the_page(
    world: DeskWorld, language: str, says: str
) -> None:
    text = world.browser(language=language).get("/desk/messages/new").text
    assert f'<span class="picker-says" aria-hidden="true">{says}</span>' in text


def test_w108_file_that_is_too_large_is_told_beside_its_field(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entente.api.uploading.UPLOAD_BYTES_MAX", 1_000)
    answer = post(world.browser(), SEND, "pier.jpg", JPEG, **LETTER)
    assert answer.status_code == 400
    assert 'href="#send_message-file"' in answer.text
    assert 'id="send_message-file-fault">The file is too large.' in answer.text
