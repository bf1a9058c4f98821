"""A node's store with as many records as are asked for: some imported, and beside them rows written straight into the tables.

Signing a million records would measure something else. A row written so has its own names, dates and number, and for the rest
what an imported one has: the same terms, the same class, a change in the trail that is there.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from benchmarks.identity.data import Record
from benchmarks.importing import Watch, import_file
from entente.storage import sqlite
from entente.storage.folder import Folder
from entente.storage.schema import counter, record, record_class, record_count
from tests.support.nodes import Network

IMPORTED: Final = 2_000
"""Records that are imported; each is a change in the trail, and the rows beside them are spread over these."""
SLICE: Final = 20_000


def fill(network: Network, code: str, records: Sequence[Record], place: Path) -> None:
    """Have a body hold these records; its node is open before and afterwards, and its index to be filled."""
    file = place / "people.jsonl"
    with file.open("w", encoding="utf-8") as people:
        people.writelines(json.dumps(person(one)) + "\n" for one in records[:IMPORTED])
    import_file(network, file, frozenset(), Watch())
    if len(records) > IMPORTED:
        network.close(code)
        imported = {one.id for one in records[:IMPORTED]}
        write_rows(Folder(network.folders[code]).database, records[IMPORTED:], imported)
        network.open(code)


def person(given: Record) -> dict[str, Any]:
    """Return a record as an import reads it."""
    said = {"name": given.name, "birthDate": given.birth_date, "nationality": given.country.lower()}
    properties = {name: [value] for name, value in said.items() if value}
    return {"id": given.id, "schema": "Person", "properties": properties}


def write_rows(database: Path, records: Sequence[Record], beside: Collection[str]) -> None:
    """Write rows beside those imported under these local ids, with no wait for the disk: a benchmark's data may be lost."""
    engine = sqlite.writing_engine(database)
    with engine.begin() as connection:
        every = connection.execute(sa.select(record).order_by(record.c.number)).mappings().all()
        held = [row for row in every if row["local_id"] in beside]
        of_held = record_class.c.record_number.in_([row["number"] for row in held[:1]])
        classes = connection.execute(sa.select(record_class.c.class_number).where(of_held)).scalars().all()
    assert len(classes) == 1, "all that was imported is of one class"
    numbers = itertools.count(max(row["number"] for row in every) + 1)
    rows = _rows(records, held, numbers)
    while part := list(itertools.islice(rows, SLICE)):
        with engine.begin() as connection:
            connection.execute(sa.insert(record), part)
            of_class = {"class_number": classes[0], "erase_on": held[0]["erase_on"]}
            connection.execute(sa.insert(record_class), [{**of_class, "record_number": one["number"]} for one in part])
    with engine.begin() as connection:
        more = len(records)
        connection.execute(sa.update(record_count).values(records=record_count.c.records + more))
        named = sa.update(counter).where(counter.c.name == "record numbers")
        connection.execute(named.values(value=counter.c.value + more))
    engine.dispose()


def _rows(records: Sequence[Record], held: Sequence[Any], numbers: Iterator[int]) -> Iterator[dict[str, Any]]:
    first = held[0]
    content = json.loads(first["content"])
    of_fact = content["facts"][0][2:]
    a_change = -(-len(records) // len(held))
    for place, (given, number) in enumerate(zip(records, numbers, strict=False)):
        facts = [[name, value, *of_fact] for name, (value,) in person(given)["properties"].items()]
        yield {
            **first,
            "number": number,
            "record_id": f"{first['source']}/{given.id}",
            "local_id": given.id,
            "content": json.dumps({**content, "facts": facts}, separators=(",", ":"), ensure_ascii=False),
            "change_sequence": held[place // a_change]["change_sequence"],
        }
