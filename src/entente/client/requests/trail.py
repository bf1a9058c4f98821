"""The requests under «Trail».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.call import Call, PagedCall, filled, given, parameters, two_parts
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


def list_doubts(body: str) -> Call[ListDoubtsAnswer]:
    """List what came from a body under keys that it declared compromised. The look is a row of the trail."""
    return Call("list_doubts", "GET", filled("/bodies/{body}/doubts", body=body), ListDoubtsAnswer)


def read_trail(
    *,
    about: str | None = None,
    act: str | None = None,
    by: str | None = None,
    since: str | None = None,
    until: str | None = None,
    page_size: int | None = None,
) -> PagedCall[ReadTrailAnswer, TrailRow]:
    """Show the newest acts, or those about one thing."""
    return PagedCall(
        "read_trail",
        "GET",
        "/trail",
        ReadTrailAnswer,
        query=parameters(about=about, act=act, by=by, since=since, until=until, limit=page_size),
        items="rows",
    )


def show_sealed_query(row: str) -> Call[ShowSealedQueryAnswer]:
    """Hand over the query of a search as it was sealed for the data protection officer. The look is a row itself."""
    return Call("show_sealed_query", "GET", filled("/trail/{row}/query", row=row), ShowSealedQueryAnswer)


def verify_trail() -> Call[VerifyTrailAnswer]:
    """Recompute the whole trail, hold the log against it, and say what was found."""
    return Call("verify_trail", "GET", "/trail/verification", VerifyTrailAnswer)


def show_checkpoint() -> Call[ShowCheckpointAnswer]:
    """Bring the log up, and give its newest signed checkpoint."""
    return Call("show_checkpoint", "GET", "/trail/checkpoint", ShowCheckpointAnswer)


def check_continuation(*, checkpoint: str) -> Call[CheckContinuationAnswer]:
    """Say whether the log continues an earlier checkpoint of it."""
    return Call(
        "check_continuation", "POST", "/trail/continuations", CheckContinuationAnswer, body=given(checkpoint=checkpoint)
    )


def prove_continuation(*, since: int | None = None) -> Call[ProveContinuationAnswer]:
    """Prove that the log continues its first rows; `entente trail check-proof` judges the proof anywhere."""
    return Call(
        "prove_continuation", "GET", "/trail/continuation", ProveContinuationAnswer, query=parameters(since=since)
    )


def prove_case(case: str) -> Call[ProveCaseAnswer]:
    """Make the file that proves what the trail holds of a case."""
    year, serial = two_parts("case", case, "2031/000017")
    return Call("prove_case", "GET", filled("/cases/{year}/{serial}/proof", year=year, serial=serial), ProveCaseAnswer)
