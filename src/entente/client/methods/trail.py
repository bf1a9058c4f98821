"""What the client that waits has under «Trail».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.listing import Asks, Listing
from entente.client.requests import trail
from entente.client.shapes import (
    CheckContinuationAnswer,
    ListDoubtsAnswer,
    ProveCaseAnswer,
    ProveContinuationAnswer,
    ReadTrailAnswer,
    ShowCheckpointAnswer,
    ShowSealedQueryAnswer,
    TrailRow,
    VerifyTrailAnswer,
)


class TrailMethods(Asks):
    """What the client that waits has under «Trail»."""

    def list_doubts(self, body: str) -> ListDoubtsAnswer:
        """List what came from a body under keys that it declared compromised. The look is a row of the trail.

        Needs the scope trail.read.

        body: Its code or id.
        """
        return self.ask(trail.list_doubts(body))

    def read_trail(
        self,
        *,
        about: str | None = None,
        act: str | None = None,
        by: str | None = None,
        since: str | None = None,
        until: str | None = None,
        page_size: int | None = None,
    ) -> Listing[ReadTrailAnswer, TrailRow]:
        """Show the newest acts, or those about one thing.

        Those about one thing alone come in order, the oldest first, without a next page.
        Needs the scope trail.read.

        about: A body, an instrument, a record, a case or an item.
        act: What was done, as rows name it.
        by: The officer who did it.
        since: Not before this time (RFC 3339).
        until: Not after this time (RFC 3339).
        page_size: How many a page has; the list goes on over all pages.
        """
        return Listing(
            self, trail.read_trail(about=about, act=act, by=by, since=since, until=until, page_size=page_size)
        )

    def show_sealed_query(self, row: str) -> ShowSealedQueryAnswer:
        """Hand over the query of a search as it was sealed for the data protection officer. The look is a row itself.

        Needs the scope trail.read.

        row: The row's sequence.
        """
        return self.ask(trail.show_sealed_query(row))

    def verify_trail(self) -> VerifyTrailAnswer:
        """Recompute the whole trail, hold the log against it, and say what was found.

        Needs the scope trail.read.
        """
        return self.ask(trail.verify_trail())

    def show_checkpoint(self) -> ShowCheckpointAnswer:
        """Bring the log up, and give its newest signed checkpoint.

        Needs the scope trail.read.
        """
        return self.ask(trail.show_checkpoint())

    def check_continuation(self, *, checkpoint: str) -> CheckContinuationAnswer:
        """Say whether the log continues an earlier checkpoint of it.

        Needs the scope trail.read.

        checkpoint: The checkpoint, as it was kept.
        """
        return self.ask(trail.check_continuation(checkpoint=checkpoint))

    def prove_continuation(self, *, since: int | None = None) -> ProveContinuationAnswer:
        """Prove that the log continues its first rows; `entente trail check-proof` judges the proof anywhere.

        Needs the scope trail.read.

        since: How many first rows.
        """
        return self.ask(trail.prove_continuation(since=since))

    def prove_case(self, case: str) -> ProveCaseAnswer:
        """Make the file that proves what the trail holds of a case.

        Needs the scope trail.read.

        case: Its number in the register: 2031/000017.
        """
        return self.ask(trail.prove_case(case))
