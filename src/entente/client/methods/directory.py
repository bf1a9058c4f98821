"""What the client that waits has under «Directory».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.listing import Asks
from entente.client.requests import directory
from entente.client.shapes import (
    ListBodiesAnswer,
    ListGroupsAnswer,
    ListInstrumentsAnswer,
    ShowBodyAnswer,
    ShowGroupAnswer,
    ShowInstrumentAnswer,
)


class DirectoryMethods(Asks):
    """What the client that waits has under «Directory»."""

    def list_bodies(self) -> ListBodiesAnswer:
        """List the bodies of the directory.

        Needs the scope directory.read.
        """
        return self.ask(directory.list_bodies())

    def show_body(self, body: str) -> ShowBodyAnswer:
        """Show a directory entry.

        Needs the scope directory.read.

        body: Its code or id.
        """
        return self.ask(directory.show_body(body))

    def list_groups(self, *, on: str | None = None) -> ListGroupsAnswer:
        """List the groups as they stand on a day.

        Needs the scope directory.read.

        on: As of which day; today where none is given.
        """
        return self.ask(directory.list_groups(on=on))

    def show_group(self, group: str, *, on: str | None = None) -> ShowGroupAnswer:
        """Show a group as it stands on a day.

        Needs the scope directory.read.

        group: The group: the code of its keeper/its name.
        on: As of which day; today where none is given.
        """
        return self.ask(directory.show_group(group, on=on))

    def list_instruments(self) -> ListInstrumentsAnswer:
        """List the instruments known here, and whether each is in force.

        Needs the scope directory.read.
        """
        return self.ask(directory.list_instruments())

    def show_instrument(self, instrument: str) -> ShowInstrumentAnswer:
        """Show an instrument: terms, signatures, how each party stands.

        Needs the scope directory.read.

        instrument: Its short name or id.
        """
        return self.ask(directory.show_instrument(instrument))
