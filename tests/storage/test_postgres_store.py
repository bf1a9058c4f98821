"""A node whose store is in a database: how it is made, which database is its own, and what its backup is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from entente.app import check_backup, create_folder, open_node, restore_node
from entente.kernel.errors import EntenteError, Misconfigured, Unavailable
from entente.kernel.ids import RecordId
from entente.records.model import Fragment
from entente.settings import Settings
from entente.storage import postgres, postgres_session, sqlite
from entente.storage.address import StoreAddress, read_address, write_address
from entente.storage.folder import Folder
from entente.storage.migrate import make_tables
from entente.storage.migrating import migrate
from entente.storage.opening import engine_of
from entente.storage.schema import SCHEMA, metadata
from entente.storage.store import Store
from tests.storage import examples
from tests.storage.conftest import ON_POSTGRES, Opener, address_of
from tests.storage.test_contract_erasure import erase
from tests.storage.test_contract_records import numbered
from tests.storage.test_contract_standing import query
from tests.storage.test_failures import cases_held, commit, open_a_case
from tests.storage.test_opening import BUREAU
from tests.support.postgres_server import Server

pytestmark = pytest.mark.storage


def nobody(_: int) -> None:
    """Be told nothing."""


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    name = server.new_database()
    yield name
    server.drop(name)


def tables_in(server: Server, database: str) -> list[str]:
    rows = server.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1", database=database)
    return [str(row[0]) for row in rows]


@ON_POSTGRES
def test_store_in_a_database_has_the_schema_of_the_code_and_sorts_text_by_code_points(store: Store) -> None:
    with store.engine.reader.connect() as connection:
        others = {"store_owner", "alembic_version"}

        def is_ours(thing: object, name: str | None, kind: str, *_: object) -> bool:
            return kind != "table" or name not in others

        context = MigrationContext.configure(connection, opts={"include_object": is_ours})
        assert compare_metadata(context, metadata) == []
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == f"{SCHEMA:04}"
        columns = connection.exec_driver_sql(
            "SELECT table_name, column_name, collation_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('text', 'character varying') AND table_name NOT IN ('store_owner', 'alembic_version')"
        ).all()
        assert len(columns) > 200
        assert [row for row in columns if row.collation_name != "C"] == []


def test_text_is_ordered_alike_on_both_engines_whatever_language_the_server_speaks(store: Store) -> None:
    ids = ["körper", "Körper", "korper", "Zebra", "_", "10", "9", "Ω", "ц", "😀"]
    with store.unit() as unit:
        for name in ids:
            unit.standing.put(query(name))
        unit.commit()
    with store.view() as view:
        assert [found.id for found in view.standing.several(ids)] == sorted(ids)


def test_node_is_made_in_an_empty_database_and_only_there(server: Server, database: str, tmp_path: Path) -> None:
    url = server.url(database)
    own = create_folder(tmp_path / "xa", BUREAU, url)
    with open_node(Settings.at(tmp_path / "xa")) as node, node.disclosure.open_unit() as unit:
        assert unit.bodies.own().id == own
        assert node.engine.startswith("PostgreSQL ")
        assert all(text for _, text in node.engine_checks())
    assert not (tmp_path / "xa" / "entente.db").exists()
    assert (tmp_path / "xa" / "store.address").stat().st_mode & 0o077 == 0
    before = tables_in(server, database)
    with pytest.raises(Misconfigured, match="store of another node"):
        create_folder(tmp_path / "xb", replace(BUREAU, code="XB-NCB"), url)
    assert tables_in(server, database) == before
    assert list((tmp_path / "xb").iterdir()) == []


def test_making_that_fails_leaves_the_database_as_empty_as_it_was(
    server: Server, database: str, tmp_path: Path
) -> None:
    with pytest.raises(EntenteError):
        create_folder(tmp_path / "xa", replace(BUREAU, country="QQ-none"), server.url(database))
    assert tables_in(server, database) == []
    create_folder(tmp_path / "xa", BUREAU, server.url(database))
    assert set(tables_in(server, database)) == {*metadata.tables, "store_owner", "alembic_version"}


def test_database_of_something_else_is_left_alone(server: Server, database: str, tmp_path: Path) -> None:
    server.run("CREATE TABLE payroll (who text)", database=database)
    with pytest.raises(Misconfigured, match="used for something else"):
        create_folder(tmp_path / "xa", BUREAU, server.url(database))
    assert tables_in(server, database) == ["payroll"]


@ON_POSTGRES
def test_folder_opens_its_own_database_only(begun: Folder, server: Server, database: str) -> None:
    kept = address_of(begun)
    for changed, words in (
        (replace(kept, owner="store:another"), "store of another node"),
        (replace(kept, url=server.url(database)), "holds no store"),
    ):
        begun.address_file.unlink()
        write_address(begun.address_file, changed)
        with pytest.raises(Misconfigured, match=words):
            Store.open(begun)
    assert tables_in(server, database) == []
    begun.address_file.unlink()
    write_address(begun.address_file, kept)
    Store.open(begun).close()


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://entente:a-secret-word@db.example/entente",
        "postgresql://db.example/entente?user=entente&password=a-secret-word",
        "mysql://db.example/entente",
        "a-secret-word",
        "postgresql://[a-secret-word/entente",
    ],
)
def test_address_with_a_password_or_of_another_kind_is_refused_and_never_shown(address: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as raised:
        create_folder(tmp_path / "xa", BUREAU, address)
    assert "a-secret-word" not in str(raised.value)
    folder = Folder(tmp_path / "xb")
    folder.create()
    write_address(folder.address_file, StoreAddress(address, "store:x", is_made=True))
    with pytest.raises(Misconfigured) as raised:
        read_address(folder.address_file)
    assert "a-secret-word" not in str(raised.value)


def test_server_that_cannot_be_used_is_named_with_what_to_do(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.run(
        "DROP ROLE IF EXISTS clerk",
        "CREATE ROLE clerk LOGIN CONNECTION LIMIT 0",
        "DROP ROLE IF EXISTS guest",
        "CREATE ROLE guest LOGIN",
        "DROP DATABASE IF EXISTS latin",
        "CREATE DATABASE latin ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc",
    )
    closed = f"postgresql://entente@127.0.0.1:{server.port}/x?connect_timeout=2"
    for url, kind, words in (
        (closed, Unavailable, "cannot be reached"),
        (server.url("no_such"), Misconfigured, "no such database"),
        (server.url("latin"), Misconfigured, "as SQL_ASCII"),
        (server.url(database, user="nobody_known"), Misconfigured, "does not let this node"),
        (server.url(database, user="clerk"), Unavailable, "no session left"),
        (server.url(database, user="guest"), Misconfigured, "may not use its database"),
    ):
        with pytest.raises(kind, match=words) as raised:
            create_folder(tmp_path / "xa", BUREAU, url)
        assert raised.value.do
    server.run(f"REVOKE CONNECT ON DATABASE {database} FROM PUBLIC")
    with pytest.raises(Misconfigured, match="may not use"):
        create_folder(tmp_path / "xa", BUREAU, server.url(database, user="guest"))
    monkeypatch.setattr(postgres_session, "SERVER_MIN", 99)
    with pytest.raises(Misconfigured, match="PostgreSQL 99"):
        create_folder(tmp_path / "xa", BUREAU, server.url(database))
    assert tables_in(server, database) == []


def test_installation_without_the_driver_says_what_to_install(
    begun: Folder, engine_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named '{name}'", name="psycopg")

    monkeypatch.setattr("entente.storage.opening.import_module", missing)
    if engine_name == "sqlite":
        # The driver is not asked for where a store is a file.
        Store.open(begun).close()
        return
    with pytest.raises(Misconfigured, match="no driver"):
        Store.open(begun)


def rows_of(file: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(file)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=str) for name in names}  # noqa: S608


def fill(store: Store) -> None:
    """Keep something of most kinds of value: numbers, truth values, bytes, times, text in several scripts, nothing."""
    for _ in range(3):
        commit(store, open_a_case)
    with store.unit() as unit:
        fragment = Fragment("list.xml", "ab" * 32, "2031-05-01", "sdn", b"\x00\xff\\n\t")
        unit.records.put_many([examples.write(str(one), numbered(unit, 1), fragment=fragment) for one in range(9)])
        unit.commit()


def test_copy_of_a_store_is_the_same_file_on_both_engines_and_goes_back_into_a_database(
    opener: Opener, begun: Folder, server: Server, database: str, tmp_path: Path
) -> None:
    store = opener()
    fill(store)
    copy, again = tmp_path / "copy.db", tmp_path / "again.db"
    store.engine.copy_to(copy, nobody)
    assert copy.stat().st_mode & 0o077 == 0
    assert sqlite.find_damage(copy) == ""
    held = rows_of(copy)
    assert len(held["case_file"]) == 3
    assert len(held["record"]) == 9
    address = StoreAddress(server.url(database), "store:copied", is_made=False)
    with closing(postgres.PostgresEngine(address)) as engine:
        engine.prepare()
        engine.load(copy)
        engine.copy_to(again, nobody)
    assert rows_of(again) == held
    folder = Folder(tmp_path / "copied")
    folder.create()
    write_address(folder.address_file, replace(address, is_made=True))
    with Store.open(folder) as copied:
        # The database's own numbers go on after the highest that came with the rows.
        commit(copied, open_a_case)
        assert cases_held(copied)[0] == "2031/000004"


def test_copy_is_of_one_moment_whoever_writes_meanwhile(store: Store, tmp_path: Path) -> None:
    fill(store)
    told: list[int] = []

    def write_meanwhile(count: int) -> None:
        if not told:
            commit(store, open_a_case)
        told.append(count)

    store.engine.copy_to(tmp_path / "copy.db", write_meanwhile)
    assert told
    assert len(rows_of(tmp_path / "copy.db")["case_file"]) == 3
    assert len(cases_held(store)) == 4


@ON_POSTGRES
def test_copy_that_cannot_be_written_leaves_nothing(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="not copied"):
        store.engine.copy_to(tmp_path / "no such folder" / "copy.db", nobody)

    def stop(_: int) -> None:
        raise ZeroDivisionError

    fill(store)
    with pytest.raises(ZeroDivisionError):
        store.engine.copy_to(tmp_path / "copy.db", stop)
    assert list(tmp_path.glob("copy*")) == []


@ON_POSTGRES
def test_store_of_an_older_schema_is_copied_before_it_is_brought_forward(
    begun: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL's stores begin with the schema of today: an older one is made here by a newer code, which has one table more."""
    newer = SCHEMA + 1

    def fail() -> None:
        raise sa.exc.OperationalError("CREATE TABLE", {}, psycopg.errors.DiskFull("no room"))

    monkeypatch.setattr("entente.storage.migrate.SCHEMA", newer)
    with monkeypatch.context() as patch:
        patch.setattr("entente.storage.migrating.migrate", _only_old_tables(fail))
        with pytest.raises(Unavailable, match="disk is full"):
            Store.open(begun)
    copy = begun.before_schema(newer)
    assert rows_of(copy)["store_version"][0][1] == SCHEMA
    with psycopg.connect(address_of(begun).url) as session:
        assert session.execute("SELECT schema FROM store_version").fetchall() == [(SCHEMA,)]


