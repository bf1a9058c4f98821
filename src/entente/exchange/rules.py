"""The one list that a message from another node must pass before it is believed, in its order.

    X1  version, X37 exercise   X7   unique key: a duplicate, or a replay      X13  body: form and bounds
    X2  form and size           X8   sequence: next, a gap, or an old stream   X14  each statement's body is known
    X3  for us                  X9   chain                                     X15  each statement's kind is known
    X4  sender known            X10  not expired                               X16  instrument in force
    X5  signed by its node key  X11  sealed to our key                         X17  no measure stands against it
    X6  not from the future     X12  opens, and is what the header names       X18  the room takes it in

X1 and X2 hold once an envelope was read (`envelopes`). `judge_header` is X37 and X3 to X11, `judge_statement` X14 to X17; X12
and X13 are asked between them by the service, which alone holds the private key, and X18 is the room's own word. What
fails up to X9 or at X12 proves nothing and leaves no trace in the stream; what fails later is the sender's own word, and is set
aside without blocking the stream (X10, X11 and X13 the envelope, X14 to X18 the one statement).

Source: docs/rules/exchange.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from entente.agreements.statements import AgreementKind
from entente.bodies.model import Body
from entente.bodies.rules import key_at
from entente.bodies.statements import DirectoryKind
from entente.exchange.envelopes import header_hash
from entente.exchange.model import (
    CALL_SECONDS_MAX,
    CLOCK_SKEW_SECONDS_MAX,
    Envelope,
    Receipt,
    ReceiptOutcome,
    RefusalReason,
    SendState,
    StatementResult,
    Stream,
)
from entente.kernel.clock import format_time
from entente.kernel.decision import Decision
from entente.kernel.ids import BodyId
from entente.kernel.signing import Context, is_signed_by, key_id
from entente.kernel.statement import Statement

GOVERNANCE_KINDS = frozenset({*DirectoryKind, *AgreementKind})
"""What must pass before any instrument is in force, and whatever measure stands: nobody can be cut off from the charter."""

ALWAYS_OPEN_KINDS = GOVERNANCE_KINDS | {
    "withdrawal", "erasure", "copy_ended", "recall", "recall_answer", "renewal", "evidence",
    "copy_passed_on", "copy_end_confirmed", "erasure_confirmed",
}  # fmt: skip
"""What only takes away must reach whoever received, whatever ended or was suspended since (DESIGN section 1, promise 4). A
renewal says that nothing else was said; the others tell a body what was done with what it sent. None discloses anything."""


FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a defect in a room raises. A store that fails raises other things, and is no fault of the statement."""


class Course(StrEnum):
    """What is to be done with an envelope."""

    TAKE = "take"
    """It is the next of its stream: open it and take its statements in."""
    ANSWER_AGAIN = "answer_again"
    """It was taken in before: give the same answer, do nothing."""
    ASK_EARLIER = "ask_earlier"
    """An earlier one is missing."""
    SET_ASIDE = "set_aside"
    """It is the sender's own word and cannot be taken in: the stream passes over it."""
    REFUSE = "refuse"
    """It proves nothing: no trace in the stream."""


@dataclass(frozen=True, slots=True)
class Known:
    """What this node knows when it judges an envelope."""

    own: BodyId
    is_exercise: bool
    """Whether we are invented for an exercise."""
    has_opener: bool
    """Whether we hold the key that the envelope is sealed to."""
    sender: Body | None
    stream: Stream | None
    """The newest incarnation of this sender's stream in this lane."""
    taken: str | None
    """Hash of the header taken in under the same key, if one was."""


@dataclass(frozen=True, slots=True)
class HeaderVerdict:
    """What is to be done with an envelope, by which rule, and why."""

    course: Course
    rule: str
    reason: RefusalReason | None = None
    detail: str = ""
    expected: int = 0


