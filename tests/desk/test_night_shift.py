"""A night shift from sign-in to hand-over, over the whole application: entrance, desk, mail, trail (docs/rules/desk.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import httpx
import pyotp
import pytest
from starlette.testclient import TestClient

from entente.bodies.accounts import From
from entente.bodies.enrolling import Chosen, Opened
from entente.duty.calling import Calling
from entente.kernel.canonical import JsonObject
from entente.kernel.ids import OfficerId
from entente.transport.paging import MailGateway, Server
from entente.verbs import perform
from entente.web.desk.call_text import call_text
from tests.support.desk_world import SAME_ORIGIN, DeskWorld
from tests.support.nodes import DUTY, HEAD
from tests.support.paging_servers import Mailbox, mail_server
from tests.support.sign_in_pages import ORIGIN, application

PASSWORD = "four words nobody guesses"
DAY = OfficerId("duty-2")
HERE = From("127.0.0.1", "A browser of tests", "en")
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@dataclass
class Officer:
    """An officer with a browser and a device that shows codes."""

    name: OfficerId
    http: TestClient
    secret: str = ""

    def code(self, steps: int = 0) -> str:
        device = pyotp.TOTP(self.secret)
        return device.generate_otp(device.timecode(datetime.now(UTC)) + steps)

    def sign_in(self, back: str) -> None:
        # Setting the account up used the code of now; the next one is taken too.
        fields = {"name": self.name, "password": PASSWORD, "code": self.code(1), "back": back}
        answer = self.http.post("/desk/sign-in", data=fields, headers=SAME_ORIGIN)
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"] == back

    def see(self, path: str) -> str:
        answer: httpx.Response = self.http.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.text

    def send(self, page: str, to: str, **fields: str) -> str:
        """Send a form of a page; return where the browser is sent."""
        frame = {name: unescape(value) for name, value in HIDDEN.findall(self.see(page)) if name in {"csrf", "once"}}
        answer = self.http.post(to, data={**frame, **fields}, headers=SAME_ORIGIN)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"]).partition("?")[0]


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as served:
        yield served


@pytest.fixture
def calling(world: DeskWorld, box: Mailbox) -> Calling:
    def write(told: Any) -> tuple[str, str]:  # noqa: ANN401 - what leaves of a call
        return call_text(told, "en", UTC, "https://desk.example")

    mail = MailGateway(Server("127.0.0.1", box.port, "plain", "node@xb.example", ""), write, world.node.clock)
    return replace(world.node.duty.calling, gateway=mail)


def enrolled(world: DeskWorld, name: OfficerId) -> Officer:
    node = world.node
    http = TestClient(application(node), base_url=ORIGIN, client=("127.0.0.1", 50_000), follow_redirects=False)
    invited = node.accounts.enrolling.invite(OfficerId(HEAD), name)
    opened = node.accounts.enrolling.open(invited.code, HERE)
    assert isinstance(opened, Opened)
    officer = Officer(name, http, opened.secret)
    made = node.accounts.enrolling.enrol(Chosen(invited.code, PASSWORD, PASSWORD, officer.code()), HERE)
    assert isinstance(made, tuple)
    return officer


def put_on_roster(world: DeskWorld, who: str, reach: str) -> None:
    now = world.node.clock.now()
    given: JsonObject = {
        "officer": HEAD, "who": who, "function": "duty_officer", "zone": "UTC", "reach": reach,
        "begins": (now - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M"),
        "ends": (now + timedelta(hours=11)).strftime("%Y-%m-%d %H:%M"),
    }  # fmt: skip
    perform(world.node, "roster_enter", given)


def run(calling: Calling) -> None:
    calling.looked_at = None
    while calling.step():
        calling.looked_at = None


def test_night_shift_from_sign_in_to_hand_over(world: DeskWorld, calling: Calling, box: Mailbox) -> None:
    perform(world.node, "officer_add", {"officer": HEAD, "id": DAY, "roles": ["duty_officer"]})
    night, day = enrolled(world, OfficerId(DUTY)), enrolled(world, DAY)
    put_on_roster(world, DUTY, "night@xb.example")

    # The officer signs in and begins the shift.
    night.sign_in("/desk/shift")
    assert night.send("/desk/shift", "/desk/shift/begin") == "/desk/shift"

    # In the night a child is taken, and nobody looks at the screen.
    letter: JsonObject = {
        "officer": DUTY, "instrument": "charter", "to": "XB-NCB", "subject": "A child is taken", "text": "Grey van, north",
        "for_action": True, "urgency": "immediate_danger_to_life",
    }  # fmt: skip
    sent: Any = perform(world.bureau.network["XA-NCB"], "message_send", letter)
    world.bureau.network.deliver()
    run(calling)
    told = [mail.get_content() for recipient, mail in box.mails if recipient == "night@xb.example"]
    assert any("Immediate danger to life" in text for text in told)
    assert all("child" not in text and "van" not in text for text in told)

    # The officer takes the call, which leads to the message, reads and answers it.
    calls = night.see("/desk/calls")
    card = next(part for part in calls.split('<li class="card"') if "Danger to life" in part)
    number = re.search(r'name="call_number" value="(\d+)"', card)
    assert number is not None
    message = night.send("/desk/calls", "/desk/calls/acknowledge", call_number=number[1])
    assert message == f"/desk/messages/{sent['message']['id']}"
    night.send(message, f"{message}/open")
    assert "Grey van, north" in night.see(message)
    night.send("/desk/shift", "/desk/shift/note", text="Patrol 7 is on the north road since two")
    run(calling)
    count = len(box.mails)

    # In the morning the shift ends with its sheet, which the next officer reads and signs.
    sheet = night.send("/desk/shift", "/desk/shift/hand-over", for_next="XA wants word of the van by nine")
    night.send(sheet, "/desk/sign-in/out")
    day.sign_in("/desk/shift")
    assert sheet in day.see("/desk/shift")
    text = day.see(sheet)
    for wanted in ("XA wants word of the van by nine", "Patrol 7", "Immediate danger to life", "A child is taken"):
        assert wanted in text
    digest = re.search(r'name="sheet_digest" value="([0-9a-f]{64})"', text)
    assert digest is not None
    assert day.send(sheet, f"{sheet}/take-over", sheet_digest=digest[1]) == "/desk/shift"
    journal = day.see("/desk/shift")
    for act in ("Shift handed over", "Session ended", "Sign-in", "Shift taken over"):
        assert act in journal, "the new shift begins where the sheet ends"

    # The trail has it all, in order, and is sound.
    acts = [row.act.verb for row in reversed(world.node.trail.latest(60))]
    story = (
        "begin_shift", "message", "page_officer", "acknowledge_page", "read_message", "note_shift", "hand_over_shift",
        "end_session", "sign_in", "take_over_shift",
    )  # fmt: skip
    place = 0
    for act in story:
        place = acts.index(act, place)
    proof: Any = perform(world.node, "trail_verify", {})
    assert proof["proof"]["is_sound"] is True
    run(calling)
    assert len(box.mails) == count, "nobody is called for what is in hand"
