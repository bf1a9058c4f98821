"""Addresses of wallets: of which chain, whether the checksum holds, one form to compare by, and the keys.

An address whose checksum fails keeps its key: official lists hold some, and whoever types the same must find it. What holds the
same hash in two forms meets in one key: CashAddr and the legacy form of Bitcoin Cash, Litecoin's scripts with M and with 3, an
X-address and the account it is of, Tron in base58 and in hexadecimal. Other chains with the form of a known one (Bitcoin SV
beside Bitcoin, Ethereum Classic beside Ethereum) are named with it: an address does not say on which of them it is used.

Source: BIP-13, BIP-173, BIP-350; the parameters each chain's own node ships for base58; ERC-55; XLS-5; CryptoNote standard
CNS007; docs/rules/identity.md I5 and I21.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import base58

from entente.identity.identifiers import bech32, cashaddr
from entente.identity.identifiers.keccak import keccak_256

WALLET_CHARACTERS_MIN = 25
"""The shortest base58 address of the chains we know (Bitcoin, 25)."""

BITCOIN, BITCOIN_CASH, LITECOIN = "Bitcoin", "Bitcoin Cash", "Litecoin"
ETHEREUM, TRON, RIPPLE, MONERO = "Ethereum", "Tron", "XRP Ledger", "Monero"

_VERSIONS: Mapping[bytes, tuple[tuple[str, ...], str]] = {
    b"\x00": ((BITCOIN, BITCOIN_CASH, "Bitcoin SV"), "key hash"),
    b"\x05": ((BITCOIN, BITCOIN_CASH, "Bitcoin SV", LITECOIN), "script hash"),
    b"\x30": ((LITECOIN,), "key hash"),
    b"\x32": ((LITECOIN,), "script hash"),
    b"\x1e": (("Dogecoin", "Verge"), "key hash"),
    b"\x16": (("Dogecoin",), "script hash"),
    b"\x21": (("Verge",), "script hash"),
    b"\x1c\xb8": (("Zcash",), "key hash"),
    b"\x1c\xbd": (("Zcash",), "script hash"),
    b"\x4c": (("Dash",), "key hash"),
    b"\x10": (("Dash",), "script hash"),
    b"\x26": (("Bitcoin Gold",), "key hash"),
    b"\x17": (("Bitcoin Gold",), "script hash"),
    b"\x41": ((TRON,), "account"),
    b"\x6f": (("Bitcoin test network", "Litecoin test network"), "key hash"),
    b"\xc4": (("Bitcoin test network", "Litecoin test network"), "script hash"),
    b"\x3a": (("Litecoin test network",), "script hash"),
    b"\x1d\x25": (("Zcash test network",), "key hash"),
    b"\x1c\xba": (("Zcash test network",), "script hash"),
}
"""Version of a base58check address → the chains it may be of, and what it holds, a hash of twenty bytes."""
_HASH_BYTES = 20
_SEGWIT: Mapping[str, str] = {
    "bc": BITCOIN, "tb": "Bitcoin test network", "bcrt": "Bitcoin regression network", "ltc": LITECOIN,
    "tltc": "Litecoin test network", "rltc": "Litecoin regression network",
}  # fmt: skip
_PLAIN_BECH32: Mapping[str, str] = {"addr": "Cardano", "stake": "Cardano", "cosmos": "Cosmos"}
_MONERO: Mapping[int, str] = {18: "address", 19: "integrated address", 42: "subaddress"}
_SCHEMES = re.compile(
    r"(bitcoin|bitcoincash|bchtest|bchreg|litecoin|dogecoin|zcash|dash|ethereum|tron|ripple|xrpl|xrp|monero):(?://)?",
    re.IGNORECASE,
)

_BECH32 = re.compile(r"(bc|tb|ltc|bcrt|addr|cosmos)1[02-9ac-hj-np-z]{6,}", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"(0x)?[0-9a-f]{40,}", re.IGNORECASE)
_ETHEREUM = re.compile(r"(?:0x)?([0-9a-f]{40})", re.IGNORECASE)
_DIGEST = re.compile(r"(?:0x)?[0-9a-f]{64}", re.IGNORECASE)
_TRON_HEXADECIMAL = re.compile(r"(?:0x)?(41[0-9a-f]{40})", re.IGNORECASE)
_WALLET = re.compile(r"[0-9A-Za-z]+")
_BASE58 = re.compile(r"[1-9A-HJ-NP-Za-km-z]+")
_CASHADDR = re.compile(r"(?:(?:bitcoincash|bchtest|bchreg):)?[qpzr][02-9ac-hj-np-z]{41,111}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wallet:
    """An address as read: the chains it may be of, what it holds, its normal form, and whether its checksum holds."""

    chains: tuple[str, ...]
    holds: str
    normal: str
    """As a block explorer writes it; the legacy form where two are equal."""
    is_valid: bool
    has_checksum: bool = True
    """Whether there is a checksum at all: an Ethereum address in one case has none."""
    fault: str = ""


def wallet_keys(text: str) -> Iterator[str]:
    """Yield the keys of an address: as it is written, and in the other forms of the same hash.

    Base58 tells capitals apart; bech32 and hexadecimal do not (BIP-173, ERC-55).

    Source: docs/rules/identity.md I5, I21.
    """
    bare = _bare(text)
    if not _WALLET.fullmatch(bare) or len(bare) < WALLET_CHARACTERS_MIN:
        return
    has_one_case = _BECH32.fullmatch(bare) or _HEXADECIMAL.fullmatch(bare)
    yield f"w:{bare.lower() if has_one_case else bare}"
    yield from (f"w:{other}" for other in _other_forms(text, bare))


def read_wallet(text: str) -> Wallet | None:
    """Say what an address is; None for what looks like none of the chains known here. Never raises.

    Source: docs/rules/identity.md I21.
    """
    bare = _bare(text)
    for read in (_read_hexadecimal, _read_bech32, _read_ripple, _read_monero, _read_base58):
        if (found := read(bare)) is not None:
            return found
    return _read_cashaddr(_with_prefix(text, bare))


def _bare(text: str) -> str:
    """Return an address without the scheme and the parameters of a link (BIP-21, ERC-681)."""
    return _SCHEMES.sub("", text, count=1).partition("?")[0] if ":" in text else text


def _with_prefix(text: str, bare: str) -> str:
    """Return an address with its prefix where it is one of CashAddr, whose checksum covers it."""
    prefix, colon, _ = text.lower().partition(":")
    if not colon or prefix not in cashaddr.PREFIXES:
        return bare
    return f"{prefix}:{bare}" if bare == bare.lower() else f"{prefix.upper()}:{bare}"


def _other_forms(text: str, bare: str) -> Iterator[str]:
    """Yield the other forms in which the same hash may be written."""
    if _CASHADDR.fullmatch(bare):
        # With a prefix of its own the checksum is another one.
        if (cash := _cash(_with_prefix(text, bare))) is not None:
            yield _legacy(cash)
            yield bare.lower()
    elif match := _TRON_HEXADECIMAL.fullmatch(bare):
        yield base58.b58encode_check(bytes.fromhex(match[1])).decode("ascii")
    elif match := _ETHEREUM.fullmatch(bare):
        yield f"0x{match[1].lower()}"
    elif bare[0] == "M" and (payload := _checked(bare)) and payload[:1] == b"\x32":
        yield base58.b58encode_check(b"\x05" + payload[1:]).decode("ascii")
    elif bare.isupper() and bare.lower().rpartition("1")[0] in _SEGWIT.keys() | _PLAIN_BECH32.keys():
        yield bare.lower()
    elif bare[0] == "X" and (account := _of_x_address(bare)):
        yield account


def _read_hexadecimal(text: str) -> Wallet | None:
    if match := _TRON_HEXADECIMAL.fullmatch(text):
        normal = base58.b58encode_check(bytes.fromhex(match[1])).decode("ascii")
        return Wallet((TRON,), "account", normal, is_valid=True, has_checksum=False)
    if _DIGEST.fullmatch(text):
        fault = "64 hexadecimal digits are a transaction, a payment or a key, and no address"
        return Wallet((), "transaction, payment or key", text.lower(), is_valid=False, has_checksum=False, fault=fault)
    match = _ETHEREUM.fullmatch(text)
    if match is None:
        return None
    written, normal = match[1], f"0x{match[1].lower()}"
    chains = (ETHEREUM, "other chains with its addresses")
    if written in {written.lower(), written.upper()}:
        return Wallet(chains, "account", normal, is_valid=True, has_checksum=False)
    is_valid = written == _capitals(written.lower())
    fault = "" if is_valid else "its capitals are not those of ERC-55, so a character was mistyped"
    return Wallet(chains, "account", normal, is_valid, fault=fault)


def _capitals(address: str) -> str:
    """Write the letters of an address as capitals where the digest of it says so (ERC-55)."""
    digest = keccak_256(address.encode("ascii")).hex()
    return "".join(one.upper() if int(mark, 16) >= 8 else one for one, mark in zip(address, digest, strict=False))  # noqa: PLR2004 - the highest of four bits


def _read_bech32(text: str) -> Wallet | None:
    prefix, one, _ = text.lower().rpartition("1")
    chain = _SEGWIT.get(prefix) or _PLAIN_BECH32.get(prefix)
    if chain is None or not one:
        return None
    decoded, normal = bech32.decode(text), text.lower()
    if decoded is None:
        is_mixed = text not in {normal, text.upper()}
        fault = "capitals and small letters are mixed" if is_mixed else "its checksum fails"
        return Wallet((chain,), "address", normal, is_valid=False, fault=fault)
    if prefix in _PLAIN_BECH32:
        return Wallet((chain,), "address", normal, is_valid=True)
    return _segwit(chain, normal, decoded[1], decoded[2])


def _segwit(chain: str, normal: str, values: tuple[int, ...], encoding: bech32.Encoding) -> Wallet:
    """Judge a witness program: version 0 with the old checksum and 20 or 32 bytes, later ones with the new (BIP-173, BIP-350)."""
    program = bech32.regroup(values[1:], 5, 8) if values else None
    fault = ""
    if program is None or not 2 <= len(program) <= 40 or values[0] > 16:  # noqa: PLR2004 - BIP-141
        fault = "it holds no witness program"
    elif values[0] == 0 and len(program) not in {20, 32}:
        fault = "a program of version 0 has 20 or 32 bytes"
    elif (values[0] == 0) is not (encoding is bech32.Encoding.BECH32):
        fault = "version 0 has the checksum of BIP-173, later ones that of BIP-350, and this is the other"
    holds = {(0, 20): "key hash", (0, 32): "script hash", (1, 32): "taproot key"}
    what = holds.get((values[0], len(program)), "witness program") if program and not fault else "address"
    return Wallet((chain,), what, normal, is_valid=not fault, fault=fault)


def _read_cashaddr(text: str) -> Wallet | None:
    if not _CASHADDR.fullmatch(text):
        return None
    cash = _cash(text)
    if cash is None:
        return Wallet((BITCOIN_CASH,), "address", text.lower(), is_valid=False, fault="its checksum fails")
    return Wallet((BITCOIN_CASH,), "key hash" if cash.type in {0, 2} else "script hash", _legacy(cash), is_valid=True)


def _cash(text: str) -> cashaddr.CashAddress | None:
    """Return an address of twenty bytes, which is what has a legacy form."""
    found = cashaddr.decode(text)
    return found if found is not None and len(found.hash) == _HASH_BYTES and found.type <= 3 else None  # noqa: PLR2004 - the types in use


def _legacy(cash: cashaddr.CashAddress) -> str:
    """Write a hash in the form that Bitcoin Cash had before CashAddr, which is Bitcoin's."""
    main, test = (b"\x00", b"\x6f") if cash.type in {0, 2} else (b"\x05", b"\xc4")
    version = main if cash.prefix == cashaddr.PREFIXES[0] else test
    return base58.b58encode_check(version + cash.hash).decode("ascii")


