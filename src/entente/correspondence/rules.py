"""When a source is told of a hit, until when an answer is due, which leave is handed on, what a text may be (M5 to M16).

Pure functions. What may go between two bodies stands in `channels`.

Source: docs/rules/correspondence.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from entente.agreements.model import HitRule, Instrument
from entente.correspondence.model import TEXT_CHARACTERS_MAX, HitState
from entente.disclosure.model import Leave, Verdict
from entente.handling.model import (
    CodeEntry,
    CodeLists,
    DisclosureAct,
    Urgency,
)
from entente.kernel.decision import Ground
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.ids import BodyId, RecordId
from entente.kernel.text import is_seen, shows_as_stored

SUBJECT_CHARACTERS_MAX = 300
"""As long as a case's title."""
SCORE_MAX = 1_000
"""A score is in thousandths (identity.model)."""
LEAVE_MAX = timedelta(days=366)
"""Ours: who still needs a leave after a year asks again, so that the source looks at it again."""
RECORD_ID_CHARACTERS_MAX = 200
"""A body's id, a stroke and the longest local id (records.model.LOCAL_ID_CHARACTERS_MAX)."""
KIND_CHARACTERS_MAX = 100
"""Several times the longest code of data/record_kinds.yaml; whether a kind is known is the gate's question."""
OTHER_WITH_TEXT = "other_with_text"
PRESSING = ("immediate_danger_to_life", "urgent", "urgent_indirect")
"""Urgencies that come before what is usual, in their order (data/reasons.yaml)."""


def hit_state(rule: HitRule) -> HitState:
    """Return where a confirmed hit stands first: told at once, or held until the finder's officer releases it.

    Source: docs/rules/correspondence.md M5; DESIGN section 5 (who is told of a hit and when).
    """
    return HitState.TOLD if rule is HitRule.AT_ONCE else HitState.HELD


def hit_recipients(instrument: Instrument, source: BodyId, finder: BodyId) -> tuple[BodyId, ...]:
    """Return who is told of a hit: the source first, then whom the instrument names.

    Source: docs/rules/correspondence.md M5.
    """
    return (source, *sorted(instrument.hit_told - {source, finder}))


def due_at(instrument: Instrument, urgency: str, urgencies: Mapping[str, Urgency], now: datetime) -> datetime:
    """Return until when an answer is due: the instrument's own hours, or else those of the urgency's definition.

    Source: docs/rules/correspondence.md M9; Directive (EU) 2023/977, Art. 5.
    """
    if urgency not in urgencies:
        raise bad("urgency", f"«{urgency[:40]}» is in no list of urgencies")
    return now + timedelta(hours=instrument.deadlines.get(urgency, urgencies[urgency].hours))


def pressing(urgency: str, due: datetime | None, now: datetime) -> tuple[bool, int]:
    """Return by what things that wait are sorted before their kind and age: overdue, danger to life, urgent, the rest.

    Source: docs/rules/desk.md W32.
    """
    return due is None or due >= now, PRESSING.index(urgency) if urgency in PRESSING else len(PRESSING)


def leave_to_hand_on(
    leaves: Iterable[Leave], grantee: BodyId, record: RecordId, recipient: BodyId, purpose: str, now: datetime
) -> Leave | None:
    """Return the leave by which a record may pass to a recipient, the longest one.

    Source: docs/rules/correspondence.md M8; docs/rules/disclosure.md D6.
    """
    counting = [
        leave
        for leave in leaves
        if leave.grantee == grantee
        and record in leave.records
        and DisclosureAct.FORWARD in leave.acts
        and leave.recipient == recipient
        and leave.purpose == purpose
        and leave.since <= now < leave.until
    ]
    return max(counting, key=lambda leave: leave.until, default=None)


def check_text(field: str, text: str, characters_max: int = TEXT_CHARACTERS_MAX, *, is_needed: bool = True) -> None:
    """Check a text an officer writes or another body sends; raise Invalid.

    Source: docs/rules/correspondence.md M16.
    """
    if len(text) > characters_max or (is_needed and not is_seen(text)):
        raise bad(field, f"it has {1 if is_needed else 0} to {characters_max} characters")
    if not shows_as_stored(text):
        raise bad(field, "it holds a control character or a directional override, and would not show as it is stored")


def check_asked(record: RecordId, purpose: str, crime_area: str, lists: CodeLists) -> None:
    """Check what another body says an item is about and for: codes of the closed lists; raise Invalid.

    Source: docs/rules/correspondence.md M16.
    """
    check_text("record", record, RECORD_ID_CHARACTERS_MAX)
    if purpose not in lists.purposes:
        raise bad("purpose", f"«{purpose[:40]}» is in no list of purposes")
    if crime_area not in lists.crime_areas:
        raise bad("crime_area", f"«{crime_area[:40]}» is in no list of crime areas")


def check_refusal(reason: str, text: str, reasons: Mapping[str, CodeEntry]) -> None:
    """Check why leave is refused: a code of the closed list, with words where the code says «other».

    Source: docs/rules/correspondence.md M10; data/reasons.yaml.
    """
    if reason not in reasons:
        raise bad("reason", f"«{reason[:40]}» is in no list of reasons to refuse")
    check_text("text", text, is_needed=reason == OTHER_WITH_TEXT)


def within_quota(terms: Instrument, kind: str, asked_today: int) -> Ground:
    """Say whether one more record of a kind may be asked for today under an instrument's quota.

    Source: docs/rules/correspondence.md M17; DESIGN section 5 (quotas).
    """
    quota = next((one for one in terms.quotas if one.kind == kind), None)
    if quota is None or asked_today < quota.per_day:
        return Ground("M17", allows=True, text="It is within the instrument's quota.", source=terms.name)
    return Ground(
        "M17",
        allows=False,
        text=f"«{terms.name}» lets a party ask for «{kind}» {quota.per_day} times a day, and that was done today.",
        source=terms.name,
        remedy="Ask again after midnight UTC, or have the parties agree on more.",
    )


def cited(grounds: Iterable[Ground]) -> tuple[str, ...]:
    """Write grounds for the asking officer: `D3 · sentence`, each once."""
    return tuple(dict.fromkeys(f"{ground.number} · {ground.text}" for ground in grounds))


def refusals_of(verdicts: Iterable[Verdict]) -> tuple[Ground, ...]:
    """Return the refusing grounds of verdicts that at least let the reader know, each once."""
    found = (ground for verdict in verdicts if verdict.ceiling is not None for ground in verdict.decision.refusals)
    return tuple(dict.fromkeys(found))


def nothing_found() -> str:
    """Return the words for nothing, hidden or absent alike, in one line."""
    answer = NotFound()
    return f"{answer.what} {answer.why} {answer.do}"


def bad(field: str, why: str) -> Invalid:
    """Return the refusal of a field of an item."""
    return Invalid(
        f"The field {field} does not hold what it should.",
        field=field,
        why=f"Correspondence is written by its rules (docs/rules/correspondence.md): {why}.",
        do="Mend the field and do it again; nothing was kept or sent.",
    )
