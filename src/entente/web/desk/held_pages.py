"""What is held and not sent because a suspension came between: released if it may leave now, or taken back for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entente.exchange.deciding import REASON_CHARACTERS_MAX
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.web.desk.duty_lines import thing_path
from entente.web.desk.forms import Field
from entente.web.desk.naming import record_path
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage
from entente.web.desk.paging import address
from entente.web.desk.reading import BodyName, body_name, member, members, text, whole
from entente.web.sentences import said
from entente.web.wording import Moment, Wording

ON_A_PAGE = 50
HELD_PATH = f"{PREFIX}/held"
_DIGITS_MAX = 15


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A statement that waits for somebody's decision."""

    number: int
    body: BodyName
    kind: str
    instrument: str
    about: str
    to: str
    """Where that is shown; empty where it has no page."""
    held_since: Moment
    days: int
    is_late: bool
    """Whether it would have ended as undelivered by now: whoever takes it in reads something old."""
    why: str


@dataclass(frozen=True, slots=True)
class HeldFor:
    """What is held for a body."""

    body: BodyName
    count: int
    late: int
    to: str
    """Where its lines alone are shown."""


@dataclass(frozen=True, slots=True)
class HeldPage:
    """What `held.html` shows."""

    title: str
    held: Sequence[HeldLine]
    late: int
    bodies: Sequence[HeldFor]
    """Those for whom something is held, most first."""
    only: str
    """The code of the one body whose lines are shown; empty for all."""
    next: str
    """Where the next lines are; empty at the end."""


def _held(asked: Asked) -> HeldPage:
    after, wanted = asked.query.get("after", ""), asked.query.get("to", "")
    listed: JsonObject = {"after": _whole(after), "limit": ON_A_PAGE}
    answer = asked.perform("exchange_held", listed)
    bodies = [_for_body(one) for one in members(answer, "bodies")]
    only = wanted if wanted in {one.body.code for one in bodies} else ""
    if only:
        answer = asked.perform("exchange_held", {**listed, "to": only})
    following = answer["next_after"]
    return HeldPage(
        title=asked.say.text("held.title"),
        held=[_line(one, asked.say) for one in members(answer, "held")],
        late=whole(answer, "late"),
        bodies=bodies,
        only=only,
        next=address(HELD_PATH, {"to": only, "after": str(following)}) if following is not None else "",
    )


def _for_body(one: JsonObject) -> HeldFor:
    body = body_name(member(one, "body"))
    return HeldFor(body, whole(one, "held"), whole(one, "late"), address(HELD_PATH, {"to": body.code}))


def _line(one: JsonObject, say: Wording) -> HeldLine:
    return HeldLine(
        number=whole(one, "number"),
        body=body_name(member(one, "to")),
        kind=say.code("statement_kinds", text(one, "kind")),
        instrument=text(one, "instrument"),
        about=text(one, "about"),
        to=_about_path(text(one, "kind"), text(one, "about")),
        held_since=say.moment(parse_time(text(one, "held_since"), "held_since")),
        days=whole(one, "days_held"),
        is_late=one["is_late"] is True,
        why=said(say, text(one, "why")),
    )


def _about_path(kind: str, about: str) -> str:
    """Return where what is held is shown: a record by its name, what was sent by its id."""
    return record_path(about) if kind == "record" and "/" in about else thing_path(about)


def _whole(entered: str) -> int:
    """Return a number that was entered; 0, which no statement has, for what is none."""
    is_one = entered.isascii() and entered.isdecimal() and len(entered) <= _DIGITS_MAX
    return int(entered) if is_one else 0


def _number(asked: Asked) -> int:
    return _whole(asked.form.value("number"))


def _release(asked: Asked) -> Done:
    asked.perform("exchange_release", {"number": _number(asked)})
    return Done(HELD_PATH, "held_released")


def _release_all(asked: Asked) -> Done:
    asked.perform("exchange_release_all", {"to": asked.form.value("to")})
    return Done(HELD_PATH, "held_all_released")


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
        "release_all_held", "/held/release-all", ("exchange_release_all",), _DECIDERS, "held",
        "Lets all leave that is held for a body, if it may now.", _release_all, (Field("to", most=64),),
    ),
    ActPage(
        "drop_held", "/held/drop", ("exchange_drop",), _DECIDERS, "held", "Takes back a held statement for good.", _drop,
        (Field("number", most=20), Field("reason", most=REASON_CHARACTERS_MAX)),
    ),
)  # fmt: skip
