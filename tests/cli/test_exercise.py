"""B15 at the command line: a node of invented people, whose every word says that it is an exercise."""

import csv
import json
from pathlib import Path

import pytest

from entente.cli.exercising import TERMS
from entente.formats.import_terms import INVENTED
from tests.cli.conftest import Run, answer

LINE = "EXERCISE · nothing here is about a real person or body"


def exercise(run: Run, place: Path, *more: str) -> str:
    made = run("exercise", "--people", "20", "--folder", place, *more)
    assert made.exit_code == 0, made.output
    return made.stdout


def test_b15_an_exercise_node_has_officers_and_people_and_says_what_it_is(run: Run, tmp_path: Path) -> None:
    said = exercise(run, tmp_path / "ex")
    assert said.startswith(f"{LINE}\n")
    assert "ex-duty-1" in said
    listed = run(
        "record", "list", "--purpose", "arrest", "--crime-area", "fugitives", "--as", "ex-duty-1",
        "--folder", tmp_path / "ex", "--json",
    )  # fmt: skip
    assert len(answer(listed)["records"]) == 20
    assert answer(listed)["exercise"] is True


def test_b15_the_same_seed_gives_the_same_people_and_another_seed_others(run: Run, tmp_path: Path) -> None:
    held = []
    for number, seed in enumerate(("1", "1", "2")):
        exercise(run, tmp_path / f"{number}", "--seed", seed)
        shown = run(
            "record", "show", f"EX-1/ex-{seed}-0000003", "--purpose", "arrest", "--crime-area", "fugitives",
            "--as", "ex-duty-1", "--folder", tmp_path / f"{number}", "--json",
        )  # fmt: skip
        held.append([fact["value"] for fact in answer(shown)["record"]["facts"]])
    assert held[0] == held[1] != held[2]


