"""`entente exchange`: how the lines stand, what is held or set aside, relays, and bundles for a site without a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from entente.cli import ask, connect
from entente.cli.options import ActingAs, Folder, Json, commands, examples
from entente.cli.output import items, name, plain, say, table, texts, when
from entente.cli.progress import progress
from entente.kernel.canonical import JsonObject

app = commands("Lines to other bodies: what waits or is held, relays, bundles.")
Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="As «entente exchange held» lists it.")]


@app.command("lines", epilog=examples("entente exchange lines"))
def lines(folder: Folder = None, as_json: Json = False) -> None:
    """Say for each body what waits for it, since when it is silent, and why it was not reached."""
    say(ask(folder, "exchange_lines", {}), as_json, _lines)


@app.command("held", epilog=examples("entente exchange held"))
def held(
    to: Annotated[
        str, typer.Option("--to", metavar="BODY", show_default=False, help="Only what is for one body.")
    ] = "",
    after: Annotated[int, typer.Option("--after", min=0, show_default=False, help="Only numbers behind this one.")] = 0,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """List what was not sent because something came between: a suspension, a withdrawal, a measure. A person decides."""
    say(ask(folder, "exchange_held", {"to": to, "after": after}), as_json, _held)


@app.command("release", epilog=examples("entente exchange release 17 --as xa-duty-1"))
def release(number: Number, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Let a held statement leave. It is judged again as it leaves, and held again if it still may not."""
    say(ask(folder, "exchange_release", {"officer": officer, "number": number}), as_json, _released)


