"""Every operator's verb against real services: four nodes, the demonstration's instruments, one day of work."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest

from entente.bodies.accounts import From
from entente.bodies.enrolling import Chosen, Opened
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused, Untrusted
from entente.kernel.signing import decode_bytes, encode_bytes
from entente.kernel.statement import from_json
from entente.verbs import VERBS, perform
from tests.cli.test_commands import ORDER, WANTED
from tests.docs.source import ROOT
from tests.support.build_mrz import TD3_SPECIMEN
from tests.support.nodes import AGREEMENT, CHARTER, Network, open_network
from tests.support.successor import enter_successor

ABOUT: JsonObject = {"purpose": "identify", "crime_area": "fugitives"}
TERMS = (ROOT / "demo" / "terms" / "wanted.yaml").read_text(encoding="utf-8")
JUDGEMENT_TERMS = (ROOT / "demo" / "terms" / "judgements.yaml").read_text(encoding="utf-8")
HEAD, DUTY, DPO = "head-1", "duty-1", "dpo-1"

Ask = Callable[..., Any]


class Day:
    """Four nodes under a charter and an agreement, with the verbs that were asked."""

    def __init__(self, network: Network, scratch: Path) -> None:
        self.network = network
        self.scratch = scratch
        self.asked: set[str] = set()

    def ask(self, code: str, verb: str, **given: Any) -> Any:  # noqa: ANN401 - a verb's JSON
        self.asked.add(verb)
        answer = perform(self.network[code], verb, given)
        json.dumps(answer, allow_nan=False)
        assert _has_no_floats(answer), f"{verb} answers with a float"
        self.network.deliver()
        return answer

    def heads(self, code: str, draft: str, **given: Any) -> Any:  # noqa: ANN401 - a verb's JSON
        drafted = self.ask(code, draft, officer=HEAD, **given)
        unsigned = drafted["statement"]
        with pytest.raises(Untrusted):
            perform(self.network[code], "instrument_submit", {"officer": HEAD, "statement": unsigned})
        signed = self.network.sign_by_heads(code, from_json(unsigned)).to_json()
        return self.ask(code, "instrument_submit", officer=HEAD, statement=signed)

    def import_wanted(self, *ids: str) -> JsonObject:
        file = self.scratch / f"{'-'.join(ids)}.jsonl"
        file.write_text("".join(json.dumps({**WANTED, "id": one}) + "\n" for one in ids), encoding="utf-8")
        summary: JsonObject = self.ask("XA-NCB", "record_import", officer=DUTY, file=str(file), terms=TERMS)["summary"]
        return summary


def _has_no_floats(value: object) -> bool:
    if isinstance(value, dict):
        return all(_has_no_floats(item) for item in value.values())
    if isinstance(value, list):
        return all(_has_no_floats(item) for item in value)
    return not isinstance(value, float)


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    """Open the nodes; the charter and the agreement are in force."""
    with open_network(tmp_path / "nodes", concluded=(CHARTER, AGREEMENT)) as network:
        yield Day(network, tmp_path)


def _keep_units(ask: Ask) -> None:
    own = ask("XA-NCB", "unit_own", id="north")
    assert own["unit"]["name"] == "Branch of the North"
    port = {"change": "add", "id": "port", "kind": "unit", "name": "Port", "parent": "north"}
    foreseen = ask("XA-NCB", "unit_preview", officer=HEAD, **port)
    assert [one["id"] for one in foreseen["added"]] == ["port"]
    assert ask("XA-NCB", "unit_keep", officer=HEAD, version=foreseen["version"], **port)["units"] == own["units"] + 1
    assert ask("XB-NCB", "unit_find", body="XA-NCB", text="port")["of"] == 1
    assert ask("XB-NCB", "body_places", body="GS")["units_said_at"] is None


def with_a_group(day: Day) -> None:
    ask = day.ask
    entries = [{"body": "XA-NCB", "status": "member", "since": "2020-01-01", "document": "Accession"}]
    group = encode_bytes(json.dumps({"name": "members", "title": "Members", "entries": entries}).encode())
    (added,) = ask("GS", "group_preview", officer=HEAD, data=group)["changes"]
    assert (added["how"], added["before"], added["after"]["body"]["code"]) == ("added", None, "XA-NCB")
    ask("GS", "group_keep", officer=HEAD, data=group)
    assert ask("XB-NCB", "group_show", group="GS/members")["group"]["entries"][0]["counts"] is True
    assert len(ask("XB-NCB", "group_list", on="2031-01-01")["groups"]) == 1
    (line,) = ask("XB-NCB", "group_lines", on="2031-01-01")["groups"]
    assert line["counts"]["member"] == 1


def in_the_directory(day: Day) -> None:
    ask = day.ask
    assert ask("XA-NCB", "body_show")["is_own"] is True
    assert len(ask("XA-NCB", "body_list")["bodies"]) == 4
    ask("XB-NCB", "body_enter", entry=ask("XA-NCB", "body_export"))
    ask("GS", "body_introduce", to="XB-NCB", about="XA-NCB")
    ask("XA-NCB", "body_rename", name="Bureau of Arandia")
    addresses = ["https://node.xa.example", "http://xa-ncb.test"]
    ask("XA-NCB", "body_addresses", addresses=addresses)
    seen = ask("XB-NCB", "body_show", body="XA-NCB")["body"]
    assert (seen["name"], seen["addresses"]) == ("Bureau of Arandia", addresses)
    branch = {
        "units": [{"id": "north", "kind": "regional_branch", "name": "Branch of the North", "territory": "XA-01"}]
    }
    ask("XA-NCB", "body_units", data=encode_bytes(json.dumps(branch).encode()))
    assert ask("GS", "body_show", body="XA-NCB")["body"]["units"][0]["name"] == "Branch of the North"
    with_a_group(day)
    assert [one["code"] for one in ask("XB-NCB", "directory_find", text="arandia")["bodies"]] == ["XA-NCB"]
    assert ask("XB-NCB", "unit_find", body="XA-NCB")["of"] == 1
    assert ask("XB-NCB", "unit_find", body="XA-NCB", on="2001-01-01")["of"] == 0
    assert ask("XB-NCB", "unit_lists", body="XA-NCB")["lists"][0]["added"][0]["name"] == "Branch of the North"
    _keep_units(ask)
    told = ask(
        "XA-NCB",
        "contact_keep",
        officer=DUTY,
        function="Duty desk",
        kind="all_hours_desk",
        phone="+1 555 0100",
        languages=["en"],
        days="always",
    )
    assert ask("XB-NCB", "contact_list", body="XA-NCB")["points"][0]["function"] == "Duty desk"
    told = ask("XA-NCB", "contact_confirm", officer=DUTY, seen=told["said_at"]) | {"id": told["id"]}
    ask("XA-NCB", "contact_remove", officer=HEAD, seen=told["said_at"], id=told["id"])
    assert ask("XA-NCB", "contact_own")["points"] == []
    ask("XA-NCB", "officer_add", officer=HEAD, id="a-1", roles=["analyst"], until="2099-01-01T00:00:00Z")
    assert "a-1" in [one["id"] for one in ask("XA-NCB", "officer_list")["officers"]]
    shown = ask("XA-NCB", "officer_show", officer=HEAD, id="a-1")
    assert shown["officer"]["roles"] == ["analyst"]
    assert ask("XA-NCB", "officer_preview", officer=HEAD, id="a-1", ends=True)["roles_lost"] == ["analyst"]
    assert ask("XA-NCB", "officer_end", officer=HEAD, id="a-1", reason="left", version=shown["version"])["id"] == "a-1"
    assert [one["id"] for one in ask("XA-NCB", "officer_find", officer=HEAD, state="ended")["officers"]] == ["a-1"]
    ask("XA-NCB", "officer_add", officer=HEAD, id="gate-4", roles=["border_officer"], machine=True)
    token = ask("XA-NCB", "token_make", officer=HEAD, account="gate-4", scopes=["search"])["token"]
    assert ask("XA-NCB", "token_list", officer=HEAD)["tokens"] == [token]
    assert ask("XA-NCB", "token_revoke", officer=HEAD, token=token["id"])["token"]["has_ended"] is True
    ask("XA-NCB", "officer_add", officer=HEAD, id="head-of-units", roles=["head_of_body"])
    assert ask("XA-NCB", "unit_limits_preview", officer=HEAD, unit="north", kinds=["vehicle"])["lost"] == 0
    limits = {"officer": HEAD, "unit": "north", "reason": "Gates only."}
    made = ask("XA-NCB", "unit_limits_propose", **limits, kinds=["vehicle"])["set"]["id"]
    assert ask("XA-NCB", "unit_limits_confirm", officer="head-of-units", id=made)["set"]["state"] == "confirmed"
    made = ask("XA-NCB", "unit_limits_propose", **limits)["set"]["id"]
    assert ask("XA-NCB", "unit_limits_refuse", officer=HEAD, id=made)["set"]["state"] == "refused"
    assert ask("XA-NCB", "unit_limits_show", officer=HEAD, unit="north")["binding"][0]["limits"]["kinds"] == ["vehicle"]
    assert len(ask("XA-NCB", "unit_limits_list", officer=HEAD)["units"]) == 1


def who_signs_in(day: Day) -> None:
    ask, enrolling = day.ask, day.network.nodes["XA-NCB"].accounts.enrolling
    ask("XA-NCB", "officer_add", officer=HEAD, id="head-2", roles=["head_of_body"])
    ask("XA-NCB", "officer_add", officer=HEAD, id="desk-1", roles=["duty_officer"])
    code = ask("XA-NCB", "account_invite", officer=HEAD, account="desk-1")["code"]
    opened = enrolling.open(code, From("127.0.0.1"))
    assert isinstance(opened, Opened)
    one_time = pyotp.TOTP(opened.secret).generate_otp(int(day.network.clock.now().timestamp()) // 30)
    enrolling.enrol(Chosen(code, "four words nobody guesses", "four words nobody guesses", one_time), From("127.0.0.1"))
    for _ in range(2):
        assert ask("XA-NCB", "account_recover", officer=HEAD, account="desk-1")["asked_by"] == HEAD
        assert ask("XA-NCB", "account_refuse", officer="head-2", account="desk-1") == {"account": "desk-1"}
    ask("XA-NCB", "account_recover", officer=HEAD, account="desk-1")
    lines = {one["account"]: one for one in ask("XA-NCB", "account_list", officer=HEAD)["accounts"]}
    assert (lines["desk-1"]["has_account"], lines["desk-1"]["recovery_asked_by"]) == (True, HEAD)
    assert ask("XA-NCB", "account_confirm", officer="head-2", account="desk-1")["code"] != code
    assert ask("XA-NCB", "account_sessions", officer=HEAD)["sessions"] == []
    assert ask("XA-NCB", "account_sign_out", officer=HEAD, account="desk-1")["ended"] == 0


def queries_that_stand(day: Day) -> None:
    ask, why = day.ask, {"officer": DUTY, "occasion": "Gate 4", **ABOUT}
    left = ask("XA-NCB", "standing_leave", names=["Muhammadov"], identifiers=["AB123456"], days=9, **why)["query"]
    day.import_wanted("w-9")
    assert day.network["XA-NCB"].watching.step()
    (listed,) = ask("XA-NCB", "standing_list", officer=DUTY)["queries"]
    assert (listed["id"], listed["asked"]["names"], listed["new"]) == (left["id"], ["Muhammadov"], 1)
    (found,) = ask("XA-NCB", "standing_matches", officer=DUTY, query=left["id"])["matches"]
    assert (found["name"], found["query"], found["not_identical"]) == ("XA-NCB/w-9", left["id"], "")
    marked = ask("XA-NCB", "namesake_mark", record="w-9", document="AB123456", reason="Other face.", **why)["finding"]
    (found,) = ask("XA-NCB", "standing_matches", officer=DUTY)["matches"]
    assert found["not_identical"] == marked["id"]
    assert ask("XA-NCB", "namesake_list", record="w-9", **why)["findings"] == [marked]
    assert ask("XA-NCB", "namesake_end", record="w-9", finding=marked["id"], **why) == {"ended": marked["id"]}
    assert ask("XA-NCB", "standing_settle", officer=DUTY, match=found["match"]) == {"settled": found["match"]}
    assert ask("XA-NCB", "standing_matches", officer=DUTY)["matches"] == []
    assert ask("XA-NCB", "standing_end", officer=DUTY, query=left["id"]) == {"ended": left["id"]}
    checked = ask("XA-NCB", "doctor")["checks"]
    assert next(one for one in checked if one["name"] == "standing")["is_good"] is True


def under_national_law(day: Day) -> None:
    given = {"officer": HEAD, "data": encode_bytes(ORDER.encode()), "version": "new"}
    foreseen = day.ask("XB-NCB", "order_preview", **given)
    (today,) = foreseen["days"]
    lost = {one["measure"]: one["after"] for one in today["changes"] if not one["after"]["given"]}
    assert lost["observe"] == {"given": [], "routed_to": "Criminal police of XA"}
    entered = day.ask("XB-NCB", "order_enter", **given)
    assert day.ask("XB-NCB", "order_list")["versions"] == {"Order 44": entered["version"]}
    with pytest.raises(Conflict):
        day.ask("XB-NCB", "order_enter", **given)
    assert day.ask("XB-NCB", "order_list")["orders"][0]["reference"] == "Order 44"
    assert day.ask("XB-NCB", "measure_may", officer=DUTY, measure="observe")["decision"]["allowed"] is False
    assert day.ask("XB-NCB", "measure_task", officer=DUTY, measure="poll", subject="w-1")["decision"]["allowed"] is True
    with pytest.raises(Refused) as refused:
        day.ask("XB-NCB", "measure_task", officer=DUTY, measure="observe", subject="w-1")
    assert refused.value.decision.routed_to == "Criminal police of XA"


def with_records(day: Day) -> None:
    ask = day.ask
    assert day.import_wanted("w-1", "w-2", "w-3")["created"] == 3
    assert len(ask("XA-NCB", "record_share", officer=DUTY, records=["w-1"], recipients=["XB-NCB"])["sent"]) == 1
    assert len(ask("XA-NCB", "record_share", officer=DUTY, records=["w-2"])["sent"]) == 2
    sights = ask("XA-NCB", "record_who_can_see", officer=DUTY, record="w-1")
    assert {one["body"]["code"]: one["may_go_up_to"] for one in sights["who"]}["RC"] == ""
    assert [one["body"]["code"] for one in sights["holders"]] == ["XB-NCB"]
    with pytest.raises(Refused):
        ask("XA-NCB", "record_share", officer=HEAD, records=["w-1"])
    judged = ask(
        "XA-NCB", "record_judge", officer=DUTY, left="w-1", right="w-2", verdict="not_same", evidence="Prints differ.",
        method="prints", terms=JUDGEMENT_TERMS, **ABOUT,
    )  # fmt: skip
    assert (judged["left"], judged["verdict"]) == ("XA-NCB/w-1", "not_same")
    original = ask("XA-NCB", "record_original", officer=DUTY, record="w-1", **ABOUT)
    assert json.loads(original["text"])["id"] == "w-1"
    with pytest.raises(NotFound):
        ask("XB-NCB", "record_original", officer=DUTY, record="XA-NCB/w-1", **ABOUT)
    # Three persons and a judgement of XA's own; XB holds copies alone, and those are in no file (R47).
    few = day.scratch / "few.jsonl"
    few.write_text(json.dumps({**WANTED, "id": "w-9"}) + "\n", encoding="utf-8")
    looked = ask("XA-NCB", "record_import_preview", file=str(few), terms=TERMS)["rows"]
    assert [(row["outcome"], row["place"]) for row in looked] == [("record", "w-9")]
    exported = ask("XA-NCB", "record_export", officer=DUTY, out=str(day.scratch / "xa.jsonl"), **ABOUT)
    assert (exported["records"], (day.scratch / "xa.jsonl").read_text("utf-8").count("\n")) == (4, 4)
    assert ask("XB-NCB", "record_list", officer=DUTY, **ABOUT)["of"] == 2
    with pytest.raises(NotFound):
        ask("XB-NCB", "record_export", officer=DUTY, out=str(day.scratch / "xb.jsonl"), **ABOUT)
    assert not (day.scratch / "xb.jsonl").exists()
    table = day.scratch / "register.csv"
    table.write_text("No,Name\n1,Ardan Velk\n", encoding="utf-8")
    assert 'keys: ["No"]' in ask("XA-NCB", "record_mapping_suggest", file=str(table))["mapping"]
    searched = ask("XA-NCB", "search", officer=DUTY, names=["Muhammadov"], occasion="Gate 4", **ABOUT)
    assert ask("XA-NCB", "trail_query", officer="dpo-1", row=searched["trail_sequence"])["query_sealed"]
    many = ask("XA-NCB", "search_many", officer=DUTY, queries=[{"names": ["Muhammadov"]}], occasion="Gate 4", **ABOUT)
    assert many["answers"][0]["candidates"] == searched["candidates"]
    with pytest.raises(NotFound):
        ask("XA-NCB", "trail_query", officer="dpo-1", row=1)
    rows = len(ask("XA-NCB", "trail_show", officer=HEAD, limit=1000)["rows"])
    assert ask("XA-NCB", "mrz_check", text="".join(TD3_SPECIMEN))["zone"]["is_valid"] is True
    assert len(ask("XA-NCB", "trail_show", officer=HEAD, limit=1000)["rows"]) == rows, "a check is no act"
    listed = ask("XB-NCB", "record_list", officer=DUTY, limit=1, **ABOUT)
    assert listed["silent_sources"] == []
    (soon,) = ask("XB-NCB", "body_silent", within_hours=2000)["sources"]
    assert (soon["body"]["code"], soon["hidden"]) == ("XA-NCB", 0)
    assert ask("XB-NCB", "body_silent")["sources"] == []
    assert (len(listed["records"]), listed["of"]) == (1, 2)
    assert ask("XB-NCB", "record_show", officer=DUTY, record="XA-NCB/w-1", **ABOUT)["record"]["version"] == 1
    found = ask("XB-NCB", "search", officer=DUTY, names=["Muhammadov"], occasion="Gate 4", **ABOUT)
    assert {one["name"] for one in found["candidates"]} == {"XA-NCB/w-1", "XA-NCB/w-2"}


def with_files(day: Day) -> None:
    face, out = day.scratch / "face.jpg", day.scratch / "taken-out.jpg"
    face.write_bytes(b"\xff\xd8\xff\xe0 a face")
    attached = day.ask("XA-NCB", "record_attach", officer=DUTY, record="w-3", file=str(face))["file"]
    assert (attached["name"], attached["bytes"], "key" in attached) == ("face.jpg", 11, False)
    taken = day.ask("XA-NCB", "record_blob", officer=DUTY, record="w-3", file="face.jpg", out=str(out), **ABOUT)
    assert (out.read_bytes(), taken["file"]) == (face.read_bytes(), attached)
    assert day.ask("XA-NCB", "record_detach", officer=DUTY, record="w-3", file="face.jpg")["file"] == attached
    with pytest.raises(NotFound):
        day.ask("XA-NCB", "record_detach", officer=DUTY, record="w-3", file="face.jpg")


def with_cases(day: Day) -> str:
    ask = day.ask
    number: str = ask("XB-NCB", "case_open", officer=DUTY, title="Gate 4", crime_area="fugitives")["case"]["number"]
    ask("XB-NCB", "case_note", officer=DUTY, number=number, text="The person waits.")
    ask("XB-NCB", "case_refer", officer=DUTY, number=number, body="XA-NCB", reference="2031/4")
    ask("XB-NCB", "case_close", officer=DUTY, number=number, reason="Left.", version=1)
    with pytest.raises(Conflict):
        ask("XB-NCB", "case_note", officer=DUTY, number=number, text="Too late.")
    ask("XB-NCB", "case_reopen", officer=DUTY, number=number, reason="Came back.", version=2)
    kinds = [event["kind"] for event in ask("XB-NCB", "case_show", number=number)["events"]]
    assert kinds == ["opened", "note", "reference", "closed", "reopened"]
    assert len(ask("XB-NCB", "case_list")["cases"]) == 1
    return number


def with_a_case_file(day: Day) -> None:
    """Work on a case with a team, join two cases, and split one."""
    ask = day.ask
    numbers = [
        ask("GS", "case_open", officer=DUTY, title=title, crime_area="fugitives")["case"]["number"]
        for title in ("Gate 4", "Gate 5")
    ]
    number, other = numbers
    assert DUTY in ask("GS", "case_officers")["officers"]
    renamed = ask(
        "GS", "case_rename", officer=DUTY, number=number, title="Gate 4, two men", crime_area="fugitives", version=1
    )
    assert renamed["case"]["version"] == 2
    task = ask("GS", "task_set", officer=DUTY, number=other, what="Ask the consulate", to=DUTY)["task"]
    found = {
        "kind": "object",
        "what": "A key",
        "found_at": "2026-01-01T00:00:00Z",
        "found_where": "Gate 4",
        "found_by": "A",
    }
    exhibit = ask("GS", "exhibit_enter", officer=DUTY, number=other, **found)["exhibit"]
    over = {"exhibit": exhibit["id"], "at": "2026-01-02T00:00:00Z", "gave": "A", "took": "B", "where": "Gate 4"}
    assert ask("GS", "exhibit_hand_over", officer=DUTY, number=other, **over)["hand_over"]["took"] == "B"
    image = ask("GS", "exhibit_enter", officer=DUTY, number=other, **{**found, "kind": "digital", "sha256": "ab" * 32})
    given = {"exhibit": image["exhibit"]["id"], "file_name": "image.dd", "bytes": 9, "sha256": "AB" * 32}
    assert ask("GS", "exhibit_check", officer=DUTY, number=other, **given)["is_same"] is True
    joined = ask("GS", "case_join", officer=DUTY, number=number, other=other, reason="The same man.", version=2)["case"]
    assert joined["joined"] == [other]
    assert (
        ask("GS", "task_finish", officer=DUTY, number=number, task=task["id"], outcome="Asked.")["task"]["done_by"]
        == DUTY
    )
    part = {"title": "The key", "crime_area": "fugitives", "reason": "Another matter.", "exhibits": [exhibit["id"]]}
    new = ask("GS", "case_split", officer=DUTY, number=number, version=3, **part)["case"]
    handed = ask(
        "GS",
        "case_hand_over",
        officer=DUTY,
        number=new["number"],
        to=DUTY,
        unit="Desk 2",
        reason="To the desk.",
        version=1,
    )
    assert (handed["case"]["unit"], handed["case"]["split_from"]) == ("Desk 2", number)
    assert ask("GS", "case_team", officer=DUTY, number=number, team=[DUTY], version=4)["case"]["team"] == [DUTY]
    with pytest.raises(NotFound):
        ask("GS", "case_show", number=number)
    assert ask("GS", "case_show", officer=DUTY, number=number)["tasks"][0]["outcome"] == "Asked."


def in_correspondence(day: Day, case: str) -> None:
    ask = day.ask
    gate, out = day.scratch / "gate.jpg", day.scratch / "gate-taken-out.jpg"
    gate.write_bytes(b"\xff\xd8\xff\xe0 a gate")
    sent = ask(
        "XB-NCB", "message_send", officer=DUTY, to="XA-NCB", instrument="charter", subject="Gate 4", text="Who is it?", case=case,
        attachments=[{"file": str(gate), "name": "gate.jpg"}],
    )["message"]  # fmt: skip
    assert ask("XB-NCB", "message_show", id=sent["id"])["message"]["deliveries"][0]["state"] == "stored"
    (listed,) = ask("XA-NCB", "message_list")["messages"]
    assert (listed["subject"], "text" in listed, listed["steps"]) == ("Gate 4", False, [])
    outside = ask("XA-NCB", "message_show", id=sent["id"])["message"]
    assert (outside["subject"], outside["text"], outside["steps"]) == ("Gate 4", None, [])
    opened = ask("XA-NCB", "message_show", officer=DUTY, id=sent["id"])["message"]
    assert (opened["text"], [step["step"] for step in opened["steps"]]) == ("Who is it?", ["opened"])
    taken = ask("XA-NCB", "message_attachment", officer=DUTY, id=sent["id"], file="gate.jpg", out=str(out))
    assert (out.read_bytes(), taken["file"]["name"], "key" in taken["file"]) == (gate.read_bytes(), "gate.jpg", False)
    again = ask("XA-NCB", "message_open", officer="head-1", id=sent["id"])["message"]
    assert [(step["step"], step["officer"]) for step in again["steps"]] == [("opened", DUTY)]
    ask("XA-NCB", "message_conclude", officer=DUTY, id=sent["id"], outcome="refused", reason="not_competent")
    (delivery, *_) = ask("XB-NCB", "message_show", id=sent["id"])["message"]["deliveries"]
    assert [(step["step"], step["reason"]) for step in delivery["steps"]] == [
        ("opened", ""),
        ("refused", "not_competent"),
    ]
    to_both: JsonObject = {"to": ["XA-NCB"], "information": ["RC"], "instrument": "charter"}
    seen = ask("XB-NCB", "message_preview", officer=DUTY, **to_both)["addressees"]
    assert [one["body"]["code"] for one in seen] == ["XA-NCB", "RC"]
    to_both |= {"subject": "To both", "text": "Read this."}
    both = ask("XB-NCB", "message_circulate", officer=DUTY, seen=["XA-NCB", "RC"], **to_both)["messages"]
    assert [(one["to"]["code"], one["for_action"]) for one in both] == [("XA-NCB", True), ("RC", False)]
    assert set(ask("XB-NCB", "message_addressees", officer=DUTY, id=both[1]["id"])["counts"]) <= {"waiting", "arrived"}
    left = ask(
        "XB-NCB", "message_recall_several", officer=DUTY, id=both[1]["id"], reason="To one alone.", bodies=["RC"]
    )
    assert [one["recall"] is None for one in left["addressees"]] == [True, False]
    taken_back = ask("XB-NCB", "message_recall", officer=DUTY, id=sent["id"], reason="To the wrong body.")["message"]
    assert taken_back["recall"]["has_left"] is True
    with pytest.raises(Conflict, match="did not fail"):
        ask("XB-NCB", "message_note_failure", officer=DUTY, id=sent["id"])
    assert ask("XA-NCB", "message_show", id=sent["id"])["message"]["text"] == ""
    assert ask("XB-NCB", "message_show", id=sent["id"])["message"]["recall"]["was_opened"] is True
    finding = {"officer": DUTY, "circumstances": "Passport at gate 4", "score": 930, **ABOUT}
    rejected = ask("XB-NCB", "hit_reject", record="XA-NCB/w-2", reason="rejected_other_person", **finding)["hit"]
    assert rejected["state"] == "closed"
    hit = ask("XB-NCB", "hit_confirm", record="XA-NCB/w-1", case=case, **finding)["hit"]
    assert hit["state"] == "told"
    assert ask("XB-NCB", "hit_show", id=hit["id"])["hit"]["record"] == hit["record"]
    with pytest.raises(Conflict):
        ask("XB-NCB", "hit_release", officer=DUTY, id=hit["id"])
    assert ask("XB-NCB", "unsettled_list", officer=DUTY)["items"] == []
    assert ask("XB-NCB", "unsettled_show", id=hit["id"])["became"] == []
    with pytest.raises(Conflict, match="nothing to settle"):
        ask("XB-NCB", "unsettled_settle", officer=DUTY, id=hit["id"])
    ask("XA-NCB", "hit_answer", officer=DUTY, id=hit["id"], same=True, text="It is he.")
    assert ask("XB-NCB", "hit_list")["hits"][0]["is_same_person"] is True


def by_leave(day: Day, case: str) -> None:
    ask = day.ask
    forward = {"officer": DUTY, "record": "XA-NCB/w-1", "to": "GS", "case": case, **ABOUT}
    with pytest.raises(Refused):
        ask("XB-NCB", "record_forward", **forward)
    wish = {
        "officer": DUTY,
        "record": "XA-NCB/w-1",
        "acts": ["forward"],
        "forward_to": "GS",
        "justification": "Seen there.",
    }
    first = ask("XB-NCB", "permission_ask", **wish, **ABOUT)["permission"]
    with pytest.raises(Invalid, match="not clear"):
        ask("XA-NCB", "permission_answer", officer=DUTY, id=first["id"], grant=True, reason="national_law")
    ask("XA-NCB", "permission_answer", officer=DUTY, id=first["id"], reason="ongoing_investigation")
    second = ask("XB-NCB", "permission_ask", **wish, **ABOUT)["permission"]
    waits = ask("XA-NCB", "waiting_list", officer=DUTY)["permissions"]
    assert [one["id"] for one in waits] == [second["id"]]
    assert ask("XA-NCB", "permission_show", id=second["id"])["permission"] == waits[0]
    with pytest.raises(NotFound):
        ask("XA-NCB", "permission_show", id="permission-request-0")
    ask("XA-NCB", "permission_answer", officer=DUTY, id=second["id"], grant=True, days=2)
    assert ask("XB-NCB", "record_forward", **forward)["leave"] != ""
    assert [one["state"] for one in ask("XB-NCB", "permission_list")["permissions"]] == ["granted", "refused"]


def by_request(day: Day) -> None:
    wanted = {"officer": DUTY, "kind": "wanted_person", "instrument": "police-data-agreement", **ABOUT}
    asked = day.ask("XB-NCB", "request_ask", record="XA-NCB/w-3", **wanted)["request"]
    assert day.ask("XB-NCB", "request_show", id=asked["id"])["request"]["outcome"] == "whole"
    absent = day.ask("XB-NCB", "request_ask", record="XA-NCB/w-99", **wanted)["request"]
    assert day.ask("XB-NCB", "request_show", id=absent["id"])["request"]["outcome"] == "not_found"
    assert len(day.ask("XA-NCB", "request_list")["requests"]) == 2
    consulted = day.ask("XB-NCB", "record_consult", record="XA-NCB/w-3", **wanted)
    assert (consulted["source"]["code"], consulted["record"]["name"]) == ("XA-NCB", "XA-NCB/w-3")


def with_instruments(day: Day) -> None:
    ask = day.ask
    programme = encode_bytes((ROOT / "demo" / "instruments" / "programme.yaml").read_bytes())
    ask("RC", "instrument_propose", officer=HEAD, data=programme)
    for code in ("RC", "XA-NCB", "XB-NCB"):
        day.heads(code, "instrument_sign_draft", instrument="drug-data-programme")
    again = decode_bytes(programme, "data").replace(b"drug-data-programme", b"second-programme")
    ask("RC", "instrument_propose", officer=HEAD, data=encode_bytes(again))
    refused = ask("XA-NCB", "instrument_refuse", officer=HEAD, instrument="second-programme", reason="Too wide.")
    assert refused["instrument"]["refused_by"] == ["XA-NCB"]
    back = ask("RC", "instrument_take_back", officer=HEAD, instrument="second-programme", reason="No.", seen_signed=[])
    assert back["instrument"]["is_open"] is False
    terms = {
        "instrument": "drug-data-programme", "toward": ["RC"], "decided_by": "Council", "document": "Decision 17",
        "reason": "reciprocity", "review_on": "2099-01-01",
    }  # fmt: skip
    assert "charter" in ask("XA-NCB", "suspend_preview", officer=HEAD, **terms)["preview"]["stays_open"]
    day.heads("XA-NCB", "suspend_draft", **terms)
    stands = ask("RC", "instrument_show", instrument="drug-data-programme")["participations"]
    (suspension,) = next(one for one in stands if one["body"]["code"] == "XA-NCB")["suspensions"]
    day.heads("XA-NCB", "resume_draft", instrument="drug-data-programme", suspension=suspension["id"])
    day.heads("XA-NCB", "narrow_draft", instrument="drug-data-programme", kinds=["drug_seizure"])
    day.heads("XA-NCB", "withdraw_draft", instrument="drug-data-programme")
    listed = {one["name"]: one for one in ask("RC", "instrument_list")["instruments"]}
    assert "XA-NCB" not in listed["drug-data-programme"]["parties_in_force"]
    (row,) = ask("RC", "sharing_matrix", text="XA-NCB", state="open")["rows"]
    assert {one["name"] for one in row["rights"]["contact"]} == {"charter"}
    pair = ask("RC", "sharing_pair", body="XA-NCB", counterpart="XB-NCB")
    assert "charter" in json.dumps(pair)
    assert "XA-NCB" in json.dumps(ask("RC", "sharing_overview"))
    drafted = ask("RC", "withdraw_draft", officer=HEAD, instrument="drug-data-programme")["statement"]
    (foreseen,) = ask("RC", "draft_foresee", statements=[drafted])["foreseen"]
    assert foreseen["instrument"] == "drug-data-programme"
    looked = ask("XA-NCB", "proposal_preview", kind="expulsion", target="XB-NCB")
    assert looked["clause"]
    assert "proposals" in ask("XA-NCB", "governance_show")


def cut_off_and_back(day: Day) -> None:
    ask = day.ask
    decided = {
        "decided_by": "Ministry",
        "document": "Decision 40",
        "reason": "security_incident",
        "review_on": "2099-01-01",
    }
    preview = ask("XB-NCB", "cut_off_preview", officer=HEAD, **decided)["preview"]
    stopped = [one["instrument"] for one in preview["stops"]]
    assert (stopped, preview["stays_open"]) == (["drug-data-programme", "police-data-agreement"], ["charter"])
    submit_each(day, ask("XB-NCB", "cut_off_draft", officer=HEAD, **decided)["drafts"])
    (said,) = ask("XB-NCB", "status")["cut_off"]
    assert "Decision 40" in said
    assert "cut-off" in [one["name"] for one in ask("XB-NCB", "doctor")["checks"]]
    submit_each(day, ask("XB-NCB", "return_draft", officer=HEAD)["drafts"])
    assert ask("XB-NCB", "status")["cut_off"] == []
    fetched = ask("XB-NCB", "exchange_fetch")
    assert {one["body"]["code"] for one in fetched["fetched"]} == {"GS", "RC", "XA-NCB"}
    assert [one["why"] for one in fetched["fetched"]] == [""] * 3


def submit_each(day: Day, drafts: list[Any]) -> None:
    unsigned = [one["statement"] for one in drafts]
    with pytest.raises(Untrusted):
        perform(day.network["XB-NCB"], "instruments_submit", {"officer": HEAD, "statements": unsigned})
    signed = [day.network.sign_by_heads("XB-NCB", from_json(one)).to_json() for one in unsigned]
    done = day.ask("XB-NCB", "instruments_submit", officer=HEAD, statements=signed)["submitted"]
    assert [one["kind"] for one in done] == ["participation"] * len(drafts)


def under_the_charter(day: Day) -> None:
    proposal = day.ask("XB-NCB", "proposal_make", officer=HEAD, kind="expulsion", target="XA-NCB", text="Out.")[
        "proposal"
    ]
    assert (proposal["state"], proposal["clause"]) == ("inadmissible", "3")
    assert len(day.ask("RC", "proposal_list")["proposals"]) == 1
    measure = {
        "target": "XB-NCB", "policy": "via_review", "decided_by": "Secretary General", "lifted_by": "An audit",
        "appeal": "The commission",
    }  # fmt: skip
    with pytest.raises(Refused):
        day.heads("XA-NCB", "measure_draft", until="2027-01-01T00:00:00Z", **measure)
    until = day.network["GS"].clock.now().replace(microsecond=0)
    day.heads("GS", "measure_draft", until=until.replace(year=until.year + 1, day=1).isoformat(), **measure)
    assert day.ask("XB-NCB", "instrument_show", instrument="charter")["measures"][0]["policy"] == "via_review"


def over_the_exchange(day: Day) -> None:
    day.import_wanted("w-held")
    # Shared, and suspended before it was posted: it is held, and a person decides.
    xa = day.network["XA-NCB"]
    given: JsonObject = {"officer": DUTY, "records": ["w-held"], "recipients": ["GS"]}
    perform(xa, "record_share", given)
    suspension: JsonObject = {
        "officer": HEAD, "instrument": "police-data-agreement", "toward": ["GS"], "direction": "sending",
        "decided_by": "The head", "document": "Order 1", "reason": "reciprocity", "review_on": "2099-01-01",
    }  # fmt: skip
    drafted: Any = perform(xa, "suspend_draft", suspension)["statement"]
    signed = day.network.sign_by_heads("XA-NCB", from_json(drafted)).to_json()
    day.ask("XA-NCB", "instrument_submit", officer=HEAD, statement=signed)
    (held,) = day.ask("XA-NCB", "exchange_held")["held"]
    assert (held["to"]["code"], held["kind"], held["about"]) == ("GS", "record", "XA-NCB/w-held")
    assert day.ask("XA-NCB", "exchange_release", officer=DUTY, number=held["number"])["released"]["kind"] == "record"
    assert day.ask("XA-NCB", "exchange_release_all", officer=DUTY, to="GS")["released"] == 1
    (held,) = day.ask("XA-NCB", "exchange_held")["held"]
    day.ask("XA-NCB", "exchange_drop", officer=DUTY, number=held["number"], reason="Overtaken.")
    assert day.ask("XA-NCB", "exchange_held")["held"] == []
    assert day.ask("GS", "exchange_aside") == {"aside": []}
    assert day.ask("GS", "exchange_retry") == {"tried": []}
    with pytest.raises(Conflict, match="did not name"):
        day.ask("XA-NCB", "exchange_route", officer=HEAD, body="XB-NCB", via="GS")
    day.ask("XB-NCB", "body_addresses", addresses=["http://xb-ncb.test"], relays=["GS"])
    assert day.ask("XA-NCB", "exchange_route", officer=HEAD, body="XB-NCB", via="GS")["via"]["code"] == "GS"
    assert day.ask("XA-NCB", "exchange_route", officer=HEAD, body="XB-NCB", via="")["via"] is None
    by_bundle(day)


def by_bundle(day: Day) -> None:
    there, back = day.scratch / "there.bundle", day.scratch / "back.bundle"
    message: JsonObject = {
        "officer": DUTY, "to": "XB-NCB", "instrument": "charter", "subject": "By hand", "text": "Carried.",
    }  # fmt: skip
    perform(day.network["XA-NCB"], "message_send", message)
    for unusable in ("/", str(day.scratch), "a" * 5_000, "no folder/there.bundle", "a\0b"):
        with pytest.raises((Invalid, Conflict)):
            perform(day.network["XA-NCB"], "exchange_export", {"to": "XB-NCB", "file": unusable})
    assert perform(day.network["XA-NCB"], "exchange_export", {"to": "XB-NCB", "file": str(there)})["batches"] == 1
    with pytest.raises(Conflict):
        perform(day.network["XA-NCB"], "exchange_export", {"to": "XB-NCB", "file": str(there)})
    taken = perform(day.network["XB-NCB"], "exchange_import", {"file": str(there), "answer": str(back)})
    assert (taken["envelopes"], taken["answered"], taken["unreadable"]) == (1, 1, [])
    perform(day.network["XA-NCB"], "exchange_import", {"file": str(back), "answer": str(day.scratch / "rest.bundle")})
    waiting = [one["waiting"] for one in day.ask("XA-NCB", "exchange_lines")["lines"]]
    assert waiting == [0, 0, 0]
    with pytest.raises(Invalid):
        perform(day.network["GS"], "exchange_import", {"file": str(there), "answer": str(day.scratch / "no.bundle")})
    day.asked |= {"exchange_export", "exchange_import"}


def corrected_by_hand(day: Day) -> None:
    """Correct a record of ours, keep it longer, say what it said before and what it links to; and enter one."""
    changes: JsonObject = {"changes": [{"property": "notes", "value": "Walks with a stick."}]}
    ours = {"officer": DUTY, "record": "w-3"}
    shown = day.ask("XA-NCB", "record_show", **ours, **ABOUT)["record"]
    made = day.ask("XA-NCB", "record_correct", **ours, version=shown["version"], reason="more_is_known", **changes)
    assert made["version"] == shown["version"] + 1
    with pytest.raises(Conflict):
        day.ask("XA-NCB", "record_correct", **ours, version=shown["version"], reason="more_is_known", **changes)
    ends = {"review_on": shown["retention"]["review_on"], "erase_on": shown["retention"]["erase_on"]}
    with pytest.raises(Invalid):
        day.ask("XA-NCB", "record_extend", **ours, version=made["version"], reason="still_sought", **ends)
    versions = day.ask("XA-NCB", "record_versions", **ours, **ABOUT)
    assert versions["versions"][0]["version"] == made["version"]
    assert day.ask("XA-NCB", "record_links", **ours, **ABOUT)["links"] == []
    entry = {
        "schema": "Person",
        "facts": [{"property": "name", "value": "Salim Abu"}],
        "terms": TERMS,
        "local_id": "e-12",
    }
    foreseen = day.ask("XA-NCB", "record_foresee", officer=DUTY, **entry, share_with=["XB-NCB"], **ABOUT)
    entered = day.ask("XA-NCB", "record_enter", officer=DUTY, **entry, share_with=["XB-NCB"], **ABOUT)
    given = [one["body"]["code"] for one in foreseen["who"] if one["gets_copy"]]
    assert (entered["name"], entered["shared_with"]) == ("XA-NCB/e-12", given)


def at_the_end(day: Day) -> None:
    day.ask("XA-NCB", "record_withdraw", officer=DUTY, record="w-1", reason="Handed over")
    with pytest.raises(NotFound):
        day.ask("XB-NCB", "record_show", officer=DUTY, record="XA-NCB/w-1", **ABOUT)
    holders = day.ask("XA-NCB", "record_holders", officer=DUTY, record="w-1")["holders"]
    assert {one["state"] for one in holders} == {"withdrawal_confirmed"}
    assert day.ask("XB-NCB", "trail_verify")["proof"]["is_sound"] is True
    published = day.ask("XB-NCB", "trail_checkpoint")
    assert day.ask("XB-NCB", "trail_continues", checkpoint=published["note"])["proof"]["is_sound"] is True
    assert day.ask("XB-NCB", "trail_prove", since=1)["continuation"]["earlier"] == 1
    assert day.ask("XB-NCB", "trail_verify")["log"]["is_sound"] is True
    about = day.ask("XB-NCB", "trail_show", officer=HEAD, about="XA-NCB/w-1")["rows"]
    assert about[-1]["verb"] == "show_record"
    assert day.ask("XB-NCB", "doctor")["is_well"] is True
    assert day.ask("XB-NCB", "status")["is_everything_acknowledged"] is True


def erased(day: Day) -> None:
    told = day.ask("XA-NCB", "record_erase", officer=DPO, record="w-1", reason="no_longer_needed")
    stand_in = told["erased"].partition("/")[2]
    assert stand_in.startswith("erased:")
    assert "XB-NCB" in [one["code"] for one in told["told"]]
    with pytest.raises(Refused):
        day.ask("XA-NCB", "record_erase", officer=DUTY, record="w-2", reason="no_longer_needed")
    # The judgement that spoke of it went with it.
    left, judgement = day.ask("XA-NCB", "erasure_list", officer=DPO)["erasures"]
    assert (left["name"], left["reason"]) == (f"XA-NCB/{stand_in}", judgement["reason"])
    assert {one["state"] for one in left["holders"]} == {"erasure_confirmed"}
    seen = day.ask("XA-NCB", "record_who_can_see", officer=DUTY, record="w-1")
    assert (seen["who"], {one["state"] for one in seen["holders"]}) == ([], {"erasure_confirmed"})
    assert day.ask("XB-NCB", "erasure_list", officer=DPO)["erasures"][0]["ground"] == "source_erased"
    assert day.ask("XB-NCB", "erasure_run")["is_index_clean"] is True
    assert day.import_wanted("w-1")["rejected"] == 1
    (again,) = day.ask("XA-NCB", "erasure_reentries", officer=DPO)["reentries"]
    assert (again["how"], again["times"], again["came_as"]) == ("same_id", 1, told["erased"])
    file = str(day.scratch / "tombstones.jsonl")
    assert day.ask("XA-NCB", "erasure_export", officer=DPO, file=file)["tombstones"] == 2
    taken = day.ask("XA-NCB", "erasure_import", officer=DPO, file=file)
    assert (taken["known"], taken["new"], taken["erased"]) == (2, 0, 0)
    with pytest.raises(Conflict, match="Nothing is to be declared"):
        day.ask("XA-NCB", "erasure_declare_none", officer=DPO)
    assert "w-1" not in json.dumps(day.ask("XA-NCB", "trail_show", officer=HEAD, limit=1000)).replace("w-1-", "")
    assert day.ask("XA-NCB", "trail_verify")["proof"]["is_sound"] is True
    assert day.ask("XA-NCB", "trail_verify")["log"]["is_sound"] is True


def as_proof(day: Day, case: str) -> None:
    """Find in the export what the case's work left in the trail, and nothing of other records and acts."""
    proof = day.ask("XB-NCB", "trail_export", officer=HEAD, case=case)["case_proof"]
    assert day.ask("XA-NCB", "trail_judge", proof=proof)["proof"]["is_sound"] is True
    rows = proof["rows"]
    verbs = [row["content"]["verb"] for row in rows]
    assert verbs[0] == "open_case"
    assert verbs[-1] == "export_trail"
    assert {"keep_case", "send_message", "confirm_hit", "hit_answer", "forward_record"} <= set(verbs)
    assert not {"import_records", "accept_record", "manage_officers", "search"} & set(verbs)
    whole = day.ask("XB-NCB", "trail_show", officer=HEAD, limit=1000)["rows"]
    expected = [
        row["sequence"] for row in reversed(whole) if row["subject"] == case or row["detail"].get("case") == case
    ]
    assert set(expected) <= {row["sequence"] for row in rows}


