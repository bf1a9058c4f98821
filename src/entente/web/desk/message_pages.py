"""Messages: the newest, one with its thread and how far it has come, a new one, and what is done with one that came.

To be shown the text of a message that came is to open it, and its sender is told the first time (docs/rules/correspondence.md
M20): so opening is an act that is asked for, and the page alone shows the envelope.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from entente.cases.rules import REFERENCE_CHARACTERS_MAX
from entente.correspondence.model import TEXT_CHARACTERS_MAX
from entente.correspondence.rules import SUBJECT_CHARACTERS_MAX
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import Invalid
from entente.verbs.references import names_and_officer, names_of
from entente.web.desk.attaching import FIELDS as ATTACHING
from entente.web.desk.attaching import Attaching, attaching, handed_in, let_go, taken_in
from entente.web.desk.circular_pages import Shown, shown_of
from entente.web.desk.failed_pages import AGAIN, FailureShown, again_path, begun_again, failure_shown, settle
from entente.web.desk.file_lines import FileLine
from entente.web.desk.forms import Field, Kind
from entente.web.desk.ladder import Delivery, StepLine, deliveries_of, steps_of
from entente.web.desk.message_file_pages import files_of, keep_file
from entente.web.desk.message_lines import MessageLine, message_line, message_path
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage, may_do
from entente.web.desk.question import VERBS as QUESTION_VERBS
from entente.web.desk.question import QuestionShown, question_of
from entente.web.desk.reading import BodyName, body_name, member, members, text, texts
from entente.web.desk.recall_pages import TogetherShown, together_of
from entente.web.desk.urgencies import UrgencyLine, urgency_lines
from entente.web.wording import Moment, Wording

ON_A_PAGE = 50
THREAD_MAX = 100


@dataclass(frozen=True, slots=True)
class MessagesPage:
    """What `messages.html` shows."""

    title: str
    messages: Sequence[MessageLine]
    next: str
    may_send: bool
    case: str
    """The case that the list is narrowed to; empty for all."""
    choice: str
    body: str
    is_narrowed: bool
    choices: Mapping[str, str]
    bodies: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AddresseeLine:
    """A body that a message went to."""

    body: BodyName
    is_for_action: bool
    groups: Sequence[str]


@dataclass(frozen=True, slots=True)
class MessagePage:
    """What `message.html` shows."""

    title: str
    message: MessageLine
    instrument: str
    text: str
    """Empty while it is not opened, and once it was recalled."""
    files: Sequence[FileLine]
    """None while it is not opened."""
    stays: bool
    """Whether text and files stay as the open page has them: it asks by itself, and is told nothing that is to be looked at."""
    recalled_at: Moment | None
    recall_reason: str
    recall_state: str
    """Of a message of ours that was recalled: the last part of a text's key `recall.…`; empty for any other."""
    recall_answered_at: Moment | None
    addressees: Sequence[AddresseeLine]
    """All whom it went to, as its sender tells them; none where that was one body, or is kept back."""
    together: TogetherShown | None
    """Of a message of ours that went out to several in one act, how it stands at each; None for any other."""
    failure: FailureShown | None
    """Of a message of ours that was not delivered; None for any other."""
    deliveries: Sequence[Delivery]
    steps: Sequence[StepLine]
    thread: Sequence[MessageLine]
    """What it answers, the answers, and what else lies in its case; it is among them."""
    answered: MessageLine | None
    """What it answers, where that may be known."""
    may_open: bool
    may_conclude: bool
    may_recall: bool
    """Whether it can be recalled by itself, as one that went out alone."""
    may_recall_several: bool
    answer: str
    """Where an answer is written; empty where this reader may not."""
    answer_all: str
    """Where one to all whom it went to is written; empty where there are no others."""
    anew: str
    """Where one is written to those whom it was recalled from; empty where it is recalled from nobody."""
    again: str
    """Where one of ours that went to one body is written anew, because it was not delivered or was recalled; empty for others."""
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WritePage:
    """What `write.html` shows."""

    title: str
    bodies: Mapping[str, str]
    instruments: Mapping[str, str]
    begun: Mapping[str, str]
    """What the form begins with."""
    answered: QuestionShown | None
    """What it answers."""
    urgencies: Sequence[UrgencyLine]
    shown: Shown | None
    """Who would get it and could answer; None before an addressee and an instrument are named."""
    attaching: Attaching
    """The files that go with it."""


