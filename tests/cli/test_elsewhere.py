"""A command that asks a node elsewhere is answered what the verb answers at the node, also where a route names its result."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from entente.api.route import Handled, Writes
from entente.api.table import ROUTES
from entente.cli.elsewhere import FOLLOWED, ByApi
from entente.cli.elsewhere_acts import FOLLOWED_ACTS
from entente.cli.elsewhere_jobs import BY_JOB
from entente.client import Client, Patience, Token
from entente.client.verbs import REQUESTS
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid
from entente.verbs import VERBS, perform
from tests.support.api_requests import BODIES, case_version
from tests.support.api_world import ABOUT, SEEN, Bureau, open_bureau
from tests.support.nodes import DUTY

MACHINE = "m-duty-officer"
OF_ONE_QUERY = {"id", "left_at", "until", "trail_sequence"}


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """Open the network."""
    with open_bureau(tmp_path_factory.mktemp("network")) as opened:
        yield opened


@pytest.fixture(scope="module")
def elsewhere(bureau: Bureau) -> Iterator[ByApi]:
    """Reach XB's node as from elsewhere."""
    transport = bureau.http._transport  # noqa: SLF001 - it reaches the application without a socket
    patience = Patience(attempts_max=1)
    with Client("http://127.0.0.1:1", Token(bureau.token()), transport=transport, patience=patience) as client:
        yield ByApi(client)


def seen(bureau: Bureau, number: str) -> JsonObject:
    """Return the number and version of a case as it stands."""
    return {"number": number, "version": case_version(bureau, number)}


def acts(bureau: Bureau) -> dict[str, JsonObject]:
    """Return what each act that is followed is asked with, in an order in which all are done."""
    finding = {name: BODIES["reject_hit"][name] for name in BODIES["reject_hit"]}
    case: JsonObject = {"number": bureau.case}
    work: JsonObject = {"number": bureau.work_case}
    return {
        "case_open": BODIES["open_case"],
        "case_note": {**case, **BODIES["note_case"]},
        "case_refer": {**case, **BODIES["refer_case"]},
        "case_close": {**seen(bureau, bureau.case), **BODIES["close_case"]},
        "case_reopen": {**seen(bureau, bureau.case), **BODIES["reopen_case"]},
        "case_rename": {**seen(bureau, bureau.case), **BODIES["rename_case"]},
        "case_team": {**seen(bureau, bureau.team_case), "team": [MACHINE]},
        "case_hand_over": {**seen(bureau, bureau.case), **BODIES["hand_case_over"]},
        "case_join": {**seen(bureau, bureau.case), "other": bureau.joined_case, **BODIES["join_cases"]},
        "case_split": {**seen(bureau, bureau.case), **BODIES["split_case"]},
        "task_set": {**work, **BODIES["set_case_task"]},
        "task_finish": {**work, "task": bureau.task, **BODIES["finish_case_task"]},
        "exhibit_enter": {**work, **BODIES["enter_exhibit"]},
        "exhibit_hand_over": {**work, "exhibit": bureau.exhibit, **BODIES["hand_exhibit_over"]},
        "hit_confirm": {**BODIES["confirm_hit"], "case": "", "instrument": ""},
        "hit_reject": finding,
        "hit_answer": {"id": bureau.hit_came, **BODIES["answer_hit"]},
        "message_send": {**BODIES["send_message"], "for_action": False, "answers": "", "case": bureau.case},
        "message_recall": {"id": bureau.sent, **BODIES["recall_message"]},
        "message_conclude": {"id": bureau.came, **BODIES["conclude_message"]},
        "permission_ask": {**BODIES["ask_permission"], "case": "", "urgency": "normal"},
        "permission_answer": {"id": bureau.permission_came, "reason": "", "text": "", **BODIES["answer_permission"]},
        "request_ask": {**BODIES["ask_record"], "case": ""},
        "standing_leave": {**BODIES["leave_standing_query"], "line": "", "identifiers": []},
        "standing_settle": {"match": bureau.match},
        "standing_end": {"query": bureau.standing},
        "namesake_end": {"record": SEEN, "finding": bureau.finding, **BODIES["end_not_identical"]},
    }


def _of_work(bureau: Bureau, kind: str, item: JsonObject) -> JsonObject:
    file: Any = perform(bureau.node, "case_show", {"number": bureau.work_case})
    if kind == "hand_over":
        return cast(
            "JsonObject", next(one["hand_overs"][-1] for one in file["exhibits"] if one["id"] == item["exhibit"])
        )
    return cast("JsonObject", next(one for one in file[f"{kind}s"] if one["id"] == item["id"]))


