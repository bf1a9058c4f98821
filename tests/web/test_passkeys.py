"""Passkeys: the ceremony with a software authenticator, and everything that is not its answer (W8)."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entente.bodies.accounts import PASSKEYS_MAX, Begun, NotIn, Passkey, SignedIn, Way, Why
from entente.bodies.passkeys import Site, base64url
from entente.kernel.errors import Conflict, Invalid, NotFound
from entente.kernel.ids import OfficerId
from entente.web.ceremonies import WebAuthnCeremony
from tests.support.accounts import DUTY, HEAD, HERE, SECOND, Desk
from tests.support.authenticator import Authenticator

SITE = Site("desk.example", "https://desk.example", "XA-NCB")
WRONG = NotIn(Why.WRONG)


def signed_in(desk: Desk, officer: OfficerId = DUTY) -> SignedIn:
    desk.enrol(officer)
    found = desk.node.accounts.sessions.who(desk.begin(officer).token)
    assert found is not None
    return found


def added(desk: Desk, who: SignedIn, device: Authenticator, **other: str | bool) -> Passkey:
    challenge = desk.node.accounts.passkeys.begin_new(who, SITE)
    answer = device.make(challenge.options, **other)
    return desk.node.accounts.passkeys.add(who, challenge.step, answer, "Token 1", SITE)


def used(desk: Desk, device: Authenticator, **other: str | bool) -> Begun | NotIn:
    challenge = desk.node.accounts.passkeys.begin_sign_in(SITE)
    return desk.node.accounts.passkeys.sign_in(challenge.step, device.sign(challenge.options, **other), SITE, HERE)


def test_officer_adds_a_passkey_and_signs_in_with_it_alone(desk: Desk) -> None:
    device = Authenticator(SITE)
    who = signed_in(desk)
    passkey = added(desk, who, device)
    begun = used(desk, device)
    assert isinstance(begun, Begun)
    assert (begun.session.officer, begun.session.way) == (DUTY, Way.PASSKEY)
    kept = desk.node.accounts.passkeys.of(DUTY)
    assert [(one.label, one.sign_count, one.used_at is not None) for one in kept] == [("Token 1", 2, True)]
    assert (passkey.sign_count, passkey.used_at) == (1, None)
    assert desk.outcomes(DUTY, "passkey") == ["added"]


def test_options_ask_for_a_verified_holder_and_name_nobody_before_sign_in(desk: Desk) -> None:
    who = signed_in(desk)
    held = added(desk, who, Authenticator(SITE))
    new = json.loads(desk.node.accounts.passkeys.begin_new(who, SITE).options)
    assert new["authenticatorSelection"]["userVerification"] == "required"
    assert [one["id"] for one in new["excludeCredentials"]] == [held.credential]
    sign = json.loads(desk.node.accounts.passkeys.begin_sign_in(SITE).options)
    assert (sign["userVerification"], sign["rpId"], sign.get("allowCredentials", [])) == (
        "required",
        "desk.example",
        [],
    )
    assert len(sign["challenge"]) == 43


@pytest.mark.parametrize(
    "other",
    [
        {"origin": "https://desk.example.evil.test"},
        {"origin": "http://desk.example"},
        {"host": "evil.test"},
        {"is_verified": False},
        {"is_present": False},
        {"challenge": base64url(b"x" * 32)},
    ],
    ids=str,
)
def test_answer_for_another_place_or_of_a_holder_not_verified_is_refused(
    desk: Desk, other: dict[str, str | bool]
) -> None:
    who, device = signed_in(desk), Authenticator(SITE)
    with pytest.raises(Invalid):
        added(desk, who, Authenticator(SITE), **other)
    added(desk, who, device)
    assert used(desk, device, **other) == WRONG
    assert isinstance(used(desk, device), Begun)


def test_replayed_answer_is_refused_and_so_is_one_to_another_challenge(desk: Desk) -> None:
    device = Authenticator(SITE)
    added(desk, signed_in(desk), device)
    passkeys = desk.node.accounts.passkeys
    challenge = passkeys.begin_sign_in(SITE)
    answer = device.sign(challenge.options)
    assert isinstance(passkeys.sign_in(challenge.step, answer, SITE, HERE), Begun)
    assert passkeys.sign_in(challenge.step, answer, SITE, HERE) == WRONG
    assert passkeys.sign_in(passkeys.begin_sign_in(SITE).step, answer, SITE, HERE) == WRONG
    assert passkeys.sign_in("f" * 64, answer, SITE, HERE) == WRONG


def test_of_two_who_bring_one_answer_at_once_one_is_let_in(desk: Desk) -> None:
    device = Authenticator(SITE)
    added(desk, signed_in(desk), device)
    challenge = desk.node.accounts.passkeys.begin_sign_in(SITE)
    answer = device.sign(challenge.options)
    with ThreadPoolExecutor(2) as pool:
        both = [*pool.map(lambda _: desk.node.accounts.passkeys.sign_in(challenge.step, answer, SITE, HERE), range(2))]
    assert sorted(type(one).__name__ for one in both) == ["Begun", "NotIn"]


def test_copied_authenticator_is_noticed_by_its_count(desk: Desk) -> None:
    device = Authenticator(SITE)
    added(desk, signed_in(desk), device)
    copy = Authenticator(SITE, device.key, device.credential, device.count)
    assert isinstance(used(desk, device), Begun)
    assert used(desk, copy) == WRONG


def test_challenge_ends_after_five_minutes(desk: Desk) -> None:
    device, who = Authenticator(SITE), signed_in(desk)
    added(desk, who, device)
    passkeys = desk.node.accounts.passkeys
    new, sign = passkeys.begin_new(who, SITE), passkeys.begin_sign_in(SITE)
    desk.clock.move(minutes=5)
    assert passkeys.sign_in(sign.step, device.sign(sign.options), SITE, HERE) == WRONG
    with pytest.raises(Invalid):
        passkeys.add(who, new.step, Authenticator(SITE).make(new.options), "Late", SITE)


def test_challenge_of_one_officer_or_kind_is_not_anothers(desk: Desk) -> None:
    who, other, device = signed_in(desk), signed_in(desk, SECOND), Authenticator(SITE)
    passkeys = desk.node.accounts.passkeys
    begun = passkeys.begin_new(who, SITE)
    with pytest.raises(Invalid):
        passkeys.add(other, begun.step, device.make(begun.options), "Stolen", SITE)
    sign = passkeys.begin_sign_in(SITE)
    with pytest.raises(Invalid):
        passkeys.add(who, sign.step, device.make(sign.options), "Mixed up", SITE)
    assert passkeys.of(SECOND) == passkeys.of(DUTY) == ()


def test_known_passkey_is_not_taken_over_by_another_officer(desk: Desk) -> None:
    device, who, other = Authenticator(SITE), signed_in(desk), signed_in(desk, SECOND)
    added(desk, who, device)
    with pytest.raises(Invalid):
        added(desk, other, device)
    assert [one.officer for one in desk.node.accounts.passkeys.of(DUTY)] == [DUTY]


def test_officer_proves_themselves_again_with_their_own_passkey_alone(desk: Desk) -> None:
    device, foreign = Authenticator(SITE), Authenticator(SITE)
    added(desk, signed_in(desk), device)
    added(desk, signed_in(desk, SECOND), foreign)
    begun = used(desk, device)
    assert isinstance(begun, Begun)
    passkeys = desk.node.accounts.passkeys
    for key, is_taken in ((foreign, False), (device, True)):
        challenge = passkeys.begin_sign_in(SITE)
        again = passkeys.prove_again(begun.token, challenge.step, key.sign(challenge.options), SITE, HERE)
        assert isinstance(again, Begun) is is_taken
    assert desk.node.accounts.sessions.who(begun.token) is None


SUSPENDS: list[Callable[[Desk], None]] = [
    lambda desk: desk.enter(DUTY, "duty_officer", machine=True),
    lambda desk: desk.enter(DUTY, "duty_officer", until="2020-01-01T00:00:00Z"),
    lambda desk: desk.node.accounts.passkeys.remove(DUTY, desk.node.accounts.passkeys.of(DUTY)[0].credential),
]


@pytest.mark.parametrize("suspend", SUSPENDS)
def test_passkey_of_a_suspended_officer_or_one_removed_lets_nobody_in(
    desk: Desk, suspend: Callable[[Desk], None]
) -> None:
    device = Authenticator(SITE)
    added(desk, signed_in(desk), device)
    suspend(desk)
    assert used(desk, device) == WRONG


def test_recovery_removes_passkeys_too(desk: Desk) -> None:
    device = Authenticator(SITE)
    added(desk, signed_in(desk), device)
    desk.node.accounts.enrolling.ask_recovery(HEAD, DUTY)
    desk.node.accounts.enrolling.confirm_recovery(SECOND, DUTY)
    assert used(desk, device) == WRONG


def test_nobody_removes_anothers_passkey_and_their_number_is_bounded(desk: Desk) -> None:
    who = signed_in(desk)
    kept = [added(desk, who, Authenticator(SITE)) for _ in range(PASSKEYS_MAX)]
    with pytest.raises(Conflict):
        desk.node.accounts.passkeys.begin_new(who, SITE)
    with pytest.raises(NotFound):
        desk.node.accounts.passkeys.remove(SECOND, kept[0].credential)
    desk.node.accounts.passkeys.remove(DUTY, kept[0].credential)
    assert len(desk.node.accounts.passkeys.of(DUTY)) == PASSKEYS_MAX - 1


@pytest.mark.parametrize("label", ["", "  ", "x" * 201, "a\nb"])
def test_passkey_has_a_name_that_can_be_shown(desk: Desk, label: str) -> None:
    who = signed_in(desk)
    challenge = desk.node.accounts.passkeys.begin_new(who, SITE)
    with pytest.raises(Invalid) as raised:
        desk.node.accounts.passkeys.add(who, challenge.step, Authenticator(SITE).make(challenge.options), label, SITE)
    assert raised.value.field == "label"


DEVICE = Authenticator(SITE)
OPTIONS = json.dumps({"challenge": base64url(b"c" * 32)})
MADE, SIGNED = DEVICE.make(OPTIONS), DEVICE.sign(OPTIONS)
KEY = WebAuthnCeremony.new_key(SITE, b"c" * 32, MADE)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_a_browser_sends_is_a_no_and_never_a_fault(data: st.DataObject) -> None:
    assert KEY is not None
    passkey = Passkey(KEY.credential, DUTY, KEY.public_key, KEY.sign_count, "x", made_at=None)  # type: ignore[arg-type]
    good = data.draw(st.sampled_from([MADE, SIGNED]))
    place, length = data.draw(st.integers(0, len(good))), data.draw(st.integers(0, 40))
    text = good[:place] + data.draw(st.text(max_size=6)) + good[place + length :]
    answer = data.draw(
        st.sampled_from([text, "", "[" * 16_000, "null", "1", '{"id": 1}', '{"id": "a\\u0000"}', '{"id": "é"}', "{}"])
    )
    assert isinstance(WebAuthnCeremony.credential_of(answer), str)
    made = WebAuthnCeremony.new_key(SITE, b"c" * 32, answer)
    count = WebAuthnCeremony.count_of(SITE, b"c" * 32, answer, passkey)
    assert made is None or made.credential
    assert count is None or count == 2
