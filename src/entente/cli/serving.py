"""Running the node: what `entente node run` needs of run, with its log and what a service manager is told.

Source: docs/rules/node.md N13 and N16; systemd, sd_notify(3).
"""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Mapping
from contextlib import suppress
from types import FrameType
from typing import NoReturn

import typer

from entente import __version__, run
from entente.cli.gateway import settings_of
from entente.cli.logs import hear_every_fault, set_up_logs
from entente.kernel.exercise import EXERCISE_LINE

_log = logging.getLogger(__name__)


def serve(folder: str | None, host: str | None, port: int | None) -> None:
    """Run the node of a folder until it is asked to stop; say on stderr where it listens."""
    settings = settings_of(folder, host=host, port=None if port is None else str(port))
    set_up_logs(settings)
    hear_every_fault()
    # The server ends what it began and then raises the signal anew: by its default a SIGTERM would end the process there,
    # before courier, follower and store are closed.
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, _end)

    def say(address: str, is_exercise: bool) -> None:
        # A log that lies on a full disk keeps no node from its work (docs/rules/node.md N5).
        with suppress(OSError):
            if is_exercise:
                typer.echo(EXERCISE_LINE, err=True)
            typer.echo(f"The node of {settings.folder} listens on {address}", err=True)
        _log.info("started", extra={"address": address, "version": __version__})
        tell_manager("READY=1", os.environ)

    try:
        run.run_node(settings, say)
    finally:
        _log.info("stopped")


def tell_manager(state: str, environment: Mapping[str, str]) -> None:
    """Tell the service manager that started this process how it stands; nobody is told where none asked to be.

    A manager that does not listen changes nothing: it then ends what it waits for by its own time limit.
    """
    address = environment.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as teller:
        try:
            teller.sendto(state.encode("ascii"), "\0" + address[1:] if address.startswith("@") else address)
        except OSError as error:
            _log.warning("The service manager was not told %s: %s", state, error.strerror or type(error).__name__)


def _end(_: int, __: FrameType | None) -> NoReturn:
    tell_manager("STOPPING=1", os.environ)
    raise SystemExit(0)
