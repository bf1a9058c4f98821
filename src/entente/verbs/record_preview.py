"""The verb of a look before an import: the first rows of a file as they would be read, and nothing kept of it."""

from __future__ import annotations

from itertools import islice
from typing import Final

from entente.kernel.canonical import Json, JsonObject
from entente.node import Node
from entente.records.checking import Prepared, checked
from entente.records.model import RecordDraft, Rejected
from entente.records.originals import Revoked
from entente.verbs.arguments import Arguments
from entente.verbs.record_import import meaning_of
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb

ROWS: Final = 10
ROWS_MAX: Final = 50
"""Enough to see whether columns are read as they should be; who wants all of them imports."""
VALUES_MAX: Final = 60
VALUE_CHARACTERS_MAX: Final = 200
"""Of one value, and of how many: a row is looked at, not copied out."""


def _preview(node: Node, arguments: Arguments) -> JsonObject:
    """Read the first rows under the terms and the mapping of an import; raise Invalid for what the import would not begin with.

    Without terms the format alone is told. Each row is judged as the import judges it, but for what depends on what is held.
    """
    names, file = names_of(node), arguments.path("file")
    most = arguments.integer("rows", default=ROWS, least=1, most=ROWS_MAX)
    terms, mapping = arguments.optional_text("terms"), arguments.optional_text("mapping").encode()
    found = node.files.format_of(file)
    if not terms:
        return {"format": found, "title": "", "instrument": "", "rows": []}
    with node.files.import_rows(file, terms.encode(), meaning_of(node, names), mapping) as opened:
        rows: list[Json] = [_row(node, one) for one in islice(opened.rows, most)]
    return {"format": found, "title": opened.title, "instrument": _instrument(opened.instrument, names), "rows": rows}


def _instrument(instrument: object, names: Names) -> str:
    return names.instrument_name(instrument) if isinstance(instrument, str) else ""


def _row(node: Node, row: RecordDraft | Prepared | Rejected | Revoked) -> JsonObject:
    found = checked(row, node.schemata, node.lists) if isinstance(row, RecordDraft) else row
    if isinstance(found, Rejected):
        return _shown("rejected", found.place, field=found.field, why=found.why, raw=found.raw)
    if isinstance(found, Revoked):
        return _shown("revoked", found.place, why=found.why)
    draft = found.draft
    values: list[Json] = [
        {"property": fact.property, "value": fact.value[:VALUE_CHARACTERS_MAX]} for fact in draft.facts[:VALUES_MAX]
    ]
    return {**_shown("record", draft.local_id), "schema": draft.schema, "kind": draft.kind, "values": values}


def _shown(outcome: str, place: str, *, field: str = "", why: str = "", raw: str = "") -> JsonObject:
    return {
        "outcome": outcome, "place": place, "field": field, "why": why, "raw": raw, "schema": "", "kind": "", "values": [],
    }  # fmt: skip


VERBS: tuple[Verb, ...] = (
    verb(
        "record_import_preview", _preview, "Read the first rows of a file as an import would, and keep nothing.",
        "file", "terms", "mapping", "rows",
        is_long=True,
    ),
)  # fmt: skip
