"""The page of bad input names a test for every phrase, and every test it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from entente.cli.errors import EXIT_CODES
from tests.docs.source import ROOT

PAGE = (ROOT / "docs" / "reference" / "bad_input.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| what comes")
]
PHRASES = (
    "malformed file", "truncated file", "oversized file", "non-UTF-8 file", "entity-bomb file", "zip-bomb file",
    "impossible dates",
    "unknown countries", "unknown schemata", "an instrument file with contradictory terms", "wrong signature",
    "for another recipient", "replayed", "re-addressed", "from a key no longer valid", "of an unknown kind",
    "for an instrument not in force", "too large", "from the future", "a store that is locked", "a store that is full",
    "a store that is newer than the code", "two commands at once", "a double click", "a connection lost while an officer writes",
    "two officers editing the same thing",
)  # fmt: skip
"""What the project promises of bad input, in its own order."""


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("phrase", PHRASES)
def test_each_phrase_has_a_row_with_what_happens_and_a_test(phrase: str) -> None:
    (row,) = [row for row in ROWS if row[0] == phrase]
    assert all(row)
    assert "::test_" in row[3]


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE))))
def test_each_named_test_exists(named: tuple[str, str]) -> None:
    file, name = named
    assert name in names_in(file)


def test_each_error_has_its_own_exit_code() -> None:
    codes = {kind.code: code for kind, code in EXIT_CODES.items()}
    stated = re.findall(r"`(\w+)`, (\d+)", PAGE)
    assert stated
    assert [(name, int(code)) for name, code in stated if codes.get(name) != int(code)] == []