def _only_old_tables(fail: Callable[[], None]) -> Callable[..., None]:
    def run(connection: sa.Connection, *, to: str = "head") -> None:
        if connection.dialect.name == "sqlite":
            migrate(connection, to=to)
        else:
            fail()

    return run


def test_tables_of_a_schema_are_made_whatever_the_newest_is(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'one.db'}")
    with engine.begin() as connection:
        make_tables(connection, 1)
        assert "body_heard" not in sa.inspect(connection).get_table_names()
    engine.dispose()


@pytest.mark.parametrize("to_database", [True, False])
def test_backup_of_a_node_in_a_database_is_restored_to_either_engine(
    server: Server, database: str, tmp_path: Path, *, to_database: bool
) -> None:
    own = create_folder(tmp_path / "xa", BUREAU, server.url(database))
    backup = tmp_path / "xa.backup"
    with open_node(Settings.at(tmp_path / "xa")) as node:
        made = node.backups.make(backup, has_keys=True, passphrase_file=None, progress=nobody)
    assert check_backup(backup, None, nobody).trail_root == made.trail_root
    target = server.new_database()
    try:
        restored = restore_node(backup, None, tmp_path / "xb", None, nobody, server.url(target) if to_database else "")
        assert restored.body == own
        assert (tmp_path / "xb" / "entente.db").exists() is not to_database
        with open_node(Settings.at(tmp_path / "xb")) as node, node.disclosure.open_unit() as unit:
            assert unit.bodies.own().id == own
            proof = node.trail.verify(tuple(version.node_key for version in unit.bodies.own().keys))
            assert proof.is_sound
    finally:
        server.drop(target)


