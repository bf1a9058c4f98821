"""Jobs: what another system asked for that takes longer than an answer, and the files it is done from and into.

A job is a folder beside the store: what was asked, how far it is, what it is done from, what came of it. It is no act of its own:
every slice of it is one, with its row in the trail.

Source: docs/rules/api.md P12 and P13; docs/decisions/0074-a-job-is-a-folder-beside-the-store.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from entente.kernel.canonical import Json
from entente.kernel.ids import OfficerId

AT_DESK: Final = "desk"
"""In the place of a token's id: an officer asked for the job at the desk (docs/rules/desk.md W56)."""

UPLOAD_BYTES_MAX: Final = 1024**3
"""Of one file. Ten times the list of the United States Treasury in XML; packed lists are read too."""


class JobKind(StrEnum):
    """What jobs do."""

    SEARCHES = "searches"
    IMPORT = "import"
    EXPORT = "export"
    ATTACHMENT = "attachment"
    FILE = "file"
    MESSAGE_FILE = "message_file"
    FETCH = "fetch"
    """Brings a file of a record or message here, and gives it to nobody."""
    BACKUP = "backup"


class JobState(StrEnum):
    """How far a job is. The last three are ends."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """One job, as it is kept."""

    id: str
    """`job-` and 32 hexadecimal digits, made of the account and the Idempotency-Key; nobody guesses one."""
    account: OfficerId
    token: str
    """The id of the token it was asked for with: when that ends, the job does. AT_DESK for an officer's own."""
    kind: JobKind
    asked: dict[str, Json]
    """Arguments of its verb, without account and files."""
    request: str
    """Keyed digest of the whole request, by which the same one is known again."""
    made_at: datetime
    source: str = ""
    """The name of the file in its folder that it is done from; empty for none, or once it is over."""
    state: JobState = JobState.WAITING
    ended_at: datetime | None = None
    done: int = 0
    """Rows that are durable."""
    total: int | None = None
    """How many rows there are, where that is known before the end."""
    share: int | None = None
    """How many thousandths of the file that it is done from were read, where that is known."""
    results_bytes: int = 0
    """How much of its results is whole; what stands behind was not finished."""
    outcome: dict[str, Json] | None = None
    error: dict[str, Json] | None = None
    """Why it failed, as an error is written."""
    under: dict[str, Json] | None = None
    """Of an export: the roles and limits of the account's under which its records were handed out."""
    erased_upto: int = 0
    """The newest tombstone when it was last looked at for what is erased."""

    @property
    def has_ended(self) -> bool:
        """Say whether nothing more becomes of it."""
        return self.ended_at is not None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that another system sent, until a job takes it or its time is over."""

    id: str
    account: OfficerId
    name: str
    size: int
    sha256: str
    at: datetime
    key: str = ""
    """Of what it was sent with, a digest of the Idempotency-Key; empty where the desk sent it."""
