"""What the client that does not wait has under «Exchange».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.listing import AsksAsync, AsyncListing
from entente.client.requests import exchange
from entente.client.shapes import ListHeldAnswer, ListHeldHeld, ListLinesAnswer, ListSetAsideAnswer, Result


class AsyncExchangeMethods(AsksAsync):
    """What the client that does not wait has under «Exchange»."""

    async def list_lines(self) -> ListLinesAnswer:
        """Say how the line to each body stands, and what waits for it.

        Needs the scope exchange.read.
        """
        return await self.ask(exchange.list_lines())

    def list_held(
        self, *, to: str | None = None, page_size: int | None = None
    ) -> AsyncListing[ListHeldAnswer, ListHeldHeld]:
        """List what is held and not sent, with the reason.

        Needs the scope exchange.read.

        to: Only what is for one body, by its code or id.
        page_size: How many a page has; the list goes on over all pages.
        """
        return AsyncListing(self, exchange.list_held(to=to, page_size=page_size))

    async def list_set_aside(self) -> ListSetAsideAnswer:
        """List the statements that this node failed at, or whose kind it does not know.

        Needs the scope exchange.read.
        """
        return await self.ask(exchange.list_set_aside())

    async def release_held(self, number: str, *, idempotency_key: str | None = None) -> Result:
        """Let a held statement leave, if it may now.

        Needs the scope exchange.write.

        number: Its number.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(exchange.release_held(number, idempotency_key=idempotency_key))

    async def release_all_held(self, *, to: str, idempotency_key: str | None = None) -> Result:
        """Let all leave that is held for a body, if it may now.

        The answer's id is how many left.
        Needs the scope exchange.write.

        to: A body's code or id.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(exchange.release_all_held(to=to, idempotency_key=idempotency_key))

    async def drop_held(self, number: str, *, reason: str, idempotency_key: str | None = None) -> Result:
        """Take back a held statement for good.

        Needs the scope exchange.write.

        number: Its number.
        reason: Why.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(exchange.drop_held(number, reason=reason, idempotency_key=idempotency_key))

    async def route_exchange(self, *, body: str, via: str | None = None, idempotency_key: str | None = None) -> Result:
        """Reach a body through a relay that it named, or directly.

        Needs the scope exchange.write.

        body: A body's code or id.
        via: The relay; directly where none is named.
        idempotency_key: Made for this act where none is given.
        """
        return await self.ask(exchange.route_exchange(body=body, via=via, idempotency_key=idempotency_key))
