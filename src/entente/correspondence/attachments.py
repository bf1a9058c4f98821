"""The files of a message: what they may be, opening one, and giving its chunks to the body that the message was sent to.

They are sealed, fetched and checked as records' files are (docs/rules/records.md R20 to R23). What they are stands in the
message's own signed statement, with the key, and so in the envelope that is sealed to its recipient alone; the chunks stay
here until somebody there opens one.

Source: docs/rules/correspondence.md M24 and M25; docs/decisions/0105-a-messages-files-stay-with-its-sender-until-opened.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from entente.bodies.rules import verify_by_node
from entente.correspondence.channels import may_write
from entente.correspondence.desk import detail_of
from entente.correspondence.model import Message, Step, StepTaken
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.rules import bad
from entente.correspondence.steps import Steps
from entente.kernel.errors import Conflict, Invalid, NotFound
from entente.kernel.ids import BodyId, OfficerId
from entente.kernel.ports import Act
from entente.kernel.sizes import size_said
from entente.kernel.statement import Statement
from entente.records.attaching import Progress
from entente.records.blobs import Blobs, not_fetched
from entente.records.fetching import Origin
from entente.records.media import MediaCheck, check_file_name, look_at_type
from entente.records.model import SealedFile
from entente.records.ports import PlainFile
from entente.records.rules import is_sealed_file
from entente.records.statements import read_fetch

ATTACHMENTS_MAX = 8
"""Files of one message; as many as one officer may have waiting at the node (docs/rules/api.md P13)."""
ATTACHMENT_BYTES_MAX = 64 * 1024 * 1024
"""Of one file: a minute of film, a scanned file of 300 pages. What is larger belongs to a record (R20)."""
ATTACHMENTS_BYTES_MAX = 128 * 1024 * 1024
"""Of all files of one message. A node may be set to send less (setting attachments_mb_max)."""


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file of a message that may be given to who asked for it."""

    file: SealedFile
    is_copy: bool
    """Whether its chunks came from the body that sent the message."""


