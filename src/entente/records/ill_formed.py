"""How a record that is not well formed is refused: which field, by which rule, and what to do."""

from __future__ import annotations

from entente.kernel.errors import Invalid

_CORRECT = "Correct the field at the source and send or import the record again; nothing of it was kept."


def ill_formed(field: str, what: str, rule: str, do: str = _CORRECT) -> Invalid:
    """Return the refusal; `what` and `rule` are clauses."""
    return Invalid(
        f"The record is not well formed: {what}.",
        field=field,
        why=f"By the rules for records, {rule}.",
        do=do,
    )
