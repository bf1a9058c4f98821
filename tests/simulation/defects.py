"""Planted defects: what the simulator must find. Each changes one line of one named function, while the code runs.

A defect names its function and the very text it changes. When the function is gone or the text stands there no more, planting
fails loudly: whoever rewrote the code plants the defect anew. The function object stays the same and gets new code, so that every
table and every import that holds it is changed with it.
"""

from __future__ import annotations

import importlib
import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FunctionType

from tests.simulation.template import template


@dataclass(frozen=True, slots=True)
class Defect:
    """One line, made wrong."""

    module: str
    function: str
    """Its qualified name in the module."""
    right: str
    """What stands there."""
    wrong: str
    finds: str
    """The invariant that must break (the number before the colon of a failure)."""
    acts: tuple[str, ...] = ()
    """Events without which nobody comes near the line: only seeds whose plan has them all are run."""


DEFECTS: dict[str, Defect] = {
    "statement-counted-twice": Defect(
        "entente.exchange.intake", "Intake._admit_all", "if statement.id in counted:", "if False:", "C"
    ),
    "chain-not-checked": Defect(
        "entente.exchange.rules", "_continues_the_chain", "if header.previous == head:", "if True:", "I5"
    ),
    "signature-not-checked": Defect(
        "entente.exchange.rules", "_signed_by_sender",
        "if is_signed_by(key, envelope.signature, Context.ENVELOPE, envelope.header_bytes):", "if True:", "I5",
    ),
    "future-not-checked": Defect(
        "entente.exchange.rules", "_not_from_the_future",
        "if envelope.header.sent_at <= now + timedelta(seconds=CLOCK_SKEW_SECONDS_MAX):", "if True:", "I5 C",
    ),
    "receipt-before-commit": Defect(
        "entente.exchange.arriving", "Arriving._judge", "unit.commit()", "pass", "I5"
    ),
    "damage-refused-for-good": Defect(
        "entente.exchange.rules", "judge_receipt",
        "return After.REFUSED if receipt.expected or receipt.reason == RefusalReason.NOT_FOR_US else After.WAIT",
        "return After.REFUSED", "C",
    ),
    "gap-taken-for-an-end": Defect(
        "entente.exchange.rules", "judge_receipt",
        "return After.SEND_EARLIER if receipt.expected < first_waiting else After.WAIT", "return After.DONE", "unexpected C I5",
    ),
    "queue-drops-its-first": Defect(
        "entente.exchange.posting", "Posting._seal",
        "SEALED_AT_ONCE_MAX)))", "SEALED_AT_ONCE_MAX)))[1:]", "C",
    ),
    "suspension-ignored-at-the-door-out": Defect(
        "entente.exchange.posting", "Posting._those_that_go",
        "if why := door.why_not(outgoing.statement, outgoing.instrument):", 'if why := "":', "I3",
    ),
    "suspension-ignored-by-the-gate": Defect(
        "entente.disclosure.instruments", "participations_active", "if case.is_own:", "if True:", "I1 I3"
    ),
    "withdrawal-does-not-overtake": Defect(
        "entente.records.withdrawing", "holders_told", "is_control=True", "is_control=False", "I4"
    ),
    "withdrawn-copy-stays-listed": Defect(
        "entente.records.intake", "Intake._withdraw_copy",
        "unit.records.set_withdrawn(stored.record.id, now, sequence)", "pass", "I4",
    ),
    "withdrawal-not-remembered": Defect(
        "entente.records.intake", "Intake.accept_withdrawal",
        "unit.records.put_withdrawal(content.record, statement)", "pass", "I4 I5",
    ),
    "older-version-replaces-newer": Defect(
        "entente.records.rules", "supersedes", "version > held", "version != held", "I4"
    ),
    "trail-row-left-out": Defect(
        "entente.correspondence.messages", "Messages.accept_message",
        "self.record(unit, Act(statement.kind, sender, header.officer, header.id, detail))", "pass", "T",
    ),
    "head-left-unsigned": Defect(
        "entente.trail.service", "sign_head", "if frontier.size == 0 or", "if frontier.size % 7 == 3 or", "T"
    ),
    "sealed-to-the-wrong-body": Defect(
        "entente.exchange.posting", "Door.__init__",
        "self.sealing_key = sealing_key_of(peer, now)", "self.sealing_key = sealing_key_of(own, now)", "I5",
    ),
    "heads-not-counted": Defect(
        "entente.bodies.rules", "verify_by_heads", "if signed >= keys.threshold:", "if True:", "I2"
    ),
    "own-words-not-given-back": Defect(
        "entente.exchange.recovering", "Recovering.answer",
        "self._page(unit, sender, asked)", "([], False)", "I2 I5 C",
    ),
    "not-sent-again-to-a-restored-body": Defect(
        "entente.exchange.recovering", "Recovering.answer",
        "unit.outbox.reopen(sender, lane, known.incarnation, known.sequence + 1, now)", "0", "I5",
    ),
    "key-that-was-given-up-is-told-nothing": Defect(
        "entente.exchange.later_keys", "tell_later_keys",
        "if not later:", "if True:", "C", ("keep_copy", "restore", "rotate"),
    ),
    "erasure-forgets-who-holds": Defect(
        "entente.records.erasing", "Erasing._erase",
        "holders = holders_told(unit, stored, statement, state, ref=stand_in, now=now)", "holders = ()", "I4 C", ("erase",),
    ),
    "tombstone-not-asked": Defect(
        "entente.records.intake", "Intake.accept_record",
        "if (erased := unit.erasures.tombstone(record.id)) is not None:",
        "if (erased := None) is not None:", "I4 T", ("erase", "cut"),
    ),
    "erased-subject-not-recognised": Defect(
        "entente.records.erasing", "Erasing._erase",
        "keys = self.reentries.identifying(stored.record).kept", "keys = frozenset()", "I4", ("erase", "come_again"),
    ),
    "erased-id-left-in-other-rows": Defect(
        "entente.storage.erasure", "ErasureTables.forget",
        "self._forget_sent(rows[outbox_statement.name], names)", "pass", "I4", ("erase",),
    ),
    "recall-not-told": Defect(
        "entente.correspondence.recalling", "Recalling._recall",
        "self._post_recall(unit, sent, officer, reason, now)", "pass", "I4", ("recall",),
    ),
    "recalled-text-stays-in-the-inbox": Defect(
        "entente.correspondence.recalling", "Recalling._take_text",
        "unit.inbox.empty_naming(about.sender, Kind.MESSAGE, about.id)", "pass", "I4", ("recall",),
    ),
    "withdrawal-not-passed-on": Defect(
        "entente.records.intake", "Intake._withdraw_copy", "tell_holders(unit, stored, statement, now)", "pass", "I4",
        ("forward", "withdraw"),
    ),
    "file-outlives-its-record": Defect(
        "entente.records.blobs", "Blobs.sweep", "self.files.erase(blob)", "pass", "I4", ("attach", "open_file"),
    ),
    "measure-ignored-by-who-writes": Defect(
        "entente.correspondence.channels", "_no_measure",
        "if stands and (stops_sender or stops_recipient):", "if False:", "I1 I3", ("measure",),
    ),
    "successor-by-one-officer": Defect(
        "entente.bodies.succession", "confirm", "if by == proposed.proposed_by:", "if False:", "I2", ("succeed",),
    ),
    "succeeded-body-still-heard": Defect(
        "entente.bodies.rules", "key_at", " or body.succeeded_by is not None:", ":", "I2", ("succeed",),
    ),
    "own-words-not-told": Defect(
        "entente.bodies.service", "Directory.keep_group", "self._send_to_all(unit, statement)", "pass", "C",
        ("keep_group",),
    ),
    "act-without-its-statement": Defect(
        "entente.correspondence.messages", "Messages._send",
        "self._post(unit, Kind.MESSAGE, header, content, going.instrument)", "pass", "I5",
    ),
}  # fmt: skip


