"""The verbs of the exchange: lines, held statements, what was set aside, routes, bundles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from entente.bodies.model import Body
from entente.exchange.bundles import LINE_BYTES_MAX, export, take_in
from entente.exchange.deciding import HELD_SHOWN_MAX, Held, HeldList, Hides, hides_nothing
from entente.exchange.model import STREAM_LANES, SetAside
from entente.exchange.ports import ExchangeUnit
from entente.kernel.canonical import INTEGER_MAX, Json, JsonObject
from entente.kernel.codec import to_json
from entente.kernel.errors import Conflict, EntenteError, Invalid
from entente.kernel.ids import OfficerId
from entente.node import Node
from entente.verbs.arguments import Arguments, looking
from entente.verbs.directory import last_heard
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb

REST = ".part"
"""The ending of a bundle that is being written; one that was cut keeps it."""


def _lines(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    asked_for = names.body_ids(arguments.texts("bodies"), "bodies")
    with node.exchange.open_view() as view:
        if arguments.flag("failing"):
            # Asked for by every desk that is open, twice a minute: whoever has a line that works is not read.
            failing = frozenset(view.outbox.failing())
            asked_for = failing & asked_for if asked_for else failing
            if not asked_for:
                return {"lines": [], **_waits(node, arguments)}
        own = view.bodies.own().id
        bodies = [one for one in view.bodies.bodies() if one.id != own and (not asked_for or one.id in asked_for)]
        heard = last_heard(view, [body.id for body in bodies])
        rows: list[Json] = [_line(node, view, body, names, heard.get(body.id)) for body in bodies]
    return {"lines": rows, **_waits(node, arguments)}


def _waits(node: Node, arguments: Arguments) -> JsonObject:
    """Return how much is held and set aside; of lines alone it is not counted."""
    if arguments.flag("lines_alone"):
        return {}
    return {"held": node.deciding.count_all_held().count, "aside": len(node.deciding.aside())}


def _line(node: Node, view: ExchangeUnit, body: Body, names: Names, heard: datetime | None) -> JsonObject:
    route = view.outbox.route(body.id)
    lines = [view.outbox.line(body.id, lane) for lane in STREAM_LANES]
    return {
        "body": names.ref(body.id),
        "waiting": view.outbox.count_waiting(body.id),
        "in_queue": view.outbox.count_open(body.id),
        "queue_most": node.exchange.queues.waiting_max,
        "relayed_for": view.relay.count_for(body.id),
        "via": names.code(route) if route else "",
        "heard": to_json(heard),
        "attempts": max((line.attempts for line in lines if line is not None), default=0),
        "why": next((line.why for line in lines if line is not None and line.why), ""),
    }


def _fetch(node: Node, arguments: Arguments) -> JsonObject:
    """Fetch from each body with an address; one that cannot be reached holds up no other, and is named with its reason."""
    names = names_of(node)
    rows: list[Json] = []
    for body in names.bodies.values():
        if body.id == names.own.id:
            continue
        came, why = 0, ""
        try:
            came = node.fetch(body.id)
        except EntenteError as error:
            why = f"{error.what} {error.why}"
        rows.append({"body": names.ref(body.id), "envelopes": came, "why": names.readable(why)})
        arguments.progress(len(rows))
    return {"fetched": rows, "held": node.deciding.count_all_held().count}


def _hides(node: Node, officer: OfficerId | None) -> Hides:
    """Return what says of which held things an officer may not know (docs/rules/cases.md C8, docs/rules/disclosure.md D11)."""
    return hides_nothing if officer is None else partial(node.correspondence.hidden_from, officer)


def _held(node: Node, arguments: Arguments) -> JsonObject:
    names, hides, to = names_of(node), _hides(node, looking(arguments)), arguments.optional_text("to")
    counts = node.deciding.count_held(hides)
    body, after = (
        names.body(to, "to").id if to else None,
        arguments.integer("after", default=0, least=0, most=INTEGER_MAX),
    )
    limit = arguments.integer("limit", default=HELD_SHOWN_MAX, least=0, most=HELD_SHOWN_MAX)
    # Every open desk asks how much it is, and for none of it.
    held = node.deciding.held(hides, body=body, after=after, limit=limit) if limit else HeldList((), None)
    bodies = sorted(counts, key=lambda one: (-counts[one].count, names.code(one)))
    return {
        "held": [_shown(one, names) for one in held.shown],
        "of": sum(one.count for one in counts.values()),
        "late": sum(one.late for one in counts.values()),
        "bodies": [{"body": names.ref(one), "held": counts[one].count, "late": counts[one].late} for one in bodies],
        "next_after": held.next_after,
    }


def _release(node: Node, arguments: Arguments) -> JsonObject:
    number = arguments.integer("number", default=0, least=1, most=INTEGER_MAX)
    officer = arguments.officer()
    return {"released": _shown(node.deciding.release(officer, number, _hides(node, officer)), names_of(node))}


def _release_all(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    body, officer = names.body(arguments.text("to"), "to"), arguments.officer()
    count, late = node.deciding.release_all(officer, body.id, arguments.progress, _hides(node, officer))
    return {"to": names.ref(body.id), "released": count, "late": late}


def _drop(node: Node, arguments: Arguments) -> JsonObject:
    number = arguments.integer("number", default=0, least=1, most=INTEGER_MAX)
    officer = arguments.officer()
    dropped = node.deciding.drop(officer, number, arguments.text("reason"), _hides(node, officer))
    return {"dropped": _shown(dropped, names_of(node))}


def _aside(node: Node, _: Arguments) -> JsonObject:
    names = names_of(node)
    return {"aside": [_set_aside(one, names) for one in node.deciding.aside()]}


def _retry(node: Node, _: Arguments) -> JsonObject:
    names = names_of(node)
    tried: list[Json] = [{**_set_aside(one, names), "still": why} for one, why in node.deciding.retry()]
    return {"tried": tried}


def _route(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    body, via = names.body(arguments.text("body"), "body"), arguments.optional_text("via")
    relay = names.body(via, "via") if via else None
    node.deciding.set_route(arguments.officer(), body.id, None if relay is None else relay.id)
    return {"body": names.ref(body.id), "via": names.ref(relay.id) if relay is not None else None}


def _export(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    recipient, file = names.body(arguments.text("to"), "to"), arguments.path("file")
    if recipient.id == names.own.id:
        raise Invalid(
            "A bundle is for another body.",
            field="to",
            why="Nothing waits here for ourselves.",
            do="Name the body that the bundle is carried to; «entente exchange lines» lists what waits for whom.",
        )
    envelopes = _write(file, export(node.exchange, recipient.id), arguments)
    return {"to": names.ref(recipient.id), "file": str(file), "bytes": file.stat().st_size, "batches": envelopes - 1}


def _import(node: Node, arguments: Arguments) -> JsonObject:
    file, answer = arguments.path("file"), arguments.path("answer")
    answers: list[bytes] = []
    try:
        with file.open("rb") as opened:
            lines = _while_there_is_room(node, iter(lambda: opened.readline(LINE_BYTES_MAX), b""))
            found = take_in(node.exchange, lines, answers.append, arguments.progress)
    except (OSError, ValueError) as error:
        raise _no_file(file, error) from error
    _write(answer, iter(answers), arguments)
    return {
        "file": str(file),
        "envelopes": found.envelopes,
        "answered": found.answered,
        "unreadable": list(found.unreadable),
        "answer": str(answer),
    }


def _while_there_is_room(node: Node, lines: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the lines of a bundle; raise Unavailable before one that the disk has no room for (docs/rules/node.md N4)."""
    for line in lines:
        node.disk.require_room()
        yield line


