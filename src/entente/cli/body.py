"""`entente body`: the directory, national orders, powers."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from entente.cli import ask, body_keys
from entente.cli.options import ActingAs, Folder, Json, commands, examples
from entente.cli.output import fields, grounds, items, name, plain, say, table, texts, when
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid

ENTRY_BYTES_MAX = 1024 * 1024
"""Half of what the operator's route takes; an entry has a few statements of a kilobyte or two each."""

app = commands("The directory: bodies, introductions, national orders, powers.")
app.add_typer(body_keys.app, name="keys")

_Body = Annotated[str, typer.Argument(metavar="[BODY]", show_default=False, help="Code or id; ours where left out.")]
ReadableFile = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)]


@app.command("show", epilog=examples("entente body show", "entente body show XB-NCB --json"))
def show(body: _Body = "", folder: Folder = None, as_json: Json = False) -> None:
    """Show a directory entry: names, keys, addresses, who introduced it."""
    say(ask(folder, "body_show", {"body": body}), as_json, _entry)


@app.command("list", epilog=examples("entente body list"))
def list_bodies(folder: Folder = None, as_json: Json = False) -> None:
    """List the bodies of the directory."""
    say(ask(folder, "body_list", {}), as_json, _list)


@app.command("export", epilog=examples("entente body export --out xa.json", "entente body export XB-NCB > xb.json"))
def export(
    body: _Body = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", show_default=False, help="Write it there.")
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Write a directory entry as a file to hand over: all that the body has signed about itself."""
    entry = ask(folder, "body_export", {"body": body})
    text = json.dumps(entry, ensure_ascii=False, indent=2)
    if out is None:
        typer.echo(text)
        return
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Invalid(
            f"The file {out.name} cannot be written.",
            field="out",
            why=f"Writing the entry there says: {error.strerror}.",
            do="Name a file in a folder that this account may write, or leave --out away to have it on the terminal.",
        ) from error
    written: JsonObject = {"file": str(out), "code": entry["code"], "id": entry["id"]}
    say(written, as_json, lambda answer: [f"Wrote the entry of {plain(answer['code'])} to {answer['file']}."])


@app.command("enter", epilog=examples("entente body enter xb.json"))
def enter(file: ReadableFile, folder: Folder = None, as_json: Json = False) -> None:
    """Enter a body by hand, from a file whose key ids you compared with it by another way (telephone, diplomatic mail)."""
    if file.stat().st_size > ENTRY_BYTES_MAX:
        raise typer.BadParameter(f"an entry has at most {ENTRY_BYTES_MAX} bytes", param_hint="FILE")
    try:
        entry = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter("it is not JSON in UTF-8", param_hint="FILE") from error
    say(ask(folder, "body_enter", {"entry": entry}), as_json, _entry)


@app.command("introduce", epilog=examples("entente body introduce XA-NCB --to XB-NCB"))
def introduce(
    about: Annotated[str, typer.Argument(metavar="BODY", help="Whom to introduce.")],
    to: Annotated[str, typer.Option("--to", metavar="BODY", help="To whom.")],
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Introduce a body of our directory to another one; it is one direction, so introduce both ways."""
    answer = ask(folder, "body_introduce", {"about": about, "to": to})
    say(answer, as_json, lambda _: [f"Introduced {plain(about)} to {plain(to)}."])


@app.command("rename", epilog=examples("entente body rename «Bureau of Arandia» --since 2031-05-04"))
def rename(
    new_name: Annotated[str, typer.Argument(metavar="NAME")],
    since: Annotated[
        str, typer.Option("--since", metavar="DATE", show_default=False, help="From when; today if left out.")
    ] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Give our body a new name from a date on; the earlier one keeps its dates."""
    say(ask(folder, "body_rename", {"name": new_name, "since": since}), as_json, _entry)


@app.command(
    "address",
    epilog=examples("entente body address https://node.xa.example", "entente body address --relay GS"),
)
def address(
    addresses: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="URL...", show_default=False, help="In the order to try; none at all where others cannot post."
        ),
    ] = None,
    relays: Annotated[
        list[str] | None,
        typer.Option(
            "--relay",
            metavar="BODY",
            show_default=False,
            help="A body that passes on to us; repeat in the order to try.",
        ),
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Say where our node is reached and who passes on to it; it replaces what we said before."""
    given: JsonObject = {"addresses": [*(addresses or ())], "relays": [*(relays or ())]}
    say(ask(folder, "body_addresses", given), as_json, _entry)


@app.command("silent", epilog=examples("entente body silent", "entente body silent --within 48"))
def silent(
    within: Annotated[int, typer.Option("--within", min=0, max=2160, metavar="HOURS", help="Look so far ahead.")] = 12,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """List the sources not heard for so long that copies of their records are hidden, or soon will be.

    A copy is shown until its source was last heard plus the instrument's lease; one that is heard again shows at once.
    """
    say(ask(folder, "body_silent", {"within_hours": within}), as_json, _silent)


@app.command("units", epilog=examples("entente body units branches.yaml"))
def units(file: ReadableFile, folder: Folder = None, as_json: Json = False) -> None:
    """Say which regional branches, organs and units we have, as the node's operator; it replaces what we said before.

    Officers keep the list at the desk, where it is judged which limits it would lift; here nobody is named and nobody is judged.

    The file: units, each with id, kind (regional_branch, organ, unit, unit_abroad), name, and where it has them territory and
    parent.
    """
    data = base64.b64encode(file.read_bytes()).decode("ascii")
    say(ask(folder, "body_units", {"data": data}), as_json, _entry)


@app.command("doubts", epilog=examples("entente body doubts XB-NCB --as head-1"))
def doubts(
    body: Annotated[str, typer.Argument(metavar="BODY", help="Code or id.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """List what came here from a body under keys that it declared compromised since: to look at again, by a person."""
    say(ask(folder, "body_doubts", {"officer": officer, "body": body}), as_json, _doubts)


@app.command("accept-successor", epilog=examples("entente body accept-successor XB-NEW --for XB-NCB --as head-1"))
def accept_successor(
    body: Annotated[str, typer.Argument(metavar="BODY", help="The successor: code or id.")],
    old: Annotated[str, typer.Option("--for", metavar="BODY", help="The body in whose place it stands from then on.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Accept a body in the place of one that lost its threshold: one head of body proposes, another gives the same command.

    It counts at this node alone and is not taken back. The successor signs each instrument itself; the earlier body's keys say
    nothing new here from then on.
    """
    say(ask(folder, "successor_accept", {"officer": officer, "body": body, "for": old}), as_json, _successor)


@app.command("refuse-successor", epilog=examples(
    "entente body refuse-successor XB-NEW --for XB-NCB --reason 'Their ministry knows nothing of it.' --as head-2"
))  # fmt: skip
def refuse_successor(
    body: Annotated[str, typer.Argument(metavar="BODY", help="The successor: code or id.")],
    old: Annotated[str, typer.Option("--for", metavar="BODY", help="The body that it names as the one it replaces.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, in one line; it is shown beside the two bodies.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Refuse a body in the place of another, or take back what was proposed: one head does, and it can be proposed anew."""
    given: JsonObject = {"officer": officer, "body": body, "for": old, "reason": reason}
    say(ask(folder, "successor_refuse", given), as_json, _refused)


@app.command("successors", epilog=examples("entente body successors --as head-1"))
def successors(officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """List the bodies that say they replace another one and are not accepted here, with how far each came."""
    say(ask(folder, "successor_list", {"officer": officer}), as_json, _claims)


_Version = Annotated[
    str,
    typer.Option(
        "--version",
        help="The version that it is made from, as «body orders» says it; «new» for none. Else what stands is replaced unseen.",
    ),
]


@app.command("order", epilog=examples("entente body order order-44.yaml --as head-1"))
def order(
    file: ReadableFile, officer: ActingAs, version: _Version = "", folder: Folder = None, as_json: Json = False
) -> None:
    """Enter a national order from its published text: which powers officers have, on which legal basis, from when.

    The file: reference, text, signed_on, published_on, in_force_on, governs, powers (measure, legal_basis, condition),
    competent_authorities (measure: authority), and ends_on where it ends. One of the same reference is replaced.
    """
    say(ask(folder, "order_enter", _order_given(file, officer, version)), as_json, _order)


@app.command("foresee-order", epilog=examples("entente body foresee-order order-44.yaml --as head-1"))
def foresee_order(
    file: ReadableFile, officer: ActingAs, version: _Version = "", folder: Folder = None, as_json: Json = False
) -> None:
    """Say what a national order would change of what officers may do, from the same file; nothing is entered."""
    say(ask(folder, "order_preview", _order_given(file, officer, version)), as_json, _order_foreseen)


def _order_given(file: Path, officer: str, version: str) -> JsonObject:
    data = base64.b64encode(file.read_bytes()).decode("ascii")
    return {"officer": officer, "data": data, **({"version": version} if version else {})}


@app.command("orders", epilog=examples("entente body orders"))
def orders(folder: Folder = None, as_json: Json = False) -> None:
    """List the national orders entered here."""
    say(ask(folder, "order_list", {}), as_json, _orders)


@app.command("may", epilog=examples("entente body may observe --as xb-duty-1"))
def may(
    measure: Annotated[str, typer.Argument(help="A code of the measures, for example observe.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Say whether an officer may task a measure under national law, with every ground; nothing is tasked."""
    say(ask(folder, "measure_may", {"officer": officer, "measure": measure}), as_json, _may)


def _entry(answer: JsonObject) -> Iterator[str]:
    body = answer["body"]
    assert isinstance(body, dict), "a directory entry is an object"
    keys = body["keys"]
    assert isinstance(keys, dict), "keys are an object"
    yield f"{plain(body['code'])}  {name(body['name'])}"
    yield from fields(
        [
            ("id", plain(body["id"])),
            ("kind", plain(body["kind"]).replace("_", " ")),
            ("country", plain(body["country"])),
            ("zone", plain(body["zone"])),
            ("addresses", ", ".join(texts(body, "addresses"))),
            ("relays", ", ".join(texts(body, "relays"))),
            ("keys", f"version {keys['version']}, {keys['threshold']} of {len(texts(keys, 'heads'))} heads sign"),
            ("heads", ", ".join(texts(keys, "heads"))),
            ("node key", plain(keys["node"])),
            ("introduced by", plain(body["introduced_by"])),
            ("says it replaces", plain(body["replaces"])),
            ("succeeded by", plain(body["succeeded_by"])),
            ("earlier names", ", ".join(name(one["name"]) for one in items(body, "names")[:-1])),
        ]
    )


def _doubts(answer: JsonObject) -> Iterator[str]:
    declared = items(answer, "declared")
    if not declared:
        yield f"{plain(answer['code'])} has declared no key compromised."
    for one in declared:
        yield f"{plain(answer['code'])} declared key {one['key']} compromised since {when(one['since'])}."
        yield f"{one['records_not_shown']} records are not shown until it issues them anew. What came under that key:"
        rows = [(when(item["at"]), plain(item["kind"]), name(item["subject_name"])) for item in items(one, "items")]
        yield from table(rows, "at", "what", "about")
        if not one["is_complete"]:
            yield "There is more: the trail of this body is longer than one answer holds."


def _successor(answer: JsonObject) -> Iterator[str]:
    new, old = answer["successor"], answer["for"]
    assert isinstance(new, dict), "a body is an object"
    assert isinstance(old, dict), "a body is an object"
    if answer["is_accepted"]:
        yield f"{plain(new['code'])} stands in the place of {plain(old['code'])} at this node from now on."
        yield f"Proposed by {plain(answer['proposed_by'])}, confirmed by {plain(answer['confirmed_by'])}."
    else:
        yield f"{plain(answer['proposed_by'])} proposes {plain(new['code'])} in the place of {plain(old['code'])}."
        yield "Nothing changes until another head of body gives the same command."


def _refused(answer: JsonObject) -> Iterator[str]:
    new, old = answer["successor"], answer["for"]
    assert isinstance(new, dict), "a body is an object"
    assert isinstance(old, dict), "a body is an object"
    yield f"{plain(answer['refused_by'])} refused {plain(new['code'])} in the place of {plain(old['code'])}."


def _claims(answer: JsonObject) -> Iterator[str]:
    rows = []
    for one in items(answer, "claims"):
        new, old = one["successor"], one["for"]
        assert isinstance(new, dict), "a body is an object"
        assert isinstance(old, dict), "a body is an object"
        proposed = f"proposed by {plain(one['proposed_by'])}" if one["proposed_by"] else "nobody proposed it"
        state = f"refused by {plain(one['refused_by'])}" if one["refused_by"] else proposed
        rows.append((plain(new["code"]), plain(old["code"]), state, name(one["refusal"])))
    if not rows:
        yield "No body waits to be accepted in another's place."
        return
    yield from table(rows, "body", "in the place of", "here", "why")


def _list(answer: JsonObject) -> Iterator[str]:
    rows = [
        (
            plain(body["code"]) + (" *" if body["is_own"] else ""),
            name(body["name"]),
            plain(body["kind"]).replace("_", " "),
            plain(body["country"]),
            plain(body["introduced_by"]) or ("ourselves" if body["is_own"] else "by hand"),
        )
        for body in items(answer, "bodies")
    ]
    yield from table(rows, "code", "name", "kind", "country", "introduced by")
    if answer["statements_of_unknown_bodies"]:
        yield f"{answer['statements_of_unknown_bodies']} statements came from bodies that are not in the directory."


def _silent(answer: JsonObject) -> Iterator[str]:
    rows = []
    for one in items(answer, "sources"):
        body = one["body"]
        assert isinstance(body, dict), "a body is an object"
        since = when(one["since"]) or "never heard"
        rows.append((plain(body["code"]), since, str(one["hidden"]), str(one["soon"]), when(one["next_end"])))
    if not rows:
        yield f"No copy is hidden by a lease, nor will be within {answer['within_hours']} hours."
        return
    soon = f"within {answer['within_hours']} h"
    yield from table(rows, "source", "last heard", "hidden", soon, "next lease ends")


def _order(answer: JsonObject) -> Iterator[str]:
    order_shown = answer["order"]
    assert isinstance(order_shown, dict), "an order is an object"
    yield f"{name(order_shown['reference'])}, in force {plain(order_shown['in_force_on'])}"
    yield from fields([("governs", ", ".join(texts(order_shown, "governs")))])
    rows = [
        (plain(power["measure"]), plain(power["legal_basis"]), name(power.get("condition", "")))
        for power in items(order_shown, "powers")
    ]
    yield from table(rows, "measure", "legal basis", "condition")


def _orders(answer: JsonObject) -> Iterator[str]:
    versions = answer["versions"]
    assert isinstance(versions, dict), "versions are by reference"
    rows = [
        (
            name(one["reference"]),
            plain(one["in_force_on"]),
            plain(one["ends_on"] or ""),
            ", ".join(texts(one, "governs")),
            plain(versions[str(one["reference"])]),
        )
        for one in items(answer, "orders")
    ]
    yield from table(rows, "reference", "in force on", "ends on", "governs", "version")


def _order_foreseen(answer: JsonObject) -> Iterator[str]:
    yield f"version {plain(answer['version_before'])} stands; {answer['officers']} officers may task measures"
    for day in items(answer, "days"):
        yield f"from {plain(day['on'])}"
        rows = [(plain(one["measure"]), _by_law(one["before"]), _by_law(one["after"])) for one in items(day, "changes")]
        yield from table(rows, "measure", "before", "after")


def _by_law(law: object) -> str:
    assert isinstance(law, dict), "law is an object"
    given = [
        f"{plain(one['basis'])}" + (f" ({name(one['condition'])})" if one["condition"] else "")
        for one in items(law, "given")
    ]
    return ", ".join(given) or f"not given{', ' + name(law['routed_to']) if law['routed_to'] else ''}"


def _may(answer: JsonObject) -> Iterator[str]:
    decision = answer["decision"]
    assert isinstance(decision, dict), "a decision is an object"
    yield f"{plain(answer['officer'])} {'may' if decision['allowed'] else 'may not'} {plain(answer['measure'])}."
    yield from grounds(decision)
