"""I6: what is indexed of a record."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from entente.formats.schemata import load_schemata
from entente.identity.indexed import Indexed, facts_of
from entente.identity.model import IndexEntry
from entente.identity.names import name_forms
from entente.records.model import Fact, Schemata, StoredRecord
from tests.unit.identity.search_world import CLOSED, NOW, OPEN, SCHEMATA, a_record, stored


def index_entries(held: StoredRecord, schemata: Schemata) -> Sequence[IndexEntry]:
    return Indexed(schemata).entries(facts_of(held))


def test_i6_each_name_and_number_fact_is_one_entry_under_its_own_class() -> None:
    record = a_record(
        ("name", "Мухаммедов А."),
        Fact("alias", "Akmal", terms=1),
        Fact("passportNumber", "PA 123456", terms=1),
        ("birthDate", "1979-03-02"),
        ("nationality", "XA"),
        Fact("nationality", "XB", terms=1),
        Fact("citizenship", "XA", terms=1),
        Fact("name", "Ghost", is_unknown_property=True),
        Fact("passportNumber", "PA 777777", is_unknown_property=True),
        ("nickname", "not in the schema"),
    )
    assert index_entries(stored(record, 5), SCHEMATA) == (
        IndexEntry(5, OPEN, name="Мухаммедов А.", birth_date="1979-03-02", country="XA"),
        # The date of birth is not of this class, and of two nationalities neither says which.
        IndexEntry(5, CLOSED, name="Akmal"),
        IndexEntry(5, CLOSED, identifiers=("n:PA123456",)),
    )


@pytest.mark.parametrize(
    ("schema", "facts", "keys"),
    [
        ("Person", [("name", "ელენე ბერიძე"), ("birthDate", "1979"), ("nationality", "XA")], {"elene beridze"}),
        ("Person", [("lastName", "Rahimov"), ("firstName", "Akmal"), ("phone", "+992931234567")],
         {"rahimov akmal", "p:+992931234567", "t:931234567"}),
        ("Passport", [("number", "PA 123456"), ("country", "XA")], {"n:PA123456"}),
        ("Vehicle", [("registrationNumber", "А123ВС77"), ("vin", "1M8GDM9AKP042788"), ("model", "Falcon 4000")],
         {"n:A123BC77", "n:1M8GDM9AKP042788"}),
        ("Vessel", [("name", "Sea Rose"), ("imoNumber", "IMO 9074729"), ("flag", "XA")], {"sea rose", "n:9074729"}),
        ("CryptoWallet", [("cryptoAddress", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT")],
         {"w:1BoatSLRHtKNngkdXEeobR76b53LETtpyT"}),
        ("BankAccount", [("iban", "XA82 WEST 1234 5698")], {"n:XA82WEST12345698"}),
    ],
)  # fmt: skip
def test_i6_schemata_of_the_package_give_their_names_and_numbers(
    schema: str, facts: list[tuple[str, str]], keys: set[str]
) -> None:
    entries = index_entries(stored(replace(a_record(*facts), schema=schema), 5), load_schemata())
    assert {key for entry in entries for key in (*name_forms(entry.name), *entry.identifiers)} == keys


def test_i6_withdrawn_record_and_unknown_schema_have_no_entries() -> None:
    held = stored(a_record(("name", "Akmal")), 5)
    assert index_entries(held, SCHEMATA)
    assert index_entries(replace(held, withdrawn_at=NOW), SCHEMATA) == ()
    assert index_entries(held, {}) == ()
