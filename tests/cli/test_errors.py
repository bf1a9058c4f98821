"""One error shape at every exit, one exit code for each kind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from entente.api.errors import STATUS
from entente.cli.errors import EXIT_CODES, report
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import (
    Conflict,
    EntenteError,
    Invalid,
    Misconfigured,
    NotFound,
    Refused,
    Unavailable,
    Untrusted,
)
from entente.kernel.wire import error_from_json, error_to_json
from entente.transport.errors import STATUS_OF
from entente.web.errors import STATUS as PAGE_STATUS
from tests.cli.conftest import Run, answer
from tests.docs.source import ROOT

ERROR_TREE = ROOT / "src" / "entente" / "kernel" / "errors.py"
NO = Decision.of([Ground("D3", allows=False, text="It is suspended.", source="Art. 4", remedy="Ask XA-NCB.")])
ONE_OF_EACH: tuple[EntenteError, ...] = (
    Refused("Not sent.", decision=NO, do="Ask."),
    Invalid("Not a date.", field="born", why="It is no date.", do="Mend it."),
    NotFound(),
    Conflict("Changed.", why="Somebody was first.", do="Reload."),
    Untrusted("Not signed.", reason="wrong_signature", why="It does not fit.", do="Ask again."),
    Unavailable("No disk.", why="It is full.", do="Make room.", retry_is_safe=True),
    Misconfigured("No node.", why="Nothing is here.", do="Make one."),
)


def test_every_kind_of_error_stands_in_every_table() -> None:
    kinds = {type(error) for error in ONE_OF_EACH}
    assert kinds == set(EntenteError.__subclasses__())
    assert set(EXIT_CODES) == set(STATUS) == set(PAGE_STATUS) == kinds
    assert len(set(EXIT_CODES.values())) == len(EXIT_CODES)
    assert STATUS == PAGE_STATUS == STATUS_OF


@pytest.mark.parametrize("error", ONE_OF_EACH, ids=lambda error: error.code)
def test_error_crosses_the_wire_as_itself(error: EntenteError) -> None:
    read = error_from_json(error_to_json(error))
    assert type(read) is type(error)
    assert read.__dict__ == error.__dict__


def test_error_of_an_unknown_code_is_unavailable_and_not_retried() -> None:
    read = error_from_json({"code": "surprise"})
    assert isinstance(read, Unavailable)
    assert not read.retry_is_safe


@pytest.mark.parametrize("error", ONE_OF_EACH, ids=lambda error: error.code)
def test_error_is_told_on_stderr_or_as_json_on_stdout(error: EntenteError, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(error, as_json=False) == EXIT_CODES[type(error)]
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"{error.what}\nwhy   {error.why}\ndo    {error.do}\n")
    assert report(error, as_json=True) == EXIT_CODES[type(error)]
    told = capsys.readouterr()
    assert told.err == ""
    assert f'"code": "{error.code}"' in told.out


def test_all_that_is_wrong_crosses_the_wire_and_is_told_each_at_its_field(capsys: pytest.CaptureFixture[str]) -> None:
    faults = [Invalid(f"Not {name}.", field=name, why=f"No {name}.", do="Mend it.") for name in ("born", "from", "to")]
    error = Invalid.of_all(faults)
    read = error_from_json(error_to_json(error))
    assert isinstance(read, Invalid)
    assert [one.__dict__ for one in (*read.also,)] == [one.__dict__ for one in faults[1:]]
    assert "also" not in error_to_json(faults[0])
    report(read, as_json=False)
    lines = "Not born.\nwhy   No born.\ndo    Mend it.\nalso  from: Not from. No from.\nalso  to: Not to. No to.\n"
    assert capsys.readouterr().err == lines


def test_refusal_lists_its_grounds_by_number(capsys: pytest.CaptureFixture[str]) -> None:
    report(ONE_OF_EACH[0], as_json=False)
    assert "  D3    NO   It is suspended. [Art. 4]\n             Ask XA-NCB.\n" in capsys.readouterr().err


def test_reference_states_the_codes_that_are_used() -> None:
    page = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \|[^|]*\| (\d+) \| (\d+) \|", page, re.MULTILINE)
    assert {row[0]: (row[1], int(row[2]), int(row[3])) for row in rows} == {
        kind.__name__: (kind.code, STATUS[kind], EXIT_CODES[kind]) for kind in EXIT_CODES
    }
    # The order of the rows is the order of precedence that kernel.errors states.
    stated = re.search(r"order of precedence is ([\w, \n]+):", ERROR_TREE.read_text(encoding="utf-8"))
    assert stated is not None
    in_order = re.findall(r"\b[A-Z]\w+", stated[1])
    assert [row[0] for row in rows] == in_order


def test_each_kind_ends_a_command_with_its_code(run: Run, folder: Path, tmp_path: Path) -> None:
    given = ("--folder", folder)
    assert run("case", "open", "T", "--crime-area", "fugitives", "--as", "head-1", *given).exit_code == 10
    assert run("case", "open", "T", "--crime-area", "no such", "--as", "duty-1", *given).exit_code == 11
    assert run("case", "show", "2031/000001", *given).exit_code == 12
    assert (
        run("init", "--kind", "national_entity", "--code", "XA-2", "--name", "X", "--country", "XA", *given).exit_code
        == 13
    )
    assert run("body", "list", "--folder", tmp_path / "nowhere").exit_code == 16
    assert run("case", "open").exit_code == 2


def test_refusal_as_json_holds_the_decision(run: Run, folder: Path) -> None:
    line = ("case", "open", "T", "--crime-area", "fugitives", "--folder", folder, "--json")
    assert answer(run(*line, "--as", "duty-1"))["case"]["state"] == "open"
    refused = run(*line, "--as", "head-1")
    error = answer(refused)["error"]
    assert refused.stderr == ""
    assert (error["code"], error["decision"]["allowed"]) == ("refused", False)
    assert [ground["number"] for ground in error["decision"]["grounds"]] == ["B9.1", "B9.2"]


def test_officer_is_named_or_nothing_is_done(run: Run, folder: Path) -> None:
    result = run("case", "open", "T", "--crime-area", "fugitives", "--as", " ", "--folder", folder, "--json")
    assert (result.exit_code, answer(result)["error"]["field"]) == (11, "officer")
