"""Between a record and its row.

A record is written and read by the thousand, so it has a compact form of its own: facts and links as short lists, disclosure
classes by number. The signed bytes of its statement stand beside it exactly as they were signed, with their digest; a row
whose bytes no longer fit the digest is damage, never an answer.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from datetime import date
from typing import Any, cast

import sqlalchemy as sa

from entente.disclosure.model import DisclosureClass
from entente.handling.model import Observation, Retention
from entente.kernel.canonical import JsonObject, quoted
from entente.kernel.codec import from_json
from entente.kernel.errors import Unavailable
from entente.kernel.ids import BodyId, KeyId, RecordId
from entente.kernel.signing import Signature, decode_bytes, encode_bytes
from entente.kernel.statement import Statement
from entente.records.model import BlobReference, ChangedRecord, Fact, Link, Record, StoredRecord
from entente.records.ports import RecordWrite
from entente.storage.record_forms import content_text
from entente.storage.record_pages import numbers_text
from entente.storage.schema import stored_moment

_OBSERVATIONS = {observation.value: observation for observation in Observation}
_decode = json.JSONDecoder().decode


def values_of(write: RecordWrite, number: int) -> dict[str, object]:
    """Return the columns of a record's row; a version just kept is neither withdrawn, in doubt nor ended.

    Whether the record is withdrawn stays as it is where an earlier version is held.
    """
    record, statement = write.record, write.statement
    return {
        "number": number,
        "record_id": record.id,
        "source": record.source,
        "local_id": record.local_id,
        "version": record.version,
        "schema": record.schema,
        "kind": record.kind,
        "at": record.at,
        "erase_on": record.retention.erase_on.isoformat(),
        "received_from": write.received_from,
        "received_at": write.received_at,
        "change_sequence": write.change_sequence,
        "digest": write.digest,
        "class_numbers": numbers_text(write.class_numbers),
        "content": content_text(record) if write.written is None else write.written.content,
        "signed": statement.signed,
        "signatures": "[" + ",".join([_signature_text(item) for item in statement.signatures]) + "]",
        "statement_hash": statement.digest,
        "withdrawn_at": None,
        "doubted_at": None,
        "ended_at": None,
    }


def _signature_text(signature: Signature) -> str:
    return f'[{quoted(signature.key_id)},"{encode_bytes(signature.value)}"]'


def stored_record(row: sa.Row[Any], class_of: Callable[[int], DisclosureClass]) -> StoredRecord:
    """Read a row back; raise Unavailable when its signed bytes are not the ones that were kept."""
    class_numbers = class_numbers_of(row.class_numbers)
    return StoredRecord(
        number=row.number,
        record=_record(row, class_numbers, class_of),
        statement=_statement(row),
        class_numbers=class_numbers,
        received_from=None if row.received_from is None else BodyId(row.received_from),
        received_at=row.received_at,
        withdrawn_at=row.withdrawn_at,
        change_sequence=row.change_sequence,
        doubted_at=row.doubted_at,
        ended_at=row.ended_at,
    )


def content_record(row: sa.Row[Any], class_of: Callable[[int], DisclosureClass]) -> ChangedRecord:
    """Read of a row what a search compares; raise Unavailable when its signed bytes are not the ones that were kept."""
    _check_signed(row)
    return changed_record(row, class_of)


def changed_record(row: sa.Row[Any], class_of: Callable[[int], DisclosureClass]) -> ChangedRecord:
    """Read of a row what a search and standing queries take."""
    class_numbers = class_numbers_of(row.class_numbers)
    made = _record(row, class_numbers, class_of)
    return ChangedRecord(
        row.number, made, class_numbers, row.withdrawn_at, row.change_sequence, row.doubted_at, row.ended_at
    )


def _record(row: sa.Row[Any], class_numbers: tuple[int, ...], class_of: Callable[[int], DisclosureClass]) -> Record:
    content = _decode(row.content)
    return Record(
        id=RecordId(row.record_id),
        source=BodyId(row.source),
        local_id=row.local_id,
        version=row.version,
        schema=row.schema,
        kind=row.kind,
        at=row.at,
        terms=tuple([class_of(number) for number in class_numbers]),
        facts=tuple(
            [
                Fact(name, value, terms, _OBSERVATIONS[observation], is_unknown)
                for name, value, terms, observation, is_unknown in content["facts"]
            ]
        ),
        links=tuple([_link(item) for item in content["links"]]),
        retention=Retention(date.fromisoformat(content["review_on"]), date.fromisoformat(row.erase_on)),
        blobs=tuple([from_json(BlobReference, item, "blobs") for item in content.get("blobs", ())]),
    )


@functools.lru_cache(maxsize=4_096)
def class_numbers_of(text: str) -> tuple[int, ...]:
    """Read the numbers of a row's classes."""
    # Records by the thousand have the same classes.
    return tuple(json.loads(text))


def _link(item: list[Any]) -> Link:
    name, to, terms, observation = item
    return Link(name, RecordId(to), terms, _OBSERVATIONS[observation])


def _check_signed(row: sa.Row[Any]) -> None:
    if hashlib.sha256(row.signed).digest() != row.statement_hash:
        raise Unavailable(
            "A stored record is damaged.",
            why=f"The signed bytes of record number {row.number} are not the ones that were kept.",
            do="Stop the node, keep a copy of its folder, and restore the last backup.",
            retry_is_safe=False,
        )


def _statement(row: sa.Row[Any]) -> Statement:
    _check_signed(row)
    signed = row.signed
    # The bytes were parsed strictly before they were kept and are the same bytes: the plain reader is enough.
    said = _decode(signed.decode("utf-8"))
    signatures = tuple(
        Signature(KeyId(key), decode_bytes(value, "signatures")) for key, value in _decode(row.signatures)
    )
    return Statement(
        said["kind"],
        BodyId(said["body"]),
        stored_moment(said["at"]),
        cast("JsonObject", said["content"]),
        signed,
        signatures,
    )
