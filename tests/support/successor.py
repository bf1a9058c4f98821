"""A body that names another as the one it replaces, as a directory's own entry of it begins: its genesis, signed by its heads."""

from __future__ import annotations

from dataclasses import replace

from entente.bodies.model import Body
from entente.node import Node
from entente.verbs.references import names_of
from tests.support.build_bodies import Keyring, genesis_content, genesis_statement


def enter_successor(node: Node, old: str, code: str = "XC-NEW", *, heads_of: str = "") -> Body:
    """Enter a body at a node by hand, once, that begins anew for another; `heads_of` names a keyring whose heads it keeps."""
    names = names_of(node)
    known = next((one for one in names.bodies.values() if one.code == code), None)
    if known is not None:
        return known
    ring = Keyring.of(heads_of or code)
    content = replace(genesis_content("XC-NCB", ring), code=code, replaces=names.body(old, "body").id)
    return node.directory.introduce_by_hand((genesis_statement(content, ring, at=node.clock.now()),))
