"""The demonstration's World inside one process: real nodes and stores, and a wire carried by hand."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from demo.stage import Answer
from entente.app import restore_node
from entente.at_hand import verify_copy
from entente.kernel.canonical import JsonObject
from entente.kernel.signing import decode_bytes
from entente.kernel.statement import from_json
from entente.storage.folder import Folder
from entente.verbs import perform
from tests.support.nodes import Network


@dataclass(slots=True)
class InOneProcess:
    """Four nodes whose verbs are called directly."""

    network: Network
    scratch: Path

    def ask(self, code: str, verb: str, **given: object) -> Answer:
        arguments: JsonObject = given  # type: ignore[assignment] # the story gives plain JSON only
        if code in self.network.nodes:
            return perform(self.network[code], verb, arguments)
        # Nobody runs the node: whoever asks opens its folder, as a command does.
        self.network.open(code)
        try:
            return perform(self.network[code], verb, arguments)
        finally:
            self.network.close(code)

    def heads_sign(self, code: str, draft: Answer) -> None:
        statement = self.network.sign_by_heads(code, from_json(draft["statement"]))
        self.ask(code, "instrument_submit", officer="head-1", statement=statement.to_json())

    def settle(self) -> None:
        self.network.deliver()

    def kill(self, code: str) -> None:
        self.network.close(code)

    def start_again(self, code: str) -> None:
        self.network.open(code)

    def restore(self, code: str, backup: Path) -> None:
        folder = self.network.folders[code]
        self.network.close(code)
        folder.rename(self.scratch / f"{code}.lost")
        restore_node(backup, None, folder, None, lambda _: None)
        self.network.open(code)

    def captured(self, sender: str, recipient: str) -> bytes:
        return self.network.carried[self.network.id(sender), self.network.id(recipient)]

    def post(self, code: str, batch: bytes) -> None:
        self.network[code].exchange.receive(batch)

    def tampered_copy(self, code: str) -> str:
        keys = self.ask(code, "body_show")["body"]["node_keys"]
        copy = self.scratch / "copy.db"
        real = Folder(self.network.folders[code]).database
        with closing(sqlite3.connect(real)) as original, closing(sqlite3.connect(copy)) as copied:
            original.backup(copied)
            copied.execute("UPDATE trail SET officer = 'duty-2' WHERE sequence = 20")
            copied.commit()
        proof = verify_copy(copy, tuple(decode_bytes(key, "node_keys") for key in keys))
        return proof.finding if not proof.is_sound else "nothing"
