"""Which node a command line names, where it is not that of a folder: plain words, so that naming one loads nothing."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A node that is asked over its API."""

    node: str
    """Its address."""
    token_file: str
    token: str = field(repr=False)
    """The token itself, where the environment holds it."""
    ca_file: str
    is_named: bool
    """Whether the command line names it; the environment's counts where no folder is given."""
