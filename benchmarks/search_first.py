"""Cross-script name search with the first engine, beside plain anyascii and tantivy 3-grams in the same run.

Reads the development data of names (records.csv.gz, queries.jsonl.gz) from the folder `identity` under ENTENTE_BENCH_DATA, or
beside the repository in shared/data; without them it says so and measures nothing. Public names, nothing of them is kept.

Recall is the macro mean over the groups of class and script whose query is in another script than the record. «engine» is the
order of the index alone; «scored» the order an officer sees: the engine's 100 nearest, scored. Seeded; the same queries for both.
"""

import csv
import gzip
import json
import os
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from anyascii import anyascii
from tantivy import Document, Filter, Index, Occur, SchemaBuilder, TextAnalyzerBuilder, Tokenizer
from tantivy import Query as TantivyQuery

from benchmarks.line import Line
from entente.identity.align import compare_names
from entente.identity.model import IndexEntry
from entente.identity.names import name_forms, read_name
from entente.search.tantivy_index import TantivyIndex

RECORDS_MAX = 200_000
QUERIES_PER_GROUP = 150
GROUP_MIN = 30
"""Groups with fewer queries say nothing."""
SLICE = 2_000
NEAREST = 100
SEED = 20310504
PEER = "anyascii and tantivy 3-grams"

T = TypeVar("T")

Rows = list[tuple[str, float, str]]
Search = Callable[[str, int], Sequence[int]]


@dataclass(frozen=True)
class Asked:
    text: str
    gold: frozenset[int]


def run() -> list[Line]:
    """Measure, each figure beside the peer's of the same kind; no lines when the data is absent."""
    folder = data_folder()
    if not (folder / "records.csv.gz").is_file():
        print(f"search_first: no development names under {folder.name}/; set ENTENTE_BENCH_DATA. Nothing measured.")
        return []
    names, groups = load(folder)
    with tempfile.TemporaryDirectory() as place:
        seconds, index = timed(lambda: build_ours(names, Path(place) / "ours"))
        peer_seconds, peer = timed(lambda: build_peer(names, Path(place) / "peer"))
        # One class hidden and one shown, so that the class filter is part of what is timed.
        shown = frozenset({1})
        engine: Search = lambda text, limit: index.by_name(text, shown, limit)  # noqa: E731
        peers = {what: value for what, value, _ in measured(peer, groups, 10)}
        indexed = len(names) / peer_seconds
        lines = [Line("first engine: names indexed", len(names) / seconds, "names/s", None, indexed, PEER)]
        for name, search, limit in (
            ("first engine", engine, NEAREST),
            ("first engine, scored", scored(engine, names), 10),
        ):
            rows = measured(search, groups, limit)
            lines += [Line(f"{name}: {what}", value, unit, None, peers[what], PEER) for what, value, unit in rows]
    return lines


def data_folder() -> Path:
    beside = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
    return Path(os.environ.get("ENTENTE_BENCH_DATA", beside)) / "identity"


def load(folder: Path) -> tuple[list[str], dict[str, list[Asked]]]:
    with gzip.open(folder / "records.csv.gz", "rt", encoding="utf-8", newline="") as file:
        records = [(row["id"], row["name"]) for row in csv.DictReader(file)]
    with gzip.open(folder / "queries.jsonl.gz", "rt", encoding="utf-8") as file:
        queries = [json.loads(line) for line in file]
    chance = random.Random(SEED)
    wanted = {gold for query in queries if query["cls"].startswith("xscript") for gold in query["gold"]}
    # Records a query asks for are kept; of the others as many as fit.
    chance.shuffle(records)
    records.sort(key=lambda record: record[0] not in wanted)
    records = records[:RECORDS_MAX]
    number = {identifier: place for place, (identifier, _) in enumerate(records)}
    groups: dict[str, list[Asked]] = defaultdict(list)
    for query in queries:
        if query["cls"].startswith("xscript"):
            gold = frozenset(number[identifier] for identifier in query["gold"])
            groups[f"{query['cls']}/{query['script']}"].append(Asked(query["query"], gold))
    kept = {name: chance.sample(asked, min(len(asked), QUERIES_PER_GROUP)) for name, asked in groups.items()}
    return [name for _, name in records], {name: asked for name, asked in kept.items() if len(asked) >= GROUP_MIN}


