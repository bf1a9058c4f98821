"""N24: what acts leave for the commit is written there in one go, found by whoever reads before, and undone with its act."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from entente.exchange.model import Lane, Line
from entente.kernel.errors import Conflict
from entente.kernel.signing import Ed25519Signer
from entente.storage.company import LINES_KNOWN_MAX
from entente.storage.postgres_connection import StoreConnection
from entente.storage.store import Store
from entente.storage.unit_of_work import OncePerCommit, SqlUnitOfWork
from entente.trail.service import sign_head
from tests.storage import examples
from tests.storage.conftest import ON_POSTGRES, Opener
from tests.storage.examples import NOW, OTHER
from tests.storage.test_company import act, patient, together, what_of
from tests.storage.test_failures import open_a_case

pytestmark = pytest.mark.storage
__all__ = ["patient"]

Step = Callable[[SqlUnitOfWork], object]


def leave(unit: SqlUnitOfWork, name: str) -> None:
    """Leave a row of the trail and a statement for the commit, and ask the engine nothing more."""
    unit.trail.append(*examples.trail_row(unit.trail.frontier(), name))
    unit.outbox.put(examples.outgoing(name))
    unit.outbox.enter(NOW)


def leaving(name: str) -> Step:
    return lambda unit: leave(unit, name)


def fail(unit: SqlUnitOfWork) -> None:
    leave(unit, "undone")
    raise Conflict("No.", why="It met itself.", do="Again.")


def kept(store: Store) -> tuple[list[str], list[str]]:
    """Return what the trail's rows are about, and the references of what waits to be sent, each in its order."""
    with store.view() as view:
        rows = view.trail.rows(0, 99)
        assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
        assert view.trail.frontier().size == len(rows)
        queued = view.outbox.unsealed(OTHER, Lane.DATA, 99)
        return [row.act.subject for row in rows], [one.outgoing.ref for one in queued]


@pytest.fixture
def known(store: Store) -> Store:
    """Return a store whose line to another body was asked for, as after its first message."""
    act(store, leaving("first"))
    return store


def test_n24_what_acts_of_a_company_leave_is_kept_in_their_order(known: Store) -> None:
    assert what_of(together(known, *map(leaving, "abcd"))) == [None] * 4
    assert kept(known) == (["first", *"abcd"], ["first", *"abcd"])


def test_n24_act_finds_what_one_before_it_left(known: Store) -> None:
    found: list[object] = []

    def look(unit: SqlUnitOfWork) -> None:
        assert unit.sees_changes()
        assert not unit.holds_committed_alone()
        found.append([row.act.subject for row in unit.trail.latest(1)])
        found.append([one.ref for one in unit.outbox.deliveries("a")])
        leave(unit, "b")

    assert what_of(together(known, leaving("a"), look)) == [None, None]
    assert found == [["a"], ["a"]]
    assert kept(known) == (["first", "a", "b"], ["first", "a", "b"])


def read_and_fail(unit: SqlUnitOfWork) -> None:
    leave(unit, "undone")
    # With its own rows it has those inserted that acts before it left.
    assert len(unit.trail.rows(0, 99)) == 3
    assert unit.outbox.count_waiting(OTHER) == 3
    raise Conflict("No.", why="It met itself.", do="Again.")


def read_and_leave(unit: SqlUnitOfWork) -> None:
    assert len(unit.trail.rows(0, 99)) == 2
    assert unit.outbox.count_waiting(OTHER) == 2
    raise Conflict("No.", why="It met itself.", do="Again.")


@pytest.mark.parametrize("failing", [fail, read_and_fail, read_and_leave])
@pytest.mark.parametrize("is_last", [False, True])
def test_n24_act_that_fails_takes_its_own_rows_with_it_and_no_others(
    known: Store, failing: Step, *, is_last: bool
) -> None:
    after = [] if is_last else [leaving("b")]
    names = ["first", "a", *("" if is_last else "b")]
    assert what_of(together(known, leaving("a"), failing, *after)) == [None, Conflict, *[None] * len(after)]
    assert kept(known) == (names, names)


def test_n24_act_that_asked_the_engine_nothing_undoes_nothing_of_one_that_did(store: Store) -> None:
    assert what_of(together(store, open_a_case, open_a_case, fail, open_a_case)) == [None, None, Conflict, None]
    with store.view() as view:
        assert [case.number for case in view.cases.all(9)] == [f"2031/{number:06}" for number in (3, 2, 1)]
    assert kept(store)[0] == [f"2031/{number:06}" for number in (1, 2, 3)]


