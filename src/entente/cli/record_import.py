"""`entente record import`: records of ours from lists and tables, and the mapping that a table needs, proposed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from entente.cli import ask, asks_elsewhere, connect
from entente.cli.body import ReadableFile
from entente.cli.options import Folder, Json
from entente.cli.output import fields, items, name, plain, say, texts
from entente.cli.progress import progress
from entente.cli.record_files import read_terms
from entente.kernel.canonical import JsonObject
from entente.kernel.exercise import EXERCISE, EXERCISE_LINE

EXIT_NOT_WITHDRAWN = 10
"""As of a refusal (cli.errors): what is gone was to be withdrawn, and was not."""
MAPPING_BYTES_MAX = 256 * 1024
"""As the reader of mappings has it."""


def import_records(
    file: ReadableFile,
    terms: Annotated[
        Path | None,
        typer.Option(
            "--terms", exists=True, dir_okay=False, show_default=False, help="On what conditions they are kept and shared."
        ),
    ] = None,
    officer: Annotated[
        str, typer.Option("--as", metavar="OFFICER", show_default=False, help="The officer who acts; their role is judged.")
    ] = "",
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping", exists=True, dir_okay=False, show_default=False,
            help="Of a table, CSV or Parquet: which column is which property.",
        ),
    ] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Import nothing: propose a mapping for a table, to be edited, on stdout.")
    ] = False,
    key: Annotated[
        list[str] | None,
        typer.Option(
            "--key", metavar="COLUMN", help="With --suggest: a column that tells rows apart; repeat for several together."
        ),
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Import nothing: show the first rows as they would be read, with --terms.")
    ] = False,
    named: Annotated[
        str, typer.Option("--list", metavar="NAME", show_default=False, help="Of which list of yours it is an issue.")
    ] = "",
    withdraw_gone: Annotated[
        bool, typer.Option("--withdraw-gone", help="Withdraw what this issue of the list has no more; it is final.")
    ] = False,
    gone_max: Annotated[
        int, typer.Option("--gone-max", metavar="PERCENT", min=0, max=100, help="Of the list: withdraw no more than that.")
    ] = 10,
    share_with: Annotated[
        list[str] | None, typer.Option("--share-with", metavar="BODY", help="Send copies at once; repeat.")
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", metavar="FILE", show_default=False, help="Where rejected rows go.")
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Import records of ours from a list or a table.

    XML of OFAC, the United Nations or the European Union, public notices, a bundle of STIX 2.1, FollowTheMoney JSON lines; with
    --mapping a table.
    Run twice it changes nothing; a killed import is simply started again. Rejected rows go to a file with line and reason.
    """
    if suggest:
        _say_mapping(
            ask(folder, "record_mapping_suggest", {"file": str(file.resolve()), "keys": [*(key or [])]}), as_json
        )
        return
    for given, option in ((terms, "--terms"), (officer or preview or asks_elsewhere(folder), "--as")):
        if not given:
            raise typer.BadParameter("it is needed to import", param_hint=option)
    assert terms is not None, "it was just asked for"
    if preview:
        read = _read_mapping(mapping) if mapping is not None else ""
        looked: JsonObject = {"file": str(file.resolve()), "terms": read_terms(terms), "mapping": read}
        say(ask(folder, "record_import_preview", looked), as_json, _previewed)
        return
    arguments: JsonObject = {
        "officer": officer,
        "file": str(file.resolve()),
        "terms": read_terms(terms),
        "mapping": _read_mapping(mapping) if mapping is not None else "",
        "share_with": [*(share_with or [])],
        "rejects": str(rejects.resolve()) if rejects is not None else "",
        "list": named,
        "withdraw_gone": withdraw_gone,
        "gone_percent_max": gone_max,
    }
    with connect(folder) as node, progress(f"Importing {plain(file.name)}", unit="rows", quiet=as_json) as told:
        answer = node.ask("record_import", arguments, told)
    say(answer, as_json, _imported)
    if withdraw_gone and _stays(answer):
        raise typer.Exit(EXIT_NOT_WITHDRAWN)


