"""Proposes the mapping of a table from the names of its columns and the cells of its first rows (`import --suggest`).

What is proposed is written as a mapping that an officer edits: of each column why it is taken for what, and which could not be
placed. Those are kept under their own names, so that nothing is lost; no cell is shown.

Source: docs/rules/records.md R46.
"""

from __future__ import annotations

import codecs
import io
import json
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import Final, cast

from entente.formats.import_files import bounded, opened_file
from entente.formats.list_drafts import clean
from entente.formats.table_bounds import COLUMNS_MAX
from entente.formats.table_columns import Column, Meaning, Option
from entente.formats.table_csv import CsvForm, csv_rows
from entente.formats.table_file import opened_table, table_format
from entente.formats.table_keys import count_keys
from entente.formats.table_mapping import LINES_BEFORE_MAX, folded
from entente.formats.table_plan import Plan, plan_of, properties_of
from entente.records.proposing import MappingChoice, MappingProposed

SAMPLE_ROWS: Final = 1_000
SAMPLE_BYTES: Final = 256 * 1024
"""Of the beginning of a table, from which its encoding and its delimiter are told."""
_GUESSED: Final = ("windows-1251", "koi8-r", "cp866", "windows-1256", "windows-1252", "windows-1250", "gb18030")
_DELIMITERS: Final = {",": '","', ";": '";"', "\t": "tab", "|": '"|"'}
_NOTHING: Final = frozenset({"-", "n/a"})
"""What a cell says that says nothing, as every proposal has it."""
_UNPLACED: Final = (
    "Could not be placed, and kept under their own names, never matched. Map them, or move them to «ignore»."
)


def suggest_mapping(path: Path) -> str:
    """Return a mapping for a table, in words for the officer who edits it; raise Invalid for a file that is no table."""
    return propose_mapping(path, MappingChoice()).mapping


def propose_mapping(path: Path, choice: MappingChoice) -> MappingProposed:
    """Return a mapping for a table under what was chosen, and how its keys stand; raise Invalid for a choice that cannot be."""
    with opened_file(path) as raw:
        form, notes = (
            CsvForm(),
            [f"A mapping for {_quoted(path.name)}, proposed from its first rows: read each line before it is used."],
        )
        if table_format(raw, path.name) == "csv":
            with bounded(raw, path.name) as stream:
                form, more = _form_of(stream.read(SAMPLE_BYTES))
            notes += more
        with opened_table(raw, path.name, form) as table:
            names = [clean(name) or f"column {place}" for place, name in enumerate(table.names[:COLUMNS_MAX], start=1)]
            notes += [
                f"Two of its columns are called {_quoted(name)}: give each a name of its own in the table, or it is refused."
                for name, times in Counter(names).items()
                if times > 1
            ]
            unread = dict(table.unread)
            read = (row.cells for row in table.rows([folded(name) for name in unread]) if not row.fault)
            rows = list(islice(read, SAMPLE_ROWS))
            columns = [_column(name, place, rows) for place, name in enumerate(names) if name not in unread]
            plan = plan_of(columns, choice)
            places = [names.index(name) for name in plan.keys]
            counted = count_keys(chain(rows, read) if places else (), places, _NOTHING)
    lines = [*(_remarked("", note) for note in notes), *_lines(plan, form, len(rows), unread)]
    return MappingProposed(
        mapping="\n".join(lines) + "\n",
        schema=plan.schema,
        keys=plan.keys,
        columns=plan.proposed(columns),
        sample=len(rows),
        counted=counted,
        properties=tuple(properties_of(plan.schema)),
    )


def _column(name: str, place: int, rows: Sequence[Sequence[str | list[str]]]) -> Column:
    cells = [row[place] for row in rows if place < len(row)]
    texts = [clean(cell if isinstance(cell, str) else " ; ".join(cell)) for cell in cells]
    return Column(name, tuple(text for text in texts if text), len(rows))


def _lines(plan: Plan, form: CsvForm, rows: int, unread: Mapping[str, str]) -> Iterator[str]:
    yield _remarked("", f"Rows looked at: {rows}.")
    for name, code in plan.never.items():
        yield _remarked(
            "", f"The column {_quoted(name)} is never carried ({code}): its values are dropped and counted."
        )
    yield "table:"
    yield f"  encoding: {form.encoding}"
    yield f"  delimiter: {_DELIMITERS[form.delimiter]}"
    if form.lines_before:
        yield f"  lines_before: {form.lines_before}"
    yield '  nothing: ["-", "n/a"]'
    if ignored := {**unread, **plan.left_out}:
        yield "  ignore:"
        for name, why in ignored.items():
            yield _remarked(f"    - {_quoted(name)}", why)
    if plan.unplaced:
        yield "  # " + _UNPLACED
        yield "  keep:"
        for name, why in plan.unplaced.items():
            yield _remarked(f"    - {_quoted(name)}", why)
    yield from _entities(plan)


