"""The door in: what becomes of one envelope within one transaction (X3 to X18).

`Intake.judge` asks the rules in their order, then the rooms, and writes what follows: the place in the stream, the answer,
the trail. It neither begins nor commits the transaction, nor signs the answer: that is the service's matter.

Source: docs/rules/exchange.md X3 to X18.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from entente.bodies.authority import Record
from entente.bodies.model import Body
from entente.exchange.envelopes import header_hash, open_sealed, read_body
from entente.exchange.model import (
    KEPT_ASIDE,
    Envelope,
    EnvelopeBody,
    Lane,
    Receipt,
    ReceiptOutcome,
    RefusalReason,
    SetAside,
    StatementResult,
    Stream,
)
from entente.exchange.ports import ExchangeUnit, NodeKeys
from entente.exchange.queues import Queues
from entente.exchange.receipts import opener_for
from entente.exchange.rules import (
    FAULTS,
    GOVERNANCE_KINDS,
    STOPPED_FOR_NOW,
    Course,
    HeaderVerdict,
    Known,
    Refusal,
    Terms,
    judge_header,
    judge_room_refusal,
    judge_statement,
)
from entente.exchange.standing import terms_between
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused, Unavailable, Untrusted
from entente.kernel.ids import BodyId
from entente.kernel.ports import Act
from entente.kernel.signing import encode_bytes
from entente.kernel.statement import Statement

COUNTED_BEFORE = "counted_before"
"""Of a statement that was taken in before, in whatever envelope: it is acknowledged again, and nothing is done."""
REFUSED_MAX = 32
"""Statements of one envelope that rooms may refuse before the rest of it is set aside unasked: an envelope of 1,000 poison
statements then costs 32 looks and not 1,000. Honest nodes refuse what their peer would before they send."""
ROWS_OF_REFUSED_MAX = 32
"""Statements set aside of one envelope that have a row of the trail each; the rest have one together: its receipt is kept too."""
DETAIL_CHARACTERS_MAX = 200
"""So that a receipt of 1,000 refused statements fits a statement's bytes."""
_TOO_MANY = "Too many before it were refused; send it in another envelope."
_FAILED = "This node failed at it. It is kept here, and taken in once the node is mended."
Accept: TypeAlias = Callable[[Any, Statement, BodyId], None]
"""A room's `accept_*`: the unit of work, the statement, the body that sent it on. Raises Refused, Invalid, NotFound, Conflict
or Untrusted to have it set aside. Each takes its own room's unit, which the one unit of a node implements: hence Any."""


OnRefused: TypeAlias = Callable[[Any, Statement, BodyId], bool]
"""Told of a statement that its room refused, in the unit in which it is set aside: what the room wrote as it refused is undone.
Says whether the refusal is for good, so that nothing of the statement may wait here."""


OnFault: TypeAlias = Callable[[Statement, Exception], None]
"""Told of a defect that a statement met, for the operator's log."""


@dataclass(frozen=True, slots=True)
class Poison:
    """A room refused the statement at this place: begin again with it set aside."""

    place: int
    result: StatementResult


