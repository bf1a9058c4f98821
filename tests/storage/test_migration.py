"""The migrated schema is the one the code states, and a store that does not fit the code is refused by name."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from entente import __version__
from entente.bodies.model import Unit, UnitKind
from entente.bodies.unit_past import UnitList
from entente.cases.model import Knowing
from entente.correspondence.model import FailureNoted, PermissionState, Way, WentTo
from entente.correspondence.together import went_out
from entente.exchange.model import Lane
from entente.kernel.clock import format_time
from entente.kernel.codec import to_object
from entente.kernel.errors import Misconfigured, Unavailable
from entente.kernel.ids import OfficerId, RecordId
from entente.storage.address import read_address
from entente.storage.folder import Folder
from entente.storage.migrating import MIGRATIONS
from entente.storage.rows import json_text
from entente.storage.schema import OLDEST_SCHEMA_OF_CODE, SCHEMA, metadata
from entente.storage.store import Store
from tests.storage import examples
from tests.storage.conftest import ON_SQLITE, Opener
from tests.storage.examples import NOW, OTHER, OWN, SHARING

pytestmark = pytest.mark.storage

DAY = timedelta(days=1)


def execute(folder: Folder, statement: str) -> list[tuple[object, ...]]:
    """Run a statement on a store that nobody has open, by the engine's own program, and return its rows."""
    if (address := read_address(folder.address_file)) is not None:
        with psycopg.connect(address.url) as session:
            cursor = session.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []
    with closing(sqlite3.connect(folder.database)) as connection, connection:
        return connection.execute(statement).fetchall()


def tables_of(engine: sa.Engine) -> dict[str, object]:
    """Everything the engine knows of each table: columns, keys, unique constraints, indexes, checks."""
    with engine.connect() as connection:
        look = sa.inspect(connection)
        return {
            name: (
                [{**column, "type": str(column["type"])} for column in look.get_columns(name)],
                look.get_pk_constraint(name),
                sorted(look.get_foreign_keys(name), key=str),
                sorted(look.get_unique_constraints(name), key=str),
                sorted(map(index_of, look.get_indexes(name)), key=str),
                sorted(look.get_check_constraints(name), key=str),
                look.get_table_options(name),
            )
            for name in look.get_table_names()
            if name != "alembic_version"
        }


def index_of(index: Mapping[str, Any]) -> dict[str, object]:
    """Return an index with the text of the rows it is for: two that were read are never equal as the library has them."""
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    # The one is written by the migration, the other as expressions of the table.
    return {**index, "dialect_options": {name: text.replace("trail.", "") for name, text in options.items()}}


@ON_SQLITE
def test_migrated_store_is_the_schema_the_code_states(opener: Opener, folder: Folder) -> None:
    opener().close()
    migrated = sa.create_engine(f"sqlite:///{folder.database}")
    made = sa.create_engine("sqlite://")
    metadata.create_all(made)
    try:
        assert tables_of(migrated) == tables_of(made)
        with migrated.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    finally:
        migrated.dispose()
        made.dispose()


def test_migrations_are_one_line_that_ends_at_the_schema_of_the_code() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert scripts.get_heads() == [f"{SCHEMA:04}"]
    assert all(script.module.__dict__.get("downgrade") is None for script in scripts.walk_revisions())


DESK = (
    "account", "passkey", "invitation", "account_recovery", "sign_in_guard", "sign_in_step", "account_link", "web_session",
    "shift_note", "shift", "roster_entry", "page_call",
)  # fmt: skip
CASE_FILE = ("case_hand_over", "case_exhibit", "case_task", "case_member", "decision_basis")
SINCE = ("record_version", "message_blob", "record_link", "unit_limits", "unit_list", "message_act", "item_news")
"""Tables of later schemas."""


def test_store_of_before_the_desk_is_brought_forward_to_the_tables_of_a_new_one(opener: Opener, folder: Folder) -> None:
    store = opener()
    made = tables_of(store.engine.reader)
    store.close()
    for table in (*DESK, *CASE_FILE, *SINCE):
        execute(folder, f"DROP TABLE {table}")
    execute(folder, "DROP INDEX ix_trail_journal")
    execute(folder, "UPDATE alembic_version SET version_num = '0004'")
    execute(folder, "UPDATE store_version SET schema = 4, oldest_code = 3")
    store = opener()
    assert tables_of(store.engine.reader) == made
    assert {*DESK, *CASE_FILE, *SINCE} <= set(made)
    store.close()
    assert execute(folder, "SELECT schema FROM store_version") == [(SCHEMA,)]


