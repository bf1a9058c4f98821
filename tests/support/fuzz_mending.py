"""What the hostile peer puts right after a change, so that it is not stopped by what anybody could put right.

A moment that is stated twice, an id that is the digest of the rest: whoever signs can make these fit whatever he says, and only
then the rules behind them are reached.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from entente.agreements.model import Instrument
from entente.agreements.rules import instrument_id
from entente.bodies.rules import body_id
from entente.kernel.clock import format_time
from entente.kernel.codec import from_json
from entente.kernel.errors import EntenteError


def mended(kind: str, content: Any, at: datetime) -> Any:  # noqa: ANN401 - any JSON
    """Return a content with what its kind says twice made to agree."""
    if not isinstance(content, dict):
        return content
    header = content.get("header")
    if isinstance(header, dict) and "at" in header:
        header["at"] = format_time(at)
    if kind == "participation" and "at" in content:
        content["at"] = format_time(at)
    if kind in {"instrument", "instrument_signature"} and isinstance(content.get("instrument"), dict):
        _with_true_id(content["instrument"])
    if kind == "introduction":
        _about_whom_it_carries(content)
    return content


def _with_true_id(instrument: dict[str, Any]) -> None:
    try:
        instrument["id"] = instrument_id(from_json(Instrument, instrument))
    except EntenteError:
        # What cannot be read has no id.
        return


def _about_whom_it_carries(content: dict[str, Any]) -> None:
    carried = content.get("statements")
    first = carried[0] if isinstance(carried, list) and carried else None
    if isinstance(first, dict) and isinstance(first.get("signed"), str):
        content["about"] = body_id(first["signed"].encode("utf-8", "surrogatepass"))
