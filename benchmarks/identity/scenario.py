"""Measures identity search part by part, and prints each as it is done."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.identity.data import read_questions
from benchmarks.identity.lines import http_lines, pair_lines, search_lines
from benchmarks.identity.options import Options, names_of, read_options
from benchmarks.identity.pairing import Compared, compared
from benchmarks.identity.peer_searching import PeerSearched, peers_searched
from benchmarks.identity.searching import apart, searched
from benchmarks.identity.serving import served
from benchmarks.line import Line


def run() -> list[Line]:
    """Measure what the environment asks for; without anything asked, the CC0 subset at its default size."""
    options = read_options(os.environ)
    print(f"identity: measured on {names_of(options)}", flush=True)
    lines = [Line(f"measured on {names_of(options)}", len(read_questions(options.queries)), "queries in the file")]
    if "search" in options.parts:
        for size in options.sizes:
            lines += _searching(options, size)
    if "pairs" in options.parts:
        lines += _pairing(options)
    if "http" in options.parts:
        lines += _told("HTTP", time.monotonic(), list(http_lines(*apart(served, options))))
    return lines


def _searching(options: Options, size: int) -> list[Line]:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="entente-bench-") as place:
        ours = searched(options, size, Path(place) / "ours")
        found = peers_searched(options, size, Path(place))
    beside = [peer for peer in found if isinstance(peer, PeerSearched)]
    return _told(f"{size:,} records", began, list(search_lines(options, size, ours, beside, _not_run(found))))


def _pairing(options: Options) -> list[Line]:
    began = time.monotonic()
    found = compared(options)
    beside = [one for one in found if isinstance(one, Compared)]
    return _told("pairs", began, list(pair_lines(options, beside, _not_run(found))))


def _not_run(found: Sequence[object]) -> list[str]:
    """Return why peers were not run, and say it."""
    reasons = [one for one in found if isinstance(one, str)]
    for reason in reasons:
        print(f"identity: {reason}", flush=True)
    return reasons


def _told(what: str, began: float, lines: list[Line]) -> list[Line]:
    print(f"identity: {what} measured in {time.monotonic() - began:.0f} s", flush=True)
    return lines
