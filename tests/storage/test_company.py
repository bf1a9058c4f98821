"""Acts that become durable together: each is whole, undone alone, and told of nothing before it is so."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Thread

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from entente.kernel.errors import Conflict, Unavailable
from entente.kernel.ids import SystemIds
from entente.kernel.ports import Act
from entente.kernel.signing import Ed25519Signer
from entente.kernel.state import NodeMode, NodeState
from entente.storage import company, unit_of_work, write_lock
from entente.storage.folder import Folder
from entente.storage.store import Store
from entente.storage.unit_of_work import OncePerCommit, SqlUnitOfWork
from entente.trail.rules import make_row
from entente.trail.service import Trail, sign_head
from tests.storage import examples
from tests.storage.conftest import Opener
from tests.storage.failing_commit import fail_commit
from tests.storage.test_failures import cases_held, open_a_case

pytestmark = pytest.mark.storage

Step = Callable[[SqlUnitOfWork], object]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a company wait as long as a slow machine needs to bring it together."""
    monkeypatch.setattr(company, "WAIT_SECONDS_MAX", 60.0)


def act(store: Store, step: Step) -> None:
    with store.act() as unit:
        step(unit)
        unit.commit()


def wait_in_line(store: Store, count: int) -> None:
    give_up_at = time.monotonic() + 10
    while store._shared.lock.waiting() < count:  # noqa: SLF001 - who waits is nobody's business but the lock's
        assert time.monotonic() < give_up_at, "not everybody came"
        time.sleep(0.001)


def together(store: Store, *steps: Step, opened: Callable[[Store], SqlUnitOfWork] = Store.act) -> list[Future[None]]:
    """Have as many threads act one after the other in one company, in this order; return how each ended."""

    def enter(step: Step) -> None:
        with opened(store) as unit:
            step(unit)
            unit.commit()

    ended: list[Future[None]] = []
    # All stand in line before the first may begin.
    with ThreadPoolExecutor(len(steps)) as threads, store._shared.lock.held():  # noqa: SLF001
        for step in steps:
            ended.append(threads.submit(enter, step))
            wait_in_line(store, len(ended))
    return ended


def what_of(ended: Sequence[Future[None]]) -> list[type[BaseException] | None]:
    return [None if (error := one.exception(10)) is None else type(error) for one in ended]


def test_acts_in_line_become_durable_in_one_commit_and_each_is_whole(opener: Opener) -> None:
    signer = Ed25519Signer(Ed25519PrivateKey.generate())
    store = opener([OncePerCommit(lambda unit: sign_head(unit, signer))])
    told: list[list[str]] = []
    store.after_commit.append(lambda: told.append(cases_held(store)))
    seen_meanwhile: list[list[str]] = []

    def look_too(unit: SqlUnitOfWork) -> None:
        open_a_case(unit)
        seen_meanwhile.append(cases_held(store))

    assert what_of(together(store, *[look_too] * 4)) == [None] * 4
    assert (store.kept.acts, store.kept.commits) == (4, 1)
    # Nobody else saw any of it before all of it was durable.
    assert seen_meanwhile == [[]] * 4
    assert told == [[f"2031/{number:06}" for number in (4, 3, 2, 1)]]
    with store.view() as view:
        head = view.trail.head()
    assert head is not None
    assert head.size == 4


def test_trail_of_a_company_verifies_with_its_signed_head(opener: Opener) -> None:
    signer = Ed25519Signer(Ed25519PrivateKey.generate())
    store = opener([OncePerCommit(lambda unit: sign_head(unit, signer))])

    def record(unit: SqlUnitOfWork, *, is_well: bool = True) -> None:
        row, frontier = make_row(
            unit.trail.frontier(), examples.NOW, Act("note", examples.OWN, "officer", "one", {}), SystemIds().new_salt()
        )
        unit.trail.append(row, frontier)
        if not is_well:
            unit.trail.flush()
            raise Conflict("No.", why="It failed late.", do="Again.")

    fails = partial(record, is_well=False)
    assert what_of(together(store, record, fails, record)) == [None, Conflict, None]
    proof = Trail(store.view).verify((signer.public_key,))
    assert (proof.is_sound, proof.rows) == (True, 2)


