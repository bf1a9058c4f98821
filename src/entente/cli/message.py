"""`entente message`: messages to other bodies, and what they sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask
from entente.cli.message_files import COMMANDS as FILE_COMMANDS
from entente.cli.message_files import Attach, attached, file_lines
from entente.cli.message_recalling import COMMANDS as RECALL_COMMANDS
from entente.cli.message_several import COMMANDS
from entente.cli.options import ActingAs, CaseNumber, Folder, Json, Limit, LookingAs, commands, examples
from entente.cli.output import fields, items, name, plain, say, table, text_block, when
from entente.kernel.canonical import JsonObject

app = commands("Messages to other bodies, and what they sent.")

_Message = Annotated[str, typer.Argument(metavar="MESSAGE", help="Its id.")]


@app.command(
    "send",
    epilog=examples(
        "entente message send XA-NCB --instrument charter --subject «Gate 4» --text «Please confirm identity.» \\",
        "        --urgency urgent --for-action --case 2031/000017 --attach gate.jpg --as xb-duty-1",
    ),
)
def send(
    to: Annotated[str, typer.Argument(metavar="BODY", help="To whom.")],
    instrument: Annotated[str, typer.Option("--instrument", help="Under which instrument.")],
    subject: Annotated[str, typer.Option("--subject", help="In a few words.")],
    text: Annotated[str, typer.Option("--text", help="The message; «-» reads it from standard input.")],
    officer: ActingAs,
    urgency: Annotated[str, typer.Option("--urgency", help="A code of the urgencies.")] = "normal",
    for_action: Annotated[
        bool, typer.Option("--for-action", show_default=False, help="They should act, not only know.")
    ] = False,
    answers: Annotated[str, typer.Option("--answers", show_default=False, help="The id of the item it answers.")] = "",
    case: CaseNumber = "",
    your_reference: Annotated[
        str, typer.Option("--your-reference", show_default=False, help="Their case number.")
    ] = "",
    attach: Attach = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Send a message; it is signed, sealed to the recipient, and goes out as soon as the node runs."""
    given: JsonObject = {
        "officer": officer, "to": to, "instrument": instrument, "subject": subject,
        "text": typer.get_text_stream("stdin").read() if text == "-" else text,
        "urgency": urgency, "for_action": for_action, "answers": answers, "case": case, "your_reference": your_reference,
        "attachments": attached(attach),
    }  # fmt: skip
    say(ask(folder, "message_send", given), as_json, _message)


