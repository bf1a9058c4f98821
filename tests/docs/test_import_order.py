"""The one order of imports, rooms without I/O, no cycles, no hidden imports (DESIGN section 3, STYLE section 1).

Each rule is a function from modules to the list of what breaks it, and each is shown a sample that breaks it. Closed
by default: a part of the package, or a library in a room, that stands in no table here is a violation.
"""

import ast
import subprocess
import sys
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.docs.source import Module, modules, part_of

ROOMS = (
    "kernel", "bodies", "handling", "agreements", "disclosure", "trail", "records", "identity", "cases",
    "correspondence", "duty", "notices", "library", "traffic", "operations", "tracing", "links", "oversight", "exchange",
)  # fmt: skip
EDGES = ("storage", "search", "transport", "formats", "api", "web", "client", "cli")

# A part may import what stands on an earlier row; on its own row only itself and, for node and settings, each other.
# `data` holds lists and no code; `verbs` is the table of operator's verbs that the loopback route and the CLI share.
ROWS = (
    ("", "data"),
    *((room,) for room in ROOMS),
    ("node", "settings"),
    ("verbs",),
    EDGES,
    ("statement_table",),
    ("at_hand",),
    ("build_process",),
    ("look_process",),
    ("look_process_with_base",),
    ("import_process",),
    ("import_beside",),
    ("app",),
    ("run",),
    ("web_process",),
    ("__main__",),
)
ROW_OF = {part: row for row, parts in enumerate(ROWS) for part in parts}
MAY_IMPORT_EACH_OTHER = {"node", "settings"}
# The command line starts what app and run build, so it alone may look upward; and it asks a node elsewhere as every client does.
ALSO_ALLOWED = {("cli", "app"), ("cli", "at_hand"), ("cli", "run"), ("cli", "client")}
# The protocol knows parties, their instruments and the trail; every other room reaches it through app's table. The client is for
# programs of other systems, which load nothing of a node with it.
ONLY_ALLOWED = {
    "exchange": {"", "data", "kernel", "bodies", "agreements", "trail", "exchange"},
    "client": {"", "kernel", "client"},
}

# What a room may import from outside: pure computation. None of these opens a file or a socket, reads a clock or
# draws a random number at the calls rooms make.
PURE_STANDARD_LIBRARY = frozenset({
    "__future__", "abc", "base64", "binascii", "bisect", "calendar", "collections", "contextlib", "copy", "dataclasses",
    "datetime", "decimal", "difflib", "enum", "fractions", "functools", "graphlib", "hashlib", "heapq", "hmac", "html",
    "itertools", "json", "math", "numbers", "operator", "re", "statistics", "string", "struct", "textwrap", "types",
    "typing", "unicodedata", "zoneinfo",
})  # fmt: skip
PURE_LIBRARIES = {"identity": frozenset({"anyascii", "base58", "phonenumbers", "rapidfuzz", "stdnum"})}
NAMED_EXCEPTIONS = {
    "entente.kernel.clock": frozenset({"threading", "time"}),  # the one place where time is read, by several threads
    "entente.kernel.ids": frozenset({"os", "secrets", "uuid"}),  # the one place where randomness is drawn
    "entente.kernel.signing": frozenset({"cryptography"}),  # the vetted library behind the port
    "entente.kernel.sealing": frozenset({"cryptography"}),  # the vetted library behind the port
    "entente.kernel.blob": frozenset({"cryptography"}),  # the same library, without a key or randomness of its own
    "entente.identity.transliteration": frozenset(
        {"array", "importlib", "sys"}
    ),  # reads the package's own table (0038)
}
CALLS_OUTSIDE = frozenset({"open", "print", "input", "eval", "exec", "compile", "breakpoint", "__import__"})
CLOCK_CALLS = frozenset({"now", "utcnow", "today"})
HOLDS_LAZY_IMPORTS = "entente.cli"
# PEP 562: integrators write `from entente.search import Index`, and a node loads this package without the compiler.
GIVES_ONE_NAME_LATE = "entente.search"
# Alembic is a tenth of what every command loads, and is used where a store is new or older alone. The driver of PostgreSQL is an
# extra, loaded where a node's store is in a database. What hashes passwords is loaded as somebody signs in (0080).
LOAD_WHERE_NEEDED = frozenset({"entente.storage.migrate", "entente.storage.opening", "entente.web.vetted"})


