"""Our records as a bundle of STIX 2.1, and what of them STIX has no place for.

What came in as STIX goes out as it came: the object that a record was made from, as long as the record says the same. Every other
record becomes an object of ours; each is read back as an import would read it, and what would be missing stands in our extension,
where a node finds it again and other programs do not look: that is a loss, and is counted. Links are relationships as well.
In what an exercise's node writes each object of ours says so in our extension, and who made it is called so.

Source: docs/rules/records.md R47 and R56; docs/rules/bodies.md B15; OASIS, STIX Version 2.1; decision 0077.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from entente.formats.codelists import load_code_lists
from entente.formats.ftm_export import our_terms
from entente.formats.list_drafts import ImpossibleDateError, UnfitError
from entente.formats.stix_bundle import FORMAT
from entente.formats.stix_fields import object_fields
from entente.formats.stix_objects import MAKER, OF_LINK, ObjectReader
from entente.formats.stix_types import may_be, object_id, object_type, own_type
from entente.formats.stix_words import (
    CODES,
    CONFIDENCE,
    ENDS,
    MARKED,
    OBSERVABLES,
    OURS,
    SPEC_VERSION,
    TLP_2,
    TLP_CREATED,
    TLP_EXTENSION,
    StixObject,
    our_id,
    type_of_id,
)
from entente.handling.model import Observation
from entente.kernel.exercise import EXERCISE, EXERCISE_LINE, EXERCISE_WORD
from entente.kernel.ids import RecordId
from entente.records.exporting import ExportedRecord
from entente.records.model import Fact, Record

CREATED: Final = "1970-01-01T00:00:00.000Z"
"""Of every object of ours: the standard wants one time in all versions, and a record keeps that of its newest alone."""
LOSSES: Final[Mapping[str, str]] = {
    "terms": "records whose handling, evaluation, purposes and retention stand in an extension of ours",
    "restrictions": "records whose source excludes bodies: which, the file does not say",
    "terms_of_facts": "records whose facts are on several terms: the file says which, not of which fact",
    "assessed": "facts and links that are assessed and not observed: the file tells no difference",
    "property": "facts that STIX has no field for, in an extension of ours",
    "unknown_property": "facts of a property that no schema has, in an extension of ours",
    "schema": "records that are not in the file: STIX has no object for what they are",
    "end": "links to records that are not ours to write or that STIX has no object for; a link alone is then not in the file",
    "came": "objects that came as STIX and go out as they came: our terms for them are not in the file",
    "changed": "records that say other than the object they came as: under an id of ours, for only its maker changes an object",
    "files": "files of records, which are not in the export",
}
"""Why something is not said in STIX's own fields, in words for an officer."""
_DEFINED: Final = frozenset(CODES.values())
"""The markings that are written with the objects that bear them; those of TLP 1 are the standard's own."""
_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(slots=True)
class StixWriter:
    """Writes records into one bundle."""

    write: Callable[[bytes], None]
    maker: str
    """What our body is called."""
    is_exercise: bool = False
    losses: Counter[str] = field(default_factory=Counter)
    left_out: int = 0
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    _objects: int = 0
    _markings: dict[str, str] = field(default_factory=dict)
    """The markings that were used → the code of each."""
    _reader: ObjectReader = field(default_factory=ObjectReader)
    _has_maker: bool = False

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
        record, came = exported.record, _came_as(exported)
        if came is not None and record.local_id.startswith(f"{came['id']}-"):
            # What a report is about stands in the report itself.
            self.left_out += 1
            return
        if came is not None and exported.is_whole and self._says_the_same(record, came):
            self.losses["came"] += 1
            refs = came.get("object_marking_refs", [])
            assert isinstance(refs, list), "a record was made of it"
            self._markings.update((ref, MARKED[ref]) for ref in refs if ref in _DEFINED)
            self._put(came)
            return
        kind = object_type(record) if came is None else own_type(record)
        is_written = may_be(record, kind)
        made = self._object(exported, kind, is_changed=came is not None) if is_written else None
        if made is None:
            self.left_out += 1
            if not is_written:
                self.losses["schema"] += 1
            return
        self._count(record)
        if came is not None:
            self.losses["changed"] += 1
        self._put(made)
        if kind != "relationship":
            for relationship in self._relationships(exported, str(made["id"])):
                self._put(relationship)

    def end(self) -> None:
        """Write the markings that were used, and the bundle's own id, which follows from what is in it."""
        for marking, code in sorted(self._markings.items()):
            self._put(_marking(marking, code))
        self._out(f'],"id":"{our_id("bundle", self.sha256)}"}}\n')

    def _put(self, found: StixObject) -> None:
        if not self._objects:
            self._out('{"type":"bundle","objects":[')
            for one in _preamble(is_exercise=self.is_exercise):
                self._put_text(one)
        self._put_text(found)

    def _put_text(self, found: StixObject) -> None:
        self._out(("," if self._objects else "") + "\n" + json.dumps(found, ensure_ascii=False, separators=(",", ":")))
        self._objects += 1

    def _out(self, text: str) -> None:
        data = text.encode()
        self._digest.update(data)
        self.write(data)

    def _says_the_same(self, record: Record, came: StixObject) -> bool:
        """Say whether a record says what the object says that it came as, links to what is no record of ours left out."""
        try:
            parts = self._reader.parts(came)
        except (UnfitError, ImpossibleDateError):
            # A later version of this program reads less than the one that imported it.
            return False
        facts = {_key(fact) for fact in record.facts if not (fact.property == "marking" and fact.is_unknown_property)}
        links = {(link.property, link.to) for link in record.links}
        stated = {(name, f"{record.source}/{end}") for name, end in parts.links}
        return facts == {_key(fact) for fact in parts.facts.values()} and links == stated

    def _object(self, exported: ExportedRecord, kind: str, *, is_changed: bool) -> StixObject | None:
        """Return the object of a record; None of a relationship that has an end which is no object."""
        record = exported.record
        own_id = our_id(kind, record.id) if is_changed else object_id(record)
        made: StixObject = {"type": kind, "spec_version": SPEC_VERSION, "id": own_id}
        links = self._ends_of(exported)
        if kind == "relationship":
            first, second, _ = ENDS[record.schema]
            if first not in links or second not in links:
                return None
            made |= {"source_ref": links[first][0], "target_ref": links[second][0]}
        if kind not in OBSERVABLES:
            made |= {"created_by_ref": self._maker_of(record), "created": CREATED, "modified": _time(record.at)}
            made["confidence"] = min(CONFIDENCE[cls.information_evaluation.value] for cls in record.terms)
        made |= object_fields(record, kind)
        made |= self._markings_of(record)
        extensions = made.pop("extensions", {})
        assert isinstance(extensions, dict), "made here"
        ours: StixObject = {"extension_type": "property-extension", "schema": record.schema, "record": record.id}
        made["extensions"] = {**extensions, OURS: ours}
        ours |= self._missing(record, made, links)
        ours |= our_terms(record, is_exercise=self.is_exercise)
        return made

    def _missing(self, record: Record, made: StixObject, links: Mapping[str, list[str]]) -> StixObject:
        """Return what of a record an import would not read of its object, and what it would read that the record does not say."""
        parts = self._reader.parts(made)
        said = {_key(fact) for fact in record.facts}
        back = {_key(fact) for fact in parts.facts.values()}
        fillers = {name for name, _, _ in back - said}
        facts: dict[bool, dict[str, list[object]]] = {False: {}, True: {}}
        for fact in record.facts:
            if fact.property in fillers or _key(fact) not in back:
                facts[fact.is_unknown_property].setdefault(fact.property, []).append(fact.value)
                self.losses["unknown_property" if fact.is_unknown_property else "property"] += 1
        left: dict[str, list[object]] = {}
        for name, ends in links.items():
            if missing := [end for end in ends if (name, end) not in parts.links]:
                left[name] = [*missing]
        found: StixObject = {
            "fillers": [*sorted(fillers)],
            "facts": facts[False],
            "unknown": facts[True],
            "links": left,
        }
        return {name: value for name, value in found.items() if value}

    def _ends_of(self, exported: ExportedRecord) -> dict[str, list[str]]:
        """Return the ids of the objects at the ends of a record's links, by property."""
        found: dict[str, list[str]] = {}
        for link in exported.record.links:
            if end := self._end(exported, link.to):
                found.setdefault(link.property, []).append(end)
            else:
                self.losses["end"] += 1
        return found

    def _end(self, exported: ExportedRecord, to: RecordId) -> str:
        end = exported.ends.get(to)
        if end is not None:
            return object_id(end)
        # What is not held, or not yet, is known by the id that it has.
        local_id = to.removeprefix(f"{exported.record.source}/")
        return local_id if type_of_id(local_id) else ""

    def _relationships(self, exported: ExportedRecord, source: str) -> Iterator[StixObject]:
        """Yield the links of an object as relationships, for other programs; an import takes them from the object itself."""
        record = exported.record
        mark: StixObject = {EXERCISE: EXERCISE_LINE} if self.is_exercise else {}
        for link in record.links:
            if not (target := self._end(exported, link.to)):
                continue
            yield {
                "type": "relationship", "spec_version": SPEC_VERSION,
                "id": our_id("relationship", f"{record.id} {link.property} {link.to}"),
                "created_by_ref": self._maker_of(record), "created": CREATED, "modified": _time(record.at),
                "relationship_type": _WORDS.sub("-", link.property).lower(), "source_ref": source, "target_ref": target,
                **self._markings_of(record),
                "extensions": {OURS: {"extension_type": "property-extension", OF_LINK: True, **mark}},
            }  # fmt: skip

    def _maker_of(self, record: Record) -> str:
        """Return the id of our body's own identity, which is written before the first object that names it."""
        own_id = our_id("identity", record.source)
        if not self._has_maker:
            self._has_maker = True
            self._put(_identity(own_id, f"{EXERCISE_WORD} · {self.maker}" if self.is_exercise else self.maker))
        return own_id

    def _markings_of(self, record: Record) -> StixObject:
        refs = sorted(CODES[code] for code in {code for cls in record.terms for code in cls.handling})
        self._markings.update((ref, MARKED[ref]) for ref in refs)
        # The standard knows no list of nothing.
        return {"object_marking_refs": [*refs]} if refs else {}

    def _count(self, record: Record) -> None:
        stated = [(one.terms, one.observation) for one in record.facts]
        stated += [(one.terms, one.observation) for one in record.links]
        counts = {
            "terms": 1,
            "restrictions": any(cls.restrictions for cls in record.terms),
            "terms_of_facts": len({terms for terms, _ in stated}) > 1,
            "assessed": sum(observation is Observation.ASSESSED for _, observation in stated),
            "files": len(record.blobs),
        }
        self.losses.update({reason: int(count) for reason, count in counts.items() if count})


