"""`python -m entente.web_process FOLDER NODE SOCKET LINE CHANGES`: a web process of a running node.

It is started by the node with its address and three handles: the socket it answers on, its line to the node, and the memory with
the number of changes. It holds no key and writes nothing: what it may not do itself the node does for it.

Source: docs/rules/node.md N19; docs/decisions/0079-web-processes-read-and-one-process-writes.md.
"""

from __future__ import annotations

import os
import sys
from multiprocessing.connection import Connection

from entente.api.line import LineToWriter
from entente.api.node_door import NodeDoor
from entente.api.web_processes import Given, taken_over
from entente.cli.logs import hear_every_fault, set_up_logs
from entente.run import run_web
from entente.settings import read_settings


def main(folder: str, node: str, *handles: str) -> None:
    """Answer until the node ends, or asks this process to."""
    bound, line, changes = map(int, handles)
    settings = read_settings(os.environ, {"folder": folder})
    set_up_logs(settings)
    hear_every_fault()
    given = Given(folder, taken_over(bound), changes, node)
    run_web(settings, given, LineToWriter(Connection(line), NodeDoor(node, settings.upload_quiet_seconds).pass_on))


if __name__ == "__main__":
    main(*sys.argv[1:])
