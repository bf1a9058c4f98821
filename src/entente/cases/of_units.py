"""Which open cases name a unit of ours as having charge: told before the unit ends, because nobody else would find it in time.

Who asks is told of the cases that they may know of, and of nothing else; a case goes on as it is.

Source: docs/rules/bodies.md B26; docs/rules/cases.md C7, C8 and C11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from entente.bodies.model import Unit
from entente.cases.keeping import knowing_of
from entente.cases.model import Case, CaseState
from entente.cases.ports import CasesUnit
from entente.handling.model import CodeLists
from entente.kernel.ids import OfficerId

CASES_LOOKED_AT_MAX: Final = 2_000
"""The newest cases of a body that are looked through: a large bureau opens as many in a year."""


def open_cases_of(
    view: CasesUnit, units: Iterable[Unit], asking: OfficerId, now: datetime, lists: CodeLists
) -> Mapping[str, tuple[Case, ...]]:
    """Return, for each of some units by its id, the open cases in whose charge it is named, by id or name; none for most."""
    by_name = {name: unit.id for unit in units for name in (unit.name, unit.id)}
    if not by_name:
        return {}
    found: dict[str, tuple[Case, ...]] = {}
    for case in view.cases.all(CASES_LOOKED_AT_MAX, knowing=knowing_of(view, asking, now, lists)):
        unit = by_name.get(case.unit)
        if unit is not None and case.state is CaseState.OPEN:
            found[unit] = (*found.get(unit, ()), case)
    return found
