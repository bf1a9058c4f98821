"""Identity search beside its peers: recall, speed, memory, size, decisions on pairs, and searches over HTTP.

`make bench` measures the CC0 subset in benchmarks/data; `python -m benchmarks identity --records … --queries … --pairs …` any
files of the same form (data.py), at any size (`--sizes 100000,1000000,5000000`).
"""

from benchmarks.identity.scenario import run

__all__ = ["run"]
