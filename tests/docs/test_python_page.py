"""What docs/reference/python.md shows runs as it stands there, block after block."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docs.source import ROOT
from tests.support.processes import TERMS, Bureau

PAGE = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
ASKING = [block for block in BLOCKS if "entente.client" in block]
PERSON = {"schema": "Person", "properties": {"name": ["Мухаммедов Абдулло"], "birthDate": ["1979-03-14"]}}


@pytest.mark.usefixtures("compiled_search")
def test_examples_run_and_find_whom_they_look_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in (block for block in BLOCKS if block not in ASKING):
        exec(block, names)  # noqa: S102 - the page's own code
        if "compare" in block:
            assert names["found"].score > names["MATCH_MIN"]
            assert names["found"].speaks_for
    assert names["found"][0].id == "p1"
    assert (names["index"].size, names["with_files"].bytes) == (2, names["index"].bytes)


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Bureau]:
    """Run the node that the page asks, with its token beside it."""
    bureau = Bureau("XA-NCB", tmp_path / "xa")
    bureau.make()
    file = tmp_path / "wanted.jsonl"
    file.write_text(json.dumps({**PERSON, "id": "w-1"}) + "\n", encoding="utf-8")
    bureau.ask("record_import", officer="duty-1", file=str(file), terms=TERMS)
    bureau.ask("officer_add", officer="head-1", id="gate-4", roles=["duty_officer"], machine=True)
    scopes = ["search", "cases.read", "cases.write"]
    made = bureau.ask("token_make", officer="head-1", account="gate-4", scopes=scopes)
    (tmp_path / "gate-4.token").touch(0o600)
    (tmp_path / "gate-4.token").write_text(made["text"], encoding="ascii")
    bureau.start()
    try:
        yield bureau
    finally:
        bureau.end()


@pytest.mark.e2e
@pytest.mark.usefixtures("compiled_search")
def test_examples_ask_a_node_and_find_whom_they_look_for(
    bureau: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in ASKING:
        exec(block.replace("8601", str(bureau.port)), names)  # noqa: S102 - the page's own code
    assert names["best"]["name"] == "XA-NCB/w-1"
    assert names["numbers"] == [names["case"]]
    assert names["noted"] == [f"Found: XA-NCB/w-1, {names['best']['score']}"]
