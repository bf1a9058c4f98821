"""The layout rules of STYLE section 1, read from the files themselves; each check is shown what it must catch.

«Tracked» means what git would commit: the files it knows and the new ones that .gitignore does not name.
"""

import ast
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.docs.source import PACKAGE, ROOT
from tests.docs.test_import_order import EDGES, ROOMS

LINES_MAX = 450  # ours: past it a file holds two subjects (STYLE section 1, proportion)
# The first knows every part and the second every table, and a part of the house adds some lines to both; a migration writes out
# every table that its schema adds, and stays as it is.
# Where all is put together, the list of all tables, what brought stores forward once and is never changed, and a made table.
LINES_MAX_OF = {
    "src/entente/app.py": 700,
    "src/entente/storage/schema.py": 820,
    "src/entente/client/verbs.py": 800,
    "src/entente/storage/migrations/versions/0002_nothing_lost.py": 700,
}
SCANNED_BYTES_MAX = 2_000_000  # ours: larger tracked files are data sets, not text somebody wrote
NAMES_WITHOUT_A_SUBJECT = frozenset({"utils.py", "util.py", "helpers.py", "common.py", "misc.py"})
# The kernel has no subject of police cooperation: its files are the tools themselves.
ROOMS_WITHOUT_THE_SHAPE = frozenset({"kernel"})
SHAPE = frozenset({"model.py", "rules.py", "service.py"})
# Put together from halves, so that this file does not contain what it forbids.
FORBIDDEN_TEXT = {
    "a path of somebody's machine": re.compile("(?<![\\w.])/(?:work|ro" + "ot|ho" + "me)/"),
    "a package index": re.compile(
        "--(?:extra-)?index" + "-url|--find" + "-links|py" + "pi\\.org|registry\\.np" + "mjs"
    ),
    "unfinished work": re.compile("\\b(?:TO" + "DO|FIX" + "ME)\\b"),
}


def names_without_a_subject(paths: Iterable[Path]) -> list[str]:
    return [str(path) for path in paths if path.name in NAMES_WITHOUT_A_SUBJECT]


def forbidden_text(name: str, text: str) -> list[str]:
    return [
        f"{name}:{number} holds {what}: {line.strip()[:80]}"
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in FORBIDDEN_TEXT.items()
        if pattern.search(line)
    ]


def shape_violations(room: str, files: Iterable[str]) -> list[str]:
    present = set(files)
    missing = [] if "__init__.py" in present else [f"{room} has no __init__.py that says what it is for"]
    if room not in ROOMS_WITHOUT_THE_SHAPE and not present & SHAPE:
        missing.append(f"{room} has none of {sorted(SHAPE)}")
    return missing


def init_violations(name: str, text: str) -> list[str]:
    """Judge a room's `__init__.py`: a docstring, and beside it only the public names."""
    tree = ast.parse(text)
    found = [] if ast.get_docstring(tree) else [f"{name} has no docstring"]
    allowed = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
    body = tree.body if found else tree.body[1:]
    return found + [f"{name}:{node.lineno} is more than public names" for node in body if not isinstance(node, allowed)]


def tracked_files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("this tree is no git work tree, so which files belong to it is not known")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def read_text(path: Path) -> str:
    """Return the text of a file, or nothing for one that is large, not text, or gone again: a command tried beside wrote it."""
    try:
        return "" if path.stat().st_size > SCANNED_BYTES_MAX else path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, FileNotFoundError):
        return ""


def room_folders() -> list[Path]:
    return [PACKAGE / room for room in ROOMS if any((PACKAGE / room).glob("*.py"))]


def test_no_file_is_named_for_nothing() -> None:
    assert names_without_a_subject(path for path in tracked_files() if path.suffix == ".py") == []
    assert names_without_a_subject([Path("src/entente/records/utils.py")])


def test_no_source_file_is_longer_than_the_bound() -> None:
    lengths = {str(path.relative_to(ROOT)): read_text(path).count("\n") for path in PACKAGE.rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > LINES_MAX_OF.get(name, LINES_MAX)} == {}


def test_no_tracked_file_holds_machine_paths_indexes_or_unfinished_work() -> None:
    files = tracked_files()
    assert ROOT / "pyproject.toml" in files
    found = [hit for path in files for hit in forbidden_text(str(path.relative_to(ROOT)), read_text(path))]
    assert found == []


@pytest.mark.parametrize(
    "line",
    ["see /wo" + "rk/main", "pip install --index" + "-url x", "https://py" + "pi.org/simple", "# TO" + "DO: later"],
)
def test_forbidden_text_is_caught(line: str) -> None:
    assert len(forbidden_text("sample", f"fine\n{line}\n")) == 1
    assert forbidden_text("sample", "their work/life, /workers, --no-emit-index" + "-url, a todo list") == []


@pytest.mark.parametrize("folder", room_folders(), ids=lambda folder: folder.name)
def test_room_has_the_shape_of_a_room(folder: Path) -> None:
    assert shape_violations(folder.name, (path.name for path in folder.glob("*.py"))) == []


def test_room_without_the_shape_is_caught() -> None:
    assert shape_violations("records", ["model.py"])
    assert shape_violations("records", ["__init__.py", "names.py"])
    assert shape_violations("records", ["__init__.py", "model.py"]) == []


@pytest.mark.parametrize("folder", room_folders(), ids=lambda folder: folder.name)
def test_room_says_what_it_is_for(folder: Path) -> None:
    text = "".join(read_text(path) for path in folder.glob("__init__.py"))
    assert init_violations(f"{folder.name}/__init__.py", text) == []


def test_edges_say_what_they_are_for() -> None:
    inits = [path for edge in EDGES if (path := PACKAGE / edge / "__init__.py").exists()]
    assert [path.parent.name for path in inits if not ast.get_docstring(ast.parse(read_text(path)))] == []


def test_room_file_with_code_in_init_is_caught() -> None:
    assert init_violations("records", "from entente.records.model import Record")
    assert init_violations("records", '"""Records."""\ndef find() -> None: ...')
    assert (
        init_violations("records", '"""Records."""\nfrom entente.records.model import Record\n__all__ = ["Record"]')
        == []
    )
