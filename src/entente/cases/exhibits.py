"""Exhibits: items of evidence of a case, each with a chain of custody that is never rewritten.

What was entered stays as it was entered, and each hand-over names who gave what the one before took. The row of the trail holds
the digest of what was entered, so that a store whose chain was changed afterwards no longer fits its trail.

Source: docs/rules/cases.md C14; ISO/IEC 27037:2012, 6.1 (chain of custody).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from entente.cases.keeping import Keeping, case_to_work_on, known_case
from entente.cases.model import CaseEvent, Exhibit, ExhibitKind, HandOver
from entente.cases.ports import CasesUnit
from entente.cases.rules import bad
from entente.kernel.canonical import JsonObject, canonical_bytes
from entente.kernel.clock import require_utc
from entente.kernel.codec import to_object
from entente.kernel.errors import Conflict, NotFound
from entente.kernel.ids import OfficerId
from entente.kernel.text import is_line, is_seen, shows_as_stored

WHAT_CHARACTERS_MAX = 2_000
LINE_CHARACTERS_MAX = 200
"""A person, a place or a seal's number."""
REMARK_CHARACTERS_MAX = 2_000
EXHIBITS_MAX = 10_000
HAND_OVERS_MAX = 1_000
BYTES_MAX = 2**53
"""Of a file that is looked at: what JSON numbers hold exactly (RFC 8259, 6)."""
CHECKED: Final = ("exhibit_same", "exhibit_other")
"""The kinds of lines of a chronology that say what came of it when a file was held against an exhibit."""
SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, as its officer enters it."""

    kind: ExhibitKind
    what: str
    at: datetime
    where: str
    by: str
    seal: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class ChangeOfHands:
    """Who gave an exhibit to whom, when and where, as its officer enters it."""

    at: datetime
    gave: str
    took: str
    where: str
    seal: str = ""
    sha256: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that an officer gave to be held against an exhibit: what it is called, its size, and the digest computed of it."""

    name: str
    bytes: int
    sha256: str


