"""Where a node is and by which token it hears us: read from a file or the environment, shown nowhere.

Source: docs/rules/api.md P1, P5 and P15; RFC 6750, 5.3.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final
from urllib.parse import urlsplit

from entente.kernel.errors import Misconfigured

NODE_VARIABLE: Final = "ENTENTE_NODE"
TOKEN_VARIABLE: Final = "ENTENTE_TOKEN"  # noqa: S105 - the name of a variable
TOKEN_FILE_VARIABLE: Final = "ENTENTE_TOKEN_FILE"  # noqa: S105 - the same
CA_FILE_VARIABLE: Final = "ENTENTE_CA_FILE"
TOKEN_CHARACTERS_MAX: Final = 200
"""A token has some 90 characters (bodies.tokens)."""
ADDRESS_CHARACTERS_MAX: Final = 2_000


@final
class Token:
    """A token, kept from whatever prints: its text is read by `reveal` alone, as a request leaves."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        """Take the text of a token; raise Misconfigured, without showing it, for what is none."""
        if not 1 <= len(text) <= TOKEN_CHARACTERS_MAX or not all("!" <= one <= "~" for one in text):
            raise Misconfigured(
                "What was given is no access token.",
                why="It is not shown here. A token is one word of ASCII, as «entente token make» wrote it.",
                do="Give the file that «entente token make --out» wrote, unchanged.",
            )
        self.__text = text

    def __repr__(self) -> str:
        return "Token(not shown)"

    def __reduce__(self) -> str:
        """Refuse to be written into a file or to another process."""
        raise TypeError("a token is not pickled")

    def reveal(self) -> str:
        """Return the text."""
        return self.__text


def token_of_file(path: str | Path) -> Token:
    """Read a token; raise Misconfigured for a file that is missing, longer than a token, or open to other accounts."""
    path = Path(path)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise Misconfigured(
            f"The token's file {path.name} cannot be read.",
            why=f"Opening it says: {error.strerror}.",
            do="Name the file that «entente token make --out» wrote.",
        ) from error
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode) or stat.S_IMODE(mode) & 0o077:
            raise Misconfigured(
                f"The token's file {path.name} is open to other accounts of this machine.",
                why=f"Its mode is {stat.S_IMODE(mode):04o}; whoever reads it speaks for this account (docs/rules/api.md P15).",
                do=f"If nobody can have read it, run «chmod 600 {path}»; else revoke the token and make another.",
            )
        data = os.read(descriptor, TOKEN_CHARACTERS_MAX + 2)
    finally:
        os.close(descriptor)
    return Token(data.decode("ascii", "replace").strip())


@dataclass(frozen=True, slots=True)
class Place:
    """A node's address, the token, and by whose certificates the address is judged."""

    address: str
    token: Token
    ca_file: Path | None = None
    """Authorities in PEM, in place of those that the machine trusts."""

    def __post_init__(self) -> None:
        """Refuse an address over which a token would be heard by others."""
        address = checked_address(self.address)
        object.__setattr__(self, "address", address)

    @property
    def certificates(self) -> ssl.SSLContext:
        """What judges the other side: nothing needs to on loopback, where reading the authorities would take 30 ms."""
        if self.address.startswith("http://"):
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            return ssl.create_default_context(cafile=None if self.ca_file is None else str(self.ca_file))
        except (OSError, ssl.SSLError) as error:
            raise Misconfigured(
                f"The file of authorities {'' if self.ca_file is None else self.ca_file.name} cannot be used.",
                why=f"Reading it says: {error}.",
                do="Name a file of certificates in PEM.",
            ) from error


def place_of(environment: Mapping[str, str]) -> Place:
    """Return what the environment names: ENTENTE_NODE, ENTENTE_TOKEN_FILE or ENTENTE_TOKEN, and ENTENTE_CA_FILE."""
    address = environment.get(NODE_VARIABLE, "")
    if not address:
        raise Misconfigured(
            f"The environment does not name a node: {NODE_VARIABLE} is not set.",
            why="A client has to know whom it asks.",
            do=f"Set {NODE_VARIABLE}, for example to http://127.0.0.1:8601, or give the address.",
        )
    ca_file = environment.get(CA_FILE_VARIABLE, "")
    return Place(address, token_of(environment), Path(ca_file) if ca_file else None)


def token_of(environment: Mapping[str, str]) -> Token:
    """Return the token that the environment names or holds; raise Misconfigured for none, or for both."""
    file, text = environment.get(TOKEN_FILE_VARIABLE, ""), environment.get(TOKEN_VARIABLE, "")
    if bool(file) == bool(text):
        raise Misconfigured(
            "The environment names no token." if not file else "The environment names two tokens.",
            why=f"A client speaks with one: {TOKEN_FILE_VARIABLE} names its file, or {TOKEN_VARIABLE} holds it.",
            do=f"Set {TOKEN_FILE_VARIABLE} to the file that «entente token make --out» wrote, and the other one not.",
        )
    return token_of_file(file) if file else Token(text.strip())


def checked_address(address: str) -> str:
    """Return a node's address without its last slash; raise Misconfigured where a token would leave in the clear (P15)."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _bad_address("it is not written as one") from None
    if not host or parts.query or parts.fragment or "@" in parts.netloc or not _is_plain(address):
        raise _bad_address("it is a scheme, a host, a port and perhaps a path, and nothing else")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise _bad_address("a token leaves this machine over TLS alone (docs/rules/api.md P15)")
    return address.rstrip("/")


def _is_plain(address: str) -> bool:
    return len(address) <= ADDRESS_CHARACTERS_MAX and all("!" <= one <= "~" for one in address)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bad_address(why: str) -> Misconfigured:
    return Misconfigured(
        "The node's address cannot be used.",
        why=f"It is not shown here; {why}.",
        do="Write it like https://node.example, or http://127.0.0.1:8601 for a node of this machine.",
    )
