"""`entente record`: import, enter, show, list, share, forward, withdraw, erase, who can see; versions; files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from entente.cli import ask
from entente.cli.options import ActingAs, CaseNumber, CrimeArea, Folder, Json, Purpose, commands, examples
from entente.cli.output import fields, gaps, grounds, items, name, plain, say, table, texts, when
from entente.cli.record_enter import COMMANDS as ENTER
from entente.cli.record_export import COMMANDS as EXPORT
from entente.cli.record_files import COMMANDS, Record, file_line, read_terms
from entente.cli.record_import import COMMANDS as IMPORT
from entente.cli.record_versions import COMMANDS as VERSIONS
from entente.kernel.canonical import JsonObject

app = commands("Records: import, enter, show, list, share, forward, withdraw, erase; who can see them; their files.")


_Terms = Annotated[
    Path, typer.Option("--terms", exists=True, dir_okay=False, help="On what conditions they are kept and shared.")
]
_ShareWith = Annotated[
    list[str] | None, typer.Option("--share-with", metavar="BODY", help="Send copies at once; repeat.")
]


@app.command(
    "show", epilog=examples("entente record show XA-NCB/w-17 --purpose arrest --crime-area fugitives --as xb-duty-1")
)
def show(
    record: Record,
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    case: CaseNumber = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Show what you may see of a record, for a purpose; the look is in the trail."""
    given: JsonObject = {
        "officer": officer, "record": record, "purpose": purpose, "crime_area": crime_area, "case": case,
    }  # fmt: skip
    say(ask(folder, "record_show", given), as_json, _show)


@app.command("list", epilog=examples("entente record list --purpose arrest --crime-area fugitives --as xb-duty-1"))
def list_records(
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    kind: Annotated[str, typer.Option("--kind", show_default=False, help="One kind of record only.")] = "",
    after: Annotated[
        str, typer.Option("--after", show_default=False, help="Where the last page ended, as it says.")
    ] = "0",
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="How many on a page.")] = 50,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """List what you may see for a purpose, a page at a time."""
    given: JsonObject = {
        "officer": officer, "purpose": purpose, "crime_area": crime_area, "kind": kind, "limit": limit,
        # A number at the node; from elsewhere a cursor of its own.
        "after": int(after) if after.isdecimal() else after,
    }  # fmt: skip
    say(ask(folder, "record_list", given), as_json, _list)


