"""When a record is well formed, which version counts, what an extract holds.

R1 ids · R2 schema and kind · R3 facts by their property's type · R4 versions and withdrawal · R5 extracts · R6 equal content
is no new version · R20 files. Source: docs/rules/records.md.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime

from entente.agreements.model import Instrument
from entente.disclosure.model import DisclosureClass
from entente.handling.model import CodeLists, RecordKind, Retention
from entente.handling.rules import retention_for
from entente.kernel.blob import BLOB_BYTES_MAX, KEY_BYTES, is_blob_id
from entente.kernel.canonical import canonical_text, joined, quoted, read_back
from entente.kernel.codec import to_json
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId, RecordId
from entente.kernel.sizes import size_said
from entente.kernel.text import is_line, is_seen, shows_as_stored
from entente.records.ill_formed import ill_formed
from entente.records.media import check_file_name
from entente.records.model import (
    BLOBS_MAX,
    FACTS_MAX,
    LINKS_MAX,
    LOCAL_ID_CHARACTERS_MAX,
    PROPERTY_NAME_CHARACTERS_MAX,
    REASON_CHARACTERS_MAX,
    TERMS_MAX,
    VALUE_CHARACTERS_MAX,
    BlobReference,
    Fact,
    Link,
    Property,
    PropertyType,
    Record,
    RecordDraft,
    Schema,
    Schemata,
    SealedFile,
    StoredRecord,
)
from entente.records.never_said import said_though_never

FAULTS_MAX = 50
"""Of one record that are told at once: more than a form shows, and than anybody reads. Ours."""
_LOCAL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def record_id(source: BodyId, local_id: str) -> RecordId:
    """Return a record's id: its source and the source's own number for it (R1); raise Invalid for a malformed one."""
    check_local_id(local_id)
    return RecordId(f"{source}/{local_id}")


def check_local_id(local_id: str) -> None:
    """Raise Invalid for a source's own number that is not well formed (R1)."""
    if len(local_id) > LOCAL_ID_CHARACTERS_MAX or not _LOCAL_ID.fullmatch(local_id):
        raise ill_formed(
            "local_id",
            f"«{local_id[:40]}» is not a local id",
            f"a local id has at most {LOCAL_ID_CHARACTERS_MAX} of A–Z, a–z, 0–9 and . _ : -, and starts with a letter or digit",
        )


def check_draft(draft: RecordDraft, schemata: Schemata, lists: CodeLists) -> None:
    """Raise Invalid, naming the field, for a draft of ours that is not well formed, or says what its kind never says (R66)."""
    for fault in faults_in(draft, schemata, lists):
        raise fault


def check_well_formed(draft: RecordDraft, schemata: Schemata, lists: CodeLists) -> None:
    """Raise Invalid, naming the field, when what a record says is not well formed (R1 to R3); of anybody's, and of any age."""
    for fault in faults_of_form(draft, schemata, lists):
        raise fault


def faults_in(draft: RecordDraft, schemata: Schemata, lists: CodeLists) -> Iterator[Invalid]:
    """Yield all that is wrong with a draft of ours, each with its field, the least particular first (R1 to R3, R66).

    Of what is of no schema or kind nothing else can be told.
    """
    yield from faults_of_form(draft, schemata, lists)
    if draft.kind in lists.record_kinds:
        yield from said_though_never(draft, lists.record_kinds[draft.kind])


def faults_of_form(draft: RecordDraft, schemata: Schemata, lists: CodeLists) -> Iterator[Invalid]:
    """Yield all for which what a record says is not well formed (R1 to R3); of anybody's, and of any age."""
    try:
        schema = _known_schema(draft.schema, schemata)
        check_kind(schema, draft.kind, lists.record_kinds)
    except Invalid as fault:
        yield fault
        return
    terms = len(draft.terms)
    yield from _faults(check_terms_count, terms)
    if not draft.facts or len(draft.facts) > FACTS_MAX:
        yield ill_formed("facts", f"there are {len(draft.facts)} facts", f"a record has 1 to {FACTS_MAX}")
    for fact in draft.facts[:FACTS_MAX]:
        try:
            check_fact(fact, schema, terms, lists)
        except Invalid as fault:
            yield fault
    if len(draft.links) > LINKS_MAX:
        yield ill_formed("links", f"there are {len(draft.links)} links", f"a record has at most {LINKS_MAX} (R3)")
    for link in draft.links[:LINKS_MAX]:
        yield from _faults(_check_link, link, schema, terms)
    yield from _faults(check_blobs, draft.blobs, terms)


