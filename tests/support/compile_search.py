"""`python -m tests.support.compile_search`: have the loops of the search compiled, once for all processes of a test run.

They are kept compiled beside the source. Without this each process of the tests compiles them for itself, half a minute each.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.docs.source import ROOT

SOURCES = ROOT / "src" / "entente" / "search"
LOCK = SOURCES / "__pycache__" / "compiled.lock"
SECONDS_MAX = 600


def compiled_once() -> None:
    """Have the loops compiled by one process while others wait, unless they are since the source last changed."""
    LOCK.parent.mkdir(exist_ok=True)
    state = hashlib.sha256()
    for path in sorted(SOURCES.glob("*.py")):
        state.update(f"{path.name} {path.stat().st_mtime_ns}".encode())
    with LOCK.open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        if lock.read() != state.hexdigest():
            subprocess.run([sys.executable, "-m", __name__], cwd=ROOT, check=True, timeout=SECONDS_MAX)
            lock.truncate(0)
            lock.write(state.hexdigest())


def main() -> None:
    """Use everything that is compiled."""
    from entente.identity.model import Query  # noqa: PLC0415 - whoever only waits does not load the compiler
    from entente.search.exact_keys import ExactKeys  # noqa: PLC0415 - the same
    from entente.search.index import Index  # noqa: PLC0415 - the same

    with tempfile.TemporaryDirectory() as folder:
        names = ("Anna Smith", "Ivan Petrov", "Bill Jones")
        index = Index.build([{"id": name, "name": name, "birth_date": "1970-01-02"} for name in names], Path(folder))
        for name in ("Иван Петров", "annasmith jones", "Zxqwv"):
            index.search(Query(names=(name,), birth_date="1970", country="XA"), 2, [0])
        keys = ExactKeys.build([("a", 1, 0), ("a", 2, 0), ("b", 3, 1)], folder, b"s" * 16)
        for asked in (["a"], ["a", "b"], ["c"]):
            keys.find(asked, frozenset({0}))


if __name__ == "__main__":
    main()