def _entities(plan: Plan) -> Iterator[str]:
    placed, main = plan.placed, plan.schema.lower()
    yield "entities:"
    yield f"  {main}:"
    yield f"    schema: {plan.schema}"
    if plan.keys:
        why = "it was chosen" if plan.has_chosen_keys else "every row of the sample has another value there"
        yield _remarked(f"    keys: [{', '.join(map(_quoted, plan.keys))}]", why)
    else:
        missing = "no column tells every row of the sample from the others: name one, or several together"
        yield _remarked('    keys: ["?"]', missing)
    yield _remarked("    prefix: row-", "before the key, in the ids of the records: it never changes again")
    if not set(placed) - {"passport"}:
        yield _remarked("    properties: {}", "nothing was recognised: name at least one property and its column")
        return
    yield "    properties:"
    if "name" not in placed and "lastName" in placed:
        parts = [name for part in ("lastName", "firstName") for name, _ in placed.get(part, [])[:1]]
        columns = ", ".join(map(_quoted, parts))
        whole = f'      name: {{columns: [{columns}], join: ", "}}'
        yield _remarked(whole, "the family name stands before the comma")
    for means, found in placed.items():
        if means != "passport":
            yield from _property(means, found)
    if papers := placed.get("passport"):
        name, _ = papers[0]
        yield "  passport:"
        yield "    schema: Passport"
        two_states = "if two states may give one number, name the column of the state too"
        yield _remarked(f"    keys: [{_quoted(name)}]", two_states)
        yield "    prefix: passport-"
        yield f"    made_with: [{_quoted(name)}]"
        yield "    properties:"
        yield from _property("number", papers)
        yield f"      holder: {{entity: {main}}}"


def _property(means: str, found: Sequence[tuple[str, Meaning]]) -> Iterator[str]:
    if len(found) == 1:
        name, meaning = found[0]
        yield _remarked(f"      {means}: {_source(name, meaning)}", meaning.why)
        return
    yield f"      {means}:"
    for name, meaning in found:
        yield _remarked(f"        - {_source(name, meaning)}", meaning.why)


def _remarked(line: str, remark: str) -> str:
    """Write a line with what is remarked beside it, or the remark alone."""
    return f"{line}  # {remark}" if line else f"# {remark}"


def _source(name: str, meaning: Meaning) -> str:
    parts = [f"column: {_quoted(name)}"]
    parts += [f"{option}: {_written(value)}" for option, value in meaning.options.items()]
    return "{" + ", ".join(parts) + "}"


def _written(value: Option) -> str:
    match value:
        case str():
            return _quoted(value)
        case tuple():
            return "[" + ", ".join(map(_quoted, value)) + "]"
    return "{" + ", ".join(f"{_quoted(word)}: {_quoted(meant)}" for word, meant in value.items()) + "}"


def _quoted(text: str) -> str:
    """Write a name as YAML reads it again, whatever signs it has: those that are not seen as their number."""
    written = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08X}" for sign in written)


def _form_of(head: bytes) -> tuple[CsvForm, list[str]]:
    """Tell how a table is written from its beginning, and what of it is a guess."""
    encoding, notes = _encoding_of(head)
    best, most = CsvForm(encoding), 1
    for delimiter in _DELIMITERS:
        lines = csv_rows(cast("io.BufferedReader", io.BytesIO(head)), CsvForm(encoding, delimiter))
        rows = list(islice(lines, 60))[:50]
        widths = Counter(len(row.cells) for row in rows if not row.fault)
        width = max(widths, key=lambda one: (widths[one], one), default=0)
        if width > most and widths[width] * 2 > len(rows):
            first = next(row.line for row in rows if len(row.cells) == width and not row.fault)
            most, best = width, CsvForm(encoding, delimiter, lines_before=min(first - 1, LINES_BEFORE_MAX))
    if most == 1:
        notes.append("It has one column, or its delimiter is none of comma, semicolon, tab and bar.")
    return best, notes


def _encoding_of(head: bytes) -> tuple[str, list[str]]:
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16", []
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        scores = {name: _score(head.decode(name, errors="ignore")) for name in _GUESSED}
        best = max(scores, key=lambda name: scores[name])
        return best, [f"It is not UTF-8. That it is in {best} is a guess: look at the names of the columns below."]
    return "utf-8", []


def _score(text: str) -> int:
    """Count the neighbours that stand together in words: small letters, or letters without case, of one script."""
    return sum(
        (not one.isascii() or not other.isascii())
        and one.isalpha() and other.isalpha() and not other.isupper() and _script(one) == _script(other)
        for one, other in pairwise(text[:50_000])
    )  # fmt: skip


def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").partition(" ")[0]
