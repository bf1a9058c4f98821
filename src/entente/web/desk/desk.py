"""The desk of a node: each request let in, checked, done by its row of the table, and answered with a page or the way to one.

The order for a page: a line nobody else reads, the session, the account's role, then what the page asks. For a form before
that: that our own page sent it, the session's token, its fields; after it, done once, on to a page. Whatever goes wrong is a page
too; a form is given back.

Source: docs/rules/desk.md; docs/decisions/0084-the-desk-is-a-table-of-pages-over-the-verbs.md.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from entente.bodies.authority import authorise
from entente.bodies.model import Officer
from entente.bodies.tokens import may
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import EntenteError, Invalid, NotFound, Untrusted
from entente.kernel.kept_requests import KeptRequest
from entente.node import Node
from entente.verbs.references import names_and_officer, names_of
from entente.web.desk import wrong
from entente.web.desk.addresses import here_of, query_of
from entente.web.desk.arriving import Arriving
from entente.web.desk.changes import Changes
from entente.web.desk.cookies import asks_by_itself, token_of, whence
from entente.web.desk.downloads import downloaded
from entente.web.desk.draft_routes import DraftRoutes, forms_of
from entente.web.desk.drafts import Draft, Drafts
from entente.web.desk.form_sent import faults_before, sent_form
from entente.web.desk.forms import STAMP, Entered, Fault, entered, faults_of, once_key
from entente.web.desk.guards import has_token, require_own_page
from entente.web.desk.headers import DeskHeaders
from entente.web.desk.live import Live, changed_by, kept_for_now, thing_of
from entente.web.desk.memory import Memories
from entente.web.desk.multipart import Posted, declared_bytes
from entente.web.desk.openings import Openings
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Download, Elsewhere, Page, ShowPage
from entente.web.desk.paths import HOME, SIGN_IN_PATH, own_path
from entente.web.desk.ports import DeskParts, Step
from entente.web.desk.preferences import choose, language_of, look_of
from entente.web.desk.rates import NotTooOften
from entente.web.desk.rendering import LiveHere, Shell, Way, rendered
from entente.web.desk.session import Session
from entente.web.desk.static_files import STATIC_PATH, serve_static
from entente.web.desk.table import PAGES
from entente.web.desk.taking import SessionEnded, Taking, as_sent
from entente.web.desk.told import told_here
from entente.web.desk.written import given_back, written_in
from entente.web.errors import STATUS
from entente.web.home import zone_of
from entente.web.wording import Wording

_log = logging.getLogger(__name__)
SEE_OTHER: Final = 303


class Desk:
    """The pages of one node, as an application to be mounted."""

    def __init__(self, node: Node, parts: DeskParts, pages: Sequence[Page] = PAGES) -> None:
        self.node = node
        self.parts = parts
        self._shown = {page.name: page for page in pages if isinstance(page, ShowPage)}
        self._openings = Openings.of(self._shown.values())
        self._acts = [page for page in pages if isinstance(page, ActPage)]
        self._stand_on = {act.name: act.form_on for act in self._acts}
        self._forms = forms_of(self._acts)
        self.memories = Memories()
        self.drafts = Drafts()
        self.taking = DraftRoutes(self.drafts, {act.name: act for act in self._acts}, self._session, node.clock)
        self.arriving = Arriving(self._session, self.say)
        # A stamp of another process says nothing here, and what this one sealed another does not open.
        self.changes = Changes(
            parts.rows,
            partial(told_here, parts.told_as),
            partial(kept_for_now, node),
            parts.is_stopping,
            era=secrets.token_hex(4),
        )
        self.live = Live(node, self.changes, self._session, parts.session_of, self.say, secrets.token_bytes(32))

    def mount(self, beside: Sequence[Route] = ()) -> Mount:
        """Return the desk at its place, with routes that are no rows of its table beside them: the entrance, accounts."""
        routes = [
            *beside,
            *self.taking.routes(),
            *self.live.routes(),
            *self.arriving.routes(),
            *(Route(page.path, partial(self._show, page), methods=["GET"]) for page in self._shown.values()),
            *(Route(act.path, partial(self._act, act), methods=["POST"]) for act in self._acts),
            Route("/choose", partial(choose, has_tls=self.node.settings.api_tls_in_front), methods=["POST"]),
            Route(STATIC_PATH + "/{name}", serve_static, methods=["GET"]),
        ]
        handlers: dict[Any, Any] = {
            HTTPException: self._on_error,
            EntenteError: self._on_error,
            Exception: self._on_error,
        }
        middleware = [Middleware(NotTooOften, too_often=self.too_often)]
        app = Starlette(routes=routes, exception_handlers=handlers, middleware=middleware)
        # Around all of it: the page of a fault of ours is written outside every middleware.
        return Mount(PREFIX, app=DeskHeaders(app))

    async def _session(self, request: Request) -> Session | None:
        self.require_secure(request)
        return await run_in_threadpool(self.parts.session_of, request)

    def require_secure(self, request: Request) -> None:
        """Raise Untrusted for a line that others can read (W20)."""
        if not (self.node.settings.api_tls_in_front or self.parts.is_local(request)):
            raise Untrusted(
                "The request came in the clear.",
                reason="not_secure",
                why="The desk is shown to a browser on this machine, or where TLS stands in front of the node (desk.md W20).",
                do="Put a server that ends TLS in front of the node, and say so with the setting api_tls_in_front.",
            )

    async def _show(self, page: ShowPage, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            return RedirectResponse(f"{SIGN_IN_PATH}?{urlencode({'back': here_of(request)})}", SEE_OTHER)
        asked = await run_in_threadpool(self._asked, request, session)
        return await self._in_turn(page, asked, partial(self._show_now, page, asked, request))

    async def _act(self, act: ActPage, request: Request) -> Response:
        require_own_page(request)
        session = await self._session(request)
        if session is None:
            # Nothing is read for nobody. Whoever signs in again in another window sends the same form anew, and gets it back.
            return await run_in_threadpool(self._signed_out, request)
        sent = await sent_form(act, request)
        asked = await run_in_threadpool(self._asked, request, session)
        form = entered(act.name, act.fields, sent.fields, asked.say).with_files(act.files, sent.small)
        asked = replace(asked, form=form)
        request.state.written = written_in(act.fields, form.values, asked.say)
        faults = (
            *faults_before(act, session, sent, form, asked.say),
            *await run_in_threadpool(act.wrong_besides, asked),
        )
        if not faults and act.heeds_changes:
            faults = self._changed_meanwhile(asked, sent.fields.get(STAMP, ""))
        is_kept = act.keeps_file and has_token(session, sent.fields)
        if sent.file is not None and (is_kept or not faults):
            try:
                asked = await self._with_file(act, asked, sent, request)
            except SessionEnded:
                return await run_in_threadpool(self._signed_out, request)
            form = asked.form
            faults = (*faults, *(one for one in form.faults if one not in faults))
        elif sent.file is not None:
            await sent.file.pass_over()
        if faults:
            return await self._in_turn(act, asked, partial(self._given_back, act, asked, request, faults))
        # The same file sent again waits under another id: by its content it is the same form.
        values = await run_in_threadpool(as_sent, self.parts.jobs, act, asked)
        key = once_key(request.url.path, sent.fields, values)
        asked = replace(asked, once=key)
        if not act.is_once:
            return await self._in_turn(act, asked, partial(self._done_once, act, asked, request, None))
        kept = self.parts.once.request(session.account, key, request.method, request.url.path, dict(values))
        async with self.parts.once.alone(kept):
            return await self._in_turn(act, asked, partial(self._done_once, act, asked, request, kept))

    async def _with_file(self, act: ActPage, asked: Asked, sent: Posted, request: Request) -> Asked:
        """Take the files of a form whose sender may send some; return the form with the ids under which they wait, or a fault."""
        await run_in_threadpool(self._require_role, act, asked)

        async def stands() -> bool:
            session = await self._session(request)
            return session is not None and session.csrf == asked.session.csrf

        taking = Taking(self.parts.jobs, self.arriving, request.scope, declared_bytes(request), stands)
        return await taking.taken(act, asked, sent)

    def _show_now(self, page: ShowPage, asked: Asked, request: Request) -> Response:
        """Make and write a page, in a thread."""
        begun = self._begun(page, asked, here_of(request))
        shell = self._shell_of(request, page, asked)
        if begun:
            beside = {one.act: one.values for one in begun[1:]}
            asked = replace(asked, form=Entered(begun[0].values, of=begun[0].act, beside=beside))
            shell = replace(shell, draft_at=asked.say.moment(begun[0].at))
        content = page.make(asked)
        if isinstance(content, Elsewhere):
            return RedirectResponse(content.to, SEE_OTHER)
        if isinstance(content, Download):
            return downloaded(content, is_exercise=names_of(self.node).own.is_exercise)
        return rendered(page.template, content, shell, asked.say, asked.form)

    def _begun(self, page: ShowPage, asked: Asked, here: str) -> Sequence[Draft]:
        """Return what its officer began in the forms of a page, the newest first."""
        drafts = self.drafts.of(asked.officer, here, self.node.clock.now())
        return [one for one in drafts if self._stand_on.get(one.act) == page.name]

    def _done(self, act: ActPage, asked: Asked) -> Done:
        """Do what a form asks, in a thread; what its path names and nothing here has is not there."""
        try:
            return act.act(asked)
        except Invalid as error:
            if error.field in asked.path:
                raise NotFound from error
            raise

    def _done_once(self, act: ActPage, asked: Asked, request: Request, kept: KeptRequest | None) -> Response:
        """Do it, once where it is kept so; send the browser on, or give the form back with what is wrong."""
        try:
            if kept is None:
                done = self._done(act, asked)
            else:
                answer, is_again = self.parts.once.perform(kept, lambda: self._done(act, asked).to_json())
                done = Done.from_json(answer)
                for file in asked.form.lines(act.file) if is_again else ():
                    # The second click of two brought the file a second time.
                    with suppress(NotFound):
                        self.parts.jobs.drop(asked.officer, file)
        except NotFound:
            raise
        except EntenteError as error:
            faults = faults_of(error, act.fields, asked.say, asked.form.values)
            return self._given_back(act, asked, request, faults, error)
        if done.draft is not None:
            draft = Draft(act.draft_of, done.draft, self.node.clock.now())
            self.drafts.keep(asked.officer, own_path(done.to), draft)
        elif asked.form.here:
            once = asked.once.partition(".")[0]
            self.drafts.drop(asked.officer, asked.form.here, self._forms[act.name], once)
        where = f"{done.to}{'&' if '?' in done.to else '?'}done={done.said}" if done.said else done.to
        return RedirectResponse(where, SEE_OTHER)

    def _given_back(
        self,
        act: ActPage,
        asked: Asked,
        request: Request,
        faults: tuple[Fault, ...],
        error: EntenteError | None = None,
    ) -> Response:
        """Show the form's page with what was entered and what is wrong; where it cannot be shown, what was wrong at first."""
        page = self._shown[act.form_on]
        status = STATUS[type(error)] if error is not None else STATUS[Invalid]
        begun = self._begun(page, asked, asked.form.here)
        beside = {one.act: one.values for one in begun if one.act not in self._forms[act.name]}
        asked = replace(asked, form=replace(asked.form, faults=faults, beside=beside))
        try:
            self._require_role(page, asked)
            content = page.make(asked)
        except EntenteError as other:
            raise error if error is not None else other from other
        if isinstance(content, Elsewhere | Download):
            # What the form was about cannot be shown any more as it was: then what is wrong with it is all there is to say.
            raise error if error is not None else NotFound
        shell = replace(self._shell_of(request, page, asked), written=request.state.written)
        return given_back(page.template, content, shell, asked.say, asked.form, status)

    def _changed_meanwhile(self, asked: Asked, stamp: str) -> tuple[Fault, ...]:
        """Return that somebody else changed the thing of a form since its page was shown; a page sent again has seen it (W64).

        Of a page that was shown before this process began, or longer ago than is kept, it is not known.
        """
        thing, say = thing_of(self.node, asked.path), asked.say
        changes = self.changes.since(stamp) if thing and stamp else ()
        if changes is None:
            return (Fault("", say.text("fault.perhaps_changed"), say.text("fault.changed_do")),)
        last = next((one for one in reversed(changes) if one.thing == thing and one.officer != asked.officer), None)
        if last is None:
            return ()
        by = changed_by(last, names_of(self.node), say)
        return (Fault("", say.text("fault.changed", who=by.who, at=by.at.shown), say.text("fault.changed_do")),)

    def _require_role(self, page: Page, asked: Asked) -> None:
        node, account = self.node, asked.session.account
        _, officer = names_and_officer(node, account)
        if may(officer, page.needs, node.clock.now(), node.lists):
            return
        with node.directory.open_unit() as unit:
            # It refuses, in the words and with the row of the trail that every refused act has.
            authorise(
                unit,
                account,
                page.needs[0],
                subject=page.name,
                now=node.clock.now(),
                lists=node.lists,
                record=node.directory.record,
            )

    async def _in_turn(self, page: Page, asked: Asked, work: Callable[[], Response]) -> Response:
        """Do work for whose role it is, in a thread when its turn has come; raise what it raises."""
        made: list[Response] = []

        def step(_: Step) -> JsonObject:
            self._require_role(page, asked)
            made.append(work())
            return {}

        event, events = await self.parts.runner.begin(step, is_long=page.takes_long)
        while isinstance(event, int):
            event = await events.get()
        if isinstance(event, BaseException):
            raise event
        return made[0]

    def _asked(self, request: Request, session: Session) -> Asked:
        return Asked(
            stamp=self.changes.stamp(),
            node=self.node,
            session=session,
            say=self.say(request, session),
            path=dict(request.path_params),
            query=query_of(request),
            form=Entered(),
            memory=self.memories.of(session.csrf),
            jobs=self.parts.jobs,
            is_by_itself=asks_by_itself(request),
        )

    def say(self, request: Request, session: Session | None) -> Wording:
        """Return the language of a request, with times in the body's zone."""
        return Wording(language_of(request, session), zone_of(names_of(self.node).own.zone))

    def _shell_of(self, request: Request, page: ShowPage, asked: Asked) -> Shell:
        shell = self.shell(request, asked.session, page, self.live.here(page, asked))
        return replace(shell, here=asked.form.here or shell.here)

    def shell(
        self,
        request: Request,
        session: Session | None,
        page: ShowPage | None = None,
        live: LiveHere | None = None,
    ) -> Shell:
        """Return what stands around a page."""
        own, now = names_of(self.node).own, self.node.clock.now()
        done = request.query_params.get("done", "")
        return Shell(
            body=own.code,
            is_exercise=own.is_exercise,
            account=session.account if session is not None else "",
            csrf=session.csrf if session is not None else "",
            once=self.node.ids.new_id("form"),
            ways=self._ways(session, page),
            look=look_of(request),
            here=here_of(request),
            done=done if self.say(request, session).has(f"done.{done}") else "",
            zone=self.say(request, session).zone_name(now),
            live=live,
            opens=bool if session is None else partial(self._opens, Officer(session.account, session.roles), now),
        )

    def _opens(self, officer: Officer, now: datetime, to: str) -> bool:
        return self._openings.opens(officer, now, self.node.lists, to)

    def _ways(self, session: Session | None, page: ShowPage | None) -> tuple[Way, ...]:
        if session is None:
            return ()
        account, now = Officer(session.account, session.roles), self.node.clock.now()
        return tuple(
            Way(one.name, f"{PREFIX}{one.path}", one.key, one is page)
            for one in self._shown.values()
            if one.in_navigation and may(account, one.needs, now, self.node.lists)
        )

    async def _on_error(self, request: Request, error: Exception) -> Response:
        """Show what went wrong. Of a fault of ours the class alone is logged: what a library says may quote what was asked."""
        if not isinstance(error, EntenteError | HTTPException):
            _log.error("A page of the desk failed: %s", type(error).__name__)
        try:
            session = await self._session(request)
        except Exception:  # noqa: BLE001 - of whoever may not be heard, or while nothing can be read, there is no session
            session = None
        return await run_in_threadpool(self._wrong, request, session, error)

    def _wrong(self, request: Request, session: Session | None, error: Exception) -> Response:
        # Nothing on it says which address was asked for: what is hidden and what is absent are one page.
        written = getattr(request.state, "written", ())
        shell = replace(self.shell(request, session), here=HOME, done="", written=written)
        return wrong.page_of(error, shell, self.say(request, session))

    async def too_often(self, request: Request) -> Response | None:
        """Return what is answered to who asks too often; None for who may ask (W62)."""
        if request.url.path.startswith(f"{PREFIX}{STATIC_PATH}/"):
            return None
        seconds = self.parts.rates.wait_seconds(token_of(self.node, request), whence(self.node, request).address)
        return await run_in_threadpool(self._too_often, request, seconds) if seconds else None

    def _too_often(self, request: Request, seconds: int) -> Response:
        return wrong.too_often(replace(self.shell(request, None), done=""), self.say(request, None), seconds)

    def _signed_out(self, request: Request) -> Response:
        return wrong.signed_out(self.shell(request, None), self.say(request, None))
