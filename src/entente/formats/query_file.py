"""A file of queries: CSV, JSON lines or Parquet, told apart by how it begins; whatever else it is, the refusal says so.

Source: docs/rules/identity.md I33 and I45.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Final

from entente.formats.parquet_process import BEGINS
from entente.formats.queries import QueryFile, bad_file
from entente.formats.query_csv import DELIMITERS, csv_queries
from entente.formats.query_jsonl import JsonLineQueries
from entente.formats.query_parquet import parquet_queries

_OTHER_FILES: Final[Mapping[bytes, str]] = {
    codecs.BOM_UTF16_LE: "it is in UTF-16",
    codecs.BOM_UTF16_BE: "it is in UTF-16",
    b"PARE": "it is a Parquet file that is encrypted, and no key is read here",
    b"PK\x03\x04": "it is a spreadsheet or an archive",
    b"\x1f\x8b": "it is compressed",
}


@contextmanager
def open_queries(path: Path, delimiter: str = ",", ignored: Sequence[str] = ()) -> Iterator[QueryFile]:
    """Open a file of queries and read its columns' names; `delimiter` is a key of DELIMITERS, `ignored` columns are left out.

    Raises Invalid for a file that is none, a column that is unknown, missing or there twice.
    """
    assert delimiter in DELIMITERS, "the command offers these alone"
    # One open file throughout: a list that is put in its place meanwhile is not read.
    with _opened(path) as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        head = stream.read(4)
        for begins, what in _OTHER_FILES.items():
            if head.startswith(begins):
                raise bad_file(path.name, what, "Save it as CSV in UTF-8.")
        stream.seek(0)
        if head == BEGINS:
            if delimiter != ",":
                raise bad_file(path.name, "it is a Parquet file, which has no delimiter", "Leave --delimiter out.")
            with parquet_queries(path.name, sha256, stream, ignored) as queries:
                yield queries
        elif head.lstrip().startswith(b"{"):
            # The first row of a CSV file of queries names its columns, and none is called so.
            yield JsonLineQueries(path.name, sha256, stream)
        else:
            yield csv_queries(path.name, sha256, stream, delimiter, ignored)


@contextmanager
def _opened(path: Path) -> Iterator[BufferedReader]:
    if path.exists() and not path.is_file():
        raise bad_file(path.name, "it is no regular file", "Name the list itself.")
    try:
        stream = path.open("rb")
    except OSError as error:
        raise bad_file(path.name, f"it cannot be opened: {error.strerror}", "Check the path and the rights.") from error
    with stream:
        yield stream
