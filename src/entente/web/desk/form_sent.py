"""A form as it came: read by the kind it is of, and what keeps it from being done before its act looks at it.

In this order: that it is of this session, that its fields hold what they should and its files are there, and for a heavy act that
who sends it proved just now who they are.

Source: docs/rules/desk.md W4, W22 and W23.
"""

from __future__ import annotations

from markupsafe import Markup
from starlette.requests import Request

from entente.web.desk.forms import Entered, Fault, Kind, posted
from entente.web.desk.guards import has_token
from entente.web.desk.multipart import Posted, is_multipart, posted_in_parts
from entente.web.desk.page import ActPage
from entente.web.desk.paths import SIGN_IN_PATH
from entente.web.desk.session import Session
from entente.web.wording import Wording


async def sent_form(act: ActPage, request: Request) -> Posted:
    """Return what a form sends; one that has a file is sent in parts, any other is not."""
    if (act.file or act.files) and is_multipart(request):
        return await posted_in_parts(
            request, act.file, act.many, small=act.files, has_several_files=act.has_several_files
        )
    return Posted(await posted(request, act.many))


def faults_before(act: ActPage, session: Session, sent: Posted, form: Entered, say: Wording) -> tuple[Fault, ...]:
    """Return what keeps a form from being done before its act looks at it."""
    if not has_token(session, sent.fields):
        return (Fault("", say.text("fault.session"), say.text("fault.session_do")),)
    there = {Kind.FILE: sent.file is not None, Kind.FILES: bool(sent.small)}
    lacks = [one for one in act.fields if one.is_needed and not there.get(one.kind, True)]
    missing = tuple(Fault(one.name, say.text("fault.no_file"), say.text("fault.no_file_do")) for one in lacks)
    if faults := (*form.faults, *missing):
        return faults
    return (_again_first(act, say),) if act.is_heavy and not session.is_recent else ()


def _again_first(act: ActPage, say: Wording) -> Fault:
    """Return what is wrong with a form whose act needs a proof of who is there: it waits for it, in another tab.

    Of chosen files a page that is given back knows nothing: browsers let nobody fill such a field but their user.
    """
    way = Markup('<a href="{}" target="_blank">{}</a>').format(f"{SIGN_IN_PATH}/again", say.text("sign_in.again"))
    has_files = bool(act.file or act.files)
    files_do, do = say.text("sign_in.again_first_files_do", way=way), say.text("sign_in.again_first_do", way=way)
    return Fault("", say.text("sign_in.again_first"), files_do if has_files else do)
