"""I5: numbers as keys that compare exactly, each made from one fact alone."""

import pytest

from entente.identity.identifiers import identifier_keys, query_keys
from entente.records.model import PropertyType

NUMBER = PropertyType.IDENTIFIER


@pytest.mark.parametrize(
    ("name", "kind", "held", "asked"),
    [
        ("passportNumber", NUMBER, "PA 123-456", "pa123456"),
        ("registrationNumber", NUMBER, "А123ВС77", "A 123 BC 77"),
        ("vin", NUMBER, "1M8GDM9A_KP042788", "1m8gdm9akp042788"),
        ("imoNumber", NUMBER, "IMO 9074729", "9074729"),
        ("iban", NUMBER, "XA82 WEST 1234 5698", "xa82west12345698"),
        ("phone", PropertyType.PHONE, "+992 93 123 45 67", "00992 931234567"),
        ("phone", PropertyType.PHONE, "93 123-45-67", "+992931234567"),
        ("email", PropertyType.EMAIL, "Duty@Example.ORG", "duty@example.org"),
        ("cryptoAddress", NUMBER, "0xABCDEF0123456789ABCDEF0123456789ABCDEF01", "0xabcdef0123456789abcdef0123456789abcdef01"),
        ("handle", NUMBER, "@Night_Owl", "night_owl"),
    ],
)  # fmt: skip
def test_i5_number_is_found_however_it_is_written(name: str, kind: PropertyType, held: str, asked: str) -> None:
    assert set(identifier_keys(name, kind, held)) & set(query_keys(asked))


def test_i5_capitals_count_in_base58_and_not_in_bech32() -> None:
    base58, bech32 = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    assert not set(identifier_keys("cryptoAddress", NUMBER, base58.lower())) & set(query_keys(base58)) - {""}
    assert set(identifier_keys("cryptoAddress", NUMBER, bech32.upper())) & set(query_keys(bech32))


@pytest.mark.parametrize("value", ["12", "ABCD", "", "—"])
def test_i5_what_identifies_nobody_gives_no_key(value: str) -> None:
    assert identifier_keys("passportNumber", NUMBER, value) == ()


def test_i5_codes_that_many_share_are_not_identifiers() -> None:
    assert identifier_keys("programId", NUMBER, "DRUG-2031") == ()
    assert identifier_keys("name", PropertyType.NAME, "AB123456") == ()


def test_i5_national_phone_number_needs_no_other_fact() -> None:
    assert identifier_keys("phone", PropertyType.PHONE, "93 123 45 67") == ("t:931234567",)
    assert "p:+992931234567" in query_keys("93 123 45 67", "TJ")


def test_i5_prefix_is_taken_from_a_ship_number_and_left_on_a_plate() -> None:
    assert query_keys("IMO 9074729")[0] == "n:9074729"
    assert query_keys("IMO 9074728")[0] == "n:IMO9074728"
