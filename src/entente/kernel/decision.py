"""A verdict that carries its reasons.

Every «may I?» of the system is answered by a Decision: allowed or not, with one Ground for each rule that was examined,
in the order of the rules page. The same value is shown to the officer, returned by the interface and kept in the trail.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ground:
    """One rule examined: its number on the rules page, whether it allows, and why in a sentence."""

    number: str
    """As on the rules page, for example `D2`."""
    allows: bool
    text: str
    """A whole sentence an officer can check; names documents and dates, never a thing the reader may not know."""
    source: str = ""
    """The instrument's article, the order's reference, the statement's id: where to look it up."""
    remedy: str = ""
    """What would lift a refusal, if anything can, for example «ask the source for leave»."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed only if each ground allows. A decision without grounds is refused: nothing was examined."""

    allowed: bool
    grounds: tuple[Ground, ...]
    routed_to: str = ""
    """The authority that may do it instead, when a rule names one."""
    facts: tuple[tuple[str, str], ...] = field(default=())
    """What the verdict rested on and must be kept with it: instrument, epoch, what a group resolved to."""

    @classmethod
    def of(cls, grounds: Iterable[Ground], *, routed_to: str = "", facts: Iterable[tuple[str, str]] = ()) -> Decision:
        """Return the decision that follows from the grounds."""
        examined = tuple(grounds)
        allowed = bool(examined) and all(ground.allows for ground in examined)
        return cls(allowed=allowed, grounds=examined, routed_to=routed_to, facts=tuple(facts))

    @property
    def refusals(self) -> tuple[Ground, ...]:
        """The grounds that say no, in the order of the rules page."""
        return tuple(ground for ground in self.grounds if not ground.allows)

    def why(self) -> str:
        """Say in one line which grounds refused, or that all allowed."""
        if self.allowed:
            return "Every ground allows it."
        if not self.grounds:
            return "No rule was examined, and unknown means no."
        return " · ".join(f"{ground.text} (ground {ground.number})" for ground in self.refusals)
