"""What the client that waits has under «Directory».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from entente.client.listing import Asks
from entente.client.requests import directory
from entente.client.shapes import (
    ExportBodyAnswer,
    KeepGroupEntry,
    ListBodiesAnswer,
    ListGroupsAnswer,
    ListInstrumentsAnswer,
    ListProposalsAnswer,
    ListSilentSourcesAnswer,
    ListUnitLimitsAnswer,
    PreviewCutOffAnswer,
    PreviewSuspensionAnswer,
    Result,
    ShowBodyAnswer,
    ShowGroupAnswer,
    ShowInstrumentAnswer,
    ShowUnitLimitsAnswer,
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

    def show_group(self, group: str, *, on: str | None = None, version: int | None = None) -> ShowGroupAnswer:
        """Show a group as it stands on a day.

        Needs the scope directory.read.

        group: The group: the code of its keeper/its name.
        on: As of which day; today where none is given.
        version: Which version of those kept here, as it stood; the newest where none is given.
        """
        return self.ask(directory.show_group(group, on=on, version=version))

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

    def export_body(self, body: str) -> ExportBodyAnswer:
        """Give a directory entry as the file by which another node enters the body.

        Needs the scope directory.read.

        body: Its code or id.
        """
        return self.ask(directory.export_body(body))

    def list_silent_sources(self, *, within_hours: int | None = None) -> ListSilentSourcesAnswer:
        """List the sources whose copies are hidden, or soon will be, because they were not heard for a lease.

        Needs the scope directory.read.

        within_hours: How soon.
        """
        return self.ask(directory.list_silent_sources(within_hours=within_hours))

    def keep_group(
        self,
        *,
        name: str,
        title: str,
        entries: Sequence[KeepGroupEntry],
        version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """Keep the next version of a group of this body.

        Each version replaces the whole list: where another one stands than it was made from, or the same list, nothing
        is done.
        Needs the scope directory.write.

        name: Its short name.
        title: What it is.
        entries: Its members, each with status and days.
        version: The version that it was made from; 0 for a new group.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            directory.keep_group(
                name=name, title=title, entries=entries, version=version, idempotency_key=idempotency_key
            )
        )

    def propose_instrument(self, *, file: str, idempotency_key: str | None = None) -> Result:
        """Put an instrument before its parties; each signs with its heads' keys, at its own node.

        Needs the scope directory.write.

        file: The instrument's file, YAML or JSON (docs/guides).
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(directory.propose_instrument(file=file, idempotency_key=idempotency_key))

    def preview_suspension(
        self,
        *,
        instrument: str,
        decided_by: str,
        document: str,
        reason: str,
        toward: Sequence[str] | None = None,
        kinds: Sequence[str] | None = None,
        rights: Sequence[Literal["record", "consult", "copy", "contact"]] | None = None,
        direction: Literal["sending", "receiving", "both"] | None = None,
        review_on: str | None = None,
    ) -> PreviewSuspensionAnswer:
        """Say what a suspension would stop. Nothing changes: heads sign it at the node.

        Needs the scope directory.read.

        instrument: Its short name or id.
        decided_by: Who decided.
        document: The paper act.
        reason: Why.
        toward: Codes or ids of bodies; all where none is named.
        kinds: Kinds of record; all where none is named.
        rights: Rights; all where none is named.
        review_on: A day.
        """
        return self.ask(
            directory.preview_suspension(
                instrument=instrument,
                decided_by=decided_by,
                document=document,
                reason=reason,
                toward=toward,
                kinds=kinds,
                rights=rights,
                direction=direction,
                review_on=review_on,
            )
        )

    def preview_cut_off(
        self, *, decided_by: str, document: str, reason: str, review_on: str | None = None
    ) -> PreviewCutOffAnswer:
        """Say what cutting this body off from everybody would stop. Nothing changes.

        Needs the scope directory.read.

        decided_by: Who decided.
        document: The paper act.
        reason: Why.
        review_on: A day.
        """
        return self.ask(
            directory.preview_cut_off(decided_by=decided_by, document=document, reason=reason, review_on=review_on)
        )

    def list_proposals(self) -> ListProposalsAnswer:
        """List the proposals under charters that are recorded here.

        Needs the scope directory.read.
        """
        return self.ask(directory.list_proposals())

    def make_proposal(
        self, *, kind: Literal["expulsion", "measure"], target: str, text: str, idempotency_key: str | None = None
    ) -> Result:
        """Put a proposal under the charter before its parties.

        Needs the scope directory.write.

        target: The code or id of the body that it is about.
        text: The proposal.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(directory.make_proposal(kind=kind, target=target, text=text, idempotency_key=idempotency_key))

    def list_unit_limits(self) -> ListUnitLimitsAnswer:
        """List the units of this body that have limits, had some, or for which some wait.

        Needs the scope directory.read.
        """
        return self.ask(directory.list_unit_limits())

    def show_unit_limits(self, unit: str, *, on: str | None = None) -> ShowUnitLimitsAnswer:
        """Show what a unit's officers may see at most, or might on a day, by whom it was decided, and what was before.

        Needs the scope directory.read.

        unit: The unit's id.
        on: As of which day; today where none is given.
        """
        return self.ask(directory.show_unit_limits(unit, on=on))