def _messages(asked: Asked) -> MessagesPage:
    case, body = asked.query.get("case", ""), asked.query.get("body", "")
    others, choices = _others(asked), asked.say.codes("message_choices")
    # What an address names that there is not narrows nothing, and is said by the fields.
    choice = chosen if (chosen := asked.query.get("choice", "")) in choices else ""
    narrowed = {"case": case, "choice": choice, "body": body if body in others else ""}
    given: JsonObject = {"limit": ON_A_PAGE, "before": asked.query.get("before", ""), **narrowed}
    answer = asked.perform("message_list", given)
    following = answer["next_before"]
    on = urlencode({"before": str(following), **{name: value for name, value in narrowed.items() if value}})
    return MessagesPage(
        title=asked.say.text("nav.messages"),
        messages=[message_line(one, asked.say) for one in members(answer, "messages")],
        next=f"{PREFIX}/messages?{on}" if following else "",
        may_send=may_do(asked, "send_message"),
        case=case,
        choice=choice,
        body=narrowed["body"],
        is_narrowed=any(narrowed.values()),
        choices=choices,
        bodies=others,
    )


def _others(asked: Asked) -> Mapping[str, str]:
    """Return the bodies that messages go to and come from, by code."""
    names, _ = names_and_officer(asked.node, asked.officer)
    others = sorted((one.code, one.name) for one in names.bodies.values() if one.id != names.own.id)
    return {code: f"{code} · {name}" for code, name in others}


def _thread(asked: Asked, line: MessageLine) -> Sequence[MessageLine]:
    """Return what a message answers, all answers, and what else there is in its case, the oldest first."""
    found = members(asked.perform("message_list", {"limit": THREAD_MAX, "thread": line.id}), "messages")
    if line.case:
        found = [*found, *members(asked.perform("message_list", {"limit": THREAD_MAX, "case": line.case}), "messages")]
    each = {text(one, "id"): one for one in found}
    return [message_line(one, asked.say) for one in sorted(each.values(), key=lambda one: text(one, "at"))]


def _message(asked: Asked) -> MessagePage:
    wanted: JsonObject = {"id": asked.path["id"]}
    shown = _outside(asked, wanted)
    line = message_line(shown, asked.say)
    may_read = may_do(asked, "read_message")
    # Whoever reads it is a row of the trail, and a page that asks by itself is nobody. Our own is shown without.
    stays = asked.is_by_itself and may_read and line.is_opened and not line.is_ours and not line.is_recalled
    if may_read and line.is_opened and not asked.is_by_itself:
        # Its sender was told when it was opened first.
        just_now = asked.memory.take_opened(asked.path["id"], asked.node.clock.now())
        shown = just_now or member(asked.perform("message_open", wanted), "message")
    say, recall = asked.say, shown["recall"]
    recalled = recall if isinstance(recall, dict) else None
    may_send, may_recall = may_do(asked, "send_message"), may_do(asked, "recall_message")
    failure = failure_shown(asked, shown, may_settle=may_send)
    together, thread = together_of(asked, shown) if line.is_ours else None, _thread(asked, line)
    return MessagePage(
        title=line.subject,
        message=line,
        instrument=text(shown, "instrument"),
        text=str(shown["text"] or "") if line.is_opened and may_read else "",
        files=files_of(asked, shown) if line.is_opened and may_read else (),
        stays=stays,
        recalled_at=say.moment(parse_time(text(recalled, "at"), "at")) if recalled is not None else None,
        recall_reason=text(recalled, "reason") if recalled is not None else "",
        recall_state=_recall_state(recalled) if recalled is not None and line.is_ours else "",
        recall_answered_at=_answered_at(recalled, say) if recalled is not None else None,
        addressees=[_addressee(one) for one in members(shown, "addressees")],
        together=together,
        deliveries=deliveries_of(shown, say) if line.is_ours else (),
        steps=steps_of(shown, say) if not line.is_ours else (),
        thread=thread,
        answered=next((one for one in thread if one.id == text(shown, "answers")), None),
        may_open=may_read and not line.is_opened and not line.is_recalled,
        may_conclude=may_send and line.is_open,
        may_recall=may_recall and line.is_ours and recalled is None and together is None,
        may_recall_several=may_recall and together is not None and bool(together.left),
        answer=f"{PREFIX}/messages/new?answers={line.id}" if may_send and not line.is_ours else "",
        answer_all=f"{PREFIX}/circular?answers={line.id}" if may_send and members(shown, "addressees") else "",
        failure=failure,
        again=again_path(line.id) if may_send and (failure or recalled) and line.is_ours and together is None else "",
        anew=f"{PREFIX}/circular?anew={line.id}" if may_send and together is not None and together.is_recalled else "",
        reasons=say.codes("refusal_reasons"),
    )


