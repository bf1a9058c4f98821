"""`python -m entente.look_process_with_base`: a search process of a node with a large store.

What `look_process` does, with the files of a base mapped and its compiled loops loaded; it searches the base by itself too.

Source: docs/rules/identity.md I37 and I48.
"""

from __future__ import annotations

from entente.look_process import LookPart
from entente.search.serving import Views, serve
from entente.search.worker import BasePart


def main() -> None:
    """Answer until the pipe ends."""
    views = Views()
    base = BasePart(views)
    serve(views, base, LookPart(views, base.opened))


if __name__ == "__main__":
    main()
