"""Writes docs/reference/api.md: the API as the node's own reference page has it, from the same document."""

from collections.abc import Iterable, Iterator
from textwrap import fill

from entente.api.components import components
from entente.api.introduction import INTRODUCTION
from entente.api.openapi import document
from entente.formats.codelists import load_code_lists
from entente.web.api_page import ApiPage, Field, Operation, page_of

ABOUT = """\
# The API of a node

What other systems of a body ask of its node, under `/api/v1`. The node serves the same as a page at `/api/v1/` and as OpenAPI
3.1 at `/api/v1/openapi.json`. What stands before each request: [rules/api.md](../rules/api.md); a first
program: [guides/api.md](../guides/api.md).

"""


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def form(one: Field) -> str:
    shown = one.form.replace("<", "&lt;")
    return f"[{shown}](#{one.shape.lower()})" if one.shape else shown


def table(fields: Iterable[Field]) -> Iterator[str]:
    yield from ("| field | form | means |", "|---|---|---|")
    for one in fields:
        yield f"| `{one.name}`{' *' if one.is_needed else ''} | {cell(form(one))} | {cell(one.help)} |"
    yield ""


def operation(one: Operation) -> Iterator[str]:
    yield from (f"### {one.method} {one.path}", "", f"{one.summary} {one.description}", "")
    for name, fields in (("Parameters", one.parameters), ("Body", one.body)):
        if fields:
            yield from (f"{name} (* needed):", "")
            yield from table(fields)
    shape = f": [{one.answer_shape}](#{one.answer_shape.lower()})" if one.answer_shape else ":"
    yield from (f"Answer, status {one.statuses[0][0]}{shape}", "")
    if one.answer:
        yield from table(one.answer)
    problems = ", ".join(f"{status}" for status, _ in one.statuses[1:])
    yield from (f"Else: {problems}.", "")


def lines(page: ApiPage) -> Iterator[str]:
    for heading in page.headings:
        yield from (f"## {heading.name}", "")
        for one in heading.operations:
            yield from operation(one)
    yield from ("## Shapes", "")
    for shape in page.shapes:
        yield from (f"### {shape.name}", "")
        if shape.help:
            yield from (shape.help, "")
        if shape.fields:
            yield from table(shape.fields)
        else:
            yield from (f"{shape.form}.", "")


def api_page(made: str) -> str:
    page = page_of(document(components(load_code_lists()), load_code_lists().roles))
    return "\n".join([made, "", ABOUT, wrapped(INTRODUCTION), "", *lines(page)]).rstrip() + "\n"


def wrapped(markdown: str) -> str:
    """Return paragraphs in lines of a width that is read well; code is not parted."""
    paragraphs = (fill(part, 140, break_long_words=False, break_on_hyphens=False) for part in markdown.split("\n\n"))
    return "\n\n".join(paragraphs)
