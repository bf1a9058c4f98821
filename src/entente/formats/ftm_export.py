"""Our records as FollowTheMoney entities, one JSON object a line, and what of them FollowTheMoney has no place for.

What came in as FollowTheMoney goes out as it came: id, spelling of dates and countries, and the fields beside `properties`
are those of the line it was imported from. What only we say (handling, evaluation, purposes, retention) stands under «entente»,
beside FollowTheMoney's own fields, where its programs do not look: that is a loss, and is counted. What an exercise's node writes
says there, in each line, that it is one.

Source: docs/rules/records.md R47; docs/rules/bodies.md B15; decision 0064; followthemoney, docs «entity data».
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from entente.disclosure.model import DisclosureClass
from entente.formats.codelists import load_code_lists
from entente.formats.ftm_jsonlines import FORMER_COUNTRIES, OURS, UnfitValueError, fact_of, local_id
from entente.formats.schemata import load_schemata, own_words
from entente.handling.model import Observation
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.exercise import EXERCISE, EXERCISE_LINE
from entente.records.exporting import ExportedRecord, local_name
from entente.records.model import Fragment, PropertyType, Record

LOSSES: Final[Mapping[str, str]] = {
    "terms": "records whose handling, evaluation, purposes and retention stand beside FollowTheMoney's fields",
    "restrictions": "records whose source excludes bodies: which, the file does not say",
    "terms_of_facts": "records whose facts are on several terms: the file says which, not of which fact",
    "assessed": "facts that are assessed and not observed: FollowTheMoney tells no difference",
    "schema": "records of a schema that FollowTheMoney does not have",
    "property": "facts of a property that FollowTheMoney does not have",
    "unknown_property": "facts of a property that no schema has",
    "files": "files of records, which are not in the export",
}
"""Why something is not said in FollowTheMoney's own fields, in words for an officer."""
_TO_FTM: Final = {ours: theirs for theirs, ours in reversed(FORMER_COUNTRIES.items())}
_OWN_FIELDS: Final = frozenset({"id", "schema", "properties", OURS})


@dataclass(slots=True)
class FtmWriter:
    """Writes records, one a line."""

    write: Callable[[bytes], None]
    is_exercise: bool = False
    losses: Counter[str] = field(default_factory=Counter)
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    @property
    def meanings(self) -> Mapping[str, str]:
        """What each reason of a loss means."""
        return LOSSES

    @property
    def sha256(self) -> str:
        """The digest of what was written so far."""
        return self._digest.hexdigest()

    def add(self, exported: ExportedRecord) -> None:
        """Write a record, and count what of it has no place."""
        line = json.dumps(self._entity(exported), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        self._digest.update(line)
        self.write(line)

    def end(self) -> None:
        """Write nothing: a line is whole by itself."""

    @property
    def left_out(self) -> int:
        """None: every record is an entity."""
        return 0

    def _entity(self, exported: ExportedRecord) -> JsonObject:
        record, came = exported.record, _line_of(exported.fragment)
        self._count(record)
        fields: JsonObject = {}
        if came is not None and exported.is_whole:
            fields = {name: value for name, value in came.items() if name not in _OWN_FIELDS}
        own_id = came["id"] if came is not None and local_id(str(came["id"])) == record.local_id else record.local_id
        return {
            "id": own_id,
            "schema": record.schema,
            "properties": self._properties(record, _spelt(record, came)),
            **fields,
            OURS: our_terms(record, is_exercise=self.is_exercise),
        }

    def _properties(self, record: Record, spelt: Mapping[tuple[str, str], str]) -> JsonObject:
        found: JsonObject = {}
        schema = load_schemata()[record.schema]
        for fact in record.facts:
            prop = None if fact.is_unknown_property else schema.properties.get(fact.property)
            value = spelt.get((fact.property, fact.value))
            if value is None:
                is_country = prop is not None and prop.type is PropertyType.COUNTRY
                value = _TO_FTM.get(fact.value, fact.value.lower()) if is_country else fact.value
            _add(found, fact.property, value)
        for link in record.links:
            end = local_name(link.to, record.source)
            _add(found, link.property, spelt.get((link.property, end), end))
        return found

    def _count(self, record: Record) -> None:
        ours, stated = own_words(), [(one.terms, one.observation) for one in record.facts]
        stated += [(one.terms, one.observation) for one in record.links]
        counts = {
            "terms": 1,
            "restrictions": any(cls.restrictions for cls in record.terms),
            "terms_of_facts": len({terms for terms, _ in stated}) > 1,
            "assessed": sum(observation is Observation.ASSESSED for _, observation in stated),
            "schema": record.schema in ours,
            "property": sum(
                not fact.is_unknown_property and f"{record.schema}.{fact.property}" in ours for fact in record.facts
            ),
            "unknown_property": sum(fact.is_unknown_property for fact in record.facts),
            "files": len(record.blobs),
        }
        self.losses.update({reason: int(count) for reason, count in counts.items() if count})


def _add(found: JsonObject, name: str, value: str) -> None:
    values = found.setdefault(name, [])
    assert isinstance(values, list), "made here"
    values.append(value)


def _line_of(fragment: Fragment | None) -> JsonObject | None:
    """Return the line that a record was imported from, where it was one of FollowTheMoney."""
    if fragment is None or fragment.format != "ftm":
        return None
    found = json.loads(fragment.data)
    assert isinstance(found, dict), "a record was made of it"
    return found


def _spelt(record: Record, came: JsonObject | None) -> dict[tuple[str, str], str]:
    """Return how the values of a record were spelt in the line it came from, by property and value."""
    properties = came.get("properties") if came is not None else None
    if not isinstance(properties, dict):
        return {}
    schema, spelt = load_schemata()[record.schema], dict[tuple[str, str], str]()
    for name, values in properties.items():
        prop = schema.properties.get(name)
        for value in values if isinstance(values, list) else ():
            text = str(value)
            if prop is None:
                continue
            if prop.type is PropertyType.ENTITY:
                spelt.setdefault((name, local_id(text)), text)
                continue
            try:
                spelt.setdefault((name, fact_of(prop, text, load_code_lists().countries).value), text)
            except UnfitValueError:
                # A later version of this program reads fewer values than the one that imported it.
                continue
    return spelt


def our_terms(record: Record, *, is_exercise: bool = False) -> JsonObject:
    """Return what only we say of a record: whose it is, in which version, on what terms, until when, and if it is invented."""
    terms: list[Json] = [_terms(cls) for cls in record.terms]
    mark: JsonObject = {EXERCISE: EXERCISE_LINE} if is_exercise else {}
    return {
        **mark,
        "source": record.source,
        "version": record.version,
        "kind": record.kind,
        "terms": terms,
        "review_on": record.retention.review_on.isoformat(),
        "erase_on": record.retention.erase_on.isoformat(),
    }


@functools.lru_cache(1_000)
def _terms(cls: DisclosureClass) -> JsonObject:
    """Return on what terms a record goes out; whom its source excludes is not said, since the file may reach them."""
    return {
        "purposes": [*sorted(cls.purposes)],
        "crime_areas": [*sorted(cls.crime_areas)],
        "handling": [*sorted(cls.handling)],
        "confidentiality": cls.confidentiality,
        "evaluation": f"{cls.source_evaluation}{cls.information_evaluation}",
        "status": cls.status,
        "marks": [*sorted(cls.marks)],
    }
