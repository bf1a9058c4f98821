"""What is new, as server-sent events: to whom it may be told, once, in order, and to nobody for longer than its token (P14)."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.applications import Starlette

from entente.api import event_stream, events
from entente.api.event_table import AUDIENCES, CHANGES, EventKind
from entente.api.events import TrailSource
from entente.bodies.tokens import Scope
from entente.kernel.canonical import JsonObject
from entente.storage.folder import Folder
from entente.storage.store import StoreReader
from entente.verbs import perform
from tests.support.api_world import ABOUT, SEEN, TERMS, WANTED, Bureau, open_bureau
from tests.support.nodes import DUTY, HEAD


@pytest.fixture
def own_bureau(tmp_path: Path) -> Iterator[Bureau]:
    """Open a network of its own, for a test that ends records or takes roles away."""
    with open_bureau(tmp_path) as opened_one:
        yield opened_one


def blocks(text: str) -> list[dict[str, str]]:
    """Take a stream apart, as a reader of one does."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if fields:
            found.append(fields)
    return found


def told(bureau: Bureau, after: str = "", token: str | None = None, **params: str) -> tuple[list[Any], str]:
    """Return the events behind an id, each with its own, and the id to go on with."""
    while bureau.api.events.step():
        pass
    headers = {"Last-Event-ID": after} if after else {}
    answer = bureau.ask("GET", "/events", token=token, params={"seconds": "0", **params}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    found = blocks(answer.text)
    return [
        {**json.loads(one["data"]), "event_id": one["id"], "event": one["event"]} for one in found if "data" in one
    ], found[-1]["id"]


def send(bureau: Bureau, subject: str) -> str:
    letter: JsonObject = {"officer": DUTY, "instrument": "charter", "subject": subject, "text": "t", "to": "XA-NCB"}
    sent: Any = perform(bureau.node, "message_send", letter)
    return str(sent["message"]["id"])


def share_another(bureau: Bureau, folder: Path) -> str:
    """Have a record come in from XA, and return its id there."""
    record = f"w-{uuid4()}"
    xa, file = bureau.network["XA-NCB"], folder / f"{record}.jsonl"
    file.write_text(json.dumps({**WANTED, "id": record}) + "\n", encoding="utf-8")
    perform(xa, "record_import", {"officer": DUTY, "file": str(file), "terms": TERMS.read_text(encoding="utf-8")})
    perform(xa, "record_share", {"officer": DUTY, "records": [record], "recipients": ["XB-NCB"]})
    bureau.network.deliver()
    return record


def test_what_happens_is_told_as_references_alone(bureau: Bureau, tmp_path: Path) -> None:
    _, start = told(bureau)
    message = send(bureau, "Gate 4")
    case: Any = perform(bureau.node, "case_open", {"officer": DUTY, "title": "Мухаммедов", "crime_area": "fugitives"})
    shared = share_another(bureau, tmp_path)
    found, _ = told(bureau, start, **ABOUT)
    kinds = [(one["kind"], one["change"], one["id"]) for one in found]
    assert ("message", "sent", message) in kinds
    assert ("case", "opened", case["case"]["number"]) in kinds
    record = next(one for one in found if one["kind"] == "record")
    assert (record["change"], record["id"].endswith(f"/{shared}")) == ("changed", True)
    assert all(set(one) == {"kind", "change", "id", "href", "at", "event_id", "event"} for one in found)
    assert all(one["kind"] == one["event"] for one in found)
    assert "Мухаммедов" not in json.dumps(found, ensure_ascii=False)
    for one in found:
        path = one["href"].removeprefix("/api/v1")
        assert bureau.ask("GET", path, params=ABOUT if one["kind"] == "record" else None).status_code == 200, path
    # Searches and looks are rows too, and nothing new to anybody.
    _, here = told(bureau)
    perform(bureau.node, "search", {"officer": DUTY, "names": ["x"], "occasion": "Gate 4", **ABOUT})
    assert told(bureau, here, **ABOUT)[0] == []


def test_stream_goes_on_behind_any_event_without_gap_or_repetition(bureau: Bureau) -> None:
    _, start = told(bureau)
    sent = [send(bureau, str(count)) for count in range(7)]
    whole, end = told(bureau, start)
    assert [one["id"] for one in whole] == sent
    for place, one in enumerate(whole):
        rest, _ = told(bureau, one["event_id"])
        assert [other["event_id"] for other in rest] == [other["event_id"] for other in whole[place + 1 :]]
    assert told(bureau, end)[0] == []


def test_reader_that_fell_behind_what_is_kept_misses_nothing(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "CHANNEL_BYTES_MAX", 1_000)
    monkeypatch.setattr(events, "ROWS_AT_ONCE", 3)

    async def listen() -> tuple[int, bytes]:
        loop, hub = asyncio.get_running_loop(), bureau.api.events
        bearer = bureau.node.tokens.bearer(bureau.token())
        every = frozenset(EventKind)
        question = events.Question(bearer.account.id, frozenset(bearer.scopes), every, "", "")
        listener = hub.open(bearer, question, "", loop)
        for count in range(20):
            send(bureau, str(count))
        while hub.step():
            pass
        _, _, held = hub.count()
        assert hub.is_behind(listener)
        read = b""
        while hub.is_behind(listener):
            read += hub.catch_up(listener)
        read += hub.take(listener)
        hub.close(listener)
        return held, read

    while bureau.api.events.step():
        pass
    held, read = asyncio.run(listen())
    assert held <= 1_000
    marks = [one["id"] for one in blocks(read.decode())]
    assert len(marks) == len(set(marks)) == 20


def test_ids_tell_nothing_and_are_one_account_s(bureau: Bureau) -> None:
    _, start = told(bureau)
    send(bureau, "1")
    send(bureau, "2")
    found, _ = told(bureau, start)
    marks = [one["event_id"] for one in found]
    sequences = [row.sequence for row in bureau.node.trail.latest(2)]
    for mark in marks:
        raw = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4))
        assert not any(str(one).encode() in raw for one in sequences)
    assert len({len(mark) for mark in marks}) == 1
    others = {"Last-Event-ID": marks[0]}
    answer = bureau.ask("GET", "/events", token=bureau.token("analyst"), params={"seconds": "0"}, headers=others)
    assert (answer.status_code, answer.json()["field"]) == (400, "Last-Event-ID")
    for bad in (marks[0][:-1], "x", "1", marks[0] + "AAAA", "0" * 43):
        answer = bureau.ask("GET", "/events", params={"seconds": "0"}, headers={"Last-Event-ID": bad})
        assert (answer.status_code, answer.json()["field"]) == (400, "Last-Event-ID")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("kinds=gossip", "kinds"), ("kinds=HIT", "kinds"), ("purpose=identify", "crime_area"),
        ("crime_area=fugitives", "purpose"),
        ("purpose=x&crime_area=fugitives", "purpose"), ("seconds=-1", "seconds"), ("seconds=x", "seconds"), ("after=1", "after"),
    ],
)  # fmt: skip
def test_question_of_another_form_is_refused_by_field(bureau: Bureau, query: str, field: str) -> None:
    answer = bureau.ask("GET", f"/events?{query}")
    assert (answer.status_code, answer.json().get("field")) == (400, field), answer.text


