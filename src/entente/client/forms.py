"""Whether a JSON value has the form that a type says: a TypedDict, a list, a closed list of codes.

The types of entente.client.shapes are read here as they stand, so that what a type checker was told is what the program gets.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

from entente.kernel.canonical import Json

Judge: TypeAlias = Callable[[Json, str], str]
"""Returns what is wrong with a value, in words that name its field; nothing where it has the form."""


def differs(kind: Any, value: Json, field: str) -> str:  # noqa: ANN401 - types come in several forms
    """Return what of a value has another form than the type says, in words; nothing where it has it."""
    return _judge(kind)(value, field)


@cache
def _judge(kind: Any) -> Judge:  # noqa: ANN401, PLR0911 - one dispatch over type forms
    if typing.is_typeddict(kind):
        return _object_judge(kind)
    origin = typing.get_origin(kind)
    if origin is list:
        return _list_judge(_judge(*typing.get_args(kind)))
    if origin is typing.Literal:
        codes = typing.get_args(kind)
        return lambda value, field: "" if value in codes else f"{field} is none of {', '.join(map(str, codes))}"
    if origin in {types.UnionType, typing.Union}:
        kinds = typing.get_args(kind)
        (judge,) = [_judge(one) for one in kinds if one is not types.NoneType]
        return (lambda value, field: "" if value is None else judge(value, field)) if types.NoneType in kinds else judge
    if origin is dict:
        return lambda value, field: "" if isinstance(value, dict) else f"{field} is no object"
    if origin in {typing.Required, typing.NotRequired}:
        return _judge(*typing.get_args(kind))
    # Not isinstance: to Python a yes is a number too.
    return lambda value, field: "" if type(value) is kind else f"{field} is no {kind.__name__}"


def _list_judge(judge: Judge) -> Judge:
    def judge_list(value: Json, field: str) -> str:
        if not isinstance(value, list):
            return f"{field} is no list"
        return next((wrong for place, item in enumerate(value) if (wrong := judge(item, f"{field}[{place}]"))), "")

    return judge_list


def _object_judge(kind: Any) -> Judge:  # noqa: ANN401 - a TypedDict has no type of its own
    # The alias Json names itself; raw JSON is taken as it is.
    hints = typing.get_type_hints(kind, localns={"Json": Any})
    needed: frozenset[str] = kind.__required_keys__
    judges = {name: _judge(hint) for name, hint in hints.items()}

    def judge_object(value: Json, field: str) -> str:
        if not isinstance(value, dict):
            return f"{field or 'it'} is no object"
        start = f"{field}." if field else ""
        for name, judge in judges.items():
            if name in value:
                if wrong := judge(value[name], f"{start}{name}"):
                    return wrong
            elif name in needed:
                return f"{start}{name} is not there"
        return ""

    return judge_object
