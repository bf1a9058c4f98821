"""The command line kept warm: one process that has loaded it, and a fork of it for each command a guide's shell runs.

A command spends a second on loading its libraries and a tenth of it on its work; a guide has fifty commands. The fork
runs the very code of `entente`, in the caller's folder, with the caller's arguments, passphrase, output and exit code.

The shell side is `FUNCTION`. A request is the number of its parts in a line, then the parts, each ended by a zero byte:
the caller's process id (whose output the fork takes over), its folder, its passphrase, and the arguments.
"""

import os
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module

from entente.cli import COMMANDS, load
from entente.cli.__main__ import main

BEHIND = ("errors", "gateway", "keys", "output", "starting")
"""What the commands load on their first use."""

FUNCTION = """
entente() {
  if [ "$1 $2" = "node run" ]; then exec entente "$@"; fi
  local code me=$BASHPID
  exec 5<>/dev/tcp/127.0.0.1/WARM_PORT
  # In a shell of its own: redirecting this one's output would let the fork find the socket in place of it.
  ( echo $(($# + 3)); printf '%s\\0' "$me" "$PWD" "$ENTENTE_PASSPHRASE" "$@" ) >&5
  read -r -u 5 code
  exec 5<&-
  return "$code"
}
"""
"""`node run` is the real program: it is ended by its process id."""


def serve() -> None:
    """Load every command, say on stdout which port is listened on, and fork for each request until killed."""
    for name in COMMANDS:
        load(name)
    for name in BEHIND:
        import_module(f"entente.cli.{name}")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)  # noqa: T201 - the port is this program's answer
        while True:
            connection, _ = listening.accept()
            with connection:
                if os.fork() == 0:
                    listening.close()
                    _run(connection)
            _bury()


def _run(connection: socket.socket) -> None:
    """Be one command, and end."""
    with connection.makefile("rb") as reading:
        count = int(reading.readline())
        parts = [_part(reading.read) for _ in range(count)]
    caller, folder, passphrase, *arguments = [part.decode("utf-8") for part in parts]
    for number in (1, 2):
        os.dup2(os.open(f"/proc/{caller}/fd/{number}", os.O_WRONLY), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(folder)
    if passphrase:
        os.environ["ENTENTE_PASSPHRASE"] = passphrase
    code = _command(arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(b"%d\n" % code)
    os._exit(0)


def _part(read: Callable[[int], bytes]) -> bytes:
    data = b""
    while not data.endswith(b"\0"):
        data += read(1)
    return data[:-1]


def _command(arguments: Sequence[str]) -> int:
    sys.argv = ["entente", *arguments]
    try:
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except Exception:  # noqa: BLE001 - as the interpreter would: traceback, exit code 1
        traceback.print_exc()
        return 1
    return 0


def _bury() -> None:
    """Let ended forks go."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    except ChildProcessError:
        return


if __name__ == "__main__":
    serve()
