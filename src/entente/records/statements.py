"""Records on the wire: the statements `record`, `withdrawal` and `erasure`, and those by which a record's file is fetched.

The first three are daily acts: signed once by the source's node, naming the officer. A record's statement is the same bytes in
the store, in each envelope and in a forwarding body's hands. A file is asked for and given in a call, chunk by chunk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entente.agreements.statements import OFFICER_CHARACTERS_MAX
from entente.kernel.blob import CHUNKS_MAX, is_blob_id
from entente.kernel.canonical import canonical_text, joined, quoted
from entente.kernel.clock import format_time
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Invalid
from entente.kernel.ids import BlobId, BodyId, RecordId, StatementId
from entente.kernel.signing import Signer
from entente.kernel.statement import Statement, draft, signed_text
from entente.kernel.text import is_line
from entente.records.model import Record
from entente.records.rules import texts_read_back

RECORD = "record"
WITHDRAWAL = "withdrawal"
ERASURE = "erasure"
COPY_ENDED = "copy_ended"
COPY_PASSED_ON = "copy_passed_on"
COPY_END_CONFIRMED = "copy_end_confirmed"
ERASURE_CONFIRMED = "erasure_confirmed"
ERASED_SINCE = "erased_since"
ERASED_WORDS = "erased_words"
BLOB_FETCH = "blob_fetch"
BLOB_MANIFEST = "blob_manifest"
BLOB_CHUNK = "blob_chunk"
CHUNKS_PER_CALL_MAX = 2
"""Two sealed chunks and a manifest in base64 are 760 KB: with their signatures they fit the 1 MiB of an envelope's body."""
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


@dataclass(frozen=True, slots=True)
class ErasureContent:
    """The content of an `erasure` statement: a record of the signer that nobody is to hold any more. It says no reason."""

    officer: str
    signed_in: str
    record: RecordId


@dataclass(frozen=True, slots=True)
class EndContent:
    """The content of a `copy_ended`: a record of the signer of which the recipient is to show no copy made before."""

    officer: str
    signed_in: str
    record: RecordId
    version: int
    """The newest version as it was made; it is not for the recipient."""


@dataclass(frozen=True, slots=True)
class PassedOnContent:
    """The content of a `copy_passed_on`: to whom the signer passed a copy of the recipient's record on."""

    officer: str
    signed_in: str
    record: RecordId
    version: int
    to: BodyId


@dataclass(frozen=True, slots=True)
class EndConfirmedContent:
    """The content of a `copy_end_confirmed`: a body that the signer passed a record on to has durably what took it away."""

    officer: str
    signed_in: str
    record: RecordId
    to: BodyId
    ending: str
    """Kind of the source's statement that was passed on: `withdrawal` or `copy_ended`."""


@dataclass(frozen=True, slots=True)
class ErasureConfirmedContent:
    """The content of an `erasure_confirmed`: a body that the signer passed a record on to has durably what erased it there.

    It names no record: an id that is put out of every row is not sent about again.
    """

    officer: str
    signed_in: str
    erasure: StatementId
    """The id of the source's own `erasure` statement."""
    to: BodyId


@dataclass(frozen=True, slots=True)
class BlobFetch:
    """The content of a `blob_fetch`: which chunks of a file the signer asks for, and whether the list of all of them too."""

    blob: BlobId
    with_manifest: bool
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class BlobManifest:
    """The content of a `blob_manifest`: the bytes of which the blob's id is the digest."""

    blob: BlobId
    manifest: bytes


@dataclass(frozen=True, slots=True)
class BlobChunk:
    """The content of a `blob_chunk`: one chunk as it was sealed."""

    blob: BlobId
    index: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class ErasedSince:
    """The content of an `erased_since`: what a restored node asks, since when its backup was made."""

    since: datetime
    after: int
    """Where the next page begins; 0 at first, then as the last answer said."""


@dataclass(frozen=True, slots=True)
class ErasedWords:
    """The content of an `erased_words`: signed erasures without the ids of their records, and what those are found by."""

    keys: Mapping[str, bytes]
    """By source: the key that the stand-ins of its records are made under here."""
    words: tuple[Mapping[str, Any], ...]
    """Statements as for the wire; in each, a stand-in has the place of the record's id."""
    after: int
    has_more: bool


def record_statement(
    record: Record, officer: str, at: datetime, signer: Signer, texts: Mapping[str, str] | None = None
) -> Statement:
    """Make and sign the statement of one version. `texts` are its texts_read_back, where the caller has them already."""
    content = {
        "officer": quoted(officer),
        "signed_in": quoted(SIGNED_IN_AS_OPERATOR),
        "record": _record_text(record, texts_read_back(record) if texts is None else texts),
    }
    return signed_text(RECORD, record.source, at, joined(content), signer)


def _record_text(record: Record, texts: Mapping[str, str]) -> str:
    """Write a record as kernel.codec would, around what it says."""
    return joined(
        {
            **texts,
            "id": canonical_text(record.id),
            "source": quoted(record.source),
            "local_id": canonical_text(record.local_id),
            "version": str(record.version),
            "at": quoted(format_time(record.at)),
        }
    )


