"""One look for one query: find, load, cut to what the reader may see, and score. In the node, or in a search process of its own.

Source: docs/rules/identity.md I7 to I12 and I48. Leaves to others: what may be seen, and the row that says what was (service).
"""

from __future__ import annotations

from datetime import datetime

from entente.identity.candidates import candidates_among
from entente.identity.identifiers import query_keys
from entente.identity.model import CANDIDATES_MAX, Found, Query
from entente.identity.ports import Finder, IdentityUnit
from entente.records.model import Schemata

FOUND_MAX = CANDIDATES_MAX
"""Records that are loaded and scored for one name: 100 take about 10 ms, and 200 found next to none more on development data."""
SHOWN_MAX = 20
"""Candidates of one answer: a page an officer can check one by one (DESIGN section 7, «a short ranked list»)."""
NOTHING = Found((), 0, {})


def look_for(
    query: Query | None, unit: IdentityUnit, index: Finder, allowed: frozenset[int], schemata: Schemata, now: datetime
) -> Found:
    """Return who this might be among the records of the allowed classes, best first; equal scores keep the index's order.

    None stands for a query that is not looked for.
    """
    if query is None:
        return NOTHING
    held = {stored.record.id: stored for stored in unit.records.contents(_near(query, index, allowed))}
    found = candidates_among(unit, query, held.values(), allowed, schemata, now)
    shown = found[:SHOWN_MAX]
    seen = {held[one.record].number: held[one.record].change_sequence for one in shown}
    return Found(shown, len(found), seen)


def _near(query: Query, index: Finder, allowed: frozenset[int]) -> tuple[int, ...]:
    keys = [key for text in query.identifiers for key in query_keys(text, query.country)]
    exact = index.by_identifier(keys, allowed, FOUND_MAX) if keys else ()
    near = index.by_names(query, allowed, FOUND_MAX) if query.names else ()
    return tuple(dict.fromkeys((*exact, *near)))
