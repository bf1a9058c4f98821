"""All verbs of correspondence as one value; each noun's stand in its own file.

Source: docs/rules/correspondence.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from entente.cases.service import OVERSEE
from entente.correspondence.answering import Answering
from entente.correspondence.attachments import MessageFiles
from entente.correspondence.case_files import CaseFiles
from entente.correspondence.circulating import Circulating
from entente.correspondence.consulting import Consulting
from entente.correspondence.desk import case_of, detail_of
from entente.correspondence.forwarding import Forwarding
from entente.correspondence.granting import Granting
from entente.correspondence.hit_answers import HitAnswers
from entente.correspondence.hits import Hits
from entente.correspondence.model import Header, Hit, Message, MessageChoice, PermissionRequest, RecordRequest, Way
from entente.correspondence.permissions import Permissions
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.recalling_several import RecallingSeveral
from entente.correspondence.requests import Requests
from entente.correspondence.steps import Steps
from entente.correspondence.threads import first_of, thread_below
from entente.correspondence.together import Together, together
from entente.correspondence.unit_reach import beyond_reach
from entente.correspondence.unsettled import UnsettledItems
from entente.correspondence.waiting import WaitingItems
from entente.kernel.errors import NotFound
from entente.kernel.ids import BodyId, OfficerId
from entente.kernel.ports import Act

Item = TypeVar("Item", Hit, PermissionRequest, RecordRequest)
Listed = TypeVar("Listed", Hit, PermissionRequest, RecordRequest, Message)


class Correspondence(
    Circulating,
    RecallingSeveral,
    MessageFiles,
    Steps,
    Hits,
    HitAnswers,
    Forwarding,
    Permissions,
    Granting,
    Requests,
    Answering,
    Consulting,
    WaitingItems,
    UnsettledItems,
    CaseFiles,
):
    """The desk's verbs, and `accept_*` for each kind of statement that the exchange hands to this room.

    `accept_*` run inside the exchange's unit of work and do not commit; when one raises, it changed nothing.
    """

    def messages(
        self,
        limit: int,
        case: str = "",
        before: str = "",
        officer: OfficerId | None = None,
        *,
        counterpart: BodyId | None = None,
        choice: MessageChoice | None = None,
    ) -> tuple[tuple[Way, Message], ...]:
        """Return the newest messages that an officer may know of: of one case, with a body, of a choice, before another."""
        with self.open_view() as unit:
            knowing = self._knowing(unit, officer)
            return self._within_reach(
                unit,
                officer,
                limit,
                before,
                lambda most, after: unit.correspondence.messages(
                    most, case, after, knowing, counterpart=counterpart, choice=choice
                ),
            )

    def thread(self, message: str, limit: int, officer: OfficerId | None = None) -> tuple[tuple[Way, Message], ...]:
        """Return what a message answers and every answer to it, as far as an officer may know of them; raise NotFound.

        Source: docs/rules/desk.md W103.
        """
        with self.open_view() as unit:
            knowing, reaches = self._knowing(unit, officer), self._reach(unit, officer)

            def known(wanted: str) -> tuple[Way, Message] | None:
                found = unit.correspondence.message(wanted)
                if found is None:
                    return None
                kept = self._way(unit, found), found
                try:
                    self._require_known(unit, officer, kept[0], found.header)
                except NotFound:
                    return None
                return kept

            def answers_to(wave: Collection[str]) -> tuple[tuple[Way, Message], ...]:
                found = unit.correspondence.answers_to(wave, limit, knowing)
                ids = [one[1].header.id for one in found]
                beyond = beyond_reach(unit, ids, reaches) if reaches is not None else frozenset()
                return tuple(one for one in found if one[1].header.id not in beyond)

            start = known(message)
            if start is None:
                raise NotFound
            return thread_below(first_of(start, known), answers_to, limit)

    def hits(self, limit: int, before: str = "", officer: OfficerId | None = None) -> tuple[tuple[Way, Hit], ...]:
        """Return the newest hits that an officer may know of, kept before another where one is named."""
        with self.open_view() as unit:
            knowing = self._knowing(unit, officer)
            return self._within_reach(
                unit, officer, limit, before, lambda most, after: unit.correspondence.hits(most, after, knowing)
            )

    def permissions(
        self, limit: int, before: str = "", officer: OfficerId | None = None
    ) -> tuple[tuple[Way, PermissionRequest], ...]:
        """Return the newest requests for leave that an officer may know of, kept before another where one is named."""
        with self.open_view() as unit:
            knowing = self._knowing(unit, officer)
            return self._within_reach(
                unit, officer, limit, before, lambda most, after: unit.correspondence.permissions(most, after, knowing)
            )

    def record_requests(
        self, limit: int, before: str = "", officer: OfficerId | None = None
    ) -> tuple[tuple[Way, RecordRequest], ...]:
        """Return the newest record requests that an officer may know of, kept before another where one is named."""
        with self.open_view() as unit:
            knowing = self._knowing(unit, officer)
            return self._within_reach(
                unit,
                officer,
                limit,
                before,
                lambda most, after: unit.correspondence.record_requests(most, after, knowing),
            )

    def _within_reach(
        self,
        unit: CorrespondenceUnit,
        officer: OfficerId | None,
        limit: int,
        before: str,
        read: Callable[[int, str], tuple[tuple[Way, Listed], ...]],
    ) -> tuple[tuple[Way, Listed], ...]:
        """Return a page of items that rest on no record which an officer's unit keeps from them (disclosure.md D11)."""
        reaches = self._reach(unit, officer)
        if reaches is None:
            return read(limit, before)
        found: list[tuple[Way, Listed]] = []
        while len(found) < limit:
            page = read(limit, before)
            beyond = beyond_reach(unit, [one[1].header.id for one in page], reaches)
            found += [one for one in page if one[1].header.id not in beyond]
            if len(page) < limit:
                break
            before = page[-1][1].header.id
        return tuple(found[:limit])

    def message(self, message: str, officer: OfficerId | None = None) -> tuple[Way, Message]:
        """Return a message that an officer may know of, as it is kept; raise NotFound. Opening it is an act of its own."""
        with self.open_view() as unit:
            found = unit.correspondence.message(message)
            if found is None:
                raise NotFound
            way = self._way(unit, found)
            overseen = self._overseen_case(unit, officer, way, found.header)
        self._record_look(officer, overseen)
        return way, found

    def message_at_each(self, message: str, officer: OfficerId | None = None) -> Together:
        """Return how what went out in one act with a message of ours stands at each it went to; raise NotFound.

        Source: docs/rules/correspondence.md M27.
        """
        way, sent = self.message(message, officer)
        if way is not Way.SENT:
            raise NotFound
        with self.open_view() as unit:
            return together(unit, sent)

    def hit(self, hit: str, officer: OfficerId | None = None) -> tuple[Way, Hit]:
        """Return a hit that an officer may know of; raise NotFound."""
        with self.open_view() as unit:
            found, overseen = self._known(unit, unit.correspondence.hit(hit), officer)
        self._record_look(officer, overseen)
        return found

    def permission(self, request: str, officer: OfficerId | None = None) -> tuple[Way, PermissionRequest]:
        """Return a request for leave that an officer may know of; raise NotFound."""
        with self.open_view() as unit:
            found, overseen = self._known(unit, unit.correspondence.permission(request), officer)
        self._record_look(officer, overseen)
        return found

    def record_request(self, request: str, officer: OfficerId | None = None) -> tuple[Way, RecordRequest]:
        """Return a record request that an officer may know of; raise NotFound."""
        with self.open_view() as unit:
            found, overseen = self._known(unit, unit.correspondence.record_request(request), officer)
        self._record_look(officer, overseen)
        return found

    def _known(
        self, unit: CorrespondenceUnit, found: tuple[Way, Item] | None, officer: OfficerId | None
    ) -> tuple[tuple[Way, Item], str]:
        """Return an item that an officer may know of, with the number of a case that they only oversee; raise NotFound."""
        if found is None:
            raise NotFound
        return found, self._overseen_case(unit, officer, found[0], found[1].header)

    def _overseen_case(self, unit: CorrespondenceUnit, officer: OfficerId | None, way: Way, header: Header) -> str:
        """Return the number of an item's case where the officer is not of its team and oversees it; raise NotFound (C8)."""
        self._require_known(unit, officer, way, header)
        case = case_of(way, header)
        team = unit.cases.teams([case]).get(case) if case else None
        return case if team is not None and officer not in team else ""

    def _record_look(self, officer: OfficerId | None, overseen: str) -> None:
        """Record that somebody looked at an item of a case that they only oversee, before they see anything of it (C8)."""
        if overseen and officer is not None:
            with self.open_unit() as unit:
                overseer = self._officer(unit, officer, OVERSEE, overseen, self.clock.now())
                detail = detail_of("done", change="looked")
                self.record(unit, Act(OVERSEE, unit.bodies.own().id, overseer.id, overseen, detail))
                unit.commit()
