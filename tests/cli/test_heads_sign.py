"""What a command has heads sign: what it asked for, shown first, whatever the node hands it (B12)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from entente.agreements.statements import AgreementKind
from entente.bodies.statements import DirectoryKind
from entente.cli.asked import LINES_MAX, Asked, in_lines
from entente.cli.keys import show_draft, sign
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Untrusted
from entente.kernel.ids import BodyId
from entente.kernel.statement import draft

AT = datetime(2031, 1, 1, tzinfo=UTC)
STOP: JsonObject = {"id": "suspension-1", "kinds": ["b", "a"], "document": "Decision 17", "direction": "both"}
STAND: JsonObject = {"instrument": "instrument:1", "state": "suspended", "kinds": [], "suspensions": [STOP]}


def drafted(kind: str, content: JsonObject) -> JsonObject:
    return {"statement": draft(kind, BodyId("body:a"), AT, content).to_json()}


@pytest.mark.parametrize("kind", [AgreementKind.SIGNATURE, AgreementKind.PARTICIPATION, AgreementKind.MEASURE])
def test_heads_sign_the_bytes_that_were_drafted(kind: AgreementKind) -> None:
    asked = drafted(kind, {"instrument": "x"})
    statement = asked["statement"]
    assert isinstance(statement, dict)
    assert sign(asked, (), Asked(kind))["signed"] == statement["signed"]


@pytest.mark.parametrize("kind", [DirectoryKind.KEYS, DirectoryKind.GENESIS, AgreementKind.PROPOSAL, "record"])
def test_node_that_hands_over_another_statement_gets_no_signature(kind: str) -> None:
    with pytest.raises(Untrusted, match=kind):
        sign(drafted(kind, {"instrument": "x"}), (), Asked(kind))


def test_node_that_hands_over_another_kind_than_was_asked_gets_no_signature() -> None:
    with pytest.raises(Untrusted) as refused:
        sign(drafted(AgreementKind.MEASURE, {}), (), Asked(AgreementKind.SIGNATURE))
    assert refused.value.reason == "not_what_was_asked"


GOOD = Asked(
    AgreementKind.PARTICIPATION,
    {"instrument": "instrument:1"},
    never={"state": "withdrawn"},
    holds={"suspensions": {"kinds": ["a", "b"], "document": "Decision 17"}},
)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"instrument": "instrument:2"}, "its instrument is instrument:2"),
        ({"state": "withdrawn"}, "its state is withdrawn"),
        ({"suspensions": []}, "do not hold once"),
        ({"suspensions": [STOP, STOP]}, "do not hold once"),
        ({"suspensions": [{**STOP, "kinds": []}]}, "do not hold once"),
        ({"suspensions": [{**STOP, "document": "Decision 18"}]}, "do not hold once"),
        ({"suspensions": "all"}, "do not hold once"),
    ],
)
def test_draft_that_says_other_than_was_asked_gets_no_signature(changed: JsonObject, why: str) -> None:
    assert sign(drafted(GOOD.kind, STAND), (), GOOD)
    with pytest.raises(Untrusted) as refused:
        sign(drafted(GOOD.kind, {**STAND, **changed}), (), GOOD)
    assert refused.value.reason == "not_what_was_asked"
    assert why in refused.value.why


def test_instrument_is_named_by_its_short_name_or_its_id_and_a_resumption_leaves_none_behind() -> None:
    content: JsonObject = {"instrument": {"name": "charter", "id": "instrument:1"}, "suspensions": [STOP]}
    for typed in ("charter", "instrument:1"):
        asked = Asked(AgreementKind.SIGNATURE, named={typed: ("instrument.name", "instrument.id")})
        assert sign(drafted(asked.kind, content), (), asked)
    other = Asked(AgreementKind.SIGNATURE, named={"accord": ("instrument.name", "instrument.id")})
    with pytest.raises(Untrusted, match="another statement"):
        sign(drafted(other.kind, content), (), other)
    still = Asked(AgreementKind.PARTICIPATION, lacks={"suspensions": {"id": "suspension-1"}})
    with pytest.raises(Untrusted) as refused:
        sign(drafted(still.kind, STAND), (), still)
    assert "still hold" in refused.value.why


def test_what_is_signed_is_shown_field_by_field_and_long_texts_by_their_length() -> None:
    lines = show_draft(drafted(AgreementKind.PARTICIPATION, {**STAND, "text": "x" * 5_000}))
    assert lines[0].startswith("To be signed: participation of body:a")
    said = "\n".join(lines)
    assert "suspensions[1].document" in said
    assert "(5000 characters)" in said
    many: JsonObject = {f"field{place:03}": place for place in range(200)}
    shown = list(in_lines("measure", "body:a", "2031", many))
    assert len(shown) == LINES_MAX + 2
    assert "140 more lines" in shown[-1]
