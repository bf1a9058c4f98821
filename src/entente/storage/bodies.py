"""The directory's tables: bodies, groups, officers, national orders.

Bodies are added and grow; nothing here removes one. Whatever the gate depends on raises the governance version.
Source: docs/rules/bodies.md; bodies.ports.BodyStore.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from entente.agreements.model import LEASE_MINUTES_MIN
from entente.bodies.model import Body, Group, NationalOrder, Officer, Succession
from entente.bodies.unit_limits import LimitsSet
from entente.bodies.unit_past import UNIT_LISTS_MAX, UnitList
from entente.kernel.errors import Conflict, Misconfigured
from entente.kernel.ids import BodyId, GroupId, OfficerId
from entente.storage.rows import add_to_counter, read, read_counter, read_one, remembered, replace_row, text_of
from entente.storage.schema import body, body_group, body_heard, body_succession, national_order, officer, unit_limits
from entente.storage.unit_lists import keep_units, list_since, lists_of, lists_on

GOVERNANCE = "governance"
"""The counter of changes that make cached answers of the gate void (disclosure.ports.ClassStore)."""
_UNKNOWN = "statements of unknown bodies"
BODIES_KNOWN_MAX = 512
"""Bodies kept read from one transaction to the next: those of the 260 a node must be fluent with, and strangers who ask."""

_OWN = sa.select(body.c.document).where(body.c.is_own)
_BODY = sa.select(body.c.document, body.c.is_own).where(body.c.id == sa.bindparam("body"))
_WITH_CODE = sa.select(sa.literal(1)).select_from(body).where(body.c.code == sa.bindparam("code")).limit(1)
_COUNT = sa.select(sa.func.count()).select_from(body)
_BODIES_ALL = sa.select(body.c.document).order_by(body.c.code, body.c.id)
_GROUPS_ALL = sa.select(body_group).order_by(body_group.c.id, body_group.c.version)
_HEARD_ALL = sa.select(body_heard)
_HEARD = sa.select(body_heard.c.at).where(body_heard.c.body == sa.bindparam("body"))
_SUCCESSORS = sa.select(body_succession.c.old, body_succession.c.accepted).where(
    body_succession.c.accepted.is_not(None)
)
_LIMITS_ALL = sa.select(unit_limits.c.document)
_LIMITS = sa.select(unit_limits.c.document).where(unit_limits.c.id == sa.bindparam("limits"))
_OFFICER = sa.select(officer.c.document).where(officer.c.id == sa.bindparam("officer"))


class BodyTables:
    """The BodyStore of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._own: Body | None = None
        """Asked for several times in most use cases, and changed in almost none; so are the others."""
        self._bodies: dict[BodyId, Body | None] = {}
        self._successors: Mapping[BodyId, BodyId] | None = None

    def over(self, connection: sa.Connection) -> BodyTables:
        """Return the tables of the next transaction, with what is known of those that changed nothing else."""
        if len(self._bodies) > BODIES_KNOWN_MAX:
            return BodyTables(connection)
        following = BodyTables(connection)
        following._own, following._bodies, following._successors = self._own, self._bodies, self._successors
        return following

    def own(self) -> Body:
        """Return our own entry; raise Misconfigured when the node was not initialised."""
        if self._own is None:
            self._own = self._read_own()
        return self._own

    def body(self, body: BodyId) -> Body | None:
        """Return an entry."""
        if body not in self._bodies:
            row = read_one(self._connection, _BODY, {"body": body})
            self._bodies[body] = None if row is None else remembered(Body, row.document)
        return self._bodies[body]

    def bodies(self) -> tuple[Body, ...]:
        """Return all entries, ordered by code."""
        rows = read(self._connection, _BODIES_ALL)
        return tuple(remembered(Body, row.document) for row in rows)

    def has_code(self, code: str) -> bool:
        """Say whether a body of the directory has this code."""
        return self._connection.execute(_WITH_CODE, {"code": code}).first() is not None

    def count(self) -> int:
        """Count the bodies, ourselves too."""
        return int(self._connection.execute(_COUNT).scalar_one())

    def put_body(self, body: Body, *, is_own: bool = False) -> None:
        """Add or replace an entry; one that forgets a key version or a name is a programming error."""
        row = self._connection.execute(_BODY, {"body": body.id}).one_or_none()
        known = None if row is None else remembered(Body, row.document)
        if row is not None and known is not None:
            _assert_grows(known, body)
            is_own = is_own or row.is_own
        keep_units(self._connection, known, body)
        values = {"code": body.code, "is_own": is_own, "document": text_of(body)}
        replace_row(self._connection, _BODIES, {"id": body.id}, values)
        self._own = None
        self._bodies.clear()
        self._changed()

    def succession(self, old: BodyId) -> Succession | None:
        """Return the newest proposal, or acceptance, of a successor of a body."""
        query = sa.select(body_succession.c.document).where(body_succession.c.old == old)
        document = self._connection.execute(query).scalar()
        return None if document is None else remembered(Succession, document)

    def put_succession(self, succession: Succession) -> None:
        """Keep a proposal or its confirmation."""
        known = self.succession(succession.old)
        assert known is None or known.confirmed_by is None, "what two officers accepted stays"
        accepted = succession.new if succession.confirmed_by is not None else None
        values = {"accepted": accepted, "document": text_of(succession)}
        replace_row(self._connection, body_succession, {"old": succession.old}, values)
        self._successors = None
        self._changed()

    def successors(self) -> Mapping[BodyId, BodyId]:
        """Return, for each body succeeded here, who stands in its place; whom our own genesis names, we do."""
        if self._successors is None:
            rows = read(self._connection, _SUCCESSORS)
            accepted = {BodyId(row.old): BodyId(row.accepted) for row in rows}
            own = self.own()
            self._successors = accepted if own.replaces is None else {own.replaces: own.id, **accepted}
        return self._successors

    def count_unknown(self, claimed: str) -> None:  # noqa: ARG002 - the port's; nothing of an unknown body is kept
        """Count a statement from a body not in the directory."""
        add_to_counter(self._connection, _UNKNOWN)

    def unknown_count(self) -> int:
        """Return how many statements came from unknown bodies."""
        return read_counter(self._connection, _UNKNOWN)

    def heard(self) -> Mapping[BodyId, datetime]:
        """Return the moment up to which each body's control statements have arrived."""
        rows = read(self._connection, _HEARD_ALL)
        return {BodyId(row.body): row.at for row in rows}

    def put_heard(self, body: BodyId, at: datetime, *, now: datetime) -> None:
        """Keep that every control statement a body made up to `at` has arrived; an earlier moment changes nothing."""
        assert at <= now, "nobody is heard ahead of our own clock"
        row = read_one(self._connection, _HEARD, {"body": body})
        known: datetime | None = None if row is None else row.at
        if known is not None and at <= known:
            return
        replace_row(self._connection, body_heard, {"body": body}, {"at": at})
        # No lease is shorter, so that after a shorter silence no copy was hidden, and what is cached still holds.
        if known is None or now >= known + timedelta(minutes=LEASE_MINUTES_MIN):
            self._changed()

    def group(self, group: GroupId) -> Group | None:
        """Return the newest version of a group."""
        query = sa.select(body_group.c.document).where(body_group.c.id == group).order_by(body_group.c.version.desc())
        document = self._connection.execute(query.limit(1)).scalar()
        return None if document is None else remembered(Group, document)

    def group_version(self, group: GroupId, version: int) -> Group | None:
        """Return one version of a group."""
        query = sa.select(body_group.c.document).where(body_group.c.id == group, body_group.c.version == version)
        document = self._connection.execute(query).scalar()
        return None if document is None else remembered(Group, document)

    def groups(self) -> tuple[Group, ...]:
        """Return the newest version of every group, ordered by id."""
        rows = read(self._connection, _GROUPS_ALL)
        newest = {row.id: row.document for row in rows}
        return tuple(remembered(Group, document) for document in newest.values())

    def put_group(self, group: Group) -> None:
        """Keep a new version of a group; raise Conflict when it is not newer than the one kept."""
        known = self.group(group.id)
        if known is not None and known.version >= group.version:
            raise Conflict(
                f"The group {group.name} has version {known.version} already.",
                why=f"Version {group.version} is not newer, and a version of a group never changes.",
                do="Load the group again and make the next version.",
            )
        values = {"id": group.id, "version": group.version, "document": text_of(group)}
        self._connection.execute(sa.insert(body_group), values)
        self._changed()

    def officer(self, officer: OfficerId) -> Officer | None:
        """Return one of our officers."""
        row = read_one(self._connection, _OFFICER, {"officer": officer})
        return None if row is None else remembered(Officer, row.document)

    def officers(self) -> tuple[Officer, ...]:
        """Return all our officers, ordered by id."""
        rows = self._connection.execute(sa.select(officer.c.document).order_by(officer.c.id))
        return tuple(remembered(Officer, row.document) for row in rows)

    def put_officer(self, officer: Officer) -> None:
        """Add or replace an officer."""
        replace_row(self._connection, _OFFICERS, {"id": officer.id}, {"document": text_of(officer)})
        self._changed()

    def unit_lists(self, body: BodyId, newest: int = UNIT_LISTS_MAX) -> tuple[UnitList, ...]:
        """Return so many of the newest lists of units that a body said, oldest first."""
        return lists_of(self._connection, body, newest)

    def unit_list(self, body: BodyId, since: datetime) -> UnitList | None:
        """Return the list that a body said at a moment."""
        return list_since(self._connection, body, since)

    def units_on(self, on: date) -> Mapping[BodyId, UnitList]:
        """Return, for each body of which one is known, the list of units that stood at the end of a day."""
        return lists_on(self._connection, on)

    def unit_limits(self) -> tuple[LimitsSet, ...]:
        """Return everything that was ever proposed about what units may see, oldest first."""
        rows = read(self._connection, _LIMITS_ALL)
        known = (remembered(LimitsSet, row.document) for row in rows)
        return tuple(sorted(known, key=lambda one: (one.proposed_at, one.id)))

    def put_unit_limits(self, limits: LimitsSet) -> None:
        """Keep a proposal, or what was decided about one."""
        row = read_one(self._connection, _LIMITS, {"limits": limits.id})
        assert row is None or remembered(LimitsSet, row.document).is_open, "what was decided about a unit stays"
        replace_row(
            self._connection, unit_limits, {"id": limits.id}, {"unit": limits.unit, "document": text_of(limits)}
        )
        self._changed()

    def orders(self) -> tuple[NationalOrder, ...]:
        """Return the national orders, ordered by the date they came into force."""
        by_date = sa.select(national_order.c.document).order_by(
            national_order.c.in_force_on, national_order.c.reference
        )
        return tuple(remembered(NationalOrder, row.document) for row in self._connection.execute(by_date))

    def put_order(self, order: NationalOrder) -> None:
        """Add a national order; the same reference replaces the earlier entry."""
        values = {"in_force_on": order.in_force_on.isoformat(), "document": text_of(order)}
        replace_row(self._connection, national_order, {"reference": order.reference}, values)
        self._changed()

    def _read_own(self) -> Body:
        row = read_one(self._connection, _OWN)
        if row is None:
            raise Misconfigured(
                "This node does not know which body it is.",
                why="Its store holds no own entry: the folder was never initialised.",
                do="Run «entente init» with this folder first.",
            )
        return remembered(Body, row.document)

    def _changed(self) -> None:
        add_to_counter(self._connection, GOVERNANCE)


# The port calls its parameters «body» and «officer», as the tables are called.
_BODIES = body
_OFFICERS = officer


def _assert_grows(known: Body, new: Body) -> None:
    assert known.succeeded_by in {None, new.succeeded_by}, "whom our officers accepted in a body's place stays"
    assert known.keys == new.keys[: len(known.keys)], "a body's earlier key versions never change"
    assert {name.name for name in known.names} <= {name.name for name in new.names}, "a body's names are kept"
