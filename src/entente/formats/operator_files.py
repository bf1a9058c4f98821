"""The files an officer hands in, as `entente.node.Files` asks for them: documents, instruments, imports and their rejects.

Codes in an import's terms are turned into ids here, closed by default: a restriction that names a body nobody knows would
restrict nobody, so it is refused. Source: docs/rules/records.md R3; docs/rules/handling.md H1.
"""

from __future__ import annotations

import errno
import fcntl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TextIO

from entente.agreements.model import Instrument
from entente.disclosure.model import DisclosureClass
from entente.formats.attached_files import AttachedFile, new_file, opened_attachment
from entente.formats.ftm_export import FtmWriter
from entente.formats.import_terms import ImportTerms, read_terms
from entente.formats.imports import OpenedImport, read_under, tell_format, write_reject
from entente.formats.instruments import read_instrument
from entente.formats.marked_yaml import read_marked
from entente.formats.never_carried import dropped_column
from entente.formats.queries import QueryFile
from entente.formats.query_csv import DELIMITERS
from entente.formats.query_file import open_queries
from entente.formats.stix_export import StixWriter
from entente.formats.table_suggest import propose_mapping
from entente.handling.model import CodeLists, Retention
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid, Unavailable
from entente.kernel.ids import BodyId
from entente.node import ExportFile, ImportRows, Meaning
from entente.records.model import Rejected
from entente.records.proposing import MappingChoice, MappingProposed

DOCUMENT_BYTES_MAX = 512 * 1024
"""A group of every state of the world, or a national order with its text; half an operator's request."""
WRITERS: Mapping[str, Callable[[Callable[[bytes], None], str, bool], ExportFile]] = {
    "ftm": lambda write, _, is_exercise: FtmWriter(write, is_exercise),
    "stix": StixWriter,
}
"""The formats that are written, by the names that an officer gives them: how to write, the body's code, if it is invented."""
_AS_TEXT = frozenset({"reference", "text", "condition", "document", "name", "title", "legal_basis", "measure"})


