"""P15: where a token comes from, where it may go, and that nothing prints it."""

from __future__ import annotations

import copy
import os
import pickle
import ssl
from pathlib import Path

import pytest

from entente.client import AsyncClient, Client, Token, token_of_file
from entente.client.credentials import (
    CA_FILE_VARIABLE,
    NODE_VARIABLE,
    TOKEN_FILE_VARIABLE,
    TOKEN_VARIABLE,
    Place,
    place_of,
)
from entente.kernel.errors import Misconfigured
from entente.settings import NOT_SETTINGS

SECRET = "entente.token-0123456789abcdef0123456789." + "5e" * 32


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Keep a token as «entente token make --out» writes it."""
    file = tmp_path / "gate-4.token"
    file.touch(0o600)
    file.write_text(f"{SECRET}\n", encoding="ascii")
    return file


def test_token_is_read_from_a_file_of_its_own_account(kept: Path) -> None:
    assert token_of_file(kept).reveal() == SECRET
    for mode in (0o640, 0o604, 0o620, 0o601, 0o644):
        kept.chmod(mode)
        with pytest.raises(Misconfigured, match="open to other accounts") as told:
            token_of_file(kept)
        assert SECRET not in str(told.value)


def test_file_that_holds_no_token_is_refused_without_showing_it(kept: Path, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        token_of_file(tmp_path / "none")
    with pytest.raises(Misconfigured):
        token_of_file(tmp_path)
    for text in ("", "\n", "two words", "x" * 5000, "naïve", "a\r\nX-Other: 1"):
        kept.write_text(text, encoding="utf-8")
        with pytest.raises(Misconfigured, match="no access token") as told:
            token_of_file(kept)
        assert not text.strip() or text.strip() not in str(told.value)


def test_pipe_that_nobody_writes_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(Misconfigured):
        token_of_file(tmp_path / "pipe")


def test_token_prints_nowhere_and_leaves_by_no_pickle() -> None:
    token = Token(SECRET)
    place = Place("https://node.example", token)
    assert not any(SECRET in text for text in (repr(token), str(token), f"{token}", repr(place), repr(vars(Token))))
    for leave in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            leave(token)


@pytest.mark.parametrize(
    "address",
    [
        "https://node.example",
        "https://node.example:8601/entente/",
        "http://127.0.0.1:8601",
        "http://[::1]:8601",
        "http://localhost:1",
    ],
)
def test_address_over_tls_or_of_this_machine_is_taken(address: str) -> None:
    assert Place(address, Token(SECRET)).address == address.rstrip("/")


@pytest.mark.parametrize(
    "address",
    [
        "http://node.example", "http://10.0.0.1:8601", "http://127.0.0.1.example", "ftp://127.0.0.1", "node.example", "",
        "https://", "https://user:word@node.example", "https://@node.example", "https://node.example?x=1", "https://node.example#x",
        "https://node.example:port", "https://node.example:99999", "https://[::1", "https://node.example/a b",
        "https://node.example/\n", "https://nodé.example", "https://node.example/" + "x" * 2000,
    ],
)  # fmt: skip
def test_address_where_others_would_hear_the_token_is_refused(address: str) -> None:
    with pytest.raises(Misconfigured, match="address cannot be used"):
        Client(address, Token(SECRET))
    with pytest.raises(Misconfigured, match="address cannot be used"):
        AsyncClient(address, Token(SECRET))


def test_certificates_are_checked_by_the_file_that_is_named(tmp_path: Path) -> None:
    for address in ("https://node.example", "http://127.0.0.1:8601"):
        judging = Place(address, Token(SECRET)).certificates
        assert (judging.verify_mode, judging.check_hostname) == (ssl.CERT_REQUIRED, True)
    for file in (tmp_path / "none.pem", tmp_path / "no.pem"):
        with pytest.raises(Misconfigured, match="authorities"):
            Client("https://node.example", Token(SECRET), ca_file=file)
        (tmp_path / "no.pem").write_text("no certificate", encoding="ascii")


def test_environment_names_node_token_and_authorities(kept: Path) -> None:
    named = {NODE_VARIABLE: "https://node.example/", TOKEN_FILE_VARIABLE: str(kept), CA_FILE_VARIABLE: "ca.pem"}
    place = place_of(named)
    assert (place.address, place.token.reveal(), place.ca_file) == ("https://node.example", SECRET, Path("ca.pem"))
    held = {NODE_VARIABLE: "http://127.0.0.1:8601", TOKEN_VARIABLE: SECRET}
    with Client.of_environment(held) as node:
        assert repr(node) == "Client('http://127.0.0.1:8601')"
    for lacking in ({}, {NODE_VARIABLE: "https://node.example"}, {TOKEN_VARIABLE: SECRET}, {**held, **named}):
        with pytest.raises(Misconfigured):
            Client.of_environment(lacking)


def test_node_lets_pass_what_a_client_reads_from_the_environment() -> None:
    assert {NODE_VARIABLE, TOKEN_VARIABLE, TOKEN_FILE_VARIABLE, CA_FILE_VARIABLE} <= NOT_SETTINGS
