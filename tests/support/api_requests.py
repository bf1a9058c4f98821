"""One request for each route of the API that a bureau of the test network answers, and what role each needs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from entente.api.route import JSON, ApiRoute
from entente.kernel.canonical import JsonObject
from entente.node import Node
from entente.verbs import perform
from tests.support.api_world import ABOUT, KEPT, OWN, ROLES, SEEN, UNIT, Bureau
from tests.support.nodes import AGREEMENT_NAME, DUTY, INSTRUMENTS

DEMO = INSTRUMENTS.parent
WHY: JsonObject = {"occasion": "Gate 4", **ABOUT}
DECISION: JsonObject = {
    "decided_by": "Council",
    "document": "Decision 17",
    "reason": "reciprocity",
    "review_on": "2099-01-01",
}
ORDER: JsonObject = {
    "reference": "Order 44",
    "text": "The bureau polls and identifies.",
    "signed_on": "2026-02-02",
    "published_on": "2026-02-10",
    "in_force_on": "2026-03-01",
    "governs": ["operational_search_law"],
    "powers": [{"measure": "poll", "legal_basis": "operational_search_law", "condition": "with consent"}],
    "competent_authorities": {"observe": "Criminal police of XB"},
}
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%d")
WANTED: JsonObject = {"record": SEEN, "kind": "wanted_person", "instrument": AGREEMENT_NAME, **ABOUT}
WISH: JsonObject = {
    "record": SEEN, "acts": ["forward"], "forward_to": "GS", "justification": "Seen there.", **ABOUT, "purpose": "locate",
}  # fmt: skip
GROUP: JsonObject = {
    "name": "desk", "title": "Desk",
    "entries": [{"body": "XA-NCB", "status": "member", "since": "2020-01-01", "document": "Act"}],
}  # fmt: skip
JUDGEMENT: JsonObject = {
    "left": KEPT, "right": SEEN, "verdict": "not_same", "evidence": "Prints differ.",
    "terms": (DEMO / "terms" / "judgements.yaml").read_text("utf-8"), **ABOUT,
}  # fmt: skip

ENTRY: JsonObject = {
    "schema": "Person", "facts": [{"property": "name", "value": "Salim Abu"}], **ABOUT,
    "terms": (DEMO / "terms" / "wanted.yaml").read_text("utf-8"),
}  # fmt: skip
SEARCH: JsonObject = {"names": ["Muhammadov"], "occasion": "Gate 4", **ABOUT}
FINDING: JsonObject = {"record": SEEN, "version": 1, "score": 905, "circumstances": "Passport at gate 4", **ABOUT}
BODIES: Mapping[str, JsonObject] = {
    "search": SEARCH,
    "search_many": {"queries": [{"names": ["Muhammadov"]}, {"birth_date": "?"}], "occasion": "Gate 4", **ABOUT},
    "check_mrz": {"text": "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"},
    "withdraw_record": {"reason": "Found."},
    "correct_record": {"reason": "more_is_known", "changes": [{"property": "alias", "value": "Abu"}]},
    "extend_record": {"reason": "still_sought", "review_on": "2030-01-01", "erase_on": "2031-02-01"},
    "confirm_hit": FINDING,
    "reject_hit": {**FINDING, "reason": "rejected_other_person"},
    "open_case": {"title": "Gate 4", "crime_area": "fugitives"},
    "note_case": {"text": "The person waits."},
    "close_case": {"reason": "Left."},
    "reopen_case": {"reason": "Came back."},
    "refer_case": {"body": "XA-NCB", "reference": "2031/4"},
    "rename_case": {"title": "Gate 4, two passports", "crime_area": "fugitives"},
    "set_case_team": {"team": [DUTY]},
    "hand_case_over": {"to": DUTY, "unit": "Desk 2", "reason": "End of shift."},
    "join_cases": {"reason": "The same person."},
    "split_case": {"title": "The second passport", "crime_area": "fugitives", "reason": "Another matter."},
    "set_case_task": {"what": "Call the gate", "to": DUTY, "due_at": "2099-05-04T08:00:00Z", "term_of": "Art. 36"},
    "finish_case_task": {"outcome": "Called."},
    "enter_exhibit": {
        "kind": "document",
        "what": "A passport",
        "found_at": "2026-01-01T00:00:00Z",
        "found_where": "Gate 4",
        "found_by": "Officer 7",
        "seal": "S-1",
    },
    "hand_exhibit_over": {
        "at": "2026-01-02T00:00:00Z",
        "gave": "Officer 7",
        "took": "Laboratory",
        "where": "Gate 4",
        "seal": "S-2",
    },
    "answer_hit": {"same": True, "text": "It is he."},
    "recall_message": {"reason": "To the wrong body."},
    "recall_message_from_several": {"reason": "To the wrong bodies.", "bodies": ["XA-NCB"]},
    "preview_message": {"to": ["XA-NCB"], "information": ["GS/members"], "instrument": "charter"},
    "circulate_message": {
        "to": ["XA-NCB"],
        "information": ["RC"],
        "instrument": "charter",
        "subject": "Gate 4",
        "text": "Seen.",
    },
    "send_message": {"to": "XA-NCB", "instrument": "charter", "subject": "Gate 4", "text": "Who is it?"},
    "conclude_message": {"outcome": "refused", "reason": "not_competent"},
    "leave_standing_query": {"names": ["Muhammadov"], "days": 9, **WHY},
    "mark_not_identical": {"document": "AB123456", "reason": "Other face.", **WHY},
    "end_not_identical": WHY,
    "share_record": {"recipients": ["XA-NCB"]},
    "detach_file": {"file": "picture.png"},
    "judge_records": JUDGEMENT,
    "enter_record": ENTRY,
    "foresee_record": ENTRY,
    "ask_permission": WISH,
    "answer_permission": {"grant": True, "days": 2},
    "ask_record": WANTED,
    "consult_record": WANTED,
    "forward_record": {"to": "GS", **ABOUT},
    "keep_group": GROUP,
    "enter_order": {"order": ORDER},
    "enter_duty": {"who": "duty-1", "function": "deputy", "begins": f"{TOMORROW} 07:00", "ends": f"{TOMORROW} 19:00"},
    "task_measure": {"subject": "o-1"},
    "propose_instrument": {"file": (INSTRUMENTS / "programme.yaml").read_text("utf-8")},
    "preview_suspension": {"instrument": AGREEMENT_NAME, "toward": ["XA-NCB"], **DECISION},
    "preview_cut_off": DECISION,
    "make_proposal": {"kind": "measure", "target": "XA-NCB", "text": "That it reports."},
    "release_all_held": {"to": "XA-NCB"},
    "drop_held": {"reason": "Overtaken."},
    "route_exchange": {"body": "XA-NCB"},
    "check_continuation": {"checkpoint": "to be filled"},
    "preview_import": {
        "terms": (DEMO / "terms" / "wanted.yaml").read_text("utf-8"),
        "mapping": "entities: {person: {schema: Person, keys: [name], prefix: w-, properties: {name: {column: name},"
        " idNumber: {column: identifier}}}}",
    },
    "suggest_mapping": {"keys": ["identifier"]},
    "search_batch": {"queries": [{"names": ["Muhammadov"], "reference": "1"}], **WHY},
    "import_records": {"terms": (DEMO / "terms" / "wanted.yaml").read_text("utf-8")},
    "export_records": {**ABOUT},
    "attach_file": {},
    "fetch_file": {"file": "picture.png", **ABOUT},
    "fetch_attachment": {"file": "gate.jpg"},
}
QUERIES: Mapping[str, Mapping[str, str]] = {
    "list_not_identical": {"occasion": "Gate 4"},
    # Else it would go on.
    "listen": {"seconds": "0"},
}
NEEDS: Mapping[str, tuple[str, ...]] = {
    "search": ("search",),
    "search_many": ("search",),
    "check_mrz": ("search",),
    "list_records": ("show_record",),
    "show_record": ("show_record",),
    "withdraw_record": ("withdraw_record",),
    "list_hits": ("confirm_hit", "answer_hit"),
    "show_hit": ("confirm_hit", "answer_hit"),
    "confirm_hit": ("confirm_hit",),
    "reject_hit": ("confirm_hit",),
    "list_cases": ("open_case", "keep_case", "oversee_cases"),
    "show_case": ("open_case", "keep_case", "oversee_cases"),
    "open_case": ("open_case",),
    "note_case": ("keep_case",),
    "close_case": ("keep_case",),
    "reopen_case": ("keep_case",),
    "refer_case": ("keep_case",),
    "list_case_officers": ("open_case", "keep_case", "oversee_cases"),
    "split_case": ("open_case",),
    **dict.fromkeys(("set_case_team", "hand_case_over"), ("keep_case", "oversee_cases")),
    **dict.fromkeys(
        ("rename_case", "join_cases", "set_case_task", "finish_case_task", "enter_exhibit", "hand_exhibit_over"),
        ("keep_case",),
    ),
    "release_hit": ("confirm_hit",),
    "answer_hit": ("answer_hit",),
    **dict.fromkeys(("recall_message", "recall_message_from_several"), ("recall_message",)),
    "list_message_addressees": ("read_message",),
    "list_messages": ("read_message",),
    "show_message": ("read_message",),
    "open_message": ("read_message",),
    "send_message": ("send_message",),
    "preview_message": ("send_message",),
    "circulate_message": ("send_message",),
    "conclude_message": ("send_message",),
    "note_failure": ("send_message",),
    "list_bodies": (),
    "show_body": (),
    "list_groups": (),
    "show_group": (),
    "list_instruments": (),
    "show_instrument": (),
    "read_trail": ("read_trail",),
    **dict.fromkeys(
        ("list_standing_queries", "leave_standing_query", "end_standing_query", "show_matches", "settle_match"),
        ("search",),
    ),
    "list_not_identical": ("search",),
    "mark_not_identical": ("confirm_hit",),
    "end_not_identical": ("confirm_hit",),
    "share_record": ("share_record",),
    "show_holders": ("show_record",),
    "show_who_can_see": ("show_record",),
    "list_versions": ("show_record",),
    "list_links": ("show_record",),
    "correct_record": ("correct_record",),
    "extend_record": ("correct_record",),
    "show_original": ("show_record",),
    "detach_file": ("attach_file",),
    "judge_records": ("import_records",),
    **dict.fromkeys(("enter_record", "foresee_record"), ("enter_record",)),
    "list_permissions": ("ask_permission", "grant_permission"),
    "show_permission": ("ask_permission", "grant_permission"),
    "ask_permission": ("ask_permission",),
    "answer_permission": ("grant_permission",),
    **dict.fromkeys(("list_record_requests", "show_record_request", "ask_record", "consult_record"), ("search",)),
    "forward_record": ("forward_record",),
    "export_body": (),
    "list_silent_sources": (),
    "keep_group": ("manage_groups",),
    "list_orders": (),
    "enter_order": ("manage_officers",),
    **dict.fromkeys(("list_unit_limits", "show_unit_limits"), ("manage_officers", "read_trail")),
    "list_roster": ("work_shift", "keep_roster"),
    **dict.fromkeys(("list_shifts", "show_shift", "show_shift_sheet", "list_calls"), ("work_shift",)),
    **dict.fromkeys(("list_waiting", "find_bodies", "find_units", "list_places", "list_contacts", "list_sharing"), ()),
    **dict.fromkeys(("show_keys", "list_unit_lists"), ()),
    "list_doubts": ("read_trail",),
    "enter_duty": ("keep_roster",),
    "take_off_duty": ("keep_roster",),
    "may_task_measure": (),
    "task_measure": ("task_measure",),
    "propose_instrument": ("propose_instrument",),
    "preview_suspension": ("suspend",),
    "preview_cut_off": ("suspend",),
    "list_proposals": (),
    "make_proposal": ("propose_governance",),
    **dict.fromkeys(
        (
            "list_lines",
            "list_held",
            "list_set_aside",
            "release_held",
            "release_all_held",
            "drop_held",
            "route_exchange",
        ),
        ("decide_held",),
    ),
    "show_sealed_query": ("read_sealed_queries",),
    "upload_file": ("search", "import_records", "attach_file", "send_message"),
    "fetch_attachment": ("read_message",),
    "suggest_mapping": ("import_records",),
    "preview_import": ("import_records",),
    "search_batch": ("search",),
    "import_records": ("import_records",),
    "export_records": ("export_records",),
    "attach_file": ("attach_file",),
    "fetch_file": ("show_record",),
    "listen": (),
    **dict.fromkeys(("list_jobs", "show_job", "show_results", "read_job_file", "cancel_job"), ()),
    **dict.fromkeys(
        ("verify_trail", "show_checkpoint", "check_continuation", "prove_continuation", "prove_case"), ("read_trail",)
    ),
}
"""Route → the verbs of data/roles.yaml of which a role must have one; none for what every account may read."""


def group_version(node: Node, name: str) -> int:
    """Return the version at which a group of a node's own stands; 0 for none."""
    listed: Any = perform(node, "group_list", {})["groups"]
    with node.directory.open_unit() as unit:
        own = unit.bodies.own().code
    return next((one["version"] for one in listed if (one["keeper"]["code"], one["name"]) == (own, name)), 0)


