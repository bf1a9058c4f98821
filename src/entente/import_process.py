"""`python -m entente.import_process`: a process that reads the file of an import, checks its rows, writes what is kept of them.

It is given a file and the terms of the import, hands out rows ready to be kept, in order, and ends with the file or with whoever
asked. It has no key, no store and nothing of the node's environment. What depends on what is held is judged in the node, which
signs.

Source: docs/rules/records.md R51; docs/decisions/0076.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import astuple, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from entente.formats.codelists import load_code_lists
from entente.formats.import_messages import RowWriter, refusal_values
from entente.formats.import_terms import ImportTerms
from entente.formats.imports import ImportRow, OpenedImport, read_under
from entente.formats.schemata import load_schemata
from entente.kernel.codec import from_json
from entente.kernel.errors import EntenteError
from entente.records.checking import Prepared, checked
from entente.records.model import RecordDraft, Rejected
from entente.records.originals import Revoked
from entente.search.frames import receive, send
from entente.storage.record_forms import written_ahead

ROWS_AT_ONCE: Final = 100
"""Rows of one message: some 300 KB, a fiftieth of a second."""

COLLECT_AFTER: Final = 50_000
"""Objects between two searches for cycles: those of some thousand rows, a few megabytes."""


def main() -> None:
    """Read the file that is asked for, to its end or until nobody reads its rows any more."""
    # Rows are made by the thousand and hold no cycles; what is loaded by now stays.
    gc.set_threshold(COLLECT_AFTER)
    gc.freeze()
    asked, answers = os.dup(sys.stdin.fileno()), os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        for message in _messages(receive(asked)):
            send(answers, message)
    except (EOFError, BrokenPipeError):
        # Whoever asked ended, or needs it no more.
        return


def _messages(asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what is to be said of a file: how it opened, its rows, its end; or why it is refused, at any place."""
    try:
        terms = from_json(ImportTerms, asked["terms"], "terms")
        with read_under(Path(asked["file"]), terms, asked["mapping"]) as opened:
            yield {"file": astuple(opened.file), "format": opened.format}
            yield from _rows(opened)
    except EntenteError as error:
        yield {"refused": refusal_values(error)}


def _rows(opened: OpenedImport) -> Iterator[dict[str, Any]]:
    writer, schemata, lists = RowWriter(), load_schemata(), load_code_lists()

    def ready(row: ImportRow) -> Prepared | Rejected:
        assert not isinstance(row, Revoked), "what can be revoked is read in the node (import_beside.READ_HERE)"
        found = checked(row, schemata, lists) if isinstance(row, RecordDraft) else row
        return replace(found, written=written_ahead(found.draft)) if isinstance(found, Prepared) else found

    told = 0
    while True:
        taken: list[ImportRow] = []
        refused: EntenteError | None = None
        try:
            taken.extend(islice(opened.rows, ROWS_AT_ONCE))
        except EntenteError as error:
            # What was read before it goes out first.
            refused = error
        rows = [writer.values(ready(row)) for row in taken]
        counted = {"dropped": dict(opened.dropped), "skipped": opened.skipped(), "share": opened.share()}
        yield {"rows": rows, "shared": writer.shared[told:], **counted}
        told = len(writer.shared)
        if refused is not None:
            raise refused
        if len(taken) < ROWS_AT_ONCE:
            yield {"end": True}
            return


if __name__ == "__main__":
    main()
