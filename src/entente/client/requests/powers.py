"""The requests under «Powers».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.call import Call, filled, given
from entente.client.shapes import ListOrdersAnswer, MayTaskMeasureAnswer, Order, Result


def list_orders() -> Call[ListOrdersAnswer]:
    """List the national orders that say which powers this body's officers have."""
    return Call("list_orders", "GET", "/orders", ListOrdersAnswer)


def enter_order(*, order: Order, version: str | None = None, idempotency_key: str | None = None) -> Call[Result]:
    """Enter a national order."""
    return Call(
        "enter_order",
        "POST",
        "/orders",
        Result,
        body=given(order=order, version=version),
        is_done_once=True,
        key=idempotency_key,
    )


def may_task_measure(measure: str) -> Call[MayTaskMeasureAnswer]:
    """Say whether the account may task a measure, with every ground. Nothing is tasked."""
    return Call("may_task_measure", "GET", filled("/measures/{measure}", measure=measure), MayTaskMeasureAnswer)


def task_measure(
    measure: str, *, subject: str, case: str | None = None, idempotency_key: str | None = None
) -> Call[Result]:
    """Task an operational measure on a legal basis."""
    return Call(
        "task_measure",
        "POST",
        filled("/measures/{measure}/taskings", measure=measure),
        Result,
        body=given(subject=subject, case=case),
        is_done_once=True,
        key=idempotency_key,
    )
