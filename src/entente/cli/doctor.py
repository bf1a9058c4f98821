"""`entente doctor`: what an operator looks at first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask
from entente.cli.options import Folder, Json, examples
from entente.cli.output import items, plain, say, table
from entente.kernel.canonical import JsonObject

UNWELL = 16
"""Exit code when a check is not good: the one of «misconfigured» (cli.errors)."""

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog=examples("entente doctor", "entente doctor --quick", "entente doctor --folder xa --json"))
def doctor(
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave the trail out, which is read from its first row.")
    ] = False,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Check the store, the trail, the keys, the index, the disk and the settings; changes nothing."""
    answer = ask(folder, "doctor", {"quick": quick})
    say(answer, as_json, _report)
    if answer["is_well"] is not True:
        raise typer.Exit(UNWELL)


def _report(answer: JsonObject) -> Iterator[str]:
    yield f"entente {plain(answer['version'])}, protocol {answer['protocol']}, {plain(answer['store'])}, {plain(answer['body'])}"
    for check in items(answer, "checks"):
        yield f"  {'good' if check['is_good'] else 'LOOK':<5} {plain(check['name']):<9} {plain(check['text'])}"
    rows = [(plain(one["name"]), plain(one["value"]), plain(one["unit"])) for one in items(answer, "settings")]
    yield from table(rows, "setting", "value", "unit")
