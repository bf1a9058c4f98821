"""What disclosure needs from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from entente.agreements.ports import AgreementsUnit
from entente.disclosure.model import DisclosureClass, Leave
from entente.kernel.ids import BodyId
from entente.kernel.statement import Statement


class ClassStore(Protocol):
    """The disclosure classes of this node, by number, and the leaves that sources granted."""

    def number_of(self, cls: DisclosureClass) -> int:
        """Return the number of a class, giving it the next one when it is new. Numbers are never reused."""

    def classes(self) -> Mapping[int, DisclosureClass]:
        """Return every class by number."""

    def class_count(self) -> int:
        """Return how many classes there are; it only grows."""

    def governance_version(self) -> int:
        """Return a number that rises with every change of what the gate rests on; older cached answers are void.

        That is: a body, key, group, order, instrument, participation, measure or leave.
        """

    def leaves(self) -> tuple[Leave, ...]:
        """Return every leave granted by or to us."""

    def put_leave(self, leave: Leave, statement: Statement) -> None:
        """Keep a leave and the source's signed statement it came by."""

    def leave_statement(self, source: BodyId, leave: str) -> Statement | None:
        """Return the source's statement of a leave: what a forwarding body hands on with the record."""


class DisclosureUnit(AgreementsUnit, Protocol):
    """A unit of work with the classes."""

    @property
    def classes(self) -> ClassStore:
        """The disclosure classes."""

    def holds_committed_alone(self) -> bool:
        """Say whether all that it reads is durable: a view, or a transaction that changed nothing beside the trail yet."""