def withdrawal_statement(
    record: RecordId, source: BodyId, reason: str, officer: str, at: datetime, signer: Signer
) -> Statement:
    """Make and sign a withdrawal."""
    content = to_object(WithdrawalContent(officer, SIGNED_IN_AS_OPERATOR, record, reason))
    return draft(WITHDRAWAL, source, at, content).with_signature(signer)


def erasure_statement(record: RecordId, source: BodyId, officer: str, at: datetime, signer: Signer) -> Statement:
    """Make and sign an erasure."""
    content = to_object(ErasureContent(officer, SIGNED_IN_AS_OPERATOR, record))
    return draft(ERASURE, source, at, content).with_signature(signer)


def end_statement(
    record: RecordId, version: int, source: BodyId, officer: str, at: datetime, signer: Signer
) -> Statement:
    """Make and sign the end of a copy."""
    content = to_object(EndContent(officer, SIGNED_IN_AS_OPERATOR, record, version))
    return draft(COPY_ENDED, source, at, content).with_signature(signer)


def passed_on_statement(content: PassedOnContent, body: BodyId, at: datetime, signer: Signer) -> Statement:
    """Make and sign the report of a copy passed on."""
    return draft(COPY_PASSED_ON, body, at, to_object(content)).with_signature(signer)


def end_confirmed_statement(content: EndConfirmedContent, body: BodyId, at: datetime, signer: Signer) -> Statement:
    """Make and sign the report of an onward holder's confirmation."""
    return draft(COPY_END_CONFIRMED, body, at, to_object(content)).with_signature(signer)


def erasure_confirmed_statement(
    content: ErasureConfirmedContent, body: BodyId, at: datetime, signer: Signer
) -> Statement:
    """Make and sign the report of an onward holder's erasure."""
    return draft(ERASURE_CONFIRMED, body, at, to_object(content)).with_signature(signer)


def read_end(statement: Statement) -> EndContent:
    """Read the end of a copy; raise Invalid when it is not well formed."""
    return from_json(EndContent, statement.content, "content")


def read_passed_on(statement: Statement) -> PassedOnContent:
    """Read the report of a copy passed on; raise Invalid when it is not well formed."""
    content = from_json(PassedOnContent, statement.content, "content")
    _check_officer(content.officer)
    return content


def read_end_confirmed(statement: Statement) -> EndConfirmedContent:
    """Read the report of an onward holder's confirmation; raise Invalid when it is not well formed."""
    content = from_json(EndConfirmedContent, statement.content, "content")
    _check_officer(content.officer)
    return content


def _check_officer(officer: str) -> None:
    """Check another body's officer, who comes to stand in our trail; raise Invalid."""
    if not is_line(officer) or len(officer) > OFFICER_CHARACTERS_MAX:
        raise Invalid(
            "The officer named in a report is not well formed.",
            field="officer",
            why=f"It is one line of 1 to {OFFICER_CHARACTERS_MAX} characters, as it shows (docs/rules/records.md R32).",
            do="Name the officer by their id at the body that reports, sign the report again and send it.",
        )


def read_erasure_confirmed(statement: Statement) -> ErasureConfirmedContent:
    """Read the report of an onward holder's erasure; raise Invalid when it is not well formed."""
    content = from_json(ErasureConfirmedContent, statement.content, "content")
    _check_officer(content.officer)
    return content


def read_record(statement: Statement) -> Record:
    """Read the record of a statement; raise Invalid when it is not well formed."""
    return from_json(RecordContent, statement.content, "content").record


def read_withdrawal(statement: Statement) -> WithdrawalContent:
    """Read a withdrawal; raise Invalid when it is not well formed."""
    return from_json(WithdrawalContent, statement.content, "content")


def read_erasure(statement: Statement) -> ErasureContent:
    """Read an erasure; raise Invalid when it is not well formed."""
    return from_json(ErasureContent, statement.content, "content")


def read_fetch(statement: Statement) -> BlobFetch:
    """Read a question for a file's chunks; raise Invalid when it is not well formed or asks for too many."""
    asked = from_json(BlobFetch, statement.content, "content")
    least = 0 if asked.with_manifest else 1
    if (
        not is_blob_id(asked.blob)
        or not 0 <= asked.first < CHUNKS_MAX
        or not least <= asked.count <= CHUNKS_PER_CALL_MAX
    ):
        raise Invalid(
            "The question for a file's parts is not well formed.",
            field="content",
            why=f"It names a blob by its id, a first chunk below {CHUNKS_MAX}, and at most {CHUNKS_PER_CALL_MAX} of them, or the "
            "list of all alone (docs/rules/records.md R22).",
            do="Ask for the next chunks in another call.",
        )
    return asked


def blob_statement(
    kind: str, content: BlobFetch | BlobManifest | BlobChunk, body: BodyId, at: datetime, signer: Signer
) -> Statement:
    """Make and sign one of the statements by which a file is fetched."""
    return draft(kind, body, at, to_object(content)).with_signature(signer)
