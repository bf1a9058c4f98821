"""The client is for programs of other systems: it loads nothing of a node."""

from __future__ import annotations

import subprocess
import sys

OF_THE_KERNEL = {"canonical", "decision", "errors", "wire"}
HEAVY = {
    "sqlalchemy",
    "alembic",
    "starlette",
    "uvicorn",
    "cryptography",
    "numpy",
    "numba",
    "tantivy",
    "lxml",
    "jinja2",
    "typer",
}


def test_importing_the_client_loads_nothing_of_a_node() -> None:
    code = "import sys, entente.client; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = done.stdout.split()
    ours = {name for name in loaded if name.startswith("entente.") and not name.startswith("entente.client")}
    assert ours == {"entente.kernel", *(f"entente.kernel.{name}" for name in OF_THE_KERNEL)}
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()
