"""The table of all pages of the desk."""

from __future__ import annotations

from collections.abc import Sequence

from entente.web.desk import case_pages, hit_pages, message_pages, record_pages, search_pages, task
from entente.web.desk.page import Page

PAGES: Sequence[Page] = tuple(
    page for part in (search_pages, hit_pages, message_pages, case_pages, record_pages, task) for page in part.PAGES
)
