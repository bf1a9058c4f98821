"""I31 and I32 on a real store: the verb of many queries beside the verb of one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from entente.kernel.errors import Invalid, Refused
from entente.verbs import perform
from tests.api.test_verbs import TERMS
from tests.cli.test_commands import WANTED
from tests.support.nodes import AGREEMENT, CHARTER, Network, open_network

ABOUT: dict[str, Any] = {"purpose": "identify", "crime_area": "fugitives", "occasion": "Gate 4"}
QUERIES: list[Any] = [
    {"names": ["Muhammadov"], "birth_date": "1979"},
    {"names": ["Nobody Known"]},
    {"birth_date": "1979"},
    {"names": "Muhammadov"},
    {"names": ["Muhammadov"], "sexe": "male"},
    {"names": ["Muhammadov"], "identifiers": ["490154203237517"]},
]


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    with open_network(tmp_path / "nodes", concluded=(CHARTER, AGREEMENT)) as opened:
        file = tmp_path / "wanted.jsonl"
        file.write_text("".join(json.dumps({**WANTED, "id": one}) + "\n" for one in ("w-1", "w-2")), encoding="utf-8")
        perform(opened["XA-NCB"], "record_import", {"officer": "duty-1", "file": str(file), "terms": TERMS})
        opened.deliver()
        yield opened


def ask(network: Network, verb: str, **given: Any) -> Any:  # noqa: ANN401 - a verb's JSON
    return perform(network["XA-NCB"], verb, {"officer": "duty-1", **given})


def rows(network: Network) -> int:
    return len(ask(network, "trail_show", officer="head-1", limit=1000)["rows"])


def test_i31_answers_are_those_of_the_single_search_and_each_fault_its_own(network: Network) -> None:
    before = rows(network)
    found = ask(network, "search_many", queries=QUERIES, **ABOUT)
    assert rows(network) == before + 1
    first, second, third, fourth, fifth, sixth = found["answers"]
    for answer, query in ((first, QUERIES[0]), (second, QUERIES[1]), (sixth, QUERIES[5])):
        alone = ask(network, "search", **query, **ABOUT)
        assert answer == {key: alone[key] for key in ("candidates", "zones", "notes", "identifiers")}
        assert found["searched"] == alone["searched"]
    assert [len(answer["candidates"]) for answer in (first, second, sixth)] == [2, 0, 2]
    assert [answer["error"]["field"] for answer in (third, fourth, fifth)] == ["names", "names", "'sexe'"]
    assert all(answer["error"]["code"] == "invalid" and len(answer) == 1 for answer in (third, fourth, fifth))


def test_i32_row_on_the_store_holds_nothing_of_a_query_in_clear(network: Network) -> None:
    of_file = {"sha256": "ab" * 32, "first": 1, "last": 6}
    found = ask(network, "search_many", queries=QUERIES, rows=of_file, **ABOUT)
    (row,) = ask(network, "trail_show", officer="head-1", limit=1)["rows"]
    detail: Any = row["detail"]
    assert (row["sequence"], row["verb"], detail["queries"], detail["ill_formed"]) == (
        found["trail_sequence"], "search", 6, 3,
    )  # fmt: skip
    assert detail["rows"] == {"first": 1, "last": 6}
    assert [one["query"] for one in detail["shown"]] == [1, 1, 6, 6]
    written = json.dumps(row)
    assert "Muhammadov" not in written
    assert "ab" * 32 not in written


def test_i31_what_is_wrong_with_the_request_itself_refuses_it_whole(network: Network) -> None:
    before = rows(network)
    wrongs: tuple[dict[str, Any], ...] = (
        {"queries": QUERIES * 17}, {"queries": []}, {"queries": {}}, {"queries": ["Muhammadov"]},
        {"queries": QUERIES, "rows": 0}, {"queries": QUERIES, "rows": {"sha256": "x", "first": 1, "last": 1}},
        {"queries": QUERIES, "occasion": ""},
    )  # fmt: skip
    for wrong in wrongs:
        with pytest.raises(Invalid):
            ask(network, "search_many", **{**ABOUT, **wrong})
    assert rows(network) == before
    with pytest.raises(Refused):
        ask(network, "search_many", officer="head-1", queries=QUERIES, **ABOUT)
    assert rows(network) == before + 1
