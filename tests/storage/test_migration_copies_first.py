"""N8: a store is copied before it is brought forward, and is not brought forward where it cannot be copied."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from entente.app import create_folder, open_node
from entente.kernel.errors import EntenteError, Unavailable
from entente.settings import Settings
from entente.storage import sqlite
from entente.storage.folder import Folder, FolderLock
from entente.storage.migrating import MIGRATIONS
from entente.storage.schema import SCHEMA
from entente.storage.store import Store
from entente.verbs import perform
from tests.storage.test_opening import BUREAU

pytestmark = pytest.mark.storage


def read(database: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def older(folder: Folder) -> Folder:
    """Return a folder with a store of schema 1."""
    engine = sa.create_engine(f"sqlite:///{folder.database}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    with closing(sqlite3.connect(folder.database)) as raw, raw:
        raw.execute("INSERT INTO store_version (id, schema, oldest_code, written_by) VALUES (1, 1, 1, '0.1.0')")
        raw.execute("INSERT INTO counter (name, value) VALUES ('mark', 7)")
    return folder


def test_n8_older_store_is_copied_and_then_brought_forward(older: Folder) -> None:
    with Store.open(older):
        pass
    copy = older.before_schema(SCHEMA)
    assert copy.name == f"before-schema-{SCHEMA}.db"
    assert older.stores_before() == (copy,)
    assert read(older.database, "SELECT schema FROM store_version") == [(SCHEMA,)]
    assert read(copy, "SELECT schema FROM store_version") == [(1,)]
    assert read(copy, "SELECT value FROM counter") == [(7,)]
    assert copy.stat().st_mode & 0o077 == 0
    assert sqlite.find_damage(copy) == ""
    # A store that fits is not copied again.
    copy.unlink()
    with Store.open(older):
        pass
    assert older.stores_before() == ()


def test_n8_new_store_is_not_copied(folder: Folder) -> None:
    with Store.open(folder):
        pass
    assert folder.stores_before() == ()


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), sqlite3.OperationalError("disk is full")])
def test_n8_store_that_cannot_be_copied_stays_as_it_was_and_says_so(
    older: Folder, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def fail(*_: object) -> None:
        raise failure

    with monkeypatch.context() as patch:
        patch.setattr(sqlite, "_copy", fail)
        with pytest.raises(Unavailable, match="not brought forward") as raised:
            Store.open(older)
    assert str(failure).lower().split()[-1] in raised.value.why.lower()
    assert raised.value.retry_is_safe
    assert read(older.database, "SELECT schema FROM store_version") == [(1,)]
    assert [path.name for path in older.path.iterdir() if "before" in path.name] == []
    assert not FolderLock.is_held(older)
    Store.open(older).close()
    assert read(older.database, "SELECT schema FROM store_version") == [(SCHEMA,)]


def test_n8_doctor_reminds_of_the_copy_that_still_holds_what_is_erased_later(tmp_path: Path) -> None:
    create_folder(tmp_path / "xa", BUREAU)
    copy = Folder(tmp_path / "xa").before_schema(SCHEMA)
    copy.write_bytes(b"a copy")

    def reminded() -> list[Any]:
        with open_node(Settings.at(tmp_path / "xa")) as node:
            answer: Any = perform(node, "doctor", {})
        return [check["text"] for check in answer["checks"] if check["name"] == "copy"]

    (text,) = reminded()
    assert copy.name in text
    copy.unlink()
    assert reminded() == []


def test_n8_failed_copy_is_an_error_of_the_tree() -> None:
    with pytest.raises(EntenteError):
        sqlite.copy_database(Path("/no such folder/entente.db"), Path("/no such folder/copy.db"), lambda _: None)
