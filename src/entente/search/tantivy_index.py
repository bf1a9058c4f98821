"""What came in of late, kept as the search finds it: the writing half of the live part.

The folder is a cache: what cannot be read is deleted and begun again at position 0. tantivy keeps removed documents until it
merges them away: after an erasure the files are not clean any more.

Source: docs/rules/identity.md I6, I15 and I17. Leaves to others: searching (search.live_reader), what takes its place
(search.layers).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tantivy import Document, Index, IndexWriter, Query

from entente.identity.model import IndexEntry
from entente.identity.names import name_forms
from entente.kernel.ids import SystemIds
from entente.search.files import index_not_written, write_durably, write_private
from entente.search.keys import name_keys
from entente.search.live_reader import FIELDS_OF_NAMES, FILES, IDENTIFIERS, SALT, SCHEMA, LiveReader, opened

FORMAT = 4
"""Rises with every change of keys or fields: an index of another format is begun again."""
WRITER_HEAP_BYTES = 15_000_000
"""The smallest heap tantivy's writer takes for one thread, so that an idle node stays under 150 MB (DESIGN section 10)."""
STATE = "position.json"
"""Name in the folder: up to where its files are durable."""


class TantivyIndex(LiveReader):
    """Searches from any thread; everything else from one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: IndexWriter | None = None
        self._position, self._is_clean = self._open() or self._begin()

    def position(self) -> int:
        """Return the change sequence up to which the files are durable; 0 for new ones."""
        return self._position

    def is_clean(self) -> bool:
        """Say whether nothing of an erased record can be in the files: removed documents stay in them until then."""
        return self._is_clean

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
                writer.delete_documents_by_query(Query.term_set_query(SCHEMA, "record", gone))
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

    def _open(self) -> tuple[int, bool] | None:
        """Open the folder; None when it is missing, damaged or of another format."""
        known = _read_state(self._folder / STATE)
        if known is None:
            return None
        try:
            self._read(*opened(self._folder))
        except (ValueError, OSError):
            # Damage costs only time: the store has everything. Nothing is reported, because nothing is lost.
            return None
        return known.position, known.is_clean

    def _begin(self) -> tuple[int, bool]:
        """Begin the folder anew, with a salt of its own."""
        try:
            shutil.rmtree(self._folder, ignore_errors=True)
            # One after the other: made as a parent, a folder would be open to others.
            self._folder.mkdir(parents=True, mode=0o700)
            (self._folder / FILES).mkdir(mode=0o700)
            salt = SystemIds().new_salt()
            write_private(self._folder / SALT, salt)
            self._read(Index(SCHEMA, str(self._folder / FILES), reuse=False), salt)
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
