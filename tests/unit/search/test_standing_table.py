"""I26: the queries near a record, found by the keys of the index without comparing them all."""

import pytest

from entente.identity.names import name_forms
from entente.search.standing_table import NEAR_FORMS_MAX, StandingTable


def a_table(**names: str) -> StandingTable:
    table = StandingTable()
    for query, name in names.items():
        table.put(query, [name_forms(name)], ())
    return table


def near(table: StandingTable, name: str) -> frozenset[str]:
    return table.near(name_forms(name), ())


@pytest.mark.parametrize(
    "written", ["Мухаммедов Абдулло", "Abdullo Muhammadov", "MUHAMADOV", "Mukhammedov Abdulla", "محمدوف عبدالله"]
)
def test_a_query_is_near_its_name_however_it_is_written(written: str) -> None:
    table = a_table(wanted="Muhammadov Abdullo", other="Karimzoda Behruz", third="Zhang Wei")
    assert "wanted" in near(table, written)
    assert "third" not in near(table, written)


def test_numbers_are_found_exactly_and_all_of_them() -> None:
    table = StandingTable()
    for query in ("q-1", "q-2"):
        table.put(query, [], ["n:AB123456", "a:ab123456"])
    table.put("q-3", [], ["n:AB123457"])
    assert table.near((), ("n:AB123456",)) == {"q-1", "q-2"}
    assert table.near((), ("n:AB12345",)) == frozenset()


def test_a_name_of_many_queries_counts_once_and_gives_them_all() -> None:
    table = StandingTable()
    for number in range(3 * NEAR_FORMS_MAX):
        table.put(f"q-{number}", [name_forms("Muhammadov Abdullo")], ())
    assert len(near(table, "Мухаммедов Абдулло")) == 3 * NEAR_FORMS_MAX


def test_the_nearest_are_taken_where_too_many_are_near() -> None:
    table = StandingTable()
    table.put("exact", [name_forms("Muhammadov Abdullo")], ())
    for number in range(2 * NEAR_FORMS_MAX):
        table.put(
            f"q-{number}",
            [name_forms(f"Muhammadov Abdullo {chr(97 + number % 26) * 4}{chr(97 + number // 26) * 4}")],
            (),
        )
    found = near(table, "Muhammadov Abdullo")
    assert len(found) == NEAR_FORMS_MAX
    assert "exact" in found


def test_a_query_taken_out_leaves_nothing_and_others_stay() -> None:
    table = a_table(first="Muhammadov Abdullo", second="Muhammadov Abdullo", third="Karimzoda Behruz")
    table.put("number", [], ["n:AB123456"])
    table.remove("first")
    assert near(table, "Muhammadov Abdullo") == {"second"}
    for query in ("second", "third", "number"):
        table.remove(query)
    assert table.known() == frozenset()
    assert near(table, "Muhammadov Abdullo") == frozenset()
    assert table.near((), ("n:AB123456",)) == frozenset()
    assert [held for name, held in vars(table).items() if isinstance(held, dict) and held] == []


def test_a_query_is_put_once() -> None:
    table = a_table(first="Muhammadov Abdullo")
    with pytest.raises(AssertionError):
        table.put("first", [name_forms("Karimzoda")], ())
