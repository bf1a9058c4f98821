"""The table of all pages of the desk."""

from __future__ import annotations

from collections.abc import Sequence

from entente.web.desk import (
    body_page,
    call_pages,
    case_pages,
    case_team_pages,
    case_work_pages,
    circular_pages,
    contact_pages,
    correct_pages,
    directory_pages,
    draft_pages,
    first_steps_page,
    held_pages,
    hit_pages,
    home_page,
    instrument_pages,
    message_pages,
    permission_pages,
    power_pages,
    record_pages,
    roster_pages,
    search_pages,
    sharing_pages,
    shift_pages,
    standing_changes,
    standing_pages,
    task,
    version_pages,
)
from entente.web.desk.page import Page

_PARTS = (
    home_page,
    search_pages,
    hit_pages,
    message_pages,
    circular_pages,
    case_pages,
    case_work_pages,
    case_team_pages,
    shift_pages,
    roster_pages,
    call_pages,
    directory_pages,
    body_page,
    contact_pages,
    power_pages,
    instrument_pages,
    sharing_pages,
    standing_changes,
    draft_pages,
    record_pages,
    version_pages,
    correct_pages,
    permission_pages,
    standing_pages,
    held_pages,
    first_steps_page,
    task,
)
"""In the order of the navigation."""

PAGES: Sequence[Page] = tuple(page for part in _PARTS for page in part.PAGES)
