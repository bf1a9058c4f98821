"""The files a measurement reads: records, queries with their answers, labelled pairs; each plain, `.gz` or `.xz`.

records, distractors: CSV with the columns id, name, birth_date, country, source. queries: JSON lines with qid, cls, script,
query, birth_date, country and `gold`, the ids of the records that are right. pairs: JSON lines with pid, group, schema, match and
the two sides a and b: name (or firstName, middleName, fatherName, lastName), birth_date, country. A country is a code of ISO
3166-1 or its usual English name, which is read as the code.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from entente.formats.codelists import load_code_lists

MACRO = (
    *(f"xscript/{script}" for script in ("Arab", "Cyrl", "Hang", "Hani", "Kana")),
    *(f"xscript_composed/{script}" for script in ("Arab", "Cyrl", "Hani", "Kana")),
)
"""The groups whose mean is the macro recall."""
RESERVED = {"UK": "GB"}
"""Reserved in ISO 3166-1 beside the code itself, and in use."""
NAME_FIELDS = ("firstName", "middleName", "fatherName", "lastName")


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a list; what is not known is empty."""

    id: str
    name: str
    birth_date: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One query and the records that answer it."""

    id: str
    group: str
    """Class and script: `xscript/Arab`."""
    name: str
    birth_date: str
    country: str
    gold: frozenset[str]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared."""

    name: str
    birth_date: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two descriptions, and whether they are of one person or thing."""

    id: str
    group: str
    schema: str
    is_match: bool
    a: Side
    b: Side


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """Open a file for reading as text, packed or not."""
    if path.suffix == ".xz":
        with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
            yield file
    elif path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            yield file
    else:
        with path.open(encoding="utf-8", newline="") as file:
            yield file


@contextmanager
def packed(path: Path) -> Iterator[TextIO]:
    """Open a `.gz` for writing; the same text gives the same bytes."""
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as file,
        io.TextIOWrapper(file, encoding="utf-8", newline="") as text,
    ):
        yield text


def read_records(path: Path) -> Iterator[Record]:
    """Read a list of records, in its order."""
    codes = country_codes()
    with opened(path) as file:
        for row in csv.DictReader(file):
            yield Record(row["id"], row["name"], row["birth_date"], code_of(row["country"], codes))


def write_records(path: Path, records: Mapping[str, Record], source: str) -> None:
    """Write a list of records in the form that `read_records` reads."""
    with packed(path) as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("id", "name", "birth_date", "country", "source"))
        rows.writerows((one.id, one.name, one.birth_date, one.country, source) for one in records.values())


def read_questions(path: Path) -> list[Question]:
    """Read queries with their answers."""
    codes = country_codes()
    return [
        Question(
            row["qid"], f"{row['cls']}/{row['script']}", row["query"], row.get("birth_date") or "",
            code_of(row.get("country") or "", codes), frozenset(row["gold"]),
        )
        for row in json_lines(path)
    ]  # fmt: skip


def read_pairs(path: Path) -> list[Pair]:
    """Read labelled pairs."""
    codes = country_codes()
    return [
        Pair(row["pid"], row["group"], row["schema"], row["match"], _side(row["a"], codes), _side(row["b"], codes))
        for row in json_lines(path)
    ]


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read a file of one JSON object a line."""
    with opened(path) as file:
        for line in file:
            yield json.loads(line)


def country_codes() -> dict[str, str]:
    """Return the codes of countries by their English names, in small letters."""
    return {name.casefold(): code for code, name in load_code_lists().countries.items()}


def code_of(country: str, codes: Mapping[str, str]) -> str:
    """Return the code of a country; nothing for a name that the list does not have, and for several in one field the first."""
    first = country.partition(";")[0].replace("_", " ").strip()
    return RESERVED.get(first, first.upper()) if len(first) == 2 else codes.get(first.casefold(), "")


def _side(given: Mapping[str, str], codes: Mapping[str, str]) -> Side:
    name = given.get("name") or " ".join(given[part] for part in NAME_FIELDS if given.get(part))
    return Side(name, given.get("birth_date") or "", code_of(given.get("country") or "", codes))
