"""`entente node`: run the node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask, serve
from entente.cli.options import Folder, Json, commands, examples
from entente.cli.output import plain, say, texts
from entente.kernel.canonical import JsonObject

app = commands("Run the node of a folder, or see how it stands.")


@app.command("run", epilog=examples("entente node run --folder xa", "entente node run --folder xa --port 8601"))
def run(
    folder: Folder = None,
    host: Annotated[
        str | None, typer.Option("--host", show_default=False, help="Where to listen; else ENTENTE_HOST.")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", show_default=False, help="On which port; else ENTENTE_PORT.")
    ] = None,
) -> None:
    """Serve until Ctrl-C or a termination signal: exchange with other nodes, this machine's commands, the node's page.

    It holds the folder meanwhile; commands on the same folder speak to it by themselves.
    """
    serve(folder, host, port)


@app.command("status", epilog=examples("entente node status", "entente node status --json"))
def status(folder: Folder = None, as_json: Json = False) -> None:
    """Say whether anything still waits to be sent to another body or to be found by a search."""
    say(ask(folder, "status", {}), as_json, _status)


def _status(answer: JsonObject) -> Iterator[str]:
    sent = (
        "everything sent is acknowledged"
        if answer["is_everything_acknowledged"]
        else "something waits to be acknowledged"
    )
    found = "every record can be found" if answer["is_index_current"] else "the index is behind"
    yield f"entente {plain(answer['version'])}: {answer['trail_rows']} rows in the trail; {sent}; {found}."
    yield from (f"LOOK  {plain(trouble)}" for trouble in texts(answer, "troubles"))
    yield from (plain(text) for text in texts(answer, "cut_off"))
