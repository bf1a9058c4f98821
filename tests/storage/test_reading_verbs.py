"""What only reads waits for nobody who writes (N21): asked here by the very thread that holds the right to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from entente.app import NewBody, create_folder, open_parts, parts_of
from entente.bodies.model import BodyKind, Officer
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import NotFound
from entente.settings import Settings
from entente.verbs import perform
from tests.support.nodes import DUTY, HEAD, PASSPHRASE

pytestmark = pytest.mark.storage

LISTS: tuple[tuple[str, JsonObject], ...] = (
    ("case_list", {}),
    ("message_list", {}),
    ("hit_list", {}),
    ("permission_list", {}),
    ("request_list", {}),
    ("waiting_list", {"officer": DUTY}),
    ("body_list", {}),
    ("instrument_list", {}),
    ("status", {}),
)
ITEMS = ("hit_show", "permission_show", "request_show")


def test_n21_lists_and_items_are_read_while_another_act_is_under_way(tmp_path: Path) -> None:
    bureau = BodyKind.NATIONAL_CENTRAL_BUREAU
    create_folder(tmp_path, NewBody(bureau, "XA-NCB", "Bureau", "XA", "UTC", (), (PASSPHRASE,) * 3, 2, PASSPHRASE))
    settings = Settings.at(tmp_path)
    with open_parts(settings, parts_of(settings)) as (node, store):
        node.directory.officers.put(HEAD, Officer(DUTY, frozenset({"duty_officer"})))
        kept = node.cases.open_case(DUTY, "Kept", "fugitives").number
        with store.unit():
            # A second unit for writing would wait for this one, and the store says so of one thread (storage.write_lock).
            answers: dict[str, JsonObject] = {name: perform(node, name, dict(given)) for name, given in LISTS}
            assert perform(node, "case_show", {"number": kept})["case"]
            for name in ITEMS:
                with pytest.raises(NotFound):
                    perform(node, name, {"id": "none"})
        assert [case["number"] for case in answers["case_list"]["cases"]] == [kept]  # type: ignore[index, union-attr, call-overload]
        with pytest.raises(AssertionError), store.unit():
            node.cases.open_case(DUTY, "Another", "fugitives")
