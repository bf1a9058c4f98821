"""A bundle of STIX 2.1, read as a stream of drafts: an object a record, under the object's own id.

The file is read twice, an object at a time. The first reading judges the whole: that it is a bundle of this version, well formed
to its end; it keeps the markings, which may stand behind what they mark, and which ids come in several versions or are of no
record. The second hands out a draft for the newest version of each object, the original without what is never carried as its
fragment.

Source: docs/rules/records.md R54 and R55; OASIS, STIX Version 2.1; decisions 0077 and 0078.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from entente.formats.import_files import FileIdentity, bad_file, bounded
from entente.formats.import_terms import INVENTED, ImportTerms, is_invented
from entente.formats.json_elements import Element, NotJsonError, json_elements
from entente.formats.list_drafts import RAW_CHARACTERS_MAX, ImpossibleDateError, UnfitError
from entente.formats.seen_keys import SeenKeys
from entente.formats.stix_indicators import INDICATOR, indicated
from entente.formats.stix_markings import Marking, Tightening, marking_of
from entente.formats.stix_neutral import STATE_ACTOR, carried, is_state_actor
from entente.formats.stix_objects import ObjectReader, Parts, is_subject, is_written_beside, time_of
from entente.formats.stix_words import (
    ID,
    OBSERVABLES,
    OURS,
    SILENT_TYPES,
    SPEC_VERSION,
    TYPES,
    WALLET_EXTENSION,
    type_of_id,
)
from entente.kernel.ids import RecordId
from entente.records.model import LINKS_MAX, Fact, Fragment, Link, RecordDraft, Rejected
from entente.records.originals import OriginalStanding, Revoked

MARKINGS_MAX: Final = 10_000
"""Definitions of markings in one bundle, which are held; feeds have some dozens."""
REPEATED_MAX: Final = 100_000
"""Ids that come in several versions in one bundle, which are held."""
OBJECTS_MAX: Final = 10_000_000
"""Objects in one bundle that records are made of: of each id a digest is held, and as many take 270 MB."""
TYPES_COUNTED_MAX: Final = 50
"""Types that no record is made of and that are counted each by itself; the standard has thirty."""
FORMAT: Final = "stix"
LOSSES: Final[Mapping[str, str]] = {
    "property": "properties that no record has: kept under their own names, never matched",
    "reference": "references between observables, which no link says; they stand in the originals",
    "end": "relationships, sightings and parts of reports whose other end no record is made of",
    "time": "times of which a record keeps the day",
    "cut": "texts that were cut; the originals have them whole",
    "granular_marking": "markings of parts of an object, which count for all of it",
    "extension": "extensions of other makers; they stand in the originals",
    "pattern_language": "indicators in a language that is not STIX's own: for programs that search in traffic or files",
    "benign": "indicators of what is harmless",
    "no_thing": "indicators of which no record is made, since their pattern names no thing by a value that alone is enough",
    "pattern_comparison": "parts of patterns that name nothing by its value: other comparisons, or what many things have",
    "pattern_together": "parts of patterns that only several things or several observations together meet",
    "pattern_type": "parts of patterns about types of which no record is made",
    "qualifier": "times in patterns within which a thing counts; they stand in the originals",
    "no_subject": "identities and sets of intrusions that are neither a person nor an organisation",
    "earlier": "objects that the bundle has again, or in a newer version",
    "type": "objects of still other types, of which no record is made",
    "kept_at_home": "objects that may not be passed on without their maker's leave: kept here, shared with nobody",
}
"""What of a bundle has no place in records, in words for an officer; a type that none is made of is counted by itself."""
_EARLY_ID: Final = re.compile(
    r'\{\s*(?:"(?:type|spec_version|created|modified|created_by_ref)"\s*:\s*"[^"\\]*"\s*,\s*)*"id"\s*:\s*"([^"\\]{1,120})"'
)
"""The id of an object that is not read, where nothing but plain texts stands before it."""

_HEAD: Final = ("type", "id", "created_by_ref", "modified")
"""Of an object, what says which it is, whose, and in which version."""

Row = RecordDraft | Rejected | Revoked


def meanings_of(losses: Mapping[str, int]) -> dict[str, str]:
    """Return what each reason means."""
    return {
        reason: LOSSES.get(reason, f"objects of the type {reason.removeprefix('type ')}, of which no record is made")
        for reason in losses
    }


@dataclass(slots=True)
class _Index:
    """What the first reading keeps of a bundle."""

    markings: dict[str, Marking] = field(default_factory=dict)
    repeated: dict[str, str] = field(default_factory=dict)
    """Ids that come again → the newest of the versions after the first."""
    left_out: SeenKeys = field(default_factory=SeenKeys)
    """Ids of objects of a type that is read of which no record is made."""
    count: int = 0
    _seen: SeenKeys = field(default_factory=SeenKeys)

    def take(self, found: Mapping[str, object], name: str) -> None:
        own_id, kind = str(found.get("id", "")), str(found.get("type"))
        if kind == "marking-definition":
            if len(self.markings) >= MARKINGS_MAX:
                raise bad_file(name, f"it defines more than {MARKINGS_MAX:,} markings", "Cut the bundle in parts.")
            self.markings[own_id] = marking_of(found)
        if kind not in TYPES:
            return
        self.count += 1
        if self.count > OBJECTS_MAX:
            raise bad_file(name, f"it has more than {OBJECTS_MAX:,} objects", "Cut the bundle in parts.")
        if is_state_actor(found) or not is_subject(found):
            self.left_out.add(own_id)
        if not self._seen.add(own_id):
            if len(self.repeated) >= REPEATED_MAX:
                raise bad_file(name, f"more than {REPEATED_MAX:,} objects stand twice in it", "Take the bundle apart.")
            self.repeated[own_id] = max(self.repeated.get(own_id, ""), _version_of(found))


def read_stix(
    raw: io.BufferedReader, file: FileIdentity, terms: ImportTerms, dropped: Counter[str], losses: Counter[str]
) -> Iterator[Row]:
    """Return a draft for each object of a bundle, or why there is none; raise Invalid at once for what is no bundle.

    `dropped` counts, by code, what is never carried; `losses` what has no place in a record, by the reasons of `meanings_of`.
    """
    index = _Index()
    with bounded(raw, file.name) as stream:
        _check(stream, index, file.name)
    return _rows(raw, _Bundle(file, terms, dropped, losses, index, Tightening(terms, index.markings)))


def _rows(raw: io.BufferedReader, bundle: _Bundle) -> Iterator[Row]:
    name = bundle.file.name
    try:
        with bounded(raw, name) as stream:
            for one in json_elements(stream, "objects"):
                if isinstance(one, Element):
                    yield from bundle.rows(one)
    except NotJsonError as error:
        why = "it was changed while it was read"
        raise bad_file(name, why, "Import it again, from a file that nobody writes; what was kept stays.") from error


def _check(stream: io.BufferedReader, index: _Index, name: str) -> None:
    """Judge the whole file and fill the index."""
    stated: dict[str, object] = {}
    elements = 0
    try:
        for one in json_elements(stream, "objects"):
            if isinstance(one, Element):
                elements += 1
                index.take(one.value, name)
            else:
                stated[one.name] = one.value
    except NotJsonError as error:
        raise bad_file(name, str(error), "Fetch it again; it was cut off or changed. Nothing was imported.") from error
    if stated.get("type") != "bundle":
        why = f"it is no bundle of STIX: its type is «{str(stated.get('type', 'none'))[:40]}»"
        do = "Put the objects in a bundle: one object with type «bundle», an id, and the list of objects."
        raise bad_file(name, why, do)
    version = stated.get("spec_version", SPEC_VERSION)
    if version != SPEC_VERSION:
        do = "Ask its maker for STIX 2.1, or bring it up to that version with a program that does so."
        raise bad_file(name, f"it is a bundle of STIX {str(version)[:20]}, and {SPEC_VERSION} is read", do)
    if not index.count:
        read = ", ".join(sorted(TYPES))
        why = f"none of its {elements:,} objects is of a type that a record is made of"
        raise bad_file(name, why, f"Types that are read: {read}.")


@dataclass(slots=True)
class _Bundle:
    """What is known of a bundle while its objects are handed out."""

    file: FileIdentity
    terms: ImportTerms
    dropped: Counter[str]
    losses: Counter[str]
    index: _Index
    tightening: Tightening
    reader: ObjectReader = field(default_factory=ObjectReader)
    taken: dict[str, str] = field(default_factory=dict)
    """The version handed out of an id that stands more than once."""

    def rows(self, one: Element) -> Iterator[Row]:
        """Yield what is made of an element."""
        place = f"object {one.number}"
        if one.fault:
            early = _EARLY_ID.match(one.head)
            own_id = early[1] if early is not None and type_of_id(early[1]) else ""
            where = f"object {one.number} {own_id}" if own_id else place
            yield Rejected(where, "object", one.fault, "", own_id)
            return
        kind = str(one.value.get("type"))
        if kind not in TYPES:
            yield from self._other(place, kind)
            return
        own_id = one.value.get("id")
        entry = own_id if isinstance(own_id, str) and type_of_id(own_id) == kind else ""
        found: dict[str, object] = {}
        if entry:
            place = f"object {one.number} {entry}"
        else:
            yield Rejected(place, "id", f"its id is not as in {kind}--<UUID>", "")
            return
        try:
            found = carried(one.value, self.dropped)
            yield from self._of(place, entry, found, one.value)
        except UnfitError as error:
            yield Rejected(place, error.field, error.why, _raw(found), entry)
        except ImpossibleDateError as error:
            yield Rejected(place, "date", str(error), _raw(found), entry)

    def _other(self, place: str, kind: str) -> Iterator[Row]:
        if not ID.fullmatch(f"{kind}--{'0' * 8}-{'-'.join(['0' * 4] * 3)}-{'0' * 12}"):
            yield Rejected(place, "type", "it has no type", "")
        elif kind not in SILENT_TYPES:
            reason = f"type {kind}"
            self.losses[reason if reason in self.losses or len(self.losses) < TYPES_COUNTED_MAX else "type"] += 1

    def _of(self, place: str, own_id: str, found: dict[str, object], whole: Mapping[str, object]) -> Iterator[Row]:
        _check_version(found)
        if not self._is_newest(own_id, found):
            return
        if is_state_actor(whole):
            self.dropped[STATE_ACTOR] += 1
        elif is_written_beside(found) or (found["type"] == INDICATOR and not self._names_a_thing(found)):
            return
        elif not is_subject(found):
            self.losses["no_subject"] += 1
        elif found.get("revoked") is True:
            why = f"Its maker revoked it on {str(found['modified'])[:10]}."
            parts = [part for part, _ in self._parts_of_report(own_id, found)] + self._more_of_indicator(found)
            for local_id in (own_id, *(f"{own_id}-{part}" for part in parts)):
                yield Revoked(place, local_id, why, self._fragment(found))
        else:
            self._refuse_ours(own_id, found)
            yield from self._drafts(own_id, found)

    def _names_a_thing(self, found: Mapping[str, object]) -> bool:
        """Say whether a record is made of an indicator, and count what of its pattern is left out."""
        read = indicated(found)
        self.dropped.update(read.never)
        self.losses.update({reason: count for reason, count in read.left.items() if count})
        return bool(read.things)

    def _more_of_indicator(self, found: Mapping[str, object]) -> list[str]:
        """Return what the ids of an indicator's records end in, but for the first, which has its own."""
        return [part_of(schema) for schema in indicated(found).things][1:] if found["type"] == INDICATOR else []

    def _is_newest(self, own_id: str, found: Mapping[str, object]) -> bool:
        """Say whether this is the version of an object that is read; raise UnfitError for one that stands twice."""
        newest = self.index.repeated.get(own_id)
        if newest is None:
            return True
        version, taken = _version_of(found), self.taken.get(own_id)
        if taken is not None and version == taken and version:
            raise UnfitError("id", "the same version of it stands before it")
        if taken is not None or version < newest:
            self.losses["earlier"] += 1
            return False
        self.taken[own_id] = version
        return True

    def _refuse_ours(self, own_id: str, found: Mapping[str, object]) -> None:
        extensions = found.get("extensions")
        ours = extensions.get(OURS) if isinstance(extensions, dict) else None
        if is_invented(ours) and not self.terms.is_exercise:
            raise UnfitError("extensions", INVENTED)
        record = ours.get("record") if isinstance(ours, dict) else None
        if isinstance(record, str) and record.startswith(f"{self.terms.source}/") and not record.endswith(f"/{own_id}"):
            raise UnfitError(
                "extensions", "it was written here, of a record of our own, which stands under its own number"
            )

    def _drafts(self, own_id: str, found: dict[str, object]) -> Iterator[Row]:
        self.reader.losses.clear()
        markings = self.tightening.markings_of(found)
        parts = self.reader.parts(found)
        cls = self.tightening.class_for(parts.schema.name, markings, found.get("confidence"))
        contents = self._parts_of_report(own_id, found)
        links = self._links(str(found["type"]), parts)
        if links is None:
            self.losses["end"] += 1
            return
        facts = [*parts.facts.values()]
        said = [Fact("marking", one.words, is_unknown_property=True) for one in markings if one.words]
        facts += said
        self.losses.update({reason: count for reason, count in self.reader.losses.items() if count})
        self._count(found, markings)
        retention, original = self.terms.retention, self._fragment(found)
        yield RecordDraft(own_id, parts.schema.name, cls.kind, (cls,), tuple(facts), links, retention, original)
        for one in self.reader.indicated(found)[1:] if found["type"] == INDICATOR else ():
            cls = self.tightening.class_for(one.schema.name, markings, found.get("confidence"))
            local_id = f"{own_id}-{part_of(one.schema.name)}"
            facts = [*one.facts.values(), *said]
            yield RecordDraft(local_id, one.schema.name, cls.kind, (cls,), tuple(facts), (), retention, original)
        for part, refs in contents:
            cls = self.tightening.class_for("UnknownLink", markings, found.get("confidence"))
            links = tuple(
                self._link("subject" if place == 0 else "object", ref) for place, ref in enumerate((own_id, *refs))
            )
            data: dict[str, object] = {name: found[name] for name in _HEAD if name in found}
            original = self._fragment({**data, "object_refs": refs})
            role = Fact("role", str(found["type"]))
            yield RecordDraft(f"{own_id}-{part}", "UnknownLink", cls.kind, (cls,), (role,), links, retention, original)

    def _links(self, kind: str, parts: Parts) -> tuple[Link, ...] | None:
        """Return the links of an object; None of a relationship or sighting that has an end no record is made of."""
        kept = []
        for name, end in parts.links:
            if self._has_record(end):
                kept.append(self._link(name, end))
            elif kind == "relationship" or (kind == "sighting" and name == "subject"):
                return None
            else:
                self.losses["end"] += 1
        return tuple(kept)

    def _has_record(self, end: str) -> bool:
        return type_of_id(end) in TYPES and end not in self.index.left_out

    def _link(self, name: str, end: str) -> Link:
        return Link(name, RecordId(f"{self.terms.source}/{end}"))

    def _parts_of_report(self, own_id: str, found: Mapping[str, object]) -> list[tuple[str, list[str]]]:
        """Return what a report is about, in as many parts as links fit in a record, each with what its id ends in."""
        if found["type"] not in {"report", "grouping"}:
            return []
        refs = found.get("object_refs")
        if not isinstance(refs, list) or not all(type_of_id(ref) for ref in refs):
            raise UnfitError("object_refs", "what it is about should be a list of ids")
        several = [ref for ref in dict.fromkeys(map(str, refs)) if ref != own_id]
        ends = [ref for ref in several if self._has_record(ref)]
        self.losses.update({"end": len(several) - len(ends)} if len(ends) < len(several) else {})
        most = LINKS_MAX - 1
        return [
            ("objects" if at == 0 else f"objects-{at // most + 1}", ends[at : at + most])
            for at in range(0, len(ends), most)
        ]

    def _count(self, found: Mapping[str, object], markings: list[Marking]) -> None:
        extensions, granular = found.get("extensions"), found.get("granular_markings")
        counts = {
            "granular_marking": len(granular) if isinstance(granular, list) else 0,
            "extension": len(extensions.keys() - {OURS, WALLET_EXTENSION}) if isinstance(extensions, dict) else 0,
            "kept_at_home": int(
                self.terms.instrument is not None
                and not self.tightening.may_be_passed_on(frozenset(one.code for one in markings))
            ),
        }
        self.losses.update({reason: count for reason, count in counts.items() if count})

    def _fragment(self, found: Mapping[str, object]) -> Fragment:
        data = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
        return Fragment(self.file.name, self.file.sha256, self.file.date, FORMAT, data)


