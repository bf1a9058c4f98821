"""What an import brings beside drafts: originals that their maker takes back, and how one stands to the one before it.

Source: docs/rules/records.md R55.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from entente.records.model import Fragment


@dataclass(frozen=True, slots=True)
class Revoked:
    """A row of an import by which the maker of an original takes it back: the record made from it is withdrawn (R55)."""

    place: str
    local_id: str
    why: str
    fragment: Fragment
    """The original that says so."""


class OriginalStanding(StrEnum):
    """How an original that comes stands to the one that a record was made from (R55)."""

    NEWER = "newer"
    OLDER = "older"
    """The record says more already; nothing changes."""
    ANOTHER_MAKER = "another_maker"
    """Only its maker changes an object or takes it back."""
