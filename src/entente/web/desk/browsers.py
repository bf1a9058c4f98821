"""What a browser is called, told from what it calls itself: «Firefox on Windows», «another browser».

What a browser says of itself (its User-Agent) is a line of marks that browsers copied from each other for thirty years; only a
few of them tell one from another. So it is held against two closed lists, the telling marks first, and nothing of it is taken
over: a line that somebody made up names at most another browser of the lists. Chromium says that it is Chrome, and a tablet of
Apple's may say that it is a Mac; neither can be told apart.

Source: docs/rules/desk.md W117; RFC 9110, 10.1.5 (User-Agent).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from entente.web.wording import Wording

_BROWSERS: Final[Sequence[tuple[str, str]]] = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("OPiOS/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("YaBrowser/", "Yandex Browser"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("UCBrowser/", "UC Browser"),
    ("MicroMessenger/", "WeChat"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("HeadlessChrome/", "Chromium"),
    ("Chromium/", "Chromium"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""Mark → browser. Those of a browser that bears the marks of others too stand before them."""
_SYSTEMS: Final[Sequence[tuple[str, str]]] = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
    ("X11", "Linux"),
)
"""Mark → what it runs on."""


def browser_called(agent: str, say: Wording) -> Markup:
    """Return what a browser is called to its reader, by what it calls itself; both are names and no language changes them."""
    browser = _told(_BROWSERS, agent)
    system = _told(_SYSTEMS, agent)
    if not browser:
        return say.text("browser.another")
    return say.text("browser.named", browser=browser, system=system) if system else Markup("{}").format(browser)


def _told(marks: Sequence[tuple[str, str]], agent: str) -> str:
    return next((name for mark, name in marks if mark in agent), "")
