"""Who does what a request asks for: this process, or the one that writes the store.

A node that serves alone does everything itself (`Here`). A web process does what only reads, and has the writer do the rest
(`Beside`): what changes something, and whatever turns out to need the writer.

Source: docs/rules/node.md N19; docs/decisions/0079-web-processes-read-and-one-process-writes.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response

from entente.api.errors import WithStatus
from entente.api.once import Once
from entente.api.route import ApiRoute, Handled
from entente.api.running import Runner, Step
from entente.bodies.authority import authorise
from entente.bodies.tokens import Bearer, may
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import from_json, to_object
from entente.kernel.elsewhere import ForTheWriter, Overtaken
from entente.kernel.errors import Conflict, Invalid, NotFound
from entente.kernel.exercise import EXERCISE
from entente.kernel.kept_requests import KeptRequest
from entente.node import Node
from entente.verbs import VERBS, perform

CHANGED_MEANWHILE: Final = 412
READINGS_MAX: Final = 3
"""How often something is read anew that was overtaken; then the writer reads it itself, between two changes."""


class Doing(Protocol):
    """Does the verb of a route."""

    async def shown(self, route: ApiRoute, bearer: Bearer, given: JsonObject) -> JsonObject:
        """Return the answer of a route that changes nothing beside the trail."""

    async def once(self, route: ApiRoute, bearer: Bearer, given: JsonObject, kept: KeptRequest) -> JsonObject:
        """Return the answer of a route that is done once, and in `again` whether it had been done before."""


class Here:
    """Does it in this process, in turns with all others."""

    def __init__(
        self,
        node: Node,
        runner: Runner,
        once: Once,
        uploaded: Callable[[Bearer, JsonObject], JsonObject],
        attached: Callable[[Bearer, JsonObject], AbstractContextManager[JsonObject]],
        together: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Do the verbs of a node; `uploaded` gives arguments with the file that was sent before in place of its name.

        `attached` does so for the files of a message, and lets go of them once the message is sent.
        `together` holds what a verb that only reads does, from its first unit of work to its last.
        """
        self._node = node
        self._uploaded = uploaded
        self._attached = attached
        self._together = together
        self._runner = runner
        self._once = once

    async def shown(self, route: ApiRoute, bearer: Bearer, given: JsonObject) -> JsonObject:
        """Do the verb, and return its answer."""

        def work(_: Step) -> JsonObject:
            with self._together():
                return self._do(route, bearer, given)

        return await self._run(route, work)

    async def once(self, route: ApiRoute, bearer: Bearer, given: JsonObject, kept: KeptRequest) -> JsonObject:
        """Do the verb, unless it was done under the same key (docs/rules/api.md P8)."""

        def work(_: Step) -> JsonObject:
            answer, is_again = self._once.perform(kept, lambda: self._do(route, bearer, given))
            return {**answer, "again": is_again}

        async with self._once.alone(kept):
            return await self._run(route, work)

    async def _run(self, route: ApiRoute, work: Callable[[Step], JsonObject]) -> JsonObject:
        event, events = await self._runner.begin(work, is_long=VERBS[route.verb].is_long)
        while isinstance(event, int):
            event = await events.get()
        if isinstance(event, BaseException):
            raise event
        return event

    def _do(self, route: ApiRoute, bearer: Bearer, given: JsonObject) -> JsonObject:
        """Do the verb, in a thread; what a path names and nothing here has is not there."""
        self.require_role(route, bearer)
        if route.handled is Handled.VERB_ON_UPLOAD:
            given = self._uploaded(bearer, given)
        handed_in = self._attached(bearer, given) if route.attaches else nullcontext(given)
        try:
            with handed_in as arguments:
                answer = perform(self._node, route.verb, arguments)
        except Invalid as error:
            if error.field in {*route.path_fields, route.path_names}:
                raise NotFound from error
            raise
        except Conflict as error:
            if error.changed_meanwhile and route.asks_version:
                raise WithStatus(error, CHANGED_MEANWHILE) from error
            raise
        told = route.told(answer)
        return {EXERCISE: True, **told} if answer.get(EXERCISE) else told

    def require_role(self, route: ApiRoute, bearer: Bearer) -> None:
        """Raise Refused, with a row of the trail, unless a role of the account may do this; called in a thread."""
        node = self._node
        if may(bearer.account, route.needs, node.clock.now(), node.lists):
            return
        with node.directory.open_unit() as unit:
            # It refuses, in the words and with the row of the trail that every refused act has.
            authorise(
                unit,
                bearer.account.id,
                route.needs[0],
                subject=route.name,
                now=node.clock.now(),
                lists=node.lists,
                record=node.directory.record,
            )


class WriterProcess(Protocol):
    """The process that writes, as a web process asks it."""

    async def ask(self, do: str, **given: Json) -> JsonObject:
        """Return its answer; raise what it raised."""

    async def pass_on(self, request: Request) -> Response:
        """Have it answer a request as it came."""


class Beside:
    """Does in this process what only reads; the writer does the rest."""

    def __init__(self, here: Here, writer: WriterProcess) -> None:
        self._here = here
        self._writer = writer
        self._for_writer: set[str] = set()
        """Routes of which it turned out that they are the writer's: they are not begun here a second time."""

    async def shown(self, route: ApiRoute, bearer: Bearer, given: JsonObject) -> JsonObject:
        """Read here, anew where something changed meanwhile."""
        for _ in range(0 if route.name in self._for_writer else READINGS_MAX):
            try:
                return await self._here.shown(route, bearer, given)
            except Overtaken:
                continue
            except ForTheWriter:
                self._for_writer.add(route.name)
                break
        return await self._writer.ask("shown", **_asked(route, bearer, given))

    async def once(self, route: ApiRoute, bearer: Bearer, given: JsonObject, kept: KeptRequest) -> JsonObject:
        """Have the writer do it."""
        return await self._writer.ask("once", **_asked(route, bearer, given), kept=to_object(kept))


async def done_for(doing: Doing, routes: Sequence[ApiRoute], message: JsonObject) -> JsonObject:
    """Do, at the writer, what a web process asks for in a message as `Beside` writes it."""
    route = next(route for route in routes if route.name == message["route"])
    bearer = from_json(Bearer, message["bearer"], "bearer")
    given = message["given"]
    assert isinstance(given, dict), "a message is as Beside writes it"
    if message["do"] == "shown":
        return await doing.shown(route, bearer, given)
    return await doing.once(route, bearer, given, from_json(KeptRequest, message["kept"], "kept"))


def _asked(route: ApiRoute, bearer: Bearer, given: JsonObject) -> JsonObject:
    return {"route": route.name, "bearer": to_object(bearer), "given": given}
