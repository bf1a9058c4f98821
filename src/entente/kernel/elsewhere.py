"""What a process that may not write says of work that is not its own: it belongs to the process that writes the store.

The two exceptions are events and no faults: whoever began the work hands it to that process. They are no errors of the tree, so
that no verb takes them for an answer.

Source: docs/rules/node.md N19; docs/decisions/0079-web-processes-read-and-one-process-writes.md.
"""

from __future__ import annotations


class ForTheWriter(Exception):  # noqa: N818 - an event, not a fault
    """The work would change something, sign, or look into the index. Nothing of it was done."""


class Overtaken(Exception):  # noqa: N818 - the same
    """Something changed between what was read and the row that says so. Nothing of it was kept."""


class Absent:
    """Stands for a part that this process does not have: whatever is asked of it is the writer's to do."""

    def __getattr__(self, name: str) -> object:
        """Raise ForTheWriter; what the interpreter itself looks for is not there."""
        if name.startswith("__"):
            raise AttributeError(name)
        raise ForTheWriter
