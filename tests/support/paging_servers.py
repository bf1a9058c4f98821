"""A mail server and a message gateway on this machine, for tests: real sockets that keep what they were given, and misbehave."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from time import sleep
from typing import Any, Final

DRIP_SECONDS: Final = 0.05


@dataclass
class Mailbox:
    """What a mail server was given, and how it answers."""

    port: int = 0
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    """Recipient and mail."""
    refuses: set[str] = field(default_factory=set)
    """Recipients that it does not know."""
    is_busy: bool = False
    """Whether it takes nothing for now (451)."""
    hangs_up: bool = False
    """Whether it ends the line after it got a mail and before it says so."""
    drips: bytes = b""
    """The beginning of what it says first, where that comes byte by byte and does not end; nothing where it does."""

    def to(self) -> list[str]:
        """Return who was written to, in order."""
        return [recipient for recipient, _ in self.mails]


class _MailHandler(socketserver.StreamRequestHandler):
    """One line of a mail server, as much of SMTP as a client of the standard library speaks."""

    box: Mailbox
    recipient = ""

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        if self.box.drips:
            drip(self.wfile, self.box.drips)
            return
        self.say("220 here")
        goes_on = True
        while goes_on and (line := self.rfile.readline()):
            goes_on = self.answer(line.strip().decode())

    def answer(self, line: str) -> bool:
        """Answer a command; return whether the line goes on."""
        command = line.upper()
        if command == "DATA":
            self.say("354 go on")
            return self.take()
        if command.startswith("RCPT"):
            self.recipient = line.partition("<")[2].partition(">")[0]
            code = 550 if self.recipient in self.box.refuses else 451 if self.box.is_busy else 250
            self.say(f"{code} so")
        else:
            self.say("250 here")
        return command != "QUIT"

    def take(self) -> bool:
        data = b""
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            data += line
        mail = message_from_bytes(data, policy=policy.default)
        self.box.mails.append((self.recipient, mail))
        if self.box.hangs_up:
            return False
        self.say("250 taken")
        return True


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Serve SMTP on a free port of this machine."""
    served = Mailbox()

    class Handler(_MailHandler):
        box = served

    with _served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as served.port:
        yield served


@dataclass
class Posted:
    """What a message gateway was given, and how it answers."""

    address: str = ""
    status: int = 202
    calls: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    """Headers by their names in small letters, and the document."""
    body: int = 0
    """Bytes that it says after its status."""
    body_taken: int = 0
    """Of these, how many it got rid of before the line ended."""
    drips_to: set[str] = field(default_factory=set)
    """Addresses for which the head of its answer comes byte by byte, and does not end."""


@contextmanager
def message_gateway() -> Iterator[Posted]:
    """Serve HTTP on a free port of this machine."""
    posted = Posted()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            document = json.loads(body)
            posted.calls.append(({name.lower(): text for name, text in self.headers.items()}, document))
            if document["to"] in posted.drips_to:
                drip(self.wfile, b"HTTP/1.1 202 Accepted\r\n")
                return
            self.send_response(posted.status)
            self.send_header("content-length", str(posted.body))
            self.end_headers()
            with suppress(ConnectionError):
                while posted.body_taken < posted.body:
                    posted.body_taken += self.wfile.write(bytes(2**16))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with _served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        posted.address = f"http://127.0.0.1:{port}/calls"
        yield posted


def drip(line: BufferedIOBase, begins: bytes) -> None:
    """Write the beginning of an answer, then a byte each twentieth of a second until nobody is left to read it."""
    with suppress(OSError):
        line.write(begins)
        while True:
            line.write(b"x")
            line.flush()
            sleep(DRIP_SECONDS)


@contextmanager
def _served(server: socketserver.ThreadingTCPServer | ThreadingHTTPServer) -> Iterator[int]:
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
