"""Searching what came in of late: tantivy files with one document for each name fact and each identifier fact.

Weights are constants of the keys (search.keys), so that neither which records are found nor their order depends on documents of
classes the reader may not see. The class filter is part of the query. The files hold no name and no number: each key is a digest
under the folder's own salt (search.digests), and what is asked is digested alike.

A node reads the files it writes (`tantivy_index`); its search processes read them beside it, each for itself.

Source: docs/rules/identity.md I6, I12, I17 and I48.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tantivy import DocAddress, Index, Occur, Query, Schema, SchemaBuilder, Searcher

from entente.identity.names import name_forms
from entente.kernel.errors import Unavailable
from entente.kernel.ids import SALT_BYTES
from entente.search.digests import Digests
from entente.search.keys import key_weight, name_keys
from entente.search.learned_forms import learned_forms

DOCUMENTS_MAX = 20_000
"""Documents looked at for one name when many are equally near: 5 ms; more namesakes than that need a birth date or a number."""
NEAR_PART = 0.35
"""Part of the best score from which on a document is near. Of 549 development queries whose right record was among a hundred and
is shown (I11), 548 had it from .4 on; what lies below .35 is three fifths of all that would be compared."""
CLASSES_MAX = 60_000
"""Classes counted at opening, below tantivy's limit of 65,000 buckets; a node has thousands.

Above it the filter is never left out."""
FIELDS_OF_NAMES = (("tokens", 2), ("grams", 1), ("skeletons", 1))
"""Fields with the factor of their keys' weights: a whole word counts beyond its grams. Measured on the development records."""
IDENTIFIERS = "identifiers"
FIELDS = (*(field for field, _ in FIELDS_OF_NAMES), IDENTIFIERS)
FILES, SALT = "segments", "salt"
"""Names in the folder: tantivy's own files, and the salt of their digests."""


