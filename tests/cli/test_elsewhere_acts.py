"""Acts whose routes only name what they made: a command elsewhere tells them as the verb does at the node (P17)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from entente.api.left_out import LEFT_OUT
from entente.cli.elsewhere import FOLLOWED, ByApi
from entente.cli.elsewhere_acts import BY_STEPS
from entente.cli.elsewhere_jobs import BY_JOB
from entente.client import Client, Patience, Token
from entente.client.verbs import NOT_ASKED, REQUESTS
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused
from entente.kernel.statement import from_json
from entente.verbs import VERBS, perform
from tests.support.api_requests import BODIES, DECISION, GROUP, JUDGEMENT, ORDER, TOMORROW, WHY
from tests.support.api_world import ABOUT, KEPT, OWN, SEEN, Bureau, open_bureau
from tests.support.nodes import AGREEMENT_NAME, DUTY, HEAD, INSTRUMENTS


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """Open the network."""
    with open_bureau(tmp_path_factory.mktemp("network")) as opened:
        yield opened


def reached(bureau: Bureau, role: str) -> Iterator[ByApi]:
    transport = bureau.http._transport  # noqa: SLF001 - it reaches the application without a socket
    token = Token(bureau.token(role))
    with Client("http://127.0.0.1:1", token, transport=transport, patience=Patience(attempts_max=1)) as client:
        yield ByApi(client)


@pytest.fixture(scope="module")
def duty(bureau: Bureau) -> Iterator[ByApi]:
    """Reach XB's node as a machine that may do what a duty officer may."""
    yield from reached(bureau, "duty_officer")


@pytest.fixture(scope="module")
def head(bureau: Bureau) -> Iterator[ByApi]:
    """Reach XB's node as a machine that may do what a head may."""
    yield from reached(bureau, "head_of_body")


def filed(document: object, *, as_yaml: bool = False) -> str:
    text = yaml.safe_dump(document) if as_yaml else json.dumps(document)
    return base64.b64encode(text.encode()).decode("ascii")


def said(bureau: Bureau, verb: str, **given: Any) -> Any:  # noqa: ANN401 - what a verb answers
    return perform(bureau.node, verb, given)


def test_every_act_is_told_or_has_its_reason_why_it_is_none_of_a_token() -> None:
    """P17."""
    changes = {verb for verb, one in REQUESTS.items() if one.changes}
    assert changes == (set(FOLLOWED) | set(BY_STEPS)) & changes
    assert set(REQUESTS) | set(BY_JOB) | set(NOT_ASKED) == set(VERBS)
    assert dict(NOT_ASKED) == dict(LEFT_OUT)


@pytest.mark.parametrize(
    ("verb", "instead"), [("shift_begin", "GET /shifts"), ("suspend_draft", "previews"), ("doctor", "/healthz")]
)
def test_refusal_says_why_and_what_to_ask_instead(duty: ByApi, verb: str, instead: str) -> None:
    with pytest.raises(Invalid, match="not asked of a node elsewhere") as refused:
        duty.ask(verb, {})
    assert instead in refused.value.why
    assert "--folder" in refused.value.do


@pytest.mark.parametrize("as_yaml", [False, True])
def test_group_is_kept_from_the_file_of_this_machine(bureau: Bureau, head: ByApi, as_yaml: bool) -> None:  # noqa: FBT001 - a parameter
    name = f"desk-{int(as_yaml)}"
    answer = head.ask("group_keep", {"officer": "", "data": filed({**GROUP, "name": name}, as_yaml=as_yaml)})
    assert answer == {"group": said(bureau, "group_show", group=f"XB-NCB/{name}")["group"]}
    again = {**GROUP, "name": name, "title": "Desk, mended"}
    with pytest.raises(Conflict) as late:
        head.ask("group_keep", {"officer": "", "data": filed(again, as_yaml=as_yaml)})
    assert late.value.changed_meanwhile
    kept: Any = head.ask("group_keep", {"officer": "", "data": filed({**again, "version": 1}, as_yaml=as_yaml)})
    assert kept["group"]["version"] == 2
    with pytest.raises(Conflict, match="was not kept anew") as same:
        head.ask("group_keep", {"officer": "", "data": filed({**again, "version": 2}, as_yaml=as_yaml)})
    assert "docs/rules/bodies.md B29" in same.value.why
    assert not same.value.changed_meanwhile


