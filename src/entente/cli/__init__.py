"""The command line: one table of commands, each loaded when it is asked for and not before.

`entente --help` loads next to nothing, and so does the help of each command: what a command needs of the node comes through
the functions below, which load it on the first use. A command parses, asks one verb, and prints; the same
verb serves the loopback route, so the output is the same whether a node runs or not. With `--node` a command
asks a node elsewhere over its API (`cli.elsewhere`). Exit codes stand in `cli.errors`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from entente import __version__
from entente.cli.named_node import Elsewhere
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import EntenteError, Invalid

if TYPE_CHECKING:
    from entente.cli.asked import Asked
    from entente.cli.gateway import Session

COMMANDS: Mapping[str, tuple[str, str]] = {
    "init": ("entente.cli.init", "Make the folder of a body's node: keys, genesis, store."),
    "exercise": ("entente.cli.exercise", "Make a node of invented people, to train with."),
    "node": ("entente.cli.node", "Run the node, or see how it stands."),
    "body": ("entente.cli.body", "The directory: bodies, orders, powers."),
    "group": ("entente.cli.group", "Dated lists of bodies: members, observers."),
    "officer": ("entente.cli.officer", "The officers of this body, and their roles."),
    "unit": ("entente.cli.unit", "Units: which there are, and what ours see."),
    "account": ("entente.cli.account", "How officers sign in: invitations, recoveries."),
    "token": ("entente.cli.token", "Access tokens of machine accounts for the API."),
    "instrument": ("entente.cli.instrument", "Instruments: propose, sign, suspend, resume."),
    "record": ("entente.cli.record", "Records: import, show, share, withdraw."),
    "erasure": ("entente.cli.erasure", "What was erased, what of it came again."),
    "search": ("entente.cli.search", "Search all you may see, in any script."),
    "standing": ("entente.cli.standing", "Standing queries: leave one, see matches."),
    "namesake": ("entente.cli.namesake", "Namesakes found not identical."),
    "mrz": ("entente.cli.mrz", "Check a document's machine readable zone."),
    "case": ("entente.cli.case", "Case files: open, read, add a note."),
    "message": ("entente.cli.message", "Messages to other bodies, and what they sent."),
    "hit": ("entente.cli.hit", "Hits: confirm, reject, release, answer."),
    "permission": ("entente.cli.permission", "Ask a source for leave, or answer."),
    "request": ("entente.cli.request", "Ask a source's node for one record."),
    "shift": ("entente.cli.shift", "Shifts: begin, note, hand over, take over."),
    "roster": ("entente.cli.roster", "The roster: who is on duty when, who is next."),
    "call": ("entente.cli.call", "Calls to officers on duty: see them, take one."),
    "exchange": ("entente.cli.exchange", "Lines: what waits or is held, relays, bundles."),
    "recovery": ("entente.cli.recovery", "After a restore: what others give back."),
    "task": ("entente.cli.task", "Task an operational measure."),
    "trail": ("entente.cli.trail", "The record of acts: read, verify, prove it."),
    "keys": ("entente.cli.ceremony", "A head's key: make it, sign a change of keys."),
    "backup": ("entente.cli.backup", "Copy the whole node into one file, or check it."),
    "restore": ("entente.cli.restore", "Make a node's folder from a backup."),
    "doctor": ("entente.cli.doctor", "Check store, trail, keys, index, settings."),
}
"""Command → the module that has it as `app`, and its line in `entente --help`."""

_EPILOG = (
    '\b\nExamples:\n  entente init --help\n  entente search "Muhammadov" --purpose identify --help\n  entente doctor'
)


_elsewhere: ContextVar[Elsewhere | None] = ContextVar("node elsewhere", default=None)


class Commands(TyperGroup):
    """The root of the command line: knows every command by name and loads the one that is called."""

    def __init__(self, **attrs: Any) -> None:  # noqa: ANN401 - what typer hands on
        super().__init__(**attrs)
        for name, (_, line) in COMMANDS.items():
            self.commands[name] = TyperCommand(name, callback=None, help=line, rich_markup_mode=None)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - typer's own classes are private
        """Load the command that is called, and leave the others as names."""
        if args[0] in COMMANDS:
            self.commands[args[0]] = load(args[0])
            if ctx.params.get("node"):
                _let_the_token_say_who(self.commands[args[0]])
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: ARG002 - every exit goes through the one table of cli.errors
        windows_expand_args: bool = True,
        **extra: Any,  # noqa: ANN401 - typer's own signature
    ) -> Any:  # noqa: ANN401 - never returns
        """Run a command line and exit with the code of what came of it."""
        given = list(sys.argv[1:] if args is None else args)
        try:
            code = super().main(
                given, prog_name or "entente", complete_var, standalone_mode=False,
                windows_expand_args=windows_expand_args, **extra,
            )  # fmt: skip
        except (EntenteError, typer.TyperException, typer.Abort) as error:
            from entente.cli.errors import report

            code = report(error, as_json="--json" in given)
        sys.exit(code if isinstance(code, int) else 0)


def load(name: str) -> Any:  # noqa: ANN401 - typer's command classes are private
    """Load one command by its name in COMMANDS."""
    command = typer.main.get_command(import_module(COMMANDS[name][0]).app)
    command.name = name
    return command


def _let_the_token_say_who(command: Any) -> None:  # noqa: ANN401 - typer's command classes are private
    """Let a command go without --as: a node elsewhere hears the account of the token."""
    for parameter in command.params:
        if parameter.name == "officer":
            parameter.required, parameter.default = False, ""
    for child in getattr(command, "commands", {}).values():
        _let_the_token_say_who(child)


def _only_here() -> None:
    """Raise Invalid where the command line names a node elsewhere: what comes is done on this machine alone."""
    elsewhere = _elsewhere.get()
    if elsewhere is not None and elsewhere.is_named:
        raise Invalid(
            "This command asks no node.",
            field="node",
            why="What it does is done on this machine, with files of this machine.",
            do="Leave --node away.",
        )


def asks_elsewhere(folder: str | None) -> bool:
    """Say whether a command is for a node elsewhere, where the token says who acts."""
    elsewhere = _elsewhere.get()
    return elsewhere is not None and (folder is None or elsewhere.is_named)


def connect(folder: str | None) -> AbstractContextManager[Session]:
    """Reach a node: one elsewhere over its API; that of a folder over loopback where it runs, otherwise by opening the folder."""
    elsewhere = _elsewhere.get()
    if elsewhere is not None and asks_elsewhere(folder):
        if folder is not None or (not elsewhere.is_named and os.environ.get("ENTENTE_FOLDER")):
            raise Invalid(
                "Two nodes are named.",
                field="node",
                why="One is elsewhere (--node, or ENTENTE_NODE), and one a folder is of (--folder, or ENTENTE_FOLDER).",
                do="Leave one of them away, or say on the command line which it is.",
            )
        from entente.cli.elsewhere import reach

        return reach(elsewhere)
    from entente.cli.gateway import connect as connect_now

    return connect_now(folder)


def ask(folder: str | None, verb: str, arguments: JsonObject) -> JsonObject:
    """Ask one verb of the node of a folder; raise the error that the node raised."""
    with connect(folder) as session:
        return session.ask(verb, arguments)


def sign(draft: JsonObject, key_files: Sequence[Path], passphrase_file: Path | None, asked: Asked) -> JsonObject:
    """Show a drafted statement, hold it against what was asked, and sign it; the keys never leave this process."""
    return sign_each([(draft, asked)], key_files, passphrase_file)[0]


def sign_each(
    drafts: Sequence[tuple[JsonObject, Asked]], key_files: Sequence[Path], passphrase_file: Path | None
) -> list[JsonObject]:
    """Show drafted statements, hold each against what was asked, and sign all; the keys are opened once."""
    from entente.cli.keys import open_head_keys, show_draft
    from entente.cli.keys import sign as sign_now

    for draft, _ in drafts:
        for line in show_draft(draft):
            typer.echo(line, err=True)
    signers = open_head_keys(key_files, passphrase_file)
    return [sign_now(draft, signers, asked) for draft, asked in drafts]


def make_head_key(name: str, place: Path, passphrase_file: Path | None) -> JsonObject:
    """Make a head's key pair as files."""
    _only_here()
    from entente.cli.drafts import make_head

    return make_head(name, place, passphrase_file)