def on_duty(day: Day) -> None:
    """Hand a shift over, and say who is on the roster."""
    ask = day.ask
    shift = ask("GS", "shift_begin", officer=DUTY)["shift"]["id"]
    ask("GS", "shift_note", officer=DUTY, text="The gate calls back at six.")
    assert ask("GS", "shift_show", officer=DUTY)["shift"]["id"] == shift
    ask("GS", "shift_hand_over", officer=DUTY, for_next="Nothing.")
    digest = ask("GS", "shift_sheet", officer=DUTY, id=shift)["shift"]["digest"]
    ask("GS", "officer_add", officer=HEAD, id="duty-2", roles=["duty_officer"])
    assert [one["id"] for one in ask("GS", "shift_waiting", officer="duty-2")["shifts"]] == [shift]
    ask("GS", "shift_take_over", officer="duty-2", id=shift, digest=digest)
    assert len(ask("GS", "shift_list", officer=DUTY)["shifts"]) == 2
    tomorrow = day.network["GS"].clock.now() + timedelta(days=1)
    hours = {name: f"{tomorrow:%Y-%m-%d} {hour}:00" for name, hour in (("begins", "08"), ("ends", "20"))}
    entry = ask("GS", "roster_enter", officer=HEAD, who=DUTY, function="duty_officer", **hours)["entry"]["id"]
    ask("GS", "roster_list")
    ask("GS", "roster_take_off", officer=HEAD, id=entry)
    assert ask("GS", "call_list", officer=DUTY)["calls"] == []
    with pytest.raises(NotFound):
        ask("GS", "call_acknowledge", officer=DUTY, number=1)


