"""Files of messages over the API: sent before, named with the message, taken out by a job (correspondence.md M24, M25)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from tests.support.api_world import BY_ITSELF_ALONE, KEPT, Bureau
from tests.support.nodes import DUTY

pytestmark = BY_ITSELF_ALONE
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20
LETTER = {"to": "XA-NCB", "instrument": "charter", "subject": "Gate 4", "text": "Who is it?"}


@pytest.fixture(autouse=True)
def _no_files(bureau: Bureau) -> Iterator[None]:
    yield
    for one in bureau.own_api.jobs.files.uploads():
        bureau.own_api.jobs.drop_upload(one)


def send(bureau: Bureau, *uploads: str, key: str = "", path: str = "/messages", **more: Any) -> Any:  # noqa: ANN401 - an answer
    body = {**LETTER, "attachments": [*uploads], **more}
    return bureau.ask("POST", path, json=body, headers={"Idempotency-Key": key or str(uuid4())})


def test_m24_files_that_were_sent_before_go_with_the_message_and_wait_no_more(bureau: Bureau) -> None:
    upload, key = bureau.uploaded("gate.jpg", JPEG), str(uuid4())
    answer = send(bureau, upload, key=key)
    assert answer.status_code == 201, answer.text
    assert bureau.own_api.jobs.files.uploads() == ()
    # Asked again under its key it is the same message, though its file is gone from where it waited.
    again = send(bureau, upload, key=key)
    assert (again.json()["id"], again.headers["idempotency-replayed"]) == (answer.json()["id"], "true")
    shown = bureau.ask("GET", f"/messages/{answer.json()['id']}").json()["message"]
    (file,) = shown["attachments"]
    assert (file["name"], file["media_type"], file["bytes"], shown["attachment_count"]) == (
        "gate.jpg", "image/jpeg", len(JPEG), 1,
    )  # fmt: skip
    assert "key" not in file


def test_m24_message_to_several_has_them_too(bureau: Bureau) -> None:
    upload = bureau.uploaded("gate.jpg", JPEG)
    body = {name: said for name, said in LETTER.items() if name != "to"}
    more = {**body, "to": ["XA-NCB"], "information": ["RC"], "attachments": [upload]}
    answer = bureau.ask("POST", "/messages/circulars", json=more, headers={"Idempotency-Key": str(uuid4())})
    assert (answer.status_code, answer.json()["id"]) == (201, "2")


@pytest.mark.parametrize("wanted", [f"upload-{'0' * 32}", "../../etc/passwd", "/etc/passwd", "upload-x", ""])
def test_m24_no_path_and_no_file_of_nobody_is_attached(bureau: Bureau, wanted: str) -> None:
    assert send(bureau, wanted).status_code in {400, 404}


def test_m24_file_that_is_none_of_the_list_keeps_waiting_and_nothing_is_sent(bureau: Bureau) -> None:
    upload = bureau.uploaded("gate.jpg", b"<html><script>alert(1)</script>")
    answer = send(bureau, upload)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert [one.id for one in bureau.own_api.jobs.files.uploads()] == [upload]
    with_path = {**LETTER, "attachments": [{"file": "/etc/passwd", "name": "x.txt"}]}
    refused = bureau.ask("POST", "/messages", json=with_path, headers={"Idempotency-Key": str(uuid4())})
    assert refused.status_code == 400


def test_m25_file_is_taken_out_by_a_job_and_read_as_a_file_to_be_kept(bureau: Bureau) -> None:
    other = bureau.network["XA-NCB"]
    place = bureau.network.folders["XA-NCB"].parent / "pier.jpg"
    place.write_bytes(JPEG)
    letter: JsonObject = {**LETTER, "to": "XB-NCB", "officer": DUTY}
    letter["attachments"] = [{"file": str(place), "name": "pier.jpg"}]
    sent: Any = perform(other, "message_send", letter)
    bureau.network.deliver()
    message = sent["message"]["id"]
    assert bureau.ask("GET", f"/messages/{message}").json()["message"]["attachments"] == []
    job = bureau.begun(f"/messages/{message}/attachment-copies", {"file": "pier.jpg"})
    bureau.work()
    assert bureau.job(job)["state"] == "done"
    read = bureau.ask("GET", f"/jobs/{job}/files/file")
    assert read.content == JPEG
    assert read.headers["content-disposition"].startswith("attachment")
    assert (read.headers["content-type"], read.headers["x-content-type-options"], read.headers["cache-control"]) == (
        "application/octet-stream", "nosniff", "no-store",
    )  # fmt: skip
    assert bureau.ask("POST", f"/messages/{message}/opening").json()["message"]["attachments"][0]["is_here"] is True
    gone = bureau.begun(f"/messages/{message}/attachment-copies", {"file": "no.jpg"})
    bureau.work()
    assert bureau.job(gone)["error"]["code"] == "not_found"


def _taken_out(bureau: Bureau, name: str) -> tuple[str, str]:
    """Return a message of XA's with a file, and the job that took it out."""
    other = bureau.network["XA-NCB"]
    place = bureau.network.folders["XA-NCB"].parent / name
    place.write_bytes(JPEG)
    letter: JsonObject = {
        **LETTER,
        "to": "XB-NCB",
        "officer": DUTY,
        "attachments": [{"file": str(place), "name": name}],
    }
    sent: Any = perform(other, "message_send", letter)
    bureau.network.deliver()
    message = sent["message"]["id"]
    job = bureau.begun(f"/messages/{message}/attachment-copies", {"file": name})
    bureau.work()
    assert bureau.ask("GET", f"/jobs/{job}/files/file").content == JPEG
    return message, job


def test_m25_copy_that_was_taken_out_goes_with_its_message_when_that_is_recalled(bureau: Bureau) -> None:
    message, job = _taken_out(bureau, "recalled.jpg")
    perform(bureau.network["XA-NCB"], "message_recall", {"officer": DUTY, "id": message, "reason": "Sent in error."})
    bureau.network.deliver()
    assert bureau.ask("GET", f"/jobs/{job}/files/file").status_code == 404
    assert (bureau.job(job)["files"], bureau.job(job)["outcome"]) == ([], None)
    bureau.own_api.jobs.keep_house()
    assert not (bureau.node.settings.folder / "jobs" / job).exists()
    assert bureau.ask("GET", f"/jobs/{job}").status_code == 404


def test_r24_copy_that_was_taken_out_goes_when_the_record_has_the_file_no_more(bureau: Bureau) -> None:
    place = bureau.network.folders["XB-NCB"].parent / "dock.jpg"
    place.write_bytes(JPEG)
    given: JsonObject = {"officer": DUTY, "record": KEPT, "file": str(place)}
    perform(bureau.node, "record_attach", given)
    jobs = [
        bureau.begun(
            f"/records/{KEPT}/file-copies", {"file": "dock.jpg", "purpose": "identify", "crime_area": "fugitives"}
        )
        for _ in range(2)
    ]
    bureau.work()
    bureau.own_api.jobs.keep_house()
    assert [bureau.ask("GET", f"/jobs/{job}/files/file").content for job in jobs] == [JPEG, JPEG]
    perform(bureau.node, "record_detach", {**given, "file": "dock.jpg"})
    assert [bureau.ask("GET", f"/jobs/{job}/files/file").status_code for job in jobs] == [404, 404]
    bureau.own_api.jobs.keep_house()
    assert [bureau.ask("GET", f"/jobs/{job}").status_code for job in jobs] == [404, 404]