class MessageFiles(Steps):
    """The verbs about files of messages."""

    def attachment(self, officer: OfficerId, message: str, name: str) -> SealedFile:
        """Return what a file of a message is, by its name or its blob; raise NotFound for one this officer may not know of."""
        with self.open_view() as unit:
            return self._known_file(unit, officer, message, name).file

    def bring_attachment(
        self, officer: OfficerId, message: str, name: str, blobs: Blobs, on_progress: Progress
    ) -> SealedFile:
        """Have a file of a message here, whole and checked, fetching it where it is not; nobody is given it by this.

        Raises NotFound for a message or file that is not there or not for this officer, and for one that was recalled;
        Unavailable where its sender does not answer; Untrusted where what came is not what was signed.
        Source: docs/rules/correspondence.md M25.
        """
        found = self._brought(officer, message, name, blobs, on_progress)
        for _ in blobs.unsealed(found.file, is_copy=found.is_copy, on_progress=on_progress):
            pass
        return found.file

    def open_attachment(
        self, officer: OfficerId, message: str, name: str, blobs: Blobs, on_progress: Progress
    ) -> tuple[SealedFile, Iterator[bytes]]:
        """Give an officer a file of a message, fetching it where it is not here: its bytes, after all of them were checked.

        To open a file of a message that came is to open the message (M20). Raises as `bring_attachment` does.
        Source: docs/rules/correspondence.md M25.
        """
        self._brought(officer, message, name, blobs, on_progress)
        return self._opened(officer, message, name, blobs)

    def checked_attachment(
        self, officer: OfficerId, message: str, name: str, blobs: Blobs
    ) -> tuple[SealedFile, Iterator[bytes]]:
        """Give an officer a file of a message that is here; raise Unavailable for one that is not fetched yet."""
        with self.open_view() as unit:
            found = self._known_file(unit, officer, message, name)
        if found.is_copy and not blobs.is_here(found.file.id):
            raise not_fetched()
        return self._opened(officer, message, name, blobs)

    def _brought(self, officer: OfficerId, message: str, name: str, blobs: Blobs, on_progress: Progress) -> OpenedFile:
        with self.open_unit() as unit:
            self._officer(unit, officer, "read_message", message, self.clock.now())
            found = self._known_file(unit, officer, message, name)
            header = self._message(unit, message).header
        if found.is_copy and not blobs.is_here(found.file.id):
            blobs.fetch(officer, Origin(header.sender, header.instrument, message), found.file, on_progress)
            with self.open_view() as unit:
                # It may have been recalled while it came.
                found = self._known_file(unit, officer, message, name)
        return found

    def _opened(self, officer: OfficerId, message: str, name: str, blobs: Blobs) -> tuple[SealedFile, Iterator[bytes]]:
        with self.open_unit() as unit:
            now = self.clock.now()
            reader = self._officer(unit, officer, "read_message", message, now)
            found = self._known_file(unit, reader.id, message, name)
            if found.is_copy and not unit.correspondence.steps(message):
                self._take_step(unit, self._message(unit, message), StepTaken(Step.OPENED, reader.id, now))
            detail = detail_of("opened", blob=found.file.id, bytes=found.file.size)
            self.record(unit, Act("open_attachment", unit.bodies.own().id, reader.id, message, detail))
            unit.commit()
        return found.file, blobs.checked(found.file, is_copy=found.is_copy)

    def _known_file(self, unit: CorrespondenceUnit, officer: OfficerId, message: str, name: str) -> OpenedFile:
        """Return a file of a message that an officer may know of, by its name or its blob; raise NotFound for anything else."""
        found = self._message(unit, message)
        way = self._way(unit, found)
        self._require_known(unit, officer, way, found.header)
        file = next((one for one in found.attachments if name in {one.file_name, one.id}), None)
        if file is None:
            raise NotFound
        return OpenedFile(file, is_copy=found.header.sender != unit.bodies.own().id)

    def _message(self, unit: CorrespondenceUnit, message: str) -> Message:
        found = unit.correspondence.message(message)
        if found is None:
            raise NotFound
        return found

    def answer_fetch(
        self, unit: CorrespondenceUnit, statement: Statement, sender: BodyId, blobs: Blobs
    ) -> Sequence[Statement]:
        """Answer a body that asks for chunks of a file, inside the exchange's unit of work: of a message, or else of a record.

        Asked at each call is whether the message was sent to this body, is not recalled, and could still go to it (M2). Raises
        NotFound for a file that this body may not have, as for none. Source: docs/rules/correspondence.md M25.
        """
        asked, now = read_fetch(statement), self.clock.now()
        # Another body's message that names the id of a file of ours gives nobody anything.
        sent = unit.correspondence.sent_with(asked.blob)
        if not sent:
            return blobs.answer_fetch(unit, statement, sender)
        verify_by_node(unit.bodies.body(statement.body), statement)
        message = self._open_to(unit, sent, sender, now) if statement.body == sender else None
        if message is None:
            raise NotFound
        own = unit.bodies.own().id
        detail = detail_of("given", blob=asked.blob, first=asked.first, chunks=asked.count)
        self.record(unit, Act("give_file", sender, "node", message.header.id, detail))
        return blobs.given(asked, own, now)

    def bring_for(self, statement: Statement, sender: BodyId, blobs: Blobs) -> None:
        """Fetch what an onward holder of a record is about to be given of a file; a message's are here (records.md R25)."""
        with self.open_view() as unit:
            is_ours = bool(unit.correspondence.sent_with(read_fetch(statement).blob))
        if not is_ours:
            blobs.bring_for(statement, sender)

    def _open_to(
        self, unit: CorrespondenceUnit, sent: Sequence[Message], asker: BodyId, now: datetime
    ) -> Message | None:
        situation, own = self.disclosure.situation_in(unit), unit.bodies.own().id
        for one in sent:
            about = one.header
            is_theirs = about.recipient == asker and one.recall is None
            if is_theirs and may_write(situation, own, asker, about.instrument, now).allowed:
                return one
        return None


