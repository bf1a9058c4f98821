"""An instrument that is not in force: who signed it, whom it waits for, who said no; taken back, or refused with a reason.

What heads sign stands in standing_changes and draft_pages. Taking back and refusing are the node's word, and go to every party at
once; neither takes a signature away.

Source: docs/rules/desk.md W142; docs/rules/agreements.md A15 and A16.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from entente.agreements.statements import REASON_CHARACTERS_MAX
from entente.agreements.unsigned import REFUSES, TAKES_BACK
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_date, parse_time
from entente.web.desk.forms import Field
from entente.web.desk.page import ActPage, Asked, Done, Page, may_do
from entente.web.desk.reading import BodyName, body_name, member, members, text, texts
from entente.web.desk.sharing_pages import instrument_path
from entente.web.wording import Moment, Wording


@dataclass(frozen=True, slots=True)
class WordLine:
    """What a body said of an instrument that it does not sign, or no longer proposes."""

    body: BodyName
    officer: str
    at: Moment
    reason: str


@dataclass(frozen=True, slots=True)
class ProgressShown:
    """How far an instrument has come that is not in force, or that somebody refused or took back."""

    signed_by: Sequence[str]
    missing: Sequence[str]
    is_signed_by_us: bool
    is_ours_to_sign: bool
    """Whether our body is among those it waits for, and may still sign."""
    begins_on: str
    """Of one that is signed by as many as it needs: from when it is in effect, if that day has not come; else empty."""
    refusals: Sequence[WordLine]
    is_blocked: bool
    taken_back: WordLine | None
    is_open: bool
    is_late: bool
    """Whether it was taken back after as many had signed as it needs."""
    told: int
    """How many other parties are told of either act."""
    take_back: str
    """Where it is taken back; empty for who may not, and for a proposal of others."""
    refuse: str
    """Where it is refused; empty for who may not, and where we signed or refused before."""


def progress_shown(asked: Asked, answer: JsonObject, own: str) -> ProgressShown | None:
    """Return how far an instrument has come, as `instrument_show` answers; None for one of which nothing is to be said."""
    refusals, taken_back = members(answer, "refusals"), answer["taken_back"]
    say, missing, signed = asked.say, texts(answer, "missing"), texts(answer, "signed_by")
    if answer["in_force"] is True and not refusals and taken_back is None and own not in missing:
        return None
    to, is_open = instrument_path(text(answer, "id")), answer["is_open"] is True
    is_refused_by_us = own in texts(answer, "refused_by")
    starts_on = text(member(answer, "terms"), "starts_on")
    is_to_come = answer["is_concluded"] is True and starts_on > asked.node.clock.now().date().isoformat()
    is_ours = own in missing and is_open
    may_take_back = answer["is_ours_to_take_back"] is True and may_do(asked, TAKES_BACK)
    return ProgressShown(
        signed_by=signed,
        missing=missing,
        is_signed_by_us=own in signed,
        is_ours_to_sign=is_ours,
        begins_on=say.day(parse_date(starts_on, "starts_on")) if is_to_come else "",
        refusals=[_word(one, say) for one in refusals],
        is_blocked=answer["is_blocked"] is True,
        taken_back=_word(taken_back, say) if isinstance(taken_back, dict) else None,
        is_open=is_open,
        is_late=taken_back is not None and is_open,
        told=len({*missing, *signed} - {own}),
        take_back=f"{to}/take-back" if may_take_back else "",
        refuse=f"{to}/refuse" if is_ours and not is_refused_by_us and may_do(asked, REFUSES) else "",
    )


def _word(one: JsonObject, say: Wording) -> WordLine:
    at = say.moment(parse_time(text(one, "at"), "at"))
    return WordLine(body_name(member(one, "body")), text(one, "officer"), at, text(one, "reason"))


def instruments_that_wait(asked: Asked) -> Iterator[tuple[JsonObject, bool]]:
    """Yield the instruments that wait for who asks, each with whether it is to be signed; else it is ours and was refused.

    It waits for who may sign until our body signed or refused it, and for who may take it back while it cannot come about.
    """
    signs, takes_back = may_do(asked, REFUSES), may_do(asked, TAKES_BACK)
    if not signs and not takes_back:
        return
    own = text(member(asked.perform("body_show"), "body"), "code")
    for one in members(asked.perform("instrument_list"), "instruments"):
        if one["is_open"] is not True:
            continue
        is_ours_to_sign = own in texts(one, "missing") and own not in texts(one, "refused_by")
        if signs and is_ours_to_sign and not one["has_ended"]:
            yield one, True
        elif takes_back and one["proposed_by"] == own and one["is_blocked"] is True:
            yield one, False


SIGNED: Final = ("signed_in_force", "signed_begins_later", "signed_waits")


def signed_words(answer: JsonObject) -> str:
    """Return what is said once a signature of ours was taken in: the last part of a key `done.…`."""
    in_force, begins_later, waits = SIGNED
    if answer["in_force"] is True:
        return in_force
    return begins_later if answer["is_concluded"] is True else waits


def _take_back(asked: Asked) -> Done:
    seen = asked.form.value("seen_signed").split()
    given: JsonObject = {"reason": asked.form.value("back_reason"), "seen_signed": [*seen]}
    answer = asked.perform("instrument_take_back", {**_named(asked), **given})
    return Done(instrument_path(text(member(answer, "instrument"), "id")), "taken_back")


def _refuse(asked: Asked) -> Done:
    answer = asked.perform("instrument_refuse", {**_named(asked), "reason": asked.form.value("unsigned_reason")})
    return Done(instrument_path(text(member(answer, "instrument"), "id")), "not_signed")


def _named(asked: Asked) -> JsonObject:
    return {"instrument": asked.path["instrument"]}


SEEN: Final = Field("seen_signed", is_needed=False)
"""Who had signed when the page was shown: what is taken back is what was looked at."""

PAGES: Sequence[Page] = (
    ActPage(
        "take_back_instrument", "/instruments/{instrument}/take-back", ("instrument_take_back",), (TAKES_BACK,), "instrument",
        "Takes our proposal back before it is concluded, with a reason that every party is told.", _take_back,
        (Field("back_reason", most=REASON_CHARACTERS_MAX, asks="reason"), SEEN), is_heavy=True,
    ),
    ActPage(
        "refuse_instrument", "/instruments/{instrument}/refuse", ("instrument_refuse",), (REFUSES,), "instrument",
        "Says that our body does not sign an instrument, with a reason that every party is told.", _refuse,
        (Field("unsigned_reason", most=REASON_CHARACTERS_MAX, asks="reason"),), is_heavy=True,
    ),
)  # fmt: skip
