"""The requests under «Directory».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from entente.client.call import Call, filled, given, parameters, two_parts
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


def list_bodies() -> Call[ListBodiesAnswer]:
    """List the bodies of the directory."""
    return Call("list_bodies", "GET", "/bodies", ListBodiesAnswer)


def show_body(body: str) -> Call[ShowBodyAnswer]:
    """Show a directory entry."""
    return Call("show_body", "GET", filled("/bodies/{body}", body=body), ShowBodyAnswer)


def list_groups(*, on: str | None = None) -> Call[ListGroupsAnswer]:
    """List the groups as they stand on a day."""
    return Call("list_groups", "GET", "/groups", ListGroupsAnswer, query=parameters(on=on))


def show_group(group: str, *, on: str | None = None, version: int | None = None) -> Call[ShowGroupAnswer]:
    """Show a group as it stands on a day."""
    keeper, name = two_parts("group", group, "GS/members")
    return Call(
        "show_group",
        "GET",
        filled("/groups/{keeper}/{name}", keeper=keeper, name=name),
        ShowGroupAnswer,
        query=parameters(on=on, version=version),
    )


def list_instruments() -> Call[ListInstrumentsAnswer]:
    """List the instruments known here, and whether each is in force."""
    return Call("list_instruments", "GET", "/instruments", ListInstrumentsAnswer)


def show_instrument(instrument: str) -> Call[ShowInstrumentAnswer]:
    """Show an instrument: terms, signatures, how each party stands."""
    return Call(
        "show_instrument", "GET", filled("/instruments/{instrument}", instrument=instrument), ShowInstrumentAnswer
    )


def export_body(body: str) -> Call[ExportBodyAnswer]:
    """Give a directory entry as the file by which another node enters the body."""
    return Call("export_body", "GET", filled("/bodies/{body}/entry", body=body), ExportBodyAnswer)


def list_silent_sources(*, within_hours: int | None = None) -> Call[ListSilentSourcesAnswer]:
    """List the sources whose copies are hidden, or soon will be, because they were not heard for a lease."""
    return Call(
        "list_silent_sources",
        "GET",
        "/silent-sources",
        ListSilentSourcesAnswer,
        query=parameters(within_hours=within_hours),
    )


def keep_group(
    *,
    name: str,
    title: str,
    entries: Sequence[KeepGroupEntry],
    version: int | None = None,
    idempotency_key: str | None = None,
) -> Call[Result]:
    """Keep the next version of a group of this body."""
    return Call(
        "keep_group",
        "POST",
        "/groups",
        Result,
        body=given(name=name, title=title, entries=entries, version=version),
        is_done_once=True,
        key=idempotency_key,
    )


def propose_instrument(*, file: str, idempotency_key: str | None = None) -> Call[Result]:
    """Put an instrument before its parties; each signs with its heads' keys, at its own node."""
    return Call(
        "propose_instrument",
        "POST",
        "/instruments",
        Result,
        body=given(file=file),
        is_done_once=True,
        key=idempotency_key,
    )


def preview_suspension(
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
) -> Call[PreviewSuspensionAnswer]:
    """Say what a suspension would stop. Nothing changes: heads sign it at the node."""
    return Call(
        "preview_suspension",
        "POST",
        "/suspension-previews",
        PreviewSuspensionAnswer,
        body=given(
            instrument=instrument,
            toward=toward,
            kinds=kinds,
            rights=rights,
            direction=direction,
            decided_by=decided_by,
            document=document,
            reason=reason,
            review_on=review_on,
        ),
    )


def preview_cut_off(
    *, decided_by: str, document: str, reason: str, review_on: str | None = None
) -> Call[PreviewCutOffAnswer]:
    """Say what cutting this body off from everybody would stop. Nothing changes."""
    return Call(
        "preview_cut_off",
        "POST",
        "/cut-off-previews",
        PreviewCutOffAnswer,
        body=given(decided_by=decided_by, document=document, reason=reason, review_on=review_on),
    )


def list_proposals() -> Call[ListProposalsAnswer]:
    """List the proposals under charters that are recorded here."""
    return Call("list_proposals", "GET", "/proposals", ListProposalsAnswer)


def make_proposal(
    *, kind: Literal["expulsion", "measure"], target: str, text: str, idempotency_key: str | None = None
) -> Call[Result]:
    """Put a proposal under the charter before its parties."""
    return Call(
        "make_proposal",
        "POST",
        "/proposals",
        Result,
        body=given(kind=kind, target=target, text=text),
        is_done_once=True,
        key=idempotency_key,
    )


def list_unit_limits() -> Call[ListUnitLimitsAnswer]:
    """List the units of this body that have limits, had some, or for which some wait."""
    return Call("list_unit_limits", "GET", "/unit-limits", ListUnitLimitsAnswer)


def show_unit_limits(unit: str, *, on: str | None = None) -> Call[ShowUnitLimitsAnswer]:
    """Show what a unit's officers may see at most, or might on a day, by whom it was decided, and what was before."""
    return Call(
        "show_unit_limits",
        "GET",
        filled("/unit-limits/{unit}", unit=unit),
        ShowUnitLimitsAnswer,
        query=parameters(on=on),
    )
