"""A message of ours that went to several: how it stands at each of them, on the page of any of them, and its recall in one act.

From all is one button; from some are boxes in a form of its own, so that nobody recalls from all who meant some.

Source: docs/rules/desk.md W106; docs/rules/correspondence.md M27 and M28.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from entente.correspondence.addressees import ADDRESSEES_MAX
from entente.correspondence.rules import SUBJECT_CHARACTERS_MAX
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.web.desk.forms import Field, Kind
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page
from entente.web.desk.reading import BodyName, body_name, member, members, text, texts, whole
from entente.web.sentences import said
from entente.web.wording import Moment, Wording

TONES: Final[Mapping[str, str]] = {
    "not_delivered": "is-halt", "arrived": "is-on", "opened": "is-on", "never_left": "is-on", "recall_waiting": "is-warn",
    "recall_not_delivered": "is-halt", "recall_arrived": "is-warn", "recalled_unopened": "is-on", "recalled_opened": "is-halt",
}  # fmt: skip
"""How a standing is marked; what cannot be undone as what went wrong is."""
UNSAID: Final = frozenset({"arrived", "recall_waiting", "recall_not_delivered", "recall_arrived"})
"""Where it may have been opened and that body has not signed so: silence is no «not opened»."""
_BODIES_CHARACTERS_MAX: Final = ADDRESSEES_MAX * 70


@dataclass(frozen=True, slots=True)
class AtAddresseeLine:
    """How a message stands at one of those it went to."""

    body: BodyName
    to: str
    """Where the message to this body is shown; empty for the one whose page it is."""
    is_for_action: bool
    groups: Sequence[str]
    standing: str
    tone: str
    at: Moment | None
    reason: str
    opened_at: Moment | None
    """When it was opened, where the standing does not say it."""
    is_unsaid: bool
    """Whether it is not known if anybody opened it there."""


@dataclass(frozen=True, slots=True)
class CountLine:
    """How many stand alike."""

    standing: str
    tone: str
    count: int


@dataclass(frozen=True, slots=True)
class TogetherShown:
    """What went out in one act."""

    of: int
    is_told: bool
    """Whether each was told of all."""
    counts: Sequence[CountLine]
    lines: Sequence[AtAddresseeLine]
    left: Mapping[str, str]
    """From whom it can be recalled yet: id and what the body is called."""
    opened: int
    """How many of these have opened it."""
    is_recalled: bool
    """Whether it was recalled from any of them."""


def together_of(asked: Asked, message: JsonObject) -> TogetherShown | None:
    """Return how what went out with a message of ours stands at each; None where it went out alone."""
    answer = asked.perform("message_addressees", {"id": text(message, "id")})
    found, say = members(answer, "addressees"), asked.say
    if len(found) < 2:  # noqa: PLR2004 - one alone is not together with anything
        return None
    groups = {text(member(one, "body"), "id"): texts(one, "groups") for one in members(message, "addressees")}
    left = [one for one in found if one["recall"] is None]
    return TogetherShown(
        of=len(found),
        is_told=bool(groups),
        counts=[
            CountLine(say.code("message_standings", code), TONES.get(code, ""), whole(member(answer, "counts"), code))
            for code in member(answer, "counts")
        ],
        lines=[_line(one, groups, text(message, "id"), say) for one in found],
        left={text(member(one, "body"), "id"): _called(body_name(member(one, "body"))) for one in left},
        opened=sum(one["opened"] is True for one in left),
        is_recalled=len(left) < len(found),
    )


def _line(one: JsonObject, groups: Mapping[str, Sequence[str]], shown: str, say: Wording) -> AtAddresseeLine:
    standing, message = text(one, "standing"), text(one, "message")
    return AtAddresseeLine(
        body=body_name(member(one, "body")),
        to="" if message == shown else f"{PREFIX}/messages/{message}",
        is_for_action=one["for_action"] is True,
        groups=groups.get(text(member(one, "body"), "id"), ()),
        standing=say.code("message_standings", standing),
        tone=TONES.get(standing, ""),
        at=_moment(one, "at", say),
        reason=said(say, text(one, "reason")),
        opened_at=_moment(one, "opened_at", say) if standing != "opened" else None,
        is_unsaid=standing in UNSAID and one["opened"] is not True,
    )


def _moment(one: JsonObject, name: str, say: Wording) -> Moment | None:
    at = one[name]
    return say.moment(parse_time(at, name)) if isinstance(at, str) else None


def _called(body: BodyName) -> str:
    return f"{body.code} · {body.name}" if body.name else body.code


def _from_all(asked: Asked) -> Done:
    asked.perform("message_recall_several", {"id": asked.path["id"], "reason": asked.form.value("reason")})
    return Done(f"{PREFIX}/messages/{asked.path['id']}", "message_recalled_from_all")


def _from_some(asked: Asked) -> Done:
    form = asked.form
    given: JsonObject = {"reason": form.value("reason"), "bodies": [*form.lines("recall_bodies")]}
    asked.perform("message_recall_several", {"id": asked.path["id"], **given})
    return Done(f"{PREFIX}/messages/{asked.path['id']}", "message_recalled_from_some")


_MAY = ("recall_message",)
_REASON: Final = Field("reason", most=SUBJECT_CHARACTERS_MAX)

PAGES: Sequence[Page] = (
    ActPage(
        "recall_from_all", "/messages/{id}/recall-all", ("message_recall_several",), _MAY, "message",
        "Takes back a message of ours from all it went to.", _from_all, (_REASON,),
    ),
    ActPage(
        "recall_from_some", "/messages/{id}/recall-some", ("message_recall_several",), _MAY, "message",
        "Takes back a message of ours from some of those it went to.", _from_some,
        (Field("recall_bodies", Kind.CODES, most=_BODIES_CHARACTERS_MAX, asks="bodies"), _REASON),
    ),
)  # fmt: skip
