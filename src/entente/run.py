"""A node that serves: what app builds, with its sockets, its threads and its processes, until it is asked to stop.

`run_node` runs the node, the one process that writes. `run_web` runs a web process of it, which reads beside it and answers the
API and the pages on a port of their own (docs/rules/node.md N19).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route

from entente.api.doing import done_for
from entente.api.event_table import told_as
from entente.api.events import TrailSource
from entente.api.health import health_routes, readiness
from entente.api.line import IndexAtWriter, LineToWriter
from entente.api.meters import Meters, metrics_routes
from entente.api.observed import Count, Observed
from entente.api.operator import operator_route
from entente.api.peers import is_local
from entente.api.rest import Api, ApiParts
from entente.api.running import Runner
from entente.api.table import ROUTES
from entente.api.web_processes import ForWeb, Given, WebProcesses
from entente.app import open_parts, parts_beside, parts_of, require_begun, tend
from entente.duty.calls import Told
from entente.kernel.canonical import JsonObject
from entente.kernel.elsewhere import Overtaken
from entente.kernel.ids import BodyId
from entente.kernel.ports import Act
from entente.node import Keeping, Node
from entente.search.follower import Follower
from entente.settings import Settings
from entente.storage.changes import ChangesWatch, SharedChanges
from entente.storage.disk import while_there_is_room
from entente.storage.folder import Folder
from entente.storage.housekeeper import Housekeeper
from entente.storage.job_files import JobFolder
from entente.storage.unit_of_work import SqlUnitOfWork
from entente.transport.attempts import Attempts
from entente.transport.courier import Courier, Fetcher
from entente.transport.paging import gateway_of
from entente.transport.server import (
    STOP_SECONDS_MAX,
    NodeServer,
    exchange_route,
    listen,
    listening_address,
    loopback_beside,
    web_address,
)
from entente.verbs.references import names_of
from entente.web.api_page import api_page_route
from entente.web.desk.call_text import call_text
from entente.web.desk.cookies import CookieSessions
from entente.web.desk.desk import Desk
from entente.web.desk.entrance import Entrance
from entente.web.desk.officer_accounts import OfficerAccounts
from entente.web.desk.own_account import OwnAccount
from entente.web.desk.paths import PREFIX as DESK_PREFIX
from entente.web.desk.ports import DeskParts
from entente.web.desk.sign_on import SignOn
from entente.web.errors import exception_handlers
from entente.web.home import home_routes, zone_of

WEB_PORT = "ENTENTE_WEB_PORT"
LOG_PAUSE_SECONDS = 1.0
"""Least time between two checkpoints of a running node: each costs some five files made durable, beside the store's own work."""


