"""Officers' accounts and sessions as every engine keeps them (W1, W3, W5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.bodies.accounts import (
    Account,
    Guard,
    Invitation,
    Link,
    Passkey,
    RecoveryRequest,
    Session,
    SessionId,
    Step,
    Way,
)
from entente.kernel.errors import Misconfigured
from entente.kernel.ids import OfficerId
from entente.storage import accounts as module
from entente.storage.account_seal import AccountSeal
from entente.storage.store import Store
from tests.storage.examples import NOW

pytestmark = pytest.mark.storage

DUTY, HEAD = OfficerId("duty-1"), OfficerId("head-1")
MINUTE = timedelta(minutes=1)
ACCOUNT = Account(DUTY, "$argon2id$hash", "SECRET", 7, frozenset({"a", "b"}), NOW, NOW)
SESSION = Session(
    SessionId("session-1"), "d" * 64, DUTY, frozenset({"analyst"}), Way.PASSKEY, NOW, NOW, NOW, NOW + MINUTE, "ar", "Browser",
    "192.0.2.1", "csrf",
)  # fmt: skip


def test_account_is_kept_with_what_belongs_to_it_and_goes_with_it(store: Store) -> None:
    link, passkey = (
        Link("https://id.example", "s-1", DUTY, DUTY, NOW),
        Passkey("credential", DUTY, "key", 3, "Token", NOW),
    )
    with store.unit() as unit:
        unit.accounts.put_account(ACCOUNT)
        unit.accounts.put_account(replace(ACCOUNT, last_step=8))
        unit.accounts.put_passkey(passkey)
        unit.accounts.put_link(link)
        unit.commit()
    with store.view() as view:
        assert view.accounts.account(DUTY) == replace(ACCOUNT, last_step=8)
        assert (view.accounts.account(HEAD), view.accounts.officers()) == (None, frozenset({DUTY}))
        assert (view.accounts.passkey("credential"), view.accounts.passkeys(DUTY)) == (passkey, (passkey,))
        assert (view.accounts.link(link.issuer, "s-1"), view.accounts.link(link.issuer, "s-2")) == (link, None)
    with store.unit() as unit:
        unit.accounts.remove_account(DUTY)
        unit.commit()
    with store.view() as view:
        assert (view.accounts.account(DUTY), view.accounts.passkeys(DUTY), view.accounts.links()) == (None, (), ())


def test_invitation_takes_the_place_of_the_one_before_and_requests_wait_by_officer(store: Store) -> None:
    first = Invitation(DUTY, "digest-1", "SECRET", HEAD, NOW, NOW + MINUTE)
    request = RecoveryRequest(DUTY, HEAD, NOW)
    with store.unit() as unit:
        unit.accounts.put_invitation(first)
        unit.accounts.put_invitation(replace(first, digest="digest-2"))
        unit.accounts.put_recovery(request)
        unit.commit()
    with store.unit() as unit:
        assert unit.accounts.invitation("digest-1") is None
        assert (
            unit.accounts.invitation("digest-2")
            == unit.accounts.invitation_of(DUTY)
            == replace(first, digest="digest-2")
        )
        assert (unit.accounts.recovery(DUTY), unit.accounts.recoveries()) == (request, (request,))
        assert not unit.accounts.has_ended(NOW, NOW)
        assert unit.accounts.has_ended(NOW + MINUTE, NOW)
        unit.accounts.remove_ended(NOW + MINUTE, NOW)
        unit.accounts.remove_recovery(DUTY)
        assert (unit.accounts.invitation_of(DUTY), unit.accounts.recoveries()) == (None, ())


def test_step_is_taken_once_and_failures_are_kept_within_a_bound(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GUARDS_MAX", 2)
    monkeypatch.setattr(module, "GUARDS_FORGOTTEN", 1)
    monkeypatch.setattr(module, "STEPS_MAX", 2)
    with store.unit() as unit:
        for place in range(3):
            unit.accounts.put_guard("name", f"n-{place}", Guard(place, NOW + place * MINUTE, NOW))
            unit.accounts.put_step(Step(f"step-{place}", "kind", DUTY, "held", NOW + place * MINUTE))
        # One is forgotten where another comes, and none where one changes.
        unit.accounts.put_guard("name", "n-2", Guard(9, NOW + 2 * MINUTE, NOW))
        kept = [unit.accounts.guard("name", f"n-{place}") for place in range(3)]
        assert [None if one is None else one.failures for one in kept] == [None, 1, 9]
        assert unit.accounts.guard("address", "n-2") is None
        unit.accounts.remove_guard("name", "n-2")
        assert unit.accounts.guard("name", "n-2") is None
        taken = [unit.accounts.take_step(name) for name in ("step-0", "step-2", "step-2")]
        assert [None if one is None else one.digest for one in taken] == [None, "step-2", None]


def test_w5_invented_names_open_no_name_that_failures_have_closed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GUARDS_MAX", 20)
    monkeypatch.setattr(module, "GUARDS_FORGOTTEN", 5)
    with store.unit() as unit:
        unit.accounts.put_guard("name", DUTY, Guard(100, NOW, NOW))
        unit.accounts.put_guard("name", "waits", Guard(6, NOW, NOW))
        for place in range(100):
            unit.accounts.put_guard("name", f"n-{place}", Guard(1, NOW + place * MINUTE, NOW))
            unit.accounts.put_guard("address", f"a-{place}", Guard(1, NOW + place * MINUTE, NOW))
        found = [unit.accounts.guard("name", name) for name in (DUTY, "waits", "n-0", "n-99")]
        assert [None if one is None else one.failures for one in found] == [100, 6, None, 1]


def test_session_is_found_by_its_digest_alone_and_renewed_in_its_place(store: Store) -> None:
    renewed = replace(SESSION, digest="e" * 64, seen_at=NOW + MINUTE)
    with store.unit() as unit:
        unit.sessions.put(SESSION)
        unit.sessions.put(replace(SESSION, id=SessionId("session-2"), digest="f" * 64, officer=HEAD))
        unit.sessions.put(renewed)
        unit.commit()
    with store.unit() as unit:
        assert (unit.sessions.get("d" * 64), unit.sessions.get("e" * 64)) == (None, renewed)
        assert (unit.sessions.of(DUTY), len(unit.sessions.all())) == ((renewed,), 2)
        unit.sessions.remove(SESSION.id)
        unit.sessions.remove(SESSION.id)
        assert unit.sessions.of(DUTY) == ()
        unit.sessions.clear()
        assert unit.sessions.all() == ()


def test_sealed_row_opens_for_its_officer_and_under_its_key_alone() -> None:
    seal, other = AccountSeal(b"1" * 32), AccountSeal(b"2" * 32)
    sealed = seal.seal(ACCOUNT, "account duty-1")
    assert seal.open(Account, sealed, "account duty-1") == ACCOUNT
    assert seal.seal(ACCOUNT, "account duty-1") != sealed
    changed = sealed[:-6] + ("AAAA" if sealed[-6:-2] != "AAAA" else "BBBB") + sealed[-2:]
    wrong = ((other, sealed, "account duty-1"), (seal, sealed, "account head-1"), (seal, changed, "account duty-1"))
    for box, text, about in wrong:
        with pytest.raises(Misconfigured):
            box.open(Account, text, about)
    for text in ("", "x", "é", "AAAA"):
        with pytest.raises(Misconfigured):
            seal.open(Account, text, "account duty-1")
    assert seal.digest("name", "x") != other.digest("name", "x") != seal.digest("address", "x")
