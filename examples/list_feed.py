"""A register that sends its list every night: uploads it, has it imported, reports what was not taken; by the reference alone.

    ENTENTE_NODE=http://127.0.0.1:8601 ENTENTE_TOKEN_FILE=feed.token python -m examples.list_feed list.jsonl terms.yaml

Stopped anywhere and started again with the same file, it finds the job that it began and begins no second one. The token needs
the scopes `uploads.write`, `imports.write` and `jobs`; its account a role that imports. Ends with 1 where rows were rejected.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError

from examples.plain_http import Plain, ProblemError

ENDED = frozenset({"done", "failed", "cancelled"})
MEMORY = ".job"
"""What stands behind the name of the file in which this program remembers its upload and its job."""


def begin(node: Plain, file: Path, terms: str) -> str:
    """Return the job that imports a file: the one that was begun for these bytes, else a new one."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    memory = file.with_name(file.name + MEMORY)
    known: dict[str, str] = json.loads(memory.read_text("ascii")) if memory.exists() else {}
    if known.get("digest") != digest:
        # The upload is part of the request: kept, so that the same key comes with the same request.
        known = {"digest": digest, "upload": node.upload(file)}
        memory.write_text(json.dumps(known), encoding="ascii")
    if "job" not in known:
        known["job"] = node.act("/imports", {"upload": known["upload"], "terms": terms}, key=f"list-{digest}")["id"]
        memory.write_text(json.dumps(known), encoding="ascii")
    return known["job"]


def ended(node: Plain, job: str) -> dict[str, Any]:
    """Wait for a job, and return it."""
    pause = 0.1
    while (shown := node.get(f"/jobs/{job}")["job"])["state"] not in ENDED:
        time.sleep(pause)
        pause = min(5.0, 2 * pause)
    return dict(shown)


def main() -> int:
    """Import a file, and say what came of it."""
    file, terms = Path(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="utf-8")
    try:
        node = Plain.of_environment()
        job = ended(node, begin(node, file, terms))
        if job["state"] != "done":
            print(f"Not imported: {(job['error'] or {}).get('what', 'it was cancelled')}", file=sys.stderr)
            return 2
        summary = job["outcome"]["summary"]
        print(", ".join(f"{summary[name]} {name}" for name in ("created", "updated", "unchanged", "rejected")))
        for one in job["files"]:
            rejected = node.file(f"/jobs/{job['id']}/files/{one['name']}").decode("utf-8")
            print("\n".join(f"  {row['place']}: {row['why']}" for row in map(json.loads, rejected.splitlines())))
    except (ProblemError, URLError) as error:
        print(f"Stopped: {error}", file=sys.stderr)
        return 2
    return 1 if summary["rejected"] else 0


if __name__ == "__main__":
    sys.exit(main())
