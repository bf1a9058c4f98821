"""How far a long command has come: on stderr, so that stdout holds the answer alone; silent where stderr is no terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


@contextmanager
def progress(text: str, *, unit: str, quiet: bool, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show a line while the body runs, and give what tells it how many of the unit are done, of all where that is known."""
    of_all = "" if total is None else f"of {total} "
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TextColumn("{task.fields[done]} " + of_all + unit),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as bar:
        task = bar.add_task(text, total=None, done=0)
        yield lambda done: bar.update(task, done=done)
