"""The model file (its form: entente/identity/transliteration.py) and its card, both from one training."""

from __future__ import annotations

import math
import struct
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from entente.identity.transliteration import COST_SCALE, MAGIC, Table
from training.pairs import Counts

SHARE_MIN = 0.0002
"""Share of a native chunk's count under which a Latin chunk is left out."""
COUNT_MIN = 0.03
"""Count under which it is left out too: of the many spellings of a character that no pair holds the likely ones are enough."""
UNSEEN = 2.0
"""Added to each chunk's count: what was seen once is not certain, and a long chunk of one word must not beat two usual ones."""
ROW_MAX = 150
COST_MAX = 65_535


@dataclass(frozen=True)
class Scores:
    """Share of held-out pairs whose Latin token is among the first 1, 10 and 100 of the vocabulary."""

    looked_up: int
    at_1: float
    at_10: float
    at_100: float


def costs(counts: Counts) -> dict[str, dict[str, int]]:
    """Return the cost of every chunk pair that is kept, cheapest first in each row."""
    natives: dict[str, float] = defaultdict(float)
    latins: dict[str, float] = defaultdict(float)
    rows: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for (native, latin), count in counts.items():
        natives[native] += count
        latins[latin] += count
    for (native, latin), count in counts.items():
        share, back = count / (natives[native] + UNSEEN), count / (latins[latin] + UNSEEN)
        if count >= COUNT_MIN and count / natives[native] >= SHARE_MIN:
            step = round(-COST_SCALE * (math.log(share) + math.log(back)) / 2)
            rows[native].append((min(step, COST_MAX), latin))
    return {native: {latin: step for step, latin in sorted(row)[:ROW_MAX]} for native, row in sorted(rows.items())}


def table(
    script: str,
    rows: Mapping[str, Mapping[str, int]],
    logistic: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0),
) -> Table:
    """Put the rows of one script into arrays; its Latin chunks are its own until the file is written."""
    latin = tuple(sorted({chunk for row in rows.values() for chunk in row}))
    number = {chunk: place for place, chunk in enumerate(latin)}
    starts, latin_ids, steps = array("I", [0]), array("H"), array("H")
    for row in rows.values():
        latin_ids.extend(number[chunk] for chunk in row)
        steps.extend(row.values())
        starts.append(len(steps))
    return Table(script, tuple(rows), latin, starts, latin_ids, steps, logistic)


def model_file(tables: Sequence[Table]) -> bytes:
    """Return the bytes of the model file."""
    latin = sorted({chunk for each in tables for chunk in each.latin})
    number = {chunk: place for place, chunk in enumerate(latin)}
    parts = [MAGIC, _text(latin), struct.pack("<I", len(tables))]
    for each in tables:
        ids = array("H", (number[each.latin[place]] for place in each.latin_ids))
        parts += [each.script.encode(), struct.pack("<4d", *each.logistic), _text(each.chunks)]
        parts += [_numbers(each.starts, "I"), _numbers(ids, "H"), _numbers(each.costs, "H")]
    return b"".join(parts)


def _text(chunks: Iterable[str]) -> bytes:
    joined = "\n".join(chunks).encode()
    return struct.pack("<I", len(joined)) + joined


def _numbers(values: array[int], kind: str) -> bytes:
    return struct.pack(f"<I{len(values)}{kind}", len(values), *values)


def card_table(pairs: Mapping[str, int], scores: Mapping[str, Scores], tables: Sequence[Table]) -> str:
    """Return the card's table of what was trained on and how well the held-out pairs are found."""
    lines = [
        "| script | pairs trained on | chunks · entries | held-out pairs looked up | first | among 10 | among 100 |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in tables:
        found = scores[each.script]
        lines.append(
            f"| {each.script} | {pairs[each.script]:,} | {len(each.chunks):,} · {len(each.costs):,} | {found.looked_up:,} | "
            f"{found.at_1:.2f} | {found.at_10:.2f} | {found.at_100:.2f} |".replace(" 0.", " .")
        )
    return "\n".join(lines)