def _read_base58(text: str) -> Wallet | None:
    """Read base58check; an address whose checksum fails is taken for the chain its first letter and length are of."""
    payload = _checked(text)
    if payload is None:
        begin = next((chains for mark, chains in _BEGINNINGS if mark.fullmatch(text)), None)
        return Wallet(begin, "address", text, is_valid=False, fault="its checksum fails") if begin else None
    known = _VERSIONS.get(payload[:-_HASH_BYTES])
    if known is None:
        return None
    chains, holds = known
    return Wallet(chains, holds, next(_other_forms(text, text), text), is_valid=True)


def _checked(text: str) -> bytes | None:
    """Return what base58check holds, or None."""
    if not _BASE58.fullmatch(text) or len(text) > _BASE58_CHARACTERS_MAX:
        return None
    try:
        return base58.b58decode_check(text)
    except ValueError:
        return None


_BASE58_CHARACTERS_MAX = 110
"""The longest is Monero's integrated address, of 106; the time to read base58 grows with the square of the length."""
_BEGINNINGS = tuple(
    (re.compile(pattern + "[1-9A-HJ-NP-Za-km-z]+"), chains)
    for pattern, chains in (
        (r"(?=.{26,35}$)1", (BITCOIN, BITCOIN_CASH)),
        (r"(?=.{34,35}$)3", (BITCOIN, BITCOIN_CASH, LITECOIN)),
        (r"(?=.{33,35}$)[LM]", (LITECOIN,)),
        (r"(?=.{34}$)D", ("Dogecoin",)),
        (r"(?=.{35}$)t[13]", ("Zcash",)),
        (r"(?=.{34}$)X", ("Dash",)),
        (r"(?=.{34}$)T", (TRON,)),
    )
)


