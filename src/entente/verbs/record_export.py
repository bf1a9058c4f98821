"""The verb that writes our records into a file."""

from __future__ import annotations

from enum import StrEnum

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Invalid
from entente.node import Node
from entente.records.exporting import Exporting, ExportPlan
from entente.verbs.arguments import Arguments
from entente.verbs.references import names_of
from entente.verbs.verb import Verb, verb


class ExportFormat(StrEnum):
    """What records are written as."""

    FTM = "ftm"
    STIX = "stix"


def _export(node: Node, arguments: Arguments) -> JsonObject:
    node.disk.require_room()
    out, form = arguments.path("out"), arguments.choice("format", ExportFormat, ExportFormat.FTM)
    own = names_of(node).own
    plan = ExportPlan(
        arguments.officer(),
        arguments.text("purpose"),
        arguments.text("crime_area"),
        arguments.optional_text("case"),
        form.value,
        arguments.optional_text("kind"),
        arguments.progress,
    )
    exporting = Exporting(node.records)
    with node.files.export(out, form.value, own.code, is_exercise=own.is_exercise) as file:
        count = exporting.run(plan, file.add) - file.left_out
        if not count:
            raise _nothing_fits(form)
        file.end()
        # Before the file stands under its name: what is in a file is in the trail.
        exporting.finished(plan, count, file.sha256)
    losses: list[Json] = [
        {"reason": reason, "count": count, "meaning": file.meanings[reason]}
        for reason, count in sorted(file.losses.items())
    ]
    return {"out": str(out), "records": count, "sha256": file.sha256, "losses": losses}


def _nothing_fits(form: ExportFormat) -> Invalid:
    return Invalid(
        "No file was written: the format has no place for any of the records.",
        field="format",
        why=f"Of each of them it was asked what {form.value} has for its schema: nothing.",
        do="Export them as FollowTheMoney, which has a place for all, or another kind of record.",
    )


VERBS: tuple[Verb, ...] = (
    verb(
        "record_export", _export, "Write our own records into a file, for a purpose.",
        "officer", "purpose", "crime_area", "case", "kind", "format", "out",
    ),
)  # fmt: skip
