"""I5 and I21: wallet addresses by chain, their checksums, one key for one hash; an address that fails keeps its key."""

import base58
import pytest

from entente.identity.identifiers import Wallet, identifier_keys, query_keys, read_wallet
from entente.identity.identifiers.bech32 import Encoding, decode
from entente.identity.identifiers.keccak import keccak_256
from entente.records.model import PropertyType

HASH = bytes(range(20))


def of(version: bytes, payload: bytes = HASH) -> str:
    return base58.b58encode_check(version + payload).decode()


def keys(address: str, name: str = "cryptoAddress") -> set[str]:
    return set(identifier_keys(name, PropertyType.IDENTIFIER, address))


def read(address: str) -> Wallet:
    found = read_wallet(address)
    assert found is not None
    return found


# BIP-173, test vectors: valid and invalid bech32; BIP-350, the same for bech32m.
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("A12UEL5L", Encoding.BECH32),
        ("a12uel5l", Encoding.BECH32),
        ("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", Encoding.BECH32),
        ("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", Encoding.BECH32),
        ("?1ezyfcl", Encoding.BECH32),
        ("A1LQFN3A", Encoding.BECH32M),
        ("abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx", Encoding.BECH32M),
        ("split1checkupstagehandshakeupstreamerranterredcaperredlc445v", Encoding.BECH32M),
    ],
)
def test_bip_173_and_bip_350_valid_strings_are_valid(text: str, encoding: Encoding) -> None:
    decoded = decode(text)
    assert decoded is not None
    assert decoded[2] is encoding


@pytest.mark.parametrize(
    "text",
    [
        "pzry9x0s0muk",
        "1pzry9x0s0muk",
        "x1b4n0q5v",
        "li1dgmt3",
        "A1G7SGD8",
        "10a06t8",
        "1qzzfhee",
        "a12UEL5L",
        "",
        "1",
        "a1qqqqqq",
    ],
)
def test_bip_173_invalid_strings_are_refused(text: str) -> None:
    assert decode(text) is None


# BIP-173 and BIP-350: addresses with their programs; the last ones are invalid, each for one reason.
@pytest.mark.parametrize(
    ("address", "holds"),
    [
        ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "key hash"),
        ("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7", "script hash"),
        ("bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y", "witness program"),
        ("BC1SW50QGDZ25J", "witness program"),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "taproot key"),
    ],
)
def test_i21_segwit_addresses_of_both_checksums_are_valid(address: str, holds: str) -> None:
    found = read(address)
    assert (found.is_valid, found.holds, found.normal) == (True, holds, address.lower())


@pytest.mark.parametrize(
    "address",
    [
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",  # the old checksum on a version of the new
        "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",  # the new checksum on version 0
        "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf",
        "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P",  # a program of version 0 with 16 bytes
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",  # one character off
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8F3t4",  # capitals mixed
    ],
)
def test_i21_segwit_address_that_fails_says_why_and_keeps_its_key(address: str) -> None:
    found = read(address)
    assert not found.is_valid
    assert found.fault
    assert keys(address) & set(query_keys(address))


@pytest.mark.parametrize(
    ("version", "chain", "holds"),
    [
        (b"\x00", "Bitcoin", "key hash"), (b"\x05", "Bitcoin", "script hash"), (b"\x30", "Litecoin", "key hash"),
        (b"\x32", "Litecoin", "script hash"), (b"\x1e", "Dogecoin", "key hash"), (b"\x16", "Dogecoin", "script hash"),
        (b"\x1c\xb8", "Zcash", "key hash"), (b"\x1c\xbd", "Zcash", "script hash"), (b"\x4c", "Dash", "key hash"),
        (b"\x41", "Tron", "account"), (b"\x26", "Bitcoin Gold", "key hash"), (b"\x6f", "Bitcoin test network", "key hash"),
    ],
)  # fmt: skip
def test_i21_base58_address_names_its_chain_and_loses_its_checksum_with_one_character(
    version: bytes, chain: str, holds: str
) -> None:
    address = of(version)
    found = read(address)
    assert (found.is_valid, found.holds) == (True, holds)
    assert chain in found.chains
    other = "2" if address[-1] != "2" else "3"
    wrong = read_wallet(address[:-1] + other)
    assert wrong is None or not wrong.is_valid
    assert keys(address[:-1] + other) == {f"w:{address[:-1]}{other}"}


def test_i21_capitals_of_base58_are_part_of_it() -> None:
    assert not keys(of(b"\x00")) & keys(of(b"\x00").swapcase())


