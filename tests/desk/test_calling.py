"""Calls outside the browser, by a real mail server and gateway on this machine (docs/rules/desk.md W43 to W45)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from entente.duty.calling import Calling
from entente.duty.calls import Told
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Conflict, Misconfigured, NotFound, Refused, Unavailable
from entente.settings import read_settings
from entente.transport import attempts
from entente.transport.attempts import Attempts
from entente.transport.paging import HttpGateway, MailGateway, Server, gateway_of
from entente.verbs import perform
from entente.web.desk.call_text import call_text
from tests.support.desk_world import DeskWorld
from tests.support.nodes import DUTY, HEAD
from tests.support.paging_servers import Mailbox, Posted, mail_server, message_gateway

DESK = "https://desk.example"
LETTER: JsonObject = {"officer": DUTY, "instrument": "charter", "text": "Ivan Petrov is in danger", "to": "XB-NCB"}
ONE, HEAD_MAIL = "duty@xb.example", "head@xb.example"


@dataclass
class AheadClock:
    """The node's clock, some time ahead."""

    world: DeskWorld
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return self.world.node.clock.now() + self.ahead


def write(told: Told) -> tuple[str, str]:
    return call_text(told, "en", UTC, DESK)


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    with mail_server() as served:
        yield served


@pytest.fixture(scope="module")
def gateway() -> Iterator[Posted]:
    with message_gateway() as served:
        yield served


@pytest.fixture
def clock(world: DeskWorld) -> AheadClock:
    return AheadClock(world)


@pytest.fixture
def calling(world: DeskWorld, box: Mailbox, clock: AheadClock) -> Iterator[Calling]:
    """Return what calls by mail; nothing is open before, and two are on the roster."""
    box.mails.clear()
    box.refuses.clear()
    box.is_busy = box.hangs_up = False
    box.drips = b""
    mail = MailGateway(Server("127.0.0.1", box.port, "plain", "node@xb.example", ""), write, clock)
    made = begun_anew(world.node.duty.calling, gateway=mail, clock=clock)
    run(replace(made, gateway=Deaf()))
    close_all(world)
    entries = [enter(world, DUTY, "duty_officer", ONE), enter(world, HEAD, "head_on_call", HEAD_MAIL)]
    yield made
    close_all(world)
    for entry in entries:
        perform(world.node, "roster_take_off", {"officer": HEAD, "id": entry})


class Deaf:
    """A gateway that takes everything and tells nobody."""

    def tell(self, told: Told, reach: str) -> None:
        """Do nothing."""


def begun_anew(calling: Calling, **more: Any) -> Calling:  # noqa: ANN401 - fields of it
    """Return it as a node that was started again has it: with nothing in memory."""
    return replace(calling, **{"looked_at": None, "seen": -1, "trouble": "", **more})


def run(calling: Calling) -> None:
    calling.looked_at = None
    while calling.step():
        calling.looked_at = None


def calls(world: DeskWorld) -> Any:  # noqa: ANN401 - what a verb answers
    return perform(world.node, "call_list", {"officer": DUTY})["calls"]


def close_all(world: DeskWorld) -> None:
    for one in calls(world):
        if one["state"] == "open":
            try:
                perform(world.node, "call_acknowledge", {"officer": DUTY, "number": one["number"]})
            except Conflict:
                continue


