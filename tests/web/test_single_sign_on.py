"""Single sign-on against a real provider process: to it and back, bound by the officer, and tokens that do not hold (W9)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from entente.bodies.accounts import Way
from entente.bodies.guarding import FREE_OF_ADDRESS
from entente.kernel.clock import SystemClock
from entente.kernel.errors import Misconfigured
from entente.kernel.ids import OfficerId
from entente.settings import read_settings
from entente.web.single_sign_on import OidcProvider, ProviderSettings
from entente.web.vetted import read_secret
from tests.support.accounts import DUTY, HEAD, SECOND, Desk
from tests.support.oidc_provider import CLIENT, SECRET
from tests.support.processes import free_port
from tests.support.sign_in_pages import COOKIE, ORIGIN, Browser, browser

ANSWER = f"{ORIGIN}/desk/sign-in/sso/answer"
WAY_COOKIE = f"{COOKIE}-sso"


@dataclass(frozen=True, slots=True)
class Provider:
    """The provider's process, asked as a browser would."""

    issuer: str

    def set(self, **what: object) -> None:
        httpx.post(
            f"{self.issuer}/set", json={"fault": "", "subject": "subject-1", "auth_age": 0, **what}
        ).raise_for_status()

    def visit(self, address: str) -> str:
        """Let a browser be signed in at the provider; return where it is sent back to."""
        return str(httpx.get(address).headers["location"])


@pytest.fixture(scope="module")
def process() -> Iterator[Provider]:
    """Run the provider."""
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    line = [sys.executable, "-m", "tests.support.oidc_provider", str(port), ANSWER]
    with subprocess.Popen(line, env=environment) as running:
        provider = Provider(f"http://127.0.0.1:{port}")
        give_up_at = time.monotonic() + 20
        while True:
            try:
                httpx.get(f"{provider.issuer}/keys")
                break
            except httpx.TransportError:
                assert running.poll() is None
                assert time.monotonic() < give_up_at, "the provider did not start"
                time.sleep(0.05)
        yield provider
        running.terminate()


@pytest.fixture
def provider(process: Provider) -> Provider:
    """Return the provider, doing nothing wrong."""
    process.set()
    return process


@contextmanager
def bound_to(desk: Desk, provider: Provider) -> Iterator[Desk]:
    """Give a bureau's node this provider."""
    asked = OidcProvider(ProviderSettings(provider.issuer, CLIENT, SECRET, "sub"), SystemClock())
    accounts = desk.node.accounts
    sso = replace(accounts.single_sign_on, provider=asked)
    yield replace(desk, node=replace(desk.node, accounts=replace(accounts, single_sign_on=sso)))


@pytest.fixture
def office(desk: Desk, provider: Provider) -> Iterator[Desk]:
    """Open a bureau whose duty officer has an account that is bound to the provider."""
    with bound_to(desk, provider) as opened:
        opened.enrol(DUTY)
        there = browser(opened)
        there.sign_in(DUTY)
        assert bind(there, provider).status_code == 200
        yield opened


def bind(there: Browser, provider: Provider) -> httpx.Response:
    return there.get(provider.visit(there.get("/desk/account/sso").headers["location"]))


def left(there: Browser, back: str = "") -> str:
    """Leave for the provider; return its address."""
    answer = there.get(f"/desk/sign-in/sso?back={back}")
    assert answer.status_code == 303
    return str(answer.headers["location"])


def come_back(there: Browser, provider: Provider) -> httpx.Response:
    return there.get(provider.visit(left(there)))


def is_in(there: Browser) -> bool:
    return there.get("/desk/account").status_code == 200


def test_bound_officer_is_signed_in_by_the_provider_and_goes_on_to_the_page_asked_for(
    office: Desk, provider: Provider
) -> None:
    there = browser(office)
    asked = parse_qs(urlsplit(left(there)).query)
    assert (asked["code_challenge_method"], asked["response_type"], asked["scope"]) == (["S256"], ["code"], ["openid"])
    answer = there.get(provider.visit(left(there, "/desk/cases")))
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0; url=/desk/cases">' in answer.text
    assert is_in(there)
    sessions = office.node.accounts.sessions.of(DUTY)
    assert sessions[-1].way == Way.SINGLE_SIGN_ON
    assert office.outcomes(DUTY, "bind_account") == ["bound"]


def test_cookie_of_the_way_is_for_its_browser_and_its_ten_minutes(office: Desk) -> None:
    there = browser(office)
    answer = there.get("/desk/sign-in/sso")
    parts = answer.headers["set-cookie"].split("; ")
    assert parts[0].startswith(f"{WAY_COOKIE}=")
    assert sorted(parts[1:], key=str.lower) == ["HttpOnly", "Max-Age=600", "Path=/", "SameSite=lax"]


