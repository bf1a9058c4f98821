"""One process holds a node's folder; another is told who does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from entente.kernel.errors import Misconfigured, Unavailable
from entente.kernel.ids import SystemIds
from entente.storage.folder import Folder, FolderLock, Holder
from entente.storage.store import Store

pytestmark = pytest.mark.storage

HOLDS_THE_FOLDER = """
import sys
from pathlib import Path
from entente.storage.folder import Folder, FolderLock
lock = FolderLock.take(Folder(Path(sys.argv[1])))
lock.announce("http://127.0.0.1:8601")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_by_another_process(folder: Folder) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDS_THE_FOLDER, str(folder.path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_second_process_is_told_who_holds_the_folder_and_where_it_listens(folder: Folder) -> None:
    with held_by_another_process(folder) as process:
        assert FolderLock.is_held(folder)
        assert FolderLock.holder(folder) == Holder(process.pid, "http://127.0.0.1:8601")
        with pytest.raises(Unavailable) as raised:
            Store.open(folder)
        assert raised.value.retry_is_safe
        assert f"Process {process.pid}, which listens on http://127.0.0.1:8601" in raised.value.why
        process.kill()
        process.wait(10)
        # A holder that was killed holds nothing, though its note still stands in the file.
        assert not FolderLock.is_held(folder)
        Store.open(folder).close()


def test_open_store_holds_its_folder_until_it_is_closed(folder: Folder) -> None:
    assert FolderLock.holder(folder) is None
    with Store.open(folder) as store:
        assert FolderLock.holder(folder) == Holder(os.getpid(), "")
        store.lock.announce("http://127.0.0.1:18601")
        store.lock.announce("http://[::1]:1")
        assert FolderLock.holder(folder) == Holder(os.getpid(), "http://[::1]:1")
        with pytest.raises(Unavailable):
            Store.open(folder)
    assert not FolderLock.is_held(folder)


def test_lock_file_with_a_strangers_words_still_says_that_it_is_held(folder: Folder) -> None:
    with Store.open(folder):
        folder.lock_file.write_bytes(b"\xff no json")
        assert FolderLock.holder(folder) == Holder(0, "")


def test_folder_that_is_not_there_is_refused_with_the_remedy(folder: Folder) -> None:
    with pytest.raises(Misconfigured) as raised:
        Store.open(Folder(folder.path / "absent"))
    assert "entente init" in raised.value.do


def test_folder_and_token_are_for_their_owner_alone(folder: Folder) -> None:
    token = folder.make_operator_token(SystemIds())
    assert folder.make_operator_token(SystemIds()) == token == folder.operator_token()
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert folder.token_file.stat().st_mode & 0o777 == 0o600
    folder.token_file.chmod(0o640)
    with pytest.raises(Misconfigured):
        folder.operator_token()
