"""N4 and N5: a disk that fills stops intake first, with a clear word; officers go on; what is kept is whole; then it goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from entente.app import create_folder, open_node, open_parts, parts_of
from entente.kernel.errors import NotFound, Unavailable
from entente.kernel.ids import BodyId
from entente.node import Node
from entente.settings import Settings
from entente.storage.disk import MEBIBYTE, DiskWatch, while_there_is_room
from entente.transport.server import BATCH_TYPE, PATH, exchange_app
from entente.verbs import perform
from entente.web.home import home_page
from tests.cli.test_bad_input import TERMS
from tests.storage.test_opening import BUREAU
from tests.support.nodes import CHARTER, Network, open_network

pytestmark = pytest.mark.storage

ROWS = 120
"""More than two slices of an import at its begin."""


@dataclass(slots=True)
class Disk:
    """What is free, as a test says."""

    free: int = 1_000 * MEBIBYTE

    def __call__(self) -> int:
        return self.free


def ask(node: Node, verb: str, **given: Any) -> Any:  # noqa: ANN401 - a verb's JSON
    return perform(node, verb, given)


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def node(tmp_path: Path, disk: Disk) -> Iterator[Node]:
    """Return a bureau's node with a duty officer, on a disk of which the test says how much is free."""
    create_folder(tmp_path / "xa", BUREAU)
    settings = Settings.at(tmp_path / "xa")
    with open_parts(settings, replace(parts_of(settings), free_bytes=disk)) as (opened, _):
        ask(opened, "officer_add", officer="head-1", id="duty-1", roles=["duty_officer"])
        yield opened


@pytest.mark.parametrize(("free", "is_enough"), [(256 * MEBIBYTE, True), (256 * MEBIBYTE - 1, False)])
def test_n4_bound_is_the_setting_to_the_byte(tmp_path: Path, free: int, *, is_enough: bool) -> None:
    watch = DiskWatch(tmp_path, 256, lambda: free)
    assert (watch.trouble() == "") is is_enough
    if is_enough:
        watch.require_room()
    else:
        with pytest.raises(Unavailable, match="takes nothing in now") as raised:
            watch.require_room()
        assert raised.value.retry_is_safe
        assert "255 MiB are free" in raised.value.why
        assert "disk_free_mb_min" in raised.value.why


def test_n4_room_is_read_from_the_disk_of_the_folder(tmp_path: Path) -> None:
    assert DiskWatch(tmp_path, 16).free_mb() > 0
    assert DiskWatch(tmp_path, 1_048_576).trouble()


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with open_network(tmp_path_factory.mktemp("network"), concluded=(CHARTER,)) as opened:
        yield opened


def write(node: Node) -> None:
    ask(
        node,
        "message_send",
        officer="duty-1",
        to="XB-NCB",
        instrument="charter",
        subject="Full",
        text="A disk is full.",
    )


def messages(node: Node) -> list[object]:
    held: list[object] = ask(node, "message_list")["messages"]
    return held


def test_n4_batch_of_another_node_is_answered_503_until_there_is_room_and_then_taken_in_once(network: Network) -> None:
    disk = Disk(free=5 * MEBIBYTE)
    xa, xb = network["XA-NCB"], network["XB-NCB"]
    recipient = replace(xb, disk=DiskWatch(network.folders["XB-NCB"], 256, disk))
    line = TestClient(exchange_app(while_there_is_room(recipient.disk, recipient.exchange.receive)))
    write(xa)
    parcel = xa.exchange.collect(network.id("XB-NCB"))
    assert parcel is not None
    rows = xb.trail.latest(1)[0].sequence

    refused = line.post(PATH, content=parcel.batch, headers={"content-type": BATCH_TYPE})
    assert refused.status_code == 503
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "unavailable"
    assert "disk is nearly full" in refused.json()["title"]
    assert "5 MiB are free" in refused.json()["detail"]
    assert xb.trail.latest(1)[0].sequence == rows

    disk.free = 300 * MEBIBYTE
    for _ in range(2):
        taken = line.post(PATH, content=parcel.batch, headers={"content-type": BATCH_TYPE})
        assert taken.status_code == 200
    assert xa.exchange.settle(parcel, taken.content).acknowledged == len(parcel.envelopes)
    assert len(messages(xb)) == 1