@pytest.mark.parametrize(
    "data",
    [
        filed([]), filed({**GROUP, "more": 1}), filed({"name": "x"}), "%%%", base64.b64encode(b"\xff\xfe").decode(),
        base64.b64encode(b"a: &x [1]\nb: *x\n").decode(), base64.b64encode(b"[" * 50_000).decode(),
        base64.b64encode(b"!!python/object/apply:os.system [ls]").decode(),
    ],
)  # fmt: skip
def test_file_that_says_no_group_is_refused_before_anything_is_sent(bureau: Bureau, head: ByApi, data: str) -> None:
    before = said(bureau, "group_list")
    with pytest.raises(Invalid) as refused:
        head.ask("group_keep", {"data": data})
    assert refused.value.field == "file"
    assert said(bureau, "group_list") == before


def test_order_and_instrument_are_entered_from_files(bureau: Bureau, head: ByApi) -> None:
    order = {**ORDER, "reference": "Order 45", "ends_on": None}
    answer = head.ask("order_enter", {"data": filed(order)})
    assert answer["order"] in said(bureau, "order_list")["orders"]
    file = (INSTRUMENTS / "programme.yaml").read_bytes()
    proposed: Any = head.ask("instrument_propose", {"data": base64.b64encode(file).decode()})
    assert proposed["instrument"] in said(bureau, "instrument_list")["instruments"]


def test_duty_is_entered_and_taken_off(bureau: Bureau, head: ByApi) -> None:
    times: JsonObject = {"begins": f"{TOMORROW} 07:00", "ends": f"{TOMORROW} 19:00", "zone": "", "reach": ""}
    entered: Any = head.ask("roster_enter", {"who": DUTY, "function": "deputy", **times})
    assert entered["entry"] in said(bureau, "roster_list")["entries"]
    assert entered["entries"] == [entered["entry"]]
    duty = entered["entry"]["id"]
    assert head.ask("roster_take_off", {"id": duty}) == {"id": duty, "taken_off": [duty]}
    assert entered["entry"] not in said(bureau, "roster_list")["entries"]
    turns: Any = head.ask("roster_enter", {"who": DUTY, "function": "deputy", **times, "every_days": 2, "times": 3})
    first, second, third = (one["id"] for one in turns["entries"])
    taken = head.ask("roster_take_off", {"id": second, "following": True})
    assert taken == {"id": second, "taken_off": [second, third]}
    assert [one["id"] for one in said(bureau, "roster_list")["entries"]] == [first]


def test_proposal_and_tasking_are_told_with_the_clause_and_the_grounds(
    bureau: Bureau, head: ByApi, duty: ByApi
) -> None:
    proposal = head.ask("proposal_make", {"kind": "expulsion", "target": "XA-NCB", "text": "Out."})["proposal"]
    assert proposal in said(bureau, "proposal_list")["proposals"]
    asked: JsonObject = {"measure": "poll", "subject": "o-1", "case": ""}
    tasked = duty.ask("measure_task", asked)
    assert tasked == perform(bureau.node, "measure_task", {"officer": "m-duty-officer", **asked})


def test_message_to_several_is_told_by_each_that_was_sent(bureau: Bureau, duty: ByApi) -> None:
    letter: JsonObject = {
        **BODIES["circulate_message"],
        "subject": "To two",
        "answers": "",
        "case": "",
        "urgency": "normal",
    }
    sent: Any = duty.ask("message_circulate", letter)
    again: Any = said(bureau, "message_circulate", officer=DUTY, **letter)
    assert sent["of"] == again["of"] == len(sent["messages"])
    assert [{**one, "id": ""} for one in sent["messages"]] == [{**one, "id": ""} for one in again["messages"]]
    listed = {one["id"]: one for one in said(bureau, "message_list", limit=9)["messages"]}
    assert all(listed[one["id"]]["officer"] == "m-duty-officer" for one in sent["messages"])


