"""`entente instrument`: propose, sign, show, suspend after a preview, resume, and proposals and measures of the charter."""

from __future__ import annotations

import base64
from typing import Annotated

import typer

from entente.cli import ask, connect, sign, sign_each
from entente.cli.asked import Asked
from entente.cli.body import ReadableFile
from entente.cli.instrument_text import (
    changed_lines,
    cut_off_lines,
    list_lines,
    preview_lines,
    proposal_lines,
    proposals_lines,
    returned_lines,
    show_lines,
    submitted_lines,
)
from entente.cli.options import ActingAs, Folder, Json, KeyFiles, PassphraseFile, Yes, commands, examples
from entente.cli.output import items, say
from entente.cli.progress import progress
from entente.kernel.canonical import Json as Value
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Conflict

app = commands("Instruments between bodies: propose, sign, suspend, resume.")

_Instrument = Annotated[str, typer.Argument(metavar="INSTRUMENT", help="Its short name or id.")]
_LEFT: JsonObject = {"state": "withdrawn"}
_SAID_OF_A_MEASURE = ("policy", "decided_by", "endorsed_by", "lifted_by", "appeal")
_SAID_OF_A_SUSPENSION = ("kinds", "rights", "direction", "decided_by", "document", "reason", "review_on")
_Reason = Annotated[str, typer.Option("--reason", help="Why, in one line that every party reads.")]
_Target = Annotated[str, typer.Argument(metavar="BODY", help="Whom it is about.")]


