"""Alembic's part in bringing a store forward, in a module of its own: it is loaded where a store is new or older.

Every command opens a store, and hardly one has anything to bring forward.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def migrate(connection: sa.Connection) -> None:
    """Run what is missing of the migrations, in the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
