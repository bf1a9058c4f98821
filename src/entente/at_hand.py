"""What a command does with files in its own process, without a node: the keys of heads and of the data protection officer.

Such keys never enter a node (decision 0005), so what opens them stands apart from what builds one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from entente.bodies.ceremony import HeadKey
from entente.formats.codelists import load_code_lists
from entente.kernel.sealing import Opener
from entente.kernel.signing import Signer
from entente.storage import keys as key_files
from entente.storage.keys import KeyFiles


def head_signer(key_file: Path, passphrase: str) -> Signer:
    """Open a head's key file, for a command that signs in its own process; raise Invalid for a wrong passphrase."""
    return key_files.head_signer(key_file, passphrase)


def countries() -> Mapping[str, str]:
    """Return the list of countries, for a command that judges a body's statements in its own process."""
    return load_code_lists().countries


def make_head_key(key_file: Path, name: str, passphrase: str) -> HeadKey:
    """Make a head's key file, for a command on the head's own machine; raise Conflict when there is one."""
    return HeadKey(name, KeyFiles(key_file.parent).make_head(name, passphrase))


def data_protection_opener(key_file: Path, passphrase: str) -> Opener:
    """Open the data protection officer's key file, for a command that reads in its own process; raise Invalid as above."""
    return KeyFiles(key_file.parent).data_protection_opener(passphrase)
