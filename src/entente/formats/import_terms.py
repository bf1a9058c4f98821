"""The terms of an import: one file an officer writes, saying on what conditions every record of it is kept and shared.

    title: National wanted persons
    instrument: police-data-agreement         # its short name; absent: kept at home, shared with nobody
    kind: wanted_person
    purposes: [arrest, locate]
    crime_areas: [fugitives]
    handling: [H2]
    confidentiality: restricted
    source_evaluation: A
    information_evaluation: '1'
    subject: {Person: wanted}                 # status by schema; whatever is not named is about no person
    retention: {review_after_years: 1, erase_after_years: 4}   # or days: {review_on: 2032-05-01, erase_on: 2035-05-01}

Every code is held against the closed lists, and every refusal names the line. Which body the source is and which instrument the
short name means is the caller's to say. Source: docs/rules/records.md R3; docs/rules/handling.md H1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from entente.disclosure.model import DisclosureClass
from entente.formats.marked_yaml import MarkedDocument, read_marked
from entente.handling.model import (
    CodeLists,
    InformationEvaluation,
    Restriction,
    RestrictionMode,
    Retention,
    ReviewState,
    SourceEvaluation,
)
from entente.kernel.canonical import Json
from entente.kernel.clock import parse_date
from entente.kernel.errors import Invalid
from entente.kernel.exercise import EXERCISE
from entente.kernel.ids import BodyId, InstrumentId

TERMS_BYTES_MAX = 64 * 1024
"""Fifty times the longest file of the demonstration."""
RETENTION_YEARS_MAX = 100
"""No list a bureau keeps looks further; ours."""
_LATE_REVIEW = "the review would come after the erasure"
INVENTED = "it is invented for an exercise (EXERCISE), and this node is real (B15)"
"""Why a row that the export of an exercise's node wrote is rejected."""
NO_PERSON = "none"
"""The status of a record that is not about a person (data/subject_statuses.yaml)."""

_FIELDS = frozenset(
    {
        "title",
        "instrument",
        "kind",
        "kind_by_schema",
        "purposes",
        "crime_areas",
        "handling",
        "confidentiality",
        "source_evaluation",
        "information_evaluation",
        "subject",
        "marks",
        "excluded",
        "only",
        "retention",
    }
)


@dataclass(frozen=True, slots=True)
class ImportTerms:
    """On what conditions the records of one import are kept and shared."""

    title: str
    source: BodyId
    instrument_name: str
    """The short name as the file gives it; empty when the records are shared with nobody."""
    instrument: InstrumentId | None
    """What the caller found under that name; `under` sets it."""
    kind: str
    kind_by_schema: Mapping[str, str]
    purposes: frozenset[str]
    crime_areas: frozenset[str]
    handling: frozenset[str]
    confidentiality: str
    source_evaluation: SourceEvaluation
    information_evaluation: InformationEvaluation
    status_by_schema: Mapping[str, str]
    marks: frozenset[str]
    restrictions: frozenset[Restriction]
    retention: Retention
    is_exercise: bool = False
    """Whether they are an exercise's, whose node alone takes in what another exercise's node wrote (B15); the caller says so."""

    def under(self, instrument: InstrumentId) -> ImportTerms:
        """Return the same terms under the instrument its short name was found to mean."""
        return replace(self, instrument=instrument)

    def kind_for(self, schema: str) -> str:
        """Return the kind of record under which an entity of this schema is kept."""
        return self.kind_by_schema.get(schema, self.kind)

    def class_for(self, schema: str) -> DisclosureClass:
        """Return the disclosure class of every fact of a record of this schema."""
        return DisclosureClass(
            source=self.source,
            kind=self.kind_for(schema),
            instrument=self.instrument,
            purposes=self.purposes,
            crime_areas=self.crime_areas,
            handling=self.handling,
            confidentiality=self.confidentiality,
            source_evaluation=self.source_evaluation,
            information_evaluation=self.information_evaluation,
            status=self.status_by_schema.get(schema, NO_PERSON),
            marks=self.marks,
            restrictions=self.restrictions,
            review=ReviewState.NOT_REQUIRED,
        )


def is_invented(ours: object) -> bool:
    """Say whether what only we say of a record, as an export wrote it, says that an exercise's node wrote it."""
    return isinstance(ours, Mapping) and EXERCISE in ours


