"""Whether an instrument's terms hold together (A2).

Every contradiction is found, not only the first, so that a lawyer mends a file in one go. Nothing here asks whether the
bodies exist or have signed.

Source: docs/rules/agreements.md A2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from entente.agreements.model import (
    CLAUSES_MAX,
    LEASE_MINUTES_MAX,
    LEASE_MINUTES_MIN,
    PARTIES_MAX,
    Clause,
    ClauseEffect,
    ForceRule,
    Instrument,
    InstrumentKind,
    OnwardRule,
    Right,
)
from entente.handling.model import CodeLists, KindFamily
from entente.handling.rules import unknown_codes
from entente.kernel.errors import Invalid
from entente.kernel.text import is_line, is_seen, shows_as_stored

RETENTION_DAYS_MAX = 99 * 366
"""INTERPOL's longest retention, 99 years, for images of child abuse."""
DEADLINE_HOURS_MAX = 24 * 366
NOTICE_DAYS_MAX = 5 * 366
"""Longer than any notice of withdrawal we know; treaties state three to twelve months."""
QUOTA_MAX = 1_000_000
NAME_CHARACTERS_MAX = 64
TITLE_CHARACTERS_MAX = 500

_CHARTER_EFFECTS = (ClauseEffect.NO_EXPULSION, ClauseEffect.NEUTRALITY, ClauseEffect.CHANNEL)


@dataclass(frozen=True, slots=True)
class Problem:
    """One contradiction: the field as the instrument file names it, and why it cannot stand."""

    field: str
    why: str


def check_terms(instrument: Instrument, lists: CodeLists) -> tuple[Problem, ...]:
    """Return everything that contradicts itself in an instrument; empty when its terms hold together.

    Source: docs/rules/agreements.md A2.
    """
    return tuple(
        Problem(field, why)
        for part in (_parties, _dates, _covers, _rights, _handling, _clauses, _charter, _codes)
        for field, why in part(instrument, lists)
    )


def require_terms(instrument: Instrument, lists: CodeLists) -> None:
    """Raise Invalid, naming every problem, unless the terms hold together."""
    problems = check_terms(instrument, lists)
    if problems:
        listed = "; ".join(f"at {problem.field}, {problem.why}" for problem in problems)
        raise Invalid(
            f"The terms of «{instrument.name[:64]}» contradict themselves; places: {len(problems)}.",
            field=problems[0].field,
            why=f"An instrument is refused whole rather than applied in part (docs/rules/agreements.md A2): {listed}.",
            do="Mend the fields in the instrument file, and propose it again.",
        )


_Found = Iterator[tuple[str, str]]


def _parties(instrument: Instrument, _: CodeLists) -> _Found:
    named = len(instrument.parties)
    if named < 2 and not instrument.party_groups:  # noqa: PLR2004 - an instrument is between two at least
        yield "parties", "it needs two parties, or a group of them"
    if named + len(instrument.party_groups) > PARTIES_MAX:
        yield "parties", f"it has more than {PARTIES_MAX} of them"
    if instrument.force_rule is ForceRule.ALL:
        if instrument.force_count:
            yield "in_force.count", "a number of signatures belongs to the rule n_of_m only"
        if instrument.party_groups:
            # Each body that its keeper adds to the group would put the instrument out of force until it signed.
            yield "in_force.rule", "a group may grow, so an instrument with a group needs the rule n_of_m"
    elif instrument.force_count < 2 or (not instrument.party_groups and instrument.force_count > named):  # noqa: PLR2004
        yield "in_force.count", f"it lies between 2 and the number of parties ({named})"


def _dates(instrument: Instrument, _: CodeLists) -> _Found:
    if instrument.ends_on is not None and instrument.ends_on <= instrument.starts_on:
        yield "ends_on", "it ends on or before the day it starts"
    if not 0 <= instrument.paper.notice_of_withdrawal_days <= NOTICE_DAYS_MAX:
        yield "paper.notice_of_withdrawal_days", f"it lies between 0 and {NOTICE_DAYS_MAX}"
    for place, signatory in enumerate(instrument.paper.signatories):
        if signatory.ratified_on is not None and signatory.ratified_on < signatory.signed_on:
            yield f"paper.signatories[{place}].ratified_on", "it was ratified before it was signed"


def _covers(instrument: Instrument, lists: CodeLists) -> _Found:
    for field in ("kinds", "purposes", "crime_areas", "rights"):
        if not getattr(instrument, field):
            yield field, "an instrument that covers nothing allows nothing"
    for kind in sorted(instrument.knowable_kinds - instrument.kinds):
        yield "knowable_kinds", f"«{kind}» may be known but is not covered"
    for place, quota in enumerate(instrument.quotas):
        if quota.kind not in instrument.kinds:
            yield f"quotas[{place}].kind", f"«{quota.kind}» has a quota but is not covered"
        if not 1 <= quota.per_day <= QUOTA_MAX:
            yield f"quotas[{place}].per_day", f"it lies between 1 and {QUOTA_MAX}"
    for repeated in _repeated(quota.kind for quota in instrument.quotas):
        yield "quotas", f"«{repeated}» has two quotas"
    has_persons = any(
        kind in lists.record_kinds and lists.record_kinds[kind].family is KindFamily.PERSONAL
        for kind in instrument.kinds
    )
    if has_persons and instrument.onward is not OnwardRule.FORBIDDEN and not instrument.retention_days_max:
        yield "retention_days_max", "data about persons that may be passed on needs a retention"


