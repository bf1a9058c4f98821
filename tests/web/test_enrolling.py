"""Invitations, what a password must be, and recovery by two administrators (W2, W7)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from entente.bodies.accounts import Begun, NotIn, Why
from entente.bodies.enrolling import Chosen, Opened
from entente.bodies.guarding import FREE_OF_ADDRESS
from entente.bodies.password_rules import check_password
from entente.kernel.errors import Conflict, EntenteError, Invalid, NotFound, Refused
from entente.kernel.ids import OfficerId
from entente.web.passwords import MEMORY_KIB, TIME_COST, Argon2Passwords, Totp
from tests.support.accounts import DUTY, HEAD, HERE, PASSWORD, SECOND, CountedPasswords, Desk

WRONG = NotIn(Why.WRONG)


def chosen(desk: Desk, code: str, **other: str) -> Chosen:
    opened = desk.node.accounts.enrolling.open(code, HERE)
    assert isinstance(opened, Opened)
    desk.secrets[opened.officer] = opened.secret
    given = {"code": code, "password": PASSWORD, "again": PASSWORD, "one_time": desk.code(opened.officer), **other}
    return Chosen(**given)


def test_invitation_is_used_once_and_its_code_stands_nowhere(desk: Desk) -> None:
    invited = desk.node.accounts.enrolling.invite(HEAD, DUTY)
    assert invited.code not in repr(invited)
    given = chosen(desk, invited.code)
    made = desk.node.accounts.enrolling.enrol(given, HERE)
    assert not isinstance(made, NotIn)
    assert desk.node.accounts.enrolling.enrol(given, HERE) == WRONG
    assert desk.node.accounts.enrolling.open(invited.code, HERE) == WRONG
    files = [path.read_bytes() for path in desk.node.settings.folder.rglob("*") if path.is_file()]
    assert not any(invited.code.encode() in data or desk.secrets[DUTY].encode() in data for data in files)
    assert [row["verb"] for row in desk.rows(DUTY)] == ["manage_officers", "invite_officer", "enrol"]


def test_of_two_who_use_one_invitation_at_once_one_sets_the_account_up(desk: Desk) -> None:
    given = chosen(desk, desk.node.accounts.enrolling.invite(HEAD, DUTY).code)
    with ThreadPoolExecutor(2) as pool:
        answers = [*pool.map(lambda _: desk.node.accounts.enrolling.enrol(given, HERE), range(2))]
    assert [isinstance(answer, NotIn) for answer in sorted(answers, key=str)].count(True) == 1


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"again": "something else entirely"}, "again"),
        ({"one_time": "000000"}, "one_time"),
        ({"password": "short", "again": "short"}, "password"),
        ({"password": "a common password", "again": "a common password"}, "password"),
    ],
)
def test_what_is_not_taken_uses_nothing_up(desk: Desk, other: dict[str, str], field: str) -> None:
    code = desk.node.accounts.enrolling.invite(HEAD, DUTY).code
    with pytest.raises(Invalid) as raised:
        desk.node.accounts.enrolling.enrol(chosen(desk, code, **other), HERE)
    assert raised.value.field == field
    assert not any(text in str(raised.value) for text in other.values() if len(text) > 6)
    assert not isinstance(desk.node.accounts.enrolling.enrol(chosen(desk, code), HERE), NotIn)


def test_invitation_ends_after_a_day_and_with_a_newer_one_and_with_its_officer(desk: Desk) -> None:
    first = desk.node.accounts.enrolling.invite(HEAD, DUTY).code
    second = desk.node.accounts.enrolling.invite(HEAD, DUTY).code
    assert desk.node.accounts.enrolling.open(first, HERE) == WRONG
    assert isinstance(desk.node.accounts.enrolling.open(second.lower().replace("-", " "), HERE), Opened)
    desk.enter(DUTY, "duty_officer", machine=True)
    assert desk.node.accounts.enrolling.open(second, HERE) == WRONG
    desk.enter(DUTY, "duty_officer")
    assert isinstance(desk.node.accounts.enrolling.open(second, HERE), Opened)
    desk.clock.move(hours=24)
    assert desk.node.accounts.enrolling.open(second, HERE) == WRONG
    desk.node.accounts.sign_in.forget_old()
    with desk.node.accounts.sign_in.open_view() as view:
        assert view.accounts.invitation_of(DUTY) is None


def test_guessing_invitations_is_bounded_by_address(desk: Desk) -> None:
    answers = [desk.node.accounts.enrolling.open(f"AAAA-AAAA-AAAA-{place:04}", HERE) for place in range(60)]
    assert answers[:FREE_OF_ADDRESS] == [WRONG] * FREE_OF_ADDRESS
    assert {answer.why for answer in answers[FREE_OF_ADDRESS:]} == {Why.WAIT}  # type: ignore[union-attr]


@pytest.mark.parametrize("officer", ["nobody", "gate-4", "", "é"])
def test_only_human_officers_of_the_body_are_invited(desk: Desk, officer: str) -> None:
    desk.enter("gate-4", "border_officer", machine=True)
    with pytest.raises(Invalid) as raised:
        desk.node.accounts.enrolling.invite(HEAD, OfficerId(officer))
    assert raised.value.field == "officer"


def test_who_has_an_account_is_not_invited_by_one_administrator(desk: Desk) -> None:
    desk.enrol(DUTY)
    with pytest.raises(Conflict):
        desk.node.accounts.enrolling.invite(HEAD, DUTY)


def test_only_who_may_enter_officers_invites_and_recovers_and_refusals_stand_in_the_trail(desk: Desk) -> None:
    desk.enrol(DUTY)
    enrolling = desk.node.accounts.enrolling
    for act in (enrolling.invite, enrolling.ask_recovery, enrolling.confirm_recovery, enrolling.refuse_recovery):
        with pytest.raises(Refused):
            act(DUTY, SECOND)
    with pytest.raises(Refused):
        enrolling.listed(DUTY)
    assert [row["detail"]["outcome"] for row in desk.rows(SECOND)[1:]] == ["refused"] * 4


def test_recovery_needs_two_administrators_who_are_not_the_officer(desk: Desk) -> None:
    desk.enrol(DUTY)
    begun = desk.begin(DUTY)
    enrolling = desk.node.accounts.enrolling
    assert enrolling.ask_recovery(HEAD, DUTY).asked_by == HEAD
    assert enrolling.recovery_of(DUTY) is not None
    with pytest.raises(Conflict):
        enrolling.confirm_recovery(HEAD, DUTY)
    assert desk.node.accounts.sessions.who(begun.token) is not None
    invited = enrolling.confirm_recovery(SECOND, DUTY)
    assert desk.node.accounts.sessions.who(begun.token) is None
    assert desk.sign_in(DUTY) == WRONG
    desk.set_up(invited.code, "wholly different four words")
    assert desk.sign_in(DUTY) == WRONG
    desk.clock.move(seconds=30)
    assert isinstance(desk.sign_in(DUTY, "wholly different four words"), Begun)
    told = desk.outcomes(DUTY, "recover_account")
    assert told == ["asked", "confirmed"]


@pytest.mark.parametrize(
    ("by", "officer", "kind"), [(HEAD, HEAD, Conflict), (HEAD, SECOND, NotFound), (HEAD, OfficerId("nobody"), NotFound)]
)
def test_recovery_that_makes_no_sense_is_not_asked(
    desk: Desk, by: OfficerId, officer: OfficerId, kind: type[EntenteError]
) -> None:
    desk.enrol(HEAD)
    with pytest.raises(kind):
        desk.node.accounts.enrolling.ask_recovery(by, officer)


def test_recovery_waits_a_day_and_can_be_refused_by_the_officer(desk: Desk) -> None:
    desk.enrol(DUTY)
    enrolling = desk.node.accounts.enrolling
    enrolling.ask_recovery(HEAD, DUTY)
    desk.clock.move(hours=24)
    with pytest.raises(NotFound):
        enrolling.confirm_recovery(SECOND, DUTY)
    enrolling.ask_recovery(HEAD, DUTY)
    enrolling.refuse_recovery(DUTY, DUTY)
    with pytest.raises(NotFound):
        enrolling.confirm_recovery(SECOND, DUTY)
    with pytest.raises(NotFound):
        enrolling.refuse_recovery(HEAD, DUTY)
    assert isinstance(desk.sign_in(DUTY), Begun)


def test_recovery_ends_what_closed_the_name(desk: Desk) -> None:
    desk.enrol(DUTY)
    answer: object = None
    while answer != NotIn(Why.CLOSED):
        answer = desk.sign_in(DUTY, "wrong")
        desk.clock.move(minutes=61)
    desk.node.accounts.enrolling.ask_recovery(HEAD, DUTY)
    desk.set_up(desk.node.accounts.enrolling.confirm_recovery(SECOND, DUTY).code)
    assert isinstance(desk.sign_in(DUTY), Begun)


def test_list_says_how_each_officer_signs_in(desk: Desk) -> None:
    desk.enrol(DUTY)
    desk.begin(DUTY)
    desk.node.accounts.enrolling.invite(HEAD, SECOND)
    desk.node.accounts.enrolling.ask_recovery(HEAD, DUTY)
    lines = {line.officer: line for line in desk.node.accounts.enrolling.listed(HEAD)}
    assert [*lines] == [DUTY, HEAD, SECOND]
    assert (lines[DUTY].has_account, lines[DUTY].sessions, lines[DUTY].recovery_asked_by) == (True, 1, HEAD)
    assert (lines[SECOND].has_account, lines[SECOND].invited_until is not None) == (False, True)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "fewer than 12"),
        ("ａｂｃ　ｄｅ", "fewer than 12"),
        ("x" * 257, "more than 256"),
        ("ﬃ" * 100, "more than 256"),
        ("aaaabbbbccccdddd", "different characters"),
        ("duty-1duty-2", "officer's id"),
        ("abcdefghijklm", "run along"),
        ("qwertyuiop12345", "run along"),
        ("0987654321qwert", "run along"),
        ("a common password", "commonest"),
    ],
)
def test_password_that_is_not_taken(password: str, why: str) -> None:
    with pytest.raises(Invalid) as raised:
        check_password(password, DUTY, CountedPasswords())
    assert why in raised.value.why
    assert password not in str(raised.value)


@pytest.mark.parametrize(
    "password", ["four words nobody guesses", "lower case alone is fine", "пароль из четырёх слов", "1 4 9 16 25 36 49"]
)
def test_no_kind_of_character_is_asked_for(password: str) -> None:
    assert check_password(password, DUTY, CountedPasswords()) == password


def test_password_is_the_same_however_its_letters_were_composed() -> None:
    composed, decomposed = "café au lait et thé", "cafe\u0301 au lait et the\u0301"
    assert check_password(composed, DUTY, CountedPasswords()) == check_password(decomposed, DUTY, CountedPasswords())


def test_real_hash_is_argon2id_with_the_stated_parameters_and_opens_for_its_password_alone() -> None:
    passwords = Argon2Passwords(MEMORY_KIB, TIME_COST)
    known = passwords.hash(PASSWORD)
    assert known.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert passwords.verify(known, PASSWORD)
    assert not passwords.verify(known, PASSWORD + " ")
    assert not passwords.verify(None, PASSWORD)
    assert not passwords.verify("no hash", PASSWORD)
    assert not passwords.is_outdated(known)
    assert Argon2Passwords(memory_kib=19_456, time_cost=2).is_outdated(known)
    assert passwords.hash(PASSWORD) != known


@pytest.mark.parametrize(
    "password", ["qwerty123456", "PASSWORD1234", "password!2024", "1qaz2wsx3edc", "dragondragondragon", "123456654321"]
)
def test_common_passwords_are_known_in_any_case_and_with_digits_around_them(password: str) -> None:
    passwords = Argon2Passwords(memory_kib=64)
    assert passwords.is_common(password)
    assert not passwords.is_common(PASSWORD)


def test_codes_are_those_of_the_standard(desk: Desk) -> None:
    """RFC 6238, appendix B: the secret «12345678901234567890» at 59 seconds, cut to six digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    at = desk.clock.now().replace(year=1970, month=1, day=1, hour=0, minute=0, second=59, microsecond=0)
    assert Totp.step_of(secret, "287082", at) == 1
    assert Totp.step_of(secret, "287083", at) is None
    assert Totp.step_of(secret, "", at) is None
