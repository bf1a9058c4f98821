"""The verb `doctor`: what an operator looks at first when something is wrong. Changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from entente import __version__
from entente.agreements.cutting_off import CutOff
from entente.exchange.model import CLOCK_SKEW_SECONDS_MAX, PROTOCOL_VERSION
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import format_time
from entente.kernel.sizes import size_said
from entente.node import Node
from entente.records.gaps import WITHIN_HOURS
from entente.settings import SETTINGS
from entente.verbs.arguments import Arguments
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb

QUEUE_TENTHS = 8
"""A queue that is four fifths full is worth a line while there is still time to do something about it."""
INDEX_BEHIND_MOST = 1_000
"""Changes the index may lag before it is worth a line; it takes about a second of work."""


def _doctor(node: Node, arguments: Arguments) -> JsonObject:
    """Check everything; `quick` leaves out the trail, whose check reads it from its first row."""
    own = names_of(node).own
    if arguments.flag("quick"):
        with node.identity.open_view() as view:
            rows, trail = view.trail.frontier().size, list[Json]()
    else:
        proof = node.trail.verify(tuple(version.node_key for version in own.keys))
        rows, trail = proof.rows, [_check("trail", is_good=proof.is_sound, text=proof.finding)]
    checks: list[Json] = [
        *trail,
        _check_key(node),
        _check_clock(node),
        _check_state(node),
        *_checks_of_what_was_erased_since(node),
        _check_index(node, rows),
        _check_standing(node),
        *_checks_of_calls(node),
        _check_log(node),
        _check_disk(node),
        *_checks_of_web_processes(node),
        *(_check("database", is_good=is_good, text=text) for is_good, text in node.engine_checks()),
        _check_files(node),
        *_checks_of_stores_before(node),
        _check_erasures(node),
        _check_outbox(node),
        _check_held(node),
        _check_sources(node),
        _check_addresses(own.addresses),
        *_checks_of_a_cut_off(node),
    ]
    settings: list[Json] = [
        {
            "name": row.name,
            "value": _as_written(getattr(node.settings, row.name)),
            "unit": row.unit,
            "default": row.default,
            "help": row.help,
        }
        for row in SETTINGS
    ]
    return {
        "version": __version__,
        "protocol": PROTOCOL_VERSION,
        "store": node.engine,
        "body": own.code,
        "is_well": all(isinstance(check, dict) and check["is_good"] is True for check in checks),
        "checks": checks,
        "settings": settings,
    }


def _as_written(value: object) -> str:
    """Return a setting's value as it is written where it is set."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _status(node: Node, _: Arguments) -> JsonObject:
    """Say whether anything still waits to be sent or indexed: what a script waits for before it looks at another node."""
    position = node.identity.index.position()
    # Read after the index's position, so that «current» is never said of changes that came in between.
    with node.identity.open_view() as unit:
        is_index_current = not unit.records.changed_since(position, 1)
        rows = unit.trail.frontier().size
    return {
        "version": __version__,
        "trail_rows": rows,
        "index_position": position,
        "is_index_current": is_index_current,
        "is_everything_acknowledged": node.exchange.seconds_to_next() is None,
        "silent_sources": [names_of(node).code(one.source) for one in node.records.silent_sources(timedelta(0))],
        "state": node.state().mode.value,
        "troubles": [*node.troubles()],
        "cut_off": [_cut_off_text(one, names_of(node)) for one in node.cutting_off.standing()],
    }


def _check_key(node: Node) -> JsonObject:
    is_same = node.exchange.signer.public_key == names_of(node).own.current_keys.node_key
    text = (
        "The node's key file is the one its directory entry names."
        if is_same
        else "The node's key file is not the one that its directory entry names: nothing it signs is believed."
    )
    return _check("node_key", is_good=is_same, text=text)


def _check_clock(node: Node) -> JsonObject:
    trouble = node.clock_trouble() or _ahead(node)
    text = trouble or f"The machine's clock is past the last stamp; it is {_second(node.clock.now())}."
    return _check("clock", is_good=not trouble, text=text)


def _ahead(node: Node) -> str:
    """Say that others take our clock to be ahead: nothing here can tell by itself which of the two is wrong (N11)."""
    if not (bodies := node.exchange.refusing_as_ahead()):
        return ""
    codes = ", ".join(names_of(node).code(body) for body in bodies)
    return (
        f"{codes} refused what this node sent as from the future: its clock and theirs are more than {CLOCK_SKEW_SECONDS_MAX} "
        f"seconds apart. Here it is {_second(node.clock.now())}: hold that against network time, and set the clock "
        "right before it signs more."
    )