def _key(fact: Fact) -> tuple[str, str, bool]:
    return fact.property, fact.value, fact.is_unknown_property


def _came_as(exported: ExportedRecord) -> StixObject | None:
    """Return the object that a record was made from, where it came as STIX."""
    fragment = exported.fragment
    if fragment is None or fragment.format != FORMAT:
        return None
    found = json.loads(fragment.data)
    assert isinstance(found, dict), "a record was made of it"
    return found


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _identity(own_id: str, name: str) -> StixObject:
    return {
        "type": "identity", "spec_version": SPEC_VERSION, "id": own_id, "created": CREATED, "modified": CREATED, "name": name,
        "identity_class": "organization", "extensions": {OURS: {"extension_type": "property-extension", MAKER: True}},
    }  # fmt: skip


def _preamble(*, is_exercise: bool) -> Iterator[StixObject]:
    """Yield the definition of our extension, and who made it."""
    program = our_id("identity", "entente")
    name = "Entente record"
    yield _identity(program, "Entente")
    yield {
        "type": "extension-definition", "spec_version": SPEC_VERSION, "id": OURS, "created_by_ref": program,
        "created": CREATED, "modified": CREATED, "name": f"{EXERCISE_WORD} · {name}" if is_exercise else name, "version": "1.0.0",
        "description": "What of a record of Entente STIX has no field for.",
        "schema": "Entente, docs/decisions/0077", "extension_types": ["property-extension"],
    }  # fmt: skip


def _marking(own_id: str, code: str) -> StixObject:
    made: StixObject = {"type": "marking-definition", "spec_version": SPEC_VERSION, "id": own_id, "name": code}
    if code in TLP_2:
        tlp: StixObject = {"extension_type": "property-extension", "tlp_2_0": code.removeprefix("TLP:").lower()}
        return {**made, "created": TLP_CREATED, "extensions": {TLP_EXTENSION: tlp}}
    meaning = load_code_lists().handling_codes[code].label
    return {
        **made,
        "created": CREATED,
        "definition_type": "statement",
        "definition": {"statement": f"{code}: {meaning}"},
    }