def test_links_of_records_that_are_here_are_entered_as_the_store_is_brought_forward(
    opener: Opener, folder: Folder
) -> None:
    store = opener()
    with store.unit() as unit:
        cls = examples.disclosure_class()
        unit.records.put_many([examples.write(name, ((unit.classes.number_of(cls), cls),)) for name in ("1", "2")])
        unit.commit()
    store.close()
    for table in ("record_link", "unit_list", "message_act", "item_news"):
        execute(folder, f"DROP TABLE {table}")
    before = ScriptDirectory(str(MIGRATIONS)).get_revision("0012").down_revision
    execute(folder, f"UPDATE alembic_version SET version_num = '{before}'")  # noqa: S608 - a number of ours
    execute(folder, "UPDATE store_version SET schema = 8, oldest_code = 8")
    with opener().view() as view:
        found = view.records.linking(RecordId("body:xa/other"), frozenset({1}), today=examples.TODAY, limit=9)
    assert [stored.record.local_id for stored in found] == ["1", "2"]


def test_list_of_units_that_is_here_is_kept_as_of_its_own_time_as_the_store_is_brought_forward(
    opener: Opener, folder: Folder
) -> None:
    north = Unit("north", UnitKind.REGIONAL_BRANCH, "Northern branch", "Порт")
    said = examples.units_said(OTHER, (north,), NOW - DAY)
    store = opener()
    with store.unit() as unit:
        unit.bodies.put_body(examples.body(), is_own=True)
        unit.bodies.put_body(examples.body(OTHER, "AA-NCB", units=(north,), statements=(said,)))
        made = unit.bodies.unit_lists(OTHER)
        unit.commit()
    store.close()
    for table in ("unit_list", "message_act", "item_news"):
        execute(folder, f"DROP TABLE {table}")
    execute(folder, "UPDATE alembic_version SET version_num = '0012'")
    execute(folder, "UPDATE store_version SET schema = 12, oldest_code = 12")
    with opener().view() as view:
        assert view.bodies.unit_lists(OTHER) == made == (UnitList(OTHER, NOW - DAY, (north,)),)
        assert view.bodies.unit_lists(OWN) == ()
        assert view.bodies.units_on((NOW - 2 * DAY).date()) == {}


def test_message_of_before_acts_were_kept_knows_none_as_the_store_is_brought_forward(
    opener: Opener, folder: Folder
) -> None:
    store = opener()
    with store.unit() as unit:
        unit.correspondence.put_message(examples.message("message-old"), Way.SENT)
        unit.commit()
    store.close()
    for table in ("message_act", "item_news"):
        execute(folder, f"DROP TABLE {table}")
    execute(folder, "UPDATE alembic_version SET version_num = '0013'")
    execute(folder, "UPDATE store_version SET schema = 13, oldest_code = 12")
    with opener().unit() as unit:
        old = unit.correspondence.message("message-old")
        assert old == examples.message("message-old")
        assert went_out(unit, old) == (WentTo("message-old", old.header.recipient, is_for_action=False, recall=None),)
        unit.correspondence.put_message(examples.message("message-new"), Way.SENT)
        unit.correspondence.put_act("act-1", ["message-new"])
        assert [one.message for one in went_out(unit, examples.message("message-new"))] == ["message-new"]


def test_hit_that_waits_is_looked_out_for_as_the_store_is_brought_forward(opener: Opener, folder: Folder) -> None:
    """M32: with the withdrawals that are here; of leave that was answered before, no time is known."""
    everything, officer = Knowing(oversees=True), examples.header("x").officer
    store = opener()
    with store.unit() as unit:
        papers = unit.correspondence
        for name in ("gone", "noted", "stays"):
            papers.put_hit(replace(examples.hit(f"hit-{name}"), record=RecordId(f"{OTHER}/{name}")), Way.SENT)
        papers.put_hit(replace(examples.hit("hit-came"), record=RecordId(f"{OTHER}/gone")), Way.RECEIVED)
        papers.put_permission(examples.permission("permission-request-1", PermissionState.GRANTED), Way.SENT)
        for name in ("gone", "noted"):
            unit.records.put_withdrawal(RecordId(f"{OTHER}/{name}"), examples.statement("withdrawal", ref=name))
        papers.put_failure_noted("hit-noted", FailureNoted("duty-1", NOW))
        made = papers.item_news(9, OfficerId(officer), everything)
        unit.commit()
    store.close()
    execute(folder, "DROP TABLE item_news")
    execute(folder, "UPDATE alembic_version SET version_num = '0014'")
    execute(folder, "UPDATE store_version SET schema = 14, oldest_code = 12")
    with opener().unit() as unit:
        papers = unit.correspondence
        assert papers.item_news(9, OfficerId(officer), everything) == made
        assert [one.item.header.id for one in made] == ["hit-gone"]
        assert papers.news_of("hit-noted") is not None
        assert (
            papers.news_of("hit-stays") is papers.news_of("hit-came") is papers.news_of("permission-request-1") is None
        )
        unit.records.put_withdrawal(RecordId(f"{OTHER}/stays"), examples.statement("withdrawal", ref="stays"))
        found = papers.item_news(9, OfficerId(officer), everything)
        assert {one.item.header.id for one in found} == {"hit-gone", "hit-stays"}