def _addressee(one: JsonObject) -> AddresseeLine:
    return AddresseeLine(body_name(member(one, "body")), one["for_action"] is True, texts(one, "groups"))


def _recall_state(recall: JsonObject) -> str:
    """Return how a recall of ours stands at the addressee: nothing had left, it is asked, or confirmed, and how late it came."""
    if recall["has_left"] is not True:
        return "never_left"
    if not recall["answered_at"]:
        return "asked"
    return "had_been_opened" if recall["was_opened"] is True else "unopened"


def _answered_at(recall: JsonObject, say: Wording) -> Moment | None:
    at = recall["answered_at"]
    return say.moment(parse_time(at, "answered_at")) if isinstance(at, str) else None


def _outside(asked: Asked, wanted: JsonObject) -> JsonObject:
    """Return what stands on the envelope, without opening it: the verb shows no text to nobody in particular."""
    return member(asked.perform_as_nobody("message_show", wanted), "message")


def _write(asked: Asked) -> WritePage:
    names = names_of(asked.node)
    begun = asked.form.values if asked.form.of else _looked_at(asked) or _begun(asked)
    return WritePage(
        title=asked.say.text("write.title"),
        bodies=_others(asked),
        instruments={one.instrument.name: one.instrument.title for one in names.instruments.values()},
        begun=begun,
        answered=question_of(asked, begun.get("answers", "")),
        urgencies=urgency_lines(asked),
        shown=_shown(asked, begun),
        attaching=attaching(asked, begun),
    )


def _looked_at(asked: Asked) -> Mapping[str, str]:
    """Return what was written so far where it was looked at who gets it; nothing where another message is begun."""
    written = asked.memory.written.get(_SENDS, {})
    wanted = {name: asked.query.get(name, "") for name in ("answers", AGAIN.name, "case")}
    is_same = all(written.get(name, "") == wanted[name] for name in ("answers", AGAIN.name))
    is_this = is_same and wanted["case"] in {"", written.get("case", "")}
    return written if is_this else {}


def _shown(asked: Asked, begun: Mapping[str, str]) -> Shown | None:
    """Return who would get what was begun; None while nobody is named, or a name is nobody's."""
    if not begun.get("to") or not begun.get("instrument"):
        return None
    try:
        return shown_of(asked.perform("message_preview", _addressed(begun)), asked.say)
    except Invalid:
        # What is wrong with it was said when it was sent; the form is shown as it was entered.
        return None


def _addressed(begun: Mapping[str, str]) -> JsonObject:
    """Return whom a form names, for action or for information, and under what."""
    name = "to" if begun.get("for_action") else "information"
    return {name: [begun["to"]], "instrument": begun["instrument"]}


def _look(asked: Asked) -> Done:
    form = asked.form
    asked.memory.written[_SENDS] = taken_in(asked)
    asked.perform("message_preview", _addressed(form.values))
    return Done(form.here or f"{PREFIX}/messages/new")


def _begun(asked: Asked) -> Mapping[str, str]:
    """Return what an answer to a message begins with; of a message that is not there, nothing."""
    wanted = asked.query.get("answers", "")
    if again := asked.query.get(AGAIN.name, ""):
        return begun_again(asked, again)
    if not wanted:
        return {"urgency": "normal", "case": asked.query.get("case", "")}
    shown = _outside(asked, {"id": wanted})
    line = message_line(shown, asked.say)
    return {
        "to": line.counterpart.code,
        "instrument": text(shown, "instrument"),
        "subject": text(shown, "subject"),
        "urgency": text(shown, "urgency"),
        "case": line.case,
        "your_reference": line.your_reference,
        "answers": line.id,
    }


def _send(asked: Asked) -> Done:
    form = asked.form
    given: JsonObject = {one.name: form.value(one.name) for one in _LETTER if one.kind is not Kind.FLAG}
    more: JsonObject = {"for_action": form.flag("for_action"), "attachments": handed_in(asked)}
    answer = asked.perform("message_send", {**given, **more})
    let_go(asked)
    asked.memory.written.pop(_SENDS, None)
    return Done(message_path(text(member(answer, "message"), "id")), "message_sent")


def _send_again(asked: Asked) -> Done:
    done = _send(asked)
    settle(asked, asked.form.value(AGAIN.name))
    return done


