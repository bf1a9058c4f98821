"""What changes something is done once, however often and however simultaneously it is sent (P8)."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from typing import Any, Self, cast

import httpx
import pytest
from starlette.applications import Starlette

from entente.api.once import KEPT
from entente.api.rest import Api
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Unavailable
from entente.node import Node
from tests.support.api_world import ABOUT, BOTH, OWN, SEEN, Bureau, kept_unit, opened

pytestmark = BOTH
NEW_CASE: JsonObject = {"title": "Lost bag", "crime_area": "fugitives"}


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": name}


def cases(bureau: Bureau) -> int:
    return len(bureau.node.cases.latest(1_000))


def rows(bureau: Bureau) -> int:
    return bureau.node.trail.latest(1)[0].sequence


class NothingKept:
    """A view as of a moment before anything was done."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    @property
    def kept_requests(self) -> NothingKept:
        return self

    def get(self, account: str, key: str) -> None:
        """Return nothing: it was not done then."""


def fail_commit_of(node: Node, patch: pytest.MonkeyPatch, *, kept: bool) -> None:
    """Make the engine report failed commits of a node's store, as tests/storage does it."""
    with node.tokens.open_view() as view:
        dialect = cast("Any", view).shared.engine.writer.dialect
    really_commit = dialect.do_commit

    def fail(connection: object) -> None:
        if kept:
            really_commit(connection)
        raise sqlite3.OperationalError("disk I/O error")

    patch.setattr(dialect, "do_commit", fail)


@pytest.fixture
def again(bureau: Bureau) -> Bureau:
    """Return the same node with an API that was just built, as after a start; it has the tokens there are."""
    anew = opened(bureau.network, bureau.node)
    anew.tokens = bureau.tokens
    return anew


def test_same_key_gets_the_kept_answer_and_nothing_is_done(bureau: Bureau, again: Bureau) -> None:
    first = bureau.ask("POST", "/cases", json=NEW_CASE, headers=key("a"))
    before = cases(bureau), rows(bureau)
    for one in (bureau, again):
        answer = one.ask("POST", "/cases", json=NEW_CASE, headers=key("a"))
        assert (answer.status_code, answer.content) == (first.status_code, first.content)
        assert answer.headers["idempotency-replayed"] == "true"
        assert answer.headers["location"] == first.headers["location"]
    assert "idempotency-replayed" not in first.headers
    assert (cases(bureau), rows(bureau)) == before
    assert (
        bureau.http.get(first.headers["location"], headers={"Authorization": f"Bearer {bureau.token()}"}).status_code
        == 200
    )


def test_m28_recall_from_several_is_done_once_and_told_of_each(bureau: Bureau, again: Bureau) -> None:
    letter: JsonObject = {
        "to": ["XA-NCB"], "information": ["RC"], "instrument": "charter", "subject": "To two", "text": "Seen at gate 4.",
    }  # fmt: skip
    assert bureau.ask("POST", "/messages/circulars", json=letter, headers=key("several")).status_code == 201
    sent = bureau.ask("GET", "/messages?limit=1").json()["messages"][0]["id"]
    path, recall = f"/messages/{sent}/addressees", {"reason": "To the wrong bodies."}
    first = bureau.ask("POST", f"{path}/recall", json=recall, headers=key("recall"))
    assert (first.status_code, first.json()["id"]) == (200, sent)
    before = rows(bureau)
    for one in (bureau, again):
        answer = one.ask("POST", f"{path}/recall", json=recall, headers=key("recall"))
        assert (answer.content, answer.headers["idempotency-replayed"]) == (first.content, "true")
    # Under another key it is asked anew, and there is nothing left to recall.
    assert bureau.ask("POST", f"{path}/recall", json={"reason": "Again."}, headers=key("more")).status_code == 200
    assert "recall_message" not in [row.act.verb for row in bureau.node.trail.latest(9) if row.sequence > before]
    found = bureau.ask("GET", path).json()
    assert (found["of"], found["counts"]) == (2, {"never_left": 2})
    assert {one["recall"]["reason"] for one in found["addressees"]} == {"To the wrong bodies."}


