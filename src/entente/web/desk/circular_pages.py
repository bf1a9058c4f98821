"""A message to several bodies and groups: who gets it is shown before it is sent, and sent is what was shown.

Looking sends nothing: what was written is kept for the session, the page shows it again with who would get it now, and the form
that sends carries who that was (docs/rules/correspondence.md M22 and M23).

Source: docs/rules/desk.md W71.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from entente.cases.rules import REFERENCE_CHARACTERS_MAX
from entente.correspondence.addressees import ADDRESSEES_MAX
from entente.correspondence.model import TEXT_CHARACTERS_MAX
from entente.correspondence.rules import SUBJECT_CHARACTERS_MAX
from entente.identity.rules import COMMAS
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Invalid
from entente.verbs.references import names_and_officer
from entente.web.desk.attaching import FIELDS as ATTACHING
from entente.web.desk.attaching import Attaching, attaching, handed_in, let_go, taken_in
from entente.web.desk.bodies_of_record import GroundLine, grounds_of
from entente.web.desk.forms import LINE_CHARACTERS_MAX, Entered, Field, Kind
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage
from entente.web.desk.question import VERBS as QUESTION_VERBS
from entente.web.desk.question import QuestionShown, question_of
from entente.web.desk.reading import BodyName, body_name, member, members, text, texts, whole
from entente.web.desk.urgencies import UrgencyLine, urgency_lines
from entente.web.wording import Wording

PATH = "/circular"
LINES = 5
"""Lines for names of each kind; one line may hold several, with commas between."""
OPEN_LINES = 2
"""Of these stand open while they are empty."""
_SEEN_CHARACTERS_MAX = ADDRESSEES_MAX * 70


@dataclass(frozen=True, slots=True)
class AddresseeLine:
    """A body that the message would go to, or would not."""

    body: BodyName
    is_for_action: bool
    groups: Sequence[str]
    may_get: bool
    may_answer: bool
    refused: Sequence[GroundLine]
    """Why it does not get it, or else why it could not answer."""


@dataclass(frozen=True, slots=True)
class GroupLine:
    """What a group resolves to now."""

    name: str
    version: int
    bodies: Sequence[BodyName]


@dataclass(frozen=True, slots=True)
class Shown:
    """Who would get it now."""

    reached: int
    refused: int
    seen: str
    """Those who get it, as the form that sends carries them."""
    addressees: Sequence[AddresseeLine]
    groups: Sequence[GroupLine]


@dataclass(frozen=True, slots=True)
class CircularPage:
    """What `circular.html` shows."""

    title: str
    here: str
    begun: Mapping[str, str]
    """What the form begins with, by field."""
    to: Sequence[tuple[str, str]]
    """The lines for action: key and what stands there."""
    information: Sequence[tuple[str, str]]
    open_lines: Mapping[str, int]
    """How many lines of each stand open: those up to the last that holds something, and at least `OPEN_LINES`."""
    names: Sequence[tuple[str, str]]
    """What may be named: bodies and groups, each with what it is called."""
    instruments: Mapping[str, str]
    urgencies: Sequence[UrgencyLine]
    shown: Shown | None
    answered: QuestionShown | None
    """What it answers, of an answer to all."""
    attaching: Attaching
    """The files that go with it."""


def _circular(asked: Asked) -> CircularPage:
    begun = asked.form.values if asked.form.of else _begun(asked)
    names, _ = names_and_officer(asked.node, asked.officer)
    entered = Entered(begun)
    lines = {name: _lines(entered, name) for name in ("to", "information")}
    return CircularPage(
        title=asked.say.text("circular.title"),
        here=f"{PREFIX}{PATH}",
        begun={"urgency": "normal", "case": asked.query.get("case", ""), **begun},
        to=lines["to"],
        information=lines["information"],
        open_lines={name: _open(given) for name, given in lines.items()},
        names=_names(asked),
        instruments={one.instrument.name: one.instrument.title for one in names.instruments.values()},
        urgencies=urgency_lines(asked),
        shown=_shown(asked, entered),
        answered=question_of(asked, begun.get("answers", "")),
        attaching=attaching(asked, begun),
    )


def _begun(asked: Asked) -> Mapping[str, str]:
    """Return what was written so far, where it was looked at who gets it; of another message, what that one begins with."""
    if of := asked.query.get("anew", ""):
        return _anew(asked, of)
    wanted, kept = asked.query.get("answers", ""), asked.memory.circular
    if kept.get("answers", "") == wanted:
        return kept
    return _answering(asked, wanted) if wanted else {}


def _answering(asked: Asked, wanted: str) -> Mapping[str, str]:
    """Return what an answer to all begins with: whoever wrote for action, the others for information."""
    # As one reads an envelope: the verb shows no text to nobody in particular, and opens nothing.
    shown = member(asked.perform_as_nobody("message_show", {"id": wanted}), "message")
    names, _ = names_and_officer(asked.node, asked.officer)
    is_ours = shown["way"] == "sent"
    wrote = names.own.id if is_ours else text(member(shown, "sender"), "id")
    listed = [(one["for_action"] is True, member(one, "body")) for one in members(shown, "addressees")]
    others = [
        (is_for_action, text(body, "code") or text(body, "id"))
        for is_for_action, body in listed
        if text(body, "id") not in {names.own.id, wrote}
    ]
    to = [code for is_for_action, code in others if is_ours and is_for_action]
    return {
        **_spread("to", to if is_ours else [names.code(wrote)]),
        **_spread("information", [code for is_for_action, code in others if not (is_ours and is_for_action)]),
        "instrument": text(shown, "instrument"),
        "subject": text(shown, "subject"),
        "urgency": text(shown, "urgency"),
        "case": text(shown, "our_reference" if is_ours else "your_reference"),
        "answers": wanted,
    }


def _anew(asked: Asked, of: str) -> Mapping[str, str]:
    """Return what a message begins with that stands for one of ours: its words, to those it was recalled from."""
    given: JsonObject = {"id": of}
    recalled = [one for one in members(asked.perform("message_addressees", given), "addressees") if one["recall"]]
    shown = member(asked.perform_as_nobody("message_show", given), "message")
    listed = [(one["for_action"] is True, body_name(member(one, "body")).code) for one in recalled]
    return {
        **_spread("to", [code for is_for_action, code in listed if is_for_action]),
        **_spread("information", [code for is_for_action, code in listed if not is_for_action]),
        **{name: text(shown, name) for name in ("instrument", "subject", "text", "urgency")},
        "case": text(shown, "our_reference"),
        "keeps_list": "" if shown["addressees"] else "yes",
    }


def _spread(name: str, codes: Sequence[str]) -> Mapping[str, str]:
    """Return the lines that name some bodies, each line filled before the next; what fits in none stands in the last."""
    lines = [""]
    for code in codes:
        longer = f"{lines[-1]}, {code}" if lines[-1] else code
        if len(longer) > LINE_CHARACTERS_MAX and len(lines) < LINES:
            lines.append(code)
        else:
            lines[-1] = longer
    return {f"{name}.{place}": line for place, line in enumerate(lines, start=1)}


def _lines(entered: Entered, name: str) -> list[tuple[str, str]]:
    given = entered.each(name)
    return [(str(place), given.get(str(place), "")) for place in range(1, LINES + 1)]


def _open(lines: Sequence[tuple[str, str]]) -> int:
    return max([OPEN_LINES, *(place for place, (_, said) in enumerate(lines, 1) if said)])


def _names(asked: Asked) -> list[tuple[str, str]]:
    names, _ = names_and_officer(asked.node, asked.officer)
    bodies = sorted((one.code, one.name) for one in names.bodies.values() if one.id != names.own.id)
    groups = [
        (f"{text(member(one, 'keeper'), 'code')}/{text(one, 'name')}", text(one, "title"))
        for one in members(asked.perform("group_list"), "groups")
    ]
    return [*bodies, *sorted(groups)]


def _shown(asked: Asked, entered: Entered) -> Shown | None:
    """Return who would get what was entered; None while nobody is named, or a name is nobody's."""
    given = _addressed(entered)
    if not entered.value("instrument") or not (given["to"] or given["information"]):
        return None
    try:
        answer = asked.perform("message_preview", given)
    except Invalid:
        # What is wrong with it was said when it was sent; the form is shown as it was entered.
        return None
    return shown_of(answer, asked.say)