FAULTS = [
    "wrong_nonce", "no_nonce", "wrong_audience", "two_audiences", "wrong_issuer", "expired", "no_expiry", "not_yet",
    "no_subject", "long_subject", "subject_with_a_zero", "number_as_subject", "alg_none", "alg_hmac_with_public_key",
    "alg_hmac_with_client_secret", "another_key", "changed", "denied",
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_token_that_does_not_hold_signs_nobody_in(office: Desk, provider: Provider, fault: str) -> None:
    there = browser(office)
    provider.set(fault=fault)
    answer = come_back(there, provider)
    assert (answer.status_code, is_in(there)) == (401, False)
    provider.set()
    assert come_back(there, provider).status_code == 200


def test_replayed_answer_of_the_provider_is_refused(office: Desk, provider: Provider) -> None:
    there = browser(office)
    back = provider.visit(left(there))
    secret = there.http.cookies[WAY_COOKIE]
    assert there.get(back).status_code == 200
    other = browser(office)
    other.http.cookies.set(WAY_COOKIE, secret)
    assert (other.get(back).status_code, is_in(other)) == (401, False)


def test_code_is_not_taken_for_another_state_or_in_another_browser(office: Desk, provider: Provider) -> None:
    """Login forgery: an answer that another browser left for is worth nothing here."""
    attacker, victim = browser(office), browser(office)
    back = provider.visit(left(attacker))
    assert (victim.get(back).status_code, is_in(victim)) == (401, False)
    own = left(victim)
    state, code = (
        parse_qs(urlsplit(own).query)["state"][0],
        parse_qs(urlsplit(provider.visit(left(attacker))).query)["code"][0],
    )
    mixed = victim.get(f"/desk/sign-in/sso/answer?state={state}&code={code}")
    assert (mixed.status_code, is_in(victim)) == (401, False)


@pytest.mark.parametrize(
    "query", ["", "?state=x", "?code=x", "?state=&code=", "?state=%00&code=%ff", f"?state={'x' * 9000}&code=1"]
)
def test_whatever_comes_back_is_answered_and_lets_nobody_in(office: Desk, query: str) -> None:
    there = browser(office)
    assert there.get(f"/desk/sign-in/sso/answer{query}").status_code == 401
    assert not is_in(there)


def test_way_ends_after_ten_minutes(office: Desk, provider: Provider) -> None:
    there = browser(office)
    back = provider.visit(left(there))
    office.clock.move(minutes=10)
    assert there.get(back).status_code == 401


def test_subject_that_nobody_bound_makes_no_account_and_no_right(office: Desk, provider: Provider) -> None:
    there = browser(office)
    provider.set(subject="subject-2")
    assert (come_back(there, provider).status_code, is_in(there)) == (401, False)
    lines = {line.officer: line.has_account for line in office.node.accounts.enrolling.listed(HEAD)}
    assert lines == {DUTY: True, HEAD: False, SECOND: False}


def test_one_subject_is_one_officer(office: Desk, provider: Provider) -> None:
    office.enrol(SECOND)
    there = browser(office)
    there.sign_in(SECOND)
    assert bind(there, provider).status_code == 409
    assert office.node.accounts.single_sign_on.bound(SECOND) == ()
    provider.set(subject="subject-2")
    assert bind(there, provider).status_code == 200
    assert [link.subject for link in office.node.accounts.single_sign_on.bound(SECOND)] == ["subject-2"]


def test_binding_is_a_heavy_act_of_who_is_signed_in(office: Desk, provider: Provider) -> None:
    there = browser(office)
    assert there.get("/desk/account/sso").headers["location"].startswith("/desk/sign-in?")
    there.sign_in(DUTY)
    office.clock.move(minutes=11)
    assert there.get("/desk/account/sso").headers["location"].startswith("/desk/sign-in/again?")


def test_officer_suspended_unbound_or_recovered_is_not_signed_in_by_the_provider(
    office: Desk, provider: Provider
) -> None:
    office.enter(DUTY, "duty_officer", machine=True)
    assert come_back(browser(office), provider).status_code == 401
    office.enter(DUTY, "duty_officer")
    assert come_back(browser(office), provider).status_code == 200
    office.node.accounts.enrolling.ask_recovery(HEAD, DUTY)
    office.node.accounts.enrolling.confirm_recovery(SECOND, DUTY)
    assert come_back(browser(office), provider).status_code == 401


@pytest.mark.parametrize("how", ["signed_out", "recovered", "ended", "suspended"])
def test_account_is_not_bound_by_who_left_for_the_provider_in_a_session_that_ended_since(
    office: Desk, provider: Provider, how: str
) -> None:
    """Whoever sat down at an open session must not come in for good after it was ended because of him."""
    provider.set(subject="subject-2")
    office.enrol(SECOND)
    there = browser(office)
    there.sign_in(SECOND)
    back = provider.visit(there.get("/desk/account/sso").headers["location"])
    accounts = office.node.accounts
    match how:
        case "signed_out":
            there.send("/desk/sign-in/out")
        case "ended":
            accounts.sessions.end_all(HEAD, SECOND)
        case "suspended":
            office.enter(SECOND, "head_of_body", machine=True)
        case "recovered":
            office.enter("head-3", "head_of_body")
            accounts.enrolling.ask_recovery(HEAD, SECOND)
            accounts.enrolling.confirm_recovery(OfficerId("head-3"), SECOND)
    assert there.get(back).status_code == 401
    assert accounts.single_sign_on.bound(SECOND) == ()


def test_officer_ends_the_binding_in_the_browser(office: Desk, provider: Provider) -> None:
    there = browser(office)
    there.sign_in(DUTY)
    assert there.send("/desk/account/sso/end").headers["location"].endswith("done=account_unbound")
    assert come_back(browser(office), provider).status_code == 401


@pytest.mark.parametrize(("age", "is_recent"), [(0, True), (3_600, False)])
def test_what_the_provider_says_of_when_decides_whether_a_heavy_act_asks_again(
    office: Desk, provider: Provider, age: int, *, is_recent: bool
) -> None:
    there = browser(office)
    provider.set(auth_age=age)
    come_back(there, provider)
    made = there.send("/desk/account/codes")
    assert (made.status_code == 200) is is_recent


def test_guessing_answers_is_bounded_by_address(office: Desk) -> None:
    there = browser(office)
    statuses = [there.get("/desk/sign-in/sso/answer?state=x&code=y").status_code for _ in range(FREE_OF_ADDRESS + 1)]
    assert (statuses[0], statuses[-1]) == (401, 429)


def test_keys_that_the_provider_changed_are_asked_for_again(
    office: Desk, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = browser(office)
    assert come_back(there, provider).status_code == 200
    provider.set(fault="rotated")
    provider.set()
    # Within a minute nobody asks again, or whoever sends tokens would have the node ask without end.
    assert come_back(browser(office), provider).status_code == 401
    monkeypatch.setattr("entente.web.single_sign_on.YOUNG_FOR", timedelta(0))
    assert come_back(browser(office), provider).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status"), [("another_issuer", 500), ("keys_in_the_clear", 500), ("not_json", 503)], ids=str
)
def test_provider_that_is_not_as_it_should_be_signs_nobody_in(
    desk: Desk, provider: Provider, fault: str, status: int
) -> None:
    with bound_to(desk, provider) as opened:
        there = browser(opened)
        provider.set(fault=fault)
        answer = there.get("/desk/sign-in/sso")
        if answer.status_code == 303:
            answer = there.get(provider.visit(answer.headers["location"]))
        assert (answer.status_code, is_in(there)) == (status, False)


def test_provider_that_does_not_answer_leaves_password_and_passkeys(desk: Desk) -> None:
    desk.enrol(DUTY)
    with bound_to(desk, Provider(f"http://127.0.0.1:{free_port()}")) as opened:
        there = browser(opened)
        assert there.get("/desk/sign-in/sso").status_code == 503
        assert there.sign_in(DUTY).status_code == 303


def test_node_without_a_provider_has_no_way_to_one(desk: Desk) -> None:
    there = browser(desk)
    assert "/desk/sign-in/sso" not in there.get("/desk/sign-in").text
    for path in ("", "/answer?state=x&code=y"):
        assert there.get(f"/desk/sign-in/sso{path}").status_code == 404


GOOD = {"oidc_issuer": "https://id.example", "oidc_client": "desk", "oidc_secret_file": "/etc/entente/oidc"}


def test_settings_of_half_a_provider_or_one_in_the_clear_stop_the_node() -> None:
    assert read_settings({}, GOOD).oidc_issuer == "https://id.example"
    for wrong in (
        {**GOOD, "oidc_client": ""},
        {**GOOD, "oidc_issuer": ""},
        {**GOOD, "oidc_issuer": "http://id.example"},
        {**GOOD, "oidc_issuer": "id.example"},
    ):
        with pytest.raises(Misconfigured):
            read_settings({}, wrong)


@pytest.mark.parametrize(
    "address",
    [
        "http://desk.example",
        "https://desk.example/",
        "https://Desk.example",
        "https://192.0.2.1",
        "https://a@desk.example",
        "desk",
    ],
)
def test_web_address_is_an_origin_of_a_name_over_tls(address: str) -> None:
    with pytest.raises(Misconfigured):
        read_settings({}, {"web_address": address})
    for good in ("https://desk.example", "https://desk.example:8443", "http://localhost:8601"):
        assert read_settings({}, {"web_address": good}).web_address == good


def test_secret_that_others_can_read_or_that_is_not_there_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "oidc"
    with pytest.raises(Misconfigured):
        read_secret(file)
    file.write_text("secret\n")
    file.chmod(0o644)
    with pytest.raises(Misconfigured):
        read_secret(file)
    file.chmod(0o600)
    assert read_secret(file) == "secret"
    file.write_text("\n")
    with pytest.raises(Misconfigured):
        read_secret(file)
