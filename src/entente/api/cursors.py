"""Where a list goes on: an opaque text that only this node writes and that holds for the same list of the same account alone.

Source: docs/rules/api.md P10.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import dataclass
from typing import Final

from entente.kernel.canonical import Json, canonical_bytes
from entente.kernel.errors import Invalid

_MARK_BYTES: Final = 16
"""128 bits of the keyed digest: nobody guesses one."""


@dataclass(frozen=True, slots=True)
class Cursors:
    """Writes and reads cursors under a secret of the node."""

    secret: bytes

    def write(self, place: int | str, about: Json) -> str:
        """Return the cursor of a place in a list, a number or an id; `about` says which list it is, and whose."""
        raw = json.dumps(place).encode("ascii")
        return base64.urlsafe_b64encode(self._mark(raw, about) + raw).decode("ascii").rstrip("=")

    def read(self, text: str, about: Json) -> int | str:
        """Return the place; raise Invalid for a cursor that this node did not write, or wrote for another list."""
        try:
            raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error) as error:
            raise _not_ours() from error
        mark, place = raw[:_MARK_BYTES], raw[_MARK_BYTES:]
        if not hmac.compare_digest(mark, self._mark(place, about)):
            raise _not_ours()
        found: int | str = json.loads(place)
        return found

    def _mark(self, place: bytes, about: Json) -> bytes:
        return hmac.digest(self.secret, b"cursor\0" + place + canonical_bytes(about), "sha256")[:_MARK_BYTES]


def _not_ours() -> Invalid:
    return Invalid(
        "The cursor does not belong to this list.",
        field="cursor",
        why="A cursor is taken as it was given from the page before, for the same list, purpose and account (api.md P10).",
        do="Begin again without a cursor, and follow «next» from page to page.",
    )
