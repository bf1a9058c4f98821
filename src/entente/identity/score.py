"""How alike a query and a record are: a number in thousandths, and the evidence that makes it up, in words.

The weights of the evidence add up to the score, so that an officer sees what each piece did. Nothing is read but the query and
the facts handed in: a fact left out by the caller (rules.visible_record) cannot move anything here.

Source: docs/rules/identity.md I7 to I11. Every weight stands in WEIGHTS, chosen on development pairs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from entente.identity.align import NameComparison, Pairing, compare_names
from entente.identity.dates import BEST_FIRST, DateAgreement, compare_dates, parse_partial
from entente.identity.identifiers import identifier_keys, query_keys, words_for
from entente.identity.model import Evidence, EvidenceKind, Query
from entente.identity.names import read_name
from entente.identity.parts import DATES, NATIONALITY, name_facts
from entente.records.model import Fact, Record, Schema


@dataclass(frozen=True, slots=True)
class Weights:
    """Every number of the score, in thousandths."""

    name_ceiling: int = 920
    """A name alone, all of it equal: namesakes exist, so it is never certain."""
    weak_alias_ceiling: int = 560
    """A weak alias confirms and never matches alone: below SHOW_MIN by itself."""
    extra_words: int = 250
    """What is lost when none of the record's further words was asked for; a query often has one word of three."""
    identifier: int = 950
    """A number equal and nothing else known: numbers are mistyped and reused."""
    identifier_name_differs: int = 200
    """A number equal under another name: a false or stolen document is what a checkpoint looks for, so it stays shown."""
    identifier_date_differs: int = 150
    name_differs_below: int = 450
    """A name score under which the name of a number's holder is called different."""
    nationality_equal: int = 150
    nationality_differs: int = 70
    sex_equal: int = 30
    """Half of all people have it."""
    sex_differs: int = 200
    """Rarely recorded wrong, but often guessed from a name. Not measured: the development data has no sex."""
    dates_for: dict[DateAgreement, int] = field(default_factory=lambda: {
        DateAgreement.DATE_EQUAL: 900,
        DateAgreement.SWAPPED: 600,
        DateAgreement.MONTH_EQUAL: 750,
        DateAgreement.YEAR_EQUAL: 650,
    })  # fmt: skip
    """Part of what is still missing to 1,000 that a birth date gives, where the name agrees wholly."""
    dates_against: dict[DateAgreement, int] = field(default_factory=lambda: {
        DateAgreement.YEAR_NEAR: 150,
        DateAgreement.DATE_DIFFERS: 500,
        DateAgreement.YEAR_DIFFERS: 500,
    })  # fmt: skip
    """Part of the score that a differing birth date takes: two persons of one name and two dates are not one (I8)."""


WEIGHTS = Weights()

SHOW_MIN = 600
"""Below it a candidate is not shown. On the labelled development pairs of names this is where precision and recall meet, and
every equal name with another full birth date (at most 460) falls below it. Ours; docs/rules/identity.md I11."""

_COUNTRIES = NATIONALITY | {"country", "mainCountry", "jurisdiction", "flag", "registrationCountry"}
_SEX = frozenset({"gender"})
_SEX_WRITTEN = {"female": "female", "f": "female", "male": "male", "m": "male", "other": "other"}


@dataclass(frozen=True, slots=True)
class Scored:
    """A score with its evidence, and the fact it rests on most (None when nothing agreed)."""

    score: int
    evidence: tuple[Evidence, ...]
    fact: Fact | None


def score_record(query: Query, record: Record, schema: Schema) -> Scored:
    """Score one record as its reader sees it. Facts of properties the schema does not have are not looked at.

    Source: docs/rules/identity.md I7 to I11.
    """
    by_number = _identifier_equal(query, record, schema)
    by_name = _best_name(query, record, schema)
    steps = _Steps()
    fact = by_name.fact if by_number is None else by_number[0]
    if fact is None:
        return Scored(0, (), None)
    if by_number is not None:
        steps.set(WEIGHTS.identifier, f"{by_number[1]} equal")
        _judge_name_beside_number(steps, query, by_name)
    else:
        steps.extend(by_name)
        if query.identifiers and _has_identifier(record, schema):
            steps.note("number asked for is not among those recorded")
    strength = by_name.score if by_number is None else WEIGHTS.identifier
    _judge_birth(steps, query, record, strength, is_number=by_number is not None)
    _judge_country(steps, query, record, strength)
    _judge_sex(steps, query, record, strength)
    return Scored(steps.total, tuple(steps.evidence), fact)