@dataclass(frozen=True, slots=True)
class OperatorFiles:
    """Reads what officers hand in, against the closed lists of the node."""

    lists: CodeLists
    read: Callable[[Path, ImportTerms, bytes], AbstractContextManager[OpenedImport]] = read_under
    """Opens a file of records under the terms of an import and, where it has one, its mapping as written."""

    def document(self, data: bytes, root: str) -> JsonObject:
        """Read a document of one object; JSON is read as the YAML that it also is."""
        return read_marked(data, root, bytes_max=DOCUMENT_BYTES_MAX, as_text=_AS_TEXT).value

    def instrument(self, data: bytes, bodies: Mapping[str, BodyId]) -> Instrument:
        """Read an instrument file."""
        return read_instrument(data, self.lists, bodies)

    def format_of(self, file: Path) -> str:
        """Tell the format of a file of records."""
        return tell_format(file)

    @contextmanager
    def import_rows(self, file: Path, terms: bytes, meaning: Meaning, mapping: bytes = b"") -> Iterator[ImportRows]:
        """Open a file of records under the terms of an import, a table under its mapping too."""
        read = read_terms(terms, self.lists, source=meaning.source, today=meaning.today)
        meant = _with_ids(read, meaning)
        with self.read(file, meant, mapping) as opened:
            yield ImportRows(
                meant.title, meant.instrument, opened.rows, opened.dropped, opened.skipped, opened.losses, opened.meanings,
                opened.standing, opened.share,
            )  # fmt: skip

    def queries(self, file: Path, delimiter: str, ignored: Sequence[str]) -> AbstractContextManager[QueryFile]:
        """Open a file of queries; raise Invalid for a delimiter that is none."""
        if delimiter not in DELIMITERS:
            raise Invalid(
                "The field delimiter does not hold what it should.",
                field="delimiter",
                why=f"A file of queries has its cells parted by one of: {', '.join(DELIMITERS)}.",
                do="Name one of them.",
            )
        return open_queries(file, delimiter, ignored)

    def suggest_mapping(self, file: Path, choice: MappingChoice) -> MappingProposed:
        """Propose the mapping of a table."""
        return propose_mapping(file, choice)

    def record_terms(self, terms: bytes, meaning: Meaning, schema: str) -> tuple[DisclosureClass, Retention]:
        """Read the terms of an import for one record of a schema."""
        read = read_terms(terms, self.lists, source=meaning.source, today=meaning.today)
        meant = _with_ids(read, meaning)
        return meant.class_for(schema), meant.retention

    def never_carried(self, name: str) -> str:
        """Return the code under which a property of this name is never carried; empty for one that may be."""
        return dropped_column(name) or ""

    @contextmanager
    def export(self, file: Path, form: str, maker: str, *, is_exercise: bool) -> Iterator[ExportFile]:
        """Open a new file that records are written to."""
        with new_file(file) as write:
            yield WRITERS[form](write, maker, is_exercise)

    @contextmanager
    def rejects(self, file: Path) -> Iterator[Callable[[Rejected], None]]:
        """Open a new rejects file; an earlier one is never overwritten.

        Until the import ends it is written beside its place, as `<name>.part`: what a killed import leaves does not stand in
        the way of starting it again, which rejects the same rows anew.
        """
        part = Path(f"{file}.part")
        try:
            if file.exists():
                raise FileExistsError(errno.EEXIST, "it exists already")
            opened = part.open("a", encoding="utf-8")
        except OSError as error:
            raise _cannot_keep_rejects(file, error) from error
        try:
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise _cannot_keep_rejects(
                    file, BlockingIOError(error.errno, "another import writes it now")
                ) from error
            opened.truncate(0)
            try:
                yield partial(_keep_reject, opened, part, file)
            finally:
                _put_in_place(opened, part, file)
        finally:
            # What could not be written was said before.
            with suppress(OSError):
                opened.close()

    @contextmanager
    def attachment(self, file: Path, name: str = "") -> Iterator[AttachedFile]:
        """Open a file that an officer attaches to a record or a message, under its own name or another."""
        with opened_attachment(file) as opened:
            yield replace(opened, name=name or opened.name)

    @contextmanager
    def taken_out(self, file: Path) -> Iterator[Callable[[bytes], None]]:
        """Open a new file for what an officer takes out of a record."""
        with new_file(file) as write:
            yield write


def _keep_reject(opened: TextIO, part: Path, file: Path, rejected: Rejected) -> None:
    try:
        write_reject(opened, rejected)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise _rejects_cut_off(file, error) from error


def _put_in_place(opened: TextIO, part: Path, file: Path) -> None:
    """Give a rejects file its name, also when the import itself was refused; an empty one says nothing.

    One that is not whole goes: the same rows are rejected anew when the import is run again.
    """
    if not part.exists():
        return
    try:
        opened.flush()
    except OSError as error:
        part.unlink()
        raise _rejects_cut_off(file, error) from error
    if part.stat().st_size == 0:
        part.unlink()
    else:
        part.rename(file)


def _rejects_cut_off(file: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"The rejects file {file.name} cannot be written on.",
        why=f"No row is rejected without being kept: {error.strerror}. What was imported before stays.",
        do="Free space there, or name another file with --rejects, and run the import again: it changes nothing that is there.",
        retry_is_safe=True,
    )


def _cannot_keep_rejects(file: Path, error: OSError) -> Invalid:
    return Invalid(
        f"The rejects file {file.name} cannot be written.",
        field="rejects",
        why=f"Rejected rows must be kept before anything is imported: {error.strerror}.",
        do="Name another file with --rejects; an earlier rejects file is never overwritten.",
    )


def _with_ids(terms: ImportTerms, meaning: Meaning) -> ImportTerms:
    restrictions = frozenset(
        replace(one, bodies=frozenset(meaning.body(code) for code in one.bodies)) for one in terms.restrictions
    )
    meant = replace(terms, restrictions=restrictions, is_exercise=meaning.is_exercise)
    return meant.under(meaning.instrument(terms.instrument_name)) if terms.instrument_name else meant
