"""Writes the pages of docs/reference that are made from data files and code, so that they cannot say something else.

    python -m tests.docs.generate_reference        (or: make reference)

`schemata.md` and `code_lists.md` come from src/entente/data, `statements.md` from the content dataclasses
(tests.docs.statement_kinds), `api.md` and `client.md` from the table of routes (tests.docs.api_reference, client_reference).
`cli.md` and `settings.md` have their own writer, entente.cli.reference, which is asked too; so has what the client has for each
route (tests.docs.client_routes). tests/docs/test_reference.py and test_client_made.py compare the files with what this gives.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

import yaml

from entente.cli.reference import cli_page, settings_page
from tests.docs.api_reference import api_page
from tests.docs.client_reference import client_page
from tests.docs.client_routes import main as write_client
from tests.docs.desk_reference import desk_page
from tests.docs.source import ROOT
from tests.docs.statement_kinds import statements_page

REFERENCE = ROOT / "docs" / "reference"
MADE = "<!-- Written by make reference; change the data or the code, not this file. -->"

LISTS_SAY = """\
Closed lists: a code that does not stand here is refused. The files in `src/entente/data` are what a node reads; the rules
that use them stand in [rules/handling.md](../rules/handling.md). Countries are in `countries.yaml` there (ISO 3166)."""
CODES_SAY = """\
The code's own word on each act; the ladder comes on top (ground D6 of [rules/disclosure.md](../rules/disclosure.md)): an act
needs every act below it, so that under H2 a reader sees, and neither forwards, nor uses as evidence, nor acts without leave."""
SCHEMATA_SAY = """\
What a record can be about, and which properties it has. Names are FollowTheMoney's where it has them; «ours» marks what it
lacks. A schema has the properties of what it extends. An abstract one has no records of its own. Properties an import brings
beyond these are kept, shown and never matched; those of [code_lists.md](code_lists.md#properties-never-carried) are dropped."""

Entry = Mapping[str, Any]
Column = tuple[str, Callable[[Entry], str]]


def data_file(name: str) -> Any:  # noqa: ANN401 - a data file is read as it stands
    return yaml.safe_load((files("entente.data") / name).read_bytes())


def cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


def codes(values: Iterable[object]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def table(columns: Iterable[Column], entries: Iterable[Entry]) -> Iterator[str]:
    heads = [head for head, _ in columns]
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for entry in entries:
        yield "| " + " | ".join(cell(give(entry)) for _, give in columns) + " |"


def field(name: str) -> Callable[[Entry], str]:
    return lambda entry: entry[name]


CODE: Column = ("code", lambda entry: f"`{entry['code']}`")
LABEL: Column = ("label", field("label"))
MEANING: Column = ("means", field("meaning"))
SOURCE: Column = ("source", field("source"))
BASIC = (CODE, LABEL, MEANING, SOURCE)

LISTS: tuple[tuple[str, str, str, tuple[Column, ...]], ...] = (
    ("Purposes", "purposes.yaml", "entries", BASIC),
    ("Crime areas", "crime_areas.yaml", "entries", BASIC),
    (
        "Kinds of record",
        "record_kinds.yaml",
        "entries",
        (
            CODE,
            MEANING,
            ("family", field("family")),
            ("stored", lambda entry: "yes" if entry["data_set"] else "no"),
            ("schemata", lambda entry: ", ".join(entry.get("schemata", []))),
            ("never says", lambda entry: ", ".join(entry.get("never", []))),
            SOURCE,
        ),
    ),
    ("Families of kinds", "record_kinds.yaml", "families", BASIC),
    ("Acts, from the lowest to the highest", "handling_codes.yaml", "acts", BASIC),
    ("Permissions", "handling_codes.yaml", "permissions", BASIC),
    ("Levels of confidentiality, from the lowest to the highest", "confidentiality.yaml", "entries", BASIC),
    ("Evaluation of the source", "evaluation.yaml", "source_evaluations", BASIC),
    ("Evaluation of the information", "evaluation.yaml", "information_evaluations", BASIC),
    (
        "Status of the subject",
        "subject_statuses.yaml",
        "entries",
        (*BASIC[:3], ("tightens the gate", lambda entry: "yes" if entry["tightens"] else "no"), SOURCE),
    ),
    ("Marks", "marks.yaml", "entries", BASIC),
    ("Properties never carried", "neutrality.yaml", "entries", BASIC),
    (
        "Operational measures",
        "measures.yaml",
        "entries",
        (CODE, MEANING, ("can rest on", lambda entry: codes(entry["legal_bases"])), SOURCE),
    ),
    ("Legal bases", "measures.yaml", "legal_bases", BASIC),
    ("Reasons for a suspension", "reasons.yaml", "suspension_reasons", BASIC),
    ("Reasons for a refusal", "reasons.yaml", "refusal_reasons", BASIC),
    ("Outcomes of a hit", "reasons.yaml", "hit_outcomes", BASIC),
    ("Reasons to correct a record", "reasons.yaml", "correction_reasons", BASIC),
    ("Reasons to keep a record longer", "reasons.yaml", "extension_reasons", BASIC),
    (
        "Urgencies",
        "reasons.yaml",
        "urgencies",
        (CODE, ("hours", field("hours")), ("condition", field("condition")), SOURCE),
    ),
)


def code_lists_page() -> str:
    """Return the page of the closed lists."""
    return "\n".join(_code_list_lines()) + "\n"


def _code_list_lines() -> Iterator[str]:
    yield from ("# Code lists", "", MADE, "")
    yield LISTS_SAY
    for title, name, part, columns in LISTS:
        yield from ("", f"## {title}", "")
        yield from table(columns, data_file(name)[part])
        if title == "Acts, from the lowest to the highest":
            yield from _handling_lines()
    yield from _role_lines()


def _handling_lines() -> Iterator[str]:
    handling = data_file("handling_codes.yaml")
    acts = [act["code"] for act in handling["acts"]]

    def permits(act: str) -> Callable[[Entry], str]:
        return lambda entry: entry["permissions"].get(act, "no")

    yield from ("", "## Handling codes, with what each permits", "")
    yield CODES_SAY
    yield ""
    yield from table(
        (CODE, *((act, permits(act)) for act in acts), ("means", field("meaning")), SOURCE), handling["entries"]
    )


def _role_lines() -> Iterator[str]:
    roles = data_file("roles.yaml")

    def may(role: Entry) -> Callable[[Entry], str]:
        return lambda verb: "yes" if verb["code"] in role["verbs"] else ""

    yield from ("", "## Roles", "")
    yield from table(
        (
            CODE,
            MEANING,
            ("acts up to", lambda entry: f"`{entry['acts_up_to']}`"),
            ("reads up to", lambda entry: f"`{entry['confidentiality']}`"),
            ("cleared for", lambda entry: codes(entry["marks"])),
        ),
        roles["entries"],
    )
    yield from ("", "## What each role may do", "")
    yield from table(
        (("verb", CODE[1]), MEANING, *((role["code"].replace("_", " "), may(role)) for role in roles["entries"])),
        roles["verbs"],
    )


def schemata_page() -> str:
    """Return the page of the schemata."""
    return "\n".join(_schemata_lines()) + "\n"


def schemata() -> list[Entry]:
    folder = files("entente.data") / "schemata"
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".yaml"))
    return [data_file(f"schemata/{name}") for name in names]


