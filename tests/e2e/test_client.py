"""The client against a real node that is killed between request and answer, and against TLS that holds and that does not."""

from __future__ import annotations

import asyncio
import json
import signal
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from entente.bodies.tokens import Scope
from entente.client import AsyncClient, Client, Patience, Token
from entente.client.shapes import Job
from entente.kernel.errors import NotFound, Refused, Unavailable, Untrusted
from tests.support.processes import TERMS, Bureau

pytestmark = pytest.mark.e2e
PERSON = {"schema": "Person", "properties": {"name": ["Muhammadov Abdullo"], "birthDate": ["1979-03-14"]}}
LONG = Patience(attempts_max=60, deadline_seconds=60.0, pause_seconds_max=0.5)
SHORT = Patience(attempts_max=1)


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """Run the node of a bureau with three wanted persons, and a machine account."""
    folder = tmp_path_factory.mktemp("bureau")
    bureau = Bureau("XA-NCB", folder / "xa")
    bureau.make()
    file = folder / "wanted.jsonl"
    file.write_text("".join(json.dumps({**PERSON, "id": f"w-{one}"}) + "\n" for one in range(3)), encoding="utf-8")
    bureau.ask("record_import", officer="duty-1", file=str(file), terms=TERMS)
    bureau.ask("officer_add", officer="head-1", id="desk", roles=["duty_officer"], machine=True)
    bureau.start()
    try:
        yield bureau
    finally:
        bureau.end()


@pytest.fixture(scope="module")
def token(bureau: Bureau) -> Token:
    made: Any = bureau.ask(
        "token_make", officer="head-1", account="desk", scopes=sorted(set(Scope) - {Scope.WRITE_RECORDS})
    )
    return Token(made["text"])


def address(bureau: Bureau) -> str:
    return f"http://127.0.0.1:{bureau.port}"


def test_both_clients_search_list_and_keep_cases(bureau: Bureau, token: Token) -> None:
    with Client(address(bureau), token) as node:
        found = node.search(names=["Мухаммедов"], purpose="arrest", crime_area="fugitives", occasion="Gate 4")
        assert {one["name"] for one in found["candidates"]} == {"XA-NCB/w-0", "XA-NCB/w-1", "XA-NCB/w-2"}
        records = node.list_records(purpose="arrest", crime_area="fugitives", page_size=2)
        assert sorted(one["name"] for one in records) == ["XA-NCB/w-0", "XA-NCB/w-1", "XA-NCB/w-2"]
        assert [len(page["records"]) for page in records.pages()] == [2, 1]
        shown = node.show_record("XA-NCB/w-1", purpose="arrest", crime_area="fugitives")
        seen = shown["record"]["version"]
        assert node.show_record("XA-NCB/w-1", purpose="arrest", crime_area="fugitives", unless_version=seen) is None
        with pytest.raises(Refused) as refused:
            node.withdraw_record("XA-NCB/w-1", reason="Found.", version=seen)
        assert [ground.number for ground in refused.value.decision.refusals] == ["P4"]

    async def at_once() -> list[str]:
        async with AsyncClient(address(bureau), token) as node:
            opened = await asyncio.gather(
                *(node.open_case(title=f"Case {one}", crime_area="fugitives") for one in range(5))
            )
            listed = [case["number"] async for case in node.list_cases(page_size=2)]
            assert listed[:5] == sorted((one["id"] for one in opened), reverse=True)
            with pytest.raises(NotFound):
                await node.show_case("2019/000001")
            return listed

    assert len(set(asyncio.run(at_once()))) == 5


@pytest.mark.long
def test_act_whose_node_is_killed_is_done_once(bureau: Bureau, token: Token) -> None:
    """The node stands still with the request in hand, is killed, and starts again while the client asks on (P8, P16)."""
    before = len(bureau.ask("case_list", limit=200)["cases"])
    made: list[str] = []

    def act() -> None:
        quick = Patience(attempts_max=60, deadline_seconds=60.0, answer_seconds=1.0, pause_seconds_max=0.5)
        with Client(address(bureau), token, patience=quick) as node:
            made.extend(node.open_case(title="Killed", crime_area="fugitives")["id"] for _ in range(3))

    bureau.pause()
    acting = threading.Thread(target=act)
    acting.start()
    time.sleep(0.3)
    bureau.end(signal.SIGKILL)
    bureau.start()
    acting.join(60)
    listed = bureau.ask("case_list", limit=200)["cases"]
    assert len(set(made)) == 3
    assert len(listed) == before + 3
    assert {one["number"] for one in listed if one["title"] == "Killed"} == set(made)