@dataclass(frozen=True, slots=True)
class Glance:
    """What a look at an envelope found before anything is written."""

    own: BodyId
    sender: Body | None
    answer: Receipt | None
    """None for an envelope that must be judged within a unit."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Judges envelopes for one node. Safe from several threads: it keeps nothing between calls."""

    keys: NodeKeys
    accept: Mapping[str, Accept]
    record: Record
    on_fault: OnFault
    on_refused: Mapping[str, OnRefused]
    queues: Queues

    def look(self, view: ExchangeUnit, envelope: Envelope, now: datetime) -> Glance:
        """Say what is known of an envelope's sender, and the answer if giving it changes nothing here.

        So nobody who proves nothing makes this node write, or wait to write.

        Source: docs/rules/exchange.md X3 to X9.
        """
        if envelope.header.lane is Lane.RECEIPT:
            raise _receipt_posted()
        known = self._known(view, envelope, view.bodies.own().id)
        verdict = judge_header(envelope, known, now)
        answer: Receipt | None = None
        if verdict.course is Course.ANSWER_AGAIN:
            answer = _same_answer(view, envelope)
        elif verdict.course is Course.ASK_EARLIER or (
            verdict.course is Course.REFUSE and not _leaves_trace(verdict, known)
        ):
            answer = _turned_away(envelope, verdict, now)
        return Glance(known.own, known.sender, answer)

    def judge(
        self,
        unit: ExchangeUnit,
        envelope: Envelope,
        own: BodyId,
        poison: Mapping[int, StatementResult],
        now: datetime,
    ) -> Receipt | Poison:
        """Return the answer to an envelope, having written in the unit what it states; the caller commits.

        `poison` holds the statements, by place, that earlier runs found refused by their rooms. A Poison instead of
        an answer asks for another run, in a new transaction, with that statement added.

        Source: docs/rules/exchange.md X3 to X18.
        """
        # Read again, inside the unit: since the look another envelope of this sender may have been taken in.
        known = self._known(unit, envelope, own)
        verdict = judge_header(envelope, known, now)
        match verdict.course:
            case Course.TAKE:
                return self._open(unit, envelope, known, poison, now)
            case Course.ANSWER_AGAIN:
                return _same_answer(unit, envelope)
            case Course.SET_ASIDE:
                return self._pass_over(unit, envelope, verdict, now)
            case Course.ASK_EARLIER | Course.REFUSE:
                self._note_refusal(unit, envelope, known, verdict)
                return _turned_away(envelope, verdict, now)

    def _known(self, unit: ExchangeUnit, envelope: Envelope, own: BodyId) -> Known:
        header = envelope.header
        return Known(
            own=own,
            is_exercise=unit.bodies.own().is_exercise,
            has_opener=self.keys.opener_of(header.sealed_to) is not None,
            sender=unit.bodies.body(header.sender),
            stream=unit.inbox.stream(header.sender, header.lane),
            taken=unit.inbox.has_taken(header.sender, header.lane, header.incarnation, header.sequence),
        )

    def _note_refusal(self, unit: ExchangeUnit, envelope: Envelope, known: Known, verdict: HeaderVerdict) -> None:
        """Keep what a refusal leaves behind: a count of unknown bodies, the evidence of two headers in one place."""
        if not _leaves_trace(verdict, known):
            return
        if verdict.reason is RefusalReason.UNKNOWN_SENDER:
            unit.bodies.count_unknown(envelope.header.sender)
            return
        header = envelope.header
        taken = unit.inbox.taken_header(header.sender, header.lane, header.incarnation, header.sequence)
        assert taken is not None, "a fork has an end that was taken in"
        # Both ends, each with its signature: together they prove that the sender signed both.
        detail: JsonObject = {
            "rule": verdict.rule,
            "taken": {"header": taken[0].decode("utf-8"), "signature": encode_bytes(taken[1])},
            "header": envelope.header_bytes.decode("utf-8"),
            "signature": encode_bytes(envelope.signature.value),
        }
        self.record(unit, Act("envelope_forked", header.sender, "node", header_hash(envelope), detail))

    def _open(
        self,
        unit: ExchangeUnit,
        envelope: Envelope,
        known: Known,
        poison: Mapping[int, StatementResult],
        now: datetime,
    ) -> Receipt | Poison:
        try:
            plain = open_sealed(envelope, opener_for(envelope, self.keys))
        except Untrusted as error:  # X12
            reason = RefusalReason(error.reason)
            return _turned_away(envelope, HeaderVerdict(Course.REFUSE, "X12", reason, error.what), now)
        try:
            body = read_body(plain)
        except Invalid as error:  # X13
            reason, expected = RefusalReason.ILL_FORMED, envelope.header.sequence + 1
            verdict = HeaderVerdict(Course.SET_ASIDE, "X13", reason, error.why, expected)
            return self._pass_over(unit, envelope, verdict, now)
        standing = _Standing(unit, envelope, known.own, now)
        results = self._admit_all(standing, body, poison)
        if isinstance(results, Poison):
            return results
        self._keep_statements(standing, body, results)
        receipt = Receipt(header_hash(envelope), ReceiptOutcome.STORED, now, results=results)
        self._record(unit, envelope, receipt)
        _advance(unit, envelope, receipt)
        return receipt

    def _admit_all(
        self, standing: _Standing, body: EnvelopeBody, poison: Mapping[int, StatementResult]
    ) -> tuple[StatementResult, ...] | Poison:
        unit, sender = standing.unit, standing.envelope.header.sender
        refused = 0
        counted = set(unit.inbox.accepted_before(sender, [statement.id for statement in body.statements]))
        results: list[StatementResult] = []
        for place, statement in enumerate(body.statements):
            is_refused = place in poison
            if statement.id in counted:
                result = StatementResult(statement.id, is_accepted=True, reason=COUNTED_BEFORE)
            elif is_refused:
                result = poison[place]
            elif refused >= REFUSED_MAX:
                result = _result(statement, Refusal("X18", RefusalReason.NOT_JUDGED, _TOO_MANY))
            elif (refusal := self._stopped(standing, statement)) is not None:
                result = _result(statement, refusal)
            else:
                before = unit.changes()
                refusal = self._refused_by_room(standing, statement)
                if refusal is None:
                    result = StatementResult(statement.id, is_accepted=True)
                    counted.add(statement.id)
                else:
                    result = _result(statement, refusal)
                    # A room that had written nothing when it refused leaves nothing half-written; most look before they write.
                    if unit.changes() != before or refusal.reason is RefusalReason.FAULT:
                        return Poison(place, result)
                    is_refused = True
            if is_refused:
                refused += 1
                self._tell_room(standing, statement, result)
            results.append(result)
        return tuple(results)

    def _tell_room(self, standing: _Standing, statement: Statement, result: StatementResult) -> None:
        if result.reason == RefusalReason.NOT_ACCEPTED and (room := self.on_refused.get(statement.kind)):
            room(standing.unit, statement, standing.envelope.header.sender)

    def _keep_statements(self, standing: _Standing, body: EnvelopeBody, results: tuple[StatementResult, ...]) -> None:
        """Keep what was taken in, so that it counts once, and what failed here for reasons of our own (X14, X18)."""
        unit, envelope, now = standing.unit, standing.envelope, standing.now
        pairs = list(zip(body.statements, results, strict=True))
        taken = [statement for statement, one in pairs if one.is_accepted and one.reason != COUNTED_BEFORE]
        unit.inbox.put_accepted(envelope, taken, now)
        for statement, one in pairs:
            if one.reason in KEPT_ASIDE:
                name, sender = header_hash(envelope), envelope.header.sender
                unit.inbox.set_aside(SetAside(0, sender, name, statement, one.reason, one.detail, now))

    def _stopped(self, standing: _Standing, statement: Statement) -> Refusal | None:
        """Say why a statement's room need not be asked (X14 to X17); nothing was done with it then."""
        refusal = judge_statement(
            statement,
            is_body_known=standing.knows(statement.body),
            kinds=self.accept.keys(),
            terms=standing.terms,
            now=standing.now,
        )
        if refusal is not None and refusal.reason is RefusalReason.UNKNOWN_SENDER:
            standing.unit.bodies.count_unknown(statement.body)
        return refusal

    def _refused_by_room(self, standing: _Standing, statement: Statement) -> Refusal | None:
        """Have the room take a statement in; say why it did not (X18), and then the unit may hold half of what it wrote."""
        try:
            self.accept[statement.kind](standing.unit, statement, standing.envelope.header.sender)
        except Refused as error:
            reason = judge_room_refusal(error.decision)
            is_for_now = reason in STOPPED_FOR_NOW
            return Refusal("X18", reason, error.why if is_for_now else f"{error.code}: {error.what} {error.why}")
        except (Invalid, NotFound, Conflict) as error:
            return Refusal("X18", RefusalReason.NOT_ACCEPTED, f"{error.code}: {error.what} {error.why}")
        except Untrusted as error:
            return Refusal("X18", RefusalReason.NOT_ACCEPTED, f"{error.reason}: {error.what} {error.why}")
        except FAULTS as error:
            self.on_fault(statement, error)
            return Refusal("X18", RefusalReason.FAULT, _FAILED)
        try:
            self.queues.require_room(standing.unit, standing.unit.outbox.pending())
        except Unavailable as error:
            # Whoever asks and takes no answer is answered no more, rather than filling this node's disk (X32).
            return Refusal("X32", RefusalReason.NOT_ACCEPTED, f"{error.code}: {error.what}")
        if statement.kind in GOVERNANCE_KINDS:
            standing.ask_again()
        return None

    def _record(self, unit: ExchangeUnit, envelope: Envelope, receipt: Receipt) -> None:
        """Record the envelope, and each statement set aside; what a room took in, it recorded itself."""
        header = envelope.header
        accepted = sum(result.is_accepted for result in receipt.results)
        detail: JsonObject = {
            "instrument": header.instrument,
            "lane": header.lane,
            "sequence": header.sequence,
            "accepted": accepted,
            "set_aside": len(receipt.results) - accepted,
        }
        self.record(unit, Act("envelope_taken_in", header.sender, "node", receipt.envelope, detail))
        refused = [result for result in receipt.results if not result.is_accepted]
        for result in refused[:ROWS_OF_REFUSED_MAX]:
            why: JsonObject = {"envelope": receipt.envelope, "reason": result.reason, "why": result.detail}
            self.record(unit, Act("statement_set_aside", header.sender, "node", result.statement, why))
        if rest := Counter(result.reason for result in refused[ROWS_OF_REFUSED_MAX:]):
            together: JsonObject = {"envelope": receipt.envelope, "statements": rest.total(), "reasons": dict(rest)}
            self.record(unit, Act("statement_set_aside", header.sender, "node", receipt.envelope, together))

    def _pass_over(self, unit: ExchangeUnit, envelope: Envelope, verdict: HeaderVerdict, now: datetime) -> Receipt:
        receipt = _turned_away(envelope, verdict, now)
        detail: JsonObject = {"rule": verdict.rule, "reason": receipt.reason, "why": receipt.detail}
        self.record(unit, Act("envelope_set_aside", envelope.header.sender, "node", receipt.envelope, detail))
        _advance(unit, envelope, receipt)
        return receipt


