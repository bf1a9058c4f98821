"""The stream of an open page, and what the page asks for when the stream says that something changed.

A stream says kinds («a message», «the thing you look at»), and never what. It ends with its session, and is looked at again with
every heartbeat; it is no request of its officer, so it keeps no session alive. Who may be told is judged as each change is told,
and what the page asks for thereupon is judged like everything else.

Source: docs/rules/desk.md W60 and W61; WHATWG HTML, 9.2 (server-sent events);
docs/decisions/0096-a-page-is-told-kinds-and-asks-for-the-rest.md.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from entente.agreements.model import Participation, ParticipationState
from entente.agreements.participation import gives_back
from entente.bodies.model import Officer
from entente.bodies.tokens import may
from entente.correspondence.desk import teams_of
from entente.kernel.ids import BodyId, InstrumentId
from entente.node import Node
from entente.verbs.references import Names, names_and_officer, names_of
from entente.web.desk.changes import INSTRUMENT, URGENT, Change, Changes, KeptFor, Listener
from entente.web.desk.page import Asked, ShowPage
from entente.web.desk.paths import LIVE_PATH, own_path
from entente.web.desk.reading import BodyName
from entente.web.desk.rendering import LiveHere, fragment
from entente.web.desk.session import Session
from entente.web.wording import Moment, Wording

NEWS_PATH: Final = f"{LIVE_PATH}/news"
HEARTBEAT_SECONDS: Final = 15.0
"""How often a stream says that it is there, and its session is looked at; proxies close what is silent for 30 to 60."""
SEND_SECONDS_MAX: Final = 30.0
"""How long a browser may take nothing. What waits for it meanwhile is one line."""
RETRY_MS: Final = 3_000
"""After so long a browser opens the stream again by itself."""
GAP_SECONDS_MIN: Final = 1.0
SECONDS_BY_STREAM: Final = 0.05
"""Between two tellings of a stream: so many times the streams there are. With 200 desks open each asks at most every ten seconds
for what changed, all of them 20 times a second; with five, each every second."""
SPREAD_MS_BY_STREAM, URGENT_MS_BY_STREAM = 20, 4
"""Within which time browsers ask once they were told, by the streams there are: 200 desks within four seconds, and within one
where it is urgent. Whoever clicks meanwhile does not wait behind all of them."""
KINDS_MAX: Final = 20
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_NO_CONTENT, _UNAUTHORISED = 204, 401
_SHARED: Final = frozenset(
    {"search", "record", "hit", "message", "permission", "waiting", "exchange", "standing", "instrument"}
)
"""Families of verbs whose pages show or send what bodies share: these a suspension concerns."""
_STANDS: Final = frozenset({"participation", "suspend", "resume"})
_WORDS: Final = {
    "take_back_instrument": "taken_back", "instrument_taken_back": "taken_back", "refuse_instrument": "refused",
    "instrument_refused": "refused",
}  # fmt: skip
"""What was said of an instrument that is not signed by all, by the verb of its row."""
IN_PART: Final = "resumed_in_part"
NEWS: Final = (*ParticipationState, IN_PART, *dict.fromkeys(_WORDS.values()))
"""What is said of how a body stands: the last parts of keys `news.…`."""
_TOGETHER: Final = re.compile(r"[0-9]{4}/[0-9]+|(?:hit|message|permission-request|shift)-.+")
"""What several work on: cases, hits, messages, leave, shifts. Of a record it is not said who has it open: who looks at whom is
nobody's news."""

SessionOfRequest = Callable[[Request], Session | None]


@dataclass(frozen=True, slots=True)
class Stand:
    """How a body stands to an instrument since it said so while the page was open."""

    body: BodyName
    instrument: str
    state: str
    """One of NEWS: the last part of a text's key."""
    at: Moment


@dataclass(frozen=True, slots=True)
class ChangedBy:
    """Who changed the thing that a page is about, last."""

    who: str
    """An officer of ours, or the code of another body."""
    at: Moment


