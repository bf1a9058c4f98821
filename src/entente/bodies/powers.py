"""What an officer may do: roles, and the powers national law gives (B8, B9).

`may_act` judges the officer and the law; whether data may be disclosed is the gate's question (disclosure), and a service
asks both where both apply. Nothing here changes what other bodies may send.

Source: docs/rules/bodies.md B8 and B9; DESIGN section 5 «National orders».
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from entente.bodies.model import Measure, NationalOrder, Officer, Role
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import Invalid

TASK_MEASURE = "task_measure"
"""The one verb that needs a power of national law beside a role."""


@dataclass(frozen=True, slots=True)
class Tasking:
    """A measure an officer would task, with all that national law says about it here."""

    code: str
    measures: Mapping[str, Measure]
    orders: tuple[NationalOrder, ...]


def may_act(
    officer: Officer | None,
    verb: str,
    now: datetime,
    *,
    roles: Mapping[str, Role],
    orders: tuple[NationalOrder, ...] = (),
    measure: str | None = None,
    measures: Mapping[str, Measure],
) -> Decision:
    """Decide whether an officer may do this verb now, and for `task_measure` whether national law gives the power.

    Every ground is examined. A refused measure names the competent authority in `routed_to`, if an order names one. Dates are
    judged by the UTC day of `now`.

    Source: docs/rules/bodies.md B9 (grounds B9.1 to B9.4, in that order).
    """
    grounds = [_officer_active(officer, now), _role_has_verb(officer, verb, roles)]
    if verb != TASK_MEASURE:
        return Decision.of(grounds)
    tasking = Tasking(measure or "", measures, orders)
    given = [_given_on(basis, tasking, now.date()) for basis in _bases(tasking)]
    grounds += [_measure_known(tasking), _law_gives(tasking, given, now.date())]
    allowing = [one for one in given if one.allows]
    return Decision.of(
        grounds,
        routed_to="" if allowing else _competent_authority(tasking, now.date()),
        facts=[("legal_basis", one.basis) for one in allowing],
    )


@dataclass(frozen=True, slots=True)
class GivenOn:
    """That law gives a measure on one legal basis."""

    basis: str
    condition: str
    order: str
    """The reference of the order that gives it; empty for ordinary law."""


@dataclass(frozen=True, slots=True)
class MeasureLaw:
    """What national law says of a measure on a day, whoever asks."""

    measure: str
    given: tuple[GivenOn, ...]
    """On which legal bases it may be taken; on none where law gives it not."""
    routed_to: str
    """The authority that takes it instead, where an order names one and nothing here may."""


def law_of(measure: Measure, orders: tuple[NationalOrder, ...], on: date) -> MeasureLaw:
    """Return what national law says of a measure on a day.

    Source: docs/rules/bodies.md B9 (ground B9.4) and B28.
    """
    tasking = Tasking(measure.code, {measure.code: measure}, orders)
    found = [_given_on(basis, tasking, on) for basis in _bases(tasking)]
    given = tuple(GivenOn(one.basis, one.condition, one.source) for one in found if one.allows)
    return MeasureLaw(measure.code, given, "" if given else _competent_authority(tasking, on))


def is_active(officer: Officer, now: datetime) -> bool:
    """Say whether an officer is one of the body's now, whatever their role.

    Source: docs/rules/bodies.md B9 (ground B9.1).
    """
    return _officer_active(officer, now).allows


def is_in_force(order: NationalOrder, on: date) -> bool:
    """Say whether an order has effect on a day: not when signed, not when published, only once in force.

    Source: docs/rules/bodies.md B8.
    """
    return order.in_force_on <= on and (order.ends_on is None or on < order.ends_on)


def check_order(order: NationalOrder, measures: Mapping[str, Measure]) -> None:
    """Check that an order's dates and powers hold together; raise Invalid naming the field.

    Source: docs/rules/bodies.md B8.
    """
    if not order.reference.strip() or not order.text.strip() or not order.governs:
        raise _bad("reference", "it has a reference, its text, and at least one legal basis that it governs")
    if order.published_on < order.signed_on or order.in_force_on < order.signed_on:
        raise _bad("signed_on", "an order is neither published nor in force before it was signed")
    if order.ends_on is not None and order.ends_on <= order.in_force_on:
        raise _bad("ends_on", "it ends after it came into force")
    if unknown := sorted(set(order.competent_authorities) - set(measures)):
        raise _bad(f"competent_authorities.{unknown[0]}", "no measure of the list has this code")
    if strange := sorted(order.governs - _all_bases(measures)):
        raise _bad("governs", f"no measure of the list rests on «{strange[0]}»")
    for place, power in enumerate(order.powers):
        known = measures.get(power.measure)
        if known is None or power.legal_basis not in known.legal_bases & order.governs:
            raise _bad(
                f"powers[{place}]",
                f"«{power.measure}» is a known measure on a legal basis that it can rest on and the order governs",
            )
        if any((one.measure, one.legal_basis) == (power.measure, power.legal_basis) for one in order.powers[:place]):
            raise _bad(f"powers[{place}]", f"«{power.measure}» stands once on each legal basis")


def _all_bases(measures: Mapping[str, Measure]) -> frozenset[str]:
    return frozenset[str]().union(*(measure.legal_bases for measure in measures.values()))


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        f"The order's field {field} does not hold what it should.",
        field=field,
        why=f"An order is entered as docs/rules/bodies.md B8 says: {why}.",
        do="Compare the entry with the published text and enter it again.",
    )


def cite(order: NationalOrder) -> str:
    """Name an order as officers cite it: its reference and its three dates."""
    return (
        f"{order.reference} (signed {order.signed_on.isoformat()}, published {order.published_on.isoformat()}, "
        f"in force {order.in_force_on.isoformat()})"
    )


def _officer_active(officer: Officer | None, now: datetime) -> Ground:
    if officer is None:
        return Ground("B9.1", allows=False, text="No officer of this body has this name.")
    if officer.active_from is not None and now < officer.active_from:
        return Ground("B9.1", allows=False, text=f"{officer.id} is active only from {officer.active_from.isoformat()}.")
    if officer.active_until is not None and officer.active_until <= now:
        return Ground(
            "B9.1", allows=False, text=f"{officer.id} has not been active since {officer.active_until.isoformat()}."
        )
    return Ground("B9.1", allows=True, text=f"{officer.id} is an active officer of this body.")


def _role_has_verb(officer: Officer | None, verb: str, roles: Mapping[str, Role]) -> Ground:
    held = sorted(officer.roles) if officer is not None else []
    having = [code for code in held if code in roles and verb in roles[code].verbs]
    if having:
        return Ground("B9.2", allows=True, text=f"The role {having[0]} may {verb}.")
    return Ground(
        "B9.2",
        allows=False,
        text=f"No role of the officer ({', '.join(held) or 'none'}) may {verb}.",
        remedy="Ask an officer whose role may do it, or a head of the body to change the role.",
    )


def _bases(tasking: Tasking) -> list[str]:
    known = tasking.measures.get(tasking.code)
    return sorted(known.legal_bases) if known is not None else []


def _measure_known(tasking: Tasking) -> Ground:
    known = tasking.measures.get(tasking.code)
    if known is None:
        text = f"«{tasking.code[:40]}» is no measure of the list." if tasking.code else "No measure was named."
        return Ground("B9.3", allows=False, text=text)
    return Ground("B9.3", allows=True, text=f"The measure is «{known.label}».")


@dataclass(frozen=True, slots=True)
class _Given:
    """What national law says of the measure on one legal basis."""

    basis: str
    allows: bool
    text: str
    source: str = ""
    condition: str = ""


def _given_on(basis: str, tasking: Tasking, today: date) -> _Given:
    order = _governing(basis, tasking.orders, today)
    if order is None:
        return _Given(basis, allows=True, text=f"No order governs {basis}: ordinary law gives it.")
    power = next((one for one in order.powers if one.measure == tasking.code and one.legal_basis == basis), None)
    if power is None:
        return _Given(
            basis, allows=False, text=f"{cite(order)} governs {basis} and does not list it.", source=order.reference
        )
    text = f"{cite(order)} gives it under {basis}."
    if power.condition:
        text = f"{cite(order)} gives it under {basis}, on the condition: {power.condition}."
    return _Given(basis, allows=True, text=text, source=order.reference, condition=power.condition)


def _governing(basis: str, orders: Iterable[NationalOrder], today: date) -> NationalOrder | None:
    # Of several orders on one basis the later one settles it (lex posterior); the reference decides between equal dates.
    standing = [order for order in orders if basis in order.governs and is_in_force(order, today)]
    return max(standing, key=lambda order: (order.in_force_on, order.reference), default=None)


def _law_gives(tasking: Tasking, given: list[_Given], today: date) -> Ground:
    allowing = [one for one in given if one.allows]
    if allowing:
        coming = [cite(order) for order in _coming(tasking, today)]
        later = [f"Not yet in force: {'; '.join(coming)}."] if coming else []
        return Ground("B9.4", allows=True, text=" ".join([allowing[0].text, *later]), source=allowing[0].source)
    if not given:
        return Ground("B9.4", allows=False, text="No legal basis is known for it.")
    authority = _competent_authority(tasking, today)
    return Ground(
        "B9.4",
        allows=False,
        text=" ".join(one.text for one in given),
        source=given[0].source,
        remedy=f"Route it to {authority}." if authority else "Ask the legal service which authority may take it.",
    )


def _coming(tasking: Tasking, today: date) -> list[NationalOrder]:
    bases = set(_bases(tasking))
    return [order for order in tasking.orders if today < order.in_force_on and bases & order.governs]


def _competent_authority(tasking: Tasking, today: date) -> str:
    for basis in _bases(tasking):
        order = _governing(basis, tasking.orders, today)
        if order is not None and tasking.code in order.competent_authorities:
            return order.competent_authorities[tasking.code]
    return ""
