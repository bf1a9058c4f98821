"""All that the client that waits asks, one method for each route.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from entente.client.methods.cases import CasesMethods
from entente.client.methods.directory import DirectoryMethods
from entente.client.methods.hits import HitsMethods
from entente.client.methods.messages import MessagesMethods
from entente.client.methods.records import RecordsMethods
from entente.client.methods.search import SearchMethods
from entente.client.methods.trail import TrailMethods


class Methods(
    SearchMethods, RecordsMethods, HitsMethods, MessagesMethods, CasesMethods, DirectoryMethods, TrailMethods
):
    """All that the client that waits asks, one method for each route."""
