"""Duty: who is on when, what a shift saw and did, how it is handed over, and who is called when nobody looks.

The journal is read from the trail and copies nothing of it; only notes are kept. A hand-over sheet holds numbers, codes and the
officers' own notes, no subjects of messages and nothing of a record, so that what is erased or recalled does not stay in it.

`model` and `calls` the nouns · `rules` and `calling_rules` W40 to W45 · `shifts`, `roster`, `calling` the verbs ·
`ports` what is needed from outside.

Leaves to others: what waits (correspondence), the trail itself, how somebody is called (transport).

Source: DESIGN sections 1 and 6; docs/rules/desk.md W40 to W45; docs/decisions/0087-duty-is-a-room-of-its-own.md.
"""

from entente.duty.model import DutyFunction, Note, RosterEntry, Sheet, Shift, ShiftState
from entente.duty.roster import Roster
from entente.duty.shifts import Shifts

__all__ = ["DutyFunction", "Note", "Roster", "RosterEntry", "Sheet", "Shift", "ShiftState", "Shifts"]