def enter(world: DeskWorld, who: str, function: str, reach: str) -> str:
    now = world.node.clock.now()
    times: JsonObject = {
        "begins": (now - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M"),
        "ends": (now + timedelta(hours=20)).strftime("%Y-%m-%d %H:%M"),
    }
    given: JsonObject = {"officer": HEAD, "who": who, "function": function, "zone": "UTC", "reach": reach, **times}
    entered: Any = perform(world.node, "roster_enter", given)
    return str(entered["entry"]["id"])


def danger(world: DeskWorld, **more: Any) -> str:  # noqa: ANN401 - fields of a verb
    """Have another body send us a message about a danger to life; return its id."""
    given = {**LETTER, "subject": "Ivan Petrov", "for_action": True, "urgency": "immediate_danger_to_life", **more}
    sent: Any = perform(world.bureau.network["XA-NCB"], "message_send", given)
    world.bureau.network.deliver()
    return str(sent["message"]["id"])


def test_officer_on_duty_is_told_once_and_nothing_of_a_person_leaves(
    world: DeskWorld, calling: Calling, box: Mailbox
) -> None:
    message = danger(world)
    run(calling)
    run(calling)
    assert box.to() == [ONE]
    number, mail = calls(world)[0]["number"], box.mails[0][1]
    text = mail.get_content()
    assert mail["subject"] == f"XB-NCB · call {number} · Danger to life"
    assert mail["auto-submitted"] == "auto-generated"
    assert f"{DESK}/desk/calls" in text
    whole = mail.as_string()
    for kept in ("Petrov", message, DUTY, "2026/0"):
        assert kept not in whole
    row = world.node.trail.latest(1)[0].act
    assert (row.verb, row.subject, row.detail["called"], row.detail["outcome"]) == (
        "page_officer",
        message,
        DUTY,
        "sent",
    )
    assert ONE not in str(row.detail)


def test_next_on_the_roster_is_called_when_the_time_is_over_and_nobody_after_the_last(
    world: DeskWorld, calling: Calling, box: Mailbox, clock: AheadClock
) -> None:
    danger(world)
    run(calling)
    clock.ahead = calling.times.after - timedelta(seconds=30)
    run(calling)
    assert box.to() == [ONE]
    clock.ahead = calling.times.after + timedelta(seconds=1)
    run(calling)
    assert box.to() == [ONE, HEAD_MAIL]
    clock.ahead *= 10
    run(calling)
    assert box.to() == [ONE, HEAD_MAIL]


def test_who_acknowledges_is_the_last_to_be_called(
    world: DeskWorld, calling: Calling, box: Mailbox, clock: AheadClock
) -> None:
    message = danger(world)
    run(calling)
    number = calls(world)[0]["number"]
    with pytest.raises(Refused):
        perform(world.node, "call_acknowledge", {"officer": world.officer("analyst"), "number": number})
    taken: Any = perform(world.node, "call_acknowledge", {"officer": HEAD, "number": number})
    assert (taken["call"]["state"], taken["call"]["acknowledged_by"], taken["call"]["item"]) == (
        "acknowledged",
        HEAD,
        message,
    )
    clock.ahead = calling.times.after * 3
    run(calling)
    assert box.to() == [ONE]
    with pytest.raises(Conflict, match="not acknowledged"):
        perform(world.node, "call_acknowledge", {"officer": DUTY, "number": number})
    with pytest.raises(NotFound):
        perform(world.node, "call_acknowledge", {"officer": DUTY, "number": number + 1_000})


def test_opening_the_message_acknowledges_its_call(
    world: DeskWorld, calling: Calling, box: Mailbox, clock: AheadClock
) -> None:
    message = danger(world)
    run(calling)
    perform(world.node, "message_show", {"officer": DUTY, "id": message})
    run(calling)
    one = calls(world)[0]
    assert (one["state"], one["acknowledged_by"]) == ("acknowledged", DUTY)
    clock.ahead = calling.times.after * 3
    run(calling)
    assert box.to() == [ONE]


def test_call_ends_when_its_message_waits_no_more(world: DeskWorld, calling: Calling, box: Mailbox) -> None:
    message = danger(world)
    run(calling)
    recall: JsonObject = {"officer": DUTY, "id": message, "reason": "wrong_recipient"}
    perform(world.bureau.network["XA-NCB"], "message_recall", recall)
    world.bureau.network.deliver()
    run(calling)
    assert calls(world)[0]["state"] == "ended"
    assert box.to() == [ONE]


def test_gateway_that_is_away_is_tried_again_across_a_restart_and_calls_once(
    world: DeskWorld, calling: Calling, box: Mailbox, clock: AheadClock
) -> None:
    danger(world)
    away = MailGateway(Server("127.0.0.1", 1, "plain", "node@xb.example", ""), write, clock)
    run(begun_anew(calling, gateway=away))
    step = calls(world)[0]["steps"][0]
    assert (step["state"], step["tries"]) == ("waiting", 1)
    clock.ahead = timedelta(minutes=1)
    run(begun_anew(calling))
    run(begun_anew(calling))
    assert box.to() == [ONE]
    assert calls(world)[0]["steps"][0]["state"] == "sent"


def test_busy_mail_server_is_tried_again(world: DeskWorld, calling: Calling, box: Mailbox, clock: AheadClock) -> None:
    box.is_busy = True
    danger(world)
    run(calling)
    assert box.to() == []
    assert "451" in calling.trouble
    box.is_busy, clock.ahead = False, timedelta(minutes=1)
    run(calling)
    assert (box.to(), calling.trouble) == ([ONE], "")


def test_line_that_ended_after_the_mail_was_given_calls_nobody_twice(
    world: DeskWorld, calling: Calling, box: Mailbox, clock: AheadClock
) -> None:
    box.hangs_up = True
    danger(world)
    run(calling)
    box.hangs_up, clock.ahead = False, timedelta(minutes=2)
    run(begun_anew(calling))
    assert box.to() == [ONE]
    assert calls(world)[0]["steps"][0]["state"] == "sending"
    clock.ahead = calling.times.after + timedelta(seconds=1)
    run(begun_anew(calling))
    assert box.to() == [ONE, HEAD_MAIL], "the next one is called when the time is over"


def test_node_that_died_while_it_told_calls_nobody_twice(
    world: DeskWorld, calling: Calling, box: Mailbox, clock: AheadClock
) -> None:
    class Dies:
        def tell(self, told: Told, reach: str) -> None:
            raise KeyboardInterrupt

    danger(world)
    with pytest.raises(KeyboardInterrupt):
        run(begun_anew(calling, gateway=Dies()))
    clock.ahead = timedelta(minutes=2)
    run(begun_anew(calling))
    assert box.to() == []
    clock.ahead = calling.times.after + timedelta(seconds=1)
    run(begun_anew(calling))
    assert box.to() == [HEAD_MAIL]


def test_gateway_that_fails_as_nobody_thought_of_leaves_a_row_and_the_next_one_is_called(
    world: DeskWorld, calling: Calling, box: Mailbox, clock: AheadClock
) -> None:
    danger(world)
    secret = "a sécret"
    failing = begun_anew(calling, gateway=HttpGateway("https://127.0.0.1:1/calls", DESK, secret, write))
    run(failing)
    assert calls(world)[0]["steps"][0]["state"] == "sending"
    assert failing.trouble == "The gateway failed: UnicodeEncodeError."
    act = world.node.trail.latest(1)[0].act
    assert (act.verb, act.detail["called"], act.detail["outcome"]) == ("page_officer", DUTY, "not_certain")
    clock.ahead = calling.times.after + timedelta(seconds=1)
    run(begun_anew(calling))
    assert box.to() == [HEAD_MAIL]


@pytest.mark.parametrize(
    ("sender", "secret"), [("node@xb.example", "sécret"), ("nöde@xb.example", "secret"), ("node @xb.example", "secret")]
)
def test_sender_and_secret_that_no_gateway_takes_stop_the_node(
    world: DeskWorld, tmp_path: Path, sender: str, secret: str
) -> None:
    file = tmp_path / "secret"
    file.write_text(secret, "utf-8")
    file.chmod(0o600)
    given = {"folder": "x", "paging": "mail", "paging_address": "mail.example:587", "paging_secret_file": str(file)}
    with pytest.raises(Misconfigured):
        gateway_of(read_settings({}, {**given, "paging_sender": sender}), write, world.node.clock)
    file.write_text("secret", "utf-8")
    good = read_settings({}, {**given, "paging_sender": "node@xb.example"})
    assert gateway_of(good, write, world.node.clock) is not None


def test_address_that_the_gateway_does_not_know_makes_it_the_next_ones_turn_at_once(
    world: DeskWorld, calling: Calling, box: Mailbox
) -> None:
    box.refuses.add(ONE)
    danger(world)
    run(calling)
    assert box.to() == [HEAD_MAIL]
    assert [one["state"] for one in calls(world)[0]["steps"]] == ["refused", "sent"]


def test_what_is_for_information_or_usual_calls_nobody_until_it_is_due(
    world: DeskWorld, calling: Calling, box: Mailbox, clock: AheadClock
) -> None:
    danger(world, for_action=False)
    usual = danger(world, urgency="normal")
    run(calling)
    assert box.to() == []
    shown: Any = perform(world.node, "waiting_list", {"officer": DUTY})
    due = next(one["due_at"] for one in shown["messages"] if one["id"] == usual)
    clock.ahead = datetime.fromisoformat(due) - timedelta(minutes=30) - world.node.clock.now()
    assert "deadline" not in {one["ground"] for one in calls(world)}
    entry = enter_at(world, clock.now())
    run(calling)
    about = [one for one in calls(world) if one["item"] == usual]
    assert [one["ground"] for one in about] == ["deadline"]
    perform(world.node, "roster_take_off", {"officer": HEAD, "id": entry})


def enter_at(world: DeskWorld, at: datetime) -> str:
    given: JsonObject = {
        "officer": HEAD, "who": DUTY, "function": "deputy", "zone": "UTC", "reach": ONE,
        "begins": (at - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M"),
        "ends": (at + timedelta(hours=1)).strftime("%Y-%m-%d %H:%M"),
    }  # fmt: skip
    entered: Any = perform(world.node, "roster_enter", given)
    return str(entered["entry"]["id"])


def test_gateway_of_the_body_is_posted_the_same_and_asked_to_count_each_step_once(
    world: DeskWorld, calling: Calling, gateway: Posted, clock: AheadClock
) -> None:
    gateway.calls.clear()
    posting = begun_anew(calling, gateway=HttpGateway(gateway.address, DESK, "a secret", write))
    gateway.status = 503
    message = danger(world)
    run(posting)
    gateway.status, clock.ahead = 202, timedelta(minutes=1)
    run(posting)
    keys = [headers["idempotency-key"] for headers, _ in gateway.calls]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    headers, document = gateway.calls[-1]
    assert headers["authorization"] == "Bearer a secret"
    assert set(document) == {
        "body", "number", "step", "kind", "ground", "urgency", "due_at", "is_exercise", "to", "desk", "subject", "text",
    }  # fmt: skip
    assert (document["to"], document["ground"], document["body"]) == (ONE, "danger_to_life", "XB-NCB")
    assert "Petrov" not in str(document)
    assert message not in str(document)


def test_body_of_a_gateways_answer_is_not_read(
    world: DeskWorld, calling: Calling, gateway: Posted, clock: AheadClock
) -> None:
    gateway.status, gateway.body, gateway.body_taken = 202, 2**27, 0
    danger(world)
    run(begun_anew(calling, gateway=HttpGateway(gateway.address, DESK, "", write)))
    taken, gateway.body = gateway.body_taken, 0
    assert calls(world)[0]["steps"][0]["state"] == "sent"
    assert taken < 2**26, "no more than sockets hold"


def test_gateway_that_drips_the_head_of_its_answer_has_its_attempt_cut_and_is_not_asked_twice(
    world: DeskWorld, calling: Calling, gateway: Posted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W81: a wait for the next byte bounds nothing where there is always one more."""
    monkeypatch.setattr(attempts, "ATTEMPT_SECONDS_MAX", 0.4)
    gateway.calls.clear()
    gateway.drips_to = {ONE}
    danger(world)
    began = time.monotonic()
    slow = begun_anew(calling, gateway=HttpGateway(gateway.address, DESK, "", write))
    run(slow)
    gateway.drips_to = set()
    assert time.monotonic() - began < 5
    assert calls(world)[0]["steps"][0]["state"] == "sending", "it may have arrived"
    assert "did not answer" in slow.trouble
    run(begun_anew(calling, gateway=HttpGateway(gateway.address, DESK, "", write)))
    assert len(gateway.calls) == 1


@pytest.mark.parametrize(("line", "begins"), [("plain", b"220-"), ("tls", b"\x16\x03\x03\x3f\xff")])
def test_mail_server_that_drips_is_cut_and_tried_again(
    world: DeskWorld, calling: Calling, box: Mailbox, monkeypatch: pytest.MonkeyPatch, line: str, begins: bytes
) -> None:
    monkeypatch.setattr(attempts, "ATTEMPT_SECONDS_MAX", 0.4)
    box.drips = begins
    danger(world)
    began = time.monotonic()
    server = Server("127.0.0.1", box.port, line, "node@xb.example", "")
    slow = begun_anew(calling, gateway=MailGateway(server, write, calling.clock))
    run(slow)
    box.drips = b""
    assert time.monotonic() - began < 5
    assert calls(world)[0]["steps"][0]["state"] == "waiting", "nothing left"
    assert "cannot be reached" in slow.trouble


def test_gateway_that_drips_for_one_call_holds_up_none_of_the_others(
    world: DeskWorld, calling: Calling, gateway: Posted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "ATTEMPT_SECONDS_MAX", 2.0)
    gateway.calls.clear()
    gateway.drips_to = {ONE}
    danger(world)
    threads = Attempts()
    beside = begun_anew(calling, gateway=HttpGateway(gateway.address, DESK, "", write), begin=threads.begin)
    run(beside)
    wait_for(lambda: len(gateway.calls) == 1)
    gateway.drips_to = set()
    danger(world)
    run(beside)
    wait_for(lambda: [one["steps"][0]["state"] for one in calls(world)[:2]] == ["sent", "sending"])
    assert not threads.begin(f"{calls(world)[1]['number']}-0", lambda: None), "the first goes on, and once"
    threads.stop(10)
    assert [one["steps"][0]["state"] for one in calls(world)[:2]] == ["sent", "sending"]


def test_store_that_keeps_nothing_has_no_call_begun_as_fast_as_the_machine_goes(
    world: DeskWorld, calling: Calling, box: Mailbox
) -> None:
    danger(world)
    run(begun_anew(calling, begin=lambda _name, _attempt: False))
    begun: list[str] = []

    def fail() -> None:
        raise Unavailable("The disk is full.", why="It is.", do="Free space.", retry_is_safe=True)

    threads = Attempts()

    def begin(name: str, attempt: Callable[[], object]) -> bool:
        is_begun = threads.begin(name, attempt)
        begun.extend([name] * is_begun)
        threads.stop(10)
        return is_begun

    broken = begun_anew(calling, open_unit=fail, begin=begin, looked_at=calling.clock.now(), seen=calling.changes())
    # As a follower does: at once again as long as something was done.
    for _ in range(20):
        if not broken.step():
            break
    assert len(begun) == 1
    assert not box.mails


def wait_for(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    give_up_at = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < give_up_at, "it did not come to hold"
        time.sleep(0.02)


def test_mail_is_not_sent_in_the_clear_where_tls_was_asked_for(
    world: DeskWorld, calling: Calling, box: Mailbox, clock: AheadClock
) -> None:
    danger(world)
    safe = MailGateway(Server("127.0.0.1", box.port, "starttls", "node@xb.example", ""), write, clock)
    tried = begun_anew(calling, gateway=safe)
    run(tried)
    assert box.to() == []
    assert "cannot be reached" in tried.trouble


def test_call_of_an_exercise_says_so_and_is_written_in_six_languages(world: DeskWorld, calling: Calling) -> None:
    danger(world)
    run(calling)
    one = world.node.duty.calling.latest(DUTY, 1)[0]
    needed = one.needed
    told = Told("XB-NCB", one.number, 1, needed.kind, needed.ground, needed.urgency, needed.due_at, is_exercise=True)
    for language in ("en", "fr", "es", "ar", "ru", "zh"):
        subject, text = call_text(told, language, UTC, DESK)
        assert subject.startswith("EXERCISE · ")
        assert str(one.number) in subject
        assert f"{DESK}/desk/calls" in text


@pytest.mark.parametrize(
    "given",
    [
        {"paging": "mail", "paging_address": "mail.example"},
        {"paging": "mail", "paging_address": "mail.example:25", "paging_line": "plain", "paging_sender": "a@b.example"},
        {"paging": "mail", "paging_address": "mail.example:587"},
        {"paging": "http", "paging_address": "http://pager.example/calls"},
        {"paging": "http", "paging_address": ""},
        {"paging": "http", "paging_address": "https://pager.example/x", "paging_secret_file": "/nowhere/at/all"},
    ],
)
def test_settings_that_do_not_hold_together_stop_the_node(world: DeskWorld, given: dict[str, str]) -> None:
    with pytest.raises(Misconfigured):
        gateway_of(read_settings({}, {"folder": "x", **given}), write, world.node.clock)
    assert gateway_of(read_settings({}, {"folder": "x"}), write, world.node.clock) is None


def test_call_is_taken_on_its_page_which_leads_to_what_it_is_about(world: DeskWorld, calling: Calling) -> None:
    message = danger(world)
    run(calling)
    browser = world.browser()
    assert "1 call is not taken" in browser.get("/desk/shift").text
    text = browser.get("/desk/calls").text
    number = re.search(r'name="call_number" value="(\d+)"', text)
    assert number is not None
    assert "Danger to life" in text
    assert "Petrov" not in text
    answer = browser.send("/desk/calls", "/desk/calls/acknowledge", {"call_number": number[1]})
    assert answer.headers["location"] == f"/desk/messages/{message}?done=call_taken"
    assert calls(world)[0]["acknowledged_by"] == DUTY


def case_of_team(world: DeskWorld) -> str:
    """Open a case of which the duty officer may not know, and the head of the body may; return its number."""
    number = case_of_all(world)
    give_team(world, number)
    return number


def case_of_all(world: DeskWorld) -> str:
    given: JsonObject = {"officer": world.officer("analyst"), "title": "Matter", "crime_area": "fugitives"}
    opened: Any = perform(world.node, "case_open", given)
    return str(opened["case"]["number"])


def give_team(world: DeskWorld, number: str) -> None:
    perform(
        world.node, "case_team", {"officer": HEAD, "number": number, "team": [world.officer("analyst")], "version": 1}
    )


def test_danger_to_life_for_a_team_calls_who_may_know_first_and_then_the_others(
    world: DeskWorld, calling: Calling, box: Mailbox, clock: AheadClock
) -> None:
    message = danger(world, your_reference=case_of_team(world))
    run(calling)
    assert box.to() == [HEAD_MAIL]
    clock.ahead = calling.times.after + timedelta(seconds=1)
    run(calling)
    assert box.to() == [HEAD_MAIL, ONE]
    assert message not in "".join(mail.as_string() for _, mail in box.mails)
    perform(world.node, "call_acknowledge", {"officer": HEAD, "number": calls(world)[0]["number"]})


def test_danger_to_life_for_a_team_that_nobody_reaches_calls_the_others_at_once(
    world: DeskWorld, calling: Calling, box: Mailbox
) -> None:
    box.refuses.add(HEAD_MAIL)
    danger(world, your_reference=case_of_team(world))
    run(calling)
    assert box.to() == [ONE]
    perform(world.node, "call_acknowledge", {"officer": HEAD, "number": calls(world)[0]["number"]})


def test_what_is_urgent_for_a_team_calls_only_who_may_know(
    world: DeskWorld, calling: Calling, box: Mailbox, clock: AheadClock
) -> None:
    danger(world, urgency="urgent", your_reference=case_of_team(world))
    run(calling)
    clock.ahead = calling.times.after * 3
    run(calling)
    assert box.to() == [HEAD_MAIL]
    perform(world.node, "call_acknowledge", {"officer": HEAD, "number": calls(world)[0]["number"]})


def test_call_goes_on_when_its_case_is_given_a_team(
    world: DeskWorld, calling: Calling, box: Mailbox, clock: AheadClock
) -> None:
    number = case_of_all(world)
    message = danger(world, urgency="urgent", your_reference=number)
    box.is_busy = True
    run(calling)
    assert [step["officer"] for step in calls(world)[0]["steps"]] == [DUTY]
    give_team(world, number)
    box.is_busy, clock.ahead = False, timedelta(minutes=1)
    run(calling)
    assert box.to() == [HEAD_MAIL], "the step that waited for the gateway is not sent to who may know no more"
    one: Any = perform(world.node, "call_list", {"officer": HEAD})["calls"]
    assert (one[0]["item"], one[0]["state"]) == (message, "open")
    perform(world.node, "call_acknowledge", {"officer": HEAD, "number": one[0]["number"]})


def test_call_for_a_team_names_no_thing_to_others_and_is_not_theirs_to_take(
    world: DeskWorld, calling: Calling, box: Mailbox
) -> None:
    message = danger(world, your_reference=case_of_team(world))
    run(calling)
    number = calls(world)[0]["number"]
    assert message not in str(calls(world))
    with pytest.raises(Conflict) as refused:
        perform(world.node, "call_acknowledge", {"officer": DUTY, "number": number})
    assert "officers of a team" in refused.value.why
    assert "Ring the head of the body" in refused.value.do
    text = world.browser().get("/desk/calls").text
    assert "ring the head of the body" in text
    assert message not in text
    assert f'value="{number}"' not in text
    taken: Any = perform(world.node, "call_acknowledge", {"officer": HEAD, "number": number})
    assert taken["call"]["item"] == message
    assert message not in str(calls(world)), "nor when it is over"


def test_what_waits_for_teams_crowds_out_nothing_else(world: DeskWorld, calling: Calling) -> None:
    number = case_of_team(world)
    with calling.open_view() as unit:
        before = [one.header.id for one, _ in calling.waiting.open_in(unit, 1_000).messages]
    hidden, known = danger(world, your_reference=number), danger(world)
    with calling.open_view() as unit:
        looked_at = calling.waiting.open_in(unit, len(before) + 1).messages
    assert {one.header.id for one, _ in looked_at} == {*before, hidden, known}
    run(calling)
    for one in calls(world)[:2]:
        perform(world.node, "call_acknowledge", {"officer": HEAD, "number": one["number"]})