def _faults(check: Callable[..., None], *given: object) -> Iterator[Invalid]:
    """Yield what a check raises, if it does."""
    try:
        check(*given)
    except Invalid as fault:
        yield fault


def check_terms_count(count: int) -> None:
    """Raise Invalid when a record has no disclosure class or too many (R3)."""
    if not 0 < count <= TERMS_MAX:
        limit = f"each fact is shared on stated terms, of which a record has 1 to {TERMS_MAX} (R3)"
        raise ill_formed("terms", f"there are {count} disclosure classes", limit)


def check_blobs(blobs: tuple[BlobReference, ...], terms: int) -> None:
    """Raise Invalid when a record's files are too many, called alike, or one is not well formed (R20)."""
    if len(blobs) > BLOBS_MAX:
        raise ill_formed("blobs", f"there are {len(blobs)} files", f"a record has at most {BLOBS_MAX} (R20)")
    for names in ([one.file_name for one in blobs], [one.id for one in blobs]):
        if len(set(names)) != len(names):
            raise ill_formed("blobs", "two of its files are one, or have one name", "each is called differently (R20)")
    for one in blobs:
        _check_blob(one, terms)


def check_received(record: Record, schemata: Schemata, lists: CodeLists, signer: BodyId) -> None:
    """Raise Invalid when a record from another node is not well formed, or not its signer's own (R1 to R3).

    What its kind never says (R66) its source judges: a node of an earlier version may send what it kept before there was the
    rule, and who refused it would go on with the version before, or without the record.
    """
    own_terms = all(terms.source == record.source and terms.kind == record.kind for terms in record.terms)
    if record.source != signer or not own_terms or record.id != record_id(record.source, record.local_id):
        raise ill_formed("source", "the record is not its signer's own", "only the source writes a record (R1)")
    if record.version < 1:
        raise ill_formed("version", f"the version is {record.version}", "versions count from 1 (R4)")
    check_well_formed(draft_of(record), schemata, lists)


def draft_of(record: Record) -> RecordDraft:
    """Return what a record says, without what its source gave it: its number, its signature."""
    return RecordDraft(
        record.local_id,
        record.schema,
        record.kind,
        record.terms,
        record.facts,
        record.links,
        record.retention,
        blobs=record.blobs,
    )


def latest_end(kind: str, instruments: Iterable[Instrument], made_on: date, lists: CodeLists) -> date:
    """Return the last day that a version made on a day may name as its end: its kind's term, or a shorter instrument's.

    Source: docs/rules/handling.md H5.
    """
    days = [terms.retention_days_max for terms in instruments if terms.retention_days_max]
    return retention_for(kind, min(days, default=None), made_on, None, lists).erase_on


def check_end(retention: Retention, latest: date) -> None:
    """Raise Invalid when a record would be held longer than its kind and its instruments allow (H5)."""
    if retention.erase_on > latest:
        rule = (
            f"its kind, or an instrument it is shared under, lets it be held until {latest} (docs/rules/handling.md H5)"
        )
        raise ill_formed("retention", f"it would be held until {retention.erase_on}", rule)


def supersedes(version: int, held: int | None) -> bool:
    """Say whether an arriving version is newer than the one held; an equal or older one is ignored (R4)."""
    return held is None or version > held


def extract(record: Record, visible: frozenset[int]) -> Record | None:
    """Return the record with only the facts, links and files whose terms are visible; None when no fact is (R5).

    The terms of hidden facts go too, and the rest are numbered anew: what is left shows no gap.
    """
    kept = [place for place in range(len(record.terms)) if place in visible]
    if len(kept) == len(record.terms):
        return record
    moved = {old: new for new, old in enumerate(kept)}
    facts = tuple(replace(fact, terms=moved[fact.terms]) for fact in record.facts if fact.terms in moved)
    if not facts:
        return None
    links = tuple(replace(link, terms=moved[link.terms]) for link in record.links if link.terms in moved)
    blobs = tuple(replace(blob, terms=moved[blob.terms]) for blob in record.blobs if blob.terms in moved)
    terms = tuple(record.terms[place] for place in kept)
    # Nothing marks what is left as a part: that facts are hidden is not the reader's to know (DESIGN section 1, promise 7).
    return replace(record, terms=terms, facts=facts, links=links, blobs=blobs)


