"""GET /: the node's one read-only page. Who I am, which instruments are in force, the latest acts, how the node stands.

It shows no personal data, and of acts those of governance alone, each with its verb, the body and, where it was about a body or
an instrument, which one. Whoever reaches the node may read it, as one reads the plate beside a door: that there was a hit, from
whom and when, or that a case was opened, is nothing for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from entente import __version__
from entente.agreements.cutting_off import CutOff
from entente.agreements.model import InstrumentState, Suspension
from entente.bodies.model import Body
from entente.disclosure.model import InForce
from entente.exchange.model import PROTOCOL_VERSION
from entente.kernel.exercise import EXERCISE_WORD
from entente.kernel.ids import BodyId, InstrumentId
from entente.kernel.ports import TrailRow
from entente.kernel.signing import key_id
from entente.node import Node
from entente.web.pages import render

ACTS_MAX = 12
"""Acts on the page; the trail itself is read with «entente trail show»."""
ROWS_READ = 200
"""Rows looked through for them: an import or a busy line fills many rows between two acts of governance."""
_ACT_WORDS = {
    "init": "began its node",
    "backup": "made a backup of its node",
    "restore": "was restored from a backup",
    "name": "took a new name",
    "addresses": "published its addresses",
    "units": "published its units",
    "contacts": "said its contact points",
    "keys": "changed its keys",
    "group": "kept a group",
    "introduction": "introduced a body",
    "instrument": "proposed an instrument",
    "instrument_signature": "signed an instrument",
    "participation": "changed its participation",
}
"""Statement kinds in words; every other act is named by its verb, which is in words already."""
_TOLD = frozenset({
    *_ACT_WORDS, "introduce", "introduce_by_hand", "accept_successor", "manage_groups", "propose_instrument", "sign_instrument",
    "suspend", "resume", "take_measure", "measure", "propose_governance",
})  # fmt: skip
"""Acts that are shown to everybody: who takes part, and what is in force between whom, as the rest of the page says it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as the page writes it: for machines, and for people in the body's zone."""

    machine: str
    """RFC 3339, UTC, to the second."""
    shown: str


@dataclass(frozen=True, slots=True)
class BodyLine:
    """A body in the directory."""

    code: str
    name: str
    kind: str
    came: str
    """How it came here, in words."""


@dataclass(frozen=True, slots=True)
class SuspensionLine:
    """A suspension that stands, in words."""

    author: str
    toward: str
    what: str
    direction: str
    decided_by: str
    document: str
    since: Moment
    review_on: date


@dataclass(frozen=True, slots=True)
class InstrumentLine:
    """An instrument and how it stands."""

    name: str
    kind: str
    title: str
    is_in_force: bool
    why: str
    parties: tuple[str, ...]
    """Codes of the parties for which it is in force; of all that signed where it is not."""
    suspensions: tuple[SuspensionLine, ...]


@dataclass(frozen=True, slots=True)
class ActLine:
    """An act of the trail, without personal data."""

    sequence: int
    at: Moment
    verb: str
    body: str
    about: str
    """A body's code or an instrument's name; empty for anything else."""


@dataclass(frozen=True, slots=True)
class SilentLine:
    """A source whose copies are hidden because it has not been heard."""

    code: str
    since: Moment | None
    """None when it was never heard."""


@dataclass(frozen=True, slots=True)
class CutOffLine:
    """A cut-off of this body that stands."""

    since: Moment
    decided_by: str
    document: str
    review_on: date
    stopped: tuple[str, ...]
    goes_on: tuple[str, ...]
    """What is not suspended in full, beside what has a channel: names of instruments."""


@dataclass(frozen=True, slots=True)
class NodeState:
    """How the node stands."""

    version: str
    protocol: int
    trail_rows: int
    trail_root: str
    """The first 16 hexadecimal characters; empty while there is no row."""
    index_position: int
    waiting_for: tuple[str, ...]
    """Codes of the bodies that something is due to."""
    silent: tuple[SilentLine, ...]
    """Sources whose copies are hidden here."""
    troubles: tuple[str, ...]
    """What keeps the node from a part of its work now, in words."""


