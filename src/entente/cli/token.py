"""`entente token`: by what other systems speak to this node's API."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

from entente.cli import ask
from entente.cli.options import ActingAs, Folder, Json, commands, examples
from entente.cli.output import items, name, plain, say, table, texts, when
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid

app = commands("Access tokens of machine accounts for the API.")


@app.command(
    "make",
    epilog=examples(
        "entente token make gate-4 --scope search --label «Lane readers, Gate 4» --out gate-4.token --as head-1",
        "entente token make case-system --scope cases.read --scope cases.write --days 30 --as head-1 --json",
    ),
)
def make(
    account: Annotated[
        str, typer.Argument(metavar="ACCOUNT", help="A machine account: «entente officer add --machine».")
    ],
    scopes: Annotated[list[str], typer.Option("--scope", help="What it may be used for; repeat for several.")],
    officer: ActingAs,
    label: Annotated[str, typer.Option("--label", show_default=False, help="Where it is used, in your words.")] = "",
    days: Annotated[int, typer.Option("--days", min=1, max=365, help="For how many days it holds.")] = 90,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", show_default=False, help="Write the token into a new file, and show none."
        ),
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Make an access token. It is given now and never again; of it the node keeps a digest alone."""
    given: JsonObject = {"officer": officer, "account": account, "scopes": [*scopes], "label": label, "days": days}
    if out is None:
        say(ask(folder, "token_make", given), as_json, _made)
        return
    with _new_private(out) as file:
        answer = ask(folder, "token_make", given)
        file.write(f"{answer.pop('text')}\n")
    say({**answer, "out": str(out)}, as_json, _written)


@app.command("list", epilog=examples("entente token list --as head-1"))
def list_tokens(officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """List the tokens, those that ended within 90 days too, without their secrets."""
    say(ask(folder, "token_list", {"officer": officer}), as_json, _list)


@app.command("revoke", epilog=examples("entente token revoke token-0123456789abcdef0123456789 --as head-1"))
def revoke(
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="Its id, as the list shows it.")],
    officer: ActingAs,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """End a token at once: the next request with it is not heard."""
    say(ask(folder, "token_revoke", {"officer": officer, "token": token}), as_json, _revoked)


@contextmanager
def _new_private(out: Path) -> Iterator[TextIO]:
    """Open a new file that nobody else reads; it goes again where no token is made. Raises Invalid where it cannot be made."""
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Invalid(
            f"The file {out} was not written.",
            field="out",
            why=f"A token is written into a new file that its owner alone reads; the system says: {error.strerror}.",
            do="Name a file that does not exist, in a folder that does.",
        ) from error
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            yield file
    except BaseException:
        out.unlink()
        raise


def _written(answer: JsonObject) -> Iterator[str]:
    token = answer["token"]
    assert isinstance(token, dict), "a token is an object"
    yield f"{plain(token['id'])} speaks for {plain(token['account'])} until {when(token['expires_at'])}."
    yield f"It is in {plain(answer['out'])}, for the other system alone, and nowhere else."


def _made(answer: JsonObject) -> Iterator[str]:
    token = answer["token"]
    assert isinstance(token, dict), "a token is an object"
    yield f"{plain(token['id'])} speaks for {plain(token['account'])} until {when(token['expires_at'])}."
    yield f"  {plain(answer['text'])}"
    yield "It is not shown again. Keep it where the other system keeps its secrets, and nowhere else."


def _list(answer: JsonObject) -> Iterator[str]:
    rows = [
        (
            plain(one["id"]),
            plain(one["account"]),
            ", ".join(texts(one, "scopes")),
            name(one["label"]),
            when(one["revoked_at"] or one["expires_at"]),
            "revoked" if one["revoked_at"] else "ended" if one["has_ended"] else "",
        )
        for one in items(answer, "tokens")
    ]
    yield from table(rows, "token", "account", "scopes", "label", "until", "")


def _revoked(answer: JsonObject) -> Iterator[str]:
    token = answer["token"]
    assert isinstance(token, dict), "a token is an object"
    yield f"{plain(token['id'])} of {plain(token['account'])} speaks for nobody any more."
