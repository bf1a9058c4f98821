"""The requests of every route of the API.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""