@dataclass(frozen=True, slots=True)
class HomePage:
    """What `home.html` shows."""

    title: str
    code: str
    is_exercise: bool
    """Whether the body is invented."""
    name: str
    kind: str
    country: str
    """The country's name; empty for an international body."""
    body_id: str
    zone: str
    node_key: str
    key_version: int
    threshold: int
    head_count: int
    addresses: tuple[str, ...]
    cut_offs: tuple[CutOffLine, ...]
    """Empty while the body is not cut off."""
    instruments: tuple[InstrumentLine, ...]
    bodies: tuple[BodyLine, ...]
    acts: tuple[ActLine, ...]
    state: NodeState


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the page is made from, read in one view."""

    own: Body
    bodies: Mapping[BodyId, Body]
    instruments: Mapping[InstrumentId, InForce]
    zone: tzinfo

    def code(self, body: str) -> str:
        known = self.bodies.get(BodyId(body))
        return known.code if known is not None else "an unknown body"

    def instrument(self, instrument: InstrumentId) -> str:
        held = self.instruments.get(instrument)
        return held.state.instrument.name if held is not None else instrument

    def moment(self, at: datetime) -> Moment:
        shown = at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M %Z")
        return Moment(at.astimezone(UTC).isoformat(timespec="seconds"), shown)


def home_page(node: Node) -> HomePage:
    """Read the page's content from the node, as of now."""
    situation = node.disclosure.situation()
    with node.disclosure.open_unit() as unit:
        own = unit.bodies.own()
        bodies = {body.id: body for body in unit.bodies.bodies()}
    reading = _Reading(own, bodies, situation.instruments, zone_of(own.zone))
    rows = node.trail.latest(ROWS_READ)
    keys = own.current_keys
    return HomePage(
        title=f"{EXERCISE_WORD} · {own.code} · {own.name}" if own.is_exercise else f"{own.code} · {own.name}",
        code=own.code,
        is_exercise=own.is_exercise,
        name=own.name,
        kind=_words(own.kind),
        country=node.lists.countries.get(own.country, own.country),
        body_id=own.id,
        zone=own.zone,
        node_key=key_id(keys.node_key),
        key_version=keys.version,
        threshold=keys.threshold,
        head_count=len(keys.root_keys),
        addresses=own.addresses,
        cut_offs=tuple(_cut_off(one, reading) for one in node.cutting_off.standing()),
        instruments=tuple(_instrument(one, reading) for one in situation.instruments.values()),
        bodies=tuple(_body(one, reading) for one in bodies.values()),
        acts=tuple(_act(row, reading) for row in rows if _is_shown(row))[:ACTS_MAX],
        state=_state(node, rows, reading),
    )


def _is_shown(row: TrailRow) -> bool:
    return row.act.verb in _TOLD and row.act.detail.get("outcome") != "refused"


def home_routes(node: Node) -> list[Route]:
    """Return the route of the page."""

    async def home(_: Request) -> Response:
        page = await run_in_threadpool(home_page, node)
        return render("home.html", page, is_exercise=page.is_exercise)

    return [Route("/", home, methods=["GET"])]


def _instrument(one: InForce, reading: _Reading) -> InstrumentLine:
    state: InstrumentState = one.state
    parties = one.parties if one.is_in_force else frozenset(state.signatures)
    return InstrumentLine(
        name=state.instrument.name,
        kind=state.instrument.kind.value,
        title=state.instrument.title,
        is_in_force=one.is_in_force,
        why=_with_codes(one.why, reading).rstrip("."),
        parties=tuple(sorted(reading.code(body) for body in parties)),
        suspensions=tuple(
            _suspension(reading.code(stand.body), suspension, reading)
            for stand in state.participations.values()
            for suspension in stand.suspensions
        ),
    )


def _cut_off(one: CutOff, reading: _Reading) -> CutOffLine:
    return CutOffLine(
        since=reading.moment(one.since),
        decided_by=one.decided_by,
        document=one.document,
        review_on=one.review_on,
        stopped=tuple(reading.instrument(stopped) for stopped in one.instruments),
        goes_on=tuple(reading.instrument(going) for going in one.goes_on),
    )


def _suspension(author: str, one: Suspension, reading: _Reading) -> SuspensionLine:
    return SuspensionLine(
        author=author,
        toward=", ".join(sorted(reading.code(body) for body in one.counterparts)) or "every party",
        what=", ".join(_words(word) for word in [*sorted(one.kinds), *sorted(one.rights)]) or "everything",
        direction={"both": "both ways", "sending": "what it sends", "receiving": "what it receives"}[one.direction],
        decided_by=one.decided_by,
        document=one.document,
        since=reading.moment(one.since),
        review_on=one.review_on,
    )


def _body(one: Body, reading: _Reading) -> BodyLine:
    if one.id == reading.own.id:
        came = "is this body"
    elif one.introduced_by is None:
        came = "entered by hand"
    else:
        came = f"introduced by {reading.code(one.introduced_by)}"
    return BodyLine(one.code, one.name, _words(one.kind), came)


def _act(row: TrailRow, reading: _Reading) -> ActLine:
    subject = row.act.subject
    about = ""
    if BodyId(subject) in reading.bodies:
        about = reading.code(subject)
    elif (held := reading.instruments.get(InstrumentId(subject))) is not None:
        about = held.state.instrument.name
    verb = _ACT_WORDS.get(row.act.verb, _words(row.act.verb))
    return ActLine(row.sequence, reading.moment(row.at), verb, reading.code(row.act.body), about)


def _state(node: Node, rows: tuple[TrailRow, ...], reading: _Reading) -> NodeState:
    return NodeState(
        version=__version__,
        protocol=PROTOCOL_VERSION,
        trail_rows=rows[0].sequence if rows else 0,
        trail_root=rows[0].root.hex()[:16] if rows else "",
        index_position=node.identity.index.position(),
        waiting_for=tuple(reading.code(body) for body in node.exchange.recipients_due()),
        silent=tuple(
            SilentLine(reading.code(one.source), None if one.since is None else reading.moment(one.since))
            for one in node.records.silent_sources(timedelta(0))
        ),
        troubles=node.troubles(),
    )


def _with_codes(text: str, reading: _Reading) -> str:
    for body in reading.bodies.values():
        text = text.replace(body.id, body.code)
    return text


def _words(code: str) -> str:
    return code.replace("_", " ")


def zone_of(name: str) -> tzinfo:
    """Return a zone by its name; UTC for one that this machine does not know."""
    # A zone that this machine's time zone database does not have yet: UTC says the same moment.
    return zone_known(name) or UTC


def zone_known(name: str) -> tzinfo | None:
    """Return a zone by its name; None for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
