"""The closed lists a police lawyer can read, as YAML: purposes, crime areas, handling codes, roles, schemata.

Holds data only. Each file names its source, and each entry of a list the rule it comes from. Reading them is left to
the edge that builds `handling.model.CodeLists`; a code that stands in no list here is refused, never guessed.
"""
