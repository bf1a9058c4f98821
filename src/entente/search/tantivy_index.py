"""What came in of late as the search finds it: tantivy files with one document for each name fact and each identifier fact.

Weights are constants of the keys (search.keys), so that neither which records are found nor their order depends on documents of
classes the reader may not see. The class filter is part of the query. The folder is a cache: what cannot be read is deleted and
begun again at position 0.

The files hold no name and no number: each key is a digest under the folder's own salt (search.digests), and what is asked is
digested alike. tantivy keeps removed documents until it merges them away: after an erasure the files are not clean any more.

Source: docs/rules/identity.md I6, I12, I15 and I17. Leaves to others: what takes its place (search.layers).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tantivy import DocAddress, Document, Index, IndexWriter, Occur, Query, Schema, SchemaBuilder, Searcher

from entente.identity.model import IndexEntry
from entente.identity.names import name_forms
from entente.kernel.errors import Unavailable
from entente.kernel.ids import SALT_BYTES, SystemIds
from entente.search.digests import Digests
from entente.search.files import index_not_written, write_durably, write_private
from entente.search.keys import key_weight, name_keys
from entente.search.learned_forms import learned_forms

FORMAT = 4
"""Rises with every change of keys or fields: an index of another format is begun again."""
WRITER_HEAP_BYTES = 15_000_000
"""The smallest heap tantivy's writer takes for one thread, so that an idle node stays under 150 MB (DESIGN section 10)."""
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
FILES, SALT, STATE = "segments", "salt", "position.json"
"""Names in the folder: tantivy's own files, the salt of their digests, and up to where they are durable."""


