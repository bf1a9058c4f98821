"""The standing queries by their keys: a new record meets only those that are near it.

The index turned round: there a query asks for records, here a record asks for queries, by the same keys and weights
(`search.keys`). A name stands once for all queries that have it, in each of its forms; a record's name adds up the weights of the
rarest keys it shares with each form, and the forms it shares the greatest part of are near. Numbers are found exactly.

In memory only, since whoever left a query is known to the store alone; made anew when a node starts.
Source: docs/rules/identity.md I26.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from heapq import nlargest

from entente.search.keys import key_weight, name_keys

NEAR_FORMS_MAX = 100
"""Forms of names that are compared for one name of a record: as many as a search compares records for one name (I11)."""
WORK_MAX = 5_000
"""Forms counted up for one name, those that share its rarest keys: about 2 ms. Among 10,000 queries of development names (half of
them in other scripts than their records) .96 of those that a record matches were found, as many as without a bound."""
SHARE_MIN = 0.05
"""Part of a form's keys that a name has in common with it at least. Of 1,751 development pairs that are shown (I11) .99 share
more; the others are names in Han whose Cantonese reading has no key in common with the Mandarin one."""
FIELDS = (("tokens", 2), ("grams", 1), ("skeletons", 1))
"""The keys of a name and what each counts for, as the index has them."""


class StandingTable:
    """Implements identity.ports.QueryTable."""

    def __init__(self) -> None:
        self._names: dict[str, tuple[str, ...]] = {}
        self._numbers: dict[str, tuple[str, ...]] = {}
        self._forms: dict[str, int] = {}
        self._queries: dict[int, set[str]] = {}
        self._weights: dict[int, int] = {}
        self._by_key: defaultdict[str, set[int]] = defaultdict(set)
        self._by_number: defaultdict[str, set[str]] = defaultdict(set)
        self._next = 0

    def known(self) -> frozenset[str]:
        """Return the ids of the queries in it."""
        return frozenset(self._names)

    def put(self, query: str, names: Sequence[Sequence[str]], identifiers: Sequence[str]) -> None:
        """Add a query; one that is there already is a programming error."""
        assert query not in self._names, "a query is put once"
        self._names[query] = tuple(dict.fromkeys(form for forms in names for form in forms))
        self._numbers[query] = tuple(dict.fromkeys(identifiers))
        for form in self._names[query]:
            self._queries[self._place_of(form)].add(query)
        for key in self._numbers[query]:
            self._by_number[key].add(query)

    def remove(self, query: str) -> None:
        """Take a query out, and each form that no other query has."""
        for form in self._names.pop(query):
            place = self._forms[form]
            self._queries[place].discard(query)
            if not self._queries[place]:
                self._drop(form, place)
        for key in self._numbers.pop(query):
            self._by_number[key].discard(query)
            if not self._by_number[key]:
                del self._by_number[key]

    def near(self, forms: Sequence[str], identifiers: Sequence[str]) -> frozenset[str]:
        """Return the queries of the nearest forms, and all with one of the identifiers."""
        found: set[str] = set()
        for key in identifiers:
            found |= self._by_number.get(key, set())
        for place in self._nearest(forms):
            found |= self._queries[place]
        return frozenset(found)

    def _nearest(self, forms: Sequence[str]) -> list[int]:
        """Return the places of the nearest forms; of equally near ones those that were put first."""
        # The rarest keys first: what everybody's name has says least, and would be most of the work.
        met = [(found, weight) for key, weight in _weighed(forms) if (found := self._by_key.get(key))]
        met.sort(key=lambda one: (len(one[0]), -one[1]))
        shared: dict[int, int] = {}
        left = WORK_MAX
        for places, weight in met:
            left -= len(places)
            if left < 0:
                break
            for place in places:
                shared[place] = shared.get(place, 0) + weight
        weights = self._weights
        near = [(sum_ / weights[place], -place) for place, sum_ in shared.items() if sum_ >= SHARE_MIN * weights[place]]
        return [-place for _, place in nlargest(NEAR_FORMS_MAX, near)]

    def _place_of(self, form: str) -> int:
        if form in self._forms:
            return self._forms[form]
        self._next += 1
        place = self._forms[form] = self._next
        self._queries[place] = set()
        keys = _weighed((form,))
        self._weights[place] = max(1, sum(weight for _, weight in keys))
        for key, _ in keys:
            self._by_key[key].add(place)
        return place

    def _drop(self, form: str, place: int) -> None:
        del self._forms[form], self._queries[place], self._weights[place]
        for key, _ in _weighed((form,)):
            self._by_key[key].discard(place)
            if not self._by_key[key]:
                del self._by_key[key]


def _weighed(forms: Iterable[str]) -> list[tuple[str, int]]:
    """Return the keys of forms, each marked with its field, and what each counts for."""
    keys = name_keys(forms)
    return [(f"{field[0]} {key}", factor * key_weight(key)) for field, factor in FIELDS for key in getattr(keys, field)]
