"""The search index of identity on tantivy files: one document for each name fact and each identifier fact.

Weights are constants of the keys (search.keys), so that neither which records are found nor their order depends on documents of
classes the reader may not see. The class filter is part of the query. The folder is a cache: what cannot be read is deleted and
begun again at position 0, and the follower fills it from the change sequence.

Source: docs/rules/identity.md I6, I12 and I15.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tantivy import DocAddress, Document, Index, IndexWriter, Occur, Query, Schema, SchemaBuilder, Searcher

from entente.identity.model import IndexEntry
from entente.kernel.errors import Unavailable
from entente.search.keys import key_weight, name_keys

FORMAT = 1
"""Rises with every change of keys or fields: an index of another format is begun again."""
WRITER_HEAP_BYTES = 15_000_000
"""The smallest heap tantivy's writer takes for one thread, so that an idle node stays under 150 MB (DESIGN section 10)."""
DOCUMENTS_MAX = 20_000
"""Documents looked at for one name when many are equally near: 5 ms; more namesakes than that need a birth date or a number."""
CLASSES_MAX = 60_000
"""Classes counted at opening, below tantivy's limit of 65,000 buckets; a node has thousands.

Above it the filter is never left out."""
FIELDS_OF_NAMES = (("tokens", 2), ("grams", 1), ("skeletons", 1))
"""Fields with the factor of their keys' weights: a whole word counts beyond its grams. Measured on the development records."""


