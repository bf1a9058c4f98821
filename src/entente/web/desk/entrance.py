"""The entrance of the desk: signing in and out, proving oneself again, setting up an account by an invitation.

Nothing here needs a session but proving oneself again, so nothing here says who exists: every sign-in that fails is one page. The
forms work without script; a passkey is offered by a script alone, which takes the challenge and brings the answer.

Source: docs/rules/desk.md W2 to W8.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, TypeVar
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from entente.bodies.accounts import PASSWORD_CHARACTERS_MAX, Begun, NotIn, SignedIn, Why
from entente.bodies.enrolling import Chosen, Opened
from entente.bodies.passkeys import ANSWER_CHARACTERS_MAX, Site
from entente.bodies.signing_in import CODE_CHARACTERS_MAX, Given
from entente.kernel.errors import Invalid, NotFound
from entente.node import Node
from entente.verbs.references import names_of
from entente.web.desk.cookies import forget, keep, session_of, signed_in_of, token_of, whence
from entente.web.desk.desk import SEE_OTHER, Desk
from entente.web.desk.forms import BACK, Entered, Fault, Field, Kind, entered, fault_of, posted
from entente.web.desk.guards import has_token, require_own_page
from entente.web.desk.page import Content
from entente.web.desk.paths import HOME, PREFIX, SIGN_IN_PATH, own_path
from entente.web.desk.rendering import rendered
from entente.web.errors import STATUS
from entente.web.vetted import address_of_secret, picture_of
from entente.web.wording import Wording

T = TypeVar("T")
INVITATION_PATH: Final = f"{SIGN_IN_PATH}/invitation"
AGAIN_PATH: Final = f"{SIGN_IN_PATH}/again"
JUDGED_AT_ONCE: Final = 4
"""Sign-ins under way at one time: two compute a hash, two wait, and the threads that make pages are left to pages."""
NOT_IN: Final = {Why.WRONG: 401, Why.WAIT: 429, Why.CLOSED: 401}
SIGN_IN = (
    Field("name"), Field("password", Kind.TEXT, most=PASSWORD_CHARACTERS_MAX), Field("code", most=CODE_CHARACTERS_MAX),
)  # fmt: skip
AGAIN = SIGN_IN[1:]
_HIDDEN = frozenset({"step", "answer", "passkey", "session", "officer"})
"""Fields that a script or the page itself fills."""
PASSKEY = (Field("step", most=100), Field("answer", most=ANSWER_CHARACTERS_MAX))
INVITATION = (Field("invitation"),)
SET_UP = (
    Field("invitation"), Field("new_password", Kind.TEXT, most=PASSWORD_CHARACTERS_MAX, asks="password"),
    Field("again", Kind.TEXT, most=PASSWORD_CHARACTERS_MAX), Field("one_time", most=CODE_CHARACTERS_MAX),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SignInPage:
    """What `sign_in.html` and `again.html` show."""

    title: str
    back: str
    has_accounts: bool
    """Whether anybody could sign in at all."""
    has_passkeys: bool
    """Whether passkeys can be used at the address that was opened."""
    has_single_sign_on: bool = False
    """Whether the body's provider of identities may be asked."""
    minutes: int = 0
    """Of proving oneself again: how long it holds."""


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """What `invitation.html` shows."""

    title: str


@dataclass(frozen=True, slots=True)
class SetUpPage:
    """What `set_up.html` shows: the only page that ever shows the secret of one-time codes."""

    title: str
    officer: str
    secret: str = field(repr=False)
    """In groups of four."""
    address: str
    """For an app on the same device."""
    picture: str
    """SVG as a data address, to be scanned."""


@dataclass(frozen=True, slots=True)
class CodesPage:
    """What `codes.html` shows: recovery codes, once."""

    title: str
    codes: Sequence[str]
    to: str
    """Where to go on."""
    is_new: bool
    """Whether the account was set up just now."""


