"""The page of statements: every kind a node takes in, who signs it, what it holds, and what the recipient does with it.

Fields and types come from the dataclasses that read the statements. The rows below say what no type can; a kind of
`statement_table.accept_table` without a row, or a row without a kind, fails the test of the page.
"""

import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, StrEnum
from typing import Any, NewType
from unittest.mock import Mock

from entente.agreements.model import Measure, Participation
from entente.agreements.statements import (
    InstrumentContent,
    OpenWordContent,
    ProposalContent,
    RecordedContent,
    SignatureContent,
    SuccessorContent,
)
from entente.bodies.model import Genesis, KeyVersion
from entente.bodies.statements import NewAddresses, NewContacts, NewGroup, NewName, NewUnits
from entente.correspondence.statements import (
    ConsultAnswerContent,
    ConsultContent,
    EvidenceContent,
    HitAnswerContent,
    HitContent,
    MessageContent,
    PermissionAnswerContent,
    PermissionRequestContent,
    RecallAnswerContent,
    RecallContent,
    RecordAnswerContent,
    RecordRequestContent,
)
from entente.exchange.calls import CALL_REFUSED_KIND, LATER_KEYS_KIND, PULL_KIND, PULLED_KIND
from entente.exchange.catching_up import CAUGHT_UP_KIND, CatchUp, CaughtUp
from entente.records.statements import (
    BLOB_CHUNK,
    BLOB_FETCH,
    BLOB_MANIFEST,
    ERASED_WORDS,
    BlobChunk,
    BlobFetch,
    BlobManifest,
    EndConfirmedContent,
    EndContent,
    ErasedSince,
    ErasedWords,
    ErasureConfirmedContent,
    ErasureContent,
    PassedOnContent,
    RecordContent,
    WithdrawalContent,
)
from entente.statement_table import accept_table, answer_table


class Signer(StrEnum):
    """Whose keys a statement carries."""

    HEADS = "heads, by the threshold"
    NODE = "node"


