"""What bodies needs from outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Protocol

from entente.bodies.model import Body, Group, Measure, NationalOrder, NewNodeKeys, Officer, Role, Succession
from entente.bodies.unit_limits import LimitsSet
from entente.bodies.unit_past import UNIT_LISTS_MAX, UnitList
from entente.kernel.ids import BodyId, GroupId, KeyId, OfficerId
from entente.kernel.ports import UnitOfWork


class BodyLists(Protocol):
    """The closed lists this room reads. `handling.model.CodeLists` has them all; it stands in a later room."""

    @property
    def countries(self) -> Mapping[str, str]:
        """ISO 3166-1 alpha-2 → name."""

    @property
    def roles(self) -> Mapping[str, Role]:
        """Roles by code."""

    @property
    def measures(self) -> Mapping[str, Measure]:
        """Operational measures by code."""


class NodeKeys(Protocol):
    """Where the node's private keys lie (storage.key_ring.KeyRing). Safe from several threads."""

    def make_next(self) -> NewNodeKeys:
        """Make a signing and a sealing key for the next version. Durable when this returns; nothing uses them yet."""

    def held(self) -> frozenset[KeyId]:
        """Return the ids of all signing and sealing keys of the node that are held, drafted ones too."""

    def drop(self, keys: Collection[KeyId]) -> None:
        """Remove keys for good; those in use are never among them (asserted), and one not held is no fault."""


class BodyStore(Protocol):
    """The directory. Bodies are added and grow; there is no way to remove one."""

    def own(self) -> Body:
        """Return our own entry; raise Misconfigured when the node was not initialised."""

    def body(self, body: BodyId) -> Body | None:
        """Return an entry, or None for a body not in the directory."""

    def bodies(self) -> tuple[Body, ...]:
        """Return all entries, ordered by code."""

    def has_code(self, code: str) -> bool:
        """Say whether a body of the directory has this code."""

    def count(self) -> int:
        """Count the bodies, ourselves too."""

    def put_body(self, body: Body, *, is_own: bool = False) -> None:
        """Add or replace an entry; a replacement must hold every earlier key version and name (asserted).

        Units that it says for the first time, or otherwise than before, are kept as a list of their own (B18).
        """

    def succession(self, old: BodyId) -> Succession | None:
        """Return the newest proposal, or acceptance, of a successor of a body at this node."""

    def put_succession(self, succession: Succession) -> None:
        """Keep a proposal or its confirmation; one that is confirmed is never replaced by another (asserted)."""

    def successors(self) -> Mapping[BodyId, BodyId]:
        """Return, for each body succeeded at this node, who stands in its place.

        Whom two officers accepted, and ourselves for the body that our own genesis names.
        """

    def count_unknown(self, claimed: str) -> None:
        """Count a statement from a body not in the directory; nothing else of it is kept."""

    def unknown_count(self) -> int:
        """Return how many statements came from unknown bodies."""

    def heard(self) -> Mapping[BodyId, datetime]:
        """Return, for each body heard at all, the moment up to which its control statements have arrived here."""

    def put_heard(self, body: BodyId, at: datetime, *, now: datetime) -> None:
        """Keep that every control statement a body made up to `at` has arrived; an earlier moment changes nothing.

        `at` is never after `now`, the moment it is kept. Where the body was silent for so long that a lease may have ended
        (docs/rules/disclosure.md D4), cached answers of the gate are void from the commit on.
        """

    def group(self, group: GroupId) -> Group | None:
        """Return the newest version of a group."""

    def group_version(self, group: GroupId, version: int) -> Group | None:
        """Return one version of a group of those that were kept here; of ours all were."""

    def groups(self) -> tuple[Group, ...]:
        """Return the newest version of every group, ordered by id."""

    def put_group(self, group: Group) -> None:
        """Keep a new version of a group."""

    def officer(self, officer: OfficerId) -> Officer | None:
        """Return one of our officers."""

    def officers(self) -> tuple[Officer, ...]:
        """Return all our officers, ordered by id."""

    def put_officer(self, officer: Officer) -> None:
        """Add or replace an officer."""

    def unit_lists(self, body: BodyId, newest: int = UNIT_LISTS_MAX) -> tuple[UnitList, ...]:
        """Return the lists of units that a body said, oldest first: so many of the newest, and of no body more than are kept."""

    def unit_list(self, body: BodyId, since: datetime) -> UnitList | None:
        """Return the list of units that a body said at a moment; None where none began then that is still kept."""

    def units_on(self, on: date) -> Mapping[BodyId, UnitList]:
        """Return the list of units that stood at the end of a day (UTC), for each body of which one is known from then."""

    def unit_limits(self) -> tuple[LimitsSet, ...]:
        """Return everything that was ever proposed about what units of our own may see, oldest first."""

    def put_unit_limits(self, limits: LimitsSet) -> None:
        """Keep a proposal, or what was decided about one; what was decided is never replaced (asserted).

        Cached answers of the gate are void from the commit on.
        """

    def orders(self) -> tuple[NationalOrder, ...]:
        """Return the national orders entered at this node, ordered by the date they came into force."""

    def put_order(self, order: NationalOrder) -> None:
        """Add a national order; the same reference replaces the earlier entry."""


class BodiesUnit(UnitOfWork, Protocol):
    """A unit of work with the directory."""

    @property
    def bodies(self) -> BodyStore:
        """The directory."""
