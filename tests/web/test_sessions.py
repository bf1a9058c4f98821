"""Sessions: that they end when they should and stay ended, and get a new secret when they must (W3, W4)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.requests import Request

from entente.app import restore_node
from entente.bodies.accounts import SESSIONS_MAX, Begun, From, NotIn, SignedIn, Why
from entente.bodies.sessions import Sessions
from entente.kernel.clock import format_time
from entente.kernel.errors import Invalid, Misconfigured, NotFound, Refused, Unavailable
from entente.web.desk.cookies import signed_in_of
from tests.support.accounts import DUTY, HEAD, HERE, PASSWORD, SECOND, Desk, reopened

NEW = "another four words entirely"


def is_in(desk: Desk, begun: Begun) -> bool:
    return desk.node.accounts.sessions.who(begun.token) is not None


def test_session_ends_without_requests_and_at_its_last_hour_whatever_happens(desk: Desk) -> None:
    desk.enrol(DUTY)
    idle = desk.begin(DUTY)
    desk.clock.move(minutes=28)
    assert is_in(desk, idle)
    desk.clock.move(minutes=30)
    assert not is_in(desk, idle)
    assert desk.node.accounts.sessions.remove_over() == 1
    busy = desk.begin(DUTY)
    for _ in range(12 * 60 // 29):
        assert is_in(desk, busy)
        desk.clock.move(minutes=29)
    desk.clock.move(minutes=24)
    assert not is_in(desk, busy)
    assert desk.node.accounts.sessions.remove_over() == 1
    assert (desk.outcomes(DUTY, "end_session")) == ["idle", "over"]
    assert desk.node.accounts.sessions.remove_over() == 0


def test_page_that_stays_up_to_date_keeps_no_session_alive(desk: Desk) -> None:
    desk.enrol(DUTY)
    left_open = desk.begin(DUTY)
    for _ in range(29):
        desk.clock.move(minutes=1)
        assert desk.node.accounts.sessions.who(left_open.token, is_seen=False) is not None
    desk.clock.move(minutes=1)
    assert desk.node.accounts.sessions.who(left_open.token, is_seen=False) is None


def asked_by_itself(desk: Desk, token: str) -> SignedIn | None:
    """Return who is signed in at a page whose stream looks again."""
    headers = [(b"cookie", f"entente-8611={token}".encode())]
    scope = {"type": "http", "method": "GET", "path": "/desk/live", "headers": headers, "query_string": b""}
    return signed_in_of(desk.node, Request({**scope, "scheme": "http", "server": ("127.0.0.1", 8611)}))


def test_w152_open_pages_read_their_session_once_between_two_changes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.enrol(DUTY)
    desk.enrol(HEAD)
    tokens = [desk.begin(DUTY).token for _ in range(3)]
    read: list[str] = []
    who = Sessions.who

    def looked_up(sessions: Sessions, token: str, *, is_seen: bool = True) -> SignedIn | None:
        read.append(token)
        return who(sessions, token, is_seen=is_seen)

    monkeypatch.setattr(Sessions, "who", looked_up)
    for _ in range(5):
        for token in tokens:
            assert asked_by_itself(desk, token) is not None
    assert read == tokens
    # After a change each is read anew.
    desk.begin(HEAD)
    for token in tokens:
        assert asked_by_itself(desk, token) is not None
    assert read == tokens * 2


def test_w152_a_session_that_ended_is_over_for_its_open_page_at_once(desk: Desk) -> None:
    desk.enrol(DUTY)
    desk.enrol(HEAD)
    first, second, third = (desk.begin(DUTY) for _ in range(3))
    for one in (first, second, third):
        assert asked_by_itself(desk, one.token) is not None
    desk.node.accounts.sessions.sign_out(first.token)
    assert asked_by_itself(desk, first.token) is None
    assert asked_by_itself(desk, second.token) is not None
    # Its time alone ends it where nothing changes.
    before = desk.node.changes()
    found = asked_by_itself(desk, second.token)
    assert found is not None
    assert found.is_recent
    desk.clock.move(minutes=11)
    found = asked_by_itself(desk, second.token)
    assert found is not None
    assert not found.is_recent
    desk.clock.move(minutes=20)
    assert asked_by_itself(desk, second.token) is None
    assert desk.node.changes() == before
    # So does what becomes of its officer.
    another = desk.begin(DUTY)
    assert asked_by_itself(desk, another.token) is not None
    desk.enter(DUTY, "analyst")
    assert asked_by_itself(desk, another.token) is None


def test_ended_session_stays_ended_when_the_clock_jumps_back(desk: Desk) -> None:
    desk.enrol(DUTY)
    begun = desk.begin(DUTY)
    desk.clock.move(hours=13)
    assert not is_in(desk, begun)
    desk.clock.move(hours=-13)
    assert not is_in(desk, begun)


def test_nobody_is_let_in_while_the_clock_is_behind_and_who_is_in_still_reads(desk: Desk) -> None:
    """A code of a time that was does not count again, and no session is kept that the trail could not have a row of."""
    desk.enrol(DUTY)
    old = desk.given(DUTY)
    desk.clock.move(hours=1)
    begun = desk.begin(DUTY)
    desk.clock.move(minutes=5)
    assert is_in(desk, begun)
    desk.clock.move(hours=-1)
    with pytest.raises(Unavailable):
        desk.node.accounts.sign_in.sign_in(old, HERE)
    assert is_in(desk, begun)
    desk.clock.move(hours=1, seconds=1)
    assert desk.node.accounts.sign_in.sign_in(old, HERE) == NotIn(Why.WRONG)


def test_every_sign_in_makes_a_new_secret_and_nobody_can_choose_one(desk: Desk) -> None:
    """Session fixation: a secret that a browser brings is never taken over."""
    desk.enrol(DUTY)
    begun = [desk.begin(DUTY) for _ in range(3)]
    tokens = [one.token for one in begun]
    assert len({*tokens}) == len({one.session.csrf for one in begun}) == 3
    assert all(len(bytes.fromhex(token)) == 32 for token in tokens)
    for strange in ("", "x", "f" * 64, "\udcff" * 64, tokens[0].upper(), tokens[0][:-1], f"{tokens[0]} "):
        assert desk.node.accounts.sessions.who(strange) is None


def test_proving_oneself_again_gives_a_new_secret_and_the_old_one_is_good_for_nothing(desk: Desk) -> None:
    desk.enrol(DUTY)
    begun = desk.begin(DUTY)
    signed_in = desk.node.accounts.sessions.who(begun.token)
    assert signed_in is not None
    assert signed_in.is_recent
    desk.clock.move(minutes=11)
    signed_in = desk.node.accounts.sessions.who(begun.token)
    assert signed_in is not None
    assert not signed_in.is_recent
    again = desk.node.accounts.sign_in.prove_again(begun.token, desk.given(DUTY), HERE)
    assert isinstance(again, Begun)
    renewed = desk.node.accounts.sessions.who(again.token)
    assert renewed is not None
    assert renewed.is_recent
    assert (renewed.session.id, renewed.session.ends_at) == (begun.session.id, begun.session.ends_at)
    assert renewed.csrf == signed_in.csrf
    assert not is_in(desk, begun)


def test_nobody_proves_themselves_in_anothers_session(desk: Desk) -> None:
    desk.enrol(DUTY)
    desk.enrol(SECOND)
    begun = desk.begin(DUTY)
    assert desk.node.accounts.sign_in.prove_again(begun.token, desk.given(SECOND), HERE) == NotIn(Why.WRONG)
    assert desk.node.accounts.sign_in.prove_again("f" * 64, desk.given(DUTY), HERE) == NotIn(Why.WRONG)
    assert is_in(desk, begun)


def test_stolen_cookie_is_good_for_nothing_after_the_officer_signed_out(desk: Desk) -> None:
    desk.enrol(DUTY)
    stolen, other = desk.begin(DUTY), desk.begin(DUTY)
    desk.node.accounts.sessions.sign_out(stolen.token)
    desk.node.accounts.sessions.sign_out(stolen.token)
    assert not is_in(desk, stolen)
    assert is_in(desk, other)
    assert desk.outcomes(DUTY, "end_session") == ["signed_out"]


def test_ended_session_does_not_come_alive_by_a_request_that_was_under_way(desk: Desk) -> None:
    desk.enrol(DUTY)
    begun = desk.begin(DUTY)
    desk.clock.move(minutes=2)
    real = desk.node.accounts.sessions.open_view

    class Between:
        """A view after which, and before the session is seen again, the officer signs out."""

        def __init__(self) -> None:
            self.inner = real()

        def __enter__(self) -> object:
            return self.inner.__enter__()

        def __exit__(self, *error: object) -> None:
            self.inner.__exit__(None, None, None)
            desk.node.accounts.sessions.sign_out(begun.token)

    object.__setattr__(desk.node.accounts.sessions, "open_view", Between)
    try:
        assert not is_in(desk, begun)
    finally:
        object.__setattr__(desk.node.accounts.sessions, "open_view", real)
    assert not is_in(desk, begun)


def test_officer_sees_and_ends_own_sessions_and_no_others(desk: Desk) -> None:
    desk.enrol(DUTY)
    desk.enrol(SECOND)
    mine, there = desk.begin(DUTY), desk.begin(DUTY, From("192.0.2.9", "Other\nBrowser" + "x" * 500))
    theirs = desk.begin(SECOND)
    listed = desk.node.accounts.sessions.of(DUTY)
    assert [one.id for one in listed] == [mine.session.id, there.session.id]
    assert listed[1].device.startswith("Other Browser")
    assert len(listed[1].device) == 200
    with pytest.raises(NotFound):
        desk.node.accounts.sessions.end_own(DUTY, theirs.session.id)
    desk.node.accounts.sessions.end_own(DUTY, there.session.id)
    assert [is_in(desk, one) for one in (mine, there, theirs)] == [True, False, True]


def test_administrator_ends_all_sessions_of_an_officer_and_nobody_else_may(desk: Desk) -> None:
    desk.enrol(DUTY)
    begun = [desk.begin(DUTY), desk.begin(DUTY)]
    with pytest.raises(Refused):
        desk.node.accounts.sessions.end_all(DUTY, DUTY)
    with pytest.raises(Refused):
        desk.node.accounts.sessions.listed(DUTY)
    assert len(desk.node.accounts.sessions.listed(HEAD)) == 2
    assert desk.node.accounts.sessions.end_all(HEAD, DUTY) == 2
    assert not any(is_in(desk, one) for one in begun)


def change(desk: Desk) -> None:
    signed_in = desk.node.accounts.sessions.who(desk.begin(DUTY).token)
    assert signed_in is not None
    assert isinstance(desk.node.accounts.sign_in.change_password(signed_in, desk.given(DUTY), NEW, HERE), Begun)
    desk.clock.move(seconds=30)


def suspend(desk: Desk) -> None:
    desk.enter(DUTY, "duty_officer", until=format_time(desk.clock.now()))


def let_time_pass(desk: Desk) -> None:
    desk.enter(DUTY, "duty_officer", "analyst", until=format_time(desk.clock.now() + timedelta(minutes=1)))
    desk.clock.move(minutes=1)


ENDS: dict[str, Callable[[Desk], None]] = {
    "password changed": change,
    "role lost": lambda desk: desk.enter(DUTY, "analyst"),
    "suspended": suspend,
    "active until": let_time_pass,
    "made a machine": lambda desk: desk.enter(DUTY, "duty_officer", machine=True),
}


@pytest.mark.parametrize("what", ENDS)
def test_every_session_ends_when(desk: Desk, what: str) -> None:
    desk.enrol(DUTY)
    begun = [desk.begin(DUTY), desk.begin(DUTY)]
    desk.enrol(SECOND)
    beside = desk.begin(SECOND)
    ENDS[what](desk)
    assert [is_in(desk, one) for one in (*begun, beside)] == [False, False, True]
    # Given back what was lost, the sessions stay ended.
    desk.enter(DUTY, "duty_officer", "analyst")
    if what != "active until":
        assert not any(is_in(desk, one) for one in begun)


def test_role_more_leaves_a_session_as_it_is_and_counts_at_once(desk: Desk) -> None:
    desk.enrol(DUTY)
    begun = desk.begin(DUTY)
    desk.enter(DUTY, "duty_officer", "analyst")
    signed_in = desk.node.accounts.sessions.who(begun.token)
    assert signed_in is not None
    assert signed_in.roles == {"duty_officer", "analyst"}


def test_changing_the_password_needs_the_present_one_and_a_code(desk: Desk) -> None:
    desk.enrol(DUTY)
    signed_in = desk.node.accounts.sessions.who(desk.begin(DUTY).token)
    assert signed_in is not None
    wrong = desk.given(DUTY, "not the present one")
    assert desk.node.accounts.sign_in.change_password(signed_in, wrong, NEW, HERE) == NotIn(Why.WRONG)
    with pytest.raises(Invalid):
        desk.node.accounts.sign_in.change_password(signed_in, desk.given(DUTY), "short", HERE)
    begun = desk.node.accounts.sign_in.change_password(signed_in, desk.given(DUTY), NEW, HERE)
    assert isinstance(begun, Begun)
    desk.clock.move(seconds=30)
    assert desk.sign_in(DUTY, PASSWORD) == NotIn(Why.WRONG)
    assert isinstance(desk.sign_in(DUTY, NEW), Begun)


def test_oldest_session_ends_where_an_officer_begins_too_many(desk: Desk) -> None:
    desk.enrol(DUTY)
    begun = [desk.begin(DUTY) for _ in range(SESSIONS_MAX + 2)]
    assert [is_in(desk, one) for one in begun] == [False] * 2 + [True] * SESSIONS_MAX


def test_restored_node_has_nobody_signed_in_and_nobody_invited(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.enrol(DUTY)
    begun = desk.begin(DUTY)
    invited = desk.node.accounts.enrolling.invite(HEAD, SECOND)
    file = tmp_path / "xa.backup"
    desk.node.backups.make(file, has_keys=True, passphrase_file=None, progress=lambda _: None)
    monkeypatch.setattr("entente.storage.restore.SystemClock", lambda: desk.clock)
    restore_node(file, None, tmp_path / "restored", None, lambda _: None)
    with reopened(desk, tmp_path / "restored") as restored:
        assert not is_in(restored, begun)
        assert restored.node.accounts.enrolling.open(invited.code, HERE) == NotIn(Why.WRONG)
        assert isinstance(restored.sign_in(DUTY), Begun)
    assert is_in(desk, begun)


def test_account_does_not_open_without_the_key_of_its_folder(desk: Desk, tmp_path: Path) -> None:
    desk.enrol(DUTY)
    place = tmp_path / "moved"
    shutil.copytree(desk.node.settings.folder, place)
    (place / "keys" / "accounts.key").unlink()
    with reopened(desk, place) as moved, pytest.raises(Misconfigured, match="does not open"):
        moved.sign_in(DUTY)
