"""The source of the package as data: its modules, what each imports, and where.

Reads and parses; judges nothing. The tests beside this file hold the rules. `Module.of` takes source text, so
that each rule can be shown to catch a bad sample.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "entente"

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, by its full name, and the line where it stands."""

    target: str
    line: int
    inside_function: bool


@dataclass(frozen=True, slots=True)
class Module:
    """One file of the package."""

    name: str
    is_package: bool
    tree: ast.Module

    @classmethod
    def of(cls, name: str, text: str, *, is_package: bool = False) -> "Module":
        """Parse source text as the module of that name."""
        return cls(name, is_package, ast.parse(text))

    @property
    def part(self) -> str:
        """Return the room, edge or single file it belongs to: `entente.bodies.rules` belongs to `bodies`."""
        return part_of(self.name)

    def imports(self) -> Iterator[Import]:
        """Yield every import, those under TYPE_CHECKING and those inside functions too."""
        hidden = {
            id(inner) for node in ast.walk(self.tree) if isinstance(node, FunctionNode) for inner in ast.walk(node)
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                targets = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = self._absolute(node)
                targets = [f"{base}.{alias.name}" if is_module(base, alias.name) else base for alias in node.names]
            else:
                continue
            yield from (Import(target, node.lineno, id(node) in hidden) for target in dict.fromkeys(targets))

    def _absolute(self, node: ast.ImportFrom) -> str:
        if node.level == 0:
            return node.module or ""
        parts = self.name.split(".")
        keep = len(parts) - node.level + (1 if self.is_package else 0)
        return ".".join([*parts[:keep], *([node.module] if node.module else [])])


def part_of(name: str) -> str:
    """Return the second word of a module's name, or nothing for the package itself."""
    return name.partition(".")[2].partition(".")[0]


def is_module(base: str, name: str) -> bool:
    """Tell whether `from base import name` names a module of this package rather than something in it."""
    if base.partition(".")[0] != "entente":
        return False
    path = ROOT / "src" / Path(*base.split("."), name)
    return path.is_dir() or path.with_suffix(".py").is_file()


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of the package, parsed once."""
    return tuple(_read(path) for path in sorted(PACKAGE.rglob("*.py")))


def _read(path: Path) -> Module:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    return Module.of(name, path.read_text(encoding="utf-8"), is_package=is_package)