class Entrance:
    """The entrance of one node's desk. Used by one event loop."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._node = desk.node
        self._turns = asyncio.Semaphore(JUDGED_AT_ONCE)

    def routes(self) -> list[Route]:
        """Return the routes, below the desk's own place."""
        paths: list[tuple[str, str, Callable[[Request], object]]] = [
            ("GET", "", self.show),
            ("POST", "", self.sign_in),
            ("GET", "/again", self.show_again),
            ("POST", "/again", self.again),
            ("POST", "/out", self.out),
            ("POST", "/passkey", self.begin_passkey),
            ("POST", "/passkey/use", self.use_passkey),
            ("GET", "/invitation", self.show_invitation),
            ("POST", "/invitation", self.open_invitation),
            ("POST", "/invitation/use", self.set_up),
        ]
        below = SIGN_IN_PATH.removeprefix(PREFIX)
        return [Route(f"{below}{path}", endpoint, methods=[method]) for method, path, endpoint in paths]

    async def show(self, request: Request) -> Response:
        """Show the form; whoever is signed in goes on."""
        if await self.who(request) is not None:
            return RedirectResponse(_back(request), SEE_OTHER)
        return await self._sign_in_page(request, Entered(), 200)

    async def sign_in(self, request: Request) -> Response:
        """Sign somebody in."""
        fields, form = await self.form(request, "sign_in", SIGN_IN)
        if form.faults:
            return await self._sign_in_page(request, form, STATUS[Invalid])
        given = Given(form.value("name"), form.value("password"), form.value("code"))
        came = whence(self._node, request)
        return await self._let_in(
            request, form, fields.get(BACK, ""), lambda: self._node.accounts.sign_in.sign_in(given, came)
        )

    async def show_again(self, request: Request) -> Response:
        """Show the form that asks a signed-in officer to prove themselves again."""
        signed_in = await self.who(request)
        return to_sign_in(_back(request)) if signed_in is None else self._again_page(request, signed_in, Entered(), 200)

    async def again(self, request: Request) -> Response:
        """Prove oneself again: the session gets a new secret."""
        fields, form = await self.form(request, "again", AGAIN)
        signed_in = await self.who(request)
        if signed_in is None:
            return to_sign_in(own_path(fields.get(BACK, "")))
        if form.faults or not has_token(session_of(signed_in), fields):
            return self._again_page(request, signed_in, self.checked(request, signed_in, fields, form), STATUS[Invalid])
        given = Given(signed_in.account, form.value("password"), form.value("code"))
        token, came = token_of(self._node, request), whence(self._node, request)
        return await self._let_in(
            request,
            form,
            fields.get(BACK, ""),
            lambda: self._node.accounts.sign_in.prove_again(token, given, came),
            signed_in,
        )

    async def out(self, request: Request) -> Response:
        """Sign out; the form carries the session's token, so that no other page signs anybody out."""
        require_own_page(request)
        signed_in = await self.who(request)
        fields = await posted(request)
        answer = RedirectResponse(SIGN_IN_PATH, SEE_OTHER)
        if signed_in is not None:
            if not has_token(session_of(signed_in), fields):
                return RedirectResponse(HOME, SEE_OTHER)
            await run_in_threadpool(self._node.accounts.sessions.sign_out, token_of(self._node, request))
            self._desk.memories.forget(session_of(signed_in).csrf)
            self._desk.drafts.forget(signed_in.account)
        forget(self._node, request, answer)
        return answer

    async def begin_passkey(self, request: Request) -> Response:
        """Give the script a challenge for whichever passkey the browser offers."""
        require_own_page(request)
        self._desk.require_secure(request)
        site = self.require_site(request)
        challenge = await run_in_threadpool(self._node.accounts.passkeys.begin_sign_in, site)
        return JSONResponse({"step": challenge.step, "options": challenge.options})

    async def use_passkey(self, request: Request) -> Response:
        """Sign in, or prove oneself again where somebody is signed in, with a passkey's answer."""
        fields, form = await self.form(request, "passkey", PASSKEY)
        signed_in, site = await self.who(request), self.require_site(request)
        step, answer, came = form.value("step"), form.value("answer"), whence(self._node, request)
        token, passkeys = token_of(self._node, request), self._node.accounts.passkeys

        def judge() -> Begun | NotIn:
            if signed_in is None:
                return passkeys.sign_in(step, answer, site, came)
            return passkeys.prove_again(token, step, answer, site, came)

        return await self._let_in(request, replace(form, values={}), fields.get(BACK, ""), judge, signed_in)

    async def show_invitation(self, request: Request) -> Response:
        """Show the form that asks for an invitation's code."""
        self._desk.require_secure(request)
        return self._invitation_page(request, Entered(), 200)

    async def open_invitation(self, request: Request) -> Response:
        """Show what an invitation is for, and the form that uses it."""
        _, form = await self.form(request, "invitation", INVITATION)
        if form.faults:
            return self._invitation_page(request, form, STATUS[Invalid])
        opened = await self._opened(request, form)
        if isinstance(opened, NotIn):
            return self._no_invitation(request, form, opened)
        return self._set_up_page(request, opened, Entered({"invitation": form.value("invitation")}, of="set_up"), 200)

    async def set_up(self, request: Request) -> Response:
        """Make the account of an invitation, and show its recovery codes once."""
        _, form = await self.form(request, "set_up", SET_UP)
        opened = await self._opened(request, form)
        if isinstance(opened, NotIn):
            return self._no_invitation(request, replace(form, of="invitation"), opened)
        if form.faults:
            return self._set_up_page(request, opened, form, STATUS[Invalid])
        chosen = Chosen(
            form.value("invitation"), form.value("new_password"), form.value("again"), form.value("one_time")
        )
        came = whence(self._node, request)
        try:
            made = await self.in_turn(lambda: self._node.accounts.enrolling.enrol(chosen, came))
        except Invalid as error:
            faults = (fault_of(error, SET_UP, self._desk.say(request, None)),)
            return self._set_up_page(request, opened, replace(form, faults=faults), STATUS[Invalid])
        if isinstance(made, NotIn):
            return self._no_invitation(request, replace(form, of="invitation"), made)
        say = self._desk.say(request, None)
        page = CodesPage(say.text("invitation.done"), made, SIGN_IN_PATH, is_new=True)
        return self.page(request, None, "codes.html", page)

    async def who(self, request: Request) -> SignedIn | None:
        """Return who is signed in at the browser; raise Untrusted for a line that others can read."""
        self._desk.require_secure(request)
        return await run_in_threadpool(signed_in_of, self._node, request)

    async def form(self, request: Request, of: str, fields: Sequence[Field]) -> tuple[dict[str, str], Entered]:
        """Return a form of our own page as it was posted, and what of it is in order."""
        require_own_page(request)
        self._desk.require_secure(request)
        given = await posted(request)
        form = entered(of, fields, given, self._desk.say(request, None))
        # What nobody typed has no place on the page at which it could be mended.
        faults = tuple(replace(one, field="") if one.field in _HIDDEN else one for one in form.faults)
        return given, replace(form, faults=faults)

    def checked(self, request: Request, signed_in: SignedIn, fields: dict[str, str], form: Entered) -> Entered:
        """Return a form with its faults, that of an earlier session's token too."""
        if has_token(session_of(signed_in), fields):
            return form
        say = self._desk.say(request, session_of(signed_in))
        return replace(form, faults=(Fault("", say.text("fault.session"), say.text("fault.session_do")),))

    async def in_turn(self, judge: Callable[[], T]) -> T:
        """Do what computes a hash, in a thread, few at a time."""
        async with self._turns:
            return await run_in_threadpool(judge)

    def page(
        self,
        request: Request,
        signed_in: SignedIn | None,
        template: str,
        content: Content,
        form: Entered | None = None,
        status: int = 200,
    ) -> Response:
        """Return a page within the shell."""
        session = None if signed_in is None else session_of(signed_in)
        shell = self._desk.shell(request, session)
        return rendered(template, content, shell, self._desk.say(request, session), form, status)

    def require_site(self, request: Request) -> Site:
        """Return for which address passkeys count; raise NotFound where there is none."""
        site = site_of(self._node, request)
        if site is None:
            raise NotFound
        return site

    def not_in(self, refused: NotIn, say: Wording) -> Fault:
        """Return why nobody was let in, in the reader's language."""
        if refused.why is Why.WAIT:
            seconds = max(1, math.ceil(refused.wait / timedelta(seconds=1)))
            return Fault("", say.text("sign_in.wait", count=seconds), say.text("sign_in.wait_do"))
        if refused.why is Why.CLOSED:
            return Fault("", say.text("sign_in.closed"), say.text("sign_in.closed_do"))
        return Fault("", say.text("sign_in.wrong"), say.text("sign_in.wrong_do"))

    async def _let_in(
        self,
        request: Request,
        form: Entered,
        back: str,
        judge: Callable[[], Begun | NotIn],
        signed_in: SignedIn | None = None,
    ) -> Response:
        """Judge, and send who is let in on with the session's cookie; give the form back to everybody else."""
        earlier = token_of(self._node, request)
        begun = await self.in_turn(judge)
        if isinstance(begun, Begun):
            # Whoever was signed in at this browser is not any more: nobody holds that cookie from now on.
            await run_in_threadpool(self._node.accounts.sessions.sign_out, earlier)
            answer = RedirectResponse(own_path(back), SEE_OTHER)
            keep(self._node, request, answer, begun)
            return answer
        say = self._desk.say(request, None if signed_in is None else session_of(signed_in))
        form = replace(form, faults=(self.not_in(begun, say),))
        if signed_in is not None:
            return self._waiting(self._again_page(request, signed_in, form, NOT_IN[begun.why], back), begun)
        return self._waiting(await self._sign_in_page(request, form, NOT_IN[begun.why], back), begun)

    async def _sign_in_page(self, request: Request, form: Entered, status: int, back: str | None = None) -> Response:
        say = self._desk.say(request, None)
        page = SignInPage(
            title=say.text("sign_in.title"),
            back=_back(request) if back is None else own_path(back),
            has_accounts=await run_in_threadpool(self._node.accounts.sign_in.has_accounts),
            has_passkeys=site_of(self._node, request) is not None,
            has_single_sign_on=self._node.accounts.single_sign_on.is_offered
            and site_of(self._node, request) is not None,
        )
        return self.page(request, None, "sign_in.html", page, _without_secrets(form), status)

    def _again_page(
        self, request: Request, signed_in: SignedIn, form: Entered, status: int, back: str | None = None
    ) -> Response:
        say = self._desk.say(request, session_of(signed_in))
        page = SignInPage(
            title=say.text("sign_in.again"),
            back=_back(request) if back is None else own_path(back),
            has_accounts=True,
            has_passkeys=site_of(self._node, request) is not None,
            minutes=self._node.settings.session_recent_minutes,
        )
        return self.page(request, signed_in, "again.html", page, _without_secrets(form), status)

    def _invitation_page(self, request: Request, form: Entered, status: int) -> Response:
        page = InvitationPage(self._desk.say(request, None).text("invitation.title"))
        return self.page(request, None, "invitation.html", page, form, status)

    def _no_invitation(self, request: Request, form: Entered, refused: NotIn) -> Response:
        say = self._desk.say(request, None)
        fault = Fault("invitation", say.text("invitation.wrong"), say.text("invitation.wrong_do"))
        if refused.why is not Why.WRONG:
            fault = self.not_in(refused, say)
        shown = Entered({"invitation": form.value("invitation")}, (fault,), "invitation")
        return self._waiting(self._invitation_page(request, shown, NOT_IN[refused.why]), refused)

    async def _opened(self, request: Request, form: Entered) -> Opened | NotIn:
        code, came = form.value("invitation"), whence(self._node, request)
        return await run_in_threadpool(self._node.accounts.enrolling.open, code, came)

    def _set_up_page(self, request: Request, opened: Opened, form: Entered, status: int) -> Response:
        body = names_of(self._node).own.code
        address = address_of_secret(opened.secret, opened.officer, body)
        page = SetUpPage(
            title=self._desk.say(request, None).text("invitation.title"),
            officer=opened.officer,
            secret=" ".join(opened.secret[place : place + 4] for place in range(0, len(opened.secret), 4)),
            address=address,
            picture=picture_of(address),
        )
        return self.page(request, None, "set_up.html", page, _without_secrets(form), status)

    @staticmethod
    def _waiting(answer: Response, refused: NotIn) -> Response:
        if refused.why is Why.WAIT:
            answer.headers["Retry-After"] = str(max(1, math.ceil(refused.wait / timedelta(seconds=1))))
        return answer