def _check_state(node: Node) -> JsonObject:
    state = node.state()
    if state.trouble:
        text = state.trouble
    elif state.restored_at is None:
        text = "This node was never restored from a backup."
    else:
        text = f"This node was restored on {_second(state.restored_at)} and has taken back what it had forgotten."
    return _check("state", is_good=not state.trouble, text=text)


def _checks_of_what_was_erased_since(node: Node) -> list[Json]:
    """Say of a restored node whether what was erased after its backup is erased again (docs/rules/node.md N12)."""
    state = node.state()
    if state.restored_at is None:
        return []
    until = state.erased_again_until
    known = "" if until is None else f"What was erased until {_second(until)} is erased here again."
    return [_check("erased_since", is_good=not state.owes_erasures, text=state.owes_erasures or known)]


def _check_index(node: Node, rows: int) -> JsonObject:
    position = node.identity.index.position()
    with node.identity.open_view() as unit:
        behind = unit.records.count_changed(position)
    sizes, trouble = node.identity.index.sizes(), node.index_trouble()
    text = (
        f"The index is durable up to change {position} of {rows}; changed records that wait for it: {behind}. "
        f"Entries in its live part: {sizes.live}, in its base: {sizes.base}."
    )
    fresh = "A fresh one is being made beside it." if node.identity.fresh is not None else ""
    said = " ".join(part for part in (text, fresh, trouble) if part)
    return _check("index", is_good=behind <= INDEX_BEHIND_MOST and not trouble, text=said.replace("\n", " "))


def _check_standing(node: Node) -> JsonObject:
    with node.identity.open_view() as view:
        text = f"Standing queries held against what comes in: {view.standing.count()}."
    trouble = node.standing_trouble().replace("\n", " ")
    return _check("standing", is_good=not trouble, text=f"{text} {trouble}".rstrip())


def _checks_of_calls(node: Node) -> list[JsonObject]:
    """Say whether officers can be called, where the body has a gateway (docs/rules/desk.md W43 to W45)."""
    if node.settings.paging == "off":
        return []
    calling, on = node.duty.calling, node.duty.roster.watch().now
    reached = sum(bool(entry.reach) for entry in on)
    trouble = f"{node.calling_trouble()} {calling.trouble}".strip().replace("\n", " ")
    text = f"Calls not taken: {calling.count_open()}; officers on the roster now: {len(on)}, of whom can be called: {reached}."
    return [_check("calls", is_good=bool(reached) and not trouble, text=f"{text} {trouble}".rstrip())]


def _check_log(node: Node) -> JsonObject:
    """Say how the log stands to the trail. One that is behind is not ill: a command brings it up when it needs it."""
    state = node.log.look()
    waiting = f"Rows of the trail that wait for it: {state.behind}." if state.behind else ""
    again = f"It was begun again: {node.log.begun_again}" if node.log.begun_again else ""
    aside = (
        f"The trail does not continue the earlier log in {', '.join(state.aside)}: the store was restored from an older copy, or"
        " rows were rewritten. Find out which; keep that folder as evidence somewhere else, and remove it here (T11)."
        if state.aside
        else ""
    )
    trouble = node.log_trouble().replace("\n", " ")
    text = " ".join(part for part in (state.finding, waiting, again, aside, trouble) if part)
    return _check("log", is_good=state.is_sound and not trouble, text=text)


def _check_files(node: Node) -> JsonObject:
    """Say how much room records' files have left. A node that has none left attaches and fetches no more, and does all else."""
    held, most = node.blobs.bytes_held(), node.settings.blobs_bytes_max
    text = f"Records' files take {size_said(held)} of {size_said(most)} (setting blobs_gb_max)."
    return _check("files", is_good=held < most, text=text)


def _check_disk(node: Node) -> JsonObject:
    trouble = node.disk.trouble()
    return _check("disk", is_good=not trouble, text=trouble or f"{node.disk.free_mb()} MiB are free beside the store.")


def _checks_of_web_processes(node: Node) -> list[Json]:
    if not node.web_processes:
        return []
    trouble = node.web_trouble()
    text = f"Web processes that answer on port {node.settings.web_port}: {node.web_processes} (rule N19)."
    return [_check("web", is_good=not trouble, text=trouble or text)]


def _checks_of_stores_before(node: Node) -> list[Json]:
    """Remind of the copies made before a migration: what is erased from now on is still in them."""
    return [
        _check(
            "copy",
            is_good=True,
            text=f"{name} is the store before a newer program brought it forward. Remove it once that program has proved itself: "
            "what is erased from now on is still in it.",
        )
        for name in node.backups.stores_before()
    ]


