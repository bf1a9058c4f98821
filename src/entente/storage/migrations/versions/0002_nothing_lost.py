"""Nothing lost: what the exchange under fire needs to keep.

It is written out and not made from storage.schema, so that it stays what it was when the schema goes on.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.String(27)


def upgrade() -> None:
    """Make what schema 2 adds to schema 1."""
    op.create_table(
        "body_heard",
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("body", name=op.f("pk_body_heard")),
    )
    op.add_column("record", sa.Column("doubted_at", MOMENT, nullable=True))
    _hear_what_was_taken_in()
    _count_leases_in_minutes()


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
