"""Reads a list of a few lines as an import does: every draft is checked, and rows are looked up by their local id."""

from __future__ import annotations

import io
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import BinaryIO, cast

from entente.formats.codelists import load_code_lists
from entente.formats.import_files import FileIdentity
from entente.formats.import_terms import ImportTerms, read_terms
from entente.formats.schemata import load_schemata
from entente.kernel.ids import BodyId
from entente.records.model import RecordDraft, Rejected
from entente.records.rules import check_draft, check_local_id

SOURCE = BodyId("body:gs")
FILE = FileIdentity("list.xml", "a" * 64, "2031-05-06")
TERMS = b"""
title: A list
kind: sanctioned_entity
purposes: [identify]
crime_areas: [financial_crime]
handling: [H0]
confidentiality: official_use
source_evaluation: A
information_evaluation: '2'
subject: {Person: possible_threat}
retention: {review_after_years: 1, erase_after_years: 4}
"""
Reader = Callable[[BinaryIO, ImportTerms, FileIdentity, Counter[str]], Iterator[RecordDraft | Rejected]]


def terms() -> ImportTerms:
    return read_terms(TERMS, load_code_lists(), source=SOURCE, today=date(2031, 5, 6))


def rows(reader: Reader, data: bytes, dropped: Counter[str] | None = None) -> list[RecordDraft | Rejected]:
    """Return the rows of a list; every draft is fit to be kept."""
    found = list(reader(io.BytesIO(data), terms(), FILE, Counter() if dropped is None else dropped))
    for row in found:
        if isinstance(row, RecordDraft):
            check_local_id(row.local_id)
            check_draft(row, load_schemata(), load_code_lists())
    return found


def drafts(reader: Reader, data: bytes) -> dict[str, RecordDraft]:
    """Return the drafts of a list in which nothing is rejected, by local id."""
    found = rows(reader, data)
    assert [row for row in found if isinstance(row, Rejected)] == []
    return {row.local_id: row for row in found if isinstance(row, RecordDraft)}


def values(draft: RecordDraft, name: str) -> list[str]:
    """Return what a draft says under a property of its schema."""
    return [fact.value for fact in draft.facts if fact.property == name and not fact.is_unknown_property]


def unknown(draft: RecordDraft) -> dict[str, str]:
    """Return what a draft keeps that its schema has no property for."""
    return {fact.property: fact.value for fact in draft.facts if fact.is_unknown_property}


class _Stream(io.RawIOBase):
    """A list of many entries that never stands in memory whole."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


def peak(reader: Reader, pieces: Iterator[bytes]) -> tuple[int, int]:
    """Return how many drafts a list gives, and the most bytes that stood in memory meanwhile."""
    tracemalloc.start()
    try:
        stream = cast("BinaryIO", _Stream(pieces))
        read = sum(isinstance(row, RecordDraft) for row in reader(stream, terms(), FILE, Counter()))
        return read, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
