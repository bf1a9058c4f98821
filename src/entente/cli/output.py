"""What commands print: JSON as it came, or short aligned lines for people, safe for names in any script.

A name written right to left turns the line around it unless it stands isolated: U+2068 before and U+2069 after (Unicode
UAX 9, isolates). Control characters of others' names are shown as their code, so that no name writes on the terminal itself.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence

import typer

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.exercise import EXERCISE, EXERCISE_LINE

FIRST_STRONG_ISOLATE = "\u2068"
POP_ISOLATE = "\u2069"
COLUMN_MAX = 60
"""Characters of one column; what is longer is cut with an ellipsis, and --json shows it whole."""
_DECEPTIVE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066\u2067]")
_DECEPTIVE_IN_JSON = re.compile(r"[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What JSON leaves unescaped, and kernel.text refuses where a text is taken in."""
_SAFE_CONTROLS = {"\n", "\t"}


def say(answer: JsonObject, as_json: bool, lines: Callable[[JsonObject], Iterable[str]]) -> None:
    """Print an answer as JSON, or as the lines made from it; what an exercise's node answered says so first."""
    if as_json:
        typer.echo(json_text(answer))
        return
    if answer.get(EXERCISE):
        typer.echo(EXERCISE_LINE)
    for line in lines(answer):
        # A second time, so that a line that forgot `name` or `plain` writes on no terminal either; our isolates stay.
        typer.echo(_DECEPTIVE.sub(lambda found: _shown(found[0]), line))


def json_text(document: JsonObject) -> str:
    """Write JSON for a terminal: every script as it is, what would write on the terminal as its escape."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return _DECEPTIVE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def name(value: Json) -> str:
    """Return a name or free text as one isolated line that cannot write on the terminal."""
    text = plain(value)
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}" if text else ""


def plain(value: Json) -> str:
    """Return a text with its control and bidirectional characters shown as codes."""
    text = "" if value is None else str(value)
    return "".join(_shown(character) for character in text)


def text_block(value: Json) -> Iterator[str]:
    """Yield a longer text line by line, indented and isolated."""
    for line in str(value or "").splitlines():
        yield f"  {name(line)}"


def table(rows: Iterable[Sequence[str]], *headings: str) -> Iterator[str]:
    """Yield rows in aligned columns under their headings; nothing for no rows."""
    lines = [[_cut(cell) for cell in row] for row in rows]
    if not lines:
        yield "Nothing."
        return
    # A column in which nothing stands says nothing.
    kept = [place for place in range(len(headings)) if any(line[place] for line in lines)]
    all_lines = [[line[place] for place in kept] for line in ([*headings], *lines)]
    widths = [max(_width(line[place]) for line in all_lines) for place in range(len(kept))]
    for line in all_lines:
        yield "  ".join(_padded(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip()


def fields(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield labelled values, aligned; empty ones are left out."""
    shown = [(label, value) for label, value in pairs if value]
    width = max((len(label) for label, _ in shown), default=0)
    for label, value in shown:
        yield f"{label:<{width}}  {value}"


def grounds(decision: JsonObject) -> Iterator[str]:
    """Yield the grounds of a decision by number, each with yes or no, its source and what would lift it."""
    for ground in items(decision, "grounds"):
        verdict = "yes" if ground.get("allows") is True else "NO "
        source = f" [{plain(ground['source'])}]" if ground.get("source") else ""
        yield f"  {plain(ground.get('number')):<5} {verdict}  {plain(ground.get('text'))}{source}"
        if ground.get("remedy") and ground.get("allows") is not True:
            yield f"             {plain(ground['remedy'])}"
    if decision.get("routed_to"):
        yield f"  route to: {plain(decision['routed_to'])}"


def when(value: Json) -> str:
    """Write a time of the wire as people read it, in UTC and to the second; nothing for none."""
    return f"{plain(value)[:19].replace('T', ' ')} UTC" if value else ""


def gaps(answer: JsonObject) -> Iterator[str]:
    """Yield one line for each source that is silent: what an answer lacks by it is a gap and not nothing."""
    for gap in items(answer, "silent_sources"):
        body = gap["body"]
        assert isinstance(body, dict), "a body is an object"
        since = f"since {when(gap['since'])}" if gap["since"] else "and was never heard"
        yield f"GAP: {plain(body['code'])} is silent {since}; {gap['records']} of its records are not shown."


def items(document: JsonObject, field: str) -> list[JsonObject]:
    """Return the objects of a list field."""
    value = document.get(field)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(document: JsonObject, field: str) -> list[str]:
    """Return the texts of a list field."""
    value = document.get(field)
    return [str(item) for item in value] if isinstance(value, list) else []


def score(value: Json) -> str:
    """Write thousandths as officers read them: 930 is .930, 1000 is 1.000."""
    thousandths = value if isinstance(value, int) else 0
    return "1.000" if thousandths >= 1000 else f".{max(thousandths, 0):03d}"  # noqa: PLR2004 - the definition of a thousandth


def _shown(character: str) -> str:
    if character in _SAFE_CONTROLS:
        return " "
    if unicodedata.category(character) in {"Cc", "Cf"} and character not in "\u200c\u200d":
        return f"<U+{ord(character):04X}>"
    return character


def _cut(text: str) -> str:
    if _width(text) <= COLUMN_MAX:
        return text
    inner = text.removeprefix(FIRST_STRONG_ISOLATE).removesuffix(POP_ISOLATE)[: COLUMN_MAX - 1] + "…"
    return f"{FIRST_STRONG_ISOLATE}{inner}{POP_ISOLATE}" if text.startswith(FIRST_STRONG_ISOLATE) else inner


def _width(text: str) -> int:
    """Return the columns a text takes: wide letters take two, marks and isolates none."""
    return sum(
        0 if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Mn"} else
        2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
        for character in text
    )  # fmt: skip


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
