"""Whether what a job took out of a message or a record, or out of all of them, may still be given to who asked.

A copy in a job's folder is nothing that its message or record knows of; so it is asked of them as the copy is read, and once a
minute for as long as it lies there. An export is given while the account's roles and limits are those it was made under, or
reach further.

Source: docs/rules/api.md P20.
"""

from __future__ import annotations

from entente.bodies.tokens import may
from entente.identity.looking_again import Under, under_what
from entente.kernel.codec import from_json
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.jobs import Job, JobKind, JobState
from entente.node import Node
from entente.records.blobs import Looking
from entente.verbs.references import names_of

_OF_FILES = frozenset({JobKind.FILE, JobKind.MESSAGE_FILE, JobKind.FETCH})


def may_be_given(node: Node, job: Job) -> bool:
    """Say whether what came of a job, and what its file is called, may be given to its account now.

    It may of a job that is about no file, and of one of which nothing came.
    """
    if job.kind is JobKind.EXPORT and job.state is JobState.DONE:
        return _may_be_exported(node, job)
    if job.kind not in _OF_FILES or job.state is not JobState.DONE:
        return True
    is_of_record = "record" in job.asked
    with node.blobs.records.open_view() as view:
        officer = view.bodies.officer(job.account)
    if officer is None or not may(
        officer, ("show_record" if is_of_record else "read_message",), node.clock.now(), node.lists
    ):
        return False
    asked = {name: str(value) for name, value in job.asked.items()}
    try:
        if not is_of_record:
            node.correspondence.attachment(job.account, asked["id"], asked["file"])
            return True
        why = Looking(asked["purpose"], asked["crime_area"], asked.get("case", ""))
        return node.blobs.may_open(job.account, names_of(node).record(asked["record"]), asked["file"], why)
    except (NotFound, Invalid):
        # What names nothing here any more is given to nobody.
        return False


def _may_be_exported(node: Node, job: Job) -> bool:
    with node.blobs.records.open_view() as view:
        officer = view.bodies.officer(job.account)
    if job.under is None or officer is None:
        return False
    then, now = from_json(Under, job.under, "under"), under_what(node.identity, job.account)
    is_as_then = set(then.roles) <= set(now.roles) and then.unit == now.unit
    return is_as_then and may(officer, ("export_records",), node.clock.now(), node.lists)
