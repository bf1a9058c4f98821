"""Making a node's folder: what `entente init` needs of app."""

from __future__ import annotations

import re
from pathlib import Path

from entente import app
from entente.bodies.model import HEADS_MAX, BodyKind
from entente.cli.gateway import settings_of
from entente.cli.keys import passphrases
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid
from entente.kernel.exercise import EXERCISE
from entente.kernel.ids import BodyId

BODY_ID = re.compile(r"body:[a-z2-7]{32}")


def make_folder(folder: str | None, store: str, wanted: JsonObject, passphrase_file: Path | None) -> JsonObject:
    """Make the folder of a body's node and return what was made."""
    settings = settings_of(folder, store=store)
    heads, threshold = wanted["heads"], wanted["threshold"]
    if not isinstance(heads, int) or not isinstance(threshold, int) or not 1 <= heads <= HEADS_MAX:
        raise _bad("heads", f"a body has 1 to {HEADS_MAX} heads")
    if str(wanted["kind"]) not in set(BodyKind):
        raise _bad("kind", f"it is one of: {', '.join(BodyKind)}")
    if wanted["replaces"] and not BODY_ID.fullmatch(str(wanted["replaces"])):
        raise _bad("replaces", "the body it replaces is named by its id, as «entente body show» writes it")
    labels = [*(f"head-{number}" for number in range(1, heads + 1)), "data protection officer"]
    given = passphrases(labels, passphrase_file, is_new=True)
    new = app.NewBody(
        kind=BodyKind(str(wanted["kind"])),
        code=str(wanted["code"]),
        name=str(wanted["name"]),
        country=str(wanted["country"]),
        zone=str(wanted["zone"]),
        addresses=(str(wanted["address"]),) if wanted["address"] else (),
        head_passphrases=given[:heads],
        threshold=threshold,
        data_protection_passphrase=given[heads],
        replaces=BodyId(str(wanted["replaces"])) if wanted["replaces"] else None,
        is_exercise=wanted.get("exercise") is True,
    )
    body = app.create_folder(settings.folder, new, settings.store)
    keys = settings.folder / "keys"
    marked: JsonObject = {EXERCISE: True} if new.is_exercise else {}
    return {
        **marked,
        "body": body,
        "code": new.code,
        "folder": str(settings.folder),
        "store": settings.store,
        "first_officer": app.FIRST_HEAD,
        "head_keys": [str(keys / f"{label}.pem") for label in labels[:heads]],
        "threshold": threshold,
    }


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        f"The field {field} does not hold what it should.",
        field=field,
        why=f"A body begins only with what every node can check: {why}.",
        do="Give it again; «entente init --help» shows an example.",
    )