COMMANDS: Final[Mapping[str, tuple[Callable[..., None], tuple[str, ...]]]] = {
    "import": (
        import_records,
        (
            "entente record import sdn_advanced.xml.bz2 --terms sanctions.yaml --as xa-duty-1",
            "entente record import consolidated.xml --terms sanctions.yaml --as xa-duty-1",
            "entente record import wanted.jsonl --terms wanted.yaml --share-with XB-NCB --as xa-duty-1",
            "entente record import consolidated.xml --list un --withdraw-gone --terms sanctions.yaml --as xa-duty-1",
            "entente record import register.csv --suggest > mapping.yaml",
            "entente record import register.csv --mapping mapping.yaml --terms wanted.yaml --preview",
            "entente record import register.csv --mapping mapping.yaml --terms wanted.yaml --as xa-duty-1",
        ),
    ),
}
"""The command with its examples; `entente record` has it beside its own."""


def _read_mapping(file: Path) -> str:
    with file.open("rb") as opened:
        data = opened.read(MAPPING_BYTES_MAX + 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise typer.BadParameter(f"{file.name} is not UTF-8", param_hint="--mapping") from error
    if not text.strip():
        raise typer.BadParameter(f"{file.name} is empty", param_hint="--mapping")
    return text


_ANSWERS: Final = {
    "nothing_gone": "nothing is gone",
    "withdrawn": "withdrawn, and every holder is told",
    "not_asked": "nothing was withdrawn: do it with --withdraw-gone",
    "too_many": "NOTHING WAS WITHDRAWN: more is gone than --gone-max lets. Is the file whole, and of this list?",
    "rows_untold": "NOTHING WAS WITHDRAWN: rows were rejected that do not say which entries they are. Mend them first",
}


def _stays(answer: JsonObject) -> bool:
    """Say whether what is gone was to be withdrawn, and was not."""
    gone = answer["gone"]
    return isinstance(gone, dict) and gone["answer"] in {"too_many", "rows_untold"}


def _gone(answer: JsonObject) -> Iterator[str]:
    gone = answer["gone"]
    if not isinstance(gone, dict):
        return
    counted = f"{gone['records']} of {gone['of']} records are gone from it"
    yield f"List {plain(gone['list'])}: {counted}; {_ANSWERS[str(gone['answer'])]}."
    for one in texts(gone, "first"):
        yield f"  gone {name(one)}"
    if isinstance(gone["records"], int) and gone["records"] > len(texts(gone, "first")):
        yield f"  and {gone['records'] - len(texts(gone, 'first'))} more"


def _previewed(answer: JsonObject) -> Iterator[str]:
    yield f"{name(answer['title'])}: nothing was imported. The first rows as they would be read:"
    for row in items(answer, "rows"):
        if row["outcome"] != "record":
            yield f"{plain(row['place'])}: {plain(row['outcome'])}, {name(row['why'])}"
            continue
        yield f"{plain(row['place'])}: {plain(row['schema'])}"
        yield from (f"  {plain(one['property'])}: {name(one['value'])}" for one in items(row, "values"))


def _say_mapping(answer: JsonObject, as_json: bool) -> None:
    """Print a mapping as it is kept in a file: what an exercise's node says of itself stands in it as a remark."""
    mark = [f"# {EXERCISE_LINE}"] if answer.get(EXERCISE) and not as_json else []
    shown = answer if as_json else {name: value for name, value in answer.items() if name != EXERCISE}
    say(shown, as_json, lambda told: [*mark, *str(told["mapping"]).splitlines()])


def _imported(answer: JsonObject) -> Iterator[str]:
    summary = answer["summary"]
    assert isinstance(summary, dict), "a summary is an object"
    yield f"{name(answer['title'])}: {summary['read']} rows in {summary['seconds']} s."
    left_out = answer["left_out"]
    dropped = (
        ", ".join(f"{plain(key)} {count}" for key, count in left_out.items()) if isinstance(left_out, dict) else ""
    )
    yield from fields(
        [
            ("new", str(summary["created"])),
            ("changed", str(summary["updated"])),
            ("unchanged", str(summary["unchanged"])),
            ("withdrawn", str(summary["withdrawn"]) if summary["withdrawn"] else ""),
            ("rejected", f"{summary['rejected']}, in {plain(summary['rejects_file'])}" if summary["rejected"] else "0"),
            ("passed over", str(answer["passed_over"]) if answer["passed_over"] else ""),
            ("never carried", dropped),
            ("under", name(answer["instrument"]) if answer["instrument"] else "no instrument: shared with nobody"),
            ("sent to", ", ".join(texts(answer, "shared_with"))),
        ]
    )
    losses = items(answer, "losses")
    if losses:
        yield "What had no place in a record:"
    yield from (f"{one['count']:>8}  {plain(one['meaning'])}" for one in losses)
    yield from _gone(answer)
