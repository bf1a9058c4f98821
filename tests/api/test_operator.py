"""The operator's route: who is heard, what is bounded, and that it answers as the verb does."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from entente.api.operator import OPERATOR_BYTES_MAX, operator_route
from entente.api.running import Runner
from entente.app import NewBody, create_folder, open_node
from entente.bodies.model import BodyKind
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid
from entente.kernel.ids import OfficerId
from entente.node import Node
from entente.settings import Settings
from entente.verbs import perform
from entente.verbs import verb as verb_module
from entente.verbs.arguments import Arguments
from entente.verbs.references import names_and_officer, names_of

TOKEN = "operator-0123456789abcdef"
PASSPHRASE = "correct horse battery staple"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a new bureau; no test changes it."""
    place, kind = tmp_path_factory.mktemp("bureau") / "xa", BodyKind.NATIONAL_CENTRAL_BUREAU
    create_folder(place, NewBody(kind, "XA-NCB", "Bureau of XA", "XA", "UTC", (), (PASSPHRASE,) * 3, 2, PASSPHRASE))
    return place


@pytest.fixture
def node(begun: Path, tmp_path: Path) -> Iterator[Node]:
    """Return the node of a new bureau."""
    shutil.copytree(begun, tmp_path / "xa")
    with open_node(Settings.at(tmp_path / "xa")) as opened:
        yield opened


def client(node: Node, *, peer: str = "127.0.0.1") -> TestClient:
    return TestClient(Starlette(routes=[operator_route(node, TOKEN)]), client=(peer, 50_000))


def ask(http: TestClient, verb: str = "body_list", *, token: str = TOKEN, **headers: str) -> tuple[int, JsonObject]:
    response = http.post(
        "/operator", json={"verb": verb, "arguments": {}}, headers={"Authorization": f"Bearer {token}", **headers}
    )
    assert response.headers["cache-control"] == "no-store"
    return response.status_code, response.json()


def test_answer_is_the_verbs_own(node: Node) -> None:
    assert ask(client(node)) == (200, perform(node, "body_list", {}))
    assert ask(client(node, peer="::1"))[0] == 200


@pytest.mark.parametrize("token", ["", "operator", TOKEN[:-1], TOKEN + "0", "Ünïcode"])
def test_wrong_token_is_not_heard(node: Node, token: str) -> None:
    response = client(node).post(
        "/operator",
        content=b'{"verb": "body_list", "arguments": {}}',
        headers={"Authorization": f"Bearer {token}".encode()},
    )
    assert (response.status_code, response.json()["reason"]) == (403, "wrong_token")
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("peer", ["192.0.2.7", "2001:db8::7", "testclient"])
def test_peer_from_elsewhere_is_not_heard_even_with_the_token(node: Node, peer: str) -> None:
    status, problem = ask(client(node, peer=peer))
    assert (status, problem["reason"]) == (403, "not_local")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_call_through_a_proxy_is_not_heard(node: Node, header: str) -> None:
    status, problem = ask(client(node), **{header: "192.0.2.7"})
    assert (status, problem["reason"]) == (403, "not_local")


def test_unknown_verb_and_unknown_field_are_invalid(node: Node) -> None:
    status, problem = ask(client(node), "body_remove")
    assert (status, problem["code"], problem["field"]) == (400, "invalid", "verb")
    response = client(node).post(
        "/operator",
        json={"verb": "body_list", "arguments": {"limit": 3}},
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    assert (response.status_code, response.json()["field"]) == (400, "limit")


@pytest.mark.parametrize(
    ("verb", "field", "more"),
    [
        ("backup", "out", {}),
        ("backup", "passphrase_file", {"out": "/whole"}),
        ("erasure_export", "file", {"officer": "head-1"}),
        ("exchange_import", "file", {}),
        ("exchange_import", "answer", {"file": "/whole"}),
    ],
)
def test_relative_path_is_invalid_and_nothing_is_written_where_the_node_was_started(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str, field: str, more: JsonObject
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Invalid, match="whole path") as refused:
        perform(node, verb, {**more, field: "written-here"})
    assert (refused.value.field, [one.name for one in tmp_path.iterdir()]) == (field, ["xa"])


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"\xff\xfe", b'{"verb": 1, "arguments": {}}', b'{"verb": "body_list"}', b"[" * 100_000],
    ids=["empty", "list", "not_utf8", "verb_is_a_number", "no_arguments", "deeply_nested"],
)
def test_ill_formed_request_is_invalid(node: Node, body: bytes) -> None:
    response = client(node).post("/operator", content=body, headers={"Authorization": f"Bearer {TOKEN}"})
    assert (response.status_code, response.json()["code"], response.json()["field"]) == (400, "invalid", "body")


def test_too_large_request_is_invalid_and_one_within_the_bound_is_not(node: Node) -> None:
    document = json.dumps({"verb": "body_list", "arguments": {}}).encode()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    within = document + b" " * (OPERATOR_BYTES_MAX - len(document))
    assert client(node).post("/operator", content=within, headers=headers).status_code == 200
    response = client(node).post("/operator", content=within + b" ", headers=headers)
    assert (response.status_code, response.json()["what"]) == (400, "The request is too large.")


