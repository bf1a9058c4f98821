"""Jobs: searched and imported beside the answers, once, to the end, and seen by their own account alone (P12)."""

from __future__ import annotations

import asyncio
import errno
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from entente.api import jobs as job_rules
from entente.api import tried_again
from entente.api.running import Runner
from entente.api.turns import long_at_once
from entente.bodies.tokens import Scope
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Unavailable
from entente.kernel.jobs import Job
from entente.storage import job_files
from entente.storage.job_files import JobFolder
from entente.verbs import perform
from tests.support.api_world import ABOUT, KEPT, SEEN, TERMS, WANTED, Bureau, open_bureau, opened
from tests.support.nodes import DUTY, HEAD

WHY: JsonObject = {"occasion": "Gate 4", **ABOUT}
ROWS = 230


@pytest.fixture
def own_bureau(tmp_path: Path) -> Iterator[Bureau]:
    """Open a network of its own, for a test that ends records or lets days pass."""
    with open_bureau(tmp_path) as opened_one:
        yield opened_one


def many_queries(count: int = ROWS) -> list[Json]:
    found: list[Json] = [{"names": [f"Nobody {row}"], "reference": f"r-{row}"} for row in range(1, count + 1)]
    found[0] = {"names": ["Muhammadov"], "reference": "r-1"}
    return found


def read_all(bureau: Bureau, job: str, limit: int = 100) -> list[Any]:
    rows: list[Any] = []
    cursor = None
    while True:
        asked = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        page = bureau.ask("GET", f"/jobs/{job}/results", params=asked)
        assert page.status_code == 200, page.text
        rows += page.json()["rows"]
        cursor = page.json()["next"]
        if cursor is None:
            return rows


def rows_of_trail(bureau: Bureau, verb: str) -> int:
    return sum(1 for row in bureau.node.trail.latest(1_000) if row.act.verb == verb)


def test_batch_answers_every_query_in_order_with_rows_in_the_trail(bureau: Bureau) -> None:
    before = rows_of_trail(bureau, "search")
    queries = many_queries()
    queries[5] = {"birth_date": "?"}
    job = bureau.begun("/searches/batches", {"queries": queries, **WHY})
    waiting = bureau.job(job)
    assert (waiting["state"], waiting["done"], waiting["kind"]) == ("waiting", 0, "searches")
    assert bureau.ask("GET", f"/jobs/{job}/results").json()["next"] is not None
    bureau.work()
    done = bureau.job(job)
    assert (done["state"], done["done"], done["outcome"], done["files"]) == ("done", ROWS, {"rows": ROWS}, [])
    rows = read_all(bureau, job)
    assert [row["row"] for row in rows] == list(range(1, ROWS + 1))
    assert "XA-NCB/w-1" in {one["name"] for one in rows[0]["answer"]["candidates"]}
    assert rows[0]["reference"] == "r-1"
    assert rows[5]["answer"]["error"]["code"] == "invalid"
    assert [one["answer"]["candidates"] for one in rows[6:]] == [[]] * (ROWS - 6)
    assert rows_of_trail(bureau, "search") - before == 3
    assert {row["trail_sequence"] for row in rows} <= {row.sequence for row in bureau.node.trail.latest(10)}


@pytest.mark.parametrize(
    ("name", "data", "references"),
    [
        ("list.csv", b'name,reference\nMuhammadov,a\n"broken,b\nNobody,c\n', ["a", "", "c"]),
        (
            "list.jsonl",
            b'{"names": ["Muhammadov"], "reference": "a"}\n{broken\n\n{"names": ["Nobody"]}\n',
            ["a", "", ""],
        ),
    ],
)
def test_batch_is_read_from_a_file(bureau: Bureau, name: str, data: bytes, references: list[str]) -> None:
    upload = bureau.uploaded(name, data)
    job = bureau.begun("/searches/batches", {"upload": upload, **WHY})
    bureau.work()
    rows = read_all(bureau, job)
    assert [row["reference"] for row in rows] == references
    assert rows[0]["answer"]["candidates"]
    assert "error" in rows[1]["answer"]
    # It was taken: nobody else gets it, and nothing of it stays.
    answer = bureau.ask(
        "POST", "/searches/batches", json={"upload": upload, **WHY}, headers={"Idempotency-Key": "other"}
    )
    assert answer.status_code == 404
    assert data[:20] not in everything_in(bureau)


