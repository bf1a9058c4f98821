"""The verbs of erasure: erase a record, keep house, list what was erased and what came again, files of tombstones."""

from __future__ import annotations

from entente.kernel.canonical import INTEGER_MAX, Json, JsonObject
from entente.kernel.codec import to_json, to_object
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.records import listed_holder
from entente.verbs.references import names_of
from entente.verbs.verb import Verb, verb

ROWS_MAX = 1_000
"""Rows in one answer, about 1 MB."""


def _erase(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    record = names.record(arguments.text("record"))
    done = node.erasing.erase(arguments.officer(), record, arguments.text("reason"))
    return {
        "erased": done.stand_in,
        "name": names.record_name(done.stand_in),
        "told": [names.ref(body) for body in done.told],
    }


def _run(node: Node, arguments: Arguments) -> JsonObject:
    done = node.erasing.run(is_asked=True, progress=arguments.progress)
    older: list[Json] = [*node.backups.stores_before()]
    return {**to_object(done), "is_index_clean": node.clean_index(), "older_copies": older}


def _list(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    limit = arguments.integer("limit", default=50, least=1, most=ROWS_MAX)
    after = arguments.integer("after", default=0, least=0, most=INTEGER_MAX)
    found = node.erasing.tombstones(arguments.officer(), after, limit)
    rows: list[Json] = [
        {
            "erased": made.stand_in,
            "name": names.record_name(made.stand_in),
            "source": names.ref(made.source),
            "at": to_json(made.erased_at),
            "ground": made.ground.value,
            "reason": made.reason,
            "row": made.sequence,
            "holders": [listed_holder(one, names) for one in holders],
        }
        for made, holders in found
    ]
    return {"erasures": rows, "next_after": found[-1][0].sequence if len(found) == limit else None}


def _reentries(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    limit, officer = arguments.integer("limit", default=50, least=1, most=ROWS_MAX), arguments.officer()
    found = node.erasing.seen_again(officer, limit)
    # That it came again is whoever erases' to know; as what, with the record that it came as (docs/rules/disclosure.md D11).
    beyond = node.correspondence.beyond_among({record for _, record in found if record}, officer)
    rows: list[Json] = [
        {
            "erased": seen.stand_in,
            "erased_name": names.record_name(seen.stand_in),
            "how": seen.how.value,
            "came_as": "" if record in beyond else record,
            "came_as_name": "" if record in beyond else names.record_name(record),
            "first_at": to_json(seen.first_at),
            "last_at": to_json(seen.last_at),
            "times": seen.times,
            "row": seen.sequence,
        }
        for seen, record in found
    ]
    return {"reentries": rows}


def _export(node: Node, arguments: Arguments) -> JsonObject:
    officer, file = arguments.officer(), arguments.path("file")
    kept = node.erasing.kept(officer)
    node.tombstone_files.write(file, names_of(node).own.id, node.clock.now(), kept)
    return {"file": str(file), "tombstones": len(kept)}


def _import(node: Node, arguments: Arguments) -> JsonObject:
    officer, file = arguments.officer(), arguments.path("file")
    written_at, kept = node.tombstone_files.read(file, names_of(node).own.id)
    done = node.erasing.replay(officer, kept, written_at)
    return {**to_object(done), "written_at": to_json(written_at), "is_index_clean": node.clean_index()}


def _declare_none(node: Node, arguments: Arguments) -> JsonObject:
    return {"restored_at": to_json(node.erasing.declare_none(arguments.officer()))}


VERBS: tuple[Verb, ...] = (
    verb("record_erase", _erase, "Erase one of our records for good, here and at every holder.", "officer", "record", "reason"),
    verb("erasure_run", _run, "Erase what is due, and put what was erased out of every file."),
    verb("erasure_list", _list, "List what was erased, and who confirmed it.", "officer", "after", "limit"),
    verb("erasure_reentries", _reentries, "List what was erased and came again.", "officer", "limit"),
    verb("erasure_export", _export, "Write what was erased to a file, for a restored backup.", "officer", "file"),
    verb("erasure_import", _import, "Erase again what a restored backup brought back.", "officer", "file"),
    verb("erasure_declare_none", _declare_none, "Say that nothing was erased after the backup.", "officer"),
)  # fmt: skip
