"""The edge of index files: candidates by name and identifier, and the thread that keeps them up with the store.

`layers` the index of a node: a live part (`tantivy_index`, `live_reader`, `keys`, `digests`) and, for a large store, a base
(`base_files`; `filling`, `building`, `base_builder` make it); `finding` both as one · `workers` the processes that search,
`worker`, `serving`, `frames` and `messages` what they are and are told · `index` names among millions, in compiled loops:
`names_builder`, `entry_columns`, `entries`, `learned_forms`, `rarity`, `array_file` what its file holds; `ways`, `asking`,
`question`, `lattices` what is asked; `answering` the one compiled step: `near`, `spelling`, `sounding`, `trie`, `letters`,
`cutting` words that may stand for a word, `matching` and `closer` names that fit, `ranking` the list; `comparing` what a pair
of words costs; `compiling` the compiler's one door · `exact_keys`, `siphash` numbers among a hundred millions ·
`standing_table` queries that stand · `follower` the thread.

The folder is a cache: deleted or damaged, it starts empty at position 0 and is filled again from the change sequence. How a
name is read and scored is the room `identity`'s matter. `Index` and `quicken_comparisons` are for integrators and for measuring:
they are loaded, with the compiler, when they are first asked for.

Source: DESIGN section 7; docs/rules/identity.md I6, I12 to I15, I37, I48, I49.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from entente.search.comparing import quicken_comparisons
    from entente.search.index import Index

__all__ = ["Index", "quicken_comparisons"]
_HOMES = {"Index": "entente.search.index", "quicken_comparisons": "entente.search.comparing"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562: whatever the module has by that name
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
