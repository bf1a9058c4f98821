"""What is said of files that are handed in or read is told in every language, whatever is wrong with them."""

from __future__ import annotations

import json
import re

import pytest

from entente.agreements.drafts import FILE_KIND, read_named_files
from entente.formats.list_drafts import UnfitError
from entente.formats.stix_bundle import LOSSES
from entente.formats.stix_indicators import indicated
from entente.kernel.canonical import canonical_bytes
from entente.kernel.errors import Invalid
from entente.web.sentences import clause, said
from entente.web.wording import LANGUAGES, Wording

MARK = '<bdi lang="en">'
OTHERS = tuple(language for language in LANGUAGES if language != "en")
WRONG_PATTERNS = (
    "", "[", "[]", "[file", "[file:name", "[file:name = 'x' ;]", "[file:name = ]", "[file:name IN]", "[file:x[y] = 'x']",
    "[file:name = 'x'", "[file:name LIKE 5]", "[file:name = 'x'] WITHIN x SECONDS", "[file:name = 'x'] START 'x' STOP 'x'",
    "[file:name = 'x'] REPEATS 1.5 TIMES", "[file:name = 'where; it'] where", "[" + "(" * 100, "x" * 100_000, "[file:NOT = '']",
    "[file:name ! '']", "[file:name '']",
)  # fmt: skip
SIGNATURE = {"key": "k", "value": "x"}


def signed(document: object) -> str:
    return canonical_bytes(document).decode()  # type: ignore[arg-type]


WRONG_STATEMENTS: tuple[object, ...] = (
    [],
    {"signed": 5, "signatures": []},
    {"signed": "[]", "signatures": []},
    {"signed": '{"a" : 1}', "signatures": []},
    {"signed": '{"a":1.5}', "signatures": []},
    {"signed": '{"a":1,"a":1}', "signatures": []},
    {"signed": '{"é":1}', "signatures": []},
    {"signed": '{"a":99999999999999999999}', "signatures": []},
    {"signed": "x" * 2_000_000, "signatures": []},
    {"signed": signed({"v": 1}), "signatures": []},
    {"signed": signed({"v": 1, "kind": 1, "body": "x", "at": "x", "content": {}}), "signatures": []},
    {"signed": "{}", "signatures": [5]},
    {"signed": "{}", "signatures": [{"key": 5, "value": 5}]},
    {"signed": "{}", "signatures": [{**SIGNATURE, "value": "é"}]},
    {"signed": "{}", "signatures": [{**SIGNATURE, "value": "AAAA"}]},
)


@pytest.mark.parametrize("language", OTHERS)
def test_why_a_pattern_cannot_be_read_is_told_whatever_stands_in_it(language: str) -> None:
    for pattern in WRONG_PATTERNS:
        with pytest.raises(UnfitError) as wrong:
            indicated({"pattern": pattern, "pattern_type": "stix"})
        assert MARK not in clause(Wording(language), str(wrong.value)), pattern


def test_what_stands_in_a_pattern_is_quoted_as_it_came() -> None:
    why = "its pattern cannot be read: at character 8 stands «<x>» where the end should"
    told = clause(Wording("fr"), why)
    assert "<bdi>«&lt;x&gt;»</bdi>" in told
    assert re.sub("<[^>]*>", "", told).endswith("devrait figurer la fin")


@pytest.mark.parametrize("language", OTHERS)
def test_what_of_a_bundle_has_no_place_is_told(language: str) -> None:
    assert [one for one in LOSSES.values() if MARK in said(Wording(language), one)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_each_file_that_holds_no_signed_statements_is_told_with_what_is_wrong(language: str) -> None:
    files = [
        (f"{at}.json", json.dumps({"file": FILE_KIND, "statements": [one]}).encode())
        for at, one in enumerate(WRONG_STATEMENTS)
    ]
    for file in [*files, ("a; b.json", b"\xff"), ("empty.json", b""), ("list.json", b"[]"), ("none.json", b"no")]:
        with pytest.raises(Invalid) as wrong:
            read_named_files([file, ("other.json", b"")])
        error = wrong.value
        assert f"«{file[0]}»: " in error.why
        assert f"«{file[0]}»: ;" not in error.why, "it is said what is wrong"
        told = [said(Wording(language), text) for text in (error.what, error.why, error.do)]
        assert not any(MARK in one for one in told), error.why
