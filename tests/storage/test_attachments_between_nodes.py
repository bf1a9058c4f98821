"""Files of messages between real nodes: sent, fetched over the exchange, opened, refused, recalled, erased (M24 and M25)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from entente.agreements.model import Direction, SuspensionTerms
from entente.correspondence.messages import Letter
from entente.correspondence.model import Message
from entente.kernel.blob import CHUNK_BYTES
from entente.kernel.errors import EntenteError, Invalid, NotFound, Refused, Unavailable, Untrusted
from entente.kernel.ids import BlobId
from entente.records.model import SealedFile
from entente.records.statements import BLOB_FETCH, BlobFetch, blob_statement
from entente.verbs import perform
from tests.support.nodes import AGREEMENT, AGREEMENT_NAME, CHARTER, DUTY, HEAD, Network, open_network

pytestmark = pytest.mark.storage

XA, XB, GS = "XA-NCB", "XB-NCB", "GS"
FILM = b"\xff\xd8\xff\xe0" + bytes(place * place % 251 for place in range(CHUNK_BYTES * 4 + 1_000))
"""Five chunks, so that it is fetched in three calls."""


@pytest.fixture(scope="module", name="network")
def _network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with open_network(tmp_path_factory.mktemp("attachments"), concluded=(CHARTER, AGREEMENT)) as opened:
        yield opened


def ask(network: Network, code: str, verb: str, **given: Any) -> Any:  # noqa: ANN401 - a verb's JSON
    return perform(network[code], verb, given)


def send(network: Network, tmp_path: Path, data: bytes = FILM, name: str = "gate.jpg", **more: Any) -> str:  # noqa: ANN401
    file = tmp_path / name
    file.write_bytes(data)
    letter = {"officer": DUTY, "to": XA, "instrument": "charter", "subject": "Gate 4", "text": "Seen at gate 4."}
    sent = ask(network, XB, "message_send", **{**letter, "attachments": [{"file": str(file), "name": name}], **more})
    network.deliver()
    return str(sent["message"]["id"])


def taken_out(network: Network, code: str, message: str, out: Path, name: str = "gate.jpg") -> bytes:
    ask(network, code, "message_attachment", officer=DUTY, id=message, file=name, out=str(out))
    return out.read_bytes()


def kept(network: Network, code: str, message: str) -> Message:
    with network[code].correspondence.open_view() as unit:
        found = unit.correspondence.message(message)
    assert found is not None
    return found


def file_of(network: Network, message: str, code: str = XB) -> SealedFile:
    (file,) = kept(network, code, message).attachments
    return file


def on_disk(network: Network, code: str, blob: BlobId) -> list[str]:
    name = blob.removeprefix("blob:")
    return sorted(path.name for path in (network.folders[code] / "blobs" / name[:2] / name).glob("*"))


def acts(network: Network, code: str, message: str) -> list[str]:
    with network[code].records.open_unit() as unit:
        return [row.act.verb for row in unit.trail.about(message, 1_000)]


def asked_for_chunks(network: Network, code: str, blob: BlobId, instrument: str = "charter") -> Any:  # noqa: ANN401
    """Ask XB for a chunk as another node would."""
    node = network[code]
    question = BlobFetch(blob, with_manifest=True, first=0, count=1)
    statement = blob_statement(BLOB_FETCH, question, network.id(code), node.clock.now(), node.records.signer)
    return node.call(network.id(XB), statement, network.instrument(instrument))


def test_m25_file_is_fetched_when_it_is_opened_checked_and_given_byte_for_byte(
    network: Network, tmp_path: Path
) -> None:
    message = send(network, tmp_path)
    blob = file_of(network, message).id
    # What stands on the envelope says how many there are; what they are is read by opening the message.
    outside = ask(network, XA, "message_show", id=message)["message"]
    assert (outside["attachment_count"], outside["attachments"]) == (1, [])
    assert on_disk(network, XA, blob) == []
    opened = ask(network, XA, "message_open", id=message, officer=DUTY)["message"]["attachments"]
    (told,) = opened
    assert {name: told[name] for name in ("name", "media_type", "bytes", "is_here")} == {
        "name": "gate.jpg", "media_type": "image/jpeg", "bytes": len(FILM), "is_here": False,
    }  # fmt: skip
    assert "key" not in told
    assert taken_out(network, XA, message, tmp_path / "out.jpg") == FILM
    assert on_disk(network, XA, blob) == on_disk(network, XB, blob) == ["chunks", "manifest"]
    assert acts(network, XB, message) == ["send_message", "give_file", "give_file", "give_file"]
    assert acts(network, XA, message)[-2:] == ["fetch_file", "open_attachment"]
    # It is here now, by its blob's id too, and its sender opens its own.
    assert taken_out(network, XA, message, tmp_path / "again.jpg", blob) == FILM
    assert taken_out(network, XB, message, tmp_path / "own.jpg") == FILM
    assert acts(network, XB, message)[4:] == ["open_attachment"]


def test_m25_to_open_a_file_is_to_open_its_message_and_to_fetch_one_is_not(network: Network, tmp_path: Path) -> None:
    message = send(network, tmp_path)
    brought = ask(network, XA, "message_attachment", officer=DUTY, id=message, file="gate.jpg")
    assert (brought["file"]["is_here"], brought["out"]) == (True, "")
    assert ask(network, XA, "message_show", id=message)["message"]["steps"] == []
    taken_out(network, XA, message, tmp_path / "out.jpg")
    network.deliver()
    assert [one["step"] for one in ask(network, XA, "message_show", id=message)["message"]["steps"]] == ["opened"]
    (sent,) = ask(network, XB, "message_show", id=message)["message"]["deliveries"]
    assert [one["step"] for one in sent["steps"]] == ["opened"]


def test_m25_who_was_not_sent_the_message_gets_what_it_would_get_for_nothing(network: Network, tmp_path: Path) -> None:
    message = send(network, tmp_path)
    blob = file_of(network, message).id
    refusals = []
    for wanted in (blob, BlobId(f"blob:{'0' * 64}")):
        with pytest.raises(NotFound) as refused:
            asked_for_chunks(network, GS, wanted)
        refusals.append(refused.value.args)
    assert refusals[0] == refusals[1]
    assert asked_for_chunks(network, XA, blob)
    for name, code in (("pier.jpg", XA), ("gate.jpg", GS)):
        with pytest.raises(NotFound):
            ask(network, code, "message_attachment", officer=DUTY, id=message, file=name)


def test_m25_message_that_names_a_file_of_somebody_else_gives_nobody_that_file(
    network: Network, tmp_path: Path
) -> None:
    message = send(network, tmp_path)
    stolen = file_of(network, message)
    named = network[XA].correspondence
    # XA, who knows the key, names XB's file in a message of its own to GS: GS asks XA, who has no chunks of its own to give.
    sent = named.send_message(
        DUTY, network.id(GS), network.instrument("charter"), Letter("Look", "At this.", attachments=(stolen,))
    )
    network.deliver()
    with pytest.raises(EntenteError):
        taken_out(network, GS, sent.header.id, tmp_path / "stolen.jpg")
    assert not (tmp_path / "stolen.jpg").exists()
    with pytest.raises(NotFound):
        asked_for_chunks(network, GS, stolen.id)


@pytest.mark.parametrize("size", [-1, 0])
def test_m25_message_that_names_a_file_of_our_own_destroys_nothing(network: Network, tmp_path: Path, size: int) -> None:
    own = send(network, tmp_path)
    lie = replace(file_of(network, own), size=file_of(network, own).size + size, key=bytes(32))
    sent = network[XA].correspondence.send_message(
        DUTY, network.id(XB), network.instrument("charter"), Letter("Look", "At this.", attachments=(lie,))
    )
    network.deliver()
    with pytest.raises(Untrusted):
        taken_out(network, XB, sent.header.id, tmp_path / "lie.jpg")
    assert taken_out(network, XB, own, tmp_path / "own.jpg") == FILM


def test_m25_fetch_that_was_cut_goes_on_after_the_last_good_chunk(network: Network, tmp_path: Path) -> None:
    message = send(network, tmp_path)
    node, calls = network[XA], list[int]()

    def cut_line(*given: Any) -> Any:  # noqa: ANN401 - what a call takes and gives
        calls.append(1)
        if len(calls) == 2:
            raise Unavailable("Cut.", why="It rained.", do="Ask again.", retry_is_safe=True)
        return node.call(*given)

    blobs = replace(node.blobs, call=cut_line)
    with pytest.raises(Unavailable):
        node.correspondence.open_attachment(DUTY, message, "gate.jpg", blobs, lambda _: None)
    assert "chunks" not in on_disk(network, XA, file_of(network, message).id)
    with pytest.raises(Unavailable):
        # It is given from here alone, and not all of it is here.
        node.correspondence.checked_attachment(DUTY, message, "gate.jpg", blobs)
    _, plain = node.correspondence.open_attachment(DUTY, message, "gate.jpg", blobs, lambda _: None)
    assert b"".join(plain) == FILM
    assert len(calls) == 4, "no chunk was asked for twice"


def test_m25_sender_that_cannot_be_reached_says_so_and_leaves_nothing_behind(network: Network, tmp_path: Path) -> None:
    message = send(network, tmp_path)
    network.close(XB)
    try:
        with pytest.raises(Unavailable):
            taken_out(network, XA, message, tmp_path / "out.jpg")
    finally:
        network.open(XB)
    assert list(tmp_path.glob("*out*")) == []
    assert taken_out(network, XA, message, tmp_path / "out.jpg") == FILM


def flip(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 1]))


def test_m25_wrong_bytes_are_not_taken_and_damaged_ones_are_fetched_anew(network: Network, tmp_path: Path) -> None:
    message = send(network, tmp_path)
    name = file_of(network, message).id.removeprefix("blob:")
    there, here = (network.folders[code] / "blobs" / name[:2] / name / "chunks" for code in (XB, XA))
    flip(there, 10)
    with pytest.raises(Untrusted):
        taken_out(network, XA, message, tmp_path / "out.jpg")
    assert not (tmp_path / "out.jpg").exists()
    flip(there, 10)
    assert taken_out(network, XA, message, tmp_path / "out.jpg") == FILM
    flip(here, 10)
    with pytest.raises(Unavailable):
        taken_out(network, XA, message, tmp_path / "damaged.jpg")
    assert not (tmp_path / "damaged.jpg").exists()
    assert taken_out(network, XA, message, tmp_path / "anew.jpg") == FILM


WRONG: dict[str, Callable[[SealedFile], SealedFile]] = {
    "another digest": lambda file: replace(file, sha256="0" * 64),
    "another key": lambda file: replace(file, key=bytes(32)),
    "another size": lambda file: replace(file, size=file.size - 1),
    "another type": lambda file: replace(file, file_name="gate.pdf", media_type=type(file.media_type).PDF),
}


@pytest.mark.parametrize("what", WRONG)
def test_m25_what_its_sender_did_not_sign_is_given_to_nobody(network: Network, tmp_path: Path, what: str) -> None:
    plain = tmp_path / "gate.jpg"
    plain.write_bytes(FILM)
    node = network[XB]
    with node.files.attachment(plain) as opened, node.blobs.sealed([opened], lambda _: None) as files:
        lie = WRONG[what](files[0])
        sent = node.correspondence.send_message(
            DUTY, network.id(XA), network.instrument("charter"), Letter("Gate 4", "Seen.", attachments=(lie,))
        )
    network.deliver()
    with pytest.raises(Untrusted):
        taken_out(network, XA, sent.header.id, tmp_path / "out.jpg", lie.file_name)
    assert not (tmp_path / "out.jpg").exists()


def recall(network: Network, message: str) -> None:
    ask(network, XB, "message_recall", officer=DUTY, id=message, reason="The wrong picture.")
    network.deliver()


def test_m25_recall_takes_the_files_with_the_text_and_the_sender_gives_no_more(
    network: Network, tmp_path: Path
) -> None:
    fetched, not_fetched = send(network, tmp_path), send(network, tmp_path)
    taken_out(network, XA, fetched, tmp_path / "out.jpg")
    blobs = [file_of(network, one).id for one in (fetched, not_fetched)]
    for message in (fetched, not_fetched):
        recall(network, message)
    assert [on_disk(network, XA, blob) for blob in blobs] == [[], []]
    with network[XA].records.open_unit() as unit:
        assert unit.blobs.get(blobs[0]) is None
    for message, blob in zip((fetched, not_fetched), blobs, strict=True):
        assert kept(network, XA, message).attachments == ()
        with pytest.raises(NotFound):
            taken_out(network, XA, message, tmp_path / "late.jpg")
        with pytest.raises(NotFound):
            asked_for_chunks(network, XA, blob)
        # Its sender has its own file, as its own text.
        assert taken_out(network, XB, message, tmp_path / f"{message}.jpg") == FILM
    with network[XA].records.open_unit() as unit:
        assert [row.act.verb for row in unit.trail.about(blobs[0], 10)] == ["erase_file"]


def test_m25_another_bodys_message_that_names_a_file_keeps_it_from_no_recall(network: Network, tmp_path: Path) -> None:
    message = send(network, tmp_path)
    taken_out(network, XA, message, tmp_path / "out.jpg")
    file = file_of(network, message)
    # GS learned its key somewhere, and names it, so that XA has a second reason to keep it.
    named = network[GS].correspondence.send_message(
        DUTY, network.id(XA), network.instrument("charter"), Letter("Look", "At this.", attachments=(file,))
    )
    network.deliver()
    assert taken_out(network, XA, named.header.id, tmp_path / "named.jpg") == FILM
    recall(network, message)
    assert on_disk(network, XA, file.id) == []
    with pytest.raises(EntenteError):
        taken_out(network, XA, named.header.id, tmp_path / "late.jpg")
    assert not (tmp_path / "late.jpg").exists()


def test_m25_recall_that_arrives_while_a_file_comes_ends_its_fetch(network: Network, tmp_path: Path) -> None:
    message = send(network, tmp_path)
    node, calls = network[XA], list[int]()

    def recalled_meanwhile(*given: Any) -> Any:  # noqa: ANN401 - what a call takes and gives
        answer = node.call(*given)
        calls.append(1)
        if len(calls) == 2:
            recall(network, message)
        return answer

    blobs = replace(node.blobs, call=recalled_meanwhile)
    with pytest.raises(NotFound):
        node.correspondence.open_attachment(DUTY, message, "gate.jpg", blobs, lambda _: None)
    assert on_disk(network, XA, file_of(network, message).id) == []


def test_m24_one_sealed_file_goes_to_several_and_a_recall_of_one_leaves_the_others(
    network: Network, tmp_path: Path
) -> None:
    file = tmp_path / "gate.jpg"
    file.write_bytes(FILM)
    sent = ask(
        network, XB, "message_circulate", officer=DUTY, to=[XA], information=[GS], instrument="charter", subject="Gate 4",
        text="Seen.", attachments=[{"file": str(file), "name": "gate.jpg"}],
    )  # fmt: skip
    network.deliver()
    by = {one["to"]["code"]: one["id"] for one in sent["messages"]}
    assert file_of(network, by[XA]) == file_of(network, by[GS])
    recall(network, by[XA])
    with pytest.raises(NotFound):
        taken_out(network, XA, by[XA], tmp_path / "xa.jpg")
    assert taken_out(network, GS, by[GS], tmp_path / "gs.jpg") == FILM


def test_m25_file_of_a_message_under_an_instrument_that_is_suspended_is_not_given(
    network: Network, tmp_path: Path
) -> None:
    before = send(network, tmp_path, instrument=AGREEMENT_NAME)
    blob = file_of(network, before).id
    assert asked_for_chunks(network, XA, blob, AGREEMENT_NAME)
    terms = SuspensionTerms(
        network.instrument(AGREEMENT_NAME), Direction.BOTH, "The minister", "Note 7", "reciprocity", date(2030, 1, 1),
        counterparts=frozenset({network.id(XA)}),
    )  # fmt: skip
    network.submit(XB, network[XB].agreements.draft_suspension(HEAD, terms))
    network.deliver()
    with pytest.raises((NotFound, Refused)):
        taken_out(network, XA, before, tmp_path / "late.jpg")
    assert not (tmp_path / "late.jpg").exists()


def test_m24_file_that_was_sealed_for_a_message_that_was_not_sent_is_erased(network: Network, tmp_path: Path) -> None:
    held = network[XB].blobs.bytes_held()
    folders = set((network.folders[XB] / "blobs").glob("??/*"))
    with pytest.raises(Invalid):
        send(network, tmp_path, urgency="of no list")
    with pytest.raises(Invalid):
        send(network, tmp_path, b"<html>", "page.jpg")
    assert network[XB].blobs.bytes_held() == held
    assert set((network.folders[XB] / "blobs").glob("??/*")) == folders


def test_m24_start_and_sweep_leave_the_files_of_messages(network: Network, tmp_path: Path) -> None:
    message = send(network, tmp_path)
    taken_out(network, XA, message, tmp_path / "out.jpg")
    for code in (XA, XB):
        network[code].blobs.sweep()
        network.close(code)
        network.open(code)
        assert taken_out(network, code, message, tmp_path / f"{code}.jpg") == FILM