class _Steps:
    """The running total; each step leaves the evidence that changed it."""

    def __init__(self) -> None:
        self.total = 0
        self.evidence: list[Evidence] = []

    def set(self, total: int, text: str) -> None:
        change = max(0, min(1000, total)) - self.total
        self.total += change
        kind = EvidenceKind.FOR if change > 0 else EvidenceKind.AGAINST
        self.evidence.append(Evidence(kind, text, change))

    def gain(self, part: int, text: str) -> None:
        """Close a part, in thousandths, of what is missing to 1,000."""
        self.set(self.total + (1000 - self.total) * part // 1000, text)

    def lose(self, part: int, text: str) -> None:
        """Lose a part, in thousandths, of the total."""
        self.set(self.total - self.total * part // 1000, text)

    def note(self, text: str) -> None:
        self.evidence.append(Evidence(EvidenceKind.NEUTRAL, text, 0))

    def extend(self, scored: Scored) -> None:
        self.total += scored.score
        self.evidence += scored.evidence


def _best_name(query: Query, record: Record, schema: Schema) -> Scored:
    best = Scored(0, (), None)
    for fact in name_facts(record, schema):
        for held in read_name(fact.value):
            for asked in (reading for text in query.names for reading in read_name(text)):
                found = _name_scored(compare_names(asked, held), fact)
                if found.score > best.score:
                    best = found
    return best


def _name_scored(comparison: NameComparison, fact: Fact) -> Scored:
    paired = sum(pairing.weight for pairing in comparison.pairings)
    if not paired:
        return Scored(0, (), None)
    is_weak = fact.property == "weakAlias"
    ceiling = WEIGHTS.weak_alias_ceiling if is_weak else WEIGHTS.name_ceiling
    steps = _Steps()
    for text, part in _grouped(comparison.pairings):
        steps.set(steps.total + ceiling * part // (1000 * paired), f"{text} (weak alias)" if is_weak else text)
    if comparison.missing:
        steps.lose(
            1000 * comparison.missing // (paired + comparison.missing), "part of the name asked for not in the record"
        )
    if comparison.extra:
        lost = WEIGHTS.extra_words * comparison.extra // (paired + comparison.extra)
        steps.lose(lost, "name in the record has more parts")
    return Scored(steps.total, tuple(steps.evidence), fact)


def _grouped(pairings: Iterable[Pairing]) -> list[tuple[str, int]]:
    """Join pairings that read the same; the part of the likeness each group brings."""
    groups: dict[str, list[Pairing]] = {}
    for pairing in pairings:
        groups.setdefault(f"{pairing.part}: {pairing.words or pairing.agreement}", []).append(pairing)
    return [
        (
            text if len(found) == 1 else f"{text} ({len(found)} words)",
            sum(pair.likeness * pair.weight for pair in found),
        )
        for text, found in groups.items()
    ]


def _identifier_equal(query: Query, record: Record, schema: Schema) -> tuple[Fact, str] | None:
    asked = {key for text in query.identifiers for key in query_keys(text, query.country)}
    for fact in record.facts if asked else ():
        described = None if fact.is_unknown_property else schema.properties.get(fact.property)
        if described and asked.intersection(identifier_keys(fact.property, described.type, fact.value)):
            return fact, words_for(fact.property, described.label)
    return None


def _has_identifier(record: Record, schema: Schema) -> bool:
    return any(
        not fact.is_unknown_property
        and (described := schema.properties.get(fact.property)) is not None
        and identifier_keys(fact.property, described.type, fact.value)
        for fact in record.facts
    )


def _judge_name_beside_number(steps: _Steps, query: Query, by_name: Scored) -> None:
    if not query.names:
        return
    if by_name.score < WEIGHTS.name_differs_below:
        steps.lose(WEIGHTS.identifier_name_differs, "name differs")
    else:
        for evidence in by_name.evidence:
            if evidence.kind is EvidenceKind.FOR:
                steps.gain(evidence.weight // 2, evidence.text)


def _judge_birth(steps: _Steps, query: Query, record: Record, strength: int, *, is_number: bool) -> None:
    asked = parse_partial(query.birth_date) if query.birth_date else None
    held = [date for fact in _known(record, DATES) if (date := parse_partial(fact.value)) is not None]
    if asked is None or not held:
        return
    agreement = min((compare_dates(asked, date) for date in held), key=BEST_FIRST.index)
    if agreement in WEIGHTS.dates_for:
        steps.gain(_scaled(WEIGHTS.dates_for[agreement], strength), agreement.value)
    elif is_number:
        steps.lose(WEIGHTS.identifier_date_differs, agreement.value)
    else:
        steps.lose(WEIGHTS.dates_against[agreement], agreement.value)


def _judge_country(steps: _Steps, query: Query, record: Record, strength: int) -> None:
    asked = query.country.upper()
    held = _known(record, _COUNTRIES) if asked else []
    if not held:
        return
    equal = next((fact for fact in held if fact.value.upper() == asked), None)
    if equal is not None:
        word = "nationality" if equal.property in NATIONALITY else "country"
        steps.gain(_scaled(WEIGHTS.nationality_equal, strength), f"{word} equal")
    else:
        word = "nationality" if any(fact.property in NATIONALITY for fact in held) else "country"
        steps.lose(WEIGHTS.nationality_differs, f"{word} differs")


def _judge_sex(steps: _Steps, query: Query, record: Record, strength: int) -> None:
    held = {_SEX_WRITTEN.get(fact.value.strip().lower()) for fact in _known(record, _SEX)} - {None}
    if not query.sex or not held:
        return
    if query.sex in held:
        steps.gain(_scaled(WEIGHTS.sex_equal, strength), "sex equal")
    else:
        steps.lose(WEIGHTS.sex_differs, "sex differs")


def _scaled(part: int, strength: int) -> int:
    """Weigh support by the square of what it supports: a birth year shared by thousands carries no weak name."""
    return part * strength * strength // 1_000_000


def _known(record: Record, properties: frozenset[str]) -> list[Fact]:
    return [fact for fact in record.facts if fact.property in properties and not fact.is_unknown_property]
