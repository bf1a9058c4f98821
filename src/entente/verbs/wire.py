"""An error as a JSON object and back, so that it crosses the loopback as itself and every edge shows one shape.

The shape: `code`, `what`, `why`, `do`, and what the class adds: `decision` with its grounds (refused), `field` (invalid),
`reason` (untrusted), `retry_is_safe` (unavailable).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import from_json, to_object
from entente.kernel.decision import Decision
from entente.kernel.errors import (
    Conflict,
    EntenteError,
    Invalid,
    Misconfigured,
    NotFound,
    Refused,
    Unavailable,
    Untrusted,
)


def error_to_json(error: EntenteError) -> JsonObject:
    """Write an error with its sentences and what its class adds."""
    shape: JsonObject = {"code": error.code, "what": error.what, "why": error.why, "do": error.do}
    match error:
        case Refused():
            shape["decision"] = to_object(error.decision)
        case Invalid():
            shape["field"] = error.field
        case Untrusted():
            shape["reason"] = error.reason
        case Unavailable():
            shape["retry_is_safe"] = error.retry_is_safe
    return shape


def error_from_json(shape: JsonObject) -> EntenteError:
    """Read an error back as its own class; one of an unknown code is Unavailable, as the other side speaks otherwise."""
    read = _READERS.get(str(shape.get("code")))
    if read is None:
        return Unavailable(
            "The node answered in a form this command does not know.",
            why=f"It named the error «{str(shape.get('code'))[:40]}», which this version does not have.",
            do="Use the command of the same version as the running node.",
            retry_is_safe=False,
        )
    return read(shape)


def _refused(shape: JsonObject) -> EntenteError:
    return Refused(
        _text(shape, "what"), decision=from_json(Decision, shape.get("decision"), "decision"), do=_text(shape, "do")
    )


def _invalid(shape: JsonObject) -> EntenteError:
    return Invalid(_text(shape, "what"), field=_text(shape, "field"), why=_text(shape, "why"), do=_text(shape, "do"))


def _untrusted(shape: JsonObject) -> EntenteError:
    return Untrusted(
        _text(shape, "what"), reason=_text(shape, "reason"), why=_text(shape, "why"), do=_text(shape, "do")
    )


def _unavailable(shape: JsonObject) -> EntenteError:
    return Unavailable(
        _text(shape, "what"),
        why=_text(shape, "why"),
        do=_text(shape, "do"),
        retry_is_safe=shape.get("retry_is_safe") is True,
    )


def _text(shape: JsonObject, name: str) -> str:
    value: Json = shape.get(name)
    return value if isinstance(value, str) else ""


_READERS: Mapping[str, Callable[[JsonObject], EntenteError]] = {
    Refused.code: _refused,
    Invalid.code: _invalid,
    NotFound.code: lambda _shape: NotFound(),
    Conflict.code: lambda shape: Conflict(_text(shape, "what"), why=_text(shape, "why"), do=_text(shape, "do")),
    Untrusted.code: _untrusted,
    Unavailable.code: _unavailable,
    Misconfigured.code: lambda shape: Misconfigured(
        _text(shape, "what"), why=_text(shape, "why"), do=_text(shape, "do")
    ),
}
