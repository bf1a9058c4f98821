"""A web process in a thread of the test: it reads beside a node that is open, and asks it over a real line."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any, cast

import httpx
from starlette.applications import Starlette

from entente.api.line import IndexAtWriter, LineToWeb, LineToWriter
from entente.api.node_door import NodeDoor
from entente.api.rest import Api, ApiParts
from entente.api.running import Runner
from entente.api.web_processes import Answers
from entente.app import open_parts, parts_beside
from entente.node import Node
from entente.run import for_web
from entente.storage.job_files import JobFolder


class ChangesOf:
    """A node's number of changes, read where another process would map it."""

    def __init__(self, node: Node) -> None:
        self._node = node

    @property
    def count(self) -> int:
        """The number now."""
        return self._node.changes()

    @count.setter
    def count(self, number: int) -> None:
        raise AssertionError(f"only the writer counts, and not to {number}")


@contextmanager
def web_beside(node: Node, api: Api, operator_token: str) -> Iterator[tuple[Node, Api]]:
    """Give the node and the API of a web process beside a node with its API."""
    ours, theirs = (Connection(end.detach()) for end in socket.socketpair())
    loop = asyncio.new_event_loop()
    turning = Thread(target=loop.run_forever, name="writer's loop", daemon=True)
    turning.start()
    opener = cast("Any", node.cases.open_unit)
    answers = Answers(for_web(node, opener, api, lambda *_: None), loop)
    line = LineToWeb(ours)
    Thread(target=answers.serve, args=(line,), name="writer's end", daemon=True).start()
    served = httpx.ASGITransport(app=Starlette(routes=[api.mount()]), client=("127.0.0.1", 50_000))
    door = NodeDoor("http://node", 30.0, served)
    writer = LineToWriter(theirs, door.pass_on)
    parts = parts_beside(node.settings, ChangesOf(node), writer.tell_rows, IndexAtWriter(writer.index_sizes))
    # One machine has one clock, also where a test moves it.
    parts = replace(parts, clock=node.clock)
    with open_parts(node.settings, parts) as (beside, store):
        yield (
            beside,
            Api(
                beside,
                ApiParts.of(
                    store.act,
                    store.view,
                    operator_token,
                    Runner(1),
                    JobFolder(node.settings.folder),
                    writer,
                    store.together,
                ),
            ),
        )
    theirs.close()
    line.end()
    loop.call_soon_threadsafe(loop.stop)
    turning.join(10)
