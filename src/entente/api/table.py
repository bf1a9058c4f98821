"""The table of all routes of the API."""

from __future__ import annotations

from collections.abc import Sequence

from entente.api import case_routes, correspondence_routes, directory_routes, record_routes, search_routes
from entente.api.route import ApiRoute

ROUTES: Sequence[ApiRoute] = tuple(
    route
    for part in (search_routes, record_routes, correspondence_routes, case_routes, directory_routes)
    for route in part.ROUTES
)
