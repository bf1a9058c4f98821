"""What a suspension, or a cut-off, would stop, in words: shown before anybody signs (docs/rules/agreements.md A5 and A10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entente.kernel.canonical import JsonObject
from entente.web.desk.reading import BodyName, body_name, members, text, texts, whole
from entente.web.wording import Wording


@dataclass(frozen=True, slots=True)
class PreviewShown:
    """What one suspension would stop."""

    instrument: str
    counterparts: Sequence[BodyName]
    rights: Sequence[str]
    kinds: Sequence[str]
    direction: str
    records_there: int
    records_here: int
    open_requests: Sequence[str]
    open_permissions: Sequence[str]
    stays_open: Sequence[str]


def preview_shown(preview: JsonObject, say: Wording) -> PreviewShown:
    """Return the preview of one suspension."""
    return PreviewShown(
        instrument=text(preview, "instrument"),
        counterparts=[body_name(one) for one in members(preview, "counterparts")],
        rights=[say.code("rights", right) for right in texts(preview, "rights")],
        kinds=[*say.chosen_of("record_kinds", texts(preview, "kinds")).values()],
        direction=say.code("directions", text(preview, "direction")),
        records_there=whole(preview, "records_held_there"),
        records_here=whole(preview, "records_held_here"),
        open_requests=texts(preview, "open_requests"),
        open_permissions=texts(preview, "open_permissions"),
        stays_open=texts(preview, "stays_open"),
    )


def cut_off_shown(preview: JsonObject, say: Wording) -> tuple[Sequence[PreviewShown], Sequence[str], Sequence[str]]:
    """Return the preview of a cut-off: each suspension, what was stopped before, what stays open."""
    stops = [preview_shown(one, say) for one in members(preview, "stops")]
    return stops, texts(preview, "stopped_before"), texts(preview, "stays_open")
