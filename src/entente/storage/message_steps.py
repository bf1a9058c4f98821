"""What was done here with messages that came, as it was kept: opened, acted on, refused.

Source: docs/rules/correspondence.md M20 and M21; correspondence.ports.CorrespondenceStore.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from entente.correspondence.model import Step, StepTaken
from entente.storage.message_failures import NOTED
from entente.storage.rows import among, read_among
from entente.storage.schema import message_step


@functools.lru_cache
def _steps_of(count: int) -> sa.Select[Any]:
    return sa.select(message_step).where(among(message_step.c.message, count), message_step.c.step != NOTED)


class MessageSteps:
    """Their part of the CorrespondenceStore of one transaction."""

    _connection: sa.Connection

    def steps(self, message: str) -> tuple[StepTaken, ...]:
        """Return what was done here with a message, in order."""
        query = sa.select(message_step).where(message_step.c.message == message, message_step.c.step != NOTED)
        found = [StepTaken(Step(row.step), row.officer, row.at, row.reason) for row in self._connection.execute(query)]
        return _in_order(found)

    def steps_of_each(self, messages: Collection[str]) -> Mapping[str, tuple[StepTaken, ...]]:
        """Return what was done here with each of some messages of which anything was, as `steps` does of one."""
        found: dict[str, list[StepTaken]] = {}
        for row in read_among(self._connection, _steps_of, sorted(messages)):
            found.setdefault(row.message, []).append(StepTaken(Step(row.step), row.officer, row.at, row.reason))
        return {message: _in_order(taken) for message, taken in found.items()}


def _in_order(taken: Iterable[StepTaken]) -> tuple[StepTaken, ...]:
    return tuple(sorted(taken, key=lambda one: (one.at, one.step is not Step.OPENED)))
