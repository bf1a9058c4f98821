"""The table of all pages of the desk."""

from __future__ import annotations

from collections.abc import Sequence

from entente.web.desk import case_pages
from entente.web.desk.page import Page

PAGES: Sequence[Page] = tuple(page for part in (case_pages,) for page in part.PAGES)
