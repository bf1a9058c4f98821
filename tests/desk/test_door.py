"""Who may open a page and send a form: rules W20 to W25 of docs/rules/desk.md, each with its attack."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient

from entente.kernel.errors import Unavailable
from entente.verbs import perform
from entente.web.desk.desk import Desk
from entente.web.desk.page import Asked, Elsewhere, Page, ShowPage
from entente.web.desk.paths import own_path
from entente.web.desk.session import Session
from entente.web.desk.static_files import static_files
from entente.web.desk.table import PAGES
from entente.web.wording import LANGUAGES, Wording
from tests.support.desk_parts import desk_parts
from tests.support.desk_world import COOKIE, SAME_ORIGIN, DeskWorld
from tests.support.nodes import DUTY

CASES = "/desk/cases"
GOOD = {"title": "Gate 5", "crime_area": "fugitives"}


def cases(world: DeskWorld) -> int:
    answer: Any = perform(world.node, "case_list", {"limit": 200})
    return len(answer["cases"])


def test_every_answer_has_the_strict_headers(world: DeskWorld) -> None:
    browser = world.browser()
    answers = [
        browser.get(CASES),
        browser.get("/desk/nothing"),
        browser.get(f"/desk/static/{static_files()['desk.css'].name}"),
        browser.post(CASES, {}),
        world.browser(None).get(CASES),
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
            "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["x-frame-options"] == "DENY"


def test_private_pages_are_not_kept_by_browsers(world: DeskWorld) -> None:
    browser = world.browser()
    assert browser.get(CASES).headers["cache-control"] == "no-store"
    assert browser.get("/desk/nothing").headers["cache-control"] == "no-store"


def test_static_file_is_kept_for_good_under_its_digest_and_no_other_name_is_there(world: DeskWorld) -> None:
    browser = world.browser(None)
    for plain, file in static_files().items():
        answer = browser.get(f"/desk/static/{file.name}")
        assert answer.content == file.plain
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert browser.get(f"/desk/static/{plain}").status_code == 404
    for path in ("../desk.py", "..%2f..%2fwording.py", "%2e%2e/%2e%2e/wording.py", "desk.css%00"):
        assert browser.get(f"/desk/static/{path}").status_code == 404


def test_first_load_is_small() -> None:
    assert sum(len(file.packed) for file in static_files().values()) <= 150_000


def test_page_holds_nothing_inline_and_nothing_from_elsewhere(world: DeskWorld) -> None:
    text = world.browser().get(CASES).text
    assert re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", text) is None
    assert re.findall(r"""(?:src|href|action)="(?!/|#)[^"]*\"""", text) == []


def test_whoever_has_no_session_is_sent_to_sign_in_and_comes_back(world: DeskWorld) -> None:
    answer = world.browser(None).get("/desk/cases?before=2026/000001")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/desk/sign-in?back=%2Fdesk%2Fcases%3Fbefore%3D2026%252F000001"


def test_unknown_session_is_no_session(world: DeskWorld) -> None:
    browser = world.browser(None)
    browser.http.cookies.set(COOKIE, "s999")
    assert browser.get(CASES).status_code == 303


def test_request_in_the_clear_from_elsewhere_is_not_heard(world: DeskWorld) -> None:
    far = TestClient(world.app, client=("192.0.2.7", 50_000), follow_redirects=False)
    far.cookies.set(COOKIE, world.signed_in.begin("duty-1", frozenset({"duty_officer"})))
    answer = far.get(CASES)
    assert answer.status_code == 403
    assert "in the clear" in answer.text
    assert "Gate 4" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_form_from_another_page_is_not_taken_even_with_the_right_token(
    world: DeskWorld, headers: dict[str, str]
) -> None:
    browser, before = world.browser(), cases(world)
    fields = {**browser.frame(CASES), **GOOD}
    assert browser.post(CASES, fields, headers=headers).status_code == 403
    assert cases(world) == before
    assert browser.post(CASES, fields, headers=SAME_ORIGIN).status_code == 303
    assert cases(world) == before + 1


def test_form_of_an_older_browser_is_taken_by_its_origin(world: DeskWorld) -> None:
    browser = world.browser()
    fields = {**browser.frame(CASES), **GOOD}
    assert browser.post(CASES, fields, headers={"Origin": "http://testserver"}).status_code == 303


@pytest.mark.parametrize("token", ["", "another", None])
def test_form_without_the_sessions_token_does_nothing_and_is_given_back_with_what_was_entered(
    world: DeskWorld, token: str | None
) -> None:
    browser, before = world.browser(), cases(world)
    fields = {**browser.frame(CASES), **GOOD, "title": "Gate <6>"}
    other = world.browser().frame(CASES)["csrf"]
    answer = browser.post(CASES, {**fields, "csrf": other if token is None else token})
    assert answer.status_code == 400
    assert cases(world) == before
    assert 'value="Gate &lt;6&gt;"' in answer.text
    assert "session that has ended" in answer.text


def test_form_after_the_session_ended_says_that_nothing_is_lost(world: DeskWorld) -> None:
    browser, before = world.browser(), cases(world)
    fields = {**browser.frame(CASES), **GOOD}
    browser.http.cookies.clear()
    answer = browser.post(CASES, fields)
    assert answer.status_code == 401
    assert "Sign in again in another window" in answer.text
    assert '<a class="button first" href="/desk/sign-in" target="_blank">Sign in</a>' in answer.text
    assert cases(world) == before


class Gone:
    """A session that cannot be read while the store is not there."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self, _: Request, /) -> Session | None:
        raise self.error