def case_of(bureau: Bureau, route: ApiRoute) -> str:
    """Return the number of the case that a route is asked about."""
    at_work = dict.fromkeys(
        ("set_case_task", "finish_case_task", "enter_exhibit", "hand_exhibit_over"), bureau.work_case
    )
    return {"set_case_team": bureau.team_case, **at_work}.get(route.name, bureau.case)


def path_of(bureau: Bureau, route: ApiRoute) -> str:
    """Return the path of a route with its parameters filled."""
    year, _, serial = case_of(bureau, route).partition("/")
    source, _, local_id = {"withdraw_record": OWN, **dict.fromkeys(OF_OUR_OWN, KEPT)}.get(route.name, SEEN).partition(
        "/"
    )
    item = bureau.hit if "hit" in route.name else bureau.came
    others = {
        "answer_hit": bureau.hit_came,
        **dict.fromkeys(
            ("recall_message", "recall_message_from_several", "list_message_addressees", "note_failure"), bureau.sent
        ),
        "answer_permission": bureau.permission_came,
        "show_permission": bureau.permission_came,
        "show_record_request": bureau.request,
    }
    if route.path.startswith("/shifts/"):
        others[route.name] = bureau.shift
    fields = {
        "source": source, "local_id": local_id, "year": year, "serial": serial, "id": others.get(route.name, item),
        "body": "XA-NCB", "keeper": "GS", "name": "members", "instrument": "police-data-agreement",
        "query": bureau.standing, "match": bureau.match, "finding": bureau.finding, "measure": "poll", "number": "1",
        "task": bureau.task, "exhibit": bureau.exhibit,
        "duty": "duty-0",
        "unit": UNIT,
        "row": str(bureau.search_row), "upload": bureau.upload,
        "job": bureau.imported if route.name == "read_job_file" else bureau.batch,
    }  # fmt: skip
    if route.name == "read_job_file":
        fields["name"] = "rejects.jsonl"
    return route.path.format(**fields)