@app.command("propose", epilog=examples("entente instrument propose charter.yaml --as head-1"))
def propose(file: ReadableFile, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Put an instrument before its parties, from its file: the paper act, its text and its machine terms."""
    data = base64.b64encode(file.read_bytes()).decode("ascii")
    say(ask(folder, "instrument_propose", {"officer": officer, "data": data}), as_json, changed_lines)


@app.command(
    "sign",
    epilog=examples("entente instrument sign charter --as head-1 --key head-1.pem --key head-2.pem"),
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
        asked = Asked("instrument_signature", {"state": "active"}, _by_name(instrument, "instrument."))
        signed = sign(draft, keys, passphrase_file, asked)
        say(node.ask("instrument_submit", {"officer": officer, "statement": signed}), as_json, changed_lines)


@app.command(
    "take-back",
    epilog=examples("entente instrument take-back accord --reason «The ministry wants another text.» --as head-1"),
)
def take_back(
    instrument: _Instrument, reason: _Reason, officer: ActingAs, folder: Folder = None, as_json: Json = False
) -> None:
    """Take our proposal back before it is concluded; every party is told why. What was signed stays signed, and ends nothing."""
    given: JsonObject = {"officer": officer, "instrument": instrument, "reason": reason}
    say(ask(folder, "instrument_take_back", given), as_json, changed_lines)


@app.command(
    "refuse", epilog=examples("entente instrument refuse accord --reason «Our law knows no such right.» --as head-1")
)
def refuse(
    instrument: _Instrument, reason: _Reason, officer: ActingAs, folder: Folder = None, as_json: Json = False
) -> None:
    """Say that our body does not sign an instrument; every party is told why. It may sign after all."""
    given: JsonObject = {"officer": officer, "instrument": instrument, "reason": reason}
    say(ask(folder, "instrument_refuse", given), as_json, changed_lines)


@app.command("show", epilog=examples("entente instrument show charter"))
def show(instrument: _Instrument, folder: Folder = None, as_json: Json = False) -> None:
    """Show an instrument: terms, clauses, signatures, how each party stands, what is suspended."""
    say(ask(folder, "instrument_show", {"instrument": instrument}), as_json, show_lines)


@app.command("list", epilog=examples("entente instrument list"))
def list_instruments(folder: Folder = None, as_json: Json = False) -> None:
    """List the instruments known here, and whether each is in force."""
    say(ask(folder, "instrument_list", {}), as_json, list_lines)


@app.command(
    "suspend",
    epilog=examples(
        "entente instrument suspend drug-data --toward RC --decided-by «Council of the Union» \\",
        "        --document «Decision 2031/17» --reason political_decision_of_union --review-on 2032-01-01 \\",
        "        --as head-1 --key head-1.pem --key head-2.pem",
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
        # With --json the answer alone goes to stdout; whoever is asked still sees what would stop.
        if not (as_json and yes):
            for line in preview_lines(preview):
                typer.echo(line, err=as_json)
        if not yes:
            typer.confirm("Sign this suspension?", abort=True, err=True)
        asked = Asked("participation", _by_id(instrument), never=_LEFT, holds={"suspensions": _suspension(terms)})
        signed = sign(node.ask("suspend_draft", terms), keys, passphrase_file, asked)
        done = node.ask("instrument_submit", {"officer": officer, "statement": signed})
    say({**done, **preview}, as_json, changed_lines)


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
    say(ask(folder, "suspend_preview", terms), as_json, preview_lines)


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
        asked = Asked("participation", _by_id(instrument), never=_LEFT, lacks={"suspensions": {"id": suspension}})
        signed = sign(draft, keys, passphrase_file, asked)
        say(node.ask("instrument_submit", {"officer": officer, "statement": signed}), as_json, changed_lines)


@app.command(
    "cut-off",
    epilog=examples(
        "entente instrument cut-off --decided-by «Ministry of the Interior» --document «Decision 2031/40» \\",
        "        --reason security_incident --review-on 2031-09-01 --as head-1 --key head-1.pem --key head-2.pem",
    ),
)
def cut_off(
    officer: ActingAs,
    decided_by: Annotated[str, typer.Option("--decided-by", help="Who decided.")],
    document: Annotated[str, typer.Option("--document", help="By which document.")],
    reason: Annotated[str, typer.Option("--reason", help="A code of the suspension reasons.")],
    review_on: Annotated[str, typer.Option("--review-on", metavar="DATE", help="When it is looked at again.")],
    keys: KeyFiles,
    yes: Yes = False,
    passphrase_file: PassphraseFile = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Cut our body off in one step: every instrument we take part in is suspended whole, toward every party.

    The charter's channel stays open. Only we can return, with «entente instrument return».
    """
    terms: JsonObject = {
        "officer": officer, "decided_by": decided_by, "document": document, "reason": reason, "review_on": review_on,
    }  # fmt: skip
    with connect(folder) as node:
        preview = node.ask("cut_off_preview", terms)
        if not (as_json and yes):
            for line in cut_off_lines(preview):
                typer.echo(line, err=as_json)
        if not yes:
            typer.confirm("Cut our body off?", abort=True, err=True)
        found = preview["preview"]
        assert isinstance(found, dict), "a preview is an object"
        shown = items(found, "stops")
        drafts = items(node.ask("cut_off_draft", terms), "drafts")
        if len(drafts) != len(shown):
            raise _changed_since_it_was_shown()
        asked = [_whole_stop(terms, one["id"]) for one in shown]
        signed = sign_each([*zip(drafts, asked, strict=True)], keys, passphrase_file)
        done = node.ask("instruments_submit", {"officer": officer, "statements": [*signed]})
    say({**done, **preview}, as_json, submitted_lines)


@app.command("return", epilog=examples("entente instrument return --as head-1 --key head-1.pem --key head-2.pem"))
def return_again(
    officer: ActingAs,
    keys: KeyFiles,
    passphrase_file: PassphraseFile = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """End our cut-off in one step, and fetch at once what waits for us at other bodies.

    Other suspensions of ours stay. What was held meanwhile, here and at others, waits for a person («entente exchange held»).
    """
    asked = Asked("participation", never=_LEFT, lacks_begun={"suspensions": {"id": "cut-off-"}})
    with connect(folder) as node:
        drafts = items(node.ask("return_draft", {"officer": officer}), "drafts")
        signed = sign_each([(draft, asked) for draft in drafts], keys, passphrase_file)
        done = node.ask("instruments_submit", {"officer": officer, "statements": [*signed]})
        with progress("Fetching what waits for us", unit="bodies", quiet=as_json) as told:
            fetched = node.ask("exchange_fetch", {}, told)
    say({**done, **fetched}, as_json, returned_lines)


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
        asked = Asked("participation", {**_by_id(instrument), "kinds": [*(kinds or [])]}, never=_LEFT)
        signed = sign(draft, keys, passphrase_file, asked)
        say(node.ask("instrument_submit", {"officer": officer, "statement": signed}), as_json, changed_lines)


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
        signed = sign(draft, keys, passphrase_file, Asked("participation", {**_by_id(instrument), **_LEFT}))
        say(node.ask("instrument_submit", {"officer": officer, "statement": signed}), as_json, changed_lines)


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
    say(ask(folder, "proposal_make", given), as_json, proposal_lines)


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
    say(ask(folder, "proposal_make", given), as_json, proposal_lines)


@app.command("proposals", epilog=examples("entente instrument proposals"))
def proposals(folder: Folder = None, as_json: Json = False) -> None:
    """List the proposals recorded here, with the clause that answers each."""
    say(ask(folder, "proposal_list", {}), as_json, proposals_lines)


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
        said = {field: given[field] for field in _SAID_OF_A_MEASURE}
        signed = sign(node.ask("measure_draft", given), keys, passphrase_file, Asked("measure", said))
        say(node.ask("instrument_submit", {"officer": officer, "statement": signed}), as_json, changed_lines)


def _by_id(instrument: str) -> JsonObject:
    """Return what a stand must say of its instrument, where it was named by its id; a short name is the directory's."""
    return {"instrument": instrument} if instrument.startswith("instrument:") else {}


def _by_name(instrument: str, within: str) -> dict[str, tuple[str, ...]]:
    return {instrument: (f"{within}name", f"{within}id")}


def _changed_since_it_was_shown() -> Conflict:
    return Conflict(
        "What our body takes part in changed since it was shown.",
        why="The node drafted another number of suspensions than it showed, and heads sign what they have seen (B12).",
        do="Ask again, and look at what is shown then.",
    )


def _whole_stop(terms: JsonObject, instrument: Value) -> Asked:
    """Return what each stand of a cut-off must say: one more suspension of everything, toward everybody, as was decided."""
    decided: JsonObject = {field: terms[field] for field in ("decided_by", "document", "reason", "review_on")}
    stop: JsonObject = {**decided, "counterparts": [], "kinds": [], "rights": [], "direction": "both"}
    return Asked("participation", {"instrument": instrument}, never=_LEFT, holds={"suspensions": stop})


def _suspension(terms: JsonObject) -> JsonObject:
    """Return what the new suspension must say; its counterparts are ids that only the directory gives."""
    return {field: terms[field] for field in _SAID_OF_A_SUSPENSION}