def _open(asked: Asked) -> Done:
    shown = member(asked.perform("message_open", {"id": asked.path["id"]}), "message")
    # The page that comes next shows what was opened by this act, and is no second look at it.
    asked.memory.opened = (asked.node.clock.now(), shown)
    return Done(message_path(asked.path["id"]))


def _acted(asked: Asked) -> Done:
    asked.perform("message_conclude", {"id": asked.path["id"], "outcome": "acted_on"})
    return Done(message_path(asked.path["id"]), "message_acted_on")


def _refuse(asked: Asked) -> Done:
    given: JsonObject = {"id": asked.path["id"], "outcome": "refused", "reason": asked.form.value("refusal")}
    asked.perform("message_conclude", given)
    return Done(message_path(asked.path["id"]), "message_refused")


def _recall(asked: Asked) -> Done:
    asked.perform("message_recall", {"id": asked.path["id"], "reason": asked.form.value("reason")})
    return Done(message_path(asked.path["id"]), "message_recalled")


_SENDS = "send_message"
_READERS = ("read_message",)
_ONE = "/messages/{id}"
_LETTER: Sequence[Field] = (
    Field("to", Kind.CODE),
    Field("instrument", Kind.CODE),
    Field("subject", most=SUBJECT_CHARACTERS_MAX),
    Field("text", Kind.TEXT, most=TEXT_CHARACTERS_MAX),
    Field("urgency", Kind.CODE, codes="urgencies"),
    Field("for_action", Kind.FLAG, is_needed=False),
    Field("case", is_needed=False, most=REFERENCE_CHARACTERS_MAX),
    Field("your_reference", is_needed=False, most=REFERENCE_CHARACTERS_MAX),
    Field("answers", is_needed=False),
)

PAGES: Sequence[Page] = (
    ShowPage(
        "messages", "/messages", ("message_list",), _READERS, "messages.html", "The newest messages, sent and received.",
        _messages, in_navigation=True, key="m",
        live=("message",),
    ),
    ShowPage(
        "new_message", "/messages/new", (*QUESTION_VERBS, "message_preview"), ("send_message",), "write.html",
        "A message to be written, with who would get it and could answer.", _write,
    ),
    ActPage(
        "look_at_message", "/messages/look", ("message_preview",), ("send_message",), "new_message",
        "Shows who would get a message and could answer, and sends nothing.", _look,
        (*_LETTER, AGAIN, *ATTACHING), is_once=False, keeps_file=True, has_several_files=True,
    ),
    ActPage(
        "send_message", "/messages", ("message_send",), ("send_message",), "new_message", "Sends a message to another body.",
        _send, (*_LETTER, AGAIN, *ATTACHING), keeps_file=True, has_several_files=True,
    ),
    ActPage(
        "send_again", "/messages/again", ("message_send", "message_note_failure"), ("send_message",), "new_message",
        "Sends one of ours that failed anew, and notes that this is known.", _send_again,
        (*_LETTER, replace(AGAIN, is_needed=True), *ATTACHING), keeps_file=True, has_several_files=True,
    ),
    ActPage(
        "attach_to_message", "/messages/new/files", (), ("send_message",), "new_message",
        "Keeps a file for a message that is being written; nothing is sent.", keep_file,
        (*(replace(one, is_needed=False) for one in _LETTER), AGAIN, *ATTACHING), is_once=False, draft_of="send_message",
        keeps_file=True, has_several_files=True,
    ),
    ShowPage(
        "message", _ONE, ("message_show", "message_open", "message_list", "message_addressees"), _READERS, "message.html",
        "A message, its thread, and how far it has come.", _message,
        live=("message",),
    ),
    ActPage(
        "open_message", f"{_ONE}/open", ("message_open",), _READERS, "message", "Opens a message that came; its sender is told.",
        _open,
    ),
    ActPage(
        "act_on_message", f"{_ONE}/acted", ("message_conclude",), ("send_message",), "message",
        "States that a message was acted on.", _acted,
    ),
    ActPage(
        "refuse_message", f"{_ONE}/refuse", ("message_conclude",), ("send_message",), "message",
        "Refuses what a message asks, with a reason.", _refuse,
        (Field("refusal", Kind.CODE, codes="refusal_reasons", asks="reason"),),
    ),
    ActPage(
        "recall_message", f"{_ONE}/recall", ("message_recall",), ("recall_message",), "message", "Takes back a message of ours.",
        _recall, (Field("reason", most=SUBJECT_CHARACTERS_MAX),),
    ),
)  # fmt: skip
