"""The files that come with a form: each is taken in as it arrives, and waits under an id until the form's act uses it.

A file may take an hour to arrive. So its session is looked at again meanwhile, which keeps it alive as any act of its officer
does, and once more at the end: where it has ended, nothing is taken any further and nothing is done.

Source: docs/rules/desk.md W55 and W73.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from starlette.types import Scope

from entente.kernel.errors import EntenteError
from entente.kernel.going_on import going_on
from entente.web.desk.arriving import Arriving
from entente.web.desk.forms import ONCE, fault_of
from entente.web.desk.multipart import Posted
from entente.web.desk.page import ActPage, Asked
from entente.web.desk.ports import FilesAndJobs

LOOKS_EVERY_SECONDS: Final = 60.0
"""How often the session of a form is looked at while its files arrive: as often as one is kept to have been seen."""


class SessionEnded(Exception):  # noqa: N818 - no error: there is nobody any more for whom something is done
    """The session of a form ended while its files arrived."""


@dataclass(frozen=True, slots=True)
class Taking:
    """Takes the files of one request."""

    jobs: FilesAndJobs
    arriving: Arriving
    scope: Scope
    declared: int
    """Bytes of the whole form, as its sender says; 0 where it does not."""
    stands: Callable[[], Awaitable[bool]]
    """Says whether the session that the form was sent in stands."""

    async def taken(self, act: ActPage, asked: Asked, sent: Posted) -> Asked:
        """Return the form with the ids under which its files wait, or with the fault that the first of them met.

        Raises SessionEnded where the form's session ended meanwhile; the file that was arriving leaves nothing then.
        """
        taken, faults, arrived = list[str](), asked.form.faults, 0
        incoming, key = sent.file, sent.fields.get(ONCE, "")
        while incoming is not None:
            try:
                pieces = self._while_it_stands(going_on(incoming.pieces(), self.scope))
                counted = self.arriving.counted(asked.officer, key, self.declared, pieces, arrived)
                upload = await self.jobs.take(asked.officer, incoming.name, counted, self.declared)
            except EntenteError as error:
                await incoming.pass_over()
                fault = fault_of(error, act.fields, asked.say)
                # Whatever it is, it befell the file.
                faults = (*faults, replace(fault, field=fault.field or act.file))
                break
            taken.append(upload.id)
            arrived += upload.size
            incoming = incoming.following
        if not await self.stands():
            raise SessionEnded
        values = {**asked.form.values, **({act.file: "\n".join(taken)} if taken else {})}
        return replace(asked, form=replace(asked.form, values=values, faults=faults))

    async def _while_it_stands(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        seconds = asyncio.get_running_loop().time
        looked_at = seconds()
        async for piece in pieces:
            if seconds() - looked_at >= LOOKS_EVERY_SECONDS:
                if not await self.stands():
                    raise SessionEnded
                looked_at = seconds()
            yield piece


def as_sent(jobs: FilesAndJobs, act: ActPage, asked: Asked) -> Mapping[str, str]:
    """Return what a form holds, with what its files are in the place of the ids under which they wait."""
    if not act.file or act.file not in asked.form.values:
        return asked.form.values
    sent = [jobs.upload(asked.officer, one)[0] for one in asked.form.lines(act.file)]
    return {**asked.form.values, act.file: "\n".join(f"{one.sha256} {one.name}" for one in sent)}
