"""Hits at the finder: confirm or reject a candidate, release what the instrument holds.

The source is told when the instrument's hit rule says; a rejected candidate is kept as a marker that spares an innocent
namesake the next check, and is told to nobody.

Source: docs/rules/correspondence.md M4 and M5; RPD Arts. 104 to 106. The source's side stands in `hit_answers`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from entente.correspondence.basis import Bases, check_evidence
from entente.correspondence.channels import may_tell
from entente.correspondence.desk import About, Seen, detail_of
from entente.correspondence.model import DecisionBasis, EvidencePiece, Header, Hit, HitOutcome, HitState, Way
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.rules import SCORE_MAX, bad, check_text, hit_recipients, hit_state
from entente.correspondence.statements import HitContent, Kind
from entente.handling.model import CodeLists
from entente.kernel.errors import Conflict, NotFound
from entente.kernel.ids import OfficerId, RecordId
from entente.kernel.ports import Act
from entente.records.sharing import copy_verdict
from entente.records.statements import SIGNED_IN_AS_OPERATOR

CONFIRMED = "confirmed"
"""A code of data/reasons.yaml, hit_outcomes; the codes that begin with `rejected` reject."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The candidate an officer judges, as the search showed it."""

    record: RecordId
    version: int
    score: int
    """Thousandths."""
    circumstances: str
    """Where and how the subject came to notice."""
    evidence: tuple[EvidencePiece, ...] = ()
    """For and against, as the search showed it; it is kept with the judgement (C17) and told to nobody."""


