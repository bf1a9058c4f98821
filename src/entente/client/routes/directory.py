"""The routes under «Directory», as a client asks them.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.answer_shapes import (
    ListBodiesAnswer,
    ListGroupsAnswer,
    ListInstrumentsAnswer,
    ShowBodyAnswer,
    ShowGroupAnswer,
    ShowInstrumentAnswer,
)
from entente.client.call import Call, filled, parameters, two_parts
from entente.client.listing import Asks, AsksAsync


def list_bodies() -> Call[ListBodiesAnswer]:
    """List the bodies of the directory."""
    return Call("list_bodies", "GET", "/bodies", ListBodiesAnswer)


def show_body(body: str) -> Call[ShowBodyAnswer]:
    """Show a directory entry."""
    return Call("show_body", "GET", filled("/bodies/{body}", body=body), ShowBodyAnswer)


def list_groups(*, on: str | None = None) -> Call[ListGroupsAnswer]:
    """List the groups as they stand on a day."""
    return Call("list_groups", "GET", "/groups", ListGroupsAnswer, query=parameters(on=on))


def show_group(group: str, *, on: str | None = None) -> Call[ShowGroupAnswer]:
    """Show a group as it stands on a day."""
    keeper, name = two_parts("group", group, "GS/members")
    return Call(
        "show_group",
        "GET",
        filled("/groups/{keeper}/{name}", keeper=keeper, name=name),
        ShowGroupAnswer,
        query=parameters(on=on),
    )


def list_instruments() -> Call[ListInstrumentsAnswer]:
    """List the instruments known here, and whether each is in force."""
    return Call("list_instruments", "GET", "/instruments", ListInstrumentsAnswer)


def show_instrument(instrument: str) -> Call[ShowInstrumentAnswer]:
    """Show an instrument: terms, signatures, how each party stands."""
    return Call(
        "show_instrument", "GET", filled("/instruments/{instrument}", instrument=instrument), ShowInstrumentAnswer
    )


class DirectoryRoutes(Asks):
    """What the client that waits asks under «Directory»."""

    def list_bodies(
        self,
    ) -> ListBodiesAnswer:
        """List the bodies of the directory.

        Needs the scope directory.read.
        """
        return self.ask(list_bodies())

    def show_body(self, body: str) -> ShowBodyAnswer:
        """Show a directory entry.

        Needs the scope directory.read.

        body: Its code or id.
        """
        return self.ask(show_body(body))

    def list_groups(self, *, on: str | None = None) -> ListGroupsAnswer:
        """List the groups as they stand on a day.

        Needs the scope directory.read.

        on: As of which day; today where none is given.
        """
        return self.ask(list_groups(on=on))

    def show_group(self, group: str, *, on: str | None = None) -> ShowGroupAnswer:
        """Show a group as it stands on a day.

        Needs the scope directory.read.

        group: The group: CODE of its keeper/name.
        on: As of which day; today where none is given.
        """
        return self.ask(show_group(group, on=on))

    def list_instruments(
        self,
    ) -> ListInstrumentsAnswer:
        """List the instruments known here, and whether each is in force.

        Needs the scope directory.read.
        """
        return self.ask(list_instruments())

    def show_instrument(self, instrument: str) -> ShowInstrumentAnswer:
        """Show an instrument: terms, signatures, how each party stands.

        Needs the scope directory.read.

        instrument: Its short name or id.
        """
        return self.ask(show_instrument(instrument))


class AsyncDirectoryRoutes(AsksAsync):
    """What the client that does not wait asks under «Directory»."""

    async def list_bodies(
        self,
    ) -> ListBodiesAnswer:
        """List the bodies of the directory.

        Needs the scope directory.read.
        """
        return await self.ask(list_bodies())

    async def show_body(self, body: str) -> ShowBodyAnswer:
        """Show a directory entry.

        Needs the scope directory.read.

        body: Its code or id.
        """
        return await self.ask(show_body(body))

    async def list_groups(self, *, on: str | None = None) -> ListGroupsAnswer:
        """List the groups as they stand on a day.

        Needs the scope directory.read.

        on: As of which day; today where none is given.
        """
        return await self.ask(list_groups(on=on))

    async def show_group(self, group: str, *, on: str | None = None) -> ShowGroupAnswer:
        """Show a group as it stands on a day.

        Needs the scope directory.read.

        group: The group: CODE of its keeper/name.
        on: As of which day; today where none is given.
        """
        return await self.ask(show_group(group, on=on))

    async def list_instruments(
        self,
    ) -> ListInstrumentsAnswer:
        """List the instruments known here, and whether each is in force.

        Needs the scope directory.read.
        """
        return await self.ask(list_instruments())

    async def show_instrument(self, instrument: str) -> ShowInstrumentAnswer:
        """Show an instrument: terms, signatures, how each party stands.

        Needs the scope directory.read.

        instrument: Its short name or id.
        """
        return await self.ask(show_instrument(instrument))
