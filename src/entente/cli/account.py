"""`entente account`: how this body's officers sign in at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from entente.cli import ask
from entente.cli.options import ActingAs, Folder, Json, commands, examples
from entente.cli.output import items, name, plain, say, table, texts, when
from entente.kernel.canonical import JsonObject

app = commands("How officers sign in: invitations, recoveries, sessions.")

Account = Annotated[str, typer.Argument(metavar="ID", help="The officer whose account it is.")]


@app.command("invite", epilog=examples("entente account invite xb-duty-1 --as head-1"))
def invite(account: Account, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Invite an officer to set up an account in the browser. The code is given now and never again; it holds for a day."""
    say(ask(folder, "account_invite", {"officer": officer, "account": account}), as_json, _invited)


@app.command("list", epilog=examples("entente account list --as head-1"))
def list_accounts(officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """List how each officer signs in, and what waits for a second administrator."""
    say(ask(folder, "account_list", {"officer": officer}), as_json, _list)


@app.command("recover", epilog=examples("entente account recover xb-duty-1 --as head-1"))
def recover(account: Account, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Ask that an officer may set up the account anew; another officer confirms it within a day."""
    say(ask(folder, "account_recover", {"officer": officer, "account": account}), as_json, _asked)


@app.command("confirm", epilog=examples("entente account confirm xb-duty-1 --as head-2"))
def confirm(account: Account, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Confirm what another officer asked: the account and its sessions end, and the officer is invited anew."""
    say(ask(folder, "account_confirm", {"officer": officer, "account": account}), as_json, _invited)


@app.command("refuse", epilog=examples("entente account refuse xb-duty-1 --as head-2"))
def refuse(account: Account, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """Take a request for a recovery back."""
    say(ask(folder, "account_refuse", {"officer": officer, "account": account}), as_json, _refused)


@app.command("sessions", epilog=examples("entente account sessions --as head-1"))
def sessions(officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """List who is signed in now, from where."""
    say(ask(folder, "account_sessions", {"officer": officer}), as_json, _sessions)


@app.command("sign-out", epilog=examples("entente account sign-out xb-duty-1 --as head-1"))
def sign_out(account: Account, officer: ActingAs, folder: Folder = None, as_json: Json = False) -> None:
    """End every session of an officer at once."""
    say(ask(folder, "account_sign_out", {"officer": officer, "account": account}), as_json, _signed_out)


def _invited(answer: JsonObject) -> Iterator[str]:
    yield f"{plain(answer['account'])} sets the account up at this node's page /desk/sign-in/invitation, with the code:"
    yield f"  {plain(answer['code'])}"
    yield f"It holds until {when(answer['expires_at'])}, for that officer alone, and is not shown again."


def _asked(answer: JsonObject) -> Iterator[str]:
    yield f"{plain(answer['asked_by'])} asked that {plain(answer['account'])} may set up the account anew."
    yield f"Another officer confirms it within a day: entente account confirm {plain(answer['account'])} --as OFFICER"


def _refused(answer: JsonObject) -> Iterator[str]:
    yield f"Nobody sets up the account of {plain(answer['account'])} anew."


def _list(answer: JsonObject) -> Iterator[str]:
    rows = [
        (
            plain(one["account"]),
            ", ".join(texts(one, "roles")),
            _state(one),
            f"{plain(one['passkeys'])} passkeys" if one["passkeys"] else "",
            f"{plain(one['sessions'])} sessions" if one["sessions"] else "",
            f"recovery asked by {plain(one['recovery_asked_by'])}" if one["recovery_asked_by"] else "",
        )
        for one in items(answer, "accounts")
    ]
    yield from table(rows, "officer", "roles", "account", "", "", "")


def _state(one: JsonObject) -> str:
    if not one["is_active"]:
        return "not active"
    if one["has_account"]:
        return "set up"
    return f"invited until {when(one['invited_until'])}" if one["invited_until"] else "none"


def _sessions(answer: JsonObject) -> Iterator[str]:
    rows = [
        (
            plain(one["account"]),
            plain(one["way"]),
            when(one["seen_at"]),
            when(one["ends_at"]),
            plain(one["address"]),
            name(one["device"]),
        )
        for one in items(answer, "sessions")
    ]
    yield from table(rows, "officer", "by", "last seen", "ends", "from", "browser")


def _signed_out(answer: JsonObject) -> Iterator[str]:
    yield f"{plain(answer['ended'])} sessions of {plain(answer['account'])} ended."
