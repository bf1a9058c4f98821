"""What is downloaded: handed to the browser as a file to be kept, of no type, whatever it holds; never shown as a page.

A file that came from elsewhere may be a page, a script or a drawing with one. So nothing of it is ever answered inline: no type
is told or guessed, and where a browser opened it all the same, it would run nothing of it.

Source: docs/rules/desk.md W55 and W91; RFC 6266; RFC 8187; OWASP File Upload.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import quote

from starlette.responses import FileResponse, Response, StreamingResponse

from entente.kernel.exercise import EXERCISE_WORD
from entente.web.desk.page import Download, Streamed

MEDIA_TYPE: Final = "application/octet-stream"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}", re.ASCII)


def downloaded(what: Download, *, is_exercise: bool) -> Response:
    """Return a file to be kept; an exercise's says so in its name, since it cannot be marked within (bodies.md B15)."""
    mark = f"{EXERCISE_WORD}-" if is_exercise else ""
    name, called = f"{mark}{what.name}", f"{mark}{what.called or what.name}"
    assert _NAME.fullmatch(name), "a download's name is made here"
    disposition = f'attachment; filename="{name}"'
    if called != name:
        # RFC 8187: what its sender calls it, in its own script; every byte that could end the field is encoded.
        disposition += f"; filename*=UTF-8''{quote(called, safe='')}"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    if isinstance(what.content, Streamed):
        headers["Content-Length"] = str(what.content.size)
        return StreamingResponse(what.content.pieces, media_type=MEDIA_TYPE, headers=headers)
    if isinstance(what.content, Path):
        answer = FileResponse(what.content, media_type=MEDIA_TYPE, headers=headers, stat_result=what.content.stat())
        # Nothing of it is kept, so that nothing is to be compared with it later.
        del answer.headers["etag"], answer.headers["last-modified"]
        return answer
    return Response(what.content, media_type=MEDIA_TYPE, headers=headers)