def order_violations(found: Iterable[Module]) -> list[str]:
    return [
        f"{module.name}:{entry.line} imports {entry.target}: {module.part or 'the package'} may not import {target}"
        for module in found
        for entry in module.imports()
        if entry.target.partition(".")[0] == "entente" and not may_import(module.part, target := part_of(entry.target))
    ]


def may_import(part: str, target: str) -> bool:
    """Judge one import between parts; a part that stands in no row may neither import nor be imported."""
    if part not in ROW_OF or target not in ROW_OF:
        return False
    if part in ONLY_ALLOWED:
        return target in ONLY_ALLOWED[part]
    if part == target or (part, target) in ALSO_ALLOWED or {part, target} <= MAY_IMPORT_EACH_OTHER:
        return True
    return ROW_OF[target] < ROW_OF[part]


def unknown_parts(found: Iterable[Module]) -> list[str]:
    return [f"{module.name} stands in no row of the order" for module in found if module.part not in ROW_OF]


def outside_violations(found: Iterable[Module]) -> list[str]:
    rooms = [module for module in found if module.part in ROOMS]
    imports = [
        f"{module.name}:{entry.line} imports {entry.target}: rooms import pure libraries only"
        for module in rooms
        for entry in module.imports()
        if not is_pure(module, entry.target.split(".")[0])
    ]
    calls = [
        f"{module.name}:{node.lineno} calls {call}: rooms do no I/O and read no clock"
        for module in rooms
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and (call := outside_call(node, module.name))
    ]
    return imports + calls


def is_pure(module: Module, library: str) -> bool:
    allowed = PURE_STANDARD_LIBRARY | PURE_LIBRARIES.get(module.part, frozenset())
    return library == "entente" or library in allowed | NAMED_EXCEPTIONS.get(module.name, frozenset())


def outside_call(node: ast.Call, module: str) -> str:
    """Return the name of a call that reaches outside, or nothing. A clock handed in is asked as `clock.now()`."""
    called = ast.unparse(node.func)
    if called in CALLS_OUTSIDE:
        return called
    owner, _, method = called.rpartition(".")
    reads_clock = method in CLOCK_CALLS and owner.split(".")[-1] in {"datetime", "date"}
    return called if reads_clock and module != "entente.kernel.clock" else ""


def hidden_imports(found: Iterable[Module]) -> list[str]:
    written = [
        f"{module.name}:{entry.line} imports {entry.target} inside a function"
        for module in found
        for entry in module.imports()
        if entry.inside_function and module.name != HOLDS_LAZY_IMPORTS
    ]
    called = [
        f"{module.name}:{node.lineno} imports by name with {ast.unparse(node.func)}"
        for module in found
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[-1] in {"import_module", "__import__"}
        and module.name not in {HOLDS_LAZY_IMPORTS, GIVES_ONE_NAME_LATE} | LOAD_WHERE_NEEDED
    ]
    return written + called


def cycle(found: Iterable[Module]) -> list[str]:
    """Return the modules of one import cycle, or nothing. That a module's package is loaded with it is not counted."""
    graph = {module.name: {entry.target for entry in module.imports()} - {module.name} for module in found}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


RULES = (order_violations, unknown_parts, outside_violations, hidden_imports, cycle)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_package_keeps_the_rule(rule: object) -> None:
    assert callable(rule)
    assert rule(modules()) == []


def test_package_is_read_at_all() -> None:
    assert {"entente", "entente.kernel", "entente.kernel.errors"} <= {module.name for module in modules()}