def check_attachments(files: Sequence[SealedFile]) -> None:
    """Raise Invalid where a message's files are too many or too large, called alike, or one is not well formed.

    Source: docs/rules/correspondence.md M24.
    """
    if len(files) > ATTACHMENTS_MAX:
        raise bad("attachments", f"a message has at most {ATTACHMENTS_MAX} files, and these are {len(files)}")
    for names in ([one.file_name for one in files], [one.id for one in files]):
        if len(set(names)) != len(names):
            raise bad("attachments", "two of its files are one, or have one name")
    for one in files:
        check_file_name(one.file_name, one.media_type)
        if not 0 < one.size <= ATTACHMENT_BYTES_MAX:
            raise bad(
                "attachments",
                f"a file has 1 byte to {size_said(ATTACHMENT_BYTES_MAX)}, and one has {size_said(one.size)}",
            )
        if not is_sealed_file(one):
            raise bad("attachments", "the id of a file's chunks, its key or its digest is not one")
    if (whole := sum(one.size for one in files)) > ATTACHMENTS_BYTES_MAX:
        raise bad(
            "attachments",
            f"its files have at most {size_said(ATTACHMENTS_BYTES_MAX)} together, and these {size_said(whole)}",
        )


def check_count(count: int) -> None:
    """Raise Invalid where there are more files than one message has (M24)."""
    if count > ATTACHMENTS_MAX:
        raise Invalid(
            "There are too many files for one message.",
            field="file_name",
            why=f"A message has at most {ATTACHMENTS_MAX} files (docs/rules/correspondence.md M24).",
            do="Leave some away, or send them with a second message.",
        )


def check_plain_files(files: Sequence[PlainFile], bytes_max: int) -> None:
    """Raise Invalid, or Conflict for one name twice, before files are sealed that could not be sent with one message.

    `bytes_max`: what this node sends with one message. What they are is looked at as they are sealed.
    Source: docs/rules/correspondence.md M24.
    """
    check_count(len(files))
    for one in files:
        MediaCheck(one.name)
        _check_size(one, bytes_max)
    names = [one.name for one in files]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise Conflict(
            f"Two of the message's files are called «{twice}».",
            why="A message's files are asked for by their names (docs/rules/correspondence.md M24).",
            do="Leave one away, or give it another name.",
        )
    most = min(bytes_max, ATTACHMENTS_BYTES_MAX)
    if sum(one.size for one in files) > most:
        raise Invalid(
            "The files are too large together for one message.",
            field="file_name",
            why=f"The files of one message have at most {size_said(most)} together at this node "
            "(docs/rules/correspondence.md M24).",
            do="Leave some away, or send them with a second message.",
        )


def _check_size(one: PlainFile, bytes_max: int) -> None:
    if one.size == 0:
        raise Invalid(
            f"The file «{one.name}» is empty.",
            field="file_name",
            why="A file of a message has one byte at least (docs/rules/correspondence.md M24).",
            do="Look whether it is the file that was meant.",
        )
    if one.size > (most := min(ATTACHMENT_BYTES_MAX, bytes_max)):
        raise Invalid(
            f"The file «{one.name}» is too large for a message.",
            field="file_name",
            why=f"A file of a message has at most {size_said(most)} (docs/rules/correspondence.md M24).",
            do="Send a smaller one, or attach it to a record and share that.",
        )


def look_at_file(plain: PlainFile, bytes_max: int) -> None:
    """Raise Invalid for a file that no message of this node could have, reading it once; nothing of it is kept (M24)."""
    check_plain_files((plain,), bytes_max)
    look_at_type(plain)
