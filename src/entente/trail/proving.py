"""What leaves the node to prove something, and how a stranger judges it with nothing but the body's id.

A `CaseProof` holds the trail's rows of one case, a `Continuation` shows that the log continues an earlier checkpoint. Both carry
a checkpoint and the statements by which the body's keys came to be. An erased row is its leaf alone, and still proves that it
was there. Nothing is in them that is not in the trail's rows (T5).

What a case proof cannot show: that no other row speaks of the case. Only the whole trail shows that (`trail verify`).

Source: docs/rules/trail.md T10 and T12.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from entente.bodies.model import Body
from entente.bodies.statements import DirectoryKind, rebuild
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import OMITTED, from_json
from entente.kernel.errors import Invalid, Untrusted
from entente.kernel.exercise import EXERCISE_LINE
from entente.kernel.ids import BodyId
from entente.kernel.ports import Act, TrailRow
from entente.kernel.proofs import Proof, is_continued, is_included
from entente.kernel.statement import from_json as statement_from_json
from entente.trail.checkpoint import Checkpoint, keys_of, open_checkpoint
from entente.trail.log import Log
from entente.trail.rules import row_leaf

CASE_PROOF = "entente case proof 1"
CONTINUATION = "entente log continuation 1"
ROWS_MAX = 10_000
"""Rows of one case in a file of about 20 MB; the largest file we know of has some thousand messages."""
SALT_BYTES = 16
_KEY_CHAIN = frozenset({DirectoryKind.GENESIS, DirectoryKind.KEYS})


@dataclass(frozen=True, slots=True)
class RowContent:
    """What a row says, with the salt that its leaf was made with."""

    at: datetime
    verb: str
    body: BodyId
    officer: str
    subject: str
    detail: JsonObject
    salt: bytes


@dataclass(frozen=True, slots=True)
class ProvedRow:
    """A row and the proof that it is in the tree of the checkpoint."""

    sequence: int
    leaf: bytes
    proof: tuple[bytes, ...]
    content: RowContent | None
    """None for a row whose content was erased, or is not for whom the file was made: its leaf stays, and proves as before."""


@dataclass(frozen=True, slots=True)
class CaseProof:
    """The rows of a case, as a file."""

    format: str
    body: BodyId
    case: str
    statements: tuple[JsonObject, ...]
    """Genesis and changes of keys, each signed by the heads: whose key signed the checkpoint."""
    checkpoint: str
    rows: tuple[ProvedRow, ...]
    exercise: str = field(default="", metadata=OMITTED)
    """Of an exercise's node: that it is one, for people who open it (bodies.md B15); its genesis proves it."""


@dataclass(frozen=True, slots=True)
class Continuation:
    """That the log continues an earlier state of it, as a file."""

    format: str
    body: BodyId
    statements: tuple[JsonObject, ...]
    earlier: int
    """Rows of the earlier tree."""
    earlier_root: bytes
    proof: tuple[bytes, ...]
    checkpoint: str
    exercise: str = field(default="", metadata=OMITTED)
    """As above."""


@dataclass(frozen=True, slots=True)
class FileProof:
    """What was found in a file that should prove something."""

    is_sound: bool
    what: str
    """Its format."""
    body: BodyId
    about: str
    """The case, or the size of the earlier tree."""
    rows: int
    """Rows of it that were found good, before the first bad one."""
    erased: int
    """Those of them that are leaves alone."""
    first_bad: int | None
    """The sequence of the first row that does not fit."""
    finding: str


def key_chain(body: Body) -> tuple[JsonObject, ...]:
    """Return the statements by which a body's keys came to be, oldest first."""
    return tuple(document for document in body.statements if statement_from_json(document).kind in _KEY_CHAIN)