def cut(stored: StoredRecord, allowed: frozenset[int]) -> StoredRecord:
    """Return a stored record with only the facts of allowed classes, and no links; it must have one (the store filtered)."""
    places = frozenset(place for place, number in enumerate(stored.class_numbers) if number in allowed)
    visible = extract(stored.record, places)
    assert visible is not None, "the store listed a record without an allowed class"
    numbers = tuple(number for number in stored.class_numbers if number in allowed)
    return StoredRecord(
        stored.number,
        replace(visible, links=()),
        stored.statement,
        numbers,
        stored.received_from,
        stored.received_at,
        stored.withdrawn_at,
        stored.change_sequence,
        stored.doubted_at,
        stored.ended_at,
    )


def without_links(record: Record, hidden: frozenset[RecordId]) -> Record:
    """Return the record without the links to some records; the very record when it has none of them (R5)."""
    links = tuple(link for link in record.links if link.to not in hidden)
    return record if len(links) == len(record.links) else replace(record, links=links)


def content_texts(said: RecordDraft | Record) -> dict[str, str]:
    """Return what a draft or record says, each field as canonical text: all but ids, version and time.

    An import takes both the digest and the statement from it. It is written directly, because an import writes
    millions of facts; tests/unit/records holds it against kernel.codec. Files are named only where there are any, so that
    a record without one has the digest it had before records had files.
    """
    texts = {
        "schema": quoted(said.schema),
        "kind": quoted(said.kind),
        "terms": "[" + ",".join([_text_of(cls) for cls in said.terms]) + "]",
        "facts": "[" + ",".join([_fact_text(fact) for fact in said.facts]) + "]",
        "links": canonical_text(to_json(said.links)) if said.links else "[]",
        "retention": _text_of(said.retention),
    }
    if said.blobs:
        texts["blobs"] = canonical_text(to_json(said.blobs))
    return texts


def texts_read_back(said: RecordDraft | Record) -> dict[str, str]:
    """Return its content_texts, read back once, as all that is signed is; raise Invalid when they do not read back."""
    texts = content_texts(said)
    read_back(joined(texts))
    return texts


def _fact_text(fact: Fact) -> str:
    unknown = "true" if fact.is_unknown_property else "false"
    return (
        f'{{"is_unknown_property":{unknown},"observation":{quoted(fact.observation)},'
        f'"property":{quoted(fact.property)},"terms":{fact.terms},"value":{canonical_text(fact.value)}}}'
    )


@functools.lru_cache(maxsize=4_096)
def _text_of(value: DisclosureClass | Retention) -> str:
    # The classes of a node are hundreds to thousands (DESIGN section 5), and thousands of records share each.
    return canonical_text(to_json(value))


def content_digest(texts: Mapping[str, str]) -> bytes:
    """Return the digest of what a draft says (its content_texts); an equal one makes no new version (R6)."""
    return hashlib.sha256(joined(texts).encode()).digest()


def caption(record: Record, schema: Schema | None) -> str:
    """Return what a list shows for a record: its first caption property, or its id."""
    for name in schema.caption if schema is not None else ():
        if values := record.values(name):
            return values[0]
    return record.local_id


def check_reason(reason: str) -> None:
    """Raise Invalid unless a withdrawal says why, in one line that shows as it is stored (R4)."""
    if len(reason) > REASON_CHARACTERS_MAX or not is_line(reason):
        raise Invalid(
            "The record was not withdrawn: the reason does not hold what it should.",
            field="reason",
            why=f"Each holder reads it, so it is one line of 1 to {REASON_CHARACTERS_MAX} characters (docs/rules/records.md R4).",
            do="Say in one line why the record is withdrawn.",
        )


def check_why(purpose: str, crime_area: str, lists: CodeLists) -> None:
    """Raise Invalid unless purpose and crime area, for which records are looked at, stand in the closed lists (R9)."""
    for field, code, known in (("purpose", purpose, lists.purposes), ("crime_area", crime_area, lists.crime_areas)):
        if code not in known:
            raise Invalid(
                "No record was looked at: why it is looked at is not stated.",
                field=field,
                why=f"«{code[:40]}» is in no list, and records are looked at for a stated purpose (docs/rules/records.md R9).",
                do="State a purpose and a crime area from the closed lists.",
            )


def is_possible_date(text: str) -> bool:
    """Say whether a full or partial date exists in the calendar: 1979, 1979-05, 1979-05-04 (a birth date is no time)."""
    match = _PARTIAL_DATE.fullmatch(text)
    if match is None:
        return False
    year, month, day = (int(part or 1) for part in match.groups())
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def is_live(erase_on: date, withdrawn_at: datetime | None, today: date) -> bool:
    """Say whether a record may still be found: not withdrawn, not past its retention (R4, H5)."""
    return withdrawn_at is None and today < erase_on


