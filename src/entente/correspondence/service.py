"""All verbs of correspondence as one value; each noun's stand in its own file.

Source: docs/rules/correspondence.md.
"""

from __future__ import annotations

from typing import TypeVar

from entente.correspondence.answering import Answering
from entente.correspondence.consulting import Consulting
from entente.correspondence.forwarding import Forwarding
from entente.correspondence.granting import Granting
from entente.correspondence.hit_answers import HitAnswers
from entente.correspondence.hits import Hits
from entente.correspondence.messages import Messages
from entente.correspondence.model import Hit, Message, PermissionRequest, RecordRequest, Way
from entente.correspondence.permissions import Permissions
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.requests import Requests
from entente.correspondence.steps import Steps
from entente.correspondence.waiting import WaitingItems
from entente.kernel.errors import NotFound
from entente.kernel.ids import OfficerId

Item = TypeVar("Item", Hit, PermissionRequest, RecordRequest)


class Correspondence(
    Messages,
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
):
    """The desk's verbs, and `accept_*` for each kind of statement that the exchange hands to this room.

    `accept_*` run inside the exchange's unit of work and do not commit; when one raises, it changed nothing.
    """

    def messages(
        self, limit: int, case: str = "", before: str = "", officer: OfficerId | None = None
    ) -> tuple[tuple[Way, Message], ...]:
        """Return the newest messages that an officer may know of, of one case, kept before another, where one is named."""
        with self.open_view() as unit:
            return unit.correspondence.messages(limit, case, before, self._knowing(unit, officer))

    def hits(self, limit: int, before: str = "", officer: OfficerId | None = None) -> tuple[tuple[Way, Hit], ...]:
        """Return the newest hits that an officer may know of, kept before another where one is named."""
        with self.open_view() as unit:
            return unit.correspondence.hits(limit, before, self._knowing(unit, officer))

    def permissions(
        self, limit: int, before: str = "", officer: OfficerId | None = None
    ) -> tuple[tuple[Way, PermissionRequest], ...]:
        """Return the newest requests for leave that an officer may know of, kept before another where one is named."""
        with self.open_view() as unit:
            return unit.correspondence.permissions(limit, before, self._knowing(unit, officer))

    def record_requests(
        self, limit: int, before: str = "", officer: OfficerId | None = None
    ) -> tuple[tuple[Way, RecordRequest], ...]:
        """Return the newest record requests that an officer may know of, kept before another where one is named."""
        with self.open_view() as unit:
            return unit.correspondence.record_requests(limit, before, self._knowing(unit, officer))

    def message(self, message: str, officer: OfficerId | None = None) -> tuple[Way, Message]:
        """Return a message that an officer may know of, as it is kept; raise NotFound. Opening it is an act of its own."""
        with self.open_view() as unit:
            found = unit.correspondence.message(message)
            if found is None:
                raise NotFound
            way = self._way(unit, found)
            self._require_known(unit, officer, way, found.header)
            return way, found

    def hit(self, hit: str, officer: OfficerId | None = None) -> tuple[Way, Hit]:
        """Return a hit that an officer may know of; raise NotFound."""
        with self.open_view() as unit:
            return self._known(unit, unit.correspondence.hit(hit), officer)

    def permission(self, request: str, officer: OfficerId | None = None) -> tuple[Way, PermissionRequest]:
        """Return a request for leave that an officer may know of; raise NotFound."""
        with self.open_view() as unit:
            return self._known(unit, unit.correspondence.permission(request), officer)

    def record_request(self, request: str, officer: OfficerId | None = None) -> tuple[Way, RecordRequest]:
        """Return a record request that an officer may know of; raise NotFound."""
        with self.open_view() as unit:
            return self._known(unit, unit.correspondence.record_request(request), officer)

    def _known(
        self, unit: CorrespondenceUnit, found: tuple[Way, Item] | None, officer: OfficerId | None
    ) -> tuple[Way, Item]:
        if found is None:
            raise NotFound
        self._require_known(unit, officer, found[0], found[1].header)
        return found
