"""`entente` and `python -m entente.cli`."""

from __future__ import annotations

import gc

from entente.cli import app

COLLECT_AFTER = 20_000
"""New objects before garbage is sought among them. What a command loads is hundreds of thousands of them, and all of it stays:
sought as often as Python does by itself, it was a sixth of each command's time."""


def main() -> None:
    """Run the command line; exits with the code of what came of it."""
    gc.set_threshold(COLLECT_AFTER, 20, 20)
    app(prog_name="entente")


if __name__ == "__main__":
    main()
