"""What becomes of a unit of work when the line to the server fails: cut before or after it kept a commit, or garbled.

A relay stands between a store and its server, and does to one answer what lines do.
"""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from threading import Thread

import pytest

from entente.kernel.errors import Unavailable
from entente.storage.address import StoreAddress, write_address
from entente.storage.folder import Folder
from entente.storage.store import Store
from tests.storage.conftest import OWNER, Lent
from tests.storage.test_failures import cases_held, commit, open_a_case

pytestmark = pytest.mark.storage

UNDERSTOOD_BY_NOBODY = b"\xff\x00\x00\x00\x00 what no server says"


class Fault(Enum):
    """What the relay does, once."""

    NONE = "none"
    GARBLES_ROWS = "garbles the answer to the rows of a commit"
    CUTS_AT_ROWS = "is cut after the server has the rows of a commit"
    CUTS_BEFORE_COMMIT = "is cut before the server has the commit"
    CUTS_AFTER_COMMIT = "is cut after the server has kept the commit"


@dataclass
class Relay:
    """Passes on what a store and its server say, over a socket of its own."""

    server: Path
    home: Path
    port: int
    fault: Fault = Fault.NONE
    holding: bool = False
    """Whether the next answer is the one that is done something to."""
    _lines: list[socket.socket] = field(default_factory=list)

    def serve(self) -> None:
        """Take every line until the socket is closed."""
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(self.home / f".s.PGSQL.{self.port}"))
        listening.listen(16)
        self._lines.append(listening)
        Thread(target=self._accept, args=(listening,), daemon=True).start()

    def close(self) -> None:
        """End every line."""
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self.server / f".s.PGSQL.{self.port}"))
                self._lines += [client, server]
                Thread(target=self._pass_on, args=(client, server), daemon=True).start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        """Pass on in turns, as the two speak: a question whole, then what is answered to it."""
        Thread(target=self._answer, args=(client, server), daemon=True).start()
        with suppress(OSError):
            while said := client.recv(1 << 20):
                is_rows, is_commit = b"INSERT INTO trail " in said, b"COMMIT\0" in said
                fault = self.fault
                if is_commit and fault is Fault.CUTS_BEFORE_COMMIT:
                    self._cut(client, server)
                elif (is_rows and fault in {Fault.CUTS_AT_ROWS, Fault.GARBLES_ROWS}) or (
                    is_commit and fault is Fault.CUTS_AFTER_COMMIT
                ):
                    self.holding = True
                    server.sendall(said)
                else:
                    server.sendall(said)
        self._end(server)

    def _answer(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := server.recv(1 << 20):
                if not self.holding:
                    client.sendall(said)
                    continue
                self.holding, fault = False, self.fault
                self.fault = Fault.NONE
                if fault is Fault.GARBLES_ROWS:
                    client.sendall(UNDERSTOOD_BY_NOBODY)
                else:
                    self._end(client)
                    self._end(server)
        self._end(client)

    def _cut(self, client: socket.socket, server: socket.socket) -> None:
        self.fault = Fault.NONE
        self._end(client)
        self._end(server)

    def _end(self, line: socket.socket) -> None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def relay(lent: Lent) -> Iterator[Relay]:
    with tempfile.TemporaryDirectory(prefix="entente-relay-", dir="/tmp") as home:
        made = Relay(lent.server.home, Path(home), lent.server.port)
        made.serve()
        yield made
        made.close()
        lent.empty()


@pytest.fixture
def store(relay: Relay, lent: Lent, folder: Folder) -> Iterator[Store]:
    url = f"postgresql://{lent.server.admin}@/{lent.name}?host={relay.home}&port={relay.port}"
    write_address(folder.address_file, StoreAddress(url, OWNER, is_made=True))
    with Store.open(folder) as opened:
        yield opened


@pytest.mark.parametrize(
    ("fault", "is_kept", "retry_is_safe"),
    [
        (Fault.GARBLES_ROWS, False, True),
        (Fault.CUTS_AT_ROWS, False, True),
        (Fault.CUTS_BEFORE_COMMIT, False, False),
        (Fault.CUTS_AFTER_COMMIT, True, False),
    ],
)
def test_act_over_a_line_that_fails_is_whole_or_not_at_all_and_the_next_one_goes_on(
    store: Store, relay: Relay, fault: Fault, *, is_kept: bool, retry_is_safe: bool
) -> None:
    """A commit whose answer was lost is told as that; nobody is told to do again what is kept."""
    commit(store, open_a_case)
    relay.fault = fault
    with pytest.raises(Unavailable) as raised:
        commit(store, open_a_case)
    assert relay.fault is Fault.NONE, "it was done"
    assert raised.value.retry_is_safe is retry_is_safe
    assert len(cases_held(store)) == 1 + is_kept
    before = store.changes()
    commit(store, open_a_case)
    assert len(cases_held(store)) == 2 + is_kept
    assert store.changes() > before
