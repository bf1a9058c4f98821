"""Looks once more at what a search found, when its answer is read later: a suspension, an end or an erasure came between.

Source: docs/rules/api.md P12; docs/rules/identity.md I12.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from entente.bodies.model import Officer
from entente.bodies.powers import may_act
from entente.bodies.unit_limits import unit_bounds
from entente.identity.model import Occasion
from entente.identity.ports import IdentityUnit
from entente.identity.rules import visible_record
from entente.identity.service import Identity, question
from entente.kernel.clock import format_time
from entente.kernel.ids import OfficerId, RecordId


@dataclass(frozen=True, slots=True)
class Under:
    """Under what a search looked: while it is the same, what was shown may be shown."""

    governance: int
    roles: tuple[str, ...]
    unit: tuple[str, ...] = ()
    """Since when which limits bind the officer's unit: they may begin without any act (docs/rules/bodies.md B17)."""


@dataclass(frozen=True, slots=True)
class SeenNow:
    """What an officer may see of records now."""

    under: Under
    whole: Mapping[RecordId, int]
    """Of which every fact may be seen, by their versions."""
    in_part: Mapping[RecordId, int]
    """Of which some facts may be seen."""


def under_what(identity: Identity, officer: OfficerId) -> Under:
    """Return under what a search would look now."""
    with identity.open_view() as view:
        return _under(view, view.bodies.officer(officer), identity.clock.now())


def _under(view: IdentityUnit, who: Officer | None, now: datetime) -> Under:
    governance = view.classes.governance_version()
    if who is None:
        return Under(governance, ())
    bounds = unit_bounds(view.bodies.own().units, view.bodies.unit_limits(), now) if who.unit else None
    binding = () if bounds is None else bounds.get(who.unit, ())
    limits = tuple(f"{one.unit} {format_time(one.since)}" for one in binding)
    return Under(governance, tuple(sorted(who.roles)), limits)


def look_again(identity: Identity, officer: OfficerId, why: Occasion, records: Collection[RecordId]) -> SeenNow:
    """Return what an officer may see of these records now, for the occasion of the search that found them."""
    whole: dict[RecordId, int] = {}
    in_part: dict[RecordId, int] = {}
    now = identity.clock.now()
    with identity.open_view() as view:
        who = view.bodies.officer(officer)
        under = _under(view, who, now)
        verdict = may_act(who, "search", now, roles=identity.lists.roles, measures=identity.lists.measures)
        if who is None or not verdict.allowed:
            return SeenNow(Under(under.governance, ()), {}, {})
        allowed, _ = identity.disclosure.seen(view, *question(view, who, why))
        for record in records:
            stored = view.records.get(record)
            if stored is None or stored.gone_at is not None or now.date() >= stored.record.retention.erase_on:
                continue
            visible = visible_record(stored, allowed)
            if visible is not None:
                is_whole = set(stored.class_numbers) <= allowed
                (whole if is_whole else in_part)[record] = stored.record.version
    return SeenNow(under, whole, in_part)
