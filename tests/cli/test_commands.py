"""Commands on a real folder: what an officer types, and what is read."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from typer.testing import Result

from entente import app
from entente.cli import gateway
from entente.cli.errors import EXIT_CODES
from entente.kernel.errors import Invalid, Unavailable
from entente.node import Node
from entente.settings import Settings
from entente.storage.folder import Folder, FolderLock
from tests.cli.conftest import Run, answer, init
from tests.docs.source import ROOT

WANTED = {
    "id": "w-1",
    "schema": "Person",
    "properties": {"name": ["Мухаммедов Абдулло"], "birthDate": ["1979-03-14"], "nationality": ["xa"]},
}
TERMS = """\
title: Wanted persons (invented)
kind: wanted_person
purposes: [arrest, identify]
crime_areas: [fugitives]
handling: [H2]
confidentiality: restricted
source_evaluation: A
information_evaluation: '1'
subject: {Person: wanted}
retention: {review_after_years: 1, erase_after_years: 4}
"""
ORDER = """\
reference: Order 44
text: Officers of the bureau poll, inquire and identify.
signed_on: 2020-01-10
published_on: 2020-01-12
in_force_on: 2020-02-01
governs: [operational_search_law]
powers:
  - {measure: poll, legal_basis: operational_search_law}
competent_authorities: {observe: Criminal police of XA}
"""
ABOUT = ("--purpose", "identify", "--crime-area", "fugitives")


def import_wanted(run: Run, folder: Path, *rows: object) -> dict[str, object]:
    file, terms = folder.parent / "wanted.jsonl", folder.parent / "wanted.yaml"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    terms.write_text(TERMS, encoding="utf-8")
    (folder.parent / "wanted.jsonl.rejects.jsonl").unlink(missing_ok=True)
    result = run("record", "import", file, "--terms", terms, "--as", "duty-1", "--folder", folder, "--json")
    assert result.exit_code == 0, result.output
    summary: dict[str, object] = answer(result)["summary"]
    return summary


def test_new_folder_has_keys_that_only_its_owner_reads(run: Run, tmp_path: Path) -> None:
    result = init(run, tmp_path / "xa", "XA-NCB", "XA")
    assert result.exit_code == 0
    assert "2 of 3 heads" in result.stdout
    modes = {path.name: path.stat().st_mode & 0o077 for path in (tmp_path / "xa" / "keys").iterdir()}
    assert len([name for name in modes if name.startswith("head")]) == 3
    assert set(modes.values()) == {0}


def test_second_body_in_one_folder_is_a_conflict_and_the_first_stays(run: Run, folder: Path) -> None:
    before = answer(run("body", "show", "--folder", folder, "--json"))
    assert init(run, folder, "XC-NCB", "XC").exit_code == 13
    assert answer(run("body", "show", "--folder", folder, "--json")) == before


def test_body_entered_by_hand_is_in_the_directory(run: Run, folder: Path, tmp_path: Path) -> None:
    init(run, tmp_path / "xb", "XB-NCB", "XB")
    run("body", "export", "--out", tmp_path / "xb.json", "--folder", tmp_path / "xb")
    assert run("body", "enter", tmp_path / "xb.json", "--folder", folder).exit_code == 0
    listed = run("body", "list", "--folder", folder)
    assert "XA-NCB *" in listed.stdout
    assert "by hand" in listed.stdout


def test_tampered_directory_entry_is_not_trusted(run: Run, folder: Path, tmp_path: Path) -> None:
    init(run, tmp_path / "xb", "XB-NCB", "XB")
    entry = json.loads(run("body", "export", "--folder", tmp_path / "xb").stdout)
    entry["statements"][1]["signed"] = entry["statements"][1]["signed"].replace("xb-ncb.test", "elsewhere.test")
    (tmp_path / "xb.json").write_text(json.dumps(entry), encoding="utf-8")
    result = run("body", "enter", tmp_path / "xb.json", "--folder", folder, "--json")
    assert (result.exit_code, answer(result)["error"]["code"]) == (14, "untrusted")


def test_record_imported_in_cyrillic_is_found_from_a_latin_name(run: Run, folder: Path) -> None:
    summary = import_wanted(run, folder, WANTED, {"id": "w-2", "schema": "NoSuchThing", "properties": {}})
    assert (summary["created"], summary["rejected"]) == (1, 1)
    rejected = Path(str(summary["rejects_file"])).read_text(encoding="utf-8")
    assert "NoSuchThing" in rejected
    line = (
        "search",
        "Muhammadov",
        "--born",
        "1979",
        *ABOUT,
        "--occasion",
        "Gate 4",
        "--as",
        "duty-1",
        "--folder",
        folder,
    )
    shown = run(*line)
    assert "\u2068Мухаммедов Абдулло\u2069" in shown.stdout
    assert "XA-NCB/w-1" in shown.stdout
    assert "  + " in shown.stdout
    assert run(*line[:-4], "--as", "head-1", "--folder", folder).exit_code == 10


def test_one_typed_line_finds_as_what_it_says_and_two_dates_are_refused(run: Run, folder: Path) -> None:
    import_wanted(run, folder, WANTED)
    line = ("search", *ABOUT, "--occasion", "Gate 4", "--as", "duty-1", "--folder", folder, "--json")
    stated = answer(run(*line, "Muhammedov", "--born", "1979"))
    typed = answer(run(*line, "--line", "Muhammedov, 1979"))
    assert typed["candidates"] == stated["candidates"] != []
    refused = run(*line, "--line", "Muhammedov, 1979", "--born", "1980")
    assert refused.exit_code == EXIT_CODES[Invalid]
    assert "stated beside it too" in refused.output


def test_import_run_twice_changes_nothing(run: Run, folder: Path) -> None:
    assert import_wanted(run, folder, WANTED)["created"] == 1
    again = import_wanted(run, folder, WANTED)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 1)


def test_withdrawn_record_is_shown_and_found_no_more(run: Run, folder: Path) -> None:
    import_wanted(run, folder, WANTED)
    show = ("record", "show", "w-1", *ABOUT, "--as", "duty-1", "--folder", folder)
    assert "birthDate" in run(*show).stdout
    assert (
        run("record", "withdraw", "w-1", "--reason", "Handed over", "--as", "duty-1", "--folder", folder).exit_code == 0
    )
    assert run(*show).exit_code == 12
    found = run("search", "Muhammadov", *ABOUT, "--occasion", "Gate 4", "--as", "duty-1", "--folder", folder, "--json")
    assert answer(found)["candidates"] == []


def test_hidden_and_absent_records_get_the_same_words(run: Run, folder: Path) -> None:
    import_wanted(run, folder, WANTED)
    show = ("record", "show", *ABOUT, "--as", "duty-1", "--folder", folder, "--json")
    run("record", "withdraw", "w-1", "--reason", "Handed over", "--as", "duty-1", "--folder", folder)
    hidden, absent = run(*show, "w-1"), run(*show, "w-99")
    assert (hidden.exit_code, hidden.stdout) == (absent.exit_code, absent.stdout)


def test_measure_that_an_order_does_not_give_is_refused_and_routed(run: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "order.yaml").write_text(ORDER, encoding="utf-8")
    assert run("body", "order", tmp_path / "order.yaml", "--as", "head-1", "--folder", folder).exit_code == 0
    task = ("--subject", "w-1", "--as", "duty-1", "--folder", folder)
    assert run("task", "poll", *task).exit_code == 0
    refused = run("task", "observe", *task)
    assert refused.exit_code == 10
    assert "Order 44" in refused.stderr
    assert "route to: Criminal police of XA" in refused.stderr
    assert "may not" in run("body", "may", "observe", "--as", "duty-1", "--folder", folder).stdout


def test_order_is_foreseen_and_corrected_from_the_version_that_was_seen(run: Run, folder: Path, tmp_path: Path) -> None:
    file, at = tmp_path / "order.yaml", ("--as", "head-1", "--folder", folder)
    file.write_text(ORDER, encoding="utf-8")
    said = run("body", "foresee-order", file, "--version", "new", *at).stdout
    assert "version new stands" in said
    assert "Criminal police of XA" in said
    assert answer(run("body", "orders", "--folder", folder, "--json"))["orders"] == [], "nothing is entered by it"
    assert run("body", "order", file, "--version", "new", *at).exit_code == 0
    assert run("body", "order", file, "--version", "new", *at).exit_code != 0, "its reference is there"
    version = answer(run("body", "orders", "--folder", folder, "--json"))["versions"]["Order 44"]
    assert version in run("body", "orders", "--folder", folder).stdout
    file.write_text(ORDER + "ends_on: 2020-03-01\n", encoding="utf-8")
    assert run("body", "order", file, "--version", version, *at).exit_code == 0
    (order,) = answer(run("body", "orders", "--folder", folder, "--json"))["orders"]
    assert order["ends_on"] == "2020-03-01"


def test_group_is_shown_as_it_stood_on_a_date(run: Run, folder: Path, tmp_path: Path) -> None:
    entries = "entries:\n- {body: XA-NCB, status: member, since: 2020-01-01, until: 2021-01-01, document: Accession}\n"
    (tmp_path / "g.yaml").write_text(f"name: members\ntitle: Members\n{entries}", encoding="utf-8")
    assert run("group", "keep", tmp_path / "g.yaml", "--as", "head-1", "--folder", folder).exit_code == 0
    (tmp_path / "g.yaml").write_text(f"name: members\ntitle: Members\nversion: 1\n{entries}", encoding="utf-8")
    same = run("group", "keep", tmp_path / "g.yaml", "--as", "head-1", "--folder", folder)
    assert (same.exit_code, "says the same" in same.stderr) == (13, True)
    show = ("group", "show", "members", "--folder", folder, "--json", "--on")
    assert answer(run(*show, "2020-06-01"))["group"]["entries"][0]["counts"] is True
    assert answer(run(*show, "2021-01-01"))["group"]["entries"][0]["counts"] is False


def test_group_is_previewed_before_it_is_kept_and_shown_as_a_version_had_it(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    file, at = tmp_path / "g.yaml", ("--as", "head-1", "--folder", folder)
    entry = "{body: XA-NCB, status: observer, since: 2020-01-01, document: Letter"
    file.write_text(f"name: watching\ntitle: Watching\nentries:\n- {entry}}}\n", encoding="utf-8")
    assert "added" in run("group", "preview", file, *at).stdout
    assert run("group", "show", "watching", "--folder", folder).exit_code != 0, "a preview keeps nothing"
    assert run("group", "keep", file, *at).exit_code == 0
    ended = f"name: watching\ntitle: Watching\nversion: 1\nentries:\n- {entry}, until: 2021-01-01}}\n"
    file.write_text(ended, encoding="utf-8")
    said = run("group", "preview", file, *at).stdout
    assert "ended" in said
    assert "observer from 2020-01-01 to 2021-01-01" in said
    assert run("group", "keep", file, *at).exit_code == 0
    versions = [
        answer(run("group", "show", "watching", "--version", version, "--folder", folder, "--json"))["group"]
        for version in ("1", "2", "0")
    ]
    assert [one["entries"][0]["until"] for one in versions] == [None, "2021-01-01", "2021-01-01"]
    assert [one["version"] for one in versions] == [1, 2, 2]


def test_trail_is_read_by_who_may_and_verifies(run: Run, folder: Path) -> None:
    assert run("trail", "verify", "--folder", folder).exit_code == 0
    assert "manage officers" in run("trail", "show", "--as", "head-1", "--folder", folder).stdout
    assert run("trail", "show", "--as", "duty-1", "--folder", folder).exit_code == 10


def test_tampered_copy_of_a_trail_is_noticed_and_a_true_copy_is_not(run: Run, folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copyfile(Folder(folder).database, copy)
    assert run("trail", "verify", "--file", copy, "--folder", folder).exit_code == 0
    with closing(sqlite3.connect(copy)) as store:
        store.execute("UPDATE trail SET officer = 'somebody' WHERE sequence = 2")
        store.commit()
    result = run("trail", "verify", "--file", copy, "--folder", folder)
    assert result.exit_code == 14
    assert "Row 2 was changed" in result.stdout


@pytest.fixture
def charter(run: Run, folder: Path, tmp_path: Path) -> Path:
    """Return a bureau's folder in which the demonstration's charter is proposed."""
    for code, kind, country in (
        ("GS", "general_secretariat", ""),
        ("RC", "international_entity", ""),
        ("XB-NCB", "", "XB"),
    ):
        place = tmp_path / code
        run(
            "init", "--kind", kind or "national_central_bureau", "--code", code, "--name", code, "--country", country,
            "--folder", place,
        )  # fmt: skip
        run("body", "export", "--out", place / "entry.json", "--folder", place)
        assert run("body", "enter", place / "entry.json", "--folder", folder).exit_code == 0
    file = ROOT / "demo" / "instruments" / "charter.yaml"
    result = run("instrument", "propose", file, "--as", "head-1", "--folder", folder)
    assert result.exit_code == 0, result.stderr
    return folder


def sign_charter(run: Run, folder: Path, *more: str | Path) -> Result:
    keys = sorted((folder / "keys").glob("head-*.pem"))
    return run("instrument", "sign", "charter", "--as", "head-1", "--folder", folder, "--key", keys[0], *more)


def test_instrument_is_signed_by_two_heads_with_their_passphrases_and_not_otherwise(
    run: Run, charter: Path, tmp_path: Path
) -> None:
    second = ("--key", sorted((charter / "keys").glob("head-*.pem"))[1])
    (tmp_path / "wrong").write_text("not the passphrase\n", encoding="utf-8")
    wrong = sign_charter(run, charter, *second, "--passphrase-file", tmp_path / "wrong", "--json")
    assert (wrong.exit_code, answer(wrong)["error"]["field"]) == (11, "passphrase")
    alone = sign_charter(run, charter)
    assert alone.exit_code == 14
    assert "1 of its heads" in alone.stderr
    assert sign_charter(run, charter, *second).exit_code == 0
    shown = answer(run("instrument", "show", "charter", "--folder", charter, "--json"))
    assert (shown["signed_by"], shown["in_force"]) == (["XA-NCB"], False)


def suspend_charter(run: Run, folder: Path, *more: str, text: str | None = None) -> Result:
    keys = [word for path in sorted((folder / "keys").glob("head-*.pem"))[:2] for word in ("--key", str(path))]
    return run(
        "instrument", "suspend", "charter", "--decided-by", "Nobody", "--document", "None", "--reason", "technical",
        "--review-on", "2099-01-01", "--as", "head-1", "--folder", folder, *keys, *more, text=text,
    )  # fmt: skip


def test_suspension_is_shown_before_it_is_signed_and_the_channel_cannot_be_suspended(run: Run, charter: Path) -> None:
    sign_charter(run, charter, "--key", sorted((charter / "keys").glob("head-*.pem"))[1])
    declined = suspend_charter(run, charter, text="n\n")
    assert declined.exit_code == 3
    assert "If this is signed" in declined.stdout
    refused = suspend_charter(run, charter, "--yes")
    assert refused.exit_code == 10
    assert "A5.1" in refused.stderr
    assert answer(run("instrument", "show", "charter", "--folder", charter, "--json"))["suspensions"] == 0


def test_instrument_file_with_contradictory_terms_is_refused_whole(run: Run, charter: Path, tmp_path: Path) -> None:
    text = (ROOT / "demo" / "instruments" / "charter.yaml").read_text(encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(text.replace("count: 3", "count: 9").replace("name: charter", "name: other", 1))
    result = run("instrument", "propose", tmp_path / "bad.yaml", "--as", "head-1", "--folder", charter)
    assert result.exit_code == 11
    assert [one["name"] for one in answer(run("instrument", "list", "--folder", charter, "--json"))["instruments"]] == [
        "charter"
    ]


def test_folder_held_by_another_command_is_waited_for_and_then_unavailable(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "WAIT_SECONDS_MAX", 0.3)
    held = FolderLock.take(Folder(folder))
    try:
        result = run("body", "list", "--folder", folder, "--json")
    finally:
        held.release()
    assert (result.exit_code, answer(result)["error"]["retry_is_safe"]) == (15, True)
    assert run("body", "list", "--folder", folder).exit_code == 0


@pytest.mark.parametrize(("failures", "code"), [(gateway.ALONE_MAX - 1, 0), (gateway.ALONE_MAX, 15)])
def test_folder_let_go_between_the_attempt_and_the_look_at_its_holder_is_tried_again(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, failures: int, code: int
) -> None:
    left, open_node = [failures], app.open_node

    def open_later(settings: Settings) -> AbstractContextManager[Node]:
        if left[0]:
            left[0] -= 1
            raise Unavailable("The folder is held.", why="A command had it.", do="Wait.", retry_is_safe=True)
        return open_node(settings)

    monkeypatch.setattr(app, "open_node", open_later)
    assert run("body", "list", "--folder", folder).exit_code == code


def test_doctor_says_well_and_then_what_is_not(run: Run, folder: Path) -> None:
    well = run("doctor", "--folder", folder, "--json")
    assert well.exit_code == 0
    assert "Entries in its live part: 0, in its base: 0." in well.stdout
    (folder / "keys" / "node.pem").chmod(0o644)
    result = run("doctor", "--folder", folder)
    assert result.exit_code == 16
    assert "chmod 600" in result.stderr


def test_misspelt_setting_stops_the_command(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTENTE_PROT", "1")
    result = run("body", "list", "--folder", folder)
    assert result.exit_code == 16
    assert "ENTENTE_PROT" in result.stderr


def test_entry_that_cannot_be_written_is_said_clearly(run: Run, folder: Path, tmp_path: Path) -> None:
    result = run("body", "export", "--out", tmp_path / "absent" / "xa.json", "--folder", folder, "--json")
    assert result.exit_code == 11, result.output
    assert answer(result)["error"]["field"] == "out"


def test_file_that_is_no_copied_store_is_not_taken_for_damage_of_ours(run: Run, folder: Path, tmp_path: Path) -> None:
    stranger = tmp_path / "notes.txt"
    stranger.write_text("no store\n" * 500, encoding="utf-8")
    result = run("trail", "verify", "--file", stranger, "--folder", folder, "--json")
    assert (result.exit_code, answer(result)["error"]["field"]) == (11, "file")
    assert "Stop the node" not in result.output
    assert run("trail", "verify", "--folder", folder).exit_code == 0


def test_case_file_names_bodies_by_their_codes(run: Run, folder: Path) -> None:
    import_wanted(run, folder, WANTED)
    own = answer(run("body", "show", "--folder", folder, "--json"))["body"]
    case = answer(
        run("case", "open", "Gate 4", "--crime-area", "fugitives", "--as", "duty-1", "--folder", folder, "--json")
    )
    number = case["case"]["number"]
    run("case", "note", number, f"Look at {own['id']}/w-1", "--as", "duty-1", "--folder", folder)
    run("case", "refer", number, "--body", "XA-NCB", "--reference", "7", "--as", "duty-1", "--folder", folder)
    for shown in (run("case", "show", number, "--folder", folder, *extra) for extra in ((), ("--json",))):
        assert shown.exit_code == 0, shown.output
        assert f"{own['id']}/" not in shown.output
