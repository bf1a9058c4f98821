"""Paths of the desk, and the only ones that a browser is sent to.

Source: docs/rules/desk.md W25; OWASP Unvalidated Redirects and Forwards.
"""

from __future__ import annotations

from typing import Final

PREFIX: Final = "/desk"
"""Before the path of every page."""
HOME: Final = f"{PREFIX}/"

SIGN_IN_PATH: Final = f"{PREFIX}/sign-in"
"""Where whoever has no session is sent (entrance.Entrance)."""
LIVE_PATH: Final = "/live"
"""Below PREFIX: the stream of a page (live.Live)."""


def own_path(wanted: str) -> str:
    """Return a path of the desk as it was asked for, and the desk itself for anything else: nobody is sent elsewhere.

    Browsers read a backslash as «/», and «//» as another host; a control character ends a header.
    """
    is_ours = wanted == PREFIX or wanted.startswith((HOME, f"{PREFIX}?"))
    is_plain = wanted.isascii() and wanted.isprintable() and not set(wanted) & {"\\", " "}
    return wanted if is_ours and is_plain and "//" not in wanted else HOME
