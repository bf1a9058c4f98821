"""The record of acts: one gapless sequence a node, each row hashed into a tree, the head signed at each commit.

Everything done leaves proof here: every statement taken in, every act, every decision, one row a search. Rows hold no
personal data in the clear (T5). Whoever changes, removes or reorders a row breaks the roots after it; whoever recomputes
them cannot sign the head.

Leaves to others: what is recorded (each room's service), where rows are kept (storage), witnesses and tiles (exchange, part 2).
Source: DESIGN section 4 (log); docs/rules/trail.md.
"""

from entente.trail.model import TrailProof
from entente.trail.rules import make_row, row_leaf, verify_rows
from entente.trail.service import Trail, record

__all__ = ["Trail", "TrailProof", "make_row", "record", "row_leaf", "verify_rows"]
