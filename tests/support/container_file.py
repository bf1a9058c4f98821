"""Reads deploy/Containerfile as an engine does: its stages and steps, so that tests can carry them out without one."""

from __future__ import annotations

import fnmatch
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.docs.source import ROOT

FILE = ROOT / "deploy" / "Containerfile"
IGNORED = ROOT / ".dockerignore"


@dataclass(frozen=True, slots=True)
class Step:
    """An instruction and what stands behind it, in one line."""

    name: str
    text: str

    @property
    def command(self) -> list[str]:
        """The words of one in exec form, the form in which signals come to the program and no shell is between."""
        words = json.loads(self.text[self.text.index("[") :])
        assert isinstance(words, list), "exec form"
        return [str(word) for word in words]

    @property
    def copied(self) -> tuple[list[str], str]:
        """Of COPY from the build's own folder: what, and where to."""
        *what, where = self.text.split()
        return what, where


def stages(text: str) -> list[list[Step]]:
    """Return the steps of each stage; what stands before the first is left out."""
    joined = re.sub(r"\\\n\s*", " ", text)
    found: list[list[Step]] = []
    for line in joined.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, _, rest = line.partition(" ")
        if name == "FROM":
            found.append([])
        if found:
            found[-1].append(Step(name, rest.strip()))
    return found


def settings_of(steps: list[Step], **known: str) -> dict[str, str]:
    """Return what ENV sets, with what is known before put in."""
    found: dict[str, str] = {}
    for step in steps:
        if step.name == "ENV":
            for word in shlex.split(step.text):
                name, _, value = word.partition("=")
                found[name] = re.sub(r"\$(\w+)", lambda match: known[match[1]], value)
    return found


def is_sent(path: str) -> bool:
    """Say whether a file of the repository is sent to the engine, by the last line of .dockerignore that names it."""
    sent = True
    for line in IGNORED.read_text(encoding="utf-8").splitlines():
        pattern = line.strip().removeprefix("!")
        if not pattern or pattern.startswith("#"):
            continue
        inside = pattern.removeprefix("**/")
        names = [path, *map(str, Path(path).parents)] if inside == pattern else Path(path).parts
        if any(fnmatch.fnmatchcase(name, inside) for name in names if name != "."):
            sent = line.startswith("!")
    return sent


def files_of(path: str) -> Iterator[Path]:
    """Yield the files that COPY takes of a path."""
    whole = ROOT / path
    for file in sorted(whole.rglob("*")) if whole.is_dir() else [whole]:
        if file.is_file() and is_sent(str(file.relative_to(ROOT))):
            yield file