class TantivyIndex:
    """Searches from any thread; everything else from one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: IndexWriter | None = None
        self._position, self._is_clean = self._open() or self._begin()
        self._present = _classes_in(self._index.searcher())

    def position(self) -> int:
        """Return the change sequence up to which the files are durable; 0 for new ones."""
        return self._position

    def is_clean(self) -> bool:
        """Say whether nothing of an erased record can be in the files: removed documents stay in them until then."""
        return self._is_clean

    def size(self) -> int:
        """Return how many documents there are."""
        return int(self._index.searcher().num_docs)

    def apply(
        self, removed: Sequence[int], entries: Sequence[IndexEntry], position: int, *, erased: Sequence[int] = ()
    ) -> None:
        """Remove all entries of some records, add others, and make it durable and visible with its new position."""
        documents = [self._document(entry) for entry in entries]
        # The set grows before its documents can be found, so that no search takes a new class for an allowed one.
        if self._present is not None:
            self._present |= {entry.cls for entry in entries}
        with self._writing() as writer:
            if gone := [*removed, *erased]:
                # By query: tantivy's removal by term takes a Python number for a signed one and removes nothing.
                writer.delete_documents_by_query(Query.term_set_query(_SCHEMA, "record", gone))
            for document in documents:
                writer.add_document(document)
            writer.commit()
            # A crash here leaves the old position: the same changes are applied again, which changes nothing.
            self._write_state(_State(position, self._is_clean and not erased))
            self._index.reload()

    def close(self) -> None:
        """Give the writer's lock back; the next `apply` takes it again."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def by_name(self, name: str, allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return record numbers whose name facts of an allowed class are nearest to a name, best first.

        A native name is asked under its likely spellings too: of Chinese names in 20,000 records .80 were among a hundred with
        them and .60 without, and fewer others.
        """
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

    def _open(self) -> tuple[int, bool] | None:
        """Open the folder; None when it is missing, damaged or of another format."""
        known = _read_state(self._folder / STATE)
        if known is None:
            return None
        try:
            salt = (self._folder / SALT).read_bytes()
            self._index = Index(_SCHEMA, str(self._folder / FILES), reuse=True)
            self._index.searcher().search(Query.all_query(), 1)
        except (ValueError, OSError):
            # Damage costs only time: the store has everything. Nothing is reported, because nothing is lost.
            return None
        self._digests = {field: Digests(salt, field) for field in FIELDS}
        return (known.position, known.is_clean) if len(salt) == SALT_BYTES else None

    def _begin(self) -> tuple[int, bool]:
        """Begin the folder anew, with a salt of its own."""
        try:
            shutil.rmtree(self._folder, ignore_errors=True)
            # One after the other: made as a parent, a folder would be open to others.
            self._folder.mkdir(parents=True, mode=0o700)
            (self._folder / FILES).mkdir(mode=0o700)
            salt = SystemIds().new_salt()
            write_private(self._folder / SALT, salt)
            self._index = Index(_SCHEMA, str(self._folder / FILES), reuse=False)
            self._digests = {field: Digests(salt, field) for field in FIELDS}
            self._write_state(_State(0, is_clean=True))
        except (ValueError, OSError) as error:
            raise index_not_written(error) from error
        return 0, True

    def _document(self, entry: IndexEntry) -> Document:
        """Return what is kept of an entry: numbers, and digests of its keys."""
        document = Document()
        document.add_unsigned("record", entry.record)
        document.add_unsigned("cls", entry.cls)
        if forms := name_forms(entry.name):
            keys = name_keys(forms)
            for field, _ in FIELDS_OF_NAMES:
                digest = self._digests[field].of
                # In the order of the digests: that of the keys would tell something of the words.
                document.add_text(field, " ".join(sorted([digest(key) for key in getattr(keys, field)])))
        for identifier in entry.identifiers:
            document.add_text(IDENTIFIERS, self._digests[IDENTIFIERS].of(identifier))
        return document

    @contextmanager
    def _writing(self) -> Iterator[IndexWriter]:
        """Lend the one writer, opened at first use; one that failed is given up with what it had not committed."""
        try:
            if self._writer is None:
                self._writer = self._index.writer(WRITER_HEAP_BYTES, 1)
            yield self._writer
        except (ValueError, OSError) as error:
            self._writer = None
            raise index_not_written(error) from error

    def _write_state(self, state: _State) -> None:
        write_durably(self._folder / STATE, json.dumps({"format": FORMAT, **asdict(state)}))
        self._position, self._is_clean = state.position, state.is_clean

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


def _schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_unsigned_field("record", indexed=True, fast=True)
    builder.add_unsigned_field("cls", indexed=True, fast=True)
    for field, _ in FIELDS_OF_NAMES:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field(IDENTIFIERS, tokenizer_name="raw", index_option="basic")
    return builder.build()


_SCHEMA = _schema()


def _clause(field: str, digest: str, weight: int) -> tuple[Occur, Query]:
    # Whole numbers add up exactly in whatever order tantivy meets the documents.
    term = Query.term_query(_SCHEMA, field, digest, "basic")
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
    return occur, Query.const_score_query(Query.term_set_query(_SCHEMA, "cls", sorted(classes)), 0.0)


def _hits(searcher: Searcher, query: Query, wanted: int) -> list[tuple[float, DocAddress]]:
    try:
        return [(float(score), address) for score, address in searcher.search(query, wanted, count=False).hits]
    except (ValueError, OSError) as error:
        raise Unavailable(
            "The search index cannot be read.",
            why=f"Its files are damaged or gone ({str(error)[:120]}).",
            do="Delete the index folder and start the node again: the index is rebuilt from the store, and nothing is lost.",
            retry_is_safe=True,
        ) from error


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


def _classes_in(searcher: Searcher) -> frozenset[int] | None:
    """Return the classes of all documents, deleted ones perhaps included; None when there are too many to count."""
    if not searcher.num_docs:
        return frozenset()
    counted = searcher.aggregate(Query.all_query(), {"classes": {"terms": {"field": "cls", "size": CLASSES_MAX}}})[
        "classes"
    ]
    if counted["sum_other_doc_count"]:
        return None
    return frozenset(int(bucket["key"]) for bucket in counted["buckets"])


@dataclass(frozen=True, slots=True)
class _State:
    """Up to where the files are durable, and whether nothing erased is in them."""

    position: int
    is_clean: bool


def _read_state(path: Path) -> _State | None:
    try:
        known = json.loads(path.read_bytes())
        return _State(int(known["position"]), known["is_clean"] is True) if known["format"] == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
