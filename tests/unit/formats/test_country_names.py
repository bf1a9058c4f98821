"""Countries in an official list's words (R3): what is among the names is a code of ours, and nothing else is a country."""

import pytest

from entente.formats import country_names
from entente.formats.codelists import load_code_lists
from entente.formats.country_names import NamedCountries

COUNTRIES = NamedCountries.of(load_code_lists())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("YE", "YE"),
        ("Yemen", "YE"),
        ("SYRIAN ARAB REPUBLIC", "SY"),
        ("Iran (Islamic Republic of)", "IR"),
        ("Democratic People’s Republic of Korea", "KP"),
        ("Côte d'Ivoire", "CI"),
        ("COTE D'IVOIRE", "CI"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("USSR", "SU"),
        ("Netherlands (Kingdom of the)", "NL"),
    ],
)
def test_a_country_is_known_by_its_code_and_its_names(text: str, code: str) -> None:
    assert COUNTRIES.country_code(text) == code


@pytest.mark.parametrize("text", ["", "00", "Atlantis", "Iran / unknown", "Sudan/South Sudan", "ye", "Possibly Yemen"])
def test_what_is_not_the_name_of_one_country_is_none(text: str) -> None:
    assert COUNTRIES.country_code(text) is None


def test_every_further_name_is_of_a_country_of_ours_and_written_as_it_is_looked_up() -> None:
    known = load_code_lists().countries
    further = country_names.ALSO_CALLED
    assert [
        name for name, code in further.items() if code not in known or COUNTRIES.country_code(name.upper()) != code
    ] == []
