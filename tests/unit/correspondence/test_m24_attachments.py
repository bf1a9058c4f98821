"""M24: what a message's files may be, what is refused of another body's, and that a message without files stays what it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from entente.correspondence import attachments
from entente.correspondence.attachments import check_attachments, check_plain_files, look_at_file
from entente.correspondence.messages import Letter
from entente.correspondence.statements import MessageContent
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Conflict, EntenteError, Invalid
from entente.kernel.ids import BlobId
from entente.kernel.statement import draft
from entente.records.model import MediaType, SealedFile
from tests.support.build_correspondence import DUTY, Desk, Network, a_network

JPEG = b"\xff\xd8\xff\xe0" + bytes(100)


@pytest.fixture
def net() -> Network:
    return a_network()


def a_file(place: int = 0, **changes: Any) -> SealedFile:  # noqa: ANN401 - any field of the dataclass
    plain = SealedFile(
        BlobId(f"blob:{place:064x}"), bytes(32), 1_000, MediaType.JPEG, f"gate-{place}.jpg", f"{place:064x}"
    )
    return replace(plain, **changes)


@dataclass(frozen=True, slots=True)
class Plain:
    """A file that an officer attaches, held in memory."""

    name: str
    data: bytes
    stated: int = -1

    @property
    def size(self) -> int:
        return len(self.data) if self.stated < 0 else self.stated

    def chunks(self, chunk_bytes: int) -> Iterator[bytes]:
        for start in range(0, len(self.data), chunk_bytes):
            yield self.data[start : start + chunk_bytes]


def test_m24_message_without_files_has_the_bytes_it_had_before_there_were_any(net: Network) -> None:
    net.xb.desk.send_message(DUTY, net.xa.id, net.agreement.id, Letter("Gate 4", "Seen."))
    (sent,) = net.xb.store.state.outbox.put_out
    assert set(sent.statement.content) == {
        "header", "subject", "text", "urgency", "is_for_action", "answers", "signed_in",
    }  # fmt: skip
    assert from_json(MessageContent, sent.statement.content, "message").attachments == ()


def test_m24_files_travel_in_the_statement_and_both_ends_keep_them(net: Network) -> None:
    files = (a_file(1), a_file(2, media_type=MediaType.PDF, file_name="Протокол 7.pdf"))
    sent = net.xb.desk.send_message(DUTY, net.xa.id, net.agreement.id, Letter("Gate 4", "Seen.", attachments=files))
    net.deliver()
    for desk in (net.xa, net.xb):
        kept = desk.store.state.correspondence.message(sent.header.id)
        assert kept is not None
        assert kept.attachments == files
    assert {held.blob for held in net.xb.store.state.blobs.held.values()} == {one.id for one in files}
    for act in (*net.xb.acts("send_message"), *net.xa.acts("message")):
        said = repr(act.detail)
        assert files[0].id in said
        assert "gate-1" not in said
        assert "Протокол" not in said


HOSTILE: dict[str, Callable[[], tuple[SealedFile, ...]]] = {
    "too many": lambda: tuple(a_file(place) for place in range(attachments.ATTACHMENTS_MAX + 1)),
    "one twice": lambda: (a_file(1), a_file(1, file_name="other.jpg")),
    "one name twice": lambda: (a_file(1), a_file(2, file_name="gate-1.jpg")),
    "empty": lambda: (a_file(size=0),),
    "less than nothing": lambda: (a_file(size=-1),),
    "too large": lambda: (a_file(size=attachments.ATTACHMENT_BYTES_MAX + 1),),
    "too large together": lambda: tuple(a_file(one, size=attachments.ATTACHMENT_BYTES_MAX) for one in range(3)),
    "a way up": lambda: (a_file(file_name="../../etc/cron.jpg"),),
    "a way up by backslash": lambda: (a_file(file_name="..\\run.jpg"),),
    "a hidden file": lambda: (a_file(file_name=".profile.jpg"),),
    "a turned name": lambda: (a_file(file_name="gate\u202egpj.exe.jpg"),),
    "two lines": lambda: (a_file(file_name="gate\n.jpg"),),
    "another ending": lambda: (a_file(file_name="gate.html"),),
    "a long name": lambda: (a_file(file_name="a" * 117 + ".jpg"),),
    "an id that is a path": lambda: (a_file(id=BlobId("blob:../../../../../../../../../../../../../../../../../../../../x")),),
    "a short key": lambda: (a_file(key=bytes(16)),),
    "a digest that is none": lambda: (a_file(sha256="0" * 63 + "G"),),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_m24_hostile_files_are_refused_by_who_takes_them_in_and_by_who_sends(net: Network, what: str) -> None:
    files = HOSTILE[what]()
    with pytest.raises(Invalid):
        net.xb.desk.send_message(DUTY, net.xa.id, net.agreement.id, Letter("Gate 4", "Seen.", attachments=files))
    with pytest.raises(Invalid):
        say(net, net.xb, files)
    assert net.xa.desk.messages(10) == ()
    assert net.xa.acts("message") == []


@pytest.mark.parametrize(
    "media_type", ["text/html", "image/svg+xml", "application/x-msdownload", "IMAGE/JPEG", 7, None]
)
def test_m24_type_of_no_list_is_refused(net: Network, media_type: object) -> None:
    content = to_object(a_file())
    with pytest.raises(Invalid):
        say_as_it_is(net, net.xb, [{**content, "media_type": media_type}])
    assert net.xa.desk.messages(10) == ()


@pytest.mark.parametrize("changed", [{"href": "http://x.example"}, {"terms": 0}, {"size": "1"}, {"key": "!"}])
def test_m24_file_with_another_form_is_refused(net: Network, changed: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        say_as_it_is(net, net.xb, [{**to_object(a_file()), **changed}])


def say(net: Network, desk: Desk, files: tuple[SealedFile, ...]) -> None:
    """Have a body's node sign a message with any files and bring it to XA, whatever its own room would say."""
    say_as_it_is(net, desk, [to_object(one) for one in files])


