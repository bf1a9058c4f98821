"""A row that the disk damaged is a fault of this node, and is blamed neither on who asks nor on who sent it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from entente.storage.folder import Folder
from tests.support.desk_world import DeskWorld


@pytest.mark.parametrize("damaged", ["{}", '{"header": 1}', "{", "", '"text"'])
def test_message_whose_row_is_damaged_is_told_as_a_fault_of_the_node(
    world: DeskWorld, damaged: str, caplog: pytest.LogCaptureFixture
) -> None:
    bureau = world.bureau
    with closing(sqlite3.connect(Folder(bureau.network.folders["XB-NCB"]).database)) as store, store:
        store.execute("UPDATE correspondence_item SET document = ? WHERE id = ?", (damaged, bureau.came))
    asked = bureau.ask("GET", f"/messages/{bureau.came}")
    assert asked.status_code == 500
    assert asked.json()["what"] == "The node could not answer this."
    page = world.browser().get(f"/desk/messages/{bureau.came}")
    assert page.status_code == 500
    assert "DamagedRowError" in caplog.text
    assert damaged == "" or damaged not in caplog.text
