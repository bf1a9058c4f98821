"""A table of the body's cases: reads the list page by page, and the chronologies of many cases at once.

    ENTENTE_NODE=http://127.0.0.1:8601 ENTENTE_TOKEN_FILE=cases.token python -m examples.case_table > cases.csv

One line for each case: number, state, crime area, when it was opened, how many notes it has. The token needs the scope
`cases.read`.
"""

from __future__ import annotations

import asyncio
import csv
import sys

from entente.client import AsyncClient
from entente.client.shapes import Case
from entente.kernel.errors import EntenteError

AT_ONCE = 8
"""Chronologies that are asked for at the same time: well below what one token may ask in a second."""


async def line(node: AsyncClient, case: Case, turn: asyncio.Semaphore) -> list[str]:
    """Return what the table says of a case."""
    async with turn:
        events = (await node.show_case(case["number"]))["events"]
    notes = sum(event["kind"] == "note" for event in events)
    return [case["number"], case["state"], case["crime_area"], case["opened_at"], str(notes)]


async def table() -> None:
    """Write the table to standard output, the newest case first."""
    turn = asyncio.Semaphore(AT_ONCE)
    async with AsyncClient.of_environment() as node:
        cases = [case async for case in node.list_cases()]
        lines = await asyncio.gather(*(line(node, case, turn) for case in cases))
    csv.writer(sys.stdout).writerows([["number", "state", "crime area", "opened", "notes"], *lines])


def main() -> int:
    """Write the table, or say why there is none."""
    try:
        asyncio.run(table())
    except EntenteError as error:
        print(f"There is no table: {error.in_words()}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
