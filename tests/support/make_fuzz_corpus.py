"""Make the kept corpus of the fuzzer anew: `python -m tests.support.make_fuzz_corpus`; run it once a kind has an example.

Of inputs of a seeded generator it keeps the first of each way in, kind and outcome, so that the ordinary tests reach every room
by every kind of statement in a few seconds. What finds something is not kept here: it is a finding.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.support.fuzz import FUZZ, SEED
from tests.support.fuzzing import open_arena, random_inputs

INPUTS = 5_000


def main() -> int:
    """Write the corpus; return 0."""
    kept: list[bytes] = []
    seen: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="entente-fuzz-") as folder, open_arena(Path(folder)) as arena:
        for data in random_inputs(SEED, INPUTS):
            before = {kind: Counter(found) for kind, found in arena.kinds.items()}
            names = [arena.try_input(data)]
            for kind, found in arena.kinds.items():
                names += [f"{names[0].partition(':')[0]} {kind} {one}" for one in found - before.get(kind, Counter())]
            if any(not seen[name] for name in names):
                kept.append(data)
            seen.update(names)
    for path in FUZZ.glob("*.bin"):
        path.unlink()
    for place, data in enumerate(kept, start=1):
        (FUZZ / f"{place:04}.bin").write_bytes(data)
    sys.stdout.write(f"{len(kept)} inputs, {len(seen)} outcomes.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