def test_opening_again_changes_nothing(opener: Opener, folder: Folder) -> None:
    opener()
    opener().close()
    row = execute(folder, "SELECT id, schema, oldest_code, written_by FROM store_version")
    assert row == [(1, SCHEMA, OLDEST_SCHEMA_OF_CODE, __version__)]


def test_oldest_code_that_may_use_the_store_knows_all_that_hangs_on_a_record() -> None:
    """Code that does not know such a table cannot erase a record: the engine keeps what a row of it points to."""
    hanging = {
        table.name
        for table in metadata.tables.values()
        if table.name != "record" and any(key.column.table.name == "record" for key in table.foreign_keys)
    }
    made = "".join(
        path.read_text("utf-8")
        for path in sorted((MIGRATIONS / "versions").glob("[0-9]*.py"))
        if int(path.name[:4]) <= OLDEST_SCHEMA_OF_CODE
    )
    assert "record_version" in hanging
    assert {name for name in hanging if f'"{name}"' not in made} == set()


def test_store_newer_than_the_code_is_refused_with_both_versions(opener: Opener, folder: Folder) -> None:
    opener().close()
    execute(folder, "UPDATE store_version SET schema = 99, oldest_code = 98, written_by = '7.0'")
    with pytest.raises(Misconfigured) as raised:
        opener()
    assert "schema 99" in raised.value.what
    assert "7.0" in raised.value.why
    assert __version__ in raised.value.why
    # Refused, it holds nothing: neither the folder nor a connection.
    execute(folder, f"UPDATE store_version SET oldest_code = 1, schema = {SCHEMA}")  # noqa: S608 - a number of ours
    opener()


def test_newer_store_that_says_this_code_may_use_it_is_used_as_it_is(opener: Opener, folder: Folder) -> None:
    opener().close()
    execute(folder, "UPDATE store_version SET schema = 99, oldest_code = 1, written_by = '7.0'")
    with opener().unit() as unit:
        assert unit.cases.next_serial(2031) == 1
        unit.commit()
    assert execute(folder, "SELECT schema, written_by FROM store_version") == [(99, "7.0")]


def test_file_that_is_no_store_is_damage_and_stays_as_it_was(folder: Folder) -> None:
    folder.database.write_bytes(b"not a database" * 1000)
    with pytest.raises(Unavailable) as raised:
        Store.open(folder)
    assert not raised.value.retry_is_safe
    assert folder.database.read_bytes() == b"not a database" * 1000


def test_migration_that_fails_half_way_leaves_an_empty_store(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise sa.exc.OperationalError("CREATE TABLE", {}, sqlite3.OperationalError("disk I/O error"))

    with monkeypatch.context() as patch:
        patch.setattr("entente.storage.migrate.replace_row", fail)
        with pytest.raises(Unavailable):
            Store.open(folder)
    with closing(sqlite3.connect(folder.database)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    Store.open(folder).close()


def test_store_of_schema_1_keeps_its_leases_and_whom_it_heard(folder: Folder) -> None:
    first, second = (examples.envelope(n, lane=Lane.CONTROL, sender=OTHER, at=NOW - n * DAY) for n in (1, 2))
    set_aside = examples.envelope(3, lane=Lane.CONTROL, sender=OTHER, at=NOW)
    terms = to_object(examples.instrument())
    del terms["kind_lease_minutes"], terms["onward_reported"], terms["lease_minutes"]
    old = json_text({**terms, "lease_hours": 36})
    with closing(sqlite3.connect(folder.database)) as made:
        engine = sa.create_engine("sqlite://", creator=lambda: made, poolclass=sa.StaticPool)
        with engine.begin() as connection:
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.attributes["connection"] = connection
            command.upgrade(config, "0001")
            connection.execute(
                sa.text("INSERT INTO instrument VALUES (:id, 'sharing', 'xa', :at, :document)"),
                {"id": SHARING, "at": format_time(NOW), "document": old},
            )
            for number, (envelope, outcome) in enumerate(
                [(first, "stored"), (second, "stored"), (set_aside, "refused")]
            ):
                connection.execute(
                    sa.text("INSERT INTO inbox_envelope VALUES (:o, 'control', 's', :n, '', :h, '', :h, :r)"),
                    {
                        "o": OTHER,
                        "n": number,
                        "h": envelope.header_bytes,
                        "r": json_text({"outcome": outcome, "at": format_time(NOW)}),
                    },
                )
    with closing(Store.open(folder)) as store, store.view() as view:
        assert view.bodies.heard() == {OTHER: NOW - DAY}
        (state,) = view.agreements.instruments()
        assert state.instrument == replace(examples.instrument(), lease_minutes=36 * 60)
