"""`entente erasure`: what was erased, what came again, and keeping house."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from entente.cli import ask, connect
from entente.cli.body import ReadableFile
from entente.cli.options import ActingAs, Folder, Json, commands, examples
from entente.cli.output import items, name, plain, say, table, texts, when
from entente.cli.progress import progress
from entente.kernel.canonical import JsonObject

app = commands("What was erased, what of it came again; keep house.")

_Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many at most.")]


@app.command("list", epilog=examples("entente erasure list --as dpo-1"))
def list_erasures(
    officer: ActingAs,
    after: Annotated[int, typer.Option("--after", min=0, help="Where the last page ended.")] = 0,
    limit: _Limit = 50,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """List what was erased, oldest first, why, and who confirmed it: each holder, and each body it was passed on to.

    No id or name is kept of it. Who was told and has not confirmed is listed as such; «record holders» says since when.
    """
    say(ask(folder, "erasure_list", {"officer": officer, "after": after, "limit": limit}), as_json, _list)


@app.command("reentries", epilog=examples("entente erasure reentries --as dpo-1"))
def reentries(officer: ActingAs, limit: _Limit = 50, folder: Folder = None, as_json: Json = False) -> None:
    """List what was erased and came again, newest first: by its own id (refused), by a number, by name and birth date."""
    say(ask(folder, "erasure_reentries", {"officer": officer, "limit": limit}), as_json, _reentries)


@app.command("run", epilog=examples("entente erasure run"))
def run(folder: Folder = None, as_json: Json = False) -> None:
    """Erase what is due now, and put what was erased out of every file, however large the store.

    A running node does this by itself each minute; only a large store waits for this command before it is written anew, because
    nobody can write to it meanwhile. Run it in a quiet hour.
    """
    with connect(folder) as node, progress("Erasing what is due", unit="records", quiet=as_json) as told:
        answer = node.ask("erasure_run", {}, told)
    say(answer, as_json, _ran)


@app.command("export", epilog=examples("entente erasure export tombstones.jsonl --as dpo-1"))
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; keep it with the backups.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Write what was erased to a file: digests only, which this node alone can use. Keep the newest with the backups."""
    say(ask(folder, "erasure_export", {"officer": officer, "file": str(file.resolve())}), as_json, _exported)


@app.command("import", epilog=examples("entente erasure import tombstones.jsonl --as dpo-1"))
def import_tombstones(file: ReadableFile, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Erase again what a restored backup brought back, before the node answers. Nothing is sent; twice changes nothing."""
    say(ask(folder, "erasure_import", {"officer": officer, "file": str(file.resolve())}), as_json, _imported)


@app.command("declare-none", epilog=examples("entente erasure declare-none --as dpo-1"))
def declare_none(officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Say that nothing was erased after the backup that this node was restored from; the trail keeps who said it.

    Until then, or until a file of tombstones is imported that is newer than the backup, `doctor` reminds of it.
    """
    say(ask(folder, "erasure_declare_none", {"officer": officer}), as_json, _declared)


def _declared(answer: JsonObject) -> Iterator[str]:
    yield f"Kept: nothing was erased between the backup and the restore on {when(answer['restored_at'])}."


def _list(answer: JsonObject) -> Iterator[str]:
    rows = [
        (
            name(one["name"]),
            when(one["at"]),
            plain(one["ground"]).replace("_", " "),
            plain(one["reason"]).replace("_", " "),
            ", ".join(_holder(holder) for holder in items(one, "holders")) or "nobody held a copy",
        )
        for one in items(answer, "erasures")
    ]
    yield from table(rows, "erased", "at", "ground", "reason", "holders")
    if answer["next_after"] is not None:
        yield f"More with --after {answer['next_after']}"


def _holder(one: JsonObject) -> str:
    body, by = one["body"], one["by"]
    code = plain(body["code"]) if isinstance(body, dict) else ""
    onward = f" by {plain(by['code'])}" if isinstance(by, dict) else ""
    return f"{code}{onward} {plain(one['state']).replace('_', ' ')}"


def _reentries(answer: JsonObject) -> Iterator[str]:
    rows = [
        (
            name(one["erased_name"]),
            plain(one["how"]).replace("_", " "),
            "refused" if one["how"] == "same_id" else name(one["came_as_name"]),
            when(one["last_at"]),
            str(one["times"]),
        )
        for one in items(answer, "reentries")
    ]
    yield from table(rows, "erased", "noticed by", "came as", "at", "times")


def _ran(answer: JsonObject) -> Iterator[str]:
    yield f"{answer['erased']} records erased; the id of erased ones put out of {answer['forgotten']} rows of the trail."
    yield (
        "The store's log is empty."
        if answer["is_log_empty"]
        else "The store's log is still read by somebody; run it again."
    )
    yield "The store was written anew." if answer["is_compacted"] else "The store needed no writing anew."
    yield _index(answer)
    for copy in texts(answer, "older_copies"):
        yield f"{name(copy)} is the store as it was before an upgrade, and holds what was erased since: remove it."


def _exported(answer: JsonObject) -> Iterator[str]:
    yield f"{answer['tombstones']} tombstones written to {name(answer['file'])}."


def _imported(answer: JsonObject) -> Iterator[str]:
    yield (
        f"{answer['new']} tombstones taken in, {answer['known']} known before; {answer['erased']} records that the backup had "
        "brought back are erased."
    )
    if answer["is_older_than_backup"]:
        yield (
            f"This file was written on {when(answer['written_at'])}, before the backup was made: it says nothing of what was "
            "erased after that. Import the newest one that there is, or say with «entente erasure declare-none» that nothing was."
        )
    yield _index(answer)


def _index(answer: JsonObject) -> str:
    return "The index is clean." if answer["is_index_clean"] else "The running node makes its index anew now."