def _read_ripple(text: str) -> Wallet | None:
    if text[:1] == "X" and (account := _of_x_address(text)):
        return Wallet((RIPPLE,), "account with a tag", account, is_valid=True)
    if not (text[:1] == "r" and 25 <= len(text) <= 35 and _BASE58.fullmatch(text)):  # noqa: PLR2004 - lengths of accounts
        return None
    payload = _ripple_checked(text)
    is_valid = payload is not None and len(payload) == _HASH_BYTES + 1 and payload[0] == 0
    return Wallet((RIPPLE,), "account", text, is_valid, fault="" if is_valid else "its checksum fails")


def _of_x_address(text: str) -> str:
    """Return the account of an X-address, which holds its tag as well; nothing where it is none (XLS-5)."""
    payload = _ripple_checked(text)
    if payload is None or len(payload) != 31 or payload[:2] != b"\x05\x44":  # noqa: PLR2004 - prefix, hash, flag, tag of 8 bytes
        return ""
    return base58.b58encode_check(b"\x00" + payload[2:22], alphabet=base58.RIPPLE_ALPHABET).decode("ascii")


def _ripple_checked(text: str) -> bytes | None:
    if not _BASE58.fullmatch(text) or len(text) > _BASE58_CHARACTERS_MAX:
        return None
    try:
        return base58.b58decode_check(text, alphabet=base58.RIPPLE_ALPHABET)
    except ValueError:
        return None


def _read_monero(text: str) -> Wallet | None:
    """Read the base58 of CryptoNote: eleven characters for eight bytes, the last block shorter, four bytes of checksum."""
    if text[:1] not in {"4", "8"} or len(text) not in {95, 106} or not _BASE58.fullmatch(text):
        return None
    whole = bytearray()
    for start in range(0, len(text), 11):
        block = text[start : start + 11]
        size = {11: 8, 7: 5}[len(block)]
        number = 0
        for character in block:
            number = number * 58 + _DIGIT[character]
        if number >= 1 << 8 * size:
            return Wallet(
                (MONERO,), "address", text, is_valid=False, fault="a part of it is beyond what eight bytes hold"
            )
        whole += number.to_bytes(size, "big")
    holds = _MONERO.get(whole[0])
    is_valid = holds is not None and keccak_256(bytes(whole[:-4]))[:4] == whole[-4:]
    return Wallet((MONERO,), holds or "address", text, is_valid, fault="" if is_valid else "its checksum fails")


_DIGIT = {character: place for place, character in enumerate(base58.BITCOIN_ALPHABET.decode("ascii"))}
