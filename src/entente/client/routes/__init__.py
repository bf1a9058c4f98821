"""The methods of both clients, one for each route of the API.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from entente.client.routes.cases import AsyncCasesRoutes, CasesRoutes
from entente.client.routes.directory import AsyncDirectoryRoutes, DirectoryRoutes
from entente.client.routes.hits import AsyncHitsRoutes, HitsRoutes
from entente.client.routes.messages import AsyncMessagesRoutes, MessagesRoutes
from entente.client.routes.records import AsyncRecordsRoutes, RecordsRoutes
from entente.client.routes.search import AsyncSearchRoutes, SearchRoutes
from entente.client.routes.trail import AsyncTrailRoutes, TrailRoutes


class Routes(SearchRoutes, RecordsRoutes, HitsRoutes, MessagesRoutes, CasesRoutes, DirectoryRoutes, TrailRoutes):
    """All that the client that waits asks."""


class AsyncRoutes(
    AsyncSearchRoutes,
    AsyncRecordsRoutes,
    AsyncHitsRoutes,
    AsyncMessagesRoutes,
    AsyncCasesRoutes,
    AsyncDirectoryRoutes,
    AsyncTrailRoutes,
):
    """All that the client that does not wait asks."""
