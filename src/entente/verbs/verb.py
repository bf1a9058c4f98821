"""What an operator's verb is: a name, what it takes, one sentence of help, and the function that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from entente.kernel.canonical import JsonObject
from entente.node import Node
from entente.verbs.arguments import Arguments

Progress = Callable[[int], None]
"""Told how many rows are durable so far; called by verbs that take longer than a breath."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing an operator or officer asks of the node; its answer is plain JSON without floats."""

    name: str
    help: str
    takes: frozenset[str]
    """The fields it reads. Another one is refused before anything is done."""
    run: Callable[[Node, Arguments], JsonObject]
    is_long: bool = False
    """Whether it computes for longer than a breath from end to end: short verbs do not wait for it (api.turns)."""


def verb(
    name: str, run: Callable[[Node, Arguments], JsonObject], help_text: str, *takes: str, is_long: bool = False
) -> Verb:
    """Return a verb; every verb may also be told to whom progress is reported (Arguments.progress)."""
    return Verb(name, help_text, frozenset(takes), run, is_long)