def _known_schema(name: str, schemata: Schemata) -> Schema:
    schema = schemata.get(name)
    if schema is None or schema.is_abstract:
        raise ill_formed("schema", f"«{name[:40]}» is not a schema of records", "the reference lists the schemata (R2)")
    return schema


def check_kind(schema: Schema, kind: str, kinds: Mapping[str, RecordKind]) -> None:
    """Raise Invalid when nothing of this schema is kept as a record of this kind (R2)."""
    known = kinds.get(kind)
    if known is None or not known.is_data_set:
        raise ill_formed(
            "kind", f"«{kind[:40]}» is not a kind of stored record", "data/record_kinds.yaml lists them (R2)"
        )
    if not known.schemata & schema.ancestors:
        raise ill_formed(
            "schema", f"a {kind} is not a {schema.name}", f"it is one of {', '.join(sorted(known.schemata))} (R2)"
        )


def check_fact(fact: Fact, schema: Schema, terms: int, lists: CodeLists) -> None:
    """Raise Invalid when a fact is not what its property holds (R3)."""
    if not 0 <= fact.terms < terms:
        raise ill_formed(
            fact.property, "its terms are not in the record's list", "each fact is shared on stated terms (R3)"
        )
    value = fact.value
    if not is_seen(value) or len(value) > VALUE_CHARACTERS_MAX or not shows_as_stored(value):
        limit = f"1 to {VALUE_CHARACTERS_MAX} characters without control characters or directional overrides (R3)"
        raise ill_formed(fact.property, "the value is empty, too long, or holds control characters", limit)
    if fact.is_unknown_property:
        _check_property_name(fact.property)
        return
    known = schema.properties.get(fact.property)
    if known is None:
        raise ill_formed(fact.property, f"{schema.name} has no property «{fact.property[:40]}»", "see its schema (R3)")
    _check_value(value, known, lists)


def _check_property_name(name: str) -> None:
    if len(name) > PROPERTY_NAME_CHARACTERS_MAX or not is_line(name):
        limit = f"an unknown property's name is one line of 1 to {PROPERTY_NAME_CHARACTERS_MAX} characters (R3)"
        raise ill_formed("facts", "a property's name is empty, too long, or holds control characters", limit)


def _check_value(value: str, known: Property, lists: CodeLists) -> None:
    if known.type is PropertyType.ENTITY:
        raise ill_formed(known.name, "it names another record as text", "it is given as a link (R3)")
    if known.type is PropertyType.DATE and not is_possible_date(value):
        raise ill_formed(
            known.name, f"«{value[:20]}» is not a possible date", "a date is 1979, 1979-05 or 1979-05-04 (R3)"
        )
    if known.type is PropertyType.COUNTRY and value not in lists.countries:
        raise ill_formed(
            known.name, f"«{value[:20]}» is not a known country", "ISO 3166-1 alpha-2, user-assigned included (R3)"
        )


def _check_link(link: Link, schema: Schema, terms: int) -> None:
    known = schema.properties.get(link.property)
    if known is None or known.type is not PropertyType.ENTITY:
        raise ill_formed(link.property, f"{schema.name} has no link «{link.property[:40]}»", "see its schema (R3)")
    if not 0 <= link.terms < terms or "/" not in link.to:
        raise ill_formed(
            link.property, "the link has no terms, or no record id", "a record id is <body id>/<local id> (R3)"
        )


def _check_blob(blob: BlobReference, terms: int) -> None:
    check_file_name(blob.file_name, blob.media_type)
    if not 0 <= blob.terms < terms:
        raise ill_formed("blobs", "a file's terms are not in the record's list", "each is shared on stated terms (R20)")
    if not 0 < blob.size <= BLOB_BYTES_MAX:
        raise ill_formed(
            "blobs", f"a file has {size_said(blob.size)}", f"one has 1 byte to {size_said(BLOB_BYTES_MAX)} (R20)"
        )
    if not is_sealed_file(blob):
        form = f"the id of its chunks, a key of {KEY_BYTES} bytes and the SHA-256 of its bytes are stated (R20)"
        raise ill_formed("blobs", "a file's id, key or digest is not one", form)


def is_sealed_file(file: SealedFile) -> bool:
    """Say whether the id, the key and the digest of a sealed file have the form of one (R20)."""
    return is_blob_id(file.id) and len(file.key) == KEY_BYTES and bool(_SHA256.fullmatch(file.sha256))
