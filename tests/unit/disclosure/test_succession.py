"""A successor at the gate: it stands where the earlier body stood, and what was kept from that one is kept from it (B14)."""

from __future__ import annotations

from typing import Any

import pytest

from entente.agreements.model import ParticipationState
from entente.bodies.model import GroupReference
from entente.disclosure.model import InForce, Situation, Standing
from entente.handling.model import DisclosureAct, Restriction, RestrictionMode
from entente.kernel.ids import BodyId, GroupId
from tests.support.build_disclosure import (
    CHARTER,
    PROGRAMME,
    XA,
    XB,
    XC,
    XD,
    a_class,
    a_measure,
    a_participation,
    a_reader,
    a_request,
    a_situation,
    a_suspension,
    an_instrument,
    ceiling,
    in_force,
)

OPEN = DisclosureAct.ACT_ON
NEW = XD
"""Accepted in the place of XC, or of XA where a test says so."""
UNION = GroupReference(GroupId("body:xa/union"))


def among_four(*stands: Any, **changes: Any) -> InForce:  # noqa: ANN401 - participations and the builder's fields
    """Return the programme with the successor among those who signed it."""
    return in_force(an_instrument(parties=frozenset({XA, XB, XC, XD})), *stands, **changes)


def plain(**changes: Any) -> Situation:  # noqa: ANN401 - the fields of the dataclass
    return a_situation(**{"instruments": {PROGRAMME: among_four()}, **changes})


def succeeded(old: BodyId = XC, **changes: Any) -> Situation:  # noqa: ANN401 - the fields of the dataclass
    standing = {body: Standing(has_valid_keys=body != old) for body in (XA, XB, XC, XD)}
    return plain(**{"bodies": standing, "successors": {old: NEW}, **changes})


def asked_for(reader: BodyId, *restrictions: Restriction) -> Any:  # noqa: ANN401 - a request
    return a_request(reader=a_reader(reader), cls=a_class(restrictions=frozenset(restrictions)))


def restriction(mode: RestrictionMode, *bodies: BodyId) -> Restriction:
    return Restriction(mode, frozenset(bodies), frozenset())


def test_successor_that_signed_reads_and_the_earlier_body_no_longer_does() -> None:
    assert ceiling(asked_for(NEW), succeeded()) is OPEN
    assert ceiling(asked_for(XC), plain()) is OPEN
    assert ceiling(asked_for(XC), succeeded()) is None


def test_what_was_kept_from_the_earlier_body_is_kept_from_its_successor() -> None:
    kept = asked_for(NEW, restriction(RestrictionMode.EXCLUDE, XC))
    assert ceiling(kept, plain()) is OPEN
    assert ceiling(kept, succeeded()) is None


def test_what_was_given_to_the_earlier_body_by_name_is_not_given_to_its_successor() -> None:
    given = asked_for(NEW, restriction(RestrictionMode.ONLY, XC))
    assert ceiling(given, succeeded()) is None
    assert ceiling(asked_for(NEW, restriction(RestrictionMode.ONLY, NEW)), succeeded()) is OPEN


def test_suspension_toward_the_earlier_body_stops_its_successor() -> None:
    stand = a_participation(XA, a_suspension(counterparts=frozenset({XC})), state=ParticipationState.SUSPENDED)
    stopped = {PROGRAMME: among_four(stand)}
    assert ceiling(asked_for(NEW), plain(instruments=stopped)) is OPEN
    assert ceiling(asked_for(NEW), succeeded(instruments=stopped)) is None


def test_measure_toward_the_earlier_body_stands_toward_its_successor() -> None:
    instruments = {PROGRAMME: among_four(), CHARTER: in_force(an_instrument(id=CHARTER, name="charter"))}
    measured: dict[str, Any] = {"instruments": instruments, "measures": (a_measure(target=XC),)}
    assert ceiling(asked_for(NEW), plain(**measured)) is OPEN
    assert ceiling(asked_for(NEW), succeeded(**measured)) is None


def test_records_of_the_earlier_body_are_shown_under_its_successors_stand() -> None:
    ours = a_request()
    assert ceiling(ours, succeeded(XA)) is OPEN
    lost = plain(bodies={body: Standing(has_valid_keys=body != XA) for body in (XA, XB, XC, XD)})
    assert ceiling(ours, lost) is None, "without a successor nobody answers for them"
    unsigned = {PROGRAMME: among_four(missing=(NEW,))}
    assert ceiling(ours, succeeded(XA, instruments=unsigned)) is None
    silent = {body: at for body, at in plain().heard.items() if body != NEW}
    assert ceiling(ours, succeeded(XA, heard=silent)) is None


@pytest.mark.parametrize("reader", [XB, XC, XD])
def test_naming_a_successor_never_lets_anybody_go_further_but_itself(reader: BodyId) -> None:
    for mode in RestrictionMode:
        for bodies in ((XC,), (NEW,), (XB, XC), ()):
            request = asked_for(reader, restriction(mode, *bodies))
            before, after = ceiling(request, plain()), ceiling(request, succeeded())
            assert after is None or after is before
