"""Entente: police bodies that do not fully trust each other work together.

Each body runs its own node and keeps its own data. Bodies share records, requests and results under
instruments they sign and can suspend; one gate decides every disclosure, with its grounds; everything
done leaves a proof. The rooms and their one order are described in docs/ARCHITECTURE.md.
"""

__version__ = "0.1.0"
