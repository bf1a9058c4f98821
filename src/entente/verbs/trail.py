"""The verbs of the trail: read it, verify it, prove from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from entente.bodies.authority import authorise
from entente.kernel.canonical import INTEGER_MAX, Json, JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.codec import to_json, to_object
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.ids import OfficerId
from entente.kernel.ports import Act, TrailRow
from entente.node import Node
from entente.trail.checkpoint import keys_of
from entente.trail.ports import Wanted
from entente.trail.proving import continues, judge_file, prove_continuation
from entente.verbs.arguments import Arguments
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb

ROWS_MAX = 1_000
"""Rows in one answer, about 1 MB."""
NOTHING = "-"
"""What no row is about."""
_WITHHELD: JsonObject = {"subject": "", "subject_name": "", "detail": {}, "is_withheld": True}
_NARROWED = ("act", "by", "since", "until", "before")


def _show(node: Node, arguments: Arguments) -> JsonObject:
    names, about = names_of(node), arguments.optional_text("about")
    limit = arguments.integer("limit", default=20, least=1, most=ROWS_MAX)
    with node.directory.open_unit() as unit:
        authorise(
            unit,
            arguments.officer(),
            "read_trail",
            subject=about or "latest",
            now=node.clock.now(),
            lists=node.lists,
            record=node.directory.record,
        )
    officer, subject = arguments.officer(), _subject(about, names) if about else ""
    if about and (not node.cases.is_known(about, officer) or node.correspondence.is_beyond(subject, officer)):
        # As of a number that no case has (docs/rules/cases.md C8), and of an item that is not there (disclosure.md D11).
        subject = NOTHING
    if about and not any(arguments.given.get(name) for name in _NARROWED):
        rows = node.trail.about(subject, limit)
        return {
            "rows": rows_shown(node, rows, officer, names, about=True),
            "next_before": None,
            "looked_to": None,
        }
    before = arguments.integer("before", default=0, least=0, most=INTEGER_MAX)
    wanted = Wanted(
        subject,
        arguments.optional_text("act"),
        arguments.optional_text("by"),
        _moment(arguments, "since"),
        _moment(arguments, "until"),
    )
    found = node.trail.search(wanted, before or None, limit)
    return {
        "rows": rows_shown(node, found.rows, officer, names, about=bool(about)),
        "next_before": found.next_before,
        "looked_to": to_json(found.looked_to),
    }


def _moment(arguments: Arguments, name: str) -> datetime | None:
    text = arguments.optional_text(name)
    return parse_time(text, name) if text else None


def _verify(node: Node, _: Arguments) -> JsonObject:
    own = names_of(node).own
    proof = node.trail.verify(tuple(version.node_key for version in own.keys))
    log = node.log.verify()
    found: JsonObject = {"is_sound": log.is_sound, "rows": log.rows, "behind": log.behind, "finding": log.finding}
    return {"proof": to_object(proof), "log": found, "body": own.code}


def _checkpoint(node: Node, arguments: Arguments) -> JsonObject:
    published = node.log.publish(arguments.progress)
    tree, own = published.checkpoint, names_of(node).own
    # Newest first; a change of heads leaves the node's key as it is.
    keys = keys_of(own.id, dict.fromkeys(version.node_key for version in reversed(own.keys)))
    return {
        "note": published.note,
        "origin": tree.origin,
        "size": tree.size,
        "root": tree.root.hex(),
        "verifier_keys": [key.text for key in keys],
    }


def _continues(node: Node, arguments: Arguments) -> JsonObject:
    own = names_of(node).own
    note = arguments.text("checkpoint").encode("utf-8")
    node_keys = tuple(version.node_key for version in own.keys)
    return {"proof": to_object(continues(node.log, note, node_keys, arguments.progress)), "body": own.code}


def _prove(node: Node, arguments: Arguments) -> JsonObject:
    since = arguments.integer("since", default=0, least=0, most=INTEGER_MAX)
    return {"continuation": to_object(prove_continuation(node.log, since, arguments.progress))}


def _export(node: Node, arguments: Arguments) -> JsonObject:
    officer, withheld = arguments.officer(), node.correspondence.withheld_among
    proof = node.cases.prove(
        officer, arguments.text("case"), node.log, arguments.progress, lambda rows: withheld(rows, officer)
    )
    return {"case_proof": to_object(proof)}


def _judge(node: Node, arguments: Arguments) -> JsonObject:
    """Judge what a body took out of its trail, by the keys of whom the directory has under the id that it names."""
    document = arguments.document("proof")
    body = next((one for one in names_of(node).bodies.values() if one.id == document.get("body")), None)
    if body is None:
        raise Invalid(
            "The file is not of a body of this node's directory.",
            field="proof",
            why="A proof counts for the body whose id you know by another way, and the file's own word for it is none.",
            do="Enter the body first, or check the file with «entente trail verify --file» and the body's id.",
        )
    found = judge_file(document, body.id, None, node.clock.now(), node.lists.countries)
    return {"proof": to_object(found), "body": body.code}


def _sealed_query(node: Node, arguments: Arguments) -> JsonObject:
    """Hand a search's query to the data protection officer as it was sealed; the look is itself a row."""
    sequence = arguments.integer("row", default=0, least=1, most=INTEGER_MAX)
    with node.directory.open_unit() as unit:
        officer = authorise(
            unit,
            arguments.officer(),
            "read_sealed_queries",
            subject=str(sequence),
            now=node.clock.now(),
            lists=node.lists,
            record=node.directory.record,
        )
        row = next(iter(unit.trail.rows(sequence - 1, 1)), None)
        if row is None or row.sequence != sequence or "query_sealed" not in row.act.detail:
            raise NotFound
        if node.correspondence.withheld_among([row], officer.id):
            # What such a row is about is told by its query too.
            raise NotFound
        search, sealed = row.act.detail["search"], row.act.detail["query_sealed"]
        node.directory.record(
            unit, Act("read_sealed_queries", unit.bodies.own().id, officer.id, str(sequence), {"search": search})
        )
        unit.commit()
    return {"row": sequence, "search": search, "query_sealed": sealed}


