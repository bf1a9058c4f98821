"""What an officer saw as they decided: the record's version, the evidence, the gate's grounds, the clock.

It is kept in the commit of the decision and shown from the case later, so that nobody has to remember what stood on the screen.
What the record said is not copied: the id of the signed statement names the version, and the evidence, which quotes the record,
goes with it when it is erased. It is shown to whom the gate shows the whole record now.

Source: docs/rules/cases.md C17; docs/decisions/0093-a-decision-freezes-what-its-officer-saw.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from entente.correspondence.desk import About, Desk
from entente.correspondence.model import DecisionBasis, EvidencePiece, SeenThen
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.rules import bad
from entente.disclosure.model import Reader
from entente.handling.model import DisclosureAct
from entente.kernel.decision import Decision
from entente.kernel.ids import OfficerId, RecordId
from entente.kernel.text import shows_as_stored
from entente.records.model import StoredRecord

PIECES_MAX = 100
"""Several times what a search shows of one candidate."""
PIECE_CHARACTERS_MAX = 1_000
WEIGHT_MAX = 10_000
KINDS = frozenset({"for", "against", "neutral"})


class Bases(Desk):
    """Keeps and shows what officers saw as they decided."""

    def _freeze(
        self,
        unit: CorrespondenceUnit,
        decided: DecisionBasis,
        stored: StoredRecord | None,
        decision: Decision | None = None,
        evidence: Iterable[EvidencePiece] = (),
    ) -> None:
        """Keep what an officer saw who decided, inside the decision's own unit of work; which version it was is said here."""
        if stored is None:
            unit.correspondence.put_basis(decided, 0)
            return
        grounds = () if decision is None else tuple(f"{one.number} · {one.text}" for one in decision.grounds)
        seen = SeenThen(stored.statement.id, grounds, tuple(evidence))
        unit.correspondence.put_basis(replace(decided, version=stored.record.version, seen=seen), stored.number)

    def bases_of_case(self, number: str, officer: OfficerId | None = None) -> tuple[DecisionBasis, ...]:
        """Return what was seen as something was decided on a case, in order, to an officer who may know of the case.

        Evidence and grounds are left out where the gate would not show this officer the whole record now; the whole decision,
        where the officer's unit keeps the record from them.

        Source: docs/rules/cases.md C17 and C18.
        """
        with self.open_view() as unit:
            known = unit.cases.teams([number]).get(number)
            knowing = self._knowing(unit, officer)
            if known is not None and not knowing.oversees and knowing.officer not in known:
                return ()
            reaches = self._reach(unit, officer)
            decided = [one for one in unit.correspondence.bases(case=number) if reaches is None or reaches(one.record)]
            return tuple(self._as_shown(unit, one, officer) for one in decided)

    def bases_of_item(self, item: str, officer: OfficerId | None = None) -> tuple[DecisionBasis, ...]:
        """Return what was seen as an item was decided, in order, as `bases_of_case` does; who may know of the item asks."""
        with self.open_view() as unit:
            return tuple(self._as_shown(unit, one, officer) for one in unit.correspondence.bases(item=item))

    def versions_here(self, bases: Iterable[DecisionBasis]) -> dict[RecordId, int]:
        """Return the newest version here of each record that is shown with what was seen of it; nothing of any other.

        Source: docs/rules/desk.md W123.
        """
        with self.open_view() as unit:
            held = (unit.records.get(record) for record in {one.record for one in bases if one.seen is not None})
            return {one.record.id: one.record.version for one in held if one is not None}

    def _as_shown(self, unit: CorrespondenceUnit, basis: DecisionBasis, officer: OfficerId | None) -> DecisionBasis:
        if basis.seen is None or self._may_see_all(unit, basis, officer):
            return basis
        return replace(basis, seen=None)

    def _may_see_all(self, unit: CorrespondenceUnit, basis: DecisionBasis, officer: OfficerId | None) -> bool:
        stored, reader = unit.records.get(basis.record), unit.bodies.officer(officer) if officer else None
        if stored is None or reader is None or stored.gone_at is not None:
            return False
        asking = Reader.of(unit.bodies.own().id, reader)
        about = About(basis.purpose, basis.crime_area, basis.case)
        return all(one.decision.allowed for one in self._verdicts(unit, stored, asking, DisclosureAct.SEE, about))


def check_evidence(evidence: tuple[EvidencePiece, ...]) -> None:
    """Check what a finder says that the search showed; raise Invalid.

    Source: docs/rules/cases.md C17.
    """
    if len(evidence) > PIECES_MAX:
        raise bad("evidence", f"it has at most {PIECES_MAX} pieces")
    for piece in evidence:
        if piece.kind not in KINDS or abs(piece.weight) > WEIGHT_MAX:
            raise bad("evidence", f"a piece is for, against or neutral, and weighs at most {WEIGHT_MAX} thousandths")
        if len(piece.text) > PIECE_CHARACTERS_MAX or not shows_as_stored(piece.text):
            raise bad("evidence", f"a piece has at most {PIECE_CHARACTERS_MAX} characters, and shows as it is stored")
