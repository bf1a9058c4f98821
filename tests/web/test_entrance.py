"""The pages of signing in: the cookie, what is said to whom, setting up an account, fixation, forms of other sites (W2 to W8)."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from starlette.requests import Request

from entente.bodies.guarding import FREE_OF_ADDRESS, FREE_OF_NAME
from entente.bodies.passkeys import Site
from entente.web.desk.cookies import CookieSessions, whence
from entente.web.desk.desk import Desk as DeskOfPages
from entente.web.desk.entrance import Entrance
from entente.web.desk.officer_accounts import OfficerAccounts
from entente.web.desk.own_account import OwnAccount
from entente.web.desk.paths import PREFIX
from entente.web.desk.sign_on import SignOn
from entente.web.home import home_page
from tests.docs.desk_reference import BESIDE
from tests.support.accounts import DUTY, HEAD, PASSWORD, SECOND, Desk
from tests.support.authenticator import Authenticator
from tests.support.desk_parts import api_of, desk_parts
from tests.support.sign_in_pages import COOKIE, ORIGIN, SAME_ORIGIN, browser, invited

CODE = re.compile(r"<code[^>]*>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</code>")
SECRET = re.compile(r'<code dir="ltr">([A-Z2-7 ]{39})</code>')
RIGHT = {"name": DUTY, "password": PASSWORD}


def cookie(answer: httpx.Response) -> str:
    return str(answer.headers.get("set-cookie", ""))


def test_who_has_no_session_signs_in_and_comes_back_to_the_page_they_asked_for(desk: Desk) -> None:
    desk.enrol(DUTY)
    there = browser(desk)
    asked = there.get("/desk/cases?before=2026%2F000001")
    assert (asked.status_code, asked.headers["location"]) == (
        303,
        "/desk/sign-in?back=%2Fdesk%2Fcases%3Fbefore%3D2026%252F000001",
    )
    page = there.get(asked.headers["location"])
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    back = unescape(
        dict(re.findall(r'name="(back)" value="([^"]*)"', page.text.split('action="/desk/sign-in"')[1]))["back"]
    )
    done = there.sign_in(DUTY, back=back)
    assert (done.status_code, done.headers["location"]) == (303, "/desk/cases?before=2026%2F000001")
    assert there.get("/desk/cases").status_code == 200
    assert there.get("/desk/sign-in").headers["location"] == "/desk/"


def test_what_the_script_asks_by_itself_is_no_sign_of_an_officer(desk: Desk) -> None:
    desk.enrol(DUTY)
    there = browser(desk)
    there.sign_in(DUTY)
    for _ in range(31):
        desk.clock.move(minutes=1)
        answer = there.http.get("/desk/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["location"][:14]) == (303, "/desk/sign-in?")
    there.sign_in(DUTY)
    for _ in range(31):
        desk.clock.move(minutes=1)
        answer = there.get("/desk/")
    assert answer.status_code == 200


def test_cookie_is_read_by_no_script_and_sent_by_no_other_site_and_ends_with_the_browser(desk: Desk) -> None:
    desk.enrol(DUTY)
    parts = cookie(browser(desk).sign_in(DUTY)).split("; ")
    assert re.fullmatch(rf"{COOKIE}=[0-9a-f]{{64}}", parts[0])
    assert sorted(parts[1:], key=str.lower) == ["HttpOnly", "Path=/", "SameSite=strict"]


def test_cookie_is_bound_to_host_and_tls_where_tls_stands_in_front(desk: Desk) -> None:
    desk.enrol(DUTY)
    there = browser(desk, "https://desk.example", "192.0.2.1", api_tls_in_front=True)
    parts = cookie(there.sign_in(DUTY)).split("; ")
    assert parts[0].startswith("__Host-entente=")
    assert sorted(parts[1:], key=str.lower) == ["HttpOnly", "Path=/", "SameSite=strict", "Secure"]
    assert there.get("/desk/account").status_code == 200


def test_nothing_is_asked_or_told_in_the_clear(desk: Desk) -> None:
    there = browser(desk, "http://192.0.2.9:8601", "192.0.2.1")
    for path in ("", "/again", "/invitation"):
        assert there.get(f"/desk/sign-in{path}").status_code == 403
    answers = [there.post(f"/desk/sign-in{path}", {}) for path in ("", "/again", "/invitation", "/passkey", "/out")]
    assert [answer.status_code for answer in answers] == [403] * 5


def test_user_enumeration_is_not_possible_by_the_page(desk: Desk) -> None:
    """Every sign-in that fails is one page, to the byte but for the name that was typed and the form's own key."""
    desk.enrol(DUTY)
    code = desk.code(DUTY)
    tries = [
        {"name": DUTY, "password": "wrong", "code": code},
        {"name": DUTY, "password": PASSWORD, "code": f"{(int(code) + 1) % 10**6:06}"},
        {"name": "duty-9", "password": PASSWORD, "code": code},
        {"name": HEAD, "password": PASSWORD, "code": code},
    ]
    pages = set()
    for fields in tries:
        answer = browser(desk).post("/desk/sign-in", fields)
        assert (answer.status_code, cookie(answer)) == (401, "")
        pages.add(answer.text.replace(f'value="{fields["name"]}"', ""))
    assert len(pages) == 1


