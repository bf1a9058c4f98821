"""`entente token`: the token is shown once or written into a file of its own, and never again."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run, answer

MACHINE = ("officer", "add", "gate-4", "--role", "border_officer", "--machine", "--as", "head-1")
MAKE = ("token", "make", "gate-4", "--scope", "search", "--label", "Gate 4", "--as", "head-1")


def test_token_is_shown_once_and_revoked(run: Run, folder: Path) -> None:
    at = ("--folder", folder)
    run(*MACHINE, *at)
    made = run(*MAKE, *at)
    assert made.exit_code == 0, made.output
    first, text, _ = made.stdout.splitlines()
    token = first.split()[0]
    assert text.strip().startswith(f"entente.{token}.")
    listed = run("token", "list", "--as", "head-1", *at).stdout
    assert (token in listed, "Gate 4" in listed, text.strip() in listed) == (True, True, False)
    assert "speaks for nobody any more" in run("token", "revoke", token, "--as", "head-1", *at).stdout
    assert "revoked" in run("token", "list", "--as", "head-1", *at).stdout
    assert run("token", "revoke", token, "--as", "head-1", *at).exit_code == 13
    assert run("token", "list", "--as", "duty-1", *at).exit_code == 10


def test_token_in_a_file_is_for_its_owner_alone_and_not_shown(run: Run, folder: Path, tmp_path: Path) -> None:
    at, out = ("--folder", folder), tmp_path / "gate-4.token"
    run(*MACHINE, *at)
    made = run(*MAKE, "--out", out, *at, "--json")
    text = out.read_text(encoding="ascii").strip()
    assert (out.stat().st_mode & 0o777, "text" in answer(made), text in made.stdout) == (0o600, False, False)
    assert text.startswith(f"entente.{answer(made)['token']['id']}.")
    again = run(*MAKE, "--out", out, *at, "--json")
    assert (answer(again)["error"]["field"], out.read_text(encoding="ascii").strip()) == ("out", text)
    assert len(answer(run("token", "list", "--as", "head-1", *at, "--json"))["tokens"]) == 1


def test_file_goes_again_where_no_token_is_made(run: Run, folder: Path, tmp_path: Path) -> None:
    at, out = ("--folder", folder), tmp_path / "duty.token"
    refused = run("token", "make", "duty-1", "--scope", "search", "--as", "head-1", "--out", out, *at, "--json")
    assert (answer(refused)["error"]["field"], out.exists()) == ("account", False)
