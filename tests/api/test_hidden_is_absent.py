"""Each route answers what its account may not know of as what is not there: status, bytes and headers (promise 7).

Asked are machines of a unit that may see vehicles alone, where every record is of a person, and one case has a team without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest

from entente.api.route import JSON, ApiRoute
from entente.api.table import ROUTES
from entente.bodies.tokens import Scope
from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from tests.support.api_requests import BODIES, NEEDS, QUERIES, case_version
from tests.support.api_world import ABOUT, BY_ITSELF_ALONE, KEPT, ROLES, SEEN, UNIT, Bureau
from tests.support.nodes import DUTY, HEAD

pytestmark = BY_ITSELF_ALONE
SECOND_HEAD = "xb-head-2"
OVERSEERS = {"head_of_body", "data_protection_officer", "supervisor"}
NO_UPLOAD = "upload-" + "0" * 32
JOB = re.compile(rb"job-[0-9a-f]{32}")


@pytest.fixture(scope="module")
def tokens(bureau: Bureau) -> dict[str, str]:
    """Return the machines' tokens, by role."""
    node, made = bureau.node, dict[str, str]()
    perform(node, "officer_add", {"officer": HEAD, "id": SECOND_HEAD, "roles": ["head_of_body"]})
    for role in ROLES:
        account = f"n-{role.replace('_', '-')}"
        perform(node, "officer_add", {"officer": HEAD, "id": account, "roles": [role], "unit": UNIT, "machine": True})
        given: JsonObject = {"officer": HEAD, "account": account, "scopes": [*sorted(Scope)]}
        made[role] = str(perform(node, "token_make", given)["text"])
    limits: JsonObject = {"officer": HEAD, "unit": UNIT, "reason": "Vehicles.", "kinds": ["vehicle"]}
    waits: Any = perform(node, "unit_limits_propose", limits)
    bureau.network.clock.move(seconds=1)
    perform(node, "unit_limits_confirm", {"officer": SECOND_HEAD, "id": waits["set"]["id"]})
    team: JsonObject = {"officer": DUTY, "number": bureau.work_case, "team": [DUTY]}
    perform(node, "case_team", {**team, "version": case_version(bureau, bureau.work_case)})
    return made


def absent_of(bureau: Bureau) -> Mapping[str, str]:
    """Return what is hidden, and for each something of the same form that is not there."""
    year = bureau.case.partition("/")[0]
    return {
        SEEN: "XA-NCB/none", KEPT: "XB-NCB/none", bureau.work_case: f"{year}/000999",
        bureau.hit: "hit-" + "0" * 26, bureau.hit_came: "hit-" + "0" * 26,
        bureau.permission_came: "permission-request-" + "0" * 26, bureau.request: "record-request-" + "0" * 26,
    }  # fmt: skip


def hidden_in(bureau: Bureau, route: ApiRoute) -> Iterator[tuple[str, str]]:
    """Yield the paths of a route with what is hidden in them, each with one of what is absent."""
    parts = ("source", "local_id") if "source" in route.path_fields else ("year", "serial")
    rest = {"task": bureau.task, "exhibit": bureau.exhibit, "finding": bureau.finding, "name": "none", "number": "1"}
    for one, none in absent_of(bureau).items():
        fields = (
            {"id": (one, none)} if "id" in route.path_fields
            else dict(zip(parts, zip(one.split("/"), none.split("/"), strict=True), strict=True)) if "/" in one
            else {}
        )  # fmt: skip
        is_of_it = bool(fields) and fields.keys() <= route.path_fields.keys()
        is_case = one == bureau.work_case
        if is_of_it and is_case == ("serial" in route.path_fields) and not route.path.startswith("/shifts"):
            yield tuple(  # type: ignore[misc] # two of them
                route.path.format(**{**rest, **{name: each[place] for name, each in fields.items()}})
                for place in (0, 1)
            )