# Half of a pair of surrogates no engine takes; a zero byte, and a key of eight thousand signs, no server does.
@pytest.mark.parametrize(
    ("text", "is_kept_in_a_file"),
    [("\ud800", False), ("a\0b", True), (hashlib.shake_256(b"long").hexdigest(4_000), True)],
    ids=["surrogate", "zero", "long"],
)
def test_n24_row_that_the_engine_refuses_is_refused_alone(
    known: Store, engine_name: str, text: str, *, is_kept_in_a_file: bool
) -> None:
    def try_it(unit: SqlUnitOfWork) -> None:
        unit.trail.append(*examples.trail_row(unit.trail.frontier(), "tried"))
        unit.outbox.put(replace(examples.outgoing("tried"), ref=text))
        unit.outbox.enter(NOW)

    ended = together(known, leaving("a"), try_it, leaving("b"))
    is_kept = engine_name == "sqlite" and is_kept_in_a_file
    assert [one.exception(10) is None for one in ended] == [True, is_kept, True]
    rows, sent = kept(known)
    assert rows == ["first", "a", *(["tried"] if is_kept else []), "b"]
    assert sent == ["first", "a", *([text] if is_kept else []), "b"]


def test_n24_line_that_an_undone_act_changed_is_asked_for_again(known: Store) -> None:
    later = Line(OTHER, Lane.DATA, 3, NOW + timedelta(hours=1), "no answer")

    def put_off(unit: SqlUnitOfWork) -> None:
        unit.outbox.put_line(later)
        assert unit.outbox.line(OTHER, Lane.DATA) == later
        raise Conflict("No.", why="It met itself.", do="Again.")

    seen: list[Line | None] = []

    def look(unit: SqlUnitOfWork) -> None:
        seen.append(unit.outbox.line(OTHER, Lane.DATA))
        leave(unit, "b")

    assert what_of(together(known, leaving("a"), put_off, look)) == [None, Conflict, None]
    assert seen == [Line(OTHER, Lane.DATA, 0, NOW)]


def test_n24_lines_are_known_to_the_next_transaction_of_the_same_session_and_to_no_other(known: Store) -> None:
    with known.unit() as unit:
        assert unit.company.lines == {(OTHER, Lane.DATA): Line(OTHER, Lane.DATA, 0, NOW)}
        unit.outbox.put_line(Line(OTHER, Lane.DATA, 1, NOW, "undone"))
    with known.unit() as unit:
        assert unit.company.lines == {}
        assert unit.outbox.line(OTHER, Lane.DATA) == Line(OTHER, Lane.DATA, 0, NOW)
        leave(unit, "second")
        unit.commit()
    known.engine.writer.dispose()
    with known.unit() as unit:
        assert unit.company.lines == {}
        for number in range(LINES_KNOWN_MAX + 1):
            assert unit.outbox.line(type(OTHER)(f"body:{number}"), Lane.DATA) is None
        unit.commit()
    with known.unit() as unit:
        assert unit.company.lines == {}


@contextmanager
def asked(store: Store) -> Iterator[Callable[[], int]]:
    """Count how often the writing session waits for its server: each answer ends with one word of the protocol."""
    with store.unit() as unit:
        driver = unit.connection.connection.driver_connection
        # Committed, so that what is known goes on.
        unit.commit()
    assert isinstance(driver, StoreConnection)
    with tempfile.TemporaryFile() as said:
        driver.pgconn.trace(said.fileno())

        def count() -> int:
            driver.pgconn.untrace()
            said.seek(0)
            return sum(b"ReadyForQuery" in line for line in said)

        yield count


@ON_POSTGRES
def test_n24_act_alone_and_a_whole_company_ask_their_server_twice(opener: Opener) -> None:
    signer = Ed25519Signer(Ed25519PrivateKey.generate())
    store = opener([OncePerCommit(lambda unit: sign_head(unit, signer))])
    for name in "abcdef":
        act(store, leaving(name))
    with asked(store) as count:
        act(store, leaving("alone"))
        assert count() == 2, "what it leaves, and the commit"
    with asked(store) as count:
        assert what_of(together(store, *map(leaving, "wxyz"))) == [None] * 4
        assert count() == 2
    assert kept(store)[1] == [*"abcdef", "alone", *"wxyz"]


@ON_POSTGRES
def test_n24_unit_that_says_nothing_asks_its_server_nothing(known: Store) -> None:
    with asked(known) as count:
        with known.unit() as unit:
            unit.commit()
        with known.unit():
            pass
        assert count() == 0


@pytest.mark.parametrize("count", [1, 7, 8, 300])
def test_n24_many_rows_begin_a_transaction_as_one_does(store: Store, count: int) -> None:
    names = [f"case {number}" for number in range(count)]
    with store.unit() as unit:
        for name in names:
            unit.trail.append(*examples.trail_row(unit.trail.frontier(), name))
        unit.trail.flush()
        unit.commit()
    with store.unit() as unit:
        for name in names:
            unit.trail.append(*examples.trail_row(unit.trail.frontier(), name))
        unit.commit()
    with store.view() as view:
        assert [row.act.subject for row in view.trail.rows(0, 999)] == names * 2
