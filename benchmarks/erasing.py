"""What erasing costs: one record by an officer's act, a slice of the housekeeping, writing the store anew, the index anew.

A store of 20,000 invented persons (benchmarks/people.py), imported as `record import` does, with their rows in the trail. The
floor of an erasure is a bare commit of the same store. An import after an erasure is measured beside one before it, since from
then on each new record is asked for what was erased.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from benchmarks.importing import PER_SECOND, Watch, bring_up, import_file
from benchmarks.line import Line, most
from entente.bodies.model import Officer
from entente.formats.invented_people import write_people
from entente.kernel.ids import RecordId
from entente.records.erasing import SLICE_RECORDS
from entente.storage.folder import Folder
from tests.support.nodes import DPO, DUTY, HEAD, open_network

RECORDS: Final = 20_000
MORE: Final = 4_000
ERASED: Final = 30
SLICES: Final = 10
COMMITTED: Final = "one bare commit of the same store"


def run(records: int = RECORDS, more: int = MORE) -> list[Line]:
    """Import, erase, and measure."""
    with tempfile.TemporaryDirectory(prefix="entente-bench-") as place:
        folder = Path(place)
        with open_network(folder / "nodes") as network:
            network.conclude("GS", "charter.yaml", tuple(network.nodes))
            network.conclude("XA-NCB", "agreement.yaml", ("XA-NCB", "XB-NCB", "GS"))
            node = network["XA-NCB"]
            for name, count, seed in (("people", records, 1), ("before", more, 2), ("after", more, 3)):
                write_people(folder / f"{name}.jsonl", count, seed)
            import_file(network, folder / "people.jsonl", frozenset(), Watch())
            before = import_file(network, folder / "before.jsonl", frozenset(), Watch())
            bring_up(node)
            with node.identity.open_view() as view:
                changed = view.records.changed_since(0, records)
            ids = [RecordId(one.record.id) for one in changed[:: max(1, len(changed) // ERASED)]][:ERASED]
            bare = [
                _timed(lambda: node.directory.officers.put(HEAD, Officer(DUTY, frozenset({"duty_officer"}))))
                for _ in range(ERASED)
            ]
            acts = [_timed(lambda one=one: node.erasing.erase(DPO, one, "no_longer_needed")) for one in ids]  # type: ignore[misc]
            after = import_file(network, folder / "after.jsonl", frozenset(), Watch())
            end = max(one.record.retention.erase_on for one in changed)
            later = replace(node.erasing, clock=_At(datetime(end.year, end.month, end.day, tzinfo=UTC)))
            slices = [_timed(lambda: later.expire_step(SLICE_RECORDS)) for _ in range(SLICES)]
            forgetting = _timed(later.forget)
            store = Folder(network.folders["XA-NCB"]).database
            megabytes = store.stat().st_size / 1e6
            compacting = _timed(lambda: node.erasing.run(is_asked=True))
            bring_up(node)
            index = _timed(node.identity.clean_index)
    floor = statistics.median(bare)
    return [
        Line("erase one record, its id put out of the trail", statistics.median(acts), "ms", None, floor, COMMITTED),
        Line(
            f"a slice of {SLICE_RECORDS} records past their day",
            statistics.median(slices),
            "ms",
            most(50),
            floor,
            COMMITTED,
        ),
        Line(f"ids of {SLICES * SLICE_RECORDS} records put out of the trail", forgetting, "ms"),
        Line("the store written anew", megabytes / compacting * 1000, "MB/s"),
        Line("the index made anew", records / index * 1000, PER_SECOND),
        Line("import before anything was erased", more / before, PER_SECOND),
        Line("import after an erasure", more / after, PER_SECOND, None, more / before, "before it"),
    ]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


class _At:
    """A clock that stands on a day to come."""

    def __init__(self, now: datetime) -> None:
        self._now = now + timedelta(days=1)

    def now(self) -> datetime:
        return self._now