def test_recall_from_several_is_told_with_how_it_stands_at_each(bureau: Bureau, duty: ByApi) -> None:
    letter: JsonObject = {**BODIES["circulate_message"], "answers": "", "case": "", "urgency": "normal"}
    sent: Any = duty.ask("message_circulate", letter)
    wanted, chosen = sent["messages"][0]["id"], sent["messages"][1]["to"]["code"]
    told: Any = duty.ask("message_recall_several", {"id": wanted, "reason": "Not for them.", "bodies": [chosen]})
    assert told == said(bureau, "message_addressees", id=wanted) == duty.ask("message_addressees", {"id": wanted})
    assert {one["body"]["code"] for one in told["addressees"] if one["recall"] is not None} == {chosen}


def test_finding_and_judgement_are_told(bureau: Bureau, duty: ByApi) -> None:
    marked: Any = duty.ask(
        "namesake_mark", {"record": SEEN, "document": "EF123456", "reason": "Other.", **WHY, "case": "", "days": 9}
    )
    found = said(bureau, "namesake_list", officer="m-duty-officer", record=SEEN, **WHY)
    assert marked["finding"] in found["findings"]
    assert marked["name"] == found["name"] == SEEN
    judged: Any = duty.ask("record_judge", {**JUDGEMENT, "method": "", "share_with": [], "case": ""})
    assert {**judged, "judgement": "", "name": ""} == {
        "judgement": "", "name": "", "left": KEPT, "right": SEEN, "verdict": "not_same",
    }  # fmt: skip
    again: Any = said(bureau, "record_judge", officer=DUTY, **JUDGEMENT)
    assert (again["judgement"].rpartition("/")[0], *map(again.get, ("left", "right", "verdict"))) == (
        judged["judgement"].rpartition("/")[0], KEPT, SEEN, "not_same",
    )  # fmt: skip


def test_record_is_entered_as_at_the_node(bureau: Bureau, duty: ByApi) -> None:
    sent: JsonObject = {**BODIES["enter_record"], "links": [], "case": "", "share_with": ["XA-NCB"], "local_id": "e-1"}
    assert duty.ask("record_foresee", sent)["who"] == said(bureau, "record_foresee", officer=DUTY, **sent)["who"]
    entered: Any = duty.ask("record_enter", sent)
    assert (entered["name"], entered["version"]) == ("XB-NCB/e-1", 1)
    again: Any = said(bureau, "record_enter", officer=DUTY, **{**sent, "local_id": "e-2"})
    assert {**again, "record": "", "name": ""} == {**entered, "record": "", "name": ""}


def test_record_is_changed_shared_and_withdrawn_as_at_the_node(bureau: Bureau, duty: ByApi) -> None:
    correction: JsonObject = {**BODIES["correct_record"], "record": KEPT, "version": 1}
    changed: Any = duty.ask("record_correct", correction)
    holders = said(bureau, "record_holders", officer=DUTY, record=KEPT)
    assert changed == {"record": holders["record"], "name": KEPT, "version": 2}
    extended: Any = duty.ask("record_extend", {**BODIES["extend_record"], "record": KEPT, "version": 2})
    assert extended["version"] == 3
    with pytest.raises(Conflict):
        duty.ask("record_correct", correction)
    shared = duty.ask("record_share", {"records": [KEPT, OWN], "recipients": ["XA-NCB"]})
    assert shared == said(bureau, "record_share", officer=DUTY, records=[KEPT, OWN], recipients=["XA-NCB"])
    xa: Any = said(bureau, "body_show", body="XA-NCB")["body"]
    ref = {name: xa[name] for name in ("id", "code", "name")}
    with pytest.raises(Invalid, match="version"):
        duty.ask("record_withdraw", {"record": KEPT, "reason": "Found.", "version": None})
    withdrawn = duty.ask("record_withdraw", {"record": KEPT, "reason": "Found.", "version": 3})
    assert withdrawn == {"record": holders["record"], "name": KEPT, "told": [ref]}


