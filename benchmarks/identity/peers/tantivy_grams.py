"""tantivy (MIT), a text index in Rust: 3-grams of each word of the romanised name, each a term, ranked by BM25."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from anyascii import anyascii
from tantivy import Document, Index, Occur, Query, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

Search = Callable[[str, int], Sequence[int]]
"""A name and how many are wanted, to the numbers of the nearest names, best first."""
NAME = "tantivy 3-grams"
WRITER_BYTES = 300_000_000


def build(names: Iterable[str], folder: Path) -> Search:
    """Index names in their order, on one thread, as one segment."""
    builder = SchemaBuilder()
    builder.add_unsigned_field("record", indexed=True, fast=True)
    builder.add_text_field("name", tokenizer_name="grams", index_option="freq")
    schema = builder.build()
    folder.mkdir()
    index = Index(schema, str(folder))
    # The grams are made here, word by word with its edges, so that words in another order share all of them.
    index.register_tokenizer("grams", TextAnalyzerBuilder(Tokenizer.whitespace()).build())
    writer = index.writer(WRITER_BYTES, 1)
    for number, name in enumerate(names):
        document = Document()
        document.add_unsigned("record", number)
        document.add_text("name", " ".join(grams_of(name)))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(text: str, limit: int) -> Sequence[int]:
        grams = sorted(set(grams_of(text)))
        if not grams:
            return ()
        clauses = [(Occur.Should, Query.term_query(schema, "name", gram, "freq")) for gram in grams]
        hits = searcher.search(Query.boolean_query(clauses), limit, count=False).hits
        return [int(number or 0) for number in searcher.fast_field_values("record", [place for _, place in hits])]

    return search


def grams_of(name: str) -> list[str]:
    """Return the 3-grams of each word of a romanised name, with its edges, in small letters."""
    words = [f"__{word}_" for word in anyascii(name).lower().split()]
    return [word[start : start + 3] for word in words for start in range(len(word) - 2)]