def with_keys(day: Day) -> None:
    """Change a body's keys by its heads; everybody knows the new version."""
    ask = day.ask
    since = ask("XB-NCB", "keys_show")["versions"][0]["valid_from"]
    drafted = ask("XB-NCB", "keys_draft", officer=HEAD, add_heads=[], remove_heads=[], compromised_since=since)[
        "statement"
    ]
    with pytest.raises(Untrusted):
        ask("XB-NCB", "keys_submit", officer=HEAD, statement=drafted)
    signed = day.network.sign_by_heads("XB-NCB", from_json(drafted)).to_json()
    assert ask("XB-NCB", "keys_submit", officer=HEAD, statement=signed)["version"] == 2
    first, second = ask("XB-NCB", "keys_show")["versions"]
    assert (first["is_current"], second["is_current"]) == (False, True)
    assert second["not_known_to"] == []
    assert ask("XA-NCB", "keys_show", body="XB-NCB")["versions"][0]["compromised_since"] == first["compromised_since"]
    (declared,) = ask("XA-NCB", "body_doubts", officer=HEAD, body="XB-NCB")["declared"]
    assert (declared["version"], declared["is_complete"]) == (1, True)
    with pytest.raises(Invalid, match="genesis"):
        ask("XA-NCB", "successor_accept", officer=HEAD, body="GS", **{"for": "XB-NCB"})
    new = enter_successor(day.network["XA-NCB"], "RC").code
    named = {"body": new, "for": "RC"}
    assert ask("XA-NCB", "successor_accept", officer=HEAD, **named)["proposed_by"] == HEAD
    (claim,) = ask("XA-NCB", "successor_list", officer=HEAD)["claims"]
    assert (claim["successor"]["code"], claim["for"]["code"], claim["proposed_by"]) == (new, "RC", HEAD)
    assert ask("XA-NCB", "successor_refuse", officer=HEAD, reason="Not known.", **named)["refused_by"] == HEAD


