"""Who is let in: from where, with which token, how often (P3, P5); and that nothing is told to those who are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from entente.api.door import Door
from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from tests.support.api_world import ABOUT, ABSENT, HIDDEN, SEEN, Bureau
from tests.support.nodes import HEAD


class Seconds:
    """A clock of seconds that a test moves."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def seconds(bureau: Bureau) -> Iterator[Seconds]:
    """Give the bureau a door of its own, by whose clock no time passes unless a test says so."""
    before, clock = bureau.api.door, Seconds()
    bureau.api.door = Door(bureau.node, clock)
    yield clock
    bureau.api.door = before


@pytest.mark.parametrize(
    "given",
    [None, "", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer entente.token-0.0", "bearer é", "Token x"],
)
def test_who_brings_no_token_in_force_is_answered_alike(bureau: Bureau, given: str | None) -> None:
    headers = [] if given is None else [(b"Authorization", given.encode("utf-8"))]
    known = bureau.http.get("/api/v1/cases", headers={"Authorization": "Bearer entente.token-1.1"})
    answer = bureau.http.get("/api/v1/cases", headers=headers)
    assert (answer.status_code, answer.content) == (401, known.content)
    assert answer.headers["www-authenticate"] == 'Bearer realm="entente"'
    assert answer.json()["reason"] == "token"


def test_scheme_is_read_in_any_case(bureau: Bureau) -> None:
    headers = {"Authorization": f"bEARER {bureau.token()}"}
    assert bureau.http.get("/api/v1/cases", headers=headers).status_code == 200


def test_revoked_token_and_ended_account_are_not_heard_at_the_next_request(bureau: Bureau) -> None:
    add: JsonObject = {"officer": HEAD, "id": "m-short", "roles": ["duty_officer"], "machine": True}
    perform(bureau.node, "officer_add", add)
    make: JsonObject = {"officer": HEAD, "account": "m-short", "scopes": ["cases.read"]}
    first, second = (perform(bureau.node, "token_make", make) for _ in range(2))
    assert isinstance(first["token"], dict)
    texts = [str(first["text"]), str(second["text"])]
    assert [bureau.ask("GET", "/cases", token=text).status_code for text in texts] == [200, 200]
    perform(bureau.node, "token_revoke", {"officer": HEAD, "token": first["token"]["id"]})
    assert [bureau.ask("GET", "/cases", token=text).status_code for text in texts] == [401, 200]
    perform(bureau.node, "officer_add", {**add, "machine": False})
    assert bureau.ask("GET", "/cases", token=texts[1]).status_code == 401


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_request_through_somebody_is_not_heard_unless_tls_stands_in_front(bureau: Bureau, header: str) -> None:
    answer = bureau.ask("GET", "/cases", headers={header: "192.0.2.7"})
    assert (answer.status_code, answer.json()["reason"]) == (403, "not_secure")
    before = bureau.api.door
    try:
        bureau.api.door = Door(replace(bureau.node, settings=replace(bureau.node.settings, api_tls_in_front=True)))
        assert bureau.ask("GET", "/cases", headers={header: "192.0.2.7"}).status_code == 200
    finally:
        bureau.api.door = before


@pytest.mark.parametrize("peer", ["192.0.2.7", "2001:db8::7", "nobody"])
def test_request_from_elsewhere_is_not_heard(bureau: Bureau, peer: str) -> None:
    client = TestClient(Starlette(routes=[bureau.api.mount()]), client=(peer, 50_000))
    answer = client.get("/api/v1/cases", headers={"Authorization": f"Bearer {bureau.token()}"})
    assert (answer.status_code, answer.json()["reason"]) == (403, "not_secure")


def test_too_many_requests_of_one_token_wait_and_others_do_not(bureau: Bureau, seconds: Seconds) -> None:
    rate = bureau.node.settings.api_requests_per_second
    statuses = [bureau.ask("OPTIONS", "/cases").status_code for _ in range(3)]
    assert statuses == [204] * 3
    asked = [bureau.ask("GET", "/bodies").status_code for _ in range(2 * rate + 1)]
    assert (asked.count(200), asked[-1]) == (2 * rate, 429)
    answer = bureau.ask("GET", "/bodies")
    assert (answer.headers["retry-after"], answer.json()["code"], answer.json()["retry_is_safe"]) == (
        "1",
        "unavailable",
        True,
    )
    assert bureau.ask("GET", "/bodies", token=bureau.token("analyst")).status_code == 200
    seconds.at += 1 / rate
    assert [bureau.ask("GET", "/bodies").status_code for _ in range(2)] == [200, 429]


def asked(path: str) -> dict[str, str] | None:
    """Return what is asked with a path."""
    if path.endswith("/not-identical"):
        return {**ABOUT, "occasion": "Gate 4"}
    is_shown = path.startswith("/records/") and path.rpartition("/")[2] not in {"holders", "readers"}
    return dict(ABOUT) if is_shown else None


def test_hidden_and_absent_are_the_same_to_the_byte(bureau: Bureau) -> None:
    year = bureau.case.partition("/")[0]
    paths = [
        f"/records/{HIDDEN}", f"/records/{ABSENT}", "/records/ZZ-NCB/w-1", "/records/XA-NCB/-", f"/cases/{year}/999999",
        "/cases/x/1", "/hits/hit-0000", f"/hits/{bureau.sent}", "/messages/message-0000", f"/messages/{bureau.hit}",
        "/messages/%00", "/bodies/ZZ-NCB", "/groups/GS/none", "/groups/ZZ/members", "/groups/GS/members%3Aking",
        "/record-requests/record-request-0000", f"/record-requests/{bureau.hit}", f"/record-requests/{bureau.permission_came}",
        "/bodies/ZZ-NCB/entry", f"/jobs/job-{'0' * 32}",
        f"/jobs/{bureau.batch}/files/records.jsonl", f"/jobs/{bureau.imported}/results",
        *(f"/records/{one}/{part}" for one in (HIDDEN, ABSENT) for part in ("not-identical", "holders", "readers", "original")),
        f"/records/{SEEN}/original", f"/records/{SEEN}/readers",
        "/instruments/none", "/nothing", "/records/a/b/c", "/", "/hits/a%0Ab", "/%0A", "/cases/%E2%80%AE/1",
    ]  # fmt: skip
    answers = {
        (answer.status_code, answer.content, answer.headers["content-type"])
        for path in paths
        for answer in [bureau.ask("GET", path, params=asked(path))]
    }
    assert len(answers) == 1
    assert next(iter(answers))[0] == 404
    assert bureau.ask("GET", f"/records/{SEEN}", params=ABOUT).status_code == 200


@pytest.mark.parametrize("record", [HIDDEN, SEEN, ABSENT])
def test_record_of_others_is_withdrawn_by_nobody_here_in_the_same_words(bureau: Bureau, record: str) -> None:
    answers = {
        bureau.ask(
            "POST",
            f"/records/{record}/withdrawal",
            json={"reason": "x"},
            headers={"Idempotency-Key": f"k-{record}-{version}", "If-Match": f'"{version}"'},
        ).content
        for version in (1, 7)
    }
    assert answers == {bureau.ask("GET", "/nothing").content}


def test_other_methods_are_told_which_there_are(bureau: Bureau) -> None:
    answer = bureau.ask("OPTIONS", "/cases")
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    for method in ("DELETE", "PUT", "PATCH", "TRACE", "PROPFIND"):
        answer = bureau.ask(method, "/cases")
        assert (answer.status_code, answer.json()["field"]) == (405, "method")
        assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
        assert answer.headers["content-type"] == "application/problem+json"
    head, get = bureau.ask("HEAD", "/cases"), bureau.ask("GET", "/cases")
    assert (head.status_code, head.headers["content-length"]) == (200, get.headers["content-length"])


def test_fault_tells_nothing_of_itself(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("Мухаммедов")

    monkeypatch.setattr("entente.api.doing.perform", fails)
    answer = bureau.ask("GET", "/cases")
    assert (answer.status_code, answer.json()["retry_is_safe"]) == (500, False)
    assert "Мухаммедов" not in answer.text


def test_what_is_another_account_s_is_ended_by_nobody_else_in_the_same_words(bureau: Bureau) -> None:
    other, absent = bureau.token("analyst"), bureau.ask("GET", "/nothing").content
    paths = [
        f"/standing-queries/{bureau.standing}/ending", "/standing-queries/standing-00/ending",
        f"/matches/{bureau.match}/settling", "/matches/match-00/settling",
        f"/jobs/{bureau.batch}/cancellation", f"/jobs/job-{'0' * 32}/cancellation",
    ]  # fmt: skip
    for place, path in enumerate(paths):
        answer = bureau.ask("POST", path, token=other, headers={"Idempotency-Key": f"other-{place}"})
        assert (answer.status_code, answer.content) == (404, absent), path
    for path in (f"/permissions/{bureau.sent}/answer", "/permissions/permission-request-00/answer"):
        body: JsonObject = {"grant": True}
        answer = bureau.ask("POST", path, json=body, headers={"Idempotency-Key": path})
        assert (answer.status_code, answer.content) == (404, absent), path
