"""`python -m entente.search.worker`: a search process that maps the files of a base and searches them, or writes such files.

It takes entries and writes them into a base, or has one open; it writes nothing else.

Source: docs/rules/identity.md I37; the messages are those of `search.workers` and `search.layers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from entente.identity.model import Query
from entente.search.base_files import BaseFiles
from entente.search.building import BuildingPart
from entente.search.comparing import quicken_comparisons
from entente.search.messages import query_of
from entente.search.serving import Views, serve

WARM_UP = ("Name", "Имя Отчество Фамилия")
"""One name in the letters of the index and one that is read by what was learned."""


class BasePart:
    """What a process does with the files of a base."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self._files: BaseFiles | None = None

    def do_open(self, message: Mapping[str, Any]) -> None:
        """Map the files of a folder."""
        self._files = BaseFiles.open(Path(message["folder"]))
        quicken_comparisons()
        # What a search needs is loaded now, and on a fresh installation compiled, so that no officer waits for it.
        nobody = frozenset[int]()
        for name in WARM_UP:
            self._files.by_names(Query(names=(name,), birth_date="1970"), nobody, 1)
        for keys in (WARM_UP[:1], WARM_UP):
            self._files.by_identifier(keys, nobody, 1)

    def do_leave_out(self, message: Mapping[str, Any]) -> None:
        """Have no later answer hold some records."""
        self.opened().leave_out(message["records"])

    def do_names(self, message: Mapping[str, Any]) -> Sequence[int]:
        """Return the numbers of the records nearest to a query's names."""
        return self.opened().by_names(query_of(message["query"]), self._views.of(message), message["limit"])

    def do_numbers(self, message: Mapping[str, Any]) -> Sequence[int]:
        """Return the numbers of the records with one of the identifiers."""
        return self.opened().by_identifier(message["keys"], self._views.of(message), message["limit"])

    def opened(self) -> BaseFiles:
        """Return the files."""
        assert self._files is not None, "a process opens its files first"
        return self._files


def main() -> None:
    """Answer until the pipe ends."""
    views = Views()
    serve(views, BasePart(views), BuildingPart())


if __name__ == "__main__":
    main()