def test_act_that_fails_is_undone_alone_and_those_before_it_are_kept(store: Store) -> None:
    def fail(unit: SqlUnitOfWork) -> None:
        assert open_a_case(unit) == "2031/000002"
        assert unit.classes.number_of(examples.disclosure_class(mark="of the undone")) == 2
        raise Conflict("No.", why="It met itself.", do="Again.")

    def succeed(unit: SqlUnitOfWork) -> None:
        unit.classes.number_of(examples.disclosure_class(mark="of the kept"))
        open_a_case(unit)

    ended = together(store, succeed, fail, succeed)
    assert what_of(ended) == [None, Conflict, None]
    assert cases_held(store) == ["2031/000002", "2031/000001"]
    with store.unit() as unit:
        assert unit.classes.number_of(examples.disclosure_class(mark="of the kept")) == 1
        assert unit.classes.number_of(examples.disclosure_class(mark="another")) == 2


def test_act_after_one_that_had_the_node_take_back_may_not_commit(store: Store) -> None:
    def take_back(unit: SqlUnitOfWork) -> None:
        unit.state.put(NodeState(NodeMode.TAKING_BACK, examples.NOW, 0))

    assert what_of(together(store, open_a_case, open_a_case, take_back, open_a_case)) == [None, None, None, Unavailable]
    assert len(cases_held(store)) == 2
    assert what_of(together(store, open_a_case, open_a_case)) == [Unavailable, Unavailable]


def test_act_allowed_while_the_node_takes_back_allows_no_other(store: Store) -> None:
    def allowed(unit: SqlUnitOfWork) -> None:
        unit.state.allow()
        open_a_case(unit)

    act(store, lambda unit: unit.state.put(NodeState(NodeMode.TAKING_BACK, examples.NOW, 0)))
    assert what_of(together(store, allowed, open_a_case, allowed)) == [None, Unavailable, None]
    assert len(cases_held(store)) == 2


def test_act_sees_what_one_before_it_changed_in_the_directory(store: Store) -> None:
    seen: list[object] = []

    def look(unit: SqlUnitOfWork) -> None:
        seen.append(unit.bodies.body(examples.OTHER))
        open_a_case(unit)

    def enter(unit: SqlUnitOfWork) -> None:
        unit.bodies.put_body(examples.body(examples.OTHER))

    assert what_of(together(store, look, enter, look)) == [None] * 3
    assert [one is not None for one in seen] == [False, True]


def test_act_that_changes_nothing_ends_after_what_it_saw_is_durable(store: Store) -> None:
    found: list[object] = []

    def look() -> None:
        with store.act() as unit:
            found.append(unit.cases.all(9)[0].number)
        found.append(cases_held(store))

    with ThreadPoolExecutor(2) as threads:
        with store._shared.lock.held():  # noqa: SLF001
            first = threads.submit(act, store, open_a_case)
            wait_in_line(store, 1)
            second = threads.submit(look)
            wait_in_line(store, 2)
        first.result(10)
        second.result(10)
    assert found == ["2031/000001", ["2031/000001"]]


def test_engine_that_undoes_all_is_told_to_all(store: Store) -> None:
    def undone(unit: SqlUnitOfWork) -> None:
        open_a_case(unit)
        # As SQLite does by itself when it finds no room or cannot read.
        unit.cases._connection.exec_driver_sql("ROLLBACK")  # noqa: SLF001
        raise Conflict("No.", why="The engine undid everything.", do="Again.")

    ended = together(store, open_a_case, open_a_case, undone)
    wanted: list[type[BaseException]] = [Unavailable, Unavailable, Conflict]
    assert what_of(ended) == wanted
    for one in ended[:2]:
        error = one.exception()
        assert isinstance(error, Unavailable)
        assert error.retry_is_safe
    assert cases_held(store) == []
    act(store, open_a_case)
    assert cases_held(store) == ["2031/000001"]