class Hits(Bases):
    """The verbs about hits."""

    def confirm_hit(self, officer: OfficerId, finding: Finding, about: About) -> Hit:
        """Judge a candidate to be the subject; the source is told at once, or once released, as the instrument says.

        Raises NotFound or Refused as the gate says, and Conflict when the record changed since it was found.

        Source: docs/rules/correspondence.md M4 and M5.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            finder = self._officer(unit, officer, "confirm_hit", finding.record, now)
            check_finding(finding)
            self._working_case(unit, about.case, finder)
            seen = self._seen(unit, finder, "confirm_hit", finding.record, about)
            _check_version(seen, finding)
            state = hit_state(seen.terms.hit_rule)
            if state is HitState.TOLD:
                self._require_tellable(unit, seen, "confirm_hit", finder.id, finding.record, about, now)
            hit = self._judged(seen, finding, about, finder.id, HitOutcome.CONFIRMED, CONFIRMED, state, now)
            unit.correspondence.put_hit(hit, Way.SENT)
            self._on_file(unit, about.case, hit.header, "hit", hit.header.id, f"Confirmed: {hit.record}", now)
            detail = detail_of(state, seen.decision, record=hit.record, purpose=about.purpose, case=about.case)
            self.record(unit, Act("confirm_hit", hit.header.sender, finder.id, hit.header.id, detail))
            self._freeze_judgement(unit, "confirm_hit", hit, finding, about, seen)
            if state is HitState.TOLD:
                self._tell(unit, hit, seen, now)
            unit.commit()
            return hit

    def reject_hit(self, officer: OfficerId, finding: Finding, about: About, reason: str) -> Hit:
        """Judge a candidate not to be the subject; it is kept here as a marker and told to nobody.

        Source: docs/rules/correspondence.md M5.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            finder = self._officer(unit, officer, "confirm_hit", finding.record, now)
            check_finding(finding)
            _check_rejection(reason, self.lists)
            self._working_case(unit, about.case, finder)
            seen = self._seen(unit, finder, "confirm_hit", finding.record, about)
            _check_version(seen, finding)
            hit = self._judged(seen, finding, about, finder.id, HitOutcome.REJECTED, reason, HitState.CLOSED, now)
            unit.correspondence.put_hit(hit, Way.SENT)
            self._on_file(unit, about.case, hit.header, "hit", hit.header.id, f"Rejected: {hit.record}", now)
            detail = detail_of(reason, seen.decision, record=hit.record, purpose=about.purpose, case=about.case)
            self.record(unit, Act("confirm_hit", hit.header.sender, finder.id, hit.header.id, detail))
            self._freeze_judgement(unit, "reject_hit", hit, finding, about, seen)
            unit.commit()
            return hit

    def release_hit(self, officer: OfficerId, hit: str) -> Hit:
        """Tell the source of a hit that the instrument's rule holds; the gate is asked again first.

        Source: docs/rules/correspondence.md M5.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            releaser = self._officer(unit, officer, "confirm_hit", hit, now)
            held = our_hit(unit, hit)
            self._require_known(unit, releaser.id, Way.SENT, held.header)
            if held.state is not HitState.HELD:
                raise not_so(hit, held.state, HitState.HELD)
            header = held.header
            about = About(held.purpose, held.crime_area, header.our_reference, header.instrument)
            seen = self._seen(unit, releaser, "confirm_hit", held.record, about)
            self._require_tellable(unit, seen, "confirm_hit", releaser.id, held.record, about, now)
            told = replace(held, header=replace(header, officer=releaser.id, at=now), state=HitState.TOLD)
            unit.correspondence.put_hit(told, Way.SENT)
            self._on_file(unit, about.case, told.header, "hit", hit, "Released to the source.", now)
            detail = detail_of("released", seen.decision, record=held.record, case=about.case)
            self.record(unit, Act("confirm_hit", header.sender, releaser.id, hit, detail))
            basis = DecisionBasis(
                hit, "release_hit", "released", releaser.id, now, about.case, held.record, about.purpose, about.crime_area,
                held.score,
            )  # fmt: skip
            self._freeze(unit, basis, seen.stored, seen.decision)
            self._tell(unit, told, seen, now)
            unit.commit()
            return told

    def _freeze_judgement(
        self, unit: CorrespondenceUnit, act: str, hit: Hit, finding: Finding, about: About, seen: Seen
    ) -> None:
        header = hit.header
        basis = DecisionBasis(
            header.id, act, hit.outcome_reason, header.officer, header.at, about.case, hit.record, about.purpose,
            about.crime_area, finding.score,
        )  # fmt: skip
        self._freeze(unit, basis, seen.stored, seen.decision, finding.evidence)

    def _judged(
        self,
        seen: Seen,
        finding: Finding,
        about: About,
        officer: OfficerId,
        outcome: HitOutcome,
        reason: str,
        state: HitState,
        now: datetime,
    ) -> Hit:
        own, source = seen.reader.body, seen.stored.record.source
        header = self._header(Kind.HIT, own, source, seen.terms.id, officer, now, our_reference=about.case)
        return Hit(
            header,
            finding.record,
            finding.version,
            about.purpose,
            about.crime_area,
            outcome,
            reason,
            finding.score,
            finding.circumstances,
            state,
        )

    def _tell(self, unit: CorrespondenceUnit, hit: Hit, seen: Seen, now: datetime) -> None:
        """Tell the source, and whom the instrument names beside it, each by its own statement under one id.

        A named body that may not know of the record, or to which nothing may go now, is not told.
        """
        finder, situation = hit.header.sender, self.disclosure.situation_in(unit)
        record = seen.stored.record
        named = [
            body
            for body in hit_recipients(seen.terms, record.source, finder)
            if body == record.source
            or (
                may_tell(situation, finder, body, seen.terms.id, record.kind, now).allowed
                and any(copy_verdict(cls, body, situation, now).ceiling is not None for cls in record.terms)
            )
        ]
        for recipient in named:
            header: Header = replace(hit.header, recipient=recipient)
            content = HitContent(
                header,
                hit.record,
                hit.version,
                hit.purpose,
                hit.crime_area,
                hit.outcome_reason,
                hit.score,
                hit.circumstances,
                SIGNED_IN_AS_OPERATOR,
            )
            self._post(unit, Kind.HIT, header, content, seen.terms.id)


def our_hit(unit: CorrespondenceUnit, hit: str) -> Hit:
    """Return a hit that we found; raise NotFound for any other."""
    found = unit.correspondence.hit(hit)
    if found is None or found[0] is not Way.SENT:
        raise NotFound
    return found[1]


def answered_by_source(hit: Hit, text: str, at: datetime, *, is_same_person: bool) -> Hit:
    """Return a hit as both ends keep it once its source has answered."""
    return replace(hit, state=HitState.ANSWERED, answer=text, is_same_person=is_same_person, answered_at=at)


def check_finding(finding: Finding) -> None:
    """Check what a finder says of a candidate; raise Invalid."""
    if not 0 <= finding.score <= SCORE_MAX or finding.version < 1:
        raise bad("score", f"a score is 0 to {SCORE_MAX} thousandths, and versions count from 1")
    check_text("circumstances", finding.circumstances)
    check_evidence(finding.evidence)


def _check_rejection(reason: str, lists: CodeLists) -> None:
    if reason not in lists.hit_outcomes or not reason.startswith("rejected"):
        raise bad("reason", f"«{reason[:40]}» is in no list of reasons to reject a candidate")


def _check_version(seen: Seen, finding: Finding) -> None:
    if seen.stored.record.version == finding.version:
        return
    raise Conflict(
        f"The hit on {finding.record} was not kept.",
        why=f"Version {finding.version} was found, and version {seen.stored.record.version} is held now.",
        do="Look at the record as it is now, and judge it again.",
    )


def not_so(hit: str, state: HitState, needed: HitState) -> Conflict:
    """Return the refusal of a step that a hit's state does not allow."""
    return Conflict(
        f"The hit {hit} was not changed.",
        why=f"It is {state}, and this can be done only while it is {needed} (docs/rules/correspondence.md M5 and M6).",
        do="Look at the hit again: somebody else may have dealt with it.",
    )