def run_node(settings: Settings, on_ready: Callable[[str, bool], None]) -> None:
    """Serve until the process is asked to end: exchange, loopback route, page; courier and followers beside them.

    `on_ready` is told the address once the port is bound, and whether the body is invented for an exercise. Raises Misconfigured
    when the port is taken.
    """
    changes = SharedChanges.make() if settings.web_processes else None
    parts = parts_of(settings, serves=True, changes=changes)
    with open_parts(settings, parts) as (opened, store), ExitStack() as sockets:
        require_begun(store)
        bound = sockets.enter_context(listen(settings.host, settings.port))
        beside = loopback_beside(bound)
        inner = bound if beside is None else sockets.enter_context(beside)

        def clean_soon() -> bool:
            opened.identity.clean_again_at = None
            follower.wake()
            return opened.identity.index.is_clean()

        node = replace(
            opened,
            index_trouble=lambda: follower.state().last_error,
            standing_trouble=lambda: watcher.state().last_error,
            calling_trouble=lambda: caller.state().last_error,
            log_trouble=lambda: log_follower.state().last_error,
            web_processes=settings.web_processes,
            web_trouble=lambda: "" if web is None else web.trouble(),
            clean_index=clean_soon,
        )
        courier = Courier(node.exchange, node.post, settings.exchange_workers)
        node.exchange.hasten.append(courier.seal_ahead)
        fetcher = Fetcher(_fetched_from(node), node.fetch, lambda: tend(node), settings.exchange_fetch_seconds)
        follower = Follower(node.identity.follow)
        watcher = Follower(node.watching.follow, "standing queries")
        attempts = _made_to_call(node, settings)
        caller = Follower(node.duty.calling.step, "calls")
        log_follower = Follower(node.log.step, "log", LOG_PAUSE_SECONDS)
        keeper = Follower(Keeping(node).step, "keys")
        store.after_change.extend((courier.wake, follower.wake, watcher.wake))
        store.after_commit.append(log_follower.wake)
        token = Folder(settings.folder).operator_token()
        runner = Runner(settings.search_workers, lambda: server.is_stopping)
        api = Api(node, ApiParts.of(store.act, store.view, token, runner, JobFolder(settings.folder)))
        meters = Meters(node)
        parts_of_desk = DeskParts(
            CookieSessions(node),
            api.once,
            runner,
            is_local,
            api.desk_jobs,
            TrailSource(store.view),
            told_as,
            runner.is_stopping,
        )
        desk = Desk(node, parts_of_desk)
        desk_follower = Follower(desk.changes.step, "desk")
        store.after_change.append(desk_follower.wake)
        web = None
        if changes is not None:
            web_bound = sockets.enter_context(listen(settings.host, settings.web_port, WEB_PORT))
            given = Given(str(settings.folder), web_bound, changes.handle, web_address(inner))
            web = WebProcesses(given, settings.web_processes, for_web(node, store.act, api, meters.count))
        routes = [
            exchange_route(while_there_is_room(node.disk, node.exchange.receive)),
            operator_route(node, token, runner),
            *metrics_routes(node, meters),
            *_routes(node, api, partial(readiness, node)),
            _mounted(desk),
        ]
        server = NodeServer(_application(api, routes, meters.count, web), *{bound, inner})
        store.lock.announce(web_address(inner))
        threads = (
            *(follower, watcher, caller, log_follower, keeper, courier, fetcher),
            Housekeeper(*housework(node, api, desk)),
            desk_follower,
        )
        for thread in threads:
            thread.start()
        api.start(Follower(api.events.step, "events"), store.after_change)
        try:
            on_ready(listening_address(bound), names_of(node).own.is_exercise)
            server.run()
        finally:
            api.stop()
            for thread in reversed(threads):
                thread.stop()
            attempts.stop(STOP_SECONDS_MAX)


def run_web(settings: Settings, given: Given, line: LineToWriter) -> None:
    """Answer the API and the pages beside the process that writes, until it ends or asks this one to end."""
    changes = SharedChanges(given.changes, may_write=False)
    with open_parts(settings, parts_beside(settings, changes, line.tell_rows, IndexAtWriter(line.index_sizes))) as (
        node,
        store,
    ):
        token = Folder(settings.folder).operator_token()
        runner = Runner(settings.search_workers, lambda: server.is_stopping)
        api = Api(
            node, ApiParts.of(store.act, store.view, token, runner, JobFolder(settings.folder), line, store.together)
        )
        # What officers sign in with is the node's alone: their pages are answered there.
        desk = Route(f"{DESK_PREFIX}{{path:path}}", line.pass_on, methods=["GET", "POST"])
        routes = [*_routes(node, api, line.ready), desk]
        server = NodeServer(_application(api, routes, line.count, None), given.bound)
        line.on_end(server.stop)
        watch = ChangesWatch(changes)
        api.start(Follower(api.events.step, "events"), watch.after_change)
        watch.start()
        try:
            server.run()
        finally:
            watch.stop()
            api.stop()


