"""The desk of tests on a real socket, and a headless browser that opens it."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from starlette.applications import Starlette

from entente.search.follower import Follower
from tests.support.desk_world import COOKIE, OneDesk

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
START_SECONDS_MAX = 20.0


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """Serve an application on a free port of this machine; give its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    began = time.monotonic()
    while not server.started:
        assert time.monotonic() - began < START_SECONDS_MAX, "the server did not start"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(START_SECONDS_MAX)


@contextmanager
def told(*desks: OneDesk) -> Iterator[None]:
    """Tell the open pages of desks what changes, as their node does."""
    followers = [Follower(one.desk.changes.step, "desk") for one in desks]
    for follower in followers:
        follower.start()
    try:
        yield
    finally:
        for follower in followers:
            follower.stop()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open a headless browser; skip where there is none."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no chromium on this machine; see .ci/browser")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Window:
    """A window in which an officer is signed in, with what it complained of and whom it asked."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.address = address
        self.complaints: list[str] = []
        self.asked: set[str] = set()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.add(request.url))

    def open(self, path: str) -> int:
        """Open a page; return its status."""
        answer = self.page.goto(f"{self.address}{path}")
        assert answer is not None, "a page answers"
        return answer.status

    def violations(self) -> list[str]:
        """Return what the accessibility check finds, each with where."""
        self.page.evaluate(AXE)
        found: list[str] = self.page.evaluate(
            """rules => axe.run(document, rules).then(all => all.violations.map(
                one => `${one.id}: ${one.nodes.map(node => node.target.join(' ')).join(' | ')}`))""",
            RULES,
        )
        return found

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        wider: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return wider


@contextmanager
def window(
    browser: Browser,
    world: OneDesk,
    address: str,
    *,
    language: str = "en",
    role: str = "duty_officer",
    account: str = "",
    **more: Any,  # noqa: ANN401 - what the library takes
) -> Iterator[Window]:
    """Open a window in which an officer of a role is signed in: this one, where one is named."""
    context = browser.new_context(**more)
    name = world.signed_in.begin(account or world.officer(role), frozenset({role}), language)
    context.add_cookies([{"name": COOKIE, "value": name, "url": address}])
    try:
        yield Window(context, address)
    finally:
        context.close()