def test_n4_no_bundle_is_taken_in_until_there_is_room(network: Network, tmp_path: Path) -> None:
    disk = Disk(free=5 * MEBIBYTE)
    xa, xb = network["XA-NCB"], network["XB-NCB"]
    recipient = replace(xb, disk=DiskWatch(network.folders["XB-NCB"], 256, disk))
    before = len(messages(xb))
    write(xa)
    bundle, answer = str(tmp_path / "bundle"), str(tmp_path / "answer")
    ask(xa, "exchange_export", to="XB-NCB", file=bundle)
    with pytest.raises(Unavailable, match="takes nothing in now"):
        ask(recipient, "exchange_import", file=bundle, answer=answer)
    assert len(messages(xb)) == before
    disk.free = 300 * MEBIBYTE
    assert ask(recipient, "exchange_import", file=bundle, answer=answer)["unreadable"] == []
    assert len(messages(xb)) == before + 1
    network.deliver()


def test_n4_nothing_is_fetched_until_there_is_room(node: Node, disk: Disk) -> None:
    nobody = BodyId("body:" + "x" * 32)
    disk.free = 5 * MEBIBYTE
    with pytest.raises(Unavailable, match="takes nothing in now"):
        node.fetch(nobody)
    disk.free = 300 * MEBIBYTE
    with pytest.raises(NotFound):
        node.fetch(nobody)


def test_n4_receipts_of_what_was_sent_are_still_taken_in(network: Network) -> None:
    xa, xb = network["XA-NCB"], network["XB-NCB"]
    sender = replace(xa, disk=DiskWatch(network.folders["XA-NCB"], 256, lambda: 0))
    before = len(messages(xb))
    write(sender)
    assert network.deliver() > 0
    assert xa.exchange.collect(network.id("XB-NCB")) is None
    assert len(messages(xb)) == before + 1


def import_list(node: Node, folder: Path) -> Any:  # noqa: ANN401 - a verb's JSON
    file = folder / "list.jsonl"
    lines = (
        {"id": f"p-{number}", "schema": "Person", "properties": {"name": [f"Ardan Velk {number}"]}}
        for number in range(ROWS)
    )
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    told: list[int] = []
    return perform(node, "record_import", {"officer": "duty-1", "file": str(file), "terms": TERMS}, told.append), told


def test_n4_import_stops_at_a_durable_step_and_goes_on_when_run_again(node: Node, disk: Disk, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        keep = type(node.records.open_unit()).commit

        def commit(unit: Any) -> None:  # noqa: ANN401 - the store's unit of work
            keep(unit)
            disk.free = 3 * MEBIBYTE

        patch.setattr(type(node.records.open_unit()), "commit", commit)
        with pytest.raises(Unavailable, match="import stopped") as raised:
            import_list(node, tmp_path)
    assert raised.value.retry_is_safe
    assert "rows kept: 50" in raised.value.why
    with pytest.raises(Unavailable, match="takes nothing in now"):
        import_list(node, tmp_path)
    with node.records.open_unit() as unit:
        assert len(unit.records.changed_since(0, 999)) == 50

    # Officers go on: they search, read and act in the room that is left.
    while node.identity.index_step():
        continue
    found = ask(
        node, "search", officer="duty-1", names=["Ardan Velk 7"], purpose="arrest", crime_area="fugitives",
        occasion="control at the northern checkpoint",
    )  # fmt: skip
    assert found["candidates"]
    assert ask(node, "case_open", officer="duty-1", title="Gate 4", crime_area="fugitives")
    assert ask(node, "trail_verify")["proof"]["is_sound"] is True

    disk.free = 300 * MEBIBYTE
    answer, _ = import_list(node, tmp_path)
    assert (answer["summary"]["created"], answer["summary"]["unchanged"]) == (ROWS - 50, 50)


def test_n4_doctor_status_and_page_say_it(node: Node, disk: Disk) -> None:
    def said() -> list[str]:
        (check,) = [one for one in ask(node, "doctor")["checks"] if one["name"] == "disk"]
        return [
            *([] if check["is_good"] else [check["text"]]),
            *ask(node, "status")["troubles"],
            *home_page(node).state.troubles,
        ]

    assert said() == []
    disk.free = 7 * MEBIBYTE
    assert len(said()) == 3
    assert all("7 MiB are free" in text for text in said())


def test_n5_index_that_cannot_be_written_leaves_commands_working_and_doctor_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_folder(tmp_path / "xa", BUREAU)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with open_node(Settings.at(tmp_path / "xa")) as opened:
        ask(opened, "officer_add", officer="head-1", id="duty-1", roles=["duty_officer"])
        import_list(opened, tmp_path)
    monkeypatch.setattr("entente.search.tantivy_index.TantivyIndex._write_state", full)
    with open_node(Settings.at(tmp_path / "xa")) as opened:
        assert ask(opened, "officer_list")["officers"]
        (check,) = [one for one in ask(opened, "doctor")["checks"] if one["name"] == "index"]
        assert check["is_good"] is False
        assert "No space left" in check["text"]
    monkeypatch.undo()
    with open_node(Settings.at(tmp_path / "xa")) as opened:
        assert ask(opened, "status")["is_index_current"] is True
