"""PostgreSQL's pg_trgm: names nearest by shared 3-grams, through a GIN index or a GiST one.

Times are those that psql reports for a statement: the server and one round trip over its socket.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from anyascii import anyascii

from benchmarks.identity.peers.postgres_server import Server

Kind = Literal["gin", "gist"]
NEAREST = {
    # The usual threshold of .3; what shares less is not looked at.
    "gin": "SELECT id FROM names WHERE name % {text} ORDER BY similarity(name, {text}) DESC, id LIMIT {limit};\n",
    "gist": "SELECT id FROM names ORDER BY name <-> {text} LIMIT {limit};\n",
}
INDEXES = {"gin": "gin (name gin_trgm_ops)", "gist": "gist (name gist_trgm_ops (siglen = 64))"}
WARM = 20
"""Queries of another hundred before those that are timed, so that pages are warm."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What each query found, and its milliseconds."""

    found: tuple[tuple[int, ...], ...]
    milliseconds: tuple[float, ...]


class PgTrgm:
    """A table of names in a server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        server.psql(["CREATE EXTENSION IF NOT EXISTS pg_trgm;\n"])

    def fill(self, names: Iterable[str]) -> None:
        """Lay names down, in the place of those that were there."""
        self._server.psql(_filling(names))

    def index(self, kind: Kind) -> tuple[float, int]:
        """Build an index, alone; return its seconds and its bytes."""
        began = time.perf_counter()
        self._server.psql(
            [
                "DROP INDEX IF EXISTS nearest;\n",
                f"CREATE INDEX nearest ON names USING {INDEXES[kind]};\n",
                "ANALYZE names;\n",
            ]
        )
        return time.perf_counter() - began, self._server.bytes_of("nearest")

    def ask(self, kind: Kind, texts: Sequence[str], limit: int) -> Answered:
        """Ask for each text in turn, in one session."""
        warm = [NEAREST[kind].format(text=_quoted(text), limit=limit) for text in texts[:WARM]]
        asked = [f"\\echo next\n{NEAREST[kind].format(text=_quoted(text), limit=limit)}" for text in texts]
        lines = self._server.psql([*warm, *asked], is_timed=True)
        found: list[tuple[int, ...]] = []
        milliseconds: list[float] = []
        numbers: list[int] = []
        is_warm = True
        for line in lines:
            if line == "next":
                numbers, is_warm = [], False
            elif line.startswith("Time: ") and not is_warm:
                found.append(tuple(numbers))
                milliseconds.append(float(line.split()[1]))
            elif line.isdigit():
                numbers.append(int(line))
        assert len(found) == len(texts), "each query has an answer"
        return Answered(tuple(found), tuple(milliseconds))


def _filling(names: Iterable[str]) -> Iterator[str]:
    yield "DROP TABLE IF EXISTS names;\nCREATE UNLOGGED TABLE names (id integer, name text);\n"
    yield "COPY names FROM STDIN (FORMAT csv);\n"
    line = io.StringIO()
    rows = csv.writer(line, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for number, name in enumerate(names):
        line.seek(0)
        line.truncate()
        rows.writerow((number, _plain(name)))
        yield line.getvalue()
    yield "\\.\n"


def _plain(text: str) -> str:
    """Return a name in small Latin letters and spaces, on one line."""
    return " ".join(anyascii(text).lower().replace("\\", " ").split())


def _quoted(text: str) -> str:
    return "'" + _plain(text).replace("'", "''") + "'"
