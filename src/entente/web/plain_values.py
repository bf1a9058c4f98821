"""What stands at the placeholders of sentences and needs no clause: days, moments, counts, sizes, codes in words.

Each takes what a room wrote, and the depth of sentences within sentences, which these have not. What is none of its kind is shown
as it came.

Source: docs/rules/desk.md W65 and W148.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from markupsafe import Markup, escape

from entente.kernel.ids import ERASED_LOCAL
from entente.kernel.sizes import SAID, Size
from entente.web.room_texts import codes_by_label
from entente.web.wording import FIRST_LANGUAGE, Wording

_MARK_CHARACTERS: Final = 8
"""Of the digest of an erased record, as much as tells those of a page from each other."""
_COUNT: Final = re.compile(r"0|[1-9][0-9]{0,17}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,5}")
"""As rooms write how many: 12345 or 12,345; a number that begins with a nought names something. It fits in 64 bits."""


def day_said(say: Wording, text: str, depth: int) -> Markup:
    """Return a day as the language writes it."""
    try:
        return escape(say.day(date.fromisoformat(text)))
    except ValueError:
        return as_it_came(say, text, depth)


def time_said(say: Wording, text: str, depth: int) -> Markup:
    """Return a moment in the reader's zone, as the language writes it."""
    try:
        at = say.moment(datetime.fromisoformat(text))
    except ValueError:
        return as_it_came(say, text, depth)
    return Markup('<time datetime="{}">{}</time>').format(at.machine, at.shown)


def number_said(say: Wording, text: str, depth: int) -> object:
    """Return how many there are as the language writes numbers; what is no number, as that of a case, as it came."""
    return int(text.replace(",", "")) if _COUNT.fullmatch(text) else as_it_came(say, text, depth)


def data_said(say: Wording, text: str, depth: int) -> Markup:
    """Return how much data there is, as kernel.sizes.size_said wrote it."""
    return escape(say.size(Size.read(text))) if SAID.fullmatch(text) else as_it_came(say, text, depth)


def record_said(say: Wording, name: str) -> str:
    """Return a record's name as pages show it; of an erased one, that it is, and by what it is told from others."""
    source, _, local = name.partition("/")
    if not local.startswith(ERASED_LOCAL):
        return name
    mark = local.removeprefix(ERASED_LOCAL)[:_MARK_CHARACTERS]
    return say.text("record.erased_one", source=source, mark=mark)


def as_it_came(say: Wording, text: str, _: int) -> Markup:
    """Return it as it came, with a direction of its own among words that may have another."""
    text = record_said(say, text)
    return escape(text) if say.language == FIRST_LANGUAGE else Markup("<bdi>{}</bdi>").format(text)


def measure_said(say: Wording, text: str, depth: int) -> Markup:
    """Return a measure by its English label, as grounds name it."""
    code = codes_by_label("measures").get(text)
    return as_it_came(say, text, depth) if code is None else escape(say.code("measures", code))


def verb_said(say: Wording, text: str, depth: int) -> Markup:
    """Return what a role may do, by its code as it is written in sentences, with blanks."""
    code = text.replace(" ", "_")
    if code not in say.codes("verbs"):
        return as_it_came(say, text, depth)
    # By itself it begins with a capital; within a sentence it is a word of it.
    said = say.code("verbs", code)
    return escape(said[0].lower() + said[1:])


def schema_said(say: Wording, text: str, depth: int) -> Markup:
    """Return what a record is about, that a mapping calls by its schema in small letters, in words."""
    if say.language != FIRST_LANGUAGE:
        worded = {code.lower(): words for code, words in say.codes("schemata").items()}
        if text in worded:
            return escape(worded[text])
    return as_it_came(say, text, depth)
