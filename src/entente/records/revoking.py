"""What an import's maker revoked: the record made from it is withdrawn, by the maker's word alone and an officer who may.

Source: docs/rules/records.md R4 and R55; decision 0077.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from entente.kernel.errors import NotFound, Refused
from entente.kernel.ids import OfficerId, RecordId
from entente.records.listing import ListIssue
from entente.records.model import Fragment, Rejected
from entente.records.originals import OriginalStanding, Revoked
from entente.records.ports import RecordsUnit
from entente.records.rules import record_id
from entente.records.service import Records
from entente.records.unit_reach import require_officer_reaches
from entente.records.withdrawing import own_live

ANOTHER_MAKER: Final = (
    "its record was made from another maker's object; only its maker changes one or takes it back (R55)"
)
NOT_MADE_OF_IT: Final = (
    "the record with its id was not made of such an object, and is not its maker's to take back (R55)"
)
OF_ANOTHER_LIST: Final = "its record is of another list; that list takes it back (R48, R55)"
MAY_NOT: Final = (
    "its maker revoked it, and your role may not withdraw its record: an officer who may imports it, or withdraws it"
)


def standing_to(
    held: Fragment | None, coming: Fragment, standing: Callable[[Fragment, Fragment], OriginalStanding]
) -> OriginalStanding:
    """Say how an original stands to the one that is held; nothing stands against it where that is of another format."""
    if held is None or held.format != coming.format:
        return OriginalStanding.NEWER
    return standing(held, coming)


@dataclass(frozen=True, slots=True)
class Revoking:
    """Withdraws the records of what was revoked."""

    records: Records
    officer: OfficerId
    standing: Callable[[Fragment, Fragment], OriginalStanding]
    issue: ListIssue | None

    def withdraw(self, revoked: Sequence[Revoked]) -> tuple[int, list[Rejected]]:
        """Withdraw, in one transaction, the records that are held and live; return how many, and the rows that may not.

        What is not held, or withdrawn already, is nothing to do. Source: docs/rules/records.md R55.
        """
        rejected: list[Rejected] = []
        now, done = self.records.clock.now(), 0
        with self.records.open_unit() as unit:
            live = [(row, wanted) for row in revoked if (wanted := self._live(unit, row, now)) is not None]
        if not live:
            return 0, []
        if not self._may():
            return 0, [_rejected(row, MAY_NOT) for row, _ in live]
        with self.records.open_unit() as unit:
            for row, wanted in live:
                if (why := self._withdraw_one(unit, row, wanted, now)) is None:
                    done += 1
                elif why:
                    rejected.append(_rejected(row, why))
            unit.commit()
        return done, rejected

    def _live(self, unit: RecordsUnit, row: Revoked, now: datetime) -> RecordId | None:
        """Return the record that an object is now; of one that came back to its list, the one that it came back as."""
        wanted = record_id(unit.bodies.own().id, row.local_id)
        if self.issue is not None:
            listed = unit.named_lists.of_entries(self.issue.name, [row.local_id])
            wanted = next((one.record for one in listed if one.delisted_at is None), wanted)
        try:
            stored = own_live(unit, wanted, now.date())
            require_officer_reaches(unit, self.officer, stored, self.records.disclosure.situation_in(unit))
        except NotFound:
            return None
        return wanted

    def _may(self) -> bool:
        try:
            with self.records.open_unit() as unit:
                self.records.authorise(unit, self.officer, "withdraw_record", subject="revoked")
        except Refused:
            return False
        return True

    def _withdraw_one(self, unit: RecordsUnit, row: Revoked, wanted: RecordId, now: datetime) -> str | None:
        """Withdraw a record; return why it may not be, empty where the record says more than the row, None when it is done."""
        held = unit.records.fragment(wanted)
        if held is None or held.format != row.fragment.format:
            return NOT_MADE_OF_IT
        if self.issue is not None and any(one.list != self.issue.name for one in unit.named_lists.of_records([wanted])):
            return OF_ANOTHER_LIST
        match self.standing(held, row.fragment):
            case OriginalStanding.ANOTHER_MAKER:
                return ANOTHER_MAKER
            case OriginalStanding.OLDER:
                return ""
        try:
            stored = own_live(unit, wanted, now.date())
        except NotFound:
            # Somebody withdrew it meanwhile.
            return ""
        self.records.withdraw_in(unit, stored, row.why, self.officer, now)
        return None


def _rejected(row: Revoked, why: str) -> Rejected:
    return replace(Rejected(row.place, "revoked", why, ""), entry=row.local_id)
