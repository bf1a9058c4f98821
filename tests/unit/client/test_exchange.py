"""P16: what is sent, what is sent again, how long is waited; with scripted answers and a clock that is told the time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from entente.api.errors import STATUS, problem
from entente.client.answers import Came
from entente.client.call import Call
from entente.client.exchange import Event, Lost, NotProved, Pause, Send, Terms, exchange
from entente.client.patience import Patience
from entente.client.requests import cases, records, search
from entente.client.shapes import Result
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import (
    Conflict,
    EntenteError,
    Invalid,
    Misconfigured,
    NotFound,
    Refused,
    Unavailable,
    Untrusted,
)

T = TypeVar("T")
MADE: Result = {"id": "2031/000017", "href": "/api/v1/cases/2031/000017"}
OPEN = cases.open_case(title="Gate 4", crime_area="fugitives")
LOST = Lost("ReadTimeout")
STEPS = Patience(attempts_max=4, deadline_seconds=60.0, answer_seconds=20.0, pause_seconds=1.0, pause_seconds_max=3.0)


def came(
    status: int, document: object, headers: Mapping[str, str] | None = None, kind: str = "application/json"
) -> Came:
    return Came(status, {"content-type": kind, **(headers or {})}, json.dumps(document).encode())


def said(error: EntenteError, status: int | None = None, headers: Mapping[str, str] | None = None) -> Came:
    """Return an error as the node says it."""
    return came(status or STATUS[type(error)], problem(error, status), headers, "application/problem+json")


def unavailable(*, safe: bool) -> Unavailable:
    return Unavailable("The node could not answer this.", why="Its store is busy.", do="Wait.", retry_is_safe=safe)


@dataclass
class Played:
    """An act carried out with a script: what was sent, how long was paused."""

    sent: list[Send] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    now: float = 100.0
    keys: int = 0

    def key(self) -> str:
        self.keys += 1
        return f"key-{self.keys}"

    def play(
        self,
        call: Call[T],
        script: Sequence[Event],
        *,
        patience: Patience = STEPS,
        takes: float = 0.5,
        chance: float = 0.0,
    ) -> T | None:
        """Carry a call out; every request takes so many seconds, every pause its own."""
        answers = iter(script)
        steps = exchange(call, Terms(self.key, lambda: chance, patience), self.now)
        step = next(steps)
        try:
            while True:
                if isinstance(step, Send):
                    self.sent.append(step)
                    self.now += min(takes, step.seconds)
                    step = steps.send((self.now, next(answers)))
                else:
                    assert isinstance(step, Pause)
                    self.pauses.append(step.seconds)
                    self.now += step.seconds
                    step = steps.send((self.now, None))
        except StopIteration as done:
            assert next(answers, None) is None, "the script has more answers than were asked for"
            answer: T | None = done.value
            return answer


def test_request_says_what_its_route_asks_for() -> None:
    played = Played()
    assert played.play(OPEN, [came(201, MADE)]) == MADE
    (sent,) = played.sent
    assert (sent.method, sent.target) == ("POST", "/api/v1/cases")
    assert sent.body is not None
    assert json.loads(sent.body) == {"title": "Gate 4", "crime_area": "fugitives"}
    assert sent.headers["Content-Type"] == sent.headers["Accept"] == "application/json"
    assert sent.headers["Idempotency-Key"] == "key-1"
    assert (sent.seconds, played.pauses) == (STEPS.answer_seconds, [])
    assert not any("authorization" in name.lower() for name in sent.headers)


def test_parameters_stand_behind_the_question_mark_and_none_where_there_is_none() -> None:
    played = Played()
    with pytest.raises(NotFound):
        played.play(records.show_record("XA-NCB/a b", purpose="arrest", crime_area="fugitives"), [said(NotFound())])
    assert played.sent[0].target == "/api/v1/records/XA-NCB/a%20b?purpose=arrest&crime_area=fugitives"
    assert played.sent[0].body is None
    assert "Content-Type" not in played.sent[0].headers


def test_version_is_named_and_one_that_still_stands_is_no_answer() -> None:
    played = Played()
    with pytest.raises(NotFound):
        played.play(records.withdraw_record("XA-NCB/w-1", reason="Found.", version=3), [said(NotFound())])
    assert played.sent[0].headers["If-Match"] == '"3"'
    known = records.show_record("XA-NCB/w-1", purpose="arrest", crime_area="fugitives", unless_version=3)
    assert played.play(known, [Came(304, {"etag": '"3"'}, b"")]) is None
    assert played.sent[1].headers["If-None-Match"] == '"3"'
    with pytest.raises(Misconfigured):
        played.play(OPEN, [Came(304, {}, b"")])


def test_lost_answer_is_asked_for_again_with_the_same_key() -> None:
    played = Played()
    assert played.play(OPEN, [LOST, LOST, came(201, MADE)]) == MADE
    assert len({sent.headers["Idempotency-Key"] for sent in played.sent}) == 1
    assert (len(played.sent), played.keys) == (3, 1)
    assert played.pauses == [1.0, 2.0]
    played.play(OPEN, [came(201, MADE)])
    assert played.sent[-1].headers["Idempotency-Key"] == "key-2"


def test_key_that_was_given_is_sent_and_a_bad_one_is_not() -> None:
    played = Played()
    played.play(cases.open_case(title="T", crime_area="fugitives", idempotency_key="ours-17"), [came(201, MADE)])
    assert played.sent[0].headers["Idempotency-Key"] == "ours-17"
    for bad in ("", "a b", "x" * 101, "a\r\nX-Other: 1", "é"):
        with pytest.raises(Invalid) as refused:
            played.play(cases.open_case(title="T", crime_area="fugitives", idempotency_key=bad), [])
        assert refused.value.field == "idempotency_key"
    assert len(played.sent) == 1


def test_search_is_sent_again_too_without_a_key() -> None:
    played = Played()
    call = search.search(names=["Muhammadov"], purpose="identify", crime_area="fugitives", occasion="Gate 4")
    with pytest.raises(NotFound):
        played.play(call, [LOST, said(NotFound())])
    assert len(played.sent) == 2
    assert "Idempotency-Key" not in played.sent[0].headers


@pytest.mark.parametrize("status", [408, 429, 503])
def test_what_the_node_says_may_be_done_again_is(status: int) -> None:
    played = Played()
    assert played.play(OPEN, [said(unavailable(safe=True), status), came(201, MADE)]) == MADE
    assert played.pauses == [1.0]


@pytest.mark.parametrize("status", [500, 503])
def test_what_the_node_does_not_say_is_safe_is_not_done_again(status: int) -> None:
    played = Played()
    with pytest.raises(Unavailable) as told:
        played.play(OPEN, [said(unavailable(safe=False), status)])
    assert told.value.retry_is_safe is False
    assert len(played.sent) == 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_server_in_front_that_lost_the_node_is_a_lost_answer(status: int) -> None:
    played = Played()
    between = Came(status, {"content-type": "text/html"}, b"<h1>Bad gateway</h1>")
    assert played.play(OPEN, [between, came(201, MADE)]) == MADE
    with pytest.raises(Unavailable, match="The node did not answer"):
        played.play(OPEN, [between] * 4)


def test_retry_after_is_kept_and_one_beyond_the_deadline_ends_it() -> None:
    played = Played()
    busy = said(unavailable(safe=True), 429, {"retry-after": "7"})
    assert played.play(OPEN, [busy, came(201, MADE)]) == MADE
    assert played.pauses == [7.0]
    for far in ("60", "9" * 40):
        with pytest.raises(Unavailable):
            played.play(OPEN, [said(unavailable(safe=True), 429, {"retry-after": far})])
    for unread in ("Wed, 21 Oct 2031 07:28:00 GMT", "-5", "1.5", "٣", ""):
        again = Played()
        again.play(OPEN, [said(unavailable(safe=True), 503, {"retry-after": unread}), came(201, MADE)])
        assert again.pauses == [1.0]


def test_attempts_and_the_whole_act_are_bounded() -> None:
    played = Played()
    with pytest.raises(Unavailable) as lost:
        played.play(OPEN, [LOST] * 4)
    assert (len(played.sent), played.pauses) == (4, [1.0, 2.0, 3.0])
    assert lost.value.retry_is_safe
    slow = Played()
    with pytest.raises(Unavailable):
        slow.play(OPEN, [LOST] * 3, takes=25.0)
    # Three requests of twenty seconds, each shorter where the deadline is nearer, and no pause beyond it.
    assert [sent.seconds for sent in slow.sent] == [20.0, 20.0, 17.0]
    assert slow.now <= 100.0 + STEPS.deadline_seconds
    once = Played()
    with pytest.raises(Unavailable):
        once.play(OPEN, [LOST], patience=Patience(attempts_max=1))


def test_pauses_grow_to_a_bound_and_are_shortened_by_chance() -> None:
    assert [STEPS.pause(attempt, 0.0) for attempt in (1, 2, 3, 90)] == [1.0, 2.0, 3.0, 3.0]
    assert [STEPS.pause(attempt, 1.0) for attempt in (1, 2, 3)] == [0.5, 1.0, 1.5]
    for bad in ({"attempts_max": 0}, {"deadline_seconds": 0.0}, {"answer_seconds": -1.0}, {"connect_seconds": 0.0}):
        with pytest.raises(Misconfigured):
            Patience(**bad)


REFUSAL = Decision.of([Ground("P4", allows=False, text="The token has other scopes.", source="api.md", remedy="Ask.")])
ERRORS: Sequence[tuple[EntenteError, int]] = (
    (Invalid("A field is wrong.", field="names[0]", why="It is empty.", do="Mend it."), 400),
    (Untrusted("The token does not speak.", reason="token", why="Unknown.", do="Make another."), 401),
    (Refused("The token is not for this.", decision=REFUSAL, do="Ask."), 403),
    (Untrusted("In the clear.", reason="not_secure", why="No TLS.", do="Put TLS in front."), 403),
    (NotFound(), 404),
    (Invalid("Another method.", field="method", why="405.", do="Use GET."), 405),
    (Conflict("Changed.", why="Someone was first.", do="Reload."), 409),
    (Conflict("Another version stands.", why="4.", do="Look again."), 412),
    (Invalid("Too large.", field="body", why="2 MiB.", do="Send less."), 413),
    (Invalid("Another type.", field="content-type", why="JSON.", do="Send JSON."), 415),
    (Invalid("Which version?", field="If-Match", why="P9.", do="Look."), 428),
    (unavailable(safe=False), 500),
    (Misconfigured("The node is not as it should be.", why="A file is gone.", do="Tell the operator."), 500),
    (unavailable(safe=False), 503),
)


@pytest.mark.parametrize(("error", "status"), ERRORS, ids=[f"{status}-{type(one).__name__}" for one, status in ERRORS])
def test_every_status_is_raised_as_the_error_it_says_and_at_once(error: EntenteError, status: int) -> None:
    played = Played()
    with pytest.raises(type(error)) as told:
        played.play(OPEN, [said(error, status)])
    assert (type(told.value), told.value.__dict__) == (type(error), error.__dict__)
    assert len(played.sent) == 1


def test_certificate_that_does_not_hold_is_never_asked_again() -> None:
    played = Played()
    with pytest.raises(Untrusted) as told:
        played.play(OPEN, [NotProved("self-signed certificate")])
    assert told.value.reason == "certificate"
    assert len(played.sent) == 1
