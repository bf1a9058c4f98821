"""The documents say what the code does: rules pages, rule numbers, errors, README commands, change notes.

Iterates over what exists, so that a new room, error or note is under test on the day it comes.
"""

import importlib
import re
import tokenize
from collections.abc import Iterable
from pathlib import Path

import pytest

from entente.kernel.errors import EntenteError
from tests.docs.source import PACKAGE, ROOT, modules
from tests.docs.test_import_order import ROOMS

RULES = ROOT / "docs" / "rules"
ERRORS_REFERENCE = ROOT / "docs" / "reference" / "errors.md"
CHANGES = ROOT / "changes"
COMMANDS = frozenset({"make", "entente", "git", "apt", "sudo", "cd", "export", "kill", "cat", "ls", "#"})
NOTE_NAME = re.compile(r"\d{4}-[a-z0-9-]+\.md")
RULE_NUMBER = re.compile(r"\b[A-Z]{1,2}\d{1,3}\b")
# Europol's codes look like rule numbers of the handling page; they are never cited as rules.
HANDLING_CODES = frozenset({"H0", "H1", "H2", "H3"})
# A citation names the page, so that a handling code (H2) or an evaluation (A1) is never taken for a rule's number.
CITATION = re.compile(
    r"docs/rules/(?P<page>[a-z_]+)\.md,?(?P<numbers>(?:[\s,;]|and|to|grounds?|rules?|[A-Z]{1,2}\d{1,3}\b)*)"
)


def defined_numbers(page: str) -> set[str]:
    """Return the rule numbers a page defines: `**D1**` anywhere, or `D1` at the head of a heading."""
    bold = re.findall(r"\*\*([A-Z]{1,2}\d{1,3})\b", page)
    headings = re.findall(r"^#+ +([A-Z]{1,2}\d{1,3})\b", page, re.MULTILINE)
    return {*bold, *headings}


def repeated_numbers(page: str) -> list[str]:
    numbers = re.findall(r"^(?:\| *|[-*] +|#+ +)?\*\*([A-Z]{1,2}\d{1,3})\b", page, re.MULTILINE)
    return sorted({number for number in numbers if numbers.count(number) > 1})


def cited_numbers(text: str) -> set[tuple[str, str]]:
    """Return (page, number) of every citation in comments and docstrings."""
    return {
        (match["page"], number)
        for match in CITATION.finditer(text)
        for number in ["", *RULE_NUMBER.findall(match["numbers"])]
    }


PAGE_OF = {"duty": "desk"}
"""Rooms whose rules stand on another room's page, where officers meet them."""


def own_numbers(room: str, text: str, pages: dict[str, str]) -> set[tuple[str, str]]:
    """Return the numbers a room cites without naming the page, as `# D1`: those with the letters of its own page."""
    letters = {number.rstrip("0123456789") for number in defined_numbers(pages.get(PAGE_OF.get(room, room), ""))}
    bare = set(RULE_NUMBER.findall(CITATION.sub(" ", text))) - HANDLING_CODES
    return {(PAGE_OF.get(room, room), number) for number in bare if number.rstrip("0123456789") in letters}


def uncovered(citations: Iterable[tuple[str, str]], pages: dict[str, str]) -> list[str]:
    return sorted(
        f"docs/rules/{page}.md {number}".strip()
        for page, number in citations
        if page not in pages or (number and number not in defined_numbers(pages[page]))
    )


def prose(path: Path) -> str:
    """Return the comments and strings of a source file, joined as a reader reads them."""
    with tokenize.open(path) as file:
        tokens = [token.string for token in tokenize.generate_tokens(file.readline) if token.type in READ_TOKENS]
    return re.sub(r"\s*\n[\s#]*", " ", "\n".join(tokens))


READ_TOKENS = frozenset({tokenize.COMMENT, tokenize.STRING})


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


def pages() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in RULES.glob("*.md")}


