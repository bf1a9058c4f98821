"""What is kept compiled is never older than any source it may hold something of."""

from pathlib import Path
from typing import Any

import pytest
from numba.core import types

from entente.search.compiling import FOLDER, PREFIX, SETTINGS, compiled, folder_for, place_to_keep


def test_change_in_any_source_begins_a_folder_and_deletes_what_was_kept(tmp_path: Path) -> None:
    sources, kept = [tmp_path / "a.py", tmp_path / "b.py"], tmp_path / "kept"
    for path in sources:
        path.write_text("LIMIT = 1\n")
    first = folder_for(sources, kept)
    first.mkdir(parents=True)
    (kept / "else").mkdir()
    assert folder_for(reversed(sources), kept) == first
    assert first.exists()
    sources[1].write_text("LIMIT = 2\n")
    second = folder_for(sources, kept)
    assert second != first
    assert not first.exists()
    assert (kept / "else").exists()


def test_account_that_cannot_write_beside_the_sources_keeps_loops_in_its_own_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert place_to_keep(tmp_path / "beside") == tmp_path / "beside"
    # No account, not even root, makes a file within a file.
    (tmp_path / "file").write_text("")
    first, second = (place_to_keep(tmp_path / "file" / name) for name in ("first", "second"))
    assert first.parent == second.parent == tmp_path / "cache" / "entente"
    assert first != second, "two installations do not delete what the other kept"


def test_loops_are_kept_there_and_what_others_compile_is_not() -> None:
    before = SETTINGS.CACHE_DIR

    @compiled
    def doubled(number: int) -> int:
        return 2 * number

    assert doubled(21) == 42
    assert before == SETTINGS.CACHE_DIR
    kept = {path.name.split(".")[0] for path in FOLDER.rglob("*.nbi")}
    assert {"trie", "closer", "answering"} <= kept
    assert FOLDER.name.startswith(PREFIX)


def test_number_written_out_and_one_that_varies_are_compiled_once() -> None:
    """As other loops call it: with a 0 in their source, and with a variable."""

    def following(number: int) -> int:
        return number + 1

    loops: Any = compiled(following)
    kinds: Any = types
    for kind in (kinds.literal(0), kinds.int64):
        loops.get_call_template((kind,), {})
    assert loops.signatures == [(kinds.int64,)]
