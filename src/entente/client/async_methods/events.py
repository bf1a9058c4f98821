"""What the client that does not wait has under «Events».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.listing import AsksAsync, AsyncNewsStream
from entente.client.requests import events


class AsyncEventsMethods(AsksAsync):
    """What the client that does not wait has under «Events»."""

    def listen(
        self,
        *,
        kinds: str | None = None,
        purpose: str | None = None,
        crime_area: str | None = None,
        seconds: int | None = None,
        after: str | None = None,
    ) -> AsyncNewsStream:
        """Listen to what is new: small references, each to something that the account may read.

        Each kind needs the scope of its list too; events of records need purpose and crime area, by which they are
        judged. Last-Event-ID goes on behind an event without gap or repetition. A comment every 15 seconds says that it
        is there. It ends with the event `end` when the token ends or the node stops.
        Needs the scope events.read.

        kinds: Only these, with commas between: hit, match, message, permission, request, case, record, instrument,
            group, body, delivery.
        seconds: Ends the stream after so long; 0: once all is told. Else it goes on.
        after: The mark of a stream before, to go on there; none begins now.
        """
        return AsyncNewsStream(
            self, events.listen(kinds=kinds, purpose=purpose, crime_area=crime_area, seconds=seconds), after
        )
