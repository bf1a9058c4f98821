"""What we write is what another program reads: `stix2`, of the committee that makes the standard, without allowances (R56)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from entente.formats.stix_words import OURS, TLP_2, WALLET, WALLET_EXTENSION
from tests.support import reading
from tests.unit.formats import test_stix_export as export

stix2: Any = pytest.importorskip("stix2")


@pytest.fixture(autouse=True)
def _terms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "TERMS", export.TERMS)


@pytest.fixture(scope="module", autouse=True)
def _wallet() -> None:
    """Tell the program of the type of wallets, as its published definition says."""
    stix2.v21.CustomObservable(
        WALLET, [("value", stix2.properties.StringProperty(required=True))], ["value"], WALLET_EXTENSION
    )(type("Wallet", (), {}))


def test_r56_another_program_reads_every_object_that_we_write(tmp_path: Path) -> None:
    tight = export.terms_for("Person", handling=frozenset({"TLP:AMBER+STRICT", "H2"}))
    marked = export.record("p-9", "Person", [("name", "Tal")], terms=tight)
    written = export.Written(tmp_path, *export.PEOPLE, marked)
    read = stix2.parse(written.data.decode(), allow_custom=False)
    assert (read.type, len(read.objects)) == ("bundle", len(written.objects))
    for ours, theirs in zip(written.objects, read.objects, strict=True):
        assert (theirs["id"], theirs["type"]) == (ours["id"], ours["type"])
    person = next(one for one in read.objects if one.get("name") == "Tal")
    assert person.extensions[OURS]["schema"] == "Person"
    assert TLP_2["TLP:AMBER+STRICT"] in person.object_marking_refs


def test_r56_another_program_refuses_what_we_would_not_write() -> None:
    with pytest.raises(stix2.exceptions.STIXError):
        stix2.parse({"type": "location", "spec_version": "2.1", "id": "location--5a0c7b52-1d3e-4c55-9d7c-0d5b3c1f2a01",
                     "created": "2031-01-02T03:04:05.000Z", "modified": "2031-01-02T03:04:05.000Z", "city": "Alba"})  # fmt: skip
