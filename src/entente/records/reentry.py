"""Noticing that something erased comes again, in whatever form (R12).

The same id from its source is refused; another record of the same person or thing comes in like any other and is shown to the
data protection officer, who alone can judge whether it should be here. What identifies is worked out by identity, a later room,
and handed in as a function; what is kept of it are keyed digests.

Source: docs/rules/records.md R12; docs/rules/handling.md H9.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from entente.kernel.canonical import Json
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import Refused
from entente.kernel.ids import BodyId, RecordId
from entente.kernel.ports import Act, TrailRow, UnitOfWork
from entente.records.model import IdentifyingKeys, Record, ReentryHow
from entente.records.ports import RecordsUnit

Identifying = Callable[[Record], IdentifyingKeys]
"""Says of whom or what a record speaks (identity.erased, bound by app)."""
Recorder = Callable[[UnitOfWork, Act], TrailRow]
"""Records an act in the trail, inside the transaction of the act (trail.service.record, bound by app)."""
BODY_PREFIX = "body:"
"""How the id of a record begins: with its source's."""
NOTICED = "reentry_noticed"
REFUSED = "reentry_refused"


@dataclass(frozen=True, slots=True)
class Reentries:
    """Looks at each new record before it is kept."""

    identifying: Identifying
    record: Recorder

    def notice(self, unit: RecordsUnit, new: Sequence[Record]) -> None:
        """Keep which new records speak of what was erased; they come in like any other. All are asked about at once."""
        if not new or not unit.erasures.has_keys():
            return
        asked = {record.id: self.identifying(record).asked for record in new}
        found: dict[str, list[RecordId]] = {}
        for key, stand_in in unit.erasures.matching(frozenset().union(*asked.values())):
            found.setdefault(key, []).append(stand_in)
        for record in new if found else ():
            signs: dict[RecordId, ReentryHow] = {}
            # The surest sign of each counts: numbers come after names, and stay.
            for key in sorted(asked[record.id] & found.keys()):
                signs.update(dict.fromkeys(found[key], how_of(key)))
            for stand_in, how in sorted(signs.items()):
                self._noticed(unit, record, stand_in, how)

    def _noticed(self, unit: RecordsUnit, new: Record, stand_in: RecordId, how: ReentryHow) -> None:
        row = self.record(unit, Act(NOTICED, new.source, "node", new.id, {"erased": stand_in, "how": how.value}))
        unit.erasures.put_reentry(stand_in, how, row.sequence, row.at)

    def refuse(self, unit: RecordsUnit, wanted: RecordId, by: BodyId) -> None:
        """Keep that a record that was erased was offered again under its own id, and by whom; the caller does not keep it."""
        stand_in = unit.erasures.stand_in(wanted)
        row = self.record(unit, Act(REFUSED, by, "node", stand_in, {"how": ReentryHow.SAME_ID.value}))
        unit.erasures.put_reentry(stand_in, ReentryHow.SAME_ID, row.sequence, row.at)


def how_of(key: str) -> ReentryHow:
    """Return what sort of sign a key is (identity.erased)."""
    return ReentryHow.NAME_AND_BIRTH_DATE if key.startswith("name ") else ReentryHow.IDENTIFIER


def not_again(stand_in: RecordId) -> Refused:
    """Return the refusal of a record that was erased. It names the stand-in: the id goes into no trail any more."""
    text = "It was erased, and an erased record comes back under no version (docs/rules/records.md R12)."
    ground = Ground("R12", allows=False, text=text, remedy="A new record needs a local id of its own.")
    return Refused(
        f"{stand_in} was not taken in.",
        decision=Decision.of((ground,)),
        do="If it is to be recorded anew, its source gives it a local id of its own; the data protection officer is told.",
    )


def unnamed(unit: RecordsUnit, act: Act) -> Act:
    """Return an act with the stand-in of each erased record that it names by its id, typed again by whoever looks for it.

    For every act before it becomes a row: what an erasure put out of the trail comes in again by no question (R12). Words are
    left as they are; those of officers stand in no row (docs/rules/trail.md T5).
    """
    subject, detail = _unnamed(unit, act.subject), _unnamed(unit, act.detail)
    if subject == act.subject and detail == act.detail:
        return act
    assert isinstance(subject, str)
    assert isinstance(detail, dict)
    return replace(act, subject=subject, detail=detail)


def _unnamed(unit: RecordsUnit, value: Json) -> Json:
    match value:
        case str():
            is_id = value.startswith(BODY_PREFIX) and "/" in value
            erased = unit.erasures.tombstone(RecordId(value)) if is_id else None
            return value if erased is None else erased.stand_in
        case dict():
            return {name: _unnamed(unit, one) for name, one in value.items()}
        case list():
            return [_unnamed(unit, one) for one in value]
    return value
