"""How long a client waits and how often it asks again: every bound in one place, each with its unit.

Source: docs/rules/api.md P16; the numbers are ours where nothing else is said.
"""

from __future__ import annotations

from dataclasses import dataclass

from entente.kernel.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Patience:
    """The bounds of one act, from its first request to its answer or error."""

    attempts_max: int = 5
    """Requests of one act, the first included."""
    deadline_seconds: float = 60.0
    """Of the whole act, its pauses included: an officer at a gate waits no longer."""
    answer_seconds: float = 30.0
    """Of one request until its answer is whole; the node reads a request as long (P6)."""
    connect_seconds: float = 5.0
    """A line that does not answer in this time is down."""
    pause_seconds: float = 0.25
    """Before the second request; each further pause is twice the one before, and each is shortened by chance down to a half,
    so that many who lost the node at once do not come back at once."""
    pause_seconds_max: float = 8.0
    silence_seconds: float = 45.0
    """Of a stream of news, which the node breaks every 15 seconds (P14): then the line is down, and it is opened again."""
    answer_bytes_max: int = 64 * 1024 * 1024
    """Of one answer: four times a hundred queries with all their candidates."""
    file_seconds: float = 3_600.0
    """In place of answer and deadline where a file is sent or comes: the largest, 1 GiB (P13), over 3 Mbit/s."""
    file_bytes_max: int = 4 * 1024 * 1024 * 1024
    """Of a file that comes."""

    def __post_init__(self) -> None:
        """Refuse bounds that bound nothing."""
        waits = (
            self.deadline_seconds,
            self.answer_seconds,
            self.connect_seconds,
            self.file_seconds,
            self.silence_seconds,
        )
        if self.attempts_max < 1 or min(waits) <= 0:
            raise Misconfigured(
                "The client would not ask at all.",
                why="At least one attempt is made, and each wait has a length above nothing.",
                do="Leave the bounds as they are, or give positive ones.",
            )

    def pause(self, attempt: int, chance: float) -> float:
        """Return how many seconds pass after the attempt of this number, from 1; `chance` is from 0 to 1."""
        longest = min(self.pause_seconds_max, self.pause_seconds * float(1 << min(attempt - 1, 16)))
        return longest * (1 - chance / 2)