OF_OUR_OWN = {
    "share_record",
    "show_holders",
    "show_who_can_see",
    "show_original",
    "detach_file",
    "correct_record",
    "extend_record",
}


def role_for(bureau: Bureau, route: ApiRoute) -> str:
    """Return a role that may do a route; the duty officer's where it may."""
    needs, roles = set(NEEDS[route.name]), bureau.node.lists.roles
    return next(role for role in ROLES if not needs or needs & roles[role].verbs)


def request_of(bureau: Bureau, route: ApiRoute) -> dict[str, Any]:
    """Return method, path and all else of a request that a machine of a role that may do it is answered well."""
    if "upload" in (route.body or {}).get("properties", {}) or "upload" in route.path_fields:  # type: ignore[operator]
        _send_again(bureau)
    request: dict[str, Any] = {"method": route.method.value, "path": path_of(bureau, route)}
    if route.body is not None:
        request["json"] = _body_of(bureau, route)
    if route.takes != JSON:
        request |= {"content": b"name\nMuhammadov\n", "params": {"name": "list.csv"}}
    if route.name == "check_continuation":
        request["json"] = {"checkpoint": bureau.node.log.publish(lambda _: None).note}
    if route.takes == JSON:
        request["params"] = {name: ABOUT[name] for name in route.needed} | {**QUERIES.get(route.name, {})}
    headers = {"Idempotency-Key": str(uuid.uuid4())} if route.writes == "once" else {}
    if route.takes != JSON:
        # What was sent by the tests before is taken by nobody; there is room for few.
        for one in bureau.own_api.jobs.files.uploads():
            bureau.own_api.jobs.drop_upload(one)
        headers["Content-Type"] = route.takes
    request["headers"] = {**headers, "If-Match": f'"{_version(bureau, route)}"'} if route.asks_version else headers
    return request


