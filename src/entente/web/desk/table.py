"""The table of all pages of the desk."""

from __future__ import annotations

from collections.abc import Sequence

from entente.web.desk import (
    asking_pages,
    batch_pages,
    body_page,
    call_pages,
    case_pages,
    case_team_pages,
    case_work_pages,
    contact_pages,
    directory_pages,
    draft_pages,
    first_steps_page,
    held_pages,
    hit_pages,
    home_page,
    import_pages,
    instrument_pages,
    job_pages,
    message_pages,
    node_pages,
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
    trail_pages,
)
from entente.web.desk.page import Page

_PARTS = (
    home_page,
    search_pages,
    hit_pages,
    message_pages,
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
    permission_pages,
    standing_pages,
    held_pages,
    batch_pages,
    asking_pages,
    import_pages,
    job_pages,
    trail_pages,
    node_pages,
    first_steps_page,
    task,
)
"""In the order of the navigation."""

PAGES: Sequence[Page] = tuple(page for part in _PARTS for page in part.PAGES)
