"""The one door to the compiler: functions over flat arrays that are compiled when first called, and kept on disk compiled.

Whatever imports this module loads a compiler of 100 MB, so only search workers, builds of an index and those who measure do:
never the web process, nor `entente --help` (DESIGN section 9; a test reads the imports).

numba keeps what it compiled by the source of the one function, though the loops of other functions and the constants of other
modules are in it. So it is kept in a folder named for all sources that compiled loops may hold something of: with a change in any
of them everything is compiled anew, and what was kept of earlier ones is deleted. The folder lies beside the sources, or in the
user's own cache where it cannot be written there: numba uses nothing from a folder that it could not write to, and its own way
out would keep loops of an earlier installation whose one file is the same.

Compiled functions take and give arrays and numbers only, hold no lock while they run, and check no bounds: whoever calls them
gives what the docstring says.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba
from numba.core import types
from numba.misc import appdirs

import entente.identity

SETTINGS: Final[Any] = numba.config
PLAIN: Final[Any] = types.unliteral
F = TypeVar("F", bound=Callable[..., object])

KEPT: Final = Path(__file__).parent / "__pycache__"
PREFIX: Final = "compiled-"


def place_to_keep(beside: Path) -> Path:
    """Return the folder beside the sources if this account can write it, else one for these sources in its own cache."""
    try:
        beside.mkdir(exist_ok=True)
        tempfile.TemporaryFile(dir=beside).close()
    except OSError:
        named = hashlib.sha256(str(beside).encode()).hexdigest()[:16]
        users: Any = appdirs
        return Path(users.user_cache_dir("entente", appauthor=False)) / named
    return beside


def folder_for(sources: Iterable[Path], kept: Path) -> Path:
    """Return the folder in which loops of these sources are kept compiled; those of other states of them are deleted."""
    state = hashlib.sha256()
    for path in sorted(sources):
        state.update(hashlib.sha256(path.read_bytes()).digest())
    folder = kept / f"{PREFIX}{state.hexdigest()[:16]}"
    if not folder.exists():
        for other in kept.glob(f"{PREFIX}*"):
            shutil.rmtree(other, ignore_errors=True)
    return folder


FOLDER: Final = folder_for(
    (path for module in (Path(__file__), Path(entente.identity.__file__)) for path in module.parent.glob("*.py")),
    place_to_keep(KEPT),
)


def compiled(function: F) -> F:
    """Compile a function for the machine it runs on; another process finds it compiled."""
    # Where a function is kept is settled as it is decorated; what others have numba keep stays where it was.
    before, SETTINGS.CACHE_DIR = SETTINGS.CACHE_DIR, str(FOLDER)
    try:
        loops: Any = numba.njit(cache=True, nogil=True)(function)
    finally:
        SETTINGS.CACHE_DIR = before
    resolve = loops.get_call_template

    def resolve_plainly(args: Iterable[Any], kws: Mapping[str, Any]) -> Any:  # noqa: ANN401 - what numba makes of a call
        """Resolve a call from another loop: a number written out there is a number like any other."""
        return resolve([PLAIN(kind) for kind in args], {name: PLAIN(kind) for name, kind in kws.items()})

    # Else what is handed a 0 by one caller and a variable by another is compiled twice, with all that it calls.
    loops.get_call_template = resolve_plainly
    return cast("F", loops)
