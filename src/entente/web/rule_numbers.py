"""Rules as an officer reads of them: by their numbers, without the place in the sources where they are written down.

What rooms say names each rule by its page and number, `(docs/rules/api.md P13)`: so programs and operators find it. On a page of
the desk the number is enough, since no two rooms number alike, and the path of a file says nothing to who reads it: «(rule P13)».
A page that is named without a number, or that is no page of rules, is left out.

Source: docs/rules/desk.md W117.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_NUMBER: Final = r"[A-Z]{1,2}[0-9]+(?:\.[0-9]+)*"
_NAMED: Final = re.compile(
    r"(?P<before>\s?)(?P<opens>[(（])(?:docs/rules/)?[a-z_]+\.md (?P<numbers>[A-Z]{1,2}[0-9][^()（）]*)(?P<shuts>[)）])"
)
"""A rule, or several of them, in brackets of their own."""
_PAGE: Final = re.compile(r"\s?[(（](?:docs/)?[a-z_]+/[a-z_]+\.md[^()（）]*[)）]")
"""A page in brackets that says no number of a rule."""
NUMBER: Final = re.compile(_NUMBER)


@dataclass(frozen=True, slots=True)
class RuleWords:
    """What a language calls a rule, with `{numbers}` where its number stands, and what it calls several."""

    one: str
    several: str

    def told(self, text: str) -> str:
        """Return a text of a room with its rules named by number alone."""
        if ".md" not in text:
            return text
        return _PAGE.sub("", _NAMED.sub(self._named, text))

    def _named(self, found: re.Match[str]) -> str:
        numbers = found["numbers"]
        words = self.one if len(NUMBER.findall(numbers)) == 1 else self.several
        return f"{found['before']}{found['opens']}{words.replace('{numbers}', numbers)}{found['shuts']}"
