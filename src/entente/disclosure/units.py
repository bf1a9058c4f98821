"""The ground about the reader's unit: D10, and what of it can be said of a class whatever is asked.

A body decides at its own node what the officers of its units may see at most (bodies.unit_limits); here those limits are held
against a request. Pure and total, as every ground.

Source: docs/rules/disclosure.md D10; docs/rules/bodies.md B17.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from entente.bodies.unit_limits import Bound, UnitLimits
from entente.disclosure.finding import ACT_ON, NOTHING, Case, Finding, listed, nothing
from entente.disclosure.model import DisclosureClass, Reader, Situation
from entente.handling.model import CodeLists, DisclosureAct
from entente.handling.rules import VICTIM_DATA, is_confidentiality_within
from entente.kernel.ids import BodyId

_RANKS = {act.value: act.rank for act in DisclosureAct}
_REMEDY = "Hand it to an officer whose unit may see it, or have the head of the body change what the unit sees."

_D10_BODY = Finding(ACT_ON, "The reader is another body, whose own node judges its units.")
_D10_NONE = Finding(ACT_ON, "No limits of a unit bind the reader.")
_D10_ADMITS = Finding(ACT_ON, "The limits of the reader's unit admit it.")


def unit_admits(case: Case) -> Finding:
    """D10: at our own node the limits of the officer's unit, and of every unit above it, admit the class and the question.

    Source: docs/rules/disclosure.md D10.
    """
    reader = case.request.reader
    if reader.roles is None or reader.body != case.situation.own_body:
        return _D10_BODY
    binding = bounds_of(reader, case.situation)
    if binding is None:
        return nothing(
            [f"The officer's unit {reader.unit} is not among the units of this body."],
            source="docs/rules/bodies.md B17",
            remedy="Have the officer entered with a unit of the body's list.",
        )
    if not binding:
        return _D10_NONE
    causes = [
        (bound, cause)
        for bound in binding
        for cause in (
            *_kept_out(bound, case.cls, case.request.cls, case.lists, case.reader),
            *_not_asked_for(bound, case),
        )
    ]
    return _found(binding, causes)


def finding_of_unit(binding: Sequence[Bound], cls: DisclosureClass, situation: Situation) -> Finding:
    """Return how far limits let a unit go with a class of our own, whatever it is asked for; some bind it (asserted)."""
    assert binding, "a unit that nothing binds has no finding"
    causes = [
        (bound, cause) for bound in binding for cause in _kept_out(bound, cls, cls, situation.lists, situation.own_body)
    ]
    return _found(binding, causes)


def _found(binding: Sequence[Bound], causes: Sequence[tuple[Bound, str]]) -> Finding:
    if causes:
        source = "; ".join(dict.fromkeys(_cited(bound) for bound, _ in causes))
        return nothing([cause for _, cause in causes], source=source, remedy=_REMEDY)
    lowest = min(binding, key=lambda bound: _reach(bound.limits))
    ceiling = _reach(lowest.limits)
    if ceiling == ACT_ON:
        return _D10_ADMITS
    text = f"The unit {lowest.unit} reaches up to «{lowest.limits.acts_up_to}»."
    return Finding(ceiling, text, _cited(lowest), _REMEDY)


def bounds_of(reader: Reader, situation: Situation) -> tuple[Bound, ...] | None:
    """Return the limits that bind a reader of our own, none for nobody's; None for one whose unit is not known here."""
    if situation.units is None or not reader.unit:
        return ()
    return situation.units.get(reader.unit)


def within_unit(reader: Reader, classes: Iterable[DisclosureClass], act: DisclosureAct, situation: Situation) -> bool:
    """Say whether an officer's unit lets them do an act with one of some classes, for a purpose and area of its own.

    For what is done with a record without a purpose: what their unit may not see is as absent for them there too.
    Source: docs/rules/disclosure.md D10.
    """
    binding = bounds_of(reader, situation)
    if binding is None:
        return False
    reach = min((_reach(bound.limits) for bound in binding), default=ACT_ON)
    return reach >= act.rank and any(
        not any(True for bound in binding for _ in _kept_out(bound, cls, cls, situation.lists, reader.body))
        for cls in classes
    )


def _kept_out(
    bound: Bound, cls: DisclosureClass, as_shared: DisclosureClass, lists: CodeLists, own: BodyId
) -> Iterator[str]:
    """Yield why limits keep a class from a unit, whatever is asked.

    `as_shared` is the class with the source that its records name, which stands in the directory though another body stands in
    its place by now: limits may name either.
    """
    unit, limits = bound.unit, bound.limits
    if limits.kinds is not None and cls.kind not in limits.kinds:
        yield f"Records of the kind «{cls.kind}» are not for the unit {unit}."
    if limits.sources is not None and limits.sources.isdisjoint((cls.source, as_shared.source)):
        yield f"Records of {cls.source} are not for the unit {unit}."
    if limits.instruments is not None and as_shared.source != own and cls.instrument not in limits.instruments:
        if cls.instrument:
            yield f"What is shared under {cls.instrument} is not for the unit {unit}."
        else:
            yield f"What is shared under no instrument is not for the unit {unit}."
    if limits.purposes is not None and limits.purposes.isdisjoint(cls.purposes):
        yield f"It serves no purpose of the unit {unit} ({listed(cls.purposes)})."
    if limits.crime_areas is not None and limits.crime_areas.isdisjoint(cls.crime_areas):
        yield f"It is about no crime area of the unit {unit} ({listed(cls.crime_areas)})."
    if limits.confidentiality and not is_confidentiality_within(cls.confidentiality, limits.confidentiality, lists):
        yield f"Its level «{cls.confidentiality}» is above what the unit {unit} reads."
    if limits.marks is not None and not _needed_marks(cls, lists) <= limits.marks:
        yield f"The unit {unit} is not cleared for its marks ({listed(cls.marks)}) and status «{cls.status}»."


def _not_asked_for(bound: Bound, case: Case) -> Iterator[str]:
    """Yield why limits keep a question from a unit, whatever it is about."""
    unit, limits, request = bound.unit, bound.limits, case.request
    if limits.purposes is not None and request.purpose not in limits.purposes:
        yield f"The purpose «{request.purpose}» is none of the unit {unit}."
    if limits.crime_areas is not None and request.crime_area not in limits.crime_areas:
        yield f"The crime area «{request.crime_area}» is none of the unit {unit}."


def _needed_marks(cls: DisclosureClass, lists: CodeLists) -> frozenset[str]:
    return cls.marks | {VICTIM_DATA} if cls.status in lists.tightening_statuses else cls.marks


def _reach(limits: UnitLimits) -> int:
    # An act that is none of the ladder lets nothing through.
    return _RANKS.get(limits.acts_up_to, NOTHING) if limits.acts_up_to else ACT_ON


def _cited(bound: Bound) -> str:
    return f"this body's limits of the unit {bound.unit}, in force since {bound.since:%Y-%m-%d}"
