"""I12: a fact a reader may not see neither shows, nor matches, nor moves a score. Worlds in pairs: with it and without."""

from collections.abc import Callable
from pathlib import Path

import pytest

from entente.identity.model import Query, SearchAnswer
from entente.identity.ports import SearchIndex
from entente.identity.rules import visible_record
from entente.kernel.canonical import canonical_bytes
from entente.kernel.codec import to_object
from entente.kernel.ids import RecordId
from entente.records.model import Fact, Link, Record
from tests.support.memory_index import MemoryIndex
from tests.unit.identity.search_world import CLOSED, OCCASION, OFFICER, OPEN, XA, World, a_record, on_files, stored

MakeIndex = Callable[[str], SearchIndex]

SHOWN = (
    ("name", "Мухаммедов Абдулло"),
    ("birthDate", "1979-03-02"),
    ("nationality", "XA"),
    ("passportNumber", "PA 123456"),
)
QUERIES = (
    Query(names=("Muhammadov Abdullo",)),
    Query(names=("Muhammadov",), birth_date="1979"),
    Query(names=("Sharif the Tall",)),
    Query(names=("Karimzoda Behruz", "Muhammadov Abdullo"), country="XB"),
    Query(names=("Muhammadov Abdullo",), birth_date="1984-11-30"),
    Query(identifiers=("ZZ 999888",)),
    Query(identifiers=("PA123456",), names=("Sharif the Tall",)),
    Query(names=("Muhammadov Abdullo",), identifiers=("ZZ999888",), birth_date="1979-03-02"),
)
HIDDEN = (
    Fact("name", "Sharif the Tall", terms=1),
    Fact("alias", "Karimzoda Behruz", terms=1),
    Fact("alias", "Muhammadov Abdullo", terms=1),
    Fact("weakAlias", "Muhammadov", terms=1),
    Fact("birthDate", "1984-11-30", terms=1),
    Fact("nationality", "XB", terms=1),
    Fact("passportNumber", "ZZ 999888", terms=1),
    Fact("firstName", "Sharif", terms=1),
    Fact("lastName", "Karimzoda", terms=1),
    Fact("phone", "+992 93 123 45 67", terms=1),
)


@pytest.fixture(params=["memory", "files"])
def make_index(request: pytest.FixtureRequest, tmp_path: Path) -> MakeIndex:
    return lambda name: MemoryIndex() if request.param == "memory" else on_files(tmp_path / name)


def others() -> list[Record]:
    return [
        a_record(("name", name), local_id=f"o{place}")
        for place, name in enumerate(("Абдулло Мухаммадиев", "Abdul Muhammad", "ელენე ბერიძე", "محمد عبدالله"))
    ]


def answers(world: World) -> list[bytes]:
    return [answer_bytes(world.identity.search(OFFICER, query, OCCASION)) for query in QUERIES]


def answer_bytes(answer: SearchAnswer) -> bytes:
    return canonical_bytes(to_object(answer))


@pytest.mark.parametrize("hidden", HIDDEN, ids=lambda fact: f"{fact.property}:{fact.value}")
@pytest.mark.parametrize("before", [False, True])
def test_hidden_fact_changes_no_byte_of_any_answer(hidden: Fact, before: bool, make_index: MakeIndex) -> None:  # noqa: FBT001
    facts = (hidden, *SHOWN) if before else (*SHOWN, hidden)
    without = World(a_record(*SHOWN), *others(), index=make_index("without"))
    with_it = World(a_record(*facts), *others(), index=make_index("with"))
    assert answers(with_it) == answers(without)
    assert [row.act.detail for row in with_it.trail_rows] == [row.act.detail for row in without.trail_rows]


def test_the_same_fact_changes_answers_once_its_class_is_allowed(make_index: MakeIndex) -> None:
    # The pair above would also be equal if nothing matched at all: here the hidden fact is what is found.
    world = World(a_record(*SHOWN, Fact("name", "Sharif the Tall", terms=1)), index=make_index("w"))
    assert world.search("Sharif the Tall").candidates == ()
    world.allowed_classes = frozenset({OPEN, CLOSED})
    assert [one.record for one in world.search("Sharif the Tall").candidates] == [RecordId(f"{XA}/1")]


def test_many_hidden_records_move_neither_choice_nor_order(tmp_path: Path) -> None:
    # A text index weighs a word by how often it occurs, in hidden documents too: 600 of them would reorder the answer.
    shown = [
        a_record(("name", f"Rahimov {given}"), local_id=f"s{given}") for given in ("Akmal", "Behruz", "Rustam", "Said")
    ]
    hidden = [
        a_record(
            Fact("name", f"Rahimov Akmal {place}", terms=1), Fact("alias", "Behruz", terms=1), local_id=f"h{place}"
        )
        for place in range(600)
    ]
    plain = World(*shown, index=on_files(tmp_path / "plain"))
    crowded = World(*shown, *hidden, index=on_files(tmp_path / "crowded"))
    crowded.sequence_before = plain.sequence_before
    for name in ("Rahimov Akmal", "Behruz Rahimov", "Rahim", "Рахимов"):
        answer = crowded.search(name)
        assert answer_bytes(answer) == answer_bytes(plain.search(name))
        assert answer.searched == 4


def test_record_whose_every_fact_is_hidden_is_absent(make_index: MakeIndex) -> None:
    hidden = a_record(Fact("name", "Sharif the Tall", terms=1), local_id="h")
    world = World(a_record(*SHOWN), hidden, index=make_index("w"))
    answer = world.search("Sharif the Tall")
    assert (answer.candidates, answer.searched) == ((), 1)


def test_index_that_lags_behind_a_narrowed_class_shows_nothing() -> None:
    # The store already knows the fact as hidden, the index not yet: what is shown is judged on the store's word.
    world = World(a_record(("name", "Sharif the Tall")), index=MemoryIndex())
    assert world.search("Sharif the Tall").candidates
    world.change(1, record=a_record(Fact("name", "Sharif the Tall", terms=1)))
    assert world.search("Sharif the Tall").candidates == ()


def test_visible_record_tells_nothing_of_other_classes() -> None:
    link = Link("associate", RecordId(f"{XA}/9"), terms=1)
    both = stored(a_record(Fact("alias", "Sharif", terms=1), *SHOWN, links=(link,)), 1)
    seen = visible_record(both, frozenset({OPEN}))
    assert seen == visible_record(stored(a_record(*SHOWN), 1), frozenset({OPEN}))
    assert seen is not None
    assert len(seen.terms) == 1
    assert seen.links == ()
    assert visible_record(both, frozenset({CLOSED})) is not None
    assert visible_record(both, frozenset({7})) is None


def test_record_with_only_a_visible_link_is_absent() -> None:
    link = Link("associate", RecordId(f"{XA}/9"), terms=0)
    only = stored(a_record(Fact("name", "Sharif", terms=1), links=(link,)), 1)
    assert visible_record(only, frozenset({OPEN})) is None