STORE = Unavailable("The database server is gone.", why="Its line broke.", do="Do it again.", retry_is_safe=True)


@pytest.mark.parametrize(
    ("error", "status", "title"), [(STORE, 503, "Indisponible pour le moment"), (KeyError(), 500, "page")]
)
def test_w108_a_page_of_the_desk_says_so_where_not_even_the_session_can_be_read(
    world: DeskWorld, error: Exception, status: int, title: str
) -> None:
    desk = Desk(world.node, desk_parts(Gone(error), world.api))
    http = TestClient(Starlette(routes=[desk.mount()]), client=("127.0.0.1", 50_000), raise_server_exceptions=False)
    answer = http.get("/desk/shift", headers={"Accept-Language": "fr"})
    assert answer.status_code == status
    assert title in answer.text
    assert '<html lang="fr"' in answer.text
    assert "content-security-policy" in answer.headers


def test_w108_a_page_that_fails_leaves_its_reader_their_language_and_their_ways(world: DeskWorld) -> None:
    def broken(_: Asked) -> Elsewhere:
        raise KeyError

    pages: list[Page] = [
        replace(one, make=broken) if isinstance(one, ShowPage) and one.name == "calls" else one for one in PAGES
    ]
    desk = Desk(world.node, desk_parts(world.signed_in, world.api), pages)
    http = TestClient(Starlette(routes=[desk.mount()]), client=("127.0.0.1", 50_000), raise_server_exceptions=False)
    http.cookies.set(COOKIE, world.signed_in.begin(DUTY, frozenset({"duty_officer"}), "ar"))
    answer = http.get("/desk/calls")
    assert answer.status_code == 500
    assert 'lang="ar" dir="rtl"' in answer.text
    assert 'href="/desk/messages"' in answer.text


def test_double_click_does_the_act_once_and_leads_to_the_same_page(world: DeskWorld) -> None:
    browser, before = world.browser(), cases(world)
    fields = {**browser.frame(CASES), **GOOD}
    first, second = browser.post(CASES, fields), browser.post(CASES, fields)
    assert cases(world) == before + 1
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]


def test_form_that_was_gone_back_to_and_changed_is_another_act(world: DeskWorld) -> None:
    browser, before = world.browser(), cases(world)
    fields = {**browser.frame(CASES), **GOOD}
    browser.post(CASES, fields)
    browser.post(CASES, {**fields, "title": "Gate 7"})
    assert cases(world) == before + 2


def test_form_in_error_is_given_back_with_the_field_named_and_a_summary_that_leads_to_it(world: DeskWorld) -> None:
    browser, before = world.browser(), cases(world)
    answer = browser.send(CASES, CASES, {"title": "Gate 8", "crime_area": "no such"})
    assert answer.status_code == 400
    assert cases(world) == before
    assert 'href="#open_case-crime_area"' in answer.text
    assert 'id="open_case-crime_area"' in answer.text
    assert 'value="Gate 8"' in answer.text
    assert re.search(r'<select id="open_case-crime_area"[^>]*aria-invalid="true"', answer.text)