def _subject(about: str, names: Names) -> str:
    """Return what the trail calls a thing: the id of a body or instrument named by its code, else what was given."""
    body = next((one.id for one in names.bodies.values() if about == one.code), None)
    instrument = next((one.instrument.id for one in names.instruments.values() if about == one.instrument.name), None)
    record = names.record(about) if about.partition("/")[0] in {one.code for one in names.bodies.values()} else None
    return body or instrument or record or about


def rows_shown(
    node: Node, rows: Sequence[TrailRow], officer: OfficerId, names: Names, *, about: bool = False
) -> list[Json]:
    """Return rows as an officer reads them: those that name what their unit keeps from them say no more than that they are.

    Where rows `about` one thing were asked for they are left out: that they are about it is said by no more than their place.

    Source: docs/rules/disclosure.md D11.
    """
    withheld = node.correspondence.withheld_among(rows, officer)
    if about:
        rows = [row for row in rows if row.sequence not in withheld]
    return [{**_row(row, names), **(_WITHHELD if row.sequence in withheld else {"is_withheld": False})} for row in rows]


def _row(row: TrailRow, names: Names) -> JsonObject:
    return {
        "sequence": row.sequence,
        "at": to_json(row.at),
        "verb": row.act.verb,
        "body": names.ref(row.act.body),
        "officer": row.act.officer,
        "subject": row.act.subject,
        "subject_name": names.readable(row.act.subject),
        "detail": names.readable_json(row.act.detail),
        "root": row.root.hex(),
    }


VERBS: tuple[Verb, ...] = (
    verb(
        "trail_show",
        _show,
        "Show the rows of the trail, newest first, or those about one thing.",
        "officer",
        "about",
        "limit",
        *_NARROWED,
    ),
    verb("trail_query", _sealed_query, "Hand over the sealed query of a search.", "officer", "row"),
    verb(
        "trail_verify",
        _verify,
        "Recompute the whole trail, hold the log against it, and say what was found.",
        is_long=True,
    ),
    verb("trail_checkpoint", _checkpoint, "Bring the log up and give its newest signed checkpoint."),
    verb("trail_continues", _continues, "Say whether the log continues an earlier checkpoint of it.", "checkpoint"),
    verb("trail_prove", _prove, "Prove that the log continues its first rows.", "since"),
    # Ten thousand rows with a proof each take seconds.
    verb("trail_judge", _judge, "Judge an exported case, or a proof that a log continues.", "proof", is_long=True),
    verb("trail_export", _export, "Make the file that proves what the trail holds of a case.", "officer", "case"),
)
