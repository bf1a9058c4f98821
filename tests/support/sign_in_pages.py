"""A browser of tests at the entrance of a real desk: it keeps cookies, finds forms and sends them as a browser would."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as changed
from html import unescape
from typing import Any, cast

import httpx
from starlette.applications import Starlette

from entente.bodies.enrolling import Invited
from entente.node import Node
from entente.web.desk.cookies import CookieSessions
from entente.web.desk.desk import Desk
from entente.web.desk.entrance import Entrance
from entente.web.desk.officer_accounts import OfficerAccounts
from entente.web.desk.own_account import OwnAccount
from entente.web.desk.sign_on import SignOn
from tests.support.accounts import HEAD, PASSWORD
from tests.support.accounts import Desk as Bureau
from tests.support.desk_parts import api_of, desk_parts
from tests.support.direct_http import client_at

ORIGIN = "http://localhost:8601"
COOKIE = "entente-8601"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@dataclass
class Browser:
    """One browser; its cookies are its own."""

    http: httpx.Client
    bureau: Bureau

    @property
    def token(self) -> str:
        """The session's secret that it holds; empty for none."""
        return str(self.http.cookies.get(COOKIE, ""))

    def get(self, path: str) -> httpx.Response:
        return self.http.get(path)

    def post(self, path: str, fields: Mapping[str, str], headers: Mapping[str, str] = SAME_ORIGIN) -> httpx.Response:
        """Send fields to an address, as they are."""
        return self.http.post(path, data=dict(fields), headers=dict(headers))

    def csrf(self, page: str = "/desk/account") -> str:
        found = dict(_HIDDEN.findall(self.get(page).text)).get("csrf")
        assert found is not None, f"{page} has no form of a session"
        return unescape(found)

    def send(self, path: str, page: str = "/desk/account", **fields: str) -> httpx.Response:
        """Send a form of a page of a session."""
        return self.post(path, {"csrf": self.csrf(page), **fields})

    def sign_in(self, officer: str, password: str = PASSWORD, back: str = "") -> httpx.Response:
        given = self.bureau.given(officer, password)
        fields = {"name": officer, "password": password, "code": given.code, "back": back}
        answer = self.post("/desk/sign-in", fields)
        if answer.status_code == 303:
            self.bureau.clock.move(seconds=30)
        return answer

    def prove_again(self, officer: str, back: str = "/desk/account") -> httpx.Response:
        fields = {"password": PASSWORD, "code": self.bureau.code(officer), "back": back}
        answer = self.send("/desk/sign-in/again", "/desk/sign-in/again", **fields)
        self.bureau.clock.move(seconds=30)
        return answer


def application(node: Node) -> Starlette:
    """Return the desk of a node with its entrance, built as `app` builds it."""
    desk = Desk(node, desk_parts(CookieSessions(node), api_of(node)))
    entrance = Entrance(desk)
    beside = entrance, SignOn(desk, entrance), OwnAccount(desk, entrance), OfficerAccounts(desk, entrance)
    return Starlette(routes=[desk.mount([route for one in beside for route in one.routes()])])


def browser(bureau: Bureau, origin: str = ORIGIN, peer: str = "127.0.0.1", **settings: Any) -> Browser:  # noqa: ANN401 - of any kind
    """Open a browser on the node's own machine, at a node with some settings changed."""
    node = changed(bureau.node, settings=changed(bureau.node.settings, **settings)) if settings else bureau.node
    http = client_at(application(node), (peer, 50_000), origin, follow_redirects=False)
    return Browser(http, bureau)


def invited(bureau: Bureau, officer: str) -> Invited:
    return bureau.node.accounts.enrolling.invite(HEAD, cast("Any", officer))
