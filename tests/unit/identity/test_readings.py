"""I21: what an officer typed may be, with what can be checked of it, in words."""

from datetime import date

import pytest

from entente.formats.codelists import load_code_lists
from entente.identity.identifiers import IdentifierKind as Kind
from entente.identity.identifiers import Reading, Validity, identifier_keys, query_keys, readings
from entente.records.model import PropertyType
from tests.support.build_mrz import TD3_SPECIMEN

TODAY = date(2031, 5, 4)
COUNTRIES = load_code_lists().countries_alpha3
NUMBER = PropertyType.IDENTIFIER


def read(text: str, country: str = "") -> tuple[Reading, ...]:
    return readings(text, today=TODAY, countries=COUNTRIES, country=country)


def of(kind: Kind, text: str, country: str = "") -> Reading:
    (found,) = [one for one in read(text, country) if one.kind is kind]
    return found


@pytest.mark.parametrize(
    ("text", "kind", "validity", "normal", "words"),
    [
        ("49-015420-323751-8", Kind.IMEI, Validity.VALID, "490154203237518", "holds"),
        ("490154203237517", Kind.IMEI, Validity.FAULTY, "490154203237517", "IMEI with a wrong last digit: 8 is due"),
        ("490154203237510", Kind.IMEI, Validity.FAULTY, "490154203237510", "networks send 0"),
        ("49015420323751", Kind.IMEI, Validity.UNCHECKED, "49015420323751", "without its check digit"),
        ("4901542032375101", Kind.IMEI, Validity.UNCHECKED, "4901542032375101", "IMEISV"),
        ("1M8GDM9AXKP042788", Kind.VIN, Validity.VALID, "1M8GDM9AXKP042788", "holds"),
        ("1m8gdm9a-xkp042788", Kind.VIN, Validity.VALID, "1M8GDM9AXKP042788", "holds"),
        ("1M8GDM9A1KP042788", Kind.VIN, Validity.FAULTY, "1M8GDM9A1KP042788", "X is due"),
        ("WVWZZZ1JZ3W386752", Kind.VIN, Validity.UNCHECKED, "WVWZZZ1JZ3W386752", "need no check digit"),
        ("IMO 9074729", Kind.IMO, Validity.VALID, "9074729", "holds"),
        ("9074729", Kind.IMO, Validity.VALID, "9074729", "holds"),
        ("IMO No. 9074728", Kind.IMO, Validity.FAULTY, "9074728", "9 is due"),
        ("GB82 WEST 1234 5698 7654 32", Kind.IBAN, Validity.VALID, "GB82WEST12345698765432", "hold"),
        ("GB82 WEST 1234 5698 7654 33", Kind.IBAN, Validity.FAULTY, "GB82WEST12345698765433", "fail"),
        ("GB82 WEST 1234 5698 7654", Kind.IBAN, Validity.FAULTY, "GB82WEST12345698765" + "4", "22 characters are due"),
        ("+992 93 123-45-67", Kind.PHONE, Validity.VALID, "+992931234567", "of TJ"),
        ("+999 12345", Kind.PHONE, Validity.FAULTY, "+999 12345", "no numbering plan"),
        ("А123ВС77", Kind.PLATE, Validity.UNCHECKED, "A123BC77", "plate"),
        ("Duty@Example.ORG", Kind.EMAIL, Validity.UNCHECKED, "duty@example.org", "e-mail"),
        ("L898902C36", Kind.DOCUMENT, Validity.UNCHECKED, "L898902C36", "the number then L898902C3"),
        ("11010519491231002X", Kind.NATIONAL, Validity.VALID, "11010519491231002X", "of CN"),
        ("112-233-445 95", Kind.NATIONAL, Validity.VALID, "11223344595", "of RU (SNILS)"),
        ("500100732259", Kind.NATIONAL, Validity.VALID, "500100732259", "of RU (INN of a person)"),
        ("760724300757", Kind.NATIONAL, Validity.VALID, "760724300757", "of KZ (IIN)"),
        ("44051401359", Kind.NATIONAL, Validity.VALID, "44051401359", "of PL (PESEL)"),
        ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", Kind.WALLET, Validity.VALID, "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "Bitcoin"),
        ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", Kind.WALLET, Validity.FAULTY, "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", "fails"),
    ],
)  # fmt: skip
def test_i21_number_is_told_with_what_can_be_checked(
    text: str, kind: Kind, validity: Validity, normal: str, words: str
) -> None:
    found = of(kind, text)
    assert (found.validity, found.normal) == (validity, normal)
    assert words in found.text