def backed_up(day: Day) -> None:
    """Copy the node; one that was never restored has nothing to take back."""
    ask, out = day.ask, day.scratch / "xa.backup"
    made = ask("XA-NCB", "backup", out=str(out))
    assert (made["backup"]["file"], made["not_recorded"]) == (str(out), "")
    assert ask("XA-NCB", "recovery_show")["takes_back"] is False
    assert {one["why"] for one in ask("XA-NCB", "recovery_ask")["peers"]} == {"not asked yet"}
    with pytest.raises(Conflict, match="takes nothing back"):
        ask("XA-NCB", "recovery_finish", officer=HEAD)
    with pytest.raises(Conflict, match="Nothing is to be declared"):
        ask("XA-NCB", "erasure_declare_none", officer=DPO)


def test_every_verb_does_its_work_in_a_day_of_four_bodies(day: Day) -> None:
    in_the_directory(day)
    under_national_law(day)
    with_records(day)
    with_files(day)
    case = with_cases(day)
    with_a_case_file(day)
    in_correspondence(day, case)
    by_leave(day, case)
    by_request(day)
    with_instruments(day)
    cut_off_and_back(day)
    under_the_charter(day)
    over_the_exchange(day)
    corrected_by_hand(day)
    at_the_end(day)
    as_proof(day, case)
    erased(day)
    queries_that_stand(day)
    who_signs_in(day)
    on_duty(day)
    with_keys(day)
    backed_up(day)
    assert set(VERBS) - day.asked == set()