def test_form_is_given_back_with_the_name_and_never_with_a_secret(desk: Desk) -> None:
    desk.enrol(DUTY)
    for fields in (
        {**RIGHT, "password": "my secret", "code": "987654"},
        {**RIGHT, "password": "my secret", "code": ""},
    ):
        answer = browser(desk).post("/desk/sign-in", fields)
        assert f'value="{DUTY}"' in answer.text
        assert "my secret" not in answer.text
        assert "987654" not in answer.text


def test_waiting_is_said_with_its_seconds_and_in_the_readers_language(desk: Desk) -> None:
    desk.enrol(DUTY)
    there = browser(desk)
    for _ in range(FREE_OF_NAME):
        there.post("/desk/sign-in", {**RIGHT, "password": "wrong", "code": "1"})
    answer = there.sign_in(DUTY)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
    assert "Wait 30 seconds" in answer.text
    there.http.headers["accept-language"] = "ar"
    page = there.post("/desk/sign-in", {**RIGHT, "code": "1"})
    assert 'dir="rtl"' in page.text
    assert "30" in page.text


def test_session_fixation_a_cookie_set_before_is_never_taken_over(desk: Desk) -> None:
    desk.enrol(DUTY)
    there = browser(desk)
    planted = "a" * 64
    there.http.cookies.set(COOKIE, planted, domain="localhost.local")
    there.sign_in(DUTY)
    tokens = [one.value for one in there.http.cookies.jar if one.name == COOKIE]
    assert len({*tokens} - {planted}) == 1
    assert desk.node.accounts.sessions.who(planted) is None


def test_signing_in_over_a_session_ends_the_one_of_before(desk: Desk) -> None:
    for officer in (DUTY, SECOND):
        desk.enrol(officer)
    there = browser(desk)
    there.sign_in(DUTY)
    before = there.token
    there.sign_in(SECOND)
    assert desk.node.accounts.sessions.who(before) is None
    assert SECOND in there.get("/desk/account").text


def test_signing_out_ends_the_session_and_takes_the_cookie(desk: Desk) -> None:
    desk.enrol(DUTY)
    there = browser(desk)
    there.sign_in(DUTY)
    stolen = there.token
    writing = "/desk/messages/new"
    there.send("/desk/begun?act=send_message", of_page=writing, text="He was seen")
    assert "He was seen" in there.get(writing).text
    refused = there.post("/desk/sign-in/out", {"csrf": "0" * 64})
    assert (refused.headers["location"], there.get("/desk/account").status_code) == ("/desk/", 200)
    done = there.send("/desk/sign-in/out")
    assert (done.headers["location"], there.token) == ("/desk/sign-in", "")
    there.http.cookies.set(COOKIE, stolen)
    assert there.get("/desk/account").status_code == 303
    # Nor has whoever signs in next what was begun.
    there.sign_in(DUTY)
    assert "He was seen" not in there.get(writing).text


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://evil.test"}]
)
def test_form_of_another_site_signs_nobody_in_or_out(desk: Desk, headers: dict[str, str]) -> None:
    desk.enrol(DUTY)
    there = browser(desk)
    fields = {**RIGHT, "code": desk.code(DUTY)}
    assert there.post("/desk/sign-in", fields, headers).status_code == 403
    there.sign_in(DUTY)
    fields = {"csrf": there.csrf()}
    for path in ("sign-in/out", "sign-in/again", "account/codes", "account/password", "accounts/invite"):
        assert there.post(f"/desk/{path}", fields, headers).status_code == 403, path
    assert there.get("/desk/account").status_code == 200