def test_i21_zone_is_told_whole() -> None:
    (valid,) = read("\n".join(TD3_SPECIMEN))
    assert (valid.kind, valid.validity, valid.text) == (Kind.MRZ, Validity.VALID, "machine readable zone (TD3), valid")
    (faulty,) = read("\n".join(TD3_SPECIMEN).replace("740812", "740912"))
    assert faulty.validity is Validity.FAULTY
    assert "birth date: the check digit" in faulty.text


def test_i21_surest_reading_stands_first_and_a_plate_only_where_nothing_is_sure() -> None:
    assert next(iter(read("490154203237518"))).validity is Validity.VALID
    assert Kind.PLATE not in {one.kind for one in read("9074729")}
    assert {one.kind for one in read("AB1234C")} == {Kind.PLATE}


def test_i21_failing_national_number_is_told_only_of_the_country_that_is_given() -> None:
    assert not [one for one in read("44051401358") if one.kind is Kind.NATIONAL]
    assert of(Kind.NATIONAL, "44051401358", "PL").validity is Validity.FAULTY


@pytest.mark.parametrize(
    ("typed", "meant"), [("1M8GDM9AXKPO42788", "1M8GDM9AXKP042788"), ("IM8GDM9AXKP042788", "1M8GDM9AXKP042788")]
)
def test_i21_letters_that_no_vin_has_are_said_and_both_are_looked_for(typed: str, meant: str) -> None:
    found = of(Kind.VIN, typed)
    assert (found.validity, found.proposed) == (Validity.FAULTY, meant)
    assert set(identifier_keys("vin", NUMBER, meant)) <= set(query_keys(typed))
    assert set(identifier_keys("vin", NUMBER, typed)) <= set(query_keys(typed))


@pytest.mark.parametrize(
    ("typed", "name", "held"),
    [
        ("IBAN: GB82 WEST 1234 5698 7654 32", "iban", "GB82WEST12345698765432"),
        ("vin 1M8GDM9AXKP042788", "vin", "1M8GDM9AXKP042788"),
        ("IMO 9074729", "imoNumber", "9074729"),
    ],
)
def test_i21_word_before_a_number_is_no_part_of_it(typed: str, name: str, held: str) -> None:
    assert set(query_keys(typed)) & set(identifier_keys(name, NUMBER, held))
    assert next(iter(read(typed))).validity is Validity.VALID


@pytest.mark.parametrize("held", ["490154203237518", "490154203237510", "49015420323751", "4901542032375177"])
@pytest.mark.parametrize("asked", ["49-015420-323751-8", "49015420323751", "IMEI 490154203237517"])
def test_i21_apparatus_meets_itself_with_and_without_what_follows_its_fourteen_digits(held: str, asked: str) -> None:
    assert set(identifier_keys("imei", NUMBER, held)) & set(query_keys(asked))


def test_i5_digits_of_every_script_are_digits() -> None:
    arabic, persian = "AB١٢٣٤٥٦", "AB۱۲۳۴۵۶"
    for written in (arabic, persian):
        assert identifier_keys("passportNumber", NUMBER, written) == ("n:AB123456",)
    assert set(identifier_keys("phone", PropertyType.PHONE, "٩٣ ١٢٣ ٤٥ ٦٧")) & set(query_keys("93 123 45 67"))


def test_i18_lines_of_a_document_in_a_record_give_its_number() -> None:
    held = identifier_keys("mrz", PropertyType.TEXT, "\n".join(TD3_SPECIMEN))
    assert held == ("n:L898902C3",)
    assert set(held) & set(query_keys("L898902C3"))
    assert identifier_keys("mrz", PropertyType.TEXT, "not read") == ()


@pytest.mark.parametrize("text", ["", " ", "x", "🚗" * 30, "1" * 5000, "+" * 50, "\u202e123", "a" * 17, "۱" * 200])
def test_i21_whatever_is_typed_gives_readings_and_no_error(text: str) -> None:
    assert isinstance(read(text, "RU"), tuple)