def test_restore_that_fails_leaves_its_database_empty(server: Server, database: str, tmp_path: Path) -> None:
    (tmp_path / "no.backup").write_bytes(b"not a backup" * 100)
    with pytest.raises(EntenteError):
        restore_node(tmp_path / "no.backup", None, tmp_path / "xb", None, nobody, server.url(database))
    assert tables_in(server, database) == []
    assert list((tmp_path / "xb").iterdir()) == []


@ON_POSTGRES
def test_r11_what_was_erased_is_in_no_file_of_the_database_once_it_is_written_anew(
    store: Store, server: Server
) -> None:
    said = b"Qorvandi bazaar, left eye"
    with store.unit() as unit:
        fragment = Fragment("list.xml", "ab" * 32, "2031-05-01", "sdn", said)
        unit.records.put_many([examples.write(str(one), numbered(unit, 1), fragment=fragment) for one in range(1, 60)])
        unit.commit()
    server.run("CHECKPOINT")
    assert _files_with(server, said)
    for number in range(1, 60):
        with store.unit() as unit:
            erase(unit, RecordId(f"body:xa/{number}"), sequence=number)
            unit.commit()
    assert store.compact()
    assert _files_with(server, said) == []
    assert _files_with(server, "Имя 17-0".encode()) == []


