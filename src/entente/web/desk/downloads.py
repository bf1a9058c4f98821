"""What is downloaded: handed to the browser as a file to be kept, of no type, whatever it holds; never shown as a page.

A file that came from elsewhere may be a page, a script or a drawing with one. So nothing of it is ever answered inline: no type
is told or guessed, and where a browser opened it all the same, it would run nothing of it.

Source: docs/rules/desk.md W55; RFC 6266; OWASP File Upload.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from starlette.responses import FileResponse, Response

from entente.kernel.exercise import EXERCISE_WORD
from entente.web.desk.page import Download

MEDIA_TYPE: Final = "application/octet-stream"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}", re.ASCII)


def downloaded(what: Download, *, is_exercise: bool) -> Response:
    """Return a file to be kept; an exercise's says so in its name, since it cannot be marked within (bodies.md B15)."""
    name = f"{EXERCISE_WORD}-{what.name}" if is_exercise else what.name
    assert _NAME.fullmatch(name), "a download's name is made here"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    if isinstance(what.content, Path):
        return FileResponse(what.content, media_type=MEDIA_TYPE, headers=headers)
    return Response(what.content, media_type=MEDIA_TYPE, headers=headers)
