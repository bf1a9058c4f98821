"""Whatever stands in a bundle, an import gets drafts that are well formed, rejected rows, revoked ones, or one refusal (R54)."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entente.formats.imports import read_import
from entente.formats.stix_words import OURS, SILENT_TYPES, TLP_2, TYPES
from entente.kernel.errors import Invalid
from entente.records.checking import Prepared
from entente.records.model import RecordDraft, Rejected
from entente.records.originals import Revoked
from entente.records.rules import check_local_id
from tests.support import reading
from tests.support.stix_bundle import AT, bundle, stix_id

KINDS = sorted(TYPES | SILENT_TYPES | {"malware"})
IDS = st.builds(stix_id, st.sampled_from(KINDS), st.integers(1, 4))
ODD: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | IDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
OUR_PART = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("schema", "record", "facts", "unknown", "links", "fillers", "maker", "of_link"), ODD),
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from(KINDS), "spec_version": st.just("2.1"), "id": IDS, "created": st.just(AT),
    "modified": st.sampled_from([AT, "2031-01-02T03:04:05.0001Z", "2032-01-01T00:00:00Z"]), "name": st.text(max_size=8),
    "value": st.text(max_size=8), "identity_class": st.sampled_from(["individual", "system", "organization"]),
    "resource_level": st.sampled_from(["individual", "government", "team"]),
    "threat_actor_types": st.lists(st.just("nation-state")),
    "object_refs": st.lists(IDS, max_size=3), "source_ref": IDS, "target_ref": IDS, "relationship_type": st.just("uses"),
    "sighting_of_ref": IDS, "where_sighted_refs": st.lists(IDS, max_size=2), "confidence": st.integers(-1, 101),
    "object_marking_refs": st.lists(st.sampled_from([*TLP_2.values(), stix_id("marking-definition", 1)]), max_size=2),
    "granular_markings": st.lists(st.fixed_dictionaries({"marking_ref": st.sampled_from([*TLP_2.values()])}), max_size=1),
    "labels": st.lists(st.text(max_size=8)), "external_references": st.lists(st.dictionaries(st.text(max_size=4), ODD)),
    "revoked": st.booleans(), "definition": ODD, "definition_type": st.sampled_from(["tlp", "statement"]),
    "country": st.text(max_size=3), "first_seen": st.just(AT), "published": st.just(AT),
    "extensions": st.fixed_dictionaries({}, optional={OURS: OUR_PART, "x": ODD}),
    "x_odd": ODD, "religion": ODD,
}  # fmt: skip


@st.composite
def objects(draw: st.DrawFn) -> Any:  # noqa: ANN401 - JSON
    """Return an object of the standard, some of whose fields are missing or of another shape, or no object at all."""
    if draw(st.integers(0, 19)) == 0:
        return draw(ODD)
    names = {"type", "id", "spec_version", "created", "modified", *draw(st.sets(st.sampled_from(sorted(FIELDS))))}
    odd = draw(st.sets(st.sampled_from(sorted(FIELDS)), max_size=2)) if draw(st.booleans()) else set[str]()
    found = {name: draw(ODD if name in odd else FIELDS[name]) for name in sorted(names)}
    if "type" not in odd and "id" not in odd and draw(st.integers(0, 9)):
        found["id"] = stix_id(found["type"], draw(st.integers(1, 4)))
    return found


def read(file: Path) -> tuple[list[RecordDraft | Rejected | Revoked], Invalid | None]:
    """Return the rows of a bundle, or why it was refused."""
    try:
        with read_import(file, reading.terms()) as opened:
            rows = [row for row in opened.rows if not isinstance(row, Prepared)]
            assert opened.meanings().keys() == opened.losses.keys()
    except Invalid as refused:
        return [], refused
    return rows, None


@settings(deadline=None)
@given(found=st.lists(objects(), min_size=1, max_size=6))
def test_r54_any_objects_become_rows_or_one_refusal(tmp_path_factory: pytest.TempPathFactory, found: list[Any]) -> None:
    file = tmp_path_factory.mktemp("bundle") / "b.json"
    try:
        file.write_bytes(bundle(*found))
    except UnicodeEncodeError:
        return
    rows, refused = read(file)
    if refused is not None:
        assert "none of its" in refused.why or "not UTF-8" in refused.why
        return
    made: Counter[str] = Counter()
    for row in rows:
        assert isinstance(row, RecordDraft | Rejected | Revoked)
        if isinstance(row, Rejected):
            assert row.why
            continue
        made[row.local_id] += 1
        check_local_id(row.local_id)
        assert row.fragment is not None
        assert b'"religion"' not in row.fragment.data
        json.loads(row.fragment.data)
        if isinstance(row, RecordDraft):
            assert row.facts
            assert row.terms[0].handling >= reading.terms().handling
            assert row.terms[0].information_evaluation >= reading.terms().information_evaluation
    assert not [one for one, count in made.items() if count > 1]


@settings(deadline=None)
@given(at=st.integers(0, 10_000), data=st.binary(max_size=4))
def test_r54_a_bundle_with_bytes_changed_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, at: int, data: bytes
) -> None:
    file = tmp_path_factory.mktemp("bundle") / "b.json"
    whole = (Path(__file__).parents[2] / "demo/data/feed_xa.stix.json").read_bytes()
    at %= len(whole)
    file.write_bytes(whole[:at] + data + whole[at + len(data) :])
    rows, refused = read(file)
    assert rows if refused is None else refused.why and refused.do
