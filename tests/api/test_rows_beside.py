"""N19: what is looked at through a web process leaves the rows that it leaves at the node, whoever turns out to do it."""

from __future__ import annotations

import pytest

from entente.api.route import ApiRoute, Handled, Writes
from entente.api.table import ROUTES
from tests.support.api_requests import request_of, role_for
from tests.support.api_world import ASKED_BESIDE, Bureau

pytestmark = pytest.mark.parametrize("bureau", [ASKED_BESIDE], indirect=True, scope="module")
LOOKS = [route for route in ROUTES if route.writes is Writes.NOTHING and route.handled is Handled.VERB]


def rows_of(bureau: Bureau, route: ApiRoute) -> tuple[int, list[str]]:
    """Ask, and return the status and the verbs of the rows that were added."""
    token, request = bureau.token(role_for(bureau, route)), request_of(bureau, route)
    before = bureau.node.trail.latest(1)[0].sequence
    status = bureau.ask(token=token, **request).status_code
    added = bureau.node.trail.latest(1)[0].sequence - before
    return status, [row.act.verb for row in bureau.node.trail.latest(added)] if added else []


def test_the_first_look_leaves_what_later_ones_leave(bureau: Bureau) -> None:
    # What turned out to be the node's work is handed to it at once from the second time on.
    first = {route.name: rows_of(bureau, route) for route in LOOKS}
    second = {route.name: rows_of(bureau, route) for route in LOOKS}
    assert first == second
    assert first["prove_case"][1] != []
    assert len(first["consult_record"][1]) > 1
    assert [verb for status, verbs in first.values() for verb in verbs if status >= 500] == []