@pytest.mark.parametrize(
    "back", ["https://evil.test/", "//evil.test", "/desk/../..//evil.test", "/\\evil.test", "/", "javascript:x"]
)
def test_open_redirect_leads_nobody_elsewhere_after_signing_in(desk: Desk, back: str) -> None:
    desk.enrol(DUTY)
    assert browser(desk).sign_in(DUTY, back=back).headers["location"] == "/desk/"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"name=a",
        b"name=a&name=b",
        b"\xff\xfe",
        b"name=%ff",
        b"x=1&" * 300,
        b"a" * 600_000,
        b"name=%00&password=a&code=1",
    ],
)
def test_whatever_is_posted_is_answered_and_lets_nobody_in(desk: Desk, body: bytes) -> None:
    headers = {**SAME_ORIGIN, "Content-Type": "application/x-www-form-urlencoded"}
    for path in ("", "/again", "/invitation", "/invitation/use", "/passkey/use", "/out"):
        answer = browser(desk).http.post(f"/desk/sign-in{path}", content=body, headers=headers)
        assert answer.status_code in {303, 400, 401, 404}, path
        assert "set-cookie" not in answer.headers or COOKIE + '=""' in answer.headers["set-cookie"]


def test_first_officer_is_told_where_to_begin_while_nobody_has_an_account(desk: Desk) -> None:
    assert "entente account invite" in browser(desk).get("/desk/sign-in").text
    desk.enrol(DUTY)
    assert "entente account invite" not in browser(desk).get("/desk/sign-in").text


def test_officer_sets_an_account_up_in_the_browser_and_signs_in(desk: Desk) -> None:
    there = browser(desk)
    code = invited(desk, DUTY).code
    page = there.post("/desk/sign-in/invitation", {"invitation": code.lower()})
    assert page.status_code == 200
    found = SECRET.search(page.text)
    assert found is not None
    desk.secrets[DUTY] = found[1].replace(" ", "")
    assert f"secret={desk.secrets[DUTY]}" in unescape(page.text)
    assert "data:image/svg+xml" in page.text
    chosen = {"invitation": code, "new_password": PASSWORD, "again": PASSWORD, "one_time": desk.code(DUTY)}
    wrong = there.post("/desk/sign-in/invitation/use", {**chosen, "new_password": "short", "again": "short"})
    assert (wrong.status_code, "fewer than 12" in wrong.text, SECRET.search(wrong.text) is not None) == (
        400,
        True,
        True,
    )
    done = there.post("/desk/sign-in/invitation/use", chosen)
    codes = CODE.findall(done.text)
    assert (done.status_code, len(codes), cookie(done)) == (200, 10, "")
    again = there.post("/desk/sign-in/invitation/use", chosen)
    assert (again.status_code, CODE.findall(again.text)) == (401, [])
    desk.clock.move(seconds=30)
    assert there.sign_in(DUTY).status_code == 303
    other = browser(desk)
    with_code = {**RIGHT, "code": codes[0].lower()}
    assert [other.post("/desk/sign-in", with_code).status_code for _ in range(2)] == [303, 401]


def test_guessing_invitations_in_the_browser_waits(desk: Desk) -> None:
    there = browser(desk)
    answers = [there.post("/desk/sign-in/invitation", {"invitation": f"AAAA-{place:04}"}) for place in range(52)]
    assert [answer.status_code for answer in answers] == [401] * FREE_OF_ADDRESS + [429] * 2
    assert answers[-1].headers["retry-after"] == "30"


