"""The texts that are sentences of rooms: in English word for word as the rooms' code has them, by which they are known again.

Source: docs/rules/desk.md W65, W75 and W148; docs/decisions/0098-a-sentence-is-known-again-by-its-pattern.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

import yaml

from entente.web.wording import FIRST_LANGUAGE, TEXTS, Text, code_texts_of

_PARTS: Final = (
    "rooms",
    "rooms_node",
    "rooms_intake",
    "rooms_acts",
    "rooms_files",
    "rooms_answers",
    "rooms_lines",
    "rooms_groups",
    "rooms_units",
    "rooms_entering",
    "rooms_unsigned",
    "rooms_alike",
)
ROOMS: Final = tuple(TEXTS / part for part in _PARTS)
"""The folders of texts that are sentences of rooms."""


@cache
def room_texts() -> Mapping[str, Text]:
    """Return what rooms say, in English, by key."""
    files = [(folder / f"{FIRST_LANGUAGE}.yaml").read_text("utf-8") for folder in ROOMS]
    read: list[dict[str, dict[str, Text]]] = [yaml.safe_load(file) for file in files]
    return {
        f"{group}.{key}": text for groups in read for group, entries in groups.items() for key, text in entries.items()
    }


def english_forms(english: Text) -> tuple[str, ...]:
    """Return each form that a sentence has in English."""
    return (english,) if isinstance(english, str) else tuple(dict.fromkeys(english.values()))


def here_key(key: str) -> str:
    """Return the key of what a page says in place of a sentence that names a command: what can be done on pages (W148)."""
    return f"here.{key.replace('.', '_')}"


@cache
def codes_by_label(listed: str) -> Mapping[str, str]:
    """Return the codes of a closed list by their English labels, as rooms name them."""
    return {label: code for code, label in code_texts_of(FIRST_LANGUAGE)[listed].items()}
