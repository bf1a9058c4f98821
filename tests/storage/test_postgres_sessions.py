"""What a session with a server does beside its questions: work while it waits, long lists as one value."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from entente.kernel.ids import RecordId
from entente.storage import postgres_connection
from entente.storage.postgres_session import LISTED_MIN
from entente.storage.rows import among, read_among
from entente.storage.schema import counter
from entente.storage.store import Store
from tests.storage import examples
from tests.storage.conftest import ON_POSTGRES
from tests.storage.test_contract_records import numbered

pytestmark = pytest.mark.storage
WAIT = sa.text("SELECT pg_sleep(0.05)")
MANY = 3 * LISTED_MIN


class Work:
    """Counts its steps, of which there are so many."""

    def __init__(self, steps: int) -> None:
        self.left = steps
        self.asked = 0

    def step(self) -> bool:
        self.asked += 1
        self.left -= self.left > 0
        time.sleep(0.001)
        return self.left > 0


@ON_POSTGRES
def test_work_is_done_while_the_server_is_waited_for_and_ends_with_the_unit(store: Store) -> None:
    work = Work(10_000)
    with store.unit() as unit:
        unit.while_waiting(work.step)
        began = time.monotonic()
        unit.connection.execute(WAIT)
        took = time.monotonic() - began
        assert work.asked > 5
        # Whoever has the right to write waits for a step at most.
        assert took < 0.5
        write = examples.write("1", numbered(unit, 1), sequence=1)
        unit.records.put_many([write])
        unit.commit()
    done = work.asked
    with store.unit() as unit:
        unit.connection.execute(WAIT)
        assert unit.records.get(write.record.id) is not None
    assert work.asked == done


@ON_POSTGRES
def test_work_that_has_ended_is_not_asked_for_all_the_time(store: Store) -> None:
    work = Work(2)
    with store.unit() as unit:
        unit.while_waiting(work.step)
        unit.connection.execute(WAIT)
        assert unit.connection.execute(sa.text("SELECT 7")).scalar_one() == 7
    assert work.left == 0
    assert work.asked < 10


def test_unit_with_work_to_do_keeps_and_gives_what_one_without_does(store: Store) -> None:
    work = Work(10_000)
    with store.unit() as unit:
        unit.while_waiting(work.step)
        classes = numbered(unit, 1)
        wanted = [examples.write(f"n-{place}", classes, sequence=place) for place in range(1, MANY)]
        unit.records.put_many(wanted)
        unit.commit()
    with store.view() as view:
        assert len(view.records.digests([one.record.id for one in wanted])) == len(wanted)


def _names(count: int) -> sa.Select[tuple[str, int]]:
    return sa.select(counter.c.name, counter.c.value).where(
        counter.c.value >= sa.bindparam("least"), among(counter.c.name, count)
    )


def _values(count: int) -> sa.Select[tuple[str, int]]:
    return sa.select(counter.c.name, counter.c.value).where(
        among(counter.c.value, count), counter.c.value >= sa.bindparam("least")
    )


STRANGE = ("", ",", "a,b", "{}", "NULL", "\x1f", "a\x1fb", '"', "\\", "%s", "ц 😀")


@pytest.mark.parametrize("left_out", [(), ("\x1f", "a\x1fb")])
def test_long_lists_find_what_they_name_whatever_stands_in_it(store: Store, left_out: Sequence[str]) -> None:
    names = [*(f"n-{number}" for number in range(MANY)), *STRANGE]
    with store.unit() as unit:
        rows = [{"name": name, "value": place + 10} for place, name in enumerate(names)]
        unit.connection.execute(sa.insert(counter), rows)
        asked = [name for name in names if name not in left_out] + ["absent"]
        found = {row.name for row in read_among(unit.connection, _names, asked, {"least": 10})}
        assert found == set(asked) - {"absent"}
        # Those of which each is the empty text, too.
        empty = [""] * LISTED_MIN
        assert [row.name for row in read_among(unit.connection, _names, empty, {"least": 10})] == [""]
        numbers = [*range(10, 10 + MANY), -1, 2**53]
        assert len(list(read_among(unit.connection, _values, numbers, {"least": 12}))) == MANY - 2


@ON_POSTGRES
def test_long_list_goes_to_the_server_as_one_value(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []
    real = postgres_connection.CountingCursor.execute

    def noted(cursor: postgres_connection.CountingCursor, query: str, values: Sequence[object] = ()) -> object:
        asked.append((query, len(values)))
        return real(cursor, query, values)

    monkeypatch.setattr(postgres_connection.CountingCursor, "execute", noted)
    with store.view() as view:
        assert view.records.digests([RecordId(f"body:a/{number}") for number in range(MANY)]) == {}
    [(query, values)] = [one for one in asked if "record.digest" in one[0]]
    assert values == 1
    assert "= ANY (string_to_array(%s" in query
