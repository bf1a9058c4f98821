"""What the client that does not wait has under «Powers».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.listing import AsksAsync
from entente.client.requests import powers
from entente.client.shapes import ListOrdersAnswer, MayTaskMeasureAnswer, Order, Result


class AsyncPowersMethods(AsksAsync):
    """What the client that does not wait has under «Powers»."""

    async def list_orders(self) -> ListOrdersAnswer:
        """List the national orders that say which powers this body's officers have.

        Needs the scope directory.read.
        """
        return await self.ask(powers.list_orders())

    async def enter_order(
        self, *, order: Order, version: str | None = None, idempotency_key: str | None = None
    ) -> Result:
        """Enter a national order.

        It replaces what stands under its reference: where another version stands than it names, nothing is done.
        Needs the scope directory.write.

        version: The version of the order of this reference that it was made from, or «new» for none; what stands is
            replaced unseen where it is left out.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(powers.enter_order(order=order, version=version, idempotency_key=idempotency_key))

    async def may_task_measure(self, measure: str) -> MayTaskMeasureAnswer:
        """Say whether the account may task a measure, with every ground. Nothing is tasked.

        Needs the scope directory.read.

        measure: A code of data/measures.yaml.
        """
        return await self.ask(powers.may_task_measure(measure))

    async def task_measure(
        self, measure: str, *, subject: str, case: str | None = None, idempotency_key: str | None = None
    ) -> Result:
        """Task an operational measure on a legal basis.

        Needs the scope measures.write.

        measure: A code of data/measures.yaml.
        subject: On whom or what: a record, for example.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(powers.task_measure(measure, subject=subject, case=case, idempotency_key=idempotency_key))
