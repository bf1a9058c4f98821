"""One search process: told over its standard input, answering on its standard output, what its parts can do.

It ends when whoever started it does. What is printed by mistake goes to the error stream, never among the answers.

Source: docs/rules/identity.md I37; the messages are those of `search.workers`.
"""

from __future__ import annotations

import os
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from entente.kernel.errors import EntenteError
from entente.kernel.faults import kind_and_place
from entente.search.frames import receive, send
from entente.search.workers import VIEWS_MAX


class Views:
    """The sets of classes that a process was told, by number."""

    def __init__(self) -> None:
        self._views: OrderedDict[int, frozenset[int]] = OrderedDict()

    def do_view(self, message: Mapping[str, Any]) -> None:
        """Remember one more; forget the oldest of too many."""
        self._views[message["view"]] = frozenset(message["allowed"])
        if len(self._views) > VIEWS_MAX:
            self._views.popitem(last=False)

    def of(self, message: Mapping[str, Any]) -> frozenset[int]:
        """Return the set that a message is about."""
        return self._views[message["view"]]


def serve(*parts: object) -> None:
    """Answer until the pipe ends: to `names` with what a part's `do_names` returns, or with each thing that it yields."""
    questions, answers = os.dup(sys.stdin.fileno()), os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        while True:
            for answer in _answers(parts, receive(questions)):
                send(answers, answer)
    except (EOFError, BrokenPipeError):
        # Whoever started this process ended, or needs it no more.
        return
    except Exception as error:  # noqa: BLE001 - what Python would print of it holds what was searched for (node.md N13)
        sys.stderr.write(f"A search process ended by a fault: {kind_and_place(error)}\n")
        sys.exit(1)


def _answers(parts: tuple[object, ...], message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    name = f"do_{message['do']}"
    do: Callable[[Mapping[str, Any]], Any] = next(getattr(part, name) for part in parts if hasattr(part, name))
    try:
        done = do(message)
        for one in done if isinstance(done, Iterator) else (done,):
            yield {"done": one}
    except EntenteError as error:
        yield {"failed": {"what": error.what, "why": error.why, "do": error.do, "retry_is_safe": True}}
