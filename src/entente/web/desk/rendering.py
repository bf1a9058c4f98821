"""How a page of the desk is written: its template within the shell, with escaping on and every text in the reader's language.

A template gets `page` (its content), `shell` (what stands around it), `form` (what was entered, and what is wrong with it), `t`
(a text by its key) and `say` (codes, dates, numbers). A name it does not have is a fault of ours and no empty place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from entente.web.desk.forms import Entered
from entente.web.desk.page import PREFIX, Content
from entente.web.desk.static_files import STATIC_PATH, static_files
from entente.web.foreign import scripts_said
from entente.web.pages import TEMPLATES
from entente.web.reading_order import in_order, whole_codes
from entente.web.wording import LANGUAGES, Moment, Wording

_FORM: Final = re.compile(r'(<form (?=[^>]*method="post")[^>]*)(>.*?</form>)', re.DOTALL)
"""A form as it is written; what anybody entered is escaped, and begins none."""
_PICKED: Final = re.compile(r' type="(?:date|datetime-local)"')
LOOKS: Final = ("auto", "light", "dark")
"""How pages look: as the machine is set, or always light or dark."""


@dataclass(frozen=True, slots=True)
class Way:
    """One entry of the navigation."""

    name: str
    to: str
    key: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class LiveHere:
    """What a page carries to stay up to date (live.Live)."""

    stamp: str
    """Of before the page was made."""
    about: str
    """The thing that it is about, sealed for its session; empty for nothing single."""
    page: str
    """The name of its row."""
    is_concerned: bool
    """Whether a suspension concerns it."""
    kinds: str
    """What it shows: kinds of changes upon which it asks for itself anew, with spaces between; empty for none."""


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote in one field of a form that was not taken."""

    label: str
    """What the field is called, in the reader's language."""
    text: str


@dataclass(frozen=True, slots=True)
class Shell:
    """What stands around a page."""

    body: str
    """The code of this body."""
    is_exercise: bool
    account: str
    """Who is signed in; empty for nobody."""
    csrf: str
    once: str
    """The one-time key of the forms on this page."""
    ways: Sequence[Way]
    look: str
    here: str
    """The page's own path with what stands behind «?», to come back to."""
    done: str = ""
    """What the act before did: the last part of a text's key; empty for nothing."""
    zone: str = ""
    """What the times on the page are told in."""
    live: LiveHere | None = None
    """How it stays up to date; None for a page that does not."""
    draft_at: Moment | None = None
    """Of when what stands in a form of it is, where its officer began it before and has not sent it."""
    opens: Callable[[str], bool] = bool
    """Whether who is signed in may open the page that a path leads to (openings.Openings); without a session whatever has one."""
    written: Sequence[Written] = ()
    """What is to be shown of a form that was not taken, because the page has no place for it (written.written_in)."""


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    # Templates are part of the program: whether one changed on the disk is not asked with each page.
    auto_reload=False,
)  # fmt: skip


def static(name: str) -> str:
    """Return the address of a file of style or script."""
    return f"{PREFIX}{STATIC_PATH}/{static_files()[name].name}"


_environment.filters["in_order"] = in_order
_environment.filters["whole_codes"] = whole_codes
_environment.globals.update(static=static, languages=LANGUAGES, looks=LOOKS, prefix=PREFIX)


def fragment(template: str, content: Content, say: Wording) -> str:
    """Return a part of a page, without the shell."""
    text = _environment.get_template(f"desk/{template}").render(page=content, t=say.text, say=say)
    return scripts_said(_checked_by_node(text), say.language)


def rendered(
    template: str, content: Content, shell: Shell, say: Wording, form: Entered | None = None, status: int = 200
) -> HTMLResponse:
    """Return a page."""
    text = _environment.get_template(f"desk/{template}").render(
        page=content, shell=shell, form=form if form is not None else Entered(), t=say.text, say=say
    )
    return HTMLResponse(scripts_said(_checked_by_node(text), say.language), status)


def _checked_by_node(page: str) -> str:
    """Return a page whose forms are sent as they are, so that the node says what is wrong, in the page's language (W118).

    But for those with a day or a time: one that is half entered is sent as none, and the browser alone can tell the two apart.
    """
    return _FORM.sub(lambda found: found[0] if _PICKED.search(found[0]) else f"{found[1]} novalidate{found[2]}", page)
