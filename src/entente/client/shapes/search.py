"""The shapes of what the routes under «Search» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import Literal, NotRequired, TypedDict

from entente.client.shapes.shared import Candidate, OneAnswer, Readings, Silence, Zone


class SearchAnswer(TypedDict):
    """What is answered by `search`."""

    candidates: list[Candidate]
    zones: list[Zone]
    notes: list[str]
    identifiers: list[Readings]
    searched: int
    """Records that were searched."""
    trail_sequence: int
    """The row of the trail that has this search."""
    silent_sources: list[Silence]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class SearchManyAnswer(TypedDict):
    """What is answered by `search_many`."""

    answers: list[OneAnswer]
    """In the order of the queries."""
    searched: int
    """Records that were searched."""
    trail_sequence: int
    """The row of the trail that has this search."""
    silent_sources: list[Silence]
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class Query(TypedDict):
    """Search many query, as the API gives it."""

    names: NotRequired[list[str]]
    """Names in any script; several are tried each."""
    birth_date: NotRequired[str]
    """1979, 1979-05 or 1979-05-04."""
    country: NotRequired[str]
    """ISO 3166-1 alpha-2."""
    sex: NotRequired[Literal["", "female", "male", "other"]]
    identifiers: NotRequired[list[str]]
    """A document number, plate, VIN, phone, wallet, or the lines of a scanned zone."""
    line: NotRequired[str]
    """What is known, parted by commas: «Rahimov, 1979, AB 123456»."""


class CheckMrzAnswer(TypedDict):
    """What is answered by `check_mrz`."""

    zone: Zone
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