def test_b15_every_answer_for_people_and_programs_says_so_errors_and_files_too(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "ex"
    exercise(run, place)
    assert run("officer", "list", "--folder", place).stdout.startswith(LINE)
    assert answer(run("doctor", "--folder", place, "--json"))["exercise"] is True
    refused = run("case", "show", "2026/000009", "--folder", place)
    assert refused.exit_code != 0
    assert refused.stderr.startswith("EXERCISE · ")
    (tmp_path / "asked.csv").write_text("name\nBakomi\n")
    searched = run(
        "search", "--batch", tmp_path / "asked.csv", "--out", tmp_path / "found.csv", "--purpose", "identify",
        "--crime-area", "fugitives", "--occasion", "Gate 4", "--as", "ex-duty-1", "--folder", place,
    )  # fmt: skip
    assert searched.stdout.startswith(LINE), searched.output
    with (tmp_path / "found.csv").open(encoding="utf-8-sig", newline="") as found:
        assert all("EXERCISE" in row["notes"] for row in csv.DictReader(found))


def test_b15_a_real_body_and_an_exercise_are_not_entered_with_each_other(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    place = tmp_path / "ex"
    exercise(run, place)
    for source, target in ((place, folder), (folder, place)):
        entry = tmp_path / "entry.json"
        entry.unlink(missing_ok=True)
        assert run("body", "export", "--out", entry, "--folder", source).exit_code == 0
        refused = run("body", "enter", entry, "--folder", target, "--json")
        assert refused.exit_code != 0
        assert json.loads(refused.stdout)["error"]["reason"] == "exercise"


@pytest.mark.parametrize("form", ["ftm", "stix"])
def test_b15_exported_records_say_so_and_no_real_node_imports_them(
    run: Run, folder: Path, tmp_path: Path, form: str
) -> None:
    exercise(run, tmp_path / "ex")
    file, terms = tmp_path / "people.json", tmp_path / "terms.yaml"
    made = run(
        "record", "export", file, "--format", form, "--purpose", "analysis", "--crime-area", "fugitives",
        "--as", "ex-duty-1", "--folder", tmp_path / "ex",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    people = [line for line in file.read_text("utf-8").splitlines() if "Invented person" in line]
    assert len(people) == 20
    assert all(LINE in line for line in people)
    terms.write_text(TERMS)
    asked = ("record", "import", file, "--terms", terms, "--json")
    real = run(*asked, "--rejects", tmp_path / "r1", "--as", "duty-1", "--folder", folder)
    assert answer(real)["summary"]["created"] == 0
    rejects = [json.loads(line) for line in (tmp_path / "r1").read_text("utf-8").splitlines()]
    assert [one["why"] for one in rejects if "EXERCISE" in one["why"]] == [INVENTED] * 20
    exercise(run, tmp_path / "ex2", "--people", "0", "--code", "EX-2")
    other = run(*asked, "--rejects", tmp_path / "r2", "--as", "ex-duty-1", "--folder", tmp_path / "ex2")
    assert answer(other)["summary"]["created"] == 20


def test_b15_a_proposed_mapping_says_so_as_a_remark_and_is_used_as_it_is(run: Run, tmp_path: Path) -> None:
    exercise(run, tmp_path / "ex", "--people", "0")
    file, mapping, terms = (tmp_path / name for name in ("register.csv", "mapping.yaml", "terms.yaml"))
    file.write_text("No;Surname;Given names\n1;Velk;Ardan\n2;Sorn;Mira\n")
    terms.write_text(TERMS)
    mapping.write_text(run("record", "import", file, "--suggest", "--folder", tmp_path / "ex").stdout)
    assert mapping.read_text().startswith(f"# {LINE}\n")
    made = run(
        "record", "import", file, "--mapping", mapping, "--terms", terms, "--as", "ex-duty-1", "--folder", tmp_path / "ex",
        "--json",
    )  # fmt: skip
    assert answer(made)["summary"]["created"] == 2, made.output


def test_b15_what_is_taken_out_of_the_trail_says_so_and_its_check_too(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "ex"
    exercise(run, place, "--people", "0")
    opened = run(
        "case", "open", "Gate 4", "--crime-area", "fugitives", "--as", "ex-duty-1", "--folder", place, "--json"
    )
    case = tmp_path / "case.json"
    continuation = tmp_path / "continuation.json"
    number = answer(opened)["case"]["number"]
    for made in (
        run("trail", "export", number, "--out", case, "--as", "ex-dpo-1", "--folder", place),
        run("trail", "prove", "--since", "1", "--out", continuation, "--folder", place),
    ):
        assert made.stdout.startswith(f"{LINE}\n"), made.output
    for file in (case, continuation):
        document = json.loads(file.read_text("utf-8"))
        assert document["exercise"] == LINE
        judged = run("trail", "verify", "--file", file, "--body", document["body"])
        assert judged.exit_code == 0, judged.output
        assert judged.stdout.startswith(f"{LINE}\n")
        # The mark is for people; whose file it is follows from the genesis.
        file.write_text(json.dumps({name: value for name, value in document.items() if name != "exercise"}))
        assert run("trail", "verify", "--file", file, "--body", document["body"]).stdout.startswith(LINE)


def test_b15_what_is_real_says_nothing_of_exercises(run: Run, folder: Path) -> None:
    told = run("officer", "list", "--folder", folder)
    assert "EXERCISE" not in told.output
    assert "exercise" not in answer(run("officer", "list", "--folder", folder, "--json"))


def test_an_exercise_overwrites_nothing_and_bounds_what_is_asked(run: Run, folder: Path, tmp_path: Path) -> None:
    assert run("exercise", "--folder", folder).exit_code != 0
    assert "EXERCISE" not in run("officer", "list", "--folder", folder).output
    assert run("exercise", "--people", "1000001", "--folder", tmp_path / "much").exit_code != 0
    assert run("exercise", "--country", "ZZZ", "--folder", tmp_path / "where").exit_code != 0
    assert not [*(tmp_path / "where").iterdir()]