def _body_of(bureau: Bureau, route: ApiRoute) -> JsonObject:
    """Return what a request says, with what only this bureau knows."""
    found: JsonObject = BODIES[route.name]
    if route.name == "join_cases":
        return {**found, "other": bureau.joined_case}
    if route.name == "keep_group":
        stands = group_version(bureau.node, str(GROUP["name"]))
        # A list that says the same makes no version (docs/rules/bodies.md B29).
        return {**found, "version": stands, "title": f"Desk, as kept {stands + 1} times"}
    if route.name in {"import_records", "attach_file"}:
        return {**found, "upload": bureau.upload}
    return found


def _version(bureau: Bureau, route: ApiRoute) -> int:
    """Return the version of what a request changes: a case as it stands, of a record the one that was entered."""
    return case_version(bureau, case_of(bureau, route)) if route.about == "Cases" else 1


def case_version(bureau: Bureau, number: str) -> int:
    """Return the version at which a case stands."""
    case = perform(bureau.node, "case_show", {"officer": DUTY, "number": number})["case"]
    assert isinstance(case, dict)
    assert isinstance(case["version"], int)
    return case["version"]


def _send_again(bureau: Bureau) -> None:
    """Have a file of the duty officer's machine wait for a job, and the jobs before done."""
    bureau.work()
    if not any(one.id == bureau.upload for one in bureau.own_api.jobs.files.uploads()):
        bureau.upload = bureau.uploaded("list.csv", b"name,identifier\nMuhammadov,AB123456\n")