def shown_of(answer: JsonObject, say: Wording) -> Shown:
    """Return who would get a message, as the verb that previews it says."""
    lines = [_addressee(one, say) for one in members(answer, "addressees")]
    return Shown(
        reached=whole(answer, "reached"),
        refused=len(lines) - whole(answer, "reached"),
        seen=",".join(
            text(member(one, "body"), "id") for one in members(answer, "addressees") if one["may_get"] is True
        ),
        addressees=lines,
        groups=[
            GroupLine(text(one, "group"), whole(one, "version"), [body_name(body) for body in members(one, "bodies")])
            for one in members(answer, "groups")
        ],
    )


def _addressee(one: JsonObject, say: Wording) -> AddresseeLine:
    may_get = one["may_get"] is True
    decision = member(one, "decision" if not may_get else "answer_decision")
    return AddresseeLine(
        body=body_name(member(one, "body")),
        is_for_action=one["for_action"] is True,
        groups=texts(one, "groups"),
        may_get=may_get,
        may_answer=one["may_answer"] is True,
        refused=[ground for ground in grounds_of(decision, say) if not ground.allows],
    )


def _addressed(form: Entered) -> JsonObject:
    """Return whom a form names, for action and for information, and under what."""
    return {
        "to": _named(form, "to"),
        "information": _named(form, "information"),
        "instrument": form.value("instrument"),
    }