def test_officer_proves_themselves_again_for_a_heavy_act_and_comes_back(desk: Desk) -> None:
    desk.enrol(DUTY)
    there = browser(desk)
    there.sign_in(DUTY)
    before = there.token
    desk.clock.move(minutes=11)
    asked = there.send("/desk/account/codes")
    assert asked.headers["location"] == "/desk/sign-in/again?back=%2Fdesk%2Faccount"
    assert there.prove_again(DUTY).headers["location"] == "/desk/account"
    assert there.token != before
    made = there.send("/desk/account/codes")
    assert (made.status_code, len(CODE.findall(made.text))) == (200, 10)
    assert CODE.findall(there.get("/desk/account").text) == []


def test_wrong_proof_keeps_the_session_and_counts_as_a_failure(desk: Desk) -> None:
    desk.enrol(DUTY)
    there = browser(desk)
    there.sign_in(DUTY)
    statuses = [
        there.send("/desk/sign-in/again", "/desk/sign-in/again", password="wrong", code="1").status_code
        for _ in range(FREE_OF_NAME + 1)
    ]
    assert statuses == [401] * FREE_OF_NAME + [429]
    assert there.get("/desk/account").status_code == 200


def test_password_is_changed_in_the_browser_and_other_browsers_are_signed_out(desk: Desk) -> None:
    desk.enrol(DUTY)
    there, elsewhere = browser(desk), browser(desk)
    for one in (elsewhere, there):
        one.sign_in(DUTY)
    new = {"new_password": "another four words", "again": "another four words"}
    differs = there.send("/desk/account/password", password=PASSWORD, code="1", **{**new, "again": "something else"})
    assert (differs.status_code, "same way twice" in differs.text) == (400, True)
    # What is wrong with a field stands beside it, and not that something is.
    assert "hold what it should" not in differs.text
    weak = there.send(
        "/desk/account/password", password=PASSWORD, code="1", new_password="aaaabbbbcccc", again="aaaabbbbcccc"
    )
    assert weak.status_code == 400
    done = there.send("/desk/account/password", password=PASSWORD, code=desk.code(DUTY), **new)
    assert done.headers["location"] == "/desk/account?done=password_changed"
    assert [one.get("/desk/account").status_code for one in (there, elsewhere)] == [200, 303]


def test_officer_ends_a_session_of_another_browser_and_nobody_elses(desk: Desk) -> None:
    for officer in (DUTY, SECOND):
        desk.enrol(officer)
    there, elsewhere, foreign = browser(desk), browser(desk), browser(desk)
    for one, officer in ((there, DUTY), (elsewhere, DUTY), (foreign, SECOND)):
        one.sign_in(officer)
    theirs = desk.node.accounts.sessions.of(SECOND)[0].id
    assert there.send("/desk/account/session", session=theirs).status_code == 404
    found = re.findall(r'name="session" value="([^"]*)"', there.get("/desk/account").text)
    assert len(found) == 1
    assert there.send("/desk/account/session", session=found[0]).headers["location"].endswith("done=session_ended")
    assert [one.get("/desk/account").status_code for one in (there, elsewhere, foreign)] == [200, 303, 200]


def test_w118_language_that_was_chosen_counts_where_nobody_is_signed_in(desk: Desk) -> None:
    desk.enrol(DUTY)
    there = browser(desk)
    there.http.headers["accept-language"] = "fr"
    assert 'lang="fr"' in there.get("/desk/sign-in").text
    chosen = there.post("/desk/choose", {"language": "ar", "back": "/desk/account"})
    # Sent also with a link that is followed from elsewhere; kept for a year; read by no script; about nobody.
    assert re.findall(r"entente_language=(.*)", chosen.headers["set-cookie"]) == [
        "ar; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax"
    ]
    there.sign_in(DUTY)
    csrf = there.csrf()
    assert there.send("/desk/sign-in/out").status_code == 303
    ended = there.post("/desk/task", {"csrf": csrf})
    for _ in range(FREE_OF_NAME):
        there.post("/desk/sign-in", {**RIGHT, "password": "wrong", "code": "1"})
    waits = there.post("/desk/sign-in", {**RIGHT, "code": "1"})
    pages = there.get("/desk/sign-in"), ended, waits, there.get("/desk/nothing"), there.get("/desk/sign-in/invitation")
    assert [page.status_code for page in pages] == [200, 401, 429, 404, 200]
    assert all('<html lang="ar" dir="rtl"' in page.text for page in pages)