class _Standing:
    """What holds between sender and us while one envelope is taken in; asked once, and again after governance."""

    def __init__(self, unit: ExchangeUnit, envelope: Envelope, own: BodyId, now: datetime) -> None:
        self.unit = unit
        self.envelope = envelope
        self.now = now
        self._own = own
        # X4 found the sender.
        self._known: dict[BodyId, bool] = {envelope.header.sender: True}
        self._terms: Terms | None = None

    @property
    def terms(self) -> Terms:
        """How instrument and measures stand now."""
        if self._terms is None:
            header = self.envelope.header
            self._terms = terms_between(
                self.unit, header.instrument, sender=header.sender, recipient=self._own, now=self.now
            )
        return self._terms

    def knows(self, body: BodyId) -> bool:
        """Say whether a body is in the directory."""
        if body not in self._known:
            self._known[body] = self.unit.bodies.body(body) is not None
        return self._known[body]

    def ask_again(self) -> None:
        """Forget the answers: a statement of this envelope may have changed them."""
        self._known.clear()
        self._terms = None


def _leaves_trace(verdict: HeaderVerdict, known: Known) -> bool:
    is_fork = verdict.reason is RefusalReason.REPLAYED and known.taken is not None
    return is_fork or verdict.reason is RefusalReason.UNKNOWN_SENDER


