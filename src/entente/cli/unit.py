"""`entente unit`: which branches, organs and units there are and were (cli.unit_past), and what the body's own see at most."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

import typer

from entente.cli import ask
from entente.cli.options import ActingAs, Folder, Json, commands, examples
from entente.cli.output import fields, items, name, plain, say, table, texts, when
from entente.cli.unit_past import COMMANDS, On
from entente.kernel.canonical import Json as Value
from entente.kernel.canonical import JsonObject

app = commands("Branches, organs and units: which there are and were, and what ours see at most.")

UnitId = Annotated[str, typer.Argument(metavar="UNIT", help="The unit's id, as «entente body show» lists it.")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", help="A kind of record; repeat. None: all kinds.")]
Sources = Annotated[
    list[str] | None, typer.Option("--source", help="A body whose records; repeat. None: every body's.")
]
Instruments = Annotated[
    list[str] | None, typer.Option("--under", help="An instrument of others' records; repeat. None: every one.")
]
Purposes = Annotated[list[str] | None, typer.Option("--purpose", help="A purpose; repeat. None: all.")]
Areas = Annotated[list[str] | None, typer.Option("--crime-area", help="A crime area; repeat. None: all.")]
Level = Annotated[str, typer.Option("--level", show_default=False, help="The highest level of confidentiality.")]
Marks = Annotated[list[str] | None, typer.Option("--mark", help="A mark it is cleared for; repeat. None: all.")]
NoMarks = Annotated[bool, typer.Option("--no-marks", show_default=False, help="It is cleared for no mark.")]
UpTo = Annotated[str, typer.Option("--up-to", show_default=False, help="The highest act: know, see, forward, act_on …")]
SetId = Annotated[str, typer.Argument(metavar="LIMITS", help="The id, as «entente unit show» lists it.")]

_LISTED: Final = (
    ("kinds", "kinds"), ("purposes", "purposes"), ("crime_areas", "crime areas"), ("marks", "marks"),
)  # fmt: skip


@app.command("list", epilog=examples("entente unit list --as head-1"))
def list_units(officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """List the units that have limits, had some, or for which some wait."""
    say(ask(folder, "unit_limits_list", {"officer": officer}), as_json, _list)


@app.command(
    "show",
    epilog=examples("entente unit show north --as head-1", "entente unit show north --on 2030-01-01 --as head-1"),
)
def show(unit: UnitId, officer: ActingAs, on: On = "", folder: Folder = None, as_json: Json = False) -> None:
    """Show what a unit's officers may see, or might on a date, and everything that was decided about it."""
    say(ask(folder, "unit_limits_show", {"officer": officer, "unit": unit, "on": on}), as_json, _show)


