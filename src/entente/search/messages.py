"""Queries and what was found for them, as plain values in the messages to and from search processes (search.frames).

Source: docs/rules/identity.md I48. Leaves to others: the messages themselves (search.workers).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from entente.identity.model import Candidate, Evidence, EvidenceKind, Found, Query

Values = Sequence[Any]
"""The fields of one object in their order."""


def query_values(query: Query) -> Values:
    """Return a query's values."""
    return query.names, query.birth_date, query.country, query.identifiers, query.sex


def query_of(values: Values) -> Query:
    """Return the query of such values."""
    return Query(*values)


def found_values(found: Found) -> Values:
    """Return the values of what was found for one query."""
    return tuple(_candidate_values(one) for one in found.shown), found.candidates, dict(found.seen)


def found_of(values: Values) -> Found:
    """Return what was found, of such values."""
    shown, candidates, seen = values
    return Found(tuple(_candidate_of(one) for one in shown), candidates, seen)


def _candidate_values(one: Candidate) -> Values:
    evidence = tuple((piece.kind.value, piece.text, piece.weight) for piece in one.evidence)
    what = one.record, one.source, one.caption, one.schema, one.kind, one.score
    return *what, evidence, one.instrument, one.version, one.not_identical


def _candidate_of(values: Values) -> Candidate:
    record, source, caption, schema, kind, score, pieces, *rest = values
    evidence = tuple(Evidence(EvidenceKind(kind), text, weight) for kind, text, weight in pieces)
    instrument, version, not_identical = rest
    return Candidate(record, source, caption, schema, kind, score, evidence, instrument, version, not_identical)
