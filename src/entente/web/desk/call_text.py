"""What a call says, in the body's language: of which kind, how urgent, until when, its number and where the desk is.

Source: docs/rules/desk.md W43; docs/decisions/0089-a-call-is-claimed-before-it-is-sent.md.
"""

from __future__ import annotations

from datetime import tzinfo

from entente.duty.calls import Told
from entente.kernel.exercise import EXERCISE_WORD
from entente.web.desk.paths import PREFIX
from entente.web.wording import Wording


def call_text(told: Told, language: str, zone: tzinfo, desk: str) -> tuple[str, str]:
    """Return the subject and the text of a call. `desk` is the address of the desk; empty where the node does not know it."""
    say = Wording(language, zone)
    kind, ground = say.code("call_kinds", told.kind), say.code("call_grounds", told.ground)
    subject = str(say.text("call.subject", body=told.body, number=str(told.number), ground=ground))
    lines = [f"{kind} · {ground}"]
    if told.urgency:
        lines.append(say.code("urgencies", told.urgency))
    if told.due_at is not None:
        lines.append(f"{say.text('call.due')} {say.moment(told.due_at).shown} {say.zone_name(told.due_at)}")
    lines += ["", str(say.text("call.take"))]
    if desk:
        lines.append(f"{desk}{PREFIX}/calls")
    if told.is_exercise:
        subject = f"{EXERCISE_WORD} · {subject}"
        lines = [str(say.text("shell.exercise")), "", *lines]
    return subject, "\n".join(lines) + "\n"
