"""`make demo`: four nodes, one story, a table of promises, a page. Exits non-zero if a step did not end as its line claims."""

from __future__ import annotations

import os
import signal
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from demo import story
from demo.desks import Account, enrol, secrets_of, told
from demo.page import NodeTrail, write_story
from demo.processes import BODIES, HOST, RUN, PortsInUseError, Processes, prepare
from demo.stage import HERE, WIDTH, Promise, StoryBrokenError, Teller
from entente.kernel.errors import EntenteError

if TYPE_CHECKING:
    from tests.support.postgres_server import Server

PAGE = HERE / "story.html"
FIRST_OFFICER = "duty-1"
"""Who is named first of those who have an account at each body's desk; what they may do is their role's."""
SECRETS = RUN / "accounts.txt"
WHO_IS_WHO = (
    "duty-1 works the desk, head-1 and head-2 decide for the body and enter its officers, dpo-1 watches over its data, op-1 "
    "keeps its node; reviewer-1 of GS reviews, north-1 of XB-NCB is of a branch that sees less."
)
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
            try:
                accounts = _open_desks(processes)
            except (StoryBrokenError, EntenteError, httpx.HTTPError) as error:
                print(f"\nThe desks could not be opened: {error}", file=sys.stderr)
                return 1
            _stay(accounts)
    return 0 if all(promise.is_kept for promise in promises) else 1


def _open_desks(processes: Processes) -> list[Account]:
    """Have a head of each body invite its officers, who set their accounts up; all bodies at the same time."""
    with ThreadPoolExecutor(len(BODIES)) as pool:
        return [one for accounts in pool.map(partial(_open_desk, processes), BODIES) for one in accounts]


def _open_desk(processes: Processes, code: str) -> list[Account]:
    address = f"http://{HOST}:{processes.ports[code]}"
    entered = [one["id"] for one in processes.ask(code, "officer_list")["officers"] if not one["is_machine"]]
    accounts = []
    for officer in sorted(entered, key=lambda one: (one != FIRST_OFFICER, one)):
        invited = processes.ask(code, "account_invite", officer="head-1", account=officer)
        accounts.append(enrol(code, address, officer, str(invited["code"])))
    return accounts


def _stay(accounts: list[Account]) -> None:
    """Tell what to sign in with, and again whenever Enter is pressed, until whoever watches ends it."""
    SECRETS.write_text(secrets_of(accounts), encoding="utf-8")
    print(textwrap.fill(WHO_IS_WHO, WIDTH, initial_indent="\n"))
    print(f"Secrets for an app that shows codes: {Path(os.path.relpath(SECRETS))}\n")
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