def answered(bureau: Bureau, token: str, route: ApiRoute, path: str, asked: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Return all that an answer says, but for the id of a job, and what came of the job."""
    headers = {"Idempotency-Key": str(uuid4())} if route.writes == "once" else {}
    if route.asks_version:
        headers["If-Match"] = '"1"'
    answer = bureau.ask(route.method.value, path, token=token, headers=headers, **asked)
    came: Any = None
    if job := JOB.search(answer.content):
        bureau.work()
        shown = bureau.job(job[0].decode(), token=token)
        came = {name: shown[name] for name in ("state", "done", "files", "outcome", "error")}
    kept = {name: JOB.sub(b"", text.encode()) for name, text in answer.headers.items() if name != "date"}
    return answer.status_code, JOB.sub(b"", answer.content), kept, came


def request_of(bureau: Bureau, route: ApiRoute) -> dict[str, Any]:
    asked: dict[str, Any] = {"params": {name: ABOUT[name] for name in route.needed} | {**QUERIES.get(route.name, {})}}
    if route.body is not None:
        more: JsonObject = {"join_cases": {"other": bureau.joined_case}, "attach_file": {"upload": NO_UPLOAD}}
        extra = more.get(route.name, {})
        assert isinstance(extra, dict)
        asked["json"] = {**BODIES[route.name], **extra}
    return asked


def may_ask(bureau: Bureau, route: ApiRoute) -> list[str]:
    """Return the roles that may ask for a route, and do not oversee the case that it may be about."""
    needs = set(NEEDS[route.name])
    known = OVERSEERS if "serial" in route.path_fields else set()
    return [role for role in ROLES if role not in known and (not needs or needs & bureau.node.lists.roles[role].verbs)]


def differing(bureau: Bureau, tokens: Mapping[str, str], roles_at_most: int) -> list[tuple[str, str, str]]:
    """Return route, role and path of every answer that tells what is hidden from what is absent."""
    found, asked = [], 0
    for route in (one for one in ROUTES if one.takes == JSON):
        for role in may_ask(bureau, route)[:roles_at_most]:
            for hidden, absent in hidden_in(bureau, route):
                given = request_of(bureau, route)
                one, none = (answered(bureau, tokens[role], route, path, given) for path in (hidden, absent))
                asked += 1
                if one != none:
                    found.append((route.name, role, hidden))
    assert asked > 100
    return found


def test_path_of_what_is_hidden_is_answered_as_one_of_what_is_absent(bureau: Bureau, tokens: dict[str, str]) -> None:
    assert differing(bureau, tokens, roles_at_most=1) == []


@pytest.mark.long
def test_path_of_what_is_hidden_is_answered_so_to_every_role(bureau: Bureau, tokens: dict[str, str]) -> None:
    assert differing(bureau, tokens, roles_at_most=len(ROLES)) == []


def with_ids(bureau: Bureau) -> Iterator[tuple[str, str, JsonObject, str]]:
    """Yield method, path and body of requests that name something in their body or behind «?», and what it is."""
    for name, path in (
        ("confirm_hit", "/hits/confirmed"),
        ("reject_hit", "/hits/rejected"),
        ("ask_permission", "/permissions"),
    ):
        yield "POST", path, {**BODIES[name], "record": SEEN}, SEEN
    for name, path in (("send_message", "/messages"), ("circulate_message", "/messages/circulars")):
        yield "POST", path, {**BODIES[name], "case": bureau.work_case}, bureau.work_case
    for named in (SEEN, KEPT):
        yield "POST", "/judgements", {**BODIES["judge_records"], "left": named}, named
        yield "GET", "/trail", {"about": named}, named
    yield (
        "POST",
        "/record-requests",
        {**BODIES["ask_record"], "kind": "vehicle", "case": bureau.work_case},
        bureau.work_case,
    )
    yield "POST", "/consultations", {**BODIES["consult_record"], "record": bureau.hit}, bureau.hit
    year, _, serial = bureau.joined_case.partition("/")
    yield "POST", f"/cases/{year}/{serial}/joining", {"reason": "One.", "other": bureau.work_case}, bureau.work_case
    yield "POST", f"/cases/{year}/{serial}/splitting", {**BODIES["split_case"], "items": [bureau.hit]}, bureau.hit
    yield "GET", "/messages", {"case": bureau.work_case}, bureau.work_case
    for one in (bureau.hit, bureau.request, bureau.work_case):
        yield "GET", "/trail", {"about": one}, one


def test_what_is_hidden_named_in_a_request_is_answered_as_what_is_absent(
    bureau: Bureau, tokens: dict[str, str]
) -> None:
    serial = bureau.joined_case.rpartition("/")[2]
    for method, path, given, named in with_ids(bureau):
        # The compliance reviewer reads the trail and oversees no case.
        token = tokens["compliance_reviewer" if path == "/trail" else "duty_officer"]
        said = []
        for name in (named, absent_of(bureau)[named]):
            asked = {
                key: [name] if value == [named] else name if value == named else value for key, value in given.items()
            }
            headers = {"If-Match": f'"{case_version(bureau, bureau.joined_case)}"'} if f"/{serial}/" in path else {}
            more: dict[str, Any] = {"params": asked} if method == "GET" else {"json": asked}
            if method == "POST":
                headers["Idempotency-Key"] = str(uuid4())
            answer = bureau.ask(method, path, token=token, headers=headers, **more)
            said.append((answer.status_code, answer.text.replace(name, "…"), answer.headers.get("etag")))
        assert said[0] == said[1], (path, named)
        assert said[0][0] in {200, 400, 404}, (path, said[0])
