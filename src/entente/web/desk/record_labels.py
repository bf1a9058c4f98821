"""What the properties of records are called, in the reader's language where it has a word for them."""

from __future__ import annotations

from entente.records.model import Schema
from entente.web.wording import Wording


def label_of(schema: Schema | None, name: str, say: Wording) -> tuple[str, bool]:
    """Return what a property is called, and whether only in English."""
    worded = say.code("properties", name)
    if worded != name:
        return worded, False
    known = schema.properties.get(name) if schema is not None else None
    return (known.label, say.language != "en") if known is not None else (name, True)
