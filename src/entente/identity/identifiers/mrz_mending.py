"""What a scanner may have misread in a machine readable zone: the fewest confusions that mend what is wrong, where they are sure.

A character that its field cannot hold must be another one. Where a check digit fails, the fewest confusions are sought that make
it hold; where several do, the composite check digit decides, and where it does not, nothing is proposed. Nothing is mended
here: a proposal stands beside what was read, and a person decides.

Source: docs/rules/identity.md I19; ours for the confusions, from what OCR-B is misread for.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from entente.identity.identifiers.mrz_codes import read_code
from entente.identity.identifiers.mrz_layout import (
    ALPHABETS,
    CHECKED,
    FILLER,
    MrzField,
    Spot,
    Zone,
    check_digit,
)

CONFUSIONS: Mapping[str, str] = {
    "0": "O", "O": "0", "1": "I", "I": "1", "2": "Z", "Z": "2", "5": "S", "S": "5", "6": "G", "G": "6", "8": "B", "B": "8",
}  # fmt: skip
"""A digit and the letter cut like it: looked at first."""
RARER: Mapping[str, str] = {
    "0": "OQD", "O": "0QD", "Q": "0O", "D": "0O", "1": "IL", "I": "1L", "L": "1I", "2": "Z", "Z": "27", "4": "A", "A": "4",
    "5": "S", "S": "58", "6": "G", "G": "6C", "C": "G<", "7": "TZ", "T": "7", "8": "BS", "B": "8", "K": "<", "<": "KC",
}  # fmt: skip
"""Looked at only where as many of the first do not mend: letters for letters, and the filler, which is read as K or C."""
CHANGES_MAX = 2
"""Confusions in one field beside characters that it cannot hold; with more, chance mends as well."""
TRIALS_MAX = 1_200
"""Readings tried for one field: a few milliseconds."""
CANDIDATES_MAX = 8
"""Readings of one field among which the composite check digit may still decide."""
NOISE = frozenset("KCSELX")
"""What a row of fillers is misread for."""
NOISE_LETTERS_MAX = 3

Changes = dict[Spot, str]


def mend(
    zone: Zone, faulty: Collection[MrzField], countries: Mapping[str, str], is_day: Callable[[Zone, MrzField], bool]
) -> Zone:
    """Return the zone as it would be if the fewest confusions were read otherwise; what is not sure stays as it is.

    `faulty` are the fields in which something is wrong; `is_day` says whether a date field of a zone holds a day that can be.

    Source: docs/rules/identity.md I19.
    """
    changes: Changes = {}
    for field in (MrzField.DOCUMENT_CODE, MrzField.ISSUER, MrzField.NATIONALITY, MrzField.NAME, MrzField.SEX):
        if field in faulty:
            changes |= _by_alphabet(zone, field, countries)
    read = zone.changed(changes)
    groups = {
        field: _readings(read, field, is_day) for field in CHECKED if field in faulty and field in zone.layout.places
    }
    sure = [found[0] for found in groups.values() if len(found) == 1]
    mended = _all(read, sure)
    if not zone.layout.composite or not zone.text(MrzField.COMPOSITE):
        return mended
    several = [found for found in groups.values() if 1 < len(found) <= CANDIDATES_MAX]
    if several:
        mended = mended.changed(_only(_combined(several), lambda one: holds_composite(mended.changed(one))))
    elif not holds_composite(mended) and all(groups.values()):
        mended = mended.changed(_composite_mended(mended))
    if holds_composite(mended):
        return mended
    # What only its own check digit speaks for is right by chance once in ten; a character that cannot stand there never is.
    return _all(
        read, [found[0] for field, found in groups.items() if len(found) == 1 and _is_forced(read, field, found[0])]
    )


def _is_forced(zone: Zone, field: MrzField, changes: Changes) -> bool:
    """Say whether only characters were changed that cannot stand where they do."""
    check = group_spots(zone, field)[1]
    return all(zone.at(spot) not in ALPHABETS[MrzField.BIRTH_CHECK if spot == check else field] for spot in changes)


def _all(zone: Zone, changes: Iterable[Changes]) -> Zone:
    for one in changes:
        zone = zone.changed(one)
    return zone


def holds_own(zone: Zone, field: MrzField) -> bool:
    """Say whether the check digit of a field holds.

    A personal number that is left out may have a filler for its check digit (9303-4 section 4.2.2); nothing else may.

    Source: ICAO 9303-3 section 4.9.
    """
    spots, check = group_spots(zone, field)
    value, digit = "".join(map(zone.at, spots)), zone.at(check)
    if field is MrzField.PERSONAL and digit == FILLER:
        return not value.strip(FILLER)
    return digit == check_digit(value)


def group_spots(zone: Zone, field: MrzField) -> tuple[tuple[Spot, ...], Spot]:
    """Return the places of a field and that of its check digit."""
    if field is MrzField.NUMBER:
        return zone.number_spots()
    (check,) = zone.layout.places[CHECKED[field]].spots()
    return tuple(zone.layout.places[field].spots()), check


def holds_composite(zone: Zone) -> bool:
    """Say whether the composite check digit holds.

    Source: ICAO 9303-4, 9303-5 and 9303-6, section 4.2.4.
    """
    covered = "".join(zone.lines[place.line][place.start : place.end] for place in zone.layout.composite)
    return zone.text(MrzField.COMPOSITE) == check_digit(covered)


def _by_alphabet(zone: Zone, field: MrzField, countries: Mapping[str, str]) -> Changes:
    """Read digits among letters as the letters cut like them; a code must then be one of the list."""
    spots = tuple(zone.layout.places[field].spots())
    changes = {
        spot: CONFUSIONS[zone.at(spot)]
        for spot in spots
        if zone.at(spot) not in ALPHABETS[field] and CONFUSIONS.get(zone.at(spot), "") in ALPHABETS[field]
    }
    if field in {MrzField.ISSUER, MrzField.NATIONALITY}:
        return changes if read_code(zone.changed(changes).text(field), countries) is not None else {}
    return changes | _noise(zone.changed(changes), spots) if field is MrzField.NAME else changes


def _noise(zone: Zone, spots: Sequence[Spot]) -> Changes:
    """Find single letters in the row of fillers after the names, for which fillers were misread."""
    text = "".join(map(zone.at, spots))
    names, parted, rest = text.partition(FILLER * 2)
    given, parted_again, tail = rest.partition(FILLER * 2)
    letters = [place for place, character in enumerate(tail) if character != FILLER]
    if not (parted and parted_again and 0 < len(letters) <= NOISE_LETTERS_MAX and {*tail} - {FILLER} <= NOISE):
        return {}
    begin = len(names) + len(parted) + len(given) + len(parted_again)
    return {spots[begin + place]: FILLER for place in letters}


def _readings(zone: Zone, field: MrzField, is_day: Callable[[Zone, MrzField], bool]) -> list[Changes]:
    """Return the readings of one field with the fewest confusions under which its check digit holds."""
    spots, check = group_spots(zone, field)

    def holds(changes: Changes) -> bool:
        tried = zone.changed(changes)
        return (
            group_spots(tried, field) == (spots, check)
            and holds_own(tried, field)
            and (field not in {MrzField.BIRTH, MrzField.EXPIRY} or is_day(tried, field))
        )

    alphabets = [*((spot, ALPHABETS[field]) for spot in spots), (check, ALPHABETS[MrzField.BIRTH_CHECK])]
    return _fewest(zone, alphabets, holds)


def _fewest(
    zone: Zone,
    alphabets: Sequence[tuple[Spot, frozenset[str]]],
    holds: Callable[[Changes], bool],
    most: int = CHANGES_MAX,
) -> list[Changes]:
    """Return the readings with the fewest changes that hold; of equally many, those with the likelier ones."""
    forced = [spot for spot, alphabet in alphabets if zone.at(spot) not in alphabet]
    for count in range(most + 1):
        # Of two rarer confusions among so many places chance finds a pair that fits.
        for table in (CONFUSIONS, RARER)[: 2 if count < CHANGES_MAX else 1]:
            options = {
                spot: [one for one in table.get(zone.at(spot), "") if one in alphabet] for spot, alphabet in alphabets
            }
            free = [spot for spot, _ in alphabets if spot not in forced and options[spot]]
            trials = itertools.islice(_trials(forced, free, options, count), TRIALS_MAX)
            if found := [changes for changes in trials if holds(changes)]:
                return found
    return []


def _trials(
    forced: Sequence[Spot], free: Sequence[Spot], options: Mapping[Spot, Sequence[str]], count: int
) -> Iterator[Changes]:
    """Yield readings with another character in each forced place and in so many of the free ones."""
    for more in itertools.combinations(free, count):
        spots = (*forced, *more)
        for characters in itertools.product(*(options[spot] for spot in spots)):
            yield dict(zip(spots, characters, strict=True))


def _combined(groups: Iterable[Sequence[Changes]]) -> Iterator[Changes]:
    for chosen in itertools.islice(itertools.product(*groups), TRIALS_MAX):
        yield {spot: character for changes in chosen for spot, character in changes.items()}


def _only(candidates: Iterable[Changes], holds: Callable[[Changes], bool]) -> Changes:
    """Return the one that holds, and no change where none does or several do."""
    found = list(itertools.islice((changes for changes in candidates if holds(changes)), 2))
    return found[0] if len(found) == 1 else {}


def _composite_mended(zone: Zone) -> Changes:
    """Mend the composite check digit itself, or what it alone covers: the optional data."""
    places = zone.layout.places
    spots = [
        (spot, ALPHABETS[field])
        for field in (MrzField.COMPOSITE, MrzField.OPTIONAL, MrzField.OPTIONAL_2)
        if field in places
        for spot in places[field].spots()
    ]
    # One alone: of two among so many places chance finds a pair that fits.
    found = _fewest(zone, spots, lambda changes: holds_composite(zone.changed(changes)), most=1)
    return found[0] if len(found) == 1 else {}
