"""Drafts of an import held against the rules, with what is signed and compared of them: pure work, done anywhere.

What depends on what is held (versions, withdrawals, ends, what was erased) is judged later, in the transaction that keeps them
(importing). Source: docs/rules/records.md R1 to R3, R6 and R51.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from entente.handling.model import CodeLists
from entente.kernel.errors import Invalid
from entente.records.model import RecordDraft, Rejected, Schemata
from entente.records.rules import check_draft, check_local_id, content_digest, texts_read_back
from entente.records.written import WrittenAhead

RAW_CHARACTERS_MAX = 500
"""How much of a rejected row is kept in the rejects file."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A draft with what is written of it. Made for this very draft: of one that differs it is made anew."""

    draft: RecordDraft
    texts: Mapping[str, str]
    """Its texts_read_back: where they were written, so that whoever signs them does not do it again."""
    digest: bytes
    """Its content_digest."""
    written: WrittenAhead | None = None
    """What the store keeps of it, where that was written already."""


def prepared(draft: RecordDraft) -> Prepared:
    """Return a draft with what is written of it."""
    texts = texts_read_back(draft)
    return Prepared(draft, texts, content_digest(texts))


def checked(draft: RecordDraft, schemata: Schemata, lists: CodeLists) -> Prepared | Rejected:
    """Hold a draft against what a record of its schema may be (R1 to R3); return it ready to be kept, or why it is not."""
    try:
        check_local_id(draft.local_id)
        check_draft(draft, schemata, lists)
    except Invalid as error:
        raw = repr(draft.fragment.data[:RAW_CHARACTERS_MAX]) if draft.fragment is not None else draft.local_id
        return Rejected(draft.local_id, error.field, error.what, raw, draft.local_id)
    return prepared(draft)
