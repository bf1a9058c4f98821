"""Cases: a body's own file on one matter, with its number, the other sides' references and its chronology.

A number is gapless within a year, so that a missing file is noticed. A line of the chronology is never changed; what was
wrong is corrected by a later line. Text and names stay in the file; the trail holds numbers and kinds only.

`model` the nouns · `rules` C1 to C5 · `service` the verbs · `ports` what is needed from outside.

Leaves to others: what is sent and received about a case (correspondence), exhibits, tasks and teams (later parts). Source:
DESIGN sections 2 and 6; docs/rules/cases.md.
"""

from entente.cases.model import Case, CaseEvent, CaseReference, CaseState
from entente.cases.service import CaseFile, Cases, add_event, case_to_work_on

__all__ = ["Case", "CaseEvent", "CaseFile", "CaseReference", "CaseState", "Cases", "add_event", "case_to_work_on"]
