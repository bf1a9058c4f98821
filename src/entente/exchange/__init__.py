"""The protocol between nodes, without sockets: envelopes, streams, receipts, calls, relays, bundles.

Everything a node sends is a statement that is sealed as it is posted, in a signed envelope of a stream; everything it believes
has passed the rules X1 to X18, in their order; everything it acknowledges is durable first.

`model` the nouns · `envelopes` form, making, opening · `rules` the one list a message must pass, and what follows from an
answer · `standing` whether instrument and measures let it pass · `posting` the door out · `arriving` and `intake` the door in ·
`packing` what goes in which envelope, and when again · `receipts` the signed answers · `settling` what a sender does with them ·
`relaying` passing on between two others · `calls` a question and its answer · `bundles` the same as a file · `deciding` what
a person decides · `service` the verbs · `ports` what is needed from outside.

Source: DESIGN section 4; docs/rules/exchange.md. Leaves to others: what a statement means (each room's `accept_*`, in the
table app hands over), sockets (transport), where streams are kept (storage).
"""

from entente.exchange.intake import Accept
from entente.exchange.parcels import Parcel, Settlement
from entente.exchange.service import Exchange

__all__ = ["Accept", "Exchange", "Parcel", "Settlement"]
