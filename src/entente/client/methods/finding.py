"""What the client that waits has under «Finding».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from typing import Literal

from entente.client.listing import Asks, Listing
from entente.client.requests import finding
from entente.client.shapes import (
    FindBodiesAnswer,
    FindBodiesBody,
    FindUnitsAnswer,
    FindUnitsUnit,
    ListContactsAnswer,
    ListContactsPoint,
    ListPlacesAnswer,
    ListSharingAnswer,
    ListSharingRow,
    ListUnitListsAnswer,
    ShowKeysAnswer,
)


class FindingMethods(Asks):
    """What the client that waits has under «Finding»."""

    def find_bodies(
        self,
        *,
        text: str | None = None,
        kind: Literal[
            "national_central_bureau",
            "national_entity",
            "international_organisation",
            "international_entity",
            "general_secretariat",
            "supervisory_commission",
            "private_partner",
        ]
        | None = None,
        country: str | None = None,
        group: str | None = None,
        on: str | None = None,
        page_size: int | None = None,
    ) -> Listing[FindBodiesAnswer, FindBodiesBody]:
        """Find bodies as the directory stood on a day, a page at a time.

        Needs the scope directory.read.

        text: Words of code, name or country, or the beginning of an id.
        country: Its code.
        group: Of a group: GS/members.
        on: As of which day; today where none is given.
        page_size: How many a page has; the list goes on over all pages.
        """
        return Listing(
            self, finding.find_bodies(text=text, kind=kind, country=country, group=group, on=on, page_size=page_size)
        )

    def find_units(
        self,
        *,
        text: str | None = None,
        kind: Literal["regional_branch", "organ", "unit", "unit_abroad"] | None = None,
        body: str | None = None,
        on: str | None = None,
        page_size: int | None = None,
    ) -> Listing[FindUnitsAnswer, FindUnitsUnit]:
        """Find branches, organs and units of bodies as they stood on a day, a page at a time.

        Needs the scope directory.read.

        text: Words that all stand in it.
        body: Its code or id.
        on: As of which day; today where none is given.
        page_size: How many a page has; the list goes on over all pages.
        """
        return Listing(self, finding.find_units(text=text, kind=kind, body=body, on=on, page_size=page_size))

    def list_unit_lists(self, body: str) -> ListUnitListsAnswer:
        """Say when a body said its units anew, the newest list first, and what each list changed.

        Needs the scope directory.read.

        body: Its code or id.
        """
        return self.ask(finding.list_unit_lists(body))

    def list_places(self, body: str, *, on: str | None = None) -> ListPlacesAnswer:
        """Say in which groups a body stands on a day, and when it said its units.

        Needs the scope directory.read.

        body: Its code or id.
        on: As of which day; today where none is given.
        """
        return self.ask(finding.list_places(body, on=on))

    def show_keys(self, body: str) -> ShowKeysAnswer:
        """Show the versions of a body's keys, the oldest first; of this body's own, who took them in.

        Needs the scope directory.read.

        body: Its code or id.
        """
        return self.ask(finding.show_keys(body))

    def list_contacts(
        self,
        *,
        text: str | None = None,
        kind: Literal[
            "all_hours_desk",
            "duty_desk",
            "liaison_officer",
            "investigation",
            "fugitives",
            "drugs",
            "terrorism",
            "cybercrime",
            "financial_crime",
            "borders",
            "legal",
            "data_protection",
            "technical",
        ]
        | None = None,
        body: str | None = None,
        language: str | None = None,
        page_size: int | None = None,
    ) -> Listing[ListContactsAnswer, ListContactsPoint]:
        """List whom to call at which body, a page at a time.

        Needs the scope directory.read.

        text: Words that all stand in it.
        body: Its code or id.
        language: ISO 639-1.
        page_size: How many a page has; the list goes on over all pages.
        """
        return Listing(
            self, finding.list_contacts(text=text, kind=kind, body=body, language=language, page_size=page_size)
        )

    def list_sharing(
        self,
        *,
        body: str | None = None,
        text: str | None = None,
        group: str | None = None,
        instrument: str | None = None,
        state: Literal["stopped", "open", "nothing"] | None = None,
        page_size: int | None = None,
    ) -> Listing[ListSharingAnswer, ListSharingRow]:
        """Say who shares what with whom under which right, with what stops it, a page of counterparts at a time.

        Needs the scope directory.read.

        body: Whose counterparts: its code or id; else this body's own.
        text: Words that all stand in it.
        group: Of a group: GS/members.
        instrument: Under this one alone: its short name or id.
        state: Only these counterparts.
        page_size: How many a page has; the list goes on over all pages.
        """
        return Listing(
            self,
            finding.list_sharing(
                body=body, text=text, group=group, instrument=instrument, state=state, page_size=page_size
            ),
        )
