"""The command line against a real node elsewhere, over its API: what it prints is what it prints at the node."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from entente.bodies.tokens import Scope
from entente.cli import app
from tests.support.processes import TERMS, Bureau, entente

pytestmark = pytest.mark.e2e
PERSON = {"schema": "Person", "properties": {"name": ["Muhammadov Abdullo"], "birthDate": ["1979-03-14"]}}
WHY = ("--purpose", "arrest", "--crime-area", "fugitives")
OCCASION = (*WHY, "--occasion", "Gate 4")
ZONE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
READING: tuple[tuple[str, ...], ...] = (
    ("search", "Мухаммедов", *OCCASION, "--as", "duty-1"),
    ("search", "Nobody", *OCCASION, "--as", "duty-1"),
    ("record", "show", "XA-NCB/w-1", *WHY, "--as", "duty-1"),
    ("record", "list", *WHY, "--as", "duty-1"),
    ("case", "list"),
    ("case", "show", "NUMBER"),
    ("case", "show", "2019/000001"),
    ("message", "list"),
    ("hit", "list"),
    ("body", "list"),
    ("body", "show", "XA-NCB"),
    ("group", "list"),
    ("instrument", "list"),
    ("mrz", "check", ZONE),
)
DIFFERS = re.compile(r"Trail row \d+|\"trail_sequence\": \d+,")
"""Each search is a row of its own."""


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """Run the node of a bureau with a wanted person, a case, and a machine account that may what a duty officer may."""
    folder = tmp_path_factory.mktemp("bureau")
    bureau = Bureau("XA-NCB", folder / "xa")
    bureau.make()
    file = folder / "wanted.jsonl"
    file.write_text(json.dumps({**PERSON, "id": "w-1"}) + "\n", encoding="utf-8")
    bureau.ask("record_import", officer="duty-1", file=str(file), terms=TERMS)
    bureau.ask("officer_add", officer="head-1", id="desk", roles=["duty_officer"], machine=True)
    bureau.start()
    try:
        yield bureau
    finally:
        bureau.end()


@pytest.fixture(scope="module")
def token(bureau: Bureau) -> Path:
    """Make a token for everything that a duty officer's machine may do."""
    return token_for(
        bureau, "search", "records.read", "cases.read", "cases.write", "hits.read", "messages.read", "directory.read"
    )


def token_for(bureau: Bureau, *scopes: str) -> Path:
    made: Any = bureau.ask("token_make", officer="head-1", account="desk", scopes=[*scopes])
    kept = bureau.folder.parent / f"{made['token']['id']}.token"
    kept.touch(0o600)
    kept.write_text(made["text"] + "\n", encoding="ascii")
    return kept


def run(*line: str | Path, **environment: str) -> Result:
    """Run one command in this process, with nothing of ours in the environment but what is given."""
    none: dict[str, str | None] = {name: None for name in os.environ if name.startswith("ENTENTE_")}
    return CliRunner().invoke(app, [str(word) for word in line], env={**none, **environment})


def address(bureau: Bureau) -> str:
    return f"http://127.0.0.1:{bureau.port}"


def there(bureau: Bureau, token: Path, *line: str) -> Result:
    """Run a command against the node as from elsewhere, without the officer: the token says who acts."""
    spoken = [word for place, word in enumerate(line) if "--as" not in {word, line[place - 1]}]
    return run("--node", address(bureau), "--token-file", token, *spoken)


@pytest.fixture(scope="module")
def case(bureau: Bureau, token: Path) -> str:
    """Open a case from elsewhere."""
    opened = there(bureau, token, "case", "open", "Gate 4", "--crime-area", "fugitives", "--json")
    assert (opened.exit_code, opened.stderr) == (0, "")
    return str(json.loads(opened.stdout)["case"]["number"])


@pytest.mark.parametrize("line", READING, ids=lambda line: " ".join(line[:2]))
@pytest.mark.parametrize("form", ["words", "json"])
def test_command_prints_from_elsewhere_what_it_prints_at_the_node(
    bureau: Bureau, token: Path, case: str, line: tuple[str, ...], form: str
) -> None:
    words = tuple(case if word == "NUMBER" else word for word in line)
    words += ("--json",) if form == "json" else ()
    here, away = run(*words, "--folder", bureau.folder), there(bureau, token, *words)
    assert (away.stderr, away.exit_code) == (here.stderr, here.exit_code)
    assert here.exit_code in {0, 12}
    said = [DIFFERS.sub("", one.stdout) for one in (away, here)]
    if form == "json":
        said = [json.loads(one) for one in said]
    assert said[0] == said[1]


def test_case_is_kept_from_elsewhere_as_at_the_node(bureau: Bureau, token: Path, case: str) -> None:
    noted = there(bureau, token, "case", "note", case, "Called the gate.", "--as", "duty-1")
    assert (noted.stdout, noted.exit_code) == (f"Noted in {case}.\n", 0)
    closed = there(bureau, token, "case", "close", case, "--version", "1", "--reason", "Left.")
    opened = there(bureau, token, "case", "reopen", case, "--version", "2", "--reason", "Came back.")
    assert [one.exit_code for one in (closed, opened)] == [0, 0]
    assert "closed" in closed.stdout
    assert "open" in opened.stdout
    events = bureau.ask("case_show", number=case)["events"]
    assert [(one["kind"], one["officer"]) for one in events[:2]] == [("opened", "desk"), ("note", "desk")]


