"""`entente search --batch`: a file of queries through the node's verb of many, into a result that a killed run goes on with.

The rows are asked a slice at a time, and a slice is on the disk before the next is asked: gate, trail and roles are those of any
search, and whatever is killed, no row is missing and none stands twice. Source: docs/rules/identity.md I33 and I34.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path

from entente.at_hand import QueryRow, open_queries, open_result
from entente.cli.gateway import Session
from entente.cli.output import items, plain, texts
from entente.cli.progress import progress
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.exercise import EXERCISE, EXERCISE_WORD
from entente.kernel.wire import error_to_json
from entente.verbs.slicing import slices


def search_file(
    file: Path,
    out: Path,
    given: JsonObject,
    *,
    delimiter: str,
    ignored: list[str],
    connect: Callable[[], AbstractContextManager[Session]],
    quiet: bool,
) -> JsonObject:
    """Search every row of a file and write what was found; return what the result holds.

    `given` is who searches and why, as the verb takes it; `connect` reaches the node. A result that is whole already is left
    as it is.
    """
    is_exercise = False
    with open_queries(file, delimiter, ignored) as queries:
        named: list[Json] = [*ignored]
        run: JsonObject = {**given, "file_sha256": queries.sha256, "delimiter": delimiter, "ignored": named}
        with open_result(out, run) as result:
            was_whole = result.is_whole
            if not was_whole:
                with (
                    connect() as node,
                    progress(f"Searching {plain(file.name)}", unit="rows", quiet=quiet, total=queries.total) as told,
                ):
                    told(result.tally.rows)
                    for part in slices(islice(queries.rows(), result.tally.rows, None)):
                        found = _searched(node, part, given, queries.sha256)
                        is_exercise = is_exercise or any(EXERCISE_WORD in texts(row, "notes") for row in found)
                        result.add(found)
                        told(result.tally.rows)
                result.finish()
            tally = result.tally
    silent: list[Json] = [*sorted(tally.silent)]
    marked: JsonObject = {EXERCISE: True} if is_exercise else {}
    return {
        **marked, "out": str(out), "rows": tally.rows, "found": tally.found, "candidates": tally.candidates,
        "ill_formed": tally.ill_formed, "silent_sources": silent, "was_whole": was_whole,
    }  # fmt: skip


def _searched(node: Session, part: list[QueryRow], given: JsonObject, sha256: str) -> list[JsonObject]:
    """Ask for the rows of a slice that can be read, in one request; return what the result says of each."""
    readable = [row for row in part if row.fault is None]
    answer: JsonObject = {}
    if readable:
        rows: JsonObject = {"sha256": sha256, "first": readable[0].number, "last": readable[-1].number}
        queries: list[Json] = [row.query for row in readable]
        answer = node.ask("search_many", {**given, "queries": queries, "rows": rows})
    silent: list[Json] = [
        gap["body"]["code"] for gap in items(answer, "silent_sources") if isinstance(gap["body"], dict)
    ]
    marks: list[Json] = [EXERCISE_WORD] if answer.get(EXERCISE) else []
    answers = iter(items(answer, "answers"))
    found: list[JsonObject] = []
    for row in part:
        is_asked = row.fault is None
        one: JsonObject = next(answers) if row.fault is None else {"error": error_to_json(row.fault)}
        found.append({
            "row": row.number, "reference": row.reference, "asked": row.asked,
            "candidates": one.get("candidates", []), "zones": one.get("zones", []), "notes": [*marks, *texts(one, "notes")],
            "identifiers": one.get("identifiers", []), "error": one.get("error"),
            "silent_sources": silent if is_asked else [],
            "trail_sequence": answer["trail_sequence"] if is_asked else None,
        })  # fmt: skip
    return found
