"""A case system: opens a case at the node for each of its own, adds what is new, and fetches the messages of each.

    ENTENTE_NODE=http://127.0.0.1:8601 ENTENTE_TOKEN_FILE=cases.token python -m examples.case_sync ours.jsonl known.json

`ours.jsonl` has one case a line: {"reference", "title", "crime_area", "notes": [...]}. `known.json` is this program's memory:
which number each of our cases has there, and how many notes were sent. Stopped anywhere and started again, it opens no case and
writes no note twice: each request carries a key that follows from our own reference. The token needs the scopes `cases.write`
and `messages.read`.
"""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path
from typing import Any

from entente.client import Client
from entente.kernel.errors import EntenteError

OURS = uuid.UUID("3f0c8a52-6c0c-4a37-9a52-0d5f7f0f7c11")
"""The namespace of our keys: one for each system, made once."""


def key(*parts: object) -> str:
    """Return the key of a request: always the same for the same thing of ours."""
    return str(uuid.uuid5(OURS, "\n".join(map(str, parts))))


def sync(node: Client, ours: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Bring one case up, and return what is known of it now."""
    reference = ours["reference"]
    if "number" not in known:
        opened = node.open_case(
            title=ours["title"], crime_area=ours["crime_area"], idempotency_key=key("case", reference)
        )
        known = {"number": opened["id"], "notes": 0}
    for place in range(known["notes"], len(ours["notes"])):
        node.note_case(known["number"], text=ours["notes"][place], idempotency_key=key("note", reference, place))
        known["notes"] = place + 1
    known["messages"] = [
        {"id": one["id"], "from": one["sender"]["code"], "subject": one["subject"], "at": one["at"]}
        for one in node.list_messages(case=known["number"])
    ]
    return known


def main() -> int:
    """Bring every case of a file up."""
    file, memory = Path(sys.argv[1]), Path(sys.argv[2])
    known: dict[str, Any] = json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else {}
    try:
        with Client.of_environment() as node:
            for line in file.read_text(encoding="utf-8").splitlines():
                ours = json.loads(line)
                now = known[ours["reference"]] = sync(node, ours, known.get(ours["reference"], {}))
                memory.write_text(json.dumps(known, indent=1), encoding="utf-8")
                print(f"{ours['reference']} is {now['number']}: {now['notes']} notes, {len(now['messages'])} messages")
    except EntenteError as error:
        print(f"Stopped: {error.in_words()} Start it again; what was done stays done once.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
