"""I18, I19: machine readable zones of every size, each fault with its field, what was misread proposed and never mended."""

from datetime import date

import pytest

from entente.formats.codelists import load_code_lists
from entente.identity.identifiers import Mrz, MrzFaultKind, MrzField, looks_like_mrz, read_mrz
from tests.support.build_mrz import SPECIMENS, TD1_SPECIMEN, TD3_SPECIMEN, Holder, zone

TODAY = date(2031, 5, 4)
COUNTRIES = load_code_lists().countries_alpha3
SIZES = tuple(SPECIMENS)
UPPER, LOWER = TD3_SPECIMEN


def read(*lines: str, today: date = TODAY) -> Mrz:
    return read_mrz("\n".join(lines), today=today, countries=COUNTRIES)


def faults(found: Mrz) -> set[tuple[str, str]]:
    return {(fault.field.value, fault.kind.value) for fault in found.faults}


@pytest.mark.parametrize("size", SIZES)
def test_i18_specimen_of_the_standard_is_valid_in_every_size(size: str) -> None:
    found = read(*SPECIMENS[size])
    assert found.faults == ()
    assert found.size == size
    assert (found.surname, found.given_names) == ("ERIKSSON", "ANNA MARIA")
    assert found.sex == "female"
    assert not found.name_may_be_cut
    assert "UTO is the invented state of specimens." in found.notes


def test_i18_passport_says_all_it_holds() -> None:
    found = read(*TD3_SPECIMEN)
    assert found.number == "L898902C3"
    assert (found.birth_date, found.expiry_date) == ("1974-08-12", "2012-04-15")
    assert found.personal_number == "ZE184226B"
    assert found.document_code == "P"
    assert "The document expired on 2012-04-15." in found.notes


@pytest.mark.parametrize("size", ["TD1", "TD2"])
def test_i18_long_number_goes_on_in_the_optional_data(size: str) -> None:
    number = "AB1234567890" if size == "TD2" else "AB12345678901Z"
    found = read(*zone(size, Holder(number=number, optional="X9" if size == "TD1" else "")))
    assert found.faults == ()
    assert found.number == number
    assert found.optional == (("X9",) if size == "TD1" else ())


def test_i18_long_number_with_a_wrong_check_digit_is_a_fault_of_the_number() -> None:
    first, *rest = zone("TD1", Holder(number="AB12345678901Z"))
    wrong = first[:20] + ("1" if first[20] != "1" else "2") + first[21:]
    assert ("document number", "check_digit") in faults(read(wrong, *rest))


def test_i18_filler_for_a_check_digit_needs_a_number_that_goes_on() -> None:
    first, *rest = zone("TD1", Holder(number="AB12345"))
    assert ("document number", "check_digit") in faults(read(first[:14] + "<" + first[15:], *rest))


@pytest.mark.parametrize(("written", "is_valid"), [("<", True), ("0", True), ("1", False)])
def test_i18_check_digit_of_a_personal_number_left_out_may_be_a_filler(written: str, is_valid: bool) -> None:  # noqa: FBT001 - a case
    upper, lower = zone("TD3", Holder(personal=""))
    changed = lower[:42] + written
    from_composite = changed[:10] + changed[13:20] + changed[21:]
    total = sum((0 if c == "<" else int(c, 36)) * (7, 3, 1)[i % 3] for i, c in enumerate(from_composite))
    found = read(upper, changed + str(total % 10))
    assert found.is_valid is is_valid


def test_i18_filler_is_no_check_digit_of_a_personal_number_that_is_there() -> None:
    # Its digits add up to 0, so that only the rule, and not the sum, tells the filler from a check digit.
    upper, lower = zone("TD3", Holder(personal="00000000000000"))
    assert lower[42] == "0"
    assert ("personal number", "check_digit") in faults(read(upper, lower[:42] + "<" + lower[43]))


@pytest.mark.parametrize(
    ("line", "place", "character", "fault"),
    [
        (1, 9, "7", ("document number", "check_digit")),
        (1, 19, "3", ("birth date", "check_digit")),
        (1, 27, "8", ("expiry date", "check_digit")),
        (1, 42, "2", ("personal number", "check_digit")),
        (1, 43, "1", ("composite check digit", "composite_check_digit")),
        (0, 2, "Q", ("issuing state", "unknown_country")),
        (1, 10, "Q", ("nationality", "unknown_country")),
        (1, 20, "X", ("sex", "sex")),
        (0, 6, "9", ("name", "illegal_character")),
        (1, 15, "A", ("birth date", "illegal_character")),
        (1, 3, "*", ("document number", "illegal_character")),
    ],
)
def test_i18_each_fault_is_named_with_its_field(line: int, place: int, character: str, fault: tuple[str, str]) -> None:
    lines = list(TD3_SPECIMEN)
    lines[line] = lines[line][:place] + character + lines[line][place + 1 :]
    found = read(*lines)
    assert fault in faults(found)
    named = next(one for one in found.faults if (one.field, one.kind) == fault)
    assert named.line == line + 1
    assert named.field.value in named.text


