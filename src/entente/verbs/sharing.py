"""The verbs of the matrix: who shares what with whom under which right, a page of counterparts at a time, or all for two."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from entente.agreements.model import Measure, Right
from entente.agreements.sharing import Flow, FlowState, Shared, Standing, Terms, shared_between
from entente.agreements.stops import Stop
from entente.bodies.finding import find_bodies, page_of
from entente.bodies.model import Body, MembershipStatus
from entente.bodies.rules import resolve_group
from entente.bodies.succession import stands_for
from entente.disclosure.model import Situation
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.directory import named_group, offset_and_limit, where
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb


class Narrowed(StrEnum):
    """To which counterparts the matrix is narrowed."""

    STOPPED = "stopped"
    """Some flow between the two is stopped, in part or whole."""
    OPEN = "open"
    """Something flows, and nothing is stopped."""
    NOTHING = "nothing"
    """No instrument is in force between the two."""


def _matrix(node: Node, arguments: Arguments) -> JsonObject:
    names, situation = names_of(node), node.disclosure.situation()
    wanted = arguments.optional_text("body")
    body = names.body(wanted, "body") if wanted else names.own
    terms = terms_asked(node, names, situation, arguments.optional_text("instrument"))
    narrowed = arguments.choice("state", Narrowed) if arguments.optional_text("state") else None
    counterparts = _counterparts(node, arguments, names, body)
    if narrowed is not None:
        # What is shared is asked of all of them only where it decides who is shown.
        counterparts = tuple(
            other for other in counterparts if _is_wanted(tuple(shared_between(body.id, other.id, terms)), narrowed)
        )
    page = page_of(counterparts, *offset_and_limit(arguments))
    rows: list[Json] = [
        _row(other, tuple(shared_between(body.id, other.id, terms)), situation, names) for other in page.shown
    ]
    return {"body": names.ref(body.id), "rows": rows, **where(page)}


def terms_asked(node: Node, names: Names, situation: Situation, instrument: str = "") -> Terms:
    """Return what the matrix is worked out by now: the instruments in force, or the one of them that is named."""
    only = names.instrument(instrument).instrument.id if instrument else None
    return Terms(
        tuple(
            Standing(held.state, held.parties)
            for held in situation.instruments.values()
            if held.is_in_force and only in {None, held.state.instrument.id}
        ),
        situation.successors,
        node.lists,
        node.clock.now(),
    )


def _counterparts(node: Node, arguments: Arguments, names: Names, body: Body) -> tuple[Body, ...]:
    today = node.clock.now().date()
    among = None
    if wanted := arguments.optional_text("group"):
        group = named_group(node, names, wanted)
        among = frozenset(str(one) for status in MembershipStatus for one in resolve_group(group, status, today))
    countries = node.lists.countries
    standing = (one for one in names.bodies.values() if one.id != body.id and one.succeeded_by is None)
    text = arguments.optional_text("text")
    return find_bodies(standing, text, today, among=among, called=lambda code: countries.get(code, ""))


def _is_wanted(shared: tuple[Shared, ...], narrowed: Narrowed) -> bool:
    match narrowed:
        case Narrowed.STOPPED:
            return any(not one.is_open for one in shared)
        case Narrowed.OPEN:
            return bool(shared) and all(one.is_open for one in shared)
        case Narrowed.NOTHING:
            return not shared


def _row(other: Body, shared: Sequence[Shared], situation: Situation, names: Names) -> JsonObject:
    cells: dict[str, Json] = {}
    for right in Right:
        cells[right.value] = [_cell(one, names) for one in shared if one.right is right]
    return {
        "body": names.ref(other.id),
        "country": other.country,
        "rights": cells,
        "measures": [measure_line(one) for one in measures_toward(other.id, situation)],
    }


def _cell(one: Shared, names: Names) -> JsonObject:
    return {
        "instrument": one.instrument,
        "name": names.instrument_name(one.instrument),
        "gives": _flow(one.gives, names),
        "gets": _flow(one.gets, names),
    }


def _flow(flow: Flow, names: Names) -> JsonObject:
    answer: JsonObject = {"state": flow.state.value, "flowing": [*flow.flowing]}
    if flow.state is not FlowState.OPEN:
        answer |= {"stopped": [*flow.stopped], "stops": [_stop(one, names) for one in flow.stops]}
    return answer


def _stop(stop: Stop, names: Names) -> JsonObject:
    since = stop.suspension.since if stop.suspension is not None else stop.stand.at if stop.stand is not None else None
    return {
        "author": names.ref(stop.author),
        "how": stop.how.value,
        "since": to_json(since),
        "suspension": stop.suspension.id if stop.suspension is not None else "",
        "reason": stop.suspension.reason if stop.suspension is not None else "",
    }


def measures_toward(body: BodyId, situation: Situation) -> tuple[Measure, ...]:
    """Return the measures toward a body whose term has not ended (agreements.md A6)."""
    return tuple(one for one in situation.measures if stands_for(one.target, situation.successors) == body)


def measure_line(measure: Measure) -> JsonObject:
    """Return what a line says of a measure toward the body that it is about."""
    return {"policy": measure.policy.value, "since": to_json(measure.since), "until": to_json(measure.until)}


def _pair(node: Node, arguments: Arguments) -> JsonObject:
    names, situation = names_of(node), node.disclosure.situation()
    one, other = (names.body(arguments.text(name), name) for name in ("body", "counterpart"))
    if one.id == other.id:
        raise Invalid(
            "A body shares nothing with itself.",
            field="counterpart",
            why="What is shared is asked between two bodies (docs/rules/agreements.md A11).",
            do="Name two bodies.",
        )
    shared = tuple(shared_between(one.id, other.id, terms_asked(node, names, situation)))
    instruments: list[Json] = []
    for instrument in dict.fromkeys(item.instrument for item in shared):
        rights: list[Json] = [
            {"right": item.right.value, **_cell(item, names)} for item in shared if item.instrument == instrument
        ]
        terms = names.instruments[instrument].instrument
        instruments.append({"id": instrument, "name": terms.name, "title": terms.title, "rights": rights})
    return {
        "body": names.ref(one.id),
        "counterpart": names.ref(other.id),
        "instruments": instruments,
        "measures": [
            {"target": names.ref(body), **measure_line(measure)}
            for body in (one.id, other.id)
            for measure in measures_toward(body, situation)
        ],
    }


VERBS: tuple[Verb, ...] = (
    verb(
        "sharing_matrix", _matrix, "Say who shares what with whom under which right, with what stops it.",
        "body", "text", "group", "instrument", "state", "offset", "limit",
    ),
    verb("sharing_pair", _pair, "Say all that two bodies share, with what stops it.", "body", "counterpart"),
)  # fmt: skip