def prove_case(
    log: Log,
    number: str,
    subjects: frozenset[str],
    progress: Callable[[int], None],
    withheld: Callable[[Sequence[TrailRow]], frozenset[int]],
) -> CaseProof:
    """Make the proof of a case: every row about it, its items, or naming it, up to the newest checkpoint.

    `withheld` says by their sequences which rows are not for whom the file is made: of them it has the leaf alone.
    Raises Invalid for a case with more rows than a file holds.

    Source: docs/rules/trail.md T12.
    """
    published = log.publish(progress)
    with log.open_view() as unit:
        own = unit.bodies.own()
        rows = unit.trail.of_case(number, subjects, published.checkpoint.size, ROWS_MAX + 1)
    if len(rows) > ROWS_MAX:
        raise Invalid(
            f"The case {number} has more than {ROWS_MAX} rows in the trail.",
            field="case",
            why=f"A file that is handed to a court stays within {ROWS_MAX} rows, so that it can be read "
            "(docs/rules/trail.md T12).",
            do="Hand over a copy of the store instead; «entente trail verify --file» checks it whole.",
        )
    kept_back = withheld(rows)
    proved = tuple(
        _proved(row, proof, is_whole=row.sequence not in kept_back)
        for row, proof in zip(rows, log.include(published, rows), strict=True)
    )
    return CaseProof(CASE_PROOF, own.id, number, key_chain(own), published.note, proved, _mark(own))


def prove_continuation(log: Log, earlier: int, progress: Callable[[int], None]) -> Continuation:
    """Make the proof that the newest checkpoint continues the log's first rows; raise Invalid for a size not reached.

    Source: docs/rules/trail.md T10.
    """
    published = log.publish(progress)
    root, proof = log.continue_from(earlier, published)
    with log.open_view() as unit:
        own = unit.bodies.own()
    return Continuation(CONTINUATION, own.id, key_chain(own), earlier, root, proof, published.note, _mark(own))


def judge_file(
    document: JsonObject,
    body: BodyId,
    earlier: bytes | None,
    now: datetime,
    countries: Mapping[str, str],
) -> FileProof:
    """Judge a file that should prove something of a body's log, by the body's id alone; name the first thing that does not fit.

    `earlier` is a checkpoint that whoever asks has kept, for a continuation. Raises Invalid for what is no such file.

    Source: docs/rules/trail.md T10 and T12.
    """
    kind = document.get("format")
    if kind == CASE_PROOF:
        return _judge_case(from_json(CaseProof, document, "file"), body, now, countries)
    if kind == CONTINUATION:
        return _judge_continuation(from_json(Continuation, document, "file"), body, earlier, now, countries)
    raise Invalid(
        "This file is none that proves something of a log.",
        field="format",
        why=f"It should say «{CASE_PROOF}» or «{CONTINUATION}»; another version of the format cannot be judged here.",
        do="Hand in a file as «entente trail export» or «entente trail prove» wrote it.",
    )


def is_of_exercise(document: JsonObject, now: datetime, countries: Mapping[str, str]) -> bool:
    """Say whether a file that was judged and found sound is of an exercise's body, as the body's own genesis has it."""
    statements = document["statements"]
    assert isinstance(statements, list), "the file was judged"
    return rebuilt((one for one in statements if isinstance(one, dict)), now, countries).is_exercise


def continues(log: Log, note: bytes, node_keys: Iterable[bytes], progress: Callable[[int], None]) -> FileProof:
    """Judge whether this node's log continues a checkpoint it signed earlier; raise Invalid for what is no checkpoint.

    Source: docs/rules/trail.md T10.
    """
    with log.open_view() as unit:
        own = unit.bodies.own()
    kept = open_checkpoint(note, keys_of(own.id, node_keys))
    if kept is None:
        return _found(CONTINUATION, own.id, "", "The checkpoint is not signed by a key of this body (T9).")
    published = log.publish(progress)
    about, size = str(kept.size), published.checkpoint.size
    if kept.size > size:
        return _found(
            CONTINUATION, own.id, about, f"The checkpoint speaks of {kept.size} rows; the log has {size} (T10)."
        )
    root, _ = log.continue_from(kept.size, published)
    if root != kept.root:
        text = f"The log does not continue the checkpoint: after row {kept.size} it has another root (T10)."
        return _found(CONTINUATION, own.id, about, text)
    text = f"The log of {size} rows begins with the {kept.size} rows of the checkpoint."
    return _found(CONTINUATION, own.id, about, text, is_sound=True, rows=kept.size)


def _mark(own: Body) -> str:
    return EXERCISE_LINE if own.is_exercise else ""


def _proved(row: TrailRow, proof: Proof, *, is_whole: bool) -> ProvedRow:
    if row.entry is not None or not is_whole:
        return ProvedRow(row.sequence, row.leaf, proof, None)
    act = row.act
    content = RowContent(row.at, act.verb, act.body, act.officer, act.subject, act.detail, row.salt)
    return ProvedRow(row.sequence, row.leaf, proof, content)


