"""D8: it was not withdrawn and has not reached the day on which it is erased."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from entente.disclosure.rules import judge
from entente.handling.model import DisclosureAct, FactDates
from tests.support.build_disclosure import DAY, NOW, XA, a_reader, a_request, a_situation, ceiling

TODAY = date(2031, 5, 4)


@pytest.mark.parametrize(
    ("dates", "is_held"),
    [
        (None, True),
        (FactDates(), True),
        (FactDates(erase_on=TODAY + DAY), True),
        (FactDates(erase_on=TODAY), False),
        (FactDates(erase_on=TODAY - DAY), False),
        (FactDates(withdrawn_at=NOW + DAY), True),
        (FactDates(withdrawn_at=NOW), False),
        (FactDates(erase_on=TODAY + DAY, withdrawn_at=NOW - DAY), False),
    ],
)
@pytest.mark.parametrize("reader", ["own", "other"])
def test_erased_or_withdrawn_is_nothing_to_anybody(dates: FactDates | None, is_held: bool, reader: str) -> None:  # noqa: FBT001
    who = a_reader(XA) if reader == "own" else a_reader()
    assert ceiling(a_request(dates=dates, reader=who), a_situation()) is (DisclosureAct.ACT_ON if is_held else None)


def test_day_of_erasure_begins_at_midnight_utc_wherever_the_clock_stands() -> None:
    request = a_request(dates=FactDates(erase_on=TODAY))
    midnight = datetime(2031, 5, 4, tzinfo=timezone(timedelta(0)))
    east = timezone(timedelta(hours=9))
    assert ceiling(request, a_situation(), (midnight - timedelta(seconds=1)).astimezone(east)) is DisclosureAct.ACT_ON
    assert ceiling(request, a_situation(), midnight.astimezone(east)) is None


def test_withdrawal_and_end_of_retention_are_both_named() -> None:
    request = a_request(dates=FactDates(erase_on=TODAY, withdrawn_at=NOW - DAY))
    why = judge(request, a_situation(), NOW).decision.why()
    assert "The source withdrew it on 2031-05-03. Its retention ended on 2031-05-04. (ground D8)" in why
