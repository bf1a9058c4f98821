"""B15 on the API: what an exercise's node answers says so, as its document allows."""

from dataclasses import replace

import pytest

from entente import verbs
from entente.node import Node
from entente.verbs.references import Names, names_of
from tests.support.api_requests import SEARCH
from tests.support.api_world import Bureau


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
    refused = bureau.ask("POST", "/cases", json={**case, "crime_area": "nothing"}, headers={"Idempotency-Key": "e-2"})
    assert refused.status_code == 400


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
