"""The accounts of `make demo`: made in a node's own forms, and good for signing in there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from demo.desks import CODE_SECONDS, PASSWORD, Account, enrol, secrets_of, told
from demo.stage import StoryBrokenError
from entente.app import open_parts, parts_of
from entente.node import Node
from entente.settings import Settings
from entente.verbs import perform
from tests.support.accounts import DUTY, HEAD, CountedPasswords, begin_bureau
from tests.support.desk_server import serving
from tests.support.sign_in_pages import SAME_ORIGIN, application


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Open a bureau with a duty officer who has no account; a cheap hash, and the clock of the wall, as the demonstration's."""
    chosen = Settings.at(begin_bureau(tmp_path_factory.mktemp("bureau") / "xa"))
    with ExitStack() as stack:
        node, _ = stack.enter_context(open_parts(chosen, replace(parts_of(chosen), passwords=CountedPasswords())))
        perform(node, "officer_add", {"officer": HEAD, "id": DUTY, "roles": ["duty_officer"]})
        yield node


def test_account_of_the_demonstration_signs_in_with_what_was_printed(node: Node) -> None:
    invited = perform(node, "account_invite", {"officer": HEAD, "account": DUTY})
    with serving(application(node)) as address:
        account = enrol("XA-NCB", address, DUTY, str(invited["code"]))
        at = datetime.now(UTC)
        other = replace(account, officer="head-1", secret=account.secret[::-1])
        lines = list(told([account, other], at))
        assert f"XA-NCB  {address}/desk/first-steps" in lines[1]
        assert f"{DUTY} {account.code(at)} · head-1 {other.code(at)}" in lines[2]
        assert account.secret not in "\n".join(lines)
        kept = secrets_of([account, other]).splitlines()
        assert [(account.secret in line, other.secret in line) for line in kept] == [(True, False), (False, True)]
        assert PASSWORD in lines[0]
        with httpx.Client(base_url=address, headers=SAME_ORIGIN, trust_env=False) as browser:
            fields = {
                "name": DUTY,
                "password": PASSWORD,
                "code": account.code(datetime.now(UTC)),
                "back": "/desk/first-steps",
            }
            let_in = browser.post("/desk/sign-in", data=fields)
            assert (let_in.status_code, let_in.headers["location"]) == (303, "/desk/first-steps")
            page = browser.get("/desk/first-steps")
            assert page.status_code == 200
            assert "What you can do here" in page.text
        with pytest.raises(StoryBrokenError, match="opens the invitation"):
            enrol("XA-NCB", address, DUTY, "no invitation at all")


def test_code_that_was_over_before_it_was_looked_at_is_followed_by_the_next(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    perform(node, "officer_add", {"officer": HEAD, "id": "late-1", "roles": ["analyst"]})
    invited = perform(node, "account_invite", {"officer": HEAD, "account": "late-1"})
    right, asked_at = Account.code, list[datetime]()

    def code(account: Account, at: datetime) -> str:
        asked_at.append(at)
        return right(account, at if len(asked_at) > 1 else at - timedelta(minutes=5))

    monkeypatch.setattr(Account, "code", code)
    with serving(application(node)) as address:
        enrol("XA-NCB", address, "late-1", str(invited["code"]))
    assert len(asked_at) == 2


def test_code_holds_until_the_half_minute_ends() -> None:
    account, start = (
        Account("XA-NCB", "", DUTY, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
        datetime(2026, 11, 27, 4, 0, tzinfo=UTC),
    )
    end = start + timedelta(seconds=CODE_SECONDS - 1)
    assert (account.seconds_left(start), account.seconds_left(end)) == (CODE_SECONDS, 1)
    assert account.code(start) == account.code(end) != account.code(end + timedelta(seconds=1))
