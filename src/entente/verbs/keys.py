"""The verbs of a body's keys: draft a change, take it back signed, show the history; and what is in doubt.

Heads' keys never enter the node: a draft goes out, a signed statement comes back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from entente.bodies.authority import authorise
from entente.bodies.ceremony import read_head
from entente.bodies.model import Body, Compromise, KeyVersion
from entente.bodies.rotation import STORED
from entente.bodies.rules import CLOCK_SKEW_MAX, compromises
from entente.bodies.statements import DirectoryKind
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json
from entente.kernel.ids import KeyId, OfficerId, RecordId
from entente.kernel.ports import Delivery, TrailRow
from entente.kernel.signing import key_id
from entente.kernel.statement import from_json as statement_from_json
from entente.node import Node
from entente.records.model import StoredRecord
from entente.verbs.arguments import Arguments
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb

ROWS_READ_MAX = 10_000
"""Rows of one body read for its doubts, about 10 MB; the answer says when there are more."""
NOT_BY_NODE_KEY = frozenset({
    "genesis", "keys", "instrument_signature", "participation", "measure",  # signed by heads
    "envelope_taken_in", "envelope_set_aside", "envelope_forked", "statement_set_aside", "delivery_refused",
    "records_in_doubt", "introduce_by_hand",  # what this node noted itself
})  # fmt: skip
"""Acts in the trail under a body's name that no node key of it vouches for."""
HEADS_OF_A_CHANGE_MAX = 1_000
"""Asked for in one number, so that a wrong one is refused by its rule (B1) and not by its form."""


def _draft(node: Node, arguments: Arguments) -> JsonObject:
    since = arguments.optional_text("compromised_since")
    return node.directory.draft_keys(
        arguments.officer(),
        add_heads=[read_head(head) for head in arguments.documents("add_heads")],
        remove_heads=frozenset(KeyId(text) for text in arguments.texts("remove_heads")),
        threshold=arguments.integer("threshold", default=0, least=0, most=HEADS_OF_A_CHANGE_MAX) or None,
        compromised_since=arguments.moment("compromised_since", node.clock.now()) if since else None,
    )


def _submit(node: Node, arguments: Arguments) -> JsonObject:
    statement = statement_from_json(arguments.document("statement"))
    body = node.directory.change_keys(arguments.officer(), statement)
    keys = body.current_keys
    with node.disclosure.open_unit() as unit:
        told = len(unit.outbox.deliveries(statement.id))
    return {
        "code": body.code,
        "version": keys.version,
        "node": key_id(keys.node_key),
        "sealing": key_id(keys.sealing_key),
        "told": told,
        "compromised_since": to_json(keys.compromised_since),
    }


def _show(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    wanted = arguments.optional_text("body")
    body = names.body(wanted, "body") if wanted else names.own
    told: Mapping[int, Sequence[Delivery]] = {}
    if body.id == names.own.id:
        with node.disclosure.open_unit() as unit:
            told = node.directory.told(unit, body)
    versions: list[Json] = [{**_version(body, keys), **_known(told.get(keys.version, ()), names)} for keys in body.keys]
    return {"code": body.code, "body": body.id, "versions": versions}


def _version(body: Body, keys: KeyVersion) -> JsonObject:
    later = [one for one in body.keys if one.version == keys.version + 1]
    return {
        "version": keys.version,
        "is_current": not later,
        "valid_from": to_json(keys.valid_from),
        "valid_until": to_json(later[0].valid_from) if later else None,
        "threshold": keys.threshold,
        "heads": [key_id(key) for key in keys.root_keys],
        "node": key_id(keys.node_key),
        "sealing": key_id(keys.sealing_key),
        # Said by the version after it, which took its place.
        "compromised_since": to_json(later[0].compromised_since) if later else None,
    }


def _known(told: Sequence[Delivery], names: Names) -> JsonObject:
    return {
        "known_to": [names.code(one.recipient) for one in told if one.state == STORED],
        "not_known_to": [names.code(one.recipient) for one in told if one.state != STORED],
    }


def _doubts(node: Node, arguments: Arguments) -> JsonObject:
    """Say what came from a body under keys that it declared compromised, as the trail has it; the look is a row."""
    names = names_of(node)
    body, officer = names.body(arguments.text("body"), "body"), arguments.officer()
    with node.directory.open_unit() as unit:
        authorise(
            unit,
            officer,
            "read_trail",
            subject=body.id,
            now=node.clock.now(),
            lists=node.lists,
            record=node.directory.record,
        )
    known = compromises(replace(body, keys=body.keys[:1]), body)
    declared: list[Json] = [_doubt(node, one, officer, names) for one in known]
    return {"code": body.code, "body": body.id, "declared": declared}


def _doubt(node: Node, one: Compromise, officer: OfficerId, names: Names) -> JsonObject:
    since = one.since - CLOCK_SKEW_MAX
    rows = node.trail.said_by(one.body, since, node.clock.now(), ROWS_READ_MAX)
    under = [row for row in takewhile(lambda row: not _ends(row, one), rows) if row.act.verb not in NOT_BY_NODE_KEY]
    # As the trail itself is read (docs/rules/disclosure.md D11): such a row is there, and names nothing.
    withheld = node.correspondence.withheld_among(under, officer)
    of_records = [RecordId(row.act.subject) for row in under if _is_record(row) and row.sequence not in withheld]
    with node.records.open_unit() as unit:
        in_doubt = sum(_is_in_doubt(unit.records.get(record)) for record in of_records)
    items: list[Json] = [_item(row, names, is_withheld=row.sequence in withheld) for row in under]
    return {
        "version": one.version,
        "key": one.node_key,
        "since": to_json(one.since),
        "items": items,
        "is_complete": len(rows) < ROWS_READ_MAX,
        "records_not_shown": in_doubt,
    }


def _item(row: TrailRow, names: Names, *, is_withheld: bool) -> JsonObject:
    return {
        "row": row.sequence,
        "at": to_json(row.at),
        "kind": row.act.verb,
        "subject": "" if is_withheld else row.act.subject,
        "subject_name": "" if is_withheld else names.readable(row.act.subject),
        "statement": "" if is_withheld else row.act.detail.get("statement", ""),
    }


def _ends(row: TrailRow, one: Compromise) -> bool:
    """Say whether at this row the version after the compromised one was taken in: from there on its key was refused."""
    return row.act.verb == DirectoryKind.KEYS and row.act.detail.get("version") == one.version + 1


def _is_record(row: TrailRow) -> bool:
    return row.act.verb == "accept_record"


def _is_in_doubt(stored: StoredRecord | None) -> bool:
    return stored is not None and stored.doubted_at is not None


VERBS: tuple[Verb, ...] = (
    verb(
        "keys_draft", _draft, "Make new keys for the node and return the change for our heads to sign.",
        "officer", "add_heads", "remove_heads", "threshold", "compromised_since",
    ),
    verb("keys_submit", _submit, "Take back a change of keys with our heads' signatures.", "officer", "statement"),
    verb("body_doubts", _doubts, "List what came under keys a body declared compromised.", "officer", "body"),
    verb("keys_show", _show, "Show a body's key versions, and who knows ours.", "body"),
)  # fmt: skip
