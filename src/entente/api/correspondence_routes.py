"""The routes of hits and messages."""

from __future__ import annotations

from collections.abc import Callable

from entente.api.components import UPLOAD
from entente.api.route import PREFIX, ApiRoute, Handled, Method, Writes
from entente.api.shapes import NEXT, flag, free_text, many, named, one_of, text, thing, whole
from entente.bodies.tokens import Scope
from entente.correspondence.attachments import ATTACHMENTS_MAX
from entente.correspondence.basis import PIECE_CHARACTERS_MAX, PIECES_MAX, WEIGHT_MAX
from entente.correspondence.model import TEXT_CHARACTERS_MAX, MessageChoice
from entente.correspondence.rules import SUBJECT_CHARACTERS_MAX
from entente.kernel.canonical import INTEGER_MAX, JsonObject
from entente.kernel.jobs import JobKind
from entente.records.model import FILE_NAME_CHARACTERS_MAX
from entente.verbs.correspondence import LIST_MAX, SCORE_MAX

JUDGING = ("confirm_hit", "answer_hit")
"""Who judges hits or answers them may read them."""
READING = ("read_message",)
ITEM: dict[str, JsonObject] = {"id": text("Its id.", most=64, pattern=r"^[a-z]+-[0-9a-f]+$")}
ATTACHMENTS = many(
    UPLOAD, "Files that were sent before (POST /uploads); the message has them then.", most=ATTACHMENTS_MAX
)
LIMIT: dict[str, JsonObject] = {"limit": whole("How many at most, newest first.", least=1, most=LIST_MAX, default=50)}
_FINDING: dict[str, JsonObject] = {
    "record": text("The candidate: CODE/local id, or its id.", most=200),
    "version": whole("The version that was seen.", least=1, most=INTEGER_MAX),
    "score": whole("The candidate's score.", least=0, most=SCORE_MAX),
    "circumstances": text("Where, when and how; the source reads it.", most=TEXT_CHARACTERS_MAX),
    "purpose": named("Purpose"),
    "crime_area": named("CrimeArea"),
    "case": named("CaseNumber"),
    "instrument": text("The instrument it falls under; else the record's own.", most=100),
    "evidence": many(
        thing(
            {
                "kind": one_of("for", "against", "neutral"),
                "text": text(most=PIECE_CHARACTERS_MAX),
                "weight": whole("Thousandths.", least=-WEIGHT_MAX, most=WEIGHT_MAX),
            }
        ),
        "As the search showed it; it is kept with the judgement and told to nobody.",
        most=PIECES_MAX,
    ),
}
_OPTIONAL = ("score", "case", "instrument", "evidence")


def made(kind: str, place: str) -> Callable[[JsonObject], JsonObject]:
    """Return what names an item that a verb made or changed."""

    def told(answer: JsonObject) -> JsonObject:
        item = answer[kind]
        assert isinstance(item, dict), "an item is an object"
        return {"id": item["id"], "href": f"{PREFIX}/{place}/{item['id']}"}

    return told


