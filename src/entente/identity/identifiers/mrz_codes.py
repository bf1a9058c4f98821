"""The codes of states and organisations in a machine readable zone that ISO 3166-1 does not have.

Source: ICAO Doc 9303-3 section 5, parts A to E, eighth edition; RKS is in no list and stands in passports all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from entente.identity.identifiers.mrz_layout import FILLER


@dataclass(frozen=True, slots=True)
class MrzCode:
    """What a code of three places stands for."""

    name: str
    country: str = ""
    """ISO 3166-1 alpha-2 of the state it belongs to; nothing for organisations and for who has no state."""


SPECIAL: Mapping[str, MrzCode] = {
    "D": MrzCode("Germany", "DE"),
    "GBD": MrzCode("British overseas territories citizen", "GB"),
    "GBN": MrzCode("British national (overseas)", "GB"),
    "GBO": MrzCode("British overseas citizen", "GB"),
    "GBP": MrzCode("British protected person", "GB"),
    "GBS": MrzCode("British subject", "GB"),
    "EUE": MrzCode("European Union"),
    "RKS": MrzCode("Kosovo", "XK"),
    "UNO": MrzCode("United Nations"),
    "UNA": MrzCode("Specialized agency of the United Nations"),
    "UNK": MrzCode("Resident of Kosovo, document of the United Nations"),
    "XBA": MrzCode("African Development Bank"),
    "XIM": MrzCode("African Export-Import Bank"),
    "XCC": MrzCode("Caribbean Community"),
    "XCE": MrzCode("Council of Europe"),
    "XCO": MrzCode("Common Market for Eastern and Southern Africa"),
    "XEC": MrzCode("Economic Community of West African States"),
    "XES": MrzCode("Organisation of Eastern Caribbean States"),
    "XPO": MrzCode("INTERPOL"),
    "XMP": MrzCode("Parliamentary Assembly of the Mediterranean"),
    "XOM": MrzCode("Sovereign Military Order of Malta"),
    "XDC": MrzCode("Southern African Development Community"),
    "XXA": MrzCode("Stateless person"),
    "XXB": MrzCode("Refugee under the Convention of 1951"),
    "XXC": MrzCode("Refugee under another instrument"),
    "XXX": MrzCode("Person of unspecified nationality"),
    "UTO": MrzCode("Utopia, the invented state of specimens"),
}
SPECIMEN = "UTO"


def read_code(text: str, countries: Mapping[str, str]) -> MrzCode | None:
    """Return what a field of three places stands for; None for a code in no list.

    `countries` is ISO 3166-1 alpha-3 → alpha-2, states that ended included: their passports are still shown.

    Source: ICAO 9303-3 section 5; docs/rules/identity.md I18.
    """
    code = text.rstrip(FILLER)
    if code in SPECIAL:
        return SPECIAL[code]
    return MrzCode(code, countries[code]) if code in countries else None
