"""Which of our keys a peer knows us by, and when an earlier one is needed no more (B10, B11).

A peer judges us by the newest key version it has taken in. Our `keys` statements go to each peer in their order, so the
oldest one that a peer has not acknowledged says which version it still knows. Pure functions over our own entry and how far
its statements have come; who signs and seals with what is the exchange's matter, where the keys lie the key ring's.

Source: docs/rules/bodies.md B10 and B11.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from entente.bodies.model import Body, KeyVersion
from entente.bodies.statements import DirectoryKind
from entente.kernel.ids import BodyId, KeyId
from entente.kernel.ports import Delivery
from entente.kernel.signing import key_id
from entente.kernel.statement import Statement, from_json

OPENS_AFTER = timedelta(days=30)
"""How long a replaced sealing key opens what was sealed before every peer knew the new one: the life of an envelope."""
OPENS_AT_MOST = timedelta(days=90)
"""How long it does so for a peer that has acknowledged nothing: three lives of an envelope, as a line may be cut that long."""
STORED = "stored"
"""The state of a delivery that the other side has taken in durably (kernel.ports.Delivery)."""


def keys_statements(own: Body) -> Mapping[int, Statement]:
    """Return our `keys` statements by the version each brings; the first version stands in the genesis."""
    said = (from_json(document) for document in own.statements)
    changes = [statement for statement in said if statement.kind == DirectoryKind.KEYS]
    return dict(enumerate(changes, start=2))


def key_known_to(own: Body, unacknowledged: Collection[int]) -> KeyVersion:
    """Return the key version a peer knows us by.

    `unacknowledged` are the versions whose statement was put in the outbox for this peer and is not stored there yet. A peer
    that was sent none entered later, and learnt our whole chain then.

    Source: docs/rules/bodies.md B10.
    """
    known = min(unacknowledged, default=own.current_keys.version + 1) - 1
    return own.keys[max(known, 1) - 1]


def unacknowledged_by(peer: BodyId, told: Mapping[int, Sequence[Delivery]]) -> frozenset[int]:
    """Return the versions whose statement a peer was sent and has not stored; `told` holds the deliveries by version."""
    return frozenset(
        version
        for version, deliveries in told.items()
        if any(delivery.recipient == peer and delivery.state != STORED for delivery in deliveries)
    )


def spent_keys(
    own: Body, told: Mapping[int, Sequence[Delivery]], held: Collection[KeyId], now: datetime
) -> frozenset[KeyId]:
    """Return which of the keys held are needed no more: nobody knows us by them, and nothing sealed to them is on its way.

    A signing key is needed while some peer knows us by its version. A sealing key opens for OPENS_AFTER once every peer knows a
    later version, and for OPENS_AT_MOST after it was replaced in any case. A key that stands in no version was made for a draft:
    it may yet be submitted while its version is the next one, so it is judged by `lost_drafts`.

    Source: docs/rules/bodies.md B11.
    """
    needed = _signing_needed(own, told) | _sealing_needed(own, told, now)
    named = {key_id(key) for keys in own.keys for key in (keys.node_key, keys.sealing_key)}
    return frozenset(key for key in held if key in named and key not in needed)


def lost_drafts(own: Body, held: Collection[KeyId]) -> frozenset[KeyId]:
    """Return the keys held that stand in no version. Asked once a new version is in force: every earlier draft is void then.

    Source: docs/rules/bodies.md B11.
    """
    named = {key_id(key) for keys in own.keys for key in (keys.node_key, keys.sealing_key)}
    return frozenset(held) - named


def _signing_needed(own: Body, told: Mapping[int, Sequence[Delivery]]) -> set[KeyId]:
    peers = {delivery.recipient for deliveries in told.values() for delivery in deliveries}
    known = [key_known_to(own, unacknowledged_by(peer, told)).version for peer in peers]
    oldest = min(known, default=own.current_keys.version)
    return {key_id(keys.node_key) for keys in own.keys if keys.version >= oldest}


def _sealing_needed(own: Body, told: Mapping[int, Sequence[Delivery]], now: datetime) -> set[KeyId]:
    needed = {key_id(own.current_keys.sealing_key)}
    for keys, successor in zip(own.keys, own.keys[1:], strict=False):
        if now < _opens_until(successor, told.get(successor.version, ())):
            needed.add(key_id(keys.sealing_key))
    return needed


def _opens_until(successor: KeyVersion, told: Collection[Delivery]) -> datetime:
    # A ceremony may take weeks: what counts is when the statement went out, not when it was drafted.
    moments = [delivery.at for delivery in told] or [successor.valid_from]
    at_most = max(min(moments), successor.valid_from) + OPENS_AT_MOST
    if any(delivery.state != STORED for delivery in told):
        return at_most
    return min(max(moments) + OPENS_AFTER, at_most)
