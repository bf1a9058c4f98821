"""What may be said of a fault where others read it: in a log, in what a node says of itself. Never what its exception says.

An exception quotes what it met: a name that was searched for, a row of the store. So a fault is told by its kind, its code where
it is one of the tree, and the calls it came through.

Source: docs/rules/node.md N13.
"""

from __future__ import annotations

from typing import Final

from entente.kernel.errors import EntenteError, Misconfigured, Unavailable, Untrusted

FRAMES_MAX: Final = 12
"""Calls of a fault that are named, the innermost."""
_PACKAGES: Final = ("site-packages/", "src/")
"""What a file's name is cut to begin behind: where an installation lies is nobody's matter."""


def in_short(error: BaseException) -> str:
    """Return what an exception is, in words that are about the machine, a line or a code and about nobody."""
    match error:
        case Unavailable() | Misconfigured():
            # These two speak of the store, the disk, an address, a setting.
            return f"{error.what} {error.why}"
        case Untrusted():
            return f"{error.code} {error.reason}"
        case EntenteError():
            return error.code
        case OSError() if error.strerror:
            # Without the file: it may be called by somebody's name.
            return f"{type(error).__name__}: {error.strerror}"
    return type(error).__name__


def kind_and_place(error: BaseException) -> str:
    """Return an exception's kind, its code where it has one, and the calls it came through."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    code = f" {error.code}" if isinstance(error, EntenteError) else ""
    calls: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        made = trace.tb_frame.f_code
        calls.append(f"{_file(made.co_filename)}:{trace.tb_lineno} {made.co_name}")
        trace = trace.tb_next
    return f"{kind}{code} at {' > '.join(calls[-FRAMES_MAX:])}"


def _file(name: str) -> str:
    for package in _PACKAGES:
        name = name.rpartition(package)[2]
    return name
