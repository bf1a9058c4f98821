"""`entente` and `python -m entente.cli`."""

from __future__ import annotations

from entente.cli import app


def main() -> None:
    """Run the command line; exits with the code of what came of it."""
    app(prog_name="entente")


if __name__ == "__main__":
    main()