def test_each_is_told_what_scope_and_role_let_it_read(bureau: Bureau, tmp_path: Path) -> None:
    border, narrow = bureau.token("border_officer"), bureau.token("duty_officer", frozenset({Scope.READ_EVENTS}))
    starts = {token: told(bureau, token=token)[1] for token in (bureau.token(), border, narrow)}
    send(bureau, "1")
    share_another(bureau, tmp_path)
    kinds = {
        token: {one["kind"] for one in told(bureau, start, token=token, **ABOUT)[0]} for token, start in starts.items()
    }
    assert {"message", "record"} <= kinds[bureau.token()]
    assert "message" not in kinds[border]
    assert kinds[narrow] == set()
    asked = told(bureau, starts[bureau.token()], kinds="record,hit", **ABOUT)[0]
    assert {one["kind"] for one in asked} == {"record"}


def test_records_are_told_for_a_purpose_by_the_gate_alone(bureau: Bureau, tmp_path: Path) -> None:
    _, start = told(bureau)
    share_another(bureau, tmp_path)

    def records(**why: str) -> list[str]:
        return [one["id"] for one in told(bureau, start, kinds="record", **why)[0]]

    assert len(records(**ABOUT)) == 1
    assert records() == []
    assert records(purpose="analysis", crime_area="drugs") == []
    # A border officer may not read what is confidential above official use: the same row, and nothing of it.
    _, here = told(bureau, token=bureau.token("border_officer"))
    share_another(bureau, tmp_path)
    assert told(bureau, here, token=bureau.token("border_officer"), kinds="record", **ABOUT)[0] == []