class TantivyIndex:
    """Implements identity.ports.SearchIndex. Searches from any thread; `apply`, `clear` and `close` from one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._schema = _schema()
        self._writer: IndexWriter | None = None
        self._index, self._position = self._open()
        self._present = _classes_in(self._index.searcher())

    def position(self) -> int:
        """Return the change sequence up to which the index is durable; 0 for a new one."""
        return self._position

    def apply(self, removed: Sequence[int], entries: Sequence[IndexEntry], position: int) -> None:
        """Remove all entries of some records, add others, and make it durable and visible with its new position."""
        documents = [_document(entry) for entry in entries]
        # The set grows before its documents can be found, so that no search takes a new class for an allowed one.
        if self._present is not None:
            self._present |= {entry.cls for entry in entries}
        with self._writing() as writer:
            if removed:
                # By query: tantivy's removal by term takes a Python number for a signed one and removes nothing.
                writer.delete_documents_by_query(Query.term_set_query(self._schema, "record", list(removed)))
            for document in documents:
                writer.add_document(document)
            writer.commit()
            # A crash here leaves the old position: the same changes are applied again, which changes nothing.
            self._write_position(position)
            self._index.reload()

    def clear(self) -> None:
        """Remove everything; the position is 0 again."""
        with self._writing() as writer:
            # The position first: after a crash between the two lines everything is applied again over what is there.
            self._write_position(0)
            writer.delete_all_documents()
            writer.commit()
        self._index.reload()
        self._present = frozenset()

    def close(self) -> None:
        """Give the writer's lock back; the next `apply` takes it again."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def by_name(self, forms: Sequence[str], allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return record numbers whose name facts of an allowed class are nearest to the forms, best first."""
        keys = name_keys(forms)
        clauses = [
            self._clause(field, key, factor * key_weight(key))
            for field, factor in FIELDS_OF_NAMES
            for key in sorted(getattr(keys, field))
        ]
        return self._search(clauses, allowed, limit)

    def by_identifier(self, identifiers: Sequence[str], allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        """Return record numbers with exactly one of the identifiers in a fact of an allowed class, by number."""
        return self._search([self._clause("identifiers", key, 1) for key in identifiers], allowed, limit)

    def _clause(self, field: str, key: str, weight: int) -> tuple[Occur, Query]:
        # Whole numbers add up exactly in whatever order tantivy meets the documents.
        term = Query.term_query(self._schema, field, key, "basic")
        return Occur.Should, Query.const_score_query(term, float(weight))

    def _search(self, clauses: list[tuple[Occur, Query]], allowed: frozenset[int], limit: int) -> tuple[int, ...]:
        # The searcher is taken before the set of classes: the set then holds at least every class the searcher can meet.
        searcher = self._index.searcher()
        class_filter = self._class_filter(allowed)
        if not clauses or class_filter is None:
            return ()
        query = Query.boolean_query(clauses)
        if class_filter:
            query = Query.boolean_query([(Occur.Must, query), *class_filter])
        wanted = 2 * limit
        while True:
            hits = _hits(searcher, query, wanted)
            numbers = searcher.fast_field_values("record", [address for _, address in hits])
            found = _nearest([score for score, _ in hits], [int(number or 0) for number in numbers], limit)
            # Documents as near as the last one taken must all be looked at: which come first is an accident of the files.
            is_whole = len(hits) < wanted or (len(found) >= limit and found[-1][0] > hits[-1][0])
            if is_whole or wanted >= DOCUMENTS_MAX:
                return tuple(number for _, number in found[:limit])
            wanted = min(4 * wanted, DOCUMENTS_MAX)

    def _class_filter(self, allowed: frozenset[int]) -> list[tuple[Occur, Query]] | None:
        """Return what to add to a query so that only allowed classes match: nothing if all are; None if none is."""
        if self._present is None:
            return [self._one_of(Occur.Must, allowed)] if allowed else None
        hidden, seen = self._present - allowed, self._present & allowed
        if not seen:
            return None
        if not hidden:
            return []
        # Either form is exact; the shorter list reads fewer postings.
        return [self._one_of(Occur.MustNot, hidden) if len(hidden) < len(seen) else self._one_of(Occur.Must, seen)]

    def _one_of(self, occur: Occur, classes: frozenset[int]) -> tuple[Occur, Query]:
        return occur, Query.const_score_query(Query.term_set_query(self._schema, "cls", sorted(classes)), 0.0)

    def _open(self) -> tuple[Index, int]:
        """Open the folder, or begin it again when it is missing, damaged or of another format."""
        files = self._folder / "files"
        position = _read_position(self._folder / "position.json")
        if position is not None and files.is_dir():
            try:
                index = Index(self._schema, str(files), reuse=True)
                index.searcher().search(Query.all_query(), 1)
            except (ValueError, OSError):
                # Damage costs only time: the store has everything. Nothing is reported, because nothing is lost.
                position = None
            else:
                return index, position
        try:
            shutil.rmtree(self._folder, ignore_errors=True)
            # One after the other: made as a parent, the folder would be open to others.
            self._folder.mkdir(parents=True, mode=0o700)
            files.mkdir(mode=0o700)
            index = Index(self._schema, str(files), reuse=False)
            self._write_position(0)
        except (ValueError, OSError) as error:
            raise _not_written(error) from error
        return index, 0

    @contextmanager
    def _writing(self) -> Iterator[IndexWriter]:
        """Lend the one writer, opened at first use; one that failed is given up with what it had not committed."""
        try:
            if self._writer is None:
                self._writer = self._index.writer(WRITER_HEAP_BYTES, 1)
            yield self._writer
        except (ValueError, OSError) as error:
            self._writer = None
            raise _not_written(error) from error

    def _write_position(self, position: int) -> None:
        path = self._folder / "position.json"
        fresh = path.with_suffix(".new")
        with fresh.open("w", encoding="ascii") as file:
            json.dump({"format": FORMAT, "position": position}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        self._position = position


def _schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_unsigned_field("record", indexed=True, fast=True)
    builder.add_unsigned_field("cls", indexed=True, fast=True)
    for field, _ in FIELDS_OF_NAMES:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("identifiers", tokenizer_name="raw", index_option="basic")
    return builder.build()


def _not_written(error: Exception) -> Unavailable:
    return Unavailable(
        "The search index cannot be written.",
        why=f"Another process holds its lock, or its folder cannot be written ({str(error)[:120]}).",
        do="End the other command that uses this node's folder, or make room on its disk; the index then catches up.",
        retry_is_safe=True,
    )


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


def _document(entry: IndexEntry) -> Document:
    document = Document()
    document.add_unsigned("record", entry.record)
    document.add_unsigned("cls", entry.cls)
    if entry.names:
        keys = name_keys(entry.names)
        for field, _ in FIELDS_OF_NAMES:
            document.add_text(field, " ".join(sorted(getattr(keys, field))))
    for identifier in entry.identifiers:
        document.add_text("identifiers", identifier)
    return document


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


def _read_position(path: Path) -> int | None:
    try:
        known = json.loads(path.read_bytes())
        return int(known["position"]) if known["format"] == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
