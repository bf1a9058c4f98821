"""No value that holds a secret prints it: what is printed of one stands in logs and in what a fault leaves (STYLE, section 7)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from entente.transport.paging import HttpGateway, Server
from entente.web.single_sign_on import ProviderSettings

SOURCE = Path(__file__).parents[2] / "src" / "entente"
SECRET = re.compile(r"(?:.*_)?(?:secret|passphrase|password)s?")
AS_TEXT = {"str", "bytes", "tuple[str, ...]"}


def printed(path: Path) -> Iterator[str]:
    """Yield the fields of a file's classes that are called like secrets, hold text, and are printed with their value."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        decorators = [ast.unparse(one) for one in node.decorator_list] if isinstance(node, ast.ClassDef) else []
        if not isinstance(node, ast.ClassDef) or not any(one.startswith("dataclass") for one in decorators):
            continue
        if any("repr=False" in one for one in decorators):
            continue
        for one in node.body:
            if not isinstance(one, ast.AnnAssign) or not isinstance(one.target, ast.Name):
                continue
            is_secret = SECRET.fullmatch(one.target.id) is not None and ast.unparse(one.annotation) in AS_TEXT
            if is_secret and "repr=False" not in (ast.unparse(one.value) if one.value is not None else ""):
                yield f"{path.relative_to(SOURCE)}: {node.name}.{one.target.id}"


def test_no_secret_of_a_dataclass_is_printed() -> None:
    assert [found for path in sorted(SOURCE.rglob("*.py")) for found in printed(path)] == []


def test_gateways_and_provider_print_without_their_secret() -> None:
    secret = "not to be printed"
    values = (
        Server("mail.example", 587, "tls", "node@xb.example", secret),
        HttpGateway("https://calls.example", "", secret, lambda _: ("", "")),
        ProviderSettings("https://id.example", "desk", secret, "sub"),
    )
    assert not [one for one in values if secret in repr(one)]
