"""Where a page sends what is being written on it, and where its officer drops it: two addresses beside the table.

Neither is an act: nothing is judged, recorded or stored. What is kept is shown to the same account alone, on the same page.

Source: docs/rules/desk.md W63 and W120; docs/decisions/0097-drafts-are-kept-by-the-node-in-memory.md, 0135.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from entente.kernel.clock import Clock
from entente.web.desk.drafts import CHARACTERS_MAX, Draft, Drafts
from entente.web.desk.forms import HERE, Kind, field_of, once_of, posted
from entente.web.desk.guards import has_token, require_own_page
from entente.web.desk.page import ActPage
from entente.web.desk.paths import own_path
from entente.web.desk.session import Session

DRAFTS_PATH: Final = "/begun"
"""Below the desk's prefix."""
_KEPT, _NOT_OURS, _SIGNED_OUT, _TOO_LARGE, _SEE_OTHER = 204, 400, 401, 413, 303


class DraftRoutes:
    """Takes in what is being written. Used by one event loop."""

    def __init__(
        self,
        drafts: Drafts,
        acts: Mapping[str, ActPage],
        session: Callable[[Request], Awaitable[Session | None]],
        clock: Clock,
    ) -> None:
        """`acts` are the table's, by name; `session` lets a request in as every page does."""
        self._drafts, self._acts, self._session, self._clock = drafts, acts, session, clock

    def routes(self) -> list[Route]:
        """Return the routes, below the desk's own place."""
        return [
            Route(DRAFTS_PATH, self.keep, methods=["POST"]),
            Route(f"{DRAFTS_PATH}/drop", self.drop, methods=["POST"]),
        ]

    async def keep(self, request: Request) -> Response:
        """Keep a form as it is now: 204; 401 without a session, 413 where it is too long, 400 where it is none of ours."""
        require_own_page(request)
        session = await self._session(request)
        if session is None:
            return Response(status_code=_SIGNED_OUT)
        act = self._acts.get(request.query_params.get("act", ""))
        fields = await posted(request, act.many if act is not None else ())
        if act is None or not act.keeps_draft or not has_token(session, fields) or not fields.get(HERE):
            return Response(status_code=_NOT_OURS)
        by_name = {one.name: one for one in act.fields}
        known = {name: field_of(name, by_name) for name in fields}
        # In the place of a file a script sends a word; a file waits under the id that the form has for it.
        values = {
            name: said
            for name, said in fields.items()
            if (one := known[name]) is not None and one.kind is not Kind.FILE
        }
        page = own_path(fields[HERE])
        if len(page) + sum(len(name) + len(said) for name, said in values.items()) > CHARACTERS_MAX:
            return Response(status_code=_TOO_LARGE)
        self._drafts.keep(session.account, page, Draft(act.name, values, self._clock.now()), once_of(fields))
        return Response(status_code=_KEPT)

    async def drop(self, request: Request) -> Response:
        """Forget what was begun on a page last, which is what it shows first, and show the page."""
        require_own_page(request)
        fields = await posted(request)
        page = own_path(fields.get(HERE, ""))
        session = await self._session(request)
        if session is not None and has_token(session, fields):
            for newest in self._drafts.of(session.account, page, self._clock.now())[:1]:
                self._drafts.drop(session.account, page, {newest.act}, once_of(fields))
        return RedirectResponse(page, _SEE_OTHER)


def forms_of(acts: Sequence[ActPage]) -> Mapping[str, frozenset[str]]:
    """Return by each act those whose form is the same one: itself, and what looks at it before, with the same fields."""
    form = {act.name: (act.form_on, frozenset(one.name for one in act.fields)) for act in acts}
    return {
        act.name: frozenset(
            {
                other.name
                for other in acts
                if other is act or (form[other.name] == form[act.name] and not (other.is_once and act.is_once))
            }
        )
        for act in acts
    }