def read_terms(data: bytes, lists: CodeLists, *, source: BodyId, today: date) -> ImportTerms:
    """Read the terms of an import; raise Invalid with the line for an unknown field or code.

    Years of retention count from the end of the year of `today`, so that the same list imported twice in a year has the
    same dates and makes no new versions (R6). The instrument is left open: `ImportTerms.under` sets it.
    """
    fields = _Fields(read_marked(data, "terms", bytes_max=TERMS_BYTES_MAX))
    fields.refuse_unknown()
    return ImportTerms(
        title=fields.text("title"),
        source=source,
        instrument_name=fields.text("instrument", default=""),
        instrument=None,
        kind=fields.code("kind", _data_sets(lists)),
        kind_by_schema=fields.codes_by_name("kind_by_schema", _data_sets(lists)),
        purposes=fields.codes("purposes", frozenset(lists.purposes), least=1),
        crime_areas=fields.codes("crime_areas", frozenset(lists.crime_areas), least=1),
        handling=fields.codes("handling", frozenset(lists.handling_codes), least=1),
        confidentiality=fields.code("confidentiality", frozenset(lists.confidentiality_levels)),
        source_evaluation=SourceEvaluation(fields.code("source_evaluation", frozenset(SourceEvaluation))),
        information_evaluation=InformationEvaluation(
            fields.code("information_evaluation", frozenset(InformationEvaluation))
        ),
        status_by_schema=fields.codes_by_name("subject", frozenset(lists.subject_statuses)),
        marks=fields.codes("marks", frozenset(lists.marks)),
        restrictions=fields.restrictions(),
        retention=fields.retention(today),
    )


def _data_sets(lists: CodeLists) -> frozenset[str]:
    return frozenset(code for code, kind in lists.record_kinds.items() if kind.is_data_set)


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of a terms file, each with its line."""

    document: MarkedDocument

    def refuse_unknown(self) -> None:
        if unknown := sorted(set(self.document.value) - _FIELDS):
            raise self._wrong(unknown[0], f"there is no field «{unknown[0]}»; known are {', '.join(sorted(_FIELDS))}")

    def text(self, name: str, *, default: str | None = None) -> str:
        value = self.document.value.get(name, default)
        if not isinstance(value, str) or (not value.strip() and default is None):
            raise self._wrong(name, "it should be text")
        return value.strip()

    def code(self, name: str, known: frozenset[str]) -> str:
        # A bare 1 of the evaluation is a number in YAML and means the code «1».
        return self._known(name, str(self.document.value.get(name, "")), known)

    def codes(self, name: str, known: frozenset[str], *, least: int = 0) -> frozenset[str]:
        values = self._list(name)
        if len(values) < least:
            raise self._wrong(name, f"at least {least} must stand there")
        return frozenset(self._known(name, value, known) for value in values)

    def codes_by_name(self, name: str, known: frozenset[str]) -> Mapping[str, str]:
        value = self.document.value.get(name, {})
        if not isinstance(value, dict):
            raise self._wrong(name, "it should be fields, as in «Person: wanted»")
        return {schema: self._known(f"{name}.{schema}", str(code), known) for schema, code in value.items()}

    def restrictions(self) -> frozenset[Restriction]:
        found = {RestrictionMode.EXCLUDE: self._list("excluded"), RestrictionMode.ONLY: self._list("only")}
        return frozenset(
            Restriction(mode, bodies=frozenset(BodyId(body) for body in bodies))
            for mode, bodies in found.items()
            if bodies
        )

    def retention(self, today: date) -> Retention:
        value = self.document.value.get("retention")
        if isinstance(value, dict) and set(value) == {"review_on", "erase_on"}:
            return self._days(value)
        if not isinstance(value, dict) or set(value) != {"review_after_years", "erase_after_years"}:
            raise self._wrong("retention", "it should have review_after_years and erase_after_years")
        review, erase = self._years("review_after_years", value), self._years("erase_after_years", value)
        if review > erase:
            raise self._wrong("retention", _LATE_REVIEW)
        return Retention(review_on=date(today.year + review + 1, 1, 1), erase_on=date(today.year + erase + 1, 1, 1))

    def _days(self, value: Mapping[str, Json]) -> Retention:
        review, erase = (self._day(name, value[name]) for name in ("review_on", "erase_on"))
        if review > erase:
            raise self._wrong("retention", _LATE_REVIEW)
        return Retention(review, erase)

    def _day(self, name: str, value: Json) -> date:
        try:
            return parse_date(str(value), name)
        except Invalid as error:
            raise self._wrong(f"retention.{name}", "it should be a day, as 2032-05-01") from error

    def _years(self, name: str, value: Mapping[str, Json]) -> int:
        years = value[name]
        if type(years) is not int or not 1 <= years <= RETENTION_YEARS_MAX:
            raise self._wrong(f"retention.{name}", f"it should be a whole number from 1 to {RETENTION_YEARS_MAX}")
        return years

    def _list(self, name: str) -> list[str]:
        value = self.document.value.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(name, "it should be a list of words")
        return [str(item) for item in value]

    def _known(self, name: str, code: str, known: frozenset[str]) -> str:
        if code not in known:
            raise self._wrong(name, f"«{code[:40]}» stands in no list; known are {', '.join(sorted(known))}")
        return code

    def _wrong(self, name: str, why: str) -> Invalid:
        line = self.document.line_of(f"terms.{name}")
        return Invalid(
            f"The terms of the import cannot be used: line {line}, {name}.",
            field=name,
            why=f"At {name}, {why}.",
            do="Correct the line and start the import again; nothing was imported.",
        )