def test_w117_sessions_say_their_browser_in_words_and_what_it_calls_itself_stands_folded_away(desk: Desk) -> None:
    desk.enrol(DUTY)
    there, hostile = browser(desk), browser(desk)
    there.http.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
    hostile.http.headers["User-Agent"] = "<script>alert(1)</script>"
    for one in (there, hostile):
        one.sign_in(DUTY)
    page = there.get("/desk/account").text
    assert re.findall("<details><summary>([^<]*)</summary>", page) == ["Firefox on Linux", "another browser"]
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;</bdi></details>" in page


def test_two_administrators_recover_an_account_in_the_browser(desk: Desk) -> None:
    for officer in (DUTY, HEAD, SECOND):
        desk.enrol(officer)
    first, second, owner = browser(desk), browser(desk), browser(desk)
    for one, officer in ((first, HEAD), (second, SECOND), (owner, DUTY)):
        one.sign_in(officer)
    assert first.send("/desk/accounts/recover", officer=DUTY).headers["location"].endswith("done=recovery_asked")
    assert first.send("/desk/accounts/confirm", officer=DUTY).status_code == 409
    assert HEAD in owner.get("/desk/account").text
    # Whoever can confirm it is told so on their own page.
    told = [one.get("/desk/account").text.count("1 recovery waits for you") for one in (first, second, owner)]
    assert told == [0, 1, 0]
    confirmed = second.send("/desk/accounts/confirm", officer=DUTY)
    found = re.search(r'<code dir="ltr">([A-Z2-7-]{19})</code>', confirmed.text)
    assert found is not None
    assert owner.get("/desk/account").status_code == 303
    assert found[1] not in second.get("/desk/accounts").text
    assert browser(desk).post("/desk/sign-in/invitation", {"invitation": found[1]}).status_code == 200


def test_w101_recovery_waits_on_the_second_officers_desk_and_on_the_owners(desk: Desk) -> None:
    for officer in (DUTY, HEAD, SECOND):
        desk.enrol(officer)
    first, second, owner = browser(desk), browser(desk), browser(desk)
    for one, officer in ((first, HEAD), (second, SECOND), (owner, DUTY)):
        one.sign_in(officer)
    first.send("/desk/accounts/recover", officer=DUTY)
    assert "?kind=recovery" not in first.get("/desk/").text, "who asked has nothing more to do"
    seconds = second.get("/desk/?kind=recovery").text
    assert f"{DUTY}: the account is to be set up anew; {HEAD} asked" in seconds
    assert 'href="/desk/accounts"' in seconds
    owners = owner.get("/desk/?kind=recovery").text
    assert f"{HEAD} asked that your account is set up anew" in owners
    assert 'href="/desk/account"' in owners
    owner.send("/desk/account/recovery")
    assert "?kind=recovery" not in second.get("/desk/").text
    first.send("/desk/accounts/recover", officer=DUTY)
    desk.clock.move(hours=24)
    for one, officer in ((second, SECOND), (owner, DUTY)):
        one.sign_in(officer)
        assert "?kind=recovery" not in one.get("/desk/").text, "a day later it can be confirmed no more"


def test_only_who_may_enter_officers_sees_and_changes_how_others_sign_in(desk: Desk) -> None:
    for officer in (DUTY, SECOND):
        desk.enrol(officer)
    there = browser(desk)
    there.sign_in(DUTY)
    assert there.get("/desk/accounts").status_code == 403
    for act in ("invite", "recover", "confirm", "refuse", "sign-out"):
        assert there.send(f"/desk/accounts/{act}", officer=SECOND).status_code == 403, act
    assert browser(desk).get("/desk/accounts").status_code == 303
    assert "/desk/accounts" not in there.get("/desk/account").text