def test_withdrawn_record_is_told_and_erased_one_is_absent(own_bureau: Bureau) -> None:
    _, start = told(own_bureau)
    perform(own_bureau.network["XA-NCB"], "record_withdraw", {"officer": DUTY, "record": "w-1", "reason": "Found."})
    own_bureau.network.deliver()
    found, here = told(own_bureau, start, kinds="record", **ABOUT)
    assert [(one["change"], one["id"].rpartition("/")[2]) for one in found] == [("ended", SEEN.rpartition("/")[2])]
    perform(own_bureau.node, "record_erase", {"officer": HEAD, "record": "o-2", "reason": "no_longer_needed"})
    assert told(own_bureau, here, kinds="record", **ABOUT)[0] == []


def test_match_is_told_to_whose_query_it_is_and_to_nobody_else(bureau: Bureau, tmp_path: Path) -> None:
    mine, other = bureau.token(), bureau.token("analyst")
    starts = {token: told(bureau, token=token)[1] for token in (mine, other)}
    share_another(bureau, tmp_path)
    assert bureau.node.watching.step()
    own = told(bureau, starts[mine], token=mine, kinds="match")[0]
    assert [(one["change"], one["id"]) for one in own] == [("raised", bureau.standing)]
    assert told(bureau, starts[other], token=other, kinds="match")[0] == []


def test_account_that_lost_its_role_is_told_by_the_roles_it_has(own_bureau: Bureau) -> None:
    async def listen() -> list[bytes]:
        loop, hub = asyncio.get_running_loop(), own_bureau.api.events
        bearer = own_bureau.node.tokens.bearer(own_bureau.token())
        question = events.Question(bearer.account.id, frozenset(bearer.scopes), frozenset({EventKind.MESSAGE}), "", "")
        listener = hub.open(bearer, question, "", loop)
        taken = []
        for role in ("duty_officer", "border_officer"):
            given: JsonObject = {"officer": HEAD, "id": bearer.account.id, "roles": [role], "machine": True}
            perform(own_bureau.node, "officer_add", given)
            while hub.step():
                pass
            send(own_bureau, role)
            while hub.step():
                pass
            taken.append(hub.take(listener))
        hub.close(listener)
        return taken

    while own_bureau.api.events.step():
        pass
    first, second = asyncio.run(listen())
    assert first.count(b"event: message") == 1
    assert second == b""


class Reader:
    """Reads a stream as a server would hand it on, and goes when it has enough."""

    def __init__(self, bureau: Bureau, token: str | None = None, query: bytes = b"") -> None:
        given = {"authorization": f"Bearer {bureau.token() if token is None else token}"}
        self.scope: dict[str, Any] = {
            "type": "http", "method": "GET", "path": "/api/v1/events", "raw_path": b"", "query_string": query,
            "headers": [(name.encode(), value.encode()) for name, value in given.items()], "client": ("127.0.0.1", 5),
            "server": ("127.0.0.1", 80), "scheme": "http", "http_version": "1.1", "root_path": "",
        }  # fmt: skip
        self.app = Starlette(routes=[bureau.api.mount()])
        self.text = ""
        self.status = 0
        self.gone = asyncio.Event()
        self.has_more = asyncio.Event()
        self.is_over = self.is_asked = False

    async def run(self) -> None:
        await self.app(self.scope, self.receive, self.send)
        self.is_over = True
        self.has_more.set()

    async def receive(self) -> dict[str, Any]:
        if not self.is_asked:
            self.is_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:  # noqa: ANN401 - as ASGI has it
        self.status = message.get("status", self.status)
        self.text += message.get("body", b"").decode()
        self.has_more.set()

    async def until(self, words: str, seconds: float = 5.0) -> None:
        async with asyncio.timeout(seconds):
            while words not in self.text:
                self.has_more.clear()
                await self.has_more.wait()
                assert words in self.text or not self.is_over, self.text


