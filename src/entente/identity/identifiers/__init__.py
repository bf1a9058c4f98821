"""Numbers that stand for one person or thing: keys that compare exactly, and what can be checked of each kind.

`keys` what records and queries compare by (I5) · `letters` the one form of letters and digits · `typed` what a typed text may be,
as a `reading` · one file a kind: `document`, `vin`, `imo`, `imei`, `iban`, `phone`, `plate`, `wallet` with `bech32`, `cashaddr`
and `keccak` · the machine readable zone of travel documents (I18, I19): `mrz`, and of it `mrz_lines` what was scanned,
`mrz_layout` where fields stand, `mrz_codes`, `mrz_dates`, `mrz_mending` what was misread.

Source: docs/rules/identity.md I5 and I18 to I21. Leaves to others: what a scanned zone asks for in a search (identity.scanned).
"""

from entente.identity.identifiers.keys import identifier_keys, is_identifying, key_maker, query_keys, words_for
from entente.identity.identifiers.letters import IDENTIFIER_CHARACTERS_MAX
from entente.identity.identifiers.mrz import Mrz, MrzFault, MrzFaultKind, read_mrz
from entente.identity.identifiers.mrz_layout import MrzField, MrzSize
from entente.identity.identifiers.mrz_lines import SCANNED_CHARACTERS_MAX, looks_like_mrz
from entente.identity.identifiers.reading import IdentifierKind, Reading, Validity
from entente.identity.identifiers.typed import readings
from entente.identity.identifiers.wallet import Wallet, read_wallet

__all__ = [
    "IDENTIFIER_CHARACTERS_MAX",
    "SCANNED_CHARACTERS_MAX",
    "IdentifierKind",
    "Mrz",
    "MrzFault",
    "MrzFaultKind",
    "MrzField",
    "MrzSize",
    "Reading",
    "Validity",
    "Wallet",
    "identifier_keys",
    "is_identifying",
    "key_maker",
    "looks_like_mrz",
    "query_keys",
    "read_mrz",
    "read_wallet",
    "readings",
    "words_for",
]
