"""The demonstration: four bodies share, find, refuse and suspend, end to end, on real input. `make demo` runs it."""