class LiveReader:
    """Searches from any thread."""

    def __init__(self, index: Index, salt: bytes) -> None:
        self._read(index, salt)

    @classmethod
    def open(cls, folder: Path) -> LiveReader:
        """Open the files of a folder as they are; raise Unavailable where they are damaged or gone."""
        try:
            return cls(*opened(folder))
        except (ValueError, OSError) as error:
            raise _not_readable(error) from error

    def reload(self) -> None:
        """See what was written since; raise Unavailable where the files are damaged or gone."""
        try:
            self._index.reload()
        except (ValueError, OSError) as error:
            raise _not_readable(error) from error
        self._present = classes_in(self._index.searcher())

    def size(self) -> int:
        """Return how many documents there are."""
        return int(self._index.searcher().num_docs)

    def by_name(self, name: str, allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return record numbers whose name facts of an allowed class are nearest to a name, best first.

        A native name is asked under its likely spellings too: of Chinese names in 20,000 records .80 were among a hundred with
        them and .60 without, and fewer others.
        """
        if not self.size():
            # All is in the base: no spelling need be worked out.
            return ()
        keys = name_keys((*name_forms(name), *learned_forms(name)))
        clauses = [
            _clause(field, self._digests[field].of(key), factor * key_weight(key))
            for field, factor in FIELDS_OF_NAMES
            for key in sorted(getattr(keys, field))
        ]
        return self._search(clauses, allowed, limit)

    def by_identifier(self, identifiers: Sequence[str], allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return record numbers with exactly one of the identifiers in a fact of an allowed class, by number."""
        digests = [self._digests[IDENTIFIERS].of(key) for key in identifiers]
        return self._search([_clause(IDENTIFIERS, digest, 1) for digest in digests], allowed, limit)

    def _read(self, index: Index, salt: bytes) -> None:
        """Read these files from now on."""
        self._index = index
        self._digests = {field: Digests(salt, field) for field in FIELDS}
        self._present = classes_in(index.searcher())

    def _search(self, clauses: list[tuple[Occur, Query]], allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        # The searcher is taken before the set of classes: the set then holds at least every class the searcher can meet.
        searcher = self._index.searcher()
        class_filter = _class_filter(self._present, allowed)
        if not clauses or class_filter is None:
            return ()
        query = Query.boolean_query(clauses)
        if class_filter:
            query = Query.boolean_query([(Occur.Must, query), *class_filter])
        wanted = 2 * limit
        while True:
            hits = _hits(searcher, query, wanted)
            numbers = searcher.fast_field_values("record", [address for _, address in hits])
            scores = [score for score, _ in hits if score >= NEAR_PART * hits[0][0]]
            found = _nearest(scores, [int(number or 0) for number in numbers[: len(scores)]], limit)
            # Documents as near as the last one taken must all be looked at: which come first is an accident of the files.
            is_whole = len(scores) < wanted or (len(found) >= limit and found[-1][0] > hits[-1][0])
            if is_whole or wanted >= DOCUMENTS_MAX:
                return tuple(number for _, number in found[:limit])
            wanted = min(4 * wanted, DOCUMENTS_MAX)


def opened(folder: Path) -> tuple[Index, bytes]:
    """Open the files of a folder and the salt beside them; raise ValueError or OSError where they are damaged or gone."""
    salt = (folder / SALT).read_bytes()
    if len(salt) != SALT_BYTES:
        raise ValueError("the salt is cut off")
    index = Index(SCHEMA, str(folder / FILES), reuse=True)
    index.searcher().search(Query.all_query(), 1)
    return index, salt


def _schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_unsigned_field("record", indexed=True, fast=True)
    builder.add_unsigned_field("cls", indexed=True, fast=True)
    for field, _ in FIELDS_OF_NAMES:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field(IDENTIFIERS, tokenizer_name="raw", index_option="basic")
    return builder.build()


SCHEMA = _schema()


def _clause(field: str, digest: str, weight: int) -> tuple[Occur, Query]:
    # Whole numbers add up exactly in whatever order tantivy meets the documents.
    term = Query.term_query(SCHEMA, field, digest, "basic")
    return Occur.Should, Query.const_score_query(term, float(weight))


def _class_filter(present: frozenset[int] | None, allowed: frozenset[int]) -> list[tuple[Occur, Query]] | None:
    """Return what to add to a query so that only allowed classes match: nothing if all are; None if none is."""
    if present is None:
        return [_one_of(Occur.Must, allowed)] if allowed else None
    hidden, seen = present - allowed, present & allowed
    if not seen:
        return None
    if not hidden:
        return []
    # Either form is exact; the shorter list reads fewer postings.
    return [_one_of(Occur.MustNot, hidden) if len(hidden) < len(seen) else _one_of(Occur.Must, seen)]


def _one_of(occur: Occur, classes: frozenset[int]) -> tuple[Occur, Query]:
    return occur, Query.const_score_query(Query.term_set_query(SCHEMA, "cls", sorted(classes)), 0.0)


def _hits(searcher: Searcher, query: Query, wanted: int) -> list[tuple[float, DocAddress]]:
    try:
        return [(float(score), address) for score, address in searcher.search(query, wanted, count=False).hits]
    except (ValueError, OSError) as error:
        raise _not_readable(error) from error


def _nearest(scores: Sequence[float], numbers: Sequence[int], limit: int) -> list[tuple[float, int]]:
    """Return each record once with its best score, and all that are as near as the one at the limit; then by number.

    The scores come best first, so the first of a record is its best.
    """
    best: dict[int, float] = {}
    last = 0.0
    for score, number in zip(scores, numbers, strict=True):
        if score < last:
            break
        if number not in best:
            best[number] = score
            if len(best) == limit:
                last = score
    return sorted(((score, number) for number, score in best.items()), key=lambda one: (-one[0], one[1]))


def classes_in(searcher: Searcher) -> frozenset[int] | None:
    """Return the classes of all documents, deleted ones perhaps included; None when there are too many to count."""
    if not searcher.num_docs:
        return frozenset()
    counted = searcher.aggregate(Query.all_query(), {"classes": {"terms": {"field": "cls", "size": CLASSES_MAX}}})[
        "classes"
    ]
    if counted["sum_other_doc_count"]:
        return None
    return frozenset(int(bucket["key"]) for bucket in counted["buckets"])


def _not_readable(error: Exception) -> Unavailable:
    return Unavailable(
        "The search index cannot be read.",
        why=f"Its files are damaged or gone ({str(error)[:120]}).",
        do="Delete the index folder and start the node again: the index is rebuilt from the store, and nothing is lost.",
        retry_is_safe=True,
    )
