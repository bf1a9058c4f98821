"""Whether an officer may open the page that a path leads to, so that no page offers them a way on which they are refused.

A page shows what another page is about where its reader may not open that one, too: a case its hits, a shift its messages. The
words stand there then, and lead nowhere. The page itself judges again whoever comes (docs/rules/desk.md W174).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from starlette.routing import compile_path

from entente.bodies.model import Officer
from entente.bodies.ports import BodyLists
from entente.bodies.tokens import may
from entente.web.desk.page import PREFIX, ShowPage


@dataclass(frozen=True, slots=True)
class Openings:
    """The pages that show, by the form of their paths."""

    places: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]
    """Form of the path, and the verbs of which a page needs one."""

    @classmethod
    def of(cls, pages: Iterable[ShowPage]) -> Openings:
        """Return those of some pages."""
        return cls(tuple((compile_path(PREFIX + page.path)[0], page.needs) for page in pages))

    def opens(self, officer: Officer, now: datetime, lists: BodyLists, to: str) -> bool:
        """Say whether an officer's roles open what a path leads to; what is no page of the table is open to all."""
        path = to.partition("?")[0].partition("#")[0]
        needs = next((needs for place, needs in self.places if place.match(path)), ())
        return not needs or may(officer, needs, now, lists)
