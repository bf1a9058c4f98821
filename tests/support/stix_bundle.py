"""Builds small bundles of STIX 2.1 with invented objects."""

from __future__ import annotations

import json
import uuid
from typing import Any

AT = "2031-01-02T03:04:05.000Z"


def stix_id(kind: str, number: int) -> str:
    return f"{kind}--{uuid.UUID(int=number, version=4)}"


def stix(kind: str, number: int, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return an object with what every object has; a field that is None is left out."""
    common: dict[str, Any] = {
        "type": kind,
        "spec_version": "2.1",
        "id": stix_id(kind, number),
        "created": AT,
        "modified": AT,
    }
    return {name: value for name, value in {**common, **fields}.items() if value is not None}


def observable(kind: str, number: int, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return stix(kind, number, created=None, modified=None, **fields)


def person(number: int, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return stix("identity", number, **{"name": f"Person {number}", "identity_class": "individual", **fields})


def relationship(number: int, source: str, target: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return stix(
        "relationship",
        number,
        **{"relationship_type": "related-to", "source_ref": source, "target_ref": target, **fields},
    )


def bundle(*objects: object, **fields: Any) -> bytes:  # noqa: ANN401 - JSON
    return json.dumps(
        {"type": "bundle", "id": stix_id("bundle", 1), "objects": objects, **fields}, ensure_ascii=False
    ).encode()
