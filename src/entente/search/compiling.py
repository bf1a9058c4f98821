"""The one door to the compiler: functions over flat arrays that are compiled when first called, and kept on disk compiled.

Whatever imports this module loads a compiler of 100 MB, so only search workers, builds of an index and those who measure do:
never the web process, nor `entente --help` (DESIGN section 9; a test reads the imports).

Compiled functions take and give arrays and numbers only, hold no lock while they run, and check no bounds: whoever calls them
gives what the docstring says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile a function for the machine it runs on; another process finds it compiled."""
    return cast("F", numba.njit(cache=True, nogil=True)(function))
