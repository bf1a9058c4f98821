"""The protocol between nodes, without sockets: envelopes, streams, receipts.

Everything a node sends is a statement in a signed and sealed envelope of a stream; everything it believes has passed the
rules X1 to X18, in their order; everything it acknowledges is durable first.

`model` the nouns · `envelopes` form, making, opening · `rules` the one list a message must pass · `standing` whether
instrument and measures let it pass · `intake` the door in · `packing` what goes in which envelope, and when again ·
`receipts` the signed answers · `service` the verbs · `ports` what is needed from outside.

Source: DESIGN section 4; docs/rules/exchange.md. Leaves to others: what a statement means (each room's `accept_*`, in the
table app hands over), sockets (transport), where streams are kept (storage).
"""

from entente.exchange.intake import Accept
from entente.exchange.service import Exchange, Parcel, Settlement

__all__ = ["Accept", "Exchange", "Parcel", "Settlement"]
