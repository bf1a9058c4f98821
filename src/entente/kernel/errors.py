"""The one tree of errors: what happened, why, and what to do.

    EntenteError        code · what · why · do
    ├─ Refused          the rules say no; carries the Decision         (expected; not a fault)
    ├─ Invalid          the input is not well formed; which field
    ├─ NotFound         absent, or `know` refused: the same answer outside, word for word
    ├─ Conflict         someone changed it first, or it exists already; reload
    ├─ Untrusted        signature, chain, order or replay from another node
    ├─ Unavailable      store or peer cannot be reached; says whether a retry is safe
    └─ Misconfigured    the node will not start like this

When several apply, the order of precedence is Misconfigured, Unavailable, Untrusted, Invalid, NotFound, Refused,
Conflict: what makes the later question meaningless is answered first. NotFound stands before Refused so that a refusal
never reveals a thing whose existence may not be known.

Errors know nothing of HTTP, pages or exit codes: each edge holds one table (docs/reference/errors.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from entente.kernel.decision import Decision


class EntenteError(Exception):
    """The root. Every message is three sentences a person can act on, and a stable code a machine can."""

    code: ClassVar[str] = "error"

    def __init__(self, what: str, *, why: str, do: str) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.do = do

    def __str__(self) -> str:
        """Give the three sentences, one a line."""
        return f"{self.what}\nwhy   {self.why}\ndo    {self.do}"

    def in_words(self) -> str:
        """Give the three sentences as one line."""
        return f"{self.what} {self.why} {self.do}"

    def __reduce__(self) -> tuple[object, ...]:
        """Keep keyword-only fields when an error crosses a process."""
        return (_rebuild, (type(self), dict(self.__dict__), self.what))


def _rebuild(kind: type[EntenteError], fields: dict[str, object], what: str) -> EntenteError:
    error = kind.__new__(kind)
    Exception.__init__(error, what)
    error.__dict__.update(fields)
    return error


class Refused(EntenteError):  # noqa: N818 - the field's word; every error of the tree is named for what it says
    """The rules say no. Carries the Decision whose grounds the reader may know."""

    code = "refused"

    def __init__(self, what: str, *, decision: Decision, do: str) -> None:
        super().__init__(what, why=decision.why(), do=do)
        self.decision = decision


class Invalid(EntenteError):  # noqa: N818 - see Refused
    """The input is not well formed; `field` names where, as the sender would write it.

    `also` is what else is wrong with the same input, each at its own field, where a room looked for all of it.
    """

    code = "invalid"

    def __init__(self, what: str, *, field: str, why: str, do: str, also: tuple[Invalid, ...] = ()) -> None:
        super().__init__(what, why=why, do=do)
        self.field = field
        self.also = also

    @classmethod
    def of_all(cls, faults: Sequence[Invalid]) -> Invalid:
        """Return several faults of one input as one: the first, and the others beside it."""
        first, *others = faults
        return cls(first.what, field=first.field, why=first.why, do=first.do, also=tuple(others))


class NotFound(EntenteError):  # noqa: N818 - see Refused
    """Absent, or the reader may not know that it exists. It takes no arguments, so that no two answers can differ."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__(
            "Nothing found.",
            why="There is nothing by this description that may be shown to you.",
            do="Check the reference and the spelling, or ask the body that you believe holds it.",
        )


class Conflict(EntenteError):  # noqa: N818 - see Refused
    """Someone changed it first, or it exists already; `changed_meanwhile` where what was seen is not what stands."""

    code = "conflict"

    def __init__(self, what: str, *, why: str, do: str, changed_meanwhile: bool = False) -> None:
        super().__init__(what, why=why, do=do)
        self.changed_meanwhile = changed_meanwhile


class Untrusted(EntenteError):  # noqa: N818 - see Refused
    """What came from another node does not prove itself: signature, chain, order, replay, address."""

    code = "untrusted"

    def __init__(self, what: str, *, reason: str, why: str, do: str) -> None:
        super().__init__(what, why=why, do=do)
        self.reason = reason


class Unavailable(EntenteError):  # noqa: N818 - see Refused
    """The store or a peer cannot be reached; `retry_is_safe` says whether doing it again can count twice."""

    code = "unavailable"

    def __init__(self, what: str, *, why: str, do: str, retry_is_safe: bool) -> None:
        super().__init__(what, why=why, do=do)
        self.retry_is_safe = retry_is_safe


class Misconfigured(EntenteError):  # noqa: N818 - see Refused
    """The node will not start like this."""

    code = "misconfigured"
