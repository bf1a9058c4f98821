"""An officer's own account: where they are signed in, password, passkeys, recovery codes, a recovery that somebody asked for.

What could let somebody else in later (a new passkey, new recovery codes) asks first that the officer proved who they are lately.

Source: docs/rules/desk.md W3, W4, W7, W8.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from entente.bodies.accounts import (
    DEVICE_CHARACTERS_MAX,
    PASSWORD_CHARACTERS_MAX,
    Begun,
    Passkey,
    Session,
    SessionId,
    SignedIn,
)
from entente.bodies.passkeys import ANSWER_CHARACTERS_MAX
from entente.bodies.signing_in import CODE_CHARACTERS_MAX, Given
from entente.bodies.tokens import may
from entente.kernel.errors import EntenteError, Invalid
from entente.web.desk.browsers import browser_called
from entente.web.desk.cookies import keep, session_of, whence
from entente.web.desk.desk import SEE_OTHER, Desk
from entente.web.desk.entrance import NOT_IN, CodesPage, Entrance, again_first, site_of, to_sign_in
from entente.web.desk.forms import Entered, Fault, Field, Kind, fault_of
from entente.web.desk.guards import has_token
from entente.web.desk.page import Done
from entente.web.desk.paths import PREFIX
from entente.web.errors import STATUS
from entente.web.wording import Moment, Wording

ACCOUNT_PATH: Final = f"{PREFIX}/account"
END = (Field("session"),)
CHANGE = (
    Field("password", Kind.TEXT, most=PASSWORD_CHARACTERS_MAX), Field("code", most=CODE_CHARACTERS_MAX),
    Field("new_password", Kind.TEXT, most=PASSWORD_CHARACTERS_MAX),
    Field("again", Kind.TEXT, most=PASSWORD_CHARACTERS_MAX),
)  # fmt: skip
ADD = (
    Field("label", most=DEVICE_CHARACTERS_MAX), Field("step", most=100), Field("answer", most=ANSWER_CHARACTERS_MAX),
)  # fmt: skip
REMOVE = (Field("passkey", most=2_000),)


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session of the officer."""

    id: str
    way: str
    """Its way's key: how it was signed in."""
    seen_at: Moment
    ends_at: Moment
    address: str
    browser: str
    """What its browser is called."""
    device: str
    """What the browser calls itself; empty for nothing."""
    is_this: bool
    """Whether it is the one of this browser."""


@dataclass(frozen=True, slots=True)
class PasskeyLine:
    """A passkey of the officer."""

    credential: str
    label: str
    made_at: Moment
    used_at: Moment | None


@dataclass(frozen=True, slots=True)
class AccountPage:
    """What `own_account.html` shows."""

    title: str
    sessions: Sequence[SessionLine]
    passkeys: Sequence[PasskeyLine]
    has_passkeys: bool
    """Whether passkeys can be used at the address that was opened."""
    has_single_sign_on: bool
    """Whether the node has a provider, and can be come back to at the address that was opened."""
    is_bound: bool
    """Whether the account is bound to the provider."""
    codes_left: int | None
    """Recovery codes that were not used; None for no password."""
    recovery_asked_by: str
    """Who asked that this account is set up anew; empty for nobody."""
    may_enter: bool
    """Whether the officer may invite and recover others."""
    to_confirm: int
    """Recoveries that others asked for and this officer may confirm."""