_Rule: TypeAlias = Callable[[Envelope, Known, datetime], HeaderVerdict | None]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one statement is set aside."""

    rule: str
    reason: RefusalReason
    detail: str


@dataclass(frozen=True, slots=True)
class Terms:
    """How the envelope's instrument and the charter's measures stand between the sender and us, now."""

    why_not: str
    """Why nothing passes under the instrument, in a sentence for the sender; empty when it is in force between us."""
    suspended: str
    """Which of the two suspended all of it toward the other, in a sentence; empty when neither did."""
    measure: str
    """Which charter measure stops the sender, in a sentence; empty when none does."""

    @property
    def stopped(self) -> str:
        """The first that stops it; empty when nothing does."""
        return self.why_not or self.suspended or self.measure


def judge_header(envelope: Envelope, known: Known, now: datetime) -> HeaderVerdict:
    """Say what is to be done with an envelope that was read; the first rule that stops it decides. Never raises.

    Source: docs/rules/exchange.md X3 to X11, in that order.
    """
    for rule in _HEADER_RULES:
        if (verdict := rule(envelope, known, now)) is not None:
            return verdict
    return HeaderVerdict(Course.TAKE, "X11")


def judge_call(envelope: Envelope, known: Known, now: datetime) -> HeaderVerdict:
    """Say whether a call may be answered: it is for us, its sender's own, fresh, and sealed to a key of ours. Never raises.

    That it was not answered before is asked of the store, in the transaction that answers it.

    Source: docs/rules/exchange.md X3 to X6, X11 and X27.
    """
    for rule in _CALL_RULES:
        if (verdict := rule(envelope, known, now)) is not None:
            return verdict
    return HeaderVerdict(Course.TAKE, "X27")


def judge_passing_on(envelope: Envelope, known: Known, now: datetime) -> HeaderVerdict:
    """Say whether an envelope to another body is what it claims, so that it may be passed on. Never raises.

    An earlier key of the sender is good here: its recipient may not know the next one yet, and judges that itself.
    For whom this node passes on, and how much, is asked by the relay.

    Source: docs/rules/exchange.md X3 to X6, X10 and X24.
    """
    rules = (_of_one_world, _is_anothers, _sender_known, _signed_by_sender, _not_from_the_future, _not_expired)
    return _between(envelope, known, now, rules, "X24")


def judge_call_between(envelope: Envelope, known: Known, now: datetime) -> HeaderVerdict:
    """Say whether a call to another body is what it claims and fresh, so that it may be passed on at once. Never raises.

    Source: docs/rules/exchange.md X3 to X6, X27 and X35.
    """
    rules = (_of_one_world, _is_anothers, _sender_known, _signed_by_sender, _not_from_the_future, _fresh)
    return _between(envelope, known, now, rules, "X35")


def _between(envelope: Envelope, known: Known, now: datetime, rules: Sequence[_Rule], number: str) -> HeaderVerdict:
    for rule in rules:
        verdict = rule(envelope, known, now)
        # A relay may know a key that the recipient does not know yet.
        if verdict is not None and verdict.reason is not RefusalReason.KEY_NO_LONGER_VALID:
            return _refuse(number, verdict.reason or RefusalReason.NOT_FOR_US, verdict.detail)
    return HeaderVerdict(Course.TAKE, number)


class After(StrEnum):
    """What a sender does after a receipt."""

    DONE = "done"
    """The envelope is settled: its statements were taken in or refused one by one."""
    REFUSED = "refused"
    """The envelope is settled: the other side will never take in these bytes, nor what they say."""
    RESEAL = "reseal"
    """The other side will never take in these bytes, but may take in what they say: a new stream begins with it."""
    SEND_EARLIER = "send_earlier"
    """The other side lost what it acknowledged: it is sent again, in a new stream."""
    WAIT = "wait"
    """It may have been damaged on its way, or a clock is wrong: the same bytes are sent again."""
    RELAYED = "relayed"
    """A relay has it; it waits for its recipient's own word."""


def judge_receipt(receipt: Receipt, first_waiting: int) -> After:
    """Say what is to be done with an envelope after its recipient's receipt for it. Never raises.

    `first_waiting` is the sequence of the first envelope of the stream that is not acknowledged.

    Source: docs/rules/exchange.md X21.
    """
    match receipt.outcome:
        case ReceiptOutcome.STORED | ReceiptOutcome.DUPLICATE:
            return After.DONE
        case ReceiptOutcome.RELAYED:
            return After.RELAYED
        case ReceiptOutcome.GAP:
            return After.SEND_EARLIER if receipt.expected < first_waiting else After.WAIT
        case ReceiptOutcome.UNDELIVERED:
            return After.WAIT
    if receipt.reason in _RESEALED or (receipt.expected and receipt.reason == RefusalReason.NOT_SEALED_FOR_US):
        return After.RESEAL
    return After.REFUSED if receipt.expected or receipt.reason == RefusalReason.NOT_FOR_US else After.WAIT


_RESEALED = frozenset({RefusalReason.KEY_NO_LONGER_VALID, RefusalReason.REPLAYED, RefusalReason.CHAIN_BROKEN})
"""Refusals that the same bytes will always meet, and that say nothing against what they carry."""