def _schemata_lines() -> Iterator[str]:
    every = schemata()
    yield from ("# Schemata", "", MADE, "")
    yield SCHEMATA_SAY
    yield from ("", "| schema | extends | origin | own properties |", "|---|---|---|---|")
    for one in every:
        extends = ", ".join(f"[{parent}](#{parent.lower()})" for parent in one["extends"])
        name = f"[{one['name']}](#{one['name'].lower()})" + (" (abstract)" if one["abstract"] else "")
        yield f"| {name} | {extends} | {_origin(one)} | {len(one.get('properties') or {})} |"
    for one in every:
        yield from _schema_lines(one)


def _schema_lines(schema: Entry) -> Iterator[str]:
    yield from ("", f"## {schema['name']}", "")
    if schema["extends"]:
        yield f"Extends {', '.join(schema['extends'])}. " + _shown(schema)
    else:
        yield _shown(schema)
    properties = schema.get("properties") or {}
    if not properties:
        return
    yield ""
    yield from table(
        (
            ("property", lambda entry: f"`{entry['name']}`"),
            ("type", lambda entry: f"{entry['type']} ({entry['range']})" if "range" in entry else entry["type"]),
            ("origin", _origin),
            MEANING,
        ),
        [{"origin": schema["origin"], **one, "name": name} for name, one in properties.items()],
    )


def _shown(schema: Entry) -> str:
    caption = ", ".join(schema.get("caption") or []) or "as in what it extends"
    return f"Called by the first of: {caption}."


def _origin(entry: Entry) -> str:
    return {"followthemoney": "FollowTheMoney", "entente": "ours"}[entry["origin"]]


PAGES: Mapping[str, Callable[[], str]] = {
    "api.md": lambda: api_page(MADE),
    "cli.md": cli_page,
    "client.md": lambda: client_page(MADE),
    "code_lists.md": code_lists_page,
    "desk.md": desk_page,
    "schemata.md": schemata_page,
    "settings.md": settings_page,
    "statements.md": statements_page,
}


def main() -> None:
    """Write the pages."""
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
    write_client()


if __name__ == "__main__":
    main()
