"""Every route with every role and every scope; every answer has the shape its row says (P4, P6)."""

from __future__ import annotations

import json

import pytest

from entente.api.left_out import LEFT_OUT
from entente.api.openapi import parameters_in
from entente.api.route import JSON, ApiRoute, Handled, Method, Writes
from entente.api.shapes import check
from entente.api.table import ROUTES
from entente.bodies.tokens import Scope
from entente.verbs import VERBS
from tests.support.api_requests import NEEDS, request_of, role_for
from tests.support.api_world import BESIDE_AT_LENGTH, BOTH, ROLES, Bureau

DONE_BEFORE = {
    "withdraw_record", "close_case", "reopen_case", "refer_case", "note_case", "conclude_message", "recall_message", "answer_hit",
    "release_hit", "end_standing_query", "settle_match", "end_not_identical", "detach_file", "answer_permission",
    "propose_instrument", "release_held", "drop_held", "rename_case", "hand_case_over", "set_case_team", "join_cases",

    "enter_duty", "take_off_duty",
    "finish_case_task", "hand_exhibit_over", "correct_record", "extend_record", "note_failure",
}  # fmt: skip
"""What the tests of roles did already, or what nothing is held for."""
PARTS = 4
"""A quarter of the other scopes is tried with each route at once, another quarter with the next; the rest at length."""
GROUND_OF_ROLES, GROUND_OF_SCOPES = "B9.2", "P4"


def named(routes: tuple[ApiRoute, ...]) -> list[str]:
    return [route.name for route in routes]


def test_table_is_whole(bureau: Bureau) -> None:
    assert len({route.name for route in ROUTES}) == len(ROUTES)
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
    assert {route.name: {*route.needs, *route.asks} for route in ROUTES} == {
        name: set(of) for name, of in NEEDS.items()
    }
    assert {route.scope for route in ROUTES} == set(Scope)
    assert set(ROLES) == set(bureau.node.lists.roles)
    for route in ROUTES:
        assert set(parameters_in(route.path)) == set(route.path_fields), route.name
        assert route.verb in VERBS or (not route.verb and route.handled not in {Handled.VERB, Handled.JOB}), route.name
        assert (route.handled is Handled.JOB) is (route.job is not None) is (route.status == 202), route.name
        assert set(route.needed) <= set(route.query), route.name
        assert (route.body is None) or route.method is Method.POST, route.name
        assert route.writes is Writes.NOTHING or route.method is Method.POST, route.name


def test_every_verb_has_a_route_or_a_reason_why_it_has_none() -> None:
    """P11."""
    routed = {route.verb for route in ROUTES} - {""}
    assert not routed & set(LEFT_OUT)
    assert routed | set(LEFT_OUT) == set(VERBS)
    assert all(len(reason.split()) > 5 for reason in LEFT_OUT.values())


@BESIDE_AT_LENGTH
@pytest.mark.parametrize("route", ROUTES, ids=named(tuple(ROUTES)))
def test_only_roles_that_may_are_answered(bureau: Bureau, route: ApiRoute) -> None:
    for role in ROLES:
        answer = bureau.ask(token=bureau.token(role), **request_of(bureau, route))
        may = not NEEDS[route.name] or bool(set(NEEDS[route.name]) & bureau.node.lists.roles[role].verbs)
        refused = answer.status_code == 403 and GROUND_OF_ROLES in answer.text
        assert refused is not may, (role, answer.status_code, answer.text)
        assert answer.status_code in ({200, 201, 202, 403, 404, 409, 412} if may else {403})
        assert answer.headers["cache-control"] == "no-store"


@BESIDE_AT_LENGTH
@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.long) for part in range(1, PARTS))])
@pytest.mark.parametrize("route", ROUTES, ids=named(tuple(ROUTES)))
def test_only_its_own_scope_opens_a_route(bureau: Bureau, route: ApiRoute, part: int) -> None:
    others = [scope for place, scope in enumerate(Scope) if (place + ROUTES.index(route)) % PARTS == part]
    for scope in {route.scope, *others}:
        answer = bureau.ask(token=bureau.token("duty_officer", frozenset({scope})), **request_of(bureau, route))
        refused = answer.status_code == 403 and f'"number":"{GROUND_OF_SCOPES}"' in answer.text
        assert refused is (scope is not route.scope), (scope, answer.text)


@BOTH
@pytest.mark.parametrize("route", ROUTES, ids=named(tuple(ROUTES)))
def test_answer_has_the_shape_that_is_documented(bureau: Bureau, route: ApiRoute) -> None:
    answer = bureau.ask(token=bureau.token(role_for(bureau, route)), **request_of(bureau, route))
    if route.gives != JSON:
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (route.status, route.gives)
        return
    document = json.loads(answer.content)
    if answer.status_code not in {404, 409, 412}:  # done by a test before: withdrawn, closed, concluded
        assert answer.status_code == route.status, answer.text
        check(route.answer, document, "", bureau.api.components)
    else:
        assert route.name in DONE_BEFORE
        check({"$ref": "#/components/schemas/Problem"}, document, "", bureau.api.components)


@BOTH
def test_refusal_by_role_is_a_row_of_the_trail(bureau: Bureau) -> None:
    token = bureau.token("border_officer")
    before = bureau.node.trail.latest(1)[0].sequence
    assert bureau.ask("GET", "/cases", token=token).status_code == 403
    (row,) = bureau.node.trail.latest(1)
    assert (row.sequence, row.act.verb, row.act.officer) == (before + 1, "open_case", "m-border-officer")
    assert row.act.detail["outcome"] == "refused"