def _files_with(server: Server, text: bytes) -> list[Path]:
    return [path for path in (server.data / "base").rglob("*") if path.is_file() and text in path.read_bytes()]


@ON_POSTGRES
def test_store_is_not_written_anew_while_somebody_reads_an_older_state(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    monkeypatch.setattr(postgres_session, "LOCK_SECONDS_MAX", 0.2)
    with store.view() as view:
        assert len(view.cases.all(9)) == 3
        with store.unit() as unit:
            erase(unit, RecordId("body:xa/1"))
            unit.commit()
        with pytest.raises(Unavailable, match="not written anew") as raised:
            store.compact()
        assert raised.value.retry_is_safe
    assert store.compact()


def test_commits_are_kept_through_a_loss_of_power_whatever_the_database_says_and_doctor_sees_a_server_that_loses_them(
    server: Server, database: str, tmp_path: Path
) -> None:
    server.run(f"ALTER DATABASE {database} SET synchronous_commit = off")
    create_folder(tmp_path / "xa", BUREAU, server.url(database))
    with Store.open(Folder(tmp_path / "xa")) as store:
        with store.unit() as unit:
            assert unit.connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
        # The tests' server does without the rest, to be quick.
        wrong = [text for is_good, text in store.engine.checks() if not is_good]
    assert len(wrong) == 2
    assert all("may be lost with the power" in text for text in wrong)


@ON_POSTGRES
def test_reader_beside_the_node_reads_and_cannot_write(begun: Folder, store: Store) -> None:
    commit(store, open_a_case)
    with closing(engine_of(begun, is_beside=True)) as beside, beside.reader.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM case_file").scalar() == 1
        with pytest.raises(sa.exc.InternalError, match="read-only"):
            connection.exec_driver_sql("DELETE FROM case_file")
