"""What the documents name exists, and what exists is named: made pages are current, files, functions, tests and links are there.

Iterates over the code and the pages, so that a new route, code, statement kind or rule is under test on the day it comes.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from unittest.mock import Mock

import pytest

from entente.api.components import components
from entente.api.health import health_routes
from entente.api.meters import metrics_routes
from entente.api.openapi import document
from entente.api.operator import operator_route
from entente.formats.codelists import load_code_lists
from entente.formats.schemata import load_schemata
from entente.statement_table import NOT_TAKEN_BACK, take_back_table
from entente.transport.server import exchange_route
from entente.web.api_page import api_page_route
from entente.web.home import home_routes
from tests.docs.generate_reference import PAGES, REFERENCE
from tests.docs.source import PACKAGE, ROOT
from tests.docs.statement_kinds import KINDS, kinds_taken_in

DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "changes").glob("*.md"),
        *(ROOT / "demo/data").glob("*.md"),
    ]
)
TREE = sorted(path for top in ("src", "tests", "demo", "benchmarks", "examples") for path in (ROOT / top).rglob("*.py"))
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)")
TEST_NAME = re.compile(r"(?<![\w-])((?:[a-z0-9_]+/)*test_[a-z0-9_]+)(?:\.py)?(?![\w-]|::)")
TEST_FOLDER = re.compile(r"\b(tests/[a-z0-9_/]+/)(?![\w*])")
FUNCTION = re.compile(r"`((?:[a-z_]+/)*[a-z_]+)\.py::(\w+)(?:\.(\w+))?`")
NAME = re.compile(r"`((?:[A-Za-z_]+\.)*[A-Za-z_]*_[a-z_]+)`")
PATH = re.compile(r"`((?:src|docs|tests|demo|benchmarks|changes|requirements)/[\w./-]+)`")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def broken_links(page: Path, text: str) -> list[str]:
    return [target for target in LINK.findall(text) if not (page.parent / target).exists()]


def missing_tests(text: str) -> list[str]:
    """Return the test files and folders a page names that are not in the tree; a name may leave out its folders."""
    known = {path.relative_to(ROOT).with_suffix("").as_posix() for path in TREE}
    files = [name for name in TEST_NAME.findall(text) if not any(f"/{one}".endswith(f"/{name}") for one in known)]
    return files + [folder for folder in TEST_FOLDER.findall(text) if not (ROOT / folder).is_dir()]


def missing_functions(text: str) -> list[str]:
    """Return `file.py::name` for which no file of the tree, ending so, defines the name (and the method)."""
    return [
        f"{file}.py::{name}{'.' * bool(method)}{method}"
        for file, name, method in FUNCTION.findall(text)
        if not any(is_defined(path, name, method) for path in TREE if path.as_posix().endswith(f"/{file}.py"))
    ]


@cache
def defined_in(path: Path) -> frozenset[str]:
    """Return what a file defines."""
    defined = set(
        re.findall(r"^\s*(?:(?:async )?def|class) (\w+)|^(\w+)(?:: [^=\n]+)? = ", text_of(path), re.MULTILINE)
    )
    return frozenset(one for pair in defined for one in pair)


def is_defined(path: Path, name: str, method: str) -> bool:
    return {name, *([method] if method else [])} <= defined_in(path)


def unknown_names(page: str) -> list[str]:
    """Return the names in backticks in a rules page's table that nothing in the package or the tests is called by."""
    named = {one.rsplit(".", 1)[-1] for row in re.findall(r"^\|.*", page, re.MULTILINE) for one in NAME.findall(row)}
    return sorted(name for name in named if not any(is_defined(path, name, "") or path.stem == name for path in TREE))


def routes() -> Iterator[str]:
    """Yield method and path of each route that `run.run_node` mounts."""
    for route in (
        exchange_route(bytes),
        operator_route(Mock(settings=Mock(search_workers=1)), ""),
        *health_routes(Mock()),
        *metrics_routes(Mock(), Mock()),
        *home_routes(Mock()),
        api_page_route(document(components(load_code_lists()), load_code_lists().roles)),
    ):
        yield from (f"{method} {route.path}" for method in sorted(route.methods or ()) if method != "HEAD")


def not_in(page: str, codes: set[str]) -> set[str]:
    return {code for code in codes if f"`{code}`" not in page}


@pytest.mark.parametrize(("name", "page"), PAGES.items(), ids=list(PAGES))
def test_made_page_is_current(name: str, page: Callable[[], str]) -> None:
    assert text_of(REFERENCE / name) == page(), "run: make reference"


