"""When something last came from a body that was verified: what was taken in of its streams, and its receipts for ours.

Nothing is written for it: the rows that are kept anyway say it, each found by an index of its own.

Source: docs/rules/exchange.md X40; exchange.ports.InboxStore.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from entente.exchange.model import SendState
from entente.kernel.ids import BodyId
from entente.storage.rows import parts
from entente.storage.schema import inbox_statement, outbox_envelope, stream


def _settled(state: SendState) -> sa.ScalarSelect[Any]:
    """Return when the newest envelope of a stream of ours got the receipt that settled it so."""
    box = outbox_envelope.c
    ours = sa.select(box.settled_at).where(
        box.recipient == stream.c.peer, box.lane == stream.c.lane, box.state == state.value
    )
    return ours.order_by(box.number.desc()).limit(1).correlate(stream).scalar_subquery()


_one = inbox_statement.c
_TAKEN: Final = (
    sa.select(_one.at)
    .where(_one.sender == stream.c.peer, _one.lane == stream.c.lane, _one.incarnation == stream.c.incarnation)
    .order_by(_one.sequence.desc())
    .limit(1)
    .correlate(stream)
    .scalar_subquery()
)
_CAME: Final = sa.select(stream.c.peer, _TAKEN).where(stream.c.is_outgoing.is_(False))
_ANSWERED: Final = sa.select(stream.c.peer, _settled(SendState.STORED), _settled(SendState.REFUSED)).where(
    stream.c.is_outgoing
)


def last_came(connection: sa.Connection, senders: Collection[BodyId]) -> Mapping[BodyId, datetime]:
    """Return, for each of some bodies from which something came at all, when it last did, by our clock."""
    found: dict[BodyId, datetime] = {}
    for some in parts(sorted(senders)):
        for query in (_CAME, _ANSWERED):
            for peer, *moments in connection.execute(query.where(stream.c.peer.in_(some))):
                newest = max((one for one in (*moments, found.get(peer)) if one is not None), default=None)
                if newest is not None:
                    found[BodyId(peer)] = newest
    return found
