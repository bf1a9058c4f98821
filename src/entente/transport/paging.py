"""How an officer is told outside the browser: by mail, or by a post to a message gateway of the body's own.

Nothing of a person goes out: what is sent is made of `duty.calls.Told` and of the address of the desk alone. One step is one
Message-ID and one idempotency key, so that a gateway that keeps count can drop what comes twice.

Source: docs/rules/desk.md W43 and W44; RFC 5321, RFC 5322, RFC 3834 (automatic mail), RFC 8314 (TLS).
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

import httpx

from entente.duty.calls import Told
from entente.duty.ports import Gateway
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.codec import to_object
from entente.kernel.errors import Invalid, Misconfigured, Unavailable
from entente.settings import Settings
from entente.transport import attempts
from entente.transport.attempts import Cut

SECONDS_MAX: Final = 10.0
"""Longest wait for the next part of a gateway's answer. All of them together: attempts.ATTEMPT_SECONDS_MAX."""
SECRET_CHARACTERS_MAX: Final = 4_096
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
"""One address as mail servers everywhere take it (RFC 5321, 4.1.2, a dot-string at a domain)."""
_READY: Final = 220
_PERMANENT: Final = 500
_NOT_TAKEN: Final = 400

Written = tuple[str, str]
"""Subject and text of a call."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, and how it is reached."""

    host: str
    port: int
    line: str
    """`starttls`, `tls` or `plain`."""
    sender: str
    secret: str = field(repr=False)


class _Line(smtplib.SMTP):
    """A line to a mail server that is cut when its attempt's time is over, from its first byte on."""

    def begin(self, server: Server, cut: Cut) -> None:
        """Connect; raise what the library raises as it does."""
        self._cut = cut
        # By this name the library asks for the server's certificate.
        self._host = server.host
        code, said = self.connect(server.host, server.port)
        if code != _READY:
            raise smtplib.SMTPConnectError(code, said)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = socket.create_connection((host, port), min(timeout, self._cut.seconds_left()))
        self._cut.watch(line)
        return line


class _TlsLine(smtplib.SMTP_SSL, _Line):
    """The same over TLS: the library asks the class behind it for the line that it lays TLS over."""


@dataclass(frozen=True, slots=True)
class MailGateway:
    """Sends a call as a mail. Safe from several threads."""

    server: Server
    write: Callable[[Told], Written]
    clock: Clock
    trust: ssl.SSLContext | None = None
    """Whom a certificate is believed of; None: whom this machine believes."""

    def tell(self, told: Told, reach: str) -> None:
        """Send one mail; return when the server took it (ports.Gateway)."""
        if not _ADDRESS.fullmatch(reach):
            raise _not_reached(b"it is no mail address")
        message = self._message(told, reach)
        with Cut(attempts.ATTEMPT_SECONDS_MAX) as cut, _unreached(), self._connected(cut) as line:
            _answer_of(line.mail(self.server.sender))
            code, said = line.rcpt(reach)
            if code >= _PERMANENT:
                raise _not_reached(said)
            _answer_of((code, said))
            self._give(line, message)

    def _give(self, line: smtplib.SMTP, message: EmailMessage) -> None:
        try:
            answer = line.data(message.as_bytes(policy=SMTP))
        except smtplib.SMTPDataError as error:
            raise _away(f"The mail server did not take the mail: {error.smtp_code}.") from error
        except (OSError, smtplib.SMTPException) as error:
            raise _away("The line ended while the mail was being given over.", is_known=False) from error
        _answer_of(answer)

    @contextmanager
    def _connected(self, cut: Cut) -> Iterator[smtplib.SMTP]:
        server = self.server
        trust = self.trust or ssl.create_default_context()
        line = _TlsLine(timeout=SECONDS_MAX, context=trust) if server.line == "tls" else _Line(timeout=SECONDS_MAX)
        try:
            line.begin(server, cut)
            if server.line == "starttls":
                line.starttls(context=trust)
            line.ehlo_or_helo_if_needed()
            if server.secret:
                line.login(server.sender, server.secret)
            yield line
        finally:
            line.close()

    def _message(self, told: Told, reach: str) -> EmailMessage:
        subject, text = self.write(told)
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.server.sender, reach, subject
        message["Date"] = format_datetime(self.clock.now())
        message["Message-ID"] = f"<{step_name(told)}@entente.invalid>"
        message["Auto-Submitted"] = "auto-generated"
        message["Importance"] = "high"
        message.set_content(text)
        return message


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """Posts a call as JSON. Safe from several threads."""

    address: str
    desk: str
    """The address of the desk; may be empty."""
    secret: str = field(repr=False)
    write: Callable[[Told], Written]
    transport: httpx.BaseTransport | None = None

    def tell(self, told: Told, reach: str) -> None:
        """Post one call; return when the gateway answered with a status of success (ports.Gateway).

        Its status alone is read: a body without an end holds up nobody.
        """
        subject, text = self.write(told)
        document: JsonObject = {
            **to_object(told), "to": reach, "desk": self.desk, "subject": subject, "text": text,
        }  # fmt: skip
        headers = {"idempotency-key": step_name(told)}
        if self.secret:
            headers["authorization"] = f"Bearer {self.secret}"
        timeout = httpx.Timeout(SECONDS_MAX)
        try:
            with (
                Cut(attempts.ATTEMPT_SECONDS_MAX) as cut,
                httpx.Client(
                    timeout=timeout, follow_redirects=False, trust_env=False, transport=self.transport
                ) as client,
                client.stream(
                    "POST", self.address, json=document, headers=headers, extensions={"trace": partial(_watch, cut)}
                ) as answer,
            ):
                status = answer.status_code
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL) as error:
            raise _away(f"The gateway cannot be reached: {type(error).__name__}.") from error
        except httpx.HTTPError as error:
            raise _away(f"The gateway did not answer: {type(error).__name__}.", is_known=False) from error
        if status in {httpx.codes.NOT_FOUND, httpx.codes.GONE, httpx.codes.UNPROCESSABLE_ENTITY}:
            raise _not_reached(str(status).encode())
        if not httpx.codes.is_success(status):
            raise _away(f"The gateway answered {status}.")


