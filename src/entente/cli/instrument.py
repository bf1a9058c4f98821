"""`entente instrument`: propose, sign, show, suspend after a preview, resume, and proposals and measures of the charter."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask, connect, sign
from entente.cli.body import ReadableFile
from entente.cli.options import ActingAs, Folder, Json, KeyFiles, PassphraseFile, Yes, commands, examples
from entente.cli.output import fields, items, name, plain, say, table, text_block, texts
from entente.kernel.canonical import JsonObject

app = commands("Instruments between bodies: propose, sign, suspend, resume.")

_Instrument = Annotated[str, typer.Argument(metavar="INSTRUMENT", help="Its short name or id.")]
_Target = Annotated[str, typer.Argument(metavar="BODY", help="Whom it is about.")]


@app.command("propose", epilog=examples("entente instrument propose charter.yaml --as head-1"))
def propose(file: ReadableFile, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Put an instrument before its parties, from its file: the paper act, its text and its machine terms."""
    data = base64.b64encode(file.read_bytes()).decode("ascii")
    say(ask(folder, "instrument_propose", {"officer": officer, "data": data}), as_json, _changed)


@app.command(
    "sign",
    epilog=examples("entente instrument sign charter --as head-1 --key head-head-1.pem --key head-head-2.pem"),
)
def sign_instrument(
    instrument: _Instrument,
    officer: ActingAs,
    keys: KeyFiles,
    passphrase_file: PassphraseFile = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Sign an instrument with the heads' keys; signing is taking part. The keys do not leave this command."""
    with connect(folder) as node:
        draft = node.ask("instrument_sign_draft", {"officer": officer, "instrument": instrument})
        signed = sign(draft, keys, passphrase_file)
        say(node.ask("instrument_submit", {"officer": officer, "statement": signed}), as_json, _changed)


@app.command("show", epilog=examples("entente instrument show charter"))
def show(instrument: _Instrument, folder: Folder = None, as_json: Json = False) -> None:
    """Show an instrument: terms, clauses, signatures, how each party stands, what is suspended."""
    say(ask(folder, "instrument_show", {"instrument": instrument}), as_json, _show)


@app.command("list", epilog=examples("entente instrument list"))
def list_instruments(folder: Folder = None, as_json: Json = False) -> None:
    """List the instruments known here, and whether each is in force."""
    say(ask(folder, "instrument_list", {}), as_json, _list)


@app.command(
    "suspend",
    epilog=examples(
        "entente instrument suspend drug-data --toward RC --decided-by «Council of the Union» \\",
        "        --document «Decision 2031/17» --reason political_decision_of_union --review-on 2032-01-01 \\",
        "        --as head-1 --key head-head-1.pem --key head-head-2.pem",
    ),
)
def suspend(
    instrument: _Instrument,
    officer: ActingAs,
    decided_by: Annotated[str, typer.Option("--decided-by", help="Who decided.")],
    document: Annotated[str, typer.Option("--document", help="By which document.")],
    reason: Annotated[str, typer.Option("--reason", help="A code of the suspension reasons.")],
    review_on: Annotated[str, typer.Option("--review-on", metavar="DATE", help="When it is looked at again.")],
    keys: KeyFiles,
    toward: Annotated[
        list[str] | None, typer.Option("--toward", metavar="BODY", help="Repeat for several; all if left out.")
    ] = None,
    kinds: Annotated[list[str] | None, typer.Option("--kind", help="Kinds of record; all if left out.")] = None,
    rights: Annotated[
        list[str] | None, typer.Option("--right", help="record, consult, copy, contact; all if left out.")
    ] = None,
    direction: Annotated[str, typer.Option("--direction", help="sending, receiving or both.")] = "both",
    yes: Yes = False,
    passphrase_file: PassphraseFile = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Suspend our part of an instrument: first what would stop and what stays open is shown, then it is signed.

    It takes effect here at once and at the counterparts within seconds. Only we can resume it.
    """
    terms: JsonObject = {
        "officer": officer, "instrument": instrument, "toward": [*(toward or [])], "kinds": [*(kinds or [])],
        "rights": [*(rights or [])], "direction": direction, "decided_by": decided_by, "document": document,
        "reason": reason, "review_on": review_on,
    }  # fmt: skip
    with connect(folder) as node:
        preview = node.ask("suspend_preview", terms)
        if not as_json:
            say(preview, as_json, _preview)
        if not yes:
            typer.confirm("Sign this suspension?", abort=True, err=True)
        signed = sign(node.ask("suspend_draft", terms), keys, passphrase_file)
        done = node.ask("instrument_submit", {"officer": officer, "statement": signed})
    say({**done, **preview}, as_json, _changed)


@app.command("preview", epilog=examples("entente instrument preview drug-data --toward RC --as head-1"))
def preview_suspension(
    instrument: _Instrument,
    officer: ActingAs,
    toward: Annotated[
        list[str] | None, typer.Option("--toward", metavar="BODY", help="Repeat for several; all if left out.")
    ] = None,
    kinds: Annotated[list[str] | None, typer.Option("--kind", help="Kinds of record; all if left out.")] = None,
    rights: Annotated[
        list[str] | None, typer.Option("--right", help="record, consult, copy, contact; all if left out.")
    ] = None,
    direction: Annotated[str, typer.Option("--direction", help="sending, receiving or both.")] = "both",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Show what a suspension would stop and what stays open; nothing is changed."""
    terms: JsonObject = {
        "officer": officer, "instrument": instrument, "toward": [*(toward or [])], "kinds": [*(kinds or [])],
        "rights": [*(rights or [])], "direction": direction, "decided_by": "not decided", "document": "none",
        "reason": "other_with_text",
    }  # fmt: skip
    say(ask(folder, "suspend_preview", terms), as_json, _preview)


@app.command(
    "resume",
    epilog=examples("entente instrument resume drug-data suspension-1f… --as head-1 --key h1.pem --key h2.pem"),
)
def resume(
    instrument: _Instrument,
    suspension: Annotated[str, typer.Argument(metavar="SUSPENSION", help="Its id, as «instrument show» names it.")],
    officer: ActingAs,
    keys: KeyFiles,
    passphrase_file: PassphraseFile = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """End a suspension of ours, signed by the heads."""
    with connect(folder) as node:
        draft = node.ask("resume_draft", {"officer": officer, "instrument": instrument, "suspension": suspension})
        signed = sign(draft, keys, passphrase_file)
        say(node.ask("instrument_submit", {"officer": officer, "statement": signed}), as_json, _changed)


@app.command(
    "narrow",
    epilog=examples("entente instrument narrow accord --kind wanted_person --as head-1 --key h1.pem --key h2.pem"),
)
def narrow(
    instrument: _Instrument,
    officer: ActingAs,
    keys: KeyFiles,
    kinds: Annotated[list[str] | None, typer.Option("--kind", help="What remains; left out, everything again.")] = None,
    passphrase_file: PassphraseFile = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Take part with some kinds of record only, toward every party; without --kind, with all again."""
    with connect(folder) as node:
        draft = node.ask("narrow_draft", {"officer": officer, "instrument": instrument, "kinds": [*(kinds or [])]})
        signed = sign(draft, keys, passphrase_file)
        say(node.ask("instrument_submit", {"officer": officer, "statement": signed}), as_json, _changed)


@app.command("withdraw", epilog=examples("entente instrument withdraw accord --as head-1 --key h1.pem --key h2.pem"))
def withdraw(
    instrument: _Instrument,
    officer: ActingAs,
    keys: KeyFiles,
    yes: Yes = False,
    passphrase_file: PassphraseFile = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Leave an instrument for good, signed by the heads; taking part again needs a new instrument."""
    if not yes:
        typer.confirm(f"Leave {instrument} for good?", abort=True, err=True)
    with connect(folder) as node:
        draft = node.ask("withdraw_draft", {"officer": officer, "instrument": instrument})
        signed = sign(draft, keys, passphrase_file)
        say(node.ask("instrument_submit", {"officer": officer, "statement": signed}), as_json, _changed)


@app.command("propose-expulsion", epilog=examples("entente instrument propose-expulsion XB-NCB --text «…» --as head-1"))
def propose_expulsion(
    target: _Target,
    text: Annotated[str, typer.Option("--text", help="The grounds put forward.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Put a proposal to expel a body before the parties of the charter; it is recorded as inadmissible, with the clause."""
    given: JsonObject = {"officer": officer, "kind": "expulsion", "target": target, "text": text}
    say(ask(folder, "proposal_make", given), as_json, _proposal)


@app.command("propose-measure", epilog=examples("entente instrument propose-measure XB-NCB --text «…» --as head-1"))
def propose_measure(
    target: _Target,
    text: Annotated[str, typer.Option("--text", help="Which measure, and why.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Put a proposal for a measure before the parties of the charter."""
    given: JsonObject = {"officer": officer, "kind": "measure", "target": target, "text": text}
    say(ask(folder, "proposal_make", given), as_json, _proposal)


@app.command("proposals", epilog=examples("entente instrument proposals"))
def proposals(folder: Folder = None, as_json: Json = False) -> None:
    """List the proposals recorded here, with the clause that answers each."""
    say(ask(folder, "proposal_list", {}), as_json, _proposals)


@app.command(
    "measure",
    epilog=examples(
        "entente instrument measure XB-NCB --policy via_review --decided-by «General Secretary» \\",
        "        --until 2031-08-01T00:00:00Z --lifted-by «An audit» --appeal «The commission» \\",
        "        --as head-1 --key h1.pem --key h2.pem",
    ),
)
def measure(
    target: _Target,
    policy: Annotated[str, typer.Option("--policy", help="direct, via_review, receive_only or paused.")],
    decided_by: Annotated[str, typer.Option("--decided-by", help="Who decided.")],
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="When it ends.")],
    lifted_by: Annotated[str, typer.Option("--lifted-by", help="What would lift it.")],
    appeal: Annotated[str, typer.Option("--appeal", help="Where the body may appeal.")],
    officer: ActingAs,
    keys: KeyFiles,
    endorsed_by: Annotated[str, typer.Option("--endorsed-by", show_default=False, help="Who endorsed it.")] = "",
    replaces: Annotated[
        str, typer.Option("--replaces", show_default=False, help="The measure whose place it takes.")
    ] = "",
    passphrase_file: PassphraseFile = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Take a measure under the charter, as the body that its clause names; signed by the heads."""
    given: JsonObject = {
        "officer": officer, "target": target, "policy": policy, "decided_by": decided_by, "endorsed_by": endorsed_by,
        "until": until, "lifted_by": lifted_by, "appeal": appeal, "replaces": replaces,
    }  # fmt: skip
    with connect(folder) as node:
        signed = sign(node.ask("measure_draft", given), keys, passphrase_file)
        say(node.ask("instrument_submit", {"officer": officer, "statement": signed}), as_json, _changed)


def _changed(answer: JsonObject) -> Iterator[str]:
    instrument = answer.get("instrument")
    if isinstance(instrument, dict):
        yield f"{name(instrument['name'])}: {name(instrument['why'])}"
        yield from fields([("signed by", ", ".join(texts(instrument, "signed_by"))), ("id", plain(instrument["id"]))])
    if answer.get("statement"):
        yield f"Kept and sent: {plain(answer['kind'])} with {answer['signatures']} signatures."


def _list(answer: JsonObject) -> Iterator[str]:
    rows = [
        (
            name(one["name"]),
            plain(one["kind"]),
            "yes" if one["in_force"] else "no",
            str(one["suspensions"] or ""),
            ", ".join(texts(one, "signed_by")),
        )
        for one in items(answer, "instruments")
    ]
    yield from table(rows, "instrument", "kind", "in force", "suspensions", "signed by")


def _show(answer: JsonObject) -> Iterator[str]:
    terms = answer["terms"]
    assert isinstance(terms, dict), "terms are an object"
    yield f"{name(answer['name'])}  {name(answer['title'])}"
    yield from fields(
        [
            ("id", plain(answer["id"])),
            ("in force", f"{'yes' if answer['in_force'] else 'no'}: {name(answer['why'])}"),
            ("parties", ", ".join(plain(party["code"]) for party in items(terms, "parties"))),
            ("signed by", ", ".join(texts(answer, "signed_by"))),
            ("rights", ", ".join(texts(terms, "rights"))),
            ("kinds", ", ".join(texts(terms, "kinds"))),
            ("onward", plain(terms["onward"])),
            ("hits", plain(terms["hit_rule"])),
        ]
    )
    for clause in items(terms, "clauses"):
        effect = f" ({plain(clause['effect'])})" if clause.get("effect") else ""
        yield f"  clause {plain(clause['number'])}{effect}: {name(clause['text'])}"
    for stand in items(answer, "participations"):
        yield from _stand(stand)
    for proposal in items(answer, "proposals"):
        yield _proposal_line(proposal)


def _stand(stand: JsonObject) -> Iterator[str]:
    body = stand["body"]
    assert isinstance(body, dict), "a body is an object"
    yield f"  {plain(body['code'])}: {plain(stand['state'])}, epoch {stand['epoch']}"
    for one in items(stand, "suspensions"):
        toward = ", ".join(plain(ref["code"]) for ref in items(one, "counterparts")) or "every party"
        what = ", ".join([*texts(one, "kinds"), *texts(one, "rights")]) or "everything"
        yield f"    suspended toward {toward}: {what} ({plain(one['direction'])}), {plain(one['id'])}"
        yield f"      decided by {name(one['decided_by'])}, {name(one['document'])}; looked at again {plain(one['review_on'])}"


def _preview(answer: JsonObject) -> Iterator[str]:
    preview = answer["preview"]
    assert isinstance(preview, dict), "a preview is an object"
    yield f"If this is signed, under {name(preview['instrument'])}:"
    yield from fields(
        [
            ("toward", ", ".join(plain(ref["code"]) for ref in items(preview, "counterparts"))),
            ("stops", f"{plain(preview['direction'])}: {', '.join(texts(preview, 'rights'))}"),
            ("kinds", ", ".join(texts(preview, "kinds"))),
            ("our records there", str(preview["records_held_there"])),
            ("their records here", str(preview["records_held_here"])),
            ("open requests", "; ".join(texts(preview, "open_requests")) or "none"),
            ("open permissions", "; ".join(texts(preview, "open_permissions")) or "none"),
            ("stays open", ", ".join(name(one) for one in texts(preview, "stays_open")) or "nothing"),
        ]
    )


def _proposal(answer: JsonObject) -> Iterator[str]:
    proposal = answer["proposal"]
    assert isinstance(proposal, dict), "a proposal is an object"
    yield _proposal_line(proposal)
    yield from text_block(proposal["text"])


def _proposals(answer: JsonObject) -> Iterator[str]:
    found = items(answer, "proposals")
    yield from (_proposal_line(one) for one in found)
    if not found:
        yield "No proposal is recorded here."


def _proposal_line(proposal: JsonObject) -> str:
    proposer, target = proposal["proposer"], proposal["target"]
    assert isinstance(proposer, dict), "a body is an object"
    assert isinstance(target, dict), "a body is an object"
    clause = f", clause {plain(proposal['clause'])}" if proposal["clause"] else ""
    kind, state = plain(proposal["kind"]), plain(proposal["state"])
    return f"  {plain(proposer['code'])} proposes {kind} about {plain(target['code'])}: {state}{clause}"
