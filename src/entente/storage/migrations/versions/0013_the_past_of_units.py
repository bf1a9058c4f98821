"""Each list of units that a body said, with the time from which it holds.

It is written out and not made from storage.schema, so that it stays what it was when the schema goes on. The list that each
entry holds is entered as valid from the time its body said it; earlier ones were not kept.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT_CHARACTERS = 27
# Text compares by its characters' code points on either engine.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.String(MOMENT_CHARACTERS).with_variant(sa.String(MOMENT_CHARACTERS, collation="C"), "postgresql")
_BODIES = sa.text("SELECT id, document FROM body ORDER BY id")


def upgrade() -> None:
    """Make what schema 13 adds, and enter the lists that are here."""
    unit_list = op.create_table(
        "unit_list",
        sa.Column("body", TEXT, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("document", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("body", "since", name=op.f("pk_unit_list")),
    )
    connection = op.get_bind()
    for body, document in connection.execute(_BODIES).fetchall():
        entry = json.loads(document)
        said = [json.loads(one["signed"]) for one in entry["statements"]]
        since = [one["at"] for one in said if one["kind"] == "units"]
        if since:
            begins = _stored(since[-1])
            listed = {"body": body, "since": begins, "units": entry["units"]}
            text = json.dumps(listed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            connection.execute(sa.insert(unit_list), {"body": body, "since": begins, "document": text})


def _stored(at: str) -> str:
    """Return a time as the store sorts it; its signer may have written it in another form of RFC 3339."""
    return datetime.fromisoformat(at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