@app.command("preview", epilog=examples("entente unit preview north --kind wanted_person --as head-1"))
def preview(
    unit: UnitId,
    officer: ActingAs,
    kinds: Kinds = None,
    sources: Sources = None,
    instruments: Instruments = None,
    purposes: Purposes = None,
    areas: Areas = None,
    level: Level = "",
    marks: Marks = None,
    no_marks: NoMarks = False,
    up_to: UpTo = "",
    account: Annotated[str, typer.Option("--officer", show_default=False, help="Count for one officer of it.")] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Count by kind what its officers would see no more. Nothing changes."""
    limits = _limits(kinds, sources, instruments, purposes, areas, level, marks, up_to, no_marks=no_marks)
    given: JsonObject = {"officer": officer, "unit": unit, "account": account, **limits}
    say(ask(folder, "unit_limits_preview", given), as_json, _preview)


@app.command(
    "propose",
    epilog=examples(
        "entente unit propose north --kind wanted_person --kind vehicle --level restricted \\",
        "        --reason «Border checks only.» --as head-1",
        "entente unit propose north --reason «As before.» --as head-1",
    ),
)
def propose(
    unit: UnitId,
    officer: ActingAs,
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever confirms it and looks at it later.")],
    kinds: Kinds = None,
    sources: Sources = None,
    instruments: Instruments = None,
    purposes: Purposes = None,
    areas: Areas = None,
    level: Level = "",
    marks: Marks = None,
    no_marks: NoMarks = False,
    up_to: UpTo = "",
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", show_default=False, help="From when on; else at once.")
    ] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Propose what its officers may see at most; what is left out is not limited. Another officer confirms it."""
    limits = _limits(kinds, sources, instruments, purposes, areas, level, marks, up_to, no_marks=no_marks)
    given: JsonObject = {"officer": officer, "unit": unit, "reason": reason, "since": since, **limits}
    say(ask(folder, "unit_limits_propose", given), as_json, _decided)


@app.command("confirm", epilog=examples("entente unit confirm limits-0123456789abcdef --as head-2"))
def confirm(limits: SetId, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Confirm what another officer proposed: it binds from its moment on."""
    say(ask(folder, "unit_limits_confirm", {"officer": officer, "id": limits}), as_json, _decided)


@app.command("refuse", epilog=examples("entente unit refuse limits-0123456789abcdef --as head-2"))
def refuse(limits: SetId, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Refuse a proposal, or take one's own back."""
    say(ask(folder, "unit_limits_refuse", {"officer": officer, "id": limits}), as_json, _decided)


for _name, (_command, _examples) in COMMANDS.items():
    app.command(_name, epilog=examples(*_examples))(_command)


def _limits(
    kinds: list[str] | None,
    sources: list[str] | None,
    instruments: list[str] | None,
    purposes: list[str] | None,
    areas: list[str] | None,
    level: str,
    marks: list[str] | None,
    up_to: str,
    *,
    no_marks: bool,
) -> JsonObject:
    named = {
        "kinds": kinds, "sources": sources, "instruments": instruments, "purposes": purposes, "crime_areas": areas,
        "marks": marks,
    }  # fmt: skip
    given: dict[str, Value] = {field: [*chosen] for field, chosen in named.items() if chosen}
    if no_marks:
        given["marks"] = [*(marks or [])]
    return given | {"confidentiality": level, "acts_up_to": up_to}


def _list(answer: JsonObject) -> Iterator[str]:
    rows = []
    for one in items(answer, "units"):
        unit, limits, waiting = one["unit"], one["limits"], one["waiting"]
        assert isinstance(unit, dict), "a unit is an object"
        is_limited = isinstance(limits, dict) and limits["is_open"] is not True
        rows.append(
            (
                plain(unit["id"]),
                name(unit["name"]),
                str(one["officers"]),
                f"limited since {when(one['since'])}" if is_limited else "sees what the body may",
                plain(waiting["id"]) if isinstance(waiting, dict) else "",
            )
        )
    yield from table(rows, "unit", "name", "officers", "", "waits")


def _show(answer: JsonObject) -> Iterator[str]:
    unit = answer["unit"]
    assert isinstance(unit, dict), "a unit is an object"
    yield f"{plain(unit['id'])}  {name(unit['name'])}"
    if not items(answer, "binding"):
        yield "Its officers see what the body may."
    for bound in items(answer, "binding"):
        limits = bound["limits"]
        assert isinstance(limits, dict), "limits are an object"
        yield f"Since {when(bound['since'])}, set for {plain(bound['unit'])}: at most"
        yield from _said(limits)
    yield ""
    rows = [
        (
            plain(one["id"]),
            plain(one["state"]),
            when(one["since"]),
            plain(one["proposed_by"]),
            plain(one["decided_by"]),
            name(one["reason"]),
        )
        for one in items(answer, "history")
    ]
    yield from table(rows, "limits", "", "from", "proposed by", "decided by", "why")


def _said(limits: JsonObject) -> Iterator[str]:
    """Yield what limits say, a line each."""
    sources = limits["sources"]
    codes = [plain(one["code"]) for one in items(limits, "sources")] if sources is not None else []
    pairs = [("sources", ", ".join(codes))]
    if limits["instruments"] is not None:
        pairs.append(("under", ", ".join(plain(one["name"]) for one in items(limits, "instruments"))))
    pairs += [
        (label, ", ".join(texts(limits, field)) or "none") for field, label in _LISTED if limits[field] is not None
    ]
    pairs += [("level", plain(limits["confidentiality"])), ("up to", plain(limits["acts_up_to"]))]
    yield from (f"  {line}" for line in fields(pairs))


def _preview(answer: JsonObject) -> Iterator[str]:
    officers = ", ".join(plain(one["id"]) for one in items(answer, "officers"))
    yield f"For {officers or 'whoever is entered in it'}: {answer['lost']} records seen no more, {answer['gained']} anew."
    rows = [(plain(one["kind"]), str(one["now"]), str(one["then"])) for one in items(answer, "kinds")]
    yield from table(rows, "kind", "seen now", "then")


def _decided(answer: JsonObject) -> Iterator[str]:
    made = answer["set"]
    assert isinstance(made, dict), "what was set is an object"
    if made["state"] == "waiting":
        yield f"{plain(made['id'])} waits for another officer: «entente unit confirm {plain(made['id'])}»."
    elif made["state"] == "confirmed":
        yield f"{plain(made['unit'])} is bound by it from {when(made['since'])} on."
    else:
        yield f"{plain(made['id'])} was refused, and nothing changes."
