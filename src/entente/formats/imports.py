"""Imports from files: the door through which a list becomes drafts, whatever its format.

`read_import` opens the file, tells its format and hands out drafts and rejected rows; records keeps them. What each part does
stands in import_files, import_terms, never_carried and the readers. Source: docs/rules/records.md R2, R3, R6.
"""

from __future__ import annotations

import codecs
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, TextIO, TypeAlias

from entente.formats.eu_fsf import read_eu_fsf
from entente.formats.ftm_jsonlines import read_ftm
from entente.formats.import_files import (
    HEAD_BYTES,
    FileIdentity,
    ImportFormat,
    bounded,
    checked_content,
    detect_format,
    identity_of,
    open_import,
    opened_file,
    share_read,
)
from entente.formats.import_terms import ImportTerms, read_terms
from entente.formats.public_notices import read_public_notices
from entente.formats.schemata import load_schemata
from entente.formats.sdn_advanced import read_sdn_advanced
from entente.formats.stix_bundle import meanings_of, read_stix, standing_of
from entente.formats.table_file import read_table, table_format
from entente.formats.table_mapping import TableMapping, read_mapping
from entente.formats.un_consolidated import read_un_consolidated
from entente.kernel.errors import Invalid
from entente.records.checking import Prepared
from entente.records.model import Fragment, RecordDraft, Rejected
from entente.records.originals import OriginalStanding, Revoked

__all__ = [
    "FileIdentity",
    "ImportFormat",
    "ImportTerms",
    "OpenedImport",
    "detect_format",
    "open_import",
    "read_import",
    "read_terms",
    "write_reject",
]


_Reader = Callable[[BinaryIO, ImportTerms, FileIdentity, Counter[str]], Iterator[RecordDraft | Rejected]]
_READERS: Mapping[ImportFormat, _Reader] = {
    "sdn_advanced": read_sdn_advanced,
    "un_consolidated": read_un_consolidated,
    "eu_fsf": read_eu_fsf,
    "public_notices": read_public_notices,
    "ftm": read_ftm,
}


WHITE: Final = b" \t\r\n"
UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

ImportRow: TypeAlias = RecordDraft | Prepared | Rejected | Revoked
"""A draft that is still to be checked, one that was, why there is none, or that its maker takes it back."""


def _unknown() -> None:
    """Say of no file how much of it was read."""


@dataclass(frozen=True, slots=True)
class OpenedImport:
    """A file being imported: what it is, its rows, and what was dropped so far."""

    file: FileIdentity
    format: ImportFormat
    rows: Iterator[ImportRow]
    dropped: Counter[str] = field(default_factory=Counter)
    """By property: values never carried (data/neutrality.yaml, secrets). Complete when `rows` is at its end."""
    skipped: Callable[[], int] = int
    """Rows of a table that were passed over so far, as its mapping says."""
    losses: Counter[str] = field(default_factory=Counter)
    """How often something had no place in a record, by reason. Complete when `rows` is at its end."""
    meanings: Callable[[], Mapping[str, str]] = dict
    """What each reason means, in words."""
    standing: Callable[[Fragment, Fragment], OriginalStanding] | None = None
    """How an original that comes stands to the one that is held, where originals of the format have versions."""
    share: Callable[[], int | None] = _unknown
    """How many thousandths of the file's bytes were read; None where its rows do not stand one behind the other in it."""


def tell_format(path: Path) -> ImportFormat:
    """Tell a file's format by its content, a table's too; raise Invalid for what is none that is read."""
    try:
        return detect_format(path)
    except Invalid:
        with opened_file(path) as raw:
            found = table_format(raw, path.name)
            if found == "csv":
                with bounded(raw, path.name) as stream:
                    head = stream.read(HEAD_BYTES).lstrip(codecs.BOM_UTF8 + WHITE)
                # Pages, drawings, programs, objects: no cell of a table begins so, and text has no zero byte but in UTF-16.
                if head.startswith((b"<", b"{", b"[")) or not head or (b"\0" in head and not head.startswith(UTF_16)):
                    raise
            return found


@contextmanager
def read_import(path: Path, terms: ImportTerms, mapping: TableMapping | None = None) -> Iterator[OpenedImport]:
    """Open a file in any format that is read; raise Invalid, with nothing handed out, when it is broken or hostile.

    With a mapping it is read as a table, CSV or Parquet, and without one never.
    """
    dropped: Counter[str] = Counter()
    if mapping is not None:
        # One open file throughout, as open_import has it.
        with opened_file(path) as raw:
            file, found = identity_of(raw, path.name), table_format(raw, path.name)
            with read_table(raw, file, mapping, terms, dropped) as table:
                # Columns stand one behind the other in Parquet, and rows in none of them.
                share = _unknown if found == "parquet" else partial(share_read, raw)
                yield OpenedImport(file, found, table.rows, dropped, table.skipped, share=share)
        return
    found = detect_format(path)
    if found == "stix":
        losses: Counter[str] = Counter()
        with opened_file(path) as raw:
            file = identity_of(raw, path.name)
            rows = read_stix(raw, file, terms, dropped, losses)
            yield OpenedImport(
                file, found, rows, dropped, losses=losses, meanings=lambda: meanings_of(losses), standing=standing_of,
                share=partial(share_read, raw),
            )  # fmt: skip
        return
    with opened_file(path) as raw, checked_content(raw, path.name) as (stream, file):
        rows = _READERS[found](stream, terms, file, dropped)
        yield OpenedImport(file, found, rows, dropped, share=partial(share_read, raw))


def read_under(path: Path, terms: ImportTerms, mapping: bytes = b"") -> AbstractContextManager[OpenedImport]:
    """Open a file as `read_import` does, under a mapping as it was written; raise Invalid for one that cannot be used."""
    return read_import(path, terms, read_mapping(mapping, load_schemata()) if mapping else None)


def write_reject(file: TextIO, rejected: Rejected) -> None:
    """Add a rejected row to the rejects file: one JSON object a line, so that it can be mended and sorted by machine."""
    row = {"place": rejected.place, "field": rejected.field, "why": rejected.why, "raw": rejected.raw}
    file.write(json.dumps(row, ensure_ascii=False) + "\n")
