"""`entente record enter`: one record by hand, on a folder and at a node elsewhere (docs/rules/records.md R64)."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run, answer
from tests.cli.test_commands import ABOUT, TERMS

STOLEN = TERMS.replace("wanted_person", "vehicle").replace("restricted", "official_use")
ENTER = ("record", "enter", "Vehicle", "--fact", "registrationNumber=01 A 123 BC", "--assessed", "color=red")


def test_r64_a_record_is_looked_at_and_then_entered(run: Run, folder: Path) -> None:
    terms = folder.parent / "stolen.yaml"
    terms.write_text(STOLEN, encoding="utf-8")
    more = ("--terms", terms, *ABOUT, "--as", "duty-1", "--folder", folder)
    looked = run(*ENTER, *more, "--look")
    assert looked.exit_code == 0, looked.output
    assert "01 A 123 BC" in looked.stdout
    listed = ("record", "list", *ABOUT, "--as", "duty-1", "--folder", folder, "--json")
    assert answer(run(*listed))["of"] == 0
    entered = run(*ENTER, *more, "--id", "v-1")
    assert entered.exit_code == 0, entered.output
    assert "is entered; a copy was sent to nobody." in entered.stdout
    shown = answer(run("record", "show", "v-1", *ABOUT, "--as", "duty-1", "--folder", folder, "--json"))
    assert {fact["property"]: fact["observation"] for fact in shown["record"]["facts"]} == {
        "registrationNumber": "observed", "color": "assessed",
    }  # fmt: skip
    again = run(*ENTER, *more, "--id", "v-1")
    assert (again.exit_code, "local id" in again.stderr) == (11, True)
    wrong = run("record", "enter", "Vehicle", "--fact", "registrationNumber", *more)
    assert (wrong.exit_code, "registrationNumber=AB123" in wrong.stderr) == (2, True)
