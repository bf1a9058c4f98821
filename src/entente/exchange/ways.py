"""By which ways another body is reached: its own line, or relays between.

Source: docs/rules/exchange.md X24 and X35.
"""

from __future__ import annotations

from collections.abc import Iterator

from entente.bodies.model import Body
from entente.exchange.ports import ExchangeUnit


def has_own_line(view: ExchangeUnit, peer: Body) -> bool:
    """Say whether a body is posted to directly: it has an address, and the operator set no relay for it."""
    return bool(peer.addresses) and view.outbox.route(peer.id) is None


def relays_toward(view: ExchangeUnit, peer: Body) -> Iterator[Body]:
    """Yield the relays that a body is reached through, in the order to try: the one the operator set, else those it named."""
    chosen = view.outbox.route(peer.id)
    own = view.bodies.own().id
    for name in (chosen,) if chosen is not None else peer.relays:
        relay = view.bodies.body(name)
        if relay is not None and relay.addresses and relay.id != own:
            yield relay
