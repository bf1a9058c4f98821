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
from itertools import islice, pairwise
from pathlib import Path
from typing import Final, cast

from entente.formats.codelists import load_code_lists
from entente.formats.import_files import bounded, opened_file
from entente.formats.list_drafts import clean
from entente.formats.never_carried import dropped_column
from entente.formats.schemata import load_schemata
from entente.formats.table_bounds import COLUMNS_MAX
from entente.formats.table_columns import Column, Meaning, Option, meaning_of
from entente.formats.table_csv import CsvForm, csv_rows
from entente.formats.table_file import opened_table, table_format
from entente.formats.table_mapping import LINES_BEFORE_MAX, folded
from entente.formats.table_values import Countries

SAMPLE_ROWS: Final = 1_000
SAMPLE_BYTES: Final = 256 * 1024
"""Of the beginning of a table, from which its encoding and its delimiter are told."""
_GUESSED: Final = ("windows-1251", "koi8-r", "cp866", "windows-1256", "windows-1252", "windows-1250", "gb18030")
_DELIMITERS: Final = {",": '","', ";": '";"', "\t": "tab", "|": '"|"'}
_OF_PERSON: Final = frozenset(
    {"lastName", "firstName", "birthDate", "nationality", "gender", "passport", "fatherName", "idNumber"}
)
_OF_SCHEMA: Final[Mapping[str, frozenset[str]]] = {
    "Vessel": frozenset({"imoNumber", "callSign", "mmsi"}),
    "Vehicle": frozenset({"vin", "make", "model", "registrationNumber"}),
    "CryptoWallet": frozenset({"publicKey"}),
    "Company": frozenset({"companyName"}),
}
"""What a table is about that says nothing of a person; the first that has one of these."""
_UNPLACED: Final = (
    "Could not be placed, and kept under their own names, never matched. Map them, or move them to «ignore»."
)


def suggest_mapping(path: Path) -> str:
    """Return a mapping for a table, in words for the officer who edits it; raise Invalid for a file that is no table."""
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
            ignored = [folded(name) for name in unread]
            rows = [row.cells for row in islice(table.rows(ignored), SAMPLE_ROWS) if not row.fault]
    columns = [_column(name, place, rows) for place, name in enumerate(names) if name not in unread]
    return "\n".join([*(_remarked("", note) for note in notes), *_lines(columns, form, len(rows), unread)]) + "\n"


def _column(name: str, place: int, rows: Sequence[Sequence[str | list[str]]]) -> Column:
    cells = [row[place] for row in rows if place < len(row)]
    texts = [clean(cell if isinstance(cell, str) else " ; ".join(cell)) for cell in cells]
    return Column(name, tuple(text for text in texts if text), len(rows))


def _lines(columns: Sequence[Column], form: CsvForm, rows: int, unread: Mapping[str, str]) -> Iterator[str]:
    countries = Countries.of(load_code_lists())
    never = {column.name: code for column in columns if (code := dropped_column(column.name))}
    key = _key_of([column for column in columns if column.name not in never])
    meanings = {column.name: meaning_of(column, countries) for column in columns if column.name not in never}
    schema = _schema_of({one.property for one in meanings.values() if isinstance(one, Meaning)})
    placed, unplaced = _placed(meanings, schema, key)
    yield _remarked("", f"{rows} rows were looked at.")
    for name, code in never.items():
        yield _remarked(
            "", f"The column {_quoted(name)} is never carried ({code}): its values are dropped and counted."
        )
    yield "table:"
    yield f"  encoding: {form.encoding}"
    yield f"  delimiter: {_DELIMITERS[form.delimiter]}"
    if form.lines_before:
        yield f"  lines_before: {form.lines_before}"
    yield '  nothing: ["-", "n/a"]'
    if unread:
        yield "  ignore:"
        for name, why in unread.items():
            yield _remarked(f"    - {_quoted(name)}", why)
    if unplaced:
        yield "  # " + _UNPLACED
        yield "  keep:"
        for name, why in unplaced.items():
            yield _remarked(f"    - {_quoted(name)}", why)
    yield from _entities(schema, key, placed)


def _placed(
    meanings: Mapping[str, Meaning | str], schema: str, key: str
) -> tuple[dict[str, list[tuple[str, Meaning]]], dict[str, str]]:
    """Return the columns by the property they are taken for, and why the others could not be placed."""
    known = load_schemata()[schema].properties
    placed: dict[str, list[tuple[str, Meaning]]] = {}
    unplaced = {}
    for name, found in meanings.items():
        if isinstance(found, str):
            if name != key:
                unplaced[name] = found
            continue
        means = "name" if found.property == "companyName" and schema == "Company" else found.property
        # A person has a number in registers of companies, and no plate.
        is_of_it = means in known and (means != "registrationNumber" or schema != "Person")
        if is_of_it or (means == "passport" and schema == "Person"):
            placed.setdefault(means, []).append((name, found))
        elif name != key:
            unplaced[name] = f"it is taken for the {means} of something else than a {schema}: make a record of it"
    return placed, unplaced


def _entities(schema: str, key: str, placed: Mapping[str, list[tuple[str, Meaning]]]) -> Iterator[str]:
    main = schema.lower()
    yield "entities:"
    yield f"  {main}:"
    yield f"    schema: {schema}"
    if key:
        yield _remarked(f"    keys: [{_quoted(key)}]", "every row of the sample has another value there")
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


def _schema_of(found: set[str]) -> str:
    if not found & _OF_PERSON:
        for schema, signs in _OF_SCHEMA.items():
            if found & signs:
                return schema
    return "Person"


def _key_of(columns: Sequence[Column]) -> str:
    """Return the column that tells rows apart: one that is called so before any other that does, or none."""
    whole = [column for column in columns if column.is_whole]
    called = [column for column in whole if column.is_called_key]
    likely = called or [
        column
        for column in whole
        if not column.is_of_dates and any(cell.isascii() and any(map(str.isdigit, cell)) for cell in column.cells)
    ]
    return likely[0].name if likely else ""


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
