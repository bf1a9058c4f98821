"""`entente message addressees` and `recall-several`, as an officer types them (M27 and M28)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from entente.cli import app, message_recalling
from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from tests.support.nodes import CHARTER, DUTY, open_network

pytestmark = pytest.mark.storage


def test_how_it_stands_is_listed_and_it_is_recalled_from_one_and_then_from_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*line: str) -> str:
        result = CliRunner().invoke(app, ["message", *line, "--folder", "XB-NCB"])
        assert result.exit_code == 0, result.output
        return result.stdout

    with open_network(tmp_path, concluded=(CHARTER,)) as network:

        def ask(folder: str, verb: str, given: JsonObject) -> JsonObject:
            return perform(network[folder], verb, given)

        monkeypatch.setattr(message_recalling, "ask", ask)
        letter: JsonObject = {
            "officer": DUTY, "to": ["XA-NCB"], "information": ["GS", "RC"], "instrument": "charter", "subject": "Pier 3",
            "text": "Seen.",
        }  # fmt: skip
        sent: Any = perform(network["XB-NCB"], "message_circulate", letter)
        ids = {one["to"]["code"]: one["id"] for one in sent["messages"]}
        network.deliver()
        perform(network["XA-NCB"], "message_open", {"officer": DUTY, "id": ids["XA-NCB"]})
        network.deliver()
        text = run("addressees", ids["GS"])
        assert text.startswith("2 arrived, 1 opened\n")
        rows = [re.split(r" {2,}", line) for line in text.splitlines()[1:]]
        assert [row[:3] for row in rows if row[0] in ids] == [
            ["XA-NCB", "action", "opened"], ["GS", "information", "arrived"], ["RC", "information", "arrived"],
        ]  # fmt: skip
        assert all(ids[row[0]] in row for row in rows if row[0] in ids)
        why = ("--reason", "Not for them.", "--as", DUTY)
        text = run("recall-several", ids["XA-NCB"], "--from", "RC", *why)
        assert text.startswith("1 arrived, 1 opened, 1 recall waiting\n")
        network.deliver()
        text = run("recall-several", ids["XA-NCB"], *why)
        assert text.startswith("2 recall waiting, 1 recalled unopened\n")
        network.deliver()
        assert run("addressees", ids["RC"]).startswith("2 recalled unopened, 1 recalled opened\n")
        refused = CliRunner().invoke(
            app, ["message", "recall-several", ids["GS"], "--from", "XB-NCB", *why, "--folder", "XB-NCB"]
        )
        assert refused.exit_code == 11
        assert "did not go to" in refused.output