@dataclasses.dataclass(frozen=True, slots=True)
class Introduction:
    """Content of an `introduction`, as `bodies.statements.introduction_of` writes it."""

    about: str
    statements: tuple[Mapping[str, Any], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Renewal:
    """Content of a `renewal`, as `exchange.renewing.renew` writes it."""

    to: str


@dataclasses.dataclass(frozen=True, slots=True)
class PullContent:
    """A `pull`, by the hashes of headers: receipts passed on that an earlier one brought; by lane, what is in hand."""

    taken: tuple[str, ...]
    after: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Nothing:
    """Content of a `pulled`, and of a `later_keys`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """Content of a `call_refused`: the error's own code and words."""

    code: str
    what: str
    why: str
    do: str


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """One row: what no type can say."""

    signer: Signer
    content: type
    lane: str
    recipient: str
    rule: str


KINDS: Mapping[str, Kind] = {
    "introduction": Kind(
        Signer.NODE,
        Introduction,
        "control",
        "verifies the newcomer's own statements from its genesis on and enters it; tells it which instruments stand between them",
        "bodies.md B4",
    ),
    "keys": Kind(
        Signer.HEADS,
        KeyVersion,
        "control",
        "takes the next key version, signed by the version before; the older keys count no more",
        "bodies.md B2",
    ),
    "name": Kind(Signer.NODE, NewName, "control", "adds the name with its date; earlier ones stay", "bodies.md B6"),
    "addresses": Kind(
        Signer.NODE, NewAddresses, "control", "sends to these addresses from now on, in this order", "bodies.md B6"
    ),
    "units": Kind(Signer.NODE, NewUnits, "control", "replaces the body's branches, organs and units", "bodies.md B6"),
    "contacts": Kind(Signer.NODE, NewContacts, "control", "replaces the body's contact points", "bodies.md B16"),
    "group": Kind(
        Signer.NODE, NewGroup, "control", "replaces its keeper's list, if the version is higher", "bodies.md B7"
    ),
    "instrument": Kind(
        Signer.NODE, InstrumentContent, "control", "keeps the proposed text for its heads to read", "agreements.md A1"
    ),
    "instrument_taken_back": Kind(
        Signer.NODE,
        OpenWordContent,
        "control",
        "keeps that the proposer takes it back; until then unsigned, it is not signed any more, and no signature is undone",
        "agreements.md A15",
    ),
    "instrument_refused": Kind(
        Signer.NODE,
        OpenWordContent,
        "control",
        "keeps that the party does not sign, until it does",
        "agreements.md A16",
    ),
    "instrument_signature": Kind(
        Signer.HEADS,
        SignatureContent,
        "control",
        "keeps the signature; the instrument is in force when its own rule is met",
        "agreements.md A1, A3",
    ),
    "participation": Kind(
        Signer.HEADS,
        Participation,
        "control",
        "keeps how the party stands now, if the epoch is higher; the gate obeys it from the same commit on",
        "agreements.md A4, A5",
    ),
    "measure": Kind(
        Signer.HEADS,
        Measure,
        "control",
        "keeps the measure, if the charter gives it to this author; the gate obeys it while its term runs",
        "agreements.md A6",
    ),
    "governance_proposal": Kind(
        Signer.NODE,
        ProposalContent,
        "control",
        "records it, an expulsion as inadmissible with the clause, and answers with `proposal_recorded`",
        "agreements.md A7",
    ),
    "successor_accepted": Kind(
        Signer.NODE,
        SuccessorContent,
        "control",
        "records who accepted it in the place of whom its genesis names, and tells that body again what its heads signed",
        "bodies.md B14",
    ),
    "proposal_recorded": Kind(
        Signer.NODE, RecordedContent, "control", "records what became of its proposal there", "agreements.md A7"
    ),
    "record": Kind(
        Signer.NODE,
        RecordContent,
        "data",
        "asks its own gate, keeps the copy if the version is higher, and makes it searchable",
        "records.md R1, R4",
    ),
    "withdrawal": Kind(
        Signer.NODE,
        WithdrawalContent,
        "control",
        "withdraws the copy, held or not, and tells those it passed the record on to",
        "records.md R4",
    ),
    "renewal": Kind(
        Signer.NODE,
        Renewal,
        "control",
        "counts its body as heard: what it suspended or withdrew before has arrived",
        "exchange.md X31",
    ),
    "evidence": Kind(
        Signer.NODE,
        EvidenceContent,
        "data",
        "keeps it with the item's delivery: opened, acted on or refused",
        "correspondence.md M20, M21",
    ),
    "erasure": Kind(
        Signer.NODE,
        ErasureContent,
        "control",
        "erases the copy for good, held or not, and tells those it passed the record on to",
        "records.md R14",
    ),
    "copy_ended": Kind(
        Signer.NODE,
        EndContent,
        "control",
        "shows no copy, held or not, until the source makes a version for it; tells those it passed the record on to",
        "records.md R31",
    ),
    "copy_passed_on": Kind(
        Signer.NODE, PassedOnContent, "data", "keeps the onward holder of its record", "records.md R32"
    ),
    "copy_end_confirmed": Kind(
        Signer.NODE,
        EndConfirmedContent,
        "data",
        "keeps that the onward holder has what took the copy away",
        "records.md R32",
    ),
    "erasure_confirmed": Kind(
        Signer.NODE,
        ErasureConfirmedContent,
        "data",
        "keeps with its tombstone that the onward holder has the erasure",
        "records.md R15",
    ),
    "message": Kind(
        Signer.NODE, MessageContent, "data", "shows it at the desk and in the case", "correspondence.md M2"
    ),
    "recall": Kind(
        Signer.NODE,
        RecallContent,
        "control",
        "takes the message's text away, here already or later, and answers with `recall_answer`",
        "correspondence.md M18",
    ),
    "recall_answer": Kind(
        Signer.NODE,
        RecallAnswerContent,
        "control",
        "keeps that the recall was carried out, and whether the message had been opened",
        "correspondence.md M18",
    ),
    "hit": Kind(
        Signer.NODE,
        HitContent,
        "data",
        "shows it to be answered, if the record is its own or the instrument has it told; else nothing found",
        "correspondence.md M6",
    ),
    "hit_answer": Kind(
        Signer.NODE, HitAnswerContent, "data", "adds the source's judgement to its hit and case", "correspondence.md M6"
    ),
    "permission_request": Kind(
        Signer.NODE,
        PermissionRequestContent,
        "data",
        "waits for an officer, if the asker may know the record; else nothing found",
        "correspondence.md M9",
    ),
    "permission_answer": Kind(
        Signer.NODE,
        PermissionAnswerContent,
        "data",
        "keeps the leave, which the gate obeys at both ends, or the refusal",
        "correspondence.md M11",
    ),
    "record_request": Kind(
        Signer.NODE,
        RecordRequestContent,
        "data",
        "answers at once by its own gate: the record, refused with grounds, or nothing found",
        "correspondence.md M12, M13",
    ),
    "record_answer": Kind(
        Signer.NODE, RecordAnswerContent, "data", "adds the answer to its request and case", "correspondence.md M14"
    ),
    "pull": Kind(Signer.NODE, PullContent, "call", "answers with all that waits here for the asker", "exchange.md X30"),
    "pulled": Kind(
        Signer.NODE,
        Nothing,
        "answer",
        "takes in the envelopes beside it, and posts their receipts back",
        "exchange.md X30",
    ),
    "catch_up": Kind(
        Signer.NODE,
        CatchUp,
        "call",
        "begins its streams to the asker anew from where it stands, and gives the asker's own words back",
        "exchange.md X33",
    ),
    "caught_up": Kind(
        Signer.NODE, CaughtUp, "answer", "takes its own words back, and asks for the next page", "exchange.md X34"
    ),
    LATER_KEYS_KIND: Kind(
        Signer.NODE,
        Nothing,
        "answer",
        "takes in the changes of keys that follow it, its own and the other body's, and asks again",
        "exchange.md X33",
    ),
    "erased_since": Kind(
        Signer.NODE,
        ErasedSince,
        "call",
        "answers a restored body with the erasures that it brought here and those it was told",
        "records.md R34",
    ),
    "erased_words": Kind(
        Signer.NODE,
        ErasedWords,
        "answer",
        "finds the records among those it holds, and erases what an erasure proves",
        "records.md R34",
    ),
    "call_refused": Kind(
        Signer.NODE, Refusal, "answer", "tells its officer what the other side said", "exchange.md X27"
    ),
    "consult": Kind(
        Signer.NODE,
        ConsultContent,
        "call",
        "asks its own gate for each class, records it, and answers with `consult_answer`",
        "correspondence.md M19",
    ),
    "consult_answer": Kind(
        Signer.NODE,
        ConsultAnswerContent,
        "answer",
        "asks its own gate for the officer, shows it with the source's moment, and keeps nothing of the record",
        "correspondence.md M19",
    ),
    BLOB_FETCH: Kind(
        Signer.NODE,
        BlobFetch,
        "call",
        "asks its own gate, and gives the chunks asked for and the manifest; else nothing found",
        "records.md R22",
    ),
    BLOB_MANIFEST: Kind(
        Signer.NODE, BlobManifest, "answer", "believes it if its digest is the blob's id", "records.md R23"
    ),
    BLOB_CHUNK: Kind(
        Signer.NODE,
        BlobChunk,
        "answer",
        "keeps the sealed chunk if its digest stands in the manifest, and asks for the next",
        "records.md R23",
    ),
}

PAGE_SAYS = """\
All that one node can say to another. A statement is `{v, kind, body, at, content}` in canonical bytes, with signatures beside
them ([rules/kernel.md](../rules/kernel.md)), and travels in an envelope ([rules/exchange.md](../rules/exchange.md)). Control
overtakes data; a call is answered in the same post (X27). A kind that does not stand here is refused (X15). Unknown and missing
fields are refused."""


def kinds_taken_in() -> set[str]:
    """Return the kinds of the program's two tables, and those that answer a call."""
    answered = {
        PULL_KIND,
        PULLED_KIND,
        LATER_KEYS_KIND,
        CAUGHT_UP_KIND,
        CALL_REFUSED_KIND,
        BLOB_MANIFEST,
        BLOB_CHUNK,
        ERASED_WORDS,
        "consult_answer",
    }
    return {
        *accept_table(Mock(), Mock(), Mock(), Mock(), Mock(), Mock()),
        *answer_table(Mock(), Mock(), Mock(), Mock()),
        *answered,
    }


def statements_page() -> str:
    """Return the page of every statement kind."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from ("# Statements", "", "<!-- Written by make reference; change the code, not this file. -->", "")
    yield PAGE_SAYS
    yield from ("", "| kind | signed by | lane | what the recipient does | rule |", "|---|---|---|---|---|")
    for name, kind in KINDS.items():
        yield f"| [`{name}`](#{name}) | {kind.signer} | {kind.lane} | {kind.recipient} | {kind.rule} |"
    yield ""
    yield "A `genesis` is signed by the heads it names and never comes alone: an introduction or a hand-over carries it (B4)."
    parts: dict[str, type] = {}
    for name, content in {**{name: kind.content for name, kind in KINDS.items()}, "genesis": Genesis}.items():
        yield from ("", f"## {name}", "")
        yield from _fields(content, parts)
    yield from ("", "# Types", "")
    yield "What the fields above are made of."
    done: set[str] = set()
    while waiting := sorted(set(parts) - done):
        for part in waiting:
            done.add(part)
            yield from ("", f"## type {part}", "")
            yield from _part(parts[part], parts)


def _part(kind: type, parts: dict[str, type]) -> Iterator[str]:
    if issubclass(kind, Enum):
        yield "One of " + ", ".join(f"`{member.value}`" for member in kind) + "."
        return
    yield from _fields(kind, parts)


def _fields(content: type, parts: dict[str, type]) -> Iterator[str]:
    hints = typing.get_type_hints(content)
    yield from ("| field | holds |", "|---|---|")
    for field in dataclasses.fields(content):
        yield f"| `{field.name}` | {_words(hints[field.name], parts)} |"


SIMPLE = {str: "text", int: "whole number", bool: "true or false", bytes: "bytes, base64"}


def _words(kind: Any, parts: dict[str, type]) -> str:  # noqa: ANN401, PLR0911 - one dispatch over type forms
    """Say a type in words, and remember the classes it names."""
    if kind in SIMPLE:
        return SIMPLE[kind]
    if isinstance(kind, NewType):
        return f"text ({kind.__name__})"
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return " or ".join("nothing" if one is types.NoneType else _words(one, parts) for one in arguments)
    if origin is not None and issubclass(origin, Mapping):
        return "object"
    if origin in (tuple, frozenset, Sequence):
        return f"{'set' if origin is frozenset else 'list'} of {_words(arguments[0], parts)}"
    if dataclasses.is_dataclass(kind) or issubclass(kind, Enum):
        assert parts.setdefault(kind.__name__, kind) is kind, f"two types are called {kind.__name__}"
        return f"[{kind.__name__}](#type-{kind.__name__.lower()})"
    return {"datetime": "moment, UTC", "date": "date"}[kind.__name__]
