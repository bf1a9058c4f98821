"""A body that begins anew, beside the one it names: what that rests on, and what follows; accepted by two, refused by one.

It waits on the desk of everybody who may accept it, until it was accepted or refused; what came under keys that a body declared
compromised stands on a page of its own (doubt_pages).

Source: docs/rules/desk.md W114; docs/rules/bodies.md B14.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from entente.bodies.succession import REASON_CHARACTERS_MAX
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import NotFound
from entente.web.desk.directory_pages import body_path, country_shown, group_path
from entente.web.desk.forms import Field
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage
from entente.web.desk.reading import BodyName, body_name, member, members, text, texts, whole
from entente.web.desk.sharing_pages import instrument_path
from entente.web.wording import Moment

ACCEPTS: Final = "accept_successor"


@dataclass(frozen=True, slots=True)
class BodyBeside:
    """One of the two bodies, as the directory has it."""

    body: BodyName
    to: str
    id: str
    kind: str
    country: str
    addresses: Sequence[str]
    introduced_by: str
    """Empty for a body that was entered here by hand."""
    introduced_at: Moment | None
    keys_version: int
    keys_since: Moment
    threshold: int
    heads: Sequence[str]
    node: str


@dataclass(frozen=True, slots=True)
class Affected:
    """An instrument or a group in which the earlier body stands."""

    title: str
    to: str


@dataclass(frozen=True, slots=True)
class SuccessorPage:
    """What `successor.html` shows."""

    title: str
    here: str
    to: str
    earlier: BodyBeside
    newcomer: BodyBeside
    heads_in_common: int
    """How many of the newcomer's heads hold a key that was once the earlier body's."""
    proposed_by: str
    proposed_at: Moment | None
    is_mine: bool
    """Whether who asks proposed it: then another confirms."""
    rival: BodyName | None
    """Another body that waits for the same place: that one is decided first."""
    rival_to: str
    rival_by: str
    refused_by: str
    refused_at: Moment | None
    refusal: str
    instruments: Sequence[Affected]
    groups: Sequence[Affected]


def successor_path(code: str) -> str:
    """Return where a body that names an earlier one stands beside it."""
    return f"{PREFIX}/successors/{quote(code, safe='')}"


def claims_that_wait(asked: Asked) -> Iterator[JsonObject]:
    """Yield the bodies that wait for this officer to accept them: not those it proposed itself, nor what was refused."""
    for one in members(asked.perform("successor_list"), "claims"):
        if not one["refused_by"] and one["proposed_by"] != asked.officer:
            yield one


def _successor(asked: Asked) -> SuccessorPage:
    say, claim = asked.say, _claim(asked)
    new, old = member(claim, "successor"), member(claim, "for")
    rival = claim["rival"] if isinstance(claim["rival"], dict) else None
    return SuccessorPage(
        title=say.text("successor.title", new=text(new, "code"), old=text(old, "code")),
        here=body_path(text(new, "code")),
        to=successor_path(text(new, "code")),
        earlier=_beside(asked, old),
        newcomer=_beside(asked, new),
        heads_in_common=whole(claim, "heads_in_common"),
        proposed_by=text(claim, "proposed_by"),
        proposed_at=_moment(asked, claim, "proposed_at"),
        is_mine=claim["proposed_by"] == asked.officer,
        rival=None if rival is None else body_name(rival),
        rival_to="" if rival is None else successor_path(text(rival, "code")),
        rival_by="" if rival is None else text(rival, "proposed_by"),
        refused_by=text(claim, "refused_by"),
        refused_at=_moment(asked, claim, "refused_at"),
        refusal=text(claim, "refusal"),
        instruments=[
            Affected(text(one, "title"), instrument_path(text(one, "id"))) for one in members(claim, "instruments")
        ],
        groups=[Affected(text(one, "title"), _group_path(text(one, "name"))) for one in members(claim, "groups")],
    )


def _claim(asked: Asked) -> JsonObject:
    """Return what stands here of the body of the path; raise NotFound for one that replaces nobody, or was accepted."""
    wanted = asked.path["code"]
    found = members(asked.perform("successor_list"), "claims")
    claim = next(
        (one for one in found if wanted in {member(one, "successor")["code"], member(one, "successor")["id"]}), None
    )
    if claim is None:
        raise NotFound
    return claim


def _beside(asked: Asked, body: JsonObject) -> BodyBeside:
    keys, since = member(body, "keys"), _moment(asked, member(body, "keys"), "valid_from")
    assert since is not None, "keys are in force from a moment on"
    return BodyBeside(
        body=body_name(body),
        to=body_path(text(body, "code")),
        id=text(body, "id"),
        kind=asked.say.code("body_kinds", text(body, "kind")),
        country=country_shown(text(body, "country"), asked),
        addresses=texts(body, "addresses"),
        introduced_by=text(body, "introduced_by"),
        introduced_at=_moment(asked, body, "introduced_at"),
        keys_version=whole(keys, "version"),
        keys_since=since,
        threshold=whole(keys, "threshold"),
        heads=texts(keys, "heads"),
        node=text(keys, "node"),
    )


def _group_path(name: str) -> str:
    keeper, _, group = name.partition("/")
    return group_path(keeper, group)


def _moment(asked: Asked, answer: JsonObject, name: str) -> Moment | None:
    return asked.say.moment(parse_time(text(answer, name), name)) if answer[name] else None


def _accept(asked: Asked) -> Done:
    form = asked.form
    named: JsonObject = {"body": asked.path["code"], "for": form.value("replaced")}
    answer = asked.perform("successor_accept", {**named, "seen_proposer": form.value("seen_proposer")})
    if answer["is_accepted"] is True:
        return Done(body_path(text(member(answer, "for"), "code")), "successor_accepted")
    return Done(successor_path(asked.path["code"]), "successor_proposed")


def _refuse(asked: Asked) -> Done:
    form = asked.form
    asked.perform(
        "successor_refuse", {"body": asked.path["code"], "for": form.value("replaced"), "reason": form.value("reason")}
    )
    return Done(successor_path(asked.path["code"]), "successor_refused")


_ONE, _ACCEPTERS = "/successors/{code}", (ACCEPTS,)
_REPLACED: Final = Field("replaced", asks="for")
"""The body in whose place it was shown: what is accepted is what was looked at."""

PAGES: Sequence[Page] = (
    ShowPage(
        "successor", _ONE, ("successor_list",), _ACCEPTERS, "successor.html",
        "A body that begins anew beside the one it names, what that rests on, and how far its acceptance came here.", _successor,
        live=("body", "instrument", "group"),
    ),
    ActPage(
        "accept_successor", f"{_ONE}/accept", ("successor_accept",), _ACCEPTERS, "successor",
        "Proposes a body in another's place, or confirms what another officer proposed.", _accept,
        (_REPLACED, Field("seen_proposer", is_needed=False)), is_heavy=True,
    ),
    ActPage(
        "refuse_successor", f"{_ONE}/refuse", ("successor_refuse",), _ACCEPTERS, "successor",
        "Refuses a body in another's place with a reason, or takes a proposal back.", _refuse,
        (_REPLACED, Field("reason", most=REASON_CHARACTERS_MAX)), is_heavy=True,
    ),
)  # fmt: skip
