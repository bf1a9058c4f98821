"""The verb of imports: from a list or a table into our records, and of a named list what its newer issue has no more."""

from __future__ import annotations

from pathlib import Path
from time import sleep

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_object
from entente.kernel.errors import Invalid, Unavailable
from entente.kernel.ids import BodyId, OfficerId
from entente.node import Meaning, Node
from entente.records.importing import SLICE_ROWS_MAX, Import, ImportPlan
from entente.records.listed import Gone
from entente.records.listing import PERCENT_MAX, Delisting, ListIssue, check_list_name, count_listed
from entente.records.proposing import MappingChoice
from entente.verbs.arguments import Arguments
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb

QUEUE_PAUSE_SECONDS = 0.25
QUEUE_PAUSES_MAX = 120
"""In a row without one statement taken: half a minute, three times as long as a post may take by default."""


def _import(node: Node, arguments: Arguments) -> JsonObject:
    names, officer = names_of(node), arguments.officer()
    file, terms = arguments.path("file"), arguments.text("terms")
    rejects = arguments.optional_path("rejects") or Path(f"{file}.rejects.jsonl")
    recipients = names.body_ids(arguments.texts("share_with"), "share_with")
    meaning = meaning_of(node, names)
    node.disk.require_room()

    def kept(rows: int) -> None:
        arguments.file_share(opened.share())
        arguments.progress(rows)
        _require_room(node, rows)
        for body in sorted(recipients):
            _await_queue(node, body, rows, arguments)

    issue, withdraws = _issue(node, officer, arguments), arguments.flag("withdraw_gone")
    mapping = arguments.optional_text("mapping").encode()
    with (
        node.files.rejects(rejects) as on_reject,
        node.files.import_rows(file, terms.encode(), meaning, mapping) as opened,
    ):
        slice_ms_max = node.settings.import_slice_ms_max
        plan = ImportPlan(officer, recipients, kept, on_reject, slice_ms_max, issue, opened.standing)
        before = 0 if issue is None else count_listed(node.records, issue.name, officer)
        summary = Import(node.records, plan).run(opened.rows, str(rejects))
        gone = None
        if issue is not None:
            # Only here, where the whole file was read: what broke off before withdraws nothing.
            percent_max = arguments.integer("gone_percent_max", default=PERCENT_MAX, least=0, most=100)
            delisting = Delisting(node.records, issue, before, percent_max, slice_ms_max)
            gone = delisting.compare(officer, lambda: kept(summary.read), withdraws=withdraws)
    meanings = opened.meanings()
    losses: list[Json] = [
        {"reason": reason, "count": count, "meaning": meanings[reason]}
        for reason, count in sorted(opened.losses.items())
    ]
    return {
        "title": opened.title,
        "instrument": names.instrument_name(opened.instrument),
        "shared_with": [names.code(body) for body in sorted(recipients)],
        "left_out": dict(sorted(opened.dropped.items())),
        "passed_over": opened.passed_over(),
        "losses": losses,
        "summary": {**to_object(summary), "rejects_file": str(rejects) if summary.rejected else ""},
        "gone": _gone(gone, names) if gone is not None else None,
    }


def _issue(node: Node, officer: OfficerId, arguments: Arguments) -> ListIssue | None:
    """Return of which list the file is an issue; raise Invalid for what is no name of one, Refused where the officer may not."""
    name = arguments.optional_text("list")
    if not name:
        if arguments.flag("withdraw_gone"):
            raise Invalid(
                "Nothing was imported: what is gone can be told of a named list alone.",
                field="list",
                why="Records are withdrawn because a newer issue of their list has them no more, and no list was named.",
                do="Name the list with --list, the same name at each issue.",
            )
        return None
    check_list_name(name)
    # Judged before the first row, and not when all is imported.
    arguments.integer("gone_percent_max", default=PERCENT_MAX, least=0, most=100)
    if arguments.flag("withdraw_gone"):
        with node.records.open_unit() as unit:
            node.records.authorise(unit, officer, "withdraw_record", subject=name)
    return ListIssue(name)