def everything_in(bureau: Bureau) -> bytes:
    folder = bureau.node.settings.folder
    return b"".join(
        path.read_bytes() for part in ("jobs", "uploads") for path in (folder / part).rglob("*") if path.is_file()
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"queries": [{"names": ["x"]}], **ABOUT}, "case"),
        ({**WHY}, "queries"),
        ({"queries": [{"names": ["x"]}], "upload": f"upload-{'0' * 32}", **WHY}, "queries"),
        ({"queries": [], **WHY}, "queries"),
    ],
)
def test_batch_that_is_not_well_formed_makes_no_job(bureau: Bureau, body: JsonObject, field: str) -> None:
    before = len(bureau.ask("GET", "/jobs").json()["jobs"])
    answer = bureau.ask("POST", "/searches/batches", json=body, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json().get("field")) == (400, field), answer.text
    assert len(bureau.ask("GET", "/jobs").json()["jobs"]) == before


def test_same_request_is_one_job_after_a_restart_too(bureau: Bureau) -> None:
    body: JsonObject = {"queries": many_queries(3), **WHY}
    job = bureau.begun("/searches/batches", body, "same")
    assert bureau.begun("/searches/batches", body, "same") == job
    again = opened(bureau.network, bureau.node)
    again.tokens = bureau.tokens
    answer = again.ask("POST", "/searches/batches", json=body, headers={"Idempotency-Key": "same"})
    assert (answer.json()["id"], answer.headers["idempotency-replayed"]) == (job, "true")
    other = again.ask(
        "POST", "/searches/batches", json={**body, "occasion": "Gate 5"}, headers={"Idempotency-Key": "same"}
    )
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert again.ask("POST", "/searches/batches", json=body).json()["field"] == "Idempotency-Key"


def test_job_of_others_is_as_absent_to_the_byte(bureau: Bureau) -> None:
    upload = bureau.uploaded("list.csv", b"name\nMuhammadov\n")
    other = bureau.token("analyst")
    narrow = bureau.token("duty_officer", frozenset({Scope.JOBS, Scope.IMPORT}))
    absent = f"job-{'0' * 32}"
    answers = {
        (answer.status_code, answer.content)
        for token, job in ((other, bureau.batch), (narrow, bureau.batch), (other, absent), (None, absent), (None, "x"))
        for path in (f"/jobs/{job}", f"/jobs/{job}/results", f"/jobs/{job}/files/rejects.jsonl")
        for answer in [bureau.ask("GET", path, token=token)]
    }
    answers |= {
        (answer.status_code, answer.content)
        for job in (bureau.batch, absent)
        for answer in [bureau.ask("POST", f"/jobs/{job}/cancellation", token=other)]
    }
    answers |= {
        (answer.status_code, answer.content)
        for name in (upload, f"upload-{'0' * 32}")
        for answer in [
            bureau.ask(
                "POST",
                "/searches/batches",
                token=other,
                json={"upload": name, **WHY},
                headers={"Idempotency-Key": name},
            )
        ]
    }
    assert answers == {(404, bureau.ask("GET", "/nothing").content)}
    assert bureau.batch not in bureau.ask("GET", "/jobs", token=other).text
    assert {one["kind"] for one in bureau.ask("GET", "/jobs", token=narrow).json()["jobs"]} == {"import"}
    bureau.own_api.jobs.drop_upload(bureau.own_api.jobs.upload(bureau.node.tokens.bearer(bureau.token()), upload))


