"""N13: the log says what happened in one line each, and nothing of what anybody searched for or of whom a record is."""

import asyncio
import gc
import io
import json
import logging
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from entente import run
from entente.cli import serving
from entente.cli.logs import CAUSES_MAX, hear_every_fault, set_up_logs
from entente.kernel.errors import Invalid, Misconfigured, NotFound, Unavailable, Untrusted
from entente.settings import Settings, read_settings

SECRET = "Muhammadov Abdullo 1979"


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook
    yield
    sys.excepthook, threading.excepthook = hooks
    root.handlers[:], level = before
    root.setLevel(level)


def logging_to(stream: io.StringIO, form: str, level: str = "info") -> logging.Logger:
    set_up_logs(replace(Settings.at(Path("xa")), log_format=form, log_level=level), stream)
    return logging.getLogger("entente.some")


def test_a_line_of_json_has_time_level_and_where_it_comes_from() -> None:
    stream = io.StringIO()
    logging_to(stream, "json").warning("%s was not reached", "body:x", extra={"route": "/exchange", "ms": 1.5})
    (line,) = stream.getvalue().splitlines()
    said = json.loads(line)
    assert said.pop("timestamp").endswith("Z")
    assert said == {
        "event": "body:x was not reached", "level": "warning", "logger": "entente.some", "route": "/exchange", "ms": 1.5,
    }  # fmt: skip


def test_a_line_of_text_is_read_back_as_it_was_said() -> None:
    stream = io.StringIO()
    logging_to(stream, "text").info('said "so" and = so', extra={"verb": "search"})
    (line,) = stream.getvalue().splitlines()
    assert dict(word.split("=", 1) for word in shlex.split(line)).items() >= {
        "level": "info", "event": 'said "so" and = so', "verb": "search",
    }.items()  # fmt: skip


@pytest.mark.parametrize("form", ["json", "text"])
def test_what_an_exception_says_is_left_out_and_where_it_came_from_is_not(form: str) -> None:
    stream = io.StringIO()
    log = logging_to(stream, form)
    try:
        _looked_up({})
    except RuntimeError:
        log.exception("The courier failed")
    (line,) = stream.getvalue().splitlines()
    assert SECRET not in line
    assert "builtins.RuntimeError at " in line
    assert "builtins.KeyError at " in line
    assert "tests/cli/test_logs.py:" in line or "test_logs.py:" in line
    assert " _looked_up" in line


def _looked_up(held: dict[str, str]) -> str:
    try:
        return held[SECRET]
    except KeyError as inner:
        raise RuntimeError(f"no record of {SECRET}") from inner


def test_an_error_of_the_tree_is_named_by_its_code_and_causes_come_to_an_end() -> None:
    stream = io.StringIO()
    error: Exception = NotFound()
    again = RuntimeError(SECRET)
    # An exception may be among its own causes.
    error.__cause__, again.__cause__ = again, error
    logging_to(stream, "json").error("It failed", exc_info=error)
    chain: Exception = ValueError("first")
    for place in range(2 * CAUSES_MAX):
        later = ValueError(str(place))
        later.__cause__ = chain
        chain = later
    logging.getLogger("entente.some").error("It failed", exc_info=chain)
    one, other = (json.loads(line)["fault"] for line in stream.getvalue().splitlines())
    assert [said.partition(" at ")[0] for said in one] == [
        "entente.kernel.errors.NotFound not_found", "builtins.RuntimeError",
    ]  # fmt: skip
    assert len(other) == CAUSES_MAX


UNAVAILABLE = Unavailable("The store failed.", why="The disk is full.", do="Free space.", retry_is_safe=True)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError(SECRET), "ValueError"),
        (OSError(28, "No space left on device", f"/srv/{SECRET}.csv"), "OSError: No space left on device"),
        (Invalid("It is wrong.", field=SECRET, why=f"«{SECRET}» is no date.", do="Mend it."), "invalid"),
        (Untrusted("It is wrong.", reason="wrong_digest", why=SECRET, do="Ask."), "untrusted wrong_digest"),
        (UNAVAILABLE, "The store failed. The disk is full."),
    ],
)
def test_an_exception_that_a_line_is_made_with_says_nothing_of_anybody(error: Exception, said: str) -> None:
    stream = io.StringIO()
    logging_to(stream, "json").warning("It was put off: %s", error)
    assert json.loads(stream.getvalue())["event"] == f"It was put off: {said}"


def test_a_thread_that_ends_by_a_fault_and_the_process_itself_are_heard_without_words() -> None:
    stream = io.StringIO()
    logging_to(stream, "json")
    hear_every_fault()
    thread = threading.Thread(target=_looked_up, args=({},), name="keeper")
    thread.start()
    thread.join()
    sys.excepthook(ValueError, ValueError(SECRET), None)
    one, other = (json.loads(line) for line in stream.getvalue().splitlines())
    assert one["event"] == "The thread «keeper» ended by a fault"
    assert "KeyError at " in one["fault"][1]
    assert other["fault"] == ["builtins.ValueError at "]
    assert SECRET not in stream.getvalue()


def test_a_task_whose_exception_nobody_asked_for_is_heard_without_what_it_was_given() -> None:
    stream = io.StringIO()
    logging_to(stream, "json")

    async def run() -> None:
        async def fail(name: str) -> None:
            raise ValueError(name)

        task = asyncio.create_task(fail(SECRET), name=SECRET)
        await asyncio.wait([task])
        del task
        gc.collect()

    asyncio.run(run())
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["event"] == "Task exception was never retrieved"
    assert "builtins.ValueError at " in json.loads(line)["fault"][0]
    assert SECRET not in line


@pytest.mark.parametrize("form", ["json", "text"])
def test_what_another_body_wrote_breaks_no_line_and_turns_no_direction(form: str) -> None:
    stream = io.StringIO()
    logging_to(stream, form).warning("%s", "a\nlevel=info event=forged\u202e\x1b[2J\x00", extra={"who": "b\r\nc"})
    text = stream.getvalue()
    assert text.count("\n") == 1
    assert all(sign.isprintable() for sign in text[:-1])


def test_below_the_level_nothing_is_written_and_libraries_speak_of_faults_alone() -> None:
    stream = io.StringIO()
    log = logging_to(stream, "json", "warning")
    log.info("request")
    assert stream.getvalue() == ""
    logging_to(stream, "json", "debug")
    logging.getLogger("httpx").info("HTTP Request: POST http://xb.test/exchange")
    assert stream.getvalue() == ""
    logging.getLogger("httpx").warning("odd")
    assert json.loads(stream.getvalue())["event"] == "odd"


@pytest.mark.parametrize(("name", "value"), [("LOG_FORMAT", "xml"), ("LOG_LEVEL", "WARNING"), ("METRICS", "yes")])
def test_a_word_that_is_no_choice_stops_the_node(name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=value) as refused:
        read_settings({f"ENTENTE_{name}": value}, {})
    assert refused.value.do.endswith(".")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the machine has no disk that is always full")
def test_n5_log_on_a_full_disk_keeps_no_node_from_its_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ran: list[str] = []

    def run_node(_: Settings, on_ready: Callable[[str, bool], None]) -> None:
        on_ready("http://127.0.0.1:1", True)  # noqa: FBT003 - as the node calls it
        ran.append("it serves")

    monkeypatch.setattr(run, "run_node", run_node)
    monkeypatch.setattr(serving, "settings_of", lambda *_, **__: Settings.at(tmp_path))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with suppress(OSError), Path("/dev/full").open("w", buffering=1, encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stderr", full)
        serving.serve(str(tmp_path), None, None)
    assert ran == ["it serves"]
