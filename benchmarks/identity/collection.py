"""What one size is measured on: the records a query asks for, of the others as many as fit, and composed ones beyond."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice

from benchmarks.identity.compose import SEED, composed, words_of_names, words_of_tokens
from benchmarks.identity.data import Question, Record, read_records
from benchmarks.identity.options import Options


def sampled(questions: Sequence[Question], a_group: int, seed: int = SEED) -> dict[str, list[Question]]:
    """Return the queries by group, each group in an order drawn by seed and no longer than asked."""
    groups: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        groups[question.group].append(question)
    return {
        name: random.Random(f"{seed} {name}").sample(found, min(len(found), a_group))
        for name, found in sorted(groups.items())
    }


def records_of_size(options: Options, groups: Mapping[str, Sequence[Question]], size: int) -> list[Record]:
    """Return so many records: those asked for, whatever the size; of the list's others what fits; then the distractors.

    Where the file of distractors ends, or where there is none, they are composed: from the words of its names, else from
    those of the token pairs. In an order drawn by seed, because of records that fit alike an index gives the first.
    """
    wanted = {gold for questions in groups.values() for question in questions for gold in question.gold}
    listed = list(read_records(options.records))
    asked = [record for record in listed if record.id in wanted]
    others = [record for record in listed if record.id not in wanted]
    random.Random(SEED).shuffle(others)
    names = {record.name for record in asked}
    found = list(islice(chain(asked, others, _distractors(options, names)), max(size, len(asked))))
    random.Random(SEED + 1).shuffle(found)
    return found


def _distractors(options: Options, but: set[str]) -> Iterator[Record]:
    if options.distractors is None:
        words = words_of_tokens()
        yield from composed(words, words, but=but)
        return
    yield from read_records(options.distractors)
    given, family = words_of_names(record.name for record in read_records(options.distractors))
    yield from composed(given, family, but=but)
