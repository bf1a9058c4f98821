"""The files that come with a form: each is taken in as it arrives, and waits under an id until the form's act uses it.

Source: docs/rules/desk.md W55 and W73.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.types import Scope

from entente.kernel.errors import EntenteError
from entente.kernel.going_on import going_on
from entente.web.desk.arriving import Arriving
from entente.web.desk.forms import ONCE, fault_of
from entente.web.desk.multipart import Posted
from entente.web.desk.page import ActPage, Asked
from entente.web.desk.ports import FilesAndJobs


@dataclass(frozen=True, slots=True)
class Taking:
    """Takes the files of one request."""

    jobs: FilesAndJobs
    arriving: Arriving
    scope: Scope
    declared: int
    """Bytes of the whole form, as its sender says; 0 where it does not."""

    async def taken(self, act: ActPage, asked: Asked, sent: Posted) -> Asked:
        """Return the form with the ids under which its files wait, or with the fault that the first of them met."""
        taken, faults, arrived = list[str](), asked.form.faults, 0
        incoming, key = sent.file, sent.fields.get(ONCE, "")
        while incoming is not None:
            try:
                pieces = going_on(incoming.pieces(), self.scope)
                counted = self.arriving.counted(asked.officer, key, self.declared, pieces, arrived)
                upload = await self.jobs.take(asked.officer, incoming.name, counted, self.declared)
            except EntenteError as error:
                await incoming.pass_over()
                faults = (*faults, fault_of(error, act.fields, asked.say))
                break
            taken.append(upload.id)
            arrived += upload.size
            incoming = incoming.following
        values = {**asked.form.values, **({act.file: "\n".join(taken)} if taken else {})}
        return replace(asked, form=replace(asked.form, values=values, faults=faults))


def as_sent(jobs: FilesAndJobs, act: ActPage, asked: Asked) -> Mapping[str, str]:
    """Return what a form holds, with what its files are in the place of the ids under which they wait."""
    if not act.file or act.file not in asked.form.values:
        return asked.form.values
    sent = [jobs.upload(asked.officer, one)[0] for one in asked.form.lines(act.file)]
    return {**asked.form.values, act.file: "\n".join(f"{one.sha256} {one.name}" for one in sent)}
