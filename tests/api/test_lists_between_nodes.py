"""R48 and R49 at a holder: what is gone from a list is found there no more, and what is listed again comes there anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from entente.kernel.errors import NotFound
from entente.verbs import perform
from tests.api.test_verbs import TERMS
from tests.cli.test_commands import WANTED
from tests.support.nodes import AGREEMENT, CHARTER, Network, open_network

pytestmark = pytest.mark.storage

ABOUT: dict[str, Any] = {"officer": "duty-1", "purpose": "identify", "crime_area": "fugitives"}
ALL = tuple(f"w-{number}" for number in range(10))


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    with open_network(tmp_path / "nodes", concluded=(CHARTER, AGREEMENT)) as opened:
        yield opened


def read(network: Network, place: Path, *entries: str) -> Any:  # noqa: ANN401 - a verb's JSON
    file = place / "issue.jsonl"
    file.write_text("".join(json.dumps({**WANTED, "id": one}) + "\n" for one in entries), encoding="utf-8")
    answer = perform(
        network["XA-NCB"], "record_import",
        {
            "officer": "duty-1", "file": str(file), "terms": TERMS, "share_with": ["XB-NCB"], "list": "wanted",
            "withdraw_gone": True,
        },
    )  # fmt: skip
    network.deliver()
    return answer["gone"]


def at_the_holder(network: Network) -> set[str]:
    listed = perform(network["XB-NCB"], "record_list", {**ABOUT, "limit": 50})["records"]
    assert isinstance(listed, list)
    return {str(one["name"]).removeprefix("XA-NCB/") for one in listed if isinstance(one, dict)}


def test_r49_a_holder_is_told_what_is_gone_and_is_sent_what_is_listed_again(network: Network, tmp_path: Path) -> None:
    read(network, tmp_path, *ALL)
    assert at_the_holder(network) == set(ALL)
    assert read(network, tmp_path, *ALL[1:])["withdrawn"] == 1
    assert at_the_holder(network) == set(ALL[1:])
    with pytest.raises(NotFound):
        perform(network["XB-NCB"], "record_show", {**ABOUT, "record": "XA-NCB/w-0"})
    holders = perform(network["XA-NCB"], "record_holders", {"officer": "duty-1", "record": "w-0"})["holders"]
    assert isinstance(holders, list)
    assert [one["state"] for one in holders if isinstance(one, dict)] == ["withdrawal_confirmed"]
    read(network, tmp_path, *ALL)
    assert at_the_holder(network) == {*ALL[1:], "w-0:2"}