def show_keys_draft(file: Path) -> JsonObject:
    """Say what a draft of keys says, and who signed it."""
    _only_here()
    from entente.cli.drafts import show

    return show(file)


def sign_keys_draft(file: Path, key_files: Sequence[Path], passphrase_file: Path | None) -> JsonObject:
    """Add heads' signatures to a draft of keys; the keys never leave this process."""
    _only_here()
    from entente.cli.drafts import sign_file

    return sign_file(file, key_files, passphrase_file)


def show_statements(file: Path) -> JsonObject:
    """Say what a file of statements says, and who signed all of it."""
    _only_here()
    from entente.cli.statement_files import show

    return show(file)


def sign_statements(file: Path, key_files: Sequence[Path], passphrase_file: Path | None) -> JsonObject:
    """Add heads' signatures to a file of statements; the keys never leave this process."""
    _only_here()
    from entente.cli.statement_files import sign_file

    return sign_file(file, key_files, passphrase_file)


def check_keys_draft_file(file: Path) -> None:
    """Raise Invalid where a file is already."""
    from entente.cli.drafts import check_free

    check_free(file)


def write_keys_draft(file: Path, document: JsonObject) -> JsonObject:
    """Write a draft of keys as a new file; return what it says."""
    from entente.cli.drafts import write_draft

    return write_draft(file, document)


