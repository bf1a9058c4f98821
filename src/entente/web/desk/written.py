"""What was written in a form that was not taken, and that no page has a place for any more: it is shown all the same.

A colleague was quicker, the case was closed, the shift handed over: the form is gone from its page, and with it would go what was
written. Lines of one word, numbers and what pages carry by themselves are no writing.

Source: docs/rules/desk.md W173.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from markupsafe import escape
from starlette.responses import HTMLResponse

from entente.web.desk.forms import Entered, Field, Kind, field_of
from entente.web.desk.page import Content
from entente.web.desk.rendering import Shell, Written, rendered
from entente.web.wording import Wording


def written_in(fields: Sequence[Field], values: Mapping[str, str], say: Wording) -> tuple[Written, ...]:
    """Return what was written in a form: its texts, and its lines of several words."""
    by_name = {one.name: one for one in fields}
    return tuple(
        Written(say.text(f"field.{field.name}"), text)
        for name, text in values.items()
        if (field := field_of(name, by_name)) is not None
        and _is_writing(field, text)
        and say.has(f"field.{field.name}")
    )


def _is_writing(field: Field, text: str) -> bool:
    if field.kind is Kind.TEXT:
        return bool(text.strip()) and not field.is_carried
    return field.kind is Kind.LINE and len(text.split()) > 1


def given_back(template: str, content: Content, shell: Shell, say: Wording, form: Entered, status: int) -> HTMLResponse:
    """Return the page of a form that was not taken; of `shell.written`, what stands in no field of it is shown beside."""
    page = rendered(template, content, replace(shell, written=()), say, form, status)
    text = bytes(page.body).decode()
    lost = tuple(one for one in shell.written if not _stands_in(text, one.text))
    return rendered(template, content, replace(shell, written=lost), say, form, status) if lost else page


def _stands_in(page: str, text: str) -> bool:
    """Say whether a field of a page holds a text."""
    as_written = escape(text)
    return f">{as_written}</textarea>" in page or f'value="{as_written}"' in page