@pytest.mark.parametrize("size", ["TD1", "TD2", "TD3"])
def test_i18_document_code_of_another_size_is_a_fault(size: str) -> None:
    code = "P" if size != "TD3" else "I"
    assert faults(read(*zone(size, Holder(code=code)))) == {("document code", "document_code")}


@pytest.mark.parametrize("born", ["791304", "790431", "790229", "000000"])
def test_i18_date_that_does_not_exist_is_a_fault(born: str) -> None:
    found = read(*zone("TD3", Holder(born=born)))
    assert faults(found) == {("birth date", "impossible_date")}
    assert found.birth_date == ""
    assert not found.is_whole(MrzField.BIRTH)


@pytest.mark.parametrize(
    ("born", "expires", "expected"),
    [
        ("310504", "310505", "2031-05-04"),  # today
        ("310505", "310506", "1931-05-05"),  # tomorrow, so a century ago
        ("000229", "310505", "2000-02-29"),
        ("2001<<", "310505", "2020-01"),
        ("79<<<<", "310505", "1979"),
        ("<<<<<<", "310505", ""),
        ("200101", "961210", "1920-01-01"),  # the document ended before 2020
    ],
)
def test_i18_birth_is_not_in_the_future_and_not_after_the_document(born: str, expires: str, expected: str) -> None:
    found = read(*zone("TD3", Holder(born=born, expires=expires)))
    assert found.faults == ()
    assert found.birth_date == expected
    assert ("The birth date is not fully known." in found.notes) is ("<" in born)


@pytest.mark.parametrize(
    ("expires", "expected"), [("801231", "2080-12-31"), ("821231", "1982-12-31"), ("310503", "2031-05-03")]
)
def test_i18_expiry_is_within_fifty_years(expires: str, expected: str) -> None:
    found = read(*zone("TD2", Holder(expires=expires)))
    assert found.expiry_date == expected
    assert any("expired" in note for note in found.notes) is (expected < TODAY.isoformat())


def test_i18_day_of_today_is_given_and_decides() -> None:
    lines = zone("TD3", Holder(born="300101", expires="350101"))
    assert read(*lines).birth_date == "2030-01-01"
    assert read(*lines, today=date(2029, 12, 31)).birth_date == "1930-01-01"


def test_i18_document_without_an_end_is_noted() -> None:
    found = read(*zone("TD1", Holder(expires="<<<<<<")))
    assert found.is_valid
    assert "The document has no expiry date." in found.notes


@pytest.mark.parametrize(
    ("code", "country"), [("D", "DE"), ("GBD", "GB"), ("UNO", ""), ("XXA", ""), ("XPO", ""), ("XXX", ""), ("SUN", "SU")]
)
def test_i18_codes_of_icao_and_of_former_states_are_known(code: str, country: str) -> None:
    found = read(*zone("TD3", Holder(issuer=code, nationality=code)))
    assert found.faults == ()
    assert (found.nationality, found.nationality_country, found.issuer_country) == (code, country, country)


def test_i18_name_that_fills_its_field_may_be_cut() -> None:
    found = read(*zone("TD1", Holder(surname="CACADOR DE ARAUJO", given="ANDRE ESTEVAO")))
    assert found.faults == ()
    assert found.name_may_be_cut
    assert (found.surname, found.given_names) == ("CACADOR DE ARAUJO", "ANDRE ESTEV")


def test_i18_name_without_given_names_is_no_fault() -> None:
    found = read(*zone("MRV-B", Holder(surname="ARKFREITH", given="")))
    assert found.faults == ()
    assert (found.surname, found.given_names) == ("ARKFREITH", "")
    assert "The person has no given names here." in found.notes


