"""Reads what verbs answer: plain JSON whose form the verb states. What is not as it states is a fault of ours, and stops here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entente.kernel.canonical import JsonObject


@dataclass(frozen=True, slots=True)
class BodyName:
    """A body as pages name it."""

    code: str
    name: str


def text(answer: JsonObject, name: str) -> str:
    """Return a text of an answer."""
    found = answer[name]
    assert isinstance(found, str), f"{name} is a text"
    return found


def whole(answer: JsonObject, name: str) -> int:
    """Return a whole number of an answer."""
    found = answer[name]
    assert isinstance(found, int), f"{name} is a whole number"
    return found


def member(answer: JsonObject, name: str) -> JsonObject:
    """Return an object within an answer."""
    found = answer[name]
    assert isinstance(found, dict), f"{name} is an object"
    return found


def members(answer: JsonObject, name: str) -> Sequence[JsonObject]:
    """Return a list of objects within an answer."""
    found = answer[name]
    assert isinstance(found, list), f"{name} is a list"
    return [one for one in found if isinstance(one, dict)]


def texts(answer: JsonObject, name: str) -> Sequence[str]:
    """Return a list of texts within an answer."""
    found = answer[name]
    assert isinstance(found, list), f"{name} is a list"
    return [one for one in found if isinstance(one, str)]


def body_name(one: JsonObject) -> BodyName:
    """Return a body as an answer names it: by its code where the directory has it, else by its id."""
    return BodyName(text(one, "code") or text(one, "id"), text(one, "name"))
