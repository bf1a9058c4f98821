"""All verbs about cases as one value; each subject's stand in its own file.

Source: docs/rules/cases.md.
"""

from __future__ import annotations

from entente.cases.entered import RecordsEntered
from entente.cases.exhibits import Exhibits
from entente.cases.joining import Joining
from entente.cases.keeping import OVERSEE, add_event, blank_events, case_to_work_on, knowing_of, known_case
from entente.cases.register import CaseFile, Register
from entente.cases.tasks import Tasks
from entente.cases.teams import Teams

__all__ = ["OVERSEE", "CaseFile", "Cases", "add_event", "blank_events", "case_to_work_on", "knowing_of", "known_case"]


class Cases(Register, Teams, Tasks, Exhibits, Joining, RecordsEntered):
    """Keeps the cases of this body."""

    __slots__ = ()
