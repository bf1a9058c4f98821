"""Countries as official lists write them in words: our own names, the long ones of the United Nations, and some in common use.

What is not among them is no country to us: it is kept as an unknown property in the list's own words, and never matched.
Source: United Nations, Standard country or area codes for statistical use (M49), official names; data/countries.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from entente.handling.model import CodeLists

ALSO_CALLED = {
    "bolivia (plurinational state of)": "BO",
    "burma": "MM",
    "cape verde": "CV",
    "cote d'ivoire": "CI",
    "czech republic": "CZ",
    "dprk": "KP",
    "iran (islamic republic of)": "IR",
    "iran, islamic republic of": "IR",
    "islamic republic of iran": "IR",
    "ivory coast": "CI",
    "lao pdr": "LA",
    "laos": "LA",
    "libyan arab jamahiriya": "LY",
    "macau": "MO",
    "netherlands (kingdom of the)": "NL",
    "north korea": "KP",
    "occupied palestinian territory": "PS",
    "palestinian territory": "PS",
    "republic of moldova": "MD",
    "republic of the congo": "CG",
    "russia": "RU",
    "south korea": "KR",
    "state of palestine": "PS",
    "swaziland": "SZ",
    "syria": "SY",
    "the former yugoslav republic of macedonia": "MK",
    "the netherlands": "NL",
    "turkey": "TR",
    "union of soviet socialist republics": "SU",
    "united kingdom of great britain and northern ireland": "GB",
    "united republic of tanzania": "TZ",
    "united states": "US",
    "ussr": "SU",
    "venezuela (bolivarian republic of)": "VE",
    "vietnam": "VN",
}
"""Before our own name where both stand: a list that says Burma means the state of today."""


@dataclass(frozen=True, slots=True)
class NamedCountries:
    """The alpha-2 codes by the names in words, in lower case."""

    lists: CodeLists
    by_name: Mapping[str, str]

    @classmethod
    def of(cls, lists: CodeLists) -> NamedCountries:
        """Return them for our list of countries."""
        return cls(lists, {_folded(name): code for code, name in lists.countries.items()} | ALSO_CALLED)

    def country_code(self, text: str) -> str | None:
        """Return the alpha-2 code for a code or a name in words, or None for one we cannot map."""
        return text if text in self.lists.countries else self.by_name.get(_folded(text))


def _folded(name: str) -> str:
    return name.replace("’", "'").replace("ô", "o").lower()