def _check_erasures(node: Node) -> JsonObject:
    """Say whether anything of what was erased may still stand in the store's file (docs/rules/records.md R11)."""
    with node.erasing.open_view() as view:
        left, waiting = view.erasures.not_compacted(), view.erasures.to_forget(1)
    text = "Nothing of what was erased is left in the store."
    if left or waiting:
        text = (
            f"Records erased since the store was last written anew: {left}. Copies of their ids may stand in its index "
            "pages. A small store is written anew within a minute; for a large one, run «entente erasure run» in a quiet hour."
        )
    return _check("erasures", is_good=True, text=text)


def _check_outbox(node: Node) -> JsonObject:
    due = node.exchange.recipients_due()
    codes = ", ".join(names_of(node).code(body) for body in due)
    text = f"Envelopes are due to {codes}." if due else "Nothing is overdue to any body."
    most, names = node.exchange.queues.waiting_max, names_of(node)
    with node.exchange.open_view() as view:
        counts = {body: view.outbox.count_open(body) for body in names.bodies if body != names.own.id}
    if long := [f"{names.code(body)} {count}" for body, count in counts.items() if count * 10 >= most * QUEUE_TENTHS]:
        full = (
            f"Queues that are full or soon will be, of {most} statements each (setting outbox_waiting_max): {', '.join(long)}. "
            "Then nothing more is shared with them or said to them; see «entente exchange lines» and «entente exchange held»."
        )
        text = f"{text} {full}"
    return _check("outbox", is_good=not long, text=text)


def _check_held(node: Node) -> JsonObject:
    """Say what waits for a person's decision. Nobody but an officer of this body ends it, so that a late one is worth a look."""
    shown, held = node.deciding.held(limit=1).shown, node.deciding.count_all_held()
    if not shown:
        return _check("held", is_good=True, text="No statement is held for a person's decision.")
    first = shown[0]
    text = (
        f"Statements held for a person's decision: {held.count}, the first put on {_second(first.queued.put_at)};"
        " see «entente exchange held»."
    )
    if held.late:
        late = (
            f"Past the 30 days in which they would have been delivered: {held.late}, the first since "
            f"{_second(first.term)}."
        )
        text = f"{text} {late}"
    return _check("held", is_good=not held.late, text=text)


def _check_sources(node: Node) -> JsonObject:
    """Name the silent sources. Why one is silent is seldom this node's doing, so that it is told and never a fault here."""
    names, said = names_of(node), []
    for one in node.records.silent_sources(timedelta(hours=WITHIN_HOURS)):
        code, hidden, soon = names.code(one.source), one.hidden, one.soon
        said.append(
            f"{code} is silent and was never heard: copies hidden: {hidden}, soon more: {soon}."
            if one.since is None
            else f"{code} is silent since {_second(one.since)}: copies hidden: {hidden}, soon more: {soon}."
        )
    text = " ".join(said) or f"No copy is hidden by a lease, nor will be within {WITHIN_HOURS} hours."
    return _check("sources", is_good=True, text=text)


def _checks_of_a_cut_off(node: Node) -> list[Json]:
    """Say that our body has cut itself off; that was its own decision, and no fault of the node."""
    return [
        _check("cut-off", is_good=True, text=_cut_off_text(one, names_of(node))) for one in node.cutting_off.standing()
    ]


def _cut_off_text(one: CutOff, names: Names) -> str:
    stopped = ", ".join(names.instrument_name(instrument) for instrument in one.instruments)
    goes_on = ", ".join(names.instrument_name(instrument) for instrument in one.goes_on)
    text = (
        f"This body has cut itself off since {_second(one.since)} by {one.document}, decided by {one.decided_by}, to be "
        f"looked at again on {one.review_on.isoformat()}. Stopped: {stopped}."
    )
    rest = f"Not stopped: {goes_on}."
    return f"{text} {rest}" if goes_on else text


def _check_addresses(addresses: tuple[str, ...]) -> JsonObject:
    text = f"Others reach this node at {', '.join(addresses)}." if addresses else (
        "This body has published no address: others cannot send to it. Say one with «entente body address»."
    )  # fmt: skip
    return _check("address", is_good=bool(addresses), text=text)


def _second(at: datetime) -> str:
    """Write a moment to the second."""
    return f"{format_time(at)[:19]}Z"


def _check(name: str, *, is_good: bool, text: str) -> JsonObject:
    return {"name": name, "is_good": is_good, "text": text}


VERBS: tuple[Verb, ...] = (
    verb("doctor", _doctor, "Check store, trail, log, keys, index, disk and settings.", "quick"),
    verb("status", _status, "Say whether anything waits to be sent or indexed."),
)
