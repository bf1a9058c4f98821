"""The verbs of officers' accounts: who is invited, recovered, signed out, and how each signs in."""

from __future__ import annotations

from entente.bodies.accounts import Session
from entente.bodies.enrolling import AccountLine, Invited
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json
from entente.kernel.ids import OfficerId
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.verb import Verb, verb


def _invite(node: Node, arguments: Arguments) -> JsonObject:
    return _invited(node.accounts.enrolling.invite(arguments.officer(), _account(arguments)))


def _list(node: Node, arguments: Arguments) -> JsonObject:
    rows: list[Json] = [_line(line) for line in node.accounts.enrolling.listed(arguments.officer())]
    return {"accounts": rows}


def _recover(node: Node, arguments: Arguments) -> JsonObject:
    request = node.accounts.enrolling.ask_recovery(arguments.officer(), _account(arguments))
    return {"account": request.officer, "asked_by": request.asked_by, "asked_at": to_json(request.asked_at)}


def _confirm(node: Node, arguments: Arguments) -> JsonObject:
    return _invited(node.accounts.enrolling.confirm_recovery(arguments.officer(), _account(arguments)))


def _refuse(node: Node, arguments: Arguments) -> JsonObject:
    account = _account(arguments)
    node.accounts.enrolling.refuse_recovery(arguments.officer(), account)
    return {"account": account}


def _sessions(node: Node, arguments: Arguments) -> JsonObject:
    rows: list[Json] = [_session(session) for session in node.accounts.sessions.listed(arguments.officer())]
    return {"sessions": rows}


def _sign_out(node: Node, arguments: Arguments) -> JsonObject:
    account = _account(arguments)
    return {"account": account, "ended": node.accounts.sessions.end_all(arguments.officer(), account)}


def _account(arguments: Arguments) -> OfficerId:
    return OfficerId(arguments.text("account"))


def _invited(invited: Invited) -> JsonObject:
    return {"account": invited.officer, "expires_at": to_json(invited.expires_at), "code": invited.code}


def _line(line: AccountLine) -> JsonObject:
    return {
        "account": line.officer,
        "roles": [*sorted(line.roles)],
        "is_active": line.is_active,
        "has_account": line.has_account,
        "passkeys": line.passkeys,
        "sessions": line.sessions,
        "invited_until": to_json(line.invited_until),
        "recovery_asked_by": line.recovery_asked_by or "",
    }


def _session(session: Session) -> JsonObject:
    """Return a session as answers show it: without its digest."""
    return {
        "id": session.id,
        "account": session.officer,
        "way": session.way,
        "began_at": to_json(session.began_at),
        "seen_at": to_json(session.seen_at),
        "ends_at": to_json(session.ends_at),
        "address": session.address,
        "device": session.device,
    }


VERBS: tuple[Verb, ...] = (
    verb(
        "account_invite",
        _invite,
        "Invite an officer to set up an account; the code is shown once.",
        "officer",
        "account",
    ),
    verb("account_list", _list, "List how each officer signs in.", "officer"),
    verb("account_recover", _recover, "Ask that an officer may set up the account anew.", "officer", "account"),
    verb("account_confirm", _confirm, "Confirm another's request to recover an account.", "officer", "account"),
    verb("account_refuse", _refuse, "Take a request to recover an account back.", "officer", "account"),
    verb("account_sessions", _sessions, "List who is signed in.", "officer"),
    verb("account_sign_out", _sign_out, "End every session of an officer.", "officer", "account"),
)
