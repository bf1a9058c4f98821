"""The closed lists of the system, read from the data files that travel with the program.

The files are ours, so a fault in one is a fault of the installation: Misconfigured, with file and line. What one list names
in another must stand there; the node does not start with a role that may do an unknown verb.

Source: docs/rules/handling.md H1.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TypeVar, cast

from entente.bodies.model import Measure, Role
from entente.formats.marked_yaml import MarkedDocument, read_marked
from entente.handling.model import (
    CodeEntry,
    CodeLists,
    DisclosureAct,
    HandlingCode,
    KindFamily,
    Permission,
    RecordKind,
    Urgency,
)
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Invalid, Misconfigured

FILE_BYTES_MAX = 512 * 1024
"""Four times our longest list."""

T = TypeVar("T")


@functools.cache
def load_code_lists() -> CodeLists:
    """Read every list once; raise Misconfigured with file and line when one does not hold together."""
    return read_code_lists({name: (files("entente.data") / name).read_bytes() for name in LIST_FILES})


LIST_FILES = (
    "purposes.yaml",
    "crime_areas.yaml",
    "record_kinds.yaml",
    "handling_codes.yaml",
    "confidentiality.yaml",
    "subject_statuses.yaml",
    "marks.yaml",
    "measures.yaml",
    "roles.yaml",
    "reasons.yaml",
    "countries.yaml",
)


def read_code_lists(contents: Mapping[str, bytes]) -> CodeLists:
    """Make the lists from the files' bytes; raise Misconfigured with file and line."""
    read = {name: _ListFile.read(name, contents[name]) for name in LIST_FILES}
    marks = read["marks.yaml"].table("entries", _code_entry)
    levels = tuple(read["confidentiality.yaml"].table("entries", _code_entry))
    bases = read["measures.yaml"].table("legal_bases", _code_entry)
    verbs = read["roles.yaml"].table("verbs", _code_entry)
    statuses = read["subject_statuses.yaml"]
    reasons = read["reasons.yaml"]
    countries = _Countries.of(read["countries.yaml"])
    return CodeLists(
        purposes=read["purposes.yaml"].table("entries", _code_entry),
        crime_areas=read["crime_areas.yaml"].table("entries", _code_entry),
        record_kinds=read["record_kinds.yaml"].table("entries", _record_kind),
        handling_codes=read["handling_codes.yaml"].table("entries", _handling_code),
        confidentiality_levels=levels,
        subject_statuses=statuses.table("entries", _code_entry),
        tightening_statuses=frozenset(
            code
            for code, tightens in statuses.table("entries", lambda entry: entry.flag("tightens")).items()
            if tightens
        ),
        marks=marks,
        measures=read["measures.yaml"].table("entries", lambda entry: _measure(entry, frozenset(bases))),
        roles=read["roles.yaml"].table(
            "entries",
            lambda entry: _role(entry, verbs=frozenset(verbs), levels=frozenset(levels), marks=frozenset(marks)),
        ),
        verbs=frozenset(verbs),
        suspension_reasons=reasons.table("suspension_reasons", _code_entry),
        refusal_reasons=reasons.table("refusal_reasons", _code_entry),
        hit_outcomes=reasons.table("hit_outcomes", _code_entry),
        erasure_reasons=reasons.table("erasure_reasons", _code_entry),
        correction_reasons=reasons.table("correction_reasons", _code_entry),
        extension_reasons=reasons.table("extension_reasons", _code_entry),
        urgencies=reasons.table("urgencies", _urgency),
        countries=countries.names,
        countries_alpha3=countries.alpha3,
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of a list, with its place in its file."""

    file: _ListFile
    path: str
    fields: JsonObject

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(name, "it should be text")
        return value

    def whole(self, name: str) -> int:
        value = self.fields.get(name)
        if type(value) is not int or value < 1:
            raise self.wrong(name, "it should be a whole number from 1")
        return value

    def flag(self, name: str) -> bool:
        value = self.fields.get(name)
        if type(value) is not bool:
            raise self.wrong(name, "it should be true or false")
        return value

    def texts(self, name: str) -> frozenset[str]:
        value = self.fields.get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(name, "it should be a list of words")
        return frozenset(cast("list[str]", value))

    def texts_of(self, name: str, known: frozenset[str]) -> frozenset[str]:
        found = self.texts(name)
        if unknown := sorted(found - known):
            raise self.wrong(name, f"«{unknown[0]}» stands in no list")
        return found

    def text_of(self, name: str, known: frozenset[str]) -> str:
        found = self.text(name)
        if found not in known:
            raise self.wrong(name, f"«{found}» stands in no list")
        return found

    def wrong(self, name: str, why: str) -> Misconfigured:
        return self.file.wrong(f"{self.path}.{name}", why)


@dataclass(frozen=True, slots=True)
class _ListFile:
    """One data file, as read."""

    name: str
    document: MarkedDocument

    @classmethod
    def read(cls, name: str, data: bytes) -> _ListFile:
        try:
            # The answer «no» of the handling codes is text and stands in quotes there.
            return cls(name, read_marked(data, name, bytes_max=FILE_BYTES_MAX))
        except Invalid as error:
            raise Misconfigured(
                f"The list {name} cannot be read.", why=f"{error.what} {error.why}", do=_REMEDY
            ) from error

    def entries(self, section: str) -> list[_Entry]:
        found = self.document.value.get(section)
        if not isinstance(found, list) or not found:
            raise self.wrong(f"{self.name}.{section}", "it should be a list with at least one entry")
        return [self._entry(f"{self.name}.{section}[{place}]", item) for place, item in enumerate(found)]

    def table(self, section: str, make: Callable[[_Entry], T]) -> Mapping[str, T]:
        """Return code → what `make` makes of the entry, in the order of the file."""
        found: dict[str, T] = {}
        for entry in self.entries(section):
            code = entry.text("code")
            if code in found:
                raise entry.wrong("code", f"«{code}» stands twice")
            found[code] = make(entry)
        return found

    def _entry(self, path: str, item: Json) -> _Entry:
        if not isinstance(item, dict):
            raise self.wrong(path, "an entry has fields")
        return _Entry(self, path, item)

    def wrong(self, path: str, why: str) -> Misconfigured:
        line = self.document.line_of(path)
        return Misconfigured(
            f"The list {self.name} does not hold together at line {line} ({path}).", why=f"{why}.", do=_REMEDY
        )


_REMEDY = "Install the program again; if you changed the list yourself, mend the line it names."


def _code_entry(entry: _Entry) -> CodeEntry:
    return CodeEntry(entry.text("code"), entry.text("label"), entry.text("meaning"), entry.text("source"))


def _record_kind(entry: _Entry) -> RecordKind:
    return RecordKind(
        code=entry.text("code"),
        label=entry.text("label"),
        family=KindFamily(entry.text_of("family", frozenset(KindFamily))),
        is_data_set=entry.flag("data_set"),
        schemata=entry.texts("schemata"),
        never=entry.texts("never") if "never" in entry.fields else frozenset(),
    )


def _handling_code(entry: _Entry) -> HandlingCode:
    permissions = entry.fields.get("permissions")
    if not isinstance(permissions, dict) or set(permissions) != set(DisclosureAct):
        raise entry.wrong("permissions", "it should have one answer for each act of the ladder")
    answers = _Entry(entry.file, f"{entry.path}.permissions", permissions)
    return HandlingCode(
        code=entry.text("code"),
        scheme=entry.text("scheme"),
        label=entry.text("label"),
        permissions={act: Permission(answers.text_of(act.value, frozenset(Permission))) for act in DisclosureAct},
    )


def _measure(entry: _Entry, bases: frozenset[str]) -> Measure:
    return Measure(entry.text("code"), entry.text("label"), entry.texts_of("legal_bases", bases))


def _role(entry: _Entry, *, verbs: frozenset[str], levels: frozenset[str], marks: frozenset[str]) -> Role:
    return Role(
        code=entry.text("code"),
        label=entry.text("label"),
        verbs=entry.texts_of("verbs", verbs),
        acts_up_to=entry.text_of("acts_up_to", frozenset(DisclosureAct)),
        confidentiality=entry.text_of("confidentiality", levels),
        marks=entry.texts_of("marks", marks),
    )


def _urgency(entry: _Entry) -> Urgency:
    return Urgency(entry.text("code"), entry.text("label"), entry.whole("hours"))


@dataclass(frozen=True, slots=True)
class _Countries:
    """Names by alpha-2, and alpha-2 by alpha-3; former states and user-assigned codes included."""

    names: Mapping[str, str]
    alpha3: Mapping[str, str]

    @classmethod
    def of(cls, file: _ListFile) -> _Countries:
        listed: dict[str, str] = {}
        alpha3: dict[str, str] = {}
        for row in (*file.entries("entries"), *file.entries("in_use"), *file.entries("former")):
            code, long_code = row.text("code"), row.text("alpha3")
            if code in listed or long_code in alpha3:
                raise row.wrong("code", f"«{code}» or «{long_code}» stands twice")
            listed[code], alpha3[long_code] = row.text("name"), code
        assigned = file.document.value.get("user_assigned")
        if not isinstance(assigned, list):
            raise file.wrong(f"{file.name}.user_assigned", "it should be a list of codes")
        invented = {str(code): f"{code} (user-assigned)" for code in assigned}
        return cls({**invented, **listed}, alpha3)