HITS: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="list_hits",
        method=Method.GET,
        path="/hits",
        verb="hit_list",
        about="Hits",
        summary="List the newest hits, ours and those of others on our records.",
        scope=Scope.READ_HITS,
        needs=JUDGING,
        query=LIMIT,
        answer=thing({"hits": many(named("Hit")), "next": NEXT}),
        pages="before",
    ),
    ApiRoute(
        name="show_hit",
        method=Method.GET,
        path="/hits/{id}",
        verb="hit_show",
        about="Hits",
        summary="Show a hit, and how far it has come.",
        scope=Scope.READ_HITS,
        needs=JUDGING,
        path_fields=ITEM,
        answer=thing({"hit": named("Hit"), "decisions": many(named("DecisionBasis"))}),
    ),
    ApiRoute(
        name="confirm_hit",
        method=Method.POST,
        path="/hits/confirmed",
        verb="hit_confirm",
        about="Hits",
        summary="State that a candidate is the subject; the source is told as the instrument says.",
        scope=Scope.WRITE_HITS,
        needs=(),
        asks=("confirm_hit",),
        body=thing(_FINDING, *_OPTIONAL),
        told=made("hit", "hits"),
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="reject_hit",
        method=Method.POST,
        path="/hits/rejected",
        verb="hit_reject",
        about="Hits",
        summary="State that a candidate is not the subject, with a reason; nobody else is told.",
        scope=Scope.WRITE_HITS,
        needs=(),
        asks=("confirm_hit",),
        body=thing({**_FINDING, "reason": text("A code of data/reasons.yaml, for hits.", most=64)}, *_OPTIONAL),
        told=made("hit", "hits"),
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="release_hit",
        method=Method.POST,
        path="/hits/{id}/release",
        verb="hit_release",
        about="Hits",
        summary="Tell the source of a hit that was held, as the instrument's rule asks.",
        scope=Scope.WRITE_HITS,
        needs=(),
        asks=("confirm_hit",),
        path_fields=ITEM,
        told=made("hit", "hits"),
        answer=named("Result"),
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="answer_hit",
        method=Method.POST,
        path="/hits/{id}/answer",
        verb="hit_answer",
        about="Hits",
        summary="Answer another body's hit on a record of this body.",
        scope=Scope.WRITE_HITS,
        needs=(),
        asks=("answer_hit",),
        path_fields=ITEM,
        body=thing(
            {
                "same": flag("Whether it is the same person."),
                "text": text("The answer; the finder reads it.", most=TEXT_CHARACTERS_MAX),
            }
        ),
        told=made("hit", "hits"),
        answer=named("Result"),
        writes=Writes.ONCE,
    ),
)
MESSAGES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="list_messages",
        method=Method.GET,
        path="/messages",
        verb="message_list",
        about="Messages",
        summary="List the newest messages, without their texts.",
        scope=Scope.READ_MESSAGES,
        needs=READING,
        query={
            **LIMIT,
            "case": named("CaseNumber"),
            "body": text("Those with this body alone, by its code.", most=100),
            "choice": one_of(*MessageChoice, help_text="Those that came, were sent, nobody opened, or wait for action."),
            "thread": text("Those that this one answers or that answer it, however far, and no others.", most=64),
        },
        answer=thing({"messages": many(named("MessageOutside")), "next": NEXT}),
        pages="before",
    ),
    ApiRoute(
        name="show_message",
        method=Method.GET,
        path="/messages/{id}",
        verb="message_show",
        about="Messages",
        summary="Show a message and how far it has come; the text of one that came is not opened by this.",
        scope=Scope.READ_MESSAGES,
        needs=READING,
        path_fields=ITEM,
        names_account=False,
        answer=thing({"message": named("Message")}),
    ),
    ApiRoute(
        name="open_message",
        method=Method.POST,
        path="/messages/{id}/opening",
        verb="message_open",
        about="Messages",
        summary="Open a message that came: its text is in the answer, and its sender learns that it was opened.",
        scope=Scope.READ_MESSAGES,
        needs=(),
        asks=("read_message",),
        path_fields=ITEM,
        answer=thing({"message": named("Message")}),
        stops_where="The first opening stands; done again it only shows the text, so that it needs no Idempotency-Key.",
    ),
    ApiRoute(
        name="send_message",
        method=Method.POST,
        path="/messages",
        verb="message_send",
        about="Messages",
        summary="Send a message to another body.",
        scope=Scope.WRITE_MESSAGES,
        needs=(),
        asks=("send_message",),
        body=thing(
            {
                "to": text("A body's code or id.", most=64),
                "instrument": text("The instrument it is sent under.", most=100),
                "subject": text(most=SUBJECT_CHARACTERS_MAX),
                "text": text(most=TEXT_CHARACTERS_MAX),
                "urgency": text("A code of data/reasons.yaml, for urgencies; normal where none is given.", most=64),
                "for_action": flag("Whether something is asked for."),
                "answers": text("The message that this one answers.", most=64),
                "case": named("CaseNumber"),
                "your_reference": free_text("Their number for the matter.", most=100),
                "attachments": ATTACHMENTS,
            },
            "urgency", "for_action", "answers", "case", "your_reference", "attachments",
        ),
        told=made("message", "messages"),
        answer=named("Result"),
        status=201,
        writes=Writes.ONCE,
        attaches=True,
    ),
    ApiRoute(
        name="fetch_attachment",
        method=Method.POST,
        path="/messages/{id}/attachment-copies",
        verb="message_attachment",
        about="Messages",
        summary="Take a file out of a message, fetching it first where it is not here: as a job.",
        scope=Scope.READ_MESSAGES,
        needs=READING,
        path_fields=ITEM,
        body=thing({"file": text("Its name.", most=FILE_NAME_CHARACTERS_MAX)}),
        answer=named("Result"),
        handled=Handled.JOB,
        job=JobKind.MESSAGE_FILE,
        status=202,
        writes=Writes.ONCE,
        stops_where="The job's file is called file. The look is a row of the trail, and opens the message.",
    ),
    ApiRoute(
        name="conclude_message",
        method=Method.POST,
        path="/messages/{id}/conclusion",
        verb="message_conclude",
        about="Messages",
        summary="State that a message that came was acted on, or refused with a reason.",
        scope=Scope.WRITE_MESSAGES,
        needs=(),
        asks=("send_message",),
        path_fields=ITEM,
        body=thing(
            {"outcome": one_of("acted_on", "refused"), "reason": text("A code of data/reasons.yaml.", most=64)}, "reason"
        ),
        told=made("message", "messages"),
        answer=named("Result"),
        writes=Writes.ONCE,
    ),
    ApiRoute(
        name="note_failure",
        method=Method.POST,
        path="/messages/{id}/failure-noted",
        verb="message_note_failure",
        about="Messages",
        summary="Say that it is known that a message of this body was not delivered; it waits for nobody any more.",
        scope=Scope.WRITE_MESSAGES,
        needs=(),
        asks=("send_message",),
        path_fields=ITEM,
        answer=thing({"message": named("Message")}),
        stops_where="The first stands; done again it changes nothing, so that it needs no Idempotency-Key. 409 for a message that"
        " did not fail.",
    ),
    ApiRoute(
        name="recall_message",
        method=Method.POST,
        path="/messages/{id}/recall",
        verb="message_recall",
        about="Messages",
        summary="Take back a message of this body that was sent in error.",
        scope=Scope.WRITE_MESSAGES,
        needs=(),
        asks=("recall_message",),
        path_fields=ITEM,
        body=thing({"reason": text("Why; the recipient reads it.", most=SUBJECT_CHARACTERS_MAX)}),
        told=made("message", "messages"),
        answer=named("Result"),
        writes=Writes.ONCE,
    ),
)  # fmt: skip
ROUTES = (*HITS, *MESSAGES)
"""Of the table: hits and messages."""