async def stepped(bureau: Bureau, *readers: Reader) -> None:
    """Step the events as their thread does, until all of these listen and everything is told."""
    for reader in readers:
        await reader.until("id: ")
    while await asyncio.to_thread(bureau.api.events.step):
        pass


def test_live_stream_tells_beats_and_ends_with_its_token(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.05)
    made: Any = perform(
        bureau.node,
        "token_make",
        {"officer": HEAD, "account": "m-duty-officer", "scopes": [Scope.READ_EVENTS, Scope.READ_MESSAGES]},
    )

    async def live() -> tuple[str, str]:
        ending, staying = Reader(bureau, made["text"]), Reader(bureau)
        tasks = [asyncio.ensure_future(one.run()) for one in (ending, staying)]
        await stepped(bureau, ending, staying)
        await ending.until(": \nid: ")
        await asyncio.to_thread(send, bureau, "live")
        await stepped(bureau)
        await ending.until("event: message")
        await staying.until("event: message")
        await asyncio.to_thread(perform, bureau.node, "token_revoke", {"officer": HEAD, "token": made["token"]["id"]})
        await stepped(bureau)
        await ending.until('event: end\ndata: {"why": "token"}')
        async with asyncio.timeout(5):
            await tasks[0]
        assert not staying.is_over
        staying.gone.set()
        async with asyncio.timeout(5):
            await tasks[1]
        return ending.text, staying.text

    ended, stayed = asyncio.run(live())
    assert "event: end" not in stayed
    assert ended.startswith("retry: ")
    assert bureau.api.events.count() == (0, 0, 0)


def test_streams_end_when_the_node_stops(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    async def live() -> str:
        reader = Reader(bureau)
        task = asyncio.ensure_future(reader.run())
        await stepped(bureau, reader)
        monkeypatch.setattr(bureau.api.events, "_is_stopping", lambda: True)
        await asyncio.to_thread(bureau.api.events.step)
        async with asyncio.timeout(5):
            await task
        return reader.text

    assert 'event: end\ndata: {"why": "stopping"}' in asyncio.run(live())


def test_reader_that_takes_nothing_is_let_go(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "SEND_SECONDS_MAX", 0.05)

    class Dead(Reader):
        async def send(self, message: Any) -> None:  # noqa: ANN401 - as ASGI has it
            if message["type"] == "http.response.body":
                await asyncio.sleep(60)

    async def live() -> None:
        async with asyncio.timeout(5):
            await Dead(bureau).run()

    asyncio.run(live())
    assert bureau.api.events.count() == (0, 0, 0)


def test_token_has_so_many_streams_and_no_more(bureau: Bureau) -> None:
    async def live() -> tuple[int, int]:
        readers = [Reader(bureau) for _ in range(events.STREAMS_OF_TOKEN_MAX)]
        tasks = [asyncio.ensure_future(one.run()) for one in readers]
        await stepped(bureau, *readers)
        more, other = Reader(bureau), Reader(bureau, bureau.token("analyst"), b"seconds=0")
        await more.run()
        await other.run()
        for one in readers:
            one.gone.set()
        await asyncio.gather(*tasks)
        return more.status, other.status

    bureau.token("analyst")
    assert asyncio.run(live()) == (429, 200)


def test_another_reader_of_the_store_has_the_same_rows(bureau: Bureau) -> None:
    own = TrailSource(bureau.node.tokens.open_view)
    beside = TrailSource(StoreReader(Folder(bureau.node.settings.folder)).view)
    send(bureau, "1")
    assert beside.latest_position() == own.latest_position() > 0
    assert beside.since(own.latest_position() - 3, 10) == own.since(own.latest_position() - 3, 10)
    assert len(beside.since(0, 2)) == 2


def test_table_of_events_is_whole(bureau: Bureau) -> None:
    assert set(AUDIENCES) == set(EventKind) == {kind for kind, _ in CHANGES.values()}
    verbs = {verb for audience in AUDIENCES.values() for verb in audience.needs}
    assert verbs <= {verb for role in bureau.node.lists.roles.values() for verb in role.verbs}


def test_head_of_a_stream_opens_none(bureau: Bureau) -> None:
    answer = bureau.ask("HEAD", "/events")
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    assert bureau.api.events.count() == (0, 0, 0)
