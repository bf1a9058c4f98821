"""What is held and not sent because a suspension came between: released if it may leave now, or taken back for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entente.exchange.deciding import REASON_CHARACTERS_MAX
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.web.desk.forms import Field
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage
from entente.web.desk.reading import BodyName, body_name, member, members, text, whole
from entente.web.sentences import said
from entente.web.wording import Moment, Wording

ON_A_PAGE = 100
"""The next ones follow as these are decided (docs/rules/exchange.md X20)."""
HELD_PATH = f"{PREFIX}/held"


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A statement that waits for somebody's decision."""

    number: int
    body: BodyName
    kind: str
    instrument: str
    about: str
    held_since: Moment
    days: int
    is_late: bool
    """Whether it would have ended as undelivered by now: whoever takes it in reads something old."""
    why: str


@dataclass(frozen=True, slots=True)
class HeldPage:
    """What `held.html` shows."""

    title: str
    held: Sequence[HeldLine]
    of: int
    late: int


def _held(asked: Asked) -> HeldPage:
    answer = asked.perform("exchange_held")
    return HeldPage(
        title=asked.say.text("held.title"),
        held=[_line(one, asked.say) for one in members(answer, "held")[:ON_A_PAGE]],
        of=whole(answer, "of"),
        late=whole(answer, "late"),
    )


def _line(one: JsonObject, say: Wording) -> HeldLine:
    return HeldLine(
        number=whole(one, "number"),
        body=body_name(member(one, "to")),
        kind=say.code("statement_kinds", text(one, "kind")),
        instrument=text(one, "instrument"),
        about=text(one, "about"),
        held_since=say.moment(parse_time(text(one, "held_since"), "held_since")),
        days=whole(one, "days_held"),
        is_late=one["is_late"] is True,
        why=said(say, text(one, "why")),
    )


def _number(asked: Asked) -> int:
    number = asked.form.value("number")
    return int(number) if number.isascii() and number.isdecimal() else 0


def _release(asked: Asked) -> Done:
    asked.perform("exchange_release", {"number": _number(asked)})
    return Done(HELD_PATH, "held_released")


def _drop(asked: Asked) -> Done:
    asked.perform("exchange_drop", {"number": _number(asked), "reason": asked.form.value("reason")})
    return Done(HELD_PATH, "held_dropped")


_DECIDERS = ("decide_held",)

PAGES: Sequence[Page] = (
    ShowPage(
        "held", "/held", ("exchange_held",), _DECIDERS, "held.html", "What is held and not sent, with the reason.", _held,
        live=("held", "delivery", "instrument"),
    ),
    ActPage(
        "release_held", "/held/release", ("exchange_release",), _DECIDERS, "held", "Lets a held statement leave, if it may now.",
        _release, (Field("number", most=20),),
    ),
    ActPage(
        "drop_held", "/held/drop", ("exchange_drop",), _DECIDERS, "held", "Takes back a held statement for good.", _drop,
        (Field("number", most=20), Field("reason", most=REASON_CHARACTERS_MAX)),
    ),
)  # fmt: skip
