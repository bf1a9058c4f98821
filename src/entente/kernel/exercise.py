"""How whatever comes from an exercise is marked, in answers of programs and in what people read.

Source: docs/rules/bodies.md B15.
"""

from __future__ import annotations

from typing import Final

EXERCISE: Final = "exercise"
"""The member of an answer that is true where an exercise's node answered, and else not there."""
EXERCISE_WORD: Final = "EXERCISE"
"""How it stands before what people read."""
EXERCISE_LINE: Final = f"{EXERCISE_WORD} · nothing here is about a real person or body"
