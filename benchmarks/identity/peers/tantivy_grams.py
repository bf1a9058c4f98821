"""tantivy (MIT), a text index in Rust: 3-grams of the romanised name, each a term, ranked by how many are shared (BM25)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from anyascii import anyascii
from tantivy import Document, Filter, Index, Occur, Query, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

Search = Callable[[str, int], Sequence[int]]
"""A name and how many are wanted, to the numbers of the nearest names, best first."""
NAME = "tantivy 3-grams"
WRITER_BYTES = 300_000_000


def build(names: Iterable[str], folder: Path) -> Search:
    """Index names in their order, on one thread, as one segment."""
    builder = SchemaBuilder()
    builder.add_unsigned_field("record", indexed=True, fast=True)
    builder.add_text_field("name", tokenizer_name="triples", index_option="freq")
    schema = builder.build()
    folder.mkdir()
    index = Index(schema, str(folder))
    triples = TextAnalyzerBuilder(Tokenizer.ngram(3, 3, False)).filter(Filter.lowercase()).build()  # noqa: FBT003
    index.register_tokenizer("triples", triples)
    writer = index.writer(WRITER_BYTES, 1)
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
        clauses = [(Occur.Should, Query.term_query(schema, "name", gram, "freq")) for gram in grams]
        hits = searcher.search(Query.boolean_query(clauses), limit, count=False).hits
        return [int(number or 0) for number in searcher.fast_field_values("record", [place for _, place in hits])]

    return search
