"""The attacks that the issue names, each by its name; where one has a file of its own, it is named here.

CSRF: test_door.py. Session fixation, user enumeration: tests/web/test_entrance.py, tests/web/test_signing_in.py. Stored and
reflected script: test_escaping.py. Open redirect: test_door.py, tests/web/test_entrance.py. Every page × every role × what is
foreign: test_roles.py. Uploads and hostile files: test_imports.py, test_attachments.py. «Nothing found» and «not for you»:
test_search.py, and here what the index does for both.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from entente.kernel.canonical import JsonObject
from entente.node import Node
from entente.verbs import perform
from entente.web.desk import rates
from entente.web.desk.desk import Desk
from entente.web.desk.headers import NOTHING, POLICY
from entente.web.desk.page import PREFIX, ActPage, ShowPage
from entente.web.desk.rates import Rates
from entente.web.desk.rendering import static
from entente.web.desk.static_files import static_files
from entente.web.desk.table import PAGES
from tests.support.api_world import TERMS, WANTED
from tests.support.desk_pages import KEY, path_of, with_query
from tests.support.desk_world import COOKIE, SAME_ORIGIN, DeskWorld
from tests.support.nodes import DUTY

SHOWN = tuple(page for page in PAGES if isinstance(page, ShowPage))
ACTS = tuple(page for page in PAGES if isinstance(page, ActPage))


ATTACKS = (
    "content_security_policy", "htmx_evaluates", "cross_site_request_forgery", "session_fixation", "clickjacking",
    "open_redirect",
    "stored_script", "reflected_script", "upload", "path_traversal", "user_enumeration", "caching", "rate_limit",
    "foreign_object_on_every_page", "page_opens_to_the_roles_of_its_row",
)  # fmt: skip
"""What part 5 of the issue lists under «Security, each with a test named for it», in its order."""


@pytest.mark.parametrize("attack", ATTACKS)
def test_each_attack_of_the_list_has_a_test_named_for_it(attack: str) -> None:
    here = Path(__file__).parent
    tests = "".join(
        path.read_text(encoding="utf-8") for path in (*here.glob("test_*.py"), *here.parent.glob("web/test_*.py"))
    )
    assert re.search(rf"^def test_\w*{attack}\w*\(", tests, re.MULTILINE)


def test_content_security_policy_runs_nothing_inline_and_nothing_from_elsewhere() -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in POLICY.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == rules["form-action"] == "'self'"
    assert rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert not re.search(r"unsafe|https?:|\*|nonce|blob:|strict-dynamic", POLICY)
    assert "object-src" not in rules, "default-src 'none' holds for it"


def test_htmx_evaluates_nothing_and_injects_no_style(world: DeskWorld) -> None:
    text = world.browser().get("/desk/").text
    (config,) = re.findall(r'<meta name="htmx-config" content=\'([^\']*)\'', text)
    assert '"includeIndicatorCSS": false' in config
    assert '"mode": "same-origin"' in config
    # What htmx would evaluate stands on no page: hx-on, filters of triggers, values and headers written as script.
    for page in SHOWN:
        shown = with_query(world, world.browser()).get(path_of(world, page)).text
        assert re.findall(r'\b(?:data-)?hx-(?:on|vals|headers|vars)\b|\bjs:|hx-trigger="[^"]*\[', shown) == [], (
            page.name
        )


@pytest.mark.parametrize("page", SHOWN, ids=lambda page: page.name)
def test_clickjacking_and_caching_are_forbidden_by_every_page_and_none_holds_anything_inline(
    world: DeskWorld, page: ShowPage
) -> None:
    answer = with_query(world, world.browser()).get(path_of(world, page))
    # What is downloaded may be anything, and runs nothing.
    assert answer.headers["content-security-policy"] == (NOTHING if "content-disposition" in answer.headers else POLICY)
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "etag" not in answer.headers
    assert "last-modified" not in answer.headers
    assert re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", answer.text) is None
    assert re.findall(r"""(?:src|href|action|data-hx-get|data-stream)="(?!/|#)[^"]*\"""", answer.text) == []


def test_caching_of_what_a_page_asks_for_by_itself_is_forbidden_too(world: DeskWorld) -> None:
    answer = world.browser().get("/desk/live/news")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["content-security-policy"] == POLICY


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_cross_site_request_forgery_reaches_no_act(world: DeskWorld, act: ActPage) -> None:
    browser = with_query(world, world.browser())
    session = world.signed_in.sessions[browser.http.cookies[COOKIE]]
    path = path_of(world, act)
    before = world.node.trail.latest(1)[0].sequence
    own = {"csrf": session.csrf, "once": f"forged-{act.name}"}
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
    ):
        assert browser.post(path, own, headers=headers).status_code == 403
    assert world.node.trail.latest(1)[0].sequence == before


@pytest.mark.parametrize(
    "path",
    ["/desk/static/../desk.py", "/desk/static/%2e%2e/%2e%2e/settings.py", "/desk/static/..%5c..%5cdesk.py",
     "/desk/../operator", "/desk/%2e%2e/api/v1/cases", "/desk/cases/..%2f..%2f..%2fetc/passwd",
     "/desk/records/XA-NCB/..%2f..%2fkeys%2faccounts.key", "/desk/records/%2e%2e/accounts.key", "/desk/cases/%00/1"],
)  # fmt: skip
def test_path_traversal_reaches_nothing(world: DeskWorld, path: str) -> None:
    answer = with_query(world, world.browser()).get(path)
    assert answer.status_code in {400, 404}
    assert not re.search(r"root:|BEGIN|from __future__|\"cases\"", answer.text)


def limited(world: DeskWorld, **more: Any) -> tuple[TestClient, list[float]]:  # noqa: ANN401 - numbers of Rates
    """Return a browser of a desk with the given rates, and the clock that they count by."""
    now = [0.0]
    parts = world.desk.parts
    counted = Rates(**{"session_at_once": 3, "address_at_once": 5, **more}, seconds=lambda: now[0])
    desk = Desk(
        world.node, type(parts)(**{**{name: getattr(parts, name) for name in parts.__slots__}, "rates": counted})
    )
    app = Starlette(routes=[desk.mount()])
    return TestClient(app, client=("127.0.0.1", 50_000), follow_redirects=False), now


def signed_in(world: DeskWorld, http: TestClient) -> TestClient:
    http.cookies.set(
        f"entente-{http.base_url.port or 80}", world.signed_in.begin("duty-1", frozenset({"duty_officer"}))
    )
    http.cookies.set(COOKIE, list(world.signed_in.sessions)[-1])
    return http


def test_rate_limit_of_a_session_is_a_page_that_says_when_to_go_on(world: DeskWorld) -> None:
    http, now = limited(world)
    signed_in(world, http)
    assert [http.get("/desk/").status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = http.get("/desk/cases", headers={"Accept-Language": "fr"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["cache-control"] == "no-store"
    assert "Trop de demandes" in answer.text
    assert "duty-1" not in answer.text
    # Files of style and script are no questions.
    assert http.get(static("desk.css")).status_code == 200
    now[0] += 0.1
    assert [http.get("/desk/").status_code for _ in range(2)] == [200, 429]


def test_rate_limit_turns_a_form_away_before_anything_is_done_and_sent_again_it_is_done_once(world: DeskWorld) -> None:
    http, now = limited(world)
    signed_in(world, http)
    text = http.get("/desk/cases").text
    found = [re.search(rf'name="{name}" value="([^"]*)"', text) for name in ("csrf", "once")]
    csrf, once = (one[1] for one in found if one is not None)
    fields = {"csrf": csrf, "once": once, "title": "Too often", "crime_area": "drugs"}
    http.get("/desk/"), http.get("/desk/")
    sent = [http.post("/desk/cases", data=fields, headers=dict(SAME_ORIGIN)) for _ in range(2)]
    assert [one.status_code for one in sent] == [429, 429]
    before = [one for one in listed(world) if one == "Too often"]
    now[0] += 1.0
    sent = [http.post("/desk/cases", data=fields, headers=dict(SAME_ORIGIN)) for _ in range(2)]
    assert [one.status_code for one in sent] == [303, 303]
    assert (before, [one for one in listed(world) if one == "Too often"]) == ([], ["Too often"])


def listed(world: DeskWorld) -> list[str]:
    answer: Any = perform(world.node, "case_list", {"limit": 200})
    return [one["title"] for one in answer["cases"]]


def test_rate_limit_of_an_address_holds_whatever_cookie_is_made_up(world: DeskWorld) -> None:
    http, _ = limited(world)
    statuses = []
    for place in range(7):
        http.cookies.set("entente-80", f"made-up-{place}")
        statuses.append(http.get("/desk/sign-in-nothing").status_code)
    assert statuses == [404] * 5 + [429] * 2


def test_rate_limit_keeps_nobody_else_waiting_and_its_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "KEPT_MAX", 50)
    counted = Rates(session_at_once=1, seconds=lambda: 0.0)
    assert [counted.wait_seconds("a", "one") for _ in range(2)] == [0, 1]
    assert counted.wait_seconds("b", "one") == 0
    for place in range(200):
        counted.wait_seconds(f"s-{place}", f"address-{place}")
    assert len(counted._buckets) <= 50  # noqa: SLF001 - what it keeps


def test_rate_limit_keeps_no_secret_of_a_session_and_nothing_of_who_is_turned_away() -> None:
    counted = Rates(address_at_once=2, seconds=lambda: 0.0)
    secrets = ["s" * 60_000, "\udcff", "third", "fourth"]
    assert [counted.wait_seconds(one, "one") for one in secrets] == [0, 0, 1, 1]
    kept = list(counted._buckets)  # noqa: SLF001 - what it keeps
    assert len(kept) == 3, "the address, and the two sessions that were let in"
    assert {len(key) for key in kept} == {32}
    assert not any(b"sss" in key for key in kept)


@contextmanager
def counted_steps(steps: Counter[str]) -> Iterator[None]:
    """Count every function of the index that is called in this thread."""

    def called(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and "/entente/search/" in frame.f_code.co_filename:
            steps[frame.f_code.co_qualname] += 1

    sys.setprofile(called)
    try:
        yield
    finally:
        sys.setprofile(None)


def test_nothing_found_and_not_for_you_take_the_same_steps_of_the_index(
    world: DeskWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[Counter[str]] = []
    pages: list[str] = []

    def counted(node: Node, verb: str, given: JsonObject) -> JsonObject:
        steps.append(Counter())
        with counted_steps(steps[-1]):
            return perform(node, verb, given)

    def ask(role: str) -> str:
        text = with_query(world, world.browser(role), "Цзхъщов Бвгджло").get(f"{PREFIX}/search/{KEY}").text
        return re.sub(r"csrf-of-s\d+|form-[0-9a-f]{26}|[0-9a-f]{8}-\d+\.\d+", "", text)

    monkeypatch.setattr("entente.web.desk.page.perform", counted)
    ask("border_officer")
    for is_there in (False, True):
        if is_there:
            # Of a level that this role does not read, like the others.
            file, named = tmp_path / "hidden.jsonl", {"name": ["Цзхъщов Бвгджло"], "birthDate": ["1979-03-14"]}
            file.write_text(json.dumps({**WANTED, "id": "hidden-1", "properties": named}), encoding="utf-8")
            given: JsonObject = {"officer": DUTY, "file": str(file), "terms": TERMS.read_text(encoding="utf-8")}
            perform(world.node, "record_import", given)
            world.node.identity.bring_up()
            # What the role may read is found anew after a change, for whatever query.
            with_query(world, world.browser("border_officer"), "Warm").get(f"{PREFIX}/search/{KEY}")
        steps.clear()
        pages.append(ask("border_officer"))
        pages[-1] = f"{sorted(steps[-1].items())} {pages[-1]}"
    assert "Nothing found." in pages[0]
    assert sum(steps[-1].values()) > 100
    assert pages[0] == pages[1]
    assert "hidden-1" in ask("duty_officer"), "it is there"


def test_first_load_of_style_and_script_is_small() -> None:
    assert sum(len(file.packed) for file in static_files().values()) <= 150_000
