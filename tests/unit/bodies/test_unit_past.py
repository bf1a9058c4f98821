"""The past of units: which list follows which, and in what lists differ (docs/rules/bodies.md B18)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from entente.bodies.model import Unit, UnitKind
from entente.bodies.statements import NewUnits
from entente.bodies.unit_past import UnitList, day_ends, follows, list_of, said_at, told_apart
from entente.kernel.codec import to_object
from entente.kernel.statement import draft
from tests.support.build_bodies import new_body

BODY = new_body("XA-NCB")[0]
AT = datetime(2031, 5, 4, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NORTH = Unit("north", UnitKind.REGIONAL_BRANCH, "Northern branch")
DESK = Unit("desk", UnitKind.UNIT, "Duty desk", parent="north")


def listed(hours: int, *units: Unit) -> UnitList:
    return UnitList(BODY.id, AT + hours * HOUR, units)


def test_list_holds_from_the_time_of_its_statement() -> None:
    said = draft("units", BODY.id, AT, to_object(NewUnits((NORTH,)))).to_json()
    body = replace(BODY, units=(NORTH,), statements=(*BODY.statements, said))
    assert list_of(body) == listed(0, NORTH)
    assert list_of(BODY) is None
    assert said_at(body, "contacts") is None


def test_list_is_kept_when_it_is_later_and_says_something_else() -> None:
    assert follows(listed(0), None)
    assert follows(listed(1, NORTH), listed(0))
    assert not follows(listed(1, NORTH), listed(0, NORTH))
    assert not follows(listed(0, NORTH), listed(0))
    assert not follows(listed(0, NORTH), listed(1))


def test_day_ends_when_the_next_one_begins() -> None:
    assert day_ends(date(2031, 12, 31)) == datetime(2032, 1, 1, tzinfo=UTC)


def test_each_list_says_what_it_brought_changed_and_took_away() -> None:
    coast = replace(NORTH, name="Coast branch")
    newest, middle, first = told_apart((listed(0, NORTH), listed(2, coast, DESK), listed(5, coast)))
    assert (first.added, first.changed, first.gone, first.until) == ((NORTH,), (), (), AT + 2 * HOUR)
    assert (middle.added, middle.changed, middle.gone, middle.until) == ((DESK,), (coast,), (), AT + 5 * HOUR)
    assert (newest.added, newest.changed, newest.gone, newest.until) == ((), (), (DESK,), None)
    assert told_apart(()) == ()
