"""R51, R52: a file that a process reads beside the node gives what it gives in the node, whatever becomes of the process."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from entente import import_beside
from entente.formats.import_terms import ImportTerms
from entente.formats.imports import read_under
from entente.formats.operator_files import OperatorFiles
from entente.import_beside import ReadingProcess, read_beside
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Invalid, Unavailable
from entente.kernel.ids import RecordId
from entente.node import Node
from entente.records.statements import read_record
from entente.storage.unit_of_work import SqlUnitOfWork
from entente.verbs import perform
from tests.cli.test_import_lists import TERMS
from tests.cli.test_import_tables import HEAD, MAPPING
from tests.storage.conftest import skip_without_programs
from tests.support import un_list
from tests.support.nodes import AGREEMENT, CHARTER, DUTY, Network, open_network
from tests.support.postgres_server import Server

pytestmark = pytest.mark.storage

XA = "XA-NCB"
BESIDE = partial(read_beside, least_bytes=0)
Read = Callable[[Path, ImportTerms, bytes], Any]


def person(number: int, **properties: list[str]) -> str:
    given = {"name": [f"Ardan «{number}» Велк\t", 'Q\\uote "d"'], "birthDate": ["1979-05"], **properties}
    return json.dumps({"id": f"p-{number}", "schema": "Person", "properties": given}, ensure_ascii=False)


def lines(count: int = 400) -> str:
    """Return a list in which some rows are bad, one comes twice, one changed, and originals are short, long and very long."""
    odd = {
        7: "{broken",
        11: person(11, birthDate=["1979-02-31"]),
        13: person(13, notes=["x" * 2_000]),
        17: person(17, notes=["long word " * 600]),
        19: person(19, religion=["never carried"], invented=["kept as it is"]),
        23: json.dumps({"id": "p-23", "schema": "Nonsense", "properties": {}}),
        29: person(29, parents=["p-3"]),
        31: person(13, notes=["another version within the file"]),
        37: person(3),
        41: person(41, name=["\u202e reversed"]),
    }
    return "".join(f"{odd.get(number, person(number))}\n" for number in range(count))


STATUS = ("open", "closed")
FILES: dict[str, tuple[str, bytes, str]] = {
    "ftm": ("people.jsonl", lines().encode(), ""),
    "un": (
        "consolidated.xml",
        un_list.xml(
            *(un_list.individual(number, "<RELIGION>secret</RELIGION>") for number in range(60)),
            un_list.individual(7),
            un_list.individual(99, un_list.part("INDIVIDUAL_DATE_OF_BIRTH", TYPE_OF_DATE="EXACT", DATE="1970-02-30")),
            entities=un_list.entity(200),
        ),
        "",
    ),
    "table": (
        "register.csv",
        (HEAD + "".join(f"{n},Mira {n},{n % 31 + 1:02}.02.1980,{STATUS[n % 9 == 0]},x\n" for n in range(200))).encode(),
        MAPPING,
    ),
}  # fmt: skip


def reading(node: Node, read: Read) -> Node:
    """Return the node with another way to read files of imports."""
    return replace(node, files=OperatorFiles(node.lists, read))


def imported(node: Node, file: Path, mapping: str = "", **more: Json) -> tuple[Any, list[Any], list[int]]:
    """Import a file as an officer does; return the answer, the rejected rows and the progress."""
    told: list[int] = []
    given: JsonObject = {"officer": str(DUTY), "file": str(file), "terms": TERMS, **more}
    answer = perform(node, "record_import", {**given, **({"mapping": mapping} if mapping else {})}, told.append)
    rejects = Path(f"{file}.rejects.jsonl")
    rejected = [json.loads(line) for line in rejects.read_text("utf-8").splitlines()] if rejects.exists() else []
    rejects.unlink(missing_ok=True)
    assert isinstance(answer["summary"], dict)
    answer["summary"].pop("seconds")
    return answer, rejected, told


def kept(node: Node) -> list[Any]:
    """Return what is kept of all records, in the order of their numbers, each with its original, its place and its row."""
    with node.records.open_unit() as unit:
        assert isinstance(unit, SqlUnitOfWork)
        found = []
        for stored in unit.records.get_many(range(1, 2_000)):
            record = stored.record
            # What was signed is what stands in the row.
            assert read_record(stored.statement) == record
            assert unit.records.digests([record.id])[record.id][0] == record.version
            rows = [(row.sequence, row.act) for row in unit.trail.about(record.id, 10)]
            original = unit.records.fragment(record.id)
            signatures = stored.statement.signatures
            found.append(
                (stored.number, record, stored.statement.signed, signatures, original, stored.change_sequence, rows)
            )
        return found


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with open_network(tmp_path / "nodes", concluded=(CHARTER, AGREEMENT)) as network:
        yield reading(network[XA], BESIDE)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "people.jsonl"
    made.write_text(lines(), encoding="utf-8")
    return made


def ids(node: Node) -> list[RecordId]:
    return [one[1].id for one in kept(node)]


@pytest.mark.parametrize(
    "which", [*list(FILES)[:1], *(pytest.param(one, marks=pytest.mark.long) for one in list(FILES)[1:])]
)
@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.long)])
def test_r51_a_file_gives_the_same_records_rejects_order_and_trail_either_way(
    which: str, engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if engine == "postgres":
        skip_without_programs()
    server: Server | None = request.getfixturevalue("server") if engine == "postgres" else None
    name, data, mapping = FILES[which]
    (tmp_path / name).write_bytes(data)
    found: list[tuple[Any, ...]] = []
    for way, read in (("plain", read_under), ("beside", BESIDE)):
        with open_network(tmp_path / way, concluded=(CHARTER, AGREEMENT), server=server) as network:
            # Both at one moment, so that what is signed is the same.
            moment = network.clock.stop(found[0][0] if found else None)
            node = reading(network[XA], read)
            first = imported(node, tmp_path / name, mapping, share_with=["XB-NCB"])
            again = imported(node, tmp_path / name, mapping, list="a-list")
            assert again[0]["summary"]["created"] == 0
            found.append((moment, first, again, kept(node), node.trail.verify(_keys(network)).is_sound))
    plain, beside = found
    assert plain[3], "records were made"
    assert plain[1][1], "rows were rejected"
    assert plain[1:] == beside[1:]
    assert plain[-1]


def _keys(network: Network) -> tuple[bytes, ...]:
    return tuple(version.node_key for version in network.own(XA).keys)


def test_r52_a_process_that_is_killed_in_the_middle_loses_no_row_and_does_none_twice(
    node: Node, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    messages = 0

    def killed_at_the_third(self: ReadingProcess, seconds: float) -> dict[str, Any]:
        nonlocal messages
        messages += 1
        if messages == 3:
            os.kill(self.pid, signal.SIGKILL)
            while True:  # what it had written is read; then it has ended
                real(self, seconds)
        return real(self, seconds)

    real = ReadingProcess.next
    with monkeypatch.context() as patch:
        patch.setattr(ReadingProcess, "next", killed_at_the_third)
        beside = imported(node, file)
    assert messages == 3
    assert "the node reads it itself" in caplog.text
    with open_network(tmp_path / "other", concluded=(CHARTER, AGREEMENT)) as network:
        plain = imported(reading(network[XA], read_under), file)
        assert [one[1].local_id for one in kept(network[XA])] == [one[1].local_id for one in kept(node)]
    assert beside[:2] == plain[:2]
    assert beside[2][-1] == plain[2][-1] == 400


@pytest.mark.parametrize(
    ("what", "value"), [("READER", "entente.no_such_module"), ("sys.executable", "/nowhere/python")]
)
def test_r52_where_no_process_can_be_started_the_node_says_so_and_reads_itself(
    node: Node, file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, what: str, value: str
) -> None:
    if what == "READER":
        monkeypatch.setattr(import_beside, "READER", value)
    else:
        monkeypatch.setattr(sys, "executable", value)
    answer, rejected, _ = imported(node, file)
    assert answer["summary"]["rejected"] == len(rejected) == 4
    assert answer["summary"]["created"] == len(ids(node)) == 394
    assert "the node reads it itself" in caplog.text


def test_r52_a_file_that_was_replaced_when_the_process_ended_is_not_gone_on_with(
    node: Node, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(self: ReadingProcess, seconds: float) -> dict[str, Any]:
        message = real(self, seconds)
        if "rows" in message:
            file.write_text(lines(500), encoding="utf-8")
            raise import_beside.ReaderEnded("made to end")
        return message

    real = ReadingProcess.next
    monkeypatch.setattr(ReadingProcess, "next", ended)
    with pytest.raises(Unavailable, match="was replaced while it was read"):
        imported(node, file)
    assert ids(node) == []


BROKEN = {
    "empty": ("people.jsonl", b"", ""),
    "cut off": ("list.xml", un_list.xml(un_list.individual(1))[:-30], ""),
    "no list": ("list.xml", b"<Unknown/>", ""),
    "not UTF-8": ("people.jsonl", person(1).encode() + b"\n\xff\n", ""),
    "bomb": ("people.jsonl.gz", gzip.compress(b"{" + b" " * 8_000_000), ""),
    "no mapping for it": ("register.csv", b"Other,Names\n1,2\n", MAPPING),
    "ill-formed mapping": ("register.csv", HEAD.encode(), "entities: {"),
    "absent": ("absent.jsonl", None, ""),
}


@pytest.mark.parametrize("which", BROKEN)
def test_r51_a_file_that_is_refused_is_refused_in_the_same_words_either_way(
    which: str, node: Node, tmp_path: Path
) -> None:
    name, data, mapping = BROKEN[which]
    if data is not None:
        (tmp_path / name).write_bytes(data)
    said = []
    for read in (read_under, BESIDE):
        with pytest.raises(Invalid) as refused:
            imported(reading(node, read), tmp_path / name, mapping)
        error = refused.value
        said.append((error.what, error.why, error.do, error.field))
    assert said[0] == said[1]
    assert ids(node) == []


def test_r51_an_import_that_is_stopped_in_the_middle_leaves_no_process_and_goes_on_when_it_is_run_again(
    node: Node, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[ReadingProcess] = []
    real = ReadingProcess.__init__

    def noted(self: ReadingProcess, *given: Any) -> None:  # noqa: ANN401 - as it is
        real(self, *given)
        begun.append(self)

    monkeypatch.setattr(ReadingProcess, "__init__", noted)

    def stop(read: int) -> None:
        if read >= 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        perform(node, "record_import", {"officer": str(DUTY), "file": str(file), "terms": TERMS}, stop)
    assert 50 < len(ids(node)) < 394
    [process] = begun
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)
    Path(f"{file}.rejects.jsonl").unlink(missing_ok=True)
    answer, rejected, _ = imported(node, file)
    assert answer["summary"]["read"] == 400
    assert len(rejected) == 4
    assert len(ids(node)) == len(set(ids(node))) == 394


def test_r51_the_process_has_nothing_of_the_nodes_environment(
    node: Node, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTENTE_PASSPHRASE", "not for it")
    monkeypatch.setenv("PGPASSWORD", "not for it")
    seen: list[bytes] = []
    real = ReadingProcess.next

    def looked_at(self: ReadingProcess, seconds: float) -> dict[str, Any]:
        message = real(self, seconds)
        if not seen:
            seen.append(Path(f"/proc/{self.pid}/environ").read_bytes())
            seen.append(b" ".join(Path(one).readlink().name.encode() for one in _open_files(self.pid)))
        return message

    monkeypatch.setattr(ReadingProcess, "next", looked_at)
    imported(node, file)
    assert b"PYTHONPATH=" in seen[0]
    assert b"not for it" not in seen[0]
    assert b"people.jsonl" in seen[1]
    assert b"node.key" not in seen[1]
    assert b".db" not in seen[1]


def _open_files(pid: int) -> list[Path]:
    return list(Path(f"/proc/{pid}/fd").iterdir())


def test_r51_a_small_file_is_read_in_the_node(node: Node, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ReadingProcess, "__init__", lambda *_: pytest.fail("no process is worth its start"))
    answer, _, _ = imported(reading(node, read_beside), file)
    assert answer["summary"]["created"] == 394


def test_w149_how_much_of_a_file_was_read_is_told_either_way(node: Node, file: Path) -> None:
    for name, read in (("beside", BESIDE), ("here", read_under)):
        shares: list[int | None] = []
        rejects = str(file.with_name(f"{name}.rejects.jsonl"))
        given: JsonObject = {"officer": str(DUTY), "file": str(file), "terms": TERMS, "rejects": rejects}
        perform(reading(node, read), "record_import", given, file_share=shares.append)
        assert shares[-1] == 1_000
        assert shares == sorted(share or 0 for share in shares)
