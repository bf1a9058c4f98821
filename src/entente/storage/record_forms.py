"""The compact forms of a row of a record: content as text, fragment compressed; without SQL, so that any process can write them.

Facts and links stand as short lists and disclosure classes by number, since a record is written and read by the thousand.
`record_rows` reads them back.
"""

from __future__ import annotations

import json
import zlib
from typing import Final

from entente.kernel.codec import to_json
from entente.records.model import Record, RecordDraft
from entente.records.written import WrittenAhead

FRAGMENT_COMPRESSION: Final = 1
"""The fastest level of zlib: a fragment of 3 KB shrinks to a third in 40 µs, within the import's time."""
TINY_FRAGMENT_BYTES: Final = 1_024
"""A fragment shorter than this shrinks by a third at most, less than a row of the trail; it is kept as it is, in zlib's form."""
SMALL_FRAGMENT_BYTES: Final = 4_096
SMALL_WINDOW_BITS: Final = 12
SMALL_MEMORY_LEVEL: Final = 5
"""A fragment within one window of 4 KB shrinks as far with it, and zlib has a tenth of the memory to make ready for each."""

encoded = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def written_ahead(draft: RecordDraft) -> WrittenAhead:
    """Return what a store keeps of a draft."""
    return WrittenAhead(content_text(draft), None if draft.fragment is None else compressed(draft.fragment.data))


def content_text(said: Record | RecordDraft) -> str:
    """Return the text of a row's content."""
    content: dict[str, object] = {
        "facts": [
            (fact.property, fact.value, fact.terms, fact.observation, fact.is_unknown_property) for fact in said.facts
        ],
        "links": [[link.property, link.to, link.terms, link.observation.value] for link in said.links],
        "review_on": said.retention.review_on.isoformat(),
    }
    if said.blobs:
        # Few records have files, and those that have few: the common form is enough.
        content["blobs"] = to_json(said.blobs)
    return encoded(content)


def compressed(data: bytes) -> bytes:
    """Compress a fragment; any zlib reads it back, whatever the window."""
    if len(data) > SMALL_FRAGMENT_BYTES:
        return zlib.compress(data, FRAGMENT_COMPRESSION)
    level = FRAGMENT_COMPRESSION if len(data) >= TINY_FRAGMENT_BYTES else zlib.Z_NO_COMPRESSION
    small = zlib.compressobj(level, zlib.DEFLATED, SMALL_WINDOW_BITS, SMALL_MEMORY_LEVEL)
    return small.compress(data) + small.flush()
