"""D9: what is done with a record of our own without a purpose asks whether a role is cleared for it, as a look does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from entente.bodies.model import Officer
from entente.kernel.errors import EntenteError, NotFound
from entente.kernel.ids import OfficerId, RecordId
from entente.records.blobs import Looking
from entente.records.correcting import FactChange, correct_record
from entente.records.originals import original_seen
from entente.records.service import Records
from tests.support.build_correspondence import ANALYST, DUTY, Network, a_network, a_record, terms_of

COORDINATOR, MACHINE = OfficerId("coordinator-1"), OfficerId("m-import")
ACTS: dict[str, tuple[OfficerId, Callable[[Records, OfficerId, RecordId], object]]] = {
    "who can see": (ANALYST, lambda records, officer, record: records.who_can_see(officer, record)),
    "who holds": (ANALYST, lambda records, officer, record: records.who_holds(officer, record)),
    "holders": (ANALYST, lambda records, officer, record: records.holders(officer, record)),
    "original": (
        ANALYST,
        lambda records, officer, record: original_seen(records, officer, record, Looking("arrest", "fugitives", "")),
    ),
    "share": (COORDINATOR, lambda records, officer, record: records.share(officer, [record])),
    "correct": (
        MACHINE,
        lambda records, officer, record: correct_record(
            records, officer, record, 1, "recorded_in_error", (FactChange("name", "Мухаммедов Азиз", "Мухаммедов А."),)
        ),
    ),
}


@pytest.fixture
def net() -> Network:
    made = a_network()
    for officer, role in ((COORDINATOR, "operation_coordinator"), (MACHINE, "integrator")):
        made.xa.store.state.bodies.put_officer(Officer(officer, frozenset({role}), is_machine=officer == MACHINE))
    return made


def outcome(net: Network, act: str, officer: OfficerId, record: RecordId) -> str:
    try:
        ACTS[act][1](net.xa.records, officer, record)
    except EntenteError as error:
        return f"{type(error).__name__} {error}"
    return "done"


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("changes", [{"marks": frozenset({"minor"})}, {"confidentiality": "confidential"}])
def test_record_for_which_no_role_is_cleared_is_as_one_that_is_not_there(
    net: Network, act: str, changes: dict[str, object]
) -> None:
    officer = ACTS[act][0]
    hidden = net.share(a_record(net.xa, terms_of(net.xa, net.agreement, **changes)))
    absent = RecordId(f"{net.xa.id}/p-9")
    assert outcome(net, act, officer, hidden) == outcome(net, act, officer, absent)
    assert outcome(net, act, officer, absent).startswith("NotFound")


@pytest.mark.parametrize("act", ["who can see", "who holds", "holders", "share"])
def test_record_for_which_a_role_is_cleared_is_worked_with(net: Network, act: str) -> None:
    seen = net.share(a_record(net.xa, terms_of(net.xa, net.agreement, confidentiality="official_use")))
    assert outcome(net, act, ACTS[act][0], seen) == "done"
    hidden = net.share(a_record(net.xa, terms_of(net.xa, net.agreement, marks=frozenset({"minor"})), local_id="p-2"))
    assert outcome(net, act, DUTY, hidden) == "done"


def test_withdrawing_needs_no_clearance_so_that_whoever_brought_a_record_can_end_it(net: Network) -> None:
    record = net.share(a_record(net.xa, terms_of(net.xa, net.agreement, marks=frozenset({"minor"}))))
    net.xa.records.withdraw(MACHINE, record, "An error.")
    with pytest.raises(NotFound):
        net.xa.records.who_can_see(MACHINE, record)
