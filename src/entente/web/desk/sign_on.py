"""Single sign-on in the browser: to the provider and back, to sign in or to bind one's own account.

The way back comes from another site, so the session's own cookie is not sent with it: a second cookie, for the ten minutes of the
way, says which browser left. What comes back is answered with a page of ours that goes on by itself, and is our own site again.

Source: docs/rules/desk.md W9; RFC 9700, 4.7 (a browser is held against its state); RFC 6265bis, 5.6.7.1 (SameSite).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from entente.bodies.accounts import Begun, NotIn, SignedIn, Why
from entente.bodies.single_sign_on import WAY_LASTS, Bound
from entente.web.desk.cookies import cookie_name, keep, token_of, whence
from entente.web.desk.desk import SEE_OTHER, Desk
from entente.web.desk.entrance import NOT_IN, Entrance, again_first, to_sign_in
from entente.web.desk.forms import BACK, Entered, Fault
from entente.web.desk.own_account import ACCOUNT_PATH
from entente.web.desk.page import Done
from entente.web.desk.paths import PREFIX, SIGN_IN_PATH, own_path

SIGN_ON_PATH: Final = f"{SIGN_IN_PATH}/sso"
ANSWER_PATH: Final = f"{SIGN_ON_PATH}/answer"
BIND_PATH: Final = f"{ACCOUNT_PATH}/sso"


@dataclass(frozen=True, slots=True)
class GoingOnPage:
    """What `going_on.html` shows, for as long as it takes to leave it."""

    title: str
    to: str


class SignOn:
    """The ways to the provider and back."""

    def __init__(self, desk: Desk, entrance: Entrance) -> None:
        self._desk = desk
        self._entrance = entrance
        self._node = desk.node

    def routes(self) -> list[Route]:
        """Return the routes, below the desk's own place."""
        paths: list[tuple[str, str, Callable[[Request], object]]] = [
            ("GET", SIGN_ON_PATH, self.leave),
            ("GET", ANSWER_PATH, self.come_back),
            ("GET", BIND_PATH, self.leave_to_bind),
            ("POST", f"{BIND_PATH}/end", self.unbind),
        ]
        return [Route(path.removeprefix(PREFIX), endpoint, methods=[method]) for method, path, endpoint in paths]

    async def leave(self, request: Request) -> Response:
        """Send a browser to the provider, to sign in."""
        self._desk.require_secure(request)
        return await self._leave(request, own_path(request.query_params.get(BACK, "")), None)

    async def leave_to_bind(self, request: Request) -> Response:
        """Send an officer to the provider, to bind their own account; a heavy act, since it lets somebody in later."""
        signed_in = await self._entrance.who(request)
        if signed_in is None:
            return to_sign_in(ACCOUNT_PATH)
        if (first := again_first(signed_in, BIND_PATH)) is not None:
            return first
        return await self._leave(request, ACCOUNT_PATH, signed_in)

    async def come_back(self, request: Request) -> Response:
        """Judge what a browser brings back from the provider."""
        self._desk.require_secure(request)
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        secret = request.cookies.get(self._cookie(request), "")
        redirect, came = self._redirect(request), whence(self._node, request)
        found, back = await run_in_threadpool(
            self._node.accounts.single_sign_on.come_back, state, code, secret, redirect, came
        )
        if isinstance(found, Begun):
            # As at the entrance: whoever was signed in at this browser is not any more.
            await run_in_threadpool(self._node.accounts.sessions.sign_out, token_of(self._node, request))
        answer = self._answered(request, found, own_path(back))
        answer.delete_cookie(self._cookie(request), path="/", secure=self._is_secure, httponly=True, samesite="lax")
        return answer

    async def unbind(self, request: Request) -> Response:
        """End the binding of one's own account."""
        fields, form = await self._entrance.form(request, "unbind", ())
        signed_in = await self._entrance.who(request)
        if signed_in is None:
            return to_sign_in(ACCOUNT_PATH)
        if self._entrance.checked(request, signed_in, fields, form).faults:
            return RedirectResponse(ACCOUNT_PATH, SEE_OTHER)
        await run_in_threadpool(self._node.accounts.single_sign_on.unbind, signed_in.account)
        return RedirectResponse(_address(Done(ACCOUNT_PATH, "account_unbound")), SEE_OTHER)

    async def _leave(self, request: Request, back: str, binds: SignedIn | None) -> Response:
        leaving = await run_in_threadpool(
            self._node.accounts.single_sign_on.leave, self._redirect(request), back, binds
        )
        answer = RedirectResponse(leaving.to, SEE_OTHER)
        answer.set_cookie(
            self._cookie(request),
            leaving.secret,
            max_age=int(WAY_LASTS.total_seconds()),
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="lax",
        )
        return answer

    def _answered(self, request: Request, found: Begun | Bound | NotIn, back: str) -> Response:
        say = self._desk.say(request, None)
        if isinstance(found, NotIn):
            fault = Fault("", say.text("sign_in.sso_wrong"), say.text("sign_in.sso_wrong_do"))
            fault = fault if found.why is Why.WRONG else self._entrance.not_in(found, say)
            page = GoingOnPage(say.text("sign_in.title"), "")
            form = Entered(faults=(fault,), of="sign_in")
            return self._entrance.page(request, None, "going_on.html", page, form, NOT_IN[found.why])
        if isinstance(found, Bound):
            page = GoingOnPage(say.text("account.title"), _address(Done(ACCOUNT_PATH, "account_bound")))
            return self._entrance.page(request, None, "going_on.html", page)
        page = GoingOnPage(say.text("sign_in.title"), back)
        answer = self._entrance.page(request, None, "going_on.html", page)
        keep(self._node, request, answer, found)
        return answer

    @property
    def _is_secure(self) -> bool:
        return self._node.settings.api_tls_in_front

    def _cookie(self, request: Request) -> str:
        return f"{cookie_name(self._node, request)}-sso"

    def _redirect(self, request: Request) -> str:
        return f"{self._entrance.require_site(request).origin}{ANSWER_PATH}"


def _address(done: Done) -> str:
    return f"{done.to}?{urlencode({'done': done.said})}"
