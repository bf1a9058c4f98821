"""D5: every restriction that the source set admits the reader, and the recipient before anything passes to it."""

from __future__ import annotations

import pytest

from entente.bodies.model import GroupReference, MembershipStatus
from entente.disclosure.model import DisclosureRequest, Situation
from entente.disclosure.rules import judge
from entente.handling.model import DisclosureAct, Restriction, RestrictionMode
from entente.kernel.ids import BodyId, GroupId
from tests.support.build_disclosure import NOW, XA, XB, XC, a_class, a_reader, a_request, a_situation, ceiling

UNION = GroupReference(GroupId("body:xa/union"))
OBSERVERS = GroupReference(GroupId("body:xa/union"), MembershipStatus.OBSERVER)
UNKNOWN = GroupReference(GroupId("body:xa/nobody-knows"))
OPEN = DisclosureAct.ACT_ON


def only(*named: BodyId | GroupReference) -> Restriction:
    return _restriction(RestrictionMode.ONLY, named)


def exclude(*named: BodyId | GroupReference) -> Restriction:
    return _restriction(RestrictionMode.EXCLUDE, named)


def _restriction(mode: RestrictionMode, named: tuple[BodyId | GroupReference, ...]) -> Restriction:
    groups = frozenset(item for item in named if isinstance(item, GroupReference))
    bodies = frozenset(item for item in named if not isinstance(item, GroupReference))
    return Restriction(mode, bodies, groups)


def restricted(*restrictions: Restriction, reader: BodyId = XB, recipient: BodyId | None = None) -> DisclosureRequest:
    data = a_class(restrictions=frozenset(restrictions))
    return a_request(reader=a_reader(reader), cls=data, recipient=recipient)


def with_union(*members: BodyId) -> Situation:
    return a_situation(groups={UNION: frozenset(members), OBSERVERS: frozenset()})


@pytest.mark.parametrize(
    ("restriction", "highest"),
    [
        (exclude(XB), None),
        (exclude(XC), OPEN),
        (exclude(), OPEN),
        (only(XB), OPEN),
        (only(XC), None),
        (only(), None),
        (exclude(UNION), None),
        (exclude(OBSERVERS), OPEN),
        (only(UNION), OPEN),
        (only(OBSERVERS), None),
        (only(OBSERVERS, XB), OPEN),
    ],
)
def test_restriction_admits_whom_it_names_or_all_others(
    restriction: Restriction, highest: DisclosureAct | None
) -> None:
    assert ceiling(restricted(restriction), with_union(XB)) is highest


def test_group_nobody_knows_excludes_everybody_and_includes_nobody() -> None:
    assert ceiling(restricted(exclude(UNKNOWN)), with_union()) is None
    assert ceiling(restricted(only(UNKNOWN)), with_union()) is None
    assert ceiling(restricted(only(UNKNOWN, XB)), with_union()) is OPEN


def test_several_restrictions_all_hold() -> None:
    assert ceiling(restricted(only(UNION), exclude(XC)), with_union(XB)) is OPEN
    assert ceiling(restricted(only(UNION), exclude(XB)), with_union(XB)) is None


def test_recipient_must_be_admitted_too() -> None:
    assert ceiling(restricted(exclude(UNION), recipient=XC), with_union()) is OPEN
    assert ceiling(restricted(exclude(UNION), recipient=XC), with_union(XC)) is DisclosureAct.SEE


def test_own_data_is_not_restricted_to_its_source() -> None:
    assert ceiling(restricted(only(XC), reader=XA), with_union()) is OPEN
    assert ceiling(restricted(only(XC)), with_union()) is None


def test_decision_keeps_what_the_group_resolved_to() -> None:
    facts = dict(judge(restricted(only(UNION), exclude(UNKNOWN)), with_union(XB, XA), NOW).decision.facts)
    assert facts["group body:xa/union (member)"] == "body:xa body:xb"
    assert facts["group body:xa/nobody-knows (member)"] == "not known here"