def _named(form: Entered, name: str) -> list[Json]:
    lines = (line for _, line in sorted(form.each(name).items()))
    return [one.strip() for line in lines for one in COMMAS.split(line) if one.strip()]


def _look(asked: Asked) -> Done:
    done = _keep(asked)
    asked.perform("message_preview", _addressed(asked.form))
    return done


def _keep(asked: Asked) -> Done:
    """Keep what was written so far, with the files that were sent with it, and show the form again."""
    asked.memory.circular = taken_in(asked)
    answers = asked.form.value("answers")
    return Done(f"{PREFIX}{PATH}?{urlencode({'answers': answers})}" if answers else f"{PREFIX}{PATH}")


def _send(asked: Asked) -> Done:
    form = asked.form
    letter: JsonObject = {name: form.value(name) for name in ("subject", "text", "urgency", "case", "answers")}
    seen: list[Json] = [one for one in form.value("shown").split(",") if one]
    more: JsonObject = {"seen": seen, "keeps_list": form.flag("keeps_list"), "attachments": handed_in(asked)}
    asked.perform("message_circulate", {**_addressed(form), **letter, **more})
    let_go(asked)
    asked.memory.circular = {}
    return Done(f"{PREFIX}/messages", "messages_sent")


_MAY = ("send_message",)
_TO: Sequence[Field] = (
    Field("to", most=LINE_CHARACTERS_MAX, is_many=True, or_else="information"),
    Field("information", most=LINE_CHARACTERS_MAX, is_many=True),
    Field("instrument", Kind.CODE),
)
_LETTER: Sequence[Field] = (
    *_TO,
    Field("subject", most=SUBJECT_CHARACTERS_MAX),
    Field("text", Kind.TEXT, most=TEXT_CHARACTERS_MAX),
    Field("urgency", Kind.CODE, codes="urgencies"),
    Field("case", is_needed=False, most=REFERENCE_CHARACTERS_MAX),
)
_SEEN: Field = Field("shown", is_needed=False, most=_SEEN_CHARACTERS_MAX)
_MORE: Sequence[Field] = (
    Field("keeps_list", Kind.FLAG, is_needed=False),
    Field("answers", is_needed=False),
    *ATTACHING,
)

PAGES: Sequence[Page] = (
    ShowPage(
        "circular", PATH, (*QUESTION_VERBS, "message_preview", "group_list", "message_addressees"), _MAY, "circular.html",
        "A message to several bodies and groups, with who would get it.", _circular,
    ),
    ActPage(
        "look_at_circular", f"{PATH}/look", ("message_preview",), _MAY, "circular",
        "Shows who would get a message to several, and sends nothing.", _look, (*_LETTER, _SEEN, *_MORE),
        is_once=False, keeps_file=True, has_several_files=True,
    ),
    ActPage(
        "send_circular", PATH, ("message_circulate",), _MAY, "circular", "Sends a message to those who were shown.", _send,
        (*_LETTER, replace(_SEEN, is_needed=True), *_MORE), keeps_file=True, has_several_files=True,
    ),
    ActPage(
        "attach_to_circular", f"{PATH}/files", (), _MAY, "circular",
        "Keeps a file for a message to several that is being written; nothing is sent.", _keep,
        (*(replace(one, is_needed=False, or_else="") for one in _LETTER), _SEEN, *_MORE),
        is_once=False, keeps_file=True, has_several_files=True,
    ),
)  # fmt: skip