STOPPED_FOR_NOW = frozenset({RefusalReason.SUSPENDED, RefusalReason.MEASURE_STANDS})
"""Why a statement is not taken in that say nothing against it: their author lifts them, or their day comes."""
_STOPPING_GROUNDS = {
    "D3": RefusalReason.SUSPENDED,
    "M2.5": RefusalReason.SUSPENDED,
    "M2.2": RefusalReason.MEASURE_STANDS,
}
"""The grounds of rooms that a suspension, a narrowing or a measure makes say no; D2 and M2.3 say it where a party withdrew."""


def judge_room_refusal(decision: Decision) -> RefusalReason:
    """Say why a statement that its room refused with these grounds is set aside: for now, when nothing else speaks against it.

    Source: docs/rules/exchange.md X18 and X21.
    """
    reasons = [_STOPPING_GROUNDS.get(ground.number, RefusalReason.NOT_ACCEPTED) for ground in decision.refusals]
    if not reasons or RefusalReason.NOT_ACCEPTED in reasons:
        return RefusalReason.NOT_ACCEPTED
    return reasons[0]


def judge_result(result: StatementResult, *, is_any_judged: bool) -> SendState:
    """Say what becomes of a statement of ours after its recipient's word on it. Never raises.

    `is_any_judged` says whether that word settles any statement of the envelope: else to send the rest again would not end.

    Source: docs/rules/exchange.md X21.
    """
    if result.is_accepted:
        return SendState.STORED
    if result.reason in STOPPED_FOR_NOW:
        return SendState.HELD
    return SendState.WAITING if result.reason == RefusalReason.NOT_JUDGED and is_any_judged else SendState.REFUSED


def judge_statement(
    statement: Statement, *, is_body_known: bool, kinds: Collection[str], terms: Terms, now: datetime
) -> Refusal | None:
    """Say why one statement of an authentic envelope must be set aside, or None when its room may be asked.

    Source: docs/rules/exchange.md X14 to X17, in that order.
    """
    kind = statement.kind
    if not is_body_known:
        return Refusal("X14", RefusalReason.UNKNOWN_SENDER, "The body that made it is not in our directory.")
    if kind not in kinds:
        return Refusal("X15", RefusalReason.UNKNOWN_KIND, f"This node knows no statement of the kind «{kind[:40]}».")
    # An instrument's stand or a measure dated ahead would make every later word of its author old news until then.
    if statement.at > now + timedelta(seconds=CLOCK_SKEW_SECONDS_MAX):
        detail = f"It is dated {format_time(statement.at)}, and by our clock it is {format_time(now)}."
        return Refusal("X6", RefusalReason.FROM_THE_FUTURE, detail)
    return None if kind in ALWAYS_OPEN_KINDS else _stopped_by(terms)


def _stopped_by(terms: Terms) -> Refusal | None:  # X16, X17
    if terms.why_not:
        return Refusal("X16", RefusalReason.INSTRUMENT_NOT_IN_FORCE, terms.why_not)
    if terms.suspended:
        return Refusal("X16", RefusalReason.SUSPENDED, terms.suspended)
    if terms.measure:
        return Refusal("X17", RefusalReason.MEASURE_STANDS, terms.measure)
    return None


def _of_one_world(envelope: Envelope, known: Known, _now: datetime) -> HeaderVerdict | None:  # X37
    if envelope.header.is_exercise is known.is_exercise:
        return None
    detail = "It is part of an exercise." if envelope.header.is_exercise else "This node is part of an exercise."
    return _refuse("X37", RefusalReason.EXERCISE, detail)


def _is_for_us(envelope: Envelope, known: Known, _now: datetime) -> HeaderVerdict | None:  # X3
    if envelope.header.recipient == known.own and envelope.header.sender != known.own:
        return None
    return _refuse("X3", RefusalReason.NOT_FOR_US, "It is addressed to another body.")


def _is_anothers(envelope: Envelope, known: Known, _now: datetime) -> HeaderVerdict | None:  # X3
    if envelope.header.sender != known.own:
        return None
    return _refuse("X3", RefusalReason.NOT_FOR_US, "It is our own; somebody brought it back.")


def _sender_known(_envelope: Envelope, known: Known, _now: datetime) -> HeaderVerdict | None:  # X4
    if known.sender is not None:
        return None
    return _refuse(
        "X4", RefusalReason.UNKNOWN_SENDER, "Its sender is not in our directory; ask a body we know to introduce it."
    )


