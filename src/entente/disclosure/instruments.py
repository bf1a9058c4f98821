"""The grounds that rest on instruments: D2, one in force covers the act; D3, both participations are active; D4, the lease.

Source: docs/rules/disclosure.md D2 to D4. How an instrument enters into force is agreements' matter (`InForce` carries
its answer); whether a suspension may be declared at all is too.
"""

from __future__ import annotations

from collections.abc import Iterator

from entente.agreements.model import (
    ClauseEffect,
    Direction,
    OnwardRule,
    Right,
    Suspension,
)
from entente.agreements.stops import How, Stop, stops_of
from entente.disclosure.finding import ACT_ON, KNOW, SEE, Case, Finding, nothing
from entente.disclosure.leases import lease_end
from entente.disclosure.leaves import leave_counts
from entente.disclosure.model import InForce
from entente.handling.model import DisclosureAct
from entente.handling.rules import is_confidentiality_within
from entente.kernel.clock import format_time
from entente.kernel.ids import BodyId

_D2_OWN = Finding(ACT_ON, "It is the reader's own data; no instrument is needed.")
_D2_REMEDY = "Ask under the instrument that covers it, or have its parties agree one that does."
_D3_OWN = Finding(ACT_ON, "It is the reader's own data; no participation is needed.")
_D3_ACTIVE = Finding(ACT_ON, "Source and reader both take part, and neither has suspended this.")
_D4_OWN = Finding(ACT_ON, "It is the reader's own data; no lease binds it.")
_D4_ELSEWHERE = Finding(ACT_ON, "It is no copy held here; a lease binds the copies of this node.")
_D3_REMEDY = (
    "Only the body that suspended or withdrew can resume; ask it, or ask under another instrument it shared under."
)


def instrument_covers(case: Case) -> Finding:
    """D2: the one instrument the data was shared under is in force and covers kind, level, purpose, area and right.

    Source: docs/rules/disclosure.md D2; RPD Art. 10, 27–28.
    """
    if case.is_own:
        return _D2_OWN
    held = case.instrument
    if held is None:
        text = (
            "It was shared under no instrument."
            if case.cls.instrument is None
            else "The instrument it was shared under is not known here."
        )
        return nothing([text], source="DESIGN section 5", remedy=_D2_REMEDY)
    source = f"«{held.state.instrument.name}», {held.state.instrument.id}"
    if causes := list(_not_covered(case, held)):
        return nothing(causes, source=source, remedy=_D2_REMEDY)
    if causes := list(_outside_terms(case, held)):
        return Finding(KNOW, " ".join(causes), source, _D2_REMEDY)
    return _onward(case, held, source)


def _not_covered(case: Case, held: InForce) -> Iterator[str]:
    """Points 1 to 5: what leaves not even `know`."""
    cls, terms = case.cls, held.state.instrument
    if case.request.instrument != cls.instrument:
        yield f"It was shared under «{terms.name}», and one instrument never stands in for another."
    if not held.is_in_force:
        yield f"«{terms.name}» is not in force: {held.why}"
    for body in (cls.source, case.reader):
        if body not in held.parties:
            yield f"{body} is not a party to «{terms.name}»."
    kind = case.lists.record_kinds.get(cls.kind)
    if kind is None or cls.kind not in terms.kinds:
        yield f"«{terms.name}» does not cover the kind «{cls.kind}»."
    elif kind.is_data_set and any(clause.effect is ClauseEffect.CHANNEL for clause in terms.clauses):
        yield f"The channel of «{terms.name}» carries no data sets, and «{cls.kind}» is one."
    if not is_confidentiality_within(cls.confidentiality, terms.handling_ceiling, case.lists):
        yield (
            f"Its level «{cls.confidentiality}» is unknown or above «{terms.handling_ceiling}», the ceiling of"
            f" «{terms.name}»."
        )


def _outside_terms(case: Case, held: InForce) -> Iterator[str]:
    """Points 6 to 8: what leaves `know` at most."""
    request, cls, terms = case.request, case.cls, held.state.instrument
    purpose, area = request.purpose, request.crime_area
    if purpose not in case.lists.purposes or purpose not in terms.purposes:
        yield f"«{terms.name}» does not allow the purpose «{purpose}»."
    elif purpose not in cls.purposes:
        yield f"The source did not share it for the purpose «{purpose}»."
    if area not in case.lists.crime_areas or area not in terms.crime_areas:
        yield f"«{terms.name}» does not cover the crime area «{area}»."
    elif area not in cls.crime_areas:
        yield f"The source did not share it for the crime area «{area}»."
    if request.right not in terms.rights:
        yield f"«{terms.name}» does not give the right «{request.right}»."


