"""How far long work has come, for the person at the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


def rows_done(*, quiet: bool) -> Progress:
    """Return a line that says what is done and how many rows of it are durable; silent where it was asked to be."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TextColumn("{task.fields[rows]} rows"),
        TimeElapsedColumn(),
    )
    # On stderr, so that stdout holds the answer alone; rich is silent where stderr is no terminal.
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet)