class OwnAccount:
    """The pages of an officer's own account."""

    def __init__(self, desk: Desk, entrance: Entrance) -> None:
        self._desk = desk
        self._entrance = entrance
        self._node = desk.node

    def routes(self) -> list[Route]:
        """Return the routes, below the desk's own place."""
        paths: list[tuple[str, str, Callable[[Request], object]]] = [
            ("GET", "", self.show),
            ("POST", "/session", self.end),
            ("POST", "/password", self.change),
            ("POST", "/codes", self.new_codes),
            ("POST", "/passkey/new", self.begin_passkey),
            ("POST", "/passkey", self.add_passkey),
            ("POST", "/passkey/remove", self.remove_passkey),
            ("POST", "/recovery", self.refuse_recovery),
        ]
        below = ACCOUNT_PATH.removeprefix(PREFIX)
        return [Route(f"{below}{path}", endpoint, methods=[method]) for method, path, endpoint in paths]

    async def show(self, request: Request) -> Response:
        """Show the account."""
        signed_in = await self._entrance.who(request)
        return to_sign_in(ACCOUNT_PATH) if signed_in is None else await self._page(request, signed_in)

    async def end(self, request: Request) -> Response:
        """End one of the officer's own sessions."""

        def act(signed_in: SignedIn, form: Entered) -> Done:
            self._node.accounts.sessions.end_own(signed_in.account, SessionId(form.value("session")))
            return Done(ACCOUNT_PATH, "session_ended")

        return await self._act(request, "end_session", END, act)

    async def remove_passkey(self, request: Request) -> Response:
        """Remove one of the officer's own passkeys."""

        def act(signed_in: SignedIn, form: Entered) -> Done:
            self._node.accounts.passkeys.remove(signed_in.account, form.value("passkey"))
            return Done(ACCOUNT_PATH, "passkey_removed")

        return await self._act(request, "remove_passkey", REMOVE, act)

    async def refuse_recovery(self, request: Request) -> Response:
        """Refuse that the account is set up anew."""

        def act(signed_in: SignedIn, _: Entered) -> Done:
            self._node.accounts.enrolling.refuse_recovery(signed_in.account, signed_in.account)
            return Done(ACCOUNT_PATH, "recovery_refused")

        return await self._act(request, "refuse_recovery", (), act)

    async def add_passkey(self, request: Request) -> Response:
        """Keep a new passkey."""
        site = self._entrance.require_site(request)

        def act(signed_in: SignedIn, form: Entered) -> Done:
            answer = form.value("answer")
            self._node.accounts.passkeys.add(signed_in, form.value("step"), answer, form.value("label"), site)
            return Done(ACCOUNT_PATH, "passkey_added")

        return await self._act(request, "add_passkey", ADD, act, is_heavy=True)

    async def begin_passkey(self, request: Request) -> Response:
        """Give the script a challenge for a new passkey."""
        fields, _ = await self._entrance.form(request, "begin_passkey", ())
        signed_in, site = await self._entrance.who(request), self._entrance.require_site(request)
        if signed_in is None or not has_token(session_of(signed_in), fields):
            return JSONResponse({}, 403)
        if again_first(signed_in, ACCOUNT_PATH) is not None:
            return JSONResponse({"again": f"{PREFIX}/sign-in/again?back={ACCOUNT_PATH}"}, 403)
        challenge = await run_in_threadpool(self._node.accounts.passkeys.begin_new, signed_in, site)
        return JSONResponse({"step": challenge.step, "options": challenge.options})

    async def new_codes(self, request: Request) -> Response:
        """Make new recovery codes, and show them once."""
        fields, form = await self._entrance.form(request, "new_codes", ())
        signed_in = await self._entrance.who(request)
        if signed_in is None:
            return to_sign_in(ACCOUNT_PATH)
        form = self._entrance.checked(request, signed_in, fields, form)
        if form.faults:
            return await self._page(request, signed_in, form)
        if (first := again_first(signed_in, ACCOUNT_PATH)) is not None:
            return first
        made = await run_in_threadpool(self._node.accounts.sign_in.new_recovery_codes, signed_in)
        title = self._desk.say(request, session_of(signed_in)).text("account.codes")
        page = CodesPage(title, made, ACCOUNT_PATH, is_new=False)
        return self._entrance.page(request, signed_in, "codes.html", page)

    async def change(self, request: Request) -> Response:
        """Change the password; every session ends, and this browser gets a new one."""
        fields, form = await self._entrance.form(request, "change_password", CHANGE)
        signed_in = await self._entrance.who(request)
        if signed_in is None:
            return to_sign_in(ACCOUNT_PATH)
        say = self._desk.say(request, session_of(signed_in))
        form = self._entrance.checked(request, signed_in, fields, form)
        if not form.faults and form.value("new_password") != form.value("again"):
            form = replace(form, faults=(Fault("again", say.text("account.differs"), say.text("account.differs_do")),))
        if form.faults:
            return await self._page(request, signed_in, form)
        given = Given(signed_in.account, form.value("password"), form.value("code"))
        new, came = form.value("new_password"), whence(self._node, request)
        try:
            begun = await self._entrance.in_turn(
                lambda: self._node.accounts.sign_in.change_password(signed_in, given, new, came)
            )
        except Invalid as error:
            return await self._page(request, signed_in, self._refused(form, error, say))
        if not isinstance(begun, Begun):
            form = replace(form, faults=(self._entrance.not_in(begun, say),))
            return await self._page(request, signed_in, form, NOT_IN[begun.why])
        answer = _on(Done(ACCOUNT_PATH, "password_changed"))
        keep(self._node, request, answer, begun)
        return answer

    async def _act(
        self,
        request: Request,
        name: str,
        wanted: Sequence[Field],
        act: Callable[[SignedIn, Entered], Done],
        *,
        is_heavy: bool = False,
    ) -> Response:
        fields, form = await self._entrance.form(request, name, wanted)
        signed_in = await self._entrance.who(request)
        if signed_in is None:
            return to_sign_in(ACCOUNT_PATH)
        form = self._entrance.checked(request, signed_in, fields, form)
        if form.faults:
            return await self._page(request, signed_in, form)
        if is_heavy and (first := again_first(signed_in, ACCOUNT_PATH)) is not None:
            return first
        try:
            return _on(await run_in_threadpool(act, signed_in, form))
        except EntenteError as error:
            say = self._desk.say(request, session_of(signed_in))
            # What was typed stands in it again; an answer of an authenticator is good for nothing any more.
            form = replace(form, values={name: text for name, text in form.values.items() if name == "label"})
            return await self._page(request, signed_in, self._refused(form, error, say), STATUS[type(error)])

    @staticmethod
    def _refused(form: Entered, error: EntenteError, say: Wording) -> Entered:
        fault = fault_of(error, (Field("label"), Field("new_password", asks="password")), say)
        return replace(form, faults=(fault,))

    async def _page(
        self, request: Request, signed_in: SignedIn, form: Entered | None = None, status: int | None = None
    ) -> Response:
        say = self._desk.say(request, session_of(signed_in))
        has_site = site_of(self._node, request) is not None
        page = await run_in_threadpool(self._made, signed_in, say, has_site)
        form = form or Entered()
        form = replace(form, values={name: text for name, text in form.values.items() if name == "label"})
        wrong = STATUS[Invalid] if form.faults else 200
        return self._entrance.page(request, signed_in, "own_account.html", page, form, status or wrong)

    def _made(self, signed_in: SignedIn, say: Wording, has_site: bool) -> AccountPage:  # noqa: FBT001 - handed to a thread
        accounts, node = self._node.accounts, self._node
        request, me = accounts.enrolling.recovery_of(signed_in.account), signed_in.account
        may_enter = may(signed_in.officer, ("manage_officers",), node.clock.now(), node.lists)
        asked = [(one.officer, one.recovery_asked_by) for one in accounts.enrolling.listed(me)] if may_enter else []
        return AccountPage(
            title=say.text("account.title"),
            sessions=[session_line(one, signed_in, say) for one in accounts.sessions.of(signed_in.account)],
            passkeys=[_passkey_line(one, say) for one in accounts.passkeys.of(signed_in.account)],
            has_passkeys=has_site,
            has_single_sign_on=has_site and accounts.single_sign_on.is_offered,
            is_bound=bool(accounts.single_sign_on.bound(signed_in.account)),
            codes_left=accounts.sign_in.recovery_codes_left(signed_in.account),
            recovery_asked_by="" if request is None else request.asked_by,
            may_enter=may_enter,
            to_confirm=sum(bool(asked_by) and me not in {officer, asked_by} for officer, asked_by in asked),
        )


def session_line(session: Session, signed_in: SignedIn, say: Wording) -> SessionLine:
    """Return a session as lists show it."""
    return SessionLine(
        id=session.id,
        way=session.way,
        seen_at=say.moment(session.seen_at),
        ends_at=say.moment(session.ends_at),
        address=session.address,
        browser=browser_called(session.device, say),
        device=session.device,
        is_this=session.id == signed_in.session.id,
    )


def _passkey_line(passkey: Passkey, say: Wording) -> PasskeyLine:
    used = None if passkey.used_at is None else say.moment(passkey.used_at)
    return PasskeyLine(passkey.credential, passkey.label, say.moment(passkey.made_at), used)


def _on(done: Done) -> RedirectResponse:
    return RedirectResponse(f"{done.to}?done={done.said}", SEE_OTHER)
