"""`entente account`: invitations and recoveries from the terminal, by whom, and what is shown once."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.conftest import Run, answer

HEAD = ("--as", "head-1")
CODE = re.compile(r"^  ([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})$", re.MULTILINE)


def test_invitation_is_shown_once_and_listed_without_its_code(run: Run, folder: Path) -> None:
    at = ("--folder", folder)
    run("officer", "add", "desk-1", "--role", "duty_officer", *HEAD, *at)
    invited = run("account", "invite", "desk-1", *HEAD, *at)
    assert invited.exit_code == 0, invited.output
    found = CODE.search(invited.stdout)
    assert found is not None
    listed = run("account", "list", *HEAD, *at)
    assert ("desk-1" in listed.stdout, "invited until" in listed.stdout) == (True, True)
    assert found[1] not in listed.stdout
    assert "Nothing." in run("account", "sessions", *HEAD, *at).stdout
    assert "0 sessions of desk-1 ended." in run("account", "sign-out", "desk-1", *HEAD, *at).stdout


def test_who_may_not_enter_officers_invites_nobody(run: Run, folder: Path) -> None:
    at = ("--folder", folder)
    run("officer", "add", "desk-2", "--role", "duty_officer", *HEAD, *at)
    for command in (("invite", "desk-2"), ("list",), ("recover", "head-1"), ("sessions",), ("sign-out", "head-1")):
        assert run("account", *command, "--as", "desk-2", *at).exit_code == 10


def test_recovery_of_no_account_is_not_found(run: Run, folder: Path) -> None:
    at = ("--folder", folder, "--json")
    for command in ("recover", "confirm", "refuse"):
        done = run("account", command, "head-1", *HEAD, *at)
        assert (done.exit_code, answer(done)["error"]["code"]) == (12, "not_found"), command