@dataclass(frozen=True, slots=True)
class News:
    """What `news.html` shows."""

    title: str
    stands: Sequence[Stand]
    changed: ChangedBy | None
    beside: Sequence[str]
    """Officers who have the same page open."""
    to: str
    """Where the page is loaded anew; empty for one that is brought up to date where it stands."""


class Live:
    """Opens the streams of one node's desk. Used by one event loop."""

    def __init__(
        self,
        node: Node,
        changes: Changes,
        session: Callable[[Request], Awaitable[Session | None]],
        session_of: SessionOfRequest,
        say: Callable[[Request, Session], Wording],
        secret: bytes,
    ) -> None:
        """`session` lets a request in as every page does; `session_of` looks again; `secret` seals what pages are about."""
        self._node, self.changes = node, changes
        self._session, self._session_of, self._say, self._secret = session, session_of, say, secret

    def routes(self) -> list[Route]:
        """Return the routes, below the desk's own place."""
        return [Route(LIVE_PATH, self.stream, methods=["GET"]), Route(NEWS_PATH, self.news, methods=["GET"])]

    def here(self, page: ShowPage, asked: Asked) -> LiveHere:
        """Return what a page carries to stay up to date."""
        thing = thing_of(self._node, asked.path)
        return LiveHere(
            asked.stamp, self._sealed(asked.session, thing), page.name, is_concerned(page), " ".join(page.live)
        )

    async def stream(self, request: Request) -> Response:
        """Tell a page what changes; 401 without a session, 204 where too many are open: then the page asks by itself."""
        session = await self._session(request)
        if session is None:
            return Response(status_code=_UNAUTHORISED)
        kinds = frozenset(request.query_params.get("kinds", "").split(",")[:KINDS_MAX])
        thing = await run_in_threadpool(self._thing, session, request.query_params.get("about", ""))
        loop = asyncio.get_running_loop()
        is_shown = _TOGETHER.fullmatch(thing) is not None
        hears, knows = self._ear(session), await run_in_threadpool(self._knowing, session)
        listener = Listener(session.csrf, session.account, kinds, thing, is_shown, hears, knows, loop)
        stamp = request.headers.get("last-event-id") or request.query_params.get("from", "")
        if not await run_in_threadpool(self.changes.open, listener, stamp):
            return Response(status_code=_NO_CONTENT)
        return Stream(self.changes, listener, partial(self._still, request, listener))

    def _still(self, request: Request, listener: Listener) -> bool:
        """Say whether a stream's session stands; judge it anew, and part it from a thing that its officer may not know of now."""
        session = self._session_of(request)
        if session is not None:
            self.changes.judge(listener, self._ear(session), self._knowing(session))
            if listener.thing and self._is_hidden(session, listener.thing):
                self.changes.part(listener)
        return session is not None

    async def news(self, request: Request) -> Response:
        """Show what happened to a page since it was made."""
        session = await self._session(request)
        if session is None:
            return Response(status_code=_UNAUTHORISED)
        return await run_in_threadpool(self._news, request, session)

    def _news(self, request: Request, session: Session) -> Response:
        say, asked = self._say(request, session), request.query_params
        thing, stamp = self._thing(session, asked.get("about", "")), asked.get("from", "")
        ear, knows = self._ear(session), self._knowing(session)
        unseen = [one for one in self.changes.since(stamp) or () if one.account in {"", session.account}]
        unseen = [one for one in unseen if ear(one.needs) and knows(one.kept_for)]
        names = names_of(self._node)
        news = News(
            title=say.text("news.title"),
            stands=_stands(unseen, names, say, self._gives_back) if asked.get("concerned") == "yes" else (),
            changed=_changed(unseen, thing, session, names, say),
            beside=[one for one in self.changes.beside(thing, session.csrf) if one != session.account],
            to=own_path(asked["to"]) if asked.get("to") else "",
        )
        return HTMLResponse(fragment("news.html", news, say))

    def _gives_back(self, stand: Participation) -> bool:
        """Say whether a stand, the newest of its body, gives back some of what the one before had stopped (A5)."""
        with self._node.disclosure.open_unit() as unit:
            before = unit.agreements.participation_before(stand)
        return before is not None and gives_back(before, stand)

    def _ear(self, session: Session) -> Callable[[tuple[str, ...]], bool]:
        account = Officer(session.account, session.roles)
        return lambda needs: may(account, needs, self._node.clock.now(), self._node.lists)

    def _knowing(self, session: Session) -> Callable[[KeptFor], bool]:
        """Return what says whether a change is for an officer (docs/rules/cases.md C8, docs/rules/disclosure.md D11)."""
        oversees = self._ear(session)
        # Read anew after a change alone: every stream is judged again with each of its heartbeats.
        _, found = names_and_officer(self._node, session.account)
        of_unit = found.unit

        def knows(kept_for: KeptFor) -> bool:
            team, units = kept_for.team, kept_for.units
            is_of_team = team is None or session.account in team or oversees(("oversee_cases",))
            is_cleared = kept_for.roles is None or not session.roles.isdisjoint(kept_for.roles)
            return is_of_team and is_cleared and (units is None or not of_unit or of_unit in units)

        return knows

    def _sealed(self, session: Session, thing: str) -> str:
        """Return what a page is about, so that a stream can be asked for it by whom the page was shown to alone (W28)."""
        return f"{self._mac(session, thing)}.{thing}" if thing else ""

    def _thing(self, session: Session, sealed: str) -> str:
        mac, _, thing = sealed.partition(".")
        is_ours = hmac.compare_digest(mac.encode("utf-8"), self._mac(session, thing).encode("ascii"))
        return thing if thing and is_ours and not self._is_hidden(session, thing) else ""

    def _is_hidden(self, session: Session, thing: str) -> bool:
        """Say whether an officer may not know of a thing, or may not any more: a seal holds for the whole session (C8)."""
        correspondence = self._node.correspondence
        with correspondence.open_view() as unit:
            return bool(correspondence.hidden_among(unit, [thing], session.account))

    def _mac(self, session: Session, thing: str) -> str:
        text = f"{session.csrf}\0{thing}".encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()[:32]


