"""D9: at our own node one of the officer's roles is cleared for level, marks and status; it sets the ceiling."""

from __future__ import annotations

from typing import Any

import pytest

from entente.disclosure.model import DisclosureRequest, Reader
from entente.handling.model import DisclosureAct
from entente.kernel.ids import BodyId
from tests.support.build_disclosure import XA, XB, XC, a_class, a_request, a_role, a_situation, ceiling, code_lists

SEE, FORWARD, OPEN = DisclosureAct.SEE, DisclosureAct.FORWARD, DisclosureAct.ACT_ON


def as_roles(*roles: str, body: BodyId = XB, **data: Any) -> DisclosureRequest:  # noqa: ANN401 - the class's fields
    return a_request(reader=Reader(body, None, frozenset(roles)), cls=a_class(**data))


@pytest.mark.parametrize(
    ("roles", "highest"),
    [
        (("duty_officer",), OPEN),
        (("analyst",), FORWARD),
        (("integrator",), None),
        (("analyst", "duty_officer"), OPEN),
        (("astrologer",), None),
        (("astrologer", "analyst"), FORWARD),
        ((), None),
    ],
)
def test_highest_cleared_role_sets_the_ceiling(roles: tuple[str, ...], highest: DisclosureAct | None) -> None:
    assert ceiling(as_roles(*roles), a_situation()) is highest


@pytest.mark.parametrize(
    ("data", "highest"),
    [
        ({"confidentiality": "official_use"}, FORWARD),
        ({"confidentiality": "restricted"}, FORWARD),
        ({"confidentiality": "confidential"}, None),
        ({"marks": frozenset({"minor"})}, None),
        ({"status": "victim"}, None),
    ],
)
def test_role_reads_only_what_it_is_cleared_for(data: dict[str, Any], highest: DisclosureAct | None) -> None:
    assert ceiling(as_roles("analyst", **data), a_situation()) is highest
    assert ceiling(as_roles("duty_officer", **data), a_situation()) is OPEN


def test_tightening_status_needs_clearance_for_data_of_victims() -> None:
    roles = {
        "officer": a_role("officer", "act_on", "confidential", ("minor",)),
        "cleared": a_role("cleared", "act_on", "confidential", ("victim_data",)),
    }
    situation = a_situation(lists=code_lists(roles=roles))
    assert ceiling(as_roles("cleared", status="victim"), situation) is OPEN
    assert ceiling(as_roles("officer", status="victim"), situation) is None


@pytest.mark.parametrize(("up_to", "level"), [("command", "confidential"), ("act_on", "cosmic")])
def test_role_with_an_unknown_act_or_level_gives_nothing(up_to: str, level: str) -> None:
    sound = code_lists(roles={"role": a_role("role", "act_on", "confidential", ())})
    assert ceiling(as_roles("role"), a_situation(lists=sound)) is OPEN
    odd = code_lists(roles={"role": a_role("role", up_to, level, ())})
    assert ceiling(as_roles("role"), a_situation(lists=odd)) is None


def test_unknown_level_of_own_data_clears_no_role() -> None:
    situation = a_situation(own_body=XA)
    assert ceiling(as_roles("duty_officer", body=XA), situation) is OPEN
    assert ceiling(as_roles("duty_officer", body=XA, confidentiality="cosmic"), situation) is None


def test_body_as_such_reads_at_its_own_node_and_not_at_ours() -> None:
    as_body = a_request(reader=Reader(XB))
    assert ceiling(as_body, a_situation(own_body=XC)) is OPEN
    assert ceiling(as_body, a_situation(own_body=XB)) is None
