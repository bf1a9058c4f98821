"""The log of a running node: one line an event on the error stream, as JSON or as `key=value`, without personal data.

Every line of the node's own code and of its libraries goes through here. What an exception says is left out, since it may quote
what somebody searched for or who a record is about: its kind stands there and where it came from.

Source: docs/rules/node.md N13; logfmt; ECMA-404.
"""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path
from typing import Any, Final, TextIO

import structlog
from structlog.typing import EventDict, Processor

from entente.kernel.errors import EntenteError
from entente.settings import Settings

FRAMES_MAX: Final = 12
"""Calls of a fault that are named, the innermost."""
CAUSES_MAX: Final = 5
_FIRST: Final = ("timestamp", "level", "logger", "event")
_PACKAGES: Final = ("site-packages/", "src/")
"""What a file's name is cut to begin behind: where an installation lies is nobody's matter."""


def set_up_logs(settings: Settings, stream: TextIO = sys.stderr) -> None:
    """Have everything that is logged in this process written to a stream in the form of the settings."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    written: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if settings.log_format == "text":
        written = structlog.processors.LogfmtRenderer(key_order=_FIRST, drop_missing=True, bool_as_flag=False)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                fault_without_words,
                one_line_each,
                written,
            ],
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    # What libraries say of each call and of their own beginning is no event of this node.
    for chatty in ("httpx", "httpcore", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def fault_without_words(_: Any, __: str, event: EventDict) -> EventDict:  # noqa: ANN401 - whatever logger it came from
    """Put in the place of an exception its kind, its code where it is one of the tree, and where it came from."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    event.pop("exception", None)
    event.pop("stack_info", None)
    if isinstance(error, BaseException):
        event["fault"] = [_said_of(one) for one in _with_causes(error)]
    return event


def _with_causes(error: BaseException) -> list[BaseException]:
    """Return an exception and those it came from, at most CAUSES_MAX; it may be among its own causes."""
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found and len(found) < CAUSES_MAX:
        found.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return found


def _said_of(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    code = f" {error.code}" if isinstance(error, EntenteError) else ""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
    return f"{kind}{code} at {' > '.join(f'{_file(frame.filename)}:{frame.lineno} {frame.name}' for frame in frames)}"


def _file(name: str) -> str:
    path = Path(name).as_posix()
    for package in _PACKAGES:
        path = path.rpartition(package)[2]
    return path


def one_line_each(_: Any, __: str, event: EventDict) -> EventDict:  # noqa: ANN401 - whatever logger it came from
    """Write what would break a line or turn its direction as numbers: part of it may come from another body."""
    return {key: _plain(value) for key, value in event.items()}


def _plain(value: Any) -> Any:  # noqa: ANN401 - a value of the log: text, a number, a list of texts
    if isinstance(value, str):
        return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