def test_hook_of_the_commit_that_fails_is_told_to_all_and_undoes_all(opener: Opener) -> None:
    refusing = [True]

    def refuse(_: SqlUnitOfWork) -> None:
        if refusing[0]:
            raise Conflict("No.", why="The clock stepped back.", do="Wait.")

    store = opener([OncePerCommit(refuse)])
    wanted: list[type[BaseException]] = [Unavailable, Conflict]
    assert what_of(together(store, open_a_case, open_a_case)) == wanted
    assert cases_held(store) == []
    refusing[0] = False
    act(store, open_a_case)
    assert cases_held(store) == ["2031/000001"]


@pytest.mark.parametrize("kept", [False, True])
def test_commit_reported_lost_is_told_to_every_act_in_it(
    store: Store, monkeypatch: pytest.MonkeyPatch, *, kept: bool
) -> None:
    def add(unit: SqlUnitOfWork) -> None:
        unit.classes.number_of(examples.disclosure_class(mark="one"))
        open_a_case(unit)

    with monkeypatch.context() as patch:
        fail_commit(store, patch, kept=kept)
        ended = together(store, add, open_a_case, open_a_case)
    errors = [one.exception(10) for one in ended]
    assert all(isinstance(error, Unavailable) and not error.retry_is_safe for error in errors)
    assert len({id(error) for error in errors}) == 3
    expected = [f"2031/{number:06}" for number in (3, 2, 1)] if kept else []
    assert cases_held(store) == expected
    with store.unit() as unit:
        # The class of lost acts is in no memory; that of kept ones is found in the store.
        assert unit.classes.number_of(examples.disclosure_class(mark="two")) == (2 if kept else 1)


def test_long_unit_neither_joins_a_company_nor_is_joined(store: Store) -> None:
    with ThreadPoolExecutor(3) as threads:
        with store._shared.lock.held():  # noqa: SLF001
            ended = []
            for opened in (store.act, store.unit, store.act):

                def enter(opened: Callable[[], SqlUnitOfWork] = opened) -> None:
                    with opened() as unit:
                        open_a_case(unit)
                        unit.commit()

                ended.append(threads.submit(enter))
                wait_in_line(store, len(ended))
        assert what_of(ended) == [None] * 3
    assert (store.kept.acts, store.kept.commits) == (3, 3)
    assert len(cases_held(store)) == 3


