"""The record of acts: one gapless sequence a node, each row hashed into a tree, the head signed at each commit.

Everything done leaves proof here: every statement taken in, every act, every decision, one row a search. Rows hold no
personal data in the clear (T5). Whoever changes, removes or reorders a row breaks the roots after it; whoever recomputes
them cannot sign the head.

The log follows the trail: its hashes as C2SP tiles with a signed checkpoint, from which a row, a case, or that an earlier state
is continued is proved to a stranger.

`model`, `rules`, `service` the rows · `tiles`, `checkpoint`, `log` the log · `proving` what leaves the node to prove something.

Leaves to others: what is recorded (each room's service), where rows and files are kept (storage), a case's rows (cases).
Source: DESIGN section 4 (log); docs/rules/trail.md.
"""

from entente.trail.model import TrailProof
from entente.trail.rules import make_row, row_leaf, verify_rows
from entente.trail.service import Trail, record

__all__ = ["Trail", "TrailProof", "make_row", "record", "row_leaf", "verify_rows"]
