"""What codes, levels, evaluations and dates allow (H1 to H7).

Pure functions over the closed lists. Unknown means no: a code, level, kind or status that stands in no list gives nothing.

Source: docs/rules/handling.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from entente.bodies.model import Role
from entente.handling.model import (
    CodeLists,
    DisclosureAct,
    Erasable,
    ErasureGround,
    InformationEvaluation,
    KindFamily,
    Permission,
    Retention,
    SourceEvaluation,
)
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import Invalid

VICTIM_DATA = "victim_data"
"""The mark a role must be cleared for before it reads of a victim or witness."""

RETENTION_DAYS: Mapping[KindFamily, int] = {
    KindFamily.PERSONAL: 5 * 365 + 1,
    KindFamily.OBJECT: 10 * 365 + 2,
    KindFamily.STATISTICAL: 30 * 365 + 7,
    KindFamily.COMMUNICATION: 5 * 365 + 1,
}
"""Longest retention by family: INTERPOL's 5 years for nominal data and 10 for documents; 30 years for statistics is the
longest of its databases without a statute of its own; messages as the persons they speak of (docs/rules/handling.md H5)."""
ASK_THE_SOURCE = "Ask the record's source to erase it: every holder is then told."

REVIEW_BEFORE_END_DAYS = 182
"""Six months before the end the source is asked whether the data must be kept (INTERPOL's practice for nominal data)."""


def unknown_codes(lists: CodeLists, **codes: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Return every code that stands not in its list, as (list name, code), in order; lists are named as in CodeLists.

    Source: docs/rules/handling.md H1.
    """
    return tuple(
        (name, code) for name, used in codes.items() for code in sorted(used) if code not in getattr(lists, name)
    )


def is_confidentiality_within(level: str, ceiling: str, lists: CodeLists) -> bool:
    """Say whether a level is not above a ceiling; an unknown one of either is not.

    Source: docs/rules/handling.md H2; RPD Arts. 112 to 114.
    """
    order = lists.confidentiality_levels
    return level in order and ceiling in order and order.index(level) <= order.index(ceiling)


def ladder_ceiling(
    codes: Collection[str], acts_with_leave: Collection[DisclosureAct], lists: CodeLists
) -> DisclosureAct | None:
    """Return the highest act that all handling codes together allow, with the source's leave for some acts.

    The ladder is walked from below: an act after one that is not allowed is not reached, even if its own permission
    says «alone». No code at all, or an unknown one, allows nothing.

    Source: docs/rules/handling.md H3; DESIGN section 5.
    """
    if not codes or any(code not in lists.handling_codes for code in codes):
        return None
    ceiling: DisclosureAct | None = None
    for act in DisclosureAct:
        permissions = {lists.handling_codes[code].permissions.get(act, Permission.NO) for code in codes}
        if Permission.NO in permissions or (Permission.ASK in permissions and act not in acts_with_leave):
            return ceiling
        ceiling = act
    return ceiling


def evaluation_ceiling(source: SourceEvaluation, information: InformationEvaluation) -> DisclosureAct:
    """Return the highest act the evaluation allows: what nobody can assess (X4) is a lead, passed on and verified first.

    Source: docs/rules/handling.md H4; ours, because a lead nobody can assess must not end in an arrest.
    """
    if source is SourceEvaluation.X and information is InformationEvaluation.UNCORROBORATED:
        return DisclosureAct.FORWARD
    return DisclosureAct.ACT_ON


def retention_for(
    kind: str, instrument_days_max: int | None, received_on: date, source_retention: Retention | None, lists: CodeLists
) -> Retention:
    """Return when data is reviewed and when it ends: the shortest of the list's, the instrument's and the source's term.

    `instrument_days_max` is None for data that is shared under no instrument. Raises Invalid for an unknown kind.

    Source: docs/rules/handling.md H5; RPD Arts. 49 to 51.
    """
    known = lists.record_kinds.get(kind)
    if known is None:
        raise _unknown_kind(kind)
    days = RETENTION_DAYS[known.family]
    if instrument_days_max is not None:
        days = min(days, instrument_days_max)
    erase_on = received_on + timedelta(days=days)
    if source_retention is not None:
        erase_on = min(erase_on, source_retention.erase_on)
    # A short term is reviewed halfway, so that nothing is due for review on the day it comes.
    halfway = erase_on - max((erase_on - received_on) / 2, timedelta())
    review_on = max(erase_on - timedelta(days=REVIEW_BEFORE_END_DAYS), halfway)
    if source_retention is not None:
        review_on = min(review_on, source_retention.review_on)
    return Retention(review_on, erase_on)


def may_erase(held: Erasable, ground: ErasureGround, reason: str, today: date, lists: CodeLists) -> Decision:
    """Decide whether data may be erased on this ground now.

    `reason` is a code of data/reasons.yaml where an officer erases, and the ground itself otherwise.

    Source: docs/rules/handling.md H7; Directive (EU) 2016/680 Art. 16; RPD Arts. 49 to 51 and 63.
    """
    match ground:
        case ErasureGround.OFFICERS_ACT if not held.is_own:
            return _erasure(allows=False, text="It is a copy, and only its source erases it.", remedy=ASK_THE_SOURCE)
        case ErasureGround.OFFICERS_ACT if reason not in lists.erasure_reasons:
            listed = ", ".join(lists.erasure_reasons)
            text = f"«{reason[:40]}» is no reason of the list."
            return _erasure(allows=False, text=text, remedy=f"State one of: {listed}.")
        case ErasureGround.OFFICERS_ACT:
            return _erasure(allows=True, text=f"It is our own, and the reason stands in the list: {reason}.")
        case ErasureGround.RETENTION_ENDED:
            has_come, day = today >= held.erase_on, held.erase_on
            text = f"Its day of erasure, {day}, has come." if has_come else f"Its day of erasure, {day}, has not come."
            return _erasure(allows=has_come, text=text)
        case ErasureGround.SOURCE_ERASED:
            return _erasure(allows=not held.is_own, text="Its source erased it.")
        case ErasureGround.SOURCE_WITHDREW:
            is_withdrawn = not held.is_own and held.withdrawn_at is not None
            text = (
                "It is a copy that its source withdrew." if is_withdrawn else "It is no copy that its source withdrew."
            )
            return _erasure(allows=is_withdrawn, text=text)


def _erasure(*, allows: bool, text: str, remedy: str = "") -> Decision:
    return Decision.of((Ground("H7", allows=allows, text=text, remedy=remedy),))


def is_cleared(role: Role, confidentiality: str, status: str, marks: Collection[str], lists: CodeLists) -> bool:
    """Say whether a role may read data of this level, about a subject of this status, with these marks.

    What stands in no list is refused before any role is asked (docs/rules/disclosure.md D7).

    Source: docs/rules/handling.md H2 and H6; RPD Arts. 39 to 42 and 107 to 114.
    """
    needed = set(marks)
    if status in lists.tightening_statuses:
        needed.add(VICTIM_DATA)
    return needed <= role.marks and is_confidentiality_within(confidentiality, role.confidentiality, lists)


def _unknown_kind(kind: str) -> Invalid:
    return Invalid(
        f"«{kind[:40]}» is no kind of record.",
        field="kind",
        why="Kinds are a closed list, so that no data travels under a name nobody agreed on (docs/rules/handling.md H1).",
        do="Choose a kind of data/record_kinds.yaml.",
    )
