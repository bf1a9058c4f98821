"""Queries as JSON lines: one object a line, in the words of the verb search_many, with a `reference` of the sender's own.

Read line by line; a line that cannot be read has its fault and costs no other. Whether a query can be searched is judged where
all queries are. Source: docs/rules/identity.md I33; docs/rules/api.md P12.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from typing import Final

from entente.formats.queries import QueryRow, changed, faulty
from entente.formats.query_columns import ROW_BYTES_MAX
from entente.kernel.canonical import parse_document
from entente.kernel.errors import Invalid
from entente.kernel.sizes import size_said

REFERENCE_CHARACTERS_MAX: Final = 200
"""What a sender calls a row: the number of a case and a line."""


@dataclass(slots=True)
class JsonLineQueries:
    """A file of queries as JSON lines."""

    name: str
    sha256: str
    _stream: BufferedReader
    total: int | None = None
    """Its end alone would say."""

    def rows(self) -> Iterator[QueryRow]:
        """Yield every row in order, as `queries.QueryFile` says."""
        digest, number, line = hashlib.sha256(), 0, 0
        while piece := self._stream.readline(ROW_BYTES_MAX + 1):
            line += 1
            digest.update(piece)
            is_long = len(piece) > ROW_BYTES_MAX
            rest = piece
            while rest and not rest.endswith(b"\n") and (rest := self._stream.readline(ROW_BYTES_MAX)):
                digest.update(rest)
                is_long = True
            if not piece.strip():
                continue
            number += 1
            where = f"stands in line {line} and "
            yield (
                faulty(number, f"it has more than {size_said(ROW_BYTES_MAX)}", where)
                if is_long
                else _row(number, piece, where)
            )
        if digest.hexdigest() != self.sha256:
            raise changed(self.name)


def _row(number: int, line: bytes, where: str) -> QueryRow:
    try:
        query = parse_document(line)
    except Invalid:
        return faulty(number, "it is no JSON object in UTF-8 with whole numbers and each key once", where)
    reference = query.pop("reference", "")
    if not isinstance(reference, str) or len(reference) > REFERENCE_CHARACTERS_MAX:
        return faulty(number, f"its reference is a text of at most {REFERENCE_CHARACTERS_MAX} characters", where)
    return QueryRow(number, reference, query)
