"""The shapes of what the routes under «Trail» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import NotRequired, TypedDict

from entente.client.shapes.shared import Body
from entente.kernel.canonical import JsonObject


class ListDoubtsDeclaredItem(TypedDict):
    """List doubts declared item, as the API gives it."""

    row: int
    """Its row of the trail here."""
    at: str
    kind: str
    subject: str
    subject_name: str
    """The same as a person names it."""
    statement: str
    """Its id."""


class ListDoubtsDeclared(TypedDict):
    """List doubts declared, as the API gives it."""

    version: int
    """Of the keys."""
    key: str
    """The id of the node's key."""
    since: str
    items: list[ListDoubtsDeclaredItem]
    is_complete: bool
    """Whether that is all of it."""
    records_not_shown: int
    """Records that are not shown until their source says them again."""


class ListDoubtsAnswer(TypedDict):
    """What is answered by `list_doubts`."""

    code: str
    body: str
    """Its id."""
    declared: list[ListDoubtsDeclared]
    """One for each such key."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class TrailRow(TypedDict):
    """Read trail row, as the API gives it."""

    sequence: int
    at: str
    verb: str
    body: Body
    officer: str
    subject: str
    subject_name: str
    detail: JsonObject
    """What came of it, with every ground."""
    root: str
    is_withheld: bool
    """Whether it rests on a record that is not for the reader's unit; then it names nothing."""


class ReadTrailAnswer(TypedDict):
    """What is answered by `read_trail`."""

    rows: list[TrailRow]
    looked_to: str | None
    """The oldest row that was looked at."""
    next: str | None
    """The cursor of the next page; null after the last."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowSealedQueryAnswer(TypedDict):
    """What is answered by `show_sealed_query`."""

    row: int
    search: str
    query_sealed: str
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class VerifyTrailProof(TypedDict):
    """Verify trail proof, as the API gives it."""

    is_sound: bool
    rows: int
    """Rows found good before the first bad one."""
    root: str
    first_bad: int | None
    finding: str


class VerifyTrailLog(TypedDict):
    """Verify trail log, as the API gives it."""

    is_sound: bool
    rows: int
    behind: int
    finding: str


class VerifyTrailAnswer(TypedDict):
    """What is answered by `verify_trail`."""

    proof: VerifyTrailProof
    log: VerifyTrailLog
    body: str
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowCheckpointAnswer(TypedDict):
    """What is answered by `show_checkpoint`."""

    note: str
    """The checkpoint as it is published."""
    origin: str
    size: int
    root: str
    verifier_keys: list[str]
    """By which it is checked, the newest first."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class CheckContinuationAnswer(TypedDict):
    """What is answered by `check_continuation`."""

    proof: JsonObject
    """What was found (docs/rules/trail.md)."""
    body: str
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ProveContinuationAnswer(TypedDict):
    """What is answered by `prove_continuation`."""

    continuation: JsonObject
    """The proof, as a file (docs/rules/trail.md)."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ProveCaseAnswer(TypedDict):
    """What is answered by `prove_case`."""

    case_proof: JsonObject
    """The proof, as a file (docs/rules/trail.md)."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