def test_key_belongs_to_its_account(bureau: Bureau) -> None:
    first = bureau.ask("POST", "/cases", json=NEW_CASE, headers=key("b"))
    other = bureau.ask("POST", "/cases", json=NEW_CASE, headers=key("b"), token=bureau.token("analyst"))
    assert (first.status_code, other.status_code) == (201, 201)
    assert first.json()["id"] != other.json()["id"]


@pytest.mark.parametrize(
    ("path", "body"), [("/cases", {**NEW_CASE, "title": "Lost bags"}), ("/messages", None)], ids=["body", "path"]
)
def test_same_key_with_another_request_is_a_conflict(bureau: Bureau, path: str, body: JsonObject | None) -> None:
    bureau.ask("POST", "/cases", json=NEW_CASE, headers=key("c"))
    letter: JsonObject = {"to": "XA-NCB", "instrument": "charter", "subject": "s", "text": "t"}
    before = rows(bureau)
    answer = bureau.ask("POST", path, json=body or letter, headers=key("c"))
    assert (answer.status_code, answer.json()["code"], rows(bureau)) == (409, "conflict", before)


@pytest.mark.parametrize("given", ["", " ", "x" * 101, "é"])
def test_request_without_a_key_is_not_done(bureau: Bureau, given: str) -> None:
    before = cases(bureau)
    headers = [(b"Idempotency-Key", given.encode("utf-8"))] if given else []
    bearer = (b"Authorization", f"Bearer {bureau.token()}".encode())
    answer = bureau.http.post("/api/v1/cases", json=NEW_CASE, headers=[bearer, *headers])
    assert (answer.status_code, answer.json().get("field")) == (400, "Idempotency-Key")
    assert cases(bureau) == before


def test_refused_request_may_be_sent_again_under_its_key(bureau: Bureau) -> None:
    finding = {"record": SEEN, "version": 1, "circumstances": "Gate 4", **ABOUT}
    wrong = bureau.ask("POST", "/hits/rejected", json={**finding, "reason": "no_such"}, headers=key("d"))
    assert wrong.status_code == 400
    token = bureau.token("analyst")
    for _ in range(2):
        # Refused by the role, which commits a row of the trail under the request.
        assert bureau.ask("POST", "/hits/confirmed", json=finding, headers=key("e"), token=token).status_code == 403
    good = bureau.ask("POST", "/hits/rejected", json={**finding, "reason": "rejected_other_person"}, headers=key("d"))
    assert good.status_code == 201
    with kept_unit(bureau.node) as unit:
        assert unit.kept_requests.get("m-analyst", bureau.own_api.once.request("", "e", "", "", {}).key) is None


def test_many_at_once_are_done_once(bureau: Bureau) -> None:
    before = cases(bureau)

    async def send() -> list[httpx.Response]:
        transport = httpx.ASGITransport(Starlette(routes=[bureau.api.mount()]), client=("127.0.0.1", 50_000))
        headers = {"Authorization": f"Bearer {bureau.token()}", **key("f")}
        async with httpx.AsyncClient(transport=transport, base_url="http://node", headers=headers) as client:
            return await asyncio.gather(*(client.post("/api/v1/cases", json=NEW_CASE) for _ in range(8)))

    answers = asyncio.run(send())
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 7
    assert cases(bureau) == before + 1
    assert bureau.own_api.once.under_way == {}


