"""A measured line: what it is, what was asked of it, and the peer or floor measured beside it in the same run.

A timing on its own proves nothing (DESIGN section 10): the floor says what the machine itself takes on that day.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """The number an issue asks for: at least it, or at most it."""

    bound: float
    is_least: bool

    def __str__(self) -> str:
        return f"{'≥' if self.is_least else '≤'} {number(self.bound)}"


@dataclass(frozen=True, slots=True)
class Line:
    """One figure."""

    what: str
    value: float
    unit: str
    asked: Asked | None = None
    floor: float | None = None
    """In the same unit."""
    floor_what: str = ""
    """What the floor is, or which peer."""
    more: tuple[tuple[float | None, str], ...] = ()
    """Further peers, each with its figure in the same unit; without one, why it was not run."""

    @property
    def is_met(self) -> bool:
        """Whether the number asked for is reached; a line that nothing is asked of is."""
        if self.asked is None:
            return True
        return self.value >= self.asked.bound if self.asked.is_least else self.value <= self.asked.bound

    @property
    def verdict(self) -> str:
        """Say whether it is met, or by how much it is missed."""
        if self.asked is None:
            return ""
        if self.is_met:
            return "met"
        return f"missed by {abs(self.value - self.asked.bound) / self.asked.bound:.0%}"

    def cells(self) -> tuple[str, ...]:
        """Return what · asked · peer or floor · ours · met, as they stand in a table."""
        beside = self.more if self.floor is None else ((self.floor, self.floor_what), *self.more)
        floor = " · ".join(what if value is None else f"{number(value)} ({what})" for value, what in beside)
        ours = f"{number(self.value)} {self.unit}".strip()
        return self.what, "" if self.asked is None else str(self.asked), floor, ours, self.verdict


HEADINGS = ("what", "asked", "peer or floor in the same run", "ours", "")


def least(bound: float) -> Asked:
    """Ask for at least so much."""
    return Asked(bound, is_least=True)


def most(bound: float) -> Asked:
    """Ask for at most so much."""
    return Asked(bound, is_least=False)


def number(value: float) -> str:
    """Write a number with as many digits as it can be believed to."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"
