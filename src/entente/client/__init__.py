"""The client: what programs of a body use to ask a node over its API, typed, waiting or not, from one core.

    from entente.client import Client

    with Client("http://127.0.0.1:8601", "gate-4.token") as node:
        found = node.search(names=["Muhammadov"], purpose="identify", crime_area="fugitives", occasion="Gate 4")
        for case in node.list_cases():
            ...

One method for each route, made from the table of routes (tests.docs.client_routes). What an error is called, and what it
carries, is entente.kernel.errors. Nothing of a node is imported here. Source: docs/rules/api.md P15 and P16.
"""

from entente.client.asynchronous import AsyncClient
from entente.client.blocking import Client
from entente.client.credentials import Token, token_of_file
from entente.client.events import News
from entente.client.listing import AsyncListing, AsyncNewsStream, Listing, NewsStream
from entente.client.patience import Patience

__all__ = [
    "AsyncClient", "AsyncListing", "AsyncNewsStream", "Client", "Listing", "News", "NewsStream", "Patience", "Token",
    "token_of_file",
]  # fmt: skip