@app.command(
    "list",
    epilog=examples(
        "entente message list",
        "entente message list --case 2031/000017",
        "entente message list --with XA-NCB --only unread",
        "entente message list --thread message-0f3a…",
    ),
)
def list_messages(
    case: CaseNumber = "",
    body: Annotated[str, typer.Option("--with", metavar="BODY", show_default=False, help="Those with this body.")] = "",
    choice: Annotated[
        str, typer.Option("--only", metavar="CHOICE", show_default=False, help="received, sent, unread or open.")
    ] = "",
    thread: Annotated[
        str, typer.Option("--thread", metavar="MESSAGE", show_default=False, help="What it answers, and all answers.")
    ] = "",
    limit: Limit = 50,
    officer: LookingAs = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """List the newest messages sent and received, with how far each has come: subjects alone, so that nothing is opened by it.

    «open» are those that came for action and nobody has concluded.
    """
    given: JsonObject = {
        "officer": officer,
        "limit": limit,
        "case": case,
        "body": body,
        "choice": choice,
        "thread": thread,
    }
    say(ask(folder, "message_list", given), as_json, _list)


@app.command(
    "show",
    epilog=examples("entente message show message-0f3a…", "entente message show message-0f3a… --as xb-duty-1"),
)
def show(
    message: _Message,
    officer: Annotated[
        str,
        typer.Option(
            "--as", metavar="OFFICER", show_default=False, help="Who reads; needed for the text of one that came."
        ),
    ] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Show a message and how far it has come. The text of one that came is shown to an officer, which opens it.

    Its sender learns when it was first opened, and by whom, as with «message open».
    """
    say(ask(folder, "message_show", {"officer": officer, "id": message}), as_json, _message)


@app.command(
    "recall",
    epilog=examples("entente message recall message-0f3a… --reason «It names the wrong person» --as xa-duty-1"),
)
def recall(
    message: _Message,
    reason: Annotated[str, typer.Option("--reason", help="Why, in words; the recipient reads it.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Take back a message of ours that was sent in error: it never leaves, or its text is taken from where it came.

    The recipient's node confirms, and says whether an officer had opened it. Twice changes nothing.
    """
    given: JsonObject = {"officer": officer, "id": message, "reason": reason}
    say(ask(folder, "message_recall", given), as_json, _message)


@app.command("open", epilog=examples("entente message open message-0f3a… --as xb-duty-1"))
def open_message(
    message: _Message,
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Open a message that came. Its sender learns when it was first opened, and by whom."""
    say(ask(folder, "message_open", {"officer": officer, "id": message}), as_json, _message)


@app.command(
    "conclude",
    epilog=examples(
        "entente message conclude message-0f3a… --outcome acted_on --as xb-duty-1",
        "entente message conclude message-0f3a… --outcome refused --reason not_competent --as xb-duty-1",
    ),
)
def conclude(
    message: _Message,
    outcome: Annotated[str, typer.Option("--outcome", help="acted_on or refused.")],
    officer: ActingAs,
    reason: Annotated[
        str, typer.Option("--reason", show_default=False, help="For refused: a code of the refusal reasons.")
    ] = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """State that a message was acted on, or that what it asks is refused; its sender has it signed."""
    given: JsonObject = {"officer": officer, "id": message, "outcome": outcome, "reason": reason}
    say(ask(folder, "message_conclude", given), as_json, _message)


@app.command("note-failure", epilog=examples("entente message note-failure message-0f3a… --as xb-duty-1"))
def note_failure(message: _Message, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Say that you know that a message of ours was refused or given up: it waits on no desk any more. Twice changes nothing."""
    say(ask(folder, "message_note_failure", {"officer": officer, "id": message}), as_json, _message)


for _name, (_command, _examples) in {**COMMANDS, **RECALL_COMMANDS, **FILE_COMMANDS}.items():
    app.command(_name, epilog=examples(*_examples))(_command)


def heading(item: JsonObject) -> Iterator[str]:
    """Yield what every item of correspondence begins with."""
    yield from fields(
        [
            ("id", plain(item["id"])),
            ("from", f"{code(item, 'sender')}, officer {plain(item['officer'])}"),
            ("to", code(item, "recipient")),
            ("under", name(item["instrument"])),
            ("at", when(item["at"])),
            ("their reference", plain(item["your_reference"])),
            ("our reference", plain(item["our_reference"])),
            ("delivery", state(item)),
        ]
    )


def code(item: JsonObject, field: str) -> str:
    """Return the code of a body that an item names."""
    ref = item.get(field)
    return plain(ref["code"]) if isinstance(ref, dict) else ""


def state(item: JsonObject) -> str:
    """Return how far an item has come, in a few words: ours at each body it went to, another's with us."""
    if "deliveries" not in item:
        return ", ".join(plain(one["step"]).replace("_", " ") for one in items(item, "steps"))
    return ", ".join(
        f"{code(one, 'to')} {_furthest(one)}" + (f" ({name(one['reason'])})" if one["reason"] else "")
        for one in items(item, "deliveries")
        if one["kind"] != "evidence"
    )


def _furthest(delivery: JsonObject) -> str:
    steps = [plain(one["step"]).replace("_", " ") for one in items(delivery, "steps")]
    state = plain(delivery["state"])
    before = [step for step in steps if step == "not taken in" or (step == "relayed" and state != "waiting")]
    return " → ".join([*before, state, *(step for step in steps if step not in before and step != state)])


def _message(answer: JsonObject) -> Iterator[str]:
    message = answer["message"]
    assert isinstance(message, dict), "a message is an object"
    yield f"{name(message['subject'])}  {plain(message['urgency'])}{', for action' if message['for_action'] else ''}"
    yield from heading(message)
    yield from _went_to(message)
    yield from _recalled(message)
    if message["text"] is None:
        yield "Its text is shown to an officer: give the command with --as. Its sender then learns that it was opened."
        return
    yield from text_block(message["text"])
    yield from file_lines(message)


def _went_to(message: JsonObject) -> Iterator[str]:
    for word, is_for_action in (("for action", True), ("for information", False)):
        listed = [one for one in items(message, "addressees") if one["for_action"] is is_for_action]
        if listed:
            yield f"{word:<15} {', '.join(code(one, 'body') for one in listed)}"


def _recalled(message: JsonObject) -> Iterator[str]:
    recall = message["recall"]
    if not isinstance(recall, dict):
        return
    yield f"RECALLED by its sender, officer {plain(recall['officer'])}, {when(recall['at'])}: {name(recall['reason'])}"
    if message["way"] == "received":
        yield f"  It {'had' if recall['was_opened'] else 'had not'} been opened here."
    elif not recall["has_left"]:
        yield "  It never left this node."
    elif recall["answered_at"]:
        opened = "had been" if recall["was_opened"] else "had not been"
        yield f"  Confirmed {when(recall['answered_at'])}; it {opened} opened there."
    else:
        yield "  Not confirmed yet."


def _list(answer: JsonObject) -> Iterator[str]:
    rows = [
        (
            when(one["at"]),
            "to" if one["way"] == "sent" else "from",
            code(one, "recipient" if one["way"] == "sent" else "sender"),
            "RECALLED" if one["recall"] else name(one["subject"]),
            plain(one["urgency"]),
            state(one),
            plain(one["id"]),
        )
        for one in items(answer, "messages")
    ]
    yield from table(rows, "at", "", "body", "subject", "urgency", "delivery", "id")