@app.command(
    "judge",
    epilog=examples(
        "entente record judge xa-person-01 XB-NCB/p-7 --verdict same_as --evidence «Same prints, 2031-03-02» \\",
        "    --terms judgements.yaml --purpose identify --crime-area fugitives --as xa-duty-1",
    ),
)
def judge(
    left: Record,
    right: Record,
    verdict: Annotated[str, typer.Option("--verdict", help="same_as or not_same.")],
    evidence: Annotated[str, typer.Option("--evidence", help="What it rests on, in words an officer can check.")],
    terms: _Terms,
    officer: ActingAs,
    purpose: Purpose,
    crime_area: CrimeArea,
    method: Annotated[str, typer.Option("--method", help="Prints, DNA, document, interview, comparison of data.")] = "",
    case: CaseNumber = "",
    share_with: _ShareWith = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Judge two records to be, or not to be, of one thing. Nothing is merged: the judgement is a record of its own."""
    given: JsonObject = {
        "officer": officer, "left": left, "right": right, "verdict": verdict, "evidence": evidence, "method": method,
        "terms": read_terms(terms), "purpose": purpose, "crime_area": crime_area, "case": case,
        "share_with": [*(share_with or [])],
    }  # fmt: skip
    say(ask(folder, "record_judge", given), as_json, _judged)


@app.command(
    "original",
    epilog=examples("entente record original xa-person-01 --purpose identify --crime-area fugitives --as xa-duty-1"),
)
def original(
    record: Record,
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    case: CaseNumber = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Show the part of the file that a record of ours was made from, and the file by name, date and hash."""
    given: JsonObject = {
        "officer": officer, "record": record, "purpose": purpose, "crime_area": crime_area, "case": case,
    }  # fmt: skip
    say(ask(folder, "record_original", given), as_json, _as_it_came)


@app.command(
    "withdraw", epilog=examples("entente record withdraw w-17 --reason «Arrested and handed over» --as xa-duty-1")
)
def withdraw(
    record: Record,
    reason: Annotated[str, typer.Option("--reason", help="Why, in words.")],
    officer: ActingAs,
    version: Annotated[
        int, typer.Option("--version", min=0, help="The one that you saw; a node elsewhere has to be told.")
    ] = 0,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Withdraw one of our records: found nowhere here from now on, and every holder is told. It is final."""
    given: JsonObject = {"officer": officer, "record": record, "reason": reason, "version": version or None}
    say(ask(folder, "record_withdraw", given), as_json, _withdrawn)


@app.command("erase", epilog=examples("entente record erase w-17 --reason unlawful --as dpo-1"))
def erase(
    record: Record,
    reason: Annotated[str, typer.Option("--reason", metavar="CODE", help="A code of the erasure reasons.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Erase one of our records for good: it goes from this node and from every holder. Nothing brings it back.

    What stays says who erased it, when and why, and recognises it should it come again; it holds no name and no number.
    """
    given: JsonObject = {"officer": officer, "record": record, "reason": reason}
    say(ask(folder, "record_erase", given), as_json, _erased)


@app.command("who-can-see", epilog=examples("entente record who-can-see w-17 --as xa-duty-1"))
def who_can_see(record: Record, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Say for every body how far it may go with one of our records, by the gate's own grounds; and who holds a copy."""
    say(ask(folder, "record_who_can_see", {"officer": officer, "record": record}), as_json, _who)


@app.command("holders", epilog=examples("entente record holders w-17 --as xa-duty-1"))
def holders(record: Record, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Say who holds a copy of one of our records, also onward, and who has confirmed that it is shown no more, or erased.

    Who was asked and has not confirmed is listed as missing, since when. Of an erased record, give the id that it had.
    """
    say(ask(folder, "record_holders", {"officer": officer, "record": record}), as_json, _holders)


@app.command("share", epilog=examples("entente record share w-17 w-18 --to XB-NCB --as xa-duty-1"))
def share(
    records: Annotated[list[str], typer.Argument(metavar="RECORD...", help="Records of ours.")],
    officer: ActingAs,
    to: Annotated[
        list[str] | None, typer.Option("--to", metavar="BODY", help="Repeat; every other party if left out.")
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Send copies of our records under the instrument they were imported for, to bodies that may hold one."""
    given: JsonObject = {"officer": officer, "records": [*records], "recipients": [*(to or [])]}
    say(ask(folder, "record_share", given), as_json, _shared)


@app.command(
    "forward",
    epilog=examples(
        "entente record forward XA-NCB/w-17 --to XC-NCB --purpose arrest --crime-area fugitives --as xb-duty-1"
    ),
)
def forward(
    record: Record,
    to: Annotated[str, typer.Option("--to", metavar="BODY", help="To whom.")],
    purpose: Purpose,
    crime_area: CrimeArea,
    officer: ActingAs,
    case: CaseNumber = "",
    instrument: Annotated[
        str, typer.Option("--instrument", show_default=False, help="Where it was shared under several.")
    ] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Pass another body's record on, as its source signed it; refused with the grounds, or with its leave."""
    given: JsonObject = {
        "officer": officer, "record": record, "to": to, "purpose": purpose, "crime_area": crime_area, "case": case,
        "instrument": instrument,
    }  # fmt: skip
    say(ask(folder, "record_forward", given), as_json, _forwarded)


for _name, (_command, _examples) in {**IMPORT, **ENTER, **EXPORT, **COMMANDS, **VERSIONS}.items():
    app.command(_name, epilog=examples(*_examples))(_command)


def _show(answer: JsonObject) -> Iterator[str]:
    yield from record_lines(answer)
    yield f"You may go up to: {plain(answer['may_go_up_to']).replace('_', ' ')}"


def record_lines(answer: JsonObject) -> Iterator[str]:
    """Yield the record of an answer, fact by fact, with its terms and its end."""
    record = answer["record"]
    assert isinstance(record, dict), "a record is an object"
    source = record["source"]
    assert isinstance(source, dict), "a source is an object"
    yield f"{name(record['name'])}  {plain(record['schema'])}, {plain(record['kind'])}, version {record['version']}"
    yield from table(
        [
            (plain(fact["property"]), name(fact["value"]), "" if fact["observation"] == "observed" else "assessed")
            for fact in items(record, "facts")
        ],
        "property",
        "value",
        "",
    )
    for link in items(record, "links"):
        yield f"  {plain(link['property'])} → {name(link['name'])}"
    for one in items(record, "files"):
        yield f"  file {file_line(one)}"
    for terms in items(record, "terms"):
        yield from fields(
            [
                ("under", name(terms["instrument"])),
                ("handling", ", ".join(texts(terms, "handling"))),
                ("evaluation", plain(terms["evaluation"])),
                ("status", plain(terms["status"]).replace("_", " ")),
                ("marks", ", ".join(texts(terms, "marks"))),
            ]
        )
    retention = record["retention"]
    assert isinstance(retention, dict), "retention is an object"
    yield f"looked at again {plain(retention['review_on'])}, erased {plain(retention['erase_on'])}"


def _list(answer: JsonObject) -> Iterator[str]:
    rows = [
        (name(one["name"]), name(one["caption"]), plain(one["schema"]), plain(one["kind"]), str(one["version"]))
        for one in items(answer, "records")
    ]
    yield from table(rows, "record", "", "schema", "kind", "version")
    yield f"{len(rows)} of {answer['of']}."
    yield from gaps(answer)
    if answer["next_after"] is not None:
        yield f"More with --after {answer['next_after']}"


def _withdrawn(answer: JsonObject) -> Iterator[str]:
    told = ", ".join(plain(ref["code"]) for ref in items(answer, "told"))
    yield f"{name(answer['name'])} is withdrawn. Told: {told or 'nobody holds a copy'}."


def _erased(answer: JsonObject) -> Iterator[str]:
    told = ", ".join(plain(ref["code"]) for ref in items(answer, "told"))
    yield f"Erased. What is left of it is called {name(answer['name'])}. Told: {told or 'nobody holds a copy'}."


def _who(answer: JsonObject) -> Iterator[str]:
    for one in items(answer, "who"):
        body, decision = one["body"], one["decision"]
        assert isinstance(body, dict), "a body is an object"
        assert isinstance(decision, dict), "a decision is an object"
        yield f"{plain(body['code'])}: {plain(one['may_go_up_to']).replace('_', ' ') or 'may not even know of it'}"
        yield from (line for line in grounds(decision) if " NO " in line or line.startswith("   " * 3))
    for one in items(answer, "units"):
        yield f"Unit {plain(one['unit'])}: {plain(one['may_go_up_to']).replace('_', ' ') or 'as if it were not there'}"
        ground = one["ground"]
        assert isinstance(ground, dict), "a ground is an object"
        yield f"         {plain(ground['number'])}   {plain(ground['text'])}"
    holders = [
        f"{_code(one)} version {one['version']} ({plain(one['state']).replace('_', ' ')})"
        for one in items(answer, "holders")
    ]
    yield f"Copies: {', '.join(holders) or 'none'}."


def _holders(answer: JsonObject) -> Iterator[str]:
    gone = "erased_at" if answer["erased_at"] else "withdrawn_at"
    yield f"{name(answer['name'])}, version {answer['version']}" + (
        f", {gone.removesuffix('_at')} {when(answer[gone])}" if answer[gone] else ""
    )
    rows = [
        (
            _code(one),
            _forwarder(one),
            str(one["version"]),
            plain(one["state"]).replace("_", " "),
            when(one["sent_at"]),
            when(one["stored_at"]),
            f"MISSING since {when(one['asked_at'])}" if one["is_missing"] else when(one["confirmed_at"]),
        )
        for one in items(answer, "holders")
    ]
    yield from table(rows, "holder", "passed on by", "version", "state", "sent", "stored there", "confirmed")
    if answer["erase_on"]:
        ended = "expired: each holder erases it by itself since" if answer["is_expired"] else "each holder erases it on"
        yield f"{ended} {plain(answer['erase_on'])}"


def _forwarder(one: JsonObject) -> str:
    by = one["by"]
    return plain(by["code"]) if isinstance(by, dict) else ""


def _code(one: JsonObject) -> str:
    body = one["body"]
    return plain(body["code"]) if isinstance(body, dict) else ""


def _shared(answer: JsonObject) -> Iterator[str]:
    rows = []
    for one in items(answer, "sent"):
        to = one["to"]
        rows.append((name(one["record"]), plain(to["code"]) if isinstance(to, dict) else ""))
    yield from table(rows, "record", "to")


def _forwarded(answer: JsonObject) -> Iterator[str]:
    to, decision = answer["to"], answer.get("decision")
    assert isinstance(to, dict), "a body is an object"
    yield f"{name(answer['name'])} was passed on to {plain(to['code'])}" + (
        " with the source's leave." if answer.get("leave") else "."
    )
    if isinstance(decision, dict):
        # A node elsewhere keeps it in its trail.
        yield from grounds(decision)


def _judged(answer: JsonObject) -> Iterator[str]:
    verdict = plain(answer["verdict"]).replace("_", " ")
    yield f"{name(answer['left'])} is judged {verdict} {name(answer['right'])}: record {name(answer['name'])}."


def _as_it_came(answer: JsonObject) -> Iterator[str]:
    yield from fields(
        [
            ("record", name(answer["name"])),
            ("file", f"{name(answer['file'])}, {plain(answer['file_date'])}, {plain(answer['format'])}"),
            ("SHA-256", plain(answer["file_sha256"])),
        ]
    )
    yield name(answer["text"])
