"""What docs/reference/python.md shows runs as it stands there, block after block."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.docs.source import ROOT

PAGE = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.usefixtures("compiled_search")
def test_examples_run_and_find_whom_they_look_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in BLOCKS:
        exec(block, names)  # noqa: S102 - the page's own code
        if "compare" in block:
            assert names["found"].score > names["MATCH_MIN"]
            assert names["found"].speaks_for
    assert names["found"][0].id == "p1"
    assert (names["index"].size, names["with_files"].bytes) == (2, names["index"].bytes)
