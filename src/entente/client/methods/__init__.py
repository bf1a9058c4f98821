"""All that the client that waits asks, one method for each route.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from entente.client.methods.cases import CasesMethods
from entente.client.methods.directory import DirectoryMethods
from entente.client.methods.duty import DutyMethods
from entente.client.methods.events import EventsMethods
from entente.client.methods.exchange import ExchangeMethods
from entente.client.methods.finding import FindingMethods
from entente.client.methods.hits import HitsMethods
from entente.client.methods.jobs import JobsMethods
from entente.client.methods.leave_and_requests import LeaveAndRequestsMethods
from entente.client.methods.messages import MessagesMethods
from entente.client.methods.powers import PowersMethods
from entente.client.methods.records import RecordsMethods
from entente.client.methods.roster import RosterMethods
from entente.client.methods.search import SearchMethods
from entente.client.methods.standing_queries import StandingQueriesMethods
from entente.client.methods.trail import TrailMethods


class Methods(
    SearchMethods,
    StandingQueriesMethods,
    RecordsMethods,
    HitsMethods,
    MessagesMethods,
    LeaveAndRequestsMethods,
    CasesMethods,
    DirectoryMethods,
    FindingMethods,
    TrailMethods,
    PowersMethods,
    RosterMethods,
    DutyMethods,
    ExchangeMethods,
    JobsMethods,
    EventsMethods,
):
    """All that the client that waits asks, one method for each route."""
