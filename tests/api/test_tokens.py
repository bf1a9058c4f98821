"""Access tokens: who may make them, for whom, for how long, and that nothing tells why one is not heard (P1 to P3)."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from entente.app import NewBody, create_folder, open_parts, parts_of
from entente.bodies import tokens as module
from entente.bodies.model import BodyKind
from entente.bodies.tokens import TOKEN_DAYS_MAX, Scope
from entente.kernel.canonical import Json
from entente.kernel.errors import Conflict, EntenteError, Invalid, NotFound, Refused, Untrusted
from entente.kernel.ids import OfficerId
from entente.node import Node
from entente.settings import Settings
from entente.verbs import perform
from tests.support.nodes import AheadClock

PASSPHRASE = "correct horse battery staple"
HEAD = "head-1"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a new bureau; no test changes it."""
    place, kind = tmp_path_factory.mktemp("bureau") / "xa", BodyKind.NATIONAL_CENTRAL_BUREAU
    create_folder(place, NewBody(kind, "XA-NCB", "Bureau of XA", "XA", "UTC", (), (PASSPHRASE,) * 3, 2, PASSPHRASE))
    return place


@pytest.fixture
def clock() -> AheadClock:
    """Return a clock that a test can move."""
    return AheadClock()


@pytest.fixture
def node(begun: Path, tmp_path: Path, clock: AheadClock) -> Iterator[Node]:
    """Return a bureau's node with a human officer and a machine account of the same role."""
    shutil.copytree(begun, tmp_path / "xa")
    settings = Settings.at(tmp_path / "xa")
    with ExitStack() as stack:
        node, _ = stack.enter_context(open_parts(settings, replace(parts_of(settings), clock=clock)))
        enter(node, "gate-4")
        enter(node, "duty-1", machine=False)
        yield node


def enter(node: Node, account: str, *, role: str = "border_officer", **more: Json) -> None:
    perform(node, "officer_add", {"officer": HEAD, "id": account, "roles": [role], "machine": True, **more})


def make(node: Node, account: str = "gate-4", **more: Json) -> tuple[str, str]:
    answer: Any = perform(
        node, "token_make", {"officer": HEAD, "account": account, "scopes": ["search"], "label": "Gate 4", **more}
    )
    return answer["token"]["id"], answer["text"]


def refusal(node: Node, text: str) -> tuple[str, str, str, str]:
    with pytest.raises(Untrusted) as raised:
        node.tokens.bearer(text)
    return raised.value.reason, raised.value.what, raised.value.why, raised.value.do


def test_token_speaks_for_its_account_within_its_scopes(node: Node) -> None:
    token, text = make(node, scopes=["search", "records.read"])
    bearer = node.tokens.bearer(text)
    assert (bearer.token, bearer.account.id) == (token, "gate-4")
    assert bearer.scopes == {Scope.SEARCH, Scope.READ_RECORDS}


def test_secret_is_nowhere_in_the_folder_but_its_digest_is(node: Node) -> None:
    _, text = make(node)
    secret = text.rpartition(".")[2]
    assert len(bytes.fromhex(secret)) == 32
    digest = hashlib.sha256(secret.encode()).hexdigest()
    files = [path.read_bytes() for path in node.settings.folder.rglob("*") if path.is_file()]
    assert not any(secret.encode() in data or bytes.fromhex(secret) in data for data in files)
    assert any(digest.encode() in data for data in files)


def test_secret_shows_in_no_list_and_no_trail_row_and_no_repr(node: Node) -> None:
    _, text = make(node)
    told = str(perform(node, "token_list", {"officer": HEAD})) + str(
        perform(node, "trail_show", {"officer": HEAD, "limit": 50})
    )
    secret = text.rpartition(".")[2]
    assert secret not in told
    assert hashlib.sha256(secret.encode()).hexdigest() not in told
    made = node.tokens.make(OfficerId(HEAD), OfficerId("gate-4"), [Scope.SEARCH], "", 1)
    assert made.text not in repr(made)


