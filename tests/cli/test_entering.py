"""`entente record enter`: one record by hand, on a folder and at a node elsewhere (docs/rules/records.md R64)."""

from __future__ import annotations

import json
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


LOST = TERMS.replace("wanted_person", "travel_document").replace("restricted", "official_use")


def test_r66_a_lost_document_is_entered_and_imported_without_its_holder(run: Run, folder: Path) -> None:
    terms, at = folder.parent / "lost.yaml", ("--as", "duty-1", "--folder", folder)
    terms.write_text(LOST, encoding="utf-8")
    enter = ("record", "enter", "Passport", "--fact", "number=XA7654321", "--terms", terms, *ABOUT, *at)
    refused = run(*enter, "--fact", "surname=Velk")
    assert (refused.exit_code, "never says «surname»" in refused.stderr) == (11, True)
    assert run(*enter, "--id", "d-1").exit_code == 0
    file = folder.parent / "lost.jsonl"
    rows = [
        {"id": f"d-{number}", "schema": "Passport", "properties": {"number": [f"XA{number}"], **more}}
        for number, more in (
            (2, {}),
            (3, {"birthDate": ["1979-05-04"]}),
            (4, {"holder": ["p-1"]}),
            (5, {"last name": ["Velk"]}),
        )
    ]
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    looked = answer(run("record", "import", file, "--terms", terms, *at, "--preview", "--json"))["rows"]
    assert [(row["outcome"], row["field"]) for row in looked] == [
        ("record", ""), ("rejected", "birthDate"), ("rejected", "holder"), ("rejected", "last name"),
    ]  # fmt: skip
    assert "a travel_document never says «birthDate»; leave it out (R66)" in looked[1]["why"]
    done = answer(run("record", "import", file, "--terms", terms, *at, "--json"))["summary"]
    assert (done["created"], done["rejected"]) == (1, 3)
    assert "leave it out (R66)" in file.with_name("lost.jsonl.rejects.jsonl").read_text("utf-8")
