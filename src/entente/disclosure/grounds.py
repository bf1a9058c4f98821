"""The grounds about who asks and what the data is: D1 participants, D5 restrictions, D7 review, D8 retention, D9 role.

Each function is one row of the table in docs/rules/disclosure.md. What rests on instruments stands in `instruments.py`
(D2, D3), what rests on handling codes and leaves in `leaves.py` (D6). All are pure and total.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from entente.agreements.model import Measure, MeasurePolicy
from entente.bodies.succession import stands_for
from entente.disclosure.finding import ACT_ON, NOTHING, SEE, Case, Finding, listed, nothing
from entente.disclosure.model import DisclosureClass, Reader
from entente.handling.model import CodeLists, DisclosureAct, Restriction, RestrictionMode, ReviewState
from entente.handling.rules import VICTIM_DATA, is_cleared
from entente.kernel.ids import BodyId

_PASSED = frozenset({ReviewState.CLEARED, ReviewState.NOT_REQUIRED})
_RANKS = {act.value: act.rank for act in DisclosureAct}

_D1_HOLDS = Finding(ACT_ON, "All participants are in the directory with keys in force, and no measure stops them.")
_D5_OWN = Finding(ACT_ON, "It is the reader's own data; restrictions bind others.")
_D5_NONE = Finding(ACT_ON, "The source set no restriction.")
_D5_ADMITS = Finding(ACT_ON, "Every restriction of the source admits the reader.")
_D7_CLEARED = Finding(ACT_ON, "It was reviewed and cleared for neutrality.")
_D7_NOT_REQUIRED = Finding(ACT_ON, "Data of this sort needs no review, and all its codes are known.")
_D8_BY_CLASS = Finding(ACT_ON, "Dates are judged record by record.")
_D8_HELD = Finding(ACT_ON, "It is within its retention and not withdrawn.")
_D9_BODY = Finding(ACT_ON, "The reader is another body, whose own node judges its officers.")


def participants_standing(case: Case) -> Finding:
    """D1: source, reader and recipient are known, have keys in force, and no measure stops them.

    Source: docs/rules/disclosure.md D1.
    """
    causes = [*_without_standing(case), *_stopped_by_measures(case)]
    if not causes:
        return _D1_HOLDS
    return nothing(
        causes,
        source="DESIGN sections 4 and 5",
        remedy="Have the body introduced, or its keys renewed, by itself; a measure ends on its date or on appeal.",
    )


def _participants(case: Case) -> tuple[BodyId, ...]:
    recipient = case.request.recipient
    pair = (case.cls.source,) if case.is_own else (case.cls.source, case.reader)
    return pair if recipient is None or recipient in pair else (*pair, recipient)


def _without_standing(case: Case) -> Iterator[str]:
    for body in _participants(case):
        standing = case.situation.bodies.get(body)
        if standing is None:
            yield f"{body} is not in this node's directory."
        elif not standing.has_valid_keys:
            yield f"{body} has no keys in force."


def _stopped_by_measures(case: Case) -> Iterator[str]:
    for measure in case.situation.measures:
        if measure.since <= case.now < measure.until and _stops(measure, case):
            charter = case.situation.instruments.get(measure.charter)
            if charter is not None and charter.is_in_force:
                yield (
                    f"Measure {measure.id} ({measure.policy}) under «{charter.state.instrument.name}» stands"
                    f" toward {measure.target} from {measure.since:%Y-%m-%d} until {measure.until:%Y-%m-%d},"
                    f" decided by {measure.decided_by}; lifted by: {measure.lifted_by}."
                )


def _stops(measure: Measure, case: Case) -> bool:
    target = stands_for(measure.target, case.situation.successors)
    if measure.policy is MeasurePolicy.PAUSED:
        if target == case.reader and case.is_own:
            return False
        return target in (case.cls.source, case.reader, case.request.recipient)
    if case.is_own or target != case.cls.source:
        return False
    if measure.policy is MeasurePolicy.RECEIVE_ONLY:
        return True
    return measure.policy is MeasurePolicy.VIA_REVIEW and case.cls.review is not ReviewState.CLEARED


def restrictions_admit(case: Case) -> Finding:
    """D5: every restriction that the source set admits the reader, and the recipient before anything passes to it.

    Source: docs/rules/disclosure.md D5; RPD Art. 58.
    """
    if case.is_own:
        return _D5_OWN
    restrictions = case.cls.restrictions
    if not restrictions:
        return _D5_NONE
    source = f"restriction set by {case.cls.source}; RPD Art. 58"
    if not all(_admits(item, case.reader, case) for item in restrictions):
        return nothing(
            [f"The source {case.cls.source} restricts it, and {case.reader} is not admitted."],
            source=source,
        )
    recipient = case.request.recipient
    if recipient is not None and not all(_admits(item, recipient, case) for item in restrictions):
        text = f"The source {case.cls.source} restricts it, and the recipient {recipient} is not admitted."
        return Finding(SEE, text, source, "Ask the source to send it to the recipient itself.")
    return _D5_ADMITS


def _admits(restriction: Restriction, body: BodyId, case: Case) -> bool:
    excludes = restriction.mode is RestrictionMode.EXCLUDE
    # What is kept from a body is kept from its successor; what is given to it by name is not.
    if not (case.names_of(body) if excludes else {body}).isdisjoint(restriction.bodies):
        return not excludes
    for reference in restriction.groups:
        named = case.situation.groups.get(reference)
        # A list nobody here knows may hold anybody: it excludes all, and includes none.
        if excludes if named is None else body in named:
            return not excludes
    return excludes


def review_passed(case: Case) -> Finding:
    """D7: it was cleared or needs no review, and every code that says what it is about stands in the closed lists.

    Source: docs/rules/disclosure.md D7; Constitution of INTERPOL, Art. 3; RPD Art. 34, 86.
    """
    causes = list(_unknown_codes(case))
    passed = case.cls.review in _PASSED
    if passed and not causes:
        return _D7_CLEARED if case.cls.review is ReviewState.CLEARED else _D7_NOT_REQUIRED
    if not passed:
        causes.append(f"Its neutrality review is {case.cls.review}.")
    text, source = " ".join(causes), "Constitution of INTERPOL, Art. 3; RPD Art. 34, 86"
    is_draft = case.is_own and len(causes) == 1 and not passed
    return Finding(
        SEE if is_draft else NOTHING, text, source, "Wait for the reviewer, or mend what was refused and send it anew."
    )


def _unknown_codes(case: Case) -> Iterator[str]:
    cls, lists = case.cls, case.lists
    if cls.kind not in lists.record_kinds:
        yield f"The kind «{cls.kind}» is in no list."
    if cls.status not in lists.subject_statuses:
        yield f"The subject status «{cls.status}» is in no list."
    for name, codes, known in (
        ("crime area", cls.crime_areas, lists.crime_areas),
        ("purpose", cls.purposes, lists.purposes),
        ("mark", cls.marks, lists.marks),
    ):
        for code in codes:
            if code not in known:
                yield f"The {name} «{code}» is in no list."


def within_retention(case: Case) -> Finding:
    """D8: it was not withdrawn, nor ended here, has not reached the day on which it is erased, and is not in doubt.

    Source: docs/rules/disclosure.md D8; docs/rules/bodies.md B13; RPD Art. 49–51.
    """
    dates = case.request.dates
    if dates is None:
        return _D8_BY_CLASS
    causes = []
    if dates.withdrawn_at is not None and dates.withdrawn_at <= case.now:
        causes.append(f"The source withdrew it on {dates.withdrawn_at:%Y-%m-%d}.")
    if dates.doubted_at is not None and dates.doubted_at <= case.now:
        causes.append("Its source declared the key that signed this copy compromised, and has not issued it anew.")
    if dates.ended_at is not None and dates.ended_at <= case.now:
        causes.append(
            f"Its source ended this copy on {dates.ended_at:%Y-%m-%d}: the newest version is not for this body."
        )
    if dates.erase_on is not None and case.now.astimezone(UTC).date() >= dates.erase_on:
        causes.append(f"Its retention ended on {dates.erase_on}.")
    return (
        nothing(causes, source="RPD Art. 49–51", remedy="Ask the source whether it holds a newer record.")
        if causes
        else _D8_HELD
    )


def role_cleared(case: Case) -> Finding:
    """D9: at our own node one of the officer's roles is cleared for level, marks and status; it sets the ceiling.

    Source: docs/rules/disclosure.md D9; RPD Art. 111–114.
    """
    source = "RPD Art. 111–114; data/roles.yaml"
    roles = case.request.reader.roles
    if roles is None:
        if case.reader != case.situation.own_body:
            return _D9_BODY
        return nothing(["No officer of this node is named, and a body does not read by itself."], source=source)
    ceiling = max((_role_ceiling(role, case) for role in roles), default=NOTHING)
    if ceiling == NOTHING:
        text = (
            f"None of the officer's roles ({listed(roles)}) is cleared for level «{case.cls.confidentiality}»,"
            f" marks ({listed(case.cls.marks)}) and status «{case.cls.status}»."
        )
        return nothing([text], source=source, remedy="Hand it to an officer whose role is cleared for it.")
    text = f"The officer's roles ({listed(roles)}) reach up to «{_ACT_NAMES[ceiling]}»."
    return Finding(
        ceiling, text, source, "" if ceiling == ACT_ON else "Hand it to an officer whose role reaches further."
    )


def within_roles(reader: Reader, cls: DisclosureClass, act: DisclosureAct, lists: CodeLists) -> bool:
    """Say whether one of an officer's roles is cleared for a class and reaches up to an act, whatever it is asked for.

    Source: docs/rules/disclosure.md D9.
    """
    return any(
        is_cleared(role, cls.confidentiality, cls.status, cls.marks, lists)
        and _RANKS.get(role.acts_up_to, NOTHING) >= act.rank
        for role in (lists.roles.get(code) for code in reader.roles or ())
        if role is not None
    )


def is_cleared_for_all(reader: Reader, act: DisclosureAct, lists: CodeLists) -> bool:
    """Say whether one of an officer's roles is cleared for every class, of whatever level, marks and status, for an act.

    Source: docs/rules/disclosure.md D9.
    """
    highest, marks = lists.confidentiality_levels[-1], frozenset(lists.marks) | {VICTIM_DATA}
    return any(
        role.confidentiality == highest and marks <= role.marks and _RANKS.get(role.acts_up_to, NOTHING) >= act.rank
        for role in (lists.roles.get(code) for code in reader.roles or ())
        if role is not None
    )


_ACT_NAMES = {act.rank: act.value for act in DisclosureAct}


def _role_ceiling(code: str, case: Case) -> int:
    role = case.lists.roles.get(code)
    cls = case.cls
    if role is None or not is_cleared(role, cls.confidentiality, cls.status, cls.marks, case.lists):
        return NOTHING
    return _RANKS.get(role.acts_up_to, NOTHING)
