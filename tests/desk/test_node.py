"""The operator's pages: how the node stands, its settings, and backups begun at the desk (W59)."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from entente.api.running import Runner, Work
from entente.settings import SETTINGS
from entente.web.wording import Wording
from tests.support.desk_world import COOKIE, DeskWorld, OneDesk, one_desk

ROLE = "node_operator"


def test_w59_an_operator_sees_how_the_node_stands_and_nothing_that_it_holds(world: DeskWorld) -> None:
    browser = world.browser(ROLE)
    text = browser.get("/desk/node").text
    for wanted in ("Search index", "Disk", "To be sent", "XA-NCB", "Queues to other bodies"):
        assert wanted in text
    assert "trail" in browser.get("/desk/node/check").text
    assert "Muhammadov" not in text
    for closed in ("/desk/search", "/desk/messages", "/desk/cases", "/desk/trail", "/desk/held", "/desk/imports"):
        assert browser.get(closed).status_code == 403, closed
    assert world.browser().get("/desk/node").status_code == 403


def test_w59_every_setting_is_shown_with_its_help_and_none_can_be_changed(world: DeskWorld) -> None:
    text = world.browser(ROLE).get("/desk/node/settings").text
    for row in SETTINGS:
        assert f'<code class="code">{row.name}</code>' in text
    assert '<form method="post" action="/desk/node' not in text


@pytest.mark.parametrize("language", ["fr", "es", "ar", "ru", "zh"])
def test_w75_an_operator_reads_all_of_it_in_the_language_of_the_page(world: DeskWorld, language: str) -> None:
    browser = world.browser(ROLE, language)
    for path in ("/desk/node", "/desk/node/check", "/desk/node/settings", "/desk/node/backups"):
        # The list of languages alone has a word that stays English.
        assert browser.get(path).text.count('lang="en"') == 1, path
    say = Wording(language)
    assert say.code("checks", "node_key") in browser.get("/desk/node").text
    assert say.text("setting.port") in browser.get("/desk/node/settings").text


def heavy(desk: OneDesk, *, is_recent: bool = True) -> None:
    """Have every session's officer have proved who they are lately, or not."""
    for name, session in desk.signed_in.sessions.items():
        desk.signed_in.sessions[name] = replace(session, is_recent=is_recent)


def test_w59_without_a_folder_of_the_machine_no_backup_is_begun(world: DeskWorld) -> None:
    browser = world.browser(ROLE)
    page = browser.get("/desk/node/backups").text
    assert "backup_folder" in page
    csrf = world.signed_in.sessions[browser.http.cookies[COOKIE]].csrf
    heavy(world)
    answer = browser.post("/desk/node/backups", {"csrf": csrf, "once": "form-1"})
    assert answer.status_code == 409
    assert "No backup was begun" in answer.text


@pytest.mark.parametrize("is_sealed", [True, False], ids=["sealed", "without keys"])
def test_w59_a_backup_goes_where_the_machine_says_and_is_a_row_with_its_officer(
    world: DeskWorld, tmp_path: Path, *, is_sealed: bool
) -> None:
    passphrase = tmp_path / "passphrase.txt"
    passphrase.write_text("river lantern copper window")
    passphrase.chmod(0o600)
    sealed = str(passphrase) if is_sealed else ""
    settings = replace(world.node.settings, backup_folder=str(tmp_path), backup_passphrase_file=sealed)
    desk = one_desk(replace(world.node, settings=settings))
    desk.officers = world.officers
    browser = desk.browser(ROLE)
    frame = browser.frame("/desk/node/backups")
    # It asks who is there, and makes nothing until then.
    heavy(desk, is_recent=False)
    assert "proof of who you are" in browser.post("/desk/node/backups", frame).text
    heavy(desk)
    begun = browser.post("/desk/node/backups", frame)
    assert begun.status_code == 303, begun.text
    assert browser.post("/desk/node/backups", frame).headers["location"] == begun.headers["location"]
    desk.work()
    text = browser.get(begun.headers["location"]).text
    (made,) = tmp_path.glob("*.backup")
    assert re.fullmatch(r"xb-ncb-\d{4}-\d\d-\d\dT\d{6}Z\.backup", made.name)
    assert made.name in text
    row = world.node.trail.latest(1)[0]
    assert (row.act.verb, row.act.officer) == ("backup", world.officer(ROLE))
    assert (row.act.detail["has_keys"], row.act.detail["is_sealed"]) == (is_sealed, is_sealed)
    # It is given out by no page.
    assert made.name not in str(browser.get("/desk/node/backups").text)
    assert browser.get(f"{begun.headers['location'].partition('?')[0]}/files/{made.name}").status_code == 404


@pytest.mark.parametrize(
    ("path", "is_long"), [("node/check", True), ("trail/check", True), ("node", False), ("trail", False)]
)
def test_what_reads_the_whole_trail_waits_among_what_takes_long(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch, *, path: str, is_long: bool
) -> None:
    begin, turns = Runner.begin, list[bool]()

    async def begun(self: Runner, work: Work, *, is_long: bool) -> Any:  # noqa: ANN401 - what a runner returns
        turns.append(is_long)
        return await begin(self, work, is_long=is_long)

    monkeypatch.setattr(Runner, "begin", begun)
    role = "head_of_body" if path.startswith("trail") else "node_operator"
    assert world.browser(role).get(f"/desk/{path}").status_code == 200
    assert turns == [is_long]
