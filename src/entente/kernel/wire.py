"""An error as a JSON object and back, so that it crosses loopback and API as itself and every edge shows one shape.

The shape: `code`, `what`, `why`, `do`, and what the class adds: `decision` with its grounds (refused), `field` (invalid; and
`also`, where more is wrong: `field`, `what`, `why`, `do` of each),
`changed_meanwhile` (conflict, where it is so), `reason` (untrusted), `retry_is_safe` (unavailable).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.decision import Decision, Ground
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
            shape["decision"] = _decision_to_json(error.decision)
        case Invalid():
            shape["field"] = error.field
            if error.also:
                shape["also"] = [
                    {"field": one.field, "what": one.what, "why": one.why, "do": one.do} for one in error.also
                ]
        case Untrusted():
            shape["reason"] = error.reason
        case Conflict() if error.changed_meanwhile:
            shape["changed_meanwhile"] = True
        case Unavailable():
            shape["retry_is_safe"] = error.retry_is_safe
    return shape


def error_from_json(shape: JsonObject) -> EntenteError:
    """Read an error back as its own class; one of an unknown code is Unavailable, as the other side speaks otherwise.

    Raises Invalid for a decision of another form.
    """
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
    return Refused(_text(shape, "what"), decision=_decision(shape.get("decision")), do=_text(shape, "do"))


def _invalid(shape: JsonObject) -> Invalid:
    also = shape.get("also")
    others = [_invalid(one) for one in also if isinstance(one, dict)] if isinstance(also, list) else []
    return Invalid(
        _text(shape, "what"),
        field=_text(shape, "field"),
        why=_text(shape, "why"),
        do=_text(shape, "do"),
        also=tuple(others),
    )


def _conflict(shape: JsonObject) -> EntenteError:
    return Conflict(
        _text(shape, "what"),
        why=_text(shape, "why"),
        do=_text(shape, "do"),
        changed_meanwhile=shape.get("changed_meanwhile") is True,
    )


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


# The two below say what kernel.codec would: a client reads errors alone, and is spared what signs and reads statements.
def _decision_to_json(decision: Decision) -> JsonObject:
    grounds: list[Json] = [
        {
            "number": one.number, "allows": one.allows, "text": one.text, "source": one.source, "remedy": one.remedy,
        }
        for one in decision.grounds
    ]  # fmt: skip
    facts: list[Json] = [[name, value] for name, value in decision.facts]
    return {"allowed": decision.allowed, "grounds": grounds, "routed_to": decision.routed_to, "facts": facts}


def _decision(value: Json) -> Decision:
    match value:
        case {"allowed": bool(allowed), "grounds": list(grounds), **rest}:
            routed_to, facts = rest.get("routed_to", ""), rest.get("facts", [])
            if isinstance(routed_to, str) and isinstance(facts, list):
                return Decision(allowed, tuple(map(_ground, grounds)), routed_to, tuple(map(_fact, facts)))
    raise _no_decision()


def _ground(value: Json) -> Ground:
    match value:
        case {"number": str(number), "allows": bool(allows), "text": str(text), **rest}:
            source, remedy = rest.get("source", ""), rest.get("remedy", "")
            if isinstance(source, str) and isinstance(remedy, str):
                return Ground(number, allows, text, source, remedy)
    raise _no_decision()


def _fact(value: Json) -> tuple[str, str]:
    match value:
        case [str(name), str(fact)]:
            return name, fact
    raise _no_decision()


def _no_decision() -> Invalid:
    return Invalid(
        "The field decision does not hold what it should.",
        field="decision",
        why="Unknown forms are refused rather than guessed: a decision says what is allowed, with each ground.",
        do="Use the command of the same version as the running node.",
    )


def _text(shape: JsonObject, name: str) -> str:
    value: Json = shape.get(name)
    return value if isinstance(value, str) else ""


_READERS: Mapping[str, Callable[[JsonObject], EntenteError]] = {
    Refused.code: _refused,
    Invalid.code: _invalid,
    NotFound.code: lambda _shape: NotFound(),
    Conflict.code: _conflict,
    Untrusted.code: _untrusted,
    Unavailable.code: _unavailable,
    Misconfigured.code: lambda shape: Misconfigured(
        _text(shape, "what"), why=_text(shape, "why"), do=_text(shape, "do")
    ),
}