def shown_at_the_node(bureau: Bureau, verb: str, answer: JsonObject) -> JsonObject:
    """Return how the node itself shows what an act made."""
    (kind,) = answer
    item = answer[kind]
    if kind in {"ended", "settled"}:
        fields = {"standing_end": "query", "standing_settle": "match", "namesake_end": "finding"}
        return {kind: acts(bureau)[verb][fields[verb]]}
    assert isinstance(item, dict)
    if kind == "query":
        left = perform(bureau.node, "standing_leave", {"officer": MACHINE, **acts(bureau)["standing_leave"]})["query"]
        assert isinstance(left, dict)
        return {"query": {name: item[name] if name in OF_ONE_QUERY else value for name, value in left.items()}}
    if kind == "event":
        events = perform(bureau.node, "case_show", {"number": bureau.case})["events"]
        assert isinstance(events, list)
        return {"event": next(one for one in events if isinstance(one, dict) and one["subject"] == item["subject"])}
    if kind in {"task", "exhibit", "hand_over"}:
        return {kind: _of_work(bureau, kind, item)}
    key = "number" if kind == "case" else "id"
    # Whoever concludes a message has its text before them, as the verb answers it.
    shown = {"message_conclude": "message_open"}.get(verb, f"{kind}_show")
    if kind == "permission":
        listed = perform(bureau.node, "permission_list", {})["permissions"]
        assert isinstance(listed, list)
        return {kind: next(one for one in listed if isinstance(one, dict) and one["id"] == item["id"])}
    found = perform(
        bureau.node, shown, {key: item[key], **({"officer": DUTY} if shown in {"message_open", "case_show"} else {})}
    )
    return {kind: found[kind]}


# The network's instrument tells at once, so that no hit is held and can be released. The rest: test_elsewhere_acts.
@pytest.mark.parametrize("verb", [verb for verb in FOLLOWED if verb != "hit_release" and verb not in FOLLOWED_ACTS])
def test_act_answers_what_its_verb_answers(bureau: Bureau, elsewhere: ByApi, verb: str) -> None:
    if verb == "case_reopen":
        perform(bureau.node, "case_close", {"officer": DUTY, **seen(bureau, bureau.case), "reason": "Left."})
    answer = elsewhere.ask(verb, acts(bureau)[verb])
    assert answer == shown_at_the_node(bureau, verb, answer)
    if verb == "case_close":
        perform(bureau.node, "case_reopen", {"officer": DUTY, **seen(bureau, bureau.case), "reason": "Again."})


def test_every_act_that_is_followed_has_a_route_that_only_names_its_result() -> None:
    assert {verb for verb in FOLLOWED if not REQUESTS[verb].changes} == set()
    assert set(FOLLOWED) <= {route.verb for route in ROUTES if route.writes is Writes.ONCE}


def test_every_verb_that_a_job_does_with_a_file_is_asked_by_one() -> None:
    with_files = {route.verb for route in ROUTES if route.handled in {Handled.JOB, Handled.VERB_ON_UPLOAD}}
    assert set(BY_JOB) == with_files - {"search_many"}


def test_files_of_a_message_are_sent_first_and_taken_out_by_a_job(
    bureau: Bureau, elsewhere: ByApi, tmp_path: Path
) -> None:
    picture, out = tmp_path / "gate.jpg", tmp_path / "out.jpg"
    picture.write_bytes(b"\xff\xd8\xff\xe0" + bytes(1_000))
    files: JsonObject = {"attachments": [{"file": str(picture), "name": picture.name}]}
    sent: Any = elsewhere.ask("message_send", {**acts(bureau)["message_send"], **files})
    assert [one["name"] for one in sent["message"]["attachments"]] == ["gate.jpg"]
    wanted: JsonObject = {"id": sent["message"]["id"], "file": "gate.jpg", "out": str(out)}
    thread = threading.Thread(target=_work_until_done, args=(bureau,))
    thread.start()
    elsewhere.ask("message_attachment", wanted)
    thread.join()
    assert out.read_bytes() == picture.read_bytes()
    with pytest.raises(Invalid) as refused:
        elsewhere.ask("message_attachment", {**wanted, "out": ""})
    assert refused.value.field == "out"


def _work_until_done(bureau: Bureau) -> None:
    """Do one job as a worker does it, while the command waits for it."""
    deadline = time.monotonic() + 10.0
    while not bureau.own_api.jobs.run_next() and time.monotonic() < deadline:
        time.sleep(0.01)


def test_page_goes_on_where_the_one_before_said(bureau: Bureau, elsewhere: ByApi) -> None:
    for _ in range(2):
        perform(bureau.node, "case_open", {"officer": DUTY, "title": "T", "crime_area": "fugitives"})
    first = elsewhere.ask("case_list", {"limit": 1})
    second = elsewhere.ask("case_list", {"limit": 1, "before": first["next_before"]})
    both = perform(bureau.node, "case_list", {"limit": 2})["cases"]
    assert [*cast("list[object]", first["cases"]), *cast("list[object]", second["cases"])] == both


def test_field_that_no_route_takes_is_refused_and_an_empty_one_is_none(elsewhere: ByApi) -> None:
    asked: JsonObject = {"record": SEEN, **ABOUT, "case": ""}
    assert elsewhere.ask("record_show", asked)["record"]
    with pytest.raises(Invalid) as refused:
        elsewhere.ask("trail_show", {"officer": "", "limit": 3, "colour": "red"})
    assert refused.value.field == "colour"
    with pytest.raises(Invalid) as refused:
        elsewhere.ask("body_show", {})
    assert refused.value.field == "body"


@pytest.mark.parametrize("verb", sorted(set(VERBS) - set(REQUESTS) - set(BY_JOB)))
def test_verb_without_a_route_is_done_at_the_node(elsewhere: ByApi, verb: str) -> None:
    with pytest.raises(Invalid, match="not asked of a node elsewhere"):
        elsewhere.ask(verb, {})
