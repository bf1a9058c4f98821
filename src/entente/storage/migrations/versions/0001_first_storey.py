"""The first storey: trail, directory, instruments, disclosure classes, records, cases, correspondence, exchange.

It is written out and not made from storage.schema, so that it stays what it was when the schema goes on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.String(27)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every table of schema 1."""
    op.create_table(
        "agreement_statement",
        sa.Column("number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_agreement_statement")),
        sa.UniqueConstraint("statement_id", name=op.f("uq_agreement_statement_statement_id")),
    )
    op.create_index(op.f("ix_agreement_statement_kind"), "agreement_statement", ["kind"], unique=False)
    op.create_table(
        "body",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body")),
    )
    op.create_index(op.f("ix_body_code"), "body", ["code"], unique=False)
    op.create_table(
        "body_group",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_body_group")),
    )
    op.create_table(
        "case_file",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_case_file")),
    )
    op.create_index(op.f("ix_case_file_opened_at"), "case_file", ["opened_at"], unique=False)
    op.create_table(
        "correspondence_item",
        sa.Column("position", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("counterpart", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_correspondence_item")),
        sa.UniqueConstraint("family", "id", name=op.f("uq_correspondence_item_family_id")),
    )
    op.create_index(op.f("ix_correspondence_item_answers"), "correspondence_item", ["answers"], unique=False)
    op.create_index(op.f("ix_correspondence_item_case_number"), "correspondence_item", ["case_number"], unique=False)
    op.create_index(
        op.f("ix_correspondence_item_family_instrument_counterpart_state"),
        "correspondence_item",
        ["family", "instrument", "counterpart", "state"],
        unique=False,
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "disclosure_class",
        sa.Column("number", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_disclosure_class")),
        sa.UniqueConstraint("digest", name=op.f("uq_disclosure_class_digest")),
    )
    op.create_table(
        "inbox_envelope",
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("incarnation", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("header_hash", sa.Text(), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "lane", "incarnation", "sequence", name=op.f("pk_inbox_envelope")),
    )
    op.create_table(
        "instrument",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument")),
    )
    op.create_table(
        "leave",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "id", name=op.f("pk_leave")),
    )
    op.create_table(
        "record_withdrawal",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_record_withdrawal")),
    )
    op.create_table(
        "measure",
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("author", "id", name=op.f("pk_measure")),
    )
    op.create_table(
        "national_order",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("in_force_on", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_national_order")),
    )
    op.create_table(
        "officer",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer")),
    )
    op.create_table(
        "outbox_envelope",
        sa.Column("number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("incarnation", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outbox_envelope")),
        sa.UniqueConstraint(
            "recipient",
            "lane",
            "incarnation",
            "sequence",
            name=op.f("uq_outbox_envelope_recipient_lane_incarnation_sequence"),
        ),
    )
    op.create_index(
        op.f("ix_outbox_envelope_state_recipient_next_try_at"),
        "outbox_envelope",
        ["state", "recipient", "next_try_at"],
        unique=False,
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_table(
        "record",
        sa.Column("number", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("local_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("schema", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("erase_on", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("received_from", sa.Text(), nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("change_sequence", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("class_numbers", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.Column("signatures", sa.Text(), nullable=False),
        sa.Column("statement_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_record")),
        sa.UniqueConstraint("record_id", name=op.f("uq_record_record_id")),
    )
    op.create_index(op.f("ix_record_change_sequence"), "record", ["change_sequence"], unique=False)
    op.create_table(
        "record_class",
        sa.Column("class_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("erase_on", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("class_number", "record_number", name=op.f("pk_record_class")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_record_class_record_number_class_number_erase_on"),
        "record_class",
        ["record_number", "class_number", "erase_on"],
        unique=False,
    )
    op.create_table(
        "record_count",
        sa.Column("class_numbers", sa.Text(), nullable=False),
        sa.Column("erase_on", sa.Text(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("class_numbers", "erase_on", name=op.f("pk_record_count")),
    )
    op.create_table(
        "store_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("schema", sa.BigInteger(), nullable=False),
        sa.Column("oldest_code", sa.BigInteger(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_store_version_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_version")),
    )
    op.create_table(
        "stream",
        sa.Column("number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("is_outgoing", sa.Boolean(), nullable=False),
        sa.Column("incarnation", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_stream")),
        sa.UniqueConstraint(
            "peer", "lane", "is_outgoing", "incarnation", name=op.f("uq_stream_peer_lane_is_outgoing_incarnation")
        ),
    )
    op.create_table(
        "trail",
        sa.Column("sequence", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_trail")),
    )
    op.create_index(op.f("ix_trail_subject_sequence"), "trail", ["subject", "sequence"], unique=False)
    op.create_table(
        "trail_frontier",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_trail_frontier_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_frontier")),
    )
    op.create_table(
        "trail_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_trail_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_head")),
    )
    op.create_table(
        "case_event",
        sa.Column("position", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_number"], ["case_file.number"], name=op.f("fk_case_event_case_number_case_file")
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_case_event")),
    )
    op.create_index(op.f("ix_case_event_case_number"), "case_event", ["case_number"], unique=False)
    op.create_table(
        "instrument_signature",
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["instrument"], ["instrument.id"], name=op.f("fk_instrument_signature_instrument_instrument")
        ),
        sa.PrimaryKeyConstraint("instrument", "body", name=op.f("pk_instrument_signature")),
    )
    op.create_table(
        "outbox_statement",
        sa.Column("number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("envelope_number", ROW_NUMBER, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["envelope_number"],
            ["outbox_envelope.number"],
            name=op.f("fk_outbox_statement_envelope_number_outbox_envelope"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outbox_statement")),
    )
    op.create_index(op.f("ix_outbox_statement_envelope_number"), "outbox_statement", ["envelope_number"], unique=False)
    op.create_index(op.f("ix_outbox_statement_ref"), "outbox_statement", ["ref"], unique=False)
    op.create_table(
        "participation",
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["instrument"], ["instrument.id"], name=op.f("fk_participation_instrument_instrument")),
        sa.PrimaryKeyConstraint("instrument", "body", "epoch", name=op.f("pk_participation")),
    )
    op.create_table(
        "record_fragment",
        sa.Column("record_number", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("file_date", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_number"], ["record.number"], name=op.f("fk_record_fragment_record_number_record")
        ),
        sa.PrimaryKeyConstraint("record_number", name=op.f("pk_record_fragment")),
    )
    op.create_table(
        "record_holder",
        sa.Column("record_number", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["record_number"], ["record.number"], name=op.f("fk_record_holder_record_number_record")
        ),
        sa.PrimaryKeyConstraint("record_number", "body", name=op.f("pk_record_holder")),
    )
