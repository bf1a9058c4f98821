"""Who works on a case: its team, and the officer and unit that it is handed over to.

Source: docs/rules/cases.md C7, C10 and C11.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from entente.cases.keeping import Keeping, case_to_work_on
from entente.cases.model import Case, CaseEvent
from entente.cases.rules import bad, check_note, check_version, unchanged
from entente.kernel.canonical import JsonObject
from entente.kernel.ids import OfficerId
from entente.kernel.text import is_line

TEAM_MAX = 100
"""Officers who work on one case; a special commission of a large bureau has some 60."""
UNIT_CHARACTERS_MAX = 100


class Teams(Keeping):
    """The verbs about who works on a case."""

    __slots__ = ()

    def set_team(self, officer: OfficerId, number: str, team: Iterable[OfficerId], version: int) -> Case:
        """Say who alone may know of a case, the officer in charge always among them; with nobody named the whole body may again.

        Raises NotFound, Conflict for a closed case or one that was changed meanwhile, Invalid for who cannot be given a case.

        Source: docs/rules/cases.md C7 and C10.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            keeper = self._authorise_to_assign(unit, officer, number, now)
            case = case_to_work_on(unit, number, self._knowing(unit, officer, now))
            check_version(case, version)
            named = tuple(dict.fromkeys(team))
            if strange := next(
                (one for one in named if not self._may_be_of_a_team(unit.bodies.officer(one), now)), None
            ):
                raise bad("team", f"«{strange[:60]}» is no active officer of ours whose role keeps cases")
            members = tuple(dict.fromkeys((case.in_charge, *named))) if named else ()
            if len(members) > TEAM_MAX:
                raise bad("team", f"a team has at most {TEAM_MAX} officers")
            if frozenset(members) == frozenset(case.team):
                raise unchanged(case, "These are the officers who may know of it already (docs/rules/cases.md C9).")
            changed = replace(case, team=members, version=case.version + 1)
            unit.cases.put(changed)
            self._tell_joined(unit, changed)
            unit.cases.add_event(number, CaseEvent(now, keeper.id, "team", number, ", ".join(members)))
            given = self._put_task_over(unit, changed, keeper.id, now)
            detail: JsonObject = {"change": "team", "team": [*members], "tasks": given, "version": changed.version}
            self._record(unit, "keep_case", keeper, number, detail)
            unit.commit()
            return changed

    def hand_over(
        self, officer: OfficerId, number: str, to: OfficerId, reason: str, version: int, *, unit_name: str = ""
    ) -> Case:
        """Give charge of a case to another officer, and with it to a unit; who had it leaves its team, where it has one.

        Raises NotFound, Conflict for a closed case or one that was changed meanwhile, Invalid for who cannot be given a case.

        Source: docs/rules/cases.md C11.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            keeper = self._authorise_to_assign(unit, officer, number, now)
            case = case_to_work_on(unit, number, self._knowing(unit, officer, now))
            check_version(case, version)
            check_note(reason)
            if unit_name and (len(unit_name) > UNIT_CHARACTERS_MAX or not is_line(unit_name)):
                raise bad("unit", f"a unit is named in one line of at most {UNIT_CHARACTERS_MAX} characters")
            if to == case.in_charge and unit_name == case.unit:
                raise unchanged(case, "This officer has charge of it already, for this unit (docs/rules/cases.md C9).")
            if not self._may_be_given(unit.bodies.officer(to), now):
                raise bad("to", f"«{to[:60]}» is no active officer of ours whose role keeps cases")
            team = tuple(dict.fromkeys((to, *(one for one in case.team if one != case.in_charge)))) if case.team else ()
            changed = replace(case, handed_to=to, unit=unit_name, team=team, version=case.version + 1)
            unit.cases.put(changed)
            self._tell_joined(unit, changed)
            words = f"{case.in_charge} → {to}{f' ({unit_name})' if unit_name else ''}: {reason}"
            unit.cases.add_event(number, CaseEvent(now, keeper.id, "handed_over", to, words))
            given = self._put_task_over(unit, changed, keeper.id, now)
            detail: JsonObject = {"change": "handed_over", "to": to, "tasks": given, "version": changed.version}
            self._record(unit, "keep_case", keeper, number, detail)
            unit.commit()
            return changed
