"""The originals that records are made from: looked at, taken back by their maker, and how one stands to the one before it.

Source: docs/rules/records.md R9 and R55.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from entente.disclosure.service import answer
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_object
from entente.kernel.errors import NotFound
from entente.kernel.ids import OfficerId, RecordId
from entente.kernel.ports import Act
from entente.records.blobs import Looking
from entente.records.model import Fragment
from entente.records.rules import check_why
from entente.records.service import Records
from entente.records.sharing import height


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


def original_seen(records: Records, officer: OfficerId, wanted: RecordId, why: Looking) -> Fragment:
    """Return the fragment of the file that one of our records was made from, for a purpose; the look is in the trail.

    Raises Invalid for a purpose or crime area of no list, NotFound for a record that is not ours or is withdrawn and for one that
    no file brought, NotFound and Refused as the gate says where it does not show all of the record for this purpose.

    Source: DESIGN section 6 (records); docs/rules/records.md R9.
    """
    check_why(why.purpose, why.crime_area, records.lists)
    with records.open_act() as unit:
        # A fragment is the whole entry as the file had it, so that nothing of the record may be kept from its reader.
        stored = records.ours(unit, officer, "show_record", wanted, whole=True)
        fragment = unit.records.fragment(wanted)
        if fragment is None:
            raise NotFound
        reader = records.reader(unit, officer, "show_record", wanted)
        verdict = min(records.verdicts(unit, stored, reader, why.purpose, why.crime_area), key=height)
        detail: JsonObject = {
            "file": fragment.file_sha256,
            "purpose": why.purpose,
            "crime_area": why.crime_area,
            "case": why.case,
            "decision": to_object(verdict.decision),
        }
        records.record(unit, Act("show_original", stored.record.source, officer, wanted, detail))
        unit.commit()
    answer(verdict, f"{wanted} is not shown.")
    return fragment