def _rights(instrument: Instrument, _: CodeLists) -> _Found:
    if not 0 <= instrument.retention_days_max <= RETENTION_DAYS_MAX:
        yield "retention_days_max", f"it lies between 0 and {RETENTION_DAYS_MAX} (99 years)"
    elif Right.COPY in instrument.rights and not instrument.retention_days_max:
        yield "retention_days_max", "the right copy needs how long a copy is kept"
    yield from _leases(instrument)
    for urgency, hours in sorted(instrument.deadlines.items()):
        if not 1 <= hours <= DEADLINE_HOURS_MAX:
            yield f"deadlines.{urgency}", f"it lies between 1 and {DEADLINE_HOURS_MAX} hours"


def _leases(instrument: Instrument) -> _Found:
    bounds = f"it lies between {LEASE_MINUTES_MIN} minutes and {LEASE_MINUTES_MAX // (24 * 60)} days"
    if not LEASE_MINUTES_MIN <= instrument.lease_minutes <= LEASE_MINUTES_MAX:
        yield "lease", bounds
    for kind, minutes in sorted(instrument.kind_lease_minutes.items()):
        if kind not in instrument.kinds:
            yield f"leases.{kind}", f"«{kind[:40]}» has a lease but is not covered"
        if not LEASE_MINUTES_MIN <= minutes <= LEASE_MINUTES_MAX:
            yield f"leases.{kind}", bounds


def _handling(instrument: Instrument, lists: CodeLists) -> _Found:
    if instrument.handling_ceiling not in lists.confidentiality_levels:
        known = ", ".join(lists.confidentiality_levels)
        yield "handling_ceiling", f"«{instrument.handling_ceiling}» is no level of confidentiality ({known})"
    if not instrument.party_groups:
        for body in sorted(instrument.hit_told - instrument.parties):
            yield "hits.told", f"{body} would be told of hits and is no party"


def _clauses(instrument: Instrument, _: CodeLists) -> _Found:
    if not _is_line(instrument.name, NAME_CHARACTERS_MAX):
        yield "name", f"it is one line of at most {NAME_CHARACTERS_MAX} characters"
    if not _is_line(instrument.title, TITLE_CHARACTERS_MAX):
        yield "title", f"it is one line of at most {TITLE_CHARACTERS_MAX} characters"
    written = (
        instrument.text,
        instrument.paper.depositary,
        *(one.name_and_capacity for one in instrument.paper.signatories),
    )
    if not all(shows_as_stored(text) for text in (*written, *(clause.text for clause in instrument.clauses))):
        yield "text", "it holds a control character or a directional override, and would not show as it is stored"
    if not instrument.clauses or len(instrument.clauses) > CLAUSES_MAX:
        yield "clauses", f"it has 1 to {CLAUSES_MAX} clauses"
    for number in _repeated(clause.number for clause in instrument.clauses):
        yield "clauses", f"the number {number} stands twice"
    for effect in _repeated(clause.effect for clause in instrument.clauses if clause.effect is not None):
        yield "clauses", f"two clauses have the effect {effect}"
    for place, clause in enumerate(instrument.clauses):
        yield from _clause(f"clauses[{place}]", clause, instrument)


def _clause(field: str, clause: Clause, instrument: Instrument) -> _Found:
    if not _is_line(clause.number, 16) or not is_seen(clause.text):
        yield field, "a clause has a number and a text"
    if clause.effect is ClauseEffect.MEASURES and clause.body is None:
        yield f"{field}.body", "a clause on measures names the body that may take them"
    if clause.effect is not ClauseEffect.MEASURES and clause.body is not None:
        yield f"{field}.body", "only a clause on measures names a body"
    if clause.body is not None and not instrument.party_groups and clause.body not in instrument.parties:
        yield f"{field}.body", "the body that may take measures is a party"
    if clause.effect is not None and instrument.kind is not InstrumentKind.CHARTER:
        yield f"{field}.effect", f"{clause.effect} is an effect of a charter only"


def _charter(instrument: Instrument, lists: CodeLists) -> _Found:
    if instrument.kind is not InstrumentKind.CHARTER:
        return
    for effect in _CHARTER_EFFECTS:
        if instrument.clause_with(effect) is None:
            yield "clauses", f"a charter has a clause with the effect {effect}"
    sets = sorted(
        kind for kind in instrument.kinds if kind in lists.record_kinds and lists.record_kinds[kind].is_data_set
    )
    for kind in sets:
        yield "kinds", f"«{kind}» is a data set, and the channel that cannot be suspended never carries one"


def _codes(instrument: Instrument, lists: CodeLists) -> _Found:
    unknown = unknown_codes(
        lists,
        record_kinds=instrument.kinds,
        purposes=instrument.purposes,
        crime_areas=instrument.crime_areas,
        urgencies=instrument.deadlines.keys(),
    )
    fields = {"record_kinds": "kinds", "urgencies": "deadlines"}
    for name, code in unknown:
        yield fields.get(name, name), f"«{code[:40]}» stands in no list of ours"


def _repeated(values: Iterable[str]) -> list[str]:
    return sorted(value for value, times in Counter(values).items() if times > 1)


def _is_line(text: str, characters_max: int) -> bool:
    return is_line(text) and len(text) <= characters_max