def build_ours(names: Sequence[str], folder: Path) -> TantivyIndex:
    index = TantivyIndex(folder)
    for start in range(0, len(names), SLICE):
        entries = [
            IndexEntry(start + step, 1, names=forms)
            for step, name in enumerate(names[start : start + SLICE])
            if (forms := name_forms(name))
        ]
        index.apply([], entries, start + SLICE)
    index.apply([], [IndexEntry(len(names), 2, names=("nobody",))], len(names) + SLICE)
    index.close()
    return index


def build_peer(names: Sequence[str], folder: Path) -> Search:
    builder = SchemaBuilder()
    builder.add_unsigned_field("record", indexed=True, fast=True)
    builder.add_text_field("name", tokenizer_name="triples", index_option="freq")
    schema = builder.build()
    folder.mkdir()
    index = Index(schema, str(folder))
    triples = TextAnalyzerBuilder(Tokenizer.ngram(3, 3, False)).filter(Filter.lowercase()).build()  # noqa: FBT003
    index.register_tokenizer("triples", triples)
    writer = index.writer(15_000_000, 1)
    for number, name in enumerate(names):
        document = Document()
        document.add_unsigned("record", number)
        document.add_text("name", anyascii(name))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(text: str, limit: int) -> Sequence[int]:
        plain = anyascii(text).lower()
        grams = sorted({plain[start : start + 3] for start in range(len(plain) - 2)})
        if not grams:
            return ()
        clauses = [(Occur.Should, TantivyQuery.term_query(schema, "name", gram, "freq")) for gram in grams]
        hits = searcher.search(TantivyQuery.boolean_query(clauses), limit, count=False).hits
        return [int(number or 0) for number in searcher.fast_field_values("record", [place for _, place in hits])]

    return search


def scored(engine: Search, names: Sequence[str]) -> Search:
    def likeness(asked: str, held: str) -> float:
        best = 0.0
        for ours in read_name(asked):
            for theirs in read_name(held):
                found = compare_names(ours, theirs)
                paired = sum(pair.weight for pair in found.pairings)
                gained = sum(pair.weight * pair.likeness for pair in found.pairings)
                best = max(best, gained / (paired + found.missing + found.extra / 4 or 1))
        return best

    def search(text: str, limit: int) -> Sequence[int]:
        return sorted(engine(text, NEAREST), key=lambda number: -likeness(text, names[number]))[:limit]

    return search


def measured(search: Search, groups: dict[str, list[Asked]], limit: int) -> Rows:
    times: list[float] = []
    first: list[float] = []
    ten: list[float] = []
    for asked in groups.values():
        hits = [0, 0]
        for query in asked:
            began = time.perf_counter()
            found = search(query.text, limit)
            times.append(time.perf_counter() - began)
            hits[0] += bool(query.gold & set(found[:1]))
            hits[1] += bool(query.gold & set(found[:10]))
        first.append(hits[0] / len(asked))
        ten.append(hits[1] / len(asked))
    times.sort()
    return [
        (f"macro recall@1 of {len(groups)} groups", sum(first) / len(first), ""),
        ("macro recall@10", sum(ten) / len(ten), ""),
        ("one query, p50", 1000 * times[len(times) // 2], "ms"),
        ("one query, p99", 1000 * times[len(times) * 99 // 100], "ms"),
    ]


def timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    done = work()
    return time.perf_counter() - began, done


if __name__ == "__main__":
    for line in run():
        print(*line.cells(), sep="  ")