def test_heavy_acts_of_an_administrator_ask_who_is_there(desk: Desk) -> None:
    for officer in (DUTY, HEAD):
        desk.enrol(officer)
    there = browser(desk)
    there.sign_in(HEAD)
    desk.clock.move(minutes=11)
    for act in ("invite", "recover", "confirm", "refuse", "sign-out"):
        asked = there.send(f"/desk/accounts/{act}", officer=SECOND)
        assert asked.headers["location"] == "/desk/sign-in/again?back=%2Fdesk%2Faccounts", act
    assert there.get("/desk/accounts").status_code == 200


def test_passkey_is_added_used_and_removed_in_the_browser(desk: Desk) -> None:
    desk.enrol(DUTY)
    there, device = browser(desk), Authenticator(Site("localhost", ORIGIN, ""))
    there.sign_in(DUTY)
    begun = there.send("/desk/account/passkey/new").json()
    added = there.send("/desk/account/passkey", label="Token", step=begun["step"], answer=device.make(begun["options"]))
    assert added.headers["location"].endswith("done=passkey_added")
    other = browser(desk)
    challenge = other.post("/desk/sign-in/passkey", {}).json()
    fields = {"step": challenge["step"], "answer": device.sign(challenge["options"]), "back": "/desk/account"}
    signed = other.post("/desk/sign-in/passkey/use", fields)
    assert (signed.status_code, signed.headers["location"]) == (303, "/desk/account")
    assert other.post("/desk/sign-in/passkey/use", fields).status_code == 401
    kept = desk.node.accounts.passkeys.of(DUTY)[0].credential
    assert other.send("/desk/account/passkey/remove", passkey=kept).headers["location"].endswith("passkey_removed")
    assert desk.node.accounts.passkeys.of(DUTY) == ()


def test_passkey_is_added_by_who_proved_themselves_lately_alone(desk: Desk) -> None:
    desk.enrol(DUTY)
    there, device = browser(desk), Authenticator(Site("localhost", ORIGIN, ""))
    there.sign_in(DUTY)
    begun = there.send("/desk/account/passkey/new").json()
    desk.clock.move(minutes=11)
    assert there.send("/desk/account/passkey/new").json() == {"again": "/desk/sign-in/again?back=/desk/account"}
    late = there.send("/desk/account/passkey", label="Token", step=begun["step"], answer=device.make(begun["options"]))
    assert late.headers["location"].startswith("/desk/sign-in/again")
    assert there.post("/desk/account/passkey/new", {"csrf": "0"}).status_code == 403
    assert desk.node.accounts.passkeys.of(DUTY) == ()


def test_passkeys_are_offered_at_the_address_they_are_made_for_alone(desk: Desk) -> None:
    desk.enrol(DUTY)
    for origin, settings, is_offered in (
        ("http://localhost:8601", {}, True),
        ("http://127.0.0.1:8601", {}, False),
        ("https://desk.example", {"api_tls_in_front": True}, False),
        ("https://desk.example", {"api_tls_in_front": True, "web_address": "https://desk.example"}, True),
    ):
        there = browser(desk, origin, **settings)
        assert ("data-passkey" in there.get("/desk/sign-in").text) is is_offered
        status = there.post("/desk/sign-in/passkey", {}).status_code
        assert status == (200 if is_offered else 404)


def test_w161_where_no_passkey_can_be_added_the_account_says_where_one_can(desk: Desk) -> None:
    desk.enrol(DUTY)
    for origin, is_offered in (("http://localhost:8601", True), ("http://127.0.0.1:8601", False)):
        there = browser(desk, origin)
        there.sign_in(DUTY)
        page = there.get("/desk/account").text
        assert ('data-passkey="new"' in page) is is_offered
        assert ("No passkey can be added at this address" in page) is not is_offered


