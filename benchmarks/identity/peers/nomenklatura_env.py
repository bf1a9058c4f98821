"""nomenklatura (MIT), which matches persons and companies for sanctions lists: pairs alone, it has no index for one query.

It is installed by pip into an environment of its own under the user's cache folder, once: it needs other versions than the
product does, and a compiler with the headers of ICU for PyICU, a matter of three minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.identity.data import Pair, Side
from benchmarks.identity.peers.not_run import NotRunError

WANTED = "nomenklatura>=4.17,<5"
INSTALL_SECONDS_MAX = 900
ALGORITHMS = {"logic-v2": 0.7, "name-based": 0.7}
"""With the threshold it decides by unless told otherwise."""
SCRIPT = Path(__file__).with_name("nomenklatura_pairs.py")


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores in [0, 1] in the order of the pairs, and the pairs a second of one thread's processor time."""

    scores: tuple[float, ...]
    a_second: float


def scored(pairs: Sequence[Pair], algorithm: str, *, may_install: bool) -> Scored:
    """Score pairs by one of its algorithms; raise NotRunError where it cannot be installed."""
    rows = [{"schema": pair.schema, "a": _side(pair.a), "b": _side(pair.b)} for pair in pairs]
    done = subprocess.run(
        [str(_python(may_install=may_install)), "-I", str(SCRIPT), algorithm],
        input="".join(json.dumps(row) + "\n" for row in rows), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise NotRunError(f"nomenklatura said: {done.stderr.strip()[-200:]}")
    found = json.loads(done.stdout)
    return Scored(tuple(found["scores"]), len(pairs) / found["seconds"])


def _side(side: Side) -> dict[str, list[str]]:
    given = {"name": side.name, "birthDate": side.birth_date, "country": side.country.lower()}
    return {name: [value] for name, value in given.items() if value}


def _python(*, may_install: bool) -> Path:
    """Return the interpreter of its environment, which is made where there is none yet."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "entente-bench" / f"nomenklatura-{sys.version_info.major}.{sys.version_info.minor}"
    python, done = folder / "bin" / "python", folder / "done"
    if done.exists():
        return python
    if not may_install:
        raise NotRunError("nomenklatura is not installed here")
    print(
        "Installing nomenklatura for comparison, once (some minutes); ENTENTE_BENCH_INSTALL=no leaves it out.",
        flush=True,
    )
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True, capture_output=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", WANTED],
            check=True, capture_output=True, timeout=INSTALL_SECONDS_MAX,
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        told = (error.stderr or b"").decode(errors="replace").strip().splitlines()
        raise NotRunError(f"nomenklatura could not be installed: {told[-1][:160] if told else error}") from error
    except subprocess.TimeoutExpired as error:
        raise NotRunError("nomenklatura could not be installed in time") from error
    done.touch()
    return python
