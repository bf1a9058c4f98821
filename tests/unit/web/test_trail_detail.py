"""What a row of the trail says in detail is told in the reader's language, and what is no code of ours as it is (W83)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import entente
from entente.bodies.unit_limits import UnitLimits
from entente.kernel.codec import to_object
from entente.kernel.decision import Decision, Ground
from entente.web.desk.trail_detail import MemberLine, detail_told
from entente.web.wording import LANGUAGES, Wording, code_texts_of

ROOMS = Path(next(iter(entente.__path__)))
FRENCH = Wording("fr")
RECORDING = frozenset({"Act", "_say", "_record", "_record_accepted", "record_accepted", "detail_of"})
BY_NAME = frozenset({"record_accepted", "detail_of"})
"""What takes members by their names, of those that record an act or write what it says."""
RECORDS = re.compile(r"Act\(|_say\(|_record|record_accepted|detail")
BESIDE = frozenset({"outcome", "query_sealed"})
"""Members that stand in the row itself."""


def members_written() -> Iterator[str]:
    """Yield the members that rooms write into what a row says: of an Act, of what records one, or of a detail."""
    for path in ROOMS.rglob("*.py"):
        if path.relative_to(ROOMS).parts[0] in {"api", "cli", "client", "formats", "web"}:
            continue
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)) if RECORDS.search(text) else ():
            match node:
                case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)) if called in RECORDING:
                    yield from keys_of(node)
                    yield from (one.arg for one in node.keywords if called in BY_NAME and one.arg is not None)
                case ast.AnnAssign(target=ast.Name(id="detail" | "said"), value=ast.expr() as value):
                    yield from keys_of(value)
                case ast.Assign(targets=[ast.Name(id="detail")], value=value):
                    yield from keys_of(value)
                case ast.FunctionDef(name="detail" | "_detail" | "_declared"):
                    yield from keys_of(node)


def keys_of(within: ast.AST) -> Iterator[str]:
    for one in ast.walk(within):
        if isinstance(one, ast.Dict):
            yield from (key.value for key in one.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))


def told(**detail: Any) -> list[MemberLine]:  # noqa: ANN401 - JSON
    return detail_told(FRENCH, detail)


def bare(line: MemberLine) -> str:
    return re.sub("<[^>]*>", "", line.value)


def test_each_member_that_rooms_write_has_words() -> None:
    written = {*members_written(), *(one.name for one in fields(UnitLimits))}
    assert {"purpose", "decision", "case"} <= written
    assert written - set(code_texts_of("en")["trail_members"]) - BESIDE == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_codes_are_told_by_their_lists(language: str) -> None:
    say = Wording(language)
    lines = detail_told(say, {"purpose": "identify", "crime_area": "fugitives", "was_held": True, "outcome": "done"})
    assert [line.name for line in lines] == [
        say.code("trail_members", one) for one in ("purpose", "crime_area", "was_held")
    ]
    assert [str(line.value) for line in lines] == [
        say.code("purposes", "identify"), say.code("crime_areas", "fugitives"), say.code("yes_no", "yes")
    ]  # fmt: skip


def test_decision_is_told_by_its_grounds() -> None:
    grounds = (
        Ground("D1", allows=True, text="The source set no restriction.", source=""),
        Ground("D2", allows=False, text="Nobody <knows>.", source=""),
    )
    line = told(decision=to_object(Decision.of(grounds)))[0]
    assert [(one.number, one.allows) for one in line.grounds] == [("D1", True), ("D2", False)]
    assert line.grounds[0].text == "La source n’a fixé aucune restriction."
    assert '<bdi lang="en">Nobody &lt;knows&gt;.</bdi>' in line.grounds[1].text


def test_what_is_no_code_stands_as_it_is_and_what_others_sent_is_escaped() -> None:
    deep = [{"a": [{"b": "<i>"}]}]
    lines = told(to="XA-NCB", unheard_of="<b>", at_once=["a", "b"], made_at="2031-99-99T00:00:00Z", shown=deep, note="")
    assert [bare(line) for line in lines] == [
        "XA-NCB", "&lt;b&gt;", "a, b", "2031-99-99T00:00:00Z", "a\u00a0: {&#34;b&#34;: &#34;&lt;i&gt;&#34;}", "—",
    ]  # fmt: skip
    assert (lines[1].name, lines[1].is_worded) == ("unheard_of", False)


def test_times_and_what_stands_within_are_told() -> None:
    entry = {"active_from": "2031-05-04T08:00:00.000000Z", "is_machine": False, "roles": ["analyst"]}
    lines = told(entry=entry, shown=[{"record": "XA-NCB/1", "score": 905}, {"record": "XA-NCB/2", "score": 0}])
    no, analyst = FRENCH.code("yes_no", "no"), FRENCH.code("roles", "analyst")
    said = f"actif dès : 4 mai 2031 08:00, est une machine : {no}, rôles : {analyst}"
    assert bare(lines[0]) == said.replace(" :", "\u00a0:")
    assert 'datetime="2031-05-04T08:00:00+00:00"' in lines[0].value
    assert bare(lines[1]) == "fiche : XA-NCB/1, score : 905 ; fiche : XA-NCB/2, score : 0".replace(
        " :", "\u00a0:"
    ).replace(" ;", "\u202f;")


def test_how_somebody_signed_in_is_told() -> None:
    assert bare(told(way="passkey")[0]) == FRENCH.text("account.way_passkey")
