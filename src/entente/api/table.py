"""The table of all routes of the API. What has none, and why, stands in api.left_out."""

from __future__ import annotations

from collections.abc import Sequence

from entente.api import (
    case_routes,
    case_work_routes,
    circulation_routes,
    correspondence_routes,
    directory_routes,
    duty_routes,
    entering_routes,
    event_routes,
    exchange_routes,
    finding_routes,
    job_routes,
    power_routes,
    recall_routes,
    record_routes,
    request_routes,
    roster_routes,
    search_routes,
    sharing_routes,
    standing_routes,
    trail_routes,
    unit_routes,
    version_routes,
)
from entente.api.route import ApiRoute

ROUTES: Sequence[ApiRoute] = tuple(
    route
    for part in (
        search_routes,
        standing_routes,
        record_routes,
        sharing_routes,
        version_routes,
        entering_routes,
        correspondence_routes,
        circulation_routes,
        recall_routes,
        request_routes,
        case_routes,
        case_work_routes,
        directory_routes,
        finding_routes,
        power_routes,
        unit_routes,
        roster_routes,
        duty_routes,
        exchange_routes,
        trail_routes,
        job_routes,
        event_routes,
    )
    for route in part.ROUTES
)
