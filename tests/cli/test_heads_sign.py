"""What a command has heads sign: only what such a command is for, whatever the node hands it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from entente.agreements.statements import AgreementKind
from entente.bodies.statements import DirectoryKind
from entente.cli.keys import sign
from entente.kernel.errors import Untrusted
from entente.kernel.ids import BodyId
from entente.kernel.statement import draft

AT = datetime(2031, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("kind", [AgreementKind.SIGNATURE, AgreementKind.PARTICIPATION, AgreementKind.MEASURE])
def test_heads_sign_the_bytes_that_were_drafted(kind: AgreementKind) -> None:
    statement = draft(kind, BodyId("body:a"), AT, {"instrument": "x"})
    assert sign({"statement": statement.to_json()}, ())["signed"] == statement.to_json()["signed"]


@pytest.mark.parametrize("kind", [DirectoryKind.KEYS, DirectoryKind.GENESIS, AgreementKind.PROPOSAL, "record"])
def test_node_that_hands_over_another_statement_gets_no_signature(kind: str) -> None:
    statement = draft(kind, BodyId("body:a"), AT, {"instrument": "x"})
    with pytest.raises(Untrusted, match=kind):
        sign({"statement": statement.to_json()}, ())