def test_refusal_carries_the_decision_as_a_problem(node: Node) -> None:
    response = client(node).post(
        "/operator",
        json={"verb": "case_open", "arguments": {"officer": "head-1", "title": "T", "crime_area": "fugitives"}},
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    problem = response.json()
    assert (response.status_code, problem["type"], problem["status"]) == (403, "urn:entente:error:refused", 403)
    assert problem["decision"]["allowed"] is False
    assert problem["title"] == problem["what"]


def test_only_post_is_taken(node: Node) -> None:
    assert client(node).get("/operator").status_code == 405


def test_progress_comes_line_by_line_and_the_answer_last(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_: Node, arguments: Arguments) -> JsonObject:
        arguments.progress(10)
        arguments.progress(20)
        return {"done": True}

    counting = verb_module.verb("count", slow, "Count.")
    monkeypatch.setitem(perform.__globals__["VERBS"], "count", counting)
    response = client(node).post(
        "/operator", json={"verb": "count", "arguments": {}}, headers={"Authorization": f"Bearer {TOKEN}"}
    )
    assert response.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in response.text.splitlines()]
    assert lines == [{"progress": 10}, {"progress": 20}, {"answer": {"done": True}}]


def test_long_verb_ends_at_its_next_durable_step_when_the_node_is_asked_to_stop(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []

    def slow(_: Node, arguments: Arguments) -> JsonObject:
        for step in (10, 20, 30):
            done.append(step)
            arguments.progress(step)
        return {"done": True}

    monkeypatch.setitem(perform.__globals__["VERBS"], "count", verb_module.verb("count", slow, "Count."))
    http = TestClient(
        Starlette(routes=[operator_route(node, TOKEN, Runner(1, lambda: len(done) > 1))]), client=("127.0.0.1", 50_000)
    )
    response = http.post(
        "/operator", json={"verb": "count", "arguments": {}}, headers={"Authorization": f"Bearer {TOKEN}"}
    )
    first, last = [json.loads(line) for line in response.text.splitlines()]
    assert (first, done) == ({"progress": 10}, [10, 20])
    assert (last["error"]["code"], last["error"]["retry_is_safe"]) == ("unavailable", True)
    assert "rows kept: 20" in last["error"]["why"]


def test_n11_doctor_says_that_others_take_this_clock_to_be_ahead(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    def clock() -> Any:  # noqa: ANN401 - a check of doctor
        answer: Any = perform(node, "doctor", {})
        (check,) = [one for one in answer["checks"] if one["name"] == "clock"]
        return check

    assert clock()["is_good"] is True
    monkeypatch.setattr(type(node.exchange), "refusing_as_ahead", lambda _: ("body:xb",))
    assert clock()["is_good"] is False
    assert "more than 300 seconds apart" in clock()["text"]


def test_doctor_says_what_keeps_the_index_behind_and_which_protocol_is_spoken(node: Node) -> None:
    well = perform(node, "doctor", {})
    unwell = perform(replace(node, index_trouble=lambda: "No space is left on the device."), "doctor", {})
    index = {name: next(one for one in answer["checks"] if one["name"] == "index")  # type: ignore[union-attr, index, call-overload]
             for name, answer in (("well", well), ("unwell", unwell))}  # fmt: skip
    assert (index["well"]["is_good"], index["unwell"]["is_good"]) == (True, False)  # type: ignore[index, call-overload]
    assert str(index["unwell"]["text"]).endswith("No space is left on the device.")  # type: ignore[index, call-overload]
    assert well["protocol"] == 1
    assert str(well["store"]).startswith("SQLite 3.")


def test_names_are_read_anew_when_one_changed_and_only_then(node: Node) -> None:
    before = names_of(node)
    assert names_of(node) is before
    perform(node, "case_list", {})
    assert names_of(node) is before
    perform(node, "body_rename", {"name": "Bureau of Arandia"})
    assert [entry.name for entry in names_of(node).own.names] == ["Bureau of XA", "Bureau of Arandia"]


def test_officer_who_acts_again_is_read_again_only_when_something_changed(node: Node) -> None:
    names, head = names_and_officer(node, OfficerId("head-1"))
    assert (names, head.roles) == (names_of(node), frozenset({"head_of_body"}))
    perform(node, "body_list", {})
    assert names_and_officer(node, OfficerId("head-1"))[1] is head
    perform(node, "officer_add", {"officer": "head-1", "id": "duty-1", "roles": ["duty_officer"]})
    assert names_and_officer(node, OfficerId("duty-1"))[1].roles == {"duty_officer"}
    perform(node, "officer_add", {"officer": "head-1", "id": "duty-1", "roles": ["analyst"]})
    assert names_and_officer(node, OfficerId("duty-1"))[1].roles == {"analyst"}


def test_whoever_is_no_officer_is_not_remembered_as_one(node: Node) -> None:
    assert names_and_officer(node, OfficerId("duty-1"))[1].roles == frozenset()
    perform(node, "officer_add", {"officer": "head-1", "id": "duty-1", "roles": ["duty_officer"]})
    assert names_and_officer(node, OfficerId("duty-1"))[1].roles == {"duty_officer"}
    for name in ("nobody-1", "nobody-2"):
        names_and_officer(node, OfficerId(name))
    assert node.officers.kept is not None
    assert list(node.officers.kept[1]) == ["duty-1"]  # type: ignore[call-overload] # what is kept there


def test_n20_doctor_names_web_processes_that_are_missing_and_none_where_there_are_none(node: Node) -> None:
    def web(asked: Node) -> list[Any]:
        answer: Any = perform(asked, "doctor", {})
        return [(one["is_good"], one["text"]) for one in answer["checks"] if one["name"] == "web"]

    missing = "Of 2 web processes not running: 1."
    assert web(node) == []
    assert web(replace(node, web_processes=2, web_trouble=lambda: missing)) == [(False, missing)]
    assert web(replace(node, web_processes=2)) == [(True, "Web processes that answer on port 8611: 2 (rule N19).")]
