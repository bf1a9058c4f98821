"""Whether units are well formed (B6): lines that show as they are stored, ids that differ, each behind the one it belongs to.

Source: docs/rules/bodies.md B6.
"""

from __future__ import annotations

from entente.bodies.model import NAME_CHARACTERS_MAX, Unit
from entente.kernel.errors import Invalid
from entente.kernel.text import is_line

UNITS_MAX = 2_000
"""Several times the eighty regional branches of the largest bureau of DESIGN section 11, day 6."""
UNIT_ID_CHARACTERS_MAX = 64
"""As an officer's id."""


def check_units(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """Check a body's list of units, all of them; raise Invalid naming the unit's place in it, counted from 0, and the field.

    Source: docs/rules/bodies.md B6.
    """
    if len(units) > UNITS_MAX or len({unit.id for unit in units}) != len(units):
        raise _bad("units", f"a body has at most {UNITS_MAX} units with different ids")
    before: set[str] = set()
    for place, unit in enumerate(units):
        check_unit(unit, f"units[{place}]")
        # A parent stands before its parts, so that no unit is its own ancestor.
        if unit.parent is not None and unit.parent not in before:
            raise _bad(f"units[{place}].parent", "the unit it belongs to stands before it in the list")
        before.add(unit.id)
    return units


def check_unit(unit: Unit, where: str) -> None:
    """Check a unit by itself; raise Invalid naming the field, `where` it stands before it.

    Source: docs/rules/bodies.md B6.
    """
    if len(unit.id) > UNIT_ID_CHARACTERS_MAX or not is_line(unit.id):
        raise _bad(f"{where}.id", f"it is one line of 1 to {UNIT_ID_CHARACTERS_MAX} characters")
    for field, text in (("name", unit.name), ("territory", unit.territory)):
        # A territory may be left out.
        if (text or field == "name") and (len(text) > NAME_CHARACTERS_MAX or not is_line(text)):
            raise _bad(
                f"{where}.{field}",
                f"a name is one line of 1 to {NAME_CHARACTERS_MAX} characters, and shows as it is stored",
            )


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        f"The statement's field {field} does not hold what it should.",
        field=field,
        why=f"The directory takes only what its rules allow (docs/rules/bodies.md): {why}.",
        do="Mend the field and try again.",
    )