def _watch(cut: Cut, event: str, info: Mapping[str, Any]) -> None:
    """Have the line that a post is sent over be cut with its attempt (httpx, «trace»)."""
    if event == "connection.connect_tcp.complete":
        cut.watch(info["return_value"].get_extra_info("socket"))


def step_name(told: Told) -> str:
    """Return by what a gateway knows a step again: the same for each try of it, and for no other."""
    return f"call-{told.number}-{told.step}-{told.body.lower()}"


def gateway_of(settings: Settings, write: Callable[[Told], Written], clock: Clock) -> Gateway | None:
    """Return the gateway that the settings name; None for none. Raises Misconfigured for settings that do not hold together."""
    if settings.paging == "off":
        return None
    secret = _secret(settings.paging_secret_file) if settings.paging_secret_file else ""
    if settings.paging == "http":
        parts = urlsplit(settings.paging_address)
        if not parts.hostname or (
            parts.scheme != "https" and (parts.scheme, parts.hostname in _LOOPBACK) != ("http", True)
        ):
            _misconfigured("the gateway's address is one with https, or on this machine")
        return HttpGateway(settings.paging_address, settings.web_address, secret, write)
    host, _, port = settings.paging_address.rpartition(":")
    if not host or not port.isascii() or not port.isdecimal():
        _misconfigured("a mail server is written like mail.example:587")
    if settings.paging_line == "plain" and host.strip("[]") not in _LOOPBACK:
        _misconfigured("a line in the clear is for a mail server on this machine alone")
    if not _ADDRESS.fullmatch(settings.paging_sender):
        _misconfigured("a mail needs a sender's address, in ASCII")
    return MailGateway(
        Server(host.strip("[]"), int(port), settings.paging_line, settings.paging_sender, secret), write, clock
    )


def _secret(path: str) -> str:
    file = Path(path)
    try:
        if file.stat().st_mode & 0o077:
            _misconfigured("others can read the secret's file; make it 0600")
        secret = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong("the secret's file cannot be read") from error
    if not secret or len(secret) > SECRET_CHARACTERS_MAX or not (secret.isascii() and secret.isprintable()):
        _misconfigured("the secret's file holds one line of printable ASCII")
    return secret


def _misconfigured(why: str) -> NoReturn:
    raise _wrong(why)


def _wrong(why: str) -> Misconfigured:
    return Misconfigured(
        "The settings of paging do not hold together.",
        why=f"Officers are called at night by what they name: {why}.",
        do="Set the settings paging_… as the gateway's operator gave them; docs/reference/settings.md says what each is.",
    )


@contextmanager
def _unreached() -> Iterator[None]:
    """Say of what went wrong before a mail was given over that nothing left."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise _away("The mail server does not know this node's account.") from error
    except (OSError, smtplib.SMTPException) as error:
        raise _away(f"The mail server cannot be reached: {type(error).__name__}.") from error


def _answer_of(answer: tuple[int, bytes]) -> None:
    if answer[0] >= _NOT_TAKEN:
        raise _away(f"The mail server answered {answer[0]}.")


def _not_reached(said: bytes) -> Invalid:
    return Invalid(
        "The officer was not called.",
        field="reach",
        why=f"The gateway does not reach this address: {said.decode('ascii', 'replace')[:100]}.",
        do="Correct where the officer is reached, on the roster.",
    )


def _away(what: str, *, is_known: bool = True) -> Unavailable:
    return Unavailable(
        what,
        why="Nothing left the node." if is_known else "Whether it arrived is not known.",
        do="It is tried again by itself." if is_known else "The next officer is called when the time is over.",
        retry_is_safe=is_known,
    )
