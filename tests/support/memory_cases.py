"""The register of cases in memory, with what lies in each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from entente.cases.model import NOBODY, Case, CaseEvent, CaseState, CaseTask, Exhibit, HandOver, Knowing
from entente.cases.rules import may_know
from entente.kernel.ids import OfficerId


@dataclass
class MemoryCases:
    register: dict[str, Case] = field(default_factory=dict)
    serials: dict[int, int] = field(default_factory=dict)
    lines: list[tuple[str, CaseEvent]] = field(default_factory=list)
    kept_tasks: dict[str, CaseTask] = field(default_factory=dict)
    kept_exhibits: dict[str, Exhibit] = field(default_factory=dict)
    entered: dict[str, int] = field(default_factory=dict)
    chains: list[HandOver] = field(default_factory=list)

    def next_serial(self, year: int) -> int:
        self.serials[year] = self.serials.get(year, 0) + 1
        return self.serials[year]

    def get(self, number: str) -> Case | None:
        return self.register.get(number)

    def put(self, case: Case) -> None:
        self.register[case.number] = case

    def all(self, limit: int, before: str = "", knowing: Knowing = NOBODY) -> tuple[Case, ...]:
        known = [number for number, case in self.register.items() if may_know(case, knowing)]
        numbers = sorted((number for number in known if not before or number < before), reverse=True)
        return tuple(self.register[number] for number in numbers)[:limit]

    def in_charge(self, officer: OfficerId, knowing: Knowing = NOBODY) -> tuple[Case, ...]:
        known = self.all(len(self.register), knowing=knowing)
        return tuple(case for case in known if case.state is CaseState.OPEN and case.in_charge == officer)

    def add_event(self, number: str, event: CaseEvent) -> None:
        self.lines.append((number, event))

    def blank_events(self, number: str, subject: str) -> None:
        self.lines = [
            (of, replace(event, text="") if (of, event.subject) == (number, subject) else event)
            for of, event in self.lines
        ]

    def events(self, number: str) -> tuple[CaseEvent, ...]:
        return tuple(event for of, event in self.lines if of == number)

    def teams(self, numbers: Collection[str]) -> dict[str, frozenset[OfficerId]]:
        found = {number: self.register[number] for number in numbers if number in self.register}
        return {number: frozenset(case.team) for number, case in found.items() if case.team}

    def put_task(self, task: CaseTask) -> None:
        self.kept_tasks[task.id] = task

    def task(self, task: str) -> CaseTask | None:
        return self.kept_tasks.get(task)

    def tasks(self, number: str) -> tuple[CaseTask, ...]:
        return tuple(task for task in self.kept_tasks.values() if task.case == number)

    def open_tasks(self, officer: OfficerId, limit: int) -> tuple[CaseTask, ...]:
        mine = [task for task in self.kept_tasks.values() if task.officer == officer and task.is_open]
        return tuple(sorted(mine, key=lambda task: (task.due_at is None, task.due_at or task.set_at)))[:limit]

    def put_exhibit(self, exhibit: Exhibit) -> None:
        if exhibit.id not in self.kept_exhibits:
            self.entered[exhibit.case] = self.entered.get(exhibit.case, 0) + 1
        self.kept_exhibits[exhibit.id] = exhibit

    def exhibit(self, exhibit: str) -> Exhibit | None:
        return self.kept_exhibits.get(exhibit)

    def exhibits(self, number: str) -> tuple[Exhibit, ...]:
        return tuple(one for one in self.kept_exhibits.values() if one.case == number)

    def count_entered(self, number: str) -> int:
        return self.entered.get(number, 0)

    def add_hand_over(self, hand_over: HandOver) -> None:
        self.chains.append(hand_over)

    def hand_overs(self, exhibit: str) -> tuple[HandOver, ...]:
        return tuple(one for one in self.chains if one.exhibit == exhibit)
