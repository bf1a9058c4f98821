"""What a file of queries says, whatever its form: the columns it may have, and what one row of it asks.

A row is a query, and whether it can be searched is judged by the room it belongs to; a row that cannot be read has its fault and
costs no other row. Source: docs/rules/identity.md I33; bounds ours, beside the numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from entente.formats.query_columns import COLUMNS, POINTS_AT_SOMEBODY, SEPARATOR, named
from entente.identity.model import QUERY_TERMS_MAX
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Conflict, Invalid

NOT_UTF8: Final = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class QueryRow:
    """One data row: what it asks, or why it cannot be read."""

    number: int
    """The first row is 1; the columns' names and, in CSV, blank lines do not count."""
    reference: str
    query: JsonObject
    """As the verb search_many takes one; nothing for a row with a fault."""
    fault: Invalid | None = None

    @property
    def asked(self) -> str:
        """Return the names and identifiers of the row in one text."""
        terms = (self.query.get("names", []), self.query.get("identifiers", []))
        return f" {SEPARATOR} ".join(str(one) for some in terms if isinstance(some, list) for one in some)


class QueryFile(Protocol):
    """A file of queries whose columns are known."""

    @property
    def name(self) -> str:
        """Its name in its folder."""

    @property
    def sha256(self) -> str:
        """The digest of its bytes as they lie on the disk."""

    @property
    def total(self) -> int | None:
        """How many rows it has, where the file itself says so."""

    def rows(self) -> Iterator[QueryRow]:
        """Yield every row in order; can be asked once. Raises Conflict at the end where the file changed meanwhile."""


def row_of(number: int, columns: Sequence[str], cells: Sequence[str], where: str = "") -> QueryRow:
    """Read the cells of one row; `where` says where it begins. A column without a name is left out."""
    if len(cells) != len(columns):
        return faulty(number, f"cells: {len(cells)}, and columns of the file: {len(columns)}", where)
    given = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    query, reference = _query(given), given.get("reference", "")
    if any(isinstance(terms, list) and len(terms) > QUERY_TERMS_MAX for terms in query.values()):
        why = f"a query has at most {QUERY_TERMS_MAX} names and identifiers each"
        return faulty(number, why, where, reference)
    return QueryRow(number, reference, query)


def faulty(number: int, why: str, where: str = "", reference: str = "") -> QueryRow:
    """Return a row that cannot be read, with the reason."""
    fault = Invalid(
        f"Row {number} was not searched.",
        field="row",
        why=f"It {where}cannot be read: {why}." if where else f"It cannot be read: {why}.",
        do="Mend the row, and search it in a file of its own.",
    )
    return QueryRow(number, reference, {}, fault)


def columns_of(name: str, heading: Sequence[str], ignored: Sequence[str], hint: str = "") -> tuple[str, ...]:
    """Return what each column of a file is by its place, empty for one that is ignored; raise Invalid for one unknown.

    `hint` is what the reader of the file may have overlooked when a column has a name that says nothing.
    """
    found, left_out = [named(cell) for cell in heading], {named(one) for one in ignored}
    if absent := sorted(left_out - set(found)):
        raise bad_columns(name, f"there is no column «{absent[0]}» to ignore")
    if unknown := [one for one in found if one not in left_out and one not in COLUMNS]:
        raise bad_columns(name, f"a column is called «{unknown[0]}», which says nothing here", hint)
    columns = tuple("" if one in left_out else one for one in found)
    kept = [one for one in columns if one]
    if len(kept) != len(set(kept)):
        raise bad_columns(name, "two columns have one name")
    if not set(kept) & set(POINTS_AT_SOMEBODY):
        raise bad_columns(name, f"one of {', '.join(POINTS_AT_SOMEBODY)} is needed")
    return columns


def bad_columns(name: str, why: str, hint: str = "") -> Invalid:
    """Return the refusal of a file by its columns."""
    do = f"Name them among: {', '.join(COLUMNS)}; leave others out with --ignore."
    return bad_file(name, f"its columns are not those of a file of queries: {why}", f"{do} {hint}".rstrip())


def bad_file(name: str, why: str, do: str) -> Invalid:
    """Return the refusal of a whole file."""
    return Invalid(f"The file {name} cannot be searched with.", field="batch", why=f"The file {name}: {why}.", do=do)


def changed(name: str) -> Conflict:
    """Return what is wrong with a file that is not the one it was."""
    return Conflict(
        f"The file {name} changed while it was read.",
        why="Its bytes at the end are not those of the beginning, so rows of two files were searched as one's.",
        do="Leave the file as it is during a search; move the begun result away and search again.",
    )


def _query(given: Mapping[str, str]) -> JsonObject:
    names = _several(given.get("name", ""))
    if family := given.get("family_name"):
        # The comma says which part is the family's (I3).
        names.append(", ".join(part for part in (family, given.get("given_names")) if part))
    elif only := given.get("given_names"):
        names.append(only)
    query: JsonObject = {"names": [*names], "identifiers": [*_several(given.get("identifier", ""))]}
    return query | {field: given.get(field, "") for field in ("birth_date", "country", "sex")}


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(SEPARATOR) if part.strip()]