def test_what_a_room_refuses_stands_at_its_field_in_the_readers_language(world: DeskWorld) -> None:
    browser = world.browser(language="ar")
    answer = browser.send(CASES, CASES, {"title": "Gate\u202e9", "crime_area": "drugs"})
    assert answer.status_code == 400
    assert re.search(r'id="open_case-title-fault">[^<]*العنوان سطر واحد من 1 إلى', answer.text)
    assert '<bdi lang="en">' not in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_w148_a_character_that_nobody_sees_is_named_where_it_stands(world: DeskWorld, language: str) -> None:
    browser = world.browser(language=language)
    answer = browser.send(CASES, CASES, {"title": "Gate\u202e9", "crime_area": "drugs"})
    fault = re.search(r'id="open_case-title-fault">([^<]*)<', answer.text)
    assert fault is not None
    assert "U+202E RIGHT-TO-LEFT OVERRIDE" in fault[1]
    assert Wording(language).text("plain.holds_hidden_do") in fault[1]
    # What is refused for another reason names none.
    answer = browser.send(CASES, CASES, {"title": "Gate " * 100, "crime_area": "drugs"})
    assert "open_case-title-fault" in answer.text
    assert "U+" not in answer.text


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"title": "x", "crime_area": "drugs", "extra": "1"}, "nobody reads"),
    ],
)
def test_field_that_the_form_does_not_have_is_refused(world: DeskWorld, fields: dict[str, str], kind: str) -> None:
    answer = world.browser().send(CASES, CASES, fields)
    assert answer.status_code == 400
    assert kind in answer.text


def test_body_of_another_kind_or_size_or_a_field_twice_is_refused(world: DeskWorld) -> None:
    http = world.browser().http
    for body, media in (
        (b'{"title": "x"}', "application/json"),
        (b"title=1&title=2", "application/x-www-form-urlencoded"),
        (b"title=" + b"x" * 600_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"f%d=1" % n for n in range(300)), "application/x-www-form-urlencoded"),
        (b"title=%ff", "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
    ):
        answer = http.post(CASES, content=body, headers={**SAME_ORIGIN, "Content-Type": media})
        assert answer.status_code == 400
        assert "The form could not be read." in answer.text


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/desk//evil", "javascript:alert(1)", "/deskevil",
     "/desk/\r\nSet-Cookie: x=1", "/desk/ x", "", "/", "/exchange", "/desk/é"],
)  # fmt: skip
def test_open_redirect_leads_nobody_elsewhere(world: DeskWorld, wanted: str) -> None:
    answer = world.browser().post("/desk/choose", {"look": "dark", "back": wanted})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/desk/"
    assert own_path("/desk/cases?before=1") == "/desk/cases?before=1"


def test_language_and_look_are_switched_at_once_and_kept_in_the_browser(world: DeskWorld) -> None:
    browser = world.browser()
    assert '<html lang="en" dir="ltr" data-look="auto">' in browser.get(CASES).text
    answer = browser.post("/desk/choose", {"language": "ar", "back": CASES})
    assert answer.headers["location"] == CASES
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert "samesite=lax" in answer.headers["set-cookie"].lower()
    assert "secure" not in answer.headers["set-cookie"].lower()
    browser.post("/desk/choose", {"look": "dark", "back": CASES})
    assert '<html lang="ar" dir="rtl" data-look="dark">' in browser.get(CASES).text
    assert browser.post("/desk/choose", {"look": "<x>", "back": CASES}).status_code == 400
    assert browser.post("/desk/choose", {"look": "dark"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_message_of_what_was_done_is_one_of_ours(world: DeskWorld) -> None:
    browser = world.browser()
    assert "The case is open." in browser.get(f"{CASES}?done=case_opened").text
    for other in ("<script>alert(1)</script>", "nothing", "case_opened.x"):
        assert 'class="done"' not in browser.get(CASES, params={"done": other}).text


def test_cookie_is_sent_by_tls_alone_where_tls_stands_in_front(world: DeskWorld) -> None:
    settings = replace(world.node.settings, api_tls_in_front=True)
    desk = Desk(replace(world.node, settings=settings), world.desk.parts)
    far = TestClient(Starlette(routes=[desk.mount()]), client=("192.0.2.7", 50_000), follow_redirects=False)
    answer = far.post("/desk/choose", data={"look": "dark"}, headers=dict(SAME_ORIGIN))
    assert answer.status_code == 303
    assert "; secure" in answer.headers["set-cookie"].lower()
    far.cookies.set(COOKIE, world.signed_in.begin("duty-1", frozenset({"duty_officer"})))
    assert far.get(CASES).status_code == 200
