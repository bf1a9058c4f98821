"""Correcting what one of our records says, and keeping it longer: each a new version with a reason of a closed list (R59, R60).

Source: docs/rules/records.md R59 and R60; Directive (EU) 2016/680 Arts. 5 and 16(1); decision 0101.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from entente.handling.model import CodeEntry, Observation, Retention
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.ids import OfficerId, RecordId
from entente.records.model import FACTS_MAX, Fact, Record
from entente.records.next_version import put_next_version
from entente.records.rules import check_why, content_texts, extract
from entente.records.service import Records
from entente.records.unit_reach import places_in_reach
from entente.records.withdrawing import require_version


@dataclass(frozen=True, slots=True)
class FactChange:
    """One thing to be changed: a value replaced, taken away, or added."""

    property: str
    was: str = ""
    """The value that stands there; empty where one is added."""
    value: str = ""
    """What stands there from now on; empty where it is taken away."""
    observation: Observation = Observation.OBSERVED
    """Whether what stands there from now on was observed or assessed."""
    terms: int | None = None
    """The place of its terms in the list that the officer was shown: of a value that is added where that has several, and of
    one that stands there on several of them."""


@dataclass(frozen=True, slots=True)
class SeenFor:
    """Why an officer was shown the record as it is to be corrected: what they saw of it goes by that."""

    purpose: str
    crime_area: str


def correct_record(
    records: Records,
    officer: OfficerId,
    wanted: RecordId,
    version: int,
    reason: str,
    changes: Sequence[FactChange],
    seen_for: SeenFor | None = None,
) -> Record:
    """Correct what a version of a record of ours says; return the new version. Holders are sent what they may have of it.

    Only what the officer may see of it is changed: where `seen_for` says why they looked, what they were shown then, and terms
    are numbered as they were shown; else what their unit may see, and no terms are numbered.

    Raises NotFound for a record that is not ours and live, Conflict where `version` is not the one that stands, Invalid for a
    reason of no list, a change of what does not stand there, one that changes nothing, and a record that is not well formed.
    Source: docs/rules/records.md R59; docs/rules/disclosure.md D10.
    """
    _check_reason(reason, records.lists.correction_reasons)
    if seen_for is not None:
        check_why(seen_for.purpose, seen_for.crime_area, records.lists)
    with records.open_unit() as unit:
        stored = records.ours(unit, officer, "correct_record", wanted)
        require_version(stored, version)
        reader = records.reader(unit, officer, "correct_record", wanted)
        if seen_for is None:
            places = places_in_reach(reader, stored, records.disclosure.situation_in(unit))
        else:
            places = records.places_seen(unit, stored, reader, seen_for.purpose, seen_for.crime_area)
        if not places:
            raise NotFound
        if seen_for is None and len(places) > 1 and any(one.terms is not None for one in changes):
            raise _not_corrected(
                "terms", "terms are numbered as they were shown for a purpose, and for which one is not said"
            )
        changed = corrected(stored.record, changes, places)
        detail: JsonObject = {"reason": reason, "changes": len(changes)}
        made = put_next_version(records, unit, officer, stored, changed, ("correct_record", detail))
        unit.commit()
    return made


def extend_record(
    records: Records, officer: OfficerId, wanted: RecordId, version: int, reason: str, retention: Retention
) -> Record:
    """Keep a record of ours longer; return the new version. Holders are sent what they may have of it.

    Raises as `correct_record` does; Invalid too for an end before the one that stands, for a review that is past or after the
    end, and for an end later than its kind and its instruments allow (H5).
    Source: docs/rules/records.md R60.
    """
    _check_reason(reason, records.lists.extension_reasons)
    with records.open_unit() as unit:
        stored = records.ours(unit, officer, "correct_record", wanted)
        today = records.clock.now().date()
        require_version(stored, version)
        check_longer(stored.record.retention, retention, today)
        detail: JsonObject = {"reason": reason, "erase_on": retention.erase_on.isoformat()}
        changed = replace(stored.record, retention=retention)
        made = put_next_version(records, unit, officer, stored, changed, ("extend_record", detail))
        unit.commit()
    return made


def corrected(record: Record, changes: Sequence[FactChange], places: Collection[int] | None = None) -> Record:
    """Return a record with changes made in it, and without the terms that nothing stands on any more; raise Invalid (R59).

    `places`: of the terms in the record's list that its reader may see; None for all. What stands on others is not found.
    """
    shown = range(len(record.terms)) if places is None else sorted(places)
    if not 0 < len(changes) <= FACTS_MAX:
        raise _not_corrected("changes", f"there are {len(changes)} changes, and a correction has 1 to {FACTS_MAX}")
    facts: list[Fact | None] = list(record.facts)
    added: list[Fact] = []
    for change in changes:
        if change.was:
            place = _place_of(facts, change, shown)
            held = facts[place]
            assert held is not None, "what was changed once is not found again"
            facts[place] = replace(held, value=change.value, observation=change.observation) if change.value else None
        else:
            added.append(Fact(change.property, change.value, _terms_of(shown, change), change.observation))
    said = replace(record, facts=(*(fact for fact in facts if fact is not None), *added))
    # Of what its reader may see: that something hidden is left is not said by letting them.
    if not any(fact.terms in shown for fact in said.facts):
        raise _not_corrected("changes", "nothing would be left; a record that says nothing is withdrawn")
    used = {one.terms for one in said.facts} | {one.terms for one in said.links} | {one.terms for one in said.blobs}
    left = extract(said, frozenset(used))
    assert left is not None, "a fact is left"
    if content_texts(left) == content_texts(record):
        raise _not_corrected("changes", "it says the same as before (R6)")
    return left


def check_longer(stands: Retention, wanted: Retention, today: date) -> None:
    """Raise Invalid unless an end is as late as the one that stands, and looked at again before it and after today (R60)."""
    if wanted == stands or wanted.erase_on < stands.erase_on:
        raise _not_extended("erase_on", f"it is kept until {stands.erase_on} already")
    if not today < wanted.review_on <= wanted.erase_on:
        raise _not_extended("review_on", "it is looked at again after today, and at the latest on the day it ends")


def _place_of(facts: Sequence[Fact | None], change: FactChange, shown: Sequence[int]) -> int:
    on = shown if change.terms is None else (_shown_at(shown, change.terms),)
    found = {
        place: fact.terms
        for place, fact in enumerate(facts)
        if fact is not None and (fact.property, fact.value) == (change.property, change.was) and fact.terms in on
    }
    if not found:
        raise _not_corrected(
            "changes", f"under «{change.property[:40]}» no such value stands in it, or it is changed twice"
        )
    if len(set(found.values())) > 1:
        # A new value on other terms than those that were meant would be sent to whoever may have what is on them.
        raise _not_corrected("terms", "a value stands in it on several terms, and on which it is changed is not said")
    return next(iter(found))


def _terms_of(shown: Sequence[int], change: FactChange) -> int:
    if change.terms is None and len(shown) > 1:
        raise _not_corrected("terms", "its facts are on several terms, and those of what is added are not said")
    return _shown_at(shown, change.terms or 0)


def _shown_at(shown: Sequence[int], place: int) -> int:
    if not 0 <= place < len(shown):
        raise _not_corrected("terms", f"it has no terms at place {place}; it has {len(shown)}, counted from 0")
    return shown[place]


def _check_reason(reason: str, known: Mapping[str, CodeEntry]) -> None:
    if reason not in known:
        raise _not_corrected("reason", f"«{reason[:40]}» is not one of: {', '.join(known)}")


def _not_corrected(field: str, why: str) -> Invalid:
    return Invalid(
        "The record was not changed.",
        field=field,
        why=f"A correction says what stands there, what is to stand there, and why (docs/rules/records.md R59): {why}.",
        do="Look at the record as it stands and state the change anew; nothing of it was kept.",
    )


def _not_extended(field: str, why: str) -> Invalid:
    return Invalid(
        "The record is not kept longer.",
        field=field,
        why=f"Whoever keeps a record longer says until when, and when it is looked at again (docs/rules/records.md R60): {why}.",
        do="State a later end that its kind and its instruments allow, and a day to look at it again.",
    )