def _gone(gone: Gone, names: Names) -> JsonObject:
    first: list[Json] = [names.record_name(record) for record in gone.first]
    return {**to_object(gone), "first": first}


def _suggest_mapping(node: Node, arguments: Arguments) -> JsonObject:
    """Propose the mapping of a table, with what was chosen in it; its first rows are read, and nothing is kept."""
    asked = () if arguments.given.get("chosen") is None else arguments.documents("chosen")
    columns = {one.text("column"): one.text("means") for one in (Arguments(column) for column in asked)}
    choice = MappingChoice(arguments.texts("keys"), arguments.optional_text("row_schema"), columns)
    found = node.files.suggest_mapping(arguments.path("file"), choice)
    return {
        "mapping": found.mapping,
        "row_schema": found.schema,
        "keys": [*found.keys],
        "columns": [to_object(one) for one in found.columns],
        "sample": found.sample,
        "counted": to_object(found.counted),
        "properties": [*found.properties],
    }


def _require_room(node: Node, rows: int) -> None:
    if why := node.disk.trouble():
        raise Unavailable(
            "The import stopped: the node's disk is nearly full.",
            why=f"{why} It ended at a durable step: rows kept: {rows}, and nothing is half-written.",
            do="Free space on the disk that holds the node's folder, then run the same import again: what is there stays.",
            retry_is_safe=True,
        )


def _await_queue(node: Node, body: BodyId, rows: int, arguments: Arguments) -> None:
    """Let a body take what waits for it before more is put in its queue; stop the import where it takes nothing (X32)."""
    wanted = min(SLICE_ROWS_MAX, node.exchange.queues.waiting_max // 2)
    if not node.exchange.queues.is_nearly_full(body, wanted):
        return
    waiting, pauses = _waiting(node, body), 0
    while waiting + wanted > node.exchange.queues.waiting_max:
        if pauses == QUEUE_PAUSES_MAX:
            raise _queue_full(names_of(node).code(body), waiting, rows)
        sleep(QUEUE_PAUSE_SECONDS)
        arguments.progress(rows)
        before, waiting = waiting, _waiting(node, body)
        pauses = 0 if waiting < before else pauses + 1


def _waiting(node: Node, body: BodyId) -> int:
    with node.exchange.open_view() as view:
        return view.outbox.count_open(body)


def _queue_full(code: str, waiting: int, rows: int) -> Unavailable:
    return Unavailable(
        f"The import stopped: {code} does not take what waits for it.",
        why=f"{waiting} statements wait for it, none was taken in {QUEUE_PAUSES_MAX * QUEUE_PAUSE_SECONDS:.0f} seconds, and its"
        f" queue is bounded (setting outbox_waiting_max). The import ended at a durable step: rows kept: {rows}.",
        do="Run the same import again once it takes them («entente exchange lines»): what is there stays, and it goes on where it"
        " stopped. Or import without sharing with it, and share later.",
        retry_is_safe=True,
    )


def meaning_of(node: Node, names: Names) -> Meaning:
    """Say what the short names in terms mean at this node."""
    return Meaning(
        names.own.id,
        node.clock.now().date(),
        lambda code: names.body(code, "terms").id,
        lambda name: names.instrument(name, "terms.instrument").instrument.id,
        names.own.is_exercise,
    )


VERBS: tuple[Verb, ...] = (
    verb(
        "record_import", _import, "Import records of ours from a file, under stated terms.",
        "officer", "file", "terms", "mapping", "rejects", "share_with", "list", "withdraw_gone", "gone_percent_max",
    ),
    verb(
        "record_mapping_suggest", _suggest_mapping, "Propose a mapping for a table that is to be imported.",
        "file", "keys", "row_schema", "chosen",
        is_long=True,
    ),
)  # fmt: skip