def test_nobody_waits_for_company_beyond_the_bound(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(company, "WAIT_SECONDS_MAX", 0.07)
    now = [0.0]
    for module in (company, unit_of_work, write_lock):
        monkeypatch.setattr(module, "monotonic", lambda: now[0])

    def slow(unit: SqlUnitOfWork) -> None:
        open_a_case(unit)
        now[0] += 0.02

    assert what_of(together(store, *[slow] * 6)) == [None] * 6
    # The third ends 40 ms after the first; one more, held up as long as it takes itself, would end after 80.
    assert (store.kept.acts, store.kept.commits) == (6, 2)
    assert store.kept.wait_seconds_longest == pytest.approx(0.04)
    assert len(cases_held(store)) == 6


def test_store_that_closes_keeps_the_acts_that_are_done_and_refuses_those_that_wait(folder: Folder) -> None:
    store = Store.open(folder)
    closing: list[Thread] = []

    def close_meanwhile(unit: SqlUnitOfWork) -> None:
        open_a_case(unit)
        closing.append(Thread(target=store.close))
        closing[0].start()
        give_up_at = time.monotonic() + 10
        while not store._shared.lock.is_closed:  # noqa: SLF001
            assert time.monotonic() < give_up_at
            time.sleep(0.001)

    ended = together(store, open_a_case, close_meanwhile, open_a_case)
    assert what_of(ended) == [None, None, Unavailable]
    closing[0].join(10)
    with Store.open(folder) as again:
        assert cases_held(again) == ["2031/000002", "2031/000001"]


def test_many_acts_of_many_threads_with_failures_among_them_lose_and_double_nothing(store: Store) -> None:
    chance = random.Random(20310704)
    plan = [chance.random() for _ in range(160)]

    def one(luck: float) -> bool:
        with suppress(ZeroDivisionError), store.act() if luck < 0.8 else store.unit() as unit:
            open_a_case(unit)
            unit.classes.number_of(examples.disclosure_class(mark=f"mark-{int(luck * 40)}"))
            if 1 // (int(luck * 1000) % 4) == 1:
                # Left without a commit.
                return False
            unit.commit()
            return True
        return False

    with ThreadPoolExecutor(8) as threads:
        kept = sum(threads.map(one, plan))
    assert cases_held(store) == [f"2031/{number:06}" for number in range(kept, 0, -1)]
    with store.view() as view:
        assert sorted(view.classes.classes()) == list(range(1, view.classes.class_count() + 1))


DIES_WITH_COMPANY = """
    import os, sys
    from pathlib import Path
    from entente.storage import company, unit_of_work
    from entente.storage.folder import Folder
    from entente.storage.store import Store
    from tests.storage.test_company import together
    from tests.storage.test_failures import open_a_case

    company.WAIT_SECONDS_MAX = 60.0

    def die(unit):
        open_a_case(unit)
        assert len(unit.cases.all(9)) == 3
        os._exit(9)

    store = Store.open(Folder(Path(sys.argv[1])))
    together(store, open_a_case, open_a_case, die)
"""


def test_process_killed_between_acts_of_a_company_leaves_none_of_them(folder: Folder) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(DIES_WITH_COMPANY), str(folder.path)],
        env=environment, check=False, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 9
    with Store.open(folder) as store:
        assert cases_held(store) == []


def test_turn_counts_from_when_the_right_to_write_was_given_though_its_thread_began_later() -> None:
    lock: write_lock.WriteLock[str] = write_lock.WriteLock()
    given: list[float] = []

    def take() -> None:
        lock.acquire()
        given.append(lock.given_at)
        lock.release()

    lock.acquire()
    with ThreadPoolExecutor(1) as threads:
        taken = threads.submit(take)
        while not lock.waiting():
            time.sleep(0.001)
        before = time.monotonic()
        lock.release()
        after = time.monotonic()
        taken.result(10)
    assert before <= given[0] <= after


@pytest.mark.parametrize(
    ("waited", "turn", "may"), [(0.0, 0.002, True), (0.0, 0.003, False), (0.002, 0.001, True), (0.003, 0.001, False)]
)
def test_nobody_is_let_in_whose_turn_may_keep_the_first_waiting_too_long(
    monkeypatch: pytest.MonkeyPatch, waited: float, turn: float, *, may: bool
) -> None:
    monkeypatch.setattr(company, "WAIT_SECONDS_MAX", 0.005)
    monkeypatch.setattr(company, "monotonic", lambda: 100.0 + waited)
    with sa.create_engine("sqlite://").connect() as connection:
        assert company.Company(connection, first_done_at=100.0).may_go_on(turn) is may


def test_acts_are_told_of_their_end_though_the_engine_fails_at_the_undoing_too(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was not told would wait for half a minute, and then be told that nobody knows."""

    def refuse(_: SqlUnitOfWork) -> None:
        raise Conflict("No.", why="The head cannot be signed.", do="Again.")

    def fail(_: object) -> None:
        raise dialect.loaded_dbapi.OperationalError("disk I/O error")

    store = opener([OncePerCommit(refuse)])
    dialect = store.engine.writer.dialect
    with monkeypatch.context() as patch:
        patch.setattr(dialect, "do_rollback", fail)
        ended = together(store, open_a_case, open_a_case)
        raised = [one.exception(10) for one in ended]
    assert isinstance(raised[0], Unavailable)
    assert raised[0].retry_is_safe, "nothing of it was kept"
    assert raised[1] is not None
    assert cases_held(store) == []
