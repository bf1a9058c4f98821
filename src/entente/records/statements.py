"""Records on the wire: the statements `record` and `withdrawal`, made and read.

Both are daily acts: signed once by the source's node, naming the officer. A record's statement is the same bytes in the
store, in each envelope and in a forwarding body's hands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from entente.kernel.canonical import JsonObject
from entente.kernel.codec import from_json, to_object
from entente.kernel.ids import BodyId, RecordId
from entente.kernel.signing import Signer
from entente.kernel.statement import Statement, draft
from entente.records.model import Record

RECORD = "record"
WITHDRAWAL = "withdrawal"
SIGNED_IN_AS_OPERATOR = "operator token"
"""How officers sign in until the desk exists (part 5): through whoever holds the node folder's operator token."""


@dataclass(frozen=True, slots=True)
class RecordContent:
    """The content of a `record` statement."""

    officer: str
    signed_in: str
    record: Record


@dataclass(frozen=True, slots=True)
class WithdrawalContent:
    """The content of a `withdrawal` statement: a record of the signer that is to be found nowhere any more."""

    officer: str
    signed_in: str
    record: RecordId
    reason: str


def record_statement(record: Record, officer: str, at: datetime, signer: Signer) -> Statement:
    """Make and sign the statement of one version."""
    content: JsonObject = {"officer": officer, "signed_in": SIGNED_IN_AS_OPERATOR, "record": to_object(record)}
    return draft(RECORD, record.source, at, content).with_signature(signer)


def withdrawal_statement(
    record: RecordId, source: BodyId, reason: str, officer: str, at: datetime, signer: Signer
) -> Statement:
    """Make and sign a withdrawal."""
    content = to_object(WithdrawalContent(officer, SIGNED_IN_AS_OPERATOR, record, reason))
    return draft(WITHDRAWAL, source, at, content).with_signature(signer)


def read_record(statement: Statement) -> Record:
    """Read the record of a statement; raise Invalid when it is not well formed."""
    return from_json(RecordContent, statement.content, "content").record


def read_withdrawal(statement: Statement) -> WithdrawalContent:
    """Read a withdrawal; raise Invalid when it is not well formed."""
    return from_json(WithdrawalContent, statement.content, "content")
