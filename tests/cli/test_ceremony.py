"""A change of keys by files and commands, as heads do it: drafted at the node, signed elsewhere, handed in (B12)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from entente.app import open_node
from entente.settings import Settings
from tests.cli.conftest import Run, answer, init

pytestmark = pytest.mark.storage

INVALID, CONFLICT, UNTRUSTED = 11, 13, 14


@pytest.fixture
def draft(run: Run, folder: Path, tmp_path: Path) -> Path:
    file = tmp_path / "change.json"
    done = run("body", "keys", "draft", "--out", file, "--as", "head-1", "--folder", folder)
    assert done.exit_code == 0, done.output
    return file


def head(folder: Path, number: int) -> Path:
    return folder / "keys" / f"head-{number}.pem"


def version(run: Run, folder: Path) -> int:
    shown = answer(run("body", "keys", "show", "--folder", folder, "--json"))
    return int(shown["versions"][-1]["version"])


def test_two_heads_sign_elsewhere_and_the_node_changes_its_keys(run: Run, folder: Path, draft: Path) -> None:
    before = answer(run("body", "show", "--folder", folder, "--json"))["body"]["keys"]
    said = run("keys", "sign", draft, "--key", head(folder, 1), "--yes")
    assert said.exit_code == 0, said.output
    assert "The node signs with" in said.stderr
    assert f"instead of {before['node']}" in said.stderr
    assert "1 more must sign" in said.stdout
    early = run("body", "keys", "submit", draft, "--as", "head-1", "--folder", folder)
    assert early.exit_code == UNTRUSTED
    assert version(run, folder) == 1
    assert run("keys", "sign", draft, "--key", head(folder, 2), "--yes").exit_code == 0
    done = run("body", "keys", "submit", draft, "--as", "head-1", "--folder", folder)
    assert done.exit_code == 0, done.output
    shown = answer(run("body", "keys", "show", "--folder", folder, "--json"))["versions"]
    assert [one["is_current"] for one in shown] == [False, True]
    assert shown[0]["node"] == before["node"]
    assert shown[1]["heads"] == before["heads"]
    assert run("doctor", "--folder", folder).exit_code == 0


def test_heads_who_sign_copies_hand_them_in_together(run: Run, folder: Path, draft: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.json"
    copy.write_bytes(draft.read_bytes())
    run("keys", "sign", draft, "--key", head(folder, 1), "--yes")
    run("keys", "sign", copy, "--key", head(folder, 3), "--yes")
    assert run("body", "keys", "submit", draft, copy, "--as", "head-1", "--folder", folder).exit_code == 0
    assert version(run, folder) == 2


def test_one_head_twice_is_one_head(run: Run, folder: Path, draft: Path) -> None:
    for _ in range(2):
        assert run("keys", "sign", draft, "--key", head(folder, 1), "--yes").exit_code == 0
    assert run("body", "keys", "submit", draft, "--as", "head-1", "--folder", folder).exit_code == UNTRUSTED
    assert version(run, folder) == 1


def test_head_who_says_no_signs_nothing(run: Run, folder: Path, draft: Path) -> None:
    before = draft.read_bytes()
    assert run("keys", "sign", draft, "--key", head(folder, 1), text="n\n").exit_code != 0
    assert draft.read_bytes() == before


def test_head_of_another_body_does_not_sign(run: Run, folder: Path, draft: Path, tmp_path: Path) -> None:
    init(run, tmp_path / "xb", "XB-NCB", "XB")
    before = draft.read_bytes()
    assert run("keys", "sign", draft, "--key", head(tmp_path / "xb", 1), "--yes").exit_code == UNTRUSTED
    assert draft.read_bytes() == before


def changed_words(document: dict[str, object]) -> None:
    words = document["words"]
    assert isinstance(words, list)
    words[2] = "The node signs as before."


def changed_bytes(document: dict[str, object]) -> None:
    statement = document["statement"]
    assert isinstance(statement, dict)
    statement["signed"] = statement["signed"].replace('"threshold":2', '"threshold":3')


def changed_chain(document: dict[str, object]) -> None:
    known = document["known"]
    assert isinstance(known, list)
    known[0]["signatures"] = []


@pytest.mark.parametrize("change", [changed_words, changed_bytes, changed_chain])
def test_draft_changed_on_its_way_is_neither_signed_nor_taken(
    run: Run, folder: Path, draft: Path, change: object
) -> None:
    for number in (1, 2):
        assert run("keys", "sign", draft, "--key", head(folder, number), "--yes").exit_code == 0
    document = json.loads(draft.read_bytes())
    assert callable(change)
    change(document)
    draft.write_text(json.dumps(document), encoding="utf-8")
    assert run("keys", "sign", draft, "--key", head(folder, 3), "--yes").exit_code == UNTRUSTED
    assert run("body", "keys", "submit", draft, "--as", "head-1", "--folder", folder).exit_code == UNTRUSTED
    assert version(run, folder) == 1


def test_draft_of_another_body_is_not_taken(run: Run, folder: Path, draft: Path, tmp_path: Path) -> None:
    other = tmp_path / "xb"
    init(run, other, "XB-NCB", "XB")
    for number in (1, 2):
        run("keys", "sign", draft, "--key", head(folder, number), "--yes")
    assert run("body", "keys", "submit", draft, "--as", "head-1", "--folder", other).exit_code == UNTRUSTED
    assert version(run, other) == 1


def test_draft_that_another_one_overtook_is_void_and_its_keys_are_removed(
    run: Run, folder: Path, draft: Path, tmp_path: Path
) -> None:
    files = len(list((folder / "keys").glob("*.pem")))
    for number in (1, 2):
        run("keys", "sign", draft, "--key", head(folder, number), "--yes")
    done = run(
        "body", "keys", "change", "--as", "head-1", "--key", head(folder, 1), "--key", head(folder, 2), "--yes",
        "--folder", folder,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert run("body", "keys", "submit", draft, "--as", "head-1", "--folder", folder).exit_code == CONFLICT
    assert version(run, folder) == 2
    # Two of the overtaken draft went, two of the change came; the first two open and sign for those who know no others.
    assert len(list((folder / "keys").glob("*.pem"))) == files


def test_head_comes_with_a_public_key_and_another_leaves(run: Run, folder: Path, tmp_path: Path) -> None:
    made = answer(run("keys", "make-head", "--name", "vela", "--out", tmp_path, "--json"))
    keys = answer(run("body", "show", "--folder", folder, "--json"))["body"]["keys"]
    done = run(
        "body", "keys", "change", "--as", "head-1", "--add-head", made["public"], "--remove-head", keys["heads"][2],
        "--key", head(folder, 1), "--key", head(folder, 2), "--yes", "--folder", folder,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    now = answer(run("body", "show", "--folder", folder, "--json"))["body"]["keys"]
    assert now["heads"] == [*keys["heads"][:2], made["key_id"]]
    again = run(
        "body", "keys", "change", "--as", "head-1", "--key", made["private"], "--key", head(folder, 1), "--yes",
        "--folder", folder,
    )  # fmt: skip
    assert again.exit_code == 0, again.output
    gone = run(
        "body", "keys", "change", "--as", "head-1", "--key", head(folder, 3), "--key", head(folder, 1), "--yes",
        "--folder", folder,
    )  # fmt: skip
    assert gone.exit_code == UNTRUSTED
    assert version(run, folder) == 3


@pytest.mark.parametrize(
    "options",
    [["--threshold", "1"], ["--threshold", "4"], ["--remove-head", "ffff"], ["--compromised-since", "yesterday"]],
)
def test_change_that_the_rules_refuse_leaves_no_draft_and_no_keys(
    run: Run, folder: Path, tmp_path: Path, options: list[str]
) -> None:
    before = sorted(path.name for path in (folder / "keys").iterdir())
    done = run("body", "keys", "draft", *options, "--out", tmp_path / "d.json", "--as", "head-1", "--folder", folder)
    assert done.exit_code == INVALID, done.output
    assert not (tmp_path / "d.json").exists()
    assert sorted(path.name for path in (folder / "keys").iterdir()) == before


def test_only_a_head_of_the_body_drafts_and_hands_in(run: Run, folder: Path, draft: Path) -> None:
    refused = 10
    out = draft.with_name("other.json")
    assert run("body", "keys", "draft", "--out", out, "--as", "duty-1", "--folder", folder).exit_code == refused
    for number in (1, 2):
        run("keys", "sign", draft, "--key", head(folder, number), "--yes")
    assert run("body", "keys", "submit", draft, "--as", "duty-1", "--folder", folder).exit_code == refused
    assert version(run, folder) == 1


def test_draft_and_key_files_are_never_overwritten(run: Run, folder: Path, draft: Path, tmp_path: Path) -> None:
    before = draft.read_bytes()
    assert run("body", "keys", "draft", "--out", draft, "--as", "head-1", "--folder", folder).exit_code == INVALID
    assert draft.read_bytes() == before
    assert run("keys", "make-head", "--name", "vela", "--out", tmp_path).exit_code == 0
    again = run("keys", "make-head", "--name", "vela", "--out", tmp_path)
    assert again.exit_code in {INVALID, CONFLICT}


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"file": "entente draft of keys"}'])
def test_file_that_is_no_draft_is_refused(run: Run, folder: Path, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "draft.json"
    file.write_bytes(content)
    for line in (
        ["keys", "show", file],
        ["keys", "sign", file, "--key", head(folder, 1), "--yes"],
        ["body", "keys", "submit", file, "--as", "head-1", "--folder", folder],
    ):
        assert run(*line).exit_code == INVALID
    assert file.read_bytes() == content


def test_heads_public_key_that_was_changed_is_refused(run: Run, folder: Path, tmp_path: Path) -> None:
    made = Path(answer(run("keys", "make-head", "--name", "vela", "--out", tmp_path, "--json"))["public"])
    document = json.loads(made.read_bytes())
    document["key"] = document["key"].replace(document["key"][3], "A" if document["key"][3] != "A" else "B", 1)
    made.write_text(json.dumps(document), encoding="utf-8")
    out = tmp_path / "d.json"
    done = run("body", "keys", "draft", "--add-head", made, "--out", out, "--as", "head-1", "--folder", folder)
    assert done.exit_code == INVALID
    assert not out.exists()


def test_everything_signed_after_a_change_is_signed_by_the_new_key(run: Run, folder: Path) -> None:
    done = run(
        "body", "keys", "change", "--as", "head-1", "--key", head(folder, 1), "--key", head(folder, 2), "--yes",
        "--folder", folder,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    run("body", "rename", "Bureau of the new key", "--folder", folder)
    with open_node(Settings.at(folder)) as node, node.directory.open_unit() as unit:
        own = unit.bodies.own()
        assert own.name == "Bureau of the new key"
        assert node.trail.verify((own.current_keys.node_key,)).is_sound
