"""`python -m entente.look_process`: a search process of a running node that looks for queries from end to end.

It reads the node's store and the live part of its index, as they are at each question, and answers with candidates; it writes
nothing. The gate stays in the node, which says what may be seen and records what was. A store with a base is looked into by
`look_process_with_base`.

Source: docs/rules/identity.md I48; DESIGN section 8.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from entente.formats.schemata import load_schemata
from entente.identity.looking import look_for
from entente.identity.ports import Finder
from entente.search.finding import Layers
from entente.search.live_reader import LiveReader
from entente.search.messages import Values, found_values, query_of
from entente.search.serving import Views, serve
from entente.storage.folder import Folder
from entente.storage.store import StoreReader


class LookPart:
    """What a process does with the store and the live part."""

    def __init__(self, views: Views, base: Callable[[], Finder | None]) -> None:
        self._views = views
        self._base = base
        self._schemata = load_schemata()
        self._store: StoreReader | None = None
        self._live: LiveReader | None = None
        self._position: int | None = None
        """The change sequence that the live part had come to when it was last asked."""

    def do_open_store(self, message: Mapping[str, Any]) -> None:
        """Open a node's store for reading, and the live part of its index."""
        self._store = StoreReader(Folder(Path(message["node"])))
        self._live = LiveReader.open(Path(message["live"]))
        # What is loaded by now stays as long as the process: looking for cycles in it took a tenth of each look.
        gc.freeze()

    def do_look(self, message: Mapping[str, Any]) -> list[Values]:
        """Return what is found for each query."""
        assert self._store is not None, "a process opens the store first"
        assert self._live is not None, "and the live part"
        if message["position"] != self._position:
            self._live.reload()
            self._position = message["position"]
        index = Layers(self._live, self._base())
        allowed, now = self._views.of(message), datetime.fromisoformat(message["now"])
        asked = [None if values is None else query_of(values) for values in message["queries"]]
        with self._store.view() as unit:
            return [found_values(look_for(query, unit, index, allowed, self._schemata, now)) for query in asked]


def main() -> None:
    """Answer until the pipe ends."""
    views = Views()
    serve(views, LookPart(views, lambda: None))


if __name__ == "__main__":
    main()
