"""Imports into a named list: which record an entry is now, and which entries a newer issue no longer has.

An entry that is gone is withdrawn, which is final for its record (R4); when the list has it again, it comes back as another
record, whose local id is the entry's with a number behind it. Source: docs/rules/records.md R48 and R49; decision 0065.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.ids import BodyId, OfficerId, RecordId
from entente.kernel.ports import Act
from entente.records.listed import Gone, GoneAnswer, Listed
from entente.records.model import LOCAL_ID_CHARACTERS_MAX, Link, RecordDraft, Rejected
from entente.records.ports import RecordsUnit
from entente.records.rules import record_id
from entente.records.service import Records
from entente.records.unit_reach import require_officer_reaches, wholly_in_reach
from entente.records.withdrawing import own_live

PAGE_RECORDS: Final = 1_000
"""Records of a list that are compared with an issue at once."""
SLICE_RECORDS_FIRST: Final = 20
"""Records withdrawn in the first transaction; later ones grow or shrink with the time that one took."""
SLICE_RECORDS_MAX: Final = 500
SHOWN_MAX: Final = 20
"""Records that are gone, by name, in an answer."""
PERCENT_MAX: Final = 10
"""Of a list: what an issue may lack before withdrawing is refused. Lists of sanctions lose a tenth in years, not in one issue."""
NAME_CHARACTERS_MAX: Final = 40
ID_TAKEN: Final = "Another record of this body has this local id."
"""Of an id that a record has which the importer's unit may not see."""
_NAME: Final = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{NAME_CHARACTERS_MAX - 1}}}")


def check_list_name(name: str) -> None:
    """Raise Invalid for what is no name of a list (R48)."""
    if not _NAME.fullmatch(name):
        raise Invalid(
            "The list cannot be called so.",
            field="list",
            why=f"The name of a list has at most {NAME_CHARACTERS_MAX} of a–z, 0–9 and -, and begins with a letter or digit.",
            do="Give it a short name, as in «un-consolidated», and the same at each issue.",
        )


Page = tuple[tuple[int, RecordId, str], ...]


def pages_of(records: Records, name: str, officer: OfficerId) -> Iterator[Page]:
    """Yield the live records of a list by number, record and entry, a page at a time, each in a transaction of its own.

    Nothing of which the limits of the officer's unit keep a part from them. Source: docs/rules/disclosure.md D10.
    """
    after: int | None = 0
    while after is not None:
        with records.open_unit() as unit:
            page = unit.named_lists.page(name, today=records.clock.now().date(), after=after, limit=PAGE_RECORDS)
            situation = records.disclosure.situation_in(unit)
            known = wholly_in_reach(unit, officer, [record for _, record, _ in page], situation)
        yield tuple(one for one in page if one[1] in known)
        after = page[-1][0] if len(page) == PAGE_RECORDS else None


def count_listed(records: Records, name: str, officer: OfficerId) -> int:
    """Return how many live records stand on a list, of those that an officer's unit may see whole."""
    with records.open_unit() as unit:
        found = unit.bodies.officer(officer)
        if found is not None and not found.unit:
            return unit.named_lists.count(name, records.clock.now().date())
    return sum(len(page) for page in pages_of(records, name, officer))


