"""The log of a running node: one line an event on the error stream, as JSON or as `key=value`, without personal data.

Every line of the node's own code and of its libraries goes through here. What an exception says is left out, since it may quote
what somebody searched for or who a record is about: its kind stands there and where it came from.

Source: docs/rules/node.md N13; logfmt; ECMA-404.
"""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType
from typing import Any, Final, TextIO

import structlog
from structlog.typing import EventDict, Processor

from entente.kernel.faults import in_short, kind_and_place
from entente.settings import Settings

_log = logging.getLogger(__name__)
CAUSES_MAX: Final = 5
_FIRST: Final = ("timestamp", "level", "logger", "event")


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
    handler.addFilter(arguments_without_words)
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


def hear_every_fault() -> None:
    """Have a fault that nothing caught logged too, of this thread or another: Python itself would print what it says.

    For a process that does nothing but run; what is set stays set.
    """
    sys.excepthook = _unheard
    threading.excepthook = _unheard_of_thread


def _unheard(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    _log.error("The process ends by a fault", exc_info=error)


def _unheard_of_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is not None and not isinstance(given.exc_value, SystemExit):
        name = "unknown" if given.thread is None else given.thread.name
        _log.error("The thread «%s» ended by a fault", name, exc_info=given.exc_value)


def arguments_without_words(record: logging.LogRecord) -> bool:
    """Put what may be said of it in the place of each exception that a line is made with; every line is written."""
    if isinstance(record.args, tuple):
        record.args = tuple(in_short(one) if isinstance(one, BaseException) else one for one in record.args)
    if record.name == "asyncio" and record.levelno >= logging.ERROR:
        # Its first line says what happened; in those behind it stands the task, with its exception and what it was given.
        record.msg, record.args = record.getMessage().partition("\n")[0], ()
    return True


def fault_without_words(_: Any, __: str, event: EventDict) -> EventDict:  # noqa: ANN401 - whatever logger it came from
    """Put in the place of an exception its kind, its code where it is one of the tree, and where it came from."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    event.pop("exception", None)
    event.pop("stack_info", None)
    if isinstance(error, BaseException):
        event["fault"] = [kind_and_place(one) for one in _with_causes(error)]
    return event


def _with_causes(error: BaseException) -> list[BaseException]:
    """Return an exception and those it came from, at most CAUSES_MAX; it may be among its own causes."""
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found and len(found) < CAUSES_MAX:
        found.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return found


def one_line_each(_: Any, __: str, event: EventDict) -> EventDict:  # noqa: ANN401 - whatever logger it came from
    """Write what would break a line or turn its direction as numbers: part of it may come from another body."""
    return {key: _plain(value) for key, value in event.items()}


def _plain(value: Any) -> Any:  # noqa: ANN401 - a value of the log: text, a number, a list of texts
    if isinstance(value, str):
        return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