def test_file_of_queries_is_searched_from_elsewhere(bureau: Bureau, token: Path, tmp_path: Path) -> None:
    file = tmp_path / "passengers.csv"
    file.write_text("name,birth_date\nMuhammadov Abdullo,1979\nNobody At All,\n", encoding="utf-8")
    done = there(bureau, token, "search", "--batch", str(file), *OCCASION, "--out", str(tmp_path / "found.jsonl"))
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in (tmp_path / "found.jsonl").read_text(encoding="utf-8").splitlines()]
    found = [row for row in rows if "candidates" in row]
    assert [bool(row["candidates"]) for row in found] == [True, False]


def test_files_go_and_come_from_elsewhere_by_jobs(bureau: Bureau, tmp_path: Path) -> None:
    everything = token_for(bureau, *sorted(set(Scope)))
    file, terms = tmp_path / "list.jsonl", tmp_path / "terms.yaml"
    rows = [json.dumps({**PERSON, "id": f"l-{one}"}) for one in range(5)]
    file.write_text("\n".join([*rows, "no JSON"]) + "\n", encoding="utf-8")
    terms.write_text(TERMS, encoding="utf-8")
    line = ("record", "import", str(file), "--terms", str(terms), "--as", "duty-1", "--json")
    away = there(bureau, everything, *line)
    assert away.exit_code == 0, away.output
    rejected = tmp_path / "list.jsonl.rejects.jsonl"
    summary = json.loads(away.stdout)["summary"]
    assert (summary["created"], summary["rejected"], summary["rejects_file"]) == (5, 1, str(rejected))
    # Nothing is overwritten; the same file again changes nothing, here or there.
    again = there(bureau, everything, *line)
    assert (again.exit_code, "list.jsonl.rejects.jsonl is there already" in again.output) == (11, True)
    kept = rejected.rename(tmp_path / "kept")
    here = run(*line, "--folder", bureau.folder)
    rejects = [json.loads(one.read_text(encoding="utf-8")) for one in (kept, rejected)]
    assert rejects[0] == rejects[1]
    unchanged = {**json.loads(here.stdout)["summary"], "created": 5, "unchanged": 0}
    assert {name: summary[name] for name in unchanged if name != "seconds"} == {
        name: value for name, value in unchanged.items() if name != "seconds"
    }
    export = ("--purpose", "arrest", "--crime-area", "fugitives")
    written = run("record", "export", tmp_path / "here", *export, "--as", "duty-1", "--folder", bureau.folder)
    fetched = there(bureau, everything, "record", "export", str(tmp_path / "away"), *export)
    assert (written.exit_code, fetched.exit_code) == (0, 0), fetched.output
    assert fetched.stdout == written.stdout.replace(str(tmp_path / "here"), str(tmp_path / "away"))
    assert (tmp_path / "away").read_bytes() == (tmp_path / "here").read_bytes()
    paper = tmp_path / "paper.txt"
    paper.write_text("As found at Gate 4.\n", encoding="utf-8")
    attached = there(bureau, everything, "record", "attach", "XA-NCB/l-1", str(paper))
    assert attached.exit_code == 0, attached.output
    out = tmp_path / "out.txt"
    taken = there(bureau, everything, "record", "blob", "XA-NCB/l-1", "paper.txt", "--out", str(out), *WHY)
    assert (taken.exit_code, out.read_bytes()) == (0, paper.read_bytes()), taken.output
    table = tmp_path / "table.csv"
    table.write_text("full name,born\nMuhammadov Abdullo,1979-03-14\n", encoding="utf-8")
    suggested = there(bureau, everything, "record", "import", str(table), "--suggest")
    assert suggested.stdout == run("record", "import", str(table), "--suggest", "--folder", bureau.folder).stdout


def test_job_that_fails_is_the_error_that_ended_it(bureau: Bureau, tmp_path: Path) -> None:
    everything = token_for(bureau, *sorted(set(Scope)))
    file, terms = tmp_path / "list.jsonl", tmp_path / "terms.yaml"
    file.write_text(json.dumps({**PERSON, "id": "f-1"}) + "\n", encoding="utf-8")
    terms.write_text("title: Nothing else\n", encoding="utf-8")
    line = ("record", "import", str(file), "--terms", str(terms), "--as", "duty-1", "--json")
    away, here = there(bureau, everything, *line), run(*line, "--folder", bureau.folder)
    assert (away.exit_code, json.loads(away.stdout)) == (here.exit_code, json.loads(here.stdout))
    assert here.exit_code == 11


