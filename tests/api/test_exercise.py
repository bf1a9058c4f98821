"""B15 on the API: what an exercise's node answers says so, as its document allows."""

import json
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from entente import verbs
from entente.node import Node
from entente.verbs.references import Names, names_of
from tests.support.api_requests import SEARCH
from tests.support.api_world import ABOUT, Bureau


def invented(node: Node) -> Names:
    names = names_of(node)
    return Names(replace(names.own, is_exercise=True), names.bodies, names.instruments)


def test_b15_answers_results_and_problems_are_marked(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    real = bureau.ask("GET", "/bodies")
    assert "exercise" not in real.json()
    monkeypatch.setattr(verbs, "names_of", invented)
    key = {"Idempotency-Key": "exercise-1"}
    case = {"title": "Gate 4", "crime_area": "fugitives"}
    for answer in (
        bureau.ask("GET", "/bodies"),
        bureau.ask("POST", "/searches", json=SEARCH),
        bureau.ask("POST", "/cases", json=case, headers=key),
        bureau.ask("POST", "/cases", json=case, headers=key),
    ):
        assert answer.is_success, answer.text
        assert answer.json()["exercise"] is True
    for module in ("job_answers", "events"):
        monkeypatch.setattr(f"entente.api.{module}.names_of", invented)
    binary = {"Content-Type": "application/octet-stream", "Idempotency-Key": "exercise-3"}
    batch = {"queries": [{"names": ["x"]}], "occasion": "Gate 4", **ABOUT}
    for answer in (
        bureau.ask("POST", "/uploads", params={"name": "x.csv"}, content=b"x", headers=binary),
        bureau.ask("POST", "/searches/batches", json=batch, headers={"Idempotency-Key": "exercise-2"}),
        bureau.ask("GET", "/jobs"),
        bureau.ask("GET", f"/jobs/{bureau.batch}"),
        bureau.ask("GET", f"/jobs/{bureau.batch}/results"),
    ):
        assert answer.is_success, answer.text
        assert answer.json()["exercise"] is True
    file = bureau.ask("GET", f"/jobs/{bureau.imported}/files/rejects.jsonl")
    assert file.headers["content-disposition"] == 'attachment; filename="EXERCISE-rejects.jsonl"'
    refused = bureau.ask("POST", "/cases", json={**case, "crime_area": "nothing"}, headers={"Idempotency-Key": "e-2"})
    assert refused.status_code == 400


def test_b15_what_the_interface_itself_refuses_is_marked_once(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not bureau.ask("GET", "/nothing").json()["title"].startswith("EXERCISE")
    for module in ("entente.api.rest", "entente.verbs.references"):
        monkeypatch.setattr(f"{module}.names_of", invented)
    http = TestClient(
        Starlette(routes=[bureau.api.mount()]), client=("127.0.0.1", 50_000), raise_server_exceptions=False
    )
    own = {"Authorization": bureau.http.headers.get("Authorization", "")}
    for answer, status in (
        (http.get("/api/v1/nothing", headers=own), 404),
        (http.put("/api/v1/cases", headers=own), 405),
        (http.get("/api/v1/cases"), 401),
    ):
        told = answer.json()
        assert (answer.status_code, told["status"]) == (status, status)
        assert told["title"] == told["what"]
        assert told["title"].count("EXERCISE · ") == 1


def test_b15_the_document_says_what_the_mark_is(bureau: Bureau) -> None:
    document = bureau.http.get("/api/v1/openapi.json").json()
    result = document["components"]["schemas"]["Result"]["properties"]["exercise"]
    (searched,) = [
        operation["responses"]["200"]["content"]["application/json"]["schema"]
        for path, operations in document["paths"].items()
        for operation in [operations.get("post")]
        if path == "/searches" and operation
    ]
    assert searched["properties"]["exercise"] == result
    assert result["const"] is True
    assert "exercise" not in searched["required"]


def test_b15_events_are_marked(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entente.api.events.names_of", invented)
    while bureau.api.events.step():
        pass
    start = bureau.ask("GET", "/events", params={"seconds": "0"}).text.rpartition("id: ")[2].strip()
    case = {"title": "Gate 4", "crime_area": "fugitives"}
    assert bureau.ask("POST", "/cases", json=case, headers={"Idempotency-Key": "exercise-3"}).is_success
    while bureau.api.events.step():
        pass
    told = bureau.ask("GET", "/events", params={"seconds": "0"}, headers={"Last-Event-ID": start}).text
    data = [json.loads(line.removeprefix("data: ")) for line in told.splitlines() if line.startswith("data: ")]
    assert [one["exercise"] for one in data] == [True]