def test_what_is_not_read_back_is_left_out(bureau: Bureau, duty: ByApi) -> None:
    upload = bureau.uploaded("note.txt", b"A note.")
    bureau.begun(f"/records/{OWN}/files", {"upload": upload})
    bureau.work()
    taken: Any = duty.ask("record_detach", {"record": OWN, "file": "note.txt"})
    assert (taken["name"], taken["file"]) == (OWN, {"name": "note.txt"})
    with pytest.raises((Refused, NotFound, Conflict)):
        duty.ask("record_forward", {"record": "XA-NCB/w-9", "to": "GS", **ABOUT, "case": "", "instrument": ""})
    passed: Any = duty.ask("record_forward", {"record": SEEN, "to": "GS", **ABOUT, "case": "", "instrument": ""})
    assert (passed["name"], passed["to"]["code"], "decision" in passed) == (SEEN, "GS", False)


def test_act_that_is_done_and_cannot_be_shown_says_that_it_was_done(bureau: Bureau) -> None:
    scopes = frozenset({"directory.write"})
    transport = bureau.http._transport  # noqa: SLF001 - as above
    token = Token(bureau.token("head_of_body", scopes))
    with Client("http://127.0.0.1:1", token, transport=transport) as client, pytest.raises(Refused) as refused:
        ByApi(client).ask("group_keep", {"data": filed({**GROUP, "name": "quiet"})})
    assert "It was done" in refused.value.what
    assert refused.value.do.startswith("Do not do it again.")
    assert said(bureau, "group_show", group="XB-NCB/quiet")["group"]["name"] == "quiet"


def test_what_is_held_is_decided_on_as_it_was_seen(bureau: Bureau, duty: ByApi) -> None:
    letter: JsonObject = {"officer": DUTY, "to": "XA-NCB", "instrument": AGREEMENT_NAME, "subject": "Held", "text": "x"}
    for _ in range(2):
        perform(bureau.node, "message_send", letter)
    terms: JsonObject = {"officer": HEAD, "instrument": AGREEMENT_NAME, "toward": ["XA-NCB"], **DECISION}
    drafted: Any = perform(bureau.node, "suspend_draft", terms)["statement"]
    signed = bureau.network.sign_by_heads("XB-NCB", from_json(drafted)).to_json()
    perform(bureau.node, "instrument_submit", {"officer": HEAD, "statement": signed})
    bureau.network.deliver()
    held: Any = [one for one in said(bureau, "exchange_held")["held"] if one["kind"] == "message"]
    assert len(held) >= 2
    assert duty.ask("exchange_release", {"number": held[0]["number"]}) == {"released": held[0]}
    assert duty.ask("exchange_drop", {"number": held[1]["number"], "reason": "Overtaken."}) == {"dropped": held[1]}
    with pytest.raises(NotFound):
        duty.ask("exchange_drop", {"number": held[1]["number"], "reason": "Overtaken."})
    bureau.network.deliver()
    waiting: Any = [one for one in said(bureau, "exchange_held")["held"] if one["to"]["code"] == "XA-NCB"]
    released: Any = duty.ask("exchange_release_all", {"to": "XA-NCB"})
    assert released["to"]["code"] == "XA-NCB"
    assert (released["released"], released["late"]) == (len(waiting), sum(one["is_late"] for one in waiting))
    assert len(waiting) > 0


def test_route_is_told_with_the_names_of_both(bureau: Bureau, head: ByApi) -> None:
    direct: Any = head.ask("exchange_route", {"body": "XA-NCB", "via": ""})
    assert direct == said(bureau, "exchange_route", officer=HEAD, body="XA-NCB", via="")
