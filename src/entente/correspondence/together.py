"""How a message that went out to several stands at each of them: who has it, who opened it, from whom it is taken back.

What is said of an addressee rests on what its node signed: a receipt, a step, an answer to the recall. Where it has signed
nothing we do not know, and say that; nobody's silence counts as «not opened».

Source: docs/rules/correspondence.md M27.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from entente.correspondence.model import Message, Recall, Step, WentTo
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.statements import Kind
from entente.kernel.ids import BodyId
from entente.kernel.ports import Delivery


class Standing(StrEnum):
    """Where a message stands at one of those it went to."""

    WAITING = "waiting"
    """Sent, and not known to have arrived."""
    NOT_DELIVERED = "not_delivered"
    """Refused there, given up, held, or taken back here by whoever decided about what was held."""
    ARRIVED = "arrived"
    OPENED = "opened"
    NEVER_LEFT = "never_left"
    """Recalled before any envelope carried it."""
    RECALL_WAITING = "recall_waiting"
    """Recalled here; the recall is not known to have arrived, so that whoever has the message still has it."""
    RECALL_NOT_DELIVERED = "recall_not_delivered"
    RECALL_ARRIVED = "recall_arrived"
    """The recall is there; the answer that says whether it had been opened is not here."""
    RECALLED_UNOPENED = "recalled_unopened"
    RECALLED_OPENED = "recalled_opened"
    """Its text is gone there; what was read, printed or copied before is not."""


NOT_RECALLED = frozenset({Standing.WAITING, Standing.NOT_DELIVERED, Standing.ARRIVED, Standing.OPENED})
_ENDED = frozenset({"refused", "undelivered", "held", "retracted"})
_HAS_OPENED = frozenset({Step.OPENED, Step.ACTED_ON, Step.REFUSED})


@dataclass(frozen=True, slots=True)
class AtAddressee:
    """A message of ours at one of those it went to."""

    message: str
    body: BodyId
    is_for_action: bool
    standing: Standing
    at: datetime | None
    """Since when it stands so, where something says so."""
    reason: str
    """Why it, or its recall, was not delivered, in the words that came."""
    is_opened: bool
    """Whether that body has signed that an officer opened it; False says that it has not signed so."""
    opened_at: datetime | None
    recall: Recall | None


@dataclass(frozen=True, slots=True)
class Together:
    """What went out in one act, as it stands now."""

    of: str
    """The message that was asked about."""
    addressees: tuple[AtAddressee, ...]
    """Those for action first, each by its id."""

    def counts(self) -> Mapping[Standing, int]:
        """Return how many stand where, in the order of Standing; none of which there are none."""
        counted = Counter(one.standing for one in self.addressees)
        return {standing: counted[standing] for standing in Standing if counted[standing]}


def at_addressee(sent: WentTo, deliveries: Sequence[Delivery]) -> AtAddressee:
    """Say how a message stands at its recipient, by what is known of its own delivery and of its recall's.

    Source: docs/rules/correspondence.md M27.
    """
    message, recall = _last(deliveries, Kind.MESSAGE), _last(deliveries, Kind.RECALL)
    steps = [] if message is None else [one for one in message.steps if one.step in _HAS_OPENED]
    opened_at = min((one.at for one in steps), default=None)
    is_opened = bool(steps) or (sent.recall is not None and sent.recall.was_opened is True)
    if sent.recall is None:
        standing, at, reason = _sent(message, opened_at)
    else:
        standing, at, reason = _recalled(sent.recall, recall, is_opened=is_opened)
    return AtAddressee(
        sent.message, sent.body, sent.is_for_action, standing, at, reason, is_opened, opened_at, sent.recall
    )


_Found = tuple[Standing, datetime | None, str]


def _sent(message: Delivery | None, opened_at: datetime | None) -> _Found:
    if opened_at is not None:
        return Standing.OPENED, opened_at, ""
    if message is None:
        return Standing.WAITING, None, ""
    if message.state in _ENDED:
        return Standing.NOT_DELIVERED, message.at, message.reason
    return (Standing.ARRIVED if message.state == "stored" else Standing.WAITING), message.at, ""


def _recalled(recall: Recall, delivery: Delivery | None, *, is_opened: bool) -> _Found:
    if not recall.has_left:
        return Standing.NEVER_LEFT, recall.at, ""
    if recall.answered_at is not None:
        return Standing.RECALLED_OPENED if is_opened else Standing.RECALLED_UNOPENED, recall.answered_at, ""
    if delivery is None:
        return Standing.RECALL_WAITING, recall.at, ""
    if delivery.state in _ENDED:
        return Standing.RECALL_NOT_DELIVERED, delivery.at, delivery.reason
    return (Standing.RECALL_ARRIVED if delivery.state == "stored" else Standing.RECALL_WAITING), delivery.at, ""


def _last(deliveries: Iterable[Delivery], kind: Kind) -> Delivery | None:
    return next((one for one in reversed(list(deliveries)) if one.kind == kind), None)


def went_out(unit: CorrespondenceUnit, sent: Message) -> tuple[WentTo, ...]:
    """Return all that went out in one act with a message of ours, itself among it; itself alone where it knows no act.

    All of an act have one case and answer one item: who may know of one of them may know of all (cases.md C8, disclosure.md D11).
    """
    act = unit.correspondence.act_of(sent.header.id)
    alone = (WentTo(sent.header.id, sent.header.recipient, sent.is_for_action, sent.recall),)
    return unit.correspondence.sent_in(act) if act else alone


def together(unit: CorrespondenceUnit, sent: Message) -> Together:
    """Return how what went out in one act with a message of ours stands now at each it went to."""
    messages = went_out(unit, sent)
    deliveries = unit.outbox.deliveries_of([one.message for one in messages])
    found = [at_addressee(one, deliveries[one.message]) for one in messages]
    return Together(sent.header.id, tuple(sorted(found, key=lambda one: (not one.is_for_action, one.body))))
