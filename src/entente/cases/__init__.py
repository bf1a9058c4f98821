"""Cases: a body's own file on one matter: its number, the other sides' references, who may know of it, and what lies in it.

A number is gapless within a year, so that a missing file is noticed. A line of the chronology is never changed; what was
wrong is corrected by a later line, and so it is with an exhibit's chain of custody. Text and names stay in the file; the trail
holds numbers, kinds and digests only. A case with a team is known to that team and to who oversees the cases; to everybody else
it is like one that is not there.

`model` the nouns · `rules` C1 to C9 · `register`, `teams`, `tasks`, `exhibits`, `joining` the verbs, `service` all of them ·
`keeping` what they share, also with later rooms · `ports` what is needed from outside.

Leaves to others: what is sent and received about a case, and what an officer saw who decided on it (correspondence). Source:
DESIGN sections 2 and 6; docs/rules/cases.md.
"""

from entente.cases.model import Case, CaseEvent, CaseReference, CaseState, Knowing
from entente.cases.service import CaseFile, Cases, add_event, case_to_work_on

__all__ = [
    "Case",
    "CaseEvent",
    "CaseFile",
    "CaseReference",
    "CaseState",
    "Cases",
    "Knowing",
    "add_event",
    "case_to_work_on",
]
