"""`make demo`: four nodes, one story, a table of promises, a page. Exits non-zero if a step did not end as its line claims."""

from __future__ import annotations

import os
import signal
import sys
import textwrap
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from demo import story
from demo.desks import Account, enrol, told
from demo.page import NodeTrail, write_story
from demo.processes import BODIES, HOST, PortsInUseError, Processes, prepare
from demo.stage import HERE, WIDTH, Promise, StoryBrokenError, Teller
from entente.kernel.errors import EntenteError

if TYPE_CHECKING:
    from tests.support.postgres_server import Server

PAGE = HERE / "story.html"
DESK_OFFICER = "duty-1"
"""Who has an account at each body's desk; what they may do is their role's."""
ROWS_MAX = 1_000


def main() -> int:
    """Run the demonstration; return the exit code."""
    if "DEMO_INTRODUCED" not in os.environ:
        # `make demo` says it before it installs anything.
        print(HERE.joinpath("introduction.txt").read_text(encoding="utf-8"), end="")
    print()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as opened:
        try:
            processes = prepare(_server(opened))
        except (PortsInUseError, NoStoreError) as error:
            print(error, file=sys.stderr)
            return 16
        try:
            return _run(processes)
        except KeyboardInterrupt:
            return 130
        finally:
            processes.stop()


def _server(opened: ExitStack) -> Server | None:
    """Start what the stores are kept by, where STORE names it; raise NoStoreError where that cannot be had."""
    match os.environ.get("STORE", ""):
        case "" | "sqlite":
            return None
        case "postgres":
            # The driver is an extra, and loaded where it is wanted.
            module = import_module("tests.support.postgres_server")
            try:
                server: Server = opened.enter_context(module.running_server({}))
            except module.NoServerError as error:
                raise NoStoreError(str(error)) from error
            print(f"The stores are in databases of a server of the demonstration's own, in {server.home}.\n")
            return server
        case other:
            raise NoStoreError(f"STORE is sqlite or postgres, and not «{other}».")


class NoStoreError(Exception):
    """What was named as the store cannot be had."""


def _run(processes: Processes) -> int:
    teller = Teller(processes, print)
    try:
        processes.start()
        promises = story.run(teller)
    except (StoryBrokenError, EntenteError) as error:
        print(f"\nThe story stopped after step {len(teller.steps)}.\n{error}", file=sys.stderr)
        return 1
    _print_promises(promises)
    write_story(PAGE, teller.steps, promises, [_trail(processes, code) for code in BODIES])
    is_staying = sys.stdin.isatty() and os.environ.get("STAY", "1") != "0"
    if is_staying:
        _print_what_to_try(processes)
    print(f"\nThe whole story, each message and each refusal: {PAGE.as_uri()}", flush=True)
    if is_staying:
        with suppress(KeyboardInterrupt):
            _stay(_open_desks(processes))
    return 0 if all(promise.is_kept for promise in promises) else 1


def _open_desks(processes: Processes) -> list[Account]:
    """Have a head of each body invite its desk officer, who sets the account up."""
    accounts = []
    for code, port in processes.ports.items():
        invited = processes.ask(code, "account_invite", officer="head-1", account=DESK_OFFICER)
        accounts.append(enrol(code, f"http://{HOST}:{port}", DESK_OFFICER, str(invited["code"])))
    return accounts


def _stay(accounts: list[Account]) -> None:
    """Tell what to sign in with, and again whenever Enter is pressed, until whoever watches ends it."""
    print()
    while True:
        for line in told(accounts, datetime.now(UTC)):
            print(line)
        sys.stdout.flush()
        if not sys.stdin.readline():
            signal.pause()


def _print_promises(promises: list[Promise]) -> None:
    print("\nWhat never happens · what was tried · kept or broken")
    for promise in promises:
        verdict = "kept" if promise.is_kept else "BROKEN"
        print(f"{promise.number}  {promise.text}  [{verdict}]")
        print(textwrap.fill(promise.tried, WIDTH, initial_indent="     tried: ", subsequent_indent="     "))


def _trail(processes: Processes, code: str) -> NodeTrail:
    rows = processes.ask(code, "trail_show", officer="dpo-1", limit=ROWS_MAX)["rows"]
    proof = processes.ask(code, "trail_verify")["proof"]
    return NodeTrail(code, BODIES[code][1], list(reversed(rows)), proof["finding"])


def _print_what_to_try(processes: Processes) -> None:
    folder = Path(os.path.relpath(HERE / "run"))
    bureau = f"--folder {folder}/XB-NCB --as duty-1"
    print("\nThe four nodes keep running until Ctrl-C. In another terminal, try:")
    print(
        f'  .venv/bin/entente search "Chen Weiguo" {bureau} --purpose identify --crime-area fugitives --occasion "a try"'
    )
    print(f"  .venv/bin/entente instrument show drug-data-programme --folder {folder}/RC")
    print(f"  .venv/bin/entente trail show --folder {folder}/XA-NCB --as dpo-1")
    print(
        "Each node's own page: "
        + " · ".join(f"{code} http://127.0.0.1:{port}/" for code, port in processes.ports.items())
    )


if __name__ == "__main__":
    sys.exit(main())
