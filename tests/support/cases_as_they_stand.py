"""Case files whose version nobody has to name: what the tests of the rooms change, they change as it stands."""

from __future__ import annotations

from collections.abc import Iterable

from entente.cases import Cases
from entente.cases.joining import GoesOver
from entente.cases.model import Case
from entente.kernel.ids import OfficerId


class CasesAsTheyStand(Cases):
    """The verbs of case files, done on the version that stands unless another one is named."""

    __slots__ = ()

    def close_case(self, officer: OfficerId, number: str, reason: str, version: int = 0) -> Case:
        """Close a case."""
        return super().close_case(officer, number, reason, version or self._stands(number))

    def reopen_case(self, officer: OfficerId, number: str, reason: str, version: int = 0) -> Case:
        """Open a case again."""
        return super().reopen_case(officer, number, reason, version or self._stands(number))

    def rename_case(self, officer: OfficerId, number: str, title: str, crime_area: str, version: int = 0) -> Case:
        """Give a case another title."""
        return super().rename_case(officer, number, title, crime_area, version or self._stands(number))

    def set_team(self, officer: OfficerId, number: str, team: Iterable[OfficerId], version: int = 0) -> Case:
        """Say who may know of a case."""
        return super().set_team(officer, number, team, version or self._stands(number))

    def hand_over(
        self, officer: OfficerId, number: str, to: OfficerId, reason: str, version: int = 0, *, unit_name: str = ""
    ) -> Case:
        """Give charge of a case to another officer."""
        return super().hand_over(officer, number, to, reason, version or self._stands(number), unit_name=unit_name)

    def join_cases(self, officer: OfficerId, number: str, other: str, reason: str, version: int = 0) -> Case:
        """Join another case to one."""
        return super().join_cases(officer, number, other, reason, version or self._stands(number))

    def split_case(self, officer: OfficerId, number: str, over: GoesOver, version: int = 0) -> Case:
        """Open a new case of a part of one."""
        return super().split_case(officer, number, over, version or self._stands(number))

    def _stands(self, number: str) -> int:
        with self.open_view() as unit:
            case = unit.cases.get(number)
        return case.version if case is not None else 1