def for_web(node: Node, open_act: Callable[[], SqlUnitOfWork], api: Api, count: Count) -> ForWeb:
    """Return what the writer does for its web processes; `open_act` opens a unit of work for a short act."""

    def append(seen: int, acts: Sequence[Act]) -> None:
        with open_act() as unit:
            # With the right to write in hand nothing changes, and what acts before this one did is not counted yet.
            if node.changes() != seen or unit.sees_changes():
                raise Overtaken
            for act in acts:
                node.directory.record(unit, act)
            unit.commit()

    def index() -> JsonObject:
        sizes = node.identity.index.sizes()
        return {"position": node.identity.index.position(), "live": sizes.live, "base": sizes.base}

    done = partial(done_for, api.doing, ROUTES)
    return ForWeb(append, done, lambda: {**readiness(node)}, index, count)


def _routes(node: Node, api: Api, ready: Callable[[], Mapping[str, bool]]) -> list[Route | Mount]:
    """Return what people and programs ask of a node."""
    is_exercise = names_of(node).own.is_exercise
    return [
        api_page_route(api.document, is_exercise=is_exercise),
        api.mount(),
        *health_routes(ready),
        *home_routes(node),
    ]


def _mounted(desk: Desk) -> Mount:
    """Return the officers' pages, with the entrance and the accounts beside their table."""
    entrance = Entrance(desk)
    beside = entrance, SignOn(desk, entrance), OwnAccount(desk, entrance), OfficerAccounts(desk, entrance)
    return desk.mount([route for one in beside for route in one.routes()])


def _application(
    api: Api,
    routes: Sequence[Route | Mount],
    count: Count,
    web: WebProcesses | None,
) -> Starlette:
    """Return the application around routes; web processes begin and end with it."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with api.serving(app):
            if web is not None:
                web.begin(asyncio.get_running_loop())
            yield
            if web is not None:
                await asyncio.to_thread(web.end)

    observed = Middleware(Observed, count=count, paths=[route.path for route in routes])
    handlers: dict[Any, Any] = exception_handlers(is_exercise=names_of(api.node).own.is_exercise)
    mounted: list[BaseRoute] = [*routes]
    return Starlette(routes=mounted, middleware=[observed], exception_handlers=handlers, lifespan=lifespan)


def _made_to_call(node: Node, settings: Settings) -> Attempts:
    """Have a node call by the gateway of its settings; return what runs the attempts."""
    attempts = Attempts()
    node.duty.calling.gateway = gateway_of(settings, partial(_call_text, node), node.clock)
    node.duty.calling.begin = attempts.begin
    return attempts


def _call_text(node: Node, told: Told) -> tuple[str, str]:
    """Return what a call says, in the language of the settings and the zone of the body."""
    settings = node.settings
    return call_text(told, settings.paging_language, zone_of(names_of(node).own.zone), settings.web_address)


def housework(node: Node, api: Api, desk: Desk) -> Sequence[Callable[[], object]]:
    """Return what is done once a minute, in order: what came of jobs is looked through for what was erased just before."""
    idle = timedelta(minutes=node.settings.session_idle_minutes)
    return (
        lambda: desk.drafts.forget_old(node.clock.now()),
        lambda: desk.memories.forget_old(node.clock.now(), idle),
        api.once.forget_old,
        node.erasing.run,
        node.accounts.sessions.remove_over,
        node.accounts.sign_in.forget_old,
        api.jobs.keep_house,
    )


def _fetched_from(node: Node) -> Callable[[], Sequence[BodyId]]:
    """Return who may keep something for us: everybody once after the start, then all while nobody can post to us."""
    has_started = [False]

    def peers() -> Sequence[BodyId]:
        with node.directory.open_unit() as unit:
            own = unit.bodies.own()
            reached = [body.id for body in unit.bodies.bodies() if body.id != own.id and body.addresses]
        is_first, has_started[0] = not has_started[0], True
        return reached if is_first or not own.addresses else ()

    return peers
