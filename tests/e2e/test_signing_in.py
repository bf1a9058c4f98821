"""A real node and a real browser: from an invitation to a passkey, with and without script, and no violation of accessibility.

The authenticator is the browser's own virtual one (WebDriver's WebAuthn extension, through the DevTools protocol).
"""

from __future__ import annotations

import re
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.processes import Bureau

pytestmark = pytest.mark.e2e
AXE = Path(__file__).parents[1] / "support" / "axe" / "axe.min.js"
PASSWORD = "four words nobody guesses"
STEP_SECONDS = 30
SENT_WITHIN_SECONDS = 4
"""How long filling the form in and sending it may take."""


class Device:
    """An officer's device that shows one-time codes, and waits where one was used already."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)
        self._used = 0

    def code(self) -> str:
        """Return a code that was not used yet: at most one step behind or ahead, which the node takes too.

        At the end of a step it waits for the next one: until the form is sent, the step behind would be two behind.
        """
        step, into = divmod(time.time(), STEP_SECONDS)
        while self._used + 1 > step + 1 or into > STEP_SECONDS - SENT_WITHIN_SECONDS:
            time.sleep(0.2)
            step, into = divmod(time.time(), STEP_SECONDS)
        self._used = max(int(step) - 1, self._used + 1)
        return str(self._totp.generate_otp(self._used))


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """Run a bureau's node."""
    one = Bureau("XA-NCB", tmp_path_factory.mktemp("bureau") / "xa")
    one.make()
    one.start()
    yield one
    one.end(signal.SIGTERM)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Open a browser."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium on this machine; see .ci/browser")
    with sync_playwright() as player:
        opened = player.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


def require_accessible(page: Page) -> None:
    page.evaluate(AXE.read_text("utf-8"))
    found: Any = page.evaluate("axe.run().then((done) => done.violations.map((one) => [one.id, one.nodes[0].html]))")
    assert found == [], page.url


def set_up(page: Page, bureau: Bureau, officer: str) -> Device:
    """Set an officer's account up, as an invitation has it."""
    code = bureau.ask("account_invite", officer="head-1", account=officer)["code"]
    page.goto(f"http://localhost:{bureau.port}/desk/sign-in/invitation")
    require_accessible(page)
    page.get_by_label("Invitation code").fill(code)
    page.get_by_role("button", name="Go on").click()
    require_accessible(page)
    assert page.evaluate("document.querySelector('img.scan').naturalWidth") > 0
    secret = page.locator("code").first.inner_text().replace(" ", "")
    device = Device(secret)
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password, once more").fill(PASSWORD)
    page.get_by_label("Code of the device").fill(device.code())
    page.get_by_role("button", name="Set up the account").click()
    require_accessible(page)
    assert page.locator("ol.codes li").count() == 10, page.locator("main").inner_text()
    return device


def sign_in(page: Page, bureau: Bureau, officer: str, device: Device) -> None:
    page.goto(f"http://localhost:{bureau.port}/desk/account")
    assert "/desk/sign-in" in page.url
    require_accessible(page)
    page.get_by_label("Officer’s id").fill(officer)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code", exact=True).fill(device.code())
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/desk/account")


def test_officer_sets_up_an_account_and_a_passkey_and_signs_in_with_it(bureau: Bureau, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{page.url} {message.text}"))
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = {**made, "isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    device = set_up(page, bureau, "duty-1")
    sign_in(page, bureau, "duty-1", device)
    require_accessible(page)
    page.get_by_label("Name of the passkey").fill("This machine")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/desk/account?done=passkey_added")
    assert page.get_by_text("This machine").is_visible()

    page.locator("details.menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/desk/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile(r"/desk/?$"))
    page.goto(f"http://localhost:{bureau.port}/desk/sign-in/again")
    require_accessible(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile(r"/desk/?$"))
    page.goto(f"http://localhost:{bureau.port}/desk/account")
    assert page.locator("table.list tbody tr").count() == 1
    assert page.get_by_role("cell", name="passkey", exact=True).is_visible()
    assert complaints == []
    context.close()


def test_officer_signs_in_without_script_right_to_left_and_administrators_see_all(
    bureau: Bureau, browser: Browser
) -> None:
    bureau.ask("officer_add", officer="head-1", id="head-2", roles=["head_of_body"])
    scripted = browser.new_context()
    device = set_up(scripted.new_page(), bureau, "head-2")
    scripted.close()
    context = browser.new_context(java_script_enabled=False, locale="ar")
    page = context.new_page()
    page.goto(f"http://localhost:{bureau.port}/desk/accounts")
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert not page.locator("form[data-passkey]").is_visible()
    page.locator("input[name=name]").fill("head-2")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=code]").fill(device.code())
    page.locator("form[action='/desk/sign-in'] button.first").click()
    page.wait_for_url("**/desk/accounts")
    assert page.locator("table.list tbody tr").count() == 3
    cookies = {one["name"]: one for one in context.cookies()}
    assert cookies[f"entente-{bureau.port}"]["httpOnly"] is True
    assert cookies[f"entente-{bureau.port}"]["sameSite"] == "Strict"
    with_script = browser.new_context(locale="ar", storage_state=context.storage_state())
    page = with_script.new_page()
    page.goto(f"http://localhost:{bureau.port}/desk/accounts")
    require_accessible(page)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
    with_script.close()
    context.close()
