"""Scenarios with seeded data and recorded machine; never part of an ordinary test run.

Each scenario is a module with `run() -> list[Line]`; `python -m benchmarks [names…]` measures them, each in a process of its own.
"""
