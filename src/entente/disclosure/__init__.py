"""The one gate for information: may this reader do this act with that data, under this instrument, now.

Terms: a *disclosure class* is all that the gate reads of a fact except its dates; the *ladder* of acts is know < see <
forward < use_as_evidence < act_on; a *ground* is one numbered rule, a *ceiling* the highest act it allows; a *leave*
is the source's signed permission; an *allowed set* is the numbers of the classes a reader may do an act with.

`rules` the gate · `grounds`, `instruments`, `leaves`, `leases` its grounds · `allowed` allowed sets and their cache ·
`situation` what the directory and the instruments say now · `service` the verbs.

Source: docs/rules/disclosure.md; DESIGN section 5. Leaves to others: what an officer's verbs and powers are
(bodies.may_act), how instruments enter into force (agreements), how a leave is asked for and granted (correspondence),
the trail's row (the room whose act it is).
"""

from entente.disclosure.allowed import AllowedSets, Question, allowed_set
from entente.disclosure.leases import Silence
from entente.disclosure.model import (
    DisclosureClass,
    DisclosureRequest,
    InForce,
    Leave,
    Reader,
    Situation,
    Standing,
    Verdict,
)
from entente.disclosure.rules import decide, judge
from entente.disclosure.service import Disclosure
from entente.disclosure.situation import build_situation

__all__ = [
    "AllowedSets",
    "Disclosure",
    "DisclosureClass",
    "DisclosureRequest",
    "InForce",
    "Leave",
    "Question",
    "Reader",
    "Silence",
    "Situation",
    "Standing",
    "Verdict",
    "allowed_set",
    "build_situation",
    "decide",
    "judge",
]
