"""What a command does with files in its own process, without a node: keys, copies and proofs to judge, queries, invented people.

Keys of heads and of the data protection officer never enter a node (decision 0005), and a proof must not need one (trail T12), so
what opens them stands apart from what builds one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from entente.bodies.ceremony import HeadKey
from entente.formats.candidates_file import ResultFile
from entente.formats.candidates_file import open_result as open_result_file
from entente.formats.codelists import load_code_lists
from entente.formats.invented_people import write_people
from entente.formats.queries import QueryFile, QueryRow
from entente.formats.query_file import open_queries as open_query_file
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import SystemClock
from entente.kernel.errors import Invalid, Unavailable
from entente.kernel.ids import BodyId
from entente.kernel.sealing import Opener
from entente.kernel.signing import Signer
from entente.storage import keys as key_files
from entente.storage.folder import Folder
from entente.storage.keys import KeyFiles
from entente.storage.store import Store
from entente.trail.model import TrailProof
from entente.trail.proving import FileProof, is_of_exercise, judge_file
from entente.trail.service import Trail

__all__ = [
    "QueryRow",
    "countries",
    "data_protection_opener",
    "head_signer",
    "is_proof_of_exercise",
    "judge_proof",
    "make_head_key",
    "open_queries",
    "open_result",
    "verify_copy",
    "write_people",
]


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


def verify_copy(file: Path, node_keys: tuple[bytes, ...]) -> TrailProof:
    """Check the trail in a copied store file against a body's node keys, on a copy of its own: the evidence is not touched."""
    with TemporaryDirectory(prefix="entente-verify-") as place:
        folder = Folder(Path(place))
        copyfile(file, folder.database)
        try:
            with Store.open(folder) as store:
                return Trail(store.view).verify(node_keys)
        except Unavailable as error:
            raise Invalid(
                f"The file {file.name} is no store that can be read.",
                field="file",
                why=f"A copy is checked row by row, and this one cannot be opened as a store: {error.why}",
                do="Name the entente.db of a copied folder. The running store is not touched, and is checked without --file.",
            ) from error


def judge_proof(document: JsonObject, body: BodyId, earlier: bytes | None) -> FileProof:
    """Judge a file that should prove something of a body's log, without a node: by the body's id alone."""
    return judge_file(document, body, earlier, SystemClock().now(), countries())


def is_proof_of_exercise(document: JsonObject) -> bool:
    """Say whether a file that was found sound is of an exercise's body."""
    return is_of_exercise(document, SystemClock().now(), countries())


def open_queries(file: Path, delimiter: str, ignored: Sequence[str]) -> AbstractContextManager[QueryFile]:
    """Open a file of queries; raise Invalid for a file or columns that are none."""
    return open_query_file(file, delimiter, ignored)


def open_result(out: Path, run: JsonObject) -> AbstractContextManager[ResultFile]:
    """Begin the result of a file of queries, or go on with it; raise Conflict where it is another's."""
    return open_result_file(out, run)
