"""All verbs of correspondence as one value; each noun's stand in its own file.

Source: docs/rules/correspondence.md.
"""

from __future__ import annotations

from entente.correspondence.answering import Answering
from entente.correspondence.consulting import Consulting
from entente.correspondence.forwarding import Forwarding
from entente.correspondence.granting import Granting
from entente.correspondence.hit_answers import HitAnswers
from entente.correspondence.hits import Hits
from entente.correspondence.messages import Messages
from entente.correspondence.model import Hit, Message, PermissionRequest, RecordRequest, Way
from entente.correspondence.permissions import Permissions
from entente.correspondence.requests import Requests
from entente.correspondence.steps import Steps
from entente.correspondence.waiting import WaitingItems


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

    def messages(self, limit: int, case: str = "", before: str = "") -> tuple[tuple[Way, Message], ...]:
        """Return the newest messages sent and received, of one case, kept before another, where one is named."""
        with self.open_view() as unit:
            return unit.correspondence.messages(limit, case, before)

    def hits(self, limit: int, before: str = "") -> tuple[tuple[Way, Hit], ...]:
        """Return the newest hits found here and told to us, kept before another where one is named."""
        with self.open_view() as unit:
            return unit.correspondence.hits(limit, before)

    def permissions(self, limit: int, before: str = "") -> tuple[tuple[Way, PermissionRequest], ...]:
        """Return the newest requests for leave, asked by us and of us, kept before another where one is named."""
        with self.open_view() as unit:
            return unit.correspondence.permissions(limit, before)

    def record_requests(self, limit: int, before: str = "") -> tuple[tuple[Way, RecordRequest], ...]:
        """Return the newest record requests, asked by us and of us, kept before another where one is named."""
        with self.open_view() as unit:
            return unit.correspondence.record_requests(limit, before)
