"""R7: a judgement of sameness is a record of its own, with its evidence; it is never about one record alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from entente.disclosure.model import DisclosureClass
from entente.handling.model import (
    InformationEvaluation,
    Observation,
    Retention,
    ReviewState,
    SourceEvaluation,
)
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId, InstrumentId, RecordId
from entente.records.judging import Judgement, Verdict, judgement_draft

CLASS = DisclosureClass(
    BodyId("body:xa"),
    "judgement",
    InstrumentId("instrument:1"),
    frozenset({"identify"}),
    frozenset({"fugitives"}),
    frozenset({"H0"}),
    "restricted",
    SourceEvaluation.A,
    InformationEvaluation.KNOWN_TRUE,
    "none",
    frozenset(),
    frozenset(),
    ReviewState.NOT_REQUIRED,
)
RETENTION = Retention(date(2032, 1, 1), date(2035, 1, 1))
SAME = Judgement(
    RecordId("body:xa/p-1"), RecordId("body:xb/p-7"), Verdict.SAME_AS, "Same prints, 2031-03-02.", "prints"
)


def test_r7_judgement_names_both_records_its_verdict_and_its_evidence_as_assessed() -> None:
    draft = judgement_draft("judgement-1", SAME, CLASS, RETENTION)
    assert (draft.schema, draft.kind) == ("Judgement", "judgement")
    assert [(link.property, link.to) for link in draft.links] == [("left", SAME.left), ("right", SAME.right)]
    assert [(fact.property, fact.value) for fact in draft.facts] == [
        ("verdict", "same_as"), ("evidence", "Same prints, 2031-03-02."), ("method", "prints"),
    ]  # fmt: skip
    assert {fact.observation for fact in draft.facts} == {Observation.ASSESSED}


@pytest.mark.parametrize("bad", [replace(SAME, right=SAME.left), replace(SAME, evidence="  ")])
def test_r7_judgement_of_one_record_or_without_evidence_is_refused(bad: Judgement) -> None:
    with pytest.raises(Invalid) as refused:
        judgement_draft("judgement-1", bad, CLASS, RETENTION)
    assert "R7" in refused.value.why
