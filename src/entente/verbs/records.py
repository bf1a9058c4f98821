"""The verbs of records: import, show, list, withdraw, share, say who can see; and of their files."""

from __future__ import annotations

from collections.abc import Sequence

from entente.disclosure.model import DisclosureClass
from entente.kernel.canonical import INTEGER_MAX, Json, JsonObject
from entente.kernel.codec import to_json, to_object
from entente.kernel.errors import NotFound
from entente.kernel.ids import OfficerId, RecordId
from entente.node import Node
from entente.records.blobs import Looking
from entente.records.holders import Listed
from entente.records.judging import SCHEMA, Conditions, Judgement, Verdict, judge_sameness
from entente.records.model import BlobReference, Record, StoredRecord
from entente.records.originals import original_seen
from entente.records.service import PAGE_RECORDS_MAX
from entente.records.unit_sights import UnitSight, unit_sights
from entente.verbs.arguments import Arguments
from entente.verbs.record_import import meaning_of
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb


def _show(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    shown = node.records.show(
        arguments.officer(),
        names.record(arguments.text("record")),
        arguments.text("purpose"),
        arguments.text("crime_area"),
        arguments.optional_text("case"),
    )
    return {
        "record": shown_record(shown.visible, names),
        "held_since": to_json(shown.stored.received_at),
        "received_from": names.code(shown.stored.received_from) if shown.stored.received_from else "",
        "decision": names.decision(shown.decision),
        "may_go_up_to": shown.ceiling.value if shown.ceiling is not None else "",
        "has_original": shown.has_original,
        "is_linked_to": shown.is_linked_to,
    }


def _list(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    page, total = node.records.page(
        arguments.officer(),
        arguments.text("purpose"),
        arguments.text("crime_area"),
        after=arguments.integer("after", default=0, least=0, most=INTEGER_MAX),
        limit=arguments.integer("limit", default=50, least=1, most=PAGE_RECORDS_MAX),
        kind=arguments.optional_text("kind"),
    )
    records: list[Json] = [_line(node, stored, names) for stored in page.records]
    return {
        "records": records,
        "of": total,
        "next_after": page.next_after,
        "silent_sources": names.gaps(page.gaps),
    }


def _withdraw(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    record = names.record(arguments.text("record"))
    # Whoever names the version they saw does not withdraw one that they did not see.
    version = None
    if arguments.given.get("version") is not None:
        version = arguments.integer("version", default=0, least=0, most=INTEGER_MAX)
    told = node.records.withdraw(arguments.officer(), record, arguments.text("reason"), version)
    return {"record": record, "name": names.record_name(record), "told": [names.ref(body) for body in told]}


def _share(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    wanted = [names.record(text) for text in arguments.texts("records")]
    recipients = names.body_ids(arguments.texts("recipients"), "recipients") or None
    sent = node.records.share(arguments.officer(), wanted, recipients)
    copies: list[Json] = [{"record": names.record_name(record), "to": names.ref(body)} for record, body in sent]
    return {"sent": copies}


def _who_can_see(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    record = names.record(arguments.text("record"))
    sights: list[Json] = [
        {
            "body": names.ref(one.body),
            "may_go_up_to": one.ceiling.value if one.ceiling is not None else "",
            "decision": names.decision(one.decision),
        }
        for one in node.records.who_can_see(arguments.officer(), record)
    ]
    return {
        "record": record,
        "name": names.record_name(record),
        "holders": _holders(node, arguments.officer(), record, names),
        "who": sights,
        "units": [
            {
                "unit": one.unit.id,
                "name": one.unit.name,
                "may_go_up_to": one.ceiling.value if one.ceiling is not None else "",
                "ground": {"number": one.ground.number, "text": one.ground.text},
            }
            for one in _unit_sights(node, arguments.officer(), record)
        ],
    }


def _unit_sights(node: Node, officer: OfficerId, record: RecordId) -> Sequence[UnitSight]:
    """Return how far our own units may go with a record; nothing of one that is gone."""
    try:
        return unit_sights(node.records, officer, record)
    except NotFound:
        return ()


def _holders(node: Node, officer: OfficerId, record: RecordId, names: Names) -> list[Json]:
    """Return who was sent a copy, and who confirmed that it is gone: promise 4 of DESIGN section 1."""
    return [
        {"body": names.ref(one.body), "version": one.version, "state": one.state.value, "at": to_json(one.at)}
        for one in node.records.who_holds(officer, record)
    ]


def _all_holders(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    found = node.records.holders(arguments.officer(), names.record(arguments.text("record")))
    listed: list[Json] = [listed_holder(one, names) for one in found.holders]
    return {
        "record": found.record,
        "name": names.record_name(found.record),
        "version": found.version,
        "withdrawn_at": to_json(found.withdrawn_at),
        "erase_on": to_json(found.erase_on),
        "is_expired": found.erase_on is not None and node.clock.now().date() >= found.erase_on,
        "erased_at": to_json(found.erased_at),
        "holders": listed,
    }


def listed_holder(one: Listed, names: Names) -> JsonObject:
    """Return how a record stands at one body, direct or onward, as answers show it."""
    return {
        "body": names.ref(one.body),
        "by": names.ref(one.forwarder) if one.forwarder is not None else None,
        "version": one.version,
        "state": one.state.value,
        "sent_at": to_json(one.sent_at),
        "stored_at": to_json(one.stored_at),
        "asked_at": to_json(one.asked_at),
        "confirmed_at": to_json(one.confirmed_at),
        "is_missing": one.is_missing,
    }


def shown_record(record: Record, names: Names) -> JsonObject:
    """Return a record, or what may be seen of it, as answers show it."""
    facts: list[Json] = [
        {
            "property": fact.property,
            "value": fact.value,
            "observation": fact.observation.value,
            "unknown_property": fact.is_unknown_property,
            "terms": fact.terms,
        }
        for fact in record.facts
    ]
    links: list[Json] = [
        {
            "property": link.property,
            "to": link.to,
            "name": names.record_name(link.to),
            "observation": link.observation.value,
        }
        for link in record.links
    ]
    return {
        "id": record.id,
        "name": names.record_name(record.id),
        "source": names.ref(record.source),
        "version": record.version,
        "schema": record.schema,
        "kind": record.kind,
        "at": to_json(record.at),
        "facts": facts,
        "links": links,
        "files": [_file(blob) for blob in record.blobs],
        "terms": _terms(record, names),
        "retention": to_object(record.retention),
    }


def _file(blob: BlobReference) -> JsonObject:
    """Say what a file is; its key stays in the node."""
    return {
        "name": blob.file_name,
        "media_type": blob.media_type.value,
        "bytes": blob.size,
        "sha256": blob.sha256,
        "blob": blob.id,
        "terms": blob.terms,
    }


def _terms(record: Record, names: Names) -> list[Json]:
    return [terms_shown(cls, names) for cls in record.terms]


def terms_shown(cls: DisclosureClass, names: Names) -> JsonObject:
    """Return on what terms facts are shared, as answers show it."""
    return {
        "instrument": names.instrument_name(cls.instrument),
        "purposes": to_json(cls.purposes),
        "crime_areas": to_json(cls.crime_areas),
        "handling": to_json(cls.handling),
        "confidentiality": cls.confidentiality,
        "evaluation": f"{cls.source_evaluation}{cls.information_evaluation}",
        "status": cls.status,
        "marks": to_json(cls.marks),
        "review": cls.review.value,
    }


def _line(node: Node, stored: StoredRecord, names: Names) -> JsonObject:
    record = stored.record
    schema = node.schemata.get(record.schema)
    captions = [value for name in (schema.caption if schema else ()) for value in record.values(name)]
    return {
        "id": record.id,
        "name": names.record_name(record.id),
        "caption": captions[0] if captions else record.local_id,
        "source": names.ref(record.source),
        "schema": record.schema,
        "kind": record.kind,
        "version": record.version,
    }


def _judge(node: Node, arguments: Arguments) -> JsonObject:
    names, officer = names_of(node), arguments.officer()
    cls, retention = node.files.record_terms(arguments.text("terms").encode(), meaning_of(node, names), SCHEMA)
    judgement = Judgement(
        left=names.record(arguments.text("left")),
        right=names.record(arguments.text("right")),
        verdict=arguments.choice("verdict", Verdict),
        evidence=arguments.text("evidence"),
        method=arguments.optional_text("method"),
    )
    conditions = Conditions(
        cls,
        retention,
        recipients=names.body_ids(arguments.texts("share_with"), "share_with"),
        purpose=arguments.text("purpose"),
        crime_area=arguments.text("crime_area"),
        case=arguments.optional_text("case"),
    )
    record = judge_sameness(node.records, officer, judgement, conditions)
    return {
        "judgement": record,
        "name": names.record_name(record),
        "left": names.record_name(judgement.left),
        "right": names.record_name(judgement.right),
        "verdict": judgement.verdict.value,
    }


def _original(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    record = names.record(arguments.text("record"))
    why = Looking(arguments.text("purpose"), arguments.text("crime_area"), arguments.optional_text("case"))
    fragment = original_seen(node.records, arguments.officer(), record, why)
    return {
        "record": record,
        "name": names.record_name(record),
        "file": fragment.file_name,
        "file_date": fragment.file_date,
        "file_sha256": fragment.file_sha256,
        "format": fragment.format,
        "text": fragment.data.decode("utf-8", errors="replace"),
    }


def _attach(node: Node, arguments: Arguments) -> JsonObject:
    node.disk.require_room()
    names, officer = names_of(node), arguments.officer()
    record, terms = names.record(arguments.text("record")), arguments.optional_text("terms")
    cls = None
    if terms:
        cls, _ = node.files.record_terms(terms.encode(), meaning_of(node, names), node.blobs.schema_of(officer, record))
    with node.files.attachment(arguments.path("file")) as plain:
        blob = node.blobs.attach(officer, record, plain, cls, arguments.progress)
    return {"record": record, "name": names.record_name(record), "file": _file(blob)}


def _detach(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    record = names.record(arguments.text("record"))
    blob = node.blobs.detach(arguments.officer(), record, arguments.text("file"))
    return {"record": record, "name": names.record_name(record), "file": _file(blob)}


def _blob(node: Node, arguments: Arguments) -> JsonObject:
    node.disk.require_room()
    names = names_of(node)
    record = names.record(arguments.text("record"))
    why = Looking(arguments.text("purpose"), arguments.text("crime_area"), arguments.optional_text("case"))
    officer, out, file = arguments.officer(), arguments.optional_path("out"), arguments.text("file")
    if out is None:
        # It is only brought here and checked: it is given to nobody by this.
        blob = node.blobs.bring_file(officer, record, file, why, arguments.progress)
        return {"record": record, "name": names.record_name(record), "file": _file(blob), "out": ""}
    with node.files.taken_out(out) as write:
        blob = node.blobs.open_file(officer, record, file, why, write, arguments.progress)
    return {"record": record, "name": names.record_name(record), "file": _file(blob), "out": str(out)}


VERBS: tuple[Verb, ...] = (
    verb(
        "record_show", _show, "Show what an officer may see of a record.",
        "officer", "record", "purpose", "crime_area", "case",
    ),
    verb(
        "record_list", _list, "List what an officer may see.",
        "officer", "purpose", "crime_area", "after", "limit", "kind",
    ),
    verb(
        "record_judge", _judge, "Judge two records to be, or not to be, of one thing.",
        "officer", "left", "right", "verdict", "evidence", "method", "terms", "share_with", "purpose", "crime_area", "case",
    ),
    verb(
        "record_original", _original, "Show the part of a file that a record of ours was made from.",
        "officer", "record", "purpose", "crime_area", "case",
    ),
    verb(
        "record_attach", _attach, "Attach a file to a record of ours.", "officer", "record", "file", "terms",
    ),
    verb("record_detach", _detach, "Take a file off a record of ours.", "officer", "record", "file"),
    verb(
        "record_blob", _blob, "Take a file out of a record, fetching it first where it is not here.",
        "officer", "record", "file", "out", "purpose", "crime_area", "case",
    ),
    verb("record_withdraw", _withdraw, "Withdraw one of our records everywhere.", "officer", "record", "reason", "version"),
    verb("record_share", _share, "Send copies of our records.", "officer", "records", "recipients"),
    verb("record_holders", _all_holders, "Say who holds copies of a record, how far each end came.", "officer", "record"),
    verb("record_who_can_see", _who_can_see, "Say who can see one of our records, and why.", "officer", "record"),
)  # fmt: skip
