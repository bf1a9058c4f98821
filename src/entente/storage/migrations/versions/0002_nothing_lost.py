"""Nothing lost: what the exchange under fire needs to keep.

It is written out and not made from storage.schema, so that it stays what it was when the schema goes on.
"""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.String(27)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make what schema 2 adds to schema 1."""
    op.create_table(
        "body_heard",
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("body", name=op.f("pk_body_heard")),
    )
    op.create_table(
        "node_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("restored_at", MOMENT, nullable=True),
        sa.Column("restored_from_trail_size", sa.BigInteger(), nullable=False),
        sa.Column("erased_again_until", MOMENT, nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_node_state_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node_state")),
    )
    op.add_column("record", sa.Column("doubted_at", MOMENT, nullable=True))
    op.add_column("record", sa.Column("ended_at", MOMENT, nullable=True))
    op.create_table(
        "body_succession",
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("old", name=op.f("pk_body_succession")),
    )
    op.add_column("trail", sa.Column("entry", sa.LargeBinary(), nullable=True))
    _make_tombstones()
    op.create_table(
        "record_onward",
        sa.Column("record_number", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("forwarder", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("ending", sa.Text(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["record_number"], ["record.number"], name=op.f("fk_record_onward_record_number_record")
        ),
        sa.PrimaryKeyConstraint("record_number", "forwarder", "body", name=op.f("pk_record_onward")),
    )
    op.create_table(
        "record_end",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_record_end")),
    )
    op.create_table(
        "recall_ahead",
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "message", name=op.f("pk_recall_ahead")),
    )
    _hear_what_was_taken_in()
    _count_leases_in_minutes()
    _move_the_outbox()
    _keep_files_of_records()


def _keep_files_of_records() -> None:
    op.create_table(
        "record_blob",
        sa.Column("record_number", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_number"], ["record.number"], name=op.f("fk_record_blob_record_number_record")),
        sa.PrimaryKeyConstraint("record_number", "blob", name=op.f("pk_record_blob")),
    )
    op.create_index(op.f("ix_record_blob_blob"), "record_blob", ["blob"], unique=False)
    op.create_table(
        "blob_file",
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("blob", name=op.f("pk_blob_file")),
    )


def _make_tombstones() -> None:
    """Make what is left of erased records, and find those whose day of erasure has come."""
    op.create_index(op.f("ix_record_erase_on"), "record", ["erase_on"])
    op.create_table(
        "tombstone",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("erased_at", MOMENT, nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("record_number", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_tombstone")),
    )
    op.create_index(op.f("ix_tombstone_sequence"), "tombstone", ["sequence"])
    op.create_index(op.f("ix_tombstone_statement"), "tombstone", ["statement"])
    op.create_table(
        "tombstone_key",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["tombstone.digest"], name=op.f("fk_tombstone_key_digest_tombstone")),
        sa.PrimaryKeyConstraint("key", "digest", name=op.f("pk_tombstone_key")),
    )
    op.create_table(
        "tombstone_holder",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["tombstone.digest"], name=op.f("fk_tombstone_holder_digest_tombstone")),
        sa.PrimaryKeyConstraint("digest", "body", name=op.f("pk_tombstone_holder")),
    )
    op.create_table(
        "tombstone_onward",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("forwarder", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["digest"], ["tombstone.digest"], name=op.f("fk_tombstone_onward_digest_tombstone")),
        sa.PrimaryKeyConstraint("digest", "forwarder", "body", name=op.f("pk_tombstone_onward")),
    )
    op.create_table(
        "erasure_word",
        sa.Column("number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("is_outgoing", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_erasure_word")),
        sa.UniqueConstraint(
            "statement_id", "peer", "is_outgoing", name=op.f("uq_erasure_word_statement_id_peer_is_outgoing")
        ),
    )
    op.create_index(op.f("ix_erasure_word_peer"), "erasure_word", ["peer"], unique=False)
    op.create_table(
        "reentry",
        sa.Column("number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["tombstone.digest"], name=op.f("fk_reentry_digest_tombstone")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_reentry")),
    )
    op.create_index(op.f("ix_reentry_digest_how"), "reentry", ["digest", "how"])
    op.create_table(
        "erasure_waiting",
        sa.Column("number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_erasure_waiting")),
    )
    op.create_table(
        "erasure_rest",
        sa.Column("statement_number", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("statement_number", name=op.f("pk_erasure_rest")),
    )


def _hear_what_was_taken_in() -> None:
    """Count each body as heard when it sent its newest control envelope: else every copy would be hidden at the start."""
    heard: dict[str, str] = {}
    taken = "SELECT sender, header, receipt FROM inbox_envelope WHERE lane = 'control'"
    for row in op.get_bind().execute(sa.text(taken)):
        receipt = json.loads(row.receipt)
        if receipt["outcome"] == "stored":
            # Times have one fixed form that sorts as time does.
            at = min(json.loads(row.header)["sent_at"], receipt["at"])
            heard[row.sender] = max(at, heard.get(row.sender, at))
    for body, at in heard.items():
        op.get_bind().execute(
            sa.text("INSERT INTO body_heard (body, at) VALUES (:body, :at)"), {"body": body, "at": at}
        )


def _count_leases_in_minutes() -> None:
    """Write the terms of instruments signed before in the form of now; they keep their ids and their leases."""
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT id, document FROM instrument")).all():
        terms = json.loads(row.document)
        if "lease_hours" not in terms:
            continue
        terms |= {"lease_minutes": terms.pop("lease_hours") * 60, "kind_lease_minutes": {}, "onward_reported": True}
        document = json.dumps(terms, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        statement = sa.text("UPDATE instrument SET document = :document WHERE id = :id")
        connection.execute(statement, {"document": document, "id": row.id})


def _move_the_outbox() -> None:
    """Make the exchange's tables anew and move what they hold.

    What was sealed and not acknowledged goes back into the queue, and its streams begin anew: it is sealed when it is posted now.
    """
    for table, indexes in (
        ("outbox_statement", ("ix_outbox_statement_envelope_number", "ix_outbox_statement_ref")),
        ("outbox_envelope", ("ix_outbox_envelope_state_recipient_next_try_at",)),
    ):
        for index in indexes:
            op.drop_index(op.f(index), table_name=table)
        op.rename_table(table, f"{table}_1")
    _make_exchange_tables()
    connection = op.get_bind()
    envelopes = connection.execute(sa.text("SELECT * FROM outbox_envelope_1 ORDER BY number")).mappings().all()
    for row in envelopes:
        is_waiting = row["state"] == "waiting"
        kept = {name: row[name] for name in (
            "number", "recipient", "lane", "incarnation", "sequence", "header", "key_id", "signature", "why", "receipt",
            "settled_at",
        )}  # fmt: skip
        kept |= {
            "header_hash": hashlib.sha256(row["header"]).hexdigest(),
            "state": "given_up" if is_waiting else row["state"],
            "sealed": None,
            "relayed_at": None,
        }
        _insert("outbox_envelope", kept)
        if is_waiting:
            again = "DELETE FROM stream WHERE is_outgoing AND peer = :peer AND lane = :lane"
            connection.execute(sa.text(again), {"peer": row["recipient"], "lane": row["lane"]})
    lane_of = {row["number"]: row["lane"] for row in envelopes}
    lines: dict[tuple[str, str], str] = {}
    for row in connection.execute(sa.text("SELECT * FROM outbox_statement_1 ORDER BY number")).mappings():
        lane, is_waiting = lane_of[row["envelope_number"]], row["state"] == "waiting"
        envelope = None if is_waiting else row["envelope_number"]
        mine = {"lane": lane, "put_at": row["at"], "envelope_number": envelope, "may_have_left": True}
        _insert("outbox_statement", {**row, **mine})
        lines[row["recipient"], lane] = row["at"]
    for (recipient, lane), at in lines.items():
        _insert("outbox_line", {"recipient": recipient, "lane": lane, "attempts": 0, "next_try_at": at, "why": ""})
    op.drop_table("outbox_statement_1")
    op.drop_table("outbox_envelope_1")


def _insert(table: str, values: dict[str, object]) -> None:
    columns = ", ".join(values)
    given = ", ".join(f":{name}" for name in values)
    op.get_bind().execute(sa.text(f"INSERT INTO {table} ({columns}) VALUES ({given})"), values)  # noqa: S608 - names of ours


def _make_exchange_tables() -> None:
    op.create_table(
        "message_step",
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("message", "step", name=op.f("pk_message_step")),
    )
    op.create_table(
        "recovery_peer",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("given_back", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("peer", name=op.f("pk_recovery_peer")),
    )
    op.create_table(
        "body_route",
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("body", name=op.f("pk_body_route")),
    )
    op.create_table(
        "inbox_aside",
        sa.Column("number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_inbox_aside")),
    )
    op.create_index(op.f("ix_inbox_aside_sender"), "inbox_aside", ["sender"], unique=False)
    op.create_table(
        "inbox_call",
        sa.Column("header_hash", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("header_hash", name=op.f("pk_inbox_call")),
    )
    op.create_index(op.f("ix_inbox_call_at"), "inbox_call", ["at"], unique=False)
    op.create_table(
        "inbox_parked",
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("incarnation", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "lane", "incarnation", "sequence", name=op.f("pk_inbox_parked")),
    )
    op.create_table(
        "inbox_statement",
        sa.Column("number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("incarnation", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_inbox_statement")),
        sa.UniqueConstraint("sender", "statement_id", name=op.f("uq_inbox_statement_sender_statement_id")),
    )
    op.create_index(
        op.f("ix_inbox_statement_sender_lane_incarnation_sequence"),
        "inbox_statement",
        ["sender", "lane", "incarnation", "sequence"],
        unique=False,
    )
    op.create_table(
        "word_ahead",
        sa.Column("number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("giver", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_word_ahead")),
        sa.UniqueConstraint("about", "statement_id", "giver", name=op.f("uq_word_ahead_about_statement_id_giver")),
    )
    op.create_table(
        "outbox_envelope",
        sa.Column("number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("incarnation", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("header_hash", sa.Text(), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("relayed_at", MOMENT, nullable=True),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outbox_envelope")),
        sa.UniqueConstraint("header_hash", name=op.f("uq_outbox_envelope_header_hash")),
        sa.UniqueConstraint(
            "recipient",
            "lane",
            "incarnation",
            "sequence",
            name=op.f("uq_outbox_envelope_recipient_lane_incarnation_sequence"),
        ),
    )
    op.create_index(
        op.f("ix_outbox_envelope_recipient_lane_state_number"),
        "outbox_envelope",
        ["recipient", "lane", "state", "number"],
        unique=False,
    )
    op.create_table(
        "outbox_evidence",
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", "recipient", "step", name=op.f("pk_outbox_evidence")),
    )
    op.create_table(
        "outbox_line",
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("recipient", "lane", name=op.f("pk_outbox_line")),
    )
    op.create_table(
        "outbox_statement",
        sa.Column("number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("envelope_number", sa.BigInteger(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("may_have_left", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("put_at", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outbox_statement")),
    )
    op.create_index(op.f("ix_outbox_statement_envelope_number"), "outbox_statement", ["envelope_number"], unique=False)
    op.create_index(
        op.f("ix_outbox_statement_recipient_lane_state_envelope_number_number"),
        "outbox_statement",
        ["recipient", "lane", "state", "envelope_number", "number"],
        unique=False,
    )
    op.create_index(op.f("ix_outbox_statement_ref"), "outbox_statement", ["ref"], unique=False)
    op.create_index(op.f("ix_outbox_statement_state_at"), "outbox_statement", ["state", "at"], unique=False)
    op.create_index(op.f("ix_outbox_statement_statement_id"), "outbox_statement", ["statement_id"], unique=False)
    op.create_table(
        "relay_envelope",
        sa.Column("number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("header_hash", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_relay_envelope")),
        sa.UniqueConstraint("header_hash", name=op.f("uq_relay_envelope_header_hash")),
    )
    op.create_index(
        op.f("ix_relay_envelope_state_recipient_number"),
        "relay_envelope",
        ["state", "recipient", "number"],
        unique=False,
    )
    op.create_index(op.f("ix_relay_envelope_state_sender"), "relay_envelope", ["state", "sender"], unique=False)
    op.create_table(
        "standing_query",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("not_kept", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_query")),
    )
    op.create_index(op.f("ix_standing_query_officer"), "standing_query", ["officer"], unique=False)
    op.create_index(op.f("ix_standing_query_until"), "standing_query", ["until"], unique=False)
    op.create_table(
        "standing_match",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("record_number", ROW_NUMBER, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["query"], ["standing_query.id"], name=op.f("fk_standing_match_query_standing_query")),
        sa.ForeignKeyConstraint(
            ["record_number"], ["record.number"], name=op.f("fk_standing_match_record_number_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_match")),
        sa.UniqueConstraint("query", "record_number", name=op.f("uq_standing_match_query_record_number")),
    )
    op.create_index(op.f("ix_standing_match_record_number"), "standing_match", ["record_number"], unique=False)
    op.create_table(
        "not_identical",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("record_number", ROW_NUMBER, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_number"], ["record.number"], name=op.f("fk_not_identical_record_number_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_not_identical")),
    )
    op.create_index(op.f("ix_not_identical_record_number"), "not_identical", ["record_number"], unique=False)
    op.create_index(op.f("ix_not_identical_until"), "not_identical", ["until"], unique=False)
