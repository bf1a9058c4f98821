"""Records that were entered for a case, in its chronology.

Source: docs/rules/cases.md C5; docs/rules/records.md R65.
"""

from __future__ import annotations

from entente.cases.keeping import Keeping, case_to_work_on
from entente.cases.model import CaseEvent
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.ids import OfficerId, RecordId

ENTERED = "record"
"""The kind of the line; its subject is the record, its text the kind of record."""


class RecordsEntered(Keeping):
    """Keeps which records were entered for a case."""

    __slots__ = ()

    def check_takes(self, officer: OfficerId, number: str) -> None:
        """Raise Invalid for a case that the officer may not know of, as for none, and Conflict for one that is closed."""
        with self.open_view() as unit:
            try:
                case_to_work_on(unit, number, self._knowing(unit, officer, self.clock.now()))
            except NotFound as error:
                raise Invalid(
                    "The record was not entered.",
                    field="case",
                    why="No case of this number is here that may be shown to you.",
                    do="Enter the number of a case of yours, or leave it out; nothing was kept.",
                ) from error

    def add_entered(self, officer: OfficerId, number: str, record: RecordId, kind: str) -> None:
        """Add a record that the officer entered for a case to its chronology; whether they may was judged as it was entered.

        Source: docs/rules/cases.md C5.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            case_to_work_on(unit, number, self._knowing(unit, officer, now))
            keeper = unit.bodies.officer(officer)
            assert keeper is not None, "who entered a record is an officer"
            unit.cases.add_event(number, CaseEvent(now, keeper.id, ENTERED, record, kind))
            self._record(unit, "keep_case", keeper, number, {"change": ENTERED, "record": record})
            unit.commit()
