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

from examples.asking import Node, Problem, node_of_environment

OURS = uuid.UUID("3f0c8a52-6c0c-4a37-9a52-0d5f7f0f7c11")
"""The namespace of our keys: one for each system, made once."""


def key(*parts: object) -> str:
    """Return the key of a request: always the same for the same thing of ours."""
    return str(uuid.uuid5(OURS, "\n".join(map(str, parts))))


def sync(node: Node, ours: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Bring one case up, and return what is known of it now."""
    reference = ours["reference"]
    if "number" not in known:
        asked = {"title": ours["title"], "crime_area": ours["crime_area"]}
        known = {"number": node.post("/cases", asked, key("case", reference))["id"], "notes": 0}
    for place in range(known["notes"], len(ours["notes"])):
        node.post(f"/cases/{known['number']}/notes", {"text": ours["notes"][place]}, key("note", reference, place))
        known["notes"] = place + 1
    known["messages"] = [
        {"id": one["id"], "from": one["sender"]["code"], "subject": one["subject"], "at": one["at"]}
        for one in node.get("/messages", case=known["number"])["messages"]
    ]
    return known


def main() -> int:
    """Bring every case of a file up."""
    file, memory = Path(sys.argv[1]), Path(sys.argv[2])
    known: dict[str, Any] = json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else {}
    node = node_of_environment()
    try:
        for line in file.read_text(encoding="utf-8").splitlines():
            ours = json.loads(line)
            known[ours["reference"]] = sync(node, ours, known.get(ours["reference"], {}))
            memory.write_text(json.dumps(known, indent=1), encoding="utf-8")
            now = known[ours["reference"]]
            print(f"{ours['reference']} is {now['number']}: {now['notes']} notes, {len(now['messages'])} messages")
    except (Problem, OSError) as error:
        print(f"Stopped: {error} Start it again; what was done stays done once.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
