"""Two descriptions side by side: are they one person, one body? For programs that compare lists, and for measuring.

    >>> compare(Description(names=("Akmal Rahimov",)), Description(names=("Акмал Рахимов",))).score > MATCH_MIN
    True

The same evidence and weights as in a search (score.WEIGHTS), with numbers from 0 to 1 instead of thousandths. Nothing is looked
up, kept or written to a trail: who compares descriptions of persons does so under the law of the program that calls.

Source: docs/rules/identity.md I7 to I11, I35 and I36.
"""

from __future__ import annotations

from dataclasses import dataclass

from entente.identity.identifiers import query_keys
from entente.identity.model import QUERY_NAME_CHARACTERS_MAX, QUERY_TERMS_MAX, Evidence, EvidenceKind, Query
from entente.identity.score import Scored, best_reading, calibrated, judged

MATCH_MIN = 0.6
"""A pair from here on is taken for one. On the development pairs 94 of 100 such pairs are (docs/rules/identity.md I36)."""


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of somebody or of a body; whatever is empty is not known."""

    names: tuple[str, ...] = ()
    """In any script and order, at most QUERY_TERMS_MAX; «Family, Given» shows which part is which."""
    birth_date: str = ""
    """`1979-05-04`, `1979-05` or `1979`; another text counts as unknown."""
    country: str = ""
    """ISO 3166-1 alpha-2."""
    sex: str = ""
    """`female`, `male` or `other`."""
    identifiers: tuple[str, ...] = ()
    """Numbers as written: documents, plates, IMO numbers, accounts, phones; at most QUERY_TERMS_MAX."""


@dataclass(frozen=True, slots=True)
class Score:
    """How likely two descriptions are one, and why."""

    score: float
    """From 0 to 1, in steps of a thousandth: about so many of the development pairs with this score are one (I36)."""
    evidence: tuple[Evidence, ...]
    """In words, each with its weight in thousandths, negative against; the weights add up to the score."""

    @property
    def speaks_for(self) -> tuple[str, ...]:
        """What speaks for it, in words."""
        return tuple(piece.text for piece in self.evidence if piece.kind is EvidenceKind.FOR)

    @property
    def speaks_against(self) -> tuple[str, ...]:
        """What speaks against it, in words."""
        return tuple(piece.text for piece in self.evidence if piece.kind is EvidenceKind.AGAINST)


def compare(a: Description, b: Description) -> Score:
    """Say how likely `b` is whom `a` describes.

    `a` is what is asked and `b` what is held: what `a` has and `b` lacks weighs more than the other way round. A name longer
    than QUERY_NAME_CHARACTERS_MAX is compared by its beginning, more than QUERY_TERMS_MAX names or numbers by the first ones.

    Source: docs/rules/identity.md I7 to I11, I35 and I36.
    """
    ours, theirs = _names(a), _names(b)
    by_name = Scored(0, (), None)
    for name in theirs:
        found = best_reading(ours, name)
        if found.score > by_name.score:
            by_name = found
    if not by_name.evidence and ours and theirs:
        by_name = Scored(
            calibrated(0), (Evidence(EvidenceKind.NEUTRAL, "no part of the names agrees", calibrated(0)),), None
        )
    query = Query(ours, a.birth_date, a.country, a.identifiers, a.sex)
    asked, held = _numbers(a), _numbers(b)
    steps = judged(
        query,
        by_name,
        "number" if asked & held else "",
        [b.birth_date] if b.birth_date else [],
        [(b.country, True)] if b.country else [],
        [b.sex] if b.sex else [],
        has_another=bool(asked and held),
    )
    return Score(steps.total / 1000, steps.evidence)


def _names(one: Description) -> tuple[str, ...]:
    return tuple([name[:QUERY_NAME_CHARACTERS_MAX] for name in one.names[:QUERY_TERMS_MAX]])


def _numbers(one: Description) -> set[str]:
    return {key for text in one.identifiers[:QUERY_TERMS_MAX] for key in query_keys(text, one.country)}
