"""What an officer of a limited unit is shown of a case and of the trail: nothing that rests on a record kept from them.

What the node wrote of a record or of an item about one goes with the record. What officers wrote themselves (notes, tasks,
exhibits, the title, letters of their own) belongs to the case, whose team it follows (docs/rules/cases.md C7).

Source: docs/rules/disclosure.md D11; docs/rules/cases.md C18; docs/decisions/0115-what-rests-on-a-record-goes-with-it.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from entente.cases.service import CaseFile
from entente.correspondence.desk import Desk
from entente.kernel.canonical import Json
from entente.kernel.ids import OfficerId
from entente.kernel.ports import TrailRow

_BETWEEN = ", "
"""Between the ids of several things that one refused act was about."""


class CaseFiles(Desk):
    """The questions that a case and the trail ask about a limited unit."""

    def file_within_reach(self, file: CaseFile, officer: OfficerId | None) -> CaseFile:
        """Return a case's file without the lines of its chronology that rest on records out of an officer's reach.

        Source: docs/rules/cases.md C18.
        """
        if officer is None:
            return file
        with self.open_view() as unit:
            beyond = self.beyond_unit(unit, {one.subject for one in file.events}, officer)
        return replace(file, events=tuple(one for one in file.events if one.subject not in beyond))

    def is_beyond(self, name: str, officer: OfficerId) -> bool:
        """Say whether an id names a record out of an officer's reach, or what rests on one."""
        return bool(self.beyond_among({name}, officer))

    def beyond_among(self, names: Collection[str], officer: OfficerId) -> frozenset[str]:
        """Return those of some ids that name a record out of an officer's reach, or what rests on one."""
        with self.open_view() as unit:
            return self.beyond_unit(unit, names, officer)

    def hidden_from(self, officer: OfficerId, names: Collection[str]) -> frozenset[str]:
        """Return those of some ids, of cases, records and what was sent about them, that an officer may not know of.

        Source: docs/rules/cases.md C8; docs/rules/disclosure.md D11.
        """
        with self.open_view() as unit:
            return self.hidden_among(unit, names, officer)

    def withheld_among(self, rows: Sequence[TrailRow], officer: OfficerId) -> frozenset[int]:
        """Return the sequences of those rows of the trail that name what is out of an officer's reach.

        Source: docs/rules/disclosure.md D11.
        """
        named = {row.sequence: frozenset(_named_in(row)) for row in rows}
        with self.open_view() as unit:
            beyond = self.beyond_unit(unit, frozenset[str]().union(*named.values()), officer)
        return frozenset(sequence for sequence, names in named.items() if names & beyond)


def _named_in(row: TrailRow) -> Iterator[str]:
    yield from row.act.subject.split(_BETWEEN)
    yield from _texts(row.act.detail.values())


def _texts(values: Iterable[Json]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield from value.split(_BETWEEN)
        elif isinstance(value, dict):
            yield from _texts(value.values())
        elif isinstance(value, list):
            yield from _texts(value)
