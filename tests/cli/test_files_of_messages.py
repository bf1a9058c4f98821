"""`entente message send --attach` and `entente message attachment`, as an officer types them (M24 and M25)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from entente.cli import app, message, message_files
from entente.kernel.canonical import JsonObject
from entente.node import Node
from entente.verbs import perform
from tests.support.nodes import CHARTER, DUTY, Network, open_network

pytestmark = pytest.mark.storage

PICTURE = b"\xff\xd8\xff\xe0" + b"a gate" * 100_000


@dataclass(frozen=True, slots=True)
class Reached:
    """A node in this process, reached as a command reaches one over its folder."""

    node: Node

    def ask(self, verb: str, given: JsonObject, on_progress: Callable[[int], None] | None = None) -> JsonObject:
        """Do a verb."""
        return perform(self.node, verb, given, on_progress)


@pytest.fixture(name="network")
def _network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """Open four bodies; a command's folder names the one it is asked of."""
    with open_network(tmp_path, concluded=(CHARTER,)) as network:

        @contextmanager
        def connect(folder: str) -> Iterator[Reached]:
            yield Reached(network[folder])

        def ask(folder: str, verb: str, given: JsonObject) -> JsonObject:
            return perform(network[folder], verb, given)

        monkeypatch.setattr(message, "ask", ask)
        monkeypatch.setattr(message_files, "connect", connect)
        yield network


def run(*line: str | Path) -> Result:
    return CliRunner().invoke(app, ["message", *(str(word) for word in line)])


def answer(result: Result) -> Any:  # noqa: ANN401 - a command's JSON
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_file_is_sent_listed_fetched_and_taken_out(network: Network, tmp_path: Path) -> None:
    place = tmp_path / "снимок 1.jpg"
    place.write_bytes(PICTURE)
    letter = ("--instrument", "charter", "--subject", "Gate 4", "--text", "Seen.", "--attach", place)
    sent = answer(run("send", "XA-NCB", *letter, "--as", DUTY, "--folder", "XB-NCB", "--json"))["message"]
    assert [one["name"] for one in sent["attachments"]] == ["снимок 1.jpg"]
    network.deliver()
    asked = ("attachment", sent["id"], "снимок 1.jpg", "--as", DUTY, "--folder", "XA-NCB")
    shown = run("show", sent["id"], "--as", DUTY, "--folder", "XA-NCB")
    assert "снимок 1.jpg" in shown.stdout
    assert "image/jpeg, 600004 bytes" in shown.stdout
    assert "not fetched yet" in shown.stdout
    fetched = run(*asked)
    assert "Nothing of it was written out" in fetched.stdout
    out = tmp_path / "out.jpg"
    taken = run(*asked, "--out", out)
    assert taken.exit_code == 0, taken.output
    assert out.read_bytes() == PICTURE
    assert out.stat().st_mode & 0o777 == 0o600
    # Nothing is overwritten, and a name that the message does not have is nothing.
    assert run(*asked, "--out", out).exit_code != 0
    nothing = run("attachment", sent["id"], "no.jpg", "--out", tmp_path / "no.jpg", "--as", DUTY, "--folder", "XA-NCB")
    assert nothing.exit_code != 0
    assert not (tmp_path / "no.jpg").exists()