def _signed_by_sender(envelope: Envelope, known: Known, now: datetime) -> HeaderVerdict | None:  # X5
    assert known.sender is not None, "X4 stands before X5"
    if (key := key_at(known.sender, envelope.header.key, now)) is not None:
        if is_signed_by(key, envelope.signature, Context.ENVELOPE, envelope.header_bytes):
            return None
    elif any(
        key_id(version.node_key) == envelope.header.key
        and is_signed_by(version.node_key, envelope.signature, Context.ENVELOPE, envelope.header_bytes)
        for version in known.sender.keys
    ):
        return _refuse("X5", RefusalReason.KEY_NO_LONGER_VALID, "It is signed with a key that is not in force now.")
    return _refuse("X5", RefusalReason.WRONG_SIGNATURE, "The sender's node key did not sign exactly these bytes.")


def _not_from_the_future(envelope: Envelope, _known: Known, now: datetime) -> HeaderVerdict | None:  # X6
    if envelope.header.sent_at <= now + timedelta(seconds=CLOCK_SKEW_SECONDS_MAX):
        return None
    return _refuse("X6", RefusalReason.FROM_THE_FUTURE, f"By our clock it is {format_time(now)}; set yours.")


def _unique(envelope: Envelope, known: Known, _now: datetime) -> HeaderVerdict | None:  # X7
    if known.taken is None:
        return None
    if known.taken == header_hash(envelope):
        return HeaderVerdict(Course.ANSWER_AGAIN, "X7")
    return _refuse("X7", RefusalReason.REPLAYED, "Another envelope was taken in under the same sequence number.")


def _is_next(envelope: Envelope, known: Known, _now: datetime) -> HeaderVerdict | None:  # X8
    header, stream = envelope.header, known.stream
    if stream is not None and header.incarnation < stream.incarnation:
        return _refuse("X8", RefusalReason.REPLAYED, "It belongs to a stream that a newer one has replaced.")
    begun = stream is not None and header.incarnation == stream.incarnation
    expected = stream.sequence + 1 if stream is not None and begun else 1
    if header.sequence == expected:
        return None
    if header.sequence > expected:
        return HeaderVerdict(Course.ASK_EARLIER, "X8", detail="An earlier envelope is missing.", expected=expected)
    return _refuse("X8", RefusalReason.REPLAYED, "Its sequence number lies behind the stream.")


def _continues_the_chain(envelope: Envelope, known: Known, _now: datetime) -> HeaderVerdict | None:  # X9
    header, stream = envelope.header, known.stream
    head = stream.head if stream is not None and stream.incarnation == header.incarnation else ""
    if header.previous == head:
        return None
    return _refuse("X9", RefusalReason.CHAIN_BROKEN, "It does not follow the envelope that we took in last.")


def _not_expired(envelope: Envelope, _known: Known, now: datetime) -> HeaderVerdict | None:  # X10
    if now < envelope.header.expires_at:
        return None
    return _set_aside("X10", envelope, RefusalReason.EXPIRED, "It came after the moment its sender set.")


def _sealed_to_our_key(envelope: Envelope, known: Known, _now: datetime) -> HeaderVerdict | None:  # X11
    if known.has_opener:
        return None
    return _set_aside("X11", envelope, RefusalReason.NOT_SEALED_FOR_US, "It is sealed to a key that is not ours now.")


def _fresh(envelope: Envelope, _known: Known, now: datetime) -> HeaderVerdict | None:  # X27
    if now <= envelope.header.sent_at + timedelta(seconds=CALL_SECONDS_MAX):
        return None
    return _refuse(
        "X27", RefusalReason.NOT_FRESH, f"By our clock it is {format_time(now)}; a call is answered at once."
    )


_CALL_RULES: tuple[_Rule, ...] = (
    _of_one_world,
    _is_for_us,
    _sender_known,
    _signed_by_sender,
    _not_from_the_future,
    _fresh,
    _sealed_to_our_key,
)
_HEADER_RULES: tuple[_Rule, ...] = (
    _of_one_world,
    _is_for_us,
    _sender_known,
    _signed_by_sender,
    _not_from_the_future,
    _unique,
    _is_next,
    _continues_the_chain,
    _not_expired,
    _sealed_to_our_key,
)


def _refuse(rule: str, reason: RefusalReason, detail: str) -> HeaderVerdict:
    return HeaderVerdict(Course.REFUSE, rule, reason, detail)


def _set_aside(rule: str, envelope: Envelope, reason: RefusalReason, detail: str) -> HeaderVerdict:
    return HeaderVerdict(Course.SET_ASIDE, rule, reason, detail, envelope.header.sequence + 1)
