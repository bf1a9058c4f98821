"""What a world of tests begins as: folders of nodes that were filled once in a process, and the names of what stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Template:
    """The folders, closed, and the fields of a world that name something in them: texts, numbers and tables of texts."""

    folder: Path
    named: Mapping[str, Any]

    @classmethod
    def of(cls, folder: Path, world: Any) -> Template:  # noqa: ANN401 - any dataclass of names and other things
        """Return the template that a filled world makes; fields that hold anything but names are left out."""
        values = {one.name: getattr(world, one.name) for one in fields(world)}
        return cls(folder, {name: value for name, value in values.items() if _is_name(value)})

    def name_in(self, world: Any) -> None:  # noqa: ANN401 - a dataclass of the same names
        """Let a world know what stands in its copy."""
        for name, value in self.named.items():
            setattr(world, name, copy(value))


def _is_name(value: object) -> bool:
    return isinstance(value, str | int) or (
        isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    )
