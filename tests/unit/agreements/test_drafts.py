"""What heads sign, as a file, comes back with all signatures of all copies (docs/rules/agreements.md A12)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from entente.agreements.drafts import FILE_KIND, file_of, read_files
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId, KeyId
from entente.kernel.signing import Signature
from entente.kernel.statement import Statement, draft
from tests.support.build_bodies import signer

AT = datetime(2031, 5, 4, tzinfo=UTC)
FIRST = draft("participation", BodyId("body:a"), AT, {"instrument": "one"})
SECOND = draft("participation", BodyId("body:a"), AT, {"instrument": "two"})
HEADS = signer("head 1"), signer("head 2")


def written(*statements: Statement) -> str:
    return json.dumps(file_of(one.to_json() for one in statements), indent=1)


def test_signatures_of_copies_come_together() -> None:
    copies = [written(FIRST.with_signature(head), SECOND.with_signature(head)) for head in HEADS]
    found = read_files("\n\n".join(copies))
    assert [one.signed for one in found] == [FIRST.signed, SECOND.signed]
    assert [len(one.signatures) for one in found] == [2, 2]
    both = FIRST.with_signature(HEADS[0]).with_signature(HEADS[1])
    assert read_files(written(both) * 2) == (both,)


def test_copies_without_end_are_put_together_once_and_not_each_with_all_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """8 MiB of copies, each with another signature, took a minute of the processor."""
    put_together: list[int] = []

    def counted(statement: Statement, *, signatures: tuple[Signature, ...]) -> Statement:
        put_together.append(len(signatures))
        return replace(statement, signatures=signatures)

    monkeypatch.setattr("entente.agreements.drafts.replace", counted)
    copies = [replace(FIRST, signatures=(Signature(KeyId("k"), bytes([one]) * 64),)) for one in range(200)]
    (found,) = read_files("".join(written(one) for one in copies))
    assert (len(found.signatures), put_together) == (200, [200])


def test_one_statement_alone_is_taken_as_a_command_writes_it() -> None:
    assert read_files(json.dumps(FIRST.to_json())) == (FIRST,)


def test_copy_that_says_another_thing_stays_another_statement() -> None:
    changed = replace(SECOND, signatures=FIRST.with_signature(HEADS[0]).signatures)
    assert len(read_files(written(FIRST) + written(changed))) == 2


@pytest.mark.parametrize(
    "text",
    ["", "  ", "{", "[]", "null", "x", '{"file": "another"}', json.dumps({"file": FILE_KIND, "statements": []}),
     json.dumps({"file": FILE_KIND, "statements": "x"}), written(FIRST) + "}", "[" * 100_000],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_files(text)