class Exhibits(Keeping):
    """The verbs about exhibits."""

    __slots__ = ()

    def enter_exhibit(self, officer: OfficerId, number: str, found: Found, given: GivenFile | None = None) -> Exhibit:
        """Enter an exhibit in a case, with its label for good; raise NotFound, Conflict for a closed case, or Invalid.

        `given` is the file of a digital one where the digest was computed of it: the chronology says so.

        Source: docs/rules/cases.md C14 and C21.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            keeper = self._authorise(unit, officer, "keep_case", number, now)
            case_to_work_on(unit, number, self._knowing(unit, officer, now))
            check_found(found, now)
            place = unit.cases.count_entered(number) + 1
            if place > EXHIBITS_MAX:
                raise bad("what", f"a case has at most {EXHIBITS_MAX} exhibits")
            exhibit = Exhibit(
                self.ids.new_id("exhibit"),
                f"{number}-E{place}",
                number,
                found.kind,
                found.what,
                found.at,
                found.where,
                found.by,
                found.seal,
                found.sha256,
                keeper.id,
                now,
            )
            unit.cases.put_exhibit(exhibit)
            event = CaseEvent(now, keeper.id, "exhibit", exhibit.id, f"{exhibit.label}: {exhibit.what}")
            unit.cases.add_event(number, event)
            detail: JsonObject = {"change": "exhibit", "exhibit": exhibit.id, "digest": digest_of(exhibit)}
            detail.update(_looked_at(unit, number, exhibit, given, keeper.id, now))
            self._record(unit, "keep_case", keeper, number, detail)
            unit.commit()
            return exhibit

    def hand_over_exhibit(
        self, officer: OfficerId, number: str, exhibit: str, change: ChangeOfHands, given: GivenFile | None = None
    ) -> HandOver:
        """Add a link to an exhibit's chain of custody, also in a closed case; raise NotFound or Invalid.

        `given` is the file of a digital one where the digest was computed of it: the chronology says so.

        Source: docs/rules/cases.md C14 and C21.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            keeper = self._authorise(unit, officer, "keep_case", number, now)
            case = known_case(unit, number, self._knowing(unit, officer, now))
            entered = unit.cases.exhibit(exhibit)
            if entered is None or entered.case != number:
                raise NotFound
            chain = unit.cases.hand_overs(exhibit)
            check_change_of_hands(entered, chain, change, now)
            link = HandOver(
                exhibit,
                change.at,
                change.gave,
                change.took,
                change.where,
                change.seal,
                change.sha256,
                change.remark,
                keeper.id,
                now,
            )
            unit.cases.add_hand_over(link)
            words = f"{entered.label}: {change.gave} → {change.took}, {change.where}"
            unit.cases.add_event(case.number, CaseEvent(now, keeper.id, "exhibit_moved", exhibit, words))
            detail: JsonObject = {"change": "exhibit_moved", "exhibit": exhibit, "digest": digest_of(link)}
            detail.update(_looked_at(unit, case.number, entered, given, keeper.id, now))
            self._record(unit, "keep_case", keeper, case.number, detail)
            unit.commit()
            return link

    def check_exhibit(self, officer: OfficerId, number: str, exhibit: str, given: GivenFile) -> bool:
        """Say whether a file is the same as a digital exhibit, and enter in the chronology that it was looked at.

        The file is not kept. Also in a closed case. Raises NotFound, or Invalid.

        Source: docs/rules/cases.md C21.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            keeper = self._authorise(unit, officer, "keep_case", number, now)
            case = known_case(unit, number, self._knowing(unit, officer, now))
            entered = unit.cases.exhibit(exhibit)
            if entered is None or entered.case != number:
                raise NotFound
            detail: JsonObject = {"change": "exhibit_checked", "exhibit": exhibit}
            detail.update(_looked_at(unit, case.number, entered, given, keeper.id, now))
            self._record(unit, "keep_case", keeper, case.number, detail)
            unit.commit()
            return given.sha256 == entered.sha256


def _looked_at(
    unit: CasesUnit, number: str, exhibit: Exhibit, given: GivenFile | None, keeper: OfficerId, now: datetime
) -> JsonObject:
    """Add to the chronology what came of a file that was held against an exhibit; return what the trail keeps of it."""
    if given is None:
        return {}
    _check_given(exhibit, given)
    kind, words = checked_words(exhibit, given)
    unit.cases.add_event(number, CaseEvent(now, keeper, kind, exhibit.id, words))
    return {"is_same": given.sha256 == exhibit.sha256, "sha256": given.sha256, "bytes": given.bytes}


def checked_words(exhibit: Exhibit, given: GivenFile) -> tuple[str, str]:
    """Write what the chronology keeps of a file that was held against an exhibit: the kind of its line, and the words.

    Source: docs/rules/cases.md C21.
    """
    same, other = CHECKED
    if given.sha256 == exhibit.sha256:
        return same, f"{exhibit.label}: the file «{given.name}», {given.bytes} bytes, is the same."
    size, digest = given.bytes, given.sha256
    return other, f"{exhibit.label}: the file «{given.name}», {size} bytes, is another one: its SHA-256 is {digest}."


def holder_of(exhibit: Exhibit, chain: Sequence[HandOver]) -> str:
    """Return who has an exhibit: who took it last, else who found it.

    Source: docs/rules/cases.md C14.
    """
    return chain[-1].took if chain else exhibit.found_by


def is_intact(exhibit: Exhibit, link: HandOver) -> bool | None:
    """Say whether a digital exhibit had at a hand-over the digest it was taken with; None where nobody computed it then.

    Source: docs/rules/cases.md C14.
    """
    return link.sha256 == exhibit.sha256 if link.sha256 else None


def digest_of(entered: Exhibit | HandOver) -> str:
    """Return the SHA-256 of what was entered, in canonical form without the case it is in now, for the trail.

    Source: docs/rules/cases.md C14; kernel/canonical.py.
    """
    value = to_object(entered)
    value.pop("case", None)
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def check_found(found: Found, now: datetime) -> None:
    """Check what an officer enters as an exhibit; raise Invalid naming the field.

    Source: docs/rules/cases.md C14.
    """
    _check_text("what", found.what, WHAT_CHARACTERS_MAX)
    for name, line in (("found_where", found.where), ("found_by", found.by)):
        _check_line(name, line)
    _check_line("seal", found.seal, is_needed=False)
    if require_utc(found.at, "found_at") > now:
        raise bad("found_at", "it was found before now")
    if (found.kind is ExhibitKind.DIGITAL) != bool(found.sha256):
        raise bad("sha256", "a digital exhibit is entered with the SHA-256 of its bytes, and no other has one")
    _check_digest(found.sha256)


def check_change_of_hands(exhibit: Exhibit, chain: Sequence[HandOver], change: ChangeOfHands, now: datetime) -> None:
    """Check that a hand-over continues a chain: who gives has it, and nothing happens before what was entered last.

    A digest that differs is taken in and shown as such: that an exhibit was changed is what a chain must be able to say.

    Source: docs/rules/cases.md C14.
    """
    for name, line in (("gave", change.gave), ("took", change.took), ("where", change.where)):
        _check_line(name, line)
    _check_line("seal", change.seal, is_needed=False)
    if change.remark:
        _check_text("remark", change.remark, REMARK_CHARACTERS_MAX)
    _check_digest(change.sha256)
    if change.sha256 and exhibit.kind is not ExhibitKind.DIGITAL:
        raise bad("sha256", "only a digital exhibit has one")
    if (holder := holder_of(exhibit, chain)) != change.gave:
        if change.gave in {exhibit.found_by, *(link.took for link in chain)}:
            raise Conflict(
                f"The hand-over of {exhibit.label} was not entered.",
                why=f"{holder} has it: it changed hands since (docs/rules/cases.md C14).",
                do="Look at its chain of custody: somebody else may have entered the hand-over a moment ago.",
            )
        raise bad("gave", f"{holder} has it, and nobody else can give it")
    last = chain[-1].at if chain else exhibit.found_at
    if not last <= require_utc(change.at, "at") <= now:
        raise bad("at", "it changed hands after it last did, and before now")
    if len(chain) >= HAND_OVERS_MAX:
        raise bad("at", f"a chain has at most {HAND_OVERS_MAX} links")


def _check_given(exhibit: Exhibit, given: GivenFile) -> None:
    if exhibit.kind is not ExhibitKind.DIGITAL:
        raise bad("sha256", "only a digital exhibit has one")
    if not given.sha256:
        raise bad("sha256", "it is the digest of the file that is held against the exhibit")
    _check_digest(given.sha256)
    _check_line("file_name", given.name)
    if not 0 <= given.bytes <= BYTES_MAX:
        raise bad("bytes", f"a file has 0 to {BYTES_MAX} bytes")


def _check_line(name: str, text: str, *, is_needed: bool = True) -> None:
    if not text and not is_needed:
        return
    if len(text) > LINE_CHARACTERS_MAX or not is_line(text):
        raise bad(name, f"it is one line of 1 to {LINE_CHARACTERS_MAX} characters")


def _check_text(name: str, text: str, most: int) -> None:
    if not is_seen(text) or not shows_as_stored(text) or len(text) > most:
        raise bad(name, f"it has 1 to {most} characters, and shows as it is stored")


def _check_digest(sha256: str) -> None:
    if sha256 and not SHA256.fullmatch(sha256):
        raise bad("sha256", "a SHA-256 is written as 64 hexadecimal digits in small letters")
