"""Signing in: who is let in, that nothing tells who exists, how guessing is bounded, that a code counts once (W1, W5, W6)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from entente.bodies.accounts import Begun, From, NotIn, Way, Why
from entente.bodies.guarding import DELAY_MAX, FAILURES_MAX, FREE_OF_ADDRESS, FREE_OF_NAME
from entente.bodies.signing_in import Given
from entente.kernel.clock import format_time
from tests.support.accounts import DUTY, HEAD, HERE, PASSWORD, Desk

WRONG = NotIn(Why.WRONG)


def test_officer_signs_in_with_password_and_code(desk: Desk) -> None:
    desk.enrol(DUTY)
    begun = desk.sign_in(DUTY)
    assert isinstance(begun, Begun)
    who = desk.node.accounts.sessions.who(begun.token)
    assert who is not None
    assert (who.account, who.roles, who.session.way, who.language) == (
        DUTY,
        frozenset({"duty_officer"}),
        Way.PASSWORD,
        "fr",
    )
    assert desk.outcomes(DUTY, "sign_in") == ["signed_in"]


def given_wrongly(desk: Desk) -> dict[str, Given]:
    """Return what is not let in, each wrong in one thing alone, beside what would be."""
    right = desk.given(DUTY)
    return {
        "nobody": Given("duty-9", right.password, right.code),
        "empty": Given("", "", ""),
        "too long": Given("x" * 5_000, "y" * 100_000, "1" * 1_000),
        "no account": Given(HEAD, right.password, right.code),
        "password": Given(DUTY, f"{right.password}x", right.code),
        "long password": Given(DUTY, right.password * 100, right.code),
        "code": Given(DUTY, right.password, f"{(int(right.code) + 1) % 10**6:06}"),
        "no code": Given(DUTY, right.password, ""),
        "strange code": Given(DUTY, right.password, "１２３４５６"),
        "zero": Given("duty\x00", right.password, right.code),
        "bytes": Given("é\udcff", "\udcff", "\udcff"),
    }


def test_user_enumeration_is_not_possible_by_answer_or_by_work(desk: Desk) -> None:
    """Each wrong thing gives one answer after one computation of a hash, whether the name is an officer's or nobody's."""
    desk.enrol(DUTY)
    for given in given_wrongly(desk).values():
        desk.passwords.verified.clear()
        hashed = desk.passwords.hashed
        assert desk.node.accounts.sign_in.sign_in(given, From("192.0.2.1")) == WRONG
        assert (len(desk.passwords.verified), desk.passwords.hashed) == (1, hashed)
        desk.clock.move(minutes=20)
    assert isinstance(desk.sign_in(DUTY), Begun)


def test_waiting_begins_after_the_same_failures_for_an_officer_and_for_nobody(desk: Desk) -> None:
    desk.enrol(DUTY)
    for name in (DUTY, "duty-9"):
        answers = [
            desk.node.accounts.sign_in.sign_in(Given(name, "wrong", "000000"), From("192.0.2.1"))
            for _ in range(FREE_OF_NAME + 2)
        ]
        assert answers[:FREE_OF_NAME] == [WRONG] * FREE_OF_NAME
        assert answers[FREE_OF_NAME:] == [NotIn(Why.WAIT, timedelta(seconds=30))] * 2


def test_waiting_hashes_nothing_and_counts_nothing(desk: Desk) -> None:
    desk.enrol(DUTY)
    for _ in range(FREE_OF_NAME):
        desk.sign_in(DUTY, "wrong")
    desk.passwords.verified.clear()
    assert [desk.sign_in(DUTY) for _ in range(3)] == [NotIn(Why.WAIT, timedelta(seconds=30))] * 3
    assert desk.passwords.verified == []
    desk.clock.move(seconds=30)
    assert isinstance(desk.sign_in(DUTY), Begun)


def test_delay_grows_and_is_bounded_and_the_trail_says_when_it_began(desk: Desk) -> None:
    desk.enrol(DUTY)
    waits: list[timedelta] = []
    while len(waits) < 12:
        answer = desk.sign_in(DUTY, "wrong")
        assert isinstance(answer, NotIn)
        if answer.why == Why.WAIT:
            waits.append(answer.wait)
            desk.clock.move(seconds=answer.wait.total_seconds())
    assert waits[:4] == [timedelta(seconds=30 * 2**place) for place in range(4)]
    assert waits[-1] == DELAY_MAX == max(waits)
    assert desk.outcomes(DUTY, "sign_in")[: FREE_OF_NAME + 1] == ["refused"] * 4 + ["locked"] * 2


def test_name_is_closed_after_a_hundred_failures_in_a_row_for_anybody(desk: Desk) -> None:
    desk.enrol(DUTY)
    for name in (DUTY, "duty-9"):
        failures = 0
        while (
            answer := desk.node.accounts.sign_in.sign_in(Given(name, "wrong", ""), From("192.0.2.1"))
        ).why != Why.CLOSED:  # type: ignore[union-attr]
            failures += answer == WRONG
            desk.clock.move(minutes=61)
        assert failures == FAILURES_MAX
    assert desk.sign_in(DUTY) == NotIn(Why.CLOSED)


def test_success_forgets_the_failures_of_the_name_and_not_those_of_the_address(desk: Desk) -> None:
    desk.enrol(DUTY)
    for place in range(FREE_OF_ADDRESS - 1):
        assert desk.node.accounts.sign_in.sign_in(Given(f"nobody-{place}", "wrong", ""), HERE) == WRONG
    assert isinstance(desk.sign_in(DUTY), Begun)
    assert desk.node.accounts.sign_in.sign_in(Given("nobody-x", "wrong", ""), HERE) == WRONG
    desk.clock.move(seconds=1)
    waiting = desk.node.accounts.sign_in.sign_in(desk.given(DUTY), HERE)
    assert isinstance(waiting, NotIn)
    assert waiting.why == Why.WAIT
    # From elsewhere the officer is let in: an address that guesses closes no account.
    desk.clock.move(seconds=30)
    assert isinstance(desk.sign_in(DUTY, at=From("192.0.2.8")), Begun)


def test_guesses_made_at_the_same_moment_are_as_bounded_as_one_after_the_other(desk: Desk) -> None:
    desk.enrol(DUTY)
    desk.passwords.verified.clear()
    with ThreadPoolExecutor(8) as pool:
        answers = [*pool.map(lambda _: desk.sign_in(DUTY, "wrong"), range(24))]
    assert answers.count(WRONG) == FREE_OF_NAME == len(desk.passwords.verified)


def test_code_counts_once_even_for_two_at_once(desk: Desk) -> None:
    desk.enrol(DUTY)
    given = desk.given(DUTY)
    with ThreadPoolExecutor(2) as pool:
        answers = [*pool.map(lambda _: desk.node.accounts.sign_in.sign_in(given, HERE), range(2))]
    assert sorted(type(answer).__name__ for answer in answers) == ["Begun", "NotIn"]


def test_replayed_code_is_refused_and_so_is_one_from_before_it(desk: Desk) -> None:
    desk.enrol(DUTY)
    before, now = desk.code(DUTY), desk.code(DUTY, 1)
    assert isinstance(desk.node.accounts.sign_in.sign_in(Given(DUTY, PASSWORD, now), HERE), Begun)
    assert desk.node.accounts.sign_in.sign_in(Given(DUTY, PASSWORD, now), HERE) == WRONG
    assert desk.node.accounts.sign_in.sign_in(Given(DUTY, PASSWORD, before), HERE) == WRONG


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_code_of_a_neighbouring_step_is_taken_and_none_beyond(desk: Desk, steps: int, *, is_taken: bool) -> None:
    desk.enrol(DUTY)
    desk.clock.move(minutes=5)
    answer = desk.node.accounts.sign_in.sign_in(Given(DUTY, PASSWORD, desk.code(DUTY, steps)), HERE)
    assert isinstance(answer, Begun) is is_taken


def test_recovery_code_stands_for_a_code_once_however_it_is_typed(desk: Desk) -> None:
    desk.enrol(DUTY)
    first, second = desk.recovery[DUTY][:2]
    ways: tuple[Callable[[str], str], ...] = (str.lower, lambda text: text.replace("-", " "))
    for code, typed in zip((first, second), ways, strict=True):
        assert isinstance(desk.node.accounts.sign_in.sign_in(Given(DUTY, PASSWORD, typed(code)), HERE), Begun)
        assert desk.node.accounts.sign_in.sign_in(Given(DUTY, PASSWORD, code), HERE) == WRONG
    assert len(set(desk.recovery[DUTY])) == 10


def test_suspended_officer_is_answered_like_nobody(desk: Desk) -> None:
    desk.enrol(DUTY)
    desk.enter(DUTY, "duty_officer", until=format_time(desk.clock.now() + timedelta(minutes=1)))
    assert isinstance(desk.sign_in(DUTY), Begun)
    desk.clock.move(minutes=1)
    assert desk.sign_in(DUTY) == WRONG


def test_machine_account_never_signs_in(desk: Desk) -> None:
    desk.enrol(DUTY)
    desk.enter(DUTY, "duty_officer", machine=True)
    assert desk.sign_in(DUTY) == WRONG


def test_hash_of_earlier_parameters_is_made_anew_as_its_officer_signs_in(desk: Desk) -> None:
    desk.enrol(DUTY)
    desk.passwords.version = "2"
    hashed = desk.passwords.hashed
    assert desk.node.accounts.sign_in.sign_in(Given(DUTY, PASSWORD, "wrong"), HERE) == WRONG
    # Whoever has the password alone is not told so by the time that a second hash takes.
    assert desk.passwords.hashed == hashed
    assert isinstance(desk.sign_in(DUTY), Begun)
    with desk.node.accounts.sign_in.open_view() as view:
        account = view.accounts.account(DUTY)
    assert account is not None
    assert account.password_hash.startswith("2$")
    desk.clock.move(seconds=30)
    hashed = desk.passwords.hashed
    assert isinstance(desk.sign_in(DUTY), Begun)
    assert desk.passwords.hashed == hashed


def test_name_that_is_nobodys_stands_nowhere_because_it_may_be_a_password(desk: Desk) -> None:
    typed = "my secret typed into the wrong field"
    assert desk.node.accounts.sign_in.sign_in(Given(typed, "", ""), HERE) == WRONG
    assert desk.outcomes("sign_in", "sign_in") == ["refused"]
    files = [path.read_bytes() for path in desk.node.settings.folder.rglob("*") if path.is_file()]
    assert not any(typed.encode() in data for data in files)


def test_secrets_are_nowhere_in_the_folder_in_the_clear(desk: Desk) -> None:
    desk.enrol(DUTY)
    begun = desk.begin(DUTY)
    with desk.node.accounts.sign_in.open_view() as view:
        account = view.accounts.account(DUTY)
    assert account is not None
    secrets = [desk.secrets[DUTY], account.password_hash, PASSWORD, begun.token, *desk.recovery[DUTY]]
    files = [path.read_bytes() for path in desk.node.settings.folder.rglob("*") if path.is_file()]
    assert not any(secret.encode() in data for secret in secrets for data in files)
    assert not any(secret in repr((account, begun)) for secret in secrets)
    assert any(begun.session.digest.encode() in data for data in files)
