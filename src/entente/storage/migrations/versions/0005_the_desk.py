"""The desk: officers' accounts and sessions.

It is written out and not made from storage.schema, so that it stays what it was when the schema goes on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Text compares by its characters' code points on either engine.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.String(27).with_variant(sa.String(27, collation="C"), "postgresql")


def upgrade() -> None:
    """Make what schema 5 adds."""
    op.create_table("account", _text("officer"), _text("document"), _key("account", "officer"))
    op.create_table("passkey", _text("credential"), _text("officer"), _text("document"), _key("passkey", "credential"))
    op.create_index(op.f("ix_passkey_officer"), "passkey", ["officer"])
    op.create_table(
        "invitation",
        _text("officer"),
        _text("digest"),
        _moment("expires_at"),
        _text("document"),
        _key("invitation", "officer"),
        sa.UniqueConstraint("digest", name=op.f("uq_invitation_digest")),
    )
    op.create_table("account_recovery", _text("officer"), _text("document"), _key("account_recovery", "officer"))
    op.create_table(
        "sign_in_guard", _text("digest"), _moment("last_at"), _text("document"), _key("sign_in_guard", "digest")
    )
    op.create_index(op.f("ix_sign_in_guard_last_at"), "sign_in_guard", ["last_at"])
    op.create_table(
        "sign_in_step", _text("digest"), _moment("expires_at"), _text("document"), _key("sign_in_step", "digest")
    )
    op.create_index(op.f("ix_sign_in_step_expires_at"), "sign_in_step", ["expires_at"])
    op.create_table(
        "account_link", _text("issuer"), _text("subject"), _text("document"), _key("account_link", "issuer", "subject")
    )
    op.create_table(
        "web_session",
        _text("id"),
        _text("digest"),
        _text("officer"),
        _text("document"),
        _key("web_session", "id"),
        sa.UniqueConstraint("digest", name=op.f("uq_web_session_digest")),
    )
    op.create_index(op.f("ix_web_session_officer"), "web_session", ["officer"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def _moment(name: str) -> sa.Column[str]:
    return sa.Column(name, MOMENT, nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))
