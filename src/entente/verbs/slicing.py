"""Cuts the rows of a long list of queries into requests of the verb search_many, each within every bound of one (I31)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final, Protocol, TypeVar

from entente.identity.model import QUERIES_MAX, REQUEST_TERMS_MAX
from entente.kernel.canonical import JsonObject

SLICE_BYTES_MAX: Final = 1024 * 1024
"""Of the queries of one request as JSON: half of what the operator's route takes, and one row has at most a fifth of it."""


class Asked(Protocol):
    """A row that asks something."""

    @property
    def query(self) -> JsonObject:
        """The query as search_many takes one."""


Row = TypeVar("Row", bound=Asked)


def slices(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Cut rows into requests that are within every bound of one."""
    part: list[Row] = []
    terms = size = 0
    for row in rows:
        more, longer = _terms(row), len(json.dumps(row.query))
        if part and (len(part) == QUERIES_MAX or terms + more > REQUEST_TERMS_MAX or size + longer > SLICE_BYTES_MAX):
            yield part
            part, terms, size = [], 0, 0
        part.append(row)
        terms, size = terms + more, size + longer
    if part:
        yield part


def _terms(row: Asked) -> int:
    return sum(len(value) for value in row.query.values() if isinstance(value, list))