def test_request_whose_answer_was_lost_is_not_done_again(
    bureau: Bureau, again: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(*_: object) -> None:
        raise Unavailable("The node ended.", why="It was killed.", do="Start it.", retry_is_safe=True)

    before = cases(bureau)
    with monkeypatch.context() as patched:
        # The act is durable, and then the node ends: its answer is not kept.
        patched.setattr("entente.api.once.Once._change", ends)
        assert bureau.ask("POST", "/cases", json=NEW_CASE, headers=key("g")).status_code == 503
    answer = again.ask("POST", "/cases", json=NEW_CASE, headers=key("g"))
    assert (answer.status_code, answer.json()["what"]) == (409, "The request was done, and its answer was lost.")
    assert cases(bureau) == before + 1


def test_request_whose_act_was_undone_is_done_again(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise Unavailable("The disk is full.", why="It is.", do="Free some.", retry_is_safe=True)

    before = cases(bureau)
    with monkeypatch.context() as patched:
        # After the hook that notes the request, within the same transaction.
        patched.setattr("entente.storage.trail.TrailTables.keep", fails)
        assert bureau.ask("POST", "/cases", json=NEW_CASE, headers=key("h")).status_code == 503
    assert bureau.ask("POST", "/cases", json=NEW_CASE, headers=key("h")).status_code == 201
    assert cases(bureau) == before + 1


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "lost"])
def test_commit_that_is_reported_as_failed_is_done_once(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, *, kept: bool
) -> None:
    before, headers = cases(bureau), key(f"reported-{kept}")
    with monkeypatch.context() as patched:
        fail_commit_of(bureau.node, patched, kept=kept)
        answer = bureau.ask("POST", "/cases", json=NEW_CASE, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    again = bureau.ask("POST", "/cases", json=NEW_CASE, headers=headers)
    assert again.status_code == (409 if kept else 201), again.text
    assert cases(bureau) == before + 1


def test_request_that_another_one_did_meanwhile_is_undone(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = key("meanwhile")
    first = bureau.ask("POST", "/cases", json=NEW_CASE, headers=headers)
    before = cases(bureau), rows(bureau)
    with monkeypatch.context() as patched:
        # The one that goes on looked before the first was done; the first's row is there when it commits.
        patched.setattr(bureau.own_api.once, "open_view", NothingKept)
        answer = bureau.ask("POST", "/cases", json=NEW_CASE, headers=headers)
    assert (answer.status_code, answer.json()["what"]) == (409, "The request was done meanwhile.")
    assert (cases(bureau), rows(bureau)) == before
    assert bureau.ask("POST", "/cases", json=NEW_CASE, headers=headers).content == first.content


def test_request_is_forgotten_after_a_day(bureau: Bureau) -> None:
    first = bureau.ask("POST", "/cases", json=NEW_CASE, headers=key("i"))
    bureau.network.clock.move(seconds=KEPT.total_seconds() - 60)
    bureau.own_api.once.forget_old()
    assert bureau.ask("POST", "/cases", json=NEW_CASE, headers=key("i")).content == first.content
    bureau.network.clock.move(seconds=120)
    bureau.own_api.once.forget_old()
    with kept_unit(bureau.node) as unit:
        assert not unit.kept_requests.has_older(bureau.node.clock.now() + timedelta(days=1))
    assert bureau.ask("POST", "/cases", json=NEW_CASE, headers=key("i")).json()["id"] != first.json()["id"]


def test_nothing_of_what_was_asked_is_kept(bureau: Bureau) -> None:
    bureau.ask("POST", "/cases", json={**NEW_CASE, "title": "Zarathustra"}, headers=key("Zoroaster"))
    with kept_unit(bureau.node) as unit:
        api: Api = bureau.api
        kept = unit.kept_requests.get("m-duty-officer", api.once.request("", "Zoroaster", "", "", {}).key)
    assert kept is not None
    assert "Zarathustra" not in repr(kept)
    assert "Zoroaster" not in repr(kept)
    assert kept.answer is not None
    assert set(kept.answer) & set("{}") == set("{}")


def test_key_of_another_request_is_a_conflict_also_where_a_version_is_asked(bureau: Bureau) -> None:
    headers = {**key("version"), "If-Match": '"7"'}
    path = f"/records/{OWN}/withdrawal"
    assert bureau.ask("POST", path, json={"reason": "x"}, headers=headers).status_code == 412
    bureau.ask("POST", "/cases", json=NEW_CASE, headers=key("version"))
    assert bureau.ask("POST", path, json={"reason": "x"}, headers=headers).status_code == 409