def _advance(unit: ExchangeUnit, envelope: Envelope, receipt: Receipt) -> None:
    header = envelope.header
    unit.inbox.take(envelope, receipt)
    unit.inbox.put_stream(
        Stream(
            header.sender,
            header.lane,
            is_outgoing=False,
            incarnation=header.incarnation,
            sequence=header.sequence,
            head=receipt.envelope,
        )
    )
    if header.lane is Lane.CONTROL and receipt.outcome is ReceiptOutcome.STORED:
        # Control keeps its order, so that what its sender suspended or withdrew before has arrived (disclosure D4).
        unit.bodies.put_heard(header.sender, min(header.sent_at, receipt.at), now=receipt.at)


def _same_answer(unit: ExchangeUnit, envelope: Envelope) -> Receipt:
    header = envelope.header
    receipt = unit.inbox.receipt_for(header.sender, header.lane, header.incarnation, header.sequence)
    assert receipt is not None, "an envelope is taken in together with its receipt"
    if receipt.outcome is ReceiptOutcome.REFUSED:
        return receipt
    return replace(receipt, outcome=ReceiptOutcome.DUPLICATE)


def _turned_away(envelope: Envelope, verdict: HeaderVerdict, now: datetime) -> Receipt:
    name, detail = header_hash(envelope), verdict.detail[:DETAIL_CHARACTERS_MAX]
    if verdict.course is Course.ASK_EARLIER:
        return Receipt(name, ReceiptOutcome.GAP, now, detail=detail, expected=verdict.expected)
    assert verdict.reason is not None, "a refusal has a reason"
    return Receipt(name, ReceiptOutcome.REFUSED, now, verdict.reason.value, detail, verdict.expected)


def _result(statement: Statement, refusal: Refusal) -> StatementResult:
    detail = refusal.detail[:DETAIL_CHARACTERS_MAX]
    return StatementResult(statement.id, is_accepted=False, reason=refusal.reason.value, detail=detail)


def _receipt_posted() -> Invalid:
    return Invalid(
        "A receipt was posted as a message.",
        field="header.lane",
        why="Receipts are taken only as the answer to what they acknowledge (docs/rules/exchange.md X19).",
        do="Answer the post in which the envelope came.",
    )