def part_of(schema: str) -> str:
    """Return what the id of a further record of an indicator ends in."""
    return schema.lower()


def _check_version(found: Mapping[str, object]) -> None:
    """Raise UnfitError for an object that is not of this version of the standard."""
    is_observable = found["type"] in OBSERVABLES
    version = found.get("spec_version", SPEC_VERSION if is_observable else "2.0")
    if version != SPEC_VERSION:
        raise UnfitError("spec_version", f"it is of STIX {str(version)[:20]}, and {SPEC_VERSION} is read")
    if is_observable:
        return
    for name in ("created", "modified"):
        time_of(name, found.get(name))
    if instant(found["modified"]) < instant(found["created"]):
        raise UnfitError("modified", "it was modified before it was created")


def _version_of(found: Mapping[str, object]) -> str:
    """Return by what versions of an object are compared; nothing for one that has none."""
    modified = found.get("modified")
    return instant(modified) if isinstance(modified, str) else ""


def instant(time: object) -> str:
    """Return a timestamp in the form that sorts as it runs: with nine digits of a second."""
    whole, _, fraction = str(time).removesuffix("Z").partition(".")
    return f"{whole}.{fraction:0<9}"


def standing_of(held: Fragment, coming: Fragment) -> OriginalStanding:
    """Say how an original of this format stands to the one that a record was made from (R55)."""
    before, after = _head_of(held), _head_of(coming)
    if before.get("created_by_ref") != after.get("created_by_ref"):
        return OriginalStanding.ANOTHER_MAKER
    return OriginalStanding.OLDER if _version_of(after) < _version_of(before) else OriginalStanding.NEWER


def _head_of(fragment: Fragment) -> Mapping[str, object]:
    found = json.loads(fragment.data)
    assert isinstance(found, dict), "a record was made of it"
    return found


def _raw(found: Mapping[str, object]) -> str:
    return json.dumps(found, ensure_ascii=False)[:RAW_CHARACTERS_MAX]
