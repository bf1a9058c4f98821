"""How a record that is not well formed is refused: which field, by which rule, and what to do."""

from __future__ import annotations

from entente.kernel.errors import Invalid

_CORRECT = "Correct the field at the source and send or import the record again; nothing of it was kept."

AGAIN = "Change what is wrong and enter it again; nothing of it was kept."
"""What to do for who has the record before them, and no file or other node that it came from."""


def ill_formed(field: str, what: str, rule: str, do: str = _CORRECT) -> Invalid:
    """Return the refusal; `what` and `rule` are clauses."""
    return Invalid(
        f"The record is not well formed: {what}.",
        field=field,
        why=f"By the rules for records, {rule}.",
        do=do,
    )


def by_hand(fault: Invalid) -> Invalid:
    """Return a refusal as it is said to who has the record before them."""
    return Invalid(fault.what, field=fault.field, why=fault.why, do=AGAIN)