def function_of(defect: Defect) -> FunctionType:
    """Return the function a defect is planted in; AssertionError when it is gone or no longer says what it said."""
    found: object = importlib.import_module(defect.module)
    for name in defect.function.split("."):
        found = getattr(found, name, None)
    assert isinstance(found, FunctionType), f"{defect.module}.{defect.function} is gone: plant the defect anew"
    times = inspect.getsource(found).count(defect.right)
    assert times == 1, (
        f"{defect.module}.{defect.function} says «{defect.right}» {times} times and not once: plant it anew"
    )
    return found


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Run with a defect; the right code is back afterwards. What every seed begins with is made by the right code."""
    template()
    defect = DEFECTS[name]
    function = function_of(defect)
    source = textwrap.dedent(inspect.getsource(function)).replace(defect.right, defect.wrong)
    made: dict[str, FunctionType] = {}
    # The annotations of the source are never evaluated: the module's own functions keep theirs as text, too.
    code = compile(f"from __future__ import annotations\n{source}", f"<{name}>", "exec")
    exec(code, function.__globals__, made)  # noqa: S102 - our own source with one line changed
    wrong = made[function.__name__]
    right = function.__code__
    assert wrong.__code__.co_freevars == right.co_freevars, f"{name} changes what the function closes over"
    function.__code__ = wrong.__code__
    try:
        yield
    finally:
        function.__code__ = right