def test_every_route_is_documented_and_no_other() -> None:
    headings = re.findall(r"^## (.+)$", text_of(REFERENCE / "routes.md"), re.MULTILINE)
    assert sorted(headings) == sorted(routes())


def test_every_code_is_on_the_page() -> None:
    lists, page = load_code_lists(), text_of(REFERENCE / "code_lists.md")
    tables = (
        lists.purposes, lists.crime_areas, lists.record_kinds, lists.handling_codes, lists.subject_statuses, lists.marks,
        lists.measures, lists.roles, lists.suspension_reasons, lists.refusal_reasons, lists.hit_outcomes, lists.urgencies,
        lists.correction_reasons, lists.extension_reasons,
    )  # fmt: skip
    codes = {code for table in tables for code in table} | lists.verbs | {*lists.confidentiality_levels}
    assert not_in(page, codes) == set()
    assert not_in(page, {"political_dissent"}) == {"political_dissent"}


def test_every_schema_and_property_is_on_the_page() -> None:
    page = text_of(REFERENCE / "schemata.md")
    schemata = load_schemata()
    assert [name for name in schemata if f"\n## {name}\n" not in page] == []
    assert not_in(page, {one for schema in schemata.values() for one in schema.properties}) == set()


def test_every_statement_kind_is_described() -> None:
    assert set(KINDS) == kinds_taken_in()


def test_every_statement_kind_that_a_stream_carries_is_taken_back_or_says_why_not() -> None:
    """X34: a restored node has forgotten its own words of every kind; each has one decision, and none is forgotten here."""
    taken, left = set(take_back_table(Mock(), Mock(), Mock())), set(NOT_TAKEN_BACK)
    carried = {name for name, kind in KINDS.items() if kind.lane in {"control", "data"}}
    assert taken | left == carried
    assert not taken & left
    assert all(NOT_TAKEN_BACK.values())


def test_every_decision_and_rules_page_is_listed() -> None:
    for folder, pattern in (("decisions", "0*.md"), ("rules", "*.md"), ("reference", "*.md"), ("guides", "*.md")):
        index = text_of(ROOT / "docs" / folder / "README.md")
        pages = {path.name for path in (ROOT / "docs" / folder).glob(pattern)} - {"README.md"}
        assert {page for page in pages if f"]({page})" not in index} == set()


def test_every_change_note_stands_in_the_changelog() -> None:
    log = text_of(ROOT / "CHANGELOG.md")
    notes = {path.name for path in (ROOT / "changes").glob("0*.md")}
    assert {note for note in notes if f"](changes/{note})" not in log} == set()


def test_tests_that_rules_pages_name_exist() -> None:
    pages = sorted((ROOT / "docs" / "rules").glob("*.md"))
    assert {page.name: missing for page in pages if (missing := missing_tests(text_of(page)))} == {}


def test_functions_that_documents_name_exist() -> None:
    assert {page.name: missing for page in DOCUMENTS if (missing := missing_functions(text_of(page)))} == {}
    rules = sorted((ROOT / "docs" / "rules").glob("*.md"))
    assert {page.name: missing for page in rules if (missing := unknown_names(text_of(page)))} == {}


def test_files_that_documents_name_exist() -> None:
    missing = {
        page.name: [name for name in PATH.findall(text_of(page)) if not (ROOT / name).exists()] for page in DOCUMENTS
    }
    # What make demo and make bench write.
    made = {"demo/story.html", "demo/run", "benchmarks/RESULTS.md"}
    assert {page: left for page, names in missing.items() if (left := set(names) - made)} == {}


def test_links_of_documents_lead_somewhere() -> None:
    assert {page.name: left for page in DOCUMENTS if (left := broken_links(page, text_of(page)))} == {}


def test_a_document_that_names_what_is_not_there_is_caught() -> None:
    assert missing_tests("test_gone.py, test_reference, tests/unit/gone/, tests/docs/") == [
        "test_gone",
        "tests/unit/gone/",
    ]
    named = "`disclosure/rules.py::decide`, `rules.py::gone`, `trail/service.py::Trail.verify`"
    assert missing_functions(named) == ["rules.py::gone"]
    assert unknown_names("| D1 | `rules.decide_all`, `may_act` |\n`gone_too`") == ["decide_all"]
    assert broken_links(ROOT / "README.md", "[a](docs/gone.md) [b](LICENSE) [c](https://example.org)") == [
        "docs/gone.md"
    ]
    assert (PACKAGE / "disclosure" / "rules.py").exists()