def _judge_case(case: CaseProof, body: BodyId, now: datetime, countries: Mapping[str, str]) -> FileProof:
    tree = _checkpoint_of(case, body, now, countries)
    if isinstance(tree, str):
        return _found(CASE_PROOF, body, case.case, tree)
    good, erased, last = 0, 0, 0
    for row in case.rows:
        if (wrong := _wrong_with(row, last, tree)) is not None:
            return _found(CASE_PROOF, body, case.case, wrong, rows=good, erased=erased, first_bad=row.sequence)
        good, erased, last = good + 1, erased + (row.content is None), row.sequence
    text = f"All {good} rows of the case {case.case} are in the log of {tree.size} rows that this body signed."
    return _found(CASE_PROOF, body, case.case, text, is_sound=True, rows=good, erased=erased)


def _wrong_with(row: ProvedRow, last: int, tree: Checkpoint) -> str | None:
    if row.sequence <= last:
        return f"Row {row.sequence} stands after row {last}: a row was moved or doubled (T1)."
    said = row.content
    if said is not None:
        act = Act(said.verb, said.body, said.officer, said.subject, said.detail)
        if len(said.salt) != SALT_BYTES or row_leaf(row.sequence, said.at, act, said.salt) != row.leaf:
            return f"Row {row.sequence} was changed: its content does not give the hash in the log (T2)."
    if not is_included(row.leaf, row.sequence - 1, tree.size, row.proof, tree.root):
        return f"Row {row.sequence} is not proved: its hash is not at that place of the log that was signed (T10)."
    return None


def _judge_continuation(
    given: Continuation, body: BodyId, earlier: bytes | None, now: datetime, countries: Mapping[str, str]
) -> FileProof:
    about = str(given.earlier)
    tree = _checkpoint_of(given, body, now, countries)
    if isinstance(tree, str):
        return _found(CONTINUATION, body, about, tree)
    if not is_continued(given.earlier, given.earlier_root, tree.size, tree.root, given.proof):
        text = f"The proof does not show that the log of {tree.size} rows begins with those {given.earlier} (T10)."
        return _found(CONTINUATION, body, about, text)
    if earlier is not None:
        known = rebuilt(given.statements, now, countries)
        kept = open_checkpoint(earlier, keys_of(body, (version.node_key for version in known.keys)))
        if kept is None:
            return _found(CONTINUATION, body, about, "The earlier checkpoint is not signed by a key of this body (T9).")
        if (kept.size, kept.root) != (given.earlier, given.earlier_root):
            text = f"The proof is about another state of {given.earlier} rows than the earlier checkpoint (T10)."
            return _found(CONTINUATION, body, about, text)
    text = f"The log of {tree.size} rows begins with the {given.earlier} rows whose root the file names."
    return _found(CONTINUATION, body, about, text, is_sound=True, rows=given.earlier)


def _checkpoint_of(
    given: CaseProof | Continuation, body: BodyId, now: datetime, countries: Mapping[str, str]
) -> Checkpoint | str:
    """Return the checkpoint of a file, believed by the body's own chain of keys; or in words what does not fit."""
    if given.body != body:
        return f"The file is of the body {given.body}, not of {body} (T12)."
    try:
        known = rebuilt(given.statements, now, countries)
        if known.id != body:
            return f"Its statements begin with another body's genesis: they give the id {known.id} (bodies B1)."
        tree = open_checkpoint(given.checkpoint.encode("utf-8"), keys_of(body, (one.node_key for one in known.keys)))
    except (Invalid, Untrusted) as error:
        return f"{error.what} {error.why}"
    return tree or "The checkpoint is not signed by a key of this body (T9)."


def rebuilt(statements: Iterable[JsonObject], now: datetime, countries: Mapping[str, str]) -> Body:
    """Return the body as its chain of keys makes it; raise Invalid or Untrusted for a chain that does not hold."""
    return rebuild((statement_from_json(document) for document in statements), now, countries)


def _found(
    what: str,
    body: BodyId,
    about: str,
    finding: str,
    *,
    is_sound: bool = False,
    rows: int = 0,
    erased: int = 0,
    first_bad: int | None = None,
) -> FileProof:
    return FileProof(is_sound, what, body, about, rows, erased, first_bad, finding)