@pytest.mark.parametrize(
    ("name", "why"),
    [("", "there is none"), ("<KARIM", "missing"), ("A<<B<<C", "more than once"), ("A<<<B", "more than two")],
)
def test_i18_name_that_is_not_parted_as_it_should_be_is_a_fault(name: str, why: str) -> None:
    upper, lower = zone("TD3", Holder())
    found = read((upper[:5] + name).ljust(44, "<"), lower)
    assert faults(found) == {("name", "name")}
    assert why in found.faults[0].text


def test_i18_transliterations_are_left_as_written() -> None:
    assert read(*zone("TD3", Holder(surname="MUELLER SHCHERBAKOV"))).surname == "MUELLER SHCHERBAKOV"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "scan",
    [
        "".join,
        " ".join,
        lambda lines: "\r\n\r\n".join(f"  {line} " for line in lines),
        lambda lines: "\n".join(line.lower() for line in lines),
        lambda lines: "\n".join(" ".join(line) for line in lines),
        lambda lines: "\n".join(line[:20] + "\n" + line[20:] for line in lines),
        lambda lines: "\n".join(line.replace("<", "«") for line in lines),
        lambda lines: "\n".join(line.replace("<<", "«") for line in lines),
        lambda lines: "\n".join(line.replace("<", "‹") for line in lines),
        lambda lines: "\n".join(line.replace("<", "＜") for line in lines),
        lambda lines: "\n".join(line.replace("<", "&lt;") for line in lines),
        lambda lines: "\n".join(line.replace("A", "А").replace("O", "Ο") for line in lines),
        lambda lines: "\n".join(["PASSPORT / PASSEPORT", "Type P  No. 7", *lines]),
    ],
    ids=["joined", "one line", "blank lines", "small", "spaced", "broken", "guillemets", "double", "angles", "wide",
         "escaped", "look-alikes", "with the page"],
)  # fmt: skip
def test_i18_text_as_scanned_is_read_as_what_it_is(size: str, scan: object) -> None:
    assert callable(scan)
    found = read(scan(SPECIMENS[size]))
    assert found.faults == ()
    assert found.lines == SPECIMENS[size]


def test_i18_blanks_may_stand_for_fillers_where_the_length_says_so() -> None:
    assert read(UPPER.replace("<", " ").strip().ljust(43) + "|", LOWER).is_valid is False
    spaced = "P UTOERIKSSON  ANNA MARIA".ljust(43, "<") + "<"
    assert read(spaced, LOWER).lines == TD3_SPECIMEN


def test_i18_line_of_a_wrong_length_is_a_fault_and_the_rest_is_read() -> None:
    found = read(UPPER[:-3], LOWER)
    assert faults(found) == {("lines", "wrong_length")}
    assert "line 1" in found.faults[0].text
    assert found.number == "L898902C3"
    assert "With its fillers filled up or cut, every check digit holds." in found.notes
    lost = read(UPPER, LOWER.replace("<<<<<", "<<<"))
    assert (faults(lost), lost.birth_date) == ({("lines", "wrong_length")}, "1974-08-12")
    more = read(UPPER, LOWER.replace("<<<<<", "<<<<<<<"))
    assert (faults(more), more.personal_number) == ({("lines", "wrong_length")}, "ZE184226B")


def test_i18_lower_line_alone_says_what_it_holds() -> None:
    found = read(LOWER)
    assert faults(found) == {("lines", "wrong_length")}
    assert "the upper line is missing" in found.faults[0].text
    assert (found.number, found.birth_date, found.surname) == ("L898902C3", "1974-08-12", "")


def test_i18_card_without_the_line_of_its_name_says_what_it_holds() -> None:
    found = read(*TD1_SPECIMEN[:2])
    assert faults(found) == {("lines", "wrong_length")}
    assert "the line with the name is missing" in found.faults[0].text
    assert (found.size, found.number, found.birth_date, found.surname) == ("TD1", "D23145890", "1974-08-12", "")


@pytest.mark.parametrize(
    "text",
    ["", " ", "x", "<", "hello", "<" * 45, "A" * 5000, UPPER, "\n" * 50, "🛂" * 88],
    ids=lambda text: repr(text[:8]),
)
def test_i18_what_is_no_zone_is_a_fault_and_no_error(text: str) -> None:
    assert not read(text).is_valid


@pytest.mark.parametrize(
    ("place", "scanned"),
    [(5, "O"), (9, "G"), (13, "T"), (16, "B"), (17, "I"), (18, "Z"), (22, "Z"), (25, "I"), (43, "O")],
)
def test_i19_misread_character_is_proposed_and_the_field_stays_as_read(place: int, scanned: str) -> None:
    lower = LOWER[:place] + scanned + LOWER[place + 1 :]
    found = read(UPPER, lower)
    assert found.lines == (UPPER, lower)
    assert not found.is_valid
    assert found.proposed_lines == TD3_SPECIMEN
    assert [fault for fault in found.faults if fault.proposed]