def say_as_it_is(net: Network, desk: Desk, files: list[Any]) -> None:
    desk.desk.send_message(DUTY, net.xa.id, net.agreement.id, Letter("Gate 4", "Seen."))
    honest = desk.store.state.outbox.put_out.pop().statement
    content = {**honest.content, "attachments": files}
    net.xa.take_in(draft("message", honest.body, honest.at, content).with_signature(desk.ring.node), desk.id)


REFUSED: dict[str, tuple[Plain, type[EntenteError]]] = {
    "empty": (Plain("gate.jpg", b""), Invalid),
    "huge": (Plain("gate.jpg", JPEG, attachments.ATTACHMENT_BYTES_MAX + 1), Invalid),
    "a page": (Plain("gate.html", b"<script>alert(1)</script>"), Invalid),
    "a drawing": (Plain("gate.svg", b"<svg onload='alert(1)'/>"), Invalid),
    "a page called a picture": (Plain("gate.jpg", b"<html><script>alert(1)</script>"), Invalid),
    "a program called a text": (Plain("gate.txt", b"#!/bin/sh\nrm -rf /\n"), Invalid),
    "a way up": (Plain("../gate.jpg", JPEG), Invalid),
    "no ending": (Plain("gate", JPEG), Invalid),
}


@pytest.mark.parametrize("what", REFUSED)
def test_m24_file_that_no_message_could_have_is_refused_before_it_is_sealed(what: str) -> None:
    plain, error = REFUSED[what]
    with pytest.raises(error):
        look_at_file(plain, attachments.ATTACHMENTS_BYTES_MAX)


def test_m24_file_that_is_too_large_is_told_what_this_node_sends_with_a_message() -> None:
    plain = Plain("film.jpg", JPEG, stated=2_500_001)
    with pytest.raises(Invalid) as refused:
        look_at_file(plain, 2_500_000)
    assert refused.value.why.startswith("A file of a message has at most 2.5 MB ")
    with pytest.raises(Invalid) as refused:
        look_at_file(replace(plain, stated=attachments.ATTACHMENT_BYTES_MAX + 1), attachments.ATTACHMENTS_BYTES_MAX)
    assert refused.value.why.startswith("A file of a message has at most 67.1 MB ")


def test_m24_files_of_one_message_are_bounded_together_and_told_apart_by_their_names() -> None:
    two = (Plain("gate.jpg", JPEG), Plain("pier.jpg", JPEG))
    check_plain_files(two, 2 * len(JPEG))
    with pytest.raises(Invalid):
        check_plain_files(two, 2 * len(JPEG) - 1)
    with pytest.raises(Conflict):
        check_plain_files((two[0], two[0]), 1_000)
    with pytest.raises(Invalid):
        check_plain_files([Plain(f"{place}.jpg", JPEG) for place in range(attachments.ATTACHMENTS_MAX + 1)], 10_000)
    check_attachments([a_file(place) for place in range(attachments.ATTACHMENTS_MAX)])
