"""The display of an operations room: who is on duty, what waits, and which calls nobody took; made from the reference alone.

    ENTENTE_NODE=http://127.0.0.1:8601 ENTENTE_TOKEN_FILE=display.token python -m examples.duty_display

The token needs the scopes `directory.read` and `duty.read`; its account a role that works shifts. It shows numbers and no text of
a message, so that it may hang on a wall. Ends with 2 where the node did not answer.
"""

from __future__ import annotations

import sys
from itertools import islice
from urllib.error import URLError

from examples.plain_http import Plain, ProblemError

CALLS_SHOWN = 20
WAITING = {"hits": "hits", "permissions": "requests for leave", "messages": "messages", "tasks": "tasks"}


def lines(node: Plain) -> list[str]:
    """Return what the display shows."""
    roster, waiting = node.get("/roster", days="1"), node.get("/waiting", limit="200")
    shown = [f"on duty: {one['officer']} ({one['function'].replace('_', ' ')})" for one in roster["now"]]
    if roster["next"] is not None:
        shown.append(f"next: {roster['next']['officer']} from {roster['next']['begins_at']}")
    shown += [f"{name}: {len(waiting[field])}" for field, name in WAITING.items()]
    late = [one["due_at"] for one in waiting["messages"] if one["due_at"]]
    shown += [f"first term: {min(late)}"] if late else []
    newest = islice(node.items("/calls", "calls", limit=str(CALLS_SHOWN)), CALLS_SHOWN)
    shown += [f"CALL {one['number']}: {one['ground'].replace('_', ' ')}" for one in newest if one["state"] == "open"]
    return shown


def main() -> int:
    """Print the display once."""
    try:
        print("\n".join(lines(Plain.of_environment())))
    except (ProblemError, URLError) as error:
        print(f"The node did not answer: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
