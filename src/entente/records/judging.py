"""Judgements of sameness: «the same» or «not the same», a record of its own with its evidence (R7).

Two bodies' records of one person stay two. A judgement names both, says which, and on what it rests; it is kept, shared and
withdrawn like any record, and nothing is ever merged by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from entente.disclosure.model import DisclosureClass
from entente.handling.model import Observation, Retention
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId, OfficerId, RecordId
from entente.records.importing import Import, ImportPlan
from entente.records.model import Fact, Link, RecordDraft, Rejected
from entente.records.rules import record_id
from entente.records.service import Records

SCHEMA = "Judgement"
KIND = "judgement"


class Verdict(StrEnum):
    """What is judged of two records."""

    SAME_AS = "same_as"
    NOT_SAME = "not_same"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Two records, the verdict on them, and the evidence in words an officer can check."""

    left: RecordId
    right: RecordId
    verdict: Verdict
    evidence: str
    method: str = ""
    """Prints, DNA, document, interview, comparison of data."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """On what terms the judgement itself is kept and shared, and why the two records were looked at."""

    cls: DisclosureClass
    retention: Retention
    recipients: frozenset[BodyId]
    purpose: str
    crime_area: str
    case: str = ""


def judge_sameness(records: Records, officer: OfficerId, judgement: Judgement, conditions: Conditions) -> RecordId:
    """Record our judgement on two records that the officer may see; return the judgement's own id.

    Each look is in the trail. Raises NotFound or Refused for a record the officer may not see, Invalid for a judgement that
    is not well formed; then nothing is kept.

    Source: docs/rules/records.md R7.
    """
    for one in (judgement.left, judgement.right):
        records.show(officer, one, conditions.purpose, conditions.crime_area, conditions.case)
    draft = judgement_draft(records.ids.new_id("judgement"), judgement, conditions.cls, conditions.retention)
    rejected: list[Rejected] = []
    plan = ImportPlan(officer, conditions.recipients, on_progress=_nobody_waits, on_reject=rejected.append)
    Import(records, plan).run([draft], rejects_file=draft.local_id)
    if rejected:
        raise _not_kept(rejected[0].field, rejected[0].why)
    return record_id(conditions.cls.source, draft.local_id)


def judgement_draft(local_id: str, judgement: Judgement, cls: DisclosureClass, retention: Retention) -> RecordDraft:
    """Return the draft of a judgement; raise Invalid when both sides are one record or the evidence is missing (R7)."""
    if judgement.left == judgement.right:
        raise _not_kept("right", "A record is not judged against itself.")
    if not judgement.evidence.strip():
        raise _not_kept("evidence", "A judgement without evidence cannot be checked by anybody.")
    facts = [
        Fact("verdict", judgement.verdict.value, observation=Observation.ASSESSED),
        Fact("evidence", judgement.evidence, observation=Observation.ASSESSED),
    ]
    if judgement.method:
        facts.append(Fact("method", judgement.method, observation=Observation.ASSESSED))
    links = (
        Link("left", judgement.left, observation=Observation.ASSESSED),
        Link("right", judgement.right, observation=Observation.ASSESSED),
    )
    return RecordDraft(local_id, SCHEMA, KIND, (cls,), tuple(facts), links, retention)


def _nobody_waits(_: int) -> None:
    """Take the progress of one record."""


def _not_kept(field: str, why: str) -> Invalid:
    return Invalid(
        "The judgement was not kept.",
        field=field,
        why=f"{why} (docs/rules/records.md R7)",
        do="State two different records you may see, the verdict, and the evidence it rests on.",
    )