def unknown_commands(document: str) -> list[str]:
    """Return the lines of `sh` blocks whose first word no reader could type. A continued line belongs to its first."""
    blocks = re.findall(r"^```sh\n(.*?)^```", document, re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    words = [(line, re.sub(r"^(?:[A-Z_]+=\S+ +)*", "", line).split(" ")[0]) for line in lines if line]
    return [line for line, word in words if word not in COMMANDS]


def error_classes() -> list[type[EntenteError]]:
    """Return every error of the tree, wherever in the package it is defined."""
    for module in modules():
        if re.search(r"\bEntenteError\b", module_text(module.name)):
            importlib.import_module(module.name)
    found: list[type[EntenteError]] = []
    waiting = [EntenteError]
    while waiting:
        waiting = [child for parent in waiting for child in parent.__subclasses__()]
        found += [error for error in waiting if error.__module__.startswith("entente.") and error not in found]
    return found


def module_text(name: str) -> str:
    base = PACKAGE.parent.joinpath(*name.split("."))
    path = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
    return path.read_text(encoding="utf-8")


def unlisted(errors: Iterable[str], reference: str) -> list[str]:
    """Return the errors without a row, a list entry or a heading that begins with their name."""
    listed = set(re.findall(r"^(?:\| *|[-*] +|#+ +)`?(\w+)", reference, re.MULTILINE))
    return [error for error in errors if error not in listed]


@pytest.mark.parametrize("room", [room for room in ROOMS if (PACKAGE / room / "rules.py").exists()])
def test_room_with_rules_has_a_rules_page(room: str) -> None:
    page = pages().get(PAGE_OF.get(room, room), "")
    assert defined_numbers(page), f"docs/rules/{room}.md is missing or numbers no rule"


def test_rule_number_is_defined_once_a_page() -> None:
    assert {name: repeated for name, page in pages().items() if (repeated := repeated_numbers(page))} == {}
    assert repeated_numbers("| **D1** | a |\n| **D2** | as **D1** |\n| **D1** | b |") == ["D1"]


def test_cited_rule_stands_in_its_page() -> None:
    found = pages()
    sources = {path: prose(path) for path in PACKAGE.rglob("*.py")}
    citations = {citation for text in sources.values() for citation in cited_numbers(text)}
    bare = {one for path, text in sources.items() for one in own_numbers(room_of(path), text, found)}
    assert uncovered(citations | bare, found) == []


def test_citation_of_a_missing_rule_is_caught() -> None:
    text = "Source: docs/rules/disclosure.md, grounds D1 and D9. Handling code H2 is another matter. docs/rules/gone.md"
    citations = cited_numbers(text)
    assert citations == {("disclosure", ""), ("disclosure", "D1"), ("disclosure", "D9"), ("gone", "")}
    sample = {"disclosure": "| **D1** | the participant is known |\n### D2 in force\n"}
    assert uncovered(citations, sample) == ["docs/rules/disclosure.md D9", "docs/rules/gone.md"]


def test_missing_rule_of_the_room_s_own_page_is_caught() -> None:
    sample = {"disclosure": "| **D1** | the participant is known |", "handling": "| **H4** | codes |"}
    bare = own_numbers("disclosure", "# D1\n# D7: handling code H2, evaluation A1", sample)
    assert uncovered(bare, sample) == ["docs/rules/disclosure.md D7"]
    assert own_numbers("handling", "code H0 or H3", sample) == set()


def test_readme_commands_can_be_typed() -> None:
    assert unknown_commands((ROOT / "README.md").read_text(encoding="utf-8")) == []


def test_unknown_readme_command_is_caught() -> None:
    sample = "```sh\nmake demo\nSTAY=0 make demo\nentente search \\\n  --purpose arrest\ncurl x | bash\n```\n"
    assert unknown_commands(sample) == ["curl x | bash"]


def test_change_notes_are_named_in_order_and_say_something() -> None:
    notes = sorted(path for path in CHANGES.iterdir() if path.name != "README.md")
    assert notes
    assert [note.name for note in notes if not NOTE_NAME.fullmatch(note.name)] == []
    assert [note.name for note in notes if len(note.read_text(encoding="utf-8").split()) < 5] == []
    numbers = [note.name[:4] for note in notes]
    assert len(numbers) == len(set(numbers))


def test_every_error_has_a_line_in_the_reference() -> None:
    names = [error.__name__ for error in error_classes()]
    assert {"Refused", "NotFound"} <= set(names)
    assert unlisted(names, ERRORS_REFERENCE.read_text(encoding="utf-8")) == []


def test_error_without_a_line_is_caught() -> None:
    assert unlisted(["Refused", "NotFound"], "| `Refused` | the rules say no |\n") == ["NotFound"]