class Stream(Response):
    """The answer that goes on."""

    media_type = "text/event-stream"

    def __init__(self, changes: Changes, listener: Listener, still: Callable[[], bool]) -> None:
        """Tell a listener until it ends, its browser goes, or `still` (called on a thread) says that no session stands."""
        super().__init__(headers=_HEADERS)
        # A stream has no length that could be said before.
        del self.headers["content-length"]
        self._changes, self._listener, self._still = changes, listener, still

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream; whatever ends it, its place is given back."""
        del scope
        listener = self._listener
        gone = asyncio.ensure_future(_until_gone(receive))
        gone.add_done_callback(lambda _: listener.woken.set())
        try:
            with suppress(TimeoutError, OSError):
                await self._told(send, gone)
        finally:
            gone.cancel()
            self._changes.close(listener)

    async def _told(self, send: Send, gone: asyncio.Future[None]) -> None:
        listener, seconds = self._listener, asyncio.get_running_loop().time
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await _sent(send, f"retry: {RETRY_MS}\n\n")
        beat_at, free_at = seconds() + HEARTBEAT_SECONDS, 0.0
        while not gone.done():
            listener.woken.clear()
            if listener.ended:
                await _sent(send, _end(listener.ended))
                break
            if listener.is_doubtful or seconds() >= beat_at:
                listener.is_doubtful = False
                if not await run_in_threadpool(self._still):
                    await _sent(send, _end("session"))
                    break
                if seconds() >= beat_at:
                    await _sent(send, ":\n\n")
                    beat_at = seconds() + HEARTBEAT_SECONDS
            if listener.pending and (seconds() >= free_at or URGENT & listener.pending):
                await _sent(send, self._kinds())
                free_at = seconds() + max(GAP_SECONDS_MIN, SECONDS_BY_STREAM * self._changes.count())
            await _woken(listener, (min(beat_at, free_at) if listener.pending else beat_at) - seconds())
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _kinds(self) -> str:
        kinds, stamp = self._changes.take(self._listener)
        by_stream = URGENT_MS_BY_STREAM if URGENT & kinds else SPREAD_MS_BY_STREAM
        data = json.dumps({"kinds": sorted(kinds), "within_ms": by_stream * self._changes.count()})
        return f"id: {stamp}\ndata: {data}\n\n"


def kept_for_now(node: Node, ids: Collection[str]) -> Mapping[str, KeptFor]:
    """Return for whom things are, by their ids, of those that are not for everybody as of now."""
    with node.correspondence.open_view() as unit:
        teams, units = teams_of(unit, ids), node.correspondence.units_knowing(unit, ids)
        roles = node.correspondence.roles_knowing(unit, ids)
    return {one: KeptFor(teams.get(one), units.get(one), roles.get(one)) for one in {*teams, *units, *roles}}


def thing_of(node: Node, path: Mapping[str, str]) -> str:
    """Return what the parameters of a page's path name, as the trail names it; empty where it is nothing single."""
    if "id" in path:
        return path["id"]
    if {"year", "serial"} <= set(path):
        return f"{path['year']}/{path['serial']}"
    if {"source", "local_id"} <= set(path):
        return names_of(node).record(f"{path['source']}/{path['local_id']}")
    return ""


