"""The verbs of access tokens: by which machine accounts speak to the API."""

from __future__ import annotations

from entente.bodies.tokens import TOKEN_DAYS, TOKEN_DAYS_MAX, AccessToken, Scope, TokenId
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json
from entente.kernel.ids import OfficerId
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.verb import Verb, verb


def _make(node: Node, arguments: Arguments) -> JsonObject:
    days = arguments.integer("days", default=TOKEN_DAYS, least=1, most=TOKEN_DAYS_MAX)
    account, scopes = OfficerId(arguments.text("account")), arguments.choices("scopes", Scope)
    made = node.tokens.make(arguments.officer(), account, scopes, arguments.optional_text("label"), days)
    return {"token": _token(node, made.token), "text": made.text}


def _list(node: Node, arguments: Arguments) -> JsonObject:
    rows: list[Json] = [_token(node, token) for token in node.tokens.listed(arguments.officer())]
    return {"tokens": rows}


def _revoke(node: Node, arguments: Arguments) -> JsonObject:
    ended = node.tokens.revoke(arguments.officer(), TokenId(arguments.text("token")))
    return {"token": _token(node, ended)}


def _token(node: Node, token: AccessToken) -> JsonObject:
    """Return a token as answers show it: without its digest."""
    return {
        "id": token.id,
        "account": token.account,
        "scopes": [*sorted(token.scopes)],
        "label": token.label,
        "made_by": token.made_by,
        "made_at": to_json(token.made_at),
        "expires_at": to_json(token.expires_at),
        "revoked_by": token.revoked_by or "",
        "revoked_at": to_json(token.revoked_at),
        "has_ended": token.has_ended(node.clock.now()),
    }


VERBS: tuple[Verb, ...] = (
    verb(
        "token_make", _make, "Make an access token for a machine account; it is shown once.",
        "officer", "account", "scopes", "label", "days",
    ),
    verb("token_list", _list, "List the access tokens, without their secrets.", "officer"),
    verb("token_revoke", _revoke, "End an access token at once.", "officer", "token"),
)  # fmt: skip