def test_list_goes_on_from_elsewhere_by_what_it_said(bureau: Bureau, token: Path, tmp_path: Path) -> None:
    file = tmp_path / "more.jsonl"
    file.write_text("".join(json.dumps({**PERSON, "id": f"m-{one}"}) + "\n" for one in range(3)), encoding="utf-8")
    bureau.ask("record_import", officer="duty-1", file=str(file), terms=TERMS)
    seen: list[str] = []
    more: tuple[str, ...] = ()
    while True:
        listed = there(bureau, token, "record", "list", *WHY, "--limit", "2", *more)
        seen += re.findall(r"XA-NCB/\S+\d", listed.stdout)
        found = re.search(r"More with --after (\S+)", listed.stdout)
        if found is None:
            break
        more = ("--after", found[1])
    assert {"XA-NCB/m-0", "XA-NCB/m-1", "XA-NCB/m-2", "XA-NCB/w-1"} <= set(seen)
    assert len(seen) == len(set(seen)) > 3


def test_command_without_a_route_says_where_it_is_done(bureau: Bureau, token: Path) -> None:
    for line in (
        ("officer", "list"),
        ("doctor",),
        ("record", "erase", "w-1", "--reason", "unlawful"),
        ("token", "list"),
        ("instrument", "sign", "charter", "--key", __file__),
    ):
        refused = there(bureau, token, *line)
        assert refused.exit_code == 11, refused.output
        assert "--folder in place of --node" in refused.stderr
    for line_here in (("backup", "--verify", __file__), ("node", "run"), ("trail", "verify", "--file", __file__)):
        refused = there(bureau, token, *line_here)
        assert refused.exit_code == 11, refused.output
        assert "Leave --node away." in refused.stderr


def test_node_elsewhere_is_not_told_who_acts_and_not_beside_a_folder(bureau: Bureau, token: Path) -> None:
    spoken = run("--node", address(bureau), "--token-file", token, "search", "Muhammadov", *OCCASION, "--as", "duty-1")
    assert (spoken.exit_code, "Leave --as away." in spoken.stderr) == (11, True)
    both = run("--node", address(bureau), "--token-file", token, "case", "list", "--folder", bureau.folder)
    assert (both.exit_code, "Two nodes are named." in both.stderr) == (11, True)


def test_environment_names_the_node_where_no_folder_is_given(bureau: Bureau, token: Path, case: str) -> None:
    held = token.read_text(encoding="ascii").strip()
    for named in ({"ENTENTE_TOKEN_FILE": str(token)}, {"ENTENTE_TOKEN": held}):
        listed = run("case", "list", ENTENTE_NODE=address(bureau), **named)
        assert (listed.exit_code, case in listed.stdout) == (0, True), listed.output
    # The folder is named, so it is asked, whatever the environment says.
    here = run(
        "officer", "list", "--folder", bureau.folder, ENTENTE_NODE=address(bureau), ENTENTE_TOKEN_FILE=str(token)
    )
    assert (here.exit_code, "duty-1" in here.stdout) == (0, True), here.output
    two = {"ENTENTE_NODE": address(bureau), "ENTENTE_TOKEN_FILE": str(token), "ENTENTE_FOLDER": str(bureau.folder)}
    both = run("case", "list", **two)
    assert (both.exit_code, "Two nodes are named." in both.stderr) == (11, True)
    said = run("--node", address(bureau), "case", "list", **two)
    assert (said.exit_code, case in said.stdout) == (0, True)
    none = run("case", "list", ENTENTE_NODE=address(bureau))
    assert (none.exit_code, "Give --token-file FILE" in none.stderr) == (16, True)


def test_act_whose_result_may_not_be_read_says_that_it_was_done(bureau: Bureau) -> None:
    writing = token_for(bureau, "cases.write")
    done = there(bureau, writing, "case", "open", "Unseen", "--crime-area", "fugitives")
    assert done.exit_code == 10
    assert re.search(r"It was done, as \d{4}/\d{6}, and cannot be shown", done.stderr)
    assert "Do not do it again." in done.stderr
    assert [one["title"] for one in bureau.ask("case_list")["cases"]].count("Unseen") == 1


def test_token_stands_in_no_output_and_a_lost_one_is_said(bureau: Bureau, token: Path) -> None:
    held = token.read_text(encoding="ascii").strip()
    token.chmod(0o644)
    open_to_all = there(bureau, token, "case", "list")
    token.chmod(0o600)
    assert (open_to_all.exit_code, "open to other accounts" in open_to_all.stderr) == (16, True)
    gone = token_for(bureau, "cases.read")
    bureau.ask("token_revoke", officer="head-1", token=gone.stem)
    unheard = there(bureau, gone, "case", "list")
    assert (unheard.exit_code, unheard.stdout) == (14, "")
    nobody = run("--node", "http://127.0.0.1:9", "--token-file", token, "case", "list", "--json")
    assert nobody.exit_code == 15
    clear = run("--node", "http://node.example", "--token-file", token, "case", "list")
    assert (clear.exit_code, "over TLS alone" in clear.stderr) == (16, True)
    assert not any(held in one.output for one in (open_to_all, unheard, nobody, clear))


def test_command_elsewhere_is_a_program_of_its_own(bureau: Bureau, token: Path, case: str) -> None:
    with entente("--node", address(bureau), "--token-file", token, "case", "show", case) as process:
        said, complained = process.communicate(timeout=60)
    assert (process.returncode, complained) == (0, "")
    assert case in said
