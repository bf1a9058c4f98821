"""How the body's officers sign in, for who may enter officers: invite, recover by two, sign out.

Everything here but looking asks first that the administrator proved who they are lately. An invitation's code is shown on the
page that makes it, and on no other.

Source: docs/rules/desk.md W2, W3, W4, W7.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from entente.bodies.accounts import SignedIn
from entente.bodies.enrolling import AccountLine, Invited
from entente.kernel.errors import EntenteError
from entente.kernel.ids import OfficerId
from entente.web.desk.cookies import session_of
from entente.web.desk.desk import SEE_OTHER, Desk
from entente.web.desk.entrance import INVITATION_PATH, Entrance, again_first, to_sign_in
from entente.web.desk.forms import Entered, Field, fault_of
from entente.web.desk.page import Done
from entente.web.desk.paths import PREFIX
from entente.web.errors import STATUS
from entente.web.wording import Moment, Wording

OFFICERS_PATH: Final = f"{PREFIX}/accounts"
OFFICER = (Field("officer"),)


@dataclass(frozen=True, slots=True)
class OfficerLine:
    """How one officer signs in."""

    officer: str
    roles: str
    state: str
    """Its key: set_up, invited, none, inactive."""
    invited_until: Moment | None
    passkeys: int
    sessions: int
    recovery_asked_by: str
    is_own: bool
    """Whether it is the reader's own account, which nobody recovers themselves."""
    may_confirm: bool
    """Whether the reader may confirm the recovery that another asked for."""


@dataclass(frozen=True, slots=True)
class OfficersPage:
    """What `officer_accounts.html` shows."""

    title: str
    officers: Sequence[OfficerLine]


@dataclass(frozen=True, slots=True)
class InvitedPage:
    """What `invited.html` shows, once."""

    title: str
    officer: str
    code: str
    until: Moment
    path: str
    """Where the officer enters the code."""
    back: str
    """Where whoever invited came from."""
    back_words: str


class OfficerAccounts:
    """The pages of all officers' accounts."""

    def __init__(self, desk: Desk, entrance: Entrance) -> None:
        self._desk = desk
        self._entrance = entrance
        self._node = desk.node

    def routes(self) -> list[Route]:
        """Return the routes, below the desk's own place."""
        below = OFFICERS_PATH.removeprefix(PREFIX)
        acts = [Route(f"{below}/{name}", self._acting(act), methods=["POST"]) for name, act in self._acts().items()]
        return [Route(below, self.show, methods=["GET"]), *acts]

    async def show(self, request: Request) -> Response:
        """Show how each officer signs in."""
        signed_in = await self._entrance.who(request)
        return to_sign_in(OFFICERS_PATH) if signed_in is None else await self._page(request, signed_in)

    def _acts(self) -> Mapping[str, Callable[[OfficerId, OfficerId], Invited | Done]]:
        enrolling, sessions = self._node.accounts.enrolling, self._node.accounts.sessions

        def recover(by: OfficerId, officer: OfficerId) -> Done:
            enrolling.ask_recovery(by, officer)
            return Done(OFFICERS_PATH, "recovery_asked")

        def refuse(by: OfficerId, officer: OfficerId) -> Done:
            enrolling.refuse_recovery(by, officer)
            return Done(OFFICERS_PATH, "recovery_refused")

        def sign_out(by: OfficerId, officer: OfficerId) -> Done:
            sessions.end_all(by, officer)
            return Done(OFFICERS_PATH, "sessions_ended")

        return {
            "invite": enrolling.invite,
            "recover": recover,
            "confirm": enrolling.confirm_recovery,
            "refuse": refuse,
            "sign-out": sign_out,
        }

    def _acting(self, act: Callable[[OfficerId, OfficerId], Invited | Done]) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            fields, form = await self._entrance.form(request, "officer_account", OFFICER)
            signed_in = await self._entrance.who(request)
            back = form.back or OFFICERS_PATH
            if signed_in is None:
                return to_sign_in(back)
            form = self._entrance.checked(request, signed_in, fields, form)
            if form.faults:
                return await self._page(request, signed_in, form)
            if (first := again_first(signed_in, back)) is not None:
                return first
            say = self._desk.say(request, session_of(signed_in))
            try:
                done = await run_in_threadpool(act, signed_in.account, OfficerId(form.value("officer")))
            except EntenteError as error:
                form = replace(form, faults=(fault_of(error, (), say),))
                return await self._page(request, signed_in, form, STATUS[type(error)])
            if isinstance(done, Done):
                return RedirectResponse(f"{done.to}?done={done.said}", SEE_OTHER)
            return self._invited(request, signed_in, done, back, say)

        return endpoint

    def _invited(self, request: Request, signed_in: SignedIn, invited: Invited, back: str, say: Wording) -> Response:
        page = InvitedPage(
            title=say.text("officers.invited", officer=invited.officer),
            officer=invited.officer,
            code=invited.code,
            until=say.moment(invited.expires_at),
            path=INVITATION_PATH,
            back=back,
            back_words=say.text("officers.title") if back == OFFICERS_PATH else invited.officer,
        )
        return self._entrance.page(request, signed_in, "invited.html", page)

    async def _page(
        self, request: Request, signed_in: SignedIn, form: Entered | None = None, status: int | None = None
    ) -> Response:
        """Show the page; raise Refused for who may not enter officers, whatever they asked."""
        say = self._desk.say(request, session_of(signed_in))
        lines = await run_in_threadpool(self._node.accounts.enrolling.listed, signed_in.account)
        page = OfficersPage(say.text("officers.title"), [_line(line, signed_in, say) for line in lines])
        wrong = 422 if form is not None and form.faults else 200
        return self._entrance.page(request, signed_in, "officer_accounts.html", page, form, status or wrong)


def _line(line: AccountLine, signed_in: SignedIn, say: Wording) -> OfficerLine:
    is_own, asked_by = line.officer == signed_in.account, line.recovery_asked_by or ""
    in_order = sorted((say.code("roles", role) for role in line.roles), key=say.place)
    return OfficerLine(
        officer=line.officer,
        roles=say.text("joined.comma").join(in_order),
        state=_state(line),
        invited_until=None if line.invited_until is None else say.moment(line.invited_until),
        passkeys=line.passkeys,
        sessions=line.sessions,
        recovery_asked_by=asked_by,
        is_own=is_own,
        may_confirm=bool(asked_by) and not is_own and asked_by != signed_in.account,
    )


def _state(line: AccountLine) -> str:
    if not line.is_active:
        return "inactive"
    if line.has_account or line.passkeys:
        return "set_up"
    return "invited" if line.invited_until is not None else "none"