def test_stopped_node_goes_on_behind_what_is_durable(own_bureau: Bureau) -> None:
    job = own_bureau.begun("/searches/batches", {"queries": many_queries(), **WHY})
    jobs = own_bureau.own_api.jobs
    put, calls = jobs.files.put, []

    def put_and_stop(kept: Any) -> None:  # noqa: ANN401 - a job
        put(kept)
        calls.append(kept.done)
        if kept.done == 100:
            jobs.stop()

    jobs.files = Wrapped(jobs.files, put_and_stop)
    assert jobs.run_next()
    assert calls[-1] == 100
    # What a crash left behind the last durable slice does not count.
    results = own_bureau.node.settings.folder / "jobs" / job / "results.jsonl"
    with results.open("ab") as half:
        half.write(b'{"row": 101, "ref')
    again = opened(own_bureau.network, own_bureau.node)
    again.tokens = own_bureau.tokens
    assert again.job(job)["done"] == 100
    again.work()
    assert again.job(job)["state"] == "done"
    assert [row["row"] for row in read_all(again, job)] == list(range(1, ROWS + 1))


def test_job_that_waits_for_its_turn_as_the_node_stops_is_not_lost(
    own_bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_bureau.work()
    job = own_bureau.begun("/searches/batches", {"queries": many_queries(3), **WHY})
    is_stopping = [False]

    def no_turn(_: object) -> JsonObject:
        is_stopping[0] = True
        raise Unavailable("The node stops.", why="It was asked to.", do="Start it again.", retry_is_safe=True)

    monkeypatch.setattr(own_bureau.api.jobs, "_in_turn", no_turn)
    monkeypatch.setattr(own_bureau.api.jobs, "_is_stopping", lambda: is_stopping[0])
    assert own_bureau.api.jobs.run_next()
    assert (own_bureau.job(job)["state"], own_bureau.job(job)["error"]) == ("running", None)
    monkeypatch.undo()
    own_bureau.work()
    assert own_bureau.job(job)["state"] == "done"


def test_job_waits_for_its_turn_in_the_loop_that_gives_them() -> None:
    """As a running node does; without a loop it waits for nobody."""
    runner, done = Runner(1), []

    async def serve() -> None:
        runner.serve_from(asyncio.get_running_loop())
        # So many at once, by its own count of search processes.
        turns = [await runner._long.take() for _ in range(long_at_once(1))]  # noqa: SLF001 - whose turn it is stands here alone
        thread = threading.Thread(target=lambda: done.append(runner.in_long_turn(lambda: {"is": "done"})))
        thread.start()
        await asyncio.sleep(0.05)
        assert done == []
        for turn in turns:
            turn.end()
        await asyncio.to_thread(thread.join)
        runner.serve_from(None)

    asyncio.run(serve())
    assert done == [{"is": "done"}]
    assert runner.in_long_turn(lambda: {"is": "done"}) == {"is": "done"}


class Wrapped:
    """The files of jobs, with something done after each `put`."""

    def __init__(self, files: Any, put: Any) -> None:  # noqa: ANN401 - stands in for a port
        self._files = files
        self.put = put

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - stands in for a port
        return getattr(self._files, name)


def test_cancelled_job_does_no_more_and_stays_cancelled(bureau: Bureau) -> None:
    bureau.work()
    job = bureau.begun("/searches/batches", {"queries": many_queries(3), **WHY})
    before = rows_of_trail(bureau, "search")
    answer = bureau.ask("POST", f"/jobs/{job}/cancellation")
    assert (answer.status_code, answer.json()["job"]["state"]) == (200, "cancelled")
    bureau.work()
    assert rows_of_trail(bureau, "search") == before
    assert bureau.ask("POST", f"/jobs/{job}/cancellation").json()["job"]["state"] == "cancelled"
    assert read_all(bureau, job) == []


def test_job_ends_with_its_token(bureau: Bureau) -> None:
    made: Any = perform(
        bureau.node,
        "token_make",
        {"officer": HEAD, "account": "m-duty-officer", "scopes": [Scope.SEARCH, Scope.JOBS]},
    )
    job = bureau.begun("/searches/batches", {"queries": many_queries(3), **WHY}, token=made["text"])
    perform(bureau.node, "token_revoke", {"officer": HEAD, "token": made["token"]["id"]})
    bureau.work()
    shown = bureau.job(job)
    assert (shown["state"], shown["error"]["reason"], shown["done"]) == ("failed", "token", 0)


def test_results_show_what_may_be_seen_when_they_are_read(own_bureau: Bureau) -> None:
    job = own_bureau.begun("/searches/batches", {"queries": many_queries(2), **WHY})
    own_bureau.work()

    def names() -> list[str]:
        return [one["name"] for one in read_all(own_bureau, job)[0]["answer"]["candidates"]]

    assert {"XA-NCB/w-1", KEPT} <= set(names())
    perform(own_bureau.node, "record_withdraw", {"officer": DUTY, "record": KEPT, "reason": "Found."})
    perform(own_bureau.network["XA-NCB"], "record_withdraw", {"officer": DUTY, "record": "w-1", "reason": "Found."})
    own_bureau.network.deliver()
    assert not {"XA-NCB/w-1", KEPT} & set(names())


def test_what_is_erased_is_erased_from_results_too(own_bureau: Bureau) -> None:
    job = own_bureau.begun("/searches/batches", {"queries": many_queries(2), **WHY})
    exported = own_bureau.begun("/exports", {**ABOUT})
    own_bureau.work()
    assert own_bureau.job(exported)["files"][0]["name"] == "records.jsonl"
    assert KEPT.rpartition("/")[2].encode() in everything_in(own_bureau)
    perform(own_bureau.node, "record_erase", {"officer": HEAD, "record": KEPT, "reason": "no_longer_needed"})
    own_bureau.own_api.jobs.keep_house()
    left = everything_in(own_bureau)
    assert b"/o-2" not in left
    assert b'"o-2"' not in left
    assert own_bureau.job(exported)["files"] == []
    assert len(read_all(own_bureau, job)) == 2


def test_export_is_given_no_more_once_its_account_may_see_less(own_bureau: Bureau) -> None:
    token = own_bureau.token()
    exported = own_bureau.begun("/exports", {**ABOUT})
    own_bureau.work()
    file = f"/jobs/{exported}/files/records.jsonl"
    assert KEPT.rpartition("/")[2] in own_bureau.ask("GET", file).text
    entered: JsonObject = {"officer": HEAD, "id": "m-duty-officer", "machine": True}
    perform(own_bureau.node, "officer_add", {**entered, "roles": ["duty_officer", "analyst"]})
    assert own_bureau.ask("GET", file).status_code == 200
    # A role that may export as well, and is cleared for less.
    perform(own_bureau.node, "officer_add", {**entered, "roles": ["integrator"]})
    absent, hidden = own_bureau.ask("GET", f"/jobs/{exported}/files/none", token=token), own_bureau.ask("GET", file)
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
    shown = own_bureau.job(exported)
    assert (shown["files"], shown["outcome"]) == ([], None)
    own_bureau.own_api.jobs.keep_house()
    assert own_bureau.ask("GET", f"/jobs/{exported}").status_code == 404


def test_what_is_erased_while_a_batch_goes_on_is_gone_at_its_next_slice(own_bureau: Bureau) -> None:
    job = own_bureau.begun("/searches/batches", {"queries": many_queries(), **WHY})
    jobs, at = own_bureau.api.jobs, dict[int, bool]()
    put, results = jobs.files.put, own_bureau.node.settings.folder / "jobs" / job / "results.jsonl"

    def put_and_erase(kept: Any) -> None:  # noqa: ANN401 - a job
        put(kept)
        at[kept.done] = results.exists() and b"/o-2" in results.read_bytes()
        if kept.done == 100 and at[100]:
            perform(own_bureau.node, "record_erase", {"officer": HEAD, "record": KEPT, "reason": "no_longer_needed"})

    jobs.files = Wrapped(jobs.files, put_and_erase)
    own_bureau.work()
    assert (at[200], at[ROWS]) == (False, False)
    rows = read_all(own_bureau, job)
    assert [row["row"] for row in rows] == list(range(1, ROWS + 1))
    left = {one["name"] for one in rows[0]["answer"]["candidates"]}
    assert KEPT not in left
    assert SEEN in left


def test_job_is_kept_a_day_and_a_file_an_hour(own_bureau: Bureau) -> None:
    upload = own_bureau.uploaded("list.csv", b"name\nMuhammadov\n")
    own_bureau.network.clock.move(hours=2)
    own_bureau.own_api.jobs.keep_house()
    assert own_bureau.job(own_bureau.batch)["state"] == "done"
    assert not (own_bureau.node.settings.folder / "uploads" / upload).exists()
    own_bureau.network.clock.move(hours=23)
    own_bureau.own_api.jobs.keep_house()
    assert own_bureau.ask("GET", f"/jobs/{own_bureau.batch}").status_code == 404
    assert list((own_bureau.node.settings.folder / "jobs").iterdir()) == []


def test_account_has_so_many_jobs_under_way_and_no_more(bureau: Bureau) -> None:
    bureau.work()
    for _ in range(job_rules.UNDER_WAY_MAX):
        bureau.begun("/searches/batches", {"queries": many_queries(1), **WHY})
    body: JsonObject = {"queries": many_queries(1), **WHY}
    answer = bureau.ask("POST", "/searches/batches", json=body, headers={"Idempotency-Key": "more"})
    assert (answer.status_code, answer.json()["retry_is_safe"]) == (429, True)
    assert int(answer.headers["retry-after"]) > 0
    bureau.begun("/searches/batches", body, token=bureau.token("analyst"))
    bureau.work()
    bureau.begun("/searches/batches", body, "more")


def test_import_counts_keeps_rejects_and_is_done_again_without_change(bureau: Bureau) -> None:
    rows = [json.dumps({**WANTED, "id": f"i-{row}"}) for row in range(60)]
    data = ("\n".join([*rows, '{"id": "bad"}']) + "\n").encode()
    terms = TERMS.read_text("utf-8")
    first = bureau.begun("/imports", {"upload": bureau.uploaded("list.jsonl", data), "terms": terms})
    bureau.work()
    shown = bureau.job(first)
    assert (shown["state"], shown["done"], shown["total"], shown["share"]) == ("done", 61, None, 1_000), shown
    assert {name: shown["outcome"]["summary"][name] for name in ("created", "unchanged", "rejected")} == {
        "created": 60, "unchanged": 0, "rejected": 1,
    }  # fmt: skip
    (file,) = shown["files"]
    rejects = bureau.ask("GET", f"/jobs/{first}/files/{file['name']}")
    assert len(rejects.content) == file["bytes"]
    assert b"bad" in rejects.content
    second = bureau.begun("/imports", {"upload": bureau.uploaded("list.jsonl", data), "terms": terms})
    bureau.work()
    assert bureau.job(second)["outcome"]["summary"]["unchanged"] == 60
    assert str(bureau.node.settings.folder) not in json.dumps([bureau.job(first), bureau.job(second)])


@pytest.mark.parametrize("is_back", [True, False])
def test_job_whose_store_is_gone_for_a_while_goes_on_when_it_is_back(
    own_bureau: Bureau, monkeypatch: pytest.MonkeyPatch, *, is_back: bool
) -> None:
    monkeypatch.setattr(tried_again, "PAUSE_SECONDS", 0.0)
    if not is_back:
        monkeypatch.setattr(tried_again, "SECONDS_MAX", 0.0)
    job = own_bureau.begun("/searches/batches", {"queries": many_queries(), **WHY})
    jobs, gone = own_bureau.own_api.jobs, [3 if is_back else 1]
    put = jobs.files.put

    def put_or_not(kept: Any) -> None:  # noqa: ANN401 - a job
        if kept.done == 100 and gone[0]:
            gone[0] -= 1
            raise Unavailable("The server is gone.", why="It was killed.", do="Wait.", retry_is_safe=True)
        put(kept)

    jobs.files = Wrapped(jobs.files, put_or_not)
    own_bureau.work()
    shown = own_bureau.job(job)
    assert shown["state"] == ("done" if is_back else "failed")
    if is_back:
        assert [row["row"] for row in read_all(own_bureau, job)] == list(range(1, ROWS + 1))
    else:
        assert shown["error"]["what"] == "The server is gone."


class Killed(BaseException):
    """The process ended here."""


@pytest.mark.parametrize("place", ["before", "after"])
def test_job_that_was_done_as_the_node_was_killed_is_done_again_and_leaves_nothing_it_was_done_from(
    own_bureau: Bureau, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    data = "".join(json.dumps({**WANTED, "id": f"k-{row}"}) + "\n" for row in range(5)).encode()
    terms = TERMS.read_text("utf-8")
    job = own_bureau.begun("/imports", {"upload": own_bureau.uploaded("list.jsonl", data), "terms": terms})
    put = JobFolder.put

    def killed(files: JobFolder, kept: Job) -> None:
        if place == "after" or not kept.has_ended:
            put(files, kept)
        if kept.has_ended:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(JobFolder, "put", killed)
        with pytest.raises(Killed):
            own_bureau.work()
    again = opened(own_bureau.network, own_bureau.node)
    again.tokens = own_bureau.tokens
    again.work()
    assert again.job(job)["state"] == "done", again.job(job)
    assert data[:40] not in everything_in(again)


def test_file_that_was_acknowledged_waits_on_where_the_node_was_killed_as_its_job_was_made(
    own_bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, terms = (json.dumps({**WANTED, "id": "k-1"}) + "\n").encode(), TERMS.read_text("utf-8")
    upload = own_bureau.uploaded("list.jsonl", data)

    body: JsonObject = {"upload": upload, "terms": terms}

    def killed(*_: object) -> None:
        # What a process that ends leaves of the files is what a disk leaves that takes no more.
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(job_files, "_put", killed)
        answer = own_bureau.ask("POST", "/imports", json=body, headers={"Idempotency-Key": "killed"})
        assert answer.status_code == 503
    again = opened(own_bureau.network, own_bureau.node)
    again.tokens = own_bureau.tokens
    job = again.begun("/imports", body, "killed")
    again.work()
    assert again.job(job)["state"] == "done"
    assert data not in everything_in(again)


def test_import_that_cannot_be_done_says_why(bureau: Bureau) -> None:
    upload = bureau.uploaded("list.jsonl", b"no list at all")
    job = bureau.begun("/imports", {"upload": upload, "terms": TERMS.read_text("utf-8")})
    bureau.work()
    shown = bureau.job(job)
    assert (shown["state"], shown["error"]["code"], shown["outcome"]) == ("failed", "invalid", None)


def test_mapping_is_proposed_for_a_table_and_used(bureau: Bureau) -> None:
    table = "id,name,birth_date,nationality\nt-1,Мухаммедов Абдулло,1979-03-14,xa\n".encode()
    upload = bureau.uploaded("wanted.csv", table)
    answer = bureau.ask("POST", f"/uploads/{upload}/mapping", json={})
    assert answer.status_code == 200, answer.text
    mapping = answer.json()["mapping"]
    assert "birth_date" in mapping
    job = bureau.begun("/imports", {"upload": upload, "terms": TERMS.read_text("utf-8"), "mapping": mapping})
    bureau.work()
    shown = bureau.job(job)
    assert shown["state"] == "done", shown
    assert shown["outcome"]["summary"]["created"] == 1


def test_file_is_attached_and_taken_out_again(bureau: Bureau) -> None:
    data = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
    attached = bureau.begun(f"/records/{KEPT}/files", {"upload": bureau.uploaded("face.png", data)})
    bureau.work()
    assert bureau.job(attached)["state"] == "done", bureau.job(attached)
    taken = bureau.begun(f"/records/{KEPT}/file-copies", {"file": "face.png", **ABOUT})
    bureau.work()
    assert bureau.job(taken)["files"][0]["bytes"] == len(data)
    assert bureau.ask("GET", f"/jobs/{taken}/files/file").content == data