def test_i19_letter_in_a_date_whose_check_digit_cannot_tell_is_proposed_all_the_same() -> None:
    # G counts 16 and 6 counts 6: their check digits are always the same.
    upper, lower = zone("TD3", Holder(born="790606"))
    found = read(upper, lower.replace("790606", "79060G"))
    assert faults(found) == {("birth date", "illegal_character")}
    assert found.birth_date == ""
    assert found.faults[0].proposed == "790606"


def test_i19_one_rarer_confusion_is_likelier_than_two_of_the_common_ones() -> None:
    # 0 for Q mends it alone; B for both of the 8 would mend it as well.
    upper, lower = zone("TD3", Holder(number="Q93899839"))
    two = zone("TD3", Holder(number="093B99B39"))[1]
    assert two[9] == lower[9]
    assert read(upper, lower.replace("Q93899839", "093899839")).proposed_number == "Q93899839"


def test_i19_several_misread_fields_are_mended_together() -> None:
    found = read("IDCHEA1234567<6<<<<<<<<<<<<<<<", "7SIOZSGMZOO90IBCHE<<<<<<<<<<<B", "5M1TH<<J0HN<AL8ERT<<<<<<<<<<<<")
    assert found.proposed_lines == (
        "IDCHEA1234567<6<<<<<<<<<<<<<<<",
        "7510256M2009018CHE<<<<<<<<<<<8",
        "SMITH<<JOHN<ALBERT<<<<<<<<<<<<",
    )
    assert found.proposed_name == ("SMITH", "JOHN ALBERT")
    assert (found.surname, found.birth_date) == ("5M1TH", "")


def test_i19_check_digit_that_was_misread_is_proposed_with_its_field() -> None:
    found = read(UPPER, LOWER[:9] + "G" + LOWER[10:])
    (fault,) = [one for one in found.faults if one.field is MrzField.NUMBER]
    assert fault.kind is MrzFaultKind.CHECK_DIGIT
    assert fault.proposed == "L898902C3, check digit 6"
    assert (found.number, found.proposed_number) == ("L898902C3", "")


def test_i19_nothing_is_proposed_where_no_confusion_mends_or_several_do() -> None:
    wrong = read(UPPER, LOWER[:4] + "7" + LOWER[5:])
    assert ("document number", "check_digit") in faults(wrong)
    assert (wrong.proposed_lines, wrong.proposed_number) == ((), "")
    # B for 8 at the second place; 8 for B at the fourth mends it as well, and the composite check digit cannot tell them apart.
    several = read(UPPER, LOWER.replace("L898", "LB98"))
    assert ("document number", "check_digit") in faults(several)
    assert (several.proposed_lines, several.proposed_number) == ((), "")


def test_i19_number_whose_composite_check_digit_stays_wrong_is_not_proposed() -> None:
    # O for 0 would mend the number's own check digit, and the document says elsewhere that something else is wrong.
    lower = LOWER[:5] + "O" + LOWER[6:]
    other = lower[:43] + "5"
    assert read(UPPER, other).proposed_number == ""
    assert read(UPPER, lower).proposed_number == "L898902C3"


def test_i19_letters_in_the_row_of_fillers_are_proposed_away() -> None:
    found = read("P<UTOERIKSSON<<ANNA<MARIA<<<<<<K<<<<<<C<<<<<", LOWER)
    assert faults(found) == {("name", "name")}
    assert found.proposed_lines == TD3_SPECIMEN


def test_i18_zone_is_told_from_other_numbers() -> None:
    assert looks_like_mrz("\n".join(TD1_SPECIMEN))
    assert looks_like_mrz("".join(TD3_SPECIMEN).replace("<<", "«"))
    assert looks_like_mrz(LOWER), "the lower line alone, where its dates have their check digits"
    assert not looks_like_mrz(LOWER.replace("740812", "740813"))
    assert not looks_like_mrz("<" * 44)
    assert not looks_like_mrz("L898902C36UTO7408122F1204159")
    assert not looks_like_mrz("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4" * 2)
    assert not looks_like_mrz(
        "a sentence << of 1979 and  many words that is long enough but is no zone at all, to be sure"
    )
