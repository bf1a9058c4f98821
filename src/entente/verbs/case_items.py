"""What lies in a case as answers show it: the case itself, its tasks, its exhibits with their chains, what was decided on it."""

from __future__ import annotations

from collections.abc import Sequence

from entente.cases.exhibits import holder_of, is_intact
from entente.cases.model import Case, CaseTask, Exhibit, HandOver
from entente.correspondence.model import DecisionBasis
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json, to_object
from entente.node import Node
from entente.verbs.references import Names


def case_shown(case: Case, names: Names) -> JsonObject:
    """Return a case without what lies in it."""
    references: list[Json] = [{"body": names.ref(one.body), "reference": one.reference} for one in case.references]
    return {
        "number": case.number,
        "title": case.title,
        "crime_area": case.crime_area,
        "opened_at": to_json(case.opened_at),
        "opened_by": case.opened_by,
        "in_charge": case.in_charge,
        "unit": case.unit,
        "state": case.state.value,
        "references": references,
        "team": [*case.team],
        "goes_on_in": case.goes_on_in,
        "joined": [*case.joined],
        "split_from": case.split_from,
        "version": case.version,
    }


def task_shown(task: CaseTask) -> JsonObject:
    """Return a task."""
    return to_object(task)


def exhibit_shown(exhibit: Exhibit, chain: Sequence[HandOver]) -> JsonObject:
    """Return an exhibit with its chain of custody, and who has it now."""
    links: list[Json] = [{**hand_over_shown(link), "is_intact": is_intact(exhibit, link)} for link in chain]
    return {**to_object(exhibit), "holder": holder_of(exhibit, chain), "hand_overs": links}


def hand_over_shown(link: HandOver) -> JsonObject:
    """Return one link of a chain of custody."""
    return to_object(link)


def decisions_shown(node: Node, bases: Sequence[DecisionBasis], names: Names) -> list[Json]:
    """Return what officers saw as they decided; where this reader may not see the record, nothing of it as it was or is."""
    here = node.correspondence.versions_here(bases)
    return [
        {
            **{name: value for name, value in to_object(one).items() if name != "seen"},
            "name": names.record_name(one.record),
            "seen": None if one.seen is None else names.readable_json(to_json(one.seen)),
            "version_now": None if one.seen is None else here.get(one.record),
        }
        for one in bases
    ]
