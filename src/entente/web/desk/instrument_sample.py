"""A file with which an instrument is begun from nothing: whole as it stands, each code that could stand in it beside its words.

What lies beyond the form is left to who writes it: title, text and clauses are there to be replaced, and each list names what
is usual and holds the rest ready behind «#». Pure functions.

Source: docs/rules/desk.md W127; formats.instruments, which reads it; docs/rules/agreements.md A1 and A2.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from entente.handling.model import CodeLists
from entente.web.wording import Wording

RETENTION_DAYS, NOTICE_DAYS, LEASE = 1827, 90, "24 h"
"""Five years and three months, as the instruments of the field have them; a day without word of the source."""
_USUAL: Mapping[str, Collection[str]] = {
    "record_kinds": ("wanted_person", "missing_person", "travel_document", "vehicle", "message", "request", "contact"),
    "purposes": ("arrest", "locate", "identify", "inform_on_case"),
    "rights": ("record", "consult", "copy", "contact"),
}
"""Codes that begin without «#»; of crime areas all do, as most agreements name them."""
_DEADLINES = {"immediate_danger_to_life": 4, "urgent": 8, "urgent_indirect": 72, "normal": 168}
"""Hours to answer within, by urgency (facts of the field: demo/instruments/agreement.yaml)."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Who a sample is between, by their codes."""

    own: str
    other: str


def sample(parties: Parties, lists: CodeLists, say: Wording, today: date) -> str:
    """Return an instrument's file in YAML that can be proposed as it stands; its words are in the reader's language."""
    return "\n".join(_lines(parties, lists, say, today)) + "\n"


def _lines(parties: Parties, lists: CodeLists, say: Wording, today: date) -> Iterator[str]:
    names = (parties.own, parties.other)
    yield "kind: agreement  # " + " · ".join(say.codes("instrument_kinds"))
    yield "name: new-agreement"
    yield f"title: {_said(say.text('sample.title'))}"
    yield f"text: {_said(say.text('sample.text'))}"
    yield from ("paper:", f"  depositary: {parties.own}", f"  signed_on: {today.isoformat()}")
    yield from (f"  notice_of_withdrawal_days: {NOTICE_DAYS}", "  signatories:")
    for name in names:
        signed = f"name_and_capacity: {_said(say.text('sample.capacity'))}, signed_on: {today.isoformat()}"
        yield f"    - {{party: {name}, {signed}}}"
    yield "clauses:"
    for number, clause in enumerate((say.text("sample.source"), say.text("sample.stop")), 1):
        yield f"  - {{number: {number}, text: {_said(clause)}}}"
    yield f"parties: [{', '.join(names)}]"
    yield from ("in_force: {rule: all}  # {rule: n_of_m, count: 2}", f"starts_on: {today.isoformat()}")
    yield from _listed("kinds", "record_kinds", tuple(lists.record_kinds), say)
    yield from _listed("purposes", "purposes", tuple(lists.purposes), say)
    yield from _listed("crime_areas", "crime_areas", tuple(lists.crime_areas), say)
    yield from _listed("rights", "rights", tuple(say.codes("rights")), say)
    levels = lists.confidentiality_levels
    yield f"handling_ceiling: {levels[-1]}  # {' · '.join(levels)}"
    yield "onward: with_leave  # forbidden · with_leave · among_parties"
    yield from (f"retention_days_max: {RETENTION_DAYS}", f"lease: {LEASE}")
    hours = ", ".join(f"{urgency}: {most}" for urgency, most in _DEADLINES.items())
    yield f"deadlines: {{{hours}}}"
    yield "hits: {rule: at_once}  # at_once · after_release · never_unless_released"


def _listed(field: str, codes: str, known: Sequence[str], say: Wording) -> Iterator[str]:
    yield f"{field}:"
    usual = _USUAL.get(codes, known)
    for code in sorted(known, key=lambda one: one not in usual):
        yield f"  {'' if code in usual else '# '}- {code}  # {say.code(codes, code)}"


def _said(text: str) -> str:
    """Return a text as YAML takes it: within quotes, as JSON writes it."""
    return json.dumps(text, ensure_ascii=False)