def _write(file: Path, lines: object, arguments: Arguments) -> int:
    """Write a bundle whole or not at all: under another name first, durable before it has its own."""
    count = 0
    try:
        part, is_there = file.with_name(file.name + REST), file.exists()
    except (OSError, ValueError) as error:
        raise _no_file(file, error) from error
    if is_there:
        raise Conflict(
            f"There is a file {file.name} already.",
            why="A bundle that waits to be carried is not overwritten.",
            do="Choose another name, or move that file away.",
        )
    try:
        with part.open("wb") as opened:
            for line in lines:  # type: ignore[attr-defined] # an iterator of bytes
                opened.write(line)
                count += 1
                arguments.progress(count)
            opened.flush()
            os.fsync(opened.fileno())
        part.rename(file)
    except (OSError, ValueError) as error:
        raise _no_file(file, error) from error
    return count


def _no_file(file: Path, error: OSError | ValueError) -> Invalid:
    return Invalid(
        f"The file {file.name[:100]} cannot be used.",
        field="file",
        why=f"The system says: {error.strerror if isinstance(error, OSError) else error}.",
        do="Name a file that the node's account may read or write, with room on its disk.",
    )


def _shown(held: Held, names: Names) -> JsonObject:
    one, outgoing = held.queued, held.queued.outgoing
    return {
        "number": one.number,
        "to": names.ref(outgoing.recipient),
        "kind": outgoing.statement.kind,
        "instrument": names.instrument_name(outgoing.instrument),
        "about": names.readable(outgoing.ref),
        "put_at": to_json(one.put_at),
        "held_since": to_json(one.since),
        "days_held": (held.at - one.since).days,
        "term": to_json(held.term),
        "is_late": held.is_late,
        "why": names.readable(one.reason),
    }


def _set_aside(one: SetAside, names: Names) -> JsonObject:
    return {
        "number": one.number,
        "from": names.ref(one.sender),
        "kind": one.statement.kind,
        "statement": one.statement.id,
        "reason": one.reason,
        "at": to_json(one.at),
    }


VERBS: tuple[Verb, ...] = (
    verb(
        "exchange_lines",
        _lines,
        "Say how the line to each body, to some, or to those it fails to, stands.",
        "bodies",
        "failing",
        "lines_alone",
    ),
    verb("exchange_fetch", _fetch, "Fetch what waits for us at each body."),
    verb("exchange_held", _held, "List what is held and not sent, with the reason.", "officer", "to", "after", "limit"),
    verb("exchange_release", _release, "Let a held statement leave, if it may now.", "officer", "number"),
    verb(
        "exchange_release_all", _release_all, "Let all leave that is held for a body, if it may now.", "officer", "to"
    ),
    verb("exchange_drop", _drop, "Take back a held statement for good.", "officer", "number", "reason"),
    verb("exchange_aside", _aside, "List the statements that this node failed at or does not know the kind of."),
    verb("exchange_retry", _retry, "Try to take in what was set aside."),
    verb("exchange_route", _route, "Reach a body through a relay it named, or directly.", "officer", "body", "via"),
    verb("exchange_export", _export, "Write what waits for a body into a bundle.", "to", "file"),
    verb("exchange_import", _import, "Take in a bundle and write its answer.", "file", "answer"),
)
