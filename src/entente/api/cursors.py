"""Where a list goes on: an opaque text that only this node writes and that holds for the same list of the same account alone.

Source: docs/rules/api.md P10.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Final

from entente.kernel.canonical import Json, canonical_bytes
from entente.kernel.errors import Invalid

_MARK_BYTES: Final = 16
"""128 bits of the keyed digest: nobody guesses one."""
_BLOCK_BYTES: Final = 16
"""A number of the sequence fits one."""


@dataclass(frozen=True, slots=True)
class Cursors:
    """Writes and reads cursors under a secret of the node."""

    secret: bytes = field(repr=False)

    def write(self, place: int | str, about: Json) -> str:
        """Return the cursor of a place in a list, a number or an id; `about` says which list it is, and whose."""
        raw = json.dumps(place).encode("ascii")
        # Of one length, whatever the number: how long it is says how much there is, too.
        raw = raw.ljust(-(-len(raw) // _BLOCK_BYTES) * _BLOCK_BYTES)
        mark = self._mark(raw, about)
        return base64.urlsafe_b64encode(mark + self._hidden(raw, mark)).decode("ascii").rstrip("=")

    def read(self, text: str, about: Json) -> int | str:
        """Return the place; raise Invalid for a cursor that this node did not write, or wrote for another list."""
        try:
            raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error) as error:
            raise _not_ours() from error
        mark = raw[:_MARK_BYTES]
        place = self._hidden(raw[_MARK_BYTES:], mark)
        if not hmac.compare_digest(mark, self._mark(place, about)):
            raise _not_ours()
        found: int | str = json.loads(place)
        return found

    def _hidden(self, place: bytes, mark: bytes) -> bytes:
        """Hide a place under its mark, or bring it back: the mark is of the place itself, so that no two share a stream."""
        stream = hashlib.shake_256(b"cursor stream\0" + self.secret + mark).digest(len(place))
        return bytes(one ^ other for one, other in zip(place, stream, strict=True))

    def _mark(self, place: bytes, about: Json) -> bytes:
        return hmac.digest(self.secret, b"cursor\0" + place + canonical_bytes(about), "sha256")[:_MARK_BYTES]


def _not_ours() -> Invalid:
    return Invalid(
        "The cursor does not belong to this list.",
        field="cursor",
        why="A cursor is taken as it was given from the page before, for the same list, purpose and account (api.md P10).",
        do="Begin again without a cursor, and follow «next» from page to page.",
    )
