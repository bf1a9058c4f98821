"""`make train`, `python -m training`: train the transliteration, and write the model file and the table of its card; count words.

Some minutes on one core; the same bytes each time on one machine and one version of numba (decisions/0038).
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from pathlib import Path

import entente.data
from entente.identity.transliteration import COST_SCALE, Table
from entente.identity.units import LEARNED_SCRIPTS
from training import han, hangul, rarity
from training.calibrate import fit, look_up
from training.em import train
from training.pairs import Counts, Pair, read_pairs, split
from training.vocabulary import Vocabulary
from training.write import Scores, card_table, costs, model_file, table

FOLDER = Path(entente.data.__file__).parent / "transliteration"
TABLE = re.compile(r"(?<=<!-- scores -->\n).*(?=\n<!-- /scores -->)", re.DOTALL)


def main() -> None:
    """Train every script and write what was learned."""
    pairs = read_pairs()
    counts: dict[str, float] = defaultdict(float)
    for found in pairs.values():
        for pair in found:
            counts[pair.latin] += pair.weight
    vocabulary = Vocabulary(counts)
    tables: list[Table] = []
    trained_on: dict[str, int] = {}
    scores: dict[str, Scores] = {}
    for script in LEARNED_SCRIPTS:
        began = time.monotonic()
        trained, held = split(pairs[script])
        rows = costs(chunk_counts(script, trained))
        in_nats = {native: {latin: step / COST_SCALE for latin, step in row.items()} for native, row in rows.items()}
        scores[script], wrong = look_up(held, in_nats, vocabulary)
        tables.append(table(script, rows, fit(wrong, table(script, rows))))
        trained_on[script] = len(trained)
        seconds = time.monotonic() - began
        print(f"{script}: {scores[script]}, logistic {tables[-1].logistic}, {seconds:.0f} s", flush=True)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "model.bin").write_bytes(model_file(tables))
    card = FOLDER / "README.md"
    filled = TABLE.sub(card_table(trained_on, scores, tables), card.read_text(encoding="utf-8"))
    card.write_text(filled, encoding="utf-8")
    print(f"{rarity.write():,} words counted", flush=True)


def chunk_counts(script: str, pairs: list[Pair]) -> Counts:
    """Return the counts of a script's chunk pairs; Han has its readings added, Hangul the spellings of Korean names."""
    counts, _ = train(pairs, script)
    if script == "Hang":
        return hangul.with_korean(counts, ((read[0], read[2]) for read in han.columns().values()))
    if script != "Hani":
        return counts
    by_parts, _ = train(han.in_parts(pairs), "syllables")
    return han.smoothed(pairs, counts, by_parts)


if __name__ == "__main__":
    main()
