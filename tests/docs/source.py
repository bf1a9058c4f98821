"""The source of the package as data: its modules, what each imports, and where.

Reads and parses; judges nothing. The tests beside this file hold the rules. `Module.of` takes source text, so
that each rule can be shown to catch a bad sample.
"""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "entente"


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

    def imports(self) -> tuple[Import, ...]:
        """Return every import, those under TYPE_CHECKING and those inside functions too; looked for once."""
        return _imports(self)


@cache
def _imports(module: Module) -> tuple[Import, ...]:
    found: list[Import] = []
    waiting: list[tuple[ast.AST, bool]] = [(module.tree, False)]
    while waiting:
        node, is_hidden = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            targets = dict.fromkeys(_targets(module, node))
            found += [Import(target, node.lineno, is_hidden) for target in targets]
        elif not isinstance(node, ast.expr):  # no import stands in an expression
            is_inside = is_hidden or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            waiting += [(inner, is_inside) for inner in ast.iter_child_nodes(node)]
    return tuple(sorted(found, key=lambda one: one.line))


def _targets(module: Module, node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = _absolute(module, node)
    return [f"{base}.{alias.name}" if is_module(base, alias.name) else base for alias in node.names]


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if node.level == 0:
        return node.module or ""
    parts = module.name.split(".")
    keep = len(parts) - node.level + (1 if module.is_package else 0)
    return ".".join([*parts[:keep], *([node.module] if node.module else [])])


def part_of(name: str) -> str:
    """Return the second word of a module's name, or nothing for the package itself."""
    return name.partition(".")[2].partition(".")[0]


@cache
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
