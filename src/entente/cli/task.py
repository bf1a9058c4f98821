"""`entente task`: task an operational measure, as far as national law gives the power."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask
from entente.cli.options import ActingAs, CaseNumber, Folder, Json, examples
from entente.cli.output import grounds, name, plain, say
from entente.kernel.canonical import JsonObject

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    epilog=examples(
        "entente task observe --subject XA-NCB/w-17 --case 2031/000017 --as xb-duty-1",
        "entente task detain_on_international_notice --subject XA-NCB/w-17 --case 2031/000017 --as xb-duty-1",
    )
)
def task(
    measure: Annotated[str, typer.Argument(metavar="MEASURE", help="A code of the measures, for example observe.")],
    subject: Annotated[str, typer.Option("--subject", help="Whom or what it is about: a record or case.")],
    officer: ActingAs,
    case: CaseNumber = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Task a measure, as far as national law gives the power.

    Where a national order does not give it, it is refused with the order's reference and the authority to route it to.
    """
    given: JsonObject = {"officer": officer, "measure": measure, "subject": subject, "case": case}
    say(ask(folder, "measure_task", given), as_json, _tasked)


def _tasked(answer: JsonObject) -> Iterator[str]:
    decision = answer["decision"]
    assert isinstance(decision, dict), "a decision is an object"
    yield f"Tasked: {plain(answer['measure'])}, {name(answer['subject'])}."
    yield from grounds(decision)
