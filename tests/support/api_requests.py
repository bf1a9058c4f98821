"""One request for each route of the API that a bureau of the test network answers, and what role each needs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from entente.api.route import ApiRoute
from entente.kernel.canonical import JsonObject
from tests.support.api_world import ABOUT, OWN, SEEN, Bureau

SEARCH: JsonObject = {"names": ["Muhammadov"], "occasion": "Gate 4", **ABOUT}
FINDING: JsonObject = {"record": SEEN, "version": 1, "score": 905, "circumstances": "Passport at gate 4", **ABOUT}
BODIES: Mapping[str, JsonObject] = {
    "search": SEARCH,
    "search_many": {"queries": [{"names": ["Muhammadov"]}, {"birth_date": "?"}], "occasion": "Gate 4", **ABOUT},
    "check_mrz": {"text": "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"},
    "withdraw_record": {"reason": "Found."},
    "confirm_hit": FINDING,
    "reject_hit": {**FINDING, "reason": "rejected_other_person"},
    "open_case": {"title": "Gate 4", "crime_area": "fugitives"},
    "note_case": {"text": "The person waits."},
    "close_case": {"reason": "Left."},
    "reopen_case": {"reason": "Came back."},
    "refer_case": {"body": "XA-NCB", "reference": "2031/4"},
    "answer_hit": {"same": True, "text": "It is he."},
    "recall_message": {"reason": "To the wrong body."},
    "send_message": {"to": "XA-NCB", "instrument": "charter", "subject": "Gate 4", "text": "Who is it?"},
    "conclude_message": {"outcome": "refused", "reason": "not_competent"},
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
    "list_cases": ("open_case", "keep_case"),
    "show_case": ("open_case", "keep_case"),
    "open_case": ("open_case",),
    "note_case": ("keep_case",),
    "close_case": ("keep_case",),
    "reopen_case": ("keep_case",),
    "refer_case": ("keep_case",),
    "release_hit": ("confirm_hit",),
    "answer_hit": ("answer_hit",),
    "recall_message": ("recall_message",),
    "list_messages": ("read_message",),
    "show_message": ("read_message",),
    "open_message": ("read_message",),
    "send_message": ("send_message",),
    "conclude_message": ("send_message",),
    "list_bodies": (),
    "show_body": (),
    "list_groups": (),
    "show_group": (),
    "list_instruments": (),
    "show_instrument": (),
    "read_trail": ("read_trail",),
}
"""Route → the verbs of data/roles.yaml of which a role must have one; none for what every account may read."""


def path_of(bureau: Bureau, route: ApiRoute) -> str:
    """Return the path of a route with its parameters filled."""
    year, _, serial = bureau.case.partition("/")
    source, _, local_id = (OWN if route.name == "withdraw_record" else SEEN).partition("/")
    item = bureau.hit if "hit" in route.name else bureau.came
    item = {"answer_hit": bureau.hit_came, "recall_message": bureau.sent}.get(route.name, item)
    fields = {"source": source, "local_id": local_id, "year": year, "serial": serial, "id": item, "body": "XA-NCB"}
    return route.path.format(**fields, keeper="GS", name="members", instrument="police-data-agreement")


def request_of(bureau: Bureau, route: ApiRoute) -> dict[str, Any]:
    """Return method, path and all else of a request that the duty officer's machine is answered well."""
    request: dict[str, Any] = {"method": route.method.value, "path": path_of(bureau, route)}
    if route.body is not None:
        request["json"] = BODIES[route.name]
    if route.needed:
        request["params"] = {name: ABOUT[name] for name in route.needed}
    headers = {"Idempotency-Key": str(uuid.uuid4())} if route.writes == "once" else {}
    request["headers"] = {**headers, "If-Match": '"1"'} if route.asks_version else headers
    return request
