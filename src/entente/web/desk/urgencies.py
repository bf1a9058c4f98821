"""The urgencies with their written conditions and terms, as whoever writes a message reads them.

Source: Directive (EU) 2023/977 Arts. 2 and 5; data/reasons.yaml.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entente.web.desk.page import Asked


@dataclass(frozen=True, slots=True)
class UrgencyLine:
    """One urgency: what it is called, when it may be claimed, and within how many hours an answer is due."""

    name: str
    condition: str
    hours: int


def urgency_lines(asked: Asked) -> Sequence[UrgencyLine]:
    """Return the urgencies, the most pressing first."""
    say = asked.say
    return [
        UrgencyLine(say.code("urgencies", code), say.code("urgency_conditions", code), one.hours)
        for code, one in sorted(asked.node.lists.urgencies.items(), key=lambda pair: pair[1].hours)
    ]
