"""Calls: who was called outside the browser and why; one is taken here, and its thing opened.

A call is taken by a form and not by opening an address: programs that look through mail open what stands in it.

Source: docs/rules/desk.md W43 to W45.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from entente.duty.shifts import WORKS
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.web.desk.duty_lines import thing_path
from entente.web.desk.forms import Field
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage
from entente.web.desk.reading import member, members, text, whole
from entente.web.sentences import said
from entente.web.wording import Moment, Wording

ON_A_PAGE: Final = 100
CALLS_PATH: Final = f"{PREFIX}/calls"


@dataclass(frozen=True, slots=True)
class StepLine:
    """That one officer was called, or is about to be."""

    officer: str
    function: str
    at: Moment
    state: str
    """In words."""
    is_refused: bool


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call."""

    number: int
    kind: str
    ground: str
    to: str
    """Where its thing is shown; empty where the officer may not know of it (W45)."""
    raised_at: Moment
    due: Moment | None
    is_open: bool
    state: str
    by: str
    """Who took it; empty for nobody."""
    steps: Sequence[StepLine]


@dataclass(frozen=True, slots=True)
class CallsPage:
    """What `calls.html` shows."""

    title: str
    open: Sequence[CallLine]
    over: Sequence[CallLine]
    is_off: bool
    """Whether the body has no gateway, so that nobody is called."""
    trouble: str
    """What the gateway said last, in English; empty where it takes what it is given."""


def _calls(asked: Asked) -> CallsPage:
    answer, say = asked.perform("call_list", {"limit": ON_A_PAGE}), asked.say
    lines = [_line(one, say) for one in members(answer, "calls")]
    return CallsPage(
        title=say.text("call.title"),
        open=[line for line in lines if line.is_open],
        over=[line for line in lines if not line.is_open],
        is_off=answer["gateway"] == "off",
        trouble=said(asked.say, text(answer, "trouble")),
    )


def _line(one: JsonObject, say: Wording) -> CallLine:
    return CallLine(
        number=whole(one, "number"),
        kind=say.code("call_kinds", text(one, "kind")),
        ground=say.code("call_grounds", text(one, "ground")),
        to=thing_path(text(one, "item")),
        raised_at=say.moment(parse_time(text(one, "raised_at"), "raised_at")),
        due=say.moment(parse_time(str(one["due_at"]), "due_at")) if one["due_at"] else None,
        is_open=one["state"] == "open",
        state=say.code("call_states", text(one, "state")),
        by=text(one, "acknowledged_by"),
        steps=[
            StepLine(
                officer=text(step, "officer"),
                function=say.code("duty_functions", text(step, "function")),
                at=say.moment(parse_time(text(step, "begun_at"), "begun_at")),
                state=say.code("call_steps", text(step, "state")),
                is_refused=step["state"] == "refused",
            )
            for step in members(one, "steps")
        ],
    )


def _acknowledge(asked: Asked) -> Done:
    number = asked.form.value("call_number")
    answer = asked.perform(
        "call_acknowledge", {"number": int(number) if number.isascii() and number.isdecimal() else 0}
    )
    return Done(thing_path(text(member(answer, "call"), "item")), "call_taken")


PAGES: Sequence[Page] = (
    ShowPage(
        "calls", "/calls", ("call_list",), (WORKS,), "calls.html", "Who was called, and why.", _calls,
        live=("duty", "hit", "message", "permission"),
    ),
    ActPage(
        "acknowledge_call", "/calls/acknowledge", ("call_acknowledge",), (WORKS,), "calls",
        "Takes a call and opens what it is about.", _acknowledge, (Field("call_number", most=16, asks="number"),),
    ),
)  # fmt: skip
