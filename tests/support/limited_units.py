"""A bureau with units whose officers see at most what two heads set; for tests of what that keeps from them (B17, D10)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from entente.kernel.canonical import JsonObject
from entente.kernel.errors import EntenteError
from entente.kernel.signing import encode_bytes
from entente.verbs import perform
from tests.support.api_world import UNIT
from tests.support.desk_world import Browser, DeskWorld, open_desk
from tests.support.nodes import DUTY, HEAD

HEAD_TWO = "xb-head-2"
BRANCH, GATE, MACHINE = "xb-branch-1", "xb-gate-1", "m-branch"
BRANCH_HEAD = "xb-branch-head"
"""One of the northern branch who may read the trail."""
WHY: JsonObject = {"purpose": "identify", "crime_area": "fugitives"}
OCCASION: JsonObject = {**WHY, "occasion": "Gate 4"}
UNITS = [
    {"id": UNIT, "kind": "regional_branch", "name": "Northern branch", "territory": "The north", "parent": None},
    {"id": "gate", "kind": "unit", "name": "Gate <4>", "territory": "", "parent": UNIT},
    {"id": "south", "kind": "regional_branch", "name": "Southern branch", "territory": "", "parent": None},
]


def publish(world: DeskWorld, units: Any = UNITS) -> None:  # noqa: ANN401 - what the file holds
    world.bureau.network.clock.move(minutes=1)
    perform(world.node, "body_units", {"data": encode_bytes(json.dumps({"units": units}).encode())})


@contextmanager
def open_units(folder: Path) -> Iterator[DeskWorld]:
    """Open the network, with three units and their officers."""
    with open_desk(folder) as opened:
        publish(opened)
        for name, unit, role, machine in (
            (BRANCH, UNIT, "duty_officer", False), (GATE, "gate", "duty_officer", False), (MACHINE, UNIT, "duty_officer", True),
            (HEAD_TWO, "", "head_of_body", False), (BRANCH_HEAD, UNIT, "head_of_body", False),
        ):  # fmt: skip
            given: JsonObject = {"officer": HEAD, "id": name, "roles": [role], "unit": unit, "machine": machine}
            perform(opened.node, "officer_add", given)
        yield opened


def leave_open(world: DeskWorld) -> None:
    """Leave every unit bound by nothing, with nothing that waits."""
    answer: Any = perform(world.node, "unit_limits_list", {"officer": HEAD})
    for one in answer["units"]:
        if one["waiting"]:
            perform(world.node, "unit_limits_refuse", {"officer": HEAD, "id": one["waiting"]["id"]})
        if one["limits"] and not one["limits"]["is_open"]:
            limit(world, one["unit"]["id"])
        assert not one["coming"]


def propose(world: DeskWorld, unit: str = UNIT, **limits: Any) -> Any:  # noqa: ANN401 - an answer
    given: JsonObject = {"officer": HEAD, "unit": unit, "reason": "Border checks only.", **limits}
    answer: Any = perform(world.node, "unit_limits_propose", given)
    return answer["set"]


def limit(world: DeskWorld, unit: str = UNIT, **limits: Any) -> Any:  # noqa: ANN401 - an answer
    """Set limits for a unit, by two officers."""
    world.bureau.network.clock.move(seconds=1)
    made = propose(world, unit, **limits)
    answer: Any = perform(world.node, "unit_limits_confirm", {"officer": HEAD_TWO, "id": made["id"]})
    return answer["set"]


def answering(world: DeskWorld, item: str) -> str:
    """Send a message of the case that answers an item; return its id."""
    given: JsonObject = {
        "officer": DUTY, "to": "XA-NCB", "instrument": "charter", "subject": "The man of the hit", "text": "It is he.",
        "case": world.bureau.case, "answers": item,
    }  # fmt: skip
    answer: Any = perform(world.node, "message_send", given)
    return str(answer["message"]["id"])


def refused(world: DeskWorld, verb: str, given: JsonObject) -> str:
    """Return what an act that is refused says, ids of the record named in it left out."""
    with pytest.raises(EntenteError) as raised:
        perform(world.node, verb, given)
    error = raised.value
    return f"{type(error).__name__} {error.what} {error.why} {error.do}"


def signed_in(world: DeskWorld, account: str, role: str = "duty_officer") -> Browser:
    browser = world.browser(None)
    browser.http.cookies.set("test_session", world.signed_in.begin(account, frozenset({role})))
    return browser