def test_making_and_revoking_stand_in_the_trail(node: Node) -> None:
    token, _ = make(node)
    perform(node, "token_revoke", {"officer": HEAD, "token": token})
    rows: Any = perform(node, "trail_show", {"officer": HEAD, "about": "gate-4"})["rows"]
    told = [(row["verb"], row["officer"], row["detail"]["token"]) for row in rows if "token" in row["detail"]]
    assert sorted(told) == [("make_token", HEAD, token), ("revoke_token", HEAD, token)]


def test_every_token_that_speaks_for_nobody_is_answered_in_the_same_words(node: Node, clock: AheadClock) -> None:
    _, good = make(node)
    revoked, revoked_text = make(node)
    perform(node, "token_revoke", {"officer": HEAD, "token": revoked})
    enter(node, "gate-5")
    _, human = make(node, "gate-5")
    enter(node, "gate-5", machine=False)
    enter(node, "gate-6")
    _, ended = make(node, "gate-6")
    enter(node, "gate-6", until="2026-01-01T00:00:00.000000Z")
    token, _, secret = good.removeprefix("entente.").partition(".")
    unknown = [
        "", "x", "entente.", f"entente.{token}", f"entente.{token}.", f"entente.{token}.{secret[1:]}{secret[0]}", secret,
        f"entente.token-{'0' * 26}.{secret}", f"{token}.{secret}", good.upper(), f"{good} ", "entente..", "é\udcff",
    ]  # fmt: skip
    assert node.tokens.bearer(good).account.id == "gate-4"
    answers = {refusal(node, text) for text in (*unknown, revoked_text, human, ended)}
    clock.move(days=90)
    answers.add(refusal(node, good))
    assert len(answers) == 1
    assert next(iter(answers))[0] == "token"


def test_token_holds_until_its_last_moment(node: Node, clock: AheadClock) -> None:
    clock.stop()
    _, text = make(node, days=1)
    clock.move(days=1, microseconds=-1)
    assert node.tokens.bearer(text).account.id == "gate-4"
    clock.move(microseconds=1)
    refusal(node, text)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"account": "duty-1"}, "account"),
        ({"account": "nobody"}, "account"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"label": "x" * 101}, "label"),
        ({"label": "a\nb"}, "label"),
        ({"days": TOKEN_DAYS_MAX + 1}, "days"),
        ({"days": 0}, "days"),
    ],
)
def test_token_that_may_not_be_made_is_not(node: Node, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as raised:
        make(node, **given)
    assert raised.value.field == field
    assert perform(node, "token_list", {"officer": HEAD}) == {"tokens": []}


@pytest.mark.parametrize("verb", ["token_make", "token_list", "token_revoke"])
def test_only_who_may_enter_officers_may_handle_tokens(node: Node, verb: str) -> None:
    token, text = make(node)
    given: dict[str, dict[str, Any]] = {
        "token_make": {"account": "gate-4", "scopes": ["search"]},
        "token_list": {},
        "token_revoke": {"token": token},
    }
    for officer in ("duty-1", "gate-4", "nobody"):
        with pytest.raises(Refused):
            perform(node, verb, {"officer": officer, **given[verb]})
    assert node.tokens.bearer(text).account.id == "gate-4"
    assert perform(node, verb, {"officer": HEAD, **given[verb]})


def test_revoking_again_and_revoking_nothing_say_so(node: Node) -> None:
    token, _ = make(node)
    perform(node, "token_revoke", {"officer": HEAD, "token": token})
    errors: list[tuple[str, type[EntenteError]]] = [(token, Conflict), ("token-none", NotFound)]
    for wanted, kind in errors:
        with pytest.raises(kind):
            perform(node, "token_revoke", {"officer": HEAD, "token": wanted})


def test_node_keeps_a_bounded_number_and_forgets_what_ended_long_ago(
    node: Node, clock: AheadClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TOKENS_MAX", 2)
    make(node, days=1)
    make(node, days=1)
    with pytest.raises(Conflict):
        make(node)
    clock.move(days=92)
    token, _ = make(node)
    listed: Any = perform(node, "token_list", {"officer": HEAD})["tokens"]
    assert [one["id"] for one in listed] == [token]