@app.command("release-all", epilog=examples("entente exchange release-all XB-NCB --as xa-duty-1"))
def release_all(
    to: Annotated[str, typer.Argument(metavar="BODY", help="For whom it is held.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Let everything leave that is held for a body, for example after a suspension ended; each is judged again as it leaves."""
    given: JsonObject = {"officer": officer, "to": to}
    with connect(folder) as node, progress("Releasing", unit="statements", quiet=as_json) as told:
        answer = node.ask("exchange_release_all", given, told)
    say(answer, as_json, _all_released)


@app.command("drop", epilog=examples("entente exchange drop 17 --reason «Overtaken by events.» --as xa-duty-1"))
def drop(
    number: Number,
    reason: Annotated[str, typer.Option("--reason", help="In one line; it stays with the delivery.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Take back a held statement for good: it never leaves."""
    say(ask(folder, "exchange_drop", {"officer": officer, "number": number, "reason": reason}), as_json, _dropped)


@app.command("aside", epilog=examples("entente exchange aside"))
def aside(folder: Folder = None, as_json: Json = False) -> None:
    """List the statements that this node failed at or does not know the kind of; they are kept until it does."""
    say(ask(folder, "exchange_aside", {}), as_json, _aside)


@app.command("retry", epilog=examples("entente exchange retry"))
def retry(folder: Folder = None, as_json: Json = False) -> None:
    """Try again to take in what was set aside, for example after an update."""
    say(ask(folder, "exchange_retry", {}), as_json, _tried)


@app.command(
    "route",
    epilog=examples("entente exchange route XB-NCB --via GS --as head-1", "entente exchange route XB-NCB --as head-1"),
)
def route(
    body: Annotated[str, typer.Argument(metavar="BODY", help="Which body.")],
    officer: ActingAs,
    via: Annotated[
        str,
        typer.Option(
            "--via", metavar="BODY", show_default=False, help="A relay that it named; none goes direct again."
        ),
    ] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Reach a body through a relay it named, or directly again. The relay reads no more than from whom and to whom."""
    say(ask(folder, "exchange_route", {"officer": officer, "body": body, "via": via}), as_json, _route)


@app.command("export", epilog=examples("entente exchange export XB-NCB --out for-xb.bundle"))
def export(
    to: Annotated[str, typer.Argument(metavar="BODY", help="For whom.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", dir_okay=False, help="The bundle to write.")],
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Write all that waits for a body into a file that a person can carry; it is sealed, and waits on until acknowledged."""
    given: JsonObject = {"to": to, "file": str(out.resolve())}
    with connect(folder) as node, progress(f"Writing {plain(out.name)}", unit="batches", quiet=as_json) as told:
        answer = node.ask("exchange_export", given, told)
    say(answer, as_json, _exported)


@app.command("import", epilog=examples("entente exchange import for-xb.bundle --answer back.bundle"))
def import_bundle(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The bundle.")],
    answer: Annotated[
        Path,
        typer.Option("--answer", metavar="FILE", dir_okay=False, help="The bundle to carry back: what was taken in."),
    ],
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Take in a bundle: in any order, and twice without harm. The answer is a bundle for its sender."""
    given: JsonObject = {"file": str(file.resolve()), "answer": str(answer.resolve())}
    with connect(folder) as node, progress(f"Taking in {plain(file.name)}", unit="envelopes", quiet=as_json) as told:
        taken = node.ask("exchange_import", given, told)
    say(taken, as_json, _imported)


def _code(value: object) -> str:
    return plain(value["code"]) if isinstance(value, dict) else ""


def _full(line: JsonObject) -> str:
    """Say how full a queue is: what waits and is held, of what may."""
    count, most = line["in_queue"], line["queue_most"]
    assert isinstance(count, int), "a count is a number"
    assert isinstance(most, int), "a bound is a number"
    return f"{count} of {most}" + (", full" if count >= most else "") if count else "empty"


def _lines(answer: JsonObject) -> Iterator[str]:
    rows = [
        (
            _code(one["body"]), str(one["waiting"]), _full(one), plain(one["via"]),
            when(one["heard"]) if one["heard"] else "never", str(one["attempts"] or ""), name(one["why"]),
        )
        for one in items(answer, "lines")
    ]  # fmt: skip
    yield from table(rows, "body", "waiting", "queue", "via", "last heard", "failures", "")
    if answer["held"]:
        yield f"{answer['held']} statements are held: «entente exchange held»."
    if answer["aside"]:
        yield f"{answer['aside']} statements are set aside: «entente exchange aside»."


def _held(answer: JsonObject) -> Iterator[str]:
    rows = [
        (
            str(one["number"]),
            _code(one["to"]),
            plain(one["kind"]),
            name(one["about"]),
            when(one["put_at"]),
            f"{one['days_held']} days",
            when(one["term"]) if one["is_late"] else "",
            name(one["why"]),
        )
        for one in items(answer, "held")
    ]
    yield from table(rows, "number", "to", "kind", "about", "put", "held", "late since", "why")
    if answer["next_after"] is not None:
        yield f"There are more: entente exchange held --after {answer['next_after']}"
    counts = [(_code(one["body"]), str(one["held"]), str(one["late"] or "")) for one in items(answer, "bodies")]
    if len(counts) > 1:
        yield f"In all: {answer['of']}."
        yield from table(counts, "for", "held", "late")
    if answer["late"]:
        yield (
            f"Past the 30 days in which they would have been delivered: {answer['late']}."
            " They wait on, for a person to release or drop them."
        )


def _released(answer: JsonObject) -> Iterator[str]:
    one = answer["released"]
    assert isinstance(one, dict), "a statement is an object"
    yield f"Number {one['number']} to {_code(one['to'])} waits again; it leaves if it may now."
    if one["is_late"]:
        yield (
            f"It is late: put on {when(one['put_at'])}, it would have been delivered by {when(one['term'])} or not at all."
            " Its recipient reads that it is old; tell them if it should not be acted on as news."
        )


def _all_released(answer: JsonObject) -> Iterator[str]:
    if not answer["released"]:
        yield f"Nothing is held for {_code(answer['to'])}."
        return
    yield f"{answer['released']} statements to {_code(answer['to'])} wait again; each leaves if it may now."
    if answer["late"]:
        yield f"{answer['late']} of them are late: their recipient reads that they are old."


def _dropped(answer: JsonObject) -> Iterator[str]:
    one = answer["dropped"]
    assert isinstance(one, dict), "a statement is an object"
    yield f"Number {one['number']} to {_code(one['to'])} will never leave."


def _aside(answer: JsonObject) -> Iterator[str]:
    rows = [
        (str(one["number"]), _code(one["from"]), plain(one["kind"]), plain(one["reason"]), when(one["at"]))
        for one in items(answer, "aside")
    ]
    yield from table(rows, "number", "from", "kind", "reason", "at")


def _tried(answer: JsonObject) -> Iterator[str]:
    for one in items(answer, "tried"):
        came = name(one["still"]) or "taken in"
        yield f"Number {one['number']} from {_code(one['from'])}, {plain(one['kind'])}: {came}"


def _route(answer: JsonObject) -> Iterator[str]:
    via = answer["via"]
    yield f"{_code(answer['body'])} is reached " + (f"through {_code(via)}." if via else "directly.")


def _exported(answer: JsonObject) -> Iterator[str]:
    yield f"{plain(answer['file'])}: {answer['batches']} batches for {_code(answer['to'])}, {answer['bytes']} bytes."


def _imported(answer: JsonObject) -> Iterator[str]:
    yield f"{answer['envelopes']} envelopes taken in, {answer['answered']} answered in {plain(answer['answer'])}."
    yield from (f"not read: {line}" for line in texts(answer, "unreadable"))
