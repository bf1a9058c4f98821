"""`entente standing` and `entente namesake` on a folder that no node holds: the next command matches what came in."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run, answer
from tests.cli.test_commands import ABOUT, WANTED, import_wanted

GATE = (*ABOUT, "--occasion", "Gate 4", "--as", "duty-1")


def test_what_came_in_is_listed_settled_and_ended(run: Run, folder: Path) -> None:
    at = ("--folder", folder)
    left = run("standing", "leave", "Muhammadov", "--id", "AB123456", "--days", 9, *GATE, *at, "--json")
    assert left.exit_code == 0
    query = answer(left)["query"]["id"]
    assert "Nothing matched" in run("standing", "matches", "--as", "duty-1", *at).stdout
    import_wanted(run, folder, WANTED)
    listed = run("standing", "list", "--as", "duty-1", *at)
    assert (query in listed.stdout, "Muhammadov, AB123456" in listed.stdout) == (True, True)
    shown = run("standing", "matches", "--query", query, "--as", "duty-1", *at)
    assert shown.stdout.startswith("NEW  ")
    assert "XA-NCB/w-1" in shown.stdout
    assert "+ family name: transliteration" in shown.stdout.replace("\u2068", "")
    match = answer(run("standing", "matches", "--as", "duty-1", *at, "--json"))["matches"][0]["match"]
    assert run("standing", "settle", match, "--as", "duty-1", *at).stdout == f"Settled: {match}.\n"
    assert "Nothing matched" in run("standing", "matches", "--as", "duty-1", *at).stdout
    assert run("standing", "end", query, "--as", "duty-1", *at).stdout == f"Ended: {query}.\n"
    assert run("standing", "end", query, "--as", "duty-1", *at).exit_code == 12


def test_a_query_is_left_as_one_typed_line_as_it_is_searched(run: Run, folder: Path) -> None:
    at = ("--folder", folder)
    left = run("standing", "leave", "--line", "Muhammadov, 1979, AB123456", *GATE, *at, "--json")
    asked = answer(left)["query"]["asked"]
    assert (asked["names"], asked["birth_date"], asked["identifiers"]) == (["Muhammadov"], "1979", ["AB123456"])


def test_a_namesake_is_marked_listed_said_by_a_search_and_ended(run: Run, folder: Path) -> None:
    at = ("--folder", folder)
    import_wanted(run, folder, WANTED)
    marked = run("namesake", "mark", "w-1", "--document", "AB123456", "--reason", "Other face.", *GATE, *at, "--json")
    assert marked.exit_code == 0
    finding = answer(marked)["finding"]["id"]
    assert "Other face." in run("namesake", "list", "w-1", *GATE, *at).stdout
    line = ("search", "Muhammadov", "--id", "AB123456", *GATE, *at)
    assert "found not identical with the bearer of this document" in run(*line).stdout
    assert run("namesake", "end", "w-1", finding, *GATE, *at).stdout == f"Ended: {finding}.\n"
    assert "found not identical" not in run(*line).stdout
    assert run("namesake", "end", "w-1", finding, *GATE, *at).exit_code == 12