@pytest.mark.long
def test_stream_goes_on_without_a_gap_over_a_kill(bureau: Bureau, token: Token) -> None:
    heard: list[str] = []
    made: list[str] = []
    quick = Patience(attempts_max=60, pause_seconds_max=0.5)
    is_heard = threading.Event()

    def listen() -> None:
        with Client(address(bureau), token, patience=quick) as node:
            for news in node.listen(kinds="case"):
                if news["change"] == "opened":
                    heard.append(news["id"])
                    is_heard.set()
                if len(heard) == 4:
                    return

    with Client(address(bureau), token, patience=LONG) as node:
        # Whoever listens before anything came begins with what comes then.
        listening = threading.Thread(target=listen)
        listening.start()
        while not is_heard.wait(0.2):
            made.append(node.open_case(title="Heard", crime_area="fugitives")["id"])
        bureau.end(signal.SIGKILL)
        bureau.start()
        made += [node.open_case(title="Heard", crime_area="fugitives")["id"] for _ in range(4)]
    listening.join(60)
    assert len(heard) == 4
    first = made.index(heard[0])
    assert heard == made[first : first + 4]


def test_file_is_sent_imported_by_a_job_and_its_rejects_are_read(bureau: Bureau, token: Token, tmp_path: Path) -> None:
    file, rejects = tmp_path / "more.jsonl", tmp_path / "rejects.jsonl"
    rows = [json.dumps({**PERSON, "id": f"j-{one}"}) for one in range(20)]
    file.write_text("\n".join([*rows, "no JSON"]) + "\n", encoding="utf-8")

    def ended(node: Client, job: str) -> Job:
        give_up_at = time.monotonic() + 30
        while (shown := node.show_job(job)["job"])["state"] in {"waiting", "running"}:
            assert time.monotonic() < give_up_at
            time.sleep(0.1)
        return shown

    with Client(address(bureau), token) as node:
        sent = node.upload_file(file=file, name="more.jsonl")
        assert (sent["bytes"], sent["sha256"]) == (file.stat().st_size, sha256(file.read_bytes()).hexdigest())
        imported = ended(node, node.import_records(upload=sent["id"], terms=TERMS)["id"])
        assert (imported["state"], imported["kind"]) == ("done", "import")
        assert node.read_job_file(imported["id"], "rejects.jsonl", into=rejects) == rejects
        assert "no JSON" in rejects.read_text(encoding="utf-8")
        asked = node.search_batch(
            queries=[{"names": ["Muhammadov"], "reference": "1"}, {"names": ["Nobody At All"], "reference": "2"}],
            purpose="arrest",
            crime_area="fugitives",
            occasion="Gate 4",
        )
        assert ended(node, asked["id"])["state"] == "done"
        found = {one["reference"]: len(one["answer"].get("candidates", [])) for one in node.show_results(asked["id"])}
        assert found["1"] > 0
        assert found["2"] == 0


@pytest.mark.long
def test_node_that_is_away_is_unavailable(bureau: Bureau, token: Token) -> None:
    bureau.end()
    try:
        with Client(address(bureau), token, patience=SHORT) as node, pytest.raises(Unavailable) as lost:
            node.list_bodies()
        assert lost.value.retry_is_safe
    finally:
        bureau.start()


class _Bodies(BaseHTTPRequestHandler):
    """A node's door, of which the test needs one answer."""

    def do_GET(self) -> None:  # the name that http.server calls
        body = b'{"bodies": [], "statements_of_unknown_bodies": 0}'
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server calls it
        """Say nothing."""


@contextmanager
def over_tls(folder: Path) -> Iterator[tuple[str, Path]]:
    """Serve over TLS with a certificate of an authority of its own; yield address and the authority's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of XA")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "authority.pem", folder / "key.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Bodies)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}", pem
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def test_certificate_is_checked_by_both_clients(tmp_path: Path, token: Token) -> None:
    with over_tls(tmp_path) as (there, authority):
        with Client(there, token, ca_file=authority, patience=SHORT) as node:
            assert node.list_bodies()["bodies"] == []
        with Client(there, token, patience=LONG) as node, pytest.raises(Untrusted) as doubted:
            node.list_bodies()
        assert doubted.value.reason == "certificate"
        other_name = there.replace("127.0.0.1", "localhost")
        with Client(other_name, token, ca_file=authority, patience=LONG) as node, pytest.raises(Untrusted):
            node.list_bodies()

        async def later() -> None:
            async with AsyncClient(there, token, ca_file=authority, patience=SHORT) as node:
                assert (await node.list_bodies())["bodies"] == []
            async with AsyncClient(there, token, patience=LONG) as node:
                await node.list_bodies()

        with pytest.raises(Untrusted):
            asyncio.run(later())