@dataclass(slots=True)
class ListIssue:
    """One issue of a named list as it is read."""

    name: str
    seen: set[str] = field(default_factory=set)
    """The entries that it has, whether they could be kept or not."""
    untold: int = 0
    """Rows that were rejected without saying which entry they are."""
    _stays: set[str] = field(default_factory=set)
    """Entries of which a part was rejected: it, and what belongs to it, is not gone."""
    _endings: set[str] = field(default_factory=set)
    """How entries end that were rejected, where whose part they are was not to be read."""
    _entries: dict[RecordId, str] = field(default_factory=dict)
    """Of the slice that is being kept, those whose records are not on the list yet."""

    def rejected(self, row: Rejected) -> None:
        """Take note of a row that was not kept."""
        if row.entry:
            self._stays.update((row.entry, *row.entries_too))
        elif row.entry_ending:
            self._endings.add(row.entry_ending)
        else:
            self.untold += 1

    def meant(
        self,
        unit: RecordsUnit,
        drafts: Sequence[RecordDraft],
        source: BodyId,
        known: Callable[[Collection[RecordId]], frozenset[RecordId]],
    ) -> Iterator[RecordDraft | Rejected]:
        """Yield the drafts of a slice under the ids that their entries have now, links too; one of another list is rejected.

        `known` says which records the officer's unit may see whole: of any other, not even the list is named.
        """
        own = f"{source}/"
        ends = {link.to.removeprefix(own) for draft in drafts for link in draft.links if link.to.startswith(own)}
        entries = {draft.local_id for draft in drafts}
        self.seen.update(entries)
        of_entry: dict[str, list[Listed]] = {}
        for one in unit.named_lists.of_entries(self.name, sorted(entries | ends)):
            of_entry.setdefault(one.entry, []).append(one)
        current = self._current(unit, of_entry, source)
        # Only of what is new to this list it has to be asked whether another one has it.
        new = [record_id(source, entry) for entry in sorted(entries - of_entry.keys())]
        others = {one.record: one for one in (unit.named_lists.of_records(new) if new else ())}
        named = known(others.keys()) if others else frozenset[RecordId]()
        self._entries = {}
        for draft in drafts:
            entry = draft.local_id
            if (other := others.get(record_id(source, entry))) is not None:
                if other.record not in named:
                    yield Rejected(entry, "local_id", ID_TAKEN, "", entry)
                    continue
                why = f"its id is that of «{other.entry}» on the list «{other.list}»; a record is of one entry of one list"
                yield Rejected(entry, "list", why, "", entry)
                continue
            if (now := current.get(entry)) is not None:
                draft = replace(draft, local_id=now)  # noqa: PLW2901 - the same draft under the id it has now
            if all(one.delisted_at is not None for one in of_entry.get(entry, ())):
                self._entries[record_id(source, draft.local_id)] = entry
            yield (
                replace(draft, links=tuple(_meant(link, own, current) for link in draft.links))
                if draft.links
                else draft
            )

    def enter(self, unit: RecordsUnit) -> None:
        """Put what the slice holds on the list, where it is not there yet."""
        if self._entries:
            unit.named_lists.enter(self.name, self._entries)

    def _current(self, unit: RecordsUnit, of_entry: Mapping[str, Sequence[Listed]], source: BodyId) -> dict[str, str]:
        """Return the local ids of those entries that are not simply their own: what was delisted before."""
        return {
            entry: current
            for entry, records in of_entry.items()
            if (current := self._now(unit, entry, records, source)) != entry
        }

    def _now(self, unit: RecordsUnit, entry: str, records: Sequence[Listed], source: BodyId) -> str:
        for one in records:
            if one.delisted_at is None:
                return one.record.removeprefix(f"{source}/")
        for number in itertools.count(len(records) + 1):
            local_id = f"{entry[: LOCAL_ID_CHARACTERS_MAX - 6]}:{number}"
            wanted = record_id(source, local_id)
            # Another entry, an erased record or a withdrawn one may have it.
            is_taken = unit.records.get(wanted) is not None or unit.records.withdrawn([wanted])
            if not is_taken and not unit.erasures.erased([wanted]):
                return local_id
        raise AssertionError("numbers do not end")

    def gone(self, page: Page) -> list[RecordId]:
        """Return which records of a page of the list this issue has not."""
        return [record for _, record, entry in page if entry not in self.seen and not self._is_kept(entry)]

    def _is_kept(self, entry: str) -> bool:
        """Say whether an entry, or what it belongs to, was rejected: «un-7-sanction» belongs to «un-7».

        Of a part whose number alone was read, «-sanction-9», each entry is kept that ends so.
        """
        places = [place for place, sign in enumerate(entry) if sign == "-"]
        return entry in self._stays or any(
            entry[:place] in self._stays or entry[place:] in self._endings for place in places
        )


