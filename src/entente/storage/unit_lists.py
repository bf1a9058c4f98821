"""The table of what units bodies had: a row for each list that was said, kept as the body's entry grows.

Source: docs/rules/bodies.md B18; bodies.ports.BodyStore.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa

from entente.bodies.model import Body
from entente.bodies.unit_past import UNIT_LISTS_MAX, UnitList, day_ends, follows, list_of
from entente.kernel.ids import BodyId
from entente.storage.rows import read, read_one, remembered, text_of
from entente.storage.schema import unit_list

_MOMENTS = sa.select(unit_list.c.since).where(unit_list.c.body == sa.bindparam("of_body")).order_by(unit_list.c.since)
_SINCE = sa.select(unit_list.c.document).where(
    unit_list.c.body == sa.bindparam("of_body"), unit_list.c.since == sa.bindparam("began")
)
_NEWEST_OF_BODY = (
    sa.select(unit_list.c.document)
    .where(unit_list.c.body == sa.bindparam("of_body"))
    .order_by(unit_list.c.since.desc())
    .limit(sa.bindparam("newest", type_=sa.Integer))
)
_NEWEST = sa.select(unit_list.c.body, sa.func.max(unit_list.c.since).label("since")).group_by(unit_list.c.body)


def keep_units(connection: sa.Connection, known: Body | None, new: Body) -> None:
    """Keep the list of an entry that is put, where it says something else than the newest one kept.

    The list of the entry before it is kept too where it is missing: earlier code, which may use this store, keeps none.
    """
    if known is not None and known.units == new.units:
        return
    # Of all but the newest the moment alone: two hundred long lists are tens of megabytes.
    newest = next(iter(lists_of(connection, new.id, 1)), None)
    moments = [row.since for row in read(connection, _MOMENTS, {"of_body": new.id})]
    for body in (known, new):
        listed = None if body is None else list_of(body)
        if listed is not None and follows(listed, newest):
            values = {"body": listed.body, "since": listed.since, "document": text_of(listed)}
            connection.execute(sa.insert(unit_list), values)
            moments.append(listed.since)
            newest = listed
    if len(moments) > UNIT_LISTS_MAX:
        oldest = moments[-UNIT_LISTS_MAX]
        connection.execute(sa.delete(unit_list).where(unit_list.c.body == new.id, unit_list.c.since < oldest))


def lists_of(connection: sa.Connection, body: BodyId, newest: int) -> tuple[UnitList, ...]:
    """Return so many of the newest lists of a body, oldest first."""
    rows = read(connection, _NEWEST_OF_BODY, {"of_body": body, "newest": newest})
    return tuple(remembered(UnitList, row.document) for row in reversed(rows))


def list_since(connection: sa.Connection, body: BodyId, since: datetime) -> UnitList | None:
    """Return the list of a body that began at a moment."""
    row = read_one(connection, _SINCE, {"of_body": body, "began": since})
    return None if row is None else remembered(UnitList, row.document)


def lists_on(connection: sa.Connection, on: date) -> Mapping[BodyId, UnitList]:
    """Return, for each body of which one is known, the list that stood at the end of a day."""
    newest = _NEWEST.where(unit_list.c.since < day_ends(on)).subquery()
    query = sa.select(unit_list.c.document).join(
        newest, sa.and_(unit_list.c.body == newest.c.body, unit_list.c.since == newest.c.since)
    )
    found = (remembered(UnitList, row.document) for row in connection.execute(query))
    return {one.body: one for one in found}