def is_concerned(page: ShowPage) -> bool:
    """Say whether a page shows or sends what bodies share, so that a suspension stands on it."""
    return any(verb.partition("_")[0] in _SHARED for verb in page.verbs)


def _stands(
    changes: Sequence[Change], names: Names, say: Wording, gives: Callable[[Participation], bool]
) -> list[Stand]:
    """Return how those bodies stand now that said so meanwhile, the latest first, each once."""
    told = _STANDS | _WORDS.keys()
    latest = {(one.body, one.thing): one for one in changes if one.kind == INSTRUMENT and one.verb in told}
    return [
        Stand(
            BodyName(names.code(body), str(names.ref(body)["name"])),
            names.instrument_name(instrument),
            state,
            say.moment(one.at),
        )
        for (body, instrument), one in sorted(latest.items(), key=lambda item: -item[1].number)
        if (state := _WORDS.get(one.verb) or _state(names, BodyId(body), InstrumentId(instrument), gives))
    ]


def _state(names: Names, body: BodyId, instrument: InstrumentId, gives: Callable[[Participation], bool]) -> str:
    """Return how a body says that it stands to an instrument; empty where it is not known here any more."""
    state = names.instruments.get(instrument)
    stand = None if state is None else state.participations.get(body)
    if stand is None:
        return ""
    is_stopped = stand.state in {ParticipationState.SUSPENDED, ParticipationState.NARROWED}
    return IN_PART if is_stopped and gives(stand) else stand.state.value


def _changed(changes: Sequence[Change], thing: str, session: Session, names: Names, say: Wording) -> ChangedBy | None:
    """Return who changed the thing of a page last, but for who looks at it."""
    others = (one for one in reversed(changes) if thing and one.thing == thing and one.officer != session.account)
    last = next(others, None)
    return None if last is None else changed_by(last, names, say)


def changed_by(change: Change, names: Names, say: Wording) -> ChangedBy:
    """Return who made a change: an officer of ours, or another body."""
    who = change.officer if change.body == names.own.id else names.code(change.body)
    return ChangedBy(who, say.moment(change.at))


async def _woken(listener: Listener, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, seconds)):
            await listener.woken.wait()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _sent(send: Send, text: str) -> None:
    """Send, and wait until the browser took most of what was sent before; raise TimeoutError for one that takes nothing."""
    async with asyncio.timeout(SEND_SECONDS_MAX):
        await send({"type": "http.response.body", "body": text.encode("ascii"), "more_body": True})


def _end(why: str) -> str:
    return f'event: end\ndata: {{"why": "{why}"}}\n\n'