def _meant(link: Link, own: str, current: dict[str, str]) -> Link:
    now = current.get(link.to.removeprefix(own)) if link.to.startswith(own) else None
    return link if now is None else replace(link, to=RecordId(own + now))


@dataclass(frozen=True, slots=True)
class Delisting:
    """Withdraws what is gone from a list, when its newest issue was read to its end."""

    records: Records
    issue: ListIssue
    before: int
    """How many records stood on the list before the issue was read, of those that the officer's unit may see whole."""
    percent_max: int
    slice_ms_max: int

    def compare(self, officer: OfficerId, told: Callable[[], None], *, withdraws: bool) -> Gone:
        """Say what is gone, and withdraw it where that was asked for and may be; in the trail.

        Nothing is withdrawn where a row of the issue was rejected that does not say which entry it is, and where more is gone
        than may be. Nothing is said of what the limits of the officer's unit keep from them.

        Source: docs/rules/records.md R49; docs/rules/disclosure.md D10.
        """
        gone = [record for page in pages_of(self.records, self.issue.name, officer) for record in self.issue.gone(page)]
        answer = self._answer(len(gone), withdraws=withdraws)
        withdrawn = 0
        if answer is GoneAnswer.WITHDRAWN:
            withdrawn = self._withdraw(officer, gone, told)
        with self.records.open_unit() as unit:
            own = unit.bodies.own().id
            detail: JsonObject = {
                "list": self.issue.name,
                "gone": len(gone),
                "of": self.before,
                "withdrawn": withdrawn,
                "answer": answer.value,
            }
            self.records.record(unit, Act("compare_list", own, officer, self.issue.name, detail))
            unit.commit()
        return Gone(
            self.issue.name, len(gone), self.before, withdrawn, answer, self.issue.untold, tuple(gone[:SHOWN_MAX])
        )

    def _answer(self, gone: int, *, withdraws: bool) -> GoneAnswer:
        if not gone:
            return GoneAnswer.NOTHING_GONE
        if self.issue.untold:
            return GoneAnswer.ROWS_UNTOLD
        if gone * 100 > self.percent_max * self.before:
            return GoneAnswer.TOO_MANY
        return GoneAnswer.WITHDRAWN if withdraws else GoneAnswer.NOT_ASKED

    def _withdraw(self, officer: OfficerId, gone: Sequence[RecordId], told: Callable[[], None]) -> int:
        """Withdraw in slices, each durable; what a kill leaves is gone from the next import too."""
        reason = f"Gone from the list «{self.issue.name}»."
        size, at, done = SLICE_RECORDS_FIRST, 0, 0
        while at < len(gone):
            began = self.records.clock.now()
            with self.records.open_unit() as unit:
                for wanted in gone[at : at + size]:
                    done += self._withdraw_one(unit, wanted, reason, officer, began)
                unit.commit()
            at += size
            took_ms = max((self.records.clock.now() - began) / timedelta(milliseconds=1), 1.0)
            size = max(1, min(SLICE_RECORDS_MAX, int(size * self.slice_ms_max / took_ms), size * 2))
            told()
        return done

    def _withdraw_one(
        self, unit: RecordsUnit, wanted: RecordId, reason: str, officer: OfficerId, now: datetime
    ) -> bool:
        """Withdraw a record; False for one that somebody withdrew meanwhile, or that the officer's unit keeps from them."""
        try:
            stored = own_live(unit, wanted, now.date())
            require_officer_reaches(unit, officer, stored, self.records.disclosure.situation_in(unit))
        except NotFound:
            return False
        self.records.withdraw_in(unit, stored, reason, officer, now)
        unit.named_lists.set_delisted(wanted, now)
        return True