def _onward(case: Case, held: InForce, source: str) -> Finding:
    """Point 9: whether it may pass to a body that did not get it from the source."""
    terms, recipient = held.state.instrument, case.request.recipient
    covered = Finding(ACT_ON, f"«{terms.name}» is in force and covers it.", source)
    if terms.onward is OnwardRule.FORBIDDEN:
        if recipient is None and case.request.act is not DisclosureAct.FORWARD:
            return covered
        return Finding(
            SEE, f"«{terms.name}» forbids passing it on.", source, "Ask the source to send it to the recipient itself."
        )
    if recipient is None or (terms.onward is OnwardRule.AMONG_PARTIES and recipient in held.parties):
        return covered
    if leave_counts(case, DisclosureAct.FORWARD):
        return Finding(
            ACT_ON, f"«{terms.name}» is in force, and the source gave leave to pass it to {recipient}.", source
        )
    text = f"«{terms.name}» lets it pass to {recipient} only with the source's leave."
    return Finding(SEE, text, source, "Ask the source for leave.", with_leave=ACT_ON)


def participations_active(case: Case) -> Finding:
    """D3: source and reader both take part in the instrument, and neither stopped this flow; nor the one to a recipient.

    Source: docs/rules/disclosure.md D3; DESIGN section 5 (suspension).
    """
    if case.is_own:
        return _D3_OWN
    held = case.instrument
    if held is None:
        return nothing(["There is no instrument here that source and reader could take part in."], remedy=_D3_REMEDY)
    source = f"participations in «{held.state.instrument.name}»"
    if causes := list(_stops_between(case, held, case.cls.source, case.reader)):
        return nothing(causes, source=source, remedy=_D3_REMEDY)
    recipient = case.request.recipient
    if recipient is not None and recipient in held.parties:
        # It is the source's to let it reach the recipient, and the reader's to send it there.
        givers = dict.fromkeys((case.cls.source, case.reader))
        if causes := [why for giver in givers for why in _stops_between(case, held, giver, recipient)]:
            return Finding(SEE, " ".join(dict.fromkeys(causes)), source, _D3_REMEDY)
    return _D3_ACTIVE


def lease_runs(case: Case) -> Finding:
    """D4: the source of a copy held here was heard within the instrument's lease for its kind.

    Source: docs/rules/disclosure.md D4; DESIGN section 5 (lease).
    """
    if case.is_own:
        return _D4_OWN
    if case.reader != case.situation.own_body or case.request.right is not Right.COPY:
        return _D4_ELSEWHERE
    source, held = case.cls.source, case.instrument
    if held is None:
        return nothing(
            ["There is no instrument here whose lease a copy could be held under."], source="DESIGN section 5"
        )
    terms, heard = held.state.instrument, case.situation.heard.get(source)
    because = f"«{terms.name}», {terms.id}"
    remedy = f"Wait until {source} is heard again, or consult its node."
    ends = lease_end(case.cls, case.situation)
    if heard is None or ends is None:
        return nothing(
            [f"{source} has never been heard here, and its copies are hidden."], source=because, remedy=remedy
        )
    if case.now >= ends:
        text = (
            f"{source} is silent since {format_time(heard)}; the lease of its copies of the kind «{case.cls.kind}»"
            f" ended {format_time(ends)}."
        )
        return nothing([text], source=because, remedy=remedy)
    return Finding(
        ACT_ON, f"{source} was heard {format_time(heard)}; the lease runs until {format_time(ends)}.", because
    )


def _stops_between(case: Case, held: InForce, giver: BodyId, receiver: BodyId) -> Iterator[str]:
    """Say what stops the flow from one body to another: each of the two may have stopped it."""
    request, kind = case.request, case.cls.kind
    for author, other, direction in ((giver, receiver, Direction.SENDING), (receiver, giver, Direction.RECEIVING)):
        for stop in stops_of(held.state, author, case.names_of(other), direction, kind, request.right, case.now):
            yield _said(stop, other, kind, held)


def _said(stop: Stop, other: BodyId, kind: str, held: InForce) -> str:
    """Say one stop in words."""
    if stop.stand is None:
        return f"{stop.author} does not take part in «{held.state.instrument.name}»."
    if stop.suspension is not None:
        return _suspended(stop.author, other, stop.suspension)
    if stop.how is How.WITHDRAWN:
        return f"{stop.author} withdrew its participation on {stop.stand.at:%Y-%m-%d}."
    return (
        f"{stop.author} narrowed its participation on {stop.stand.at:%Y-%m-%d}, and «{kind}» is not among what remains."
    )


def _suspended(author: BodyId, other: BodyId, suspension: Suspension) -> str:
    scope = ", ".join(sorted(suspension.kinds)) or "every kind"
    return (
        f"{author}'s participation is suspended toward {other} since {suspension.since:%Y-%m-%d}"
        f" for {scope}, decided by {suspension.decided_by} (document {suspension.document})."
    )
