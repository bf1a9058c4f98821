"""How Alembic runs our migrations: on the connection and inside the transaction that storage.migrate opened. Forward only."""

from __future__ import annotations

from alembic import context

from entente.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction is the only one: Alembic neither begins nor ends any
)
context.run_migrations()
