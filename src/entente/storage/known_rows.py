"""Queries for rows that stand in cases, without those of cases that somebody may not know of; each is made once.

To put a query together takes longer than to ask it, and every open desk asks some of them after each change.

Source: docs/rules/cases.md C7 and C8; docs/rules/desk.md W152.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from entente.cases.model import Knowing
from entente.storage.cases import is_known_to
from entente.storage.rows import read


@dataclass(frozen=True, slots=True)
class KnownRows:
    """One query, for who oversees all cases and for anybody else."""

    every: sa.Select[Any]
    known: sa.Select[Any]
    """The same with the parameter `knower`."""

    @classmethod
    def of(cls, every: sa.Select[Any], case_number: sa.ColumnElement[str]) -> KnownRows:
        """Make it of a query and the column that says in which case a row stands."""
        return cls(every, every.where(is_known_to(case_number, sa.bindparam("knower", type_=sa.Text))))

    def read(self, connection: sa.Connection, knowing: Knowing, values: Mapping[str, object]) -> list[Any]:
        """Ask it for somebody."""
        if knowing.oversees:
            return read(connection, self.every, values)
        return read(connection, self.known, {**values, "knower": knowing.officer})
