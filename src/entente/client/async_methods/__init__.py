"""All that the client that does not wait asks, one method for each route.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from entente.client.async_methods.cases import AsyncCasesMethods
from entente.client.async_methods.directory import AsyncDirectoryMethods
from entente.client.async_methods.hits import AsyncHitsMethods
from entente.client.async_methods.messages import AsyncMessagesMethods
from entente.client.async_methods.records import AsyncRecordsMethods
from entente.client.async_methods.search import AsyncSearchMethods
from entente.client.async_methods.trail import AsyncTrailMethods


class AsyncMethods(
    AsyncSearchMethods,
    AsyncRecordsMethods,
    AsyncHitsMethods,
    AsyncMessagesMethods,
    AsyncCasesMethods,
    AsyncDirectoryMethods,
    AsyncTrailMethods,
):
    """All that the client that does not wait asks, one method for each route."""