def to_sign_in(back: str) -> Response:
    """Send somebody without a session to sign in, and back then."""
    return RedirectResponse(f"{SIGN_IN_PATH}?{urlencode({BACK: back})}", SEE_OTHER)


def again_first(signed_in: SignedIn, back: str) -> Response | None:
    """Return the way to prove oneself again before a heavy act; None for who did so lately enough (W4)."""
    if signed_in.is_recent:
        return None
    return RedirectResponse(f"{AGAIN_PATH}?{urlencode({BACK: own_path(back)})}", SEE_OTHER)


def site_of(node: Node, request: Request) -> Site | None:
    """Return for which address passkeys count: the setting `web_address`, or the machine's own name on the machine itself."""
    own = names_of(node).own
    if node.settings.web_address:
        host = urlsplit(node.settings.web_address).hostname
        assert host is not None, "the setting was checked at start"
        return Site(host, node.settings.web_address, f"Entente {own.code}")
    if request.url.hostname == "localhost" and not node.settings.api_tls_in_front:
        return Site("localhost", f"http://{request.url.netloc}", f"Entente {own.code}")
    return None


def _back(request: Request) -> str:
    return own_path(request.query_params.get(BACK, ""))


def _without_secrets(form: Entered) -> Entered:
    """Return a form as it is given back: with what was typed, but nothing that is a secret."""
    kept = {name: text for name, text in form.values.items() if name in {"name", "invitation"}}
    return replace(form, values=kept)
