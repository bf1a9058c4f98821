"""Which records link to which, found from the far end.

It is written out and not made from storage.schema, so that it stays what it was when the schema goes on. The links of records
that are here stand in their content; they are entered as it is read, some thousands at a time.
"""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RECORDS_AT_A_TIME = 5_000
_LINKED_BYTES = 8
_RECORDS = sa.text(
    "SELECT number, content FROM record WHERE number > :after AND number <= :upto AND content LIKE '%\"links\":[[%'"
)


def upgrade() -> None:
    """Make what schema 12 adds, and enter the links of the records that are here."""
    link = op.create_table(
        "record_link",
        sa.Column("linked", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_number", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("linked", "record_number", name=op.f("pk_record_link")),
        sa.ForeignKeyConstraint(["record_number"], ["record.number"], name=op.f("fk_record_link_record_number_record")),
    )
    op.create_index(op.f("ix_record_link_record_number"), "record_link", ["record_number"])
    connection = op.get_bind()
    last = connection.execute(sa.text("SELECT max(number) FROM record")).scalar() or 0
    for after in range(0, last, RECORDS_AT_A_TIME):
        values = {"after": after, "upto": after + RECORDS_AT_A_TIME}
        rows = [
            {"linked": linked, "record_number": number}
            for number, content in connection.execute(_RECORDS, values)
            for linked in sorted({_linked(to) for _, to, *_ in json.loads(content)["links"]})
        ]
        if rows:
            connection.execute(sa.insert(link), rows)


def _linked(record: str) -> int:
    return int.from_bytes(hashlib.sha256(record.encode("utf-8")).digest()[:_LINKED_BYTES]) >> 1