# The CashAddr specification's examples, the same hashes in both forms.
@pytest.mark.parametrize(
    ("legacy", "cash"),
    [
        ("1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"),
        ("1KXrWXciRDZUpQwQmuM1DbwsKDLYAYsVLR", "bitcoincash:qr95sy3j9xwd2ap32xkykttr4cvcu7as4y0qverfuy"),
        ("3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC", "bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq"),
        ("31nwvkZwyPdgzjBJZXfDmSWsC4ZLKpYyUw", "bitcoincash:pqq3728yw0y47sqn6l2na30mcw6zm78dzq5ucqzc37"),
    ],
)
def test_i21_bitcoin_cash_in_both_forms_is_one_key(legacy: str, cash: str) -> None:
    for written in (cash, cash.upper(), cash.removeprefix("bitcoincash:")):
        found = read(written)
        assert (found.is_valid, found.chains, found.normal) == (True, ("Bitcoin Cash",), legacy)
        assert f"w:{legacy}" in keys(written)
        assert keys(written) & set(query_keys(legacy))
        assert set(query_keys(written)) & keys(legacy)
    assert keys(cash) == keys(cash.removeprefix("bitcoincash:"))


def test_i21_bitcoin_cash_address_with_a_wrong_character_is_flagged_and_keeps_its_key() -> None:
    wrong = "qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6q"
    assert not read(wrong).is_valid
    assert keys(wrong) == {f"w:{wrong}"}


# ERC-55, the addresses of its text.
@pytest.mark.parametrize(
    "address",
    [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ],
)  # fmt: skip
def test_i21_capitals_of_an_ethereum_address_are_its_checksum(address: str) -> None:
    assert (read(address).is_valid, read(address).has_checksum) == (True, True)
    assert not read("0x" + address[2:].swapcase()).is_valid
    assert (read(address.lower()).is_valid, read(address.lower()).has_checksum) == (True, False)
    assert keys(address) == keys(address.lower()) == {f"w:{address.lower()}"}
    assert keys(address[2:]) & keys(address)


def test_keccak_is_that_of_ethereum_and_not_sha_3() -> None:
    assert keccak_256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak_256(b"abc").hex() == "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"
    assert len({keccak_256(bytes(size)) for size in (134, 135, 136, 137, 271, 272)}) == 6


def test_i21_tron_in_base58_and_hexadecimal_is_one_key() -> None:
    address = of(b"\x41")
    assert keys(("41" + HASH.hex()).upper()) & keys(address)
    assert read("41" + HASH.hex()).normal == address


def test_i21_account_of_the_xrp_ledger_and_its_address_with_a_tag_are_one_key() -> None:
    ripple = base58.RIPPLE_ALPHABET
    account = base58.b58encode_check(b"\x00" + HASH, alphabet=ripple).decode()
    tagged = base58.b58encode_check(b"\x05\x44" + HASH + b"\x01" + (7).to_bytes(8, "little"), alphabet=ripple).decode()
    assert read(account).chains == ("XRP Ledger",)
    assert read("rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh").is_valid, "the account that all of it came from"
    assert not read("rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTj").is_valid
    assert tagged[0] == "X"
    assert read(tagged).normal == account
    assert keys(tagged) & set(query_keys(account))


def test_i21_litecoin_scripts_in_both_forms_are_one_key() -> None:
    assert keys(of(b"\x32")) & keys(of(b"\x05"))


def test_i21_monero_address_has_its_own_base58_and_checksum() -> None:
    # The donation address that the project has published since 2014.
    address = "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A"
    assert (read(address).is_valid, read(address).holds) == (True, "address")
    assert not read(address[:50] + ("A" if address[50] != "A" else "B") + address[51:]).is_valid
    assert not read("4" + "z" * 94).is_valid


def test_i21_scheme_and_parameters_of_a_link_are_left_out() -> None:
    address = of(b"\x00")
    assert keys(f"bitcoin:{address}?amount=0.1&label=x") == keys(address)
    assert read(f"bitcoin:{address}?amount=0.1").is_valid
    cash = "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"
    assert read(f"{cash}?amount=1").is_valid


def test_i21_what_is_a_transaction_is_no_address_and_keeps_its_key() -> None:
    digest = "5be5543ff73456ab9f2d207887e2af87322c651ea1a873c5b25b7ffae456c320"
    assert not read(digest).is_valid
    assert "no address" in read(digest).fault
    assert keys(digest, "transactionHash") == {f"w:{digest}"}


@pytest.mark.parametrize(
    "text", ["", "1", "hello", "0" * 200, "1" * 200, "z" * 110, "0x", "bc1", "bitcoincash:", ":", "é" * 40]
)
def test_i21_what_is_no_address_is_none_and_no_error(text: str) -> None:
    found = read_wallet(text)
    assert found is None or not found.is_valid
