"""All that the client that does not wait asks, one method for each route.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from entente.client.async_methods.cases import AsyncCasesMethods
from entente.client.async_methods.directory import AsyncDirectoryMethods
from entente.client.async_methods.duty import AsyncDutyMethods
from entente.client.async_methods.events import AsyncEventsMethods
from entente.client.async_methods.exchange import AsyncExchangeMethods
from entente.client.async_methods.finding import AsyncFindingMethods
from entente.client.async_methods.hits import AsyncHitsMethods
from entente.client.async_methods.jobs import AsyncJobsMethods
from entente.client.async_methods.leave_and_requests import AsyncLeaveAndRequestsMethods
from entente.client.async_methods.messages import AsyncMessagesMethods
from entente.client.async_methods.powers import AsyncPowersMethods
from entente.client.async_methods.records import AsyncRecordsMethods
from entente.client.async_methods.roster import AsyncRosterMethods
from entente.client.async_methods.search import AsyncSearchMethods
from entente.client.async_methods.standing_queries import AsyncStandingQueriesMethods
from entente.client.async_methods.trail import AsyncTrailMethods


class AsyncMethods(
    AsyncSearchMethods,
    AsyncStandingQueriesMethods,
    AsyncRecordsMethods,
    AsyncHitsMethods,
    AsyncMessagesMethods,
    AsyncLeaveAndRequestsMethods,
    AsyncCasesMethods,
    AsyncDirectoryMethods,
    AsyncFindingMethods,
    AsyncTrailMethods,
    AsyncPowersMethods,
    AsyncRosterMethods,
    AsyncDutyMethods,
    AsyncExchangeMethods,
    AsyncJobsMethods,
    AsyncEventsMethods,
):
    """All that the client that does not wait asks, one method for each route."""
