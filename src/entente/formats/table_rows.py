"""The rows of a table become drafts under a mapping; a row is kept whole, or rejected with its number and the reason.

Source: docs/rules/records.md R44 and R45; decision 0063.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from entente.formats.codelists import load_code_lists
from entente.formats.list_drafts import RAW_CHARACTERS_MAX, Drafting, Facts, UnfitError, clean
from entente.formats.never_carried import dropped_column
from entente.formats.seen_keys import SeenKeys
from entente.formats.table_bounds import COLUMNS_MAX
from entente.formats.table_mapping import EntityMapping, TableMapping, folded, wrong_mapping
from entente.formats.table_values import Cell, Countries, fact_of, local_id, several, tidied, values_of
from entente.kernel.errors import Invalid
from entente.records.model import PROPERTY_NAME_CHARACTERS_MAX, Fact, PropertyType, RecordDraft, Rejected

COLUMNS_SHOWN_MAX = 40
"""Names of columns in a refusal."""
_DO = (
    "Map each column, or name it under «ignore» or «keep»; the desk and `import --suggest` propose a mapping. "
    "Nothing was imported."
)


@dataclass(frozen=True, slots=True)
class Heading:
    """The columns of a table, and what becomes of each."""

    names: tuple[str, ...]
    """As the table writes them."""
    columns: tuple[str, ...]
    """As they are compared, in the same order."""
    never_carried: Mapping[str, str]
    """By column: the code under which its values are dropped and counted."""
    in_fragment: tuple[tuple[int, str], ...]
    """Place and name of those that are kept in the original of a record."""
    name_of: Mapping[str, str]
    """The name as the table writes it, by the one that is compared."""


def heading_of(file: str, names: Sequence[str], mapping: TableMapping, hint: str = "") -> Heading:
    """Hold the columns of a table against a mapping; raise Invalid for one that only one of both knows.

    `hint` is what the reader of the table may have overlooked.
    """
    if len(names) > COLUMNS_MAX:
        raise _bad_table(file, f"it has more than {COLUMNS_MAX} columns", "Write those alone that are imported.")
    cleaned = tuple(clean(name) or f"column {place}" for place, name in enumerate(names, start=1))
    columns = tuple(map(folded, cleaned))
    if twice := [name for name, count in Counter(columns).items() if count > 1]:
        raise _bad_table(file, f"two of its columns are called «{twice[0][:60]}»", "Give each a name of its own.")
    for column, line in mapping.uses:
        if column not in columns:
            shown = ", ".join(cleaned[:COLUMNS_SHOWN_MAX])
            why = f"the table has no column «{column[:60]}»; it has {shown}"
            if hint:
                why = f"the table has no column «{column[:60]}»; it has {shown}; {hint}"
            raise wrong_mapping(line, f"column {column[:60]}", why)
    never = {column: code for column in columns if (code := dropped_column(column))}
    used = {column for column, _ in mapping.uses}
    if unknown := [name for name, column in zip(cleaned, columns, strict=True) if column not in used | never.keys()]:
        raise _bad_table(file, f"the mapping says nothing of its columns {', '.join(unknown[:COLUMNS_SHOWN_MAX])}", _DO)
    left_out = {*mapping.ignored, *never}
    kept = tuple((place, name) for place, name in enumerate(cleaned) if columns[place] not in left_out)
    return Heading(cleaned, columns, never, kept, dict(zip(columns, cleaned, strict=True)))


@dataclass(slots=True)
class TableReader:
    """A table that is being read, and what is known of it so far."""

    mapping: TableMapping
    heading: Heading
    drafting: Drafting
    dropped: Counter[str]
    """By code, the values that are never carried."""
    apart: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By entity: the columns that the original of its record holds, where it may not hold the whole row (R66)."""
    skipped: int = 0
    """Rows passed over, as the mapping says."""
    countries: Countries = field(default_factory=lambda: Countries.of(load_code_lists()))
    seen: SeenKeys = field(default_factory=SeenKeys)
    shared: dict[str, int] = field(default_factory=dict)
    """Of the records that several rows may name: what they say, by local id, as a hash."""

    def rows(self, place: str, cells: Sequence[Cell]) -> list[RecordDraft | Rejected]:
        """Return the drafts of one row, why there are none, or nothing for a row that is passed over."""
        count = len(self.heading.columns)
        if len(cells) < count or any(cells[count:]):
            why = f"cells: {len(cells)}, and columns of the table: {count}"
            return [self.faulty(place, why, self._raw(cells))]
        nothing = self.mapping.nothing
        said: dict[str, Cell] = {
            column: tidied(cell, nothing) if isinstance(cell, str) else [tidied(one, nothing) for one in cell]
            for column, cell in zip(self.heading.columns, cells[:count], strict=True)
        }
        if any(
            folded(value) in words
            for column, words in self.mapping.skipped.items()
            for value in several(said[column], "")
        ):
            self.skipped += 1
            return []
        for column, code in self.heading.never_carried.items():
            self.dropped[code] += sum(1 for _ in several(said[column], ""))
        try:
            return list(self._drafts(said, cells))
        except UnfitError as error:
            raw = self._raw(cells)[:RAW_CHARACTERS_MAX]
            entry, *others = self._entries_of(said) or ("",)
            return [Rejected(place, error.field, error.why, raw, entry, entries_too=tuple(others))]

    def faulty(self, place: str, why: str, raw: str) -> Rejected:
        """Return a row whose cells cannot be told apart; what is never carried might stand anywhere in it, and is not shown."""
        return Rejected(place, "row", why, "" if self.heading.never_carried else raw[:RAW_CHARACTERS_MAX])

    def _raw(self, cells: Sequence[Cell], columns: frozenset[str] | None = None) -> str:
        """Return a row, or some columns of it, as it came, by their names, without what is ignored or never carried."""
        kept = {
            name: cells[place]
            for place, name in self.heading.in_fragment
            if place < len(cells) and (columns is None or self.heading.columns[place] in columns)
        }
        return json.dumps(kept, ensure_ascii=False)

    def _drafts(self, said: Mapping[str, Cell], cells: Sequence[Cell]) -> list[RecordDraft]:
        made = self._made_of(said)
        if not made:
            raise UnfitError("row", "no record is made of it: every column named under «made_with» is empty")
        drafts, whole = [], self._raw(cells).encode()
        for place, entity in enumerate(self.mapping.entities):
            if entity.name not in made:
                continue
            kept = self.mapping.kept if place == 0 else ()
            own = self.apart.get(entity.name)
            raw = whole if own is None else self._raw(cells, own).encode()
            draft = self._draft(entity, made, said, kept, raw)
            if not entity.is_shared or self._is_first(draft):
                drafts.append(draft)
        ids = [made[entity.name] for entity in self.mapping.entities if entity.name in made and not entity.is_shared]
        is_taken = any(one in self.seen for one in made.values()) or any(one in self.shared for one in ids)
        if is_taken or len(set(made.values())) < len(made):
            raise UnfitError("keys", "a row before it, or another record of it, has the same key")
        for one in ids:
            self.seen.add(one)
        for draft in drafts:
            if draft.local_id not in ids:
                self.shared[draft.local_id] = hash((draft.facts, draft.links))
        return drafts

    def _made_of(self, said: Mapping[str, Cell]) -> dict[str, str]:
        """Return the local ids of the records that a row makes, by the name of their entity; raise UnfitError without a key."""
        return {
            entity.name: self._id_of(entity, said)
            for entity in self.mapping.entities
            if not entity.made_with or any(_any(said[column]) for column in entity.made_with)
        }

    def _id_of(self, entity: EntityMapping, said: Mapping[str, Cell]) -> str:
        keys = []
        for column in entity.keys:
            values = list(several(said[column], ""))
            if len(values) != 1:
                why = "it is empty" if not values else "it holds several values"
                raise UnfitError(self._name_of(column), f"{why}, and tells one {entity.name} from another")
            keys.append(values[0])
        return local_id(entity.prefix, keys)

    def _entries_of(self, said: Mapping[str, Cell]) -> tuple[str, ...]:
        """Return the local ids of a row's records; nothing where not every one of them has its key."""
        try:
            return tuple(self._made_of(said).values())
        except UnfitError:
            return ()

    def _draft(
        self, entity: EntityMapping, made: Mapping[str, str], said: Mapping[str, Cell], kept: Sequence[str], raw: bytes
    ) -> RecordDraft:
        facts: Facts = {}
        links: dict[tuple[str, str], None] = {}
        for one in entity.values:
            if one.entity:
                if one.entity in made:
                    links[one.property.name, made[one.entity]] = None
                continue
            for column, value in values_of(one, said):
                if one.property.type is PropertyType.ENTITY:
                    links[one.property.name, local_id(one.prefix, [value])] = None
                else:
                    fact = fact_of(one, value, self._name_of(column), self.countries)
                    facts[fact.property, fact.value] = fact
        for column in kept:
            name = self._name_of(column)[:PROPERTY_NAME_CHARACTERS_MAX]
            for value in several(said[column], ""):
                facts[name, value] = Fact(name, value, is_unknown_property=True)
        if not facts:
            raise UnfitError("row", f"it says nothing of the {entity.name}: every column of it is empty")
        return self.drafting.draft(made[entity.name], entity.schema, facts, tuple(links), raw)

    def _is_first(self, draft: RecordDraft) -> bool:
        """Say whether a shared record comes for the first time; raise UnfitError where it says other than before."""
        before = self.shared.get(draft.local_id)
        if before is not None and before != hash((draft.facts, draft.links)):
            raise UnfitError("row", f"it says other of {draft.local_id} than a row before it")
        return before is None

    def _name_of(self, column: str) -> str:
        """Return the name of a column as the table writes it."""
        return self.heading.name_of.get(column, column)


def _any(cell: Cell) -> bool:
    return any(True for _ in several(cell, ""))


def _bad_table(file: str, why: str, do: str) -> Invalid:
    return Invalid(f"The file {file} cannot be imported.", field="file", why=f"The file {file}: {why}.", do=do)
