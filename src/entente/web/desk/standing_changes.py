"""How our body's stand is changed: sign, suspend, resume, narrow, leave, cut off, return. Each form gives a draft for the heads.

Source: docs/rules/desk.md W48; docs/rules/agreements.md A4, A5 and A10.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entente.agreements.model import Direction
from entente.agreements.participation import TEXT_CHARACTERS_MAX
from entente.kernel.canonical import JsonObject
from entente.web.desk.draft_pages import keep
from entente.web.desk.forms import Field, Kind
from entente.web.desk.instrument_pages import INSTRUMENTS_PATH, instrument_shown
from entente.web.desk.page import ActPage, Asked, Done, Page, ShowPage
from entente.web.desk.reading import member, members, text, texts
from entente.web.desk.sharing_pages import instrument_path

CODES_CHARACTERS_MAX = 30_000
"""Codes of every counterpart of the largest charter, each with 24 signs, twice over."""


@dataclass(frozen=True, slots=True)
class SuspendPage:
    """What `suspend.html` shows."""

    title: str
    to: str
    name: str
    instrument_title: str
    here: str
    parties: Sequence[tuple[str, str]]
    """Code and name of each other party, to be chosen from."""
    kinds: Mapping[str, str]
    rights: Mapping[str, str]
    directions: Mapping[str, str]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CutOffPage:
    """What `cut_off.html` shows."""

    title: str
    here: str
    reasons: Mapping[str, str]


def _suspend_page(asked: Asked) -> SuspendPage:
    say, answer = asked.say, instrument_shown(asked)
    terms, own = member(answer, "terms"), member(asked.perform("body_show"), "body")
    return SuspendPage(
        title=say.text("suspend.title"),
        to=instrument_path(text(answer, "id")),
        name=text(answer, "name"),
        instrument_title=text(answer, "title"),
        here=INSTRUMENTS_PATH,
        parties=sorted(
            (text(ref := member(one, "body"), "code"), text(ref, "name"))
            for one in members(answer, "participations")
            if member(one, "body")["id"] != own["id"]
        ),
        kinds=say.chosen_of("record_kinds", texts(terms, "kinds")),
        rights={right: say.code("rights", right) for right in texts(terms, "rights")},
        directions={way.value: say.code("directions", way) for way in Direction},
        reasons=say.codes("suspension_reasons"),
    )


def _instrument(asked: Asked) -> JsonObject:
    return {"instrument": asked.path["instrument"]}


def _name(asked: Asked) -> str:
    return text(instrument_shown(asked), "name")


def _suspend(asked: Asked) -> Done:
    form = asked.form
    terms: JsonObject = {
        **_instrument(asked),
        "toward": [code for line in form.lines("toward") for code in line.replace(",", " ").split()],
        "kinds": [*form.lines("stop_kinds")],
        "rights": [*form.lines("stop_rights")],
        "direction": form.value("direction"),
        **_decision(asked),
    }
    preview = member(asked.perform("suspend_preview", terms), "preview")
    draft = asked.perform("suspend_draft", terms)
    return keep(asked, "suspension", text(preview, "instrument"), [draft], preview)


def _decision(asked: Asked) -> JsonObject:
    form = asked.form
    return {
        "decided_by": form.value("decided_by"),
        "document": form.value("decision"),
        "reason": form.value("stop_reason"),
        "review_on": form.value("review_on"),
    }


def _sign(asked: Asked) -> Done:
    draft = asked.perform("instrument_sign_draft", _instrument(asked))
    return keep(asked, "signature", _name(asked), [draft])


def _resume(asked: Asked) -> Done:
    draft = asked.perform("resume_draft", {**_instrument(asked), "suspension": asked.form.value("suspension")})
    return keep(asked, "resumption", _name(asked), [draft])


def _narrow(asked: Asked) -> Done:
    draft = asked.perform("narrow_draft", {**_instrument(asked), "kinds": [*asked.form.lines("stay_kinds")]})
    return keep(asked, "narrowing", _name(asked), [draft])


def _withdraw(asked: Asked) -> Done:
    draft = asked.perform("withdraw_draft", _instrument(asked))
    return keep(asked, "withdrawal", _name(asked), [draft])


def _cut_off_page(asked: Asked) -> CutOffPage:
    return CutOffPage(asked.say.text("suspend.cut_off"), INSTRUMENTS_PATH, asked.say.codes("suspension_reasons"))


def _cut_off(asked: Asked) -> Done:
    preview = member(asked.perform("cut_off_preview", _decision(asked)), "preview")
    drafts = members(asked.perform("cut_off_draft", _decision(asked)), "drafts")
    return keep(asked, "cut_off", "", drafts, preview)


def _return(asked: Asked) -> Done:
    return keep(asked, "return", "", members(asked.perform("return_draft"), "drafts"))


_DECISION = (
    Field("decided_by", most=TEXT_CHARACTERS_MAX),
    Field("decision", most=TEXT_CHARACTERS_MAX, asks="document"),
    Field("stop_reason", Kind.CODE, codes="suspension_reasons", asks="reason"),
    Field("review_on", Kind.DAY),
)
_SUSPEND, _RESUME = ("suspend",), ("resume",)

PAGES: Sequence[Page] = (
    ShowPage(
        "suspend", "/instruments/{instrument}/suspend", ("instrument_show", "body_show"), _SUSPEND, "suspend.html",
        "The form by which a suspension is drafted.", _suspend_page,
    ),
    ActPage(
        "draft_suspension", "/instruments/{instrument}/suspend", ("suspend_preview", "suspend_draft"), _SUSPEND, "suspend",
        "Drafts a suspension, with what it would stop.", _suspend,
        (
            Field("toward", Kind.TEXT, is_needed=False, most=CODES_CHARACTERS_MAX),
            Field("stop_kinds", Kind.CODES, is_needed=False, most=CODES_CHARACTERS_MAX, codes="record_kinds", asks="kinds"),
            Field("stop_rights", Kind.CODES, is_needed=False, codes="rights", asks="rights"),
            Field("direction", Kind.CODE, codes="directions"),
            *_DECISION,
        ),
    ),
    ActPage(
        "draft_signature", "/instruments/{instrument}/sign", ("instrument_sign_draft",), ("sign_instrument",), "instrument",
        "Drafts our signature of an instrument.", _sign,
    ),
    ActPage(
        "draft_resumption", "/instruments/{instrument}/resume", ("resume_draft",), _RESUME, "instrument",
        "Drafts the end of a suspension of ours.", _resume, (Field("suspension"),),
    ),
    ActPage(
        "draft_narrowing", "/instruments/{instrument}/narrow", ("narrow_draft",), ("suspend", "resume"), "instrument",
        "Drafts a narrowing to some kinds; to all again where none is chosen.", _narrow,
        (Field("stay_kinds", Kind.CODES, is_needed=False, most=CODES_CHARACTERS_MAX, codes="record_kinds", asks="kinds"),),
    ),
    ActPage(
        "draft_withdrawal", "/instruments/{instrument}/withdraw", ("withdraw_draft",), _SUSPEND, "instrument",
        "Drafts our leaving of an instrument for good.", _withdraw,
    ),
    ShowPage(
        "cut_off", "/cut-off", (), ("suspend", "resume"), "cut_off.html",
        "The forms by which our body cuts itself off from all but the channel, and returns.", _cut_off_page,
    ),
    ActPage(
        "draft_cut_off", "/cut-off", ("cut_off_preview", "cut_off_draft"), _SUSPEND, "cut_off",
        "Drafts a cut-off, with what it would stop.", _cut_off, _DECISION,
    ),
    ActPage(
        "draft_return", "/cut-off/return", ("return_draft",), _RESUME, "cut_off", "Drafts the return from a cut-off.", _return,
    ),
)  # fmt: skip
