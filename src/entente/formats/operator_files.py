"""The files an officer hands in, as `entente.node.Files` asks for them: documents, instruments, imports and their rejects.

Codes in an import's terms are turned into ids here, closed by default: a restriction that names a body nobody knows would
restrict nobody, so it is refused. Source: docs/rules/records.md R3; docs/rules/handling.md H1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from entente.agreements.model import Instrument
from entente.disclosure.model import DisclosureClass
from entente.formats.import_terms import ImportTerms, read_terms
from entente.formats.imports import read_import, write_reject
from entente.formats.instruments import read_instrument
from entente.formats.marked_yaml import read_marked
from entente.handling.model import CodeLists, Retention
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId
from entente.node import ImportRows, Meaning
from entente.records.model import Rejected

DOCUMENT_BYTES_MAX = 512 * 1024
"""A group of every state of the world, or a national order with its text; half an operator's request."""
_AS_TEXT = frozenset({"reference", "text", "condition", "document", "name", "title", "legal_basis", "measure"})


@dataclass(frozen=True, slots=True)
class OperatorFiles:
    """Reads what officers hand in, against the closed lists of the node."""

    lists: CodeLists

    def document(self, data: bytes, root: str) -> JsonObject:
        """Read a document of one object; JSON is read as the YAML that it also is."""
        return read_marked(data, root, bytes_max=DOCUMENT_BYTES_MAX, as_text=_AS_TEXT).value

    def instrument(self, data: bytes, bodies: Mapping[str, BodyId]) -> Instrument:
        """Read an instrument file."""
        return read_instrument(data, self.lists, bodies)

    @contextmanager
    def import_rows(self, file: Path, terms: bytes, meaning: Meaning) -> Iterator[ImportRows]:
        """Open a file of records under the terms of an import."""
        read = read_terms(terms, self.lists, source=meaning.source, today=meaning.today)
        meant = _with_ids(read, meaning)
        with read_import(file, meant) as opened:
            yield ImportRows(meant.title, meant.instrument, opened.rows, opened.dropped)

    def record_terms(self, terms: bytes, meaning: Meaning, schema: str) -> tuple[DisclosureClass, Retention]:
        """Read the terms of an import for one record of a schema."""
        read = read_terms(terms, self.lists, source=meaning.source, today=meaning.today)
        meant = _with_ids(read, meaning)
        return meant.class_for(schema), meant.retention

    @contextmanager
    def rejects(self, file: Path) -> Iterator[Callable[[Rejected], None]]:
        """Open a new rejects file; an earlier one is never overwritten."""
        try:
            opened = file.open("x", encoding="utf-8")
        except OSError as error:
            raise Invalid(
                f"The rejects file {file.name} cannot be written.",
                field="rejects",
                why=f"Rejected rows must be kept before anything is imported: {error.strerror}.",
                do="Name another file with --rejects; an earlier rejects file is never overwritten.",
            ) from error
        try:
            with opened:
                yield lambda rejected: write_reject(opened, rejected)
        finally:
            # Also when the import itself was refused: an empty file would stand in the way of the next try.
            if file.stat().st_size == 0:
                file.unlink()


def _with_ids(terms: ImportTerms, meaning: Meaning) -> ImportTerms:
    restrictions = frozenset(
        replace(one, bodies=frozenset(meaning.body(code) for code in one.bodies)) for one in terms.restrictions
    )
    meant = replace(terms, restrictions=restrictions)
    return meant.under(meaning.instrument(terms.instrument_name)) if terms.instrument_name else meant