def read_head_keys(files: Sequence[Path]) -> JsonObject:
    """Read heads' public keys."""
    from entente.cli.drafts import read_heads

    return read_heads(files) if files else {"heads": []}


def merge_keys_drafts(files: Sequence[Path]) -> JsonObject:
    """Return the statement of a draft with the signatures of all its files."""
    _only_here()
    from entente.cli.drafts import merged

    return merged(files)


def keys_draft_words(document: JsonObject) -> tuple[str, ...]:
    """Say what a draft of keys says."""
    from entente.cli.drafts import words_of

    return words_of(document)


def sign_keys_at_once(
    document: JsonObject, asked: JsonObject, key_files: Sequence[Path], passphrase_file: Path | None
) -> JsonObject:
    """Sign a draft of keys that the node just made, held against what was asked of it."""
    from entente.cli.drafts import signed_at_once

    return signed_at_once(document, asked, key_files, passphrase_file)


def open_sealed_query(answer: JsonObject, key_file: Path, passphrase_file: Path | None) -> JsonObject:
    """Open a sealed query with the data protection officer's key; the key never leaves this process."""
    from entente.cli.keys import open_sealed_query as open_now

    return open_now(answer, key_file, passphrase_file)


def search_file(
    file: Path, out: Path, given: JsonObject, *, delimiter: str, ignored: list[str], folder: str | None, quiet: bool
) -> JsonObject:
    """Search every row of a file of queries."""
    from entente.cli.batch import search_file as search_now

    reached = partial(connect, folder)
    return search_now(file, out, given, delimiter=delimiter, ignored=ignored, connect=reached, quiet=quiet)


def verify_file(file: Path, folder: str | None, body: str, checkpoint: Path | None) -> JsonObject:
    """Check a copied store, an exported case or a continuation of the log."""
    _only_here()
    from entente.cli.gateway import verify_file as verify_now

    return verify_now(file, folder, body, checkpoint)


def check_backup(file: Path, passphrase_file: Path | None, progress: Callable[[int], None]) -> JsonObject:
    """Check a backup."""
    _only_here()
    from entente.cli.backups import check_backup as check_now

    return check_now(file, passphrase_file, progress)


def restore_node(
    file: Path,
    folder: str | None,
    store: str,
    keys: Path | None,
    passphrase_file: Path | None,
    progress: Callable[[int], None],
) -> JsonObject:
    """Make a node's folder from a backup."""
    _only_here()
    from entente.cli.backups import restore_node as restore_now

    return restore_now(file, folder, store, keys, passphrase_file, progress)


def make_folder(folder: str | None, store: str, wanted: JsonObject, passphrase_file: Path | None) -> JsonObject:
    """Make the folder of a body's node."""
    _only_here()
    from entente.cli.starting import make_folder as make_now

    return make_now(folder, store, wanted, passphrase_file)


def fill_exercise(folder: str | None, people: int, seed: int, told: Callable[[int], None]) -> JsonObject:
    """Give an exercise's node its officers and its invented people."""
    _only_here()
    from entente.cli.exercising import fill as fill_now

    return fill_now(folder, people, seed, told)


def serve(folder: str | None, host: str | None, port: int | None) -> None:
    """Run the node until it is asked to stop."""
    _only_here()
    from entente.cli.serving import serve as serve_now

    serve_now(folder, host, port)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"entente {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=Commands, rich_markup_mode=None, no_args_is_help=True, add_completion=False,
    # Python's own traceback (cli.errors): a prettier one may show what variables held, passphrases among it.
    pretty_exceptions_enable=False,
)  # fmt: skip


@app.callback(epilog=_EPILOG)
def entente(
    context: typer.Context,
    node: Annotated[
        str,
        typer.Option(
            "--node",
            metavar="ADDRESS",
            envvar="ENTENTE_NODE",
            show_default=False,
            show_envvar=False,
            help="Ask a node elsewhere over its API; else ENTENTE_NODE, where no --folder is given.",
        ),
    ] = "",
    token_file: Annotated[
        str,
        typer.Option(
            "--token-file",
            metavar="FILE",
            envvar="ENTENTE_TOKEN_FILE",
            show_default=False,
            show_envvar=False,
            help="With --node: an access token; else ENTENTE_TOKEN_FILE, or ENTENTE_TOKEN holds it.",
        ),
    ] = "",
    ca_file: Annotated[
        str,
        typer.Option(
            "--ca-file",
            metavar="FILE",
            envvar="ENTENTE_CA_FILE",
            show_default=False,
            show_envvar=False,
            help="With --node: the authorities that its certificate is judged by.",
        ),
    ] = "",
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    """Entente lets police bodies that do not fully trust each other work together."""
    assert not version, "the option's callback has stopped the command"
    source = context.get_parameter_source("node")
    is_named = source is not None and source.name == "COMMANDLINE"
    token = "" if token_file else os.environ.get("ENTENTE_TOKEN", "")
    _elsewhere.set(Elsewhere(node, token_file, token, ca_file, is_named) if node else None)
