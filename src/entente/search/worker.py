"""`python -m entente.search.worker`: one search process, told over its standard input and answering on its standard output.

It maps the files of a base and searches them, or takes entries and writes such files. It writes nothing else, and ends when
whoever started it does. What is printed by mistake goes to the error stream, never among the answers.

Source: docs/rules/identity.md I37; the messages are those of `search.workers` and `search.base`.
"""

from __future__ import annotations

import os
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from entente.identity.model import Query
from entente.kernel.errors import EntenteError
from entente.search.base_builder import BaseBuilder
from entente.search.base_files import BaseFiles
from entente.search.frames import receive, send
from entente.search.workers import VIEWS_MAX

WARM_UP = ("Name", "Имя Отчество Фамилия")
"""One name in the letters of the index and one that is read by what was learned."""

WRITING_NICENESS = 10
"""Lower priority than whatever answers officers."""


class _Process:
    """What one process holds."""

    def __init__(self) -> None:
        self._files: BaseFiles | None = None
        self._builder: BaseBuilder | None = None
        self._views: OrderedDict[int, frozenset[int]] = OrderedDict()

    def answer(self, message: Mapping[str, Any]) -> dict[str, Any]:
        do: Callable[[Mapping[str, Any]], Any] = getattr(self, f"do_{message['do']}")
        try:
            return {"done": do(message)}
        except EntenteError as error:
            return {"failed": {"what": error.what, "why": error.why, "do": error.do, "retry_is_safe": True}}

    def do_open(self, message: Mapping[str, Any]) -> None:
        self._files = BaseFiles.open(Path(message["folder"]))
        # What a search needs is loaded now, and on a fresh installation compiled, so that no officer waits for it.
        nobody = frozenset[int]()
        for name in WARM_UP:
            self._files.by_names(Query(names=(name,), birth_date="1970"), nobody, 1)
        for keys in (WARM_UP[:1], WARM_UP):
            self._files.by_identifier(keys, nobody, 1)

    def do_leave_out(self, message: Mapping[str, Any]) -> None:
        self._opened().leave_out(message["records"])

    def do_view(self, message: Mapping[str, Any]) -> None:
        self._views[message["view"]] = frozenset(message["allowed"])
        if len(self._views) > VIEWS_MAX:
            self._views.popitem(last=False)

    def do_names(self, message: Mapping[str, Any]) -> list[int]:
        query = Query(names=tuple(message["names"]), birth_date=message["birth_date"], country=message["country"])
        return self._opened().by_names(query, self._views[message["view"]], message["limit"])

    def do_numbers(self, message: Mapping[str, Any]) -> list[int]:
        return self._opened().by_identifier(message["keys"], self._views[message["view"]], message["limit"])

    def do_add(self, message: Mapping[str, Any]) -> None:
        if self._builder is None:
            # Minutes of work that nobody waits for; this process does nothing else.
            os.nice(WRITING_NICENESS)
            self._builder = BaseBuilder()
        self._builder.remove(message["removed"])
        self._builder.add(message["entries"])

    def do_write(self, message: Mapping[str, Any]) -> int:
        size = (self._builder or BaseBuilder()).write(Path(message["folder"]))
        self._builder = None
        return size

    def _opened(self) -> BaseFiles:
        assert self._files is not None, "a process opens its files first"
        return self._files


def main() -> None:
    """Answer until the pipe ends."""
    questions, answers = os.dup(sys.stdin.fileno()), os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    process = _Process()
    try:
        while True:
            send(answers, process.answer(receive(questions)))
    except (EOFError, BrokenPipeError):
        # Whoever started this process ended, or needs it no more.
        return


if __name__ == "__main__":
    main()