def test_tables_name_every_room_once_and_only_standard_libraries() -> None:
    assert len(ROOMS) == len(set(ROOMS)) == 19
    assert set(ROW_OF) >= {*ROOMS, *EDGES, "node", "settings", "verbs", "app"}
    assert set(PURE_STANDARD_LIBRARY) <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("entente.bodies.rules", "from entente.records.model import Record"),
        ("entente.bodies.rules", "from entente import records"),
        ("entente.bodies.rules", "from ..records import model"),
        ("entente.kernel.errors", "import entente.bodies.model"),
        (
            "entente.trail.model",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from entente.cases import model",
        ),
        ("entente.exchange.rules", "from entente.disclosure.rules import decide"),
        ("entente.exchange.rules", "from entente.records.model import Record"),
        ("entente.client.call", "from entente.bodies.tokens import Scope"),
        ("entente.client.call", "from entente.api.table import ROUTES"),
        ("entente.api.rest", "from entente.client import Client"),
        ("entente.oversight.rules", "from entente.storage.engine import Engine"),
        ("entente.node", "from entente.verbs.table import VERBS"),
        ("entente.verbs.table", "from entente.storage.engine import Engine"),
        ("entente.api.records", "from entente.storage.records import RecordStore"),
        ("entente.cli.search", "from entente.search.engine import Engine"),
        ("entente.storage.records", "from entente.app import build"),
        ("entente.api.records", "from entente.app import build"),
        ("entente.app", "from entente.surprise import thing"),
    ],
)
def test_import_against_the_order_is_caught(name: str, text: str) -> None:
    assert len(order_violations([Module.of(name, text)])) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("entente.records.rules", "from entente.bodies.model import Body\nfrom entente.records import model"),
        ("entente.exchange.rules", "from entente.trail.model import Row\nfrom . import model"),
        ("entente.node", "from entente.settings import Settings\nfrom entente.exchange.service import Exchange"),
        ("entente.cli.search", "from entente.app import build\nfrom entente.verbs import table"),
        ("entente.cli.search", "from entente.client import Client"),
        ("entente.client.call", "from entente.kernel.errors import Invalid"),
        ("entente.api.records", "from entente.node import Node\nfrom entente import __version__"),
        ("entente.app", "from entente.storage import engine\nfrom entente.transport import server"),
    ],
)
def test_import_along_the_order_passes(name: str, text: str) -> None:
    assert order_violations([Module.of(name, text)]) == []


def test_part_outside_the_order_is_caught() -> None:
    assert unknown_parts([Module.of("entente.surprise.model", "")])


REACHES_OUTSIDE = [
    "os", "pathlib", "io", "socket", "sqlite3", "sqlalchemy", "httpx", "http.client",
    "urllib.request", "subprocess", "threading", "asyncio", "time", "random",
    "secrets", "uuid", "logging", "tempfile", "importlib.resources", "yaml",
    "lxml.etree", "tantivy", "cryptography.hazmat", "rapidfuzz",
]  # fmt: skip


@pytest.mark.parametrize("library", REACHES_OUTSIDE)
def test_room_that_reaches_outside_is_caught(library: str) -> None:
    text = f"import {library}"
    assert outside_violations([Module.of("entente.records.rules", text)])
    assert outside_violations([Module.of("entente.storage.records", text)]) == []


@pytest.mark.parametrize(
    "call",
    [
        "open('x')",
        "print('x')",
        "eval('1')",
        "datetime.now()",
        "datetime.now(UTC)",
        "datetime.utcnow()",
        "date.today()",
    ],
)
def test_room_that_calls_outside_is_caught(call: str) -> None:
    assert len(outside_violations([Module.of("entente.trail.rules", f"value = {call}")])) == 1


def test_only_the_named_files_read_the_clock_and_draw_randomness() -> None:
    reads_time, draws = "import time\nvalue = datetime.now(UTC)", "import secrets"
    assert outside_violations([Module.of("entente.kernel.clock", reads_time)]) == []
    assert outside_violations([Module.of("entente.kernel.ids", draws)]) == []
    assert outside_violations([Module.of("entente.kernel.clock", draws)])
    assert outside_violations([Module.of("entente.kernel.ids", reads_time)])
    assert outside_violations([Module.of("entente.trail.service", "value = self.clock.now()")]) == []


def test_import_inside_a_function_is_caught() -> None:
    hidden = "def load():\n    import json\n"
    by_name = "from importlib import import_module\nimport_module('json')\n"
    for text in (hidden, by_name):
        assert hidden_imports([Module.of("entente.cli.search", text)])
        assert hidden_imports([Module.of("entente.cli", text, is_package=True)]) == []


def test_cycle_is_caught() -> None:
    first = Module.of("entente.records.model", "from entente.records.rules import rule")
    second = Module.of("entente.records.rules", "import entente.records.model")
    assert cycle([first, second])
    assert cycle([first]) == []


def test_the_node_loads_no_compiler_and_nothing_for_other_stores_than_its_own() -> None:
    """DESIGN section 9: the compiled search is loaded by search processes and by those who measure, never by the web process.

    Nor does a command wait for what brings a store forward, or reads Parquet.
    """
    kept_out = (
        "numba",
        "numpy",
        "llvmlite",
        "pyarrow",
        "alembic",
        "mako",
        "argon2",
        "pyotp",
        "webauthn",
        "authlib",
        "segno",
    )
    code = f"import sys, entente.app, entente.cli.gateway, entente.cli.batch; print([m for m in {kept_out} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