def test_address_counts_as_the_server_in_front_saw_it(desk: Desk) -> None:
    def told(peer: str, forwarded: str, **settings: Any) -> str:  # noqa: ANN401 - of any kind
        node = replace(desk.node, settings=replace(desk.node.settings, **settings))
        headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
        return whence(node, Request({"type": "http", "client": (peer, 1), "headers": headers})).address

    assert told("192.0.2.1", "203.0.113.5") == "192.0.2.1"
    assert told("127.0.0.1", "198.51.100.1, 203.0.113.5", api_tls_in_front=True) == "203.0.113.5"
    assert told("127.0.0.1", "nonsense", api_tls_in_front=True) == "elsewhere"
    assert told("2001:db8::1:2", "") == told("2001:db8::ffff", "") == "2001:db8::"
    assert told("::ffff:192.0.2.1", "") == "192.0.2.1"


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar", "ru", "zh"])
def test_every_page_of_signing_in_is_there_in_every_language(desk: Desk, language: str) -> None:
    for officer in (DUTY, HEAD, SECOND):
        desk.enrol(officer)
    desk.node.accounts.enrolling.ask_recovery(SECOND, HEAD)
    desk.enter("new-1", "analyst")
    there = browser(desk)
    there.http.headers["accept-language"] = language
    pages = [there.get("/desk/sign-in"), there.get("/desk/sign-in/invitation")]
    pages.append(there.post("/desk/sign-in/invitation", {"invitation": invited(desk, "new-1").code}))
    there.sign_in(HEAD)
    pages += [there.get(f"/desk/{path}") for path in ("sign-in/again", "account", "accounts")]
    pages += [there.send("/desk/account/codes"), there.send("/desk/accounts/invite", officer="new-1")]
    assert [page.status_code for page in pages] == [200] * len(pages)
    assert all(f'lang="{language}"' in page.text for page in pages)
    assert all(page.headers["content-security-policy"].startswith("default-src 'none'") for page in pages)


def test_w151_who_invites_from_an_officers_page_comes_back_to_it(desk: Desk) -> None:
    desk.enrol(HEAD)
    desk.enter("new-1", "analyst")
    there = browser(desk)
    there.sign_in(HEAD)
    form = re.search(r'<form method="post" action="/desk/accounts/invite".*?</form>', there.get(PAGE).text, re.DOTALL)
    assert form is not None
    assert f'name="back" value="{PAGE}"' in form[0]
    invited_there = there.send("/desk/accounts/invite", PAGE, officer="new-1", back=PAGE)
    assert f'<a href="{PAGE}"><bdi>new-1</bdi></a>' in invited_there.text
    desk.clock.move(minutes=11)
    asked = there.send("/desk/accounts/invite", PAGE, officer="new-1", back=PAGE)
    assert asked.headers["location"] == f"/desk/sign-in/again?{urlencode({'back': PAGE})}"
    # From the list of accounts one comes back to that, and nobody is sent elsewhere.
    for back in ("", "https://example.org/", "//example.org"):
        asked = there.send("/desk/accounts/invite", PAGE, officer="new-1", **({"back": back} if back else {}))
        assert asked.headers["location"] in {
            "/desk/sign-in/again?back=%2Fdesk%2Faccounts",
            "/desk/sign-in/again?back=%2Fdesk%2F",
        }


PAGE = "/desk/officers/one/new-1"


def test_page_for_everybody_does_not_say_when_officers_come_and_go(desk: Desk) -> None:
    before = home_page(desk.node).acts
    desk.enrol(DUTY)
    there = browser(desk)
    there.sign_in(DUTY)
    there.send("/desk/account/codes")
    there.send("/desk/sign-in/out")
    assert home_page(desk.node).acts == before


def test_every_address_of_signing_in_is_in_the_reference_and_no_other(desk: Desk) -> None:
    served = DeskOfPages(desk.node, desk_parts(CookieSessions(desk.node), api_of(desk.node)))
    entrance = Entrance(served)
    parts = entrance, SignOn(served, entrance), OwnAccount(served, entrance), OfficerAccounts(served, entrance)
    served_paths = {f"{PREFIX}{route.path}" for part in (*parts, served.live, served.taking) for route in part.routes()}
    told = {found for row in BESIDE.splitlines() for found in re.findall(r"`(/desk/[a-z/-]+)`", row)}
    assert served_paths == told
