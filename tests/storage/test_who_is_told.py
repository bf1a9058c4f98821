"""Whom a commit concerns: a row of the trail alone wakes nobody who follows records or posts letters; anything else does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from entente.kernel.errors import Conflict, Unavailable
from entente.kernel.ids import RecordId
from entente.kernel.signing import Ed25519Signer
from entente.storage.store import Store
from entente.storage.unit_of_work import OncePerCommit, SqlUnitOfWork
from entente.trail.service import sign_head
from tests.storage import examples
from tests.storage.conftest import Opener
from tests.storage.test_company import Step, patient, together
from tests.storage.test_contract_daily_work import append
from tests.storage.test_failures import commit, open_a_case

__all__ = ["patient"]
pytestmark = pytest.mark.storage


def only_recorded(unit: SqlUnitOfWork) -> None:
    append(unit, 1)


def put_a_record(unit: SqlUnitOfWork) -> None:
    cls = examples.disclosure_class()
    unit.records.put_many([examples.write("one", ((unit.classes.number_of(cls), cls),))])


def send_a_letter(unit: SqlUnitOfWork) -> None:
    unit.outbox.put(examples.outgoing("message-1"))
    unit.outbox.enter(examples.NOW)


@pytest.fixture
def signed(opener: Opener) -> Store:
    """Open a store whose trail has a signed head, as a node's has."""
    signer = Ed25519Signer(Ed25519PrivateKey.generate())
    return opener([OncePerCommit(lambda unit: sign_head(unit, signer))])


def told_by(store: Store) -> list[str]:
    told: list[str] = []
    store.after_commit.append(lambda: told.append("commit"))
    store.after_change.append(lambda: told.append("change"))
    return told


def test_row_of_the_trail_alone_concerns_nobody_who_follows_changes(signed: Store) -> None:
    told = told_by(signed)
    for _ in range(3):
        commit(signed, only_recorded)
    assert told == ["commit"] * 3


@pytest.mark.parametrize(
    "change",
    [
        open_a_case,
        put_a_record,
        send_a_letter,
        lambda unit: unit.erasures.forget_again(RecordId("body:xa/one")),
        lambda unit: unit.classes.put_leave(examples.leave(), examples.statement()),
    ],
    ids=["case", "record", "letter", "erasure", "governance"],
)
def test_whatever_else_is_changed_is_told_to_those_who_follow(signed: Store, change: Step) -> None:
    told = told_by(signed)
    commit(signed, only_recorded, change)
    assert told == ["commit", "change"]


def test_change_of_one_act_is_told_whoever_commits_it(signed: Store) -> None:
    told = told_by(signed)
    together(signed, only_recorded, open_a_case, only_recorded)
    together(signed, only_recorded, only_recorded)
    assert told == ["commit", "change", "commit"]


def test_company_of_which_an_act_was_undone_still_tells_of_the_others_change(signed: Store) -> None:
    def fail(unit: SqlUnitOfWork) -> None:
        append(unit, 2)
        unit.trail.flush()
        raise Conflict("No.", why="It failed late.", do="Again.")

    told = told_by(signed)
    failing: Callable[[SqlUnitOfWork], object] = fail
    with suppress(Conflict):
        together(signed, open_a_case, failing)
    assert told == ["commit", "change"]


def test_number_of_changes_grows_before_a_change_is_told_and_with_none_of_the_rows_alone(signed: Store) -> None:
    told: list[int] = []
    signed.after_change.append(lambda: told.append(signed.changes()))
    before = signed.changes()
    commit(signed, only_recorded)
    assert signed.changes() == before
    commit(signed, only_recorded, open_a_case)
    assert (signed.changes(), told) == (before + 1, [before + 1])


def test_commit_that_failed_counts_as_a_change_as_it_may_be_durable_all_the_same(
    signed: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(_: sa.Connection) -> None:
        raise sa.exc.OperationalError("COMMIT", None, OSError("lost"))

    before = signed.changes()
    monkeypatch.setattr(sa.Connection, "commit", lose)
    with pytest.raises(Unavailable):
        commit(signed, open_a_case)
    assert signed.changes() == before + 1
