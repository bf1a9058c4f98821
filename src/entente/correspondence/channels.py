"""What may go between two bodies, and under which instrument: messages, requests, answers (M2, M3, M12).

Whether a participation stops something is asked of the gate's own ground D3; nothing here judges data.

Source: docs/rules/correspondence.md M2, M3 and M12; DESIGN section 5 (the charter's channel, one instrument per act).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from entente.agreements.model import ClauseEffect, Instrument, MeasurePolicy, Right
from entente.bodies.succession import stands_for
from entente.disclosure.finding import NOTHING, Case
from entente.disclosure.instruments import participations_active
from entente.disclosure.model import DisclosureClass, DisclosureRequest, InForce, Reader, Situation
from entente.handling.model import CodeLists, DisclosureAct, InformationEvaluation, ReviewState, SourceEvaluation
from entente.kernel.decision import Decision, Ground
from entente.kernel.ids import BodyId, InstrumentId

MESSAGE_KIND = "message"
REQUEST_KIND = "request"
"""Codes of data/record_kinds.yaml: what travels here is one of these two, never a data set."""

_STOPS_SENDER = frozenset({MeasurePolicy.PAUSED, MeasurePolicy.RECEIVE_ONLY})


def may_write(
    situation: Situation, sender: BodyId, recipient: BodyId, instrument: InstrumentId, now: datetime
) -> Decision:
    """Decide whether a message may go under an instrument; every ground is examined.

    Source: docs/rules/correspondence.md M2 (grounds M2.1 to M2.5, in that order).
    """
    return Decision.of(_written_grounds(situation, sender, recipient, instrument, now, MESSAGE_KIND))


def may_answer(
    situation: Situation, sender: BodyId, recipient: BodyId, instrument: InstrumentId, now: datetime
) -> Decision:
    """Decide whether a request about data or its answer may go under the instrument that the data is under.

    Its terms on hits, deadlines and leave are what such an item rests on, so it need not name the kind `request`.

    Source: docs/rules/correspondence.md M3.
    """
    return Decision.of(_written_grounds(situation, sender, recipient, instrument, now, REQUEST_KIND))


def may_tell(
    situation: Situation, sender: BodyId, recipient: BodyId, instrument: InstrumentId, kind: str, now: datetime
) -> Decision:
    """Decide whether a hit on a record of a kind, or a request for leave about it, may go under the record's instrument.

    It rests on the copy that the sender holds, so that what stops copies on the way from the sender to the recipient stops it.

    Source: docs/rules/correspondence.md M3.
    """
    return Decision.of(_written_grounds(situation, sender, recipient, instrument, now, kind, Right.COPY))


def carrier(
    situation: Situation, sender: BodyId, recipient: BodyId, named: InstrumentId, now: datetime
) -> InstrumentId | None:
    """Return the instrument whose channel carries a request or an answer: the one it names, or else a charter's.

    What is asked or answered stays under the instrument that is named; only the envelope goes by the other.

    Source: docs/rules/correspondence.md M3; DESIGN section 5 (the charter's channel).
    """
    channels = sorted(name for name, held in situation.instruments.items() if _is_channel(held.state.instrument))
    for instrument in (named, *channels):
        if may_answer(situation, sender, recipient, instrument, now).allowed:
            return instrument
    return None


def is_party(situation: Situation, body: BodyId, instrument: InstrumentId) -> bool:
    """Say whether a body is a party to an instrument that is known here, as of now."""
    held = situation.instruments.get(instrument)
    return held is not None and body in held.parties


def in_general(
    lists: CodeLists, source: BodyId, kind: str, instrument: InstrumentId, purpose: str, crime_area: str
) -> DisclosureClass:
    """Return the most open class of a kind that a source could share under an instrument.

    What the gate says of it holds whether or not any such record exists.

    Source: docs/rules/correspondence.md M12.
    """
    return DisclosureClass(
        source=source,
        kind=kind,
        instrument=instrument,
        purposes=frozenset({purpose}),
        crime_areas=frozenset({crime_area}),
        handling=frozenset(_open_codes(lists)),
        confidentiality=lists.confidentiality_levels[0],
        source_evaluation=SourceEvaluation.A,
        information_evaluation=InformationEvaluation.KNOWN_TRUE,
        status="none",
        marks=frozenset(),
        restrictions=frozenset(),
        review=ReviewState.CLEARED,
    )


def why_in_general(
    decision: Decision, situation: Situation, lists: CodeLists, kind: str, instrument: InstrumentId
) -> tuple[Ground, ...]:
    """Return the gate's grounds, and beside them that a channel carries no data sets where one was named for them.

    The gate names the first cause; an officer who asks for a data set under the charter is told the one that matters.

    Source: docs/rules/correspondence.md M12; DESIGN section 5 (the charter's channel).
    """
    held, known = situation.instruments.get(instrument), lists.record_kinds.get(kind)
    if held is None or known is None or not known.is_data_set or not _is_channel(held.state.instrument):
        return decision.grounds
    name = held.state.instrument.name
    text = f"The channel of «{name}» carries messages and requests, and no data sets."
    return (*decision.grounds, Ground("M12", allows=False, text=text, source=name))


def other_instruments(
    situation: Situation, asker: BodyId, source: BodyId, kind: str, named: InstrumentId, now: datetime
) -> tuple[Ground, ...]:
    """Return why an instrument that covers the kind, but is stopped, is not replaced by the one that was named.

    Only instruments that asker and source are both parties to are looked at.

    Source: docs/rules/correspondence.md M12; DESIGN section 5 (one instrument per act).
    """
    stopped = [
        held.state.instrument.name
        for name, held in sorted(situation.instruments.items())
        if name != named
        and {asker, source} <= held.parties
        and kind in held.state.instrument.kinds
        and _stops(situation, source, asker, name, kind, Right.CONSULT, now)
    ]
    if not stopped:
        return ()
    listed = ", ".join(f"«{name}»" for name in stopped)
    text = f"{listed} covers «{kind}» and is suspended; no other instrument takes its place."
    return (Ground("M12", allows=False, text=text, source="DESIGN section 5 (one instrument per act)"),)


def _written_grounds(
    situation: Situation,
    sender: BodyId,
    recipient: BodyId,
    instrument: InstrumentId,
    now: datetime,
    kind: str,
    right: Right = Right.CONTACT,
) -> Iterator[Ground]:
    yield _both_stand(situation, sender, recipient)
    yield _no_measure(situation, sender, recipient, now)
    held = situation.instruments.get(instrument)
    if held is None:
        yield Ground("M2.3", allows=False, text="The instrument is not known here.")
        return
    yield _in_force_between(held, sender, recipient)
    if kind == MESSAGE_KIND:
        yield _covers_messages(held)
    yield _not_stopped(situation, held, sender, recipient, kind, right, now)


def _both_stand(situation: Situation, sender: BodyId, recipient: BodyId) -> Ground:
    def stands(body: BodyId) -> bool:
        standing = situation.bodies.get(body)
        return standing is not None and standing.has_valid_keys

    allows = sender != recipient and stands(sender) and stands(recipient)
    text = (
        "Sender and recipient are two bodies of the directory with keys in force."
        if allows
        else "Sender and recipient must be two bodies of the directory with keys in force, and are not."
    )
    return Ground("M2.1", allows, text)


def _no_measure(situation: Situation, sender: BodyId, recipient: BodyId, now: datetime) -> Ground:
    for measure in situation.measures:
        charter = situation.instruments.get(measure.charter)
        stands = measure.since <= now < measure.until and charter is not None and charter.is_in_force
        target = stands_for(measure.target, situation.successors)
        stops_sender = target == sender and measure.policy in _STOPS_SENDER
        stops_recipient = target == recipient and measure.policy is MeasurePolicy.PAUSED
        if stands and (stops_sender or stops_recipient):
            text = (
                f"A charter measure ({measure.policy}), decided by {measure.decided_by}, stops it until"
                f" {measure.until:%Y-%m-%d}."
            )
            return Ground("M2.2", allows=False, text=text, source=measure.id, remedy=measure.lifted_by)
    return Ground("M2.2", allows=True, text="No charter measure stops it.")


def _in_force_between(held: InForce, sender: BodyId, recipient: BodyId) -> Ground:
    name = held.state.instrument.name
    if not held.is_in_force:
        return Ground("M2.3", allows=False, text=f"«{name}» is not in force: {held.why}", source=name)
    if not {sender, recipient} <= held.parties:
        return Ground("M2.3", allows=False, text=f"Not both are parties to «{name}».", source=name)
    return Ground("M2.3", allows=True, text=f"«{name}» is in force between both.", source=name)


def _covers_messages(held: InForce) -> Ground:
    terms = held.state.instrument
    allows = MESSAGE_KIND in terms.kinds
    text = f"«{terms.name}» covers messages." if allows else f"«{terms.name}» does not cover messages."
    return Ground("M2.4", allows, text, terms.name, "" if allows else "Write under the charter.")


def _not_stopped(
    situation: Situation, held: InForce, sender: BodyId, recipient: BodyId, kind: str, right: Right, now: datetime
) -> Ground:
    terms = held.state.instrument
    if _is_channel(terms):
        return Ground(
            "M2.5", allows=True, text=f"The channel of «{terms.name}» cannot be suspended.", source=terms.name
        )
    why = _stops(situation, sender, recipient, terms.id, kind, right, now)
    text = why or f"Both take part in «{terms.name}», and neither has suspended this."
    return Ground(
        "M2.5", not why, text, terms.name, "Write under the charter, whose channel stays open." if why else ""
    )


def _stops(
    situation: Situation, giver: BodyId, receiver: BodyId, named: InstrumentId, kind: str, right: Right, now: datetime
) -> str:
    """Ask ground D3 of the gate whether a participation stops what goes from one body to another; empty if not."""
    request = DisclosureRequest(Reader(receiver), DisclosureAct.SEE, right, "", "", _bare(giver, kind, named), named)
    finding = participations_active(Case.of(request, situation, now))
    return finding.text if finding.ceiling == NOTHING else ""


def _bare(source: BodyId, kind: str, instrument: InstrumentId) -> DisclosureClass:
    """Return a class of which only source, kind and instrument are read."""
    none: frozenset[str] = frozenset()
    return DisclosureClass(
        source,
        kind,
        instrument,
        none,
        none,
        none,
        "",
        SourceEvaluation.A,
        InformationEvaluation.KNOWN_TRUE,
        "none",
        none,
        frozenset(),
        ReviewState.NOT_REQUIRED,
    )


def _is_channel(instrument: Instrument) -> bool:
    return instrument.clause_with(ClauseEffect.CHANNEL) is not None


def _open_codes(lists: CodeLists) -> Iterator[str]:
    """Yield the handling codes that allow every act without asking."""
    for code, entry in sorted(lists.handling_codes.items()):
        if set(entry.permissions) == set(DisclosureAct) and set(entry.permissions.values()) == {"alone"}:
            yield code
